import type { AccountId, UnitId } from '../kernel/ids.ts'
import { above, type After } from './after.ts'
import type { Draft } from './draft.ts'
import type { Fault } from './fault.ts'
import type { Grant, World } from './world.ts'

/** What becomes of the right to administer units: which rights end, and who gets which. */
export type Offices = {
  readonly ended: readonly Grant[]
  readonly begun: readonly { readonly account: AccountId; readonly unit: UnitId; readonly instead: string | null }[]
  readonly faults: readonly Fault[]
}

/**
 * Whoever administers a unit that ends administers what takes over from it: the heir to which they go themselves, else the
 * first. No seat may become empty: neither that of an heir of a unit that had one, nor that of a new agency or commune.
 */
export function officesOf(
  draft: Draft,
  world: World,
  after: After,
  placeOf: (account: AccountId) => UnitId | undefined,
): Offices {
  const ends = new Set(after.ended)
  const held = new Set(world.grants.map(({ accountId, unitId }) => `${accountId} ${unitId}`))
  const active = new Set(world.grants.filter((grant) => grant.active).map(({ accountId }) => accountId))
  const begun: { account: AccountId; unit: UnitId; instead: string | null }[] = []
  const faults: Fault[] = []
  const begin = (account: AccountId, unit: UnitId, instead: string | null): void => {
    const key = `${account} ${unit}`
    if (held.has(key)) return
    held.add(key)
    begun.push({ account, unit, instead })
  }

  const ended = world.grants.filter(({ unitId }) => ends.has(unitId))
  for (const [unit, grants] of Map.groupBy(ended, ({ unitId }) => unitId)) {
    const heirs = after.heirs.get(unit) ?? []
    let stranded = 0
    for (const grant of grants) {
      const at = placeOf(grant.accountId)
      const line = at === undefined ? new Set<UnitId>() : above(after.units, at)
      const heir = heirs.find((each) => line.has(each)) ?? heirs[0]
      if (heir !== undefined) begin(grant.accountId, heir, grant.id)
      else if (world.deputised.has(grant.accountId)) stranded++
    }
    if (stranded > 0) faults.push({ kind: 'deputies-nowhere', unit, n: stranded })
  }

  const people = new Map(world.boxes.map((box) => [box.id, box]))
  draft.seats.forEach(({ unit, account }, index) => {
    const person = people.get(account)
    if (!after.units.has(unit)) faults.push({ kind: 'seat-unknown-unit', seat: index + 1 })
    else if (person?.kind !== 'person' || !person.active) faults.push({ kind: 'seat-unknown-person', seat: index + 1 })
    else {
      active.add(account)
      begin(account, unit, null)
    }
  })

  const kept = world.grants.filter(({ unitId, active: can }) => can && !ends.has(unitId)).map(({ unitId }) => unitId)
  const filled = new Set([...kept, ...begun.filter(({ account }) => active.has(account)).map(({ unit }) => unit)])
  const had = new Set(world.grants.filter((grant) => grant.active).map(({ unitId }) => unitId))
  const needed = new Set<UnitId>()
  for (const [unit, heirs] of after.heirs) if (had.has(unit)) for (const heir of heirs) needed.add(heir)
  for (const unit of after.created) {
    const kind = after.units.get(unit)?.kind
    if (kind === 'agency' || kind === 'commune' || kind === 'district') needed.add(unit)
  }
  for (const unit of [...needed].sort())
    if (after.units.has(unit) && !filled.has(unit)) faults.push({ kind: 'seat-empty', unit })
  return { ended, begun, faults }
}
