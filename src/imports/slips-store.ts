import type { Prisma } from '../db/generated/client.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import type { ImportId } from './import.ts'

type Db = Prisma.TransactionClient

/** Accounts of an import that wait for a slip, by unit and given name. */
export const toHandOver = (
  db: Db,
  id: ImportId,
): Promise<{ accountId: AccountId; unitId: UnitId; unitName: string }[]> =>
  db.$queryRaw`
    SELECT a.id AS "accountId", a.unit_id AS "unitId", coalesce(v.name, '') AS "unitName"
    FROM import_row r
    JOIN account a ON a.id = r.account_id
    LEFT JOIN person p ON p.id = a.person_id
    LEFT JOIN unit_version v ON v.unit_id = a.unit_id AND v.valid_to IS NULL
    WHERE r.import_id = ${id}::uuid AND r.state = 'done' AND r.outcome = 'create' AND a.state = 'awaiting-activation'
      AND a.hand_over = 'slip'
    ORDER BY v.name, a.unit_id, p.given, p.full_name, a.number`

/** How many people of an import get a link. */
export async function linksSent(db: Db, id: ImportId): Promise<number> {
  const [row] = await db.$queryRaw<{ n: number }[]>`
    SELECT count(*)::int AS n FROM import_row r JOIN account a ON a.id = r.account_id
    WHERE r.import_id = ${id}::uuid AND r.state = 'done' AND r.outcome = 'create' AND a.hand_over = 'link'`
  return row?.n ?? 0
}
