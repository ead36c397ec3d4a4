import type { Transaction, Tx } from '../db/transaction.ts'
import { CHUNK, chunkOf, type Chunks } from './chunks.ts'
import * as chunksStore from './chunks-store.ts'
import { breathe, present, written, type Decided, type Deciding } from './deciding.ts'
import { hashOf, isCarriedOut } from './plan.ts'
import { factsOf, type Facts, type FactsContext } from './plan/facts.ts'
import type { Patch } from './plan/patch.ts'
import * as rowsStore from './rows-store.ts'
import type { Seals } from './seals.ts'
import * as store from './store.ts'
import type { ImportRecord } from './store.ts'
import type { Memory } from './world.ts'

/** A file's rows as they were read, and the chunks of what they say, sealed. */
export type ReadRows = { readonly facts: readonly Facts[]; readonly cells: readonly Buffer[] }
export type Planning = ReturnType<typeof planningOf>

/** So many statements wait for the database while the next chunk is put into words. */
const UNDER_WAY = 6

/** Works out what a file that was just read would do, and keeps it. */
export function planningOf(deps: { transaction: Transaction; seals: Seals; chunks: Chunks; deciding: Deciding }) {
  const { transaction, seals, chunks, deciding } = deps

  /** Rows about which somebody decided something when an earlier list had them: read again, with what was decided. */
  async function recalled(
    read: ReadRows,
    memory: Memory,
    context: FactsContext,
  ): Promise<{ facts: readonly Facts[]; patches: ReadonlyMap<number, Patch> }> {
    const patches = new Map<number, Patch>()
    for (const { print, seq } of read.facts) {
      const patch = print === null ? null : (memory.get(print)?.patch ?? null)
      if (patch !== null) patches.set(seq, patch)
    }
    if (patches.size === 0) return { facts: read.facts, patches }
    const facts = [...read.facts]
    const opened = new Map<number, Awaited<ReturnType<Chunks['cells']>>>()
    for (const [seq, patch] of patches) {
      const n = chunkOf(seq)
      const cells = opened.get(n) ?? (await chunks.cells(read.cells[n] ?? new Uint8Array()))
      opened.set(n, cells)
      const plain = facts[seq - 1]
      if (plain === undefined) continue
      const row = { seq, sheet: plain.sheet, number: plain.number, cells: cells[(seq - 1) % CHUNK] ?? {} }
      facts[seq - 1] = factsOf(row, patch, context)
    }
    return { facts, patches }
  }

  /** Chunk after chunk: while one is compressed and another written, the next is put into words. Answers the plan's hash. */
  async function keep(
    tx: Tx,
    record: ImportRecord,
    { rows, world }: Decided,
    list: { facts: readonly Facts[]; cells: readonly Buffer[]; patches: ReadonlyMap<number, Patch> },
  ): Promise<string> {
    const digests: { seq: number; digest: string }[] = []
    const nothing = await chunks.sealCells([])
    const underWay: Promise<unknown>[] = []
    const begin = (work: Promise<unknown>) => {
      // Heard of below; until then it is no rejection that nobody handles.
      work.catch(() => undefined)
      underWay.push(work)
    }
    for (let n = 0; n * CHUNK < rows.length; n++) {
      const first = n * CHUNK
      const some = list.facts.slice(first, first + CHUNK)
      const { writes, bytes } = written(rows.slice(first, first + CHUNK), some, world)
      const inserts = writes.map((write, at): rowsStore.RowInsert => {
        const facts = some[at]
        const patch = list.patches.get(write.seq)
        return {
          ...write,
          ...{ sheet: facts?.sheet ?? '', rowNumber: facts?.number ?? null, print: facts?.print ?? null },
          patch: patch === undefined ? null : seals.patch.seal(patch),
        }
      })
      for (const write of writes) if (isCarriedOut(write.outcome)) digests.push(write)
      begin(rowsStore.insert(tx.sql, record.id, inserts))
      const cells = list.cells[n] ?? nothing
      begin(chunks.sealPlans(bytes).then((plans) => chunksStore.put(tx.sql, record.id, [{ n, plans, cells }])))
      while (underWay.length > UNDER_WAY) await underWay.shift()
      await breathe()
    }
    await Promise.all(underWay)
    return hashOf(digests)
  }

  return {
    /** The first plan of a file; its rows and the plan are kept together, or not at all. */
    async first(record: ImportRecord, read: ReadRows, context: FactsContext): Promise<void> {
      const memory = await deciding.memory(read.facts.map(({ print }) => print))
      const { facts, patches } = await recalled(read, memory, context)
      const decided = await deciding.decide(record, facts, memory, new Map())
      await transaction(
        async (tx) => {
          const now = await store.lock(tx.db, record.id)
          if (now?.state !== 'uploaded') return
          await rowsStore.removeAll(tx.db, record.id)
          await chunksStore.removeAll(tx.db, record.id)
          const hash = await keep(tx, record, decided, { facts, cells: read.cells, patches })
          await present(tx, record, decided.rows, { hash, rowsRead: facts.length })
        },
        { timeoutMs: 300_000 },
      )
    },
  }
}
