import type { Actor } from '../access/policy.ts'
import type { BulkAddresses } from '../addresses/bulk.ts'
import type { Tx } from '../db/transaction.ts'
import type { Day } from '../kernel/day.ts'
import { addressOf, type LocalPart } from '../kernel/email-address.ts'
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
  /** Further addresses at which letters reached it. */
  readonly aliases: readonly LocalPart[]
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
export function adoptingOf(deps: {
  bulk: BulkAccounts
  addresses: Pick<BulkAddresses, 'giveAliases'>
  secrets: Secrets
  domain: string
}) {
  const { bulk, addresses, secrets, domain } = deps
  return {
    /**
     * An account each, with the login, the password and the entry that they have; the rest is as with any new account. Whose
     * number or address is somebody's by now is left out, and so is a further address that is. Answers how many were made.
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
        const { login, aliases, password, remoteId, remoteDn } = person
        const secret = password === null ? null : secrets.seal(password, 'account.secret')
        return [{ id: one.value.accountId, number: one.value.number, login, aliases, secret, remoteId, remoteDn }]
      })
      const asked = made.flatMap(({ id, aliases }) => aliases.map((local) => ({ account: id, local })))
      const given = asked.length === 0 ? NONE : await addresses.giveAliases(tx, asked)
      const adopted = made.map((one) => ({
        ...one,
        aliases: one.aliases.filter((local) => given.has(local)).map((local) => addressOf(local, domain)),
      }))
      await store.adopt(tx.db, adopted, tx.at, by.name)
      for (const { id, remoteDn, aliases } of adopted)
        tx.audit(by, 'account.adopted', `account:${id}`, { dn: remoteDn, ...(aliases.length > 0 && { aliases }) })
      return made.length
    },
  }
}

const NONE: ReadonlySet<string> = new Set()
