import type { Prisma } from '../db/generated/client.ts'
import { dayFromDb, dayToDb, type Day } from '../kernel/day.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'

type Db = Prisma.TransactionClient

export type Asked = { readonly account: AccountId; readonly from: UnitId; readonly to: UnitId }
/** A post that ended with the unit, and the one that goes on in another. */
export type EndedPost = { readonly closed: string; readonly opened: string | null; readonly until: Day | null }

/** Locks accounts in the order of their ids; answers those that are still of the unit they are taken from. */
export async function lock(db: Db, asked: readonly Asked[]): Promise<Set<AccountId>> {
  const rows = await db.$queryRaw<{ id: AccountId; unit: UnitId }[]>`
    SELECT id, unit_id AS unit FROM account WHERE id = ANY (${asked.map(({ account }) => account)}::uuid[])
    ORDER BY id FOR UPDATE`
  const units = new Map(rows.map(({ id, unit }) => [id, unit]))
  return new Set(asked.filter(({ account, from }) => units.get(account) === from).map(({ account }) => account))
}

type Ended = {
  id: string
  account: AccountId
  to: UnitId
  until: Date | null
  person_id: string
  title: string
  employment: string
  is_primary: boolean
  followed: boolean
}

/**
 * Posts in the former unit end on that day and go on in the new one; those that begin later, begin there. By the keys of single
 * rows (OFFSET 0 keeps it so): the planner would go through every post of the province for each batch.
 */
export async function movePosts(
  db: Db,
  asked: readonly Asked[],
  on: Day,
  id: () => string,
): Promise<{ ended: (EndedPost & { account: AccountId })[]; later: { post: string; account: AccountId }[] }> {
  const text = JSON.stringify(asked)
  const day = dayToDb(on)
  const ended = await db.$queryRaw<Ended[]>`
    WITH old AS (
      SELECT p.id, p.valid_to, p.followed, x.account, x."to"
      FROM json_to_recordset(${text}::json) AS x(account uuid, "from" uuid, "to" uuid),
        LATERAL (SELECT person_id FROM account WHERE id = x.account OFFSET 0) a,
        LATERAL (SELECT * FROM post WHERE person_id = a.person_id OFFSET 0) p
      WHERE p.unit_id = x."from" AND p.valid_from < ${day}::date AND (p.valid_to IS NULL OR p.valid_to > ${day}::date)
    )
    UPDATE post p SET valid_to = ${day}::date, followed = true FROM old WHERE p.id = old.id
    RETURNING p.id, old.account, old."to", old.valid_to AS until, p.person_id, p.title, p.employment, p.is_primary,
      old.followed`
  const rows = await goOn(db, ended, on, id)
  const later = await db.$queryRaw<{ post: string; account: AccountId }[]>`
    WITH later AS (
      SELECT p.id, x.account, x."to"
      FROM json_to_recordset(${text}::json) AS x(account uuid, "from" uuid, "to" uuid),
        LATERAL (SELECT person_id FROM account WHERE id = x.account OFFSET 0) a,
        LATERAL (SELECT * FROM post WHERE person_id = a.person_id OFFSET 0) p
      WHERE p.unit_id = x."from" AND p.valid_from >= ${day}::date
    )
    UPDATE post p SET unit_id = later."to" FROM later WHERE p.id = later.id RETURNING p.id AS post, later.account`
  return {
    ended: rows.map(({ id: closed, opened, until, account }) => ({ closed, opened, until, account })),
    later,
  }
}

/** The posts that ended go on in the other unit. */
async function goOn(db: Db, ended: readonly Ended[], on: Day, id: () => string) {
  const rows = ended.map((post) => ({ ...post, opened: id(), until: post.until && dayFromDb(post.until) }))
  await db.$executeRaw`
    INSERT INTO post (id, person_id, unit_id, title, employment, is_primary, valid_from, valid_to, followed)
    SELECT opened, person_id, "to", title, employment, is_primary, ${dayToDb(on)}::date, until, followed
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS x(opened uuid, person_id uuid, "to" uuid, title text,
      employment text, is_primary boolean, until date, followed boolean)`
  return rows
}

/** Posts beside people's own end on that day and go on in another unit; those without one just end. */
export async function moveSecondPosts(
  db: Db,
  asked: readonly { readonly post: string; readonly to: UnitId | null }[],
  on: Day,
  id: () => string,
): Promise<EndedPost[]> {
  const ended = await db.$queryRaw<(Omit<Ended, 'to'> & { to: UnitId | null })[]>`
    WITH old AS (
      SELECT p.id, p.valid_to, p.followed, x."to" FROM json_to_recordset(${JSON.stringify(asked)}::json) AS x(post uuid, "to" uuid)
      JOIN post p ON p.id = x.post ORDER BY p.id FOR UPDATE OF p
    )
    UPDATE post p SET valid_to = ${dayToDb(on)}::date, followed = true FROM old WHERE p.id = old.id
    RETURNING p.id, NULL AS account, old."to", old.valid_to AS until, p.person_id, p.title, p.employment, p.is_primary,
      old.followed`
  const going = await goOn(
    db,
    ended.flatMap((post) => (post.to === null ? [] : [{ ...post, to: post.to }])),
    on,
    id,
  )
  const opened = new Map(going.map((post) => [post.id, post.opened]))
  return ended.map((post) => ({
    closed: post.id,
    opened: opened.get(post.id) ?? null,
    until: post.until && dayFromDb(post.until),
  }))
}

