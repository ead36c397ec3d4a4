import type { Permit } from '../access/policy.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Target } from './ledger.ts'
import * as store from './store.ts'

export type Pause = {
  readonly target: Target
  readonly since: Date
  readonly until: Date
  readonly byName: string
  readonly why: string
}
export type Pauses = ReturnType<typeof pausesOf>

/** Targets under maintenance: everything for them waits, nothing is tried, and so nothing fails. */
export function pausesOf(deps: { prisma: PrismaClient; transaction: Transaction; clock: Clock }) {
  const { prisma, transaction, clock } = deps
  return {
    /** Those in force now; a pause ends by itself. */
    present: (): Promise<Pause[]> => store.pauses(prisma, clock()),

    /** From now until then; another pause of the same target is replaced. */
    pause: (permit: Permit<'sync.change'>, asked: { target: Target; until: Date; why: string }): Promise<void> =>
      transaction(async (tx) => {
        await store.pause(tx.db, { ...asked, since: tx.at, byName: permit.actor.name })
        tx.audit(permit.actor, 'target.paused', `target:${asked.target}`, {
          ...{ until: asked.until.toISOString(), why: asked.why },
        })
      }),

    /** Work goes on at once. */
    resume: (permit: Permit<'sync.change'>, target: Target): Promise<void> =>
      transaction(async (tx) => {
        if ((await store.resume(tx.db, target)) === 0) return
        tx.ring('sync')
        tx.audit(permit.actor, 'target.resumed', `target:${target}`)
      }),
  }
}
