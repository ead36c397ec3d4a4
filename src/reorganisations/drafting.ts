import type { Actor, Permit } from '../access/policy.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import {
  MAX_ASSIGNMENTS,
  MAX_SEATS,
  MAX_STEPS,
  type Assignment,
  type Draft,
  type Head,
  type SeatWish,
  type Step,
} from './draft.ts'
import { decide, type ReorganisationId, type ReorganisationRefusal } from './reorganisation.ts'
import * as store from './store.ts'

export type Rows = Pick<Draft, 'steps' | 'assignments' | 'seats'>
type Edited = Decision<{ readonly revision: number }, ReorganisationRefusal>
type Change = 'reorganisation.change'

/** Writing a plan down. `seen` is the revision that somebody looked at: nobody overwrites what they have not read. */
export function draftingOf(deps: { transaction: Transaction }) {
  const { transaction } = deps

  const edit = (
    by: Actor,
    id: ReorganisationId,
    seen: number,
    what: string,
    next: (tx: Tx, draft: Draft) => Promise<Decision<Partial<Rows> | Head, ReorganisationRefusal>>,
  ): Promise<Edited> =>
    transaction(async (tx): Promise<Edited> => {
      const record = await store.lock(tx.db, id)
      if (!record) return refuse({ kind: 'unknown-reorganisation' })
      const decided = decide(record, { type: 'edit', seen })
      if (!decided.ok) return decided
      const rows = await next(tx, await store.draftOf(tx.db, record))
      if (!rows.ok) return rows
      const { value } = rows
      const after =
        'effectiveOn' in value ? await store.setHead(tx.db, id, value) : await store.setRows(tx.db, id, value)
      tx.audit(by, `reorganisation.${what}`, `reorganisation:${id}`, {
        number: record.number,
        revision: after.revision,
      })
      return accept({ revision: after.revision })
    })

  /** Some rows changed; refused: too-many-rows, rule-twice. */
  const rows = (
    permit: Permit<Change>,
    id: ReorganisationId,
    seen: number,
    what: string,
    next: (draft: Draft) => Decision<Partial<Rows>, ReorganisationRefusal>,
  ): Promise<Edited> =>
    edit(permit.actor, id, seen, what, (_, draft) => {
      const changed = next(draft)
      return Promise.resolve(changed.ok ? fitting({ ...draft, ...changed.value }, changed.value) : changed)
    })

  const without = <T>(list: readonly T[], seq: number): Decision<T[], ReorganisationRefusal> =>
    seq >= 1 && seq <= list.length ? accept(list.toSpliced(seq - 1, 1)) : refuse({ kind: 'unknown-step' })
  const as =
    <K extends keyof Rows>(key: K) =>
    (list: Decision<Rows[K], ReorganisationRefusal>): Decision<Partial<Rows>, ReorganisationRefusal> =>
      list.ok ? accept({ [key]: list.value }) : list

  return {
    /** A new plan, empty or as a file says. Refused: too-many-rows, rule-twice. */
    create: (
      permit: Permit<Change>,
      head: Head,
      first: Rows = { steps: [], assignments: [], seats: [] },
    ): Promise<Decision<ReorganisationId, ReorganisationRefusal>> =>
      transaction(async (tx): Promise<Decision<ReorganisationId, ReorganisationRefusal>> => {
        const fits = fitting(first, first)
        if (!fits.ok) return fits
        const record = await store.create(tx.db, head, tx.at, permit.actor.name)
        await store.setRows(tx.db, record.id, first)
        tx.audit(permit.actor, 'reorganisation.created', `reorganisation:${record.id}`, {
          ...{ number: record.number, name: head.name, on: head.effectiveOn },
        })
        return accept(record.id)
      }),

    setHead: (permit: Permit<Change>, id: ReorganisationId, seen: number, head: Head): Promise<Edited> =>
      edit(permit.actor, id, seen, 'head-changed', () => Promise.resolve(accept(head))),

    /** All rows at once, as a file says. */
    replace: (permit: Permit<Change>, id: ReorganisationId, seen: number, all: Rows): Promise<Edited> =>
      rows(permit, id, seen, 'rows-replaced', () => accept(all)),

    addSteps: (permit: Permit<Change>, id: ReorganisationId, seen: number, more: readonly Step[]): Promise<Edited> =>
      rows(permit, id, seen, 'steps-added', ({ steps }) => accept({ steps: [...steps, ...more] })),
    /** Refused: unknown-step besides. `seq` counts from 1. */
    removeStep: (permit: Permit<Change>, id: ReorganisationId, seen: number, seq: number): Promise<Edited> =>
      rows(permit, id, seen, 'step-removed', ({ steps }) => as('steps')(without(steps, seq))),

    addRules: (
      permit: Permit<Change>,
      id: ReorganisationId,
      seen: number,
      more: readonly Assignment[],
    ): Promise<Edited> =>
      rows(permit, id, seen, 'rules-added', ({ assignments }) => accept({ assignments: [...assignments, ...more] })),
    removeRule: (permit: Permit<Change>, id: ReorganisationId, seen: number, seq: number): Promise<Edited> =>
      rows(permit, id, seen, 'rule-removed', ({ assignments }) => as('assignments')(without(assignments, seq))),

    addSeat: (permit: Permit<Change>, id: ReorganisationId, seen: number, seat: SeatWish): Promise<Edited> =>
      rows(permit, id, seen, 'seat-added', ({ seats }) => accept({ seats: [...seats, seat] })),
    removeSeat: (permit: Permit<Change>, id: ReorganisationId, seen: number, seq: number): Promise<Edited> =>
      rows(permit, id, seen, 'seat-removed', ({ seats }) => as('seats')(without(seats, seq))),
  }
}

function fitting<T>({ steps, assignments, seats }: Rows, value: T): Decision<T, ReorganisationRefusal> {
  if (steps.length > MAX_STEPS || assignments.length > MAX_ASSIGNMENTS || seats.length > MAX_SEATS)
    return refuse({ kind: 'too-many-rows' })
  const keys = new Set(assignments.map(({ from, by, value: about }) => `${from} ${by} ${about}`))
  return keys.size === assignments.length ? accept(value) : refuse({ kind: 'rule-twice' })
}
