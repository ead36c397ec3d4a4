import { FIRST_YEAR, Holiday, LAST_YEAR, type HolidayRefusal } from '../calendar/calendar.ts'
import { DAY_KINDS, weekdayOf } from '../calendar/working-days.ts'
import { Day, dayOf } from '../kernel/day.ts'
import type { Services } from '../main/compose.ts'
import { HttpFault } from './http-fault.ts'
import { back, errorAt, keepable } from './kept-form.ts'
import type { Page } from './page.ts'
import type { FieldError } from './rendering.ts'
import { guarded, type Route } from './route.ts'
import { day, instant } from './views/formats.ts'
import { refusalText } from './words/sayings.ts'

const PATH = '/ngay-nghi'
const FORM = 'holiday'
const FIELDS = ['onDay', 'onMonth', 'onYear', 'name', 'kind'] as const
type Input = Record<(typeof FIELDS)[number], string>

/** The days off of a year, and the weekend days that make up for one: IT staff keep them and confirm the year. */
export function holidayPages(services: Services): Route[] {
  const { calendar, clock } = services
  const pathOf = (year: number) => `${PATH}?nam=${year}`

  return [
    guarded('get', PATH, 'holiday.read', async (page, permit) => {
      const { t, lang } = page
      const present = Number(dayOf(clock()).slice(0, 4))
      const year = yearOf(page.query('nam')) ?? present
      const list = await calendar.year(permit, year)
      const kept = page.takeForm(FORM)
      const typed = kept?.values ?? { onYear: String(year) }
      const says = t.holidays
      await page.render('holidays.njk', {
        title: says.title,
        errors: kept?.errors ?? [],
        year,
        tabs: [...new Set([present - 1, present, present + 1, year])]
          .sort((a, b) => a - b)
          .map((each) => ({ href: pathOf(each), text: String(each), current: each === year })),
        rows: list.days.map((each) => ({ ...each, weekday: says.weekdays[weekdayOf(each.day)] ?? '' })),
        complete: list.complete
          ? says.complete(String(year), list.complete.byName, instant(list.complete.at, lang))
          : null,
        mayChange: page.may('holiday.change'),
        typed,
        on: { day: typed['onDay'], month: typed['onMonth'], year: typed['onYear'] },
        kinds: [
          { value: '', text: says.chooseKind },
          ...DAY_KINDS.map((value) => ({ value, text: says.kinds[value] })),
        ],
        wrong: { on: errorAt(kept, 'on'), name: errorAt(kept, 'name'), kind: errorAt(kept, 'kind') },
      })
    }),

    guarded('post', PATH, 'holiday.change', async (page, permit) => {
      const input = page.fields(FIELDS)
      const parsed = Holiday.safeParse({ day: dayOfInput(input), name: page.field('name'), kind: input.kind })
      const path = pathOf(yearOf(input.onYear.trim()) ?? Number(dayOf(clock()).slice(0, 4)))
      if (!parsed.success) {
        back(page, { name: FORM, path }, keepable(input), faults(page, parsed.error.issues, input))
        return
      }
      const added = await calendar.add(permit, parsed.data)
      if (added.ok) page.notice('ok', page.t.holidays.added(day(added.value, page.lang)))
      else page.keepForm(FORM, keepable(input), [refused(page, added.refusal)])
      page.redirect(path)
    }),

    guarded('post', `${PATH}/nam/:year`, 'holiday.change', async (page, permit) => {
      const year = page.param('year', { safeParse: parseYear })
      const complete = page.field('complete') === 'yes'
      await calendar.confirm(permit, year, complete)
      const { confirmed, reopened } = page.t.holidays
      page.notice('ok', (complete ? confirmed : reopened)(String(year)))
      page.redirect(pathOf(year))
    }),

    guarded('post', `${PATH}/:day/xoa`, 'holiday.change', async (page, permit) => {
      const asked = page.param('day', Day)
      const year = yearOf(asked.slice(0, 4))
      if (year === null) throw new HttpFault(404)
      const removed = await calendar.remove(permit, asked)
      if (removed.ok) page.notice('ok', page.t.holidays.removed(day(asked, page.lang)))
      else page.notice('bad', refusalText(page.t, removed.refusal))
      page.redirect(pathOf(year))
    }),
  ]
}

function yearOf(text: string): number | null {
  const year = /^\d{4}$/.test(text) ? Number(text) : 0
  return year >= FIRST_YEAR && year <= LAST_YEAR ? year : null
}
const parseYear = (value: unknown) => {
  const data = yearOf(String(value))
  return data === null ? ({ success: false } as const) : ({ success: true, data } as const)
}

const typedDay = ({ onDay, onMonth, onYear }: Input): string =>
  [onDay, onMonth, onYear].map((part) => part.trim().slice(0, 4)).join('/')
const dayOfInput = ({ onDay, onMonth, onYear }: Input): string =>
  `${onYear.trim()}-${onMonth.trim().padStart(2, '0')}-${onDay.trim().padStart(2, '0')}`

/** What is wrong with the typed fields, one message each. */
function faults(
  page: Page,
  issues: readonly { path: PropertyKey[]; message: string }[],
  input: Input,
): readonly FieldError[] {
  const says = page.t.holidays.errors
  const found = new Map<string, string>()
  for (const { path, message } of issues) {
    switch (path[0]) {
      case 'day':
        found.set(
          'on',
          // The year is filled in beforehand.
          typedDay(input).startsWith('//')
            ? says.day
            : message === 'year'
              ? says.year(FIRST_YEAR, LAST_YEAR)
              : says.noSuchDay(typedDay(input)),
        )
        break
      case 'name':
        found.set(
          'name',
          { empty: says.name, 'too-long': says.nameLong, odd: page.t.request.errors.control }[message] ?? says.name,
        )
        break
      default:
        found.set('kind', says.kind)
    }
  }
  return [...found].map(([field, text]) => ({ field, text }))
}

function refused(page: Page, refusal: HolidayRefusal): FieldError {
  return { field: refusal.kind === 'day-works-anyway' ? 'kind' : 'on', text: refusalText(page.t, refusal) }
}
