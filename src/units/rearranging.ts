import { randomUUID } from 'node:crypto'
import type { Actor } from '../access/policy.ts'
import type { Tx } from '../db/transaction.ts'
import { dayOf, type Day } from '../kernel/day.ts'
import type { UnitId } from '../kernel/ids.ts'
import { fold } from '../kernel/text.ts'
import * as store from './rearranging-store.ts'
import type { Closed } from './rearranging-store.ts'
import type { UnitCodes, UnitKind } from './unit.ts'

/** A unit as it is to be from a day on. */
export type Rearranged = {
  readonly id: UnitId
  readonly name: string
  readonly kind: UnitKind
  readonly parentId: UnitId | null
  readonly codes: UnitCodes
}
export type Rearrangement = {
  /** The plan that says so. */
  readonly plan: string
  readonly on: Day
  readonly created: readonly Rearranged[]
  readonly changed: readonly Rearranged[]
  readonly ended: readonly UnitId[]
  readonly successions: readonly { readonly from: UnitId; readonly to: UnitId }[]
}
/** What was written, by which it can be taken back. */
export type UnitTraces = {
  readonly closed: Closed[]
  readonly made: { readonly id: string; readonly unitId: UnitId }[]
}

/**
 * Makes, changes and ends many units on one day, in the caller's transaction, which has decided that it can be. Whatever shows
 * them elsewhere is the caller's to make due.
 */
export async function rearrange(tx: Tx, by: Actor, asked: Rearrangement): Promise<UnitTraces> {
  const { on, created, changed, ended } = asked
  const touched = [...changed.map(({ id }) => id), ...ended]
  await store.lock(tx.db, touched)
  await store.insertUnits(
    tx.db,
    created.map(({ id }) => id),
  )
  const closed = await store.close(tx.db, touched, on)
  if (closed.length !== touched.length) throw new Error('A unit is not as the plan takes it to be')
  const versions = [...created, ...changed].map(({ id, name, kind, parentId, codes }) => ({
    ...{ id: randomUUID(), unitId: id, name, fold: fold(name), kind, parentId, codes },
  }))
  await store.insertVersions(tx.db, versions, on, on <= dayOf(tx.at))
  await store.insertSuccessions(tx.db, asked.successions, on, asked.plan)
  for (const { id, ...facts } of created) tx.audit(by, 'unit.created', `unit:${id}`, { ...facts, validFrom: on })
  for (const { id, ...facts } of changed) tx.audit(by, 'unit.changed', `unit:${id}`, { ...facts, validFrom: on })
  for (const id of ended) tx.audit(by, 'unit.ended', `unit:${id}`, { on })
  return { closed, made: versions.map(({ id, unitId }) => ({ id, unitId })) }
}

/**
 * Takes a rearrangement back from `from` on, in the caller's transaction; one that took effect on that very day is as if it
 * had never been.
 */
export async function putBack(
  tx: Tx,
  by: Actor,
  asked: { readonly plan: string; readonly on: Day; readonly from: Day },
  { closed, made }: UnitTraces,
): Promise<void> {
  const ids = made.map(({ id }) => id)
  await store.lock(tx.db, [...new Set([...closed, ...made].map(({ unitId }) => unitId))])
  await store.forgetSuccessions(tx.db, asked.plan)
  if (asked.from <= asked.on) {
    await store.deleteVersions(tx.db, ids)
    await store.reopen(tx.db, closed)
  } else {
    await store.endVersions(tx.db, ids, asked.from)
    await store.again(tx.db, closed, asked.from)
  }
  for (const { unitId } of made) tx.audit(by, 'unit.taken-back', `unit:${unitId}`, { from: asked.from })
  for (const { unitId } of closed.filter((each) => made.every((one) => one.unitId !== each.unitId)))
    tx.audit(by, 'unit.taken-back', `unit:${unitId}`, { from: asked.from })
}

/** Units of these, and units below them, that have become something else since, besides what was written here. */
export const changedSince = (
  tx: Pick<Tx, 'db'>,
  units: readonly UnitId[],
  { made }: UnitTraces,
  on: Day,
): Promise<UnitId[]> =>
  store.otherVersions(
    tx.db,
    units,
    made.map(({ id }) => id),
    on,
  )
