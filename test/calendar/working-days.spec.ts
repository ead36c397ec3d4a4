import { describe, expect, test } from '../support/jest.ts'
import fc from 'fast-check'
import {
  dueAfter,
  isWorkingDay,
  missingYears,
  workingTime,
  type Calendar,
  type DayKind,
} from '../../src/calendar/working-days.ts'
import { days, hours } from '../../src/kernel/clock.ts'
import { addDays, Day, dayOf } from '../../src/kernel/day.ts'

const day = (text: string) => Day.parse(text)
/** Tết 2026, a bridge that is worked off on the Saturday before, and a day off that falls on a Sunday. */
const listed: readonly (readonly [string, DayKind])[] = [
  ...['2026-02-16', '2026-02-17', '2026-02-18', '2026-02-19', '2026-02-20'].map((each) => [each, 'off'] as const),
  ...[['2026-04-26', 'off'] as const, ['2026-04-27', 'off'] as const],
  ...[['2026-08-22', 'working'] as const, ['2026-08-31', 'off'] as const],
]
const calendar: Calendar = { days: new Map(listed.map(([at, kind]) => [day(at), kind])), complete: new Set() }
const vietnam = (text: string) => new Date(`${text}:00+07:00`)

describe('a working day', () => {
  test.each([
    ['2026-11-23', true, 'a Monday'],
    ['2026-11-21', false, 'a Saturday'],
    ['2026-02-17', false, 'the first of Tết'],
    ['2026-08-22', true, 'a Saturday that makes up for a Monday'],
    ['2026-08-31', false, 'the Monday that it makes up for'],
    ['2027-09-02', false, 'a fixed day of a year that nobody confirmed'],
    ['2027-02-08', true, 'Tết of a year that nobody entered: not guessed'],
  ])('%s: %s, %s', (text, works) => {
    expect(isWorkingDay(day(text), calendar)).toBe(works)
  })

  test('is what the list says once the year is confirmed, even on a fixed day', () => {
    const confirmed = { ...calendar, complete: new Set([2027]) }
    expect(isWorkingDay(day('2027-09-02'), confirmed)).toBe(true)
  })
})

describe('an answer that is due', () => {
  test.each([
    ['Thursday to Friday', '2026-07-23T09:12', 1, '2026-07-24T09:12'],
    ['over a weekend', '2026-07-24T16:00', 1, '2026-07-27T16:00'],
    ['late at night', '2026-07-23T23:59', 1, '2026-07-24T23:59'],
    ['at midnight', '2026-07-24T00:00', 1, '2026-07-27T00:00'],
    ['from a Saturday', '2026-07-25T10:00', 1, '2026-07-28T07:30'],
    ['from a Sunday', '2026-07-26T22:00', 1, '2026-07-28T07:30'],
    ['over Tết', '2026-02-13T15:00', 1, '2026-02-23T15:00'],
    ['from the middle of Tết', '2026-02-18T03:00', 1, '2026-02-24T07:30'],
    ['over the Hùng Kings', '2026-04-24T08:00', 1, '2026-04-28T08:00'],
    ['onto a Saturday that is worked', '2026-08-21T08:00', 1, '2026-08-22T08:00'],
    ['in three days', '2026-08-21T08:00', 3, '2026-08-25T08:00'],
    ['into the next year', '2026-12-31T11:00', 1, '2027-01-04T11:00'],
    ['at once', '2026-07-23T09:12', 0, '2026-07-23T09:12'],
  ])('%s', (_, from, n, to) => {
    expect(dueAfter(vietnam(from), n, calendar)).toEqual(vietnam(to))
  })

  test('is a fault, not a search without end, when no day is worked', () => {
    const closed = new Map<Day, DayKind>()
    for (let n = 0; n < 800; n++) closed.set(addDays(day('2026-01-01'), n), 'off')
    expect(() => dueAfter(vietnam('2026-01-02T08:00'), 1, { ...calendar, days: closed })).toThrow(/No working day/)
  })
})

