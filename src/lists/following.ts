import type { Permit } from '../access/policy.ts'
import { SERVING } from '../accounts/life.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import type { Clock } from '../kernel/clock.ts'
import { dayOf } from '../kernel/day.ts'
import type { GroupId } from '../kernel/ids.ts'
import type { Sync } from '../provisioning/sync.ts'
import * as members from './members-store.ts'

/** Working out a whole province takes longer than a page's change usually may. */
const SLOW = { timeoutMs: 120_000 }

/**
 * Members follow from rules: triggers note whose post, unit or state was written, and this works out what has become of
 * their memberships; with a new day or another organisation, everybody's. A list is made due only when its members changed.
 * While a reorganisation is being carried out or taken back, lists reach whom they reached.
 */
export function followingOf(deps: { prisma: PrismaClient; transaction: Transaction; clock: Clock; sync: Sync }) {
  const { prisma, transaction, clock, sync } = deps

  async function due(tx: Tx, lists: readonly string[]): Promise<void> {
    if (lists.length > 0) await sync.groupsDue(tx, await members.bump(tx.db, lists))
  }

  return {
    due,

    /** One list's members anew; it is the caller's to make it due. */
    async workOut(tx: Tx, id: GroupId): Promise<void> {
      const on = dayOf(tx.at)
      await members.workOut(tx.db, on, SERVING, { lists: [id], accounts: null })
      await members.workedOut(tx.db, [id], on)
    },

    joined: async (tx: Tx, accounts: readonly string[]) => due(tx, await members.listsWith(tx.db, accounts)),

    doors: {
      /**
       * Follows what has changed since the last time; asking again does no harm, and what is cut off is done the next time.
       * Answers how many lists have other members now.
       */
      async follow(_permit: Permit<'system.tidy'>): Promise<number> {
        if (!(await members.isStale(prisma, dayOf(clock())))) return 0
        return transaction(async (tx) => {
          if (!(await members.claim(tx.db)) || (await members.areOnTheWay(tx.db))) return 0
          const on = dayOf(tx.at)
          const overdue = await members.overdueLists(tx.db, on)
          const accounts = await members.takeStale(tx.db)
          const anew = await members.workOut(tx.db, on, SERVING, { lists: overdue, accounts: null })
          const changed = new Set([...anew, ...(await members.workOut(tx.db, on, SERVING, { lists: null, accounts }))])
          if (overdue.length > 0) await members.workedOut(tx.db, overdue, on)
          await due(tx, [...changed].sort())
          return changed.size
        }, SLOW)
      },
    },
  }
}
