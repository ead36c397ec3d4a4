import type { Actor, Permit, PersonActor } from '../access/policy.ts'
import type { Activations } from '../accounts/activations.ts'
import type { BulkAccounts } from '../accounts/bulk.ts'
import type { BulkChanges } from '../accounts/bulk-changes.ts'
import type { Enacting } from '../accounts/enacting.ts'
import type { BulkAddresses } from '../addresses/bulk.ts'
import type { Plan } from '../brake/brake.ts'
import type { Brakes } from '../brake/brakes.ts'
import { isDatabaseAway } from '../kernel/away.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import { days, later, type Clock } from '../kernel/clock.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import type { UnitId } from '../kernel/ids.ts'
import type { Secrets } from '../kernel/secrets.ts'
import { arrivingOf, type Arrival } from './arriving.ts'
import { chunksOf } from './chunks.ts'
import { decide, ImportId, type Command, type ImportPolicy, type ImportRefusal, type ImportState } from './import.ts'
import { POLICY, type ImportPolicyRefusal } from './import-policies.ts'
import { hashOf, partsOf } from './plan.ts'
import { decidingOf } from './deciding.ts'
import { planningAgainOf } from './planning-again.ts'
import { planningOf } from './planning.ts'
import { returningOf } from './returning.ts'
import type { RosterLimits } from './reading/limits.ts'
import { reviewingOf } from './reviewing.ts'
import * as undoStore from './undo-store.ts'
import * as rowsStore from './rows-store.ts'
import { runningOf } from './running.ts'
import { sealsOf } from './seals.ts'
import { slipsOf } from './slips.ts'
import * as store from './store.ts'
import { takingBackOf } from './taking-back.ts'
import { undoingOf } from './undoing.ts'
import { viewingOf } from './viewing.ts'

export type Imports = ReturnType<typeof importsOf>
export type { Arrival } from './arriving.ts'
export type Started = { readonly state: ImportState; readonly holdId: string | null }

/** What is never given up half way. */
const CARRIED_ON: readonly ImportState[] = ['running', 'weighing', 'undoing']

