import { z } from 'zod'
import { AccountId, UnitId } from '../kernel/ids.ts'
import type { ListRule } from '../lists/list.ts'
import type { After } from './after.ts'
import type { Arriving, Move } from './places.ts'
import type { WaitingChange } from './world.ts'

const key = (clause: ListRule[number]): string => JSON.stringify(clause)

/** A list's rule from the day on: a unit that ends is every one that takes over from it, for its people are there. */
export function ruleAfter(rule: ListRule, { ended, heirs }: Pick<After, 'ended' | 'heirs'>): ListRule {
  const gone = new Set(ended)
  const seen = new Set<string>()
  return rule
    .flatMap((clause) => {
      if (clause.by === 'name' || clause.unitId === null || !gone.has(clause.unitId)) return [clause]
      return (heirs.get(clause.unitId) ?? []).map((unitId) => ({ ...clause, unitId }))
    })
    .filter((clause) => !seen.has(key(clause)) && seen.add(key(clause)))
}

/** Any value of a table with some of the identifiers in it replaced. */
export function renamed<T>(value: T, names: ReadonlyMap<string, string>): T {
  const text = JSON.stringify(value).replace(
    /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g,
    (id) => names.get(id) ?? id,
  )
  return JSON.parse(text) as T
}

/** What follows of a change that waits: how it is from the day on, and where it is received. */
export type ChangeAfter = {
  readonly change: WaitingChange
  /** Units that it names no more, with those that it names instead. */
  readonly went: readonly { readonly from: UnitId; readonly to: UnitId }[]
  /** The unit to which somebody was to come, where several take over and no rule says which: the first is to receive them. */
  readonly undecided: UnitId | null
}
export type Following = {
  /** Who takes over first from each unit that ends. */
  readonly homes: ReadonlyMap<UnitId, UnitId>
  /** Where the plan takes an account that it moves. */
  readonly moveOf: (account: AccountId) => Move | undefined
  readonly arriving: Arriving
}

/** That somebody is to come to a unit. */
const Coming = z.looseObject({ type: z.enum(['transfer', 'second-post']), unitId: UnitId, title: z.string() })

/**
 * A change that waits goes with whom it is about: what their unit is to agree to, the unit to which they go is. Whoever is to
 * come to a unit that is divided comes to where a rule would take them, were they there. Null: it stays as it is.
 */
export function changeAfter(change: WaitingChange, { homes, moveOf, arriving }: Following): ChangeAfter | null {
  const [whose] = change.about
  const own = new Map(homes)
  for (const account of change.about.toReversed()) {
    const move = moveOf(account)
    if (move !== undefined) own.set(move.from, move.to)
  }
  const releases = (unit: UnitId): UnitId => own.get(unit) ?? unit
  const coming = Coming.safeParse(change.command)
  if (!coming.success || whose === undefined) return after(releases, null)
  const { unitId: receiver, title } = coming.data
  const arrival = arriving(receiver, { id: whose, title })
  return after((unit) => (unit === receiver ? (arrival?.to ?? unit) : releases(unit)), arrival)

  function after(nameOf: (unit: UnitId) => UnitId, arrival: ReturnType<Arriving>): ChangeAfter | null {
    const named = [...new Set(change.units)]
    const went = named.map((from) => ({ from, to: nameOf(from) })).filter(({ from, to }) => from !== to)
    if (went.length === 0) return null
    const names = new Map<string, string>(went.map(({ from, to }) => [from, to]))
    return {
      change: {
        ...{ id: change.id, about: change.about, command: renamed(change.command, names) },
        units: [...new Set(named.map(nameOf))],
        seats: renamed(change.seats, names),
      },
      went,
      undecided: coming.success && arrival?.decided === false ? coming.data.unitId : null,
    }
  }
}
