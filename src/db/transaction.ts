import type { AsyncLocalStorage } from 'node:async_hooks'
import { append } from '../audit/store.ts'
import type { AuditRecord, Mac } from '../audit/entry.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Inside, Lanes, Sql, Statement } from './lanes.ts'
import type { Prisma } from './generated/client.ts'

/** What a transaction can wake when it commits. */
export type Bell = 'sync' | 'letters' | 'imports' | 'reconcile' | 'reorganisations'

/** Who writes; `via` is the access token through which somebody does. */
export type Author = { readonly id: string; readonly name: string; readonly via?: string }

export type Tx = {
  readonly db: Prisma.TransactionClient
  /** The same connection without Prisma between, for what is done most often. */
  readonly sql: Sql
  /** The instant of this transaction; the same for all it writes. */
  readonly at: Date
  /** Notes who did what; written last, with the change or not at all. */
  audit(actor: Author, action: string, subject: string, detail?: Record<string, unknown>): void
  /** Wakes a worker once this is committed. A lost bell loses nothing: the sweep finds what is due. */
  ring(bell: Bell): void
}

/**
 * Everything in `work` happens, with its audit entries and bells, or nothing does. Within `atomically` it is a part of that
 * whole: undone alone when it throws, and committed with all the rest.
 */
export type Transaction = <T>(work: (tx: Tx) => Promise<T>, options?: { timeoutMs?: number }) => Promise<T>

/** What a transaction has gathered so far, for its end. */
export type Whole = Inside & {
  readonly at: Date
  readonly records: AuditRecord[]
  readonly bells: Set<Bell>
  /** Parts come one after the other, for savepoints lie within one another. */
  readonly turn: { last: Promise<unknown> }
}

/** Conflicts that PostgreSQL resolves by ending one of two transactions; trying again is the answer. */
const CONFLICTS = /P2034|40001|40P01|deadlock detected|could not serialize/
const isConflict = (error: unknown): boolean =>
  CONFLICTS.test(String((error as { code?: unknown }).code) + String(error))

const RING: Statement = {
  name: 'ring',
  text: `SELECT graphile_worker.add_job(bell, '{}'::json, max_attempts := 1) FROM unnest($1::text[]) AS bell`,
}
// Of the same name one within the other: each ends the innermost.
const SAVE: Statement = { name: 'save', text: 'SAVEPOINT part' }
const UNDO: Statement = { name: 'undo', text: 'ROLLBACK TO SAVEPOINT part' }
const FORGET: Statement = { name: 'forget', text: 'RELEASE SAVEPOINT part' }

type Transactions = {
  readonly transaction: Transaction
  /**
   * Use cases called in `work` share one transaction, and what they read is what they have written: an act together with
   * the note that it was done. `work` may run again after a conflict, so it does nothing but call use cases.
   */
  readonly atomically: Transaction
}

export function transactions(deps: {
  lanes: Lanes
  whole: AsyncLocalStorage<Whole>
  mac: Mac
  clock: Clock
}): Transactions {
  const { lanes, whole, mac, clock } = deps

  const handle = ({ db, sql, at, records, bells }: Whole): Tx => ({
    ...{ db, sql, at },
    audit: ({ id, name, via }, action, subject, detail = {}) =>
      void records.push({
        ...{ actor: { id, name }, action, subject },
        detail: via === undefined ? detail : { ...detail, via },
      }),
    ring: (bell) => void bells.add(bell),
  })

  const fresh = () => ({ records: [], bells: new Set<Bell>(), turn: { last: Promise.resolve() } })

  async function all<T>(work: (part: Whole) => Promise<T>, { db, sql }: Inside): Promise<T> {
    const part = { ...fresh(), db, sql, at: clock() }
    const result = await work(part)
    if (part.bells.size > 0) await sql(RING, [[...part.bells]])
    if (part.records.length > 0) await append(sql, mac, part.at, part.records)
    return result
  }

  /** A part of a whole, after the parts that were asked for before. */
  function partOf<T>(outer: Whole, work: (tx: Tx) => Promise<T>): Promise<T> {
    const part = { ...outer, ...fresh() }
    const mine = outer.turn.last.then(() => whole.run(part, () => within(outer, part, work)))
    outer.turn.last = mine.catch(() => undefined)
    return mine
  }

  /** What the part gathered goes with the rest, once it is done. */
  async function within<T>(outer: Whole, part: Whole, work: (tx: Tx) => Promise<T>): Promise<T> {
    await outer.sql(SAVE, [])
    try {
      const result = await work(handle(part))
      await outer.sql(FORGET, [])
      outer.records.push(...part.records)
      for (const bell of part.bells) outer.bells.add(bell)
      return result
    } catch (error) {
      // A conflict has ended all of it.
      if (isConflict(error)) throw error
      await outer.sql(UNDO, [])
      await outer.sql(FORGET, [])
      throw error
    }
  }

  async function again<T>(work: (part: Whole) => Promise<T>, timeoutMs: number): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await lanes.run((inside) => all(work, inside), timeoutMs)
      } catch (error) {
        if (attempt >= 4 || !isConflict(error)) throw error
      }
    }
  }

  return {
    transaction(work, options = {}) {
      const outer = whole.getStore()
      return outer ? partOf(outer, work) : again((part) => work(handle(part)), options.timeoutMs ?? 15_000)
    },
    atomically: (work, options = {}) =>
      again((part) => whole.run(part, () => work(handle(part))), options.timeoutMs ?? 120_000),
  }
}
