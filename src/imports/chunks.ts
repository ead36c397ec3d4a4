import { promisify } from 'node:util'
import { deflateRaw, inflateRaw } from 'node:zlib'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Secrets } from '../kernel/secrets.ts'
import type { ImportId } from './import.ts'
import { planIn, type KeptPlan } from './plan.ts'
import { ROSTER_FIELDS, type Mark, type Reading, type RosterCells } from './reading/fields.ts'
import * as store from './chunks-store.ts'
import type { StoredRow } from './rows-store.ts'

const deflate = promisify(deflateRaw)
const inflate = promisify(inflateRaw)
const encoder = new TextEncoder()

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

  /** Compressed on another thread. */
  const seal = async (kind: Kind, bytes: Uint8Array): Promise<Buffer> =>
    secrets.sealBytes(await deflate(bytes, { level: 1 }), context(kind))
  const open = async (kind: Kind, sealed: Uint8Array): Promise<string> =>
    (await inflate(secrets.openBytes(sealed, context(kind)))).toString('utf8')

  const cellsOf = async (sealed: Uint8Array): Promise<RosterCells[]> =>
    (JSON.parse(await open('cells', sealed)) as PackedRow[]).map(unpacked)
  const plansOf = async (sealed: Uint8Array): Promise<KeptPlan[]> =>
    (await open('plans', sealed)).split('\n').slice(0, -1).map(planIn)

  return {
    // Of letters beyond Latin-1 it makes bytes in a third of the time that Buffer takes.
    sealCells: (rows: readonly PackedRow[]): Promise<Buffer> => seal('cells', encoder.encode(JSON.stringify(rows))),
    /** Plans as lines, whose digests are kept with the rows. */
    sealPlans: (lines: Uint8Array): Promise<Buffer> => seal('plans', lines),
    cells: cellsOf,

    /** Rows with what they say and what would be done; each chunk is opened once. */
    async withContents(id: ImportId, rows: readonly StoredRow[]): Promise<OpenRow[]> {
      const numbers = [...new Set(rows.map(({ seq }) => chunkOf(seq)))]
      const opened = new Map(
        await Promise.all(
          (await store.read(prisma, id, numbers)).map(
            async ({ n, cells, plans }) => [n, { cells: await cellsOf(cells), plans: await plansOf(plans) }] as const,
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
