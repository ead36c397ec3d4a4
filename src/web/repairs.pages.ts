import { z } from 'zod'
import { totals } from '../brake/brake.ts'
import { dayOf } from '../kernel/day.ts'
import { tidy } from '../kernel/text.ts'
import type { Services } from '../main/compose.ts'
import { FINDING_KINDS } from '../reconcile/compare.ts'
import { countsOf, partsOf } from '../reconcile/finding.ts'
import type { PlanView } from '../reconcile/plans.ts'
import { filterOf, findingRow, FINDINGS, PLAN_ACTS, PLANS } from './finding-view.ts'
import { HttpFault } from './http-fault.ts'
import { errorAt, keptForm } from './kept-form.ts'
import { listHref } from './lists.ts'
import type { Page } from './page.ts'
import { guarded, type Route } from './route.ts'
import { unitChoices } from './unit-choice.ts'
import { count, instant } from './views/formats.ts'

const Act = z.enum(PLAN_ACTS)
const Id = z.uuid()
/** Findings shown one by one; more of them, and the number is typed before they are acted upon. */
const SHOWN = 100
const TYPED = 10

/** What is to be done about findings: shown whole, and then done, under the brake. */
export function repairPages(services: Services): Route[] {
  const { reconcile, brakes, clock } = services
  const units = unitChoices(services)

  async function find(page: Page): Promise<PlanView> {
    const plan = await reconcile.plans.read(page.permit('reconcile.read'), page.param('id', Id))
    if (plan === null) throw new HttpFault(404)
    return plan
  }

  /** The findings that a form means: those ticked, or all that its filter shows. */
  async function meant(page: Page): Promise<string[] | null> {
    const chosen = page.all('chon').filter((id) => Id.safeParse(id).success)
    if (page.field('which') !== 'every') return chosen.length === 0 ? null : chosen
    const run = Id.safeParse(page.field('lan'))
    const permit = page.permit('reconcile.read')
    const { filter } = await filterOf(
      { ...page, query: (name) => tidy(page.field(name).slice(0, 200).replace(/\p{C}/gu, ' ')) },
      units,
      run.success ? await reconcile.runs.read(permit, run.data) : null,
    )
    return reconcile.matching(permit, filter)
  }

  return [
    guarded('post', PLANS, 'reconcile.change', async (page, permit) => {
      const { t } = page
      const act = Act.safeParse(page.field('act'))
      const ids = await meant(page)
      const run = Id.safeParse(page.field('lan'))
      const from = run.success ? `/doi-soat/lan/${run.data}` : FINDINGS
      const list = listHref(from, page.fields(['q', 'loai', 'he-thong', 'tinh-trang', 'unit', 'unitId']))
      if (!act.success || ids === null) {
        page.notice('bad', t.reconcile.list.noneChosen)
        page.redirect(list)
        return
      }
      const made = await reconcile.plans.make(permit, act.data, ids)
      if (made.ok) {
        page.redirect(`${PLANS}/${made.value}`)
        return
      }
      page.notice('bad', t.reconcile.plan.refusals[made.refusal.kind])
      page.redirect(list)
    }),

    guarded('get', `${PLANS}/:id`, 'reconcile.read', async (page) => {
      const { t, lang } = page
      const plan = await find(page)
      const says = t.reconcile.plan
      const kept = keptForm(page, `plan ${plan.id}`)
      const { act, now } = plan
      const n = count(plan.findings.length, lang)
      const counts = countsOf(now)
      const parts = partsOf(act, now)
      const open = plan.startedAt === null && !plan.stale
      const brakePlan = { kind: 'reconcile', id: plan.id, hash: plan.hash, name: String(plan.number), parts } as const
      const reasons = open ? await brakes.judge(brakePlan) : []
      await page.render('repair.njk', {
        title: says.titles[act](n),
        meta: says.meta(String(plan.number), plan.byName, instant(plan.madeAt, lang)),
        back: { href: FINDINGS, text: t.reconcile.list.title },
        errors: kept?.errors ?? [],
        plan,
        started: plan.startedAt && says.started(instant(plan.startedAt, lang)),
        will: says.will[act],
        figures: [
          { key: says.accounts, value: count(totals(parts).all, lang) },
          ...FINDING_KINDS.filter((kind) => counts[kind] > 0).map((kind) => ({
            ...{ key: t.reconcile.kinds[kind], value: count(counts[kind], lang), sub: t.reconcile.means[kind] },
          })),
        ],
        braked: open && (reasons.length > 0 || act === 'remove'),
        rows: now.slice(0, SHOWN).map((each) => findingRow(t, each, dayOf(clock()))),
        more: now.length > SHOWN ? t.reconcile.list.moreFindings(count(now.length - SHOWN, lang)) : null,
        mayStart: open && page.may('reconcile.change'),
        typesNumber: now.length > TYPED,
        n,
        button: says.buttons[act](n),
        typed: kept?.values ?? {},
        wrong: { number: errorAt(kept, 'number') },
      })
    }),

    guarded('post', `${PLANS}/:id`, 'reconcile.change', async (page, permit) => {
      const { t, lang } = page
      const plan = await find(page)
      const says = t.reconcile.plan
      const href = `${PLANS}/${plan.id}`
      const number = page.field('number')
      const n = plan.findings.length
      if (plan.startedAt === null && n > TYPED && number.replace(/[\s.,]/g, '') !== String(n)) {
        page.keepForm(`plan ${plan.id}`, { number: number.slice(0, 20) }, [{ field: 'number', text: says.wrong }])
        page.redirect(href)
        return
      }
      page.takeForm(`plan ${plan.id}`)
      const started = await reconcile.plans.start(permit, plan.id)
      if (started.ok) page.notice('ok', says.done(count(started.value.findings, lang)))
      else if (started.refusal.kind === 'held') {
        page.notice('wait', says.held)
        page.redirect(`/chot-an-toan/${started.refusal.holdId}`)
        return
      } else page.notice('bad', says.refusals[started.refusal.kind])
      page.redirect(href)
    }),
  ]
}
