import type { Actor } from '../access/policy.ts'
import type { Relocating } from '../accounts/relocating.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import { dayOf } from '../kernel/day.ts'
import type { LocalPart } from '../kernel/email-address.ts'
import type { UnitId } from '../kernel/ids.ts'
import type { Letters } from '../letters/letters.ts'
import type { Checking } from './checking.ts'
import { heirsOf, isEnd } from './draft.ts'
import * as lettersStore from './letters-store.ts'
import * as movesStore from './moves-store.ts'
import { arrivingOf } from './places.ts'
import { decide, type ReorganisationId } from './reorganisation.ts'
import * as store from './store.ts'
import type { PlanRecord } from './store.ts'
import type { writingOf } from './writing.ts'

/** Accounts that are moved in one transaction. */
export const BATCH = 1_000
/** A province's units are written, or its people moved, in seconds; on a busy machine in more. */
export const SLOW = { timeoutMs: 120_000 }

/** Who acts when a plan is carried out: the plan itself, in the name of whoever let it begin. */
export const actorOf = (record: PlanRecord, name = record.scheduled?.byName ?? ''): Actor => ({
  kind: 'job',
  id: `reorganisation:${record.id}`,
  name,
})
/** Why accounts change, as their history says. */
export const detailOf = ({ name, document }: PlanRecord) => ({ why: name, letter: document })

/**
 * Carries a plan out on its day. First the units, rights, mailboxes and what belongs to units, in one transaction with the
 * list of all moves; then the moves, in batches; then the groups. Each step and that it was done is one transaction, so that
 * whoever goes on after a crash finds it done or not begun.
 */
export function applyingOf(deps: {
  transaction: Transaction
  checking: Checking
  write: ReturnType<typeof writingOf>
  moving: Relocating
  letters: Letters
  seatsChanged: (tx: Tx) => Promise<unknown>
  listsSettled: (tx: Tx) => Promise<unknown>
  domain: string
}) {
  const { transaction, checking, write, moving, letters, seatsChanged, listsSettled, domain } = deps

  /** Begins, or is blocked by what stands in the way today. */
  const begin = (id: ReorganisationId): Promise<void> =>
    transaction(async (tx) => {
      const record = await store.lockUnlessBusy(tx.db, id)
      if (record?.state !== 'scheduled') return
      const draft = await store.draftOf(tx.db, record)
      const checked = await checking.check(tx.db, draft)
      const { faults, places } = checked.outcome
      const next = decide(record, { type: 'begin', today: dayOf(tx.at), faults: faults.length })
      if (!next.ok || next.value === null) return
      const by = actorOf(record)
      if (next.value === 'blocked') {
        await store.update(tx.db, id, { state: 'blocked', fault: store.faultsToDb(faults) })
        tx.audit(by, 'reorganisation.blocked', `reorganisation:${id}`, { faults: faults.length })
        return
      }
      await listsSettled(tx)
      const { personal } = checked.world
      await movesStore.insert(
        tx.db,
        id,
        places.moves.map(({ box, from, to }) => ({ account: box.id, from, to, local: personal.get(box.id) ?? null })),
      )
      await movesStore.keepTraces(tx.db, id, await write(tx, by, id, checked))
      await seatsChanged(tx)
      await store.update(tx.db, id, {
        ...{ state: 'applying', fault: store.faultsToDb([]), startedAt: tx.at, reaches: places.moves.length },
      })
      tx.audit(by, 'reorganisation.started', `reorganisation:${id}`, {
        ...{ number: record.number, hash: record.hash, accounts: places.moves.length },
      })
      tx.ring('reorganisations')
    }, SLOW)

  /** One batch; answers whether there may be more. */
  const batch = (id: ReorganisationId): Promise<boolean> =>
    transaction(async (tx) => {
      const record = await store.lockUnlessBusy(tx.db, id)
      if (record?.state !== 'applying') return false
      const moves = await movesStore.open(tx.db, id, BATCH)
      const by = actorOf(record)
      if (moves.length === 0) return finish(tx, by, record)
      const because = { on: record.effectiveOn, detail: detailOf(record) }
      const traces = await moving.move(tx, by, moves, because)
      await movesStore.close(
        tx.db,
        id,
        moves.map(({ account }) => account),
        traces,
      )
      if (record.options.letters)
        await tell(
          tx,
          record,
          moves.filter(({ account, from, to }) => from !== to && traces.has(account)),
        )
      return true
    }, SLOW)

  /** Those who came while the plan began go along; once nobody is left, the groups follow, and it is done. */
  async function finish(tx: Tx, by: Actor, record: PlanRecord): Promise<boolean> {
    const { id } = record
    const traces = await movesStore.tracesOf(tx.db, id)
    const made = new Set(traces.units.made.map(({ unitId }) => unitId))
    const ended = traces.units.closed.map(({ unitId }) => unitId).filter((unit) => !made.has(unit))
    const late = await movesStore.left(tx.db, id, ended, BATCH)
    if (late.length > 0) {
      const draft = await store.draftOf(tx.db, record)
      const heirs = new Map(draft.steps.flatMap((step) => (isEnd(step) ? [[step.unit, heirsOf(step)] as const] : [])))
      const arriving = arrivingOf(draft, { ended, heirs })
      const rows = late.flatMap(({ account, from, personal, title }) => {
        const to = personal ? arriving(from, { id: account, title })?.to : heirs.get(from)?.[0]
        return to === undefined ? [] : [{ account, from, to, local: null }]
      })
      await movesStore.insert(tx.db, id, rows)
      if (rows.length > 0) return true
    }
    // One that was taken back, and is made again, has its group again.
    await movesStore.setGone(tx.db, [...made], false)
    await moving.groupsDue(tx, [...new Set([...traces.groups, ...(await movesStore.unitsMoved(tx.db, id))])])
    await seatsChanged(tx)
    const { done } = await movesStore.progress(tx.db, id)
    await store.update(tx.db, id, { state: 'applied', appliedAt: tx.at, reaches: done })
    tx.audit(by, 'reorganisation.applied', `reorganisation:${id}`, { number: record.number, accounts: done })
    return false
  }

  async function tell(tx: Tx, record: PlanRecord, moves: readonly movesStore.MoveRow[]): Promise<void> {
    const names = await movesStore.unitNames(tx.db, [...new Set(moves.flatMap(({ from, to }) => [from, to]))])
    const to = new Map(moves.map((move) => [move.account, move]))
    const people = await lettersStore.readers(tx.db, [...to.keys()])
    const nameOf = (unit: UnitId | undefined) => (unit === undefined ? '' : (names.get(unit) ?? ''))
    await letters.postMany(
      tx,
      people.map(({ id, name, language, local }) => {
        const move = to.get(id)
        const address = `${local}@${domain}`
        return {
          ...{ to: address, language, template: 'reorganised' as const },
          params: {
            ...{ name, address, on: record.effectiveOn, from: nameOf(move?.from), to: nameOf(move?.to) },
            changed: isNew(move?.local, local),
          },
        }
      }),
    )
  }

  return {
    /** Goes on until it is done, blocked, or the process is to end. Throws only when the database is away or something is broken. */
    async run(id: ReorganisationId, stop?: AbortSignal): Promise<void> {
      await begin(id)
      while (stop?.aborted !== true && (await batch(id)));
    },
  }
}

const isNew = (given: LocalPart | null | undefined, now: string): boolean => given !== null && given === now
