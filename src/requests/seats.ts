import type { UnitId } from '../kernel/ids.ts'

/** Whose work a request is: the administrators of a unit, or IT staff where no unit has one. */
export type Seat = { readonly kind: 'unit'; readonly unit: UnitId } | { readonly kind: 'it-staff' }

/**
 * Who decides about a unit's requests: the nearest unit, from itself upwards, whose seat somebody holds; and who is told
 * next, once a request is overdue. Above the last administrator stand IT staff, above IT staff nobody.
 */
export function seatsOf(
  unit: UnitId,
  parents: ReadonlyMap<UnitId, UnitId | null>,
  isHeld: (unit: UnitId) => boolean,
): { readonly first: Seat; readonly next: Seat | null } {
  const held: Seat[] = []
  const seen = new Set<UnitId>()
  for (let at: UnitId | null = unit; at !== null && !seen.has(at); at = parents.get(at) ?? null) {
    seen.add(at)
    if (isHeld(at)) held.push({ kind: 'unit', unit: at })
  }
  const [first, next] = [...held, { kind: 'it-staff' } as const]
  return { first, next: next ?? null }
}
