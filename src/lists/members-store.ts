import { Prisma } from '../db/generated/client.ts'
import { dayToDb, type Day } from '../kernel/day.ts'
import { titleFits } from './list.ts'

type Db = Prisma.TransactionClient
/** Of more accounts than this, everybody is worked out: that is quicker, and no list of names travels. */
const MANY = 2_000

/** Whether anything may have changed since the members were worked out. */
export async function isStale(db: Db, on: Day): Promise<boolean> {
  const [row] = await db.$queryRaw<{ stale: boolean }[]>`
    SELECT EXISTS (SELECT FROM list_stale) OR EXISTS (SELECT FROM mail_group WHERE kind = 'list'
      AND (worked_out_on IS NULL OR worked_out_on < ${dayToDb(on)}::date)) AS stale`
  return row?.stale === true
}

/** One worker at a time; false when another is at it. */
export async function claim(db: Db): Promise<boolean> {
  const [row] = await db.$queryRaw<{ ours: boolean }[]>`
    SELECT pg_try_advisory_xact_lock(hashtextextended('lists', 723)) AS ours`
  return row?.ours === true
}

/** Whether units have changed and their people are still on the way: until then rules give other members than they will. */
export async function areOnTheWay(db: Db): Promise<boolean> {
  const [row] = await db.$queryRaw<{ moving: boolean }[]>`
    SELECT EXISTS (SELECT FROM reorganisation WHERE state IN ('applying', 'reversing')) AS moving`
  return row?.moving === true
}

/** Takes the notes of what has changed: these accounts, or everybody (null). */
export async function takeStale(db: Db): Promise<string[] | null> {
  const [row] = await db.$queryRaw<{ everybody: boolean; ids: string[] }[]>`
    WITH taken AS (DELETE FROM list_stale RETURNING account_id, person_id)
    SELECT coalesce(bool_or(account_id IS NULL AND person_id IS NULL), false) AS everybody,
      ARRAY(SELECT account_id FROM taken WHERE account_id IS NOT NULL
        UNION SELECT a.id FROM taken t JOIN account a ON a.person_id = t.person_id)::text[] AS ids
    FROM taken`
  return row === undefined || row.everybody || row.ids.length > MANY ? null : row.ids
}

