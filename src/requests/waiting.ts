import { workingTime, type Calendar } from '../calendar/working-days.ts'
import type { UnitId } from '../kernel/ids.ts'

/** A request that waits (not decided), or was approved or refused. */
export type Timed = {
  readonly unitId: UnitId
  readonly submittedAt: Date
  readonly dueAt: Date
  readonly decidedAt: Date | null
}
/** How long requests wait; times in milliseconds of office hours, a share from 0 to 1; null where nothing was settled. */
export type WaitingTimes = {
  readonly waiting: number
  readonly overdue: number
  readonly settled: number
  readonly median: number | null
  readonly longest: number | null
  readonly onTime: number | null
}

/** The figures of these requests together. */
export function waitingTimes(requests: readonly Timed[], at: Date, calendar: Calendar): WaitingTimes {
  const open = requests.filter(({ decidedAt }) => decidedAt === null)
  const lengths: number[] = []
  let onTime = 0
  for (const { submittedAt, dueAt, decidedAt } of requests) {
    if (decidedAt === null) continue
    lengths.push(workingTime(submittedAt, decidedAt, calendar))
    if (decidedAt <= dueAt) onTime++
  }
  lengths.sort((a, b) => a - b)
  const settled = lengths.length
  return {
    waiting: open.length,
    overdue: open.filter(({ dueAt }) => dueAt < at).length,
    settled,
    median: median(lengths),
    longest: lengths.at(-1) ?? null,
    onTime: settled === 0 ? null : onTime / settled,
  }
}

/** Of sorted numbers; between two middle ones, halfway. */
function median(sorted: readonly number[]): number | null {
  const upper = sorted[Math.floor(sorted.length / 2)]
  const lower = sorted[Math.ceil(sorted.length / 2) - 1]
  return upper === undefined || lower === undefined ? null : (upper + lower) / 2
}
