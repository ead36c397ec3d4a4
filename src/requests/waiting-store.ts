import type { Prisma } from '../db/generated/client.ts'
import { dayToDb, type Day } from '../kernel/day.ts'
import type { UnitId } from '../kernel/ids.ts'
import type { Timed } from './waiting.ts'

type Db = Prisma.TransactionClient

/** Every unit that has been, by the name that it has or last had. */
export async function unitNames(db: Db, on: Day): Promise<Map<UnitId, string>> {
  const rows = await db.$queryRaw<{ id: UnitId; name: string }[]>`
    SELECT DISTINCT ON (unit_id) unit_id::text AS id, name FROM unit_version
    WHERE valid_from <= ${dayToDb(on)}::date ORDER BY unit_id, valid_from DESC`
  return new Map(rows.map(({ id, name }) => [id, name]))
}

/** What waits within the scope, and what was approved or refused there since. */
export const timed = (db: Db, within: UnitId[] | null, since: Date): Promise<Timed[]> =>
  db.$queryRaw`
    SELECT unit_id::text AS "unitId", submitted_at AS "submittedAt", due_at AS "dueAt",
      CASE WHEN state = 'submitted' THEN NULL ELSE decided_at END AS "decidedAt"
    FROM request
    WHERE (state = 'submitted' OR (state IN ('approved', 'rejected') AND decided_at >= ${since}))
      AND unit_id IS NOT NULL AND submitted_at IS NOT NULL AND due_at IS NOT NULL
      AND (${within}::uuid[] IS NULL OR unit_id = ANY (${within}::uuid[]))`
