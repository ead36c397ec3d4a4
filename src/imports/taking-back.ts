import type { Actor, Permit } from '../access/policy.ts'
import type { Plan } from '../brake/brake.ts'
import type { Brakes } from '../brake/brakes.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import type { Clock } from '../kernel/clock.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import { decide, ImportId, type ImportRefusal } from './import.ts'
import { hashOf, partsUndone } from './plan.ts'
import * as undoStore from './undo-store.ts'
import * as store from './store.ts'

export type TakingBack = { readonly holdId: string | null }

/**
 * Begins to take an import back, once people have seen what can be: under the brake, for what it withdraws and changes counts
 * like anything else that does so to many accounts.
 */
export function takingBackOf(deps: { transaction: Transaction; clock: Clock; brakes: Brakes }) {
  const { transaction, clock, brakes } = deps

  async function planOf(tx: Tx, record: store.ImportRecord): Promise<Plan> {
    const rows = await undoStore.undoable(tx.db, record.id)
    const name = `${record.number} · ${record.fileName}`
    return { kind: 'undo', id: record.id, hash: hashOf(rows), name, parts: partsUndone(rows) }
  }

  /** Lets it through the brake and begins, or leaves it weighed and held. */
  async function begin(tx: Tx, by: Actor, record: store.ImportRecord, plan: Plan): Promise<TakingBack> {
    const passed = await brakes.pass(tx, by, plan)
    const { holdId } = passed.ok ? { holdId: null } : passed.refusal
    await store.update(tx.db, record.id, { ...(passed.ok && { state: 'undoing', wish: null }), holdId })
    if (!passed.ok) return { holdId }
    tx.ring('imports')
    tx.audit(by, 'import.undo', `import:${record.id}`, { hash: plan.hash, released: passed.value.released })
    return { holdId }
  }

  return {
    /**
     * Undoes what can be, for a reason, at once or when two people have released the brake. Refused: unknown-import,
     * import-not-in-state, undo-too-late.
     */
    undo: (permit: Permit<'import.change'>, id: ImportId, why: string): Promise<Decision<TakingBack, ImportRefusal>> =>
      transaction(
        async (tx): Promise<Decision<TakingBack, ImportRefusal>> => {
          const record = await store.lock(tx.db, id)
          if (!record) return refuse({ kind: 'unknown-import' })
          const next = decide(record, { type: 'undo', at: clock() })
          if (!next.ok) return next
          tx.audit(permit.actor, 'import.undo-reason', `import:${id}`, { why })
          await store.update(tx.db, id, { undoneName: permit.actor.name })
          return accept(await begin(tx, permit.actor, record, await planOf(tx, record)))
        },
        { timeoutMs: 60_000 },
      ),

    /** For the brake: begins what two people have released; false when something else would be undone by now, or nothing. */
    async undoReleased(tx: Tx, released: Plan, by: Actor): Promise<boolean> {
      const id = ImportId.safeParse(released.id)
      const record = id.success ? await store.lock(tx.db, id.data) : null
      if (!record || !decide(record, { type: 'undo', at: tx.at }).ok) return false
      const plan = await planOf(tx, record)
      if (plan.hash !== released.hash) return false
      return (await begin(tx, by, record, plan)).holdId === null
    },
  }
}
