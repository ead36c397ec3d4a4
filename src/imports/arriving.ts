import { createHash } from 'node:crypto'
import type { Actor, Permit } from '../access/policy.ts'
import { jobActor } from '../access/policy.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Clock } from '../kernel/clock.ts'
import { dayOf } from '../kernel/day.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import type { Language } from '../letters/letter.ts'
import { openRoster, type Roster } from './file.ts'
import { doubtfulColumn } from './reading/doubt.ts'
import { ASIDES_SHOWN, type Found } from './found.ts'
import { decide, type Choices, type ImportId, type ImportRefusal, type NewImport } from './import.ts'
import { CHUNK, packed, type Chunks, type PackedRow } from './chunks.ts'
import type { Deciding } from './deciding.ts'
import type { Planning } from './planning.ts'
import { senderOf } from './world.ts'
import { factsOf, type Facts } from './plan/facts.ts'
import { NO_PATCH } from './plan/patch.ts'
import { mappingFault, type SheetMapping } from './reading/mapping.ts'
import { FileRefused, type FileRefusal } from './reading/refusal.ts'
import type { RosterLimits } from './reading/limits.ts'
import type { Seals } from './seals.ts'
import { withFile } from './spool.ts'
import * as store from './store.ts'
import type { ImportRecord } from './store.ts'

/** Rows between two notes of how far reading is. */
const NOTED = 5_000

export type Arrival = NewImport & {
  readonly fileName: string
  readonly bytes: Buffer
  readonly language: Language
  /** Names of sheets to read, and mappings by hand; without them the file's headings say. */
  readonly choices?: Pick<Choices, 'sheets' | 'mappings'>
}

