import { unitIds, type Actor, type Permit } from '../access/policy.ts'
import { dayOf } from '../kernel/day.ts'
import type { RequestId, UnitId } from '../kernel/ids.ts'
import type { RequestsDeps } from './changes.ts'
import type { RequestKind } from './kinds.ts'
import type { RequestState } from './request.ts'
import * as store from './inbox-store.ts'

const PAGE = 20

export type InboxLine = {
  readonly id: RequestId
  readonly code: string
  readonly state: RequestState
  readonly kind: RequestKind
  /** Whose or what it is. */
  readonly fullName: string
  readonly position: string
  readonly unitName: string
  readonly local: string | null
  readonly submittedAt: Date
  readonly dueAt: Date
  readonly decidedAt: Date | null
  readonly overdue: boolean
  readonly namesakes: number
  readonly sendings: number
  /** Which of its steps waits, from 1, and how many there are. */
  readonly step: number
  readonly steps: number
  /** Nobody in the units may act on it. */
  readonly fallen: boolean
}
export type Inbox = {
  readonly lines: InboxLine[]
  readonly total: number
  readonly page: number
  readonly pageSize: number
  readonly counts: store.InboxCounts
}
export type InboxTab = store.InboxTab
export type { InboxPlace } from './inbox-store.ts'
export { INBOX_TABS } from './inbox-store.ts'

/** The seats that somebody holds, in person or for somebody. */
export function seatsHeld(actor: Actor): store.Mine {
  const grants = actor.kind === 'person' ? actor.grants : []
  return {
    units: grants.flatMap(({ role, unitId }) => (role === 'unit-admin' && unitId !== null ? [unitId] : [])),
    itStaff: grants.some(({ role }) => role === 'it-staff'),
  }
}

type Chosen = { tab?: InboxTab; q?: string; unit?: UnitId | null; sort?: 'due' | 'sent' }

/** What waits for a decision, and what was decided. */
export function inboxOf(deps: RequestsDeps) {
  const { prisma, clock } = deps

  const queryOf = (permit: Permit<'request.read'>, filter: Chosen): Omit<store.InboxFilter, 'limit' | 'offset'> => {
    const at = clock()
    return {
      ...{ tab: filter.tab ?? 'waiting', q: filter.q ?? '', unit: filter.unit ?? null, sort: filter.sort ?? 'due' },
      ...{ within: unitIds(permit.units), mine: seatsHeld(permit.actor), at, on: dayOf(at) },
    }
  }
  const lineOf = (row: store.InboxRow, at: Date): InboxLine => ({
    id: row.id as RequestId,
    code: row.code,
    state: row.state,
    kind: row.kind,
    fullName: row.full_name,
    position: row.position ?? '',
    unitName: row.unit_name ?? '',
    local: row.local,
    submittedAt: row.submitted_at,
    dueAt: row.due_at,
    decidedAt: row.decided_at,
    overdue: row.state === 'submitted' && row.due_at < at,
    namesakes: row.namesakes,
    sendings: row.sendings,
    step: row.step + 1,
    steps: row.steps,
    fallen: row.state === 'submitted' && row.fallen,
  })

  return {
    /**
     * A page of what waits: for the reader (`mine`: the seats that they hold) or for anybody within their scope, and of what is
     * overdue, returned or settled there.
     */
    async inbox(permit: Permit<'request.read'>, filter: Chosen & { page?: number }): Promise<Inbox> {
      const page = filter.page ?? 1
      const query = { ...queryOf(permit, filter), limit: PAGE, offset: (page - 1) * PAGE }
      const [rows, counts] = await Promise.all([store.page(prisma, query), store.counts(prisma, query)])
      const { q, unit, tab } = query
      const total = q === '' && unit === null && tab !== 'settled' ? counts[tab] : await store.count(prisma, query)
      return { lines: rows.map((row) => lineOf(row, query.at)), total, page, pageSize: PAGE, counts }
    },

    /** The same without counting, from a place on; `next` is where it goes on, null when no more follow. */
    async inboxAfter(
      permit: Permit<'request.read'>,
      filter: Chosen & { readonly after: store.InboxPlace | null; readonly limit: number },
    ): Promise<{ lines: InboxLine[]; next: store.InboxPlace | null }> {
      const { after, limit } = filter
      const query = { ...queryOf(permit, filter), after, limit: limit + 1, offset: 0 }
      const found = await store.page(prisma, query)
      const rows = found.slice(0, limit)
      const last = rows.at(-1)
      return {
        lines: rows.map((row) => lineOf(row, query.at)),
        next: last && found.length > limit ? { at: last.place, id: last.id } : null,
      }
    },

    /** How many wait for the reader and for anybody, are overdue and are returned, within the scope. */
    counts: (permit: Permit<'request.read'>): Promise<store.InboxCounts> =>
      store.counts(prisma, { ...queryOf(permit, {}), limit: 0, offset: 0 }),

    /** How many requests wait at the reader's seats, for the navigation. */
    waiting: (permit: Permit<'request.read'>): Promise<number> => store.countMine(prisma, seatsHeld(permit.actor)),

    /** How many requests nobody in their units may act on, so that IT staff must. */
    fallen: (_permit: Permit<'sync.read'>): Promise<number> => store.countFallen(prisma),
  }
}
