import { Prisma } from '../db/generated/client.ts'
import type { AccountId, RequestId, UnitId } from '../kernel/ids.ts'
import { StepsTaken, type Step } from './course.ts'
import type { Seating } from './organisation.ts'

type Db = Prisma.TransactionClient

/** A request that waits, with what tells who may act on it. */
export type WaitingRow = {
  readonly id: RequestId
  readonly version: number
  readonly fullName: string
  readonly unitId: UnitId
  readonly dueAt: Date
  readonly upAt: Date
  readonly filedBy: AccountId | null
  readonly ninHash: string | null
  readonly contactEmail: string
  readonly course: { readonly steps: readonly Step[]; readonly level: number }
}
type Stored = Omit<WaitingRow, 'course'> & { steps: unknown; level: number }

const read = ({ steps, level, ...row }: Stored): WaitingRow => ({
  ...row,
  course: { steps: StepsTaken.parse(steps), level },
})
const COLUMNS = Prisma.sql`
  id::text, version, full_name AS "fullName", unit_id::text AS "unitId", due_at AS "dueAt", up_at AS "upAt", level, steps,
  filed_by::text AS "filedBy", nin_hash AS "ninHash", contact_email AS "contactEmail"`

/** What waits for a decision, what is due first first. */
export async function waiting(db: Db): Promise<WaitingRow[]> {
  const rows = await db.$queryRaw<Stored[]>`
    SELECT ${COLUMNS} FROM request WHERE state = 'submitted' AND unit_id IS NOT NULL ORDER BY due_at, id`
  return rows.map(read)
}

/** The same, but only what is to be passed up by now. */
export async function passingUp(db: Db, at: Date): Promise<WaitingRow[]> {
  const rows = await db.$queryRaw<Stored[]>`
    SELECT ${COLUMNS} FROM request WHERE state = 'submitted' AND unit_id IS NOT NULL AND up_at < ${at} ORDER BY up_at, id`
  return rows.map(read)
}

type Settled = Seating & { readonly id: RequestId; readonly version: number; readonly level: number }

/** Writes where requests wait; one that went on meanwhile is left as it is. Answers how many wait elsewhere now. */
export function settle(db: Db, requests: readonly Settled[]): Promise<number> {
  const rows = requests.map(({ id, version, level, units, itStaff, fallen }) => ({
    ...{ id, version, level, itStaff, fallen, seats: units },
  }))
  return db.$executeRaw`
    WITH seated AS (
      SELECT x.*, coalesce((SELECT array_agg(each::uuid) FROM jsonb_array_elements_text(x.seats) each), '{}') AS places
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        AS x(id uuid, version int, level int, "itStaff" boolean, fallen boolean, seats jsonb)
    ), held AS (
      SELECT r.id FROM request r JOIN seated s USING (id)
      WHERE r.state = 'submitted' AND r.version = s.version AND r.level = s.level
        AND (r.seats, r.it_seat, r.fallen) IS DISTINCT FROM (s.places, s."itStaff", s.fallen)
      ORDER BY r.id FOR UPDATE OF r
    )
    UPDATE request r SET seats = s.places, it_seat = s."itStaff", fallen = s.fallen
    FROM seated s JOIN held USING (id) WHERE r.id = s.id`
}
