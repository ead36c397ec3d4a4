import { jobActor } from '../access/policy.ts'
import type { BulkAddresses } from '../addresses/bulk.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import type { Clock } from '../kernel/clock.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import type { Secrets } from '../kernel/secrets.ts'
import { CHUNK, chunkOf, type Chunks } from './chunks.ts'
import * as chunksStore from './chunks-store.ts'
import { difference, type World } from './difference.ts'
import type { ImportId } from './import.ts'
import { digestOf, hashOf, isCarriedOut, type KeptPlan } from './plan.ts'
import { factsOf, type Facts, type FactsContext } from './plan/facts.ts'
import type { Outcome, PlannedRow } from './plan/item.ts'
import { NO_PATCH, type Patch } from './plan/patch.ts'
import { groupOf } from './plan/reason.ts'
import * as rowsStore from './rows-store.ts'
import type { Seals } from './seals.ts'
import * as store from './store.ts'
import type { ImportRecord } from './store.ts'
import { worldsOf, type Memory } from './world.ts'

/** A file's rows as they were read: where each stands, and the chunks of what they say, sealed. */
export type ReadRows = {
  readonly rows: readonly { readonly sheet: string; readonly number: number; readonly facts: Facts }[]
  readonly cells: readonly Buffer[]
}
/** A row on its way into another plan. */
type Loaded = { readonly facts: Facts; readonly row: rowsStore.StoredRow }
type Planned = PlannedRow & { readonly write: rowsStore.RowWrite; readonly text: string }
export type Planning = ReturnType<typeof planningOf>