/**
 * The posts are as they were; from `from` on, where the move was of a day before: then each goes on as another, which is
 * answered by the one that had ended.
 */
export async function putPostsBack(
  db: Db,
  rows: { readonly ended: readonly EndedPost[]; readonly later: readonly { post: string; unit: UnitId }[] },
  moved: Day,
  from: Day,
  id: () => string,
): Promise<ReadonlyMap<string, string>> {
  const opened = rows.ended.flatMap((post) => post.opened ?? [])
  const again = from <= moved ? [] : rows.ended.map((post) => ({ ...post, again: id() }))
  const text = JSON.stringify(from <= moved ? rows.ended : again)
  if (from <= moved) {
    await db.$executeRaw`DELETE FROM post WHERE id = ANY (${opened}::uuid[])`
    await db.$executeRaw`
      UPDATE post p SET valid_to = x.until, followed = p.is_primary OR x.until IS NULL FROM json_to_recordset(${text}::json) AS x(closed uuid, until date) WHERE p.id = x.closed`
  } else {
    await db.$executeRaw`UPDATE post SET valid_to = ${dayToDb(from)}::date WHERE id = ANY (${opened}::uuid[])`
    await db.$executeRaw`
      INSERT INTO post (id, person_id, unit_id, title, employment, is_primary, valid_from, valid_to, followed)
      SELECT x.again, p.person_id, p.unit_id, p.title, p.employment, p.is_primary, ${dayToDb(from)}::date, x.until,
        p.is_primary OR x.until IS NULL
      FROM json_to_recordset(${text}::json) AS x(closed uuid, until date, again uuid) JOIN post p ON p.id = x.closed`
  }
  await db.$executeRaw`
    UPDATE post p SET unit_id = x.unit FROM json_to_recordset(${JSON.stringify(rows.later)}::json) AS x(post uuid, unit uuid)
    WHERE p.id = x.post`
  return new Map(again.map((post) => [post.closed, post.again]))
}

/** Writes the units and grows the revisions; of what is deleted, nothing is shown anywhere. */
export const setUnits = (
  db: Db,
  rows: readonly { readonly account: AccountId; readonly to: UnitId }[],
): Promise<{ id: AccountId; revision: number; shown: boolean }[]> =>
  db.$queryRaw`
    UPDATE account a SET unit_id = x."to", revision = a.revision + 1
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS x(account uuid, "to" uuid)
    WHERE a.id = x.account RETURNING a.id, a.revision, a.state NOT IN ('deleted', 'tombstone') AS shown`

/** More, or less, by which an account is found. */
export const noteLocals = (
  db: Db,
  rows: readonly { readonly account: AccountId; readonly local: string }[],
  more: boolean,
): Promise<number> =>
  db.$executeRaw`
    UPDATE account a SET search = CASE WHEN ${more} THEN a.search || ' ' || x.local ELSE replace(a.search, ' ' || x.local, '') END
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS x(account uuid, local text) WHERE a.id = x.account`

/** Names of units on a day, for the history. */
export async function unitNames(db: Db, units: readonly UnitId[], on: Day): Promise<ReadonlyMap<UnitId, string>> {
  const rows = await db.$queryRaw<{ id: UnitId; name: string }[]>`
    SELECT DISTINCT ON (unit_id) unit_id AS id, name FROM unit_version
    WHERE unit_id = ANY (${units}::uuid[]) AND valid_from <= ${dayToDb(on)}::date ORDER BY unit_id, valid_from DESC`
  return new Map(rows.map(({ id, name }) => [id, name]))
}

/** Writes events of one kind to the history of many accounts. */
export const events = (
  db: Db,
  rows: readonly { readonly id: string; readonly note: string }[],
  common: { readonly at: Date; readonly kind: string; readonly byName: string; readonly detail: object },
): Promise<number> =>
  db.$executeRaw`
    INSERT INTO account_event (account_id, at, kind, by_name, note, detail)
    SELECT id, ${common.at}, ${common.kind}, ${common.byName}, note, ${JSON.stringify(common.detail)}::jsonb
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS x(id uuid, note text)`

export type BoxRow = {
  readonly id: AccountId
  readonly kind: string
  readonly displayName: string
  readonly search: string
}
/** Mailboxes as they are; locked. */
export const readBoxes = (db: Db, ids: readonly AccountId[]): Promise<(BoxRow & { login: string })[]> =>
  db.$queryRaw`
    SELECT id, kind, display_name AS "displayName", search, login FROM account WHERE id = ANY (${ids}::uuid[])
    ORDER BY id FOR UPDATE`
export const writeBoxes = (db: Db, rows: readonly BoxRow[]): Promise<number> =>
  db.$executeRaw`
    UPDATE account a SET kind = x.kind, display_name = x."displayName", search = x.search
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS x(id uuid, kind text, "displayName" text, search text)
    WHERE a.id = x.id`
