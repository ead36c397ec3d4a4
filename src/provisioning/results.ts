import type { DirectoryOutcome, RemovalOutcome } from '../directory/directory.ts'
import type { Fault } from '../kernel/fault.ts'
import type { MailOutcome } from '../mail/mail.ts'
import { waitAfter, type LedgerRow, type Subject, type Target } from './ledger.ts'
import type { Removed } from './removal.ts'
import type { Result } from './store.ts'

/** How long a hold is left alone before it is looked at again, in milliseconds. */
const HELD_MS = 3_600_000

export const missing = {
  status: 'fault',
  fault: { kind: 'outcome-unknown', detail: 'no outcome was reported' },
} as const

export const noSubject: Fault = { kind: 'refused', detail: 'the database has no such subject' }

const nothing = {
  ...{ applied: null, remoteId: null, remoteDn: null, gone: false, fault: null, detail: null, wait: 0, tried: true },
}

export function faultResult(
  kind: Subject['kind'],
  id: string,
  target: 'directory' | 'mail',
  fault: Fault,
  attempts: number,
): Result {
  return {
    ...nothing,
    kind,
    id,
    target,
    fault: fault.kind,
    detail: fault.detail,
    wait: waitAfter(fault.kind, attempts + 1),
  }
}

export function directoryResult(
  kind: Subject['kind'],
  id: string,
  revision: number,
  outcome: DirectoryOutcome,
  attempts: number,
): Result {
  switch (outcome.status) {
    case 'fault':
      return faultResult(kind, id, 'directory', outcome.fault, attempts)
    case 'superseded':
      return superseded(kind, id, revision, outcome.revision, attempts)
    case 'created':
    case 'changed':
    case 'unchanged':
      return {
        ...nothing,
        kind,
        id,
        target: 'directory',
        applied: revision,
        remoteId: outcome.remoteId,
        remoteDn: outcome.remoteDn,
      }
    default:
      return outcome satisfies never
  }
}

function superseded(kind: Subject['kind'], id: string, revision: number, by: number, attempts: number): Result {
  const detail = `the entry carries revision ${by}, newer than ${revision}; was the database restored?`
  return faultResult(kind, id, 'directory', { kind: 'refused', detail }, attempts)
}

export function mailResult(id: string, revision: number, outcome: MailOutcome, attempts: number): Result {
  if (outcome.status === 'fault') return faultResult('account', id, 'mail', outcome.fault, attempts)
  return { ...nothing, kind: 'account', id, target: 'mail', applied: revision }
}

/** What is gone is in step on every target; what stopped at one target keeps the other waiting for it. */
export function removalResult(row: LedgerRow, revision: number, outcome: Removed | undefined): Result {
  const { kind, id, target } = row
  switch (outcome?.status) {
    case 'gone':
      return { ...nothing, kind, id, target, applied: revision, gone: true }
    case 'held':
      return { ...nothing, kind, id, target, detail: 'kept under a legal hold', wait: HELD_MS, tried: false }
    case 'fault':
      if (outcome.target === target) return faultResult(kind, id, target, outcome.fault, row.attempts)
      return { ...nothing, kind, id, target, wait: waitAfter(outcome.fault.kind, row.attempts + 1), tried: false }
    case undefined:
      return faultResult(kind, id, target, missing.fault, row.attempts)
    default:
      return outcome satisfies never
  }
}

/** A group of which nothing should be left in the directory. */
export function groupGone(
  row: LedgerRow | undefined,
  revision: number,
  outcome: RemovalOutcome = missing,
): Result | null {
  if (row === undefined) return null
  switch (outcome.status) {
    case 'removed':
    case 'absent':
      return { ...nothing, kind: 'group', id: row.id, target: 'directory', applied: revision, gone: true }
    case 'superseded':
      return superseded('group', row.id, revision, outcome.revision, row.attempts)
    case 'fault':
      return faultResult('group', row.id, 'directory', outcome.fault, row.attempts)
    default:
      return outcome satisfies never
  }
}

/** It waits for the other target, or for another account: not an attempt, and not a fault of its own. */
export const waitResult = (id: string, target: Target, wait: number): Result => ({
  ...nothing,
  kind: 'account',
  id,
  target,
  wait,
  tried: false,
})