/** Works out what a list would do, and keeps it. */
export function planningOf(deps: {
  prisma: PrismaClient
  transaction: Transaction
  clock: Clock
  secrets: Secrets
  seals: Seals
  chunks: Chunks
  addresses: BulkAddresses
  subtree: (roots: readonly UnitId[]) => Promise<UnitId[]>
  domain: string
}) {
  const { prisma, transaction, secrets, seals, chunks, domain } = deps
  const worlds = worldsOf(deps)

  async function contextOf(record: ImportRecord): Promise<FactsContext> {
    const others = await prisma.domain.findMany({ select: { name: true } })
    return {
      today: record.choices.today,
      domains: new Set([domain, ...others.map(({ name }) => name)]),
      hash: secrets.numberHash,
      spellings: new Map(),
    }
  }

  /** The whole plan, of every row of the file and, in a roster, of everybody missing. */
  async function planAll(
    record: ImportRecord,
    facts: readonly Facts[],
    memory: Memory,
    absentPatches: ReadonlyMap<AccountId, Patch>,
  ): Promise<Planned[]> {
    const { world, units } = await worlds.read(record, facts, memory, absentPatches)
    await breathe()
    const planned = difference(facts, world)
    await breathe()
    const rows = await worlds.allotted(planned, units)
    await breathe()
    return rows.map((row, n) => {
      const kept: KeptPlan = { reasons: row.reasons, item: row.item, repeats: row.repeats }
      const text = JSON.stringify(kept)
      return { ...row, text, write: writeOf(row, digestOf(row.outcome, text), facts[n] ?? null, world) }
    })
  }

  /** Compressed side by side, on other threads. */
  const sealPlans = (texts: readonly string[]): Promise<Buffer[]> =>
    Promise.all(
      Array.from({ length: Math.ceil(texts.length / CHUNK) }, (_, n) =>
        chunks.seal('plans', texts.slice(n * CHUNK, (n + 1) * CHUNK)),
      ),
    )

  async function keepPlan(
    tx: Tx,
    record: ImportRecord,
    planned: readonly PlannedRow[],
    more: { rowsRead?: number } = {},
  ) {
    await store.update(tx.db, record.id, {
      ...{ state: 'preview', hash: hashOf(await rowsStore.openDigests(tx.db, record.id)), plannedAt: tx.at, ...more },
    })
    const count = (...outcomes: Outcome[]) => planned.filter(({ outcome }) => outcomes.includes(outcome)).length
    tx.audit(jobActor('imports'), 'import.planned', `import:${record.id}`, {
      ...{ create: count('create'), change: count('change'), transfer: count('transfer'), suspend: count('suspend') },
      review: count('review', 'refused'),
    })
  }

  return {
    contextOf,

    /** The first plan of a file that was just read; its rows and the plan are kept together, or not at all. */
    async first(record: ImportRecord, read: ReadRows, context: FactsContext): Promise<void> {
      const memory = await worlds.memory(read.rows.map(({ facts }) => facts.print))
      const patches = new Map<number, string>()
      const facts: Facts[] = []
      const opened = new Map<number, Awaited<ReturnType<Chunks['cells']>>>()
      for (const { sheet, number, facts: plain } of read.rows) {
        const patch = plain.print === null ? null : (memory.get(plain.print)?.patch ?? null)
        if (patch === null) {
          facts.push(plain)
          continue
        }
        const n = chunkOf(plain.seq)
        const cells = opened.get(n) ?? (await chunks.cells(read.cells[n] ?? new Uint8Array()))
        opened.set(n, cells)
        patches.set(plain.seq, seals.patch.seal(patch))
        const row = { seq: plain.seq, sheet, number, cells: cells[(plain.seq - 1) % CHUNK] ?? {} }
        facts.push(factsOf(row, patch, context))
      }
      const planned = await planAll(record, facts, memory, new Map())
      const plans = await sealPlans(planned.map(({ text }) => text))
      const nothing = await chunks.seal('cells', [])
      const sealed = plans.map((each, n) => ({ n, plans: each, cells: read.cells[n] ?? nothing }))
      const inserts = planned.map(({ write }, n): rowsStore.RowInsert => {
        const row = read.rows[n]
        return {
          ...write,
          ...{ sheet: row?.sheet ?? '', rowNumber: row?.number ?? null, print: row?.facts.print ?? null },
          patch: patches.get(write.seq) ?? null,
        }
      })
      await transaction(
        async (tx) => {
          const present = await store.lock(tx.db, record.id)
          if (present?.state !== 'uploaded') return
          await rowsStore.removeAll(tx.db, record.id)
          await chunksStore.removeAll(tx.db, record.id)
          await chunksStore.put(tx.sql, record.id, sealed)
          await rowsStore.insert(tx.sql, record.id, inserts)
          await keepPlan(tx, record, planned, { rowsRead: read.rows.length })
        },
        { timeoutMs: 300_000 },
      )
    },

    /** Another plan, after somebody answered something, or the world moved. Rows that were carried out stay as they are. */
    async again(id: ImportId): Promise<void> {
      const record = await store.find(prisma, id)
      if (record?.state !== 'planning') return
      const context = await contextOf(record)
      const loaded: Loaded[] = []
      const absentPatches = new Map<AccountId, Patch>()
      const before: string[] = []
      for (let seq = 0; ;) {
        const rows = await chunks.withContents(id, await rowsStore.after(prisma, id, seq, CHUNK))
        for (const { cells, kept, ...row } of rows) {
          before[row.seq - 1] = JSON.stringify(kept)
          const patch = row.patch === null ? NO_PATCH : seals.patch.open(row.patch)
          if (row.rowNumber === null) {
            if (row.accountId !== null) absentPatches.set(row.accountId, patch)
            continue
          }
          const facts = factsOf({ seq: row.seq, sheet: row.sheet, number: row.rowNumber, cells }, patch, context)
          loaded.push({ facts, row })
        }
        if (rows.length < CHUNK) break
        seq = rows.at(-1)?.seq ?? seq
        await breathe()
      }
      const facts = loaded.map((each) => each.facts)
      const memory = await worlds.memory(facts.map(({ print }) => print))
      const planned = await planAll(record, facts, memory, absentPatches)
      const isOpen = (n: number) => (loaded[n]?.row.state ?? 'open') === 'open'
      const changed = planned.filter(
        ({ write }, n) =>
          n < loaded.length && isOpen(n) && (loaded[n]?.row.digest !== write.digest || loaded[n].row.plan !== null),
      )
      const absent = planned.slice(loaded.length)
      // A row that was carried out keeps the plan by which it was.
      const texts = planned.map(({ text }, n) => (isOpen(n) ? text : (before[n] ?? text)))
      const touched = new Set([...changed, ...absent].map(({ seq }) => chunkOf(seq)))
      const plans = (await sealPlans(texts))
        .map((each, n) => [n, each] as const)
        .filter(([n]) => touched.has(n) || texts.length !== before.length)
      await transaction(
        async (tx) => {
          const present = await store.lock(tx.db, id)
          if (present?.state !== 'planning') return
          const cells = new Map(
            (
              await chunksStore.read(
                tx.db,
                id,
                plans.map(([n]) => n),
              )
            ).map((chunk) => [chunk.n, chunk.cells]),
          )
          const nothing = await chunks.seal('cells', [])
          await chunksStore.put(
            tx.sql,
            id,
            plans.map(([n, each]) => ({ n, plans: each, cells: cells.get(n) ?? nothing })),
          )
          await rowsStore.plan(
            tx.db,
            id,
            changed.map(({ write }) => write),
          )
          await rowsStore.removeAbsent(tx.db, id)
          await rowsStore.insert(
            tx.sql,
            id,
            absent.map(({ write }) => {
              const patch = write.accountId === null ? undefined : absentPatches.get(write.accountId)
              const isSaid = patch !== undefined && patch !== NO_PATCH
              return {
                ...write,
                sheet: '',
                rowNumber: null,
                print: null,
                patch: isSaid ? seals.patch.seal(patch) : null,
              }
            }),
          )
          await keepPlan(tx, record, planned)
        },
        { timeoutMs: 300_000 },
      )
    },
  }
}

/** Others in the process get their turn. */
export const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

function writeOf(row: PlannedRow, digest: string, facts: Facts | null, world: World): rowsStore.RowWrite {
  const { item } = row
  const known = item !== null && 'personId' in item ? world.byId.get(item.personId) : undefined
  const local = item?.type === 'create' ? item.local : (known?.local ?? null)
  return {
    ...{ seq: row.seq, outcome: row.outcome, digest },
    groups: row.reasons.length === 0 ? [] : [...new Set(row.reasons.map(groupOf))],
    unitId: known?.unitId ?? (item?.type === 'create' ? item.unitId : null),
    personId: known?.personId ?? null,
    accountId: known?.accountId ?? null,
    search: `${facts?.fold ?? known?.fold ?? ''} ${local ?? ''} ${facts?.number ?? ''}`.trim(),
    spelling: facts?.spelling?.key ?? null,
  }
}

export { isCarriedOut }
