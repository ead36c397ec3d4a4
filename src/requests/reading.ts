import { covers, type Permit } from '../access/policy.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import { contradictions, type IdentificationNumber } from '../kernel/identification-number.ts'
import type { AccountId, RequestId, UnitId } from '../kernel/ids.ts'
import type { Changes, Refusal, RequestsDeps } from './changes.ts'
import { titleOf } from './ask.ts'
import { called } from './asking-store.ts'
import { barred, standing } from './eyes.ts'
import type { RequestKind } from './kinds.ts'
import { ladderFor } from './organisation.ts'
import { openSeats, type Identity, type RequestState } from './request.ts'
import * as store from './store.ts'
import { told, type Names, type Told } from './told.ts'
import { stepLines, waitsOf, type StepLine, type Waits } from './waits.ts'

export type RequestEventLine = {
  readonly at: Date
  readonly kind: string
  readonly byName: string | null
  readonly forName: string | null
  readonly note: string | null
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
  readonly kind: RequestKind
  readonly version: number
  /** What lists call it by: whose or what it is. */
  readonly title: string
  /** What it is about, and what accounts and units in it are called. */
  readonly details: Told
  readonly names: Names
  /** Who filed it while signed in. */
  readonly filedByName: string | null
  readonly contactEmail: string
  readonly confirmedAt: Date
  readonly unitName: string
  readonly parentName: string | null
  /** Null where none is asked for, or several are. */
  readonly address: string | null
  readonly quotaMb: number
  readonly submittedAt: Date
  readonly dueAt: Date
  readonly overdue: boolean
  readonly decidedAt: Date | null
  readonly comment: string | null
  /** Said by the approver of the first step; null before. */
  readonly identity: Identity | null
  /** The account that came of it or that it changes; null for none, or several. */
  readonly accountId: AccountId | null
  readonly made: store.Made
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
  const { unitName, addressText, findRow, seating, namesOf } = changes

  return {
    /** Null when unknown, never submitted, or out of scope. */
    async read(permit: Permit<'request.read'>, id: RequestId): Promise<RequestView | null> {
      const row = await findRow(id)
      if (!row?.unitId || row.submittedAt === null || row.dueAt === null || !covers(permit.units, row.unitId as UnitId))
        return null
      const details = store.detailsOf(row, secrets)
      if (!details) return null
      const at = clock()
      const unit = await units.find(details.unitId)
      const held = await prisma.address.findFirst({ where: { holderKind: 'request', holderId: id, state: 'reserved' } })
      const made = row.made === null ? { accounts: [], lists: [] } : store.Made.parse(row.made)
      const numbers = details.kind === 'people' ? details.people.map(({ number }) => secrets.numberHash(number)) : []
      const hashes = row.ninHash === null ? numbers : [row.ninHash]
      const known = await prisma.person.findMany({
        where: { ninHash: { in: hashes }, account: { isNot: null } },
        include: { account: { select: { id: true } } },
      })
      const same = details.kind === 'person' ? await store.namesakes(prisma, details.name.full) : []
      const request = store.requestOf(row, secrets, row.events.at(-1)?.byName ?? '')
      const around = await seating.around({ db: prisma, at }, details.unitId)
      const { organisation } = around
      const by = await seating.approver({ db: prisma, at }, permit.actor, around)
      const own: readonly (string | null)[] = [row.accountId, ...made.accounts]
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
        kind: details.kind,
        title: titleOf(details),
        version: row.version,
        details: told(details),
        names: await namesOf(details),
        filedByName: row.filedBy === null ? null : ((await called(prisma, [row.filedBy])).get(row.filedBy) ?? null),
        contactEmail: row.contactEmail,
        confirmedAt: row.confirmedAt,
        unitName: unit?.name ?? '',
        parentName: unit?.parentName ?? null,
        address: addressText(row.local),
        quotaMb,
        submittedAt: row.submittedAt,
        dueAt: row.dueAt,
        overdue: row.state === 'submitted' && row.dueAt < at,
        decidedAt: row.decidedAt,
        comment: row.comment,
        identity: row.identity as Identity | null,
        accountId:
          row.accountId !== null ? (row.accountId as AccountId) : 'accountId' in details ? details.accountId : null,
        made,
        addressHeldUntil: held?.until ?? null,
        contradictions: details.kind === 'person' ? contradictions(details.number, details) : [],
        duplicate: known.some(({ account }) => account !== null && !own.includes(account.id)),
        namesakes: await Promise.all(
          same
            .filter((each) => each.local !== row.local || row.accountId === null)
            .map(async (each) => ({
              fullName: each.fullName,
              address: `${each.local}@${domain}`,
              unitName: (await unitName(each.unitId)) ?? '',
            })),
        ),
        steps: stepLines(request, organisation),
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
        if (details?.kind !== 'person') return refuse({ kind: 'unknown-request' })
        tx.audit(permit.actor, 'number.revealed', `request:${id}`)
        return accept(details.number)
      }),
  }
}
