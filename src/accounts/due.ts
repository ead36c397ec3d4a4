import type { Tx } from '../db/transaction.ts'
import type { Sync } from '../provisioning/sync.ts'
import { withHolders } from './holders-store.ts'
import * as store from './store.ts'

export type Due = ReturnType<typeof dueOf>

/** The wanted state of accounts has changed: their revisions grow, and their targets become due. */
export function dueOf({ sync }: { sync: Sync }) {
  /** Answers the new revisions. */
  async function accounts(tx: Tx, ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    if (ids.length === 0) return new Map()
    const grown = await store.bump(tx.db, ids)
    await sync.accountsDue(tx, grown)
    return new Map(grown.map(({ id, revision }) => [id, revision]))
  }

  return {
    accounts,
    /** What others show of them, their addresses, has changed as well. */
    withWhoShowsThem: async (tx: Tx, ids: readonly string[]) => accounts(tx, await withHolders(tx.db, ids)),
    /** The groups of these units. */
    groups: async (tx: Tx, units: readonly string[]): Promise<void> => {
      if (units.length > 0) await sync.groupsDue(tx, await store.bumpGroups(tx.db, [...units].sort()))
    },
  }
}
