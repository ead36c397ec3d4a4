import { createHash } from 'node:crypto'
import type { Actor, Permit, PersonActor } from '../access/policy.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import { versionedPolicy, type PolicyHistory, type Versioned } from '../db/policies.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import { hours, later } from '../kernel/clock.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import { BrakePolicy, DEFAULT_BRAKE, isLooser, type BrakeRefusal, type Hold, type Plan } from './brake.ts'
import * as store from './store.ts'

export type BrakeVersion = Versioned<BrakePolicy>
export type BrakeHistory = PolicyHistory<BrakePolicy>

const LIMITS = versionedPolicy('brake', {
  ...{ parse: (body) => BrakePolicy.parse(body), initial: DEFAULT_BRAKE, action: 'brake.limits-changed' },
})

/**
 * The brake's limits, as data with versions. One person may tighten them; looser ones are held like any plan beyond the
 * limits, or one person could do alone what the brake gives to two.
 */
export function limitsOf(deps: { prisma: PrismaClient; transaction: Transaction }) {
  const { prisma, transaction } = deps

  /** What is in force now; version 0 is what the product begins with. */
  const present = (db: Tx['db'] = prisma): Promise<BrakeVersion> => LIMITS.read(db)

  async function put(
    tx: Tx,
    by: Actor,
    next: { seen: number; policy: BrakePolicy; why: string },
  ): Promise<Decision<{ version: number }, BrakeRefusal>> {
    const put = await LIMITS.change(tx, by, next)
    if (put.ok) return accept({ version: put.value })
    const unchanged = put.refusal.kind === 'policy-unchanged'
    return refuse({ kind: unchanged ? 'limits-unchanged' : 'limits-changed-meanwhile' })
  }

  return {
    present,

    /** Every version of the limits, newest first. */
    history: (_permit: Permit<'brake.read'>): Promise<BrakeHistory[]> => LIMITS.history(prisma),

    /**
     * The next version of the limits: in force at once when it is stricter, else held until a second person releases it.
     * `seen` is the version that was edited. Refused: limits-changed-meanwhile, limits-unchanged.
     */
    change: (
      permit: Permit<'brake.release'>,
      asked: { seen: number; policy: BrakePolicy; why: string },
    ): Promise<Decision<{ version: number } | { holdId: string }, BrakeRefusal>> =>
      transaction(async (tx) => {
        await store.lock(tx.db)
        const before = await present(tx.db)
        if (before.version !== asked.seen) return refuse({ kind: 'limits-changed-meanwhile' })
        const text = JSON.stringify(asked.policy)
        if (JSON.stringify(before.policy) === text) return refuse({ kind: 'limits-unchanged' })
        if (!isLooser(asked.policy, before.policy)) return put(tx, permit.actor, asked)
        const plan: Plan = {
          kind: 'limits',
          id: String(asked.seen + 1),
          hash: createHash('sha256').update(text).digest('hex'),
          name: String(asked.seen + 1),
          parts: [],
        }
        const open = await store.openHold(tx.db, plan)
        if (open) await store.end(tx.db, open.id, tx.at, 'superseded', null)
        const hold = await store.hold(tx.db, plan, [{ kind: 'looser' }], tx.at, asked.policy)
        // Permits for it are given to people only.
        const { accountId: by, name: byName } = permit.actor as PersonActor
        const until = later(tx.at, hours(before.policy.hours))
        await store.ask(tx.db, hold.id, { at: tx.at, by, byName, why: asked.why, until })
        tx.audit(permit.actor, 'brake.limits-asked', `hold:${hold.id}`, { policy: asked.policy, why: asked.why })
        return accept({ holdId: hold.id })
      }),

    /** The limits that a held change would put in force. */
    async asked(_permit: Permit<'brake.read'>, hold: Hold): Promise<BrakePolicy | null> {
      return hold.plan.kind === 'limits' ? BrakePolicy.parse(await store.bodyOf(prisma, hold.id)) : null
    },

    /** Puts a released version in force; false when another one came between. */
    async start(tx: Tx, plan: Plan, by: Actor): Promise<boolean> {
      const hold = await store.openHold(tx.db, plan)
      if (!hold) return false
      const policy = BrakePolicy.parse(await store.bodyOf(tx.db, hold.id))
      const done = await put(tx, by, { seen: Number(plan.id) - 1, policy, why: hold.asked?.why ?? '' })
      if (done.ok) await store.end(tx.db, hold.id, tx.at, 'used', by.name)
      return done.ok
    },
  }
}
