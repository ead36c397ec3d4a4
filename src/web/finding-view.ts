import type { Day } from '../kernel/day.ts'
import type { Services } from '../main/compose.ts'
import { actsFor, FINDING_KINDS, type Act } from '../reconcile/compare.ts'
import { FINDING_STATES, findingState, sumOf, type Finding, type Run, type Scope } from '../reconcile/finding.ts'
import type { FindingFilter } from '../reconcile/reconcile.ts'
import { TARGETS } from '../provisioning/ledger.ts'
import { beyondEnd, listHref, paging } from './lists.ts'
import type { Page } from './page.ts'
import { isUnsure, unitField, type UnitChoices } from './unit-choice.ts'
import { count } from './views/formats.ts'
import type { Words } from './words/vi.ts'

export const RECONCILE = '/doi-soat'
export const FINDINGS = `${RECONCILE}/diem-lech`
export const PLANS = `${RECONCILE}/ke-hoach`
export const runHref = ({ id }: Pick<Run, 'id'>): string => `${RECONCILE}/lan/${id}`

const PAGE = 50
/** Attributes named in a list; the rest are counted. */
const NAMED = 3

/** What is done about many findings at once; ignoring is for one. */
export const PLAN_ACTS = ['repair', 'accept', 'remove'] as const satisfies readonly Act[]
export type PlanAct = (typeof PLAN_ACTS)[number]

export const scopeName = (t: Words, scope: Scope): string =>
  scope.kind === 'all' ? t.reconcile.runs.all : scope.name || '–'
export const askerName = (t: Words, { byName }: Pick<Run, 'byName'>): string =>
  byName === 'reconcile' ? t.reconcile.runs.night : byName

/** Whom or what a finding is about, as a heading. */
export function findingName(t: Words, found: Pick<Finding, 'name' | 'subject' | 'login' | 'dn' | 'target'>): string {
  const name = found.name || found.login || found.dn || '–'
  return found.subject?.kind === 'group' ? t.reconcile.list.group(name) : name
}

export const attributeName = (t: Words, { attribute }: { readonly attribute: string }): string =>
  t.reconcile.attributes[attribute] ?? attribute

/** In a few words, what is wrong. */
function inShort(t: Words, found: Finding): string {
  const names = found.differences.map((difference) => attributeName(t, difference))
  const more = names.length - NAMED
  if (names.length === 0) return t.reconcile.means[found.kind]
  return `${names.slice(0, NAMED).join(', ')}${more > 0 ? ` ${t.reconcile.list.more(String(more))}` : ''}`
}

/** A finding as a row of a list. */
export const findingRow = (t: Words, found: Finding, today: Day) => ({
  id: found.id,
  href: `${FINDINGS}/${found.id}`,
  name: findingName(t, found),
  sub: found.login ?? found.dn,
  kind: t.reconcile.kinds[found.kind],
  target: t.targets[found.target],
  detail: inShort(t, found),
  firstAt: found.firstAt,
  state: findingState(found, today),
  pickable: found.goneAt === null && found.doing === null && actsFor(found).some((act) => act !== 'ignore'),
})

/** What the address of a list of findings chooses. */
export async function filterOf(page: Page, units: UnitChoices, run: Run | null) {
  const choice = await units.filter(page)
  const filter: FindingFilter = {
    kind: FINDING_KINDS.find((each) => each === page.query('loai')) ?? null,
    target: TARGETS.find((each) => each === page.query('he-thong')) ?? null,
    state: FINDING_STATES.find((each) => each === page.query('tinh-trang')) ?? null,
    unit: choice.unit?.id ?? null,
    q: page.query('q'),
    run,
  }
  return { choice, filter }
}

/** A page of findings with its filters; null when the reader was led to the last page instead. */
export async function findingList(
  services: Pick<Services, 'reconcile'>,
  units: UnitChoices,
  page: Page,
  at: { path: string; run: Run | null; today: Day },
) {
  const { t, lang } = page
  const says = t.reconcile.list
  const permit = page.permit('reconcile.read')
  const [{ choice, filter }, scope] = await Promise.all([filterOf(page, units, at.run), units.scope(page, 'all')])
  const unsure = isUnsure(choice)
  const number = page.number()
  const found = await services.reconcile.findings(permit, filter, { limit: PAGE, offset: (number - 1) * PAGE })
  const list = { total: found.total, page: number, pageSize: PAGE }
  if (!unsure && beyondEnd(page, list)) return null
  const items = <T extends string>(all: string, values: readonly T[], words: Readonly<Record<T, string>>) => [
    { value: '', text: all },
    ...values.map((value) => ({ value, text: words[value] })),
  ]
  const kept = {
    ...{ q: filter.q, loai: filter.kind ?? '', 'he-thong': filter.target ?? '', 'tinh-trang': filter.state ?? '' },
  }
  return {
    path: at.path,
    q: filter.q,
    kind: { value: filter.kind ?? '', items: items(says.anyKind, FINDING_KINDS, t.reconcile.kinds) },
    target: { value: filter.target ?? '', items: items(says.anyTarget, TARGETS, t.targets) },
    state: { value: filter.state ?? '', items: items(says.anyState, FINDING_STATES, t.reconcile.findingStates) },
    unit: unitField(page, scope, choice, (unit) => listHref(at.path, { ...kept, ...unit })),
    unsure,
    filtered: Object.values(kept).some((value) => value !== '') || choice.unit !== null,
    rows: unsure ? [] : found.findings.map((each) => findingRow(t, each, at.today)),
    paging: paging(list, t.reconcile.noun),
    total: count(found.total, lang),
    mayAct: page.may('reconcile.change'),
    acts: PLAN_ACTS.map((value) => ({ value, text: t.reconcile.acts[value], hint: t.reconcile.actHints[value] })),
    // What "all of them" means is sent along with the form.
    keep: [
      ...Object.entries({ ...kept, unit: choice.unit?.name ?? '', unitId: choice.unit?.id ?? '' }).map(
        ([name, value]) => ({
          name,
          value,
        }),
      ),
      { name: 'lan', value: at.run?.id ?? '' },
    ],
  }
}

/** The last whole runs as columns of a chart, the oldest first. */
export function trendOf(runs: readonly Run[], most: number) {
  const told = runs.filter(({ state }) => state === 'done' || state === 'cannot-tell').slice(0, most)
  const highest = Math.max(1, ...told.map(({ counts, state }) => (state === 'done' ? sumOf(counts) : 0)))
  return told.reverse().map((run, n, all) => {
    const found = run.state === 'done' ? sumOf(run.counts) : null
    return {
      href: runHref(run),
      at: run.endedAt ?? run.askedAt,
      found,
      fresh: run.fresh,
      x: n * 40,
      height: found === null ? 0 : found === 0 ? 2 : Math.max(4, Math.round((found / highest) * 120)),
      // Days beside each other would not fit.
      dated: (all.length - 1 - n) % 2 === 0,
    }
  })
}
