import { Prisma } from '../db/generated/client.ts'
import { dayFromDb, dayToDb, type Day } from '../kernel/day.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import type { PersonName } from '../kernel/person-name.ts'
import type { UnitCodes, UnitKind } from '../units/unit.ts'
import {
  BELONGINGS,
  type Belonging,
  type Box,
  type Grant,
  type SecondPost,
  type StandingUnit,
  type WaitingChange,
} from './world.ts'

type Db = Prisma.TransactionClient

/** Every unit as it stands on that day by what is entered now. */
export async function units(db: Db, on: Day): Promise<Map<UnitId, StandingUnit>> {
  const rows = await db.$queryRaw<
    {
      unit_id: UnitId
      number: number
      name: string
      kind: UnitKind
      parent_id: UnitId | null
      codes: UnitCodes
      valid_from: Date
      valid_to: Date | null
    }[]
  >`SELECT * FROM unit_on(${dayToDb(on)}::date)`
  return new Map(
    rows.map((row) => [
      row.unit_id,
      {
        ...{ id: row.unit_id, number: row.number, name: row.name, kind: row.kind, parentId: row.parent_id },
        ...{ codes: row.codes, validFrom: dayFromDb(row.valid_from) },
        validTo: row.valid_to === null ? null : dayFromDb(row.valid_to),
      },
    ]),
  )
}

/** Accounts of these units, the mailboxes of those that take over, and these accounts; what is buried is left out. */
export const boxes = (
  db: Db,
  asked: { readonly of: readonly UnitId[]; readonly heirs: readonly UnitId[]; readonly ids: readonly AccountId[] },
  on: Day,
): Promise<Box[]> =>
  db.$queryRaw`
    SELECT a.id, a.kind, a.unit_id AS "unitId", a.display_name AS name, coalesce(ad.local, a.login) AS local,
      po.title, a.state = 'active' AS active
    FROM account a
    LEFT JOIN address ad ON ad.holder_kind = 'account' AND ad.holder_id = a.id AND ad.role = 'primary' AND ad.state = 'live'
    LEFT JOIN LATERAL (
      SELECT title FROM post WHERE person_id = a.person_id AND is_primary AND valid_from <= ${dayToDb(on)}::date
      ORDER BY valid_from DESC LIMIT 1) po ON true
    WHERE a.state <> 'tombstone' AND (a.unit_id = ANY (${asked.of}::uuid[])
      OR (a.unit_id = ANY (${asked.heirs}::uuid[]) AND a.kind = 'unit') OR a.id = ANY (${asked.ids}::uuid[]))
    ORDER BY a.id`

/** Posts beside people's own, in these units, from that day on. */
export const seconds = (db: Db, units: readonly UnitId[], on: Day): Promise<SecondPost[]> =>
  db.$queryRaw`
    SELECT p.id, a.id AS "accountId", p.unit_id AS "unitId", p.title, a.unit_id AS own
    FROM post p JOIN account a ON a.person_id = p.person_id
    WHERE p.unit_id = ANY (${units}::uuid[]) AND NOT p.is_primary AND a.state <> 'tombstone'
      AND (p.valid_to IS NULL OR p.valid_to > ${dayToDb(on)}::date) AND p.valid_from < ${dayToDb(on)}::date
    ORDER BY p.id`

/** Who administers which unit on that day, and can sign in. */
export const grants = (db: Db, on: Day): Promise<Grant[]> =>
  db.$queryRaw`
    SELECT g.id, g.account_id AS "accountId", g.unit_id AS "unitId", a.state = 'active' AS active
    FROM role_grant g JOIN account a ON a.id = g.account_id
    WHERE g.role = 'unit-admin' AND g.valid_from <= ${dayToDb(on)}::date
      AND (g.valid_to IS NULL OR g.valid_to > ${dayToDb(on)}::date)
    ORDER BY g.id`

/** Whose approvals others stand in for, now or later. */
export async function deputised(db: Db, on: Day): Promise<Set<AccountId>> {
  const rows = await db.$queryRaw<{ id: AccountId }[]>`
    SELECT DISTINCT account_id AS id FROM deputy WHERE valid_to > ${dayToDb(on)}::date`
  return new Set(rows.map(({ id }) => id))
}