describe('working time', () => {
  test.each([
    ['a whole day', '2026-07-23T00:00', '2026-07-24T00:00', 8],
    ['a morning', '2026-07-23T07:30', '2026-07-23T11:30', 4],
    ['over noon', '2026-07-23T11:00', '2026-07-23T13:30', 1],
    ['a night', '2026-07-23T17:00', '2026-07-24T07:30', 0],
    ['from Friday to Monday at the same time', '2026-07-24T09:00', '2026-07-27T09:00', 8],
    ['a weekend', '2026-07-25T00:00', '2026-07-27T00:00', 0],
    ['over Tết', '2026-02-13T15:00', '2026-02-23T09:00', 3.5],
    ['backwards', '2026-07-24T09:00', '2026-07-23T09:00', 0],
  ])('%s', (_, from, to, wanted) => {
    expect(workingTime(vietnam(from), vietnam(to), calendar)).toBe(hours(wanted))
  })
})

describe('for any calendar', () => {
  const start = Date.parse('2026-01-01T00:00:00+07:00')
  const instant = fc.integer({ min: 0, max: 700 * 24 * 60 }).map((minutes) => new Date(start + minutes * 60_000))
  const some = fc
    .array(fc.tuple(fc.integer({ min: 0, max: 760 }), fc.constantFrom<DayKind>('off', 'working')), { maxLength: 60 })
    .map((entries): Calendar => ({
      days: new Map(entries.map(([n, kind]) => [addDays(day('2026-01-01'), n), kind])),
      complete: new Set(),
    }))
  const n = fc.integer({ min: 1, max: 10 })

  test('an answer is due on a working day, later than what it answers, with n working days between', () => {
    fc.assert(
      fc.property(instant, n, some, (at, count, calendar) => {
        const due = dueAfter(at, count, calendar)
        expect(due.getTime()).toBeGreaterThan(at.getTime())
        expect(isWorkingDay(dayOf(due), calendar)).toBe(true)
        let worked = 0
        for (let each = addDays(dayOf(at), 1); each <= dayOf(due); each = addDays(each, 1))
          if (isWorkingDay(each, calendar)) worked++
        // What arrives on a day off counts from the next working day, which then is not one of the n.
        expect(worked).toBe(isWorkingDay(dayOf(at), calendar) ? count : count + 1)
      }),
    )
  })

  test('what comes later is not due earlier, and a day off more never makes it earlier', () => {
    fc.assert(
      fc.property(instant, instant, n, some, (one, other, count, calendar) => {
        const [first, second] = one <= other ? [one, other] : [other, one]
        const due = dueAfter(first, count, calendar)
        expect(due.getTime()).toBeLessThanOrEqual(dueAfter(second, count, calendar).getTime())
        const more = { ...calendar, days: new Map([...calendar.days, [dayOf(second), 'off'] as const]) }
        expect(dueAfter(first, count, more).getTime()).toBeGreaterThanOrEqual(due.getTime())
      }),
    )
  })

  test('working time adds up, and is at most eight hours a working day', () => {
    fc.assert(
      fc.property(instant, instant, instant, some, (a, b, c, calendar) => {
        const [first = a, middle = b, last = c] = [a, b, c].sort((x, y) => x.getTime() - y.getTime())
        const whole = workingTime(first, last, calendar)
        expect(workingTime(first, middle, calendar) + workingTime(middle, last, calendar)).toBe(whole)
        expect(whole).toBeLessThanOrEqual(hours(8) * (1 + (last.getTime() - first.getTime()) / days(1) + 1))
      }),
      { numRuns: 50 },
    )
  })
})

test('a year that nobody confirmed is missing, the next one from October on', () => {
  const confirmed = { ...calendar, complete: new Set([2026]) }
  expect(missingYears(day('2026-09-30'), confirmed)).toEqual([])
  expect(missingYears(day('2026-10-01'), confirmed)).toEqual([2027])
  expect(missingYears(day('2026-11-23'), calendar)).toEqual([2026, 2027])
})
