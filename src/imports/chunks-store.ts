import type { Prisma } from '../db/generated/client.ts'
import type { Sql, Statement } from '../db/lanes.ts'
import type { ImportId } from './import.ts'

type Db = Prisma.TransactionClient
export type SealedChunk = { readonly n: number; readonly cells: Uint8Array; readonly plans: Uint8Array }

export const read = (db: Db, id: ImportId, numbers: readonly number[]): Promise<SealedChunk[]> =>
  db.importChunk.findMany({ where: { importId: id, n: { in: [...numbers] } }, orderBy: { n: 'asc' } })

const PUT: Statement = {
  name: 'import_chunk',
  text: `
    INSERT INTO import_chunk (import_id, n, cells, plans) VALUES ($1, $2, $3, $4)
    ON CONFLICT (import_id, n) DO UPDATE SET cells = excluded.cells, plans = excluded.plans`,
}
export async function put(sql: Sql, id: ImportId, chunks: readonly SealedChunk[]): Promise<void> {
  for (const { n, cells, plans } of chunks) await sql(PUT, [id, n, cells, plans])
}
export const removeAll = (db: Db, id: ImportId): Promise<unknown> =>
  db.importChunk.deleteMany({ where: { importId: id } })
