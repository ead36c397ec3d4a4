import { addMonths } from '../kernel/day.ts'
import { UnitId } from '../kernel/ids.ts'
import type { Services } from '../main/compose.ts'
import type { Assignment } from '../reorganisations/draft.ts'
import { figuresOf } from '../reorganisations/outcome.ts'
import { beyondEnd, listHref, oneOf, paging } from './lists.ts'
import type { Page } from './page.ts'
import { unitRows, type PlanView, type PlanViews } from './reorganisation-view.ts'
import { count, day } from './views/formats.ts'
import { reasonText } from './words/brake-sayings.ts'
import { SAMPLES } from './words/letter-samples.ts'
import { addressText, faultText, noticeText, stepText } from './words/reorganisation-sayings.ts'

export const SECTIONS = ['tong-quan', 'viec', 'phan-nguoi', 'don-vi', 'nguoi', 'dia-chi', 'thu'] as const
export type Section = (typeof SECTIONS)[number]
const PAGE = 50
/** So many faults are told on the page; the others are counted. */
const TOLD = 50
/** So many of one kind are told one by one. */
const FEW = 3

/** What each part of a plan's page shows. */
export function planSections(services: Services, views: PlanViews) {
  const { reorganisations, letterTexts, letterWords } = services

  function willFigures({ t, lang }: Page, { record, checked }: PlanView) {
    if (checked === null) return []
    const says = t.reorganisations.figures
    const of = figuresOf(checked.outcome)
    const n = (number: number) => count(number, lang)
    const until = day(addMonths(record.effectiveOn, record.options.aliasMonths), lang)
    return [
      {
        key: says.unitsLabel,
        value: says.units(n(of.unitsBefore), n(of.unitsAfter)),
        sub: says.kinds(n(of.created), n(of.changed), n(of.ended)),
      },
      { key: says.people, value: n(of.people) },
      { key: says.shown, value: n(of.shown) },
      { key: says.mailboxes, value: n(of.mailboxes) },
      { key: says.addresses, value: n(of.addresses), sub: says.until(until) },
      { key: says.rights, value: n(of.rights) },
      ...(checked.world.personal.size > 0 ? [{ key: says.personal, value: n(checked.world.personal.size) }] : []),
      ...(record.options.letters ? [{ key: says.letters, value: n(of.people) }] : []),
    ]
  }

  async function doneFigures(page: Page, { record, checked }: PlanView) {
    const says = page.t.reorganisations.figures
    const lines = await reorganisations.report(page.permit('reorganisation.read'), record, checked)
    const sum = (some: typeof lines, key: 'people' | 'mailboxes') =>
      count(
        some.reduce((n, line) => n + line[key], 0),
        page.lang,
      )
    const moved = lines.filter(({ from, to }) => from !== to)
    return [
      { key: says.people, value: sum(moved, 'people') },
      {
        key: says.shown,
        value: sum(
          lines.filter(({ from, to }) => from === to),
          'people',
        ),
      },
      { key: says.mailboxes, value: sum(moved, 'mailboxes') },
    ]
  }

  async function addressRows(page: Page, { record, checked, names }: PlanView) {
    const lines = await reorganisations.addresses(page.permit('reorganisation.read'), record, checked)
    return lines.map(({ local, from, to, reaches, until }) => ({
      ...{ local, reaches, until, from: from === null ? '–' : names.before(from), to: names.after(to) },
    }))
  }

  /** What a person should know; of one kind with many, how many, and each beneath. */
  function noticesOf({ t, lang }: Page, { checked, names }: PlanView) {
    const kinds = Map.groupBy(checked?.outcome.notices ?? [], ({ kind }) => kind)
    return [...kinds].flatMap(([kind, all]) => {
      const lines = all.map((notice) => noticeText(t, lang, names, notice))
      if (lines.length <= FEW) return lines.map((text) => ({ text, lines: [] }))
      return [{ text: t.reorganisations.noticeGroups[kind](count(lines.length, lang)), lines }]
    })
  }

  /** The first reasons of the brake, which are about all of it, and the others beneath. */
  const folded = ({ t, lang }: Page, reasons: readonly string[]) => ({
    brake: reasons.slice(0, FEW),
    brakeOthers: reasons.slice(FEW),
    brakeMore: t.reorganisations.brakeMore(count(Math.max(0, reasons.length - FEW), lang)),
  })

  async function overview(page: Page, view: PlanView) {
    const { record, checked, names } = view
    const { t, lang } = page
    const permit = page.permit('reorganisation.read')
    const faults = checked?.outcome.faults ?? []
    const person = await views.peopleOf(
      page,
      faults.flatMap((fault) => (fault.kind === 'nowhere' ? fault.some : [])),
    )
    const begun = record.startedAt !== null
    const progress = begun ? await reorganisations.progress(permit, record) : null
    const built = record.state === 'applied' ? await reorganisations.built(permit, record) : null
    const says = t.reorganisations
    const [reached, all] = progress
      ? [
          record.state === 'reversing' ? progress.undone : progress.done,
          progress.open + progress.done + progress.undone,
        ]
      : [0, 0]
    return {
      figures: begun ? await doneFigures(page, view) : willFigures(page, view),
      kept: record.options.personal === 'follow' ? says.keptFollow : says.kept,
      faults: faults.slice(0, TOLD).map((fault) => faultText(t, lang, { ...names, person }, fault)),
      faultCount: faults.length,
      faultsMore: faults.length > TOLD ? says.more(count(faults.length - TOLD, lang)) : null,
      notices: noticesOf(page, view),
      checked: checked !== null,
      ...folded(
        page,
        checked === null
          ? []
          : (await reorganisations.judge(permit, record, checked)).map((reason) => reasonText(t, lang, reason)),
      ),
      progress: progress && {
        ...{ reached, all, share: all === 0 ? 100 : Math.floor((reached / all) * 100) },
        under: record.state === 'applying' || record.state === 'reversing',
        text:
          record.state === 'applying' || record.state === 'reversing'
            ? says.progress[record.state](count(reached, lang), count(all, lang))
            : null,
        inStep: says.progress.inStep(count(progress.inStep, lang), count(progress.behind, lang)),
      },
      built: built?.map(({ kind, names: called }) => ({ kind: says.built[kind], names: called })) ?? null,
      course: [
        { title: says.course.created, at: record.createdAt, by: record.byName },
        ...(record.scheduled
          ? [{ title: says.course.scheduled, ...{ at: record.scheduled.at, by: record.scheduled.byName } }]
          : []),
        ...(record.startedAt ? [{ title: says.course.started, at: record.startedAt, by: says.course.worker }] : []),
        ...(record.appliedAt ? [{ title: says.course.applied, at: record.appliedAt, by: says.course.worker }] : []),
        ...(record.reversing
          ? [
              {
                title: says.course.reversing,
                at: record.reversing.at,
                by: record.reversing.byName,
                text: record.reversing.why,
              },
            ]
          : []),
        ...(record.endedAt ? [{ title: says.course.ended, at: record.endedAt, by: '' }] : []),
      ],
      acts: page.may('reorganisation.change') ? actsOf(view, built?.length === 0) : [],
    }
  }

  function sliced<T>(page: Page, all: readonly T[], noun: string) {
    const list = { total: all.length, page: page.number(), pageSize: PAGE }
    if (beyondEnd(page, list)) return null
    const from = (list.page - 1) * PAGE
    return { rows: all.slice(from, from + PAGE), first: from + 1, list: paging(list, noun) }
  }

  const sections: Readonly<Record<Section, (page: Page, view: PlanView) => Promise<Record<string, unknown> | null>>> = {
    'tong-quan': overview,

    viec: (page, { draft, names, record }) => {
      const { t } = page
      const found = sliced(page, draft.steps, t.reorganisations.steps.noun)
      return Promise.resolve(
        found && {
          ...found,
          rows: found.rows.map((step, n) => ({
            ...{ n: found.first + n, what: t.reorganisations.steps.kinds[step.kind] },
            ...{ text: stepText(t, step, names), address: addressText(t, step) },
          })),
          seen: record.revision,
        },
      )
    },

    'phan-nguoi': async (page, { draft, names, record, checked }) => {
      const { t } = page
      const found = sliced(page, draft.assignments, t.reorganisations.rules.noun)
      if (found === null) return null
      const ids = found.rows.flatMap((rule) => (rule.by === 'account' ? [rule.value] : []))
      const person = await views.peopleOf(page, [...ids, ...draft.seats.map(({ account }) => account)])
      const lost = (checked?.outcome.faults ?? []).reduce(
        (n, fault) => n + (fault.kind === 'nowhere' ? fault.people : 0),
        0,
      )
      return {
        ...found,
        rows: found.rows.map((rule, n) => ({
          ...{ n: found.first + n, from: names.before(rule.from), to: names.after(rule.to) },
          about: aboutText(page, { names }, rule, person),
          matched: rule.by === 'unit' ? null : (checked?.outcome.places.matched[found.first + n - 1] ?? null),
        })),
        seats: draft.seats.map(({ unit, account }, n) => ({
          n: n + 1,
          unit: names.after(unit),
          person: person(account),
        })),
        seen: record.revision,
        lost: lost > 0 ? t.reorganisations.rules.nowhere(count(lost, page.lang)) : null,
      }
    },

    'don-vi': async (page, view) => {
      const by = oneOf(['cu', 'moi'], page.query('theo'))
      const report = await reorganisations.report(page.permit('reorganisation.read'), view.record, view.checked)
      const found = sliced(page, unitRows(view, report, by === 'cu' ? 'old' : 'new'), page.t.reorganisations.units.noun)
      const says = page.t.reorganisations
      return (
        found && {
          ...found,
          by,
          rows: found.rows.map((row) => ({
            ...row,
            what:
              row.kinds.map((kind) => says.steps.kinds[kind]).join(', ') ||
              (row.ends ? says.units.ends : says.units.goesOn),
          })),
          ways: (['cu', 'moi'] as const).map((way) => ({
            href: listHref(view.path, { muc: 'don-vi', theo: way === 'cu' ? '' : way }),
            text: way === 'cu' ? says.units.byOld : says.units.byNew,
            current: way === by,
          })),
        }
      )
    },

    nguoi: async (page, view) => {
      const { record, checked, names } = view
      const chosen = UnitId.safeParse(page.query('don-vi'))
      const unit = chosen.success ? chosen.data : null
      const permit = page.permit('reorganisation.read')
      const found = await reorganisations.people(permit, record, checked, { unit, page: page.number() })
      if (beyondEnd(page, found)) return null
      const report = await reorganisations.report(permit, record, checked)
      const units = new Map(
        report.flatMap(({ from, to }) => [[from, names.before(from)] as const, [to, names.after(to)] as const]),
      )
      return {
        rows: found.lines.map((line) => ({
          ...line,
          from: names.before(line.from),
          to: names.after(line.to),
          stays: line.from === line.to,
        })),
        list: paging(found, page.t.reorganisations.people.noun),
        unit: unit ?? '',
        units: [
          { value: '', text: page.t.reorganisations.people.all },
          ...[...units].map(([value, text]) => ({ value, text })).sort((a, b) => a.text.localeCompare(b.text, 'vi')),
        ],
      }
    },

    'dia-chi': async (page, view) => {
      const found = sliced(page, await addressRows(page, view), page.t.reorganisations.addresses.noun)
      return found && { ...found, lead: page.t.reorganisations.addresses.lead(String(view.record.options.aliasMonths)) }
    },

    thu: async (page, { record, checked }) => {
      const template = 'reorganised' as const
      const { lang } = page
      const { text } = await letterTexts.present(template, lang)
      const report = await reorganisations.report(page.permit('reorganisation.read'), record, checked)
      const people = report.reduce((n, line) => n + (line.from === line.to ? 0 : line.people), 0)
      const says = page.t.reorganisations.letters
      return {
        count: record.options.letters ? says.count(count(people, lang)) : says.off,
        sample: record.options.letters
          ? letterWords.fill(text, { template, language: lang, params: SAMPLES[template] })
          : null,
        mayRead: page.may('letter.read'),
      }
    },
  }

  return { sections, willFigures, doneFigures, addressRows }
}

/** Whom a rule is about. */
export function aboutText(
  { t }: Page,
  { names }: Pick<PlanView, 'names'>,
  rule: Assignment,
  person: (id: string) => string,
): string {
  const says = t.reorganisations.rules.about
  switch (rule.by) {
    case 'unit':
      return says.unit(names.before(rule.value))
    case 'position':
      return says.position(rule.value)
    case 'account':
      return says.account(person(rule.value))
    case 'rest':
      return says.rest
    default:
      return rule satisfies never
  }
}

/** What can be done with a plan now. */
function actsOf({ record, checked }: PlanView, untouched: boolean): string[] {
  const fit = checked !== null && checked.outcome.faults.length === 0
  switch (record.state) {
    case 'draft':
    case 'blocked':
      return [...(fit ? ['schedule'] : []), ...(record.state === 'blocked' ? ['withdraw'] : []), 'cancel']
    case 'held':
    case 'scheduled':
      return ['withdraw', 'cancel']
    case 'applied':
      return untouched ? ['reverse'] : []
    default:
      return []
  }
}
