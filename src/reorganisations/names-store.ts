import type { Prisma } from '../db/generated/client.ts'
import { dayToDb, type Day } from '../kernel/day.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import type { Nameable } from './written.ts'

type Db = Prisma.TransactionClient

/** Every unit as it stands on that day. */
export const unitsOn = (db: Db, on: Day): Promise<Nameable[]> =>
  db.$queryRaw`
    SELECT u.unit_id AS id, u.number, u.name, p.name AS "parentName"
    FROM unit_on(${dayToDb(on)}::date) u LEFT JOIN unit_on(${dayToDb(on)}::date) p ON p.unit_id = u.parent_id`

/** Accounts by their login or any of their living addresses, in small letters, with their unit. */
export async function accountsNamed(
  db: Db,
  keys: readonly string[],
): Promise<Map<string, { id: AccountId; unit: UnitId }>> {
  if (keys.length === 0) return new Map()
  const rows = await db.$queryRaw<{ key: string; id: AccountId; unit: UnitId }[]>`
    SELECT n.key, a.id, a.unit_id AS unit FROM (
      SELECT local AS key, holder_id AS id FROM address
      WHERE namespace_id = 1 AND holder_kind = 'account' AND state = 'live' AND local = ANY (${keys}::text[])
      UNION ALL SELECT login, id FROM account WHERE login = ANY (${keys}::text[]) AND state <> 'tombstone') n
    JOIN account a ON a.id = n.id`
  return new Map(rows.map(({ key, ...account }) => [key, account]))
}

/** What accounts are written as: their primary address, without the domain. */
export async function addressesOf(db: Db, ids: readonly AccountId[]): Promise<Map<AccountId, string>> {
  const rows = await db.$queryRaw<{ id: AccountId; local: string }[]>`
    SELECT a.id, coalesce(ad.local, a.login) AS local FROM account a
    LEFT JOIN address ad ON ad.holder_kind = 'account' AND ad.holder_id = a.id AND ad.role = 'primary' AND ad.state = 'live'
    WHERE a.id = ANY (${ids}::uuid[])`
  return new Map(rows.map(({ id, local }) => [id, local]))
}

/** What accounts are called, with their address. */
export async function peopleCalled(
  db: Db,
  ids: readonly AccountId[],
): Promise<Map<AccountId, { name: string; local: string }>> {
  const rows = await db.$queryRaw<{ id: AccountId; name: string; local: string }[]>`
    SELECT a.id, a.display_name AS name, coalesce(ad.local, a.login) AS local FROM account a
    LEFT JOIN address ad ON ad.holder_kind = 'account' AND ad.holder_id = a.id AND ad.role = 'primary' AND ad.state = 'live'
    WHERE a.id = ANY (${ids}::uuid[])`
  return new Map(rows.map(({ id, name, local }) => [id, { name, local }]))
}
