import { z } from 'zod'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import { Day } from '../kernel/day.ts'
import { AccountId, UnitId } from '../kernel/ids.ts'
import { line } from '../kernel/text.ts'

/** What a change is about. */
export const SUBJECT_KINDS = ['account', 'person'] as const
export type SubjectKind = (typeof SUBJECT_KINDS)[number]
export type ChangeSubject = { readonly kind: SubjectKind; readonly id: string }

/**
 * `proposed`: others have yet to agree. `waiting`: for its day. On its day it is decided again, and is `applied` or
 * `refused`. `declined` by one of those asked, `cancelled` by whoever may.
 */
export const CHANGE_STATES = ['proposed', 'waiting', 'applied', 'refused', 'declined', 'cancelled'] as const
export type ChangeState = (typeof CHANGE_STATES)[number]

/** Whose agreement is needed: an administrator's whose units reach this one, or somebody's of IT staff. */
export const ChangeSeat = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('unit'), unit: UnitId }),
  z.object({ kind: z.literal('it-staff') }),
])
export type ChangeSeat = z.infer<typeof ChangeSeat>

/** The official letter (công văn, quyết định) that a change goes by. */
export const OfficialLetter = z.object({ number: line(60), date: Day })
export type OfficialLetter = z.infer<typeof OfficialLetter>

/** Why something is done, as it is read in the history for ever. */
export type Grounds = { readonly why: string; readonly letter: OfficialLetter | null }

export type Agreement = {
  readonly seat: number
  readonly by: AccountId
  readonly byName: string
  readonly at: Date
}

/** A change that was asked for: what, of whom, from which day, why, and who has agreed. */
export type Change = Grounds & {
  readonly id: string
  readonly subject: ChangeSubject
  /** As the room that carries it out understands it. */
  readonly command: { readonly type: string }
  readonly on: Day
  readonly state: ChangeState
  /** The accounts that it is about: nobody agrees to a change of their own. */
  readonly about: readonly AccountId[]
  readonly units: readonly UnitId[]
  readonly seats: readonly ChangeSeat[]
  readonly agreements: readonly Agreement[]
  readonly asked: { readonly by: string; readonly byName: string; readonly at: Date }
  /** How it ended, and the refusal's kind when it was refused on its day. */
  readonly ended: { readonly byName: string; readonly at: Date; readonly outcome: string | null } | null
}

/** Somebody who may agree: which units they administer, and whether they are of IT staff. */
export type Agreer = {
  readonly accountId: AccountId
  readonly reaches: (unit: UnitId) => boolean
  readonly itStaff: boolean
}

export type ChangeRefusal =
  | { kind: 'unknown-change' }
  | { kind: 'change-ended'; state: ChangeState }
  | { kind: 'agreed-before' }
  | { kind: 'own-change' }
  | { kind: 'not-your-seat' }

/** The places that nobody has taken yet. */
export const openSeats = ({ seats, agreements }: Pick<Change, 'seats' | 'agreements'>): readonly number[] =>
  seats.map((_, index) => index).filter((index) => !agreements.some(({ seat }) => seat === index))

const sits = (seat: ChangeSeat, who: Agreer): boolean =>
  seat.kind === 'it-staff' ? who.itStaff : who.reaches(seat.unit)

/**
 * The place that somebody takes by agreeing: the first open one that is theirs. Refused: change-ended, own-change (it is
 * about them), agreed-before (nobody takes two places), not-your-seat.
 */
export function seatFor(
  change: Pick<Change, 'state' | 'about' | 'seats' | 'agreements'>,
  who: Agreer,
): Decision<number, ChangeRefusal> {
  if (change.state !== 'proposed') return refuse({ kind: 'change-ended', state: change.state })
  if (change.about.includes(who.accountId)) return refuse({ kind: 'own-change' })
  if (change.agreements.some(({ by }) => by === who.accountId)) return refuse({ kind: 'agreed-before' })
  const seat = openSeats(change).find((index) => {
    const place = change.seats[index]
    return place !== undefined && sits(place, who)
  })
  return seat === undefined ? refuse({ kind: 'not-your-seat' }) : accept(seat)
}

/** Whether a change may still be declined or cancelled. */
export const isOpen = (state: ChangeState): boolean => state === 'proposed' || state === 'waiting'

/** What a change becomes when nobody's agreement is missing any more. */
export const stateWhenAgreed = (on: Day, today: Day): 'waiting' | 'due' => (on <= today ? 'due' : 'waiting')
