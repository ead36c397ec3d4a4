import type { Permit } from '../access/policy.ts'
import type { Reason as BrakeReason } from '../brake/brake.ts'
import type { Brakes } from '../brake/brakes.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Clock } from '../kernel/clock.ts'
import { dayOf } from '../kernel/day.ts'
import { maskIdentificationNumber, IdentificationNumber } from '../kernel/identification-number.ts'
import type { UnitId } from '../kernel/ids.ts'
import { fold } from '../kernel/text.ts'
import type { Found } from './found.ts'
import type { ImportId, ImportPolicy } from './import.ts'
import { POLICY } from './import-policies.ts'
import { partsOf } from './plan.ts'
import type { Chunks, OpenRow } from './chunks.ts'
import { senderOf } from './world.ts'
import { CHANGED_FIELDS, type Item, type Outcome, type PersonFields } from './plan/item.ts'
import { NO_PATCH, type Patch } from './plan/patch.ts'
import type { Reason, ReasonGroup } from './plan/reason.ts'
import { unitIndexOf, type Spelling, type UnitAnswer, spellingOf } from './plan/spelling.ts'
import type { RosterCells } from './reading/fields.ts'
import type { Seals } from './seals.ts'
import * as countsStore from './counts-store.ts'
import * as rowsStore from './rows-store.ts'
import * as store from './store.ts'
import * as worldStore from './world-store.ts'

export type { Counts, Progress } from './counts-store.ts'
export type { RowState } from './rows-store.ts'
export type ImportRecord = Omit<store.ImportRecord, 'found'>
export type ImportView = {
  readonly record: ImportRecord
  readonly found: Found | null
  readonly unitName: string | null
  readonly counts: countsStore.Counts
  readonly progress: countsStore.Progress
  readonly policy: ImportPolicy
  /** What the brake would say of the plan now. */
  readonly brake: readonly BrakeReason[]
  /** An earlier import of the very same file. */
  readonly sameFile: { readonly id: ImportId; readonly number: number; readonly at: Date } | null
  /** Spellings of units that nobody has answered. */
  readonly openSpellings: number
}

/** A field that a row changes, as people read it; a number shows its last digits only. */
export type FieldChange = {
  readonly field: keyof PersonFields
  readonly from: string | null
  readonly to: string | null
}
export type RowView = {
  readonly seq: number
  readonly number: number | null
  readonly sheet: string
  readonly outcome: Outcome
  readonly state: rowsStore.RowState
  readonly name: string
  readonly birth: string
  readonly unit: string
  readonly reasons: readonly Reason[]
  readonly changes: readonly FieldChange[]
  readonly local: string | null
  readonly unitName: string | null
  readonly accountId: string | null
  readonly repeats: number | null
  readonly note: string | null
  readonly undo: rowsStore.UndoVerdict | null
  readonly patch: Patch
  readonly cells: RosterCells
}
export type RowsPage = {
  readonly rows: RowView[]
  readonly total: number
  readonly page: number
  readonly pageSize: number
}
export type SpellingView = {
  readonly spelling: Spelling
  readonly rows: number
  readonly answer: UnitAnswer
  readonly said: string | null
}
export type RowsFilter = {
  readonly outcome?: Outcome | null
  readonly group?: ReasonGroup | null
  readonly state?: rowsStore.RowState | null
  readonly q?: string
  readonly page?: number
  readonly undo?: 'can' | 'cannot' | null
}
export type Viewing = ReturnType<typeof viewingOf>

export const ROWS_PAGE = 20
const LIST_PAGE = 20

