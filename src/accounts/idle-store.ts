import { Prisma } from '../db/generated/client.ts'
import { dayFromDb, dayToDb, type Day } from '../kernel/day.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import type { IdlePolicy, IdleStage } from './idle.ts'

type Db = Prisma.TransactionClient

/** An account that nobody has used for a while. */
export type IdleAccount = {
  readonly id: AccountId
  readonly login: string
  readonly displayName: string
  readonly unitId: UnitId
  readonly unitName: string
  readonly state: 'active' | 'idle-locked'
  readonly lastSignInAt: Date | null
  readonly lastUsed: Day
  readonly warnedOn: Day | null
}
type Row = Omit<IdleAccount, 'lastUsed' | 'warnedOn'> & { lastUsed: Date; warnedOn: Date | null }

const vietnam = (instant: Prisma.Sql) => Prisma.sql`(${instant} AT TIME ZONE 'Asia/Ho_Chi_Minh')::date`
/** The day of the last use; one that came back into use begins anew, since nobody could use it before. */
const used = Prisma.sql`coalesce(greatest(${vietnam(Prisma.sql`greatest(a.last_sign_in_at, a.activated_at)`)},
  CASE WHEN a.state = 'active' THEN a.state_since END), a.state_since)`
/** Somebody's own, into which they can sign in, or could until it was locked for being unused. */
const personal = Prisma.sql`a.kind = 'person' AND a.secret_cipher IS NOT NULL AND a.state IN ('active', 'idle-locked')`

const rowOf = (row: Row): IdleAccount => ({
  ...row,
  lastUsed: dayFromDb(row.lastUsed),
  warnedOn: row.warnedOn && dayFromDb(row.warnedOn),
})

/** Whose sign-ins are asked for, by their ids: everybody who can sign in to a mailbox. */
export const readable = (db: Db, after: string | null, limit: number): Promise<{ id: string; login: string }[]> =>
  db.$queryRaw`
    SELECT id::text AS id, login FROM account
    WHERE kind = 'person' AND ready_at IS NOT NULL AND state IN ('active', 'on-leave', 'idle-locked')
      AND (${after}::uuid IS NULL OR id > ${after}::uuid)
    ORDER BY id LIMIT ${limit}`

/** Notes sign-ins; a later one that is known stays. */
export async function noteSignIns(db: Db, found: readonly { id: string; at: Date }[]): Promise<void> {
  await db.$executeRaw`
    UPDATE account a SET last_sign_in_at = greatest(a.last_sign_in_at, x.at)
    FROM jsonb_to_recordset(${JSON.stringify(found)}::jsonb) AS x(id uuid, at timestamptz)
    WHERE a.id = x.id AND (a.last_sign_in_at IS NULL OR a.last_sign_in_at < x.at)`
}

/** When anybody at all last signed in, as far as is known; null when nobody ever did. */
export async function newestSignIn(db: Db): Promise<Date | null> {
  const { _max } = await db.account.aggregate({ _max: { lastSignInAt: true } })
  return _max.lastSignInAt
}

/** How many were locked for being unused since the beginning of this day. */
export const lockedOn = (db: Db, today: Day): Promise<number> =>
  db.account.count({ where: { state: 'idle-locked', stateSince: dayToDb(today) } })

/** Active accounts that were last used on or before this day, the longest unused first; `ids` narrows it to some. */
export async function unusedSince(db: Db, day: Day, ids: readonly string[] | null): Promise<IdleAccount[]> {
  const rows = await db.$queryRaw<Row[]>`
    SELECT a.id, a.login, a.display_name AS "displayName", a.unit_id AS "unitId", '' AS "unitName", a.state,
      a.last_sign_in_at AS "lastSignInAt", ${used} AS "lastUsed", ${vietnam(Prisma.sql`a.idle_warned_at`)} AS "warnedOn"
    FROM account a WHERE ${personal} AND a.state = 'active' AND ${used} <= ${dayToDb(day)}::date
      AND (${ids}::uuid[] IS NULL OR a.id = ANY (${ids}::uuid[]))
    ORDER BY ${used}, a.id`
  return rows.map(rowOf)
}

/** Notes that they were warned, so that they are not again. */
export const noteWarned = (db: Db, ids: readonly string[], at: Date): Promise<unknown> =>
  db.account.updateMany({ where: { id: { in: [...ids] } }, data: { idleWarnedAt: at } })

export type IdleFilter = {
  readonly stage: IdleStage
  readonly within: UnitId[] | null
  readonly unit: UnitId | null
  readonly on: Day
  readonly policy: IdlePolicy
}
const where = ({ stage, within, unit, on, policy }: IdleFilter) => Prisma.sql`
  ${personal} AND (${within}::uuid[] IS NULL OR a.unit_id = ANY (${within}::uuid[]))
  AND (${unit}::uuid IS NULL OR a.unit_id IN (SELECT unit_subtree(ARRAY[${unit}::uuid], ${dayToDb(on)}::date)))
  AND ${
    stage === 'locked'
      ? Prisma.sql`a.state = 'idle-locked'`
      : stage === 'warned'
        ? Prisma.sql`a.state = 'active' AND ${used} + ${policy.idleWarnDays}::int <= ${dayToDb(on)}::date`
        : Prisma.sql`${used} + ${policy.idleReviewDays}::int <= ${dayToDb(on)}::date`
  }`

/** Where an account stands in the list. */
export type IdlePlace = { readonly lastUsed: Day; readonly id: AccountId }

/** A page of unused accounts, the longest unused first; from a place on where one is given. */
export async function list(
  db: Db,
  filter: IdleFilter,
  page: { limit: number; offset: number; after?: IdlePlace | null },
): Promise<IdleAccount[]> {
  const { after = null } = page
  const rows = await db.$queryRaw<Row[]>`
    SELECT a.id, a.login, a.display_name AS "displayName", a.unit_id AS "unitId", a.state, a.last_sign_in_at AS "lastSignInAt",
      coalesce((SELECT name FROM unit_on(${dayToDb(filter.on)}::date) u WHERE u.unit_id = a.unit_id), '') AS "unitName",
      ${used} AS "lastUsed", ${vietnam(Prisma.sql`a.idle_warned_at`)} AS "warnedOn"
    FROM account a WHERE ${where(filter)}
      AND ${after ? Prisma.sql`(${used}, a.id) > (${dayToDb(after.lastUsed)}::date, ${after.id}::uuid)` : Prisma.sql`true`}
    ORDER BY ${used}, a.id LIMIT ${page.limit} OFFSET ${page.offset}`
  return rows.map(rowOf)
}

export async function count(db: Db, filter: IdleFilter): Promise<number> {
  const [row] = await db.$queryRaw<{ n: number }[]>`SELECT count(*)::int AS n FROM account a WHERE ${where(filter)}`
  return row?.n ?? 0
}
