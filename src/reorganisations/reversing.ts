import type { Actor } from '../access/policy.ts'
import { putRightsBack, rightsChangedSince } from '../access/role-carrying.ts'
import type { Relocating } from '../accounts/relocating.ts'
import type { BulkAddresses } from '../addresses/bulk.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import { dayOf } from '../kernel/day.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import type { UnitId } from '../kernel/ids.ts'
import type { Sync } from '../provisioning/sync.ts'
import { changedSince, putBack } from '../units/rearranging.ts'
import { actorOf, BATCH, detailOf, SLOW } from './applying.ts'
import * as built from './built-store.ts'
import { renamed } from './homes.ts'
import * as homesStore from './homes-store.ts'
import * as movesStore from './moves-store.ts'
import { decide, type ReorganisationId, type ReorganisationRefusal } from './reorganisation.ts'
import * as store from './store.ts'
import type { PlanRecord } from './store.ts'
import type { Traces } from './trace.ts'

/** What was built on a plan, so that it is not taken back any more; names tell some of each. */
export const BUILT = [
  ...(['units', 'people', 'newcomers', 'rights', 'requests', 'lists', 'changes', 'addresses', 'posts'] as const),
] as const
export type Built = { readonly kind: (typeof BUILT)[number]; readonly names: readonly string[] }

/**
 * Takes a plan back as a whole, until the first change on top of it: units, rights, mailboxes and what belongs to units in one
 * transaction, then the moves in batches, then the groups. Taken back on a later day, the days between stay as they were.
 */
