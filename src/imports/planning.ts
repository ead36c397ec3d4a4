import type { BulkAddresses } from '../addresses/bulk.ts'
import type { Subject } from '../addresses/naming.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import { dayOf } from '../kernel/day.ts'
import type { Clock } from '../kernel/clock.ts'
import { jobActor } from '../access/policy.ts'
import type { LocalPart } from '../kernel/email-address.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import type { Secrets } from '../kernel/secrets.ts'
import { fold } from '../kernel/text.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import { difference, type World } from './difference.ts'
import type { ImportId } from './import.ts'
import { digestOf, hashOf, isCarriedOut, type KeptPlan } from './plan.ts'
import { factsOf, type Facts, type FactsContext, type KeptRow } from './plan/facts.ts'
import type { Item, PlannedRow } from './plan/item.ts'
import type { Known } from './plan/matching.ts'
import { NO_PATCH, type Patch } from './plan/patch.ts'
import { groupOf } from './plan/reason.ts'
import { unitIndexOf } from './plan/spelling.ts'
import type { Seals } from './seals.ts'
import type { ImportRecord } from './store.ts'
import * as store from './store.ts'
import * as rowsStore from './rows-store.ts'
import * as worldStore from './world-store.ts'

/** A row of the file on its way into a plan. */
type Loaded = { readonly facts: Facts; readonly digest: string; readonly isOpen: boolean }
type Planned = { readonly writes: readonly rowsStore.RowWrite[]; readonly rows: readonly PlannedRow[] }
export type Planning = ReturnType<typeof planningOf>

/** Rows a piece; between two of them others in the process get their turn. */
const SLICE = 1_000
export const senderOf = ({ unitId }: Pick<ImportRecord, 'unitId'>): string => unitId ?? ''

