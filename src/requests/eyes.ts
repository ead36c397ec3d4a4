import { accept, refuse, type Decision } from '../kernel/decision.ts'
import type { AccountId } from '../kernel/ids.ts'
import { actsOf, type Course } from './course.ts'
import { sameSeat, type Seat } from './seats.ts'

/** What tells that a request is somebody's own. */
export type Human = {
  readonly accountId: AccountId
  readonly ninHash: string | null
  readonly contactEmail: string | null
  readonly address: string
}
export type Sitter = Human & { readonly name: string; readonly seats: readonly Seat[] }
/** Somebody who may decide at seats of their own, and at those of the people whose deputy they are today. */
export type Approver = Sitter & { readonly deputyFor: readonly Sitter[] }

/** Whose request it is. */
export type Parties = {
  readonly filedBy: AccountId | null
  readonly ninHash: string | null
  readonly contactEmail: string
}
type Concerned = Parties & { readonly course: Pick<Course, 'steps'> }

/**
 * Whether a request is somebody's own: filed while signed in as them, for their own identification number, or with their
 * own address as the contact.
 */
export function isOwn(request: Parties, human: Human): boolean {
  if (request.filedBy === human.accountId) return true
  if (request.ninHash !== null && request.ninHash === human.ninHash) return true
  return request.contactEmail === human.contactEmail || request.contactEmail === human.address
}

/** Whether somebody has taken a step of it, themselves or through a deputy. */
const hasActed = ({ course }: Concerned, { accountId }: Human): boolean =>
  actsOf(course).some((act) => act.by === accountId || act.for?.id === accountId)

/**
 * Four eyes: what keeps somebody from deciding, whatever their seat. Nobody decides about their own request, nor about that
 * of somebody whose deputy they are, and nobody takes two steps of one request.
 */
export function barred(
  request: Concerned,
  approver: Approver,
): { readonly kind: 'own-request' } | { readonly kind: 'acted-before' } | null {
  if (isOwn(request, approver) || approver.deputyFor.some((each) => isOwn(request, each)))
    return { kind: 'own-request' }
  return hasActed(request, approver) ? { kind: 'acted-before' } : null
}

/**
 * As whom, and at which of these seats, an approver may act: at their own first, else for somebody who may act themselves.
 * Refused: own-request, acted-before (they, or the one for whom they would act), not-your-turn.
 */
export function standing(
  request: Concerned,
  approver: Approver,
  open: readonly Seat[],
): Decision<
  { readonly for: Sitter | null; readonly seat: Seat },
  { readonly kind: 'own-request' | 'acted-before' | 'not-your-turn' }
> {
  const why = barred(request, approver)
  if (why) return refuse(why)
  const seatOf = (sitter: Sitter) => open.find((seat) => sitter.seats.some((own) => sameSeat(own, seat)))
  const own = seatOf(approver)
  if (own) return accept({ for: null, seat: own })
  const others = approver.deputyFor.filter((each) => seatOf(each) !== undefined)
  for (const each of others) {
    const seat = seatOf(each)
    if (seat && !hasActed(request, each)) return accept({ for: each, seat })
  }
  return refuse({ kind: others.length > 0 ? 'acted-before' : 'not-your-turn' })
}
