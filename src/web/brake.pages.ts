import { z } from 'zod'
import { holdState, totals, type Hold, type PlanKind } from '../brake/brake.ts'
import { lines } from '../kernel/text.ts'
import type { Services } from '../main/compose.ts'
import { HttpFault } from './http-fault.ts'
import { errorAt, keptForm } from './kept-form.ts'
import { limitChanges } from './brake-form.ts'
import { limitsPages } from './brake-limits.pages.ts'
import type { Page } from './page.ts'
import { guarded, type Route } from './route.ts'
import { count, instant } from './views/formats.ts'
import { reasonText } from './words/brake-sayings.ts'

export const BRAKE = '/chot-an-toan'
const Why = lines(10, 500)
/** The page on which a plan of each kind is seen whole. */
export const PLAN_PAGES: Partial<Record<PlanKind, (id: string) => string>> = {
  import: (id) => `/nhap-danh-sach/${id}`,
  undo: (id) => `/nhap-danh-sach/${id}/hoan-tac`,
  reorganisation: (id) => `/sap-xep/${id}`,
  reconcile: (id) => `/doi-soat/ke-hoach/${id}`,
  adoption: (id) => `/doi-soat/tiep-nhan/${id}`,
}
/** Units named one by one; the others are summed up. */
const NAMED = 20
/** More accounts than this, and the number is typed before they are changed. */
const TYPED = 10

