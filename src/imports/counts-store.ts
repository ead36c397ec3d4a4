import type { Prisma } from '../db/generated/client.ts'
import type { ImportId } from './import.ts'
import type { Outcome } from './plan/item.ts'
import type { ReasonGroup } from './plan/reason.ts'
import type { RowState } from './rows-store.ts'

type Db = Prisma.TransactionClient

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
