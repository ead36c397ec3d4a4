import type { Actor } from '../access/policy.ts'
import type { HandOver } from '../accounts/account.ts'
import { days, later } from '../kernel/clock.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import type { LocalPart } from '../kernel/email-address.ts'
import type { AccountId, RequestId } from '../kernel/ids.ts'
import type { Details } from './details.ts'

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

/** Days that a draft is kept, and that a person has to correct a returned request. */
export const DRAFT_DAYS = 7
export const RETURNED_DAYS = 30
/** Working days that the unit has to answer. */
export const ANSWER_WORKING_DAYS = 1

type Base = {
  readonly id: RequestId
  readonly code: string
  readonly version: number
  readonly contactEmail: string
  /** Set where somebody signed in filed it. */
  readonly filedBy: AccountId | null
  readonly ninHash: string | null
}
type Asked = Base & {
  readonly details: Details
  readonly local: LocalPart
  readonly submittedAt: Date
  readonly dueAt: Date
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
  | (Omit<Asked, 'local'> &
      Decided & {
        readonly state: 'returned'
        readonly local: LocalPart | null
        readonly comment: string
        readonly expiresAt: Date
      })
  | (Asked & Decided & { readonly state: 'approved'; readonly identity: Identity; readonly handOver: HandOver })
  | (Asked & Decided & { readonly state: 'rejected'; readonly comment: string })
  | (Base & { readonly state: 'withdrawn'; readonly decidedAt: Date })
  | (Base & { readonly state: 'expired'; readonly decidedAt: Date })

export type Command =
  | { type: 'fill'; details: Details; at: Date }
  | { type: 'choose'; local: LocalPart; at: Date }
  | { type: 'submit'; at: Date; dueAt: Date }
  | { type: 'withdraw'; at: Date }
  | { type: 'expire'; at: Date }
  | { type: 'approve'; by: Actor; own: boolean; version: number; identity: Identity; handOver: HandOver; at: Date }
  | { type: 'return'; by: Actor; own: boolean; version: number; comment: string; at: Date }
  | { type: 'reject'; by: Actor; own: boolean; version: number; comment: string; at: Date }

export type RequestRefusal =
  | { kind: 'not-in-state'; was: RequestState; byName: string | null; at: Date | null }
  | { kind: 'own-request' }
  | { kind: 'changed-meanwhile' }
  | { kind: 'incomplete'; missing: 'details' | 'address' }
  | { kind: 'not-yet' }

/** What becomes of a request when somebody commands; pure. */
export function decide(request: Request, command: Command): Decision<Request, RequestRefusal> {
  switch (command.type) {
    case 'fill': {
      if (request.state !== 'draft' && request.state !== 'returned') return wrongState(request)
      // Another name may not fit the chosen address, so it is chosen anew.
      const local = sameName(request.details, command.details) ? request.local : null
      return accept({ ...request, details: command.details, local })
    }
    case 'choose':
      if (request.state !== 'draft' && request.state !== 'returned') return wrongState(request)
      if (request.details === null) return refuse({ kind: 'incomplete', missing: 'details' })
      return accept({ ...request, local: command.local })
    case 'submit': {
      if (request.state !== 'draft' && request.state !== 'returned') return wrongState(request)
      if (request.details === null) return refuse({ kind: 'incomplete', missing: 'details' })
      if (request.local === null) return refuse({ kind: 'incomplete', missing: 'address' })
      const { id, code, version, contactEmail, filedBy, ninHash, details, local } = request
      return accept({
        ...{ id, code, contactEmail, filedBy, ninHash, details, local, state: 'submitted', version: version + 1 },
        ...{ submittedAt: command.at, dueAt: command.dueAt },
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
    case 'approve':
    case 'return':
    case 'reject': {
      if (request.state !== 'submitted') return wrongState(request)
      if (command.own) return refuse({ kind: 'own-request' })
      if (command.version !== request.version) return refuse({ kind: 'changed-meanwhile' })
      const decided = {
        decidedBy: command.by.kind === 'person' ? command.by.accountId : null,
        decidedByName: command.by.name,
        decidedAt: command.at,
      }
      if (command.type === 'approve')
        return accept({
          ...request,
          ...decided,
          state: 'approved',
          identity: command.identity,
          handOver: command.handOver,
        })
      if (command.type === 'reject')
        return accept({ ...request, ...decided, state: 'rejected', comment: command.comment })
      return accept({
        ...request,
        ...decided,
        state: 'returned',
        comment: command.comment,
        expiresAt: later(command.at, days(RETURNED_DAYS)),
      })
    }
    default:
      return command satisfies never
  }
}

/**
 * Whether a request is the approver's own: filed while signed in as them, for their own identification number, or with
 * their own address as the contact.
 */
export function isOwn(
  request: Pick<Base, 'filedBy' | 'ninHash' | 'contactEmail'>,
  approver: { accountId: AccountId; ninHash: string | null; contactEmail: string | null; address: string },
): boolean {
  if (request.filedBy === approver.accountId) return true
  if (request.ninHash !== null && request.ninHash === approver.ninHash) return true
  return request.contactEmail === approver.contactEmail || request.contactEmail === approver.address
}

const sameName = (a: Details | null, b: Details): boolean => a !== null && a.name.full === b.name.full

const base = ({ id, code, version, contactEmail, filedBy, ninHash }: Base): Base => ({
  id,
  code,
  version,
  contactEmail,
  filedBy,
  ninHash,
})

function wrongState(request: Request): Decision<never, RequestRefusal> {
  return refuse({
    kind: 'not-in-state',
    was: request.state,
    byName: 'decidedByName' in request ? request.decidedByName : null,
    at: 'decidedAt' in request ? request.decidedAt : null,
  })
}
