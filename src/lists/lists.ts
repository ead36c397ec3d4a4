import { covers, unitIds, type Actor, type Permit, type PersonActor } from '../access/policy.ts'
import type { Addresses } from '../addresses/addresses.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import type { Clock } from '../kernel/clock.ts'
import { dayOf } from '../kernel/day.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import { addressOf, EmailAddress, type LocalPart } from '../kernel/email-address.ts'
import type { AccountId, GroupId, UnitId } from '../kernel/ids.ts'
import type { Arrived } from '../provisioning/wanted.ts'
import type { Sync } from '../provisioning/sync.ts'
import {
  namedIn,
  postersIn,
  POSTING,
  unitsIn,
  type ListEventKind,
  type ListMember,
  type ListRefusal,
  type ListRule,
  type ListSummary,
  type ListView,
  type Posting,
} from './list.ts'
import { followingOf } from './following.ts'
import * as store from './store.ts'

/** A list with the address that a request holds for it. */
export type NewList = {
  readonly name: string
  readonly unitId: UnitId
  readonly local: LocalPart
  readonly rule: ListRule
  readonly posting: Posting
}
/** What is to become different; what is absent stays. */
export type ListChange = Partial<Omit<NewList, 'local'>>

export type ListsPage = {
  readonly lists: ListSummary[]
  readonly total: number
  readonly page: number
  readonly pageSize: number
}
export type MembersPage = {
  readonly members: ListMember[]
  readonly total: number
  readonly page: number
  readonly pageSize: number
}
export type Lists = ReturnType<typeof listsOf>
const PAGE = 20
const MEMBERS = 50

