import { z } from 'zod'
import { addDays, Day, dayOf } from '../kernel/day.ts'
import { lines } from '../kernel/text.ts'
import type { Services } from '../main/compose.ts'
import { actsFor } from '../reconcile/compare.ts'
import { findingState, type Finding } from '../reconcile/finding.ts'
import { attributeName, findingList, findingName, FINDINGS, PLAN_ACTS, RECONCILE } from './finding-view.ts'
import { HttpFault } from './http-fault.ts'
import { back, errorAt, keptForm } from './kept-form.ts'
import type { Page } from './page.ts'
import { guarded, type Route } from './route.ts'
import { unitChoices } from './unit-choice.ts'
import { day, instant } from './views/formats.ts'

const Why = lines(10, 500)
/** Days that a finding can be ignored at most. */
const IGNORED_MAX = 366
const FIELDS = ['why', 'untilDay', 'untilMonth', 'untilYear'] as const

/** Findings: all of them, one of them attribute by attribute, and leaving one alone for a while. */
export function findingPages(services: Services): Route[] {
  const { reconcile, clock } = services
  const units = unitChoices(services)
  const today = () => dayOf(clock())

  async function find(page: Page): Promise<Finding> {
    const finding = await reconcile.finding(page.permit('reconcile.read'), page.param('id', z.uuid()))
    if (finding === null) throw new HttpFault(404)
    return finding
  }
  const formOf = ({ id }: Finding) => ({ name: `ignore ${id}`, path: `${FINDINGS}/${id}` })

  return [
    guarded('get', FINDINGS, 'reconcile.read', async (page) => {
      const { t } = page
      const list = await findingList(services, units, page, { path: FINDINGS, run: null, today: today() })
      if (list === null) return
      await page.render('findings.njk', {
        title: t.reconcile.list.title,
        back: { href: RECONCILE, text: t.reconcile.title },
        list,
      })
    }),

    guarded('get', `${FINDINGS}/:id`, 'reconcile.read', async (page) => {
      const { t, lang } = page
      const finding = await find(page)
      const says = t.reconcile.finding
      const kept = keptForm(page, formOf(finding).name)
      const state = findingState(finding, today())
      const { subject, ignored } = finding
      const unit = finding.unitId && (await services.units.find(finding.unitId))
      const acts = finding.goneAt === null && finding.doing === null ? actsFor(finding) : []
      const { facts } = says
      await page.render('finding.njk', {
        title: findingName(t, finding),
        back: { href: FINDINGS, text: says.back },
        errors: kept?.errors ?? [],
        finding,
        is: state,
        subjectHref:
          subject === null
            ? null
            : subject.kind === 'account'
              ? `/tai-khoan/${subject.id}`
              : `/danh-sach-thu/${subject.id}`,
        facts: [
          { key: facts.target, value: t.targets[finding.target] },
          ...(finding.login === null
            ? []
            : [{ key: finding.subject === null ? facts.home : facts.login, value: finding.login }]),
          ...(finding.dn === null ? [] : [{ key: facts.dn, value: finding.dn }]),
          ...(unit ? [{ key: facts.unit, value: unit.name }] : []),
          { key: facts.first, value: instant(finding.firstAt, lang) },
          { key: facts.last, value: instant(finding.lastAt, lang) },
          ...(finding.goneAt === null ? [] : [{ key: facts.gone, value: instant(finding.goneAt, lang) }]),
        ],
        differences: finding.differences.map((each) => ({ ...each, name: attributeName(t, each) })),
        others: finding.others.map(({ dn, over }) => ({ dn, over: overText(page, over) })),
        trouble: finding.trouble && troubleText(page, finding.trouble),
        ignored:
          ignored && state === 'ignored'
            ? { text: says.ignored(day(ignored.until, lang), ignored.byName), why: ignored.why }
            : null,
        acts: PLAN_ACTS.filter((act) => acts.includes(act)),
        mayAdopt: acts.includes('adopt') && finding.dn !== null,
        mayIgnore: acts.includes('ignore') && state !== 'ignored',
        mayAct: page.may('reconcile.change'),
        typed: kept?.values ?? {},
        until: untilTyped(kept?.values ?? {}),
        wrong: { why: errorAt(kept, 'why'), until: errorAt(kept, 'until') },
      })
    }),

    guarded('post', `${FINDINGS}/:id/bo-qua`, 'reconcile.change', async (page, permit) => {
      const { t, lang } = page
      const finding = await find(page)
      const says = t.reconcile.finding.ignore
      const form = formOf(finding)
      if (page.field('act') === 'notice') {
        const noticed = await reconcile.plans.ignore(permit, finding.id, null)
        page.notice(noticed.ok ? 'ok' : 'bad', noticed.ok ? says.undone : t.reconcile.finding.goneText)
        page.redirect(form.path)
        return
      }
      const input = page.fields(FIELDS)
      const why = Why.safeParse(input.why)
      const until = Day.safeParse(
        `${input.untilYear.trim()}-${input.untilMonth.trim().padStart(2, '0')}-${input.untilDay.trim().padStart(2, '0')}`,
      )
      const inRange = until.success && until.data >= today() && until.data <= addDays(today(), IGNORED_MAX)
      if (!why.success || !inRange) {
        back(page, form, input, [
          ...(inRange ? [] : [{ field: 'until', text: says.untilNeeded }]),
          ...(why.success ? [] : [{ field: 'why', text: says.whyNeeded }]),
        ])
        return
      }
      page.takeForm(form.name)
      const done = await reconcile.plans.ignore(permit, finding.id, { until: until.data, why: why.data })
      page.notice(done.ok ? 'ok' : 'bad', done.ok ? says.done(day(until.data, lang)) : t.reconcile.finding.goneText)
      page.redirect(form.path)
    }),
  ]
}

const untilTyped = (values: Readonly<Record<string, string>>) => ({
  day: values['untilDay'],
  month: values['untilMonth'],
  year: values['untilYear'],
})

/** `uid:123` and `mail:a@b` in words. */
function overText(page: Page, over: string): string {
  const words = page.t.reconcile.finding.over
  if (over.startsWith('uid:')) return words.uid(over.slice(4))
  return over.startsWith('mail:') ? words.mail(over.slice(5)) : words.congvuId
}

function troubleText(page: Page, trouble: string): string {
  const says = page.t.reconcile.finding
  const known: Readonly<Record<string, string>> = says.troubles
  return known[trouble] ?? says.trouble(trouble)
}
