import { append } from '../audit/store.ts'
import type { AuditRecord, Mac } from '../audit/entry.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Inside, Lanes, Sql, Statement } from './lanes.ts'
import type { Prisma } from './generated/client.ts'

/** What a transaction can wake when it commits. */
export type Bell = 'sync' | 'letters'

export type Tx = {
  readonly db: Prisma.TransactionClient
  /** The same connection without Prisma between, for what is done most often. */
  readonly sql: Sql
  /** The instant of this transaction; the same for all it writes. */
  readonly at: Date
  /** Notes who did what; written last, with the change or not at all. */
  audit(actor: { id: string; name: string }, action: string, subject: string, detail?: Record<string, unknown>): void
  /** Wakes a worker once this is committed. A lost bell loses nothing: the sweep finds what is due. */
  ring(bell: Bell): void
}

/** Everything in `work` happens, with its audit entries and bells, or nothing does. */
export type Transaction = <T>(work: (tx: Tx) => Promise<T>, options?: { timeoutMs?: number }) => Promise<T>

/** Conflicts that PostgreSQL resolves by ending one of two transactions; trying again is the answer. */
const CONFLICTS = /P2034|40001|40P01|deadlock detected|could not serialize/

const RING: Statement = {
  name: 'ring',
  text: `SELECT graphile_worker.add_job(bell, '{}'::json, max_attempts := 1) FROM unnest($1::text[]) AS bell`,
}

export function transactions(deps: { lanes: Lanes; mac: Mac; clock: Clock }): Transaction {
  async function all<T>(work: (tx: Tx) => Promise<T>, { db, sql }: Inside): Promise<T> {
    const records: AuditRecord[] = []
    const bells = new Set<Bell>()
    const at = deps.clock()
    const result = await work({
      ...{ db, sql, at },
      audit: (actor, action, subject, detail = {}) => void records.push({ actor, action, subject, detail }),
      ring: (bell) => void bells.add(bell),
    })
    if (bells.size > 0) await sql(RING, [[...bells]])
    if (records.length > 0) await append(sql, deps.mac, at, records)
    return result
  }
  return async (work, options = {}) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await deps.lanes.run((inside) => all(work, inside), options.timeoutMs ?? 15_000)
      } catch (error) {
        if (attempt >= 4 || !CONFLICTS.test(String((error as { code?: unknown }).code) + String(error))) throw error
      }
    }
  }
}
