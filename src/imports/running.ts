import { jobActor, type Actor } from '../access/policy.ts'
import type { BulkAccounts } from '../accounts/bulk.ts'
import type { BulkChanges } from '../accounts/bulk-changes.ts'
import type { Enacting } from '../accounts/enacting.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import { isDatabaseAway } from '../kernel/away.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import { days, later } from '../kernel/clock.ts'
import type { PersonId } from '../kernel/ids.ts'
import type { Secrets } from '../kernel/secrets.ts'
import { carryingOf, type Job } from './carrying.ts'
import type { Chunks } from './chunks.ts'
import type { ImportId } from './import.ts'
import { POLICY } from './import-policies.ts'
import { digestOf, type KeptPlan } from './plan.ts'
import type { Reason } from './plan/reason.ts'
import { groupOf } from './plan/reason.ts'
import type { Seals } from './seals.ts'
import * as store from './store.ts'
import type { ImportRecord } from './store.ts'
import * as countsStore from './counts-store.ts'
import * as memoryStore from './memory-store.ts'
import * as rowsStore from './rows-store.ts'

export type Running = ReturnType<typeof runningOf>

/** Rows that are carried out in one transaction. */
export const BATCH = 500

/**
 * Carries a plan out, in batches: what a batch does and that it was done is one transaction, so that whoever goes on after a crash
 * finds each row either done or not begun. Rows for which the world has moved wait for a person; the others go on.
 */
export function runningOf(deps: {
  prisma: PrismaClient
  transaction: Transaction
  secrets: Secrets
  seals: Seals
  chunks: Chunks
  accounts: BulkAccounts
  changes: BulkChanges
  lives: Pick<Enacting, 'enact'>
}) {
  const { prisma, transaction, seals, chunks } = deps
  const carrying = carryingOf(deps)

  /** One batch; answers whether there may be more. */
  function batch(id: ImportId, limit: number): Promise<boolean> {
    return transaction(
      async (tx) => {
        const record = await store.lockUnlessBusy(tx.db, id)
        if (record?.state !== 'running') return false
        if (record.wish !== null) {
          await heed(tx, record, record.wish)
          return false
        }
        const rows = await rowsStore.open(tx.db, id, limit)
        if (rows.length === 0) {
          await finish(tx, record)
          return false
        }
        await carryOut(tx, record, rows)
        tx.ring('imports')
        return true
      },
      { timeoutMs: 60_000 },
    )
  }

  async function heed(tx: Tx, record: ImportRecord, wish: 'pause' | 'cancel'): Promise<void> {
    if (wish === 'pause') await store.update(tx.db, record.id, { state: 'paused', wish: null })
    else await close(tx, record, 'cancelled')
    tx.audit(worker, wish === 'pause' ? 'import.paused' : 'import.cancelled', `import:${record.id}`)
  }

  async function finish(tx: Tx, record: ImportRecord): Promise<void> {
    await close(tx, record, 'done')
    const { done, total } = await countsStore.progress(tx.db, record.id)
    tx.audit(worker, 'import.done', `import:${record.id}`, { done, total })
  }

  async function close(tx: Tx, record: ImportRecord, state: 'done' | 'cancelled'): Promise<void> {
    const { policy } = await POLICY.read(tx.db)
    const undoUntil = later(tx.at, days(policy.undoDays))
    await store.update(tx.db, record.id, { state, wish: null, endedAt: tx.at, undoUntil })
    await memoryStore.rememberUnchanged(tx.db, record.id, tx.at)
  }

  async function carryOut(tx: Tx, record: ImportRecord, rows: readonly rowsStore.StoredRow[]): Promise<void> {
    const opened = await chunks.withContents(record.id, rows)
    const jobs = opened.map(({ cells: _, kept: plan, ...row }): Job => {
      // What runs is what was approved, to the letter.
      if (plan.item === null || digestOf(row.outcome, plan) !== row.digest)
        throw new Error(`Row ${row.seq} of import ${record.id} is not as it was planned`)
      return { row, plan, item: plan.item }
    })
    const by: Actor = { kind: 'job', id: `import:${record.id}`, name: record.byName }
    const outcomes = await carrying(tx, by, record, jobs)
    const done: rowsStore.Done[] = []
    const moved: ReturnType<typeof reviewOf>[] = []
    const remembered: { print: string; personId: PersonId; patch: string | null }[] = []
    for (const { row, plan } of jobs) {
      const outcome = outcomes.get(row.seq)
      if (outcome?.ok) {
        const before = outcome.before === null ? null : seals.before.seal(outcome.before)
        done.push({ seq: row.seq, personId: outcome.personId, accountId: outcome.accountId, before })
        if (row.print !== null) remembered.push({ print: row.print, personId: outcome.personId, patch: row.patch })
      } else moved.push(reviewOf(row, plan, outcome?.moved ?? 'changed'))
    }
    await rowsStore.done(tx.db, record.id, done, tx.at)
    if (moved.length > 0) await rowsStore.setAside(tx.db, record.id, moved)
    if (remembered.length > 0) await memoryStore.remember(tx.db, remembered, record.id, tx.at)
  }

  /** Waits for a person from now on. */
  function reviewOf(row: rowsStore.StoredRow, plan: KeptPlan, what: (Reason & { code: 'moved' })['what']) {
    const reasons: Reason[] = [...plan.reasons, { code: 'moved', what }]
    const kept: KeptPlan = { ...plan, reasons }
    const digest = digestOf('review', kept)
    return { seq: row.seq, groups: [...new Set(reasons.map(groupOf))], plan: seals.plan.seal(kept), digest }
  }

  /** A row that alone cannot be carried out, whatever the reason: it waits, and says why, and the others go on. */
  const setAside = (id: ImportId, trouble: unknown): Promise<boolean> =>
    transaction(async (tx) => {
      const record = await store.lock(tx.db, id)
      const [row] = record?.state === 'running' ? await rowsStore.open(tx.db, id, 1) : []
      if (!record || !row) return false
      const [opened] = await chunks.withContents(id, [row])
      if (opened) await rowsStore.setAside(tx.db, id, [reviewOf(row, opened.kept, 'changed')])
      await rowsStore.note(tx.db, id, row.seq, String(trouble).slice(0, 500))
      return true
    })

  return {
    /** Carries out what is still to be done, until it is done, paused or cancelled, or the process is to end. Throws only when the database is away. */
    async run(id: ImportId, stop?: AbortSignal): Promise<void> {
      let batches = 0
      for (let limit = BATCH; stop?.aborted !== true;) {
        try {
          if (!(await batch(id, limit))) return
          if (isPowerOfTwo(++batches)) await countsStore.analyse(prisma)
          limit = Math.min(BATCH, limit * 4)
        } catch (error) {
          if (isDatabaseAway(error)) throw error
          // Some row of these is bad: the halves are tried apart, so that in the end it alone is set aside.
          if (limit > 1) limit = Math.ceil(limit / 4)
          else if (!(await setAside(id, error))) return
        }
      }
    },
  }
}

const worker = jobActor('imports')
const isPowerOfTwo = (n: number): boolean => (n & (n - 1)) === 0