/** Lists not yet worked out for this day, and all others. */
export async function overdueLists(db: Db, on: Day): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT id FROM mail_group WHERE kind = 'list' AND (worked_out_on IS NULL OR worked_out_on < ${dayToDb(on)}::date)`
  return rows.map(({ id }) => id)
}

/** Which titles in use fit the titles that rules name. */
async function fittingTitles(db: Db, lists: readonly string[] | null): Promise<{ wanted: string; title: string }[]> {
  const named = await db.$queryRaw<{ title: string }[]>`
    SELECT DISTINCT c ->> 'title' AS title FROM mail_group g, jsonb_array_elements(g.rule) c
    WHERE g.kind = 'list' AND c ->> 'by' = 'position' AND (${lists}::uuid[] IS NULL OR g.id = ANY (${lists}::uuid[]))`
  if (named.length === 0) return []
  const used = await db.$queryRaw<{ title: string }[]>`SELECT DISTINCT title FROM post`
  return named.flatMap(({ title: wanted }) =>
    used.filter(({ title }) => titleFits(wanted, title)).map(({ title }) => ({ wanted, title })),
  )
}

/**
 * Brings the members of these lists (null: all) to what their rules give on this day, as far as these accounts (null: all)
 * are concerned; answers the lists that changed. Members are accounts in one of these `states`.
 */
export async function workOut(
  db: Db,
  on: Day,
  states: readonly string[],
  { lists, accounts }: { lists: readonly string[] | null; accounts: readonly string[] | null },
): Promise<string[]> {
  if (lists?.length === 0 || accounts?.length === 0) return []
  const titles = await fittingTitles(db, lists)
  const day = dayToDb(on)
  const rows = await db.$queryRaw<{ id: string }[]>`
    WITH RECURSIVE up AS (
      SELECT id AS unit_id, id AS above FROM unit
      UNION
      SELECT up.unit_id, v.parent_id FROM up JOIN unit_version v ON v.unit_id = up.above
        AND v.valid_from <= ${day}::date AND (v.valid_to IS NULL OR v.valid_to > ${day}::date)
      WHERE v.parent_id IS NOT NULL
    ), clause AS (
      SELECT g.id AS list, c.by, c."unitId" AS unit_id, c.below, c.title, c.accounts
      FROM mail_group g, jsonb_to_recordset(g.rule) AS c(by text, "unitId" uuid, below boolean, title text, accounts uuid[])
      WHERE g.kind = 'list' AND (${lists}::uuid[] IS NULL OR g.id = ANY (${lists}::uuid[]))
    ), fitting AS (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(titles)}::jsonb) AS x(wanted text, title text)
    ), box AS MATERIALIZED (
      SELECT a.id, a.unit_id, a.kind, p.title FROM account a
      LEFT JOIN LATERAL (
        SELECT title FROM post WHERE person_id = a.person_id AND is_primary AND valid_from <= ${day}::date
        ORDER BY valid_from DESC LIMIT 1) p ON true
      WHERE a.state = ANY (${states}::text[]) AND (${accounts}::uuid[] IS NULL OR a.id = ANY (${accounts}::uuid[]))
    ), place AS MATERIALIZED (
      SELECT c.list, c.by, c.title, up.unit_id FROM clause c
      JOIN up ON up.above = c.unit_id AND (c.below OR up.unit_id = c.unit_id)
    ), wanted AS MATERIALIZED (
      SELECT p.list, b.id FROM place p JOIN box b ON b.unit_id = p.unit_id AND b.kind = 'person' WHERE p.by = 'unit'
      UNION
      SELECT p.list, b.id FROM place p JOIN fitting f ON f.wanted = p.title
        JOIN box b ON b.unit_id = p.unit_id AND b.title = f.title AND b.kind = 'person'
      WHERE p.by = 'position'
      UNION
      SELECT c.list, b.id FROM clause c JOIN fitting f ON f.wanted = c.title
        JOIN box b ON b.title = f.title AND b.kind = 'person'
      WHERE c.by = 'position' AND c.unit_id IS NULL
      UNION
      SELECT c.list, b.id FROM clause c, unnest(c.accounts) named JOIN box b ON b.id = named WHERE c.by = 'name'
    ), present AS MATERIALIZED (
      SELECT group_id AS list, account_id AS id FROM list_member
      WHERE (${lists}::uuid[] IS NULL OR group_id = ANY (${lists}::uuid[]))
        AND (${accounts}::uuid[] IS NULL OR account_id = ANY (${accounts}::uuid[]))
    ), gone AS (
      DELETE FROM list_member m USING (SELECT list, id FROM present EXCEPT SELECT list, id FROM wanted) x
      WHERE m.group_id = x.list AND m.account_id = x.id
      RETURNING m.group_id
    ), come AS (
      -- As sets: looking each one up would look through those that this very statement has written.
      INSERT INTO list_member (group_id, account_id) SELECT list, id FROM wanted EXCEPT SELECT list, id FROM present
      RETURNING group_id
    )
    SELECT group_id AS id FROM gone UNION SELECT group_id FROM come`
  return rows.map(({ id }) => id)
}

export async function workedOut(db: Db, lists: readonly string[], on: Day): Promise<void> {
  await db.mailGroup.updateMany({ where: { id: { in: [...lists] } }, data: { workedOutOn: dayToDb(on) } })
}

/** Lists that have one of these accounts. */
export async function listsWith(db: Db, accounts: readonly string[]): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT DISTINCT group_id AS id FROM list_member WHERE account_id = ANY (${accounts}::uuid[])`
  return rows.map(({ id }) => id)
}

/** Grows the lists' revisions; answers the new ones. Rows are locked in the order of their ids. */
export const bump = (db: Db, lists: readonly string[]): Promise<{ id: string; revision: number }[]> =>
  db.$queryRaw`
    UPDATE mail_group SET revision = revision + 1
    WHERE id IN (SELECT id FROM mail_group WHERE id = ANY (${lists}::uuid[]) ORDER BY id FOR UPDATE)
    RETURNING id, revision`
