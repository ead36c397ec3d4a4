import { Prisma } from '../db/generated/client.ts'
import { dayFromDb, dayToDb, type Day } from '../kernel/day.ts'
import type { UnitId } from '../kernel/ids.ts'
import { fold } from '../kernel/text.ts'
import type { Unit, UnitCodes, UnitFacts, UnitKind } from './unit.ts'

type Db = Prisma.TransactionClient
type Row = {
  unit_id: string
  number: number
  name: string
  kind: string
  parent_id: string | null
  parent_name: string | null
  codes: UnitCodes
  valid_from: Date
  valid_to: Date | null
}

const unitOf = (row: Row): Unit => ({
  id: row.unit_id as UnitId,
  number: row.number,
  name: row.name,
  kind: row.kind as UnitKind,
  parentId: row.parent_id as UnitId | null,
  parentName: row.parent_name,
  codes: row.codes,
  validFrom: dayFromDb(row.valid_from),
  validTo: row.valid_to === null ? null : dayFromDb(row.valid_to),
})

/** Units whose present or former name holds every word of `q` (folded), best first: names that start with it. */
export async function search(db: Db, q: string, on: Day, limit: number, within: UnitId[] | null): Promise<Unit[]> {
  const folded = fold(q)
  // Typed, but nothing to search by: not everything.
  if (folded === '' && q.trim() !== '') return []
  const words = folded.split(' ').map((word) => `%${word}%`)
  const rows = await db.$queryRaw<Row[]>`
    SELECT u.*, p.name AS parent_name
    FROM unit_on(${dayToDb(on)}::date) u LEFT JOIN unit_on(${dayToDb(on)}::date) p ON p.unit_id = u.parent_id
    WHERE EXISTS (SELECT 1 FROM unit_version v WHERE v.unit_id = u.unit_id AND v.fold LIKE ALL (${words}::text[]))
      AND (${within}::uuid[] IS NULL OR u.unit_id = ANY (${within}::uuid[]))
    ORDER BY (u.fold LIKE ${folded + '%'}) DESC, length(u.name), u.name COLLATE "vi-x-icu"
    LIMIT ${limit}`
  return rows.map(unitOf)
}

export async function find(db: Db, id: UnitId, on: Day): Promise<Unit | null> {
  const rows = await db.$queryRaw<Row[]>`
    SELECT u.*, p.name AS parent_name
    FROM unit_on(${dayToDb(on)}::date) u LEFT JOIN unit_on(${dayToDb(on)}::date) p ON p.unit_id = u.parent_id
    WHERE u.unit_id = ${id}::uuid`
  return rows[0] ? unitOf(rows[0]) : null
}

/** Every version of one unit, newest first. */
export async function versions(db: Db, id: UnitId): Promise<Unit[]> {
  const rows = await db.$queryRaw<Row[]>`
    SELECT v.unit_id, u.number, v.name, v.kind, v.parent_id, v.codes, v.valid_from, v.valid_to,
      (SELECT name FROM unit_version p WHERE p.unit_id = v.parent_id AND p.valid_from <= v.valid_from
        ORDER BY p.valid_from DESC LIMIT 1) AS parent_name
    FROM unit_version v JOIN unit u ON u.id = v.unit_id WHERE v.unit_id = ${id}::uuid ORDER BY v.valid_from DESC`
  return rows.map(unitOf)
}

export async function subtree(db: Db, roots: readonly UnitId[], on: Day): Promise<UnitId[]> {
  const rows = await db.$queryRaw<
    { id: string }[]
  >`SELECT unit_subtree(${roots}::uuid[], ${dayToDb(on)}::date)::text AS id`
  return rows.map((row) => row.id as UnitId)
}

export async function insert(db: Db, facts: UnitFacts, today: Day): Promise<UnitId> {
  const unit = await db.unit.create({ data: {} })
  await insertVersion(db, unit.id as UnitId, facts, today)
  return unit.id as UnitId
}

export async function insertVersion(db: Db, id: UnitId, facts: UnitFacts, today: Day): Promise<void> {
  await db.unitVersion.create({
    data: {
      unitId: id,
      name: facts.name,
      fold: fold(facts.name),
      kind: facts.kind,
      parentId: facts.parentId,
      codes: facts.codes,
      validFrom: dayToDb(facts.validFrom),
      followed: facts.validFrom <= today,
    },
  })
}

/** Ends the version that has no end yet. */
export async function close(db: Db, id: UnitId, on: Day): Promise<void> {
  await db.unitVersion.updateMany({ where: { unitId: id, validTo: null }, data: { validTo: dayToDb(on) } })
}

export async function siblingNamed(
  db: Db,
  name: string,
  parentId: UnitId | null,
  except: UnitId | null,
): Promise<boolean> {
  const found = await db.unitVersion.findFirst({
    where: { fold: fold(name), name, parentId, validTo: null, ...(except ? { unitId: { not: except } } : {}) },
  })
  return found !== null
}

export async function lock(db: Db, id: UnitId): Promise<boolean> {
  const rows = await db.$queryRaw<unknown[]>`SELECT 1 FROM unit WHERE id = ${id}::uuid FOR UPDATE`
  return rows.length > 0
}

/** Units whose present version has not been told to the directory yet, since it was entered ahead of its day. */
export async function unfollowed(db: Db, on: Day): Promise<UnitId[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT DISTINCT unit_id::text AS id FROM unit_version WHERE NOT followed AND valid_from <= ${dayToDb(on)}::date`
  return rows.map((row) => row.id as UnitId)
}

/** Notes that the unit's present version was told; false when it was already. */
export async function follow(db: Db, id: UnitId, on: Day): Promise<boolean> {
  const changed = await db.$executeRaw`
    UPDATE unit_version SET followed = true
    WHERE unit_id = ${id}::uuid AND NOT followed AND valid_from <= ${dayToDb(on)}::date`
  return changed > 0
}
