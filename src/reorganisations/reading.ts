import { randomUUID } from 'node:crypto'
import type { Permit } from '../access/policy.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import type { FileRefusal } from '../imports/reading/refusal.ts'
import type { Clock } from '../kernel/clock.ts'
import { addDays, dayOf, type Day } from '../kernel/day.ts'
import { accept, type Decision } from '../kernel/decision.ts'
import { AccountId, UnitId } from '../kernel/ids.ts'
import { DEFAULT_OPTIONS, type Draft, type Head } from './draft.ts'
import { madeIn, peopleIn, planOf, planText, sheetsOf, type PlanRows, type SheetFault } from './sheets.ts'
import { planWorkbook, reportWorkbook, sheetsIn, type ReportSheet } from './workbook.ts'
import { readRule, readSeat, readStep, seekIn, personKey, severalIn, writtenUnit, type Nameable } from './written.ts'
import type { RuleText, SeatText, Seekers, StepText } from './written.ts'
import * as names from './names-store.ts'

/** A workbook as it was understood. Its rows are a plan only where there are no faults. */
export type PlanFile = {
  readonly head: Head | null
  readonly rows: PlanRows
  readonly faults: readonly SheetFault[]
}

/** Plans as people write them down: in a workbook, or row by row in a form. */
export function readingOf({ prisma, clock }: { prisma: PrismaClient; clock: Clock }) {
  const byId = (units: readonly Nameable[]) => new Map(units.map((unit) => [unit.id, unit]))

  /** Units by what is entered for that day, and those that the plan makes. */
  async function seekersFor(on: Day, made: readonly Nameable[], people: readonly string[]): Promise<Seekers> {
    const standing = await names.unitsOn(prisma, on)
    const accounts = await names.accountsNamed(prisma, people.map(personKey))
    const units = new Map([...accounts.values()].map(({ id, unit }) => [id, unit]))
    const [now, later] = [seekIn(standing), seekIn(made)]
    return {
      standing: now,
      coming: (text) => {
        const found = later(text)
        return found.ok || found.offered.length > 0 ? found : now(text)
      },
      person: (text) => accounts.get(personKey(text))?.id,
      unitOf: (account) => units.get(account),
    }
  }
  const madeBy = (draft: Pick<Draft, 'steps'>, standing: ReadonlyMap<UnitId, Nameable>): Nameable[] =>
    draft.steps.flatMap((step) =>
      step.kind === 'create'
        ? [
            {
              ...{ id: step.unit, number: null, name: step.name },
              parentName: step.parent === null ? null : (standing.get(step.parent)?.name ?? null),
            },
          ]
        : [],
    )
  async function seekersOf(draft: Draft, people: readonly string[]): Promise<Seekers> {
    const standing = byId(await names.unitsOn(prisma, draft.effectiveOn))
    return seekersFor(draft.effectiveOn, madeBy(draft, standing), people)
  }
  const madeUp = () => UnitId.parse(randomUUID())

  return {
    /**
     * Reads a plan from a workbook. `on` is the day by which units are looked up where the workbook names none. A workbook
     * without steps is a list for the draft that it is read for: of that, what has no sheet of its own stays as it is.
     */
    async readFile(
      _permit: Permit<'reorganisation.change'>,
      file: { readonly name: string; readonly bytes: Uint8Array },
      { on = null, draft = null }: { readonly on?: Day | null; readonly draft?: Draft | null } = {},
    ): Promise<Decision<PlanFile, FileRefusal>> {
      const sheets = await sheetsIn(file.bytes, file.name)
      if (!sheets.ok) return sheets
      const { text, faults } = planText(sheets.value)
      const ids = new Map<number, UnitId>()
      const made = (row: number): UnitId => {
        const id = ids.get(row) ?? madeUp()
        ids.set(row, id)
        return id
      }
      const before = planOf({ ...text, steps: [], rules: [], seats: [] }, NOBODY, made)
      const isList = text.steps.length === 0 && text.rules.length + text.seats.length > 0
      const onto = isList ? draft : null
      const seek =
        onto !== null
          ? await seekersOf(onto, peopleIn(text))
          : await seekersFor(before.head?.effectiveOn ?? on ?? dayOf(clock()), madeIn(text, made), peopleIn(text))
      const plan = planOf(text, seek, made)
      const more: readonly SheetFault[] = isList && onto === null ? [{ kind: 'no-steps' }] : []
      const rows =
        onto !== null
          ? {
              steps: onto.steps,
              assignments: text.rules.length > 0 ? plan.rows.assignments : onto.assignments,
              seats: text.seats.length > 0 ? plan.rows.seats : onto.seats,
            }
          : plan.rows
      return accept({ ...plan, rows, faults: [...faults, ...more, ...plan.faults] })
    },

    /** A row of a form, for a draft that there is. */
    readStep: async (_permit: Permit<'reorganisation.change'>, draft: Draft, text: StepText) =>
      readStep(text, await seekersOf(draft, []), madeUp),
    readRule: async (_permit: Permit<'reorganisation.change'>, draft: Draft, text: RuleText) =>
      readRule(text, await seekersOf(draft, severalIn(text.value))),
    readSeat: async (_permit: Permit<'reorganisation.change'>, draft: Draft, text: SeatText) =>
      readSeat(text, await seekersOf(draft, [text.person])),

    /** The plan as a workbook, which can be read again. */
    async workbook(_permit: Permit<'reorganisation.read'>, draft: Draft): Promise<Uint8Array> {
      // Of a plan that was carried out, as it was before.
      const [before, since] = await Promise.all(
        [addDays(draft.effectiveOn, -1), draft.effectiveOn].map((day) => names.unitsOn(prisma, day)),
      )
      const standing = byId([...(since ?? []), ...(before ?? [])])
      const units = byId([...standing.values(), ...madeBy(draft, standing)])
      const accounts = [
        ...draft.seats.map(({ account }) => account),
        ...draft.assignments.flatMap((rule) => (rule.by === 'account' ? [rule.value] : [])),
      ]
      const people = await names.addressesOf(prisma, accounts)
      return planWorkbook(
        sheetsOf(draft, {
          unit: (id) => {
            const unit = units.get(id)
            return unit === undefined ? '?' : writtenUnit(unit)
          },
          person: (id) => people.get(AccountId.parse(id)) ?? '?',
        }),
      )
    },

    /** What a plan does, by unit, as a workbook. */
    reportWorkbook: (_permit: Permit<'reorganisation.read'>, sheets: readonly ReportSheet[]): Promise<Uint8Array> =>
      reportWorkbook(sheets),

    /** An empty workbook to fill in. */
    template: (_permit: Permit<'reorganisation.read'>): Promise<Uint8Array> => {
      const on = dayOf(clock())
      const head = { name: '', document: null, effectiveOn: on, options: DEFAULT_OPTIONS }
      return planWorkbook(
        sheetsOf({ ...head, steps: [], assignments: [], seats: [] }, { unit: () => '', person: () => '' }),
      )
    },
  }
}

const NOBODY: Seekers = {
  standing: () => ({ ok: false, offered: [] }),
  coming: () => ({ ok: false, offered: [] }),
  person: () => undefined,
  unitOf: () => undefined,
}
