import type { Prisma } from '../db/generated/client.ts'
import { dayFromDb, dayToDb, type Day } from '../kernel/day.ts'
import type { AccountId } from '../kernel/ids.ts'
import { SERVING, type AccountState, type LeavingCause, type Life } from './life.ts'

type Db = Prisma.TransactionClient

type Row = {
  id: string
  kind: string
  state: string
  has_password: boolean
  held: boolean
  hold_asked: boolean
  since: Date
  until: Date | null
  cause: string | null
  reply: string | null
  title: string | null
  archive_verified: boolean
  merged: boolean
}

const lifeOf = (row: Row): Life => ({
  state: row.state as AccountState,
  personal: row.kind === 'person',
  hasPassword: row.has_password,
  held: row.held,
  holdAsked: row.hold_asked,
  since: dayFromDb(row.since),
  until: row.until === null ? null : dayFromDb(row.until),
  cause: row.cause as LeavingCause | null,
  reply: row.reply,
  title: row.title,
  archiveVerified: row.archive_verified,
  merged: row.merged,
})

/** The lives of accounts, which the caller has locked where it means to change them. */
export async function livesOf(db: Db, ids: readonly string[], on: Day): Promise<Map<string, Life>> {
  const rows = await db.$queryRaw<Row[]>`
    SELECT a.id, a.kind, a.state, a.secret_cipher IS NOT NULL AS has_password, a.held,
      account_hold_asked(a.id) AS hold_asked, a.state_since AS since,
      a.state_until AS until, a.leaving_cause AS cause, a.reply,
      (SELECT title FROM post WHERE person_id = a.person_id AND is_primary AND valid_from <= ${dayToDb(on)}::date
        ORDER BY valid_from DESC LIMIT 1) AS title,
      EXISTS (SELECT FROM mail_archive m WHERE m.account_id = a.id AND m.no = a.archive_no) AS archive_verified,
      EXISTS (SELECT FROM person p WHERE p.id = a.person_id AND p.merged_into IS NOT NULL) AS merged
    FROM account a WHERE a.id = ANY (${ids}::uuid[])`
  return new Map(rows.map((row) => [row.id, lifeOf(row)]))
}

/** A life as it is to be written; `archive` begins the next archive, `restore` brings the last one back. */
export type Written = Life & {
  readonly id: string
  readonly archive: boolean
  readonly restore: boolean
  readonly endsSessions: boolean
}

/** Writes lives; who may no longer have a password loses it. The revisions grow by the caller's next step. */
export async function save(db: Db, lives: readonly Written[]): Promise<void> {
  const rows = lives.map(
    ({ id, state, held, since, until, cause, reply, hasPassword, archive, restore, endsSessions }) => ({
      ...{ id, state, held, since, until, cause, reply, archive, restore },
      ...{ secret: hasPassword, sessions: endsSessions },
    }),
  )
  await db.$executeRaw`
    UPDATE account a SET state = x.state, held = x.held, state_since = x.since, state_until = x.until,
      leaving_cause = x.cause, reply = x.reply, secret_cipher = CASE WHEN x.secret THEN a.secret_cipher END,
      restore_no = CASE WHEN x.restore THEN (SELECT max(no) FROM mail_archive m
        WHERE m.account_id = a.id AND m.no = a.archive_no AND m.messages > 0) WHEN x.archive THEN NULL ELSE a.restore_no END,
      archive_no = CASE WHEN x.archive THEN a.archive_no + 1 ELSE a.archive_no END,
      ended_revision = CASE WHEN x.sessions THEN a.revision + 1 ELSE a.ended_revision END,
      idle_warned_at = NULL
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      AS x(id uuid, state text, held boolean, since date, until date, cause text, reply text, archive boolean, restore boolean,
        secret boolean, sessions boolean)
    WHERE a.id = x.id`
}

/** The roles that these accounts hold end today; answers them. */
export const endRoles = (
  db: Db,
  ids: readonly string[],
  today: Day,
): Promise<{ accountId: string; role: string; unitId: string | null }[]> =>
  db.$queryRaw`
    UPDATE role_grant SET valid_to = ${dayToDb(today)}::date
    WHERE account_id = ANY (${ids}::uuid[]) AND (valid_to IS NULL OR valid_to > ${dayToDb(today)}::date)
    RETURNING account_id AS "accountId", role, unit_id AS "unitId"`

/** How many of IT staff could still sign in if these could not. */
export async function otherStaff(db: Db, ids: readonly string[], today: Day): Promise<number> {
  const [row] = await db.$queryRaw<{ n: number }[]>`
    SELECT count(DISTINCT a.id)::int AS n FROM role_grant g JOIN account a ON a.id = g.account_id
    WHERE g.role = 'it-staff' AND (g.valid_to IS NULL OR g.valid_to > ${dayToDb(today)}::date)
      AND a.state IN ('active', 'on-leave') AND NOT a.id = ANY (${ids}::uuid[])`
  return row?.n ?? 0
}

/** The roles in force of an account. */
export async function rolesOf(db: Db, id: string, today: Day): Promise<string[]> {
  const rows = await db.$queryRaw<{ role: string }[]>`
    SELECT DISTINCT role FROM role_grant WHERE account_id = ${id}::uuid
      AND valid_from <= ${dayToDb(today)}::date AND (valid_to IS NULL OR valid_to > ${dayToDb(today)}::date)`
  return rows.map(({ role }) => role)
}

