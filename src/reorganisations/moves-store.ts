import type { MoveTrace } from '../accounts/relocating.ts'
import type { Prisma } from '../db/generated/client.ts'
import type { LocalPart } from '../kernel/email-address.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import type { ReorganisationId } from './reorganisation.ts'
import { Traces } from './trace.ts'

type Db = Prisma.TransactionClient
type Id = ReorganisationId
export type MoveRow = {
  readonly account: AccountId
  readonly from: UnitId
  readonly to: UnitId
  readonly local: LocalPart | null
}

/** Lists the accounts that a plan reaches; one that is listed already stays as it is. */
export const insert = (db: Db, id: Id, rows: readonly MoveRow[]): Promise<number> =>
  db.$executeRaw`
    INSERT INTO reorganisation_move (reorganisation_id, account_id, from_id, to_id, local)
    SELECT ${id}::uuid, account, "from", "to", local FROM json_to_recordset(${JSON.stringify(rows)}::json)
      AS x(account uuid, "from" uuid, "to" uuid, local text)
    ON CONFLICT DO NOTHING`

/** The next moves to be made, in the order of the accounts. */
export const open = (db: Db, id: Id, limit: number): Promise<MoveRow[]> =>
  db.$queryRaw`
    SELECT account_id AS account, from_id AS "from", to_id AS "to", local FROM reorganisation_move
    WHERE reorganisation_id = ${id}::uuid AND state = 'open' ORDER BY account_id LIMIT ${limit}`

/** The next moves to be taken back. */
export const done = (db: Db, id: Id, limit: number): Promise<(MoveRow & { trace: MoveTrace })[]> =>
  db.$queryRaw`
    SELECT account_id AS account, from_id AS "from", to_id AS "to", local, before AS trace FROM reorganisation_move
    WHERE reorganisation_id = ${id}::uuid AND state = 'done' ORDER BY account_id LIMIT ${limit}`

/** Notes moves as made, with what they found; those of `asked` that have no trace were elsewhere by then and are struck off. */
export async function close(
  db: Db,
  id: Id,
  asked: readonly AccountId[],
  traces: ReadonlyMap<AccountId, MoveTrace>,
): Promise<void> {
  const rows = [...traces].map(([account, before]) => ({ account, before }))
  await db.$executeRaw`
    UPDATE reorganisation_move m SET state = 'done', before = x.before
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS x(account uuid, before jsonb)
    WHERE m.reorganisation_id = ${id}::uuid AND m.account_id = x.account`
  const gone = asked.filter((account) => !traces.has(account))
  if (gone.length > 0)
    await db.$executeRaw`
      DELETE FROM reorganisation_move WHERE reorganisation_id = ${id}::uuid AND account_id = ANY (${gone}::uuid[])`
}

/** Notes moves as taken back. */
export const undone = (db: Db, id: Id, accounts: readonly AccountId[]): Promise<number> =>
  db.$executeRaw`
    UPDATE reorganisation_move SET state = 'undone'
    WHERE reorganisation_id = ${id}::uuid AND account_id = ANY (${accounts}::uuid[])`

/** How many moves are open, made and taken back. */
export async function progress(db: Db, id: Id): Promise<{ open: number; done: number; undone: number }> {
  const rows = await db.$queryRaw<{ state: 'open' | 'done' | 'undone'; n: number }[]>`
    SELECT state, count(*)::int AS n FROM reorganisation_move WHERE reorganisation_id = ${id}::uuid GROUP BY 1`
  const of = (state: string) => rows.find((row) => row.state === state)?.n ?? 0
  return { open: of('open'), done: of('done'), undone: of('undone') }
}

/** How many of the accounts that it reaches have everything that is wanted of them, and how many do not yet. */
export async function inStep(db: Db, id: Id): Promise<{ inStep: number; behind: number }> {
  const [row] = await db.$queryRaw<{ inStep: number; behind: number }[]>`
    SELECT count(*) FILTER (WHERE NOT late)::int AS "inStep", count(*) FILTER (WHERE late)::int AS behind FROM (
      SELECT EXISTS (SELECT FROM sync s WHERE s.subject_kind = 'account' AND s.subject_id = m.account_id
        AND s.applied < s.wanted) AS late
      FROM reorganisation_move m WHERE m.reorganisation_id = ${id}::uuid AND m.state <> 'open') each`
  return row ?? { inStep: 0, behind: 0 }
}

/** Units that moves of this plan leave, or lead to. */
export async function unitsMoved(db: Db, id: Id): Promise<UnitId[]> {
  const rows = await db.$queryRaw<{ id: UnitId }[]>`
    SELECT from_id AS id FROM reorganisation_move WHERE reorganisation_id = ${id}::uuid
    UNION SELECT to_id FROM reorganisation_move WHERE reorganisation_id = ${id}::uuid`
  return rows.map((row) => row.id)
}

/** Accounts of these units that no move takes elsewhere: they came while the plan began. */
export const left = (
  db: Db,
  id: Id,
  units: readonly UnitId[],
  limit: number,
): Promise<{ account: AccountId; from: UnitId; personal: boolean; title: string }[]> =>
  db.$queryRaw`
    SELECT a.id AS account, a.unit_id AS "from", a.kind = 'person' AS personal, coalesce((SELECT title FROM post
      WHERE person_id = a.person_id AND is_primary ORDER BY valid_from DESC LIMIT 1), '') AS title
    FROM account a
    WHERE a.unit_id = ANY (${units}::uuid[]) AND a.state <> 'tombstone'
      AND NOT EXISTS (SELECT FROM reorganisation_move m WHERE m.reorganisation_id = ${id}::uuid AND m.account_id = a.id)
    ORDER BY a.id LIMIT ${limit}`

// What was written besides.

const KINDS = Object.keys(Traces.shape) as (keyof Traces)[]
export async function keepTraces(db: Db, id: Id, traces: Traces): Promise<void> {
  await db.reorganisationTrace.createMany({
    data: KINDS.map((kind, index) => ({ reorganisationId: id, seq: index + 1, kind, body: traces[kind] })) as never[],
  })
}
export async function tracesOf(db: Db, id: Id): Promise<Traces> {
  const rows = await db.reorganisationTrace.findMany({ where: { reorganisationId: id } })
  return Traces.parse(Object.fromEntries(rows.map(({ kind, body }) => [kind, body])))
}

/** The groups of these units should be no more, or are again; answers the new revisions. */
export const setGone = (db: Db, units: readonly UnitId[], gone: boolean): Promise<{ id: string; revision: number }[]> =>
  db.$queryRaw`
    UPDATE mail_group SET gone = ${gone}, revision = revision + 1 WHERE kind = 'unit' AND unit_id = ANY (${units}::uuid[])
    RETURNING id, revision`

/** What units are, or last were, called. */
export async function unitNames(db: Db, ids: readonly UnitId[]): Promise<ReadonlyMap<UnitId, string>> {
  const rows = await db.$queryRaw<{ id: UnitId; name: string }[]>`
    SELECT DISTINCT ON (unit_id) unit_id AS id, name FROM unit_version WHERE unit_id = ANY (${ids}::uuid[])
    ORDER BY unit_id, valid_from DESC`
  return new Map(rows.map(({ id, name }) => [id, name]))
}