/** Personnel files: from the file to accounts, with a plan between that people look at. */
export function importsOf(deps: {
  prisma: PrismaClient
  transaction: Transaction
  clock: Clock
  secrets: Secrets
  addresses: BulkAddresses
  accounts: BulkAccounts
  changes: BulkChanges
  lives: Pick<Enacting, 'enact'>
  activations: Pick<Activations, 'slips'>
  brakes: Brakes
  subtree: (roots: readonly UnitId[]) => Promise<UnitId[]>
  domain: string
  limits: Partial<RosterLimits>
}) {
  const { prisma, transaction, clock, brakes } = deps
  const own = { ...deps, seals: sealsOf(deps.secrets), chunks: chunksOf(deps) }
  const deciding = decidingOf(own)
  const arriving = arrivingOf({ ...own, deciding, planning: planningOf({ ...own, deciding }) })
  const planning = planningAgainOf({ ...own, deciding })
  const reviewing = reviewingOf(own)
  const running = runningOf(own)
  const undoing = undoingOf(own)
  const viewing = viewingOf(own)
  const returning = returningOf({ ...own, viewing })

  /** A command of a person, decided under the import's lock. */
  const command = (
    actor: Actor,
    id: ImportId,
    asked: Command,
    more: (tx: Tx, record: store.ImportRecord) => Promise<object> = () => Promise.resolve({}),
  ): Promise<Decision<ImportState, ImportRefusal>> =>
    transaction(async (tx) => {
      const record = await store.lock(tx.db, id)
      if (!record) return refuse({ kind: 'unknown-import' })
      const next = decide(record, asked)
      if (!next.ok) return next
      await store.update(tx.db, id, { ...next.value, ...(await more(tx, record)) })
      tx.ring('imports')
      tx.audit(actor, `import.${asked.type}`, `import:${id}`)
      return accept(next.value.state)
    })

  async function planOf(tx: Tx, record: store.ImportRecord): Promise<{ plan: Plan; changes: number }> {
    const digests = await rowsStore.openDigests(tx.db, record.id)
    const plan: Plan = {
      ...{ kind: 'import', id: record.id, hash: hashOf(digests), name: `${record.number} · ${record.fileName}` },
      parts: partsOf(digests),
    }
    return { plan, changes: digests.length }
  }

  /** Lets the plan through the brake and begins, or leaves it held. */
  async function begin(tx: Tx, by: Actor, record: store.ImportRecord, plan: Plan): Promise<Started> {
    const passed = await brakes.pass(tx, by, plan)
    if (!passed.ok) {
      const { holdId } = passed.refusal
      await store.update(tx.db, record.id, { state: 'held', holdId })
      return { state: 'held', holdId }
    }
    await store.update(tx.db, record.id, {
      state: 'running',
      wish: null,
      startedAt: record.startedAt ?? tx.at,
      endedAt: null,
    })
    tx.ring('imports')
    tx.audit(by, 'import.started', `import:${record.id}`, { hash: plan.hash, released: passed.value.released })
    return { state: 'running', holdId: null }
  }

  return {
    ...viewing,
    arrive: (permit: Permit<'import.change'>, arrival: Arrival) => arriving.arrive(permit.actor, arrival),
    match: (...asked: Parameters<typeof arriving.match>) => arriving.match(...asked),
    review: reviewing,
    workbook: (...asked: Parameters<typeof returning.workbook>) => returning.workbook(...asked),

    /**
     * Carries the plan out that was looked at: at once, or after a second person has looked, or after two have released the
     * brake. Refused: unknown-import, import-not-in-state, plan-changed-meanwhile, nothing-to-do.
     */
    start: (permit: Permit<'import.change'>, id: ImportId, hash: string): Promise<Decision<Started, ImportRefusal>> =>
      transaction(
        async (tx): Promise<Decision<Started, ImportRefusal>> => {
          const record = await store.lock(tx.db, id)
          if (!record) return refuse({ kind: 'unknown-import' })
          const { plan, changes } = await planOf(tx, record)
          const { policy } = await POLICY.read(tx.db)
          const { approveAbove } = policy
          const next = decide({ ...record, hash: plan.hash }, { type: 'start', hash, changes, approveAbove })
          if (!next.ok) return next
          const by = permit.actor
          const isHeld = (await brakes.judge(plan)).length > 0
          // Two people look at a plan beyond the brake's limits anyhow.
          if (next.value.state === 'asked' && !isHeld) {
            const askedBy = by.kind === 'person' ? by.accountId : null
            await store.update(tx.db, id, { state: 'asked', askedAt: tx.at, askedBy, askedName: by.name })
            tx.audit(by, 'import.asked', `import:${id}`, { hash, changes })
            return accept({ state: 'asked', holdId: null })
          }
          return accept(await begin(tx, by, record, plan))
        },
        { timeoutMs: 60_000 },
      ),

    /**
     * The second person has looked. Refused: unknown-import, import-not-in-state, plan-changed-meanwhile, own-import.
     */
    approve: (
      permit: Permit<'import.approve'>,
      id: ImportId,
      hash: string,
    ): Promise<Decision<Started, ImportRefusal>> =>
      transaction(
        async (tx): Promise<Decision<Started, ImportRefusal>> => {
          const record = await store.lock(tx.db, id)
          if (!record) return refuse({ kind: 'unknown-import' })
          // Permits for it are given to people only.
          const { accountId: by, name: approvedName } = permit.actor as PersonActor
          const { plan } = await planOf(tx, record)
          const next = decide({ ...record, hash: plan.hash }, { type: 'approve', hash, by })
          if (!next.ok) return next
          await store.update(tx.db, id, { approvedAt: tx.at, approvedBy: by, approvedName })
          tx.audit(permit.actor, 'import.approved', `import:${id}`, { hash, asked: record.askedName })
          return accept(await begin(tx, permit.actor, record, plan))
        },
        { timeoutMs: 60_000 },
      ),

    /** For the brake: begins a plan that two people have released; false when it is another one by now. */
    async startReleased(tx: Tx, released: Plan, by: Actor): Promise<boolean> {
      const id = ImportId.safeParse(released.id)
      const record = id.success ? await store.lock(tx.db, id.data) : null
      if (record?.state !== 'held') return false
      const { plan } = await planOf(tx, record)
      if (plan.hash !== released.hash) return false
      return (await begin(tx, by, record, plan)).state === 'running'
    },

    /** Back to the preview, before anything was done. */
    withdraw: (permit: Permit<'import.change'>, id: ImportId) => command(permit.actor, id, { type: 'withdraw' }),
    pause: (permit: Permit<'import.change'>, id: ImportId) => command(permit.actor, id, { type: 'pause' }),
    goOn: (permit: Permit<'import.change'>, id: ImportId) => command(permit.actor, id, { type: 'go-on' }),
    /** Nothing more is done; what was done stays, and can be undone. */
    cancel: (permit: Permit<'import.change'>, id: ImportId) =>
      command(permit.actor, id, { type: 'cancel' }, async (tx, record) => {
        if (record.state === 'running') return {}
        const { policy } = await POLICY.read(tx.db)
        return { endedAt: tx.at, undoUntil: later(tx.at, days(policy.undoDays)) }
      }),
    /** Plans what is still open of an import that is done: rows that waited. */
    proceed: (permit: Permit<'import.change'>, id: ImportId) => command(permit.actor, id, { type: 'continue' }),

    /** Finds out what can still be undone; nothing is. Refused: unknown-import, import-not-in-state, undo-too-late. */
    weigh: (permit: Permit<'import.change'>, id: ImportId) =>
      command(permit.actor, id, { type: 'weigh', at: clock() }, async (tx) => {
        await undoStore.forgetVerdicts(tx.db, id)
        return { holdId: null }
      }),
    ...takingBackOf(deps),
    /** Of a weighed import: what can be undone, and what cannot, by why. */
    verdicts: (_permit: Permit<'import.read'>, id: ImportId) => undoStore.verdicts(prisma, id),
    slips: slipsOf(own),

    /** From how many changes on a second person looks, and how long things are kept: data with versions. */
    policy: (_permit: Permit<'import.read'>) => POLICY.read(prisma),
    /** Every version, newest first. */
    policies: (_permit: Permit<'import.read'>) => POLICY.history(prisma),
    /** Refused: policy-changed-meanwhile, policy-unchanged. */
    changePolicy: (
      permit: Permit<'import.change'>,
      asked: { seen: number; policy: ImportPolicy; why: string },
    ): Promise<Decision<number, ImportPolicyRefusal>> => transaction((tx) => POLICY.change(tx, permit.actor, asked)),

    /**
     * For the worker: reads, plans and carries out what is due, until nothing is or it is told to stop. Throws only when the
     * database is away; whatever else goes wrong stays with its import.
     */
    async work(stop?: AbortSignal): Promise<void> {
      for (const id of await store.due(prisma)) await workAt(id, stop)
    },

    /** The same for one import. */
    workAt,

    /** Erases what old lists say of people. */
    async forgetOld(_permit: Permit<'system.tidy'>): Promise<void> {
      const { policy } = await POLICY.read(prisma)
      for (const id of await store.stale(prisma, later(clock(), -days(policy.keepDays))))
        await transaction(async (tx) => {
          const record = await store.lock(tx.db, id)
          if (!record || record.erasedAt !== null) return
          await store.erase(tx.db, id, tx.at)
          if (record.endedAt === null) await store.update(tx.db, id, { state: 'cancelled', endedAt: tx.at })
        })
    },
  }

  async function workAt(id: ImportId, stop?: AbortSignal): Promise<void> {
    // Each step begins where the one before ended: an uploaded file is read and planned, a plan that runs is carried out.
    for (let before: ImportState | null = null; stop?.aborted !== true;) {
      const state = (await store.find(prisma, id))?.state ?? null
      if (state === null || state === before) return
      before = state
      try {
        if (state === 'uploaded') await arriving.read(id)
        else if (state === 'planning') await planning.again(id)
        else if (state === 'running') await running.run(id, stop)
        else if (state === 'weighing') await undoing.weigh(id, stop)
        else if (state === 'undoing') await undoing.undo(id, stop)
        else return
      } catch (error) {
        if (isDatabaseAway(error) || CARRIED_ON.includes(state)) throw error
        // A list on which we stumble must not be tried for ever, nor keep the others waiting.
        await transaction(async (tx) => {
          if ((await store.lock(tx.db, id))?.state !== state) return
          const fault = { kind: 'trouble', detail: String(error).slice(0, 500) }
          await store.update(tx.db, id, { state: 'unreadable', fault })
        })
      }
    }
  }
}
