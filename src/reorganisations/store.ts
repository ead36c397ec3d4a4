import { Prisma } from '../db/generated/client.ts'
import { dayFromDb, dayToDb } from '../kernel/day.ts'
import { Assignment, Options, SeatWish, Step, type Draft, type Head } from './draft.ts'
import type { Fault } from './fault.ts'
import type { ReorganisationId, ReorganisationState } from './reorganisation.ts'

type Db = Prisma.TransactionClient
type Row = Prisma.ReorganisationGetPayload<object>

/** A plan as it is kept, without its rows. */
export type PlanRecord = Head & {
  readonly id: ReorganisationId
  readonly number: number
  readonly state: ReorganisationState
  readonly revision: number
  readonly seats: readonly SeatWish[]
  readonly hash: string | null
  readonly holdId: string | null
  /** Why it could not begin on its day. */
  readonly faults: readonly Fault[]
  readonly reaches: number
  readonly createdAt: Date
  readonly byName: string
  readonly scheduled: { readonly at: Date; readonly byName: string } | null
  readonly startedAt: Date | null
  readonly appliedAt: Date | null
  readonly reversing: { readonly at: Date; readonly byName: string; readonly why: string } | null
  readonly endedAt: Date | null
}

const recordOf = (row: Row): PlanRecord => ({
  ...{ id: row.id as ReorganisationId, number: row.number, state: row.state as ReorganisationState },
  ...{ revision: row.revision, name: row.name, effectiveOn: dayFromDb(row.effectiveOn) },
  document:
    row.documentNumber === null || row.documentDate === null
      ? null
      : { number: row.documentNumber, date: dayFromDb(row.documentDate) },
  options: Options.parse(row.options),
  seats: SeatWish.array().parse(row.seats),
  ...{ hash: row.hash, holdId: row.holdId, faults: (row.fault ?? []) as unknown as Fault[], reaches: row.reaches },
  ...{ createdAt: row.createdAt, byName: row.byName },
  scheduled: row.scheduledAt && { at: row.scheduledAt, byName: row.scheduledName ?? '' },
  ...{ startedAt: row.startedAt, appliedAt: row.appliedAt, endedAt: row.endedAt },
  reversing: row.reversingAt && {
    ...{ at: row.reversingAt, byName: row.reversingName ?? '', why: row.reversingWhy ?? '' },
  },
})

const columnsOf = ({ name, document, effectiveOn, options }: Head) => ({
  ...{ name, effectiveOn: dayToDb(effectiveOn), options, documentNumber: document?.number ?? null },
  documentDate: document === null ? null : dayToDb(document.date),
})

export async function create(db: Db, head: Head, at: Date, byName: string): Promise<PlanRecord> {
  return recordOf(
    await db.reorganisation.create({ data: { ...columnsOf(head), state: 'draft', createdAt: at, byName } }),
  )
}

export async function find(db: Db, id: ReorganisationId): Promise<PlanRecord | null> {
  const row = await db.reorganisation.findUnique({ where: { id } })
  return row && recordOf(row)
}

/** Locked for this transaction. */
export async function lock(db: Db, id: ReorganisationId): Promise<PlanRecord | null> {
  await db.$queryRaw`SELECT 1 FROM reorganisation WHERE id = ${id}::uuid FOR UPDATE`
  return find(db, id)
}

/** The same, unless another worker has it. */
export async function lockUnlessBusy(db: Db, id: ReorganisationId): Promise<PlanRecord | null> {
  const rows = await db.$queryRaw<unknown[]>`SELECT 1 FROM reorganisation WHERE id = ${id}::uuid FOR UPDATE SKIP LOCKED`
  return rows.length > 0 ? find(db, id) : null
}

export const update = async (
  db: Db,
  id: ReorganisationId,
  data: Prisma.ReorganisationUncheckedUpdateInput,
): Promise<PlanRecord> => recordOf(await db.reorganisation.update({ where: { id }, data }))

export const setHead = (db: Db, id: ReorganisationId, head: Head): Promise<PlanRecord> =>
  update(db, id, { ...columnsOf(head), revision: { increment: 1 } })

/** Faults as they are kept; none is nothing. */
export const faultsToDb = (faults: readonly Fault[]) =>
  faults.length === 0 ? Prisma.DbNull : (faults as unknown as Prisma.InputJsonArray)

export async function list(
  db: Db,
  page: { limit: number; offset: number },
): Promise<{ plans: PlanRecord[]; total: number }> {
  const [rows, total] = await Promise.all([
    db.reorganisation.findMany({ orderBy: { number: 'desc' }, take: page.limit, skip: page.offset }),
    db.reorganisation.count(),
  ])
  return { plans: rows.map(recordOf), total }
}

/** What the worker has to do today, oldest first. */
export async function due(db: Db, on: Date): Promise<ReorganisationId[]> {
  const rows = await db.$queryRaw<{ id: ReorganisationId }[]>`
    SELECT id FROM reorganisation WHERE state IN ('applying', 'reversing') OR (state = 'scheduled' AND effective_on <= ${on}::date)
    ORDER BY effective_on, number`
  return rows.map(({ id }) => id)
}

// What is written down of a plan.

/** The plan as it was written down, in the order of its rows. */
export async function draftOf(db: Db, record: PlanRecord): Promise<Draft> {
  const [steps, assignments] = await Promise.all([
    db.reorganisationStep.findMany({ where: { reorganisationId: record.id }, orderBy: { seq: 'asc' } }),
    db.reorganisationAssignment.findMany({ where: { reorganisationId: record.id }, orderBy: { seq: 'asc' } }),
  ])
  const { name, document, effectiveOn, options, seats } = record
  return {
    ...{ name, document, effectiveOn, options, seats },
    steps: steps.map(({ body }) => Step.parse(body)),
    assignments: assignments.map(({ fromId, by, value, toId }) =>
      Assignment.parse({ from: fromId, by, value, to: toId }),
    ),
  }
}

export async function setSteps(db: Db, id: ReorganisationId, steps: readonly Step[]): Promise<void> {
  await db.reorganisationStep.deleteMany({ where: { reorganisationId: id } })
  const data = steps.map((step, index) => ({ reorganisationId: id, seq: index + 1, unitId: step.unit, body: step }))
  await db.reorganisationStep.createMany({ data })
}

/** Writes the rules for divided units anew, by one statement: a list may name thousands of people. */
export async function setAssignments(db: Db, id: ReorganisationId, rules: readonly Assignment[]): Promise<void> {
  await db.reorganisationAssignment.deleteMany({ where: { reorganisationId: id } })
  const rows = rules.map((rule, index) => ({ ...rule, seq: index + 1 }))
  await db.$executeRaw`
    INSERT INTO reorganisation_assignment (reorganisation_id, seq, from_id, "by", value, to_id)
    SELECT ${id}::uuid, seq, "from", "by", value, "to" FROM json_to_recordset(${JSON.stringify(rows)}::json)
      AS x(seq int, "from" uuid, "by" text, value text, "to" uuid)`
}

/** Writes the rows of a plan and grows its revision. */
export async function setRows(
  db: Db,
  id: ReorganisationId,
  rows: Partial<Pick<Draft, 'steps' | 'assignments' | 'seats'>>,
): Promise<PlanRecord> {
  if (rows.steps) await setSteps(db, id, rows.steps)
  if (rows.assignments) await setAssignments(db, id, rows.assignments)
  return update(db, id, {
    ...(rows.seats && { seats: rows.seats }),
    revision: { increment: 1 },
  })
}