/** Works out what a list would do, and keeps it. */
export function planningOf(deps: {
  prisma: PrismaClient
  transaction: Transaction
  clock: Clock
  secrets: Secrets
  seals: Seals
  addresses: BulkAddresses
  subtree: (roots: readonly UnitId[]) => Promise<UnitId[]>
  domain: string
}) {
  const { prisma, transaction, clock, secrets, seals, addresses, subtree, domain } = deps

  async function contextOf(record: ImportRecord): Promise<FactsContext> {
    const others = await prisma.domain.findMany({ select: { name: true } })
    return {
      today: record.choices.today,
      domains: new Set([domain, ...others.map(({ name }) => name)]),
      hash: secrets.numberHash,
    }
  }

  /** What people decided about equal rows of earlier lists, for rows about which nothing was decided here. */
  async function memoryOf(prints: readonly string[]) {
    const rows = await worldStore.remembered(prisma, prints)
    return new Map(
      rows.map(({ print, personId, patch }) => [
        print,
        { personId, patch: patch === null ? null : { ...seals.patch.open(patch), person: null } },
      ]),
    )
  }

  async function worldOf(
    record: ImportRecord,
    rows: readonly Facts[],
    memory: ReadonlyMap<string, { personId: Known['personId'] }>,
    absentPatches: ReadonlyMap<AccountId, Patch>,
  ): Promise<{ world: World; units: worldStore.Units }> {
    const today = dayOf(clock())
    const given = rows.flatMap((row) => (row.given?.kind === 'good' ? [row.given.local] : []))
    const rosterUnits = record.mode === 'roster' && record.unitId !== null ? await subtree([record.unitId]) : []
    const [units, spellings, people, taken] = await Promise.all([
      worldStore.units(prisma, today),
      store.spellings(prisma, senderOf(record)),
      worldStore.people(
        prisma,
        {
          hashes: distinct(rows.map(({ hash }) => hash)),
          folds: distinct(rows.map((row) => row.fold || null)),
          persons: distinct([
            ...[...memory.values()].map(({ personId }) => personId),
            ...rows.map(({ patch }) => (patch.person === 'new' ? null : patch.person)),
          ]),
          units: rosterUnits,
        },
        today,
      ),
      worldStore.holders(prisma, distinct(given), clock()),
    ])
    const index = unitIndexOf(units.known, units.successors)
    const answers = new Map<string, ReturnType<World['unitOf']>>()
    const inRoster = new Set(rosterUnits)
    return {
      units,
      world: {
        byHash: new Map(people.flatMap((each) => (each.hash === null ? [] : [[each.hash, each] as const]))),
        byFold: Map.groupBy(people, (each) => each.fold),
        byId: new Map(people.map((each) => [each.personId, each])),
        remembered: new Map([...memory].map(([print, { personId }]) => [print, personId])),
        unitOf(spelling) {
          const said = spellings.get(spelling.key)
          if (said !== undefined && index.has(said)) return { kind: 'sure', unitId: said }
          const answer = answers.get(spelling.key) ?? index.resolve(spelling)
          answers.set(spelling.key, answer)
          return answer
        },
        taken,
        unitOfAll: record.unitId,
        roster:
          record.mode === 'roster'
            ? {
                units: inRoster,
                people: people.filter((each) => each.unitId !== null && inRoster.has(each.unitId)),
                patches: absentPatches,
              }
            : null,
        by: record.byAccount as AccountId | null,
      },
    }
  }

  /** The whole plan; rows that were carried out already take part, and keep what they have. */
  async function planRows(
    record: ImportRecord,
    loaded: readonly Loaded[],
    memory: ReadonlyMap<string, { personId: Known['personId'] }>,
    absentPatches: ReadonlyMap<AccountId, Patch>,
  ): Promise<Planned> {
    const facts = loaded.map((row) => row.facts)
    const { world, units } = await worldOf(record, facts, memory, absentPatches)
    const planned = await allotted(difference(facts, world), units)
    const writes: rowsStore.RowWrite[] = []
    for (const [n, row] of planned.entries()) {
      if (n % SLICE === SLICE - 1) await breathe()
      const before = loaded[n]
      const kept: KeptPlan = { reasons: row.reasons, item: row.item, repeats: row.repeats }
      const digest = digestOf(row.outcome, kept)
      if (before !== undefined && (!before.isOpen || before.digest === digest)) continue
      writes.push(writeOf(row, kept, digest, before?.facts ?? null, world))
    }
    return { writes, rows: planned.filter((_, n) => loaded[n]?.isOpen ?? true) }
  }

  /** New people get the addresses that the policy gives them, one after the other, unless the file gave them one. */
  async function allotted(rows: PlannedRow[], units: worldStore.Units): Promise<PlannedRow[]> {
    const wanting: { n: number; subject: Subject }[] = []
    const spoken = new Set<string>()
    rows.forEach(({ item, outcome }, n) => {
      if (item?.type !== 'create') return
      if (item.local !== null && outcome !== 'skipped') spoken.add(item.local)
      if (item.local !== null) return
      const unit = item.unitId === null ? null : (units.named.get(item.unitId) ?? null)
      wanting.push({ n, subject: { kind: 'person', name: item.name, unit } })
    })
    if (wanting.length === 0) return rows
    const found = await addresses.allot(
      wanting.map(({ subject }) => subject),
      spoken,
    )
    const done = [...rows]
    wanting.forEach(({ n }, at) => {
      const row = rows[n]
      const allotment = found[at]
      if (row?.item?.type !== 'create' || !allotment) return
      done[n] = { ...row, item: { ...row.item, local: allotment.candidate.local, why: allotment.reason } }
    })
    return done
  }

  const writeOf = (
    row: PlannedRow,
    kept: KeptPlan,
    digest: string,
    facts: Facts | null,
    world: World,
  ): rowsStore.RowWrite => {
    const { item } = row
    const known = item !== null && 'personId' in item ? world.byId.get(item.personId) : undefined
    return {
      ...{ seq: row.seq, outcome: row.outcome, plan: seals.plan.seal(kept), digest },
      groups: [...new Set(row.reasons.map(groupOf))],
      unitId: known?.unitId ?? (item?.type === 'create' ? item.unitId : null),
      personId: known?.personId ?? null,
      accountId: known?.accountId ?? null,
      search: searchOf(facts, item, known),
      spelling: facts?.spelling?.key ?? null,
    }
  }

  const insertOf = (write: rowsStore.RowWrite, row: KeptRow | null, cells: string | null, print: string | null) => ({
    ...write,
    ...{ sheet: row?.sheet ?? '', rowNumber: row?.number ?? null, cells, patch: null, print },
  })

  async function keepPlan(tx: Tx, record: ImportRecord, planned: Planned, more: { rowsRead?: number } = {}) {
    const digests = await rowsStore.openDigests(tx.db, record.id)
    await store.update(tx.db, record.id, {
      ...{ state: 'preview', hash: hashOf(digests), plannedAt: tx.at, ...more },
    })
    const count = (outcome: PlannedRow['outcome']) => planned.rows.filter((row) => row.outcome === outcome).length
    tx.audit(jobActor('imports'), 'import.planned', `import:${record.id}`, {
      ...{ create: count('create'), change: count('change'), transfer: count('transfer'), suspend: count('suspend') },
      review: count('review') + count('refused'),
    })
  }

  return {
    contextOf,

    /** The first plan of a file that was just read; its rows and the plan are kept together, or not at all. */
    async first(record: ImportRecord, rows: readonly { row: KeptRow; cells: string; facts: Facts }[]): Promise<void> {
      const context = await contextOf(record)
      const memory = await memoryOf(rows.map(({ facts }) => facts.print))
      const patches = new Map<number, string>()
      const loaded = rows.map(({ row, facts }): Loaded => {
        const patch = memory.get(facts.print)?.patch ?? null
        if (patch === null) return { facts, digest: '', isOpen: true }
        patches.set(row.seq, seals.patch.seal(patch))
        const cells = seals.cells.open(rows[row.seq - 1]?.cells ?? '')
        return { facts: factsOf({ ...row, cells }, patch, context), digest: '', isOpen: true }
      })
      const planned = await planRows(record, loaded, memory, new Map())
      const inserts = planned.writes.map((write) => {
        const of = rows[write.seq - 1]
        const insert = insertOf(write, of?.row ?? null, of?.cells ?? null, of?.facts.print ?? null)
        return { ...insert, patch: patches.get(write.seq) ?? null }
      })
      await transaction(
        async (tx) => {
          const present = await store.lock(tx.db, record.id)
          if (present?.state !== 'uploaded') return
          await rowsStore.removeAll(tx.db, record.id)
          await rowsStore.insert(tx.db, record.id, inserts)
          await keepPlan(tx, record, planned, { rowsRead: rows.length })
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
      const prints: string[] = []
      for (let seq = 0; ;) {
        const rows = await rowsStore.after(prisma, id, seq, SLICE)
        for (const row of rows) {
          const patch = row.patch === null ? NO_PATCH : seals.patch.open(row.patch)
          if (row.rowNumber === null) {
            if (row.accountId !== null) absentPatches.set(row.accountId, patch)
            continue
          }
          const kept = { seq: row.seq, sheet: row.sheet, number: row.rowNumber }
          const cells = row.cells === null ? {} : seals.cells.open(row.cells)
          const facts = factsOf({ ...kept, cells }, patch, context)
          prints.push(facts.print)
          loaded.push({ facts, digest: row.digest, isOpen: row.state === 'open' })
        }
        if (rows.length < SLICE) break
        seq = rows.at(-1)?.seq ?? seq
        await breathe()
      }
      const memory = await memoryOf(prints)
      const planned = await planRows(record, loaded, memory, absentPatches)
      const last = loaded.at(-1)?.facts.seq ?? 0
      await transaction(
        async (tx) => {
          const present = await store.lock(tx.db, id)
          if (present?.state !== 'planning') return
          await rowsStore.plan(
            tx.db,
            id,
            planned.writes.filter(({ seq }) => seq <= last),
          )
          await rowsStore.removeAbsent(tx.db, id)
          const absent = planned.writes.filter(({ seq }) => seq > last)
          const sealed = (write: rowsStore.RowWrite) => {
            const patch = write.accountId === null ? undefined : absentPatches.get(write.accountId)
            return patch === undefined ? null : seals.patch.seal(patch)
          }
          await rowsStore.insert(
            tx.db,
            id,
            absent.map((write) => ({ ...insertOf(write, null, null, null), patch: sealed(write) })),
          )
          await keepPlan(tx, record, planned)
        },
        { timeoutMs: 300_000 },
      )
    },
  }
}

const distinct = <T>(values: readonly (T | null)[]): T[] => [...new Set(values.filter((value) => value !== null))]
export const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

function searchOf(facts: Facts | null, item: Item | null, known: Known | undefined): string {
  const local: LocalPart | string | null = item?.type === 'create' ? item.local : (known?.local ?? null)
  const name = facts?.name?.full ?? known?.name ?? ''
  return [fold(name), local ?? '', facts === null ? '' : String(facts.number)].join(' ').trim()
}

export { isCarriedOut }
