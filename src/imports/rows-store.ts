import { Prisma } from '../db/generated/client.ts'
import type { Sql, Statement } from '../db/lanes.ts'
import type { AccountId, PersonId, UnitId } from '../kernel/ids.ts'
import type { ImportId } from './import.ts'
import type { Outcome } from './plan/item.ts'
import type { ReasonGroup } from './plan/reason.ts'

type Db = Prisma.TransactionClient
/** So many rows go into one statement. */
const SLICE = 2_000

/** `done` was carried out, `undone` taken back, `kept` could not be taken back. */
export type RowState = 'open' | 'done' | 'undone' | 'kept'

/** A row's plan as far as it is looked for; the rest lies in its chunk. */
export type RowWrite = {
  readonly seq: number
  readonly outcome: Outcome
  readonly groups: readonly ReasonGroup[]
  readonly digest: string
  readonly unitId: UnitId | null
  readonly personId: PersonId | null
  readonly accountId: AccountId | null
  readonly search: string
  readonly spelling: string | null
}
export type RowInsert = RowWrite & {
  readonly sheet: string
  readonly rowNumber: number | null
  /** Sealed. */
  readonly patch: string | null
  readonly print: string | null
}

// A column travels as one text, which takes the driver a tenth of the time that an array does. It begins with a row that is none,
// for an empty text would be no row at all.
const [BETWEEN, NOTHING] = ['\u001f', '\u001e']
const columnOf = (n: number, type: string) => `string_to_array($${n}, '${BETWEEN}', '${NOTHING}')::${type}[]`
const textOf = (values: readonly (string | number | null)[]): string =>
  `${NOTHING}${BETWEEN}${values.map((value) => value ?? NOTHING).join(BETWEEN)}`

const COLUMNS = Object.entries({
  ...{ seq: 'int', outcome: 'text', groups: 'text', digest: 'text', unit_id: 'uuid', person_id: 'uuid' },
  ...{ account_id: 'uuid', search: 'text', spelling: 'text', sheet: 'text', row_number: 'int', patch: 'text' },
  print: 'text',
})
const NAMES = COLUMNS.map(([name]) => name)
const INSERT: Statement = {
  name: 'import_rows',
  text: `
    INSERT INTO import_row (import_id, ${NAMES.join(', ')})
    SELECT $1, ${NAMES.map((name) => (name === 'groups' ? `string_to_array(groups, ' ')` : name)).join(', ')}
    FROM unnest(${COLUMNS.map(([, type], n) => columnOf(n + 2, type)).join(', ')}) AS x(${NAMES.join(', ')})
    WHERE seq IS NOT NULL`,
}
export async function insert(sql: Sql, id: ImportId, rows: readonly RowInsert[]): Promise<void> {
  for (let n = 0; n < rows.length; n += SLICE) {
    const some = rows.slice(n, n + SLICE)
    const column = (name: Exclude<keyof RowInsert, 'groups'>) => textOf(some.map((row) => row[name]))
    await sql(INSERT, [
      ...[id, column('seq'), column('outcome'), textOf(some.map(({ groups }) => groups.join(' '))), column('digest')],
      ...[column('unitId'), column('personId'), column('accountId'), column('search'), column('spelling')],
      ...[column('sheet'), column('rowNumber'), column('patch'), column('print')],
    ])
  }
}

/** Another plan for rows that were not carried out. */
export async function plan(db: Db, id: ImportId, rows: readonly RowWrite[]): Promise<void> {
  for (let n = 0; n < rows.length; n += SLICE)
    await db.$executeRaw`
      UPDATE import_row r SET outcome = x.outcome, groups = x.groups, digest = x.digest, unit_id = x."unitId",
        person_id = x."personId", account_id = x."accountId", search = x.search, spelling = x.spelling, plan = NULL
      FROM json_to_recordset(${JSON.stringify(rows.slice(n, n + SLICE))}::json) AS x(seq int, outcome text, groups text[],
        digest text, "unitId" uuid, "personId" uuid, "accountId" uuid, search text, spelling text)
      WHERE r.import_id = ${id}::uuid AND r.seq = x.seq AND r.state = 'open'`
}

/** Rows that wait from now on, for the world has moved: with a plan of their own (sealed). */
export const setAside = (
  db: Db,
  id: ImportId,
  rows: readonly { seq: number; groups: readonly ReasonGroup[]; plan: string; digest: string }[],
): Promise<unknown> =>
  db.$executeRaw`
    UPDATE import_row r SET outcome = 'review', groups = x.groups, plan = x.plan, digest = x.digest
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS x(seq int, groups text[], plan text, digest text)
    WHERE r.import_id = ${id}::uuid AND r.seq = x.seq AND r.state = 'open'`

export const removeAll = (db: Db, id: ImportId): Promise<unknown> =>
  db.importRow.deleteMany({ where: { importId: id } })
/** Rows of people who were missing, as far as nothing was done about them; they are made anew with each plan. */
export const removeAbsent = (db: Db, id: ImportId): Promise<unknown> =>
  db.importRow.deleteMany({ where: { importId: id, rowNumber: null, state: 'open' } })

