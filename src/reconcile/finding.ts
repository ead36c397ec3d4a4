import { createHash } from 'node:crypto'
import type { Part } from '../brake/brake.ts'
import type { Day } from '../kernel/day.ts'
import type { UnitId } from '../kernel/ids.ts'
import type { Act, Doubt, Found, FindingKind } from './compare.ts'
import { FINDING_KINDS } from './compare.ts'

/** What a run found, from when it was first seen until it is gone. */
export type Finding = Found & {
  readonly id: string
  readonly key: string
  readonly firstAt: Date
  readonly lastAt: Date
  readonly goneAt: Date | null
  readonly doing: Exclude<Act, 'ignore'> | null
  readonly doingAt: Date | null
  readonly trouble: string | null
  readonly ignored: { readonly until: Day; readonly why: string; readonly byName: string } | null
}

export const FINDING_STATES = ['open', 'doing', 'ignored', 'gone'] as const
export type FindingState = (typeof FINDING_STATES)[number]

export const findingState = (finding: Finding, today: Day): FindingState =>
  finding.goneAt !== null
    ? 'gone'
    : finding.doing !== null
      ? 'doing'
      : finding.ignored !== null && finding.ignored.until >= today
        ? 'ignored'
        : 'open'

export type Scope =
  | { readonly kind: 'all' }
  | { readonly kind: 'unit'; readonly id: UnitId; readonly name: string }
  | { readonly kind: 'account'; readonly id: string; readonly name: string }

export type RunState = 'waiting' | 'running' | 'done' | 'cannot-tell' | 'failed'
export type Counts = Readonly<Record<FindingKind, number>>

/** One comparison of what should exist with what does. */
export type Run = {
  readonly id: string
  readonly number: number
  readonly state: RunState
  readonly scope: Scope
  readonly byName: string
  readonly believe: string | null
  readonly askedAt: Date
  readonly startedAt: Date | null
  readonly endedAt: Date | null
  readonly read: number
  readonly found: number
  readonly expected: number
  readonly inFlight: number
  readonly homes: number | null
  readonly inspected: number
  readonly doubt: Doubt | null
  readonly mailDoubt: Doubt | null
  readonly counts: Counts
  /** Findings that were not there the last time. */
  readonly fresh: number
}

export const countsOf = (found: readonly Pick<Found, 'kind'>[]): Counts =>
  Object.fromEntries(FINDING_KINDS.map((kind) => [kind, found.filter((each) => each.kind === kind).length])) as Counts

export const sumOf = (counts: Counts): number => FINDING_KINDS.reduce((sum, kind) => sum + counts[kind], 0)

/** Of all that a plan would do: a plan is carried out only when this is still the same. */
export function planHash(act: Act, findings: readonly Finding[]): string {
  const rows = findings
    .map(({ id, kind, dn, remoteId, differences, others }) =>
      JSON.stringify([id, kind, dn, remoteId, differences, others]),
    )
    .sort()
  return createHash('sha256')
    .update([act, ...rows].join('\n'))
    .digest('hex')
}

/** How many accounts of which unit a plan changes, for the brake. Findings of one account count once. */
export function partsOf(act: Act, findings: readonly Finding[]): Part[] {
  const change = act === 'remove' ? 'remove' : act === 'repair' ? 'repair' : 'change'
  const accounts = new Map(
    findings.filter((each) => each.subject?.kind !== 'group').map((each) => [each.subject?.id ?? each.id, each.unitId]),
  )
  const byUnit = Map.groupBy(accounts.values(), (unitId) => unitId)
  return [...byUnit].map(([unitId, all]) => ({ change, unitId, n: all.length }))
}

export type PlanRefusal =
  { kind: 'unknown-finding' } | { kind: 'nothing-to-do' } | { kind: 'plan-changed' } | { kind: 'plan-started' }
