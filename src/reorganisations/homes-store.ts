import type { Prisma } from '../db/generated/client.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'

// What belongs to units in other rooms' tables and has no other door: each row that names a unit that ends names its heir.

type Db = Prisma.TransactionClient
export type Home = { readonly from: UnitId; readonly to: UnitId }
export type Rehomed = { readonly id: string; readonly from: UnitId; readonly to: UnitId }
type Was<T> = { readonly from: T; readonly to: T }
export type RehomedRequest = Rehomed & {
  /** Null where it stays. */
  readonly escalated?: Was<UnitId> | null | undefined
  readonly rule?: Was<unknown> | null | undefined
}

/** What a request that is not answered yet says of units, in its own columns and in what was asked for. */
export type OpenRequest = {
  readonly id: string
  readonly unit: UnitId
  /** The account that it is about, and goes with. */
  readonly account: AccountId | null
  readonly escalated: UnitId | null
  /** Whom the list that is asked for would reach. */
  readonly rule: unknown
}

/** Those that name one of these units; locked. */
export const requestsNaming = (db: Db, units: readonly UnitId[]): Promise<OpenRequest[]> =>
  db.$queryRaw`
    SELECT id, unit_id AS unit, (body ->> 'accountId')::uuid AS account, escalated_to AS escalated, body -> 'rule' AS rule
    FROM request WHERE state IN ('draft', 'submitted', 'returned') AND (unit_id = ANY (${units}::uuid[])
      OR escalated_to = ANY (${units}::uuid[])
      OR EXISTS (SELECT FROM jsonb_path_query(body, '$.rule[*].unitId') u WHERE u #>> '{}' = ANY (${units}::text[])))
    ORDER BY id FOR UPDATE`

/** Writes them; what is not told stays. */
export const writeRequests = (db: Db, rows: readonly RehomedRequest[]): Promise<number> =>
  db.$executeRaw`
    UPDATE request r SET unit_id = x."to",
      escalated_to = CASE WHEN x.escalated IS NULL THEN r.escalated_to ELSE (x.escalated ->> 'to')::uuid END,
      body = CASE WHEN r.body IS NOT NULL THEN r.body || jsonb_build_object('unitId', x."to")
        || CASE WHEN x.rule IS NULL THEN '{}' ELSE jsonb_build_object('rule', x.rule -> 'to') END END
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS x(id uuid, "to" uuid, escalated jsonb, rule jsonb)
    WHERE r.id = x.id AND r.state IN ('draft', 'submitted', 'returned')`

export type ReviewHome = {
  readonly review: string
  readonly account: AccountId
  readonly from: UnitId
  readonly to: UnitId
}

/** Whom nobody has confirmed yet in an open review is in the list of the unit where they go, unless that list is confirmed. */
export const reviewLines = (
  db: Db,
  moves: readonly { readonly account: AccountId; readonly from: UnitId; readonly to: UnitId }[],
): Promise<ReviewHome[]> =>
  db.$queryRaw`
    UPDATE review_line l SET unit_id = x."to"
    FROM json_to_recordset(${JSON.stringify(moves)}::json) AS x(account uuid, "from" uuid, "to" uuid), review r
    WHERE r.id = l.review_id AND r.closed_at IS NULL AND l.account_id = x.account AND l.unit_id = x."from" AND l.answer IS NULL
      AND NOT EXISTS (SELECT FROM review_receipt t WHERE t.review_id = r.id AND t.unit_id IN (x."from", x."to"))
    RETURNING l.review_id AS review, l.account_id AS account, x."from", x."to"`
/** Back, of those that are still where they were put, and that nobody has confirmed since. */
export const putReviewLinesBack = (db: Db, rows: readonly ReviewHome[]): Promise<number> =>
  db.$executeRaw`
    UPDATE review_line l SET unit_id = x."from"
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS x(review uuid, account uuid, "from" uuid, "to" uuid)
    WHERE l.review_id = x.review AND l.account_id = x.account AND l.unit_id = x."to" AND l.answer IS NULL
      AND NOT EXISTS (SELECT FROM review_receipt t WHERE t.review_id = x.review AND t.unit_id = x."to")`