/** Changes that are asked for and not yet made, by the text in which they name units. */
export const openChanges = (db: Db): Promise<{ id: string; text: string }[]> =>
  db.$queryRaw`
    SELECT id, units::text || seats::text || command::text AS text FROM scheduled_change
    WHERE state IN ('proposed', 'waiting') ORDER BY id`

/** Those of them that name one of these, in their command too; `locked`, so that nobody agrees to one meanwhile. */
export async function changesNaming(db: Db, ids: readonly string[], locked = false): Promise<WaitingChange[]> {
  const found = (await openChanges(db)).filter(({ text }) => ids.some((id) => text.includes(id))).map(({ id }) => id)
  if (found.length === 0) return []
  return db.$queryRaw`
    SELECT id, about::text[] AS about, units::text[] AS units, seats, command FROM scheduled_change
    WHERE id = ANY (${found}::uuid[]) AND state IN ('proposed', 'waiting') ORDER BY id
    ${locked ? Prisma.sql`FOR UPDATE` : Prisma.empty}`
}

/** What belongs to these units, in numbers. */
export async function belongings(
  db: Db,
  ids: readonly UnitId[],
): Promise<Map<UnitId, Readonly<Record<Belonging, number>>>> {
  const rows = await db.$queryRaw<{ unit: UnitId; what: Belonging; n: number }[]>`
    WITH asked AS (SELECT unnest(${ids}::uuid[]) AS unit)
    SELECT unit, 'requests' AS what, count(*)::int AS n FROM asked JOIN request ON (unit_id = unit
        OR EXISTS (SELECT FROM jsonb_path_query(body, '$.rule[*].unitId') u WHERE u #>> '{}' = unit::text))
      AND state IN ('draft', 'submitted', 'returned') GROUP BY 1
    UNION ALL SELECT unit, 'lists', count(*)::int FROM asked JOIN mail_group g ON g.kind = 'list' AND (g.unit_id = unit
      OR EXISTS (SELECT FROM jsonb_array_elements(g.rule) c WHERE c ->> 'unitId' = unit::text)) GROUP BY 1
    UNION ALL SELECT unit, 'imports', count(*)::int FROM asked JOIN import i ON i.unit_id = unit AND i.ended_at IS NULL GROUP BY 1
    UNION ALL SELECT unit, 'spellings', count(*)::int FROM asked JOIN import_spelling s ON s.unit_id = unit GROUP BY 1
    UNION ALL SELECT unit, 'mappings', count(*)::int FROM asked JOIN import_mapping m ON m.sender = unit::text GROUP BY 1`
  const found = new Map<UnitId, Record<Belonging, number>>()
  const at = (unit: UnitId) => {
    const known =
      found.get(unit) ?? (Object.fromEntries(BELONGINGS.map((what) => [what, 0])) as Record<Belonging, number>)
    found.set(unit, known)
    return known
  }
  for (const { unit, what, n } of rows) at(unit)[what] = n
  const named = new Set<string>(ids)
  for (const { text } of await openChanges(db))
    for (const id of new Set(text.match(/[0-9a-f]{8}-[0-9a-f-]{27}/g) ?? []))
      if (named.has(id)) at(id as UnitId).changes++
  return found
}

/** Who has which of these addresses. */
export async function holders(db: Db, locals: readonly string[], at: Date): Promise<Map<string, string>> {
  const rows = await db.$queryRaw<{ local: string; holder: string }[]>`
    SELECT local, holder_id AS holder FROM address
    WHERE namespace_id = 1 AND local = ANY (${locals}::text[]) AND NOT (state = 'reserved' AND until < ${at})`
  return new Map(rows.map(({ local, holder }) => [local, holder]))
}

/** The names of these people. */
export async function names(db: Db, ids: readonly AccountId[]): Promise<Map<AccountId, PersonName>> {
  const rows = await db.$queryRaw<(PersonName & { id: AccountId })[]>`
    SELECT a.id, p.full_name AS full, p.surname, p.middle, p.given FROM account a JOIN person p ON p.id = a.person_id
    WHERE a.id = ANY (${ids}::uuid[])`
  return new Map(rows.map(({ id, ...name }) => [id, name]))
}
