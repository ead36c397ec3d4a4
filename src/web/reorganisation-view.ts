import type { AccountId, UnitId } from '../kernel/ids.ts'
import { AccountId as Account } from '../kernel/ids.ts'
import type { Services } from '../main/compose.ts'
import { isEnd, type Draft, type Step } from '../reorganisations/draft.ts'
import type { Fault } from '../reorganisations/fault.ts'
import { ReorganisationId } from '../reorganisations/reorganisation.ts'
import type { Checked, PlanRecord, ReportLine } from '../reorganisations/reorganisations.ts'
import { HttpFault } from './http-fault.ts'
import type { Page } from './page.ts'
import { day } from './views/formats.ts'
import type { UnitNames } from './words/reorganisation-sayings.ts'

export const PLANS = '/sap-xep'

/** A plan as its pages show it; checked while it may still be carried out. */
export type PlanView = {
  readonly record: PlanRecord
  readonly draft: Draft
  readonly checked: Checked | null
  readonly names: UnitNames
  readonly path: string
}
const OPEN: readonly PlanRecord['state'][] = ['draft', 'held', 'scheduled', 'blocked']

export type PlanViews = ReturnType<typeof planViews>

/** Reads plans for their pages; a 404 where there is none. */
export function planViews({ reorganisations }: Pick<Services, 'reorganisations'>) {
  const find = async (page: Page): Promise<{ record: PlanRecord; draft: Draft }> => {
    const found = await reorganisations.read(page.permit('reorganisation.read'), page.param('id', ReorganisationId))
    if (found === null) throw new HttpFault(404)
    return found
  }

  return {
    find,
    /** With everything that it would do. */
    async whole(page: Page): Promise<PlanView> {
      const permit = page.permit('reorganisation.read')
      const { record, draft } = await find(page)
      const checked = OPEN.includes(record.state) ? await reorganisations.check(permit, draft) : null
      const settled = checked?.draft ?? draft
      const called = new Map(
        settled.steps.flatMap((step) =>
          step.kind === 'create' || step.kind === 'rename' ? [[step.unit, step.name]] : [],
        ),
      )
      const known =
        checked === null ? await reorganisations.names(permit, record, draft, record.faults.flatMap(unitsOf)) : null
      const now = checked === null ? null : reorganisations.namesIn(checked)
      const before = (id: UnitId): string => now?.before(id) ?? known?.before.get(id) ?? called.get(id) ?? ''
      const after = (id: UnitId): string => now?.after(id) ?? known?.after.get(id) ?? called.get(id) ?? before(id)
      const names = { before, after }
      return { record, draft: settled, checked, names, path: `${PLANS}/${record.id}` }
    },
    /** People named in faults, as a text shows them. */
    async peopleOf(page: Page, ids: readonly AccountId[]): Promise<(id: string) => string> {
      const people = await reorganisations.called(page.permit('reorganisation.read'), ids)
      return (id) => {
        const person = people.get(Account.parse(id))
        return person === undefined ? '?' : `${person.name} (${person.local})`
      }
    },
  }
}
const unitsOf = (fault: Fault): UnitId[] => ('unit' in fault ? [fault.unit] : [])

/** The line under the heading of a plan. */
export function planMeta(
  { t, lang }: Page,
  { document, effectiveOn }: Pick<PlanRecord, 'document' | 'effectiveOn'>,
): string {
  const says = t.reorganisations
  const basis = document === null ? says.noDocument : says.under(document.number, day(document.date, lang))
  return `${basis} · ${says.from(day(effectiveOn, lang))}`
}

/** A unit of a plan, what becomes of it, and how many go from where to where. */
export type UnitRow = {
  readonly id: UnitId
  readonly name: string
  readonly kinds: readonly Step['kind'][]
  readonly ends: boolean
  readonly others: readonly { readonly name: string; readonly people: number; readonly mailboxes: number }[]
  readonly people: number
  readonly mailboxes: number
}

/** By former unit, where its people go; by new unit, where they come from. */
export function unitRows(
  { draft, names }: Pick<PlanView, 'draft' | 'names'>,
  report: readonly ReportLine[],
  by: 'old' | 'new',
): UnitRow[] {
  const old = by === 'old'
  const [mine, theirs] = old ? (['from', 'to'] as const) : (['to', 'from'] as const)
  const own = Map.groupBy(report, (line) => line[mine])
  const steps = Map.groupBy(draft.steps, ({ unit }) => unit)
  const ended = new Set(draft.steps.filter(isEnd).map(({ unit }) => unit))
  const made = new Set(draft.steps.filter(({ kind }) => kind === 'create').map(({ unit }) => unit))
  const ids = new Set([...own.keys(), ...[...steps.keys()].filter((id) => (old ? !made.has(id) : !ended.has(id)))])
  const [name, other] = old ? [names.before, names.after] : [names.after, names.before]
  const sum = (lines: readonly ReportLine[], key: 'people' | 'mailboxes') => lines.reduce((n, line) => n + line[key], 0)
  return [...ids]
    .map((id) => {
      const lines = own.get(id) ?? []
      const others = lines
        .map((line) => ({ name: other(line[theirs]), people: line.people, mailboxes: line.mailboxes }))
        .sort((a, b) => b.people - a.people || a.name.localeCompare(b.name, 'vi'))
      return {
        ...{ id, name: name(id), kinds: (steps.get(id) ?? []).map(({ kind }) => kind), ends: ended.has(id), others },
        ...{ people: sum(lines, 'people'), mailboxes: sum(lines, 'mailboxes') },
      }
    })
    .sort((a, b) => a.name.localeCompare(b.name, 'vi'))
}
