import { accept, refuse, type Decision } from '../kernel/decision.ts'
import { addDays, type Day } from '../kernel/day.ts'

/** The longest time for which somebody names a deputy at once, in days. */
export const DEPUTY_DAYS_MAX = 90
/** How far ahead a period may begin, in days. */
const AHEAD_DAYS = 365

export type Period = { readonly from: Day; readonly to: Day }
export type PeriodRefusal =
  { kind: 'period-ends-first' } | { kind: 'period-past' } | { kind: 'period-too-long' } | { kind: 'period-far' }

/** The days of a deputy, the first and the last included: from today on, for 90 days at most. */
export function decidePeriod({ from, to }: Period, today: Day): Decision<Period, PeriodRefusal> {
  if (to < from) return refuse({ kind: 'period-ends-first' })
  if (from < today) return refuse({ kind: 'period-past' })
  if (from > addDays(today, AHEAD_DAYS)) return refuse({ kind: 'period-far' })
  if (to >= addDays(from, DEPUTY_DAYS_MAX)) return refuse({ kind: 'period-too-long' })
  return accept({ from, to })
}
