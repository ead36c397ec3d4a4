import { covers, type Permit } from '../access/policy.ts'
import type { HandOver } from '../accounts/account.ts'
import type { Tx } from '../db/transaction.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import type { AccountId, RequestId, UnitId } from '../kernel/ids.ts'
import type { OwnDetails } from './ask.ts'
import { refusalOf, undo, type Changes, type Refusal, type RequestsDeps } from './changes.ts'
import { actsOf, waitingStep } from './course.ts'
import { effectsOf } from './effects.ts'
import { standing } from './eyes.ts'
import { ladderFor } from './organisation.ts'
import {
  openSeats,
  wrongState,
  type Command,
  type Identity,
  type Request,
  type RequestState,
  type Submitted,
} from './request.ts'
import type { Surroundings } from './seating.ts'
import * as store from './store.ts'
import { seatName, type SeatName } from './waits.ts'

type Comment = { readonly version: number; readonly comment: string }
/** Who the person is and how the way in is handed over: said at the first step, later ones may leave it out. */
export type ApproveChoice = {
  readonly version: number
  readonly identity?: Identity | undefined
  readonly handOver?: HandOver | undefined
}
/** What came of an approval: all that was issued (the account, where it is one), or the next step and for whom it waits. */
export type Approved =
  | { readonly state: 'approved'; readonly accountId: AccountId | null; readonly made: store.Made }
  | { readonly state: 'submitted'; readonly seat: SeatName }

type ByApprover = Extract<Command, { type: 'approve' | 'return' | 'reject' | 'take-over' }>
/** What the pure core needs to know of the approver and of where the step may be taken. */
type Facts = Pick<ByApprover, 'by' | 'ladder' | 'at'>
type Done = {
  readonly before: Submitted
  readonly request: Request
  /** The one for whom it was done. */
  readonly forName: string | null
  readonly around: Surroundings
}

export type Decisions = ReturnType<typeof decisionsOf>

