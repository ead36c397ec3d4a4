import { covers, unitIds, type Permit } from '../access/policy.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import type { Clock } from '../kernel/clock.ts'
import { dayOf, type Day } from '../kernel/day.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import type { UnitId } from '../kernel/ids.ts'
import * as store from './store.ts'
import { decideVersion, type Unit, type UnitFacts, type UnitRefusal } from './unit.ts'

export type Units = ReturnType<typeof unitsOf>

/**
 * The organisation over time. `changed` is told, in the same transaction, of a unit whose name or place changed, so that
 * what shows it elsewhere becomes due.
 */
export function unitsOf(deps: {
  prisma: PrismaClient
  transaction: Transaction
  clock: Clock
  changed: (tx: Tx, id: UnitId) => Promise<void>
}) {
  const { prisma, transaction, clock, changed } = deps
  const today = () => dayOf(clock())

  return {
    /** For the public unit picker: present units by present or former name, without regard to accents. */
    search: (q: string, limit = 12): Promise<Unit[]> =>
      q.trim() === '' ? Promise.resolve([]) : store.search(prisma, q, today(), limit, null),

    /** The unit as it stands today, or null. Inside a transaction, through its connection. */
    find: (id: UnitId, tx?: Pick<Tx, 'db'>): Promise<Unit | null> => store.find(tx?.db ?? prisma, id, today()),

    /** Within the reader's scope; as they stand today, or stood on a day. */
    list: (permit: Permit<'unit.read'>, q = '', limit = 1000, on: Day = today()): Promise<Unit[]> =>
      store.search(prisma, q, on, limit, unitIds(permit.units)),

    /** One unit with its versions, newest first; null when unknown or out of scope. */
    async read(permit: Permit<'unit.read'>, id: UnitId): Promise<{ unit: Unit; versions: Unit[] } | null> {
      if (!covers(permit.units, id)) return null
      const versions = await store.versions(prisma, id)
      const unit = (await store.find(prisma, id, today())) ?? versions[0]
      return unit ? { unit, versions } : null
    },

    /** Refused: unknown-parent, name-taken (among its siblings). */
    create: (permit: Permit<'unit.change'>, facts: UnitFacts): Promise<Decision<UnitId, UnitRefusal>> =>
      transaction(async (tx) => {
        if (facts.parentId !== null && !(await store.lock(tx.db, facts.parentId)))
          return refuse({ kind: 'unknown-parent' })
        if (await store.siblingNamed(tx.db, facts.name, facts.parentId, null)) return refuse({ kind: 'name-taken' })
        const id = await store.insert(tx.db, facts, today())
        await changed(tx, id)
        tx.audit(permit.actor, 'unit.created', `unit:${id}`, { ...facts })
        return accept(id)
      }),

    /**
     * A new version from a day on. Refused: unknown-unit, unknown-parent, own-descendant, not-after-current, name-taken;
     * changed-meanwhile when there are not as many versions as somebody has `seen`.
     */
    change: (
      permit: Permit<'unit.change'>,
      id: UnitId,
      facts: UnitFacts,
      seen: number | null = null,
    ): Promise<Decision<UnitId, UnitRefusal>> =>
      transaction(async (tx) => {
        if (!(await store.lock(tx.db, id))) return refuse({ kind: 'unknown-unit' })
        if (facts.parentId !== null && !(await store.lock(tx.db, facts.parentId)))
          return refuse({ kind: 'unknown-parent' })
        const versions = await store.versions(tx.db, id)
        const [present] = versions
        if (!present) return refuse({ kind: 'unknown-unit' })
        if (seen !== null && seen !== versions.length) return refuse({ kind: 'changed-meanwhile' })
        const below = new Set(await store.subtree(tx.db, [id], today()))
        const decision = decideVersion(present, facts, below)
        if (!decision.ok) return decision
        if (await store.siblingNamed(tx.db, facts.name, facts.parentId, id)) return refuse({ kind: 'name-taken' })
        await store.close(tx.db, id, facts.validFrom)
        await store.insertVersion(tx.db, id, facts, today())
        await changed(tx, id)
        tx.audit(permit.actor, 'unit.changed', `unit:${id}`, { ...facts, before: present.name })
        return accept(id)
      }),

    /** Units whose version starts today become due where they are shown; asking again does no harm. */
    async followToday(_permit: Permit<'system.tidy'>): Promise<void> {
      for (const id of await store.unfollowed(prisma, today()))
        await transaction(async (tx) => {
          if (await store.follow(tx.db, id, today())) await changed(tx, id)
        })
    },

    /** These units and all below them, today; for whoever works out a scope. */
    subtree: (roots: readonly UnitId[]): Promise<UnitId[]> => store.subtree(prisma, roots, today()),
  }
}