/** Imports as people look at them. */
export function viewingOf(deps: {
  prisma: PrismaClient
  clock: Clock
  seals: Seals
  chunks: Chunks
  brakes: Pick<Brakes, 'judge'>
}) {
  const { prisma, clock, seals, chunks, brakes } = deps

  const unitsNow = () => worldStore.units(prisma, dayOf(clock()))

  async function read(_permit: Permit<'import.read'>, id: ImportId): Promise<ImportView | null> {
    const record = await store.find(prisma, id)
    if (!record) return null
    const [counts, progress, policy, same, units, digests] = await Promise.all([
      countsStore.counts(prisma, id),
      countsStore.progress(prisma, id),
      POLICY.read(prisma),
      store.sameFile(prisma, record.fileHash, id),
      unitsNow(),
      record.state === 'preview' ? rowsStore.openDigests(prisma, id) : [],
    ])
    const parts = partsOf(digests)
    const plan = { kind: 'import' as const, id, hash: record.hash ?? '', name: record.fileName, parts }
    return {
      record,
      found: record.found === null ? null : seals.found.open(record.found),
      unitName: record.unitId === null ? null : (units.named.get(record.unitId)?.name ?? null),
      ...{ counts, progress, policy: policy.policy },
      brake: parts.length === 0 ? [] : await brakes.judge(plan),
      sameFile: same && { id: same.id, number: same.number, at: same.startedAt ?? same.createdAt },
      openSpellings: record.state === 'preview' ? (await openSpellings(record, units)).filter(isOpen).length : 0,
    }
  }

  async function openSpellings(record: store.ImportRecord, units: worldStore.Units): Promise<SpellingView[]> {
    const [rows, said] = await Promise.all([
      countsStore.spellingCounts(prisma, record.id),
      store.spellings(prisma, senderOf(record)),
    ])
    const index = unitIndexOf(units.known, units.successors)
    const stored = await rowsStore.bySeq(
      prisma,
      record.id,
      rows.map(({ seq }) => seq),
    )
    const shown = new Map((await chunks.withContents(record.id, stored)).map(({ seq, cells }) => [seq, cells]))
    const views: SpellingView[] = []
    for (const { spelling: key, rows: count, seq } of rows) {
      const cells = shown.get(seq) ?? {}
      const spelling = spellingOf(cells.unit?.value ?? null, cells.parentUnit?.value ?? null) ?? {
        key,
        text: key,
        parent: null,
      }
      const unitId = said.get(key)
      const name = unitId === undefined ? null : (units.named.get(unitId)?.name ?? null)
      views.push({ spelling: { ...spelling, key }, rows: count, answer: index.resolve(spelling), said: name })
    }
    return views
  }
  const isOpen = ({ answer, said }: SpellingView): boolean => said === null && answer.kind !== 'sure'

  function viewOf(row: OpenRow, nameOf: (id: UnitId) => string | null): RowView {
    const plan = row.plan === null ? row.kept : seals.plan.open(row.plan)
    const { cells } = row
    const patch = row.patch === null ? NO_PATCH : seals.patch.open(row.patch)
    const item = plan.item
    return {
      ...{ seq: row.seq, number: row.rowNumber, sheet: row.sheet, outcome: row.outcome, state: row.state, cells },
      name: patch.fields.fullName ?? cells.fullName?.value ?? cells.fullName?.raw ?? '',
      birth: patch.fields.birthDate ?? cells.birthDate?.raw ?? '',
      unit: [...new Set([cells.unit, cells.parentUnit].map((cell) => cell?.value ?? cell?.raw ?? ''))]
        .filter(Boolean)
        .join(', '),
      reasons: plan.reasons,
      changes: changesOf(item, nameOf),
      local: item?.type === 'create' ? item.local : null,
      unitName: row.unitId === null ? null : nameOf(row.unitId),
      ...{ accountId: row.accountId, repeats: plan.repeats, note: row.note, undo: row.undo },
      patch,
    }
  }

  return {
    read,

    async list(_permit: Permit<'import.read'>, page = 1) {
      const { imports, total } = await store.list(prisma, { limit: LIST_PAGE, offset: (page - 1) * LIST_PAGE })
      const lines = await Promise.all(
        imports.map(async (record) => ({
          record: record satisfies ImportRecord,
          counts: await countsStore.counts(prisma, record.id),
        })),
      )
      return { lines, total, page, pageSize: LIST_PAGE }
    },

    /** A page of rows, in the order of the file. */
    async rows(_permit: Permit<'import.read'>, id: ImportId, filter: RowsFilter): Promise<RowsPage> {
      const page = filter.page ?? 1
      const asked: rowsStore.RowFilter = {
        ...{ outcome: filter.outcome ?? null, group: filter.group ?? null, state: filter.state ?? null },
        ...{ q: fold(filter.q ?? ''), undo: filter.undo ?? null },
      }
      const [found, units] = await Promise.all([
        rowsStore.page(prisma, id, asked, { limit: ROWS_PAGE, offset: (page - 1) * ROWS_PAGE }),
        unitsNow(),
      ])
      const nameOf = (unit: UnitId) => units.named.get(unit)?.name ?? null
      const names = await namesOf(found.rows)
      const rows = (await chunks.withContents(id, found.rows)).map((row) => {
        const view = viewOf(row, nameOf)
        return view.name === '' && row.personId !== null ? { ...view, name: names.get(row.personId) ?? '' } : view
      })
      return { rows, total: found.total, page, pageSize: ROWS_PAGE }
    },

    async row(_permit: Permit<'import.read'>, id: ImportId, seq: number): Promise<RowView | null> {
      const [row, units] = await Promise.all([rowsStore.find(prisma, id, seq), unitsNow()])
      const [open] = row ? await chunks.withContents(id, [row]) : []
      return open ? viewOf(open, (unit) => units.named.get(unit)?.name ?? null) : null
    },

    /** How the list writes units, with what that means, most frequent first. */
    async spellings(_permit: Permit<'import.read'>, id: ImportId): Promise<SpellingView[]> {
      const record = await store.find(prisma, id)
      if (!record) return []
      const views = await openSpellings(record, await unitsNow())
      return views.sort((a, b) => Number(isOpen(b)) - Number(isOpen(a)) || b.rows - a.rows)
    },

    /** Where the worker is; for a page that asks again and again. */
    progress: (_permit: Permit<'import.read'>, id: ImportId): Promise<countsStore.Progress> =>
      countsStore.progress(prisma, id),
    state: async (_permit: Permit<'import.read'>, id: ImportId) => (await store.find(prisma, id))?.state ?? null,

    /** Rows of a sheet by their numbers in the file. */
    async rowsAt(id: ImportId, sheet: string, numbers: readonly number[]): Promise<Map<number, RowView>> {
      const [rows, units] = await Promise.all([rowsStore.ofSheet(prisma, id, sheet, numbers), unitsNow()])
      const opened = await chunks.withContents(id, rows)
      return new Map(
        opened.map((row) => [row.rowNumber ?? 0, viewOf(row, (unit) => units.named.get(unit)?.name ?? null)]),
      )
    },

    /** Every row with its outcome, in the order of the file. */
    async *outcomes(_permit: Permit<'import.read'>, id: ImportId): AsyncGenerator<RowView> {
      const units = await unitsNow()
      for (let seq = 0; ;) {
        const rows = await rowsStore.after(prisma, id, seq, 1_000)
        for (const row of await chunks.withContents(id, rows))
          yield viewOf(row, (unit) => units.named.get(unit)?.name ?? null)
        if (rows.length < 1_000) return
        seq = rows.at(-1)?.seq ?? seq
      }
    },
  }

  async function namesOf(rows: readonly rowsStore.StoredRow[]): Promise<ReadonlyMap<string, string>> {
    const ids = rows.flatMap(({ personId, rowNumber }) => (personId !== null && rowNumber === null ? [personId] : []))
    if (ids.length === 0) return new Map()
    const people = await prisma.person.findMany({ where: { id: { in: ids } }, select: { id: true, fullName: true } })
    return new Map(people.map(({ id, fullName }) => [id, fullName]))
  }
}

type Value = PersonFields[keyof PersonFields] | string | null | undefined

function changesOf(item: Item | null, nameOf: (id: UnitId) => string | null): FieldChange[] {
  if (item?.type !== 'change' && item?.type !== 'transfer') return []
  const text = (field: keyof PersonFields, value: Value): string | null => {
    if (value === null || value === undefined || value === '') return null
    if (typeof value === 'object') return 'full' in value ? value.full : value.day
    if (field === 'unitId') return nameOf(value as UnitId)
    if (field !== 'nin') return value
    const number = IdentificationNumber.safeParse(value)
    return number.success ? maskIdentificationNumber(number.data) : null
  }
  return CHANGED_FIELDS.flatMap((field) =>
    field in item.set ? [{ field, from: text(field, item.was[field]), to: text(field, item.set[field]) }] : [],
  )
}
