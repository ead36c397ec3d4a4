import { province, type UnitPlan } from '../../scripts/demo/province.ts'
import { makeRoster, type MadeRoster, type RosterPlan } from '../../scripts/roster/write.ts'
import type { PersonActor } from '../../src/access/policy.ts'
import type { UnitId } from '../../src/kernel/ids.ts'
import { fold } from '../../src/kernel/text.ts'
import type { Arrival } from '../../src/imports/imports.ts'
import type { ImportId } from '../../src/imports/import.ts'
import type { Services } from '../../src/main/compose.ts'
import { allowed } from './system.ts'

/** The units that rosters of `scripts/roster` name, by one statement; answers the topmost. */
export async function seedProvince(services: Services): Promise<UnitId> {
  const rows: { name: string; fold: string; kind: string; codes: object; parent: number | null }[] = []
  const walk = (unit: UnitPlan, parent: number | null): void => {
    const at = rows.push({ name: unit.name, fold: fold(unit.name), kind: unit.kind, codes: unit.codes, parent }) - 1
    for (const below of unit.below) walk(below, at)
  }
  walk(province(), null)
  const { rows: made } = await services.database.pool.query<{ id: UnitId }>(
    `WITH asked AS (
       SELECT ordinality - 1 AS n, gen_random_uuid() AS id, x.* FROM ROWS FROM (json_to_recordset($1::json)
         AS (name text, fold text, kind text, codes jsonb, parent int)) WITH ORDINALITY x
     ), units AS (INSERT INTO unit (id) SELECT id FROM asked ORDER BY n)
     INSERT INTO unit_version (id, unit_id, name, fold, kind, codes, parent_id, valid_from)
     SELECT gen_random_uuid(), a.id, a.name, a.fold, a.kind, a.codes, p.id, '2025-07-01' FROM asked a
     LEFT JOIN asked p ON p.n = a.parent ORDER BY a.n RETURNING unit_id AS id`,
    [JSON.stringify(rows)],
  )
  const [top] = made
  if (!top) throw new Error('No units were made')
  return top.id
}

export const roster = (plan: RosterPlan): Promise<MadeRoster> => makeRoster(plan)

/** A file arrives; whoever works will read it. */
export async function arrived(
  services: Services,
  by: PersonActor,
  bytes: Uint8Array,
  more: Partial<Arrival> = {},
): Promise<ImportId> {
  const arrived = await services.imports.arrive(allowed('import.change', by), {
    ...{ mode: 'add', unitId: null, handOver: 'slip', fileName: 'danh-sach.xlsx', language: 'vi' },
    bytes: Buffer.from(bytes),
    ...more,
  })
  if (!arrived.ok) throw new Error(arrived.refusal.kind)
  return arrived.value
}

/** A file arrives, is read and planned; answers the import. */
export async function planned(...asked: Parameters<typeof arrived>): Promise<ImportId> {
  const id = await arrived(...asked)
  await asked[0].imports.work()
  return id
}

/** Carries a plan out, with a second person where one is needed. */
export async function carriedOut(
  services: Services,
  by: PersonActor,
  second: PersonActor,
  id: ImportId,
): Promise<void> {
  const view = await services.imports.read(allowed('import.read', by), id)
  const hash = view?.record.hash ?? ''
  const started = await services.imports.start(allowed('import.change', by), id, hash)
  if (!started.ok) throw new Error(started.refusal.kind)
  if (started.value.state === 'asked') {
    const approved = await services.imports.approve(allowed('import.approve', second), id, hash)
    if (!approved.ok) throw new Error(approved.refusal.kind)
  }
  await services.imports.work()
}
