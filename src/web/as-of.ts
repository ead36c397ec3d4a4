import { Day } from '../kernel/day.ts'
import { dayText } from '../reorganisations/written.ts'
import type { Page } from './page.ts'

/** The day as of which somebody looks, from the address (`ngay`); as typed, and whether it is none. */
export function asOfDay(page: Page): { readonly typed: string; readonly day: Day | null; readonly wrong: boolean } {
  const typed = page.query('ngay')
  const parsed = Day.safeParse(dayText(typed))
  return { typed, day: parsed.success ? parsed.data : null, wrong: typed !== '' && !parsed.success }
}
