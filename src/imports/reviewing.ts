import type { Permit } from '../access/policy.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import type { PersonId, UnitId } from '../kernel/ids.ts'
import { decide, type ImportId, type ImportRefusal } from './import.ts'
import type { Chunks, OpenRow } from './chunks.ts'
import { senderOf } from './world.ts'
import { isPatched, NO_PATCH, type Patch } from './plan/patch.ts'
import { groupOf, isAcceptable, keyOf, type ReasonGroup } from './plan/reason.ts'
import type { Seals } from './seals.ts'
import * as countsStore from './counts-store.ts'
import * as rowsStore from './rows-store.ts'
import * as store from './store.ts'

export type Reviewing = ReturnType<typeof reviewingOf>
type Answer = Decision<{ rows: number }, ImportRefusal>

/** What people decide about rows that wait; each answer makes another plan. */
export function reviewingOf(deps: { transaction: Transaction; seals: Seals; chunks: Chunks }) {
  const { transaction, seals, chunks } = deps

  /** In the state in which people answer, with the import locked; the worker plans anew afterwards. */
  const answer = (
    permit: Permit<'import.change'>,
    id: ImportId,
    what: string,
    work: (tx: Tx, record: store.ImportRecord) => Promise<Answer>,
  ): Promise<Answer> =>
    transaction(
      async (tx): Promise<Answer> => {
        const record = await store.lock(tx.db, id)
        if (!record) return refuse({ kind: 'unknown-import' })
        const next = decide(record, { type: 'answer' })
        if (!next.ok) return next
        const done = await work(tx, record)
        if (!done.ok || done.value.rows === 0) return done
        await store.update(tx.db, id, { state: next.value.state })
        tx.ring('imports')
        tx.audit(permit.actor, `import.${what}`, `import:${id}`, { ...done.value })
        return done
      },
      { timeoutMs: 60_000 },
    )

  const patchOf = (row: rowsStore.StoredRow): Patch => (row.patch === null ? NO_PATCH : seals.patch.open(row.patch))
  const sealed = (patch: Patch): string | null => (isPatched(patch) ? seals.patch.seal(patch) : null)

  const patchRow = (
    permit: Permit<'import.change'>,
    id: ImportId,
    seq: number,
    what: string,
    change: (patch: Patch, row: OpenRow) => Patch,
  ): Promise<Answer> =>
    answer(permit, id, what, async (tx) => {
      const row = await rowsStore.find(tx.db, id, seq)
      if (!row) return refuse({ kind: 'unknown-row' })
      if (row.state !== 'open') return refuse({ kind: 'row-done' })
      const [open] = await chunks.withContents(id, [row])
      if (open) await rowsStore.setPatch(tx.db, id, [seq], sealed(change(patchOf(row), open)))
      return accept({ rows: 1 })
    })

  /** With every suggestion for the row's reasons (of one group) taken, that a yes can settle. */
  function withSuggestions(row: OpenRow, group: ReasonGroup | null): Patch | null {
    const patch = patchOf(row)
    const { reasons: all } = row.plan === null ? row.kept : seals.plan.open(row.plan)
    const reasons = all.filter((reason) => isAcceptable(reason) && (group === null || groupOf(reason) === group))
    if (reasons.length === 0) return null
    const keys = reasons.filter(({ code }) => code !== 'unit-proposed' && code !== 'unit-dissolved').map(keyOf)
    const unit = reasons.flatMap((reason) => ('units' in reason ? reason.units : []))[0]
    return {
      ...patch,
      accepted: [...new Set([...patch.accepted, ...keys])],
      unit: unit?.id ?? patch.unit,
    }
  }

  return {
    /** Types fields of a row anew. What was accepted before of its cells is asked again. */
    fix: (permit: Permit<'import.change'>, id: ImportId, seq: number, fields: Patch['fields'], unit: UnitId | null) =>
      patchRow(permit, id, seq, 'row-fixed', (patch) => ({
        ...patch,
        fields: { ...patch.fields, ...fields },
        unit: unit ?? patch.unit,
        skip: false,
      })),

    /** Leaves a row out, or takes it in again. */
    skip: (permit: Permit<'import.change'>, id: ImportId, seq: number, isSkipped: boolean) =>
      patchRow(permit, id, seq, isSkipped ? 'row-skipped' : 'row-taken', (patch) => ({ ...patch, skip: isSkipped })),

    /** Says whom a row is about: somebody known, or nobody known. */
    choose: (permit: Permit<'import.change'>, id: ImportId, seq: number, person: PersonId | 'new') =>
      patchRow(permit, id, seq, 'person-chosen', (patch) => ({ ...patch, person })),

    /** Forgets what was decided about a row. */
    reset: (permit: Permit<'import.change'>, id: ImportId, seq: number) =>
      patchRow(permit, id, seq, 'row-reset', () => NO_PATCH),

    /** Takes every suggestion for a row. */
    accept: (permit: Permit<'import.change'>, id: ImportId, seq: number) =>
      patchRow(permit, id, seq, 'row-accepted', (patch, row) => withSuggestions(row, null) ?? patch),

    /** Takes the suggestions of one group of reasons for every row that waits; answers how many there were. */
    acceptAll: (permit: Permit<'import.change'>, id: ImportId, group: ReasonGroup) =>
      answer(permit, id, 'rows-accepted', async (tx) => {
        let rows = 0
        for (let offset = 0; ; offset += 1_000) {
          const filter = { outcome: 'review' as const, group, state: 'open' as const, q: '' }
          const found = await rowsStore.page(tx.db, id, filter, { limit: 1_000, offset })
          for (const row of await chunks.withContents(id, found.rows)) {
            const patch = withSuggestions(row, group)
            if (patch === null) continue
            await rowsStore.setPatch(tx.db, id, [row.seq], sealed(patch))
            rows++
          }
          if (found.rows.length < 1_000) return accept({ rows })
        }
      }),

    /** Says which unit the sender means by a spelling, for all its rows and for the next lists; null takes that back. */
    spell: (permit: Permit<'import.change'>, id: ImportId, spelling: string, unit: UnitId | null) =>
      answer(permit, id, 'unit-said', async (tx, record) => {
        const found = (await countsStore.spellingCounts(tx.db, id)).find((each) => each.spelling === spelling)
        if (!found) return refuse({ kind: 'unknown-row' })
        if (unit === null) await store.forgetSpelling(tx.db, senderOf(record), spelling)
        else await store.rememberSpelling(tx.db, senderOf(record), spelling, unit, tx.at, permit.actor.name)
        return accept({ rows: found.rows })
      }),
  }
}
