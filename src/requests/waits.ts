import type { Basis } from './course.ts'
import { waitingStep } from './course.ts'
import { ladderFor, type Organisation } from './organisation.ts'
import type { Request } from './request.ts'
import type { Seat, StepSeat } from './seats.ts'

/** A seat as people call it. */
export type SeatName = { readonly kind: 'unit'; readonly name: string } | { readonly kind: 'it-staff' }

/** For whom a request waits, and why for them. */
export type Waits = {
  /** Which step, from 1, and of how many. */
  readonly step: number
  readonly of: number
  /** Who may take it now: the nearest, and those to whom it was passed up. */
  readonly seats: readonly SeatName[]
  /** Units whose seat it would be, where nobody may act. */
  readonly passed: readonly string[]
  /** To whom it goes next if nobody acts by then; null above IT staff. */
  readonly next: { readonly seat: SeatName; readonly at: Date } | null
  /** Nobody may act at all. */
  readonly vacant: boolean
  readonly basis: { readonly version: number; readonly place: Basis['place']; readonly unitName: string | null }
}

/** One of the steps of a request, and who took it. */
export type StepLine = {
  readonly seat: StepSeat
  readonly days: number
  readonly act: {
    readonly byName: string
    readonly forName: string | null
    readonly at: Date
    readonly seat: SeatName
  } | null
}

export const stepLines = (request: Request, organisation: Organisation): readonly StepLine[] =>
  ('course' in request ? request.course.steps : []).map(({ seat, days, act }) => ({
    ...{ seat, days },
    act: act && {
      ...{ byName: act.byName, forName: act.for?.name ?? null, at: act.at },
      seat: seatName(act.seat, organisation),
    },
  }))

export const seatName = (seat: Seat, { names }: Organisation): SeatName =>
  seat.kind === 'unit' ? { kind: 'unit', name: names.get(seat.unit) ?? '' } : seat

/** Why a submitted request waits where it waits; null for every other. */
export function waitsOf(request: Request, organisation: Organisation, unitName: string | null): Waits | null {
  if (request.state !== 'submitted') return null
  const { course, details } = request
  const waits = waitingStep(course)
  if (waits === null) return null
  const ladder = ladderFor({ ...request, unitId: details.unitId }, organisation)
  const next = ladder.seats[course.level + 1]
  return {
    step: waits.index + 1,
    of: course.steps.length,
    seats: ladder.seats.slice(0, course.level + 1).map((seat) => seatName(seat, organisation)),
    passed: ladder.passed.map((unit) => organisation.names.get(unit) ?? ''),
    next: next === undefined ? null : { seat: seatName(next, organisation), at: course.upAt },
    vacant: ladder.vacant,
    basis: { ...course.basis, unitName },
  }
}
