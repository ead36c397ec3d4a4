import type { Prisma } from '../db/generated/client.ts'
import { dayFromDb, dayToDb, type Day } from '../kernel/day.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import { ANSWERS, type Answer, type Counts } from './review.ts'

type Db = Prisma.TransactionClient

export type ReviewRow = {
  readonly id: string
  readonly number: number
  readonly openedAt: Date
  readonly openedName: string
  readonly dueOn: Day
  readonly remindedOn: Day | null
  readonly closedAt: Date | null
}
export type Line = {
  readonly accountId: AccountId
  readonly displayName: string
  readonly login: string
  readonly title: string | null
  readonly state: string
  readonly answer: Answer | null
  readonly note: string | null
  readonly answeredName: string | null
  readonly answeredAt: Date | null
}
export type UnitPart = {
  readonly unitId: UnitId
  readonly name: string
  readonly counts: Counts
  readonly total: number
}
export type Receipt = {
  readonly number: number
  readonly confirmedAt: Date
  readonly byName: string
  readonly counts: Counts
}

const reviewOf = (row: {
  id: string
  number: number
  openedAt: Date
  openedName: string
  dueOn: Date
  remindedOn: Date | null
  closedAt: Date | null
}): ReviewRow => ({ ...row, dueOn: dayFromDb(row.dueOn), remindedOn: row.remindedOn && dayFromDb(row.remindedOn) })

const countsOf = (row: Readonly<Record<string, unknown>>): Counts =>
  Object.fromEntries([...ANSWERS, 'open' as const].map((each) => [each, Number(row[each] ?? 0)])) as Counts

export async function lock(db: Db, id: string): Promise<ReviewRow | null> {
  await db.$queryRaw`SELECT 1 FROM review WHERE id = ${id}::uuid FOR UPDATE`
  return find(db, id)
}
export async function find(db: Db, id: string): Promise<ReviewRow | null> {
  const row = await db.review.findUnique({ where: { id } })
  return row && reviewOf(row)
}
/** Newest first. */
export const all = async (db: Db, limit: number): Promise<ReviewRow[]> =>
  (await db.review.findMany({ orderBy: { number: 'desc' }, take: limit })).map(reviewOf)

/** A review of everybody who serves, each in the list of their unit; answers how many. */
export async function open(
  db: Db,
  review: { id: string; at: Date; byName: string; dueOn: Day },
  states: readonly string[],
): Promise<number> {
  const { id, at, byName, dueOn } = review
  await db.review.create({ data: { id, openedAt: at, openedName: byName, dueOn: dayToDb(dueOn) } })
  return db.$executeRaw`
    INSERT INTO review_line (review_id, account_id, unit_id)
    SELECT ${id}::uuid, id, unit_id FROM account WHERE kind = 'person' AND state = ANY (${[...states]})`
}

/** The units of a review within reach with their counts, by name; `unit` narrows it to one. */
export async function parts(
  db: Db,
  id: string,
  of: { scope: UnitId[] | null; unit?: UnitId | null; on: Day; limit: number; offset: number },
): Promise<UnitPart[]> {
  const rows = await db.$queryRaw<(Record<string, unknown> & { unitId: UnitId; name: string | null; total: number })[]>`
    SELECT l.unit_id AS "unitId", count(*)::int AS total,
      coalesce((SELECT name FROM unit_version v WHERE v.unit_id = l.unit_id ORDER BY valid_from DESC LIMIT 1), '') AS name,
      count(*) FILTER (WHERE answer = 'keep')::int AS keep, count(*) FILTER (WHERE answer = 'change')::int AS change,
      count(*) FILTER (WHERE answer = 'gone')::int AS gone, count(*) FILTER (WHERE answer = 'unknown')::int AS unknown,
      count(*) FILTER (WHERE answer IS NULL)::int AS open
    FROM review_line l WHERE l.review_id = ${id}::uuid
      AND (${of.scope}::uuid[] IS NULL OR l.unit_id = ANY (${of.scope}::uuid[]))
      AND (${of.unit ?? null}::uuid IS NULL OR l.unit_id = ${of.unit ?? null}::uuid)
    GROUP BY l.unit_id ORDER BY name, l.unit_id LIMIT ${of.limit} OFFSET ${of.offset}`
  return rows.map((row) => ({ unitId: row.unitId, name: row.name ?? '', total: row.total, counts: countsOf(row) }))
}

/** All counts of a review within reach, and how many units it has there. */
export async function totals(db: Db, id: string, scope: UnitId[] | null): Promise<{ counts: Counts; units: number }> {
  const [row] = await db.$queryRaw<Record<string, unknown>[]>`
    SELECT count(DISTINCT unit_id)::int AS units,
      count(*) FILTER (WHERE answer = 'keep')::int AS keep, count(*) FILTER (WHERE answer = 'change')::int AS change,
      count(*) FILTER (WHERE answer = 'gone')::int AS gone, count(*) FILTER (WHERE answer = 'unknown')::int AS unknown,
      count(*) FILTER (WHERE answer IS NULL)::int AS open
    FROM review_line WHERE review_id = ${id}::uuid
      AND (${scope}::uuid[] IS NULL OR unit_id = ANY (${scope}::uuid[]))`
  return { counts: countsOf(row ?? {}), units: Number(row?.['units'] ?? 0) }
}

export const receipts = async (db: Db, id: string, units: readonly string[]): Promise<Map<string, Receipt>> =>
  new Map(
    (await db.reviewReceipt.findMany({ where: { reviewId: id, unitId: { in: [...units] } } })).map((row) => [
      row.unitId,
      { ...row, counts: countsOf(row.counts as Record<string, unknown>) },
    ]),
  )