/** Their sessions on Congvu's own pages end at once. */
export const endSessions = (db: Db, ids: readonly string[]): Promise<number> =>
  db.$executeRaw`DELETE FROM session WHERE sess->>'accountId' = ANY (${ids}::text[])`

/** Their one-time links and slips end. */
export const endLinks = (db: Db, ids: readonly string[]): Promise<number> =>
  db.$executeRaw`
    DELETE FROM token WHERE subject = ANY (${ids}::text[]) AND purpose IN ('activation-link', 'activation-slip')
      AND used_at IS NULL`

/** Their posts end today; one that begins later never does. */
export async function endPosts(db: Db, ids: readonly string[], today: Day): Promise<void> {
  await db.$executeRaw`
    UPDATE post SET valid_to = greatest(valid_from, ${dayToDb(today)}::date)
    WHERE person_id IN (SELECT person_id FROM account WHERE id = ANY (${ids}::uuid[]))
      AND (valid_to IS NULL OR valid_to > ${dayToDb(today)}::date)`
}

/** Who comes back after all serves again where they did last. */
export async function reopenPosts(db: Db, ids: readonly string[], today: Day): Promise<void> {
  await db.$executeRaw`
    INSERT INTO post (id, person_id, unit_id, title, employment, is_primary, valid_from)
    SELECT gen_random_uuid(), a.person_id, a.unit_id, p.title, p.employment, true, ${dayToDb(today)}::date
    FROM account a JOIN LATERAL (
      SELECT title, employment, valid_to FROM post WHERE person_id = a.person_id AND is_primary
      ORDER BY valid_from DESC, valid_to DESC LIMIT 1) p ON p.valid_to IS NOT NULL
    WHERE a.id = ANY (${ids}::uuid[]) AND a.person_id IS NOT NULL`
}

/** Whether somebody left after that time. */
export const leftSince = async (db: Db, id: AccountId, at: Date): Promise<boolean> =>
  (await db.accountEvent.findFirst({
    where: { accountId: id, kind: 'left', at: { gt: at } },
    select: { id: true },
  })) !== null

/** Accounts whose state runs out today or has done so, and that a hold does not keep; a page of them by their ids. */
export async function runningOut(db: Db, today: Day, after: string | null, limit: number): Promise<AccountId[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT id::text AS id FROM account WHERE state_until <= ${dayToDb(today)}::date
      AND (${after}::uuid IS NULL OR id > ${after}::uuid) ORDER BY id LIMIT ${limit}`
  return rows.map(({ id }) => id as AccountId)
}

/** Accounts in one of these states, by identifier. */
export const accountsIn = async (db: Db, states: readonly AccountState[]): Promise<string[]> =>
  (await db.account.findMany({ where: { state: { in: [...states] } }, select: { id: true } })).map(({ id }) => id)

/** Notes archives that were counted on the disk. */
export async function noteArchived(
  db: Db,
  archives: readonly { id: string; no: number; messages: number; bytes: number }[],
  at: Date,
): Promise<void> {
  await db.$executeRaw`
    INSERT INTO mail_archive AS m (account_id, no, messages, bytes, verified_at)
    SELECT id, no, messages, bytes, ${at} FROM jsonb_to_recordset(${JSON.stringify(archives)}::jsonb)
      AS x(id uuid, no int, messages int, bytes bigint)
    ON CONFLICT (account_id, no) DO UPDATE
      SET messages = excluded.messages, bytes = excluded.bytes, verified_at = excluded.verified_at`
}

/** What was brought back need not be brought back again. */
export async function noteRestored(db: Db, archives: readonly { id: string; no: number }[], at: Date): Promise<void> {
  const json = JSON.stringify(archives)
  await db.$executeRaw`
    UPDATE mail_archive m SET restored_at = ${at}
    FROM jsonb_to_recordset(${json}::jsonb) AS x(id uuid, no int) WHERE m.account_id = x.id AND m.no = x.no`
  await db.$executeRaw`
    UPDATE account a SET restore_no = NULL
    FROM jsonb_to_recordset(${json}::jsonb) AS x(id uuid, no int) WHERE a.id = x.id AND a.restore_no = x.no`
}

/** Notes archives that were thrown away. */
export async function noteDiscarded(db: Db, archives: readonly { id: string; no: number }[], at: Date): Promise<void> {
  await db.$executeRaw`
    UPDATE mail_archive m SET discarded_at = ${at}
    FROM jsonb_to_recordset(${JSON.stringify(archives)}::jsonb) AS x(id uuid, no int)
    WHERE m.account_id = x.id AND m.no = x.no`
}

/** Somebody who serves, by login or by the local part of an address. */
export async function inService(db: Db, name: string): Promise<AccountId | null> {
  const [row] = await db.$queryRaw<{ id: AccountId }[]>`
    SELECT a.id FROM account a WHERE a.kind = 'person' AND a.state = ANY (${[...SERVING]}) AND (a.login = ${name}
      OR a.id = (SELECT holder_id FROM address WHERE namespace_id = 1 AND local = ${name} AND holder_kind = 'account'
        AND state = 'live'))
    LIMIT 1`
  return row?.id ?? null
}
