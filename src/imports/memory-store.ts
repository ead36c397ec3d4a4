import type { Prisma } from '../db/generated/client.ts'
import type { PersonId } from '../kernel/ids.ts'
import type { ImportId } from './import.ts'

type Db = Prisma.TransactionClient

/** Whom rows were about, under their prints, and what was decided (sealed): for the next list. */
export const remember = (
  db: Db,
  rows: readonly { print: string; personId: PersonId; patch: string | null }[],
  id: ImportId,
  at: Date,
): Promise<unknown> =>
  db.$executeRaw`
    INSERT INTO import_memory (print, person_id, patch, import_id, at)
    SELECT DISTINCT ON (print) print, "personId", patch, ${id}::uuid, ${at}
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS x(print text, "personId" uuid, patch text) ORDER BY print
    ON CONFLICT (print) DO UPDATE SET person_id = excluded.person_id, patch = excluded.patch, import_id = excluded.import_id,
      at = excluded.at`

/** Rows that changed nothing, but about which somebody decided something: the same row of a next list need not ask again. */
export const rememberUnchanged = (db: Db, id: ImportId, at: Date): Promise<unknown> =>
  db.$executeRaw`
    INSERT INTO import_memory (print, person_id, patch, import_id, at)
    SELECT DISTINCT ON (r.print) r.print, r.person_id, r.patch, ${id}::uuid, ${at} FROM import_row r
    WHERE r.import_id = ${id}::uuid AND r.outcome = 'nothing' AND r.print IS NOT NULL AND r.person_id IS NOT NULL
      AND (r.patch IS NOT NULL OR EXISTS (SELECT FROM person p WHERE p.id = r.person_id AND p.nin_hash IS NULL))
    ORDER BY r.print, r.seq
    ON CONFLICT (print) DO UPDATE SET person_id = excluded.person_id, patch = excluded.patch`

/** The next list says anew who its people are; whom this one made itself, and are no more, it knows again. */
export const forgetMemory = (db: Db, id: ImportId): Promise<unknown> =>
  db.$executeRaw`
    DELETE FROM import_memory m WHERE m.import_id = ${id}::uuid AND NOT EXISTS (SELECT FROM import_row r
      WHERE r.import_id = ${id}::uuid AND r.person_id = m.person_id AND r.outcome = 'create' AND r.state = 'undone')`
