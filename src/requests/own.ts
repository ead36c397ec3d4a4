import type { Permit, PersonActor } from '../access/policy.ts'
import type { AccountId, RequestId } from '../kernel/ids.ts'
import { filedBy, inStep } from './asking-store.ts'
import type { Changes, RequestsDeps } from './changes.ts'
import type { OwnKind } from './kinds.ts'
import type { RequestEventLine } from './reading.ts'
import type { RequestState } from './request.ts'
import * as store from './store.ts'
import { told, type Names, type Told } from './told.ts'
import { stepLines, waitsOf, type StepLine, type Waits } from './waits.ts'

/** How many of somebody's requests are listed. */
const LISTED = 100

export type OwnLine = {
  readonly id: RequestId
  readonly code: string
  readonly kind: OwnKind
  readonly title: string | null
  readonly state: RequestState
  readonly createdAt: Date
  readonly submittedAt: Date | null
  readonly dueAt: Date | null
  readonly decidedAt: Date | null
}
/** A request as whoever filed it while signed in sees it. */
export type Own = OwnLine & {
  readonly version: number
  readonly details: Exclude<Told, { kind: 'person' }> | null
  readonly names: Names
  readonly unitName: string | null
  readonly address: string | null
  readonly expiresAt: Date | null
  readonly comment: string | null
  readonly steps: readonly StepLine[]
  readonly waits: Waits | null
  readonly made: store.Made
  /** Approved, and directory and mail server show what came of it. */
  readonly done: boolean
  readonly events: readonly RequestEventLine[]
}

/** What people asked for themselves. */
export function ownOf({ prisma, clock, secrets }: RequestsDeps, changes: Changes) {
  const { unitName, addressText, findRow, seating, namesOf } = changes
  const whose = ({ actor }: Permit<'own.request'>): AccountId => (actor as PersonActor).accountId

  const lineOf = (row: store.RequestRow): OwnLine => ({
    ...{ id: row.id as RequestId, code: row.code, kind: row.kind as OwnKind, title: row.fullName },
    ...{ state: row.state as RequestState, createdAt: row.createdAt, submittedAt: row.submittedAt },
    ...{ dueAt: row.dueAt, decidedAt: row.decidedAt },
  })

  return {
    /** What somebody asked for while signed in, the newest first. */
    async ownRequests(permit: Permit<'own.request'>): Promise<OwnLine[]> {
      const ids = (await filedBy(prisma, whose(permit), LISTED)).map(({ id }) => id)
      const rows = await prisma.request.findMany({ where: { id: { in: ids } } })
      return ids.flatMap((id) => rows.filter((row) => row.id === id).map(lineOf))
    },

    /** One of them; null when it is none of theirs. */
    async own(permit: Permit<'own.request'>, id: RequestId): Promise<Own | null> {
      const row = await findRow(id)
      if (!row || row.kind === 'person' || row.filedBy !== whose(permit) || row.purgedAt !== null) return null
      const details = store.detailsOf(row, secrets)
      const made = row.made === null ? { accounts: [], lists: [] } : store.Made.parse(row.made)
      const changed = details !== null && 'accountId' in details ? [details.accountId] : []
      const request = store.requestOf(row, secrets, row.events.at(-1)?.byName ?? '')
      const around = details === null ? null : await seating.around({ db: prisma, at: clock() }, details.unitId)
      const place = 'course' in request ? request.course.basis.place : null
      const shown = details === null ? null : told(details)
      return {
        ...lineOf(row),
        version: row.version,
        details: shown?.kind === 'person' ? null : shown,
        names: details === null ? { accounts: {}, units: {} } : await namesOf(details),
        unitName: await unitName(row.unitId),
        address: addressText(row.local),
        expiresAt: row.expiresAt,
        comment: row.comment,
        steps: around === null ? [] : stepLines(request, around.organisation),
        waits:
          around === null
            ? null
            : waitsOf(request, around.organisation, place?.kind === 'below' ? await unitName(place.unit) : null),
        made,
        done: row.state === 'approved' && (await inStep(prisma, [...made.accounts, ...made.lists, ...changed])),
        events: row.events.map(({ at, kind, byName, forName, note }) => ({ at, kind, byName, forName, note })),
      }
    },
  }
}