/** A page of a unit's list, by name; those without an answer first where asked. */
export const lines = (
  db: Db,
  id: string,
  unit: UnitId,
  of: { on: Day; answer: Answer | 'open' | null; limit: number; offset: number },
): Promise<Line[]> =>
  db.$queryRaw`
    SELECT l.account_id AS "accountId", a.display_name AS "displayName", a.login, a.state, l.answer, l.note,
      l.answered_name AS "answeredName", l.answered_at AS "answeredAt",
      (SELECT title FROM post WHERE person_id = a.person_id AND is_primary AND valid_from <= ${dayToDb(of.on)}::date
        ORDER BY valid_from DESC LIMIT 1) AS title
    FROM review_line l JOIN account a ON a.id = l.account_id
    WHERE l.review_id = ${id}::uuid AND l.unit_id = ${unit}::uuid
      AND (${of.answer}::text IS NULL OR coalesce(l.answer, 'open') = ${of.answer})
    ORDER BY a.sort_key, a.id LIMIT ${of.limit} OFFSET ${of.offset}`

export type Given = { readonly id: string; readonly answer: Answer; readonly note: string | null }
/** Writes answers to lines of this unit that say something new; answers how many. */
export const answer = (
  db: Db,
  id: string,
  unit: UnitId,
  given: readonly Given[],
  by: { name: string; at: Date },
): Promise<number> =>
  db.$executeRaw`
    UPDATE review_line l SET answer = x.answer, note = x.note, answered_name = ${by.name}, answered_at = ${by.at}
    FROM jsonb_to_recordset(${JSON.stringify(given)}::jsonb) AS x(id uuid, answer text, note text)
    WHERE l.review_id = ${id}::uuid AND l.unit_id = ${unit}::uuid AND l.account_id = x.id
      AND (l.answer, l.note) IS DISTINCT FROM (x.answer, x.note)`

/** Everybody in the unit's list of whom nothing was said is kept; answers how many. */
export const keepRest = (db: Db, id: string, unit: UnitId, by: { name: string; at: Date }): Promise<number> =>
  db.$executeRaw`
    UPDATE review_line SET answer = 'keep', answered_name = ${by.name}, answered_at = ${by.at}
    WHERE review_id = ${id}::uuid AND unit_id = ${unit}::uuid AND answer IS NULL`

export const confirm = async (
  db: Db,
  id: string,
  unit: UnitId,
  by: { name: string; at: Date },
  counts: Counts,
): Promise<Receipt> => {
  const data = { reviewId: id, unitId: unit, confirmedAt: by.at, byName: by.name, counts }
  return { ...(await db.reviewReceipt.create({ data })), counts }
}

/** Administrators of units who may sign in, with how many lines in their units and those below wait for an answer. */
export const waitingFor = (
  db: Db,
  id: string,
  on: Day,
): Promise<
  { accountId: AccountId; name: string; local: string; language: 'vi' | 'en'; open: number; total: number }[]
> =>
  db.$queryRaw`
    SELECT a.id AS "accountId", a.display_name AS name, ad.local, a.language,
      count(l.account_id) FILTER (WHERE l.answer IS NULL)::int AS open, count(l.account_id)::int AS total
    FROM account a
    JOIN address ad ON ad.holder_kind = 'account' AND ad.holder_id = a.id AND ad.role = 'primary' AND ad.state = 'live'
    JOIN LATERAL (
      SELECT array_agg(g.unit_id) AS units FROM role_grant g
      WHERE g.account_id = a.id AND g.role = 'unit-admin' AND g.unit_id IS NOT NULL
        AND g.valid_from <= ${dayToDb(on)}::date AND (g.valid_to IS NULL OR g.valid_to > ${dayToDb(on)}::date)) r
      ON r.units IS NOT NULL
    JOIN review_line l ON l.review_id = ${id}::uuid
      AND l.unit_id IN (SELECT unit_subtree(r.units, ${dayToDb(on)}::date))
    WHERE a.state IN ('active', 'on-leave') GROUP BY a.id, a.display_name, ad.local, a.language ORDER BY a.id`

export const note = (db: Db, id: string, data: { remindedOn?: Day; closedAt?: Date }): Promise<unknown> =>
  db.review.update({
    where: { id },
    data: {
      ...(data.remindedOn && { remindedOn: dayToDb(data.remindedOn) }),
      ...(data.closedAt && { closedAt: data.closedAt }),
    },
  })

/** Accounts that nobody confirmed in closed reviews, on which the policy was not yet carried out; protected ones left out. */
export const toAct = (
  db: Db,
  protectedRoles: readonly string[],
  on: Day,
  limit: number,
): Promise<{ reviewId: string; id: AccountId }[]> =>
  db.$queryRaw`
    SELECT l.review_id::text AS "reviewId", l.account_id::text AS id FROM review_line l
    JOIN review r ON r.id = l.review_id JOIN account a ON a.id = l.account_id
    WHERE r.closed_at IS NOT NULL AND l.answer IS NULL AND l.acted_at IS NULL AND a.state = 'active'
      AND r.number = (SELECT max(number) FROM review)
      AND NOT EXISTS (SELECT FROM role_grant g WHERE g.account_id = a.id AND g.role = ANY (${[...protectedRoles]})
        AND (g.valid_to IS NULL OR g.valid_to > ${dayToDb(on)}::date))
    ORDER BY l.account_id LIMIT ${limit}`

export const actedSince = (db: Db, at: Date): Promise<number> =>
  db.reviewLine.count({ where: { actedAt: { gte: at } } })
export const noteActed = (db: Db, reviewId: string, accountId: string, at: Date): Promise<unknown> =>
  db.reviewLine.update({ where: { reviewId_accountId: { reviewId, accountId } }, data: { actedAt: at } })