/** The approver's side: decisions about the step that waits. */
export function decisionsOf(deps: RequestsDeps, changes: Changes) {
  const { transaction, secrets, letters } = deps
  const { apply, dueFrom, seating, letterFacts, giveBack, language } = changes
  const effects = effectsOf(deps)

  /** A decision of an approver: scope, seats, own requests and the state are looked at under the row's lock. */
  async function decideBy(
    tx: Tx,
    permit: Permit<'request.decide'>,
    id: RequestId,
    command: (facts: Facts, request: Submitted) => ByApprover | Promise<ByApprover>,
  ): Promise<Decision<Done, Refusal>> {
    const row = await tx.db.request.findUnique({ where: { id }, select: { unitId: true } })
    if (!row?.unitId || !covers(permit.units, row.unitId as UnitId)) return refuse({ kind: 'unknown-request' })
    const before = await store.lock(tx.db, secrets, id)
    if (before === null) return refuse({ kind: 'unknown-request' })
    if (before.state !== 'submitted') return wrongState(before)
    const { unitId } = before.details
    const around = await seating.around(tx, unitId)
    const by = await seating.approver(tx, permit.actor, around)
    if (by === null) return refuse({ kind: 'not-your-turn' })
    const ladder = ladderFor({ ...before, unitId }, around.organisation)
    const decision = await apply(tx, before, await command({ by, ladder, at: tx.at }, before), around)
    if (!decision.ok) return decision
    const open = standing(before, by, openSeats(before.course, ladder))
    const seated = open.ok ? open : standing(before, by, ladder.seats)
    return accept({ before, request: decision.value, forName: (seated.ok && seated.value.for?.name) || null, around })
  }

  /** Notes in the history and in the audit log what an approver did, and for whom. */
  async function note(
    tx: Tx,
    permit: Permit<'request.decide'>,
    done: Done,
    kind: string,
    text: string | null,
    detail: Record<string, unknown>,
  ): Promise<void> {
    const { forName, request } = done
    await store.event(tx.db, request.id, tx.at, { kind, byName: permit.actor.name, forName, note: text })
    const deputised = forName === null ? {} : { for: forName }
    tx.audit(permit.actor, `request.${kind}`, `request:${request.id}`, { ...detail, ...deputised })
  }

  /** Whoever asked is told that it is done; a stranger is told with the way in, once the mailbox is there. */
  async function tellDone(
    tx: Tx,
    request: Request & { readonly state: 'approved' },
    details: OwnDetails,
  ): Promise<void> {
    const facts = await letterFacts(tx, request)
    await letters.post(tx, {
      ...{ to: request.contactEmail, language: await language(tx, request.id), template: 'carried' },
      ...{ about: `request:${request.id}`, params: { ...facts, kind: details.kind, title: details.title } },
    })
  }

  /** Not approved: sent back, or ended. The applicant is told why. */
  const decline = (
    permit: Permit<'request.decide'>,
    id: RequestId,
    type: 'return' | 'reject',
    choice: Comment,
  ): Promise<Decision<RequestState, Refusal>> =>
    transaction(async (tx) => {
      const done = await decideBy(tx, permit, id, (facts) => ({ type, ...facts, ...choice }))
      if (!done.ok) return done
      const { request, before } = done.value
      const facts = await letterFacts(tx, before)
      const to = { to: request.contactEmail, language: await language(tx, id), about: `request:${id}` }
      if (request.state === 'returned') {
        const mine = before.details.kind !== 'person'
        const params = { ...facts, comment: choice.comment, until: request.expiresAt.toISOString(), mine }
        await letters.post(tx, { ...to, template: 'returned', params })
      } else {
        await giveBack(tx, id)
        await letters.post(tx, { ...to, template: 'rejected', params: { ...facts, reason: choice.comment } })
      }
      await note(tx, permit, done.value, request.state, choice.comment, { comment: choice.comment })
      return accept(request.state)
    })

  return {
    /**
     * Takes the step that waits; the last one does what was asked for: wanted state, ledger, audit and bell in one transaction.
     * Refused: own-request, acted-before (four eyes, also through deputies), not-your-turn, not-in-state (two approvers at
     * once: the second is told by whom and when), changed-meanwhile, incomplete, duplicate-person, address-taken, and what
     * else keeps the kind of request from being done.
     */
    approve: (
      permit: Permit<'request.decide'>,
      id: RequestId,
      choice: ApproveChoice,
    ): Promise<Decision<Approved, Refusal>> =>
      transaction(async (tx): Promise<Decision<Approved, Refusal>> => {
        const { version, identity, handOver } = choice
        const vouched = identity && handOver ? { identity, handOver } : null
        const done = await decideBy(tx, permit, id, async (facts, { course }) => {
          const last = actsOf(course).length + 1 === course.steps.length
          const due = last ? () => tx.at : await dueFrom(tx)
          return { type: 'approve', ...facts, version, vouched, due }
        })
        if (!done.ok) return done
        const { request, before, around } = done.value
        const step = (waitingStep(before.course)?.index ?? 0) + 1
        if (request.state === 'submitted') {
          const detail = { step, of: before.course.steps.length, ...vouched }
          await note(tx, permit, done.value, 'step-approved', identity ?? null, detail)
          const unitId = request.details.unitId
          const [next] = ladderFor({ ...request, unitId }, around.organisation).seats
          return accept({ state: 'submitted', seat: seatName(next ?? { kind: 'it-staff' }, around.organisation) })
        }
        if (request.state !== 'approved') return wrongState(request)
        const enacted = await effects.enact(tx, permit.actor, request, await language(tx, id))
        if (!enacted.ok) return undo(enacted.refusal)
        const made = enacted.value
        const accountId = made.accounts.length === 1 && request.details.kind !== 'people' ? made.accounts[0] : null
        await tx.db.request.update({ where: { id }, data: { accountId: accountId ?? null, made } })
        if (request.details.kind !== 'person') await tellDone(tx, request, request.details)
        await note(tx, permit, done.value, 'approved', request.vouched?.identity ?? null, {
          ...(accountId ? { account: accountId } : made),
          ...{ step, ...request.vouched },
        })
        return accept({ state: 'approved', accountId: accountId ?? null, made })
      }).catch(refusalOf),

    /** Sends it back for correction with a comment, which the applicant reads as written. Refused as `approve`. */
    return: (permit: Permit<'request.decide'>, id: RequestId, choice: Comment) => decline(permit, id, 'return', choice),

    /** Ends it with a reason; the address is free again. Refused as `approve`. */
    reject: (permit: Permit<'request.decide'>, id: RequestId, choice: Comment) => decline(permit, id, 'reject', choice),

    /**
     * Somebody above the seat takes the request up to their own, saying why; those below may still act. Refused as `approve`,
     * and your-turn where it is theirs already.
     */
    takeOver: (permit: Permit<'request.decide'>, id: RequestId, choice: Comment): Promise<Decision<true, Refusal>> =>
      transaction(async (tx) => {
        const { version, comment } = choice
        const done = await decideBy(tx, permit, id, async (facts) => ({
          ...{ type: 'take-over', ...facts, version, due: await dueFrom(tx) },
        }))
        if (!done.ok) return done
        await note(tx, permit, done.value, 'taken-over', comment, { comment })
        return accept(true)
      }),
  }
}