/** Imports that are not over yet. */
export const imports = (db: Db, homes: readonly Home[]): Promise<Rehomed[]> =>
  db.$queryRaw`
    UPDATE import i SET unit_id = x."to"
    FROM json_to_recordset(${JSON.stringify(homes)}::json) AS x("from" uuid, "to" uuid)
    WHERE i.unit_id = x."from" AND i.ended_at IS NULL
    RETURNING i.id, x."from", x."to"`

/** Back, of those that are still open and where they were put; of what somebody has written anew since, nothing. */
export const putRequestsBack = (db: Db, rows: readonly RehomedRequest[]): Promise<number> =>
  db.$executeRaw`
    UPDATE request r SET unit_id = x."from",
      escalated_to = CASE WHEN r.escalated_to = (x.escalated ->> 'to')::uuid THEN (x.escalated ->> 'from')::uuid ELSE r.escalated_to END,
      body = CASE WHEN r.body IS NOT NULL THEN r.body || jsonb_build_object('unitId', x."from")
        || CASE WHEN r.body -> 'rule' = x.rule -> 'to' THEN jsonb_build_object('rule', x.rule -> 'from') ELSE '{}' END END
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS x(id uuid, "from" uuid, "to" uuid, escalated jsonb, rule jsonb)
    WHERE r.id = x.id AND r.unit_id = x."to" AND r.state IN ('draft', 'submitted', 'returned')`

/** Back, of those that are not over and still where they were put. */
export const putImportsBack = (db: Db, rows: readonly Rehomed[]): Promise<number> =>
  db.$executeRaw`
    UPDATE import i SET unit_id = x."from"
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS x(id uuid, "from" uuid, "to" uuid)
    WHERE i.id = x.id AND i.unit_id = x."to" AND i.ended_at IS NULL`

export type Spelling = {
  readonly sender: string
  readonly spelling: string
  readonly unit_id: string
  readonly at: string
  readonly by_name: string
}

/**
 * What lists call a unit means its heir from now on; with several heirs it is forgotten, so that the next list asks. Answers
 * what it meant.
 */
export async function spellings(db: Db, homes: readonly Home[], divided: readonly UnitId[]): Promise<Spelling[]> {
  const all = [...homes.map(({ from }) => from), ...divided]
  const rows = await db.$queryRaw<Spelling[]>`
    SELECT sender, spelling, unit_id, at::text, by_name FROM import_spelling WHERE unit_id = ANY (${all}::uuid[])
    ORDER BY sender, spelling FOR UPDATE`
  await db.$executeRaw`
    UPDATE import_spelling s SET unit_id = x."to"
    FROM json_to_recordset(${JSON.stringify(homes)}::json) AS x("from" uuid, "to" uuid)
    WHERE s.unit_id = x."from" AND NOT s.unit_id = ANY (${divided}::uuid[])`
  await db.$executeRaw`DELETE FROM import_spelling WHERE unit_id = ANY (${divided}::uuid[])`
  return rows
}
/** As they were; what somebody has said anew of the same name gives way. */
export const putSpellingsBack = (db: Db, rows: readonly Spelling[]): Promise<number> =>
  db.$executeRaw`
    INSERT INTO import_spelling (sender, spelling, unit_id, at, by_name)
    SELECT * FROM json_to_recordset(${JSON.stringify(rows)}::json)
      AS x(sender text, spelling text, unit_id uuid, at timestamptz, by_name text)
    ON CONFLICT (sender, spelling) DO UPDATE SET unit_id = excluded.unit_id`

