import type { Services } from '../main/compose.ts'
import { lines } from '../kernel/text.ts'
import { HttpFault } from './http-fault.ts'
import { errorAt, keptForm } from './kept-form.ts'
import { oneOf } from './lists.ts'
import type { Page } from './page.ts'
import { PLANS, planMeta, planViews, type PlanView } from './reorganisation-view.ts'
import type { FieldError } from './rendering.ts'
import { guarded, type Route } from './route.ts'
import { count, day } from './views/formats.ts'
import { refusalText } from './words/sayings.ts'

const ACTS = ['schedule', 'withdraw', 'cancel', 'reverse'] as const
type Act = (typeof ACTS)[number]
const Why = lines(10, 500)
/** More accounts than this, and the number is typed before they are changed. */
const TYPED = 10

/** What is done with a whole plan, each on a page of its own: what will come of it, what will not, and the way back. */
export function reorganisationActs(services: Services): Route[] {
  const { reorganisations, brakes } = services
  const views = planViews(services)
  const accountsOf = ({ record, checked }: PlanView): number => checked?.outcome.places.moves.length ?? record.reaches
  const hashOf = ({ record, draft }: PlanView): string => record.hash ?? reorganisations.hash(draft)
  const dangerous = (act: Act) => act === 'schedule' || act === 'reverse'

  function willOf(page: Page, act: Act, view: PlanView): readonly string[] {
    const pages = page.t.reorganisations.acts.pages
    const n = count(accountsOf(view), page.lang)
    if (act === 'schedule') return pages.schedule.will(n, day(view.record.effectiveOn, page.lang))
    return act === 'reverse' ? pages.reverse.will(n) : pages[act].will
  }

  async function carryOut(page: Page, act: Act, view: PlanView, why: string) {
    const permit = page.permit('reorganisation.change')
    const { id } = view.record
    switch (act) {
      case 'schedule': {
        const asked = await reorganisations.schedule(permit, id, page.field('hash'))
        if (asked.ok && asked.value.holdId !== null)
          await brakes.ask(page.permit('brake.release'), asked.value.holdId, why)
        return asked
      }
      case 'withdraw':
        return reorganisations.withdraw(permit, id)
      case 'cancel':
        return reorganisations.cancel(permit, id)
      case 'reverse':
        return reorganisations.reverse(permit, id, why)
      default:
        return act satisfies never
    }
  }

  return [
    guarded('get', `${PLANS}/:id/lam`, 'reorganisation.change', async (page) => {
      const act = oneOf(ACTS, page.query('viec'))
      const view = await views.whole(page)
      const { t } = page
      const kept = keptForm(page, `plan ${act} ${view.record.id}`)
      const says = t.reorganisations.acts
      const n = accountsOf(view)
      await page.render('reorganisation-act.njk', {
        title: says.pages[act].title,
        caption: t.reorganisations.name(String(view.record.number), view.record.name),
        meta: planMeta(page, view.record),
        back: { href: view.path, text: t.reorganisations.name(String(view.record.number), view.record.name) },
        errors: kept?.errors ?? [],
        words: says.pages[act],
        will: willOf(page, act, view),
        act,
        action: `${view.path}/lam`,
        hash: act === 'schedule' ? reorganisations.hash(view.draft) : hashOf(view),
        asks: dangerous(act),
        typesNumber: dangerous(act) && n > TYPED ? count(n, page.lang) : null,
        typed: kept?.values ?? {},
        wrong: { why: errorAt(kept, 'why'), number: errorAt(kept, 'number') },
      })
    }),

    guarded('post', `${PLANS}/:id/lam`, 'reorganisation.change', async (page) => {
      const act = oneOf(ACTS, page.field('viec'))
      const view = await views.whole(page)
      const { t } = page
      const form = `plan ${act} ${view.record.id}`
      const typed = page.fields(['why', 'number'])
      const why = dangerous(act) ? Why.safeParse(typed.why) : ({ success: true, data: '' } as const)
      const n = accountsOf(view)
      const errors: FieldError[] = []
      if (!why.success) errors.push({ field: 'why', text: t.reorganisations.acts.whyNeeded })
      if (dangerous(act) && n > TYPED && typed.number.replace(/[\s.,]/g, '') !== String(n))
        errors.push({ field: 'number', text: t.reorganisations.acts.typed })
      if (!why.success || errors.length > 0) {
        page.keepForm(form, { why: typed.why.slice(0, 600), number: typed.number.slice(0, 20) }, errors)
        page.redirect(`${view.path}/lam?viec=${act}`)
        return
      }
      page.takeForm(form)
      const done = await carryOut(page, act, view, why.data)
      if (!done.ok && done.refusal.kind === 'unknown-reorganisation') throw new HttpFault(404)
      if (done.ok) page.notice('ok', t.reorganisations.acts.pages[act].done)
      else page.notice('bad', refusalText(t, done.refusal))
      page.redirect(view.path)
    }),
  ]
}
