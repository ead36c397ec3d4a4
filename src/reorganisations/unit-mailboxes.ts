import type { AccountId, UnitId } from '../kernel/ids.ts'
import type { After } from './after.ts'
import { isEnd, type Draft } from './draft.ts'
import type { Fault, Notice } from './fault.ts'
import type { Box, World } from './world.ts'

/**
 * What becomes of the mailbox of a unit. One goes on for each unit that takes over: its own, or that of the first who had one.
 * The addresses of the others become aliases of it for a term; they themselves stay as they are, with their mail and who
 * holds them, under an address that only says what they were.
 */
export type MailboxChange =
  | {
      readonly kind: 'goes-on'
      readonly box: Box
      readonly unit: UnitId
      /** Its new name, where it bore the unit's. */
      readonly name: string
      /** Its new primary address; the former one stays as an alias for the term. Null: it keeps its own. */
      readonly local: string | null
    }
  | {
      readonly kind: 'ends'
      readonly box: Box
      readonly unit: UnitId
      /** Which mailbox its addresses reach from now on. */
      readonly into: AccountId
    }

export type Mailboxes = {
  readonly changes: readonly MailboxChange[]
  readonly faults: readonly Fault[]
  readonly notices: readonly Notice[]
}

/** Units whose mailbox gets its address by the naming policy, because they are new or bear another name. */
export const asksForAddress = (draft: Draft): UnitId[] =>
  draft.steps.flatMap((step) =>
    (step.kind === 'create' || step.kind === 'rename') && step.address === 'policy' ? [step.unit] : [],
  )
/** Addresses that the plan names itself. */
export const namedAddresses = (draft: Draft): string[] =>
  draft.steps.flatMap((step) =>
    (step.kind === 'create' || step.kind === 'rename') && step.address !== 'policy' && step.address !== 'keep'
      ? [step.address]
      : [],
  )

/** `home` answers where the plan takes a mailbox that people hold together. */
export function mailboxesOf(
  draft: Draft,
  world: World,
  after: After,
  home: (box: Box) => UnitId | undefined,
): Mailboxes {
  const renamed = new Map(
    draft.steps.flatMap((step) => (step.kind === 'create' || step.kind === 'rename' ? [[step.unit, step]] : [])),
  )
  const order = new Map(draft.steps.flatMap((step, n) => (isEnd(step) ? [[step.unit, n]] : [])))
  const own = world.boxes.filter(({ kind }) => kind === 'unit')
  const arriving = Map.groupBy(
    own.filter((box) => (home(box) ?? box.unitId) !== box.unitId),
    (box) => home(box) ?? box.unitId,
  )
  const staying = Map.groupBy(
    own.filter((box) => !after.ended.includes(box.unitId) && (home(box) ?? box.unitId) === box.unitId),
    ({ unitId }) => unitId,
  )
  const changes: MailboxChange[] = []
  const faults: Fault[] = []
  const notices: Notice[] = []
  const given = new Map<string, UnitId>()
  const touched = new Set([...arriving.keys(), ...renamed.keys()])
  for (const unit of [...touched].sort()) {
    const there = staying.get(unit) ?? []
    const coming = (arriving.get(unit) ?? []).toSorted(
      (a, b) => (order.get(a.unitId) ?? 0) - (order.get(b.unitId) ?? 0) || a.id.localeCompare(b.id),
    )
    const [keeper] = [...there, ...coming]
    const to = after.units.get(unit)
    if (to === undefined) continue
    if (keeper === undefined) {
      notices.push({ kind: 'no-mailbox', unit })
      continue
    }
    const ends = coming.filter(({ id }) => id !== keeper.id)
    const wanted = addressFor(unit)
    const ours = new Set([keeper, ...ends].map(({ id }) => id as string))
    if (wanted !== null && wanted !== keeper.local) {
      const holder = world.holders.get(wanted)
      if (holder !== undefined && !ours.has(holder)) faults.push({ kind: 'address-taken', unit, local: wanted })
      else if (given.has(wanted)) faults.push({ kind: 'address-twice', unit, local: wanted })
      given.set(wanted, unit)
    }
    const before = world.units.get(keeper.unitId)?.name
    const name = keeper.name === before ? to.name : keeper.name
    const local = wanted === null || wanted === keeper.local ? null : wanted
    if (keeper.unitId !== unit || name !== keeper.name || local !== null || ends.length > 0)
      changes.push({ kind: 'goes-on', box: keeper, unit, name, local })
    for (const box of ends) changes.push({ kind: 'ends', box, unit, into: keeper.id })
    if (ends.length > 0) notices.push({ kind: 'holders-stay', unit })
  }
  return { changes, faults, notices }

  function addressFor(unit: UnitId): string | null {
    const wish = renamed.get(unit)?.address ?? 'keep'
    if (wish === 'keep') return null
    return wish === 'policy' ? (world.proposed.get(unit) ?? null) : wish
  }
}
