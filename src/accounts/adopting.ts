import type { Actor } from '../access/policy.ts'
import type { Tx } from '../db/transaction.ts'
import type { Day } from '../kernel/day.ts'
import type { LocalPart } from '../kernel/email-address.ts'
import type { UnitId } from '../kernel/ids.ts'
import type { PersonName } from '../kernel/person-name.ts'
import type { Secrets } from '../kernel/secrets.ts'
import type { BulkAccounts } from './bulk.ts'
import * as store from './adopting-store.ts'

/** Somebody who has an entry in the directory already. */
export type Adopted = {
  readonly name: PersonName
  /** What names the person at the mail server already; it becomes the account's login. */
  readonly login: string
  readonly local: LocalPart
  readonly unitId: UnitId
  readonly title: string | null
  readonly phone: string | null
  readonly ninHash: string | null
  readonly birth: Day | null
  /** The entry's hash, which goes on working; null makes an account that waits for its activation. */
  readonly password: string | null
  readonly remoteId: string
  readonly remoteDn: string
}
export type Adopting = ReturnType<typeof adoptingOf>

/** Accounts for people whose entries are there already, in the caller's transaction. */
export function adoptingOf(deps: { bulk: BulkAccounts; secrets: Secrets }) {
  const { bulk, secrets } = deps
  return {
    /**
     * An account each, with the login, the password and the entry that they have; the rest is as with any new account. Whose
     * number or address is somebody's by now is left out. Answers how many were made.
     */
    async adoptMany(tx: Tx, by: Actor, people: readonly Adopted[]): Promise<number> {
      if (people.length === 0) return 0
      const issued = await bulk.issueMany(
        tx,
        by,
        people.map(({ name, local, unitId, title, phone, ninHash, birth }) => ({
          ...{ name, local, unitId, phone, ninHash, ninCipher: null, birthDate: birth, birthPrecision: 'day' as const },
          ...{ title: title ?? '', employment: 'civil-servant', sex: null, contactEmail: null, reason: null },
          ...{ handOver: 'slip' as const, language: 'vi' as const },
        })),
      )
      const made = people.flatMap((person, n) => {
        const one = issued[n]
        if (!one?.ok) return []
        const { login, password, remoteId, remoteDn } = person
        const secret = password === null ? null : secrets.seal(password, 'account.secret')
        return [{ id: one.value.accountId, number: one.value.number, login, secret, remoteId, remoteDn }]
      })
      await store.adopt(tx.db, made, tx.at, by.name)
      for (const { id, remoteDn } of made) tx.audit(by, 'account.adopted', `account:${id}`, { dn: remoteDn })
      return made.length
    },
  }
}