export function reversingOf(deps: {
  transaction: Transaction
  moving: Relocating
  addresses: BulkAddresses
  sync: Sync
  seatsChanged: (tx: Tx) => Promise<unknown>
  listsSettled: (tx: Tx) => Promise<unknown>
}) {
  const { transaction, moving, addresses, sync, seatsChanged, listsSettled } = deps

  const madeBy = ({ units }: Traces): UnitId[] => {
    const before = new Set(units.closed.map(({ unitId }) => unitId))
    return units.made.map(({ unitId }) => unitId).filter((unit) => !before.has(unit))
  }

  /** What stands in the way; nothing, where it can be taken back. */
  async function builtOn(tx: Pick<Tx, 'db' | 'at'>, record: PlanRecord): Promise<Built[]> {
    const { db, at } = tx
    const on = record.effectiveOn
    const traces = await movesStore.tracesOf(db, record.id)
    const made = madeBy(traces)
    const touched = [...new Set([...traces.units.closed, ...traces.units.made].map(({ unitId }) => unitId))]
    const today = dayOf(at)
    const found: Record<Built['kind'], readonly string[]> = {
      units: await built.unitsCalled(db, await changedSince(tx, touched, traces.units, on), today),
      people: await built.movedOn(db, record.id),
      newcomers: await built.cameSince(db, record.id, made),
      rights: await built.unitsCalled(db, await rightsChangedSince(tx, traces.rights, made, today), today),
      requests: await built.requestedSince(db, made, traces),
      lists: await built.listsSince(db, made, traces),
      changes: await built.changesSince(db, made, traces),
      addresses: await built.addressesSince(db, traces, at),
      posts: await built.secondsSince(db, traces),
    }
    return BUILT.flatMap((kind) => (found[kind].length === 0 ? [] : [{ kind, names: found[kind] }]))
  }

  async function undo(tx: Tx, by: Actor, record: PlanRecord, why: string): Promise<void> {
    const { id, effectiveOn: on } = record
    const from = dayOf(tx.at)
    const traces = await movesStore.tracesOf(tx.db, id)
    // Taken back on its day, a unit that the plan made has never been, and no name either.
    const names = await movesStore.unitNames(
      tx.db,
      [...traces.changes.before, ...traces.changes.after].flatMap(({ units }) => units),
    )
    await putBack(tx, by, { plan: id, on, from }, traces.units)
    await putRightsBack(tx, by, traces.rights, { on, from })
    const posts = await moving.moveSecondsBack(tx, traces.seconds, { on, from })
    await homesStore.putRequestsBack(tx.db, traces.requests)
    await homesStore.putImportsBack(tx.db, traces.imports)
    await homesStore.putReviewLinesBack(tx.db, traces.reviews)
    await homesStore.putSpellingsBack(tx.db, traces.spellings)
    await homesStore.forgetMemories(tx.db, traces.memories)
    await homesStore.writeLists(tx.db, traces.lists.before.map(listRow))
    await changesBack(tx, by, { ...detailOf(record), why }, traces, posts, names)
    await addresses.handBack(tx, new Map(traces.addresses.map(({ local, before }) => [local, before])))
    await moving.putBoxesBack(tx, by, traces.boxes)
    await seatsChanged(tx)
  }

  /** What still waits is as it was, and the histories of those concerned say so. */
  async function changesBack(
    tx: Tx,
    by: Actor,
    detail: ReturnType<typeof detailOf>,
    { changes }: Traces,
    posts: ReadonlyMap<string, string>,
    names: ReadonlyMap<UnitId, string>,
  ): Promise<void> {
    const back = await homesStore.writeChanges(
      tx.db,
      changes.before.map((change) => ({ ...change, command: renamed(change.command, posts) })),
    )
    const was = new Map(changes.before.map(({ id, units }) => [id, units]))
    const left = new Map(changes.after.map(({ id, units }) => [id, units]))
    const only = (these: readonly UnitId[] = [], others: readonly UnitId[] = []) =>
      these.filter((unit) => !others.includes(unit)).map((unit) => names.get(unit) ?? '')
    const notes = back.flatMap(({ id, about }) => {
      const [from, to] = [only(left.get(id), was.get(id)), only(was.get(id), left.get(id))]
      return to.length === 0
        ? []
        : about.map((account) => ({ id: account, note: `${from.join(', ')} → ${to.join(', ')}` }))
    })
    await moving.changesFollow(tx, by, notes, detail)
  }

  async function finish(tx: Tx, by: Actor, record: PlanRecord): Promise<false> {
    const traces = await movesStore.tracesOf(tx.db, record.id)
    const made = madeBy(traces)
    const shown = new Set([...traces.groups, ...(await movesStore.unitsMoved(tx.db, record.id))])
    await moving.groupsDue(
      tx,
      [...shown].filter((unit) => !made.includes(unit)),
    )
    await sync.groupsDue(tx, await movesStore.setGone(tx.db, made, true))
    await store.update(tx.db, record.id, { state: 'reversed', endedAt: tx.at })
    tx.audit(by, 'reorganisation.reversed', `reorganisation:${record.id}`, { number: record.number })
    return false
  }

  const batch = (id: ReorganisationId): Promise<boolean> =>
    transaction(async (tx) => {
      const record = await store.lockUnlessBusy(tx.db, id)
      if (record?.state !== 'reversing' || record.reversing === null) return false
      const by = actorOf(record, record.reversing.byName)
      const moved = await movesStore.done(tx.db, id, BATCH)
      if (moved.length === 0) return finish(tx, by, record)
      await moving.moveBack(tx, by, moved, {
        ...{ on: record.effectiveOn, from: dayOf(record.reversing.at) },
        detail: { ...detailOf(record), why: record.reversing.why },
      })
      await movesStore.undone(
        tx.db,
        id,
        moved.map(({ account }) => account),
      )
      return true
    }, SLOW)

  return {
    builtOn,

    /** Begins to take a plan back. Refused: unknown-reorganisation, reorganisation-not-in-state, built-upon. */
    begin: (by: Actor, id: ReorganisationId, why: string): Promise<Decision<null, ReorganisationRefusal>> =>
      transaction(async (tx): Promise<Decision<null, ReorganisationRefusal>> => {
        const record = await store.lock(tx.db, id)
        if (!record) return refuse({ kind: 'unknown-reorganisation' })
        const things = record.state === 'applied' ? await builtOn(tx, record) : []
        const next = decide(record, { type: 'reverse', things: things.length })
        if (!next.ok) return next
        await listsSettled(tx)
        await undo(tx, actorOf(record, by.name), record, why)
        await store.update(tx.db, id, {
          ...{ state: 'reversing', reversingAt: tx.at, reversingName: by.name, reversingWhy: why },
        })
        tx.audit(by, 'reorganisation.reverse', `reorganisation:${id}`, { number: record.number, why })
        tx.ring('reorganisations')
        return accept(null)
      }, SLOW),

    async run(id: ReorganisationId, stop?: AbortSignal): Promise<void> {
      while (stop?.aborted !== true && (await batch(id)));
    },
  }
}

const listRow = ({ id, unit, rule }: Traces['lists']['before'][number]) => ({ id, unit, rule })
