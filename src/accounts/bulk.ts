import { randomUUID } from 'node:crypto'
import type { Actor } from '../access/policy.ts'
import type { Reason } from '../addresses/address.ts'
import type { BulkAddresses } from '../addresses/bulk.ts'
import type { Tx } from '../db/transaction.ts'
import { dayOf, type Day } from '../kernel/day.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import { addressOf, type LocalPart } from '../kernel/email-address.ts'
import type { AccountId, PersonId, UnitId } from '../kernel/ids.ts'
import type { PersonName } from '../kernel/person-name.ts'
import { fold } from '../kernel/text.ts'
import type { Language } from '../letters/letter.ts'
import type { Sync } from '../provisioning/sync.ts'
import { searchText, type HandOver } from './account.ts'
import * as store from './bulk-store.ts'
import type { Quotas } from './quotas.ts'

/** A person of a list to whom an account is issued; the address must be free, nobody holds it for them. */
export type ListedPerson = {
  readonly name: PersonName
  /** With less than the day known, the first day of the month or year. */
  readonly birthDate: Day | null
  readonly birthPrecision: 'day' | 'month' | 'year'
  readonly sex: string | null
  readonly ninCipher: string | null
  readonly ninHash: string | null
  readonly contactEmail: string | null
  readonly phone: string | null
  readonly unitId: UnitId
  readonly title: string
  readonly employment: string
  readonly local: LocalPart
  readonly reason: Reason | null
  readonly handOver: HandOver
  readonly language: Language
}
export type IssuedMany = { readonly accountId: AccountId; readonly personId: PersonId; readonly number: number }
export type IssueManyRefusal = { readonly kind: 'duplicate-person' } | { readonly kind: 'address-taken' }
export type BulkAccounts = ReturnType<typeof bulkAccountsOf>

/** Accounts in great number, by few statements; the same rules as one by one. */
export function bulkAccountsOf(deps: {
  addresses: BulkAddresses
  sync: Sync
  domain: string
  quotas: Pick<Quotas, 'ofNew'>
}) {
  const { addresses, sync, domain, quotas } = deps

  return {
    /** Accounts that came back begin anew: how the way in is handed over, and that its owner hears of it when it is there. */
    beginAnew: (tx: Tx, accounts: readonly store.Beginning[]): Promise<unknown> => store.beginAnew(tx.db, accounts),

    /**
     * Issues accounts to people of a list, in the caller's transaction; answers in their order. Refused, each by itself:
     * duplicate-person when the identification number is known already (or comes twice), address-taken.
     */
    async issueMany(
      tx: Tx,
      by: Actor,
      people: readonly ListedPerson[],
    ): Promise<Decision<IssuedMany, IssueManyRefusal>[]> {
      const hashes = people.flatMap(({ ninHash }) => (ninHash === null ? [] : [ninHash]))
      if (hashes.length > 0) await store.lockNumbers(tx.db, hashes)
      const known = hashes.length > 0 ? await store.knownNumbers(tx.db, hashes) : new Set<string>()
      const seen = new Set<string>()
      const wanted = people.map((person) => {
        const { ninHash } = person
        if (ninHash !== null && (known.has(ninHash) || seen.has(ninHash)))
          return { person, ids: null, refused: { kind: 'duplicate-person' } as const }
        if (seen.has(person.local)) return { person, ids: null, refused: { kind: 'address-taken' } as const }
        if (ninHash !== null) seen.add(ninHash)
        seen.add(person.local)
        const ids = { accountId: randomUUID() as AccountId, personId: randomUUID() as PersonId }
        return { person, ids, refused: null }
      })
      const asking = wanted.flatMap((each) => (each.ids === null ? [] : [each]))
      const given = await addresses.give(
        tx,
        asking.map(({ person: { local, reason }, ids }) => ({ local, reason, account: ids.accountId })),
      )
      const granted = asking.filter(({ person }) => given.has(person.local))
      const numbers = await store.nextNumbers(tx.db, granted.length)
      const issued = granted.map(({ person, ids }, n) => ({ person, ...ids, number: numbers[n] ?? 0 }))
      if (issued.length > 0) await write(tx, by, issued)

      const byId = new Map(
        issued.map(({ accountId, personId, number }) => [accountId, { accountId, personId, number }]),
      )
      return wanted.map(({ ids, refused }) => {
        if (ids === null) return refuse(refused)
        const one = byId.get(ids.accountId)
        return one === undefined ? refuse({ kind: 'address-taken' }) : accept(one)
      })
    },
  }

  async function write(tx: Tx, by: Actor, issued: readonly (IssuedMany & { person: ListedPerson })[]): Promise<void> {
    const today = dayOf(tx.at)
    await store.insertPersons(
      tx.db,
      issued.map(({ personId, person }) => ({
        ...{ id: personId, fullName: person.name.full, surname: person.name.surname, middle: person.name.middle },
        ...{ given: person.name.given, fold: fold(person.name.full), birthDate: person.birthDate },
        ...{ birthPrecision: person.birthPrecision, sex: person.sex, ninCipher: person.ninCipher },
        ...{ ninHash: person.ninHash, contactEmail: person.contactEmail, phone: person.phone },
      })),
    )
    await store.insertPosts(
      tx.db,
      issued.map(({ personId, person: { unitId, title, employment } }) => ({
        ...{ id: randomUUID(), personId, unitId, title, employment, validFrom: today, validTo: null },
      })),
    )
    const sizeOf = await quotas.ofNew(tx)
    await store.insertAccounts(
      tx.db,
      issued.map(({ accountId, personId, number, person }) => ({
        ...{ id: accountId, number, personId, unitId: person.unitId, displayName: person.name.full },
        quotaMb: sizeOf({ kind: 'person', title: person.title, unitId: person.unitId }),
        search: searchText([fold(person.name.full), person.local, String(number)]),
        ...{ handOver: person.handOver, language: person.language },
      })),
      tx.at,
      by.name,
    )
    await sync.accountsDue(
      tx,
      issued.map(({ accountId }) => ({ id: accountId, revision: 1 })),
    )
    for (const { accountId, number, person } of issued)
      tx.audit(by, 'account.issued', `account:${accountId}`, {
        ...{ number, address: addressOf(person.local, domain), unit: person.unitId },
      })
  }
}