/** A file arrives, and is read by the worker. */
export function arrivingOf(deps: {
  prisma: PrismaClient
  transaction: Transaction
  clock: Clock
  seals: Seals
  chunks: Chunks
  deciding: Pick<Deciding, 'contextOf'>
  planning: Planning
  limits: Partial<RosterLimits>
}) {
  const { prisma, transaction, clock, seals, chunks, deciding, planning, limits } = deps

  async function withRoster<T>(
    record: ImportRecord,
    work: (roster: Roster) => Promise<T>,
  ): Promise<Decision<T, FileRefusal>> {
    const sealed = await store.fileOf(prisma, record.id)
    if (sealed === null) throw new Error(`The file of import ${record.id} is erased`)
    const remembered = await store.mappings(prisma, senderOf(record))
    return withFile(seals.file.open(sealed), async (path) => {
      const { today, sheets, mappings } = record.choices
      const opened = await openRoster(
        { path, name: record.fileName },
        {
          ...{ today, limits, remembered: (fingerprint: string) => remembered.get(fingerprint) },
          ...(sheets && { sheets }),
          ...(mappings && { mappings }),
        },
      )
      if (!opened.ok) return opened
      try {
        return accept(await work(opened.value))
      } catch (error) {
        if (error instanceof FileRefused) return refuse(error.refusal)
        throw error
      } finally {
        await opened.value.close()
      }
    })
  }

  return {
    /** Keeps the file and lets the worker read it. Refused: roster-without-unit. */
    async arrive(by: Actor, arrival: Arrival): Promise<Decision<ImportId, ImportRefusal>> {
      if (arrival.mode === 'roster' && arrival.unitId === null) return refuse({ kind: 'roster-without-unit' })
      const sealed = seals.file.seal(arrival.bytes)
      const fileHash = createHash('sha256').update(arrival.bytes).digest('hex')
      return transaction(
        async (tx) => {
          const { mode, unitId, handOver, language, fileName } = arrival
          const record = await store.create(
            tx.db,
            {
              ...{ state: 'uploaded', mode, unitId, handOver, language, fileName, fileHash },
              ...{ fileBytes: arrival.bytes.length, createdAt: tx.at, byId: by.id, byName: by.name },
              byAccount: by.kind === 'person' ? by.accountId : null,
              choices: { today: dayOf(clock()), ...arrival.choices },
            },
            sealed,
          )
          tx.ring('imports')
          tx.audit(by, 'import.uploaded', `import:${record.id}`, {
            file: fileName,
            bytes: arrival.bytes.length,
            fileHash,
            mode,
          })
          return accept(record.id)
        },
        { timeoutMs: 60_000 },
      )
    },

    /** For the worker: reads the file and plans what it would do; what is wrong with it is noted. */
    async read(id: ImportId): Promise<void> {
      const record = await store.find(prisma, id)
      if (record?.state !== 'uploaded') return
      const context = await deciding.contextOf(record)
      const start = performance.now()
      const read = await withRoster(record, async (roster) => {
        const facts: Facts[] = []
        const sealed: Promise<Buffer>[] = []
        let open: PackedRow[] = []
        let noted = NOTED
        // What was read goes on sealed; only what the plan needs stays open in memory.
        const putAway = () => {
          sealed.push(chunks.sealCells(open))
          open = []
        }
        // An encoding that is a guess must be seen before a whole list is converted by it.
        const doubtful = doubtfulColumn(roster.tables)
        const need =
          roster.need ??
          (doubtful === null ? null : ({ kind: 'needs-mapping', sheet: doubtful, why: 'encoding' } as const))
        if (need === null)
          for await (const batch of roster.rows()) {
            for (const { sheet, number, cells } of batch) {
              facts.push(factsOf({ seq: facts.length + 1, sheet, number, cells }, NO_PATCH, context))
              if (open.push(packed(cells)) === CHUNK) putAway()
            }
            if (facts.length < noted) continue
            noted = facts.length + NOTED
            await noteRead(id, facts.length)
          }
        if (open.length > 0) putAway()
        const found: Found = {
          ...{ format: roster.format, tables: roster.tables, asideCount: roster.asides.length },
          asides: roster.asides.slice(0, ASIDES_SHOWN),
          tookMs: Math.round(performance.now() - start),
        }
        return { facts, cells: await Promise.all(sealed), found, need }
      })
      if (!read.ok) return noteFault(id, 'unreadable', read.refusal)
      const { facts, cells, found, need } = read.value
      const mappings = Object.fromEntries(
        found.tables.filter(({ chosen }) => chosen).map(({ sheet, mapping }) => [sheet, mapping]),
      )
      const choices: Choices = { ...record.choices, sheets: Object.keys(mappings), mappings }
      await prisma.import.updateMany({
        where: { id, state: 'uploaded' },
        data: { found: seals.found.seal(found), ...(need === null && { choices }) },
      })
      if (need !== null) return noteFault(id, 'matching', need)
      if (facts.length === 0) return noteFault(id, 'unreadable', { kind: 'no-rows' })
      await planning.first({ ...record, choices }, { facts, cells }, context)
    },

    /** How the columns are read, as a person says; remembered for the sender. The file is read anew. */
    async match(
      permit: Permit<'import.change'>,
      id: ImportId,
      chosen: Readonly<Record<string, SheetMapping>>,
    ): Promise<Decision<null, ImportRefusal>> {
      const mappings = Object.entries(chosen)
      if (mappings.length === 0) return refuse({ kind: 'mapping', fault: 'no-sheet' })
      for (const [, mapping] of mappings) {
        const fault = mappingFault(mapping)
        if (fault !== null) return refuse({ kind: 'mapping', fault })
      }
      return transaction(async (tx) => {
        const record = await store.lock(tx.db, id)
        if (!record) return refuse({ kind: 'unknown-import' })
        const next = decide(record, { type: 'match' })
        if (!next.ok) return next
        const found = record.found === null ? null : seals.found.open(record.found)
        for (const [sheet, mapping] of mappings) {
          const table = found?.tables.find((each) => each.sheet === sheet)
          if (table)
            await store.rememberMapping(tx.db, senderOf(record), table.fingerprint, mapping, tx.at, permit.actor.name)
        }
        const choices: Choices = { ...record.choices, sheets: Object.keys(chosen), mappings: { ...chosen } }
        await store.update(tx.db, id, { state: next.value.state, choices, fault: store.NO_FAULT, rowsRead: 0 })
        tx.ring('imports')
        tx.audit(permit.actor, 'import.matched', `import:${id}`, { sheets: Object.keys(chosen) })
        return accept(null)
      })
    },
  }

  function noteRead(id: ImportId, rowsRead: number): Promise<unknown> {
    return prisma.import.updateMany({ where: { id, state: 'uploaded' }, data: { rowsRead } })
  }

  async function noteFault(id: ImportId, state: 'unreadable' | 'matching', fault: FileRefusal): Promise<void> {
    await transaction(async (tx) => {
      const record = await store.lock(tx.db, id)
      if (record?.state !== 'uploaded') return
      await store.update(tx.db, id, { state, fault })
      tx.audit(jobActor('imports'), `import.${state}`, `import:${id}`, { why: fault.kind })
    })
  }
}
