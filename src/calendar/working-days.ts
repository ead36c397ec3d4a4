import { days, later } from '../kernel/clock.ts'
import { addDays, type Day } from '../kernel/day.ts'

/** A listed day: nobody works on `off`; `working` is a weekend day on which people make up for one. */
export const DAY_KINDS = ['off', 'working'] as const
export type DayKind = (typeof DAY_KINDS)[number]

/**
 * What is known of working days: Monday to Friday, but for the listed days. In a year that nobody has confirmed as complete
 * the days of the law with a fixed date count even if they are not listed; Tết and the Hùng Kings are never guessed.
 */
export type Calendar = { readonly days: ReadonlyMap<Day, DayKind>; readonly complete: ReadonlySet<number> }

/** New Year, the Liberation of the South, Labour Day, National Day. */
const FIXED = ['01-01', '04-30', '05-01', '09-02']
/** Office hours in minutes of the day, eight hours in two parts. */
const OFFICE = [
  [7 * 60 + 30, 11 * 60 + 30],
  [13 * 60, 17 * 60],
] as const
const OPENING_MS = OFFICE[0][0] * 60_000
/** Vietnam has had no summer time since 1975. */
const ZONE_MS = 7 * 3_600_000

export const yearOf = (day: Day): number => Number(day.slice(0, 4))
/** 0 is Sunday. */
export const weekdayOf = (day: Day): number => new Date(`${day}T00:00:00Z`).getUTCDay()
export const isWeekend = (day: Day): boolean => weekdayOf(day) % 6 === 0

export function isWorkingDay(day: Day, calendar: Calendar): boolean {
  const listed = calendar.days.get(day)
  if (listed !== undefined) return listed === 'working'
  if (isWeekend(day)) return false
  return calendar.complete.has(yearOf(day)) || !FIXED.includes(day.slice(5))
}

/**
 * The same time of day `n` working days later. What arrives on a day off counts as arrived when the office next opens. A
 * calendar without a working day within a year is a fault and throws.
 */
export function dueAfter(at: Date, n: number, calendar: Calendar): Date {
  let { day, ms } = placeOf(at)
  if (!isWorkingDay(day, calendar)) {
    day = nextWorkingDay(day, calendar)
    ms = OPENING_MS
  }
  for (let left = n; left > 0; left--) day = nextWorkingDay(day, calendar)
  return later(startOf(day), ms)
}

/** The milliseconds of office hours between two instants; none when `to` is not after `from`. */
export function workingTime(from: Date, to: Date, calendar: Calendar): number {
  if (to <= from) return 0
  const first = placeOf(from)
  const last = placeOf(to)
  let sum = 0
  for (let { day } = first; day <= last.day; day = addDays(day, 1)) {
    if (!isWorkingDay(day, calendar)) continue
    const begin = day === first.day ? first.ms : 0
    const end = day === last.day ? last.ms : days(1)
    for (const [opens, closes] of OFFICE)
      sum += Math.max(0, Math.min(end, closes * 60_000) - Math.max(begin, opens * 60_000))
  }
  return sum
}

/** The years whose list nobody has confirmed: this one, and from October on, when the next is announced, that one too. */
export function missingYears(today: Day, calendar: Calendar): number[] {
  const year = yearOf(today)
  const needed = Number(today.slice(5, 7)) >= 10 ? [year, year + 1] : [year]
  return needed.filter((each) => !calendar.complete.has(each))
}

function nextWorkingDay(after: Day, calendar: Calendar): Day {
  let day = after
  for (let tried = 0; tried < 366; tried++) {
    day = addDays(day, 1)
    if (isWorkingDay(day, calendar)) return day
  }
  throw new Error(`No working day within a year after ${after}`)
}

/** The day in Vietnam and the milliseconds since its midnight. */
function placeOf(at: Date): { day: Day; ms: number } {
  const local = at.getTime() + ZONE_MS
  const ms = ((local % days(1)) + days(1)) % days(1)
  return { day: new Date(local).toISOString().slice(0, 10) as Day, ms }
}
const startOf = (day: Day): Date => new Date(Date.parse(`${day}T00:00:00Z`) - ZONE_MS)
