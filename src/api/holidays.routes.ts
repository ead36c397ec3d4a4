import { z } from 'zod'
import { FIRST_YEAR, Holiday, LAST_YEAR } from '../calendar/calendar.ts'
import { DAY_KINDS } from '../calendar/working-days.ts'
import { accept } from '../kernel/decision.ts'
import { Day } from '../kernel/day.ts'
import type { Services } from '../main/compose.ts'
import { endpoint } from './endpoint.ts'
import { day, instant, integer, list, said, text } from './fields.ts'
import { found, resource, type ApiRoute } from './route.ts'

const Kind = said(
  z.enum(DAY_KINDS),
  'off ngày nghỉ, working thứ bảy hoặc chủ nhật làm bù.',
  'A day off, or a weekend day that is worked on.',
)
const Year = z
  .object({
    year: z.int(),
    days: list(z.object({ day: day(), name: z.string(), kind: Kind })),
    complete: said(
      z.object({ at: instant(), byName: z.string() }).nullable(),
      'Ai xác nhận danh sách đã đủ; null khi chưa.',
      'Who confirmed that the list is complete; null when nobody has.',
    ),
  })
  .meta({ id: 'HolidayYear' })
const ByYear = z.strictObject({ year: integer(FIRST_YEAR, LAST_YEAR) })

/** The days off of a year, which IT staff keep and confirm. */
export function holidayRoutes({ calendar }: Services): ApiRoute[] {
  const year = resource(Year, async (desk, { year: of }: z.output<typeof ByYear>) => ({
    ...{ year: of, ...(await calendar.year(desk.permit('holiday.read'), of)) },
  }))

  return [
    endpoint({
      ...{ id: 'getHolidays', method: 'get', path: '/holiday-years/:year', tag: 'holidays', action: 'holiday.read' },
      summary: { vi: 'Ngày nghỉ của một năm', en: 'The days off of a year' },
      params: ByYear,
      answer: Year,
      handle: async ({ desk, params }) => found(await year.read(desk, params)),
    }),
    endpoint({
      ...{ id: 'confirmHolidays', method: 'put', path: '/holiday-years/:year', tag: 'holidays' },
      action: 'holiday.change',
      also: ['holiday.read'],
      summary: { vi: 'Xác nhận danh sách của năm đã đủ, hoặc chưa', en: 'Say that a year’s list is complete, or not' },
      params: ByYear,
      of: year,
      body: z.strictObject({ complete: z.boolean() }),
      example: { complete: true },
      answer: Year,
      handle: async ({ desk, permit, params, body }) => {
        await calendar.confirm(permit, params.year, body.complete)
        return found(await year.read(desk, params))
      },
    }),
    endpoint({
      ...{ id: 'addHoliday', method: 'post', path: '/holidays', tag: 'holidays', action: 'holiday.change' },
      summary: { vi: 'Thêm một ngày', en: 'Add a day' },
      body: z.strictObject({ day: Holiday.shape.day, name: text(120), kind: Kind }),
      example: { day: '2027-02-08', name: 'Nghỉ bù Tết', kind: 'off' },
      answer: z.object({ day: day() }),
      problems: ['day-listed', 'day-works-anyway'],
      handle: async ({ permit, body }) => {
        const added = await calendar.add(permit, body)
        return added.ok ? accept({ day: added.value }) : added
      },
    }),
    endpoint({
      ...{ id: 'removeHoliday', method: 'delete', path: '/holidays/:day', tag: 'holidays', action: 'holiday.change' },
      summary: { vi: 'Bỏ một ngày', en: 'Remove a day' },
      params: z.strictObject({ day: Day }),
      problems: ['unknown-day'],
      handle: async ({ permit, params }) => {
        const removed = await calendar.remove(permit, params.day)
        return removed.ok ? accept(null) : removed
      },
    }),
  ]
}
