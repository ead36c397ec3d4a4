import { covers, type Permit } from '../access/policy.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import { contradictions, type IdentificationNumber } from '../kernel/identification-number.ts'
import type { AccountId, RequestId, UnitId } from '../kernel/ids.ts'
import type { Changes, Refusal, RequestsDeps } from './changes.ts'
import type { Details } from './details.ts'
import { barred, standing } from './eyes.ts'
import { ladderFor } from './organisation.ts'
import { openSeats, type Identity, type RequestState } from './request.ts'
import type { StepSeat } from './seats.ts'
import * as store from './store.ts'
import { seatName, waitsOf, type SeatName, type Waits } from './waits.ts'

export type RequestEventLine = {
  readonly at: Date
  readonly kind: string
  readonly byName: string | null
  readonly forName: string | null
  readonly note: string | null
}
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
/** What the reader may do about the step that waits. */
export type Turn =
  | { readonly kind: 'yours'; readonly forName: string | null }
  | { readonly kind: 'take-over' | 'own-request' | 'acted-before' | 'not-your-turn' }
/** A request as its approver sees it. */
export type RequestView = {
  readonly id: RequestId
  readonly code: string
  readonly state: RequestState
  readonly version: number
  readonly details: Omit<Details, 'number'>
  /** Only the last three digits; the whole by `reveal`, which is logged. */
  readonly numberEnd: string
  readonly contactEmail: string
  readonly confirmedAt: Date
  readonly unitName: string
  readonly parentName: string | null
  readonly address: string
  readonly quotaMb: number
  readonly submittedAt: Date
  readonly dueAt: Date
  readonly overdue: boolean
  readonly decidedAt: Date | null
  readonly comment: string | null
  /** Said by the approver of the first step; null before. */
  readonly identity: Identity | null
  readonly accountId: AccountId | null
  readonly addressHeldUntil: Date | null
  readonly contradictions: readonly ('birth-year' | 'sex')[]
  /** The number is known already: approving will be refused. */
  readonly duplicate: boolean
  readonly namesakes: readonly { fullName: string; address: string; unitName: string }[]
  readonly steps: readonly StepLine[]
  readonly waits: Waits | null
  readonly turn: Turn
  readonly events: readonly RequestEventLine[]
}

/** The approver's side: what a request says. */
export function readingOf(deps: RequestsDeps, changes: Changes) {
  const { prisma, transaction, clock, secrets, units, domain, quotaMb } = deps
  const { unitName, findRow, seating } = changes

  return {
    /** Null when unknown, never submitted, or out of scope. */
    async read(permit: Permit<'request.read'>, id: RequestId): Promise<RequestView | null> {
      const row = await findRow(id)
      if (!row?.unitId || row.submittedAt === null || row.dueAt === null || !covers(permit.units, row.unitId as UnitId))
        return null
      const details = store.detailsOf(row, secrets)
      if (!details || row.local === null) return null
      const at = clock()
      const unit = await units.find(details.unitId)
      const held = await prisma.address.findFirst({ where: { holderKind: 'request', holderId: id, state: 'reserved' } })
      const known =
        row.ninHash === null
          ? null
          : await prisma.person.findUnique({ where: { ninHash: row.ninHash }, include: { account: true } })
      const same = await store.namesakes(prisma, details.name.full)
      const request = store.requestOf(row, secrets, row.events.at(-1)?.byName ?? '')
      const around = await seating.around({ db: prisma, at }, details.unitId)
      const { organisation } = around
      const by = await seating.approver({ db: prisma, at }, permit.actor, around)
      const { number, ...rest } = details
      const { place } = 'course' in request ? request.course.basis : { place: { kind: 'everywhere' as const } }

      const turn = (): Turn => {
        if (request.state !== 'submitted' || by === null) return { kind: 'not-your-turn' }
        const waiting = { ...request, unitId: details.unitId }
        const ladder = ladderFor(waiting, organisation)
        const seated = standing(request, by, openSeats(request.course, ladder))
        if (seated.ok) return { kind: 'yours', forName: seated.value.for?.name ?? null }
        if (barred(request, by) === null && standing(request, by, ladder.seats).ok) return { kind: 'take-over' }
        return seated.refusal
      }
      return {
        id,
        code: row.code,
        state: row.state as RequestState,
        version: row.version,
        details: rest,
        numberEnd: number.slice(-3),
        contactEmail: row.contactEmail,
        confirmedAt: row.confirmedAt,
        unitName: unit?.name ?? '',
        parentName: unit?.parentName ?? null,
        address: `${row.local}@${domain}`,
        quotaMb,
        submittedAt: row.submittedAt,
        dueAt: row.dueAt,
        overdue: row.state === 'submitted' && row.dueAt < at,
        decidedAt: row.decidedAt,
        comment: row.comment,
        identity: row.identity as Identity | null,
        accountId: row.accountId as AccountId | null,
        addressHeldUntil: held?.until ?? null,
        contradictions: contradictions(number, details),
        duplicate: known !== null && known.account?.id !== row.accountId,
        namesakes: await Promise.all(
          same
            .filter((each) => each.local !== row.local || row.accountId === null)
            .map(async (each) => ({
              fullName: each.fullName,
              address: `${each.local}@${domain}`,
              unitName: (await unitName(each.unitId)) ?? '',
            })),
        ),
        steps: ('course' in request ? request.course.steps : []).map(({ seat, days, act }) => ({
          ...{ seat, days },
          act: act && {
            ...{ byName: act.byName, forName: act.for?.name ?? null, at: act.at },
            seat: seatName(act.seat, organisation),
          },
        })),
        waits: waitsOf(request, organisation, place.kind === 'below' ? await unitName(place.unit) : null),
        turn: turn(),
        events: row.events.map(({ at, kind, byName, forName, note }) => ({ at, kind, byName, forName, note })),
      }
    },

    /** The whole identification number; the opening is logged. */
    reveal: (permit: Permit<'number.reveal'>, id: RequestId): Promise<Decision<IdentificationNumber, Refusal>> =>
      transaction(async (tx) => {
        const row = await tx.db.request.findUnique({ where: { id } })
        const details = row?.unitId && covers(permit.units, row.unitId as UnitId) ? store.detailsOf(row, secrets) : null
        if (!details) return refuse({ kind: 'unknown-request' })
        tx.audit(permit.actor, 'number.revealed', `request:${id}`)
        return accept(details.number)
      }),
  }
}
