import { z } from 'zod'
import { dayOf } from '../kernel/day.ts'
import { AccountId } from '../kernel/ids.ts'
import { lines } from '../kernel/text.ts'
import type { Services } from '../main/compose.ts'
import { FINDING_KINDS } from '../reconcile/compare.ts'
import { sumOf, type Run } from '../reconcile/finding.ts'
import { adoptionPages } from './adoption.pages.ts'
import { askerName, FINDINGS, findingList, RECONCILE, runHref, scopeName, trendOf } from './finding-view.ts'
import { findingPages } from './findings.pages.ts'
import { HttpFault } from './http-fault.ts'
import { back, errorAt, keptForm } from './kept-form.ts'
import { listHref } from './lists.ts'
import type { Page } from './page.ts'
import { repairPages } from './repairs.pages.ts'
import { guarded, type Route } from './route.ts'
import { unitChoices } from './unit-choice.ts'
import { count, day, instant } from './views/formats.ts'
import { doubtText } from './words/reconcile-sayings.ts'

const Why = lines(10, 500)
/** Runs listed, and columns of the chart. */
const LISTED = 50
const COLUMNS = 12
const FORM = 'compare unit'

/** What should exist against what does: how it has gone, and comparing now. */
export function reconcilePages(services: Services): Route[] {
  const { reconcile, accounts, clock } = services
  const units = unitChoices(services)
  const today = () => dayOf(clock())

  async function find(page: Page): Promise<Run> {
    const run = await reconcile.runs.read(page.permit('reconcile.read'), page.param('id', z.uuid()))
    if (run === null) throw new HttpFault(404)
    return run
  }

  const outcome = (page: Page, run: Run) => {
    const { t, lang } = page
    const says = t.reconcile.run
    if (run.state === 'done') {
      const found = sumOf(run.counts)
      return found === 0
        ? { tone: 'ok', text: says.ok(count(run.read, lang)) }
        : { tone: 'wait', text: says.found(count(found, lang), count(run.fresh, lang)) }
    }
    if (run.state === 'cannot-tell' && run.doubt)
      return { tone: 'bad', text: doubtText(t.reconcile.doubts, lang, run.doubt) }
    return run.state === 'failed' ? { tone: 'bad', text: says.failedText } : { tone: 'info', text: says.soon }
  }

  return [
    guarded('get', RECONCILE, 'reconcile.read', async (page, permit) => {
      const { t, lang } = page
      const kept = keptForm(page, FORM)
      const [runs, whole, open] = await Promise.all([
        reconcile.runs.list(permit, LISTED),
        reconcile.runs.list(permit, 2 * COLUMNS, 'all'),
        reconcile.open(permit),
      ])
      const all = open.reduce((sum, { n }) => sum + n, 0)
      const last = whole.find(({ endedAt }) => endedAt !== null)
      const trend = trendOf(whole, COLUMNS)
      const found = trend.map((column) => column.found ?? 0)
      await page.render('reconcile.njk', {
        title: t.reconcile.title,
        meta: `${t.reconcile.meta(count(all, lang))} · ${last?.endedAt ? t.reconcile.last(instant(last.endedAt, lang)) : t.reconcile.never}`,
        errors: kept?.errors ?? [],
        tiles: FINDING_KINDS.map((kind) => {
          const n = open.find((each) => each.kind === kind)?.n ?? 0
          return {
            ...{ number: n, text: t.reconcile.kinds[kind], sub: t.reconcile.means[kind] },
            ...{ icon: ICONS[kind], tone: n > 0 ? 'wait' : 'neutral' },
            href: listHref(FINDINGS, { loai: kind, 'tinh-trang': 'open' }),
          }
        }),
        trend,
        trendLabel:
          trend.length === 0
            ? ''
            : t.reconcile.trend.label(
                day(dayOf(trend[0]?.at ?? clock()), lang),
                day(dayOf(trend.at(-1)?.at ?? clock()), lang),
                count(Math.max(...found), lang),
              ),
        runs: runs.map((run) => ({
          ...run,
          href: runHref(run),
          name: t.reconcile.runs.name(String(run.number)),
          scopeText: scopeName(t, run.scope),
          by: askerName(t, run),
          findings: run.state === 'done' ? sumOf(run.counts) : null,
        })),
        busy: runs.some(({ state }) => state === 'waiting' || state === 'running'),
        mayStart: page.may('reconcile.change'),
        unit: { value: kept?.values['unit'] ?? '', error: errorAt(kept, 'unit') },
      })
    }),

    guarded('post', RECONCILE, 'reconcile.change', async (page, permit) => {
      const { t } = page
      if (page.field('scope') !== 'unit') {
        const run = await reconcile.runs.ask(permit, { kind: 'all' })
        page.notice('info', t.reconcile.start.asked)
        page.redirect(runHref(run))
        return
      }
      const choice = await units.posted(page, 'unit')
      if (choice.unit === null) {
        back(page, { name: FORM, path: RECONCILE }, { unit: choice.text }, [
          { field: 'unit', text: t.reconcile.start.unitNeeded },
        ])
        return
      }
      page.takeForm(FORM)
      const run = await reconcile.runs.ask(permit, { kind: 'unit', id: choice.unit.id, name: choice.unit.name })
      page.notice('info', t.reconcile.start.asked)
      page.redirect(runHref(run))
    }),

    guarded('post', '/tai-khoan/:id/doi-soat', 'reconcile.change', async (page, permit) => {
      const account = await accounts.read(page.permit('account.read'), page.param('id', AccountId))
      if (account === null) throw new HttpFault(404)
      const run = await reconcile.runs.ask(permit, { kind: 'account', id: account.id, name: account.displayName })
      page.notice('info', page.t.reconcile.start.asked)
      page.redirect(runHref(run))
    }),

    guarded('get', `${RECONCILE}/lan/:id`, 'reconcile.read', async (page) => {
      const { t, lang } = page
      const run = await find(page)
      const says = t.reconcile.run
      const kept = keptForm(page, `believe ${run.id}`)
      const list =
        run.state === 'done'
          ? await findingList(services, units, page, { path: runHref(run), run, today: today() })
          : undefined
      if (list === null) return
      const { facts } = says
      await page.render('reconcile-run.njk', {
        title: t.reconcile.runs.name(String(run.number)),
        back: { href: RECONCILE, text: says.back },
        errors: kept?.errors ?? [],
        run,
        outcome: outcome(page, run),
        mailDoubt:
          run.mailDoubt === null || run.state !== 'done'
            ? null
            : `${says.mailUnread} ${doubtText(t.reconcile.doubts, lang, run.mailDoubt)}`,
        facts: [
          { key: facts.scope, value: scopeName(t, run.scope) },
          { key: facts.by, value: askerName(t, run) },
          { key: facts.asked, value: instant(run.askedAt, lang) },
          ...(run.startedAt && run.endedAt
            ? [{ key: facts.took, value: says.took(instant(run.startedAt, lang), instant(run.endedAt, lang)) }]
            : []),
          ...(run.endedAt === null
            ? []
            : [
                {
                  key: facts.read,
                  value: says.read(count(run.read, lang), count(run.found, lang), count(run.expected, lang)),
                },
                ...(run.scope.kind === 'all'
                  ? [
                      {
                        key: facts.homes,
                        value: run.homes === null ? says.homesNone : says.homes(count(run.homes, lang)),
                      },
                    ]
                  : []),
                { key: facts.inspected, value: says.inspected(count(run.inspected, lang)) },
              ]),
          ...(run.inFlight > 0 ? [{ key: facts.inFlight, value: says.inFlight(count(run.inFlight, lang)) }] : []),
          ...(run.believe === null ? [] : [{ key: facts.believe, value: run.believe }]),
        ],
        list,
        mayBelieve: run.state === 'cannot-tell' && isBelievable(run) && page.may('reconcile.change'),
        typed: kept?.values ?? {},
        wrong: { why: errorAt(kept, 'why') },
      })
    }),

    guarded('post', `${RECONCILE}/lan/:id/tin`, 'reconcile.change', async (page, permit) => {
      const run = await find(page)
      const why = Why.safeParse(page.field('why'))
      const form = { name: `believe ${run.id}`, path: runHref(run) }
      if (!why.success || !isBelievable(run)) {
        back(page, form, { why: page.field('why') }, [{ field: 'why', text: page.t.reconcile.run.believe.whyNeeded }])
        return
      }
      page.takeForm(form.name)
      const next = await reconcile.runs.ask(permit, run.scope, why.data)
      page.notice('info', page.t.reconcile.start.asked)
      page.redirect(runHref(next))
    }),

    ...findingPages(services),
    ...repairPages(services),
    ...adoptionPages(services),
  ]
}

/** A reading that broke off is no fact whatever anybody says; one that was read to the end may be. */
const isBelievable = ({ doubt }: Run): boolean =>
  doubt !== null && (doubt.kind === 'empty' || doubt.kind === 'shrunk' || doubt.kind === 'older')

const ICONS = {
  missing: 'triangle',
  half: 'half-disc',
  different: 'arrows',
  members: 'people',
  alias: 'mail',
  double: 'equals',
  extra: 'glass',
} as const
