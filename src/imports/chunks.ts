import { promisify } from 'node:util'
import { deflateRaw, inflateRaw } from 'node:zlib'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Secrets } from '../kernel/secrets.ts'
import type { ImportId } from './import.ts'
import type { KeptPlan } from './plan.ts'
import { ROSTER_FIELDS, type Mark, type Reading, type RosterCells } from './reading/fields.ts'
import * as store from './chunks-store.ts'
import type { StoredRow } from './rows-store.ts'

const deflate = promisify(deflateRaw)
const inflate = promisify(inflateRaw)
const bytesOf = new TextEncoder()

/** Rows that lie together, compressed and sealed: a seal for each of them would take longer than reading it. */
export const CHUNK = 500
export const chunkOf = (seq: number): number => Math.floor((seq - 1) / CHUNK)

/** A row with what it says and what would be done. */
export type OpenRow = StoredRow & { readonly cells: RosterCells; readonly kept: KeptPlan }
const NO_PLAN: KeptPlan = { reasons: [], item: null, repeats: null }

/**
 * A cell as it is kept: its text where nothing more is to be said of it, `''` where it is empty, null where the file has no such
 * column.
 */
type Packed = string | readonly [raw: string, value: unknown, marks?: readonly Mark[]] | null
/** A row's cells in the order of `ROSTER_FIELDS`. */
export type PackedRow = readonly Packed[]

function pack(cell: Reading<unknown> | undefined): Packed {
  if (cell === undefined) return null
  const { raw, value, marks } = cell
  if (marks.length > 0) return [raw, value, marks]
  return raw === value || (raw === '' && value === null) ? raw : [raw, value]
}
function unpack(cell: Packed | undefined): Reading<unknown> | undefined {
  if (cell === null || cell === undefined) return undefined
  if (typeof cell !== 'string') return { raw: cell[0], value: cell[1], marks: cell[2] ?? [] }
  return { raw: cell, value: cell === '' ? null : cell, marks: [] }
}

export const packed = (cells: RosterCells): PackedRow => ROSTER_FIELDS.map((field) => pack(cells[field]))
function unpacked(row: PackedRow): RosterCells {
  const cells: Record<string, Reading<unknown>> = {}
  ROSTER_FIELDS.forEach((field, n) => {
    const cell = unpack(row[n])
    if (cell !== undefined) cells[field] = cell
  })
  return cells
}

export type Chunks = ReturnType<typeof chunksOf>
type Kind = 'cells' | 'plans'

/** What rows say and what would be done for them, as JSON texts in chunks. */
export function chunksOf(deps: { prisma: PrismaClient; secrets: Pick<Secrets, 'sealBytes' | 'openBytes'> }) {
  const { prisma, secrets } = deps
  const context = (kind: Kind) => `import.${kind}`

  /** Compressed on another thread; `json` is an array of a value for each row. */
  async function seal(kind: Kind, json: string): Promise<Buffer> {
    // Of a text with letters beyond Latin-1 it makes bytes in a third of the time that Buffer takes.
    return secrets.sealBytes(await deflate(bytesOf.encode(json), { level: 1 }), context(kind))
  }
  async function open<T>(kind: Kind, sealed: Uint8Array): Promise<T[]> {
    return JSON.parse((await inflate(secrets.openBytes(sealed, context(kind)))).toString('utf8')) as T[]
  }

  const cellsOf = async (sealed: Uint8Array): Promise<RosterCells[]> =>
    (await open<PackedRow>('cells', sealed)).map(unpacked)

  return {
    sealCells: (rows: readonly PackedRow[]): Promise<Buffer> => seal('cells', JSON.stringify(rows)),
    /** Plans as JSON, whose texts are part of their digests. */
    sealPlans: (texts: readonly string[]): Promise<Buffer> => seal('plans', `[${texts.join(',')}]`),
    cells: cellsOf,

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
