import { Prisma } from '../db/generated/client.ts'
import { dayToDb, type Day } from '../kernel/day.ts'
import { EmailAddress } from '../kernel/email-address.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import type { Deputyship, Holding, PlacedUnit } from './organisation.ts'

type Db = Prisma.TransactionClient

/** A unit and all above it, nearest first, with names and places as they are or last were. */
export const chain = (db: Db, unit: UnitId, on: Day): Promise<PlacedUnit[]> =>
  db.$queryRaw`
    WITH RECURSIVE up AS (
      SELECT v.*, 0 AS depth FROM (
        SELECT unit_id, parent_id, name, kind FROM unit_version
        WHERE unit_id = ${unit}::uuid AND valid_from <= ${dayToDb(on)}::date ORDER BY valid_from DESC LIMIT 1) v
      UNION ALL
      SELECT v.unit_id, v.parent_id, v.name, v.kind, up.depth + 1 FROM up JOIN LATERAL (
        SELECT unit_id, parent_id, name, kind FROM unit_version
        WHERE unit_id = up.parent_id AND valid_from <= ${dayToDb(on)}::date ORDER BY valid_from DESC LIMIT 1) v ON true
      WHERE up.depth < 30
    )
    SELECT unit_id::text AS id, parent_id::text AS "parentId", name, kind FROM up ORDER BY depth`

/** Every unit that has been, with its name and place as they are or last were. */
export const units = (db: Db, on: Day): Promise<PlacedUnit[]> =>
  db.$queryRaw`
    SELECT DISTINCT ON (unit_id) unit_id::text AS id, parent_id::text AS "parentId", name, kind FROM unit_version
    WHERE valid_from <= ${dayToDb(on)}::date ORDER BY unit_id, valid_from DESC`

type Row = Omit<Holding, 'address'> & { local: string }
const FACTS = Prisma.sql`a.id::text AS "accountId", a.display_name AS name, ad.local, a.language,
  p.nin_hash AS "ninHash", p.contact_email AS "contactEmail"`
const ACTIVE = Prisma.sql`a.state = 'active'`
const JOINS = Prisma.sql`
  JOIN address ad ON ad.holder_kind = 'account' AND ad.holder_id = a.id AND ad.role = 'primary' AND ad.state = 'live'
  LEFT JOIN person p ON p.id = a.person_id`
const memberOf = ({ local, ...row }: Row, domain: string): Holding => ({
  ...row,
  address: EmailAddress.parse(`${local}@${domain}`),
})

/** Administrators of these units (of all, without any named) and IT staff (without a unit), who can sign in today. */
export async function holdings(db: Db, within: readonly UnitId[] | null, on: Day, domain: string): Promise<Holding[]> {
  const rows = await db.$queryRaw<Row[]>`
    SELECT DISTINCT ${FACTS}, g.unit_id::text AS "unitId"
    FROM role_grant g JOIN account a ON a.id = g.account_id AND ${ACTIVE} ${JOINS}
    WHERE g.role IN ('unit-admin', 'it-staff') AND g.valid_from <= ${dayToDb(on)}::date
      AND (g.valid_to IS NULL OR g.valid_to > ${dayToDb(on)}::date)
      AND (${within}::uuid[] IS NULL OR g.unit_id IS NULL OR g.unit_id = ANY (${within}::uuid[]))`
  return rows.map((row) => memberOf(row, domain))
}

/** Who stands for these people today, and may sign in. */
export async function deputyships(
  db: Db,
  principals: readonly AccountId[],
  on: Day,
  domain: string,
): Promise<Deputyship[]> {
  if (principals.length === 0) return []
  const rows = await db.$queryRaw<(Row & { of: AccountId })[]>`
    SELECT ${FACTS}, NULL AS "unitId", d.account_id::text AS "of"
    FROM deputy d JOIN account a ON a.id = d.deputy_id AND ${ACTIVE} ${JOINS}
    WHERE d.account_id = ANY (${principals}::uuid[]) AND d.valid_from <= ${dayToDb(on)}::date AND d.valid_to > ${dayToDb(on)}::date`
  return rows.map(({ of, ...row }) => ({ of, deputy: memberOf(row, domain) }))
}

/** Somebody by their account, whatever they hold. */
export async function member(db: Db, id: AccountId, domain: string): Promise<Holding | null> {
  const rows = await db.$queryRaw<Row[]>`
    SELECT ${FACTS}, NULL AS "unitId" FROM account a ${JOINS} WHERE a.id = ${id}::uuid`
  const [row] = rows
  return row ? memberOf(row, domain) : null
}
