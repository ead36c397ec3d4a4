import type { EmailAddress } from '../kernel/email-address.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import type { Language } from '../letters/letter.ts'
import type { UnitKind } from '../units/unit.ts'
import { baseUnit, waitingStep, type Course } from './course.ts'
import { standing, type Approver, type Human, type Parties } from './eyes.ts'
import { IT_STAFF, ladderOf, seatKey, type Ladder, type Seat } from './seats.ts'

export type Member = Human & { readonly name: string; readonly address: EmailAddress; readonly language: Language }
/** Somebody who may sign in and holds a seat: that of a unit, or without one, that of IT staff. */
export type Holding = Member & { readonly unitId: UnitId | null }
/** Whose deputy somebody is today. */
export type Deputyship = { readonly of: AccountId; readonly deputy: Member }
export type PlacedUnit = {
  readonly id: UnitId
  readonly parentId: UnitId | null
  readonly name: string
  readonly kind: UnitKind
}

/** Who holds which seat today, and how units lie above each other: all that tells who may act. */
export type Organisation = {
  readonly parents: ReadonlyMap<UnitId, UnitId | null>
  readonly names: ReadonlyMap<UnitId, string>
  /** By `seatKey`: those who hold the seat, and the deputies of those. */
  readonly at: ReadonlyMap<string, readonly OrganisationMember[]>
  readonly members: ReadonlyMap<AccountId, OrganisationMember>
}
export type OrganisationMember = Approver & Member

type Waiting = Parties & { readonly unitId: UnitId; readonly course: Pick<Course, 'steps' | 'level'> }

export function organisationOf(
  units: readonly PlacedUnit[],
  holdings: readonly Holding[],
  deputyships: readonly Deputyship[],
): Organisation {
  const held = Map.groupBy(holdings, ({ accountId }) => accountId)
  const seatsOf = (id: AccountId): Seat[] =>
    (held.get(id) ?? []).map(({ unitId }) => (unitId === null ? IT_STAFF : { kind: 'unit', unit: unitId }))
  const everybody = new Map<AccountId, Member>(
    [...holdings, ...deputyships.map(({ deputy }) => deputy)].map((each) => [each.accountId, each]),
  )
  const members = new Map<AccountId, OrganisationMember>()
  for (const [id, member] of everybody) {
    const deputyFor = deputyships.flatMap(({ of, deputy }) => {
      const principal = everybody.get(of)
      return deputy.accountId === id && principal && held.has(of) ? [{ ...principal, seats: seatsOf(of) }] : []
    })
    members.set(id, { ...member, seats: seatsOf(id), deputyFor })
  }
  const at = new Map<string, OrganisationMember[]>()
  for (const member of members.values())
    for (const key of new Set([member, ...member.deputyFor].flatMap(({ seats }) => seats.map(seatKey))))
      at.set(key, [...(at.get(key) ?? []), member])
  return {
    parents: new Map(units.map(({ id, parentId }) => [id, parentId])),
    names: new Map(units.map(({ id, name }) => [id, name])),
    at,
    members,
  }
}

/** Those at a seat who may act on this request. */
export const ableAt = (request: Waiting, seat: Seat, organisation: Organisation): readonly OrganisationMember[] =>
  (organisation.at.get(seatKey(seat)) ?? []).filter((member) => standing(request, member, [seat]).ok)

/** The seats at which the step that waits may be taken. */
export function ladderFor(request: Waiting, organisation: Organisation): Ladder {
  const seat = waitingStep(request.course)?.step.seat ?? 'it-staff'
  const from = seat === 'parent-unit' ? baseUnit(request.course, request.unitId) : request.unitId
  return ladderOf(seat, from, organisation.parents, (each) => ableAt(request, each, organisation).length > 0)
}

/** Where a request waits, as its row keeps it to be found by. */
export type Seating = { readonly units: readonly UnitId[]; readonly itStaff: boolean; readonly fallen: boolean }

export function seatingOf(request: Waiting, organisation: Organisation): Seating {
  const ladder = ladderFor(request, organisation)
  const open = ladder.seats.slice(0, request.course.level + 1)
  return {
    units: open.flatMap((seat) => (seat.kind === 'unit' ? [seat.unit] : [])),
    itStaff: open.some((seat) => seat.kind === 'it-staff'),
    // A step that was IT staff's from the start has passed nobody over.
    fallen: open[0]?.kind === 'it-staff' && waitingStep(request.course)?.step.seat !== 'it-staff',
  }
}
