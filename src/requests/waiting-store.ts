import type { Prisma } from '../db/generated/client.ts'
import { dayToDb, type Day } from '../kernel/day.ts'
import type { AccountId, RequestId, UnitId } from '../kernel/ids.ts'
import type { Language } from '../letters/letter.ts'
import type { Timed } from './waiting.ts'

type Db = Prisma.TransactionClient

export type WaitingRow = {
  readonly id: RequestId
  readonly fullName: string
  readonly unitId: UnitId
  readonly dueAt: Date
  readonly filedBy: AccountId | null
  readonly ninHash: string | null
  readonly contactEmail: string
}
export type Holder = {
  readonly accountId: AccountId
  readonly unitId: UnitId | null
  readonly name: string
  readonly local: string
  readonly language: Language
  readonly ninHash: string | null
  readonly contactEmail: string | null
}

/** What waits for a decision, what is due first first. */
export const waiting = (db: Db): Promise<WaitingRow[]> =>
  db.$queryRaw`
    SELECT id::text, full_name AS "fullName", unit_id::text AS "unitId", due_at AS "dueAt", filed_by::text AS "filedBy",
      nin_hash AS "ninHash", contact_email AS "contactEmail"
    FROM request WHERE state = 'submitted' AND unit_id IS NOT NULL AND due_at IS NOT NULL ORDER BY due_at, id`

/** Overdue requests that were not passed on since they were sent. */
export const overdueHere = (db: Db, at: Date): Promise<WaitingRow[]> =>
  db.$queryRaw`
    SELECT id::text, full_name AS "fullName", unit_id::text AS "unitId", due_at AS "dueAt", filed_by::text AS "filedBy",
      nin_hash AS "ninHash", contact_email AS "contactEmail"
    FROM request WHERE state = 'submitted' AND unit_id IS NOT NULL AND due_at < ${at}
      AND (escalated_at IS NULL OR escalated_at < submitted_at) ORDER BY due_at, id`

/** Notes to whom an overdue request was passed on; false when it was decided, or passed on, meanwhile. */
export async function passOn(db: Db, id: RequestId, at: Date, to: UnitId | null): Promise<boolean> {
  const changed = await db.$executeRaw`
    UPDATE request SET escalated_at = ${at}, escalated_to = ${to}::uuid
    WHERE id = ${id}::uuid AND state = 'submitted' AND due_at < ${at}
      AND (escalated_at IS NULL OR escalated_at < submitted_at)`
  return changed > 0
}

/** Administrators of units, and IT staff (without a unit), who can sign in today. */
export const holders = (db: Db, on: Day): Promise<Holder[]> =>
  db.$queryRaw`
    SELECT DISTINCT a.id::text AS "accountId", g.unit_id::text AS "unitId", a.display_name AS name, ad.local, a.language,
      p.nin_hash AS "ninHash", p.contact_email AS "contactEmail"
    FROM role_grant g JOIN account a ON a.id = g.account_id AND a.state = 'active'
    JOIN address ad ON ad.holder_kind = 'account' AND ad.holder_id = a.id AND ad.role = 'primary' AND ad.state = 'live'
    LEFT JOIN person p ON p.id = a.person_id
    WHERE g.role IN ('unit-admin', 'it-staff') AND g.valid_from <= ${dayToDb(on)}::date
      AND (g.valid_to IS NULL OR g.valid_to > ${dayToDb(on)}::date)`

/** Every unit that has been, with its name and place as they are or last were. */
export async function units(
  db: Db,
  on: Day,
): Promise<{ parents: Map<UnitId, UnitId | null>; names: Map<UnitId, string> }> {
  const rows = await db.$queryRaw<{ id: UnitId; parentId: UnitId | null; name: string }[]>`
    SELECT DISTINCT ON (unit_id) unit_id::text AS id, parent_id::text AS "parentId", name FROM unit_version
    WHERE valid_from <= ${dayToDb(on)}::date ORDER BY unit_id, valid_from DESC`
  return {
    parents: new Map(rows.map(({ id, parentId }) => [id, parentId])),
    names: new Map(rows.map(({ id, name }) => [id, name])),
  }
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
