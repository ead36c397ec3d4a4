import type { Permit } from '../access/policy.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Tx } from '../db/transaction.ts'
import type { Clock } from '../kernel/clock.ts'
import { addDays, addMonths } from '../kernel/day.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import type { UnitAfter } from './after.ts'
import type { Checked, Checking } from './checking.ts'
import type { Draft } from './draft.ts'
import { unitsIn } from './draft.ts'
import { hashOf } from './outcome.ts'
import { peopleCalled } from './names-store.ts'
import * as movesStore from './moves-store.ts'
import type { ReorganisationId } from './reorganisation.ts'
import type { Built } from './reversing.ts'
import * as store from './store.ts'
import type { PlanRecord } from './store.ts'
import * as views from './viewing-store.ts'

export type { MoveLine, Passage } from './viewing-store.ts'
export type PeoplePage = {
  readonly lines: readonly views.MoveLine[]
  readonly total: number
  readonly page: number
  readonly pageSize: number
}
/** How many people and mailboxes went from one unit to another. */
export type ReportLine = {
  readonly from: UnitId
  readonly to: UnitId
  readonly people: number
  readonly mailboxes: number
}
/** An address of a unit that reaches another mailbox, or is no longer the primary one of its own. */
export type AddressLine = {
  readonly local: string
  readonly from: UnitId | null
  readonly to: UnitId
  /** The primary address of that mailbox from the day on; null where it is not known any more. */
  readonly reaches: string | null
  readonly until: Date | null
}
export type CalledUnits = Readonly<Record<'before' | 'after', ReadonlyMap<UnitId, string>>>
type Read = Permit<'reorganisation.read'>
const PAGE = 50
const LIST = 20

