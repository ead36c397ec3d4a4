import type { Prisma } from '../db/generated/client.ts'
import type { UnitId } from '../kernel/ids.ts'
import type { ImportId } from './import.ts'
import type { Outcome } from './plan/item.ts'
import { ROW, type RowState, type StoredRow, type UndoVerdict } from './rows-store.ts'

type Db = Prisma.TransactionClient

/** Rows that were carried out, newest import's first to last; without a verdict, or all that can be undone. */
export const toUndo = (db: Db, id: ImportId, verdict: 'none' | 'can', limit: number): Promise<StoredRow[]> =>
  db.$queryRaw`
    SELECT ${ROW} FROM import_row
    WHERE import_id = ${id}::uuid AND state = 'done' AND (${verdict} = 'none' AND undo IS NULL OR ${verdict} = 'can' AND undo = '')
    ORDER BY seq LIMIT ${limit}`
export const forgetVerdicts = (db: Db, id: ImportId): Promise<unknown> =>
  db.$executeRaw`UPDATE import_row SET undo = NULL WHERE import_id = ${id}::uuid AND undo IS NOT NULL`
/** Notes of rows whether they can be undone, and, once they were, that they are. */
export const judged = (
  db: Db,
  id: ImportId,
  rows: readonly { readonly seq: number; readonly undo: UndoVerdict; readonly state: RowState }[],
): Promise<unknown> =>
  db.$executeRaw`
    UPDATE import_row r SET undo = x.undo, state = x.state
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS x(seq int, undo text, state text)
    WHERE r.import_id = ${id}::uuid AND r.seq = x.seq AND r.state = 'done'`
/** What stays as it is. */
export const keepRest = (db: Db, id: ImportId): Promise<unknown> =>
  db.$executeRaw`UPDATE import_row SET state = 'kept' WHERE import_id = ${id}::uuid AND state = 'done' AND undo <> ''`
/** All that can be undone, with the unit that each account is of now. */
export const undoable = (
  db: Db,
  id: ImportId,
): Promise<{ seq: number; digest: string; outcome: Outcome; unitId: UnitId | null }[]> =>
  db.$queryRaw`
    SELECT r.seq, r.digest, r.outcome, a.unit_id AS "unitId" FROM import_row r JOIN account a ON a.id = r.account_id
    WHERE r.import_id = ${id}::uuid AND r.state = 'done' AND r.undo = '' ORDER BY r.seq`
/** Of the rows that were carried out: how many can be undone, and how many cannot, by what keeps them. */
export async function verdicts(db: Db, id: ImportId): Promise<ReadonlyMap<UndoVerdict, number>> {
  const rows = await db.$queryRaw<{ undo: UndoVerdict; n: number }[]>`
    SELECT undo, count(*)::int AS n FROM import_row
    WHERE import_id = ${id}::uuid AND undo IS NOT NULL GROUP BY 1`
  return new Map(rows.map(({ undo, n }) => [undo, n]))
}
