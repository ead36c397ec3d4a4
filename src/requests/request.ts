import type { HandOver } from '../accounts/account.ts'
import { days, later } from '../kernel/clock.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import type { LocalPart } from '../kernel/email-address.ts'
import type { AccountId, RequestId } from '../kernel/ids.ts'
import { actsOf, waitingStep, type Act, type Basis, type Course } from './course.ts'
import { asksAddress, sameAddressee, takesVouching, type Details } from './ask.ts'
import { barred, standing, type Approver, type Human } from './eyes.ts'
import type { Ladder, Seat } from './seats.ts'
import type { RuleStep } from './steps.ts'

export const REQUEST_STATES = [
  'draft',
  'submitted',
  'returned',
  'approved',
  'rejected',
  'withdrawn',
  'expired',
] as const
export type RequestState = (typeof REQUEST_STATES)[number]

/** How the approver made sure that the person is who they say; a stranger may file in an official's name. */
export const IDENTITIES = ['in-person', 'known-phone', 'hr-list'] as const
export type Identity = (typeof IDENTITIES)[number]
/** What the first approver answers for: who the person is, and how the way in is handed over. */
export type Vouched = { readonly identity: Identity; readonly handOver: HandOver }

/** Days that a draft is kept, and that a person has to correct a returned request. */
export const DRAFT_DAYS = 7
export const RETURNED_DAYS = 30

type Base = {
  readonly id: RequestId
  readonly code: string
  /** Grows with every sending and every step taken. */
  readonly version: number
  /** How often it was sent. */
  readonly sendings: number
  readonly contactEmail: string
  /** Set where somebody signed in filed it. */
  readonly filedBy: AccountId | null
  readonly ninHash: string | null
}
type Asked = Base & {
  readonly details: Details
  /** Null where none is asked for, or several are. */
  readonly local: LocalPart | null
  readonly submittedAt: Date
  /** When the step that waits is due. */
  readonly dueAt: Date
  readonly course: Course
  readonly vouched: Vouched | null
}
type Decided = { readonly decidedBy: AccountId | null; readonly decidedByName: string; readonly decidedAt: Date }

/** A request in each of its states, with what that state alone has. */
export type Request =
  | (Base & {
      readonly state: 'draft'
      readonly details: Details | null
      readonly local: LocalPart | null
      readonly expiresAt: Date
    })
  | (Asked & { readonly state: 'submitted' })
  | (Asked & Decided & { readonly state: 'returned'; readonly comment: string; readonly expiresAt: Date })
  | (Asked & Decided & { readonly state: 'approved' })
  | (Asked & Decided & { readonly state: 'rejected'; readonly comment: string })
  | (Base & { readonly state: 'withdrawn'; readonly decidedAt: Date })
  | (Base & { readonly state: 'expired'; readonly decidedAt: Date })
export type Submitted = Request & { readonly state: 'submitted' }

/** When something that begins now and has so many working days is due. */
export type Due = (workingDays: number) => Date
/** Who decides, where the step may be taken, and which version they read. */
type Deciding = { by: Approver; ladder: Ladder; version: number; at: Date }

export type Command =
  | { type: 'fill'; details: Details; at: Date }
  | { type: 'choose'; local: LocalPart; at: Date }
  | { type: 'submit'; steps: readonly RuleStep[]; basis: Basis; due: Due; at: Date }
  | { type: 'withdraw'; at: Date }
  | { type: 'expire'; at: Date }
  | ({ type: 'approve'; vouched: Vouched | null; due: Due } & Deciding)
  | ({ type: 'return'; comment: string } & Deciding)
  | ({ type: 'reject'; comment: string } & Deciding)
  | ({ type: 'take-over'; due: Due } & Deciding)
  | { type: 'pass-up'; ladder: Ladder; due: Due; at: Date }

export type RequestRefusal =
  | { kind: 'not-in-state'; was: RequestState; byName: string | null; at: Date | null }
  | { kind: 'own-request' }
  | { kind: 'acted-before' }
  | { kind: 'not-your-turn' }
  | { kind: 'your-turn' }
  | { kind: 'changed-meanwhile'; byName: string | null; at: Date | null }
  | { kind: 'incomplete'; missing: 'details' | 'address' | 'identity' | 'letter' }
  | { kind: 'not-yet' }

