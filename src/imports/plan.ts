import { createHash, hash } from 'node:crypto'
import type { Change, Part } from '../brake/brake.ts'
import type { UnitId } from '../kernel/ids.ts'
import { CARRIED_OUT, type Outcome, type PlannedRow } from './plan/item.ts'

/** What a row's plan says, as it is kept: as JSON, whose text is part of the digest. */
export type KeptPlan = Pick<PlannedRow, 'reasons' | 'item' | 'repeats'>

export const digestOf = (outcome: Outcome, planText: string): string =>
  hash('sha256', `${outcome} ${planText}`, 'base64url')

export const isCarriedOut = (outcome: Outcome): boolean => (CARRIED_OUT as readonly Outcome[]).includes(outcome)

/** The whole plan's hash, of all that would be carried out, in the order of the rows. */
export function hashOf(rows: Iterable<{ readonly seq: number; readonly digest: string }>): string {
  const whole = createHash('sha256')
  for (const { seq, digest } of rows) whole.update(`${seq} ${digest}\n`)
  return whole.digest('base64url')
}

type Changing = { readonly outcome: Outcome; readonly unitId: UnitId | null }

/** What the brake is told of a plan: changes of accounts that exist, by the unit that they are of now. */
export const partsOf = (rows: Iterable<Changing>): Part[] => partsBy(rows, CHANGES)
/** The same of taking it back: who was created is withdrawn; that somebody can sign in again is no harm. */
export const partsUndone = (rows: Iterable<Changing>): Part[] =>
  partsBy(rows, { create: 'remove', change: 'change', transfer: 'transfer' })

function partsBy(rows: Iterable<Changing>, changes: Readonly<Partial<Record<Outcome, Change>>>): Part[] {
  const counts = new Map<string, Part>()
  for (const { outcome, unitId } of rows) {
    const change = changes[outcome]
    if (change === undefined || unitId === null) continue
    const key = `${change} ${unitId}`
    counts.set(key, { change, unitId, n: (counts.get(key)?.n ?? 0) + 1 })
  }
  return [...counts.values()]
}
const CHANGES: Readonly<Partial<Record<Outcome, Change>>> = {
  change: 'change',
  transfer: 'transfer',
  suspend: 'suspend',
}
