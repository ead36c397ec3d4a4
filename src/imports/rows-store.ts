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

const INSERT: Statement = {
  name: 'import_rows',
  text: `
    INSERT INTO import_row (import_id, seq, outcome, groups, digest, unit_id, person_id, account_id, search, spelling, sheet,
      row_number, patch, print)
    SELECT $1, seq, outcome, string_to_array(groups, ' '), digest, unit_id, person_id, account_id, search, spelling, sheet,
      row_number, patch, print
    FROM unnest($2::int[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::uuid[], $8::uuid[], $9::text[], $10::text[],
      $11::text[], $12::int[], $13::text[], $14::text[])
      AS x(seq, outcome, groups, digest, unit_id, person_id, account_id, search, spelling, sheet, row_number, patch, print)`,
}
export async function insert(sql: Sql, id: ImportId, rows: readonly RowInsert[]): Promise<void> {
  for (let n = 0; n < rows.length; n += SLICE) {
    const some = rows.slice(n, n + SLICE)
    const column = <K extends keyof RowInsert>(name: K) => some.map((row) => row[name])
    await sql(INSERT, [
      ...[id, column('seq'), column('outcome'), some.map(({ groups }) => groups.join(' ')), column('digest')],
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
const ROW = Prisma.sql`seq, sheet, row_number AS "rowNumber", patch, print, spelling, outcome, groups, plan, digest,
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

/** Rows that were carried out, newest import's first to last; without a verdict, or all that can be undone. */
export const toUndo = (db: Db, id: ImportId, verdict: 'none' | 'can', limit: number): Promise<StoredRow[]> =>
  db.$queryRaw`
    SELECT ${ROW} FROM import_row
    WHERE import_id = ${id}::uuid AND state = 'done' AND (${verdict} = 'none' AND undo IS NULL OR ${verdict} = 'can' AND undo = '')
    ORDER BY seq LIMIT ${limit}`
export const forgetVerdicts = (db: Db, id: ImportId): Promise<unknown> =>
  db.$executeRaw`UPDATE import_row SET undo = NULL WHERE import_id = ${id}::uuid AND undo IS NOT NULL`
/** Notes of rows whether they can be undone, and, once they were, that they are. */
export const judged = (
  db: Db,
  id: ImportId,
  rows: readonly { readonly seq: number; readonly undo: UndoVerdict; readonly state: RowState }[],
): Promise<unknown> =>
  db.$executeRaw`
    UPDATE import_row r SET undo = x.undo, state = x.state
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS x(seq int, undo text, state text)
    WHERE r.import_id = ${id}::uuid AND r.seq = x.seq AND r.state = 'done'`
/** What stays as it is. */
export const keepRest = (db: Db, id: ImportId): Promise<unknown> =>
  db.$executeRaw`UPDATE import_row SET state = 'kept' WHERE import_id = ${id}::uuid AND state = 'done' AND undo <> ''`
/** All that can be undone, with the unit that each account is of now. */
export const undoable = (
  db: Db,
  id: ImportId,
): Promise<{ seq: number; digest: string; outcome: Outcome; unitId: UnitId | null }[]> =>
  db.$queryRaw`
    SELECT r.seq, r.digest, r.outcome, a.unit_id AS "unitId" FROM import_row r JOIN account a ON a.id = r.account_id
    WHERE r.import_id = ${id}::uuid AND r.state = 'done' AND r.undo = '' ORDER BY r.seq`
/** The next list says anew who its people are; whom this one made itself, and are no more, it knows again. */
export const forgetMemory = (db: Db, id: ImportId): Promise<unknown> =>
  db.$executeRaw`
    DELETE FROM import_memory m WHERE m.import_id = ${id}::uuid AND NOT EXISTS (SELECT FROM import_row r
      WHERE r.import_id = ${id}::uuid AND r.person_id = m.person_id AND r.outcome = 'create' AND r.state = 'undone')`

/** Of the rows that were carried out: how many can be undone, and how many cannot, by what keeps them. */
export async function verdicts(db: Db, id: ImportId): Promise<ReadonlyMap<UndoVerdict, number>> {
  const rows = await db.$queryRaw<{ undo: UndoVerdict; n: number }[]>`
    SELECT undo, count(*)::int AS n FROM import_row
    WHERE import_id = ${id}::uuid AND undo IS NOT NULL GROUP BY 1`
  return new Map(rows.map(({ undo, n }) => [undo, n]))
}

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

export type Counts = {
  readonly outcomes: ReadonlyMap<Outcome, number>
  readonly groups: ReadonlyMap<ReasonGroup, number>
  readonly states: ReadonlyMap<RowState, number>
  /** Of the rows that were carried out. */
  readonly done: ReadonlyMap<Outcome, number>
  /** Rows of the file, without people who are missing in it. */
  readonly rows: number
}
export async function counts(db: Db, id: ImportId): Promise<Counts> {
  const outcomes = await db.$queryRaw<{ outcome: Outcome; state: RowState; n: number; listed: number }[]>`
    SELECT outcome, state, count(*)::int AS n, count(row_number)::int AS listed FROM import_row
    WHERE import_id = ${id}::uuid GROUP BY 1, 2`
  const groups = await db.$queryRaw<{ name: ReasonGroup; n: number }[]>`
    SELECT name, count(*)::int AS n FROM import_row, unnest(groups) AS name
    WHERE import_id = ${id}::uuid AND outcome IN ('review', 'refused') GROUP BY 1`
  const sum = <K>(key: (row: (typeof outcomes)[number]) => K) => {
    const by = new Map<K, number>()
    for (const row of outcomes) by.set(key(row), (by.get(key(row)) ?? 0) + row.n)
    return by
  }
  return {
    outcomes: sum(({ outcome }) => outcome),
    states: sum(({ state }) => state),
    done: new Map(outcomes.filter(({ state }) => state === 'done').map(({ outcome, n }) => [outcome, n])),
    groups: new Map(groups.map(({ name, n }) => [name, n])),
    rows: outcomes.reduce((total, { listed }) => total + listed, 0),
  }
}

export type Progress = {
  readonly total: number
  readonly done: number
  /** Accounts of the import that each target has, read back. */
  readonly inDirectory: number
  readonly inMail: number
  readonly needPerson: number
}
export async function progress(db: Db, id: ImportId): Promise<Progress> {
  const [rows] = await db.$queryRaw<Pick<Progress, 'total' | 'done'>[]>`
    SELECT count(*)::int AS total, count(*) FILTER (WHERE state <> 'open')::int AS done FROM import_row
    WHERE import_id = ${id}::uuid AND outcome IN ('create', 'change', 'transfer', 'suspend')`
  const [targets] = await db.$queryRaw<Omit<Progress, 'total' | 'done'>[]>`
    SELECT count(*) FILTER (WHERE s.target = 'directory' AND s.applied >= s.wanted)::int AS "inDirectory",
      count(*) FILTER (WHERE s.target = 'mail' AND s.applied >= s.wanted)::int AS "inMail",
      count(DISTINCT s.subject_id) FILTER (WHERE s.applied < s.wanted AND s.fault = 'refused')::int AS "needPerson"
    FROM import_row r, LATERAL (
      SELECT * FROM sync WHERE subject_kind = 'account' AND subject_id = r.account_id OFFSET 0) s
    WHERE r.import_id = ${id}::uuid AND r.state = 'done' AND r.outcome IN ('create', 'change', 'transfer', 'suspend')`
  return { ...{ total: 0, done: 0, inDirectory: 0, inMail: 0, needPerson: 0 }, ...rows, ...targets }
}

/** Tells the planner how much there is by now; by itself it would look after the import. */
export const analyse = (db: Db): Promise<unknown> =>
  db.$executeRaw`ANALYZE person, post, account, address, sync, import_row`

export type SpellingCount = { readonly spelling: string; readonly rows: number; readonly seq: number }
/** How the rows that are still open write units, with one row of each spelling. */
export const spellingCounts = (db: Db, id: ImportId): Promise<SpellingCount[]> =>
  db.$queryRaw`
    SELECT spelling, count(*)::int AS rows, min(seq)::int AS seq FROM import_row
    WHERE import_id = ${id}::uuid AND spelling IS NOT NULL AND state = 'open' GROUP BY 1 ORDER BY 3`

export const remember = (
  db: Db,
  rows: readonly { print: string; personId: PersonId; patch: string | null }[],
  id: ImportId,
  at: Date,
): Promise<unknown> =>
  db.$executeRaw`
    INSERT INTO import_memory (print, person_id, patch, import_id, at)
    SELECT DISTINCT ON (print) print, "personId", patch, ${id}::uuid, ${at}
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS x(print text, "personId" uuid, patch text) ORDER BY print
    ON CONFLICT (print) DO UPDATE SET person_id = excluded.person_id, patch = excluded.patch, import_id = excluded.import_id,
      at = excluded.at`

/** Rows that changed nothing, but about which somebody decided something: the same row of a next list need not ask again. */
export const rememberUnchanged = (db: Db, id: ImportId, at: Date): Promise<unknown> =>
  db.$executeRaw`
    INSERT INTO import_memory (print, person_id, patch, import_id, at)
    SELECT DISTINCT ON (r.print) r.print, r.person_id, r.patch, ${id}::uuid, ${at} FROM import_row r
    WHERE r.import_id = ${id}::uuid AND r.outcome = 'nothing' AND r.print IS NOT NULL AND r.person_id IS NOT NULL
      AND (r.patch IS NOT NULL OR EXISTS (SELECT FROM person p WHERE p.id = r.person_id AND p.nin_hash IS NULL))
    ORDER BY r.print, r.seq
    ON CONFLICT (print) DO UPDATE SET person_id = excluded.person_id, patch = excluded.patch`

/** Accounts of an import that wait for a slip, by unit and given name. */
export const toHandOver = (
  db: Db,
  id: ImportId,
): Promise<{ accountId: AccountId; unitId: UnitId; unitName: string }[]> =>
  db.$queryRaw`
    SELECT a.id AS "accountId", a.unit_id AS "unitId", coalesce(v.name, '') AS "unitName"
    FROM import_row r
    JOIN account a ON a.id = r.account_id
    LEFT JOIN person p ON p.id = a.person_id
    LEFT JOIN unit_version v ON v.unit_id = a.unit_id AND v.valid_to IS NULL
    WHERE r.import_id = ${id}::uuid AND r.state = 'done' AND r.outcome = 'create' AND a.state = 'awaiting-activation'
      AND a.hand_over = 'slip'
    ORDER BY v.name, a.unit_id, p.given, p.full_name, a.number`

/** How many people of an import get a link. */
export async function linksSent(db: Db, id: ImportId): Promise<number> {
  const [row] = await db.$queryRaw<{ n: number }[]>`
    SELECT count(*)::int AS n FROM import_row r JOIN account a ON a.id = r.account_id
    WHERE r.import_id = ${id}::uuid AND r.state = 'done' AND r.outcome = 'create' AND a.hand_over = 'link'`
  return row?.n ?? 0
}
