import type { Actor } from '../access/policy.ts'
import type { Tx } from '../db/transaction.ts'
import { dayOf } from '../kernel/day.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import type { Approver } from './eyes.ts'
import { organisationOf, seatingOf, type Holding, type Organisation, type PlacedUnit } from './organisation.ts'
import * as people from './organisation-store.ts'
import type { Submitted } from './request.ts'
import * as store from './seating-store.ts'

/** Who holds which seat in a unit and above it, with that chain of units, nearest first. */
export type Surroundings = { readonly organisation: Organisation; readonly chain: readonly PlacedUnit[] }
type Reading = Pick<Tx, 'db' | 'at'>

/** Keeps with each waiting request where it waits, so that an inbox is found by an index. */
export function seatingsOf({ domain }: { domain: string }) {
  /** The whole province's seats; those of the past too, for a request may be about a unit that is no more. */
  async function everywhere({ db, at }: Reading): Promise<Organisation> {
    const on = dayOf(at)
    const holdings = await people.holdings(db, null, on, domain)
    return organisationOf(
      await people.units(db, on),
      holdings,
      await people.deputyships(db, idsOf(holdings), on, domain),
    )
  }

  return {
    everywhere,

    /** What a request about this unit needs to know. */
    async around({ db, at }: Reading, unit: UnitId): Promise<Surroundings> {
      const on = dayOf(at)
      const chain = await people.chain(db, unit, on)
      const ids = chain.map(({ id }) => id)
      const holdings = await people.holdings(db, ids, on, domain)
      const deputyships = await people.deputyships(db, idsOf(holdings), on, domain)
      return { chain, organisation: organisationOf(chain, holdings, deputyships) }
    },

    /** Somebody signed in, as one who decides; null for who is no person. */
    async approver({ db }: Reading, actor: Actor, { organisation }: Surroundings): Promise<Approver | null> {
      if (actor.kind !== 'person') return null
      const known = organisation.members.get(actor.accountId)
      if (known) return known
      const member = await people.member(db, actor.accountId, domain)
      return member && { ...member, seats: [], deputyFor: [] }
    },

    /** Notes where the request waits now. */
    async settle({ db }: Reading, request: Submitted, { organisation }: Surroundings): Promise<void> {
      await store.settle(db, [
        { ...request, ...seatingOf({ ...request, unitId: request.details.unitId }, organisation), ...request.course },
      ])
    },

    /**
     * Works out anew where everything waits: after a role, a deputy, a unit or somebody's account has changed, and in the
     * morning, when dates begin and end. Answers how many wait elsewhere now.
     */
    async reseat(tx: Reading): Promise<number> {
      const waiting = await store.waiting(tx.db)
      if (waiting.length === 0) return 0
      const organisation = await everywhere(tx)
      return store.settle(
        tx.db,
        waiting.map((row) => ({ ...row, ...row.course, ...seatingOf(row, organisation) })),
      )
    },
  }
}

const idsOf = (holdings: readonly Holding[]): AccountId[] => [...new Set(holdings.map(({ accountId }) => accountId))]