/** What becomes of a request when somebody commands; pure. */
export function decide(request: Request, command: Command): Decision<Request, RequestRefusal> {
  switch (command.type) {
    case 'fill': {
      if (request.state !== 'draft' && request.state !== 'returned') return wrongState(request)
      // Another name may not fit the chosen address, so it is chosen anew.
      const local = sameAddressee(request.details, command.details) ? request.local : null
      return accept({ ...request, details: command.details, local })
    }
    case 'choose':
      if (request.state !== 'draft' && request.state !== 'returned') return wrongState(request)
      if (request.details === null) return refuse({ kind: 'incomplete', missing: 'details' })
      return accept({ ...request, local: command.local })
    case 'submit': {
      if (request.state !== 'draft' && request.state !== 'returned') return wrongState(request)
      if (request.details === null) return refuse({ kind: 'incomplete', missing: 'details' })
      if (request.local === null && asksAddress(request.details))
        return refuse({ kind: 'incomplete', missing: 'address' })
      const dueAt = command.due(command.steps[0]?.days ?? 1)
      const steps = command.steps.map((step) => ({ ...step, act: null }))
      return accept({
        ...{ ...base(request), version: request.version + 1, sendings: request.sendings + 1 },
        ...{
          state: 'submitted',
          details: request.details,
          local: request.local,
          submittedAt: command.at,
          dueAt,
          vouched: null,
        },
        course: { steps, basis: command.basis, level: 0, upAt: dueAt, passedUp: null },
      })
    }
    case 'withdraw':
      if (request.state !== 'draft' && request.state !== 'submitted' && request.state !== 'returned')
        return wrongState(request)
      return accept({ ...base(request), state: 'withdrawn', decidedAt: command.at })
    case 'expire':
      if (request.state !== 'draft' && request.state !== 'returned') return wrongState(request)
      if (request.expiresAt > command.at) return refuse({ kind: 'not-yet' })
      return accept({ ...base(request), state: 'expired', decidedAt: command.at })
    case 'approve': {
      if (request.state !== 'submitted') return wrongState(request)
      const seated = seatedFor(request, command)
      return seated.ok ? approved(request, command, seated.value) : seated
    }
    case 'return':
    case 'reject': {
      if (request.state !== 'submitted') return wrongState(request)
      const seated = seatedFor(request, command)
      if (!seated.ok) return seated
      const decided = { ...decidedBy(command), comment: command.comment }
      if (command.type === 'reject') return accept({ ...request, ...decided, state: 'rejected' })
      const expiresAt = later(command.at, days(RETURNED_DAYS))
      return accept({ ...request, ...decided, state: 'returned', expiresAt })
    }
    case 'take-over': {
      if (request.state !== 'submitted') return wrongState(request)
      const why = barred(request, command.by)
      if (why) return refuse(why)
      const level = command.ladder.seats.findIndex((seat) => standing(request, command.by, [seat]).ok)
      if (level < 0) return refuse({ kind: 'not-your-turn' })
      if (level <= request.course.level) return refuse({ kind: 'your-turn' })
      if (command.version !== request.version) return refuse(changed(request))
      return raised(request, level, command)
    }
    case 'pass-up':
      if (request.state !== 'submitted') return wrongState(request)
      if (request.course.upAt > command.at || request.course.level + 1 >= command.ladder.seats.length)
        return refuse({ kind: 'not-yet' })
      return raised(request, request.course.level + 1, command)
    default:
      return command satisfies never
  }
}

/** The seats that are open to a request: as many of the ladder as it was passed up, and the first. */
export const openSeats = (course: Pick<Course, 'level'>, ladder: Ladder): readonly Seat[] =>
  ladder.seats.slice(0, course.level + 1)

type Seated = { readonly for: (Human & { readonly name: string }) | null; readonly seat: Seat }

/** Whether the approver may take the step that waits: in person or for somebody, nobody twice, at a seat that is open. */
function seatedFor(request: Submitted, command: Deciding): Decision<Seated, RequestRefusal> {
  const why = barred(request, command.by)
  if (why) return refuse(why)
  // Whoever read an older version may have lost their turn to somebody faster: that is what they are told.
  if (command.version !== request.version) return refuse(changed(request))
  return standing(request, command.by, openSeats(request.course, command.ladder))
}

function changed({ course }: Submitted): RequestRefusal {
  const last = actsOf(course).at(-1)
  return { kind: 'changed-meanwhile', byName: last?.byName ?? null, at: last?.at ?? null }
}

function approved(
  request: Submitted,
  command: Command & { type: 'approve' },
  seated: Seated,
): Decision<Request, RequestRefusal> {
  const vouched = takesVouching(request.details) ? (command.vouched ?? request.vouched) : null
  if (vouched === null && takesVouching(request.details)) return refuse({ kind: 'incomplete', missing: 'identity' })
  const waits = waitingStep(request.course)
  const act: Act = {
    ...{ by: command.by.accountId, byName: command.by.name, at: command.at, seat: seated.seat },
    for: seated.for === null ? null : { id: seated.for.accountId, name: seated.for.name },
  }
  const steps = request.course.steps.map((step, index) => (index === waits?.index ? { ...step, act } : step))
  const course = { ...request.course, steps, level: 0, passedUp: null }
  const next = waitingStep(course)
  const version = request.version + 1
  if (next === null) return accept({ ...request, ...decidedBy(command), course, vouched, version, state: 'approved' })
  const dueAt = command.due(next.step.days)
  return accept({ ...request, version, vouched, dueAt, course: { ...course, upAt: dueAt } })
}

function raised(request: Submitted, level: number, command: { ladder: Ladder; due: Due; at: Date }) {
  const to = command.ladder.seats[level]
  const days = waitingStep(request.course)?.step.days ?? 1
  if (to === undefined) return refuse({ kind: 'not-yet' } as const)
  const upAt = command.due(days)
  return accept({ ...request, course: { ...request.course, level, upAt, passedUp: { at: command.at, to } } })
}

const decidedBy = ({ by, at }: Deciding): Decided => ({
  ...{ decidedBy: by.accountId, decidedByName: by.name, decidedAt: at },
})
const base = ({ id, code, version, sendings, contactEmail, filedBy, ninHash }: Base): Base => ({
  ...{ id, code, version, sendings, contactEmail, filedBy, ninHash },
})

/** The refusal of what a request in this state does not take: who decided it, and when. */
export function wrongState(request: Request): Decision<never, RequestRefusal> {
  return refuse({
    kind: 'not-in-state',
    was: request.state,
    byName: 'decidedByName' in request ? request.decidedByName : null,
    at: 'decidedAt' in request ? request.decidedAt : null,
  })
}