/** How the lists of a unit are read, and what they call others, is known of its heir too. Answers what was written. */
export async function memories(
  db: Db,
  homes: readonly Home[],
): Promise<{ mappings: { sender: string; key: string }[]; spellings: { sender: string; key: string }[] }> {
  const text = JSON.stringify(homes)
  const mappings = await db.$queryRaw<{ sender: string; key: string }[]>`
    INSERT INTO import_mapping (sender, fingerprint, mapping, at, by_name)
    SELECT DISTINCT ON (x."to", m.fingerprint) x."to"::text, m.fingerprint, m.mapping, m.at, m.by_name
    FROM json_to_recordset(${text}::json) AS x("from" uuid, "to" uuid) JOIN import_mapping m ON m.sender = x."from"::text
    ORDER BY x."to", m.fingerprint, m.at DESC
    ON CONFLICT DO NOTHING RETURNING sender, fingerprint AS key`
  const spelt = await db.$queryRaw<{ sender: string; key: string }[]>`
    INSERT INTO import_spelling (sender, spelling, unit_id, at, by_name)
    SELECT DISTINCT ON (x."to", s.spelling) x."to"::text, s.spelling, s.unit_id, s.at, s.by_name
    FROM json_to_recordset(${text}::json) AS x("from" uuid, "to" uuid) JOIN import_spelling s ON s.sender = x."from"::text
    ORDER BY x."to", s.spelling, s.at DESC
    ON CONFLICT DO NOTHING RETURNING sender, spelling AS key`
  return { mappings, spellings: spelt }
}
/** Forgets what was written so of heirs. */
export async function forgetMemories(db: Db, rows: Awaited<ReturnType<typeof memories>>): Promise<void> {
  await db.$executeRaw`
    DELETE FROM import_mapping m USING json_to_recordset(${JSON.stringify(rows.mappings)}::json) AS x(sender text, key text)
    WHERE m.sender = x.sender AND m.fingerprint = x.key`
  await db.$executeRaw`
    DELETE FROM import_spelling s USING json_to_recordset(${JSON.stringify(rows.spellings)}::json) AS x(sender text, key text)
    WHERE s.sender = x.sender AND s.spelling = x.key`
}

export type ChangeRow = { id: string; units: UnitId[]; seats: unknown[]; command: unknown }
/** Writes those that still wait; answers them with whom they are about. */
export const writeChanges = (db: Db, rows: readonly ChangeRow[]): Promise<{ id: string; about: AccountId[] }[]> =>
  db.$queryRaw`
    UPDATE scheduled_change c SET units = ARRAY(SELECT jsonb_array_elements_text(x.units)::uuid), seats = x.seats,
      command = x.command
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS x(id uuid, units jsonb, seats jsonb, command jsonb)
    WHERE c.id = x.id AND c.state IN ('proposed', 'waiting')
    RETURNING c.id, c.about::text[] AS about`

export type ListRow = { readonly id: string; readonly unit: UnitId; readonly rule: unknown }

/** Distribution lists that belong to these units or reach them; locked. */
export const listsNaming = (db: Db, units: readonly UnitId[]): Promise<ListRow[]> =>
  db.$queryRaw`
    SELECT id, unit_id AS unit, rule FROM mail_group g WHERE kind = 'list' AND (unit_id = ANY (${units}::uuid[])
      OR EXISTS (SELECT FROM jsonb_array_elements(g.rule) c WHERE (c ->> 'unitId') = ANY (${units}::text[])))
    ORDER BY id FOR UPDATE`
export const writeLists = (db: Db, rows: readonly ListRow[]): Promise<number> =>
  db.$executeRaw`
    UPDATE mail_group g SET unit_id = x.unit, rule = x.rule
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS x(id uuid, unit uuid, rule jsonb) WHERE g.id = x.id`
export const listEvents = (db: Db, ids: readonly string[], at: Date, byName: string): Promise<unknown> =>
  db.listEvent.createMany({ data: ids.map((groupId) => ({ groupId, at, kind: 'unit-changed', byName })) })