/** Distribution lists: an address, whom it reaches, and who may write to it. The rule is kept; members follow from it. */
export function listsOf(deps: {
  prisma: PrismaClient
  transaction: Transaction
  clock: Clock
  addresses: Addresses
  sync: Sync
  domain: string
  /** Whether somebody tells the mail server who may write to a list with named senders. */
  named: boolean
}) {
  const { prisma, clock, addresses, sync, domain } = deps
  const following = followingOf(deps)
  const owner = (id: GroupId) => ({ kind: 'group' as const, id })

  /** Whether all that it names is there. */
  async function known(tx: Tx, asked: Pick<NewList, 'unitId' | 'rule' | 'posting'>): Promise<ListRefusal | null> {
    if (await store.unknownUnit(tx.db, [asked.unitId, ...unitsIn(asked.rule)])) return { kind: 'unknown-unit' }
    const member = await store.unknownAccount(tx.db, namedIn(asked.rule))
    if (member !== null) return { kind: 'unknown-member', accountId: member }
    if (asked.posting.who === 'named' && !deps.named) return { kind: 'named-not-offered' }
    const poster = await store.unknownAccount(tx.db, postersIn(asked.posting))
    return poster === null ? null : { kind: 'unknown-poster', accountId: poster }
  }

  const filterOf = (own: Partial<store.ListFilter>): store.ListFilter => ({
    ...{ q: '', unit: null, within: null, id: null, member: null, on: dayOf(clock()), domain, limit: PAGE, offset: 0 },
    ...own,
  })

  return {
    ...following.doors,

    /** Who may write to a list, as far as it can be kept here. */
    postings: POSTING.filter((who) => who !== 'named' || deps.named),

    /** Why a list could not be made so now; null when it could. */
    check: known,

    /** For a transaction that begins to move people: whoever is working out members has done so before it goes on. */
    settled: (tx: Tx): Promise<unknown> => store.lockMembers(tx.db),

    /**
     * Makes a list, in the caller's transaction; its members are worked out at once. Refused: unknown-unit,
     * unknown-member, unknown-poster, named-not-offered, address-taken when the request no longer holds the address; nothing was written then.
     */
    async create(
      tx: Tx,
      by: Actor,
      requestId: string,
      asked: NewList,
    ): Promise<Decision<GroupId, ListRefusal | { kind: 'address-taken' }>> {
      await store.lockMembers(tx.db)
      const refusal = await known(tx, asked)
      if (refusal) return refuse(refusal)
      const id = store.newId()
      const live = await addresses.live(tx, requestId, asked.local, owner(id))
      if (!live.ok) return refuse({ kind: 'address-taken' })
      await store.insert(tx.db, id, asked, [asked.local], tx.at)
      await following.workOut(tx, id)
      await sync.groupsDue(tx, [{ id, revision: 1 }])
      await store.event(tx.db, id, tx.at, 'created', by.name)
      const { local, ...facts } = asked
      tx.audit(by, 'list.created', `group:${id}`, { address: addressOf(local, domain), ...facts })
      return accept(id)
    },

    /** Changes a list, in the caller's transaction. Refused: as in `create`, and unknown-list. */
    async change(tx: Tx, by: Actor, id: GroupId, asked: ListChange): Promise<Decision<null, ListRefusal>> {
      await store.lockMembers(tx.db)
      const before = await store.lock(tx.db, id)
      if (!before) return refuse({ kind: 'unknown-list' })
      const facts = { ...before, ...asked }
      const refusal = await known(tx, facts)
      if (refusal) return refuse(refusal)
      const differs = (name: keyof ListChange) => JSON.stringify(before[name]) !== JSON.stringify(facts[name])
      const kinds = {
        name: 'renamed',
        unitId: 'unit-changed',
        rule: 'rule-changed',
        posting: 'posting-changed',
      } as const
      const changed = Object.entries(kinds).filter(([name]) => differs(name as keyof ListChange))
      if (changed.length === 0) return accept(null)
      await store.update(tx.db, id, facts, await addresses.ofOwner(tx, owner(id)))
      for (const [, kind] of changed)
        await store.event(
          tx.db,
          id,
          tx.at,
          kind satisfies ListEventKind,
          by.name,
          kind === 'renamed' ? before.name : undefined,
        )
      tx.audit(
        by,
        'list.changed',
        `group:${id}`,
        Object.fromEntries(changed.map(([name]) => [name, facts[name as keyof ListChange]])),
      )
      if (differs('rule')) await following.workOut(tx, id)
      await following.due(tx, [id])
      return accept(null)
    },

    /** A page of the lists of the reader's units, by name. */
    async list(
      permit: Permit<'list.read'>,
      { q = '', unit = null, page = 1 }: { q?: string; unit?: UnitId | null; page?: number },
    ): Promise<ListsPage> {
      const filter = filterOf({ q, unit, within: unitIds(permit.units), offset: (page - 1) * PAGE })
      const [lists, total] = await Promise.all([store.list(prisma, filter), store.count(prisma, filter)])
      return { lists, total, page, pageSize: PAGE }
    },

    /** The same without counting, from a place on; `next` is where it goes on, null when no more follow. */
    async listAfter(
      permit: Permit<'list.read'>,
      asked: { q: string; unit: UnitId | null; after: store.ListPlace | null; limit: number },
    ): Promise<{ lists: ListSummary[]; next: store.ListPlace | null }> {
      const { limit } = asked
      const filter = filterOf({ ...asked, within: unitIds(permit.units), limit: limit + 1 })
      const found = await store.list(prisma, filter)
      const lists = found.slice(0, limit)
      const last = lists.at(-1)
      return { lists, next: last && found.length > limit ? { name: last.name, id: last.id } : null }
    },

    /** Null when unknown or out of scope: which of the two is not told. */
    async read(permit: Permit<'list.read'>, id: GroupId): Promise<ListView | null> {
      const [summary] = await store.list(prisma, filterOf({ id }))
      if (!summary || !covers(permit.units, summary.unitId)) return null
      const row = await prisma.mailGroup.findUniqueOrThrow({
        where: { id },
        include: { events: { orderBy: { id: 'asc' } } },
      })
      const rule = row.rule as ListRule
      const posting = row.posting as Posting
      const [names, units, posters, locals] = await Promise.all([
        store.named(prisma, namedIn(rule), domain),
        store.unitNames(prisma, unitsIn(rule), dayOf(clock())),
        store.named(prisma, postersIn(posting), domain),
        addresses.ofOwner({ db: prisma }, owner(id)),
      ])
      const unitName = (unit: UnitId | null) => units.find((each) => each.id === unit)?.name ?? null
      return {
        ...summary,
        ...{ number: row.number ?? 0, rule, postingRule: posting, posters, revision: row.revision },
        createdAt: row.createdAt ?? new Date(0),
        aliases: locals.slice(1).map((local) => EmailAddress.parse(`${local}@${domain}`)),
        clauses: rule.map((clause) => {
          switch (clause.by) {
            case 'unit':
              return { by: 'unit', unitName: unitName(clause.unitId) ?? '', below: clause.below }
            case 'position':
              return { by: 'position', title: clause.title, unitName: unitName(clause.unitId), below: clause.below }
            case 'name':
              return { by: 'name', accounts: names.filter((each) => clause.accounts.includes(each.id)) }
            default:
              return clause satisfies never
          }
        }),
        events: row.events.map(({ at, kind, byName, note }) => ({ at, kind: kind as ListEventKind, byName, note })),
      }
    },

    /** A page of whom the list reaches, by name. */
    async members(permit: Permit<'list.read'>, list: ListView, page = 1): Promise<MembersPage> {
      if (!covers(permit.units, list.unitId)) return { members: [], total: 0, page, pageSize: MEMBERS }
      const at = { on: dayOf(clock()), domain, limit: MEMBERS, offset: (page - 1) * MEMBERS }
      return { members: await store.members(prisma, list.id, at), total: list.members, page, pageSize: MEMBERS }
    },

    /** The members behind one of them; null when the list is unknown or out of scope. */
    async membersAfter(
      permit: Permit<'list.read'>,
      id: GroupId,
      { after, limit }: { after: AccountId | null; limit: number },
    ): Promise<{ members: ListMember[]; next: AccountId | null } | null> {
      const [summary] = await store.list(prisma, filterOf({ id }))
      if (!summary || !covers(permit.units, summary.unitId)) return null
      const at = { on: dayOf(clock()), domain, after, limit: limit + 1, offset: 0 }
      const found = await store.members(prisma, id, at)
      const members = found.slice(0, limit)
      return { members, next: found.length > limit ? (members.at(-1)?.accountId ?? null) : null }
    },

    /** The lists that reach the reader. */
    mine: (permit: Permit<'own.read'>): Promise<ListSummary[]> =>
      store.list(prisma, filterOf({ member: (permit.actor as PersonActor).accountId, limit: 200 })),

    /**
     * Whether the person who signed in as `login` (null for nobody) may write to this address. An address that is no list
     * is not asked about here, and is open.
     */
    mayPost: async (login: string | null, address: string): Promise<boolean> => {
      const posting = await store.postingOf(prisma, address.slice(0, address.lastIndexOf('@')).toLowerCase())
      if (posting === null) return true
      switch (posting.who) {
        case 'anyone':
          return true
        case 'province':
          return login !== null
        case 'named':
          return login !== null && (await store.isOneOf(prisma, login, posting.accounts))
        default:
          return posting satisfies never
      }
    },

    /** Makes every list due: what they show has changed for all alike. */
    allChanged: async (tx: Tx): Promise<void> => following.due(tx, await store.everyList(tx.db)),

    /** For provisioning, in the transaction that records it: new entries join the lists that they are members of. */
    arrived: (async (tx, arrivals) => {
      const created = arrivals.filter((arrival) => arrival.created).map((arrival) => arrival.id)
      if (created.length > 0) await following.joined(tx, created)
    }) satisfies Arrived,

    /** For provisioning: what the directory should show now. */
    wanted: (ids: readonly string[]) => store.wanted(prisma, ids, domain),
  }
}
