import type { Prisma } from '../db/generated/client.ts'
import { dayFromDb, dayToDb, type Day } from '../kernel/day.ts'
import type { UnitId } from '../kernel/ids.ts'
import type { UnitCodes, UnitKind } from './unit.ts'

type Db = Prisma.TransactionClient

export type VersionRow = {
  readonly id: string
  readonly unitId: UnitId
  readonly name: string
  readonly fold: string
  readonly kind: UnitKind
  readonly parentId: UnitId | null
  readonly codes: UnitCodes
}
export type Closed = { readonly id: string; readonly unitId: UnitId; readonly until: Day | null }

/** Locks units in one order. */
export const lock = (db: Db, ids: readonly UnitId[]): Promise<unknown> =>
  db.$queryRaw`SELECT 1 FROM unit WHERE id = ANY (${ids}::uuid[]) ORDER BY id FOR UPDATE`

/** Units with these identifiers; one that was taken back is there already, and stands nowhere. */
export const insertUnits = (db: Db, ids: readonly UnitId[]): Promise<number> =>
  db.$executeRaw`INSERT INTO unit (id) SELECT id FROM unnest(${ids}::uuid[]) WITH ORDINALITY x(id, n) ORDER BY n ON CONFLICT DO NOTHING`

/** Ends the versions in which these units stand on that day; those that began on it are left. */
export async function close(db: Db, ids: readonly UnitId[], on: Day): Promise<Closed[]> {
  const rows = await db.$queryRaw<{ id: string; unit_id: UnitId; until: Date | null }[]>`
    WITH old AS (
      SELECT id, valid_to FROM unit_version WHERE unit_id = ANY (${ids}::uuid[]) AND valid_from < ${dayToDb(on)}::date
        AND (valid_to IS NULL OR valid_to > ${dayToDb(on)}::date)
    )
    UPDATE unit_version v SET valid_to = ${dayToDb(on)}::date FROM old WHERE v.id = old.id
    RETURNING v.id, v.unit_id, old.valid_to AS until`
  return rows.map((row) => ({ id: row.id, unitId: row.unit_id, until: row.until && dayFromDb(row.until) }))
}

/** Versions from that day on. */
export const insertVersions = (db: Db, rows: readonly VersionRow[], from: Day, followed: boolean): Promise<number> =>
  db.$executeRaw`
    INSERT INTO unit_version (id, unit_id, name, fold, kind, parent_id, codes, valid_from, followed)
    SELECT id, "unitId", name, fold, kind, "parentId", codes, ${dayToDb(from)}::date, ${followed}
    FROM json_to_recordset(${JSON.stringify(rows)}::json)
      AS x(id uuid, "unitId" uuid, name text, fold text, kind text, "parentId" uuid, codes jsonb)`

export const insertSuccessions = (
  db: Db,
  rows: readonly { from: UnitId; to: UnitId }[],
  on: Day,
  plan: string,
): Promise<number> =>
  db.$executeRaw`
    INSERT INTO unit_succession (from_id, to_id, on_day, plan_id)
    SELECT "from", "to", ${dayToDb(on)}::date, ${plan}::uuid
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS x("from" uuid, "to" uuid)
    ON CONFLICT (from_id, to_id) DO UPDATE SET on_day = excluded.on_day, plan_id = excluded.plan_id`

export const forgetSuccessions = (db: Db, plan: string): Promise<unknown> =>
  db.unitSuccession.deleteMany({ where: { planId: plan } })

export const endVersions = (db: Db, ids: readonly string[], on: Day): Promise<number> =>
  db.$executeRaw`UPDATE unit_version SET valid_to = ${dayToDb(on)}::date WHERE id = ANY (${ids}::uuid[])`

export const deleteVersions = (db: Db, ids: readonly string[]): Promise<number> =>
  db.$executeRaw`DELETE FROM unit_version WHERE id = ANY (${ids}::uuid[])`

/** As if they had never been ended. */
export const reopen = (db: Db, rows: readonly Closed[]): Promise<number> =>
  db.$executeRaw`
    UPDATE unit_version v SET valid_to = x.until
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS x(id uuid, until date) WHERE v.id = x.id`

/** What they were before, again from that day on. */
export const again = (db: Db, rows: readonly Closed[], from: Day): Promise<number> =>
  db.$executeRaw`
    INSERT INTO unit_version (id, unit_id, name, fold, kind, parent_id, codes, valid_from, valid_to, followed)
    SELECT gen_random_uuid(), v.unit_id, v.name, v.fold, v.kind, v.parent_id, v.codes, ${dayToDb(from)}::date, x.until, true
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS x(id uuid, until date) JOIN unit_version v ON v.id = x.id`

/** Units of these, and units below them, that have become something else from that day on. */
export async function otherVersions(
  db: Db,
  units: readonly UnitId[],
  known: readonly string[],
  on: Day,
): Promise<UnitId[]> {
  const rows = await db.$queryRaw<{ id: UnitId }[]>`
    SELECT DISTINCT unit_id AS id FROM unit_version
    WHERE (unit_id = ANY (${units}::uuid[]) OR parent_id = ANY (${units}::uuid[])) AND valid_from >= ${dayToDb(on)}::date
      AND (valid_to IS NULL OR valid_to > valid_from) AND NOT id = ANY (${known}::uuid[])`
  return rows.map(({ id }) => id)
}
