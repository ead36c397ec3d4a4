import { z } from 'zod'

/** A calendar day in Vietnam, `YYYY-MM-DD`. Never a JS Date: a day has no hour and no zone. */
export const Day = z.iso.date().brand<'Day'>()
export type Day = z.infer<typeof Day>

/** Whether a text is a day that there is. */
export function isDay(text: string): text is Day {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text)?.map(Number) ?? []
  if (year === undefined || month === undefined || day === undefined) return false
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  return day >= 1 && day <= (month === 2 && isLeap ? 29 : (DAYS[month - 1] ?? 0))
}
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

const inVietnam = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Ho_Chi_Minh', dateStyle: 'short' })

/** The day in Vietnam at an instant. */
export const dayOf = (at: Date): Day => Day.parse(inVietnam.format(at))

/** The day `n` days after (before, when negative). */
export function addDays(day: Day, n: number): Day {
  const at = new Date(`${day}T00:00:00Z`)
  at.setUTCDate(at.getUTCDate() + n)
  return Day.parse(at.toISOString().slice(0, 10))
}

/** The same day of the month `n` months after; the last of a month that is too short for it. */
export function addMonths(day: Day, n: number): Day {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number)
  const last = new Date(Date.UTC(year, month - 1 + n + 1, 0))
  last.setUTCDate(Math.min(date, last.getUTCDate()))
  return Day.parse(last.toISOString().slice(0, 10))
}

/** How many days lie between two; negative when `to` is before `from`. */
export const daysBetween = (from: Day, to: Day): number =>
  (Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000

/** Whole years from `from` to `to`, as an age is counted. */
export function yearsBetween(from: Day, to: Day): number {
  const years = Number(to.slice(0, 4)) - Number(from.slice(0, 4))
  return to.slice(5) < from.slice(5) ? years - 1 : years
}

/** A day as PostgreSQL's `date` travels through Prisma: midnight UTC. */
export const dayToDb = (day: Day): Date => new Date(`${day}T00:00:00Z`)
export const dayFromDb = (date: Date): Day => Day.parse(date.toISOString().slice(0, 10))