export type StoredRow = {
  readonly seq: number
  readonly sheet: string
  readonly rowNumber: number | null
  readonly patch: string | null
  readonly print: string | null
  readonly spelling: string | null
  readonly outcome: Outcome
  readonly groups: readonly ReasonGroup[]
  /** Sealed, instead of what the chunk says. */
  readonly plan: string | null
  readonly digest: string
  readonly unitId: UnitId | null
  readonly personId: PersonId | null
  readonly accountId: AccountId | null
  readonly state: RowState
  readonly before: string | null
  readonly note: string | null
  readonly search: string
  readonly undo: UndoVerdict | null
}
/** Whether a row can be undone: `''`, or what keeps it from that. */
export type UndoVerdict = '' | 'used' | 'changed' | 'state' | 'erased'
/** The columns of a stored row. */
export const ROW = Prisma.sql`seq, sheet, row_number AS "rowNumber", patch, print, spelling, outcome, groups, plan, digest,
  unit_id AS "unitId", person_id AS "personId", account_id AS "accountId", state, before, note, search, undo`

/** Rows after `seq` in the order of the file. */
export const after = (db: Db, id: ImportId, seq: number, limit: number): Promise<StoredRow[]> =>
  db.$queryRaw`SELECT ${ROW} FROM import_row WHERE import_id = ${id}::uuid AND seq > ${seq} ORDER BY seq LIMIT ${limit}`

export async function find(db: Db, id: ImportId, seq: number): Promise<StoredRow | null> {
  const [row] = await db.$queryRaw<StoredRow[]>`
    SELECT ${ROW} FROM import_row WHERE import_id = ${id}::uuid AND seq = ${seq}`
  return row ?? null
}

export const bySeq = (db: Db, id: ImportId, seqs: readonly number[]): Promise<StoredRow[]> =>
  db.$queryRaw`SELECT ${ROW} FROM import_row WHERE import_id = ${id}::uuid AND seq = ANY (${seqs}::int[])`

/** Rows of a sheet by their numbers in the file. */
export const ofSheet = (db: Db, id: ImportId, sheet: string, numbers: readonly number[]): Promise<StoredRow[]> =>
  db.$queryRaw`
    SELECT ${ROW} FROM import_row
    WHERE import_id = ${id}::uuid AND sheet = ${sheet} AND row_number = ANY (${numbers}::int[])`

/** The next rows to be carried out. */
export const open = (db: Db, id: ImportId, limit: number): Promise<StoredRow[]> =>
  db.$queryRaw`
    SELECT ${ROW} FROM import_row
    WHERE import_id = ${id}::uuid AND state = 'open' AND outcome IN ('create', 'change', 'transfer', 'suspend')
    ORDER BY seq LIMIT ${limit}`

/** What the plan consists of: its digests, and what the brake is told. */
export const openDigests = (
  db: Db,
  id: ImportId,
): Promise<{ seq: number; digest: string; outcome: Outcome; unitId: UnitId | null }[]> =>
  db.$queryRaw`
    SELECT seq, digest, outcome, unit_id AS "unitId" FROM import_row
    WHERE import_id = ${id}::uuid AND state = 'open' AND outcome IN ('create', 'change', 'transfer', 'suspend') ORDER BY seq`

export type Done = {
  readonly seq: number
  readonly personId: PersonId
  readonly accountId: AccountId
  /** Sealed: what was there before. */
  readonly before: string | null
}
export const done = (db: Db, id: ImportId, rows: readonly Done[], at: Date): Promise<unknown> =>
  db.$executeRaw`
    UPDATE import_row r SET state = 'done', person_id = x."personId", account_id = x."accountId", before = x.before, done_at = ${at}
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS x(seq int, "personId" uuid, "accountId" uuid, before text)
    WHERE r.import_id = ${id}::uuid AND r.seq = x.seq`

export const note = (db: Db, id: ImportId, seq: number, text: string): Promise<unknown> =>
  db.$executeRaw`UPDATE import_row SET note = ${text} WHERE import_id = ${id}::uuid AND seq = ${seq}`

export const setPatch = (db: Db, id: ImportId, seqs: readonly number[], patch: string | null): Promise<unknown> =>
  db.$executeRaw`UPDATE import_row SET patch = ${patch} WHERE import_id = ${id}::uuid AND seq = ANY (${seqs}::int[])`

export type RowFilter = {
  readonly outcome: Outcome | null
  readonly group: ReasonGroup | null
  readonly state: RowState | null
  readonly q: string
  /** Only rows that can be undone, or that cannot. */
  readonly undo?: 'can' | 'cannot' | null
}
const where = (id: ImportId, filter: RowFilter, words: readonly string[]) => Prisma.sql`
  import_id = ${id}::uuid AND (${filter.outcome}::text IS NULL OR outcome = ${filter.outcome})
  AND (${filter.group}::text IS NULL OR ${filter.group} = ANY (groups))
  AND (${filter.state}::text IS NULL OR state = ${filter.state})
  AND (${filter.undo ?? null}::text IS NULL OR (undo IS NOT NULL AND (undo = '') = (${filter.undo ?? null} = 'can')))
  AND search LIKE ALL (${words}::text[])`

/** A page of rows, in the order of the file. */
export async function page(
  db: Db,
  id: ImportId,
  filter: RowFilter,
  at: { limit: number; offset: number },
): Promise<{ rows: StoredRow[]; total: number }> {
  const words = filter.q === '' ? [] : filter.q.split(' ').map((word) => `%${word}%`)
  const [rows, counted] = await Promise.all([
    db.$queryRaw<StoredRow[]>`
      SELECT ${ROW} FROM import_row WHERE ${where(id, filter, words)} ORDER BY seq LIMIT ${at.limit} OFFSET ${at.offset}`,
    db.$queryRaw<{ n: number }[]>`SELECT count(*)::int AS n FROM import_row WHERE ${where(id, filter, words)}`,
  ])
  return { rows, total: counted[0]?.n ?? 0 }
}
