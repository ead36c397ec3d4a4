import { Prisma } from '../db/generated/client.ts'
import { dayFromDb, dayToDb, type Day } from '../kernel/day.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import type { ReorganisationId } from './reorganisation.ts'

type Db = Prisma.TransactionClient

/** An account that a plan reaches, as lists show it. */
export type MoveLine = {
  readonly id: AccountId
  readonly kind: string
  readonly name: string
  readonly title: string | null
  readonly from: UnitId
  readonly to: UnitId
  /** Its new primary address; null where it keeps its own. */
  readonly local: string | null
}

/** A page of what a plan has moved, by name. */
export const moves = (
  db: Db,
  id: ReorganisationId,
  filter: { unit: UnitId | null; limit: number; offset: number },
): Promise<(MoveLine & { total: number })[]> =>
  db.$queryRaw`
    SELECT a.id, a.kind, a.display_name AS name, m.from_id AS "from", m.to_id AS "to", m.local,
      (SELECT title FROM post WHERE person_id = a.person_id AND is_primary ORDER BY valid_from DESC LIMIT 1) AS title,
      count(*) OVER ()::int AS total
    FROM reorganisation_move m JOIN account a ON a.id = m.account_id
    WHERE m.reorganisation_id = ${id}::uuid AND (${filter.unit}::uuid IS NULL OR ${filter.unit}::uuid IN (m.from_id, m.to_id))
    ORDER BY a.sort_key, a.id LIMIT ${filter.limit} OFFSET ${filter.offset}`

export type ReportRow = { readonly from: UnitId; readonly to: UnitId; readonly kind: string; readonly n: number }

/** How many of each kind went from where to where. */
export const report = (db: Db, id: ReorganisationId): Promise<ReportRow[]> =>
  db.$queryRaw`
    SELECT m.from_id AS "from", m.to_id AS "to", a.kind, count(*)::int AS n
    FROM reorganisation_move m JOIN account a ON a.id = m.account_id
    WHERE m.reorganisation_id = ${id}::uuid GROUP BY 1, 2, 3`

/**
 * What units were called on the day before, or what they were called first; a department with the unit above, for there is one of
 * its name in many.
 */
export async function namesBefore(db: Db, ids: readonly UnitId[], on: Day): Promise<Map<UnitId, string>> {
  const day = dayToDb(on)
  const rows = await db.$queryRaw<{ id: UnitId; name: string; above: string | null }[]>`
    SELECT v.id, v.name, p.name AS above FROM (
      SELECT DISTINCT ON (unit_id) unit_id AS id, name, kind, parent_id FROM unit_version WHERE unit_id = ANY (${ids}::uuid[])
      ORDER BY unit_id, (valid_from < ${day}::date) DESC,
        CASE WHEN valid_from < ${day}::date THEN valid_from END DESC NULLS LAST, valid_from) v
    LEFT JOIN LATERAL (
      SELECT name FROM unit_version WHERE unit_id = v.parent_id AND v.kind = 'department' AND valid_from < ${day}::date
      ORDER BY valid_from DESC LIMIT 1) p ON true`
  return new Map(rows.map(({ id, name, above }) => [id, within(name, above)]))
}

/** A unit’s name with that of the unit above, where it says nothing by itself. */
export const within = (name: string, above: string | null | undefined): string =>
  above == null ? name : `${name} (${above})`

export type Passage = {
  readonly unit: UnitId
  readonly name: string
  readonly on: Day
  readonly plan: { readonly id: ReorganisationId; readonly number: number; readonly name: string } | null
}
type PassageRow = {
  unit: UnitId
  name: string
  on_day: Date
  plan_id: ReorganisationId | null
  number: number
  plan: string
}

/** Whom a unit took over from, and who took over from it. */
export async function passages(db: Db, unit: UnitId): Promise<{ from: Passage[]; to: Passage[] }> {
  const read = async (own: 'from_id' | 'to_id', other: 'from_id' | 'to_id'): Promise<Passage[]> => {
    const rows = await db.$queryRaw<PassageRow[]>`
      SELECT s.${Prisma.raw(other)} AS unit, s.on_day, s.plan_id, coalesce(r.number, 0) AS number, coalesce(r.name, '') AS plan,
        (SELECT name FROM unit_version v WHERE v.unit_id = s.${Prisma.raw(other)} ORDER BY (v.valid_from <= s.on_day) DESC,
          valid_from DESC LIMIT 1) AS name
      FROM unit_succession s LEFT JOIN reorganisation r ON r.id = s.plan_id
      WHERE s.${Prisma.raw(own)} = ${unit}::uuid ORDER BY s.on_day, name COLLATE "vi-x-icu"`
    return rows.map((row) => ({
      ...{ unit: row.unit, name: row.name, on: dayFromDb(row.on_day) },
      plan: row.plan_id && { id: row.plan_id, number: row.number, name: row.plan },
    }))
  }
  return { from: await read('to_id', 'from_id'), to: await read('from_id', 'to_id') }
}

/** Addresses that reach another mailbox by a plan that was carried out, with the unit that has it now. */
export const aliases = (
  db: Db,
  id: ReorganisationId,
): Promise<{ local: string; from: UnitId | null; to: UnitId; until: Date | null }[]> =>
  db.$queryRaw`
    SELECT x.after ->> 'local' AS local, m.from_id AS "from", a.unit_id AS "to", (x.after ->> 'until')::timestamptz AS until
    FROM reorganisation_trace t
    CROSS JOIN LATERAL jsonb_to_recordset(t.body) AS x(before jsonb, after jsonb)
    JOIN account a ON a.id = (x.after ->> 'holder')::uuid
    LEFT JOIN reorganisation_move m ON m.reorganisation_id = t.reorganisation_id
      AND m.account_id = (x.before ->> 'holder')::uuid
    WHERE t.reorganisation_id = ${id}::uuid AND t.kind = 'addresses' AND x.after ->> 'role' = 'alias' ORDER BY 1`
