import { Prisma } from '../db/generated/client.ts'
import { dayToDb, type Day } from '../kernel/day.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import type { AccountKind } from './account.ts'

type Db = Prisma.TransactionClient

export type Sized = {
  readonly id: AccountId
  readonly kind: AccountKind
  readonly unitId: UnitId
  readonly quotaMb: number
  readonly ownMb: number | null
  readonly title: string | null
}

const sized = (on: Day) => Prisma.sql`
  SELECT a.id, a.kind, a.unit_id AS "unitId", a.quota_mb AS "quotaMb", a.quota_own_mb AS "ownMb",
    (SELECT title FROM post WHERE person_id = a.person_id AND is_primary AND valid_from <= ${dayToDb(on)}::date
      ORDER BY valid_from DESC LIMIT 1) AS title
  FROM account a`

/** Accounts that changed since their size was worked out, locked; those that somebody else has in hand come later. */
export const unseen = (db: Db, on: Day, limit: number): Promise<Sized[]> =>
  db.$queryRaw`
    ${sized(on)} WHERE a.quota_seen <> a.revision AND a.state NOT IN ('deleted', 'tombstone')
    ORDER BY a.id LIMIT ${limit} FOR UPDATE OF a SKIP LOCKED`

export async function one(db: Db, id: AccountId, on: Day): Promise<Sized | null> {
  const [row] = await db.$queryRaw<Sized[]>`${sized(on)} WHERE a.id = ${id}::uuid`
  return row ?? null
}

export async function setSizes(db: Db, sizes: readonly { id: AccountId; quotaMb: number }[]): Promise<void> {
  await db.$executeRaw`
    UPDATE account a SET quota_mb = x.mb FROM json_to_recordset(${JSON.stringify(
      sizes.map(({ id, quotaMb: mb }) => ({ id, mb })),
    )}::json) AS x(id uuid, mb int) WHERE a.id = x.id`
}

export const noteSeen = (db: Db, ids: readonly AccountId[]): Promise<number> =>
  db.$executeRaw`UPDATE account SET quota_seen = revision WHERE id = ANY (${ids}::uuid[])`

/** Every size is to be worked out anew. */
export const forgetSeen = (db: Db): Promise<number> =>
  db.$executeRaw`UPDATE account SET quota_seen = 0 WHERE quota_seen <> 0`

/** The unit above each unit that stands on a day. */
export async function parents(db: Db, on: Day): Promise<ReadonlyMap<UnitId, UnitId | null>> {
  const rows = await db.$queryRaw<{ id: UnitId; parent: UnitId | null }[]>`
    SELECT unit_id AS id, parent_id AS parent FROM unit_on(${dayToDb(on)}::date)`
  return new Map(rows.map(({ id, parent }) => [id, parent]))
}