/** Plans as people read them. */
export function viewingOf(deps: {
  prisma: PrismaClient
  clock: Clock
  checking: Checking
  builtOn: (tx: Pick<Tx, 'db' | 'at'>, record: PlanRecord) => Promise<Built[]>
}) {
  const { prisma, clock, checking, builtOn } = deps
  const hasBegun = ({ startedAt }: PlanRecord) => startedAt !== null

  return {
    /** Newest first. */
    async list(_permit: Read, page = 1) {
      const { plans, total } = await store.list(prisma, { limit: LIST, offset: (page - 1) * LIST })
      return { plans, total, page, pageSize: LIST }
    },

    /** A plan as it was written down; null when there is none. */
    async read(_permit: Read, id: ReorganisationId): Promise<{ record: PlanRecord; draft: Draft } | null> {
      const record = await store.find(prisma, id)
      return record && { record, draft: await store.draftOf(prisma, record) }
    },

    /** All that a plan would do, with every fault; what one that has begun would do, nobody asks any more. */
    check: (_permit: Read, draft: Draft): Promise<Checked> => checking.check(prisma, draft),

    /** What is signed, and what the brake releases. */
    hash: hashOf,

    /** How far a plan that has begun has come. */
    async progress(_permit: Read, { id }: PlanRecord) {
      return { ...(await movesStore.progress(prisma, id)), ...(await movesStore.inStep(prisma, id)) }
    },

    /** What stands in the way of taking a plan back. */
    built: (_permit: Read, record: PlanRecord): Promise<Built[]> => builtOn({ db: prisma, at: clock() }, record),

    /**
     * What the units of a plan were called before it, those that it makes by their new names, and what they are called since, where it was
     * carried out.
     */
    async names(
      _permit: Read,
      { state }: PlanRecord,
      draft: Draft,
      more: readonly UnitId[] = [],
    ): Promise<CalledUnits> {
      const ids = [...new Set([...unitsIn(draft), ...more])]
      const on = draft.effectiveOn
      const before = await views.namesBefore(prisma, ids, on)
      for (const step of draft.steps) if (step.kind === 'create') before.set(step.unit, step.name)
      const isDone = state === 'applied' || state === 'applying'
      return { before, after: isDone ? await views.namesBefore(prisma, ids, addDays(on, 1)) : new Map() }
    },

    /** The same of a plan that may still begin. */
    namesIn({ world, outcome }: Checked) {
      const of = (units: ReadonlyMap<UnitId, Pick<UnitAfter, 'name' | 'kind' | 'parentId'>>) => (id: UnitId) => {
        const unit = units.get(id)
        const above = unit?.kind === 'department' && unit.parentId !== null ? units.get(unit.parentId)?.name : null
        return unit && views.within(unit.name, above)
      }
      return { before: of(world.units), after: of(outcome.after.units) }
    },

    /** A page of the people and mailboxes that the plan reaches, by name; of one unit, before or after. */
    async people(
      _permit: Read,
      record: PlanRecord,
      checked: Checked | null,
      { unit = null, page = 1 }: { unit?: UnitId | null; page?: number },
    ): Promise<PeoplePage> {
      const offset = (page - 1) * PAGE
      if (hasBegun(record) || checked === null) {
        const rows = await views.moves(prisma, record.id, { unit, limit: PAGE, offset })
        return { lines: rows, total: rows[0]?.total ?? 0, page, pageSize: PAGE }
      }
      const { outcome, world } = checked
      const all = outcome.places.moves
        .filter(({ from, to }) => unit === null || from === unit || to === unit)
        .toSorted((a, b) => inOrder(a.box.name, b.box.name) || a.box.id.localeCompare(b.box.id))
      const lines = all.slice(offset, offset + PAGE).map(({ box, from, to }) => ({
        ...{ id: box.id, kind: box.kind, name: box.name, title: box.title, from, to },
        local: world.personal.get(box.id) ?? null,
      }))
      return { lines, total: all.length, page, pageSize: PAGE }
    },

    /** What goes from which unit to which, in numbers. */
    async report(_permit: Read, record: PlanRecord, checked: Checked | null): Promise<ReportLine[]> {
      const rows =
        hasBegun(record) || checked === null
          ? await views.report(prisma, record.id)
          : checked.outcome.places.moves.map(({ box, from, to }) => ({ from, to, kind: box.kind, n: 1 }))
      const found = new Map<string, { from: UnitId; to: UnitId; people: number; mailboxes: number }>()
      for (const { from, to, kind, n } of rows) {
        const line = found.get(`${from} ${to}`) ?? { from, to, people: 0, mailboxes: 0 }
        if (kind === 'person') line.people += n
        else line.mailboxes += n
        found.set(`${from} ${to}`, line)
      }
      return [...found.values()]
    },

    /** Unit addresses that become aliases, and until when. */
    async addresses(_permit: Read, record: PlanRecord, checked: Checked | null): Promise<AddressLine[]> {
      if (hasBegun(record) || checked === null)
        return (await views.aliases(prisma, record.id)).map((line) => ({ ...line, reaches: null }))
      const { changes } = checked.outcome.mailboxes
      const primary = new Map(
        changes.flatMap((change) =>
          change.kind === 'goes-on' ? [[change.box.id, change.local ?? change.box.local]] : [],
        ),
      )
      const until = new Date(`${addMonths(record.effectiveOn, record.options.aliasMonths)}T00:00:00+07:00`)
      return changes
        .flatMap((change): AddressLine[] => {
          const { box, unit: to } = change
          if (change.kind === 'goes-on' && change.local === null) return []
          const reaches = primary.get(change.kind === 'ends' ? change.into : box.id) ?? null
          return [{ local: box.local, from: box.unitId, to, reaches, until }]
        })
        .filter(({ local, reaches }) => local !== reaches)
        .sort((a, b) => (a.local < b.local ? -1 : 1))
    },

    /** What these accounts are called, with the part of their address before `@`. */
    called: (_permit: Read, ids: readonly AccountId[]) => peopleCalled(prisma, ids),

    /** Whom a unit took over from, and who took over from it. */
    passages: (_permit: Permit<'unit.read'>, unit: UnitId) => views.passages(prisma, unit),
  }
}

const collator = new Intl.Collator('vi')
/** By given name, then the whole. */
function inOrder(a: string, b: string): number {
  const given = (name: string) => name.slice(name.lastIndexOf(' ') + 1)
  return collator.compare(given(a), given(b)) || collator.compare(a, b)
}
