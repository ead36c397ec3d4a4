import { z } from 'zod'
import type { Permit } from '../access/policy.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import type { Clock } from '../kernel/clock.ts'
import { Day, dayFromDb, dayOf, dayToDb } from '../kernel/day.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import { line } from '../kernel/text.ts'
import { DAY_KINDS, isWeekend, missingYears, type Calendar, type DayKind } from './working-days.ts'

/** Years that a list may be kept for. */
export const FIRST_YEAR = 2020
export const LAST_YEAR = 2099

/** What IT staff say of a day. */
export const Holiday = z.object({
  day: Day.refine((day) => day >= `${FIRST_YEAR}-01-01` && day <= `${LAST_YEAR}-12-31`, 'year'),
  name: line(120),
  kind: z.enum(DAY_KINDS, 'empty'),
})
export type Holiday = z.infer<typeof Holiday>

export type HolidayRefusal = { kind: 'day-listed' } | { kind: 'day-works-anyway' } | { kind: 'unknown-day' }

export type HolidayYear = {
  readonly days: readonly Holiday[]
  /** By whom and when the list was confirmed as complete; null when nobody has. */
  readonly complete: { readonly at: Date; readonly byName: string } | null
}

export type WorkingCalendar = ReturnType<typeof calendarOf>

/** Days off and the working days that make up for them, as dated data that IT staff keep. */
export function calendarOf(deps: { prisma: PrismaClient; transaction: Transaction; clock: Clock }) {
  const { prisma, transaction, clock } = deps

  /** All that is listed; inside a transaction, through its connection. */
  async function load(tx?: Pick<Tx, 'db'>): Promise<Calendar> {
    const db = tx?.db ?? prisma
    const listed = await db.holiday.findMany({ select: { day: true, kind: true } })
    const years = await db.holidayYear.findMany({ select: { year: true } })
    return {
      days: new Map(listed.map(({ day, kind }) => [dayFromDb(day), kind as DayKind])),
      complete: new Set(years.map(({ year }) => year)),
    }
  }

  return {
    load,

    /** The years that are needed and that nobody has confirmed; see `missingYears`. */
    missing: async (): Promise<number[]> => missingYears(dayOf(clock()), await load()),

    /** The list of a year, by date. */
    async year(_permit: Permit<'holiday.read'>, year: number): Promise<HolidayYear> {
      const [rows, complete] = await Promise.all([
        prisma.holiday.findMany({
          where: { day: { gte: new Date(Date.UTC(year, 0, 1)), lt: new Date(Date.UTC(year + 1, 0, 1)) } },
          orderBy: { day: 'asc' },
        }),
        prisma.holidayYear.findUnique({ where: { year } }),
      ])
      return {
        days: rows.map(({ day, name, kind }) => ({ day: dayFromDb(day), name, kind: kind as DayKind })),
        complete: complete ? { at: complete.completeAt, byName: complete.byName } : null,
      }
    },

    /** Refused: day-listed, day-works-anyway (a weekday needs no entry to be worked on). */
    add: (permit: Permit<'holiday.change'>, holiday: Holiday): Promise<Decision<Day, HolidayRefusal>> =>
      transaction(async (tx) => {
        if (holiday.kind === 'working' && !isWeekend(holiday.day)) return refuse({ kind: 'day-works-anyway' })
        const day = dayToDb(holiday.day)
        const { count } = await tx.db.holiday.createMany({ data: [{ ...holiday, day }], skipDuplicates: true })
        if (count === 0) return refuse({ kind: 'day-listed' })
        tx.audit(permit.actor, 'holiday.added', `day:${holiday.day}`, { name: holiday.name, kind: holiday.kind })
        return accept(holiday.day)
      }),

    /** Refused: unknown-day. */
    remove: (permit: Permit<'holiday.change'>, day: Day): Promise<Decision<Day, HolidayRefusal>> =>
      transaction(async (tx) => {
        const row = await tx.db.holiday.findUnique({ where: { day: dayToDb(day) } })
        const { count } = await tx.db.holiday.deleteMany({ where: { day: dayToDb(day) } })
        if (row === null || count === 0) return refuse({ kind: 'unknown-day' })
        tx.audit(permit.actor, 'holiday.removed', `day:${day}`, { name: row.name, kind: row.kind })
        return accept(day)
      }),

    /** Says that the list of a year is complete, or that it is not (any more). Saying it twice changes nothing. */
    confirm: (permit: Permit<'holiday.change'>, year: number, complete: boolean): Promise<void> =>
      transaction(async (tx) => {
        const { count } = complete
          ? await tx.db.holidayYear.createMany({
              data: [{ year, completeAt: tx.at, byName: permit.actor.name }],
              skipDuplicates: true,
            })
          : await tx.db.holidayYear.deleteMany({ where: { year } })
        if (count > 0) tx.audit(permit.actor, complete ? 'holiday.confirmed' : 'holiday.reopened', `year:${year}`)
      }),
  }
}
