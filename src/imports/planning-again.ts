import type { PrismaClient } from '../db/generated/client.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import type { AccountId } from '../kernel/ids.ts'
import { CHUNK, type Chunks } from './chunks.ts'
import * as chunksStore from './chunks-store.ts'
import { breathe, present, written, type Deciding } from './deciding.ts'
import type { ImportId } from './import.ts'
import { bytesOfLines, hashOf, lineOf } from './plan.ts'
import { factsOf, type Facts, type FactsContext } from './plan/facts.ts'
import { NO_PATCH, type Patch } from './plan/patch.ts'
import * as rowsStore from './rows-store.ts'
import type { Seals } from './seals.ts'
import * as store from './store.ts'

/** A list as it lies in the database. */
type Kept = {
  readonly facts: readonly Facts[]
  readonly rows: readonly rowsStore.StoredRow[]
  /** What was decided about people who are missing in it. */
  readonly absentPatches: ReadonlyMap<AccountId, Patch>
  /** The plans, of absent people too, by their place. */
  readonly lines: readonly string[]
}

/** Works out another plan for a list, after somebody answered something, or the world moved. */
export function planningAgainOf(deps: {
  prisma: PrismaClient
  transaction: Transaction
  seals: Seals
  chunks: Chunks
  deciding: Deciding
}) {
  const { prisma, transaction, seals, chunks, deciding } = deps

  async function load(id: ImportId, context: FactsContext): Promise<Kept> {
    const facts: Facts[] = []
    const listed: rowsStore.StoredRow[] = []
    const absentPatches = new Map<AccountId, Patch>()
    const lines: string[] = []
    for (let seq = 0; ;) {
      const rows = await chunks.withContents(id, await rowsStore.after(prisma, id, seq, CHUNK))
      for (const { cells, kept, ...row } of rows) {
        lines[row.seq - 1] = lineOf(row.outcome, kept)
        const patch = row.patch === null ? NO_PATCH : seals.patch.open(row.patch)
        if (row.rowNumber === null) {
          if (row.accountId !== null) absentPatches.set(row.accountId, patch)
          continue
        }
        facts.push(factsOf({ seq: row.seq, sheet: row.sheet, number: row.rowNumber, cells }, patch, context))
        listed.push(row)
      }
      if (rows.length < CHUNK) return { facts, rows: listed, absentPatches, lines }
      seq = rows.at(-1)?.seq ?? seq
      await breathe()
    }
  }

  /** The plans' chunks anew, with what the rows say as it was. */
  async function putChunks(tx: Tx, id: ImportId, plans: ReadonlyMap<number, Buffer>): Promise<void> {
    const present = await chunksStore.read(tx.db, id, [...plans.keys()])
    const cells = new Map(present.map((chunk) => [chunk.n, chunk.cells]))
    const nothing = await chunks.sealCells([])
    await chunksStore.put(
      tx.sql,
      id,
      [...plans].map(([n, each]) => ({ n, plans: each, cells: cells.get(n) ?? nothing })),
    )
  }

  return {
    /** Rows that were carried out stay as they are. */
    async again(id: ImportId): Promise<void> {
      const record = await store.find(prisma, id)
      if (record?.state !== 'planning') return
      const list = await load(id, await deciding.contextOf(record))
      const memory = await deciding.memory(list.facts.map(({ print }) => print))
      const { rows, world } = await deciding.decide(record, list.facts, memory, list.absentPatches)
      const listed = list.rows.length
      const before = (n: number) => list.rows[n]
      const isOpen = (n: number) => (before(n)?.state ?? 'open') === 'open'
      const changed: rowsStore.RowWrite[] = []
      const absent: rowsStore.RowWrite[] = []
      const plans = new Map<number, Buffer>()
      for (let first = 0; first < rows.length; first += CHUNK) {
        const some = rows.slice(first, first + CHUNK)
        const { lines, writes } = written(some, list.facts.slice(first, first + CHUNK), world)
        const touched = writes.filter(({ digest }, at) => {
          const n = first + at
          return n >= listed || (isOpen(n) && (before(n)?.digest !== digest || before(n)?.plan !== null))
        })
        for (const write of touched) (write.seq > listed ? absent : changed).push(write)
        if (touched.length === 0 && rows.length === list.lines.length) continue
        // A row that was carried out keeps the plan by which it was.
        const kept = lines.map((line, at) => (isOpen(first + at) ? line : (list.lines[first + at] ?? line)))
        plans.set(first / CHUNK, await chunks.sealPlans(bytesOfLines(kept).bytes))
      }
      await transaction(
        async (tx) => {
          const now = await store.lock(tx.db, id)
          if (now?.state !== 'planning') return
          await putChunks(tx, id, plans)
          await rowsStore.plan(tx.db, id, changed)
          await rowsStore.removeAbsent(tx.db, id)
          await rowsStore.insert(
            tx.sql,
            id,
            absent.map((write) => {
              const patch = write.accountId === null ? undefined : list.absentPatches.get(write.accountId)
              const sealed = patch === undefined || patch === NO_PATCH ? null : seals.patch.seal(patch)
              return { ...write, sheet: '', rowNumber: null, print: null, patch: sealed }
            }),
          )
          await present(tx, record, rows, { hash: hashOf(await rowsStore.openDigests(tx.db, id)) })
        },
        { timeoutMs: 300_000 },
      )
    },
  }
}
