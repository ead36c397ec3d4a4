import { createHash, hash } from 'node:crypto'
import type { Change, Part } from '../brake/brake.ts'
import type { UnitId } from '../kernel/ids.ts'
import { CARRIED_OUT, type Outcome, type PlannedRow } from './plan/item.ts'

/** What a row's plan says, as it is kept: as JSON in a line, whose digest is kept too. */
export type KeptPlan = Pick<PlannedRow, 'reasons' | 'item' | 'repeats'>

/** A row's plan with its outcome, as one line of text. */
export const lineOf = (outcome: Outcome, { reasons, item, repeats }: KeptPlan): string =>
  `${outcome} ${JSON.stringify({ reasons, item, repeats })}`
export const planIn = (line: string): KeptPlan => JSON.parse(line.slice(line.indexOf(' ') + 1)) as KeptPlan

export const digestOf = (outcome: Outcome, plan: KeptPlan): string => digestOfLine(lineOf(outcome, plan))
const digestOfLine = (line: string | Uint8Array): string => hash('sha256', line, 'base64url')

const encoder = new TextEncoder()
/** A letter of ours takes up to three bytes. */
const WIDEST = 3

/** Lines as bytes, each with its end, and the digest of each; each is made bytes once. */
export function bytesOfLines(lines: readonly string[]): { bytes: Uint8Array; digests: string[] } {
  const room = Buffer.allocUnsafe(lines.reduce((sum, { length }) => sum + length * WIDEST + 1, 0))
  let end = 0
  const digests = lines.map((line) => {
    const start = end
    end += encoder.encodeInto(line, room.subarray(start)).written
    const digest = digestOfLine(room.subarray(start, end))
    room[end++] = LINE_END
    return digest
  })
  return { bytes: room.subarray(0, end), digests }
}
const LINE_END = 0x0a

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
