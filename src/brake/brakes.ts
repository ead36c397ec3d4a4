import type { Actor, Permit, PersonActor } from '../access/policy.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import { days, hours, later, type Clock } from '../kernel/clock.ts'
import { dayOf } from '../kernel/day.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import {
  holdState,
  judge,
  totals,
  type BrakeRefusal,
  type Hold,
  type Part,
  type Plan,
  type PlanKind,
  type Reason,
} from './brake.ts'
import { limitsOf } from './limits.ts'
import * as store from './store.ts'

/** Stopped before its first change; `holdId` is where two people release it. */
export type Held = { readonly kind: 'held'; readonly holdId: string; readonly reasons: readonly Reason[] }

/**
 * Carries a released plan out, in the transaction that releases it; false, having written nothing, when the plan is not
 * what it was. It starts its work as it always does, with `pass`, which now finds the release.
 */
export type Start = (tx: Tx, plan: Plan, by: Actor) => Promise<boolean>

export type Brakes = ReturnType<typeof brakesOf>

/**
 * The safety brake: a whole plan is looked at before its first change, and beyond the limits two people release it. What
 * goes on is counted in the same transaction, so that many small plans are seen as the leak that they are.
 */
export function brakesOf(deps: {
  prisma: PrismaClient
  transaction: Transaction
  clock: Clock
  /** What carries each kind of plan out once it is released; without one, whoever asked goes on by hand. */
  starts: Partial<Record<PlanKind, Start>>
}) {
  const { prisma, transaction, clock, starts } = deps
  const limits = limitsOf(deps)
  const { present } = limits
  // Permits for it are given to people only.
  const personOf = (permit: Permit<'brake.release'>) => permit.actor as PersonActor

  async function reasonsFor(tx: Pick<Tx, 'db' | 'at'>, plan: Plan): Promise<Reason[]> {
    const { policy } = await present(tx.db)
    const [population, before] = [
      await store.population(tx.db, dayOf(tx.at)),
      await store.changedSince(tx.db, later(tx.at, -days(policy.windowDays)), plan),
    ]
    return judge(plan.parts, policy, population, before)
  }

  /** The plan's open hold, made or renewed when the plan is another by now. */
  async function holdFor(tx: Tx, plan: Plan, reasons: readonly Reason[]): Promise<Hold> {
    const open = await store.openHold(tx.db, plan)
    if (open && open.plan.hash === plan.hash && holdState(open, tx.at) !== 'expired') return open
    if (open) await store.end(tx.db, open.id, tx.at, 'superseded', null)
    return store.hold(tx.db, plan, reasons, tx.at)
  }

  return {
    /** Its limits, as data with versions. */
    limits,

    /** What the brake would say of the plan now, for a preview; nothing is held or counted. */
    judge: (plan: Plan): Promise<Reason[]> => reasonsFor({ db: prisma, at: clock() }, plan),

    /**
     * Lets the whole plan through and counts it, in the transaction that starts it: within the limits, or because two people
     * released this very plan. Refused otherwise: the plan is held, and this transaction is to be kept all the same.
     */
    async pass(tx: Tx, by: Actor, plan: Plan): Promise<Decision<{ released: boolean }, Held>> {
      await store.lock(tx.db)
      const { each, all } = totals(plan.parts)
      const open = await store.openHold(tx.db, plan)
      const released = open?.plan.hash === plan.hash && holdState(open, tx.at) === 'released'
      if (!released) {
        const reasons = await reasonsFor(tx, plan)
        if (plan.alwaysTwo) reasons.unshift({ kind: 'always-two' })
        if (reasons.length > 0) {
          const held = await holdFor(tx, plan, reasons)
          if (held.id !== open?.id)
            tx.audit(by, 'brake.held', `plan:${plan.kind}:${plan.id}`, { name: plan.name, all, ...each })
          return refuse({ kind: 'held', holdId: held.id, reasons })
        }
      }
      if (open) await store.end(tx.db, open.id, tx.at, released ? 'used' : 'superseded', by.name)
      await store.count(tx.db, plan, each, released, tx.at)
      return accept({ released })
    },

    /** Counts what was changed without a plan, one account by hand for instance, or (negative) what was taken back. */
    async count(tx: Tx, plan: Pick<Plan, 'kind' | 'id'>, parts: readonly Part[]): Promise<void> {
      await store.count(tx.db, plan, totals(parts).each, false, tx.at)
    },

    /** Plans that were stopped, open ones first. */
    list: (_permit: Permit<'brake.read'>, limit = 100): Promise<Hold[]> => store.holds(prisma, limit),
    read: (_permit: Permit<'brake.read'>, id: string): Promise<Hold | null> => store.find(prisma, id),
    /** How many plans are held or wait for a second person. */
    waiting: (_permit: Permit<'brake.read'>): Promise<number> => store.waiting(prisma),

    /** One of two: says why it should be released. Refused: unknown-hold, not-waiting. */
    ask: (permit: Permit<'brake.release'>, id: string, why: string): Promise<Decision<Hold, BrakeRefusal>> =>
      transaction(async (tx) => {
        const hold = await store.lockHold(tx.db, id)
        if (hold === null) return refuse({ kind: 'unknown-hold' })
        if (!['held', 'expired'].includes(holdState(hold, tx.at))) return refuse({ kind: 'not-waiting' })
        const { accountId: by, name: byName } = personOf(permit)
        const until = later(tx.at, hours((await present(tx.db)).policy.hours))
        await store.ask(tx.db, id, { at: tx.at, by, byName, why, until })
        tx.audit(permit.actor, 'brake.release-asked', `hold:${id}`, { plan: hold.plan.name, why })
        return accept(hold)
      }),

    /**
     * The other of two: the plan goes on, in this transaction where its kind can. Refused: unknown-hold, not-waiting,
     * own-ask, plan-changed.
     */
    release: (permit: Permit<'brake.release'>, id: string): Promise<Decision<Hold, BrakeRefusal>> =>
      transaction(
        async (tx): Promise<Decision<Hold, BrakeRefusal>> => {
          const hold = await store.lockHold(tx.db, id)
          if (hold === null) return refuse({ kind: 'unknown-hold' })
          if (hold.asked === null || holdState(hold, tx.at) !== 'asked') return refuse({ kind: 'not-waiting' })
          const { accountId, name } = personOf(permit)
          if (hold.asked.by === accountId) return refuse({ kind: 'own-ask' })
          await store.release(tx.db, id, tx.at, accountId, name)
          const { plan, asked } = hold
          const start = starts[plan.kind]
          const started =
            plan.kind === 'limits'
              ? await limits.start(tx, plan, permit.actor)
              : !start || (await start(tx, plan, permit.actor))
          if (!started) {
            await store.end(tx.db, id, tx.at, 'superseded', null)
            tx.audit(permit.actor, 'brake.plan-changed', `hold:${id}`, { plan: plan.name })
            return refuse({ kind: 'plan-changed' })
          }
          tx.audit(permit.actor, 'brake.released', `hold:${id}`, {
            ...{ plan: plan.name, asked: asked.byName, why: asked.why, hash: plan.hash },
          })
          return accept(hold)
        },
        { timeoutMs: 60_000 },
      ),

    /** The plan is not carried out; whoever asked may take it back as well. Refused: unknown-hold, not-waiting. */
    drop: (permit: Permit<'brake.release'>, id: string): Promise<Decision<null, BrakeRefusal>> =>
      transaction(async (tx) => {
        const hold = await store.lockHold(tx.db, id)
        if (hold === null) return refuse({ kind: 'unknown-hold' })
        if (hold.ended !== null) return refuse({ kind: 'not-waiting' })
        await store.end(tx.db, id, tx.at, 'refused', permit.actor.name)
        tx.audit(permit.actor, 'brake.refused', `hold:${id}`, { plan: hold.plan.name })
        return accept(null)
      }),

    /** Forgets changes that no window can look back at any more. */
    forgetOld: (tx: Tx): Promise<unknown> => store.forgetBefore(tx.db, later(tx.at, -days(100))),
  }
}
