import { syncState, TARGETS, type LedgerRow } from '../provisioning/ledger.ts'

/** The ledger in the order of the targets, each row with its state, and what in short is to be said of all. */
export function ledgerOf(rows: readonly LedgerRow[]) {
  const sorted = TARGETS.flatMap((target) => rows.filter((row) => row.target === target))
  const behind = sorted.filter((row) => row.applied < row.wanted)
  return {
    rows: sorted.map((row) => ({ ...row, state: syncState(row), isBehind: row.applied < row.wanted })),
    behind: behind.map((row) => row.target),
    done: sorted.filter((row) => row.applied >= row.wanted).map((row) => row.target),
    needsPerson: behind.some((row) => row.fault === 'refused'),
    total: sorted.length,
  }
}
