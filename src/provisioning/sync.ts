import type { Permit } from '../access/policy.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import type { FaultKind } from '../kernel/fault.ts'
import { TARGETS, type LedgerRow, type Subject, type Target } from './ledger.ts'
import * as store from './store.ts'

export type Sync = ReturnType<typeof syncOf>
export type { BoardPlace, BoardRow } from './store.ts'

/** The ledger: what is wanted of each target, what it has, and what is behind. */
export function syncOf(deps: { prisma: PrismaClient; transaction: Transaction }) {
  const { prisma, transaction } = deps
  return {
    /**
     * An account's wanted state is now of this revision, on every target, or on these alone, where the others show nothing of
     * what changed. Rings the bell.
     */
    async accountsDue(
      tx: Tx,
      accounts: readonly { id: string; revision: number }[],
      targets: readonly Target[] = TARGETS,
    ): Promise<void> {
      const rows = accounts.flatMap(({ id, revision }) =>
        targets.map((target) => ({ kind: 'account' as const, target, id, revision })),
      )
      await store.due(tx.db, rows, tx.at)
      tx.ring('sync')
    },

    /** The same for groups, which only the directory holds. */
    async groupsDue(tx: Tx, groups: readonly { id: string; revision: number }[]): Promise<void> {
      await store.due(
        tx.db,
        groups.map((group) => ({ kind: 'group' as const, target: 'directory' as const, ...group })),
        tx.at,
      )
      tx.ring('sync')
    },

    /** A subject's ledger, a row a target. */
    rows: (subject: Subject): Promise<LedgerRow[]> => store.rowsOf(prisma, [subject]),

    /** What is behind, what needs a person first, then the oldest. */
    board: (_permit: Permit<'sync.read'>, filter: { fault?: FaultKind | null; limit?: number; offset?: number } = {}) =>
      store.behind(prisma, { fault: filter.fault ?? null, limit: filter.limit ?? 50, offset: filter.offset ?? 0 }),

    /** The same from a place on; one row more than `limit` tells that there are more. */
    boardAfter: (
      _permit: Permit<'sync.read'>,
      filter: { fault: FaultKind | null; after: store.BoardPlace | null; limit: number },
    ) => store.behind(prisma, { ...filter, offset: 0 }),

    counts: (_permit: Permit<'sync.read'>) => store.counts(prisma),

    /** Compares and repairs one subject now, whatever the ledger says. */
    retry: (permit: Permit<'sync.change'>, subject: Subject): Promise<void> =>
      transaction(async (tx) => {
        await store.dueAgainOne(tx.db, subject, tx.at)
        tx.ring('sync')
        tx.audit(permit.actor, 'sync.retried', `${subject.kind}:${subject.id}`)
      }),

    /** The same for many, in the caller's transaction; entries of those `back` are put back to where they were last seen. */
    async again(tx: Tx, subjects: readonly Subject[], back: readonly string[] = []): Promise<void> {
      if (subjects.length === 0) return
      await store.dueAgainMany(tx.db, subjects, back, tx.at)
      tx.ring('sync')
    },

    /** The directory's word is taken for which entry is the subject's, or where it is. */
    relocate: (tx: Tx, subject: Subject, to: { remoteId: string | null; remoteDn: string | null }): Promise<number> =>
      store.relocate(tx.db, subject, to),

    /** Compares and repairs everything (on one target): the answer to a directory or mail store that was lost. */
    repairAll: (permit: Permit<'sync.change'>, target: Target | null): Promise<number> =>
      transaction(
        async (tx) => {
          const rows = await store.dueAgain(tx.db, tx.at, target)
          tx.ring('sync')
          tx.audit(permit.actor, 'sync.repair-all', `target:${target ?? 'all'}`, { rows })
          return rows
        },
        { timeoutMs: 120_000 },
      ),
  }
}
