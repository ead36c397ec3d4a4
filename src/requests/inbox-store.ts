import { Prisma } from '../db/generated/client.ts'
import { dayToDb, type Day } from '../kernel/day.ts'
import type { UnitId } from '../kernel/ids.ts'
import { fold } from '../kernel/text.ts'
import type { RequestKind } from './kinds.ts'
import type { RequestState } from './request.ts'

type Db = Prisma.TransactionClient

export const INBOX_TABS = ['mine', 'waiting', 'overdue', 'returned', 'settled'] as const
export type InboxTab = (typeof INBOX_TABS)[number]
/** The seats of the reader. */
export type Mine = { readonly units: readonly UnitId[]; readonly itStaff: boolean }
export type InboxFilter = {
  readonly tab: InboxTab
  readonly q: string
  readonly unit: UnitId | null
  readonly within: UnitId[] | null
  readonly mine: Mine
  readonly at: Date
  readonly on: Day
  readonly sort: 'due' | 'sent'
  /** Goes on behind the request that stands there. */
  readonly after?: InboxPlace | null
  readonly limit: number
  readonly offset: number
}
/** Where a request stands in a list: the instant that orders it (to the microsecond), then its identifier. */
export type InboxPlace = { readonly at: string; readonly id: string }
export type InboxRow = {
  readonly place: string
  readonly id: string
  readonly code: string
  readonly state: RequestState
  readonly full_name: string
  readonly kind: RequestKind
  readonly position: string | null
  readonly unit_name: string | null
  readonly local: string | null
  readonly submitted_at: Date
  readonly due_at: Date
  readonly sendings: number
  readonly step: number
  readonly steps: number
  readonly fallen: boolean
  readonly decided_at: Date | null
  readonly namesakes: number
}

const TAB_STATES: Record<InboxTab, string[]> = {
  mine: ['submitted'],
  waiting: ['submitted'],
  overdue: ['submitted'],
  returned: ['returned'],
  settled: ['approved', 'rejected', 'withdrawn'],
}

/** One state is asked for as such: only then does the index give the rows in the order of the list. */
function ofStates([first, ...others]: string[]): Prisma.Sql {
  return others.length === 0
    ? Prisma.sql`r.state = ${first}`
    : Prisma.sql`r.state = ANY (${[first, ...others]}::text[])`
}

/** What waits at these seats. Whoever holds one seat asks for it alone, so that its index is used. */
function atSeats({ units, itStaff }: Mine): Prisma.Sql {
  if (units.length === 0) return itStaff ? Prisma.sql`r.it_seat` : Prisma.sql`false`
  const own = Prisma.sql`r.seats && ${units}::uuid[]`
  return itStaff ? Prisma.sql`(r.it_seat OR ${own})` : own
}

const inTab = (filter: InboxFilter) => Prisma.sql`
  ${ofStates(TAB_STATES[filter.tab])} AND r.submitted_at IS NOT NULL AND r.purged_at IS NULL
  AND ${filter.tab === 'mine' ? atSeats(filter.mine) : Prisma.sql`true`}
  AND (${filter.tab !== 'overdue'} OR r.due_at < ${filter.at})
  AND (${filter.within}::uuid[] IS NULL OR r.unit_id = ANY (${filter.within}::uuid[]))
  AND (${filter.unit}::uuid IS NULL OR r.unit_id = ${filter.unit}::uuid)
  AND (${filter.q} = '' OR r.search LIKE ALL (${fold(filter.q)
    .split(' ')
    .map((word) => `%${word}%`)}::text[])
    OR r.search LIKE ${`%${filter.q
      .trim()
      .toLowerCase()
      .replace(/[\\%_]/g, '\\$&')}%`})`

/** What a list is ordered by, and whether the newest comes first. */
function orderOf({ tab, sort }: InboxFilter): { by: Prisma.Sql; newestFirst: boolean } {
  if (tab === 'settled') return { by: Prisma.sql`r.decided_at`, newestFirst: true }
  return sort === 'due'
    ? { by: Prisma.sql`r.due_at`, newestFirst: false }
    : { by: Prisma.sql`r.submitted_at`, newestFirst: true }
}

/** One page of the inbox. */
export function page(db: Db, filter: InboxFilter): Promise<InboxRow[]> {
  const { by, newestFirst } = orderOf(filter)
  const order = newestFirst ? Prisma.sql`${by} DESC, r.id` : Prisma.sql`${by}, r.id`
  const { after } = filter
  const onwards = !after
    ? Prisma.sql`true`
    : newestFirst
      ? Prisma.sql`(${by} < ${after.at}::timestamptz OR (${by} = ${after.at}::timestamptz AND r.id > ${after.id}::uuid))`
      : Prisma.sql`(${by}, r.id) > (${after.at}::timestamptz, ${after.id}::uuid)`
  return db.$queryRaw<InboxRow[]>`
    WITH page AS MATERIALIZED (
      SELECT r.* FROM request r WHERE ${inTab(filter)} AND ${onwards} ORDER BY ${order} LIMIT ${filter.limit} OFFSET ${filter.offset}
    )
    SELECT r.id, r.code, r.kind, r.state, r.full_name, r.position, r.local, r.submitted_at, r.due_at, r.decided_at, r.sendings, r.step,
      jsonb_array_length(r.steps) AS steps, r.fallen, ${by}::text AS place,
      (SELECT name FROM unit_version v WHERE v.unit_id = r.unit_id AND v.valid_from <= ${dayToDb(filter.on)}::date
        ORDER BY v.valid_from DESC LIMIT 1) AS unit_name,
      (SELECT count(*)::int FROM person p WHERE r.kind = 'person' AND p.merged_into IS NULL AND p.fold = split_part(r.search, ' ' || coalesce(r.local, ''), 1)) AS namesakes
    FROM page r ORDER BY ${order}`
}

export type InboxCounts = Readonly<Record<Exclude<InboxTab, 'settled'>, number>>

/** How many wait for the reader and for anybody, are overdue and are returned, within the scope. */
export async function counts(db: Db, { within, mine, at }: InboxFilter): Promise<InboxCounts> {
  const [row] = await db.$queryRaw<InboxCounts[]>`
    SELECT count(*) FILTER (WHERE state = 'submitted')::int AS waiting,
      count(*) FILTER (WHERE state = 'submitted' AND ${atSeats(mine)})::int AS mine,
      count(*) FILTER (WHERE state = 'submitted' AND due_at < ${at})::int AS overdue,
      count(*) FILTER (WHERE state = 'returned')::int AS returned
    FROM request r WHERE state IN ('submitted', 'returned') AND (${within}::uuid[] IS NULL OR unit_id = ANY (${within}::uuid[]))`
  return row ?? { mine: 0, waiting: 0, overdue: 0, returned: 0 }
}

export async function countMine(db: Db, mine: Mine): Promise<number> {
  const [row] = await db.$queryRaw<
    { count: number }[]
  >`SELECT count(*)::int AS count FROM request r WHERE r.state = 'submitted' AND ${atSeats(mine)}`
  return row?.count ?? 0
}

export async function countFallen(db: Db): Promise<number> {
  const [row] = await db.$queryRaw<
    { count: number }[]
  >`SELECT count(*)::int AS count FROM request WHERE state = 'submitted' AND fallen`
  return row?.count ?? 0
}

export async function count(db: Db, filter: InboxFilter): Promise<number> {
  const [row] = await db.$queryRaw<
    { count: number }[]
  >`SELECT count(*)::int AS count FROM request r WHERE ${inTab(filter)}`
  return row?.count ?? 0
}
