import type { PrismaClient } from '../db/generated/client.ts'
import type { Tx } from '../db/transaction.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Reason } from './address.ts'
import { allot, asksFor } from './allotting.ts'
import * as store from './bulk-store.ts'
import type { NamingPolicies } from './naming-policies.ts'
import * as handing from './handing-store.ts'
import { formsOf, OF_UNIT, type Candidate, type NamingPolicy, type Subject } from './naming.ts'
import type { AccountId } from '../kernel/ids.ts'
import type { LocalPart } from '../kernel/email-address.ts'

export type { Given } from './bulk-store.ts'
export type { AddressState } from './handing-store.ts'
/** An address that would be given, and why it is this one. */
export type Allotted = { readonly candidate: Candidate; readonly reason: Reason }
export type BulkAddresses = ReturnType<typeof bulkAddressesOf>

/** Addresses of many people at once. */
export function bulkAddressesOf(deps: { prisma: PrismaClient; clock: Clock; naming: NamingPolicies; domain: string }) {
  const { prisma, clock, naming, domain } = deps
  return {
    /**
     * What the policy gives each of these people, in their order; nothing is taken. `spoken` are addresses that others of the
     * same list get anyhow. The same question gets the same answer until addresses or the policy change.
     */
    async allot(subjects: readonly Subject[], spoken: ReadonlySet<string>): Promise<(Allotted | null)[]> {
      const { policy, version } = await naming.present()
      const forms = subjects.map((subject) => formsOf(policy, subject, domain))
      const taken = await store.takenAmong(prisma, asksFor(forms), clock())
      for (const local of spoken) taken.add(local)
      return allot(forms, taken).map(
        (candidate) =>
          candidate && { candidate, reason: { policy: version, rule: candidate.rule, number: candidate.number } },
      )
    },

    /** Further addresses that accounts had before Congvu; answers those that nobody has by now, which are theirs. */
    giveAliases: (
      tx: Tx,
      asked: readonly { readonly account: AccountId; readonly local: LocalPart }[],
    ): Promise<ReadonlySet<string>> =>
      store.giveMany(
        tx.db,
        asked.map((each) => ({ ...each, reason: null })),
        tx.at,
        'alias',
      ),

    /** Which of these addresses are taken now. */
    taken: (locals: readonly string[]): Promise<ReadonlySet<string>> =>
      store.takenAmong(prisma, { bare: locals, stems: [] }, clock()),

    /** The addresses that the policy gives each of these without a number, best first, whoever has them. */
    async formsFor(subjects: readonly Subject[]): Promise<LocalPart[][]> {
      const { policy } = await naming.present()
      return subjects.map((subject) =>
        formsOf(policy, subject, domain).flatMap(({ bare }) => (bare === null ? [] : [bare])),
      )
    },

    /** Whether the policy makes the unit a part of people's addresses. */
    namesUnits: async (): Promise<boolean> => namesUnits((await naming.present()).policy),

    /**
     * Accounts get a new primary address, in the caller's transaction; the former one, which is answered, stays as an alias.
     * Whose new one is taken by now keeps the one that it has, and is not answered.
     */
    async becomePrimary(
      tx: Tx,
      asked: readonly { readonly account: AccountId; readonly local: LocalPart }[],
    ): Promise<ReadonlyMap<AccountId, LocalPart>> {
      if (asked.length === 0) return new Map()
      const ids = asked.map(({ account }) => account)
      const former = await handing.primaries(tx.db, ids)
      await handing.demotePrimary(tx.db, ids)
      const given = await store.giveMany(
        tx.db,
        asked.map((each) => ({ ...each, reason: null })),
        tx.at,
      )
      const got = new Set(asked.filter(({ local }) => given.has(local)).map(({ account }) => account))
      await handing.promote(
        tx.db,
        former.filter(({ account }) => !got.has(account)),
      )
      return new Map(former.filter(({ account }) => got.has(account)).map(({ account, local }) => [account, local]))
    },

    /** Takes that back: the new address is nobody's any more, and the former one is the primary one again. */
    async givePrimaryUp(
      tx: Tx,
      rows: readonly { readonly account: AccountId; readonly local: LocalPart; readonly former: LocalPart }[],
    ): Promise<void> {
      if (rows.length === 0) return
      await handing.bury(
        tx.db,
        rows.map(({ local }) => local),
      )
      await handing.promote(
        tx.db,
        rows.map(({ account, former: local }) => ({ account, local })),
      )
    },

    /**
     * Writes the addresses of mailboxes that people hold together as they are to be, in the caller's transaction; they pass
     * between these mailboxes only. `unlived` are those that never receive anything. Answers how each was before, null for a
     * new one; null when somebody else has one of them, and nothing was written.
     */
    async handOver(
      tx: Tx,
      boxes: readonly AccountId[],
      wanted: readonly handing.AddressState[],
      unlived: ReadonlySet<string>,
    ): Promise<ReadonlyMap<string, handing.AddressState | null> | null> {
      const locals = wanted.map(({ local }) => local)
      const before = new Map((await handing.lock(tx.db, boxes, locals)).map((row) => [row.local, row]))
      const among = new Set(boxes)
      if (locals.some((local) => before.has(local) && !among.has(before.get(local)?.holder as AccountId))) return null
      await handing.demote(tx.db, locals)
      const written = await handing.put(tx.db, wanted, boxes, tx.at, unlived)
      if (written.size < locals.length) throw new Error('An address was taken while it was handed over')
      return new Map(locals.map((local) => [local, before.get(local) ?? null]))
    },

    /** Takes that back: each as it was; a new one that lived is nobody else's for ever. */
    async handBack(tx: Tx, before: ReadonlyMap<string, handing.AddressState | null>): Promise<void> {
      const locals = [...before.keys()]
      const rows = [...before.values()].filter((row) => row !== null)
      const fresh = locals.filter((local) => before.get(local) === null)
      const now = await handing.lock(tx.db, [], locals)
      await handing.demote(tx.db, locals)
      await handing.dropUnlived(tx.db, fresh)
      await handing.bury(tx.db, fresh)
      await handing.put(tx.db, rows, [...new Set(now.map(({ holder }) => holder))], tx.at, new Set())
    },

    /** The living addresses of accounts, the primary one of each first. */
    async ofAccounts(tx: Pick<Tx, 'db'>, accounts: readonly AccountId[]): Promise<handing.AddressState[]> {
      const rows = await handing.lock(tx.db, accounts, [])
      return rows.filter(({ state }) => state === 'live').sort((a, b) => b.role.localeCompare(a.role))
    },

    /** Living aliases whose term is over. */
    over: (at: Date) => handing.over(prisma, at),

    /** Accounts get their addresses, in the caller's transaction; answers those that were still free and are theirs now. */
    give: (tx: Tx, given: readonly store.Given[]): Promise<ReadonlySet<string>> => store.giveMany(tx.db, given, tx.at),
  }
}

const namesUnits = ({ person, overrides }: NamingPolicy): boolean =>
  [person, ...overrides.filter(({ of }) => of === 'person').map(({ patterns }) => patterns)]
    .flat()
    .some((pattern) => OF_UNIT.some((name) => pattern.includes(`{${name}}`)))