/** Plans that the safety brake stopped: why, in figures, and their release by two people. */
export function brakePages(services: Services): Route[] {
  const { brakes, units, clock } = services

  async function find(page: Page): Promise<Hold> {
    const hold = await brakes.read(page.permit('brake.read'), page.param('id', z.uuid()))
    if (hold === null) throw new HttpFault(404)
    return hold
  }
  const planName = (page: Page, { plan }: Hold) => page.t.brake.plans[plan.kind](plan.name)

  /** Who asked and who answered, as a list shows it. */
  function whoOf(page: Page, hold: Hold): string {
    const { t, lang } = page
    const { asked, released, ended } = hold
    if (asked && released) return t.brake.log(asked.byName, released.byName, instant(released.at, lang))
    if (ended?.how === 'refused') return t.brake.refusedBy(ended.byName ?? '', instant(ended.at, lang))
    return asked?.byName ?? '–'
  }

  async function unitRows(page: Page, hold: Hold) {
    const { t, lang } = page
    const byUnit = [...Map.groupBy(hold.plan.parts, (part) => part.unitId)]
      .map(([id, parts]) => ({ id, parts, n: totals(parts).all }))
      .sort((a, b) => b.n - a.n)
    const named = await Promise.all(
      byUnit.slice(0, NAMED).map(async ({ id, parts, n }) => ({
        name: (id && (await units.find(id))?.name) ?? t.brake.noUnit,
        n,
        text: parts.map((part) => `${t.brake.changes[part.change]}: ${count(part.n, lang)}`).join(' · '),
      })),
    )
    const rest = byUnit.slice(NAMED)
    if (rest.length === 0) return named
    return [
      ...named,
      { name: t.brake.others(count(rest.length, lang)), n: rest.reduce((sum, { n }) => sum + n, 0), text: '' },
    ]
  }

  return [
    guarded('get', BRAKE, 'brake.read', async (page, permit) => {
      const { t, lang } = page
      const holds = await brakes.list(permit)
      await page.render('brake.njk', {
        title: t.brake.title,
        rows: holds.map((hold) => ({
          href: `${BRAKE}/${hold.id}`,
          name: planName(page, hold),
          n: hold.plan.kind === 'limits' ? '–' : count(totals(hold.plan.parts).all, lang),
          state: holdState(hold, clock()),
          heldAt: hold.heldAt,
          who: whoOf(page, hold),
        })),
      })
    }),
    ...limitsPages(services),

    guarded('get', `${BRAKE}/:id`, 'brake.read', async (page, permit) => {
      const { t, lang, actor } = page
      const hold = await find(page)
      const kept = keptForm(page, `brake ${hold.id}`)
      const state = holdState(hold, clock())
      const { all, each } = totals(hold.plan.parts)
      const { policy } = await brakes.limits.present()
      const may = page.may('brake.release')
      const own = actor.kind === 'person' && hold.asked?.by === actor.accountId
      await page.render('brake-hold.njk', {
        title: planName(page, hold),
        back: { href: BRAKE, text: t.brake.title },
        errors: kept?.errors ?? [],
        hold,
        is: state,
        log: whoOf(page, hold),
        reasons: hold.reasons.map((reason) => reasonText(t, lang, reason)),
        figures: Object.entries(each)
          .filter(([, n]) => n > 0)
          .map(([change, n]) => ({ key: t.brake.changes[change as keyof typeof each], value: count(n, lang) })),
        all: count(all, lang),
        units: await unitRows(page, hold),
        limits: await limitRows(page, await brakes.limits.asked(permit, hold)),
        planHref: PLAN_PAGES[hold.plan.kind]?.(hold.plan.id) ?? null,
        askHours: count(policy.hours, lang),
        mayAsk: may && (state === 'held' || state === 'expired'),
        mayRelease: may && state === 'asked' && !own,
        mayDrop: may && hold.ended === null,
        own: state === 'asked' && own,
        typesNumber: all > TYPED,
        typed: kept?.values ?? {},
        wrong: { why: errorAt(kept, 'why'), number: errorAt(kept, 'number') },
      })
    }),

    guarded('post', `${BRAKE}/:id/de-nghi`, 'brake.release', async (page, permit) => {
      const hold = await find(page)
      const { t } = page
      const why = Why.safeParse(page.field('why'))
      const href = `${BRAKE}/${hold.id}`
      if (!why.success)
        page.keepForm(`brake ${hold.id}`, { why: page.field('why').slice(0, 600) }, [
          { field: 'why', text: t.brake.ask.whyNeeded },
        ])
      else {
        const asked = await brakes.ask(permit, hold.id, why.data)
        page.takeForm(`brake ${hold.id}`)
        if (asked.ok) page.notice('ok', t.brake.ask.done)
        else page.notice('bad', t.brake.refusals[asked.refusal.kind])
      }
      page.redirect(href)
    }),

    guarded('post', `${BRAKE}/:id/mo`, 'brake.release', async (page, permit) => {
      const hold = await find(page)
      const { t, lang } = page
      const { all } = totals(hold.plan.parts)
      const number = page.field('number')
      if (all > TYPED && number.replace(/[\s.,]/g, '') !== String(all))
        page.keepForm(`brake ${hold.id}`, { number: number.slice(0, 20) }, [
          { field: 'number', text: t.brake.second.wrong },
        ])
      else {
        const released = await brakes.release(permit, hold.id)
        page.takeForm(`brake ${hold.id}`)
        if (!released.ok) page.notice('bad', t.brake.refusals[released.refusal.kind])
        else if (hold.plan.kind === 'limits') page.notice('ok', t.brake.second.limitsDone)
        else page.notice('ok', t.brake.second.done(count(all, lang)))
      }
      page.redirect(`${BRAKE}/${hold.id}`)
    }),

    guarded('post', `${BRAKE}/:id/khong-mo`, 'brake.release', async (page, permit) => {
      const hold = await find(page)
      const dropped = await brakes.drop(permit, hold.id)
      if (dropped.ok) page.notice('ok', page.t.brake.dropped)
      else page.notice('bad', page.t.brake.refusals[dropped.refusal.kind])
      page.redirect(`${BRAKE}/${hold.id}`)
    }),
  ]

  /** What a change of the limits would change, field by field; null for other plans. */
  async function limitRows(page: Page, asked: Parameters<typeof limitChanges>[2] | null) {
    if (asked === null) return null
    const { policy } = await brakes.limits.present()
    return limitChanges(page.t, policy, asked)
  }
}
