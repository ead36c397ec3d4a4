import type { FaultKind } from '../kernel/fault.ts'
import { backoff } from '../kernel/backoff.ts'

export const TARGETS = ['directory', 'mail'] as const
export type Target = (typeof TARGETS)[number]
export type SubjectKind = 'account' | 'group'
export type Subject = { readonly kind: SubjectKind; readonly id: string }

/** What the targets should have of an account: all of it, all of it and an archive of its mail, or nothing any more. */
export type Presence = 'present' | 'archived' | 'absent'

/** What one target has of one subject. */
export type LedgerRow = {
  readonly kind: SubjectKind
  readonly id: string
  readonly target: Target
  readonly wanted: number
  readonly applied: number
  readonly attempts: number
  readonly fault: FaultKind | null
  readonly detail: string | null
  readonly since: Date
  readonly nextAt: Date
  readonly verifiedAt: Date | null
  readonly remoteId: string | null
  readonly remoteDn: string | null
  /** Where an entry that was moved by hand is to be put back; null where it stays. */
  readonly putBack: string | null
}

export const SYNC_STATES = ['in-step', 'behind', 'retrying', 'outcome-unknown', 'needs-person', 'not-verified'] as const
export type SyncState = (typeof SYNC_STATES)[number]

export function syncState(row: Pick<LedgerRow, 'wanted' | 'applied' | 'fault' | 'verifiedAt'>): SyncState {
  if (row.applied >= row.wanted) return row.verifiedAt === null ? 'not-verified' : 'in-step'
  switch (row.fault) {
    case null:
      return 'behind'
    case 'unreachable':
      return 'retrying'
    case 'outcome-unknown':
      return 'outcome-unknown'
    case 'refused':
      return 'needs-person'
    default:
      return row.fault satisfies never
  }
}

/**
 * Milliseconds until the next attempt. A target that cannot be reached is tried every few seconds, so that work goes on
 * soon after it returns; what was refused waits longer, since only a person can mend it.
 */
export function waitAfter(fault: FaultKind, attempts: number): number {
  switch (fault) {
    case 'unreachable':
      return backoff(attempts, 4_000)
    case 'outcome-unknown':
      return backoff(attempts, 30_000)
    case 'refused':
      return backoff(attempts + 5, 3_600_000)
    default:
      return fault satisfies never
  }
}

/** What the ledger knows of an entry from before. */
export const placed = (row: LedgerRow | undefined) => ({ remoteId: row?.remoteId ?? null, place: row?.putBack ?? null })
