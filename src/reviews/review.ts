import { addDays, type Day } from '../kernel/day.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'

/** What an administrator says of somebody in their unit's list. */
export const ANSWERS = ['keep', 'change', 'gone', 'unknown'] as const
export type Answer = (typeof ANSWERS)[number]
export type Counts = Readonly<Record<Answer | 'open', number>>

export type ReviewRefusal =
  | { kind: 'unknown-review' }
  | { kind: 'review-open' }
  | { kind: 'review-closed' }
  | { kind: 'review-confirmed' }
  | { kind: 'review-unanswered'; n: number }

/** A unit's part of a review, as what may happen to it is decided by. */
export type Part = { readonly closed: boolean; readonly confirmed: boolean; readonly counts: Counts }

/** Whether answers may still be given. */
export function mayAnswer({ closed, confirmed }: Part): Decision<null, ReviewRefusal> {
  if (closed) return refuse({ kind: 'review-closed' })
  return confirmed ? refuse({ kind: 'review-confirmed' }) : accept(null)
}

/** Whether the unit's list can be confirmed as a whole: somebody has looked at every line. */
export function mayConfirm(part: Part): Decision<null, ReviewRefusal> {
  const open = mayAnswer(part)
  if (!open.ok) return open
  return part.counts.open > 0 ? refuse({ kind: 'review-unanswered', n: part.counts.open }) : accept(null)
}

/** Whether a review begins today by policy: in its months, once a month. */
export const beginsOn = (today: Day, months: readonly number[], last: Day | null): boolean =>
  months.includes(Number(today.slice(5, 7))) && last?.slice(0, 7) !== today.slice(0, 7)

/** Days before the last one on which those who have not answered all are reminded. */
const REMIND_BEFORE = [7, 1] as const
/** Whether a reminder is due today, and was not yet sent for this occasion. */
export const remindsOn = (today: Day, dueOn: Day, remindedOn: Day | null): boolean =>
  REMIND_BEFORE.some((before) => {
    const from = addDays(dueOn, -before)
    return today >= from && today <= dueOn && (remindedOn === null || remindedOn < from)
  })
