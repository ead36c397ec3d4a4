import { jobActor, type Actor } from '../access/policy.ts'
import type { BulkChanges } from '../accounts/bulk-changes.ts'
import type { Enacting } from '../accounts/enacting.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import { isDatabaseAway } from '../kernel/away.ts'
import type { UnitId } from '../kernel/ids.ts'
import type { Secrets } from '../kernel/secrets.ts'
import type { Chunks, OpenRow } from './chunks.ts'
import type { ImportId } from './import.ts'
import * as memoryStore from './memory-store.ts'
import * as undoStore from './undo-store.ts'
import * as rowsStore from './rows-store.ts'
import { setOf, wasOf } from './carried.ts'
import { BATCH } from './running.ts'
import type { Seals } from './seals.ts'
import * as store from './store.ts'
import type { ImportRecord } from './store.ts'
import * as worldStore from './world-store.ts'

type Verdict = rowsStore.UndoVerdict
type Verdicts = ReadonlyMap<number, Verdict>

/** Carries the verdicts out of a transaction that must leave nothing behind. */
class Weighed extends Error {
  readonly verdicts: Verdicts
  constructor(verdicts: Verdicts) {
    super('Weighed, nothing is done')
    this.verdicts = verdicts
  }
}

/**
 * Takes back what an import did, as far as nobody has used or changed it since: accounts that it created, details that it
 * changed, suspensions. Whether a row can be taken back is found by doing it and leaving nothing of that behind, so that the
 * preview says what will happen. In batches, like the run: cut anywhere, it goes on where it was.
 */
