import { promisify } from 'node:util'
import { deflateRaw, inflateRaw } from 'node:zlib'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Secrets } from '../kernel/secrets.ts'
import type { ImportId } from './import.ts'
import type { KeptPlan } from './plan.ts'
import type { Mark, Reading, RosterCells } from './reading/fields.ts'
import * as store from './chunks-store.ts'
import type { StoredRow } from './rows-store.ts'

const deflate = promisify(deflateRaw)
const inflate = promisify(inflateRaw)

/** Rows that lie together, compressed and sealed: a seal for each of them would take longer than reading it. */
export const CHUNK = 500
export const chunkOf = (seq: number): number => Math.floor((seq - 1) / CHUNK)

/** A row with what it says and what would be done. */
export type OpenRow = StoredRow & { readonly cells: RosterCells; readonly kept: KeptPlan }
const NO_PLAN: KeptPlan = { reasons: [], item: null, repeats: null }

/** A cell as it is kept: its text where nothing more is to be said of it. */
type Packed = string | readonly [raw: string, value: unknown, marks?: readonly Mark[]]
type PackedRow = Readonly<Record<string, Packed>>

const pack = ({ raw, value, marks }: Reading<unknown>): Packed =>
  marks.length > 0 ? [raw, value, marks] : raw === value ? raw : [raw, value]
const unpack = (cell: Packed): Reading<unknown> =>
  typeof cell === 'string'
    ? { raw: cell, value: cell, marks: [] }
    : { raw: cell[0], value: cell[1], marks: cell[2] ?? [] }

/** A row's cells as JSON. */
export function cellsText(cells: RosterCells): string {
  const packed: Record<string, Packed> = {}
  for (const [field, cell] of Object.entries(cells)) packed[field] = pack(cell)
  return JSON.stringify(packed)
}
const cellsFrom = (row: PackedRow): RosterCells =>
  Object.fromEntries(Object.entries(row).map(([field, cell]) => [field, unpack(cell)]))

export type Chunks = ReturnType<typeof chunksOf>
type Kind = 'cells' | 'plans'

/** What rows say and what would be done for them, as JSON texts in chunks. */
export function chunksOf(deps: { prisma: PrismaClient; secrets: Pick<Secrets, 'sealBytes' | 'openBytes'> }) {
  const { prisma, secrets } = deps
  const context = (kind: Kind) => `import.${kind}`

  /** Compressed on another thread; what goes in is JSON of one row each. */
  async function seal(kind: Kind, rows: readonly string[]): Promise<Buffer> {
    return secrets.sealBytes(await deflate(`[${rows.join(',')}]`, { level: 1 }), context(kind))
  }
  async function open<T>(kind: Kind, sealed: Uint8Array): Promise<T[]> {
    return JSON.parse((await inflate(secrets.openBytes(sealed, context(kind)))).toString('utf8')) as T[]
  }

  const cellsOf = async (sealed: Uint8Array): Promise<RosterCells[]> =>
    (await open<PackedRow>('cells', sealed)).map(cellsFrom)

  return {
    seal,
    cells: cellsOf,
    plans: (sealed: Uint8Array): Promise<KeptPlan[]> => open('plans', sealed),

    /** Rows with what they say and what would be done; each chunk is opened once. */
    async withContents(id: ImportId, rows: readonly StoredRow[]): Promise<OpenRow[]> {
      const numbers = [...new Set(rows.map(({ seq }) => chunkOf(seq)))]
      const opened = new Map(
        await Promise.all(
          (await store.read(prisma, id, numbers)).map(
            async ({ n, cells, plans }) =>
              [n, { cells: await cellsOf(cells), plans: await open<KeptPlan>('plans', plans) }] as const,
          ),
        ),
      )
      return rows.map((row) => {
        const chunk = opened.get(chunkOf(row.seq))
        const at = (row.seq - 1) % CHUNK
        return { ...row, cells: chunk?.cells[at] ?? {}, kept: chunk?.plans[at] ?? NO_PLAN }
      })
    },
  }
}
