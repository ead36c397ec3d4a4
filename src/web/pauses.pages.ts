import { z } from 'zod'
import { hours, later } from '../kernel/clock.ts'
import { lines } from '../kernel/text.ts'
import type { Services } from '../main/compose.ts'
import { TARGETS } from '../provisioning/ledger.ts'
import { back, errorAt, keptForm } from './kept-form.ts'
import { guarded, type Route } from './route.ts'

const BOARD = '/viec-con-do'
const PATH = `${BOARD}/tam-dung`
const FORM = 'pause'
const Why = lines(10, 500)
const Target = z.enum(TARGETS)
/** Hours that a pause can last; it ends by itself. */
const HOURS = [1, 2, 4, 8, 24, 72] as const

/** A target under maintenance: everything for it waits, and nothing fails. */
export function pausePages({ pauses, clock }: Services): Route[] {
  return [
    guarded('get', PATH, 'sync.change', async (page) => {
      const { t } = page
      const says = t.reconcile.pause
      const kept = keptForm(page, FORM)
      await page.render('pause.njk', {
        title: says.title,
        back: { href: BOARD, text: t.board.title },
        errors: kept?.errors ?? [],
        targets: TARGETS.map((value) => ({ value, text: t.targets[value] })),
        terms: HOURS.map((n) => ({ value: String(n), text: says.hours(n) })),
        typed: kept?.values ?? {},
        wrong: { target: errorAt(kept, 'target'), hours: errorAt(kept, 'hours'), why: errorAt(kept, 'why') },
      })
    }),

    guarded('post', PATH, 'sync.change', async (page, permit) => {
      const says = page.t.reconcile.pause
      const typed = page.fields(['target', 'hours', 'why'])
      const target = Target.safeParse(typed.target)
      const term = HOURS.find((n) => String(n) === typed.hours)
      const why = Why.safeParse(typed.why)
      if (!target.success || term === undefined || !why.success) {
        back(page, { name: FORM, path: PATH }, typed, [
          ...(target.success ? [] : [{ field: 'target', text: says.targetNeeded }]),
          ...(term === undefined ? [{ field: 'hours', text: says.hoursNeeded }] : []),
          ...(why.success ? [] : [{ field: 'why', text: says.whyNeeded }]),
        ])
        return
      }
      page.takeForm(FORM)
      await pauses.pause(permit, { target: target.data, until: later(clock(), hours(term)), why: why.data })
      page.notice('ok', says.done(page.t.targets[target.data]))
      page.redirect(BOARD)
    }),

    guarded('post', `${BOARD}/tiep-tuc`, 'sync.change', async (page, permit) => {
      const target = Target.safeParse(page.field('target'))
      if (target.success) {
        await pauses.resume(permit, target.data)
        page.notice('ok', page.t.reconcile.pause.resumed(page.t.targets[target.data]))
      }
      page.redirect(BOARD)
    }),
  ]
}