export function undoingOf(deps: {
  prisma: PrismaClient
  transaction: Transaction
  secrets: Secrets
  seals: Seals
  chunks: Chunks
  changes: BulkChanges
  lives: Pick<Enacting, 'enact'>
}) {
  const { prisma, transaction, secrets, seals, chunks, changes, lives } = deps

  async function takeBack(tx: Tx, record: ImportRecord, rows: readonly rowsStore.StoredRow[]): Promise<Verdicts> {
    const by: Actor = { kind: 'job', id: `import:${record.id}`, name: record.undoneName ?? record.byName }
    const opened = await chunks.withContents(record.id, rows)
    const verdicts = new Map<number, Verdict>(opened.map(({ seq }) => [seq, 'erased']))
    for (const one of [
      await created(tx, by, record, opened),
      await changed(tx, by, opened),
      await suspended(tx, by, opened),
    ])
      for (const [seq, verdict] of one) verdicts.set(seq, verdict)
    return verdicts
  }

  async function created(tx: Tx, by: Actor, record: ImportRecord, rows: readonly OpenRow[]): Promise<Verdicts> {
    const accounts = rows.flatMap(({ seq, outcome, accountId: id }) =>
      outcome === 'create' && id !== null ? [{ seq, id }] : [],
    )
    const used = await worldStore.sinceCreated(
      tx.db,
      record.id,
      accounts.map(({ id }) => id),
    )
    const unused = accounts.filter(({ id }) => used.get(id) === 'unused')
    const done = await lives.enact(
      tx,
      by,
      unused.map(({ id }) => ({ id, command: { type: 'take-back' } })),
      { why: record.fileName },
    )
    const taken = new Map(unused.map(({ id }, n) => [id, done[n]?.ok === true]))
    return new Map(
      accounts.map(({ seq, id }) => {
        const is = used.get(id)
        return [seq, is === 'unused' ? (taken.get(id) ? '' : 'state') : (is ?? 'state')]
      }),
    )
  }

  async function changed(tx: Tx, by: Actor, rows: readonly OpenRow[]): Promise<Verdicts> {
    const found = new Map<number, Verdict>()
    const asked = rows.flatMap(({ seq, before, kept: { item } }) => {
      if (item?.type !== 'change' && item?.type !== 'transfer') return []
      return before === null ? [] : [{ seq, item, was: seals.before.open(before) }]
    })
    const standing = await worldStore.standing(tx.db, tx.at)
    const possible = asked.filter(({ seq, was }) => {
      const { unitId } = was
      const isGone = unitId === null || (unitId !== undefined && !standing.has(unitId as UnitId))
      if (isGone) found.set(seq, 'changed')
      return !isGone
    })
    const done = await changes.changeMany(
      tx,
      by,
      possible.map(({ item, was }) => ({ accountId: item.accountId, set: setOf(was, secrets), was: wasOf(item.set) })),
    )
    possible.forEach(({ seq }, n) => found.set(seq, done[n]?.ok ? '' : 'changed'))
    return found
  }

  async function suspended(tx: Tx, by: Actor, rows: readonly OpenRow[]): Promise<Verdicts> {
    const asked = rows.flatMap(({ seq, kept: { item } }) => (item?.type === 'suspend' ? [{ seq, item }] : []))
    const states = await worldStore.states(
      tx.db,
      asked.map(({ item }) => item.accountId),
    )
    // Coming back leads to where they were only from these.
    const possible = asked.filter(
      ({ item }) =>
        states.get(item.accountId) === 'suspended' && ['active', 'awaiting-activation'].includes(item.state),
    )
    const done = await lives.enact(
      tx,
      by,
      possible.map(({ item }) => ({ id: item.accountId, command: { type: 'return' } })),
    )
    const back = new Set(possible.filter((_, n) => done[n]?.ok).map(({ seq }) => seq))
    return new Map(asked.map(({ seq }) => [seq, back.has(seq) ? '' : 'state']))
  }

  async function weighBatch(id: ImportId, limit: number): Promise<boolean> {
    const rows = await undoStore.toUndo(prisma, id, 'none', limit)
    if (rows.length > 0) {
      const verdicts = await transaction(
        async (tx): Promise<Verdicts> => {
          const record = await store.lock(tx.db, id)
          if (record?.state !== 'weighing') return new Map()
          throw new Weighed(await takeBack(tx, record, rows))
        },
        { timeoutMs: 60_000 },
      ).catch((error: unknown) => {
        if (error instanceof Weighed) return error.verdicts
        throw error
      })
      if (verdicts.size === 0) return false
      await note(id, 'weighing', verdicts, () => 'done')
      return true
    }
    await transaction(async (tx) => {
      const record = await store.lock(tx.db, id)
      if (record?.state === 'weighing') await store.update(tx.db, id, { state: 'weighed' })
    })
    return false
  }

  const note = (id: ImportId, state: ImportRecord['state'], verdicts: Verdicts, to: () => rowsStore.RowState) =>
    transaction(async (tx) => {
      if ((await store.lock(tx.db, id))?.state !== state) return
      await undoStore.judged(
        tx.db,
        id,
        [...verdicts].map(([seq, undo]) => ({ seq, undo, state: to() })),
      )
    })

  function undoBatch(id: ImportId, limit: number): Promise<boolean> {
    return transaction(
      async (tx) => {
        const record = await store.lockUnlessBusy(tx.db, id)
        if (record?.state !== 'undoing') return false
        const rows = await undoStore.toUndo(tx.db, id, 'can', limit)
        if (rows.length === 0) {
          await undoStore.keepRest(tx.db, id)
          await memoryStore.forgetMemory(tx.db, id)
          await store.update(tx.db, id, { state: 'undone', undoneAt: tx.at })
          const verdicts = await undoStore.verdicts(tx.db, id)
          tx.audit(jobActor('imports'), 'import.undone', `import:${id}`, Object.fromEntries(verdicts))
          return false
        }
        const verdicts = await takeBack(tx, record, rows)
        await undoStore.judged(
          tx.db,
          id,
          [...verdicts].map(([seq, undo]) => ({ seq, undo, state: undo === '' ? 'undone' : 'kept' })),
        )
        tx.ring('imports')
        return true
      },
      { timeoutMs: 60_000 },
    )
  }

  /** Batch after batch; where one row of a batch is trouble, smaller ones, until it alone stays as it is. */
  async function all(id: ImportId, batch: typeof weighBatch, state: 'weighing' | 'undoing', stop?: AbortSignal) {
    for (let limit = BATCH; stop?.aborted !== true;) {
      try {
        if (!(await batch(id, limit))) return
        limit = Math.min(BATCH, limit * 4)
      } catch (error) {
        if (isDatabaseAway(error)) throw error
        if (limit > 1) limit = Math.ceil(limit / 4)
        else {
          const [row] = await undoStore.toUndo(prisma, id, state === 'weighing' ? 'none' : 'can', 1)
          if (!row) throw error
          await note(id, state, new Map([[row.seq, 'state']]), () => (state === 'weighing' ? 'done' : 'kept'))
        }
      }
    }
  }

  return {
    weigh: (id: ImportId, stop?: AbortSignal) => all(id, weighBatch, 'weighing', stop),
    undo: (id: ImportId, stop?: AbortSignal) => all(id, undoBatch, 'undoing', stop),
  }
}
