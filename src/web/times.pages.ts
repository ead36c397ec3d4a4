import { hours } from '../kernel/clock.ts'
import type { Services } from '../main/compose.ts'
import type { UnitWaitingTimes } from '../requests/requests.ts'
import { beyondEnd, listHref, paging } from './lists.ts'
import type { Page } from './page.ts'
import { guarded, type Route } from './route.ts'
import { count, duration, instant, percent } from './views/formats.ts'

const PATH = '/thoi-gian'
const PAGE = 50
const INBOX = '/cho-duyet'

/** How long requests wait, by unit, within the reader's scope. */
export function timesPages(services: Services): Route[] {
  return [
    guarded('get', PATH, 'request.read', async (page, permit) => {
      const { t, lang } = page
      const { all, units, weeks } = await services.requests.waitingTimes(permit)
      const list = { total: units.length, page: page.number(), pageSize: PAGE }
      if (beyondEnd(page, list)) return
      const tile = (of: 'waiting' | 'overdue' | 'settled', icon: string, tone: string) => ({
        ...{ number: all[of], text: t.times.tiles[of], icon, tone, current: false },
        href: listHref(INBOX, { tab: of === 'waiting' ? '' : of }),
      })
      await page.render('times.njk', {
        title: t.times.title,
        meta: t.times.meta(weeks, instant(services.clock(), lang)),
        tiles: [
          tile('waiting', 'clock', all.waiting > 0 ? 'wait' : 'neutral'),
          tile('overdue', 'triangle', all.overdue > 0 ? 'bad' : 'neutral'),
          tile('settled', 'tick-circle', 'info'),
        ],
        all: rowOf({ ...all, unitName: t.times.all }, page),
        rows: units.slice((list.page - 1) * PAGE, list.page * PAGE).map((unit) => ({
          ...rowOf(unit, page),
          href: listHref(INBOX, { unit: unit.unitName, unitId: unit.unitId }),
        })),
        list: paging(list, t.times.noun),
      })
    }),
  ]
}

/** A line as the table shows it: texts only. */
function rowOf(times: Omit<UnitWaitingTimes, 'unitId'>, page: Page) {
  const { lang } = page
  return {
    name: times.unitName,
    waiting: count(times.waiting, lang),
    overdue: count(times.overdue, lang),
    late: times.overdue > 0,
    settled: count(times.settled, lang),
    median: lengthOf(times.median, page),
    longest: lengthOf(times.longest, page),
    onTime: times.onTime === null ? '–' : percent(times.onTime, lang),
  }
}

/** Office hours to a tenth, since a day of theirs has eight; what is shorter in minutes. */
function lengthOf(milliseconds: number | null, { t, lang }: Page): string {
  if (milliseconds === null) return '–'
  if (milliseconds < hours(1)) return duration(milliseconds, lang)
  return t.times.hours(count(Math.round(milliseconds / 360_000) / 10, lang))
}
