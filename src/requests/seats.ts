import type { UnitId } from '../kernel/ids.ts'

/** Whose work a request is: the administrators of a unit, or IT staff. */
export type Seat = { readonly kind: 'unit'; readonly unit: UnitId } | { readonly kind: 'it-staff' }

/** What a step of the policy asks for: the unit's own administrator, one above it, or IT staff. */
export const STEP_SEATS = ['unit-admin', 'parent-unit', 'it-staff'] as const
export type StepSeat = (typeof STEP_SEATS)[number]

export const IT_STAFF: Seat = { kind: 'it-staff' }
export const sameSeat = (a: Seat, b: Seat): boolean =>
  a.kind === 'unit' ? b.kind === 'unit' && a.unit === b.unit : b.kind === 'it-staff'
export const seatKey = (seat: Seat): string => (seat.kind === 'unit' ? seat.unit : seat.kind)

/** Where a step may be taken: the nearest seat first, IT staff's last. */
export type Ladder = {
  /** Never empty: where nobody at all may act, IT staff's seat stands for them. */
  readonly seats: readonly Seat[]
  /** The units that were passed over below the first seat, since nobody there may act. */
  readonly passed: readonly UnitId[]
  /** Nobody may act, not even one of IT staff: somebody must be given the role. */
  readonly vacant: boolean
}

/**
 * The seats of a step about `unit`, from the nearest unit upwards whose seat somebody `able` holds. For a step of the unit
 * above, the climb begins above `unit`. Above the last able unit stand IT staff.
 */
export function ladderOf(
  step: StepSeat,
  unit: UnitId,
  parents: ReadonlyMap<UnitId, UnitId | null>,
  able: (seat: Seat) => boolean,
): Ladder {
  const seats: Seat[] = []
  const passed: UnitId[] = []
  const seen = new Set<UnitId>()
  const start = step === 'unit-admin' ? unit : step === 'parent-unit' ? (parents.get(unit) ?? null) : null
  for (let at: UnitId | null = start; at !== null && !seen.has(at); at = parents.get(at) ?? null) {
    seen.add(at)
    const seat: Seat = { kind: 'unit', unit: at }
    if (able(seat)) seats.push(seat)
    else if (seats.length === 0) passed.push(at)
  }
  const staffed = able(IT_STAFF)
  if (staffed || seats.length === 0) seats.push(IT_STAFF)
  return { seats, passed, vacant: seats.length === 1 && seats[0]?.kind === 'it-staff' && !staffed }
}
