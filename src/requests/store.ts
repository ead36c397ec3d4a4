import { Prisma } from '../db/generated/client.ts'
import { dayFromDb, dayToDb, type Day } from '../kernel/day.ts'
import { IdentificationNumber, type Sex } from '../kernel/identification-number.ts'
import type { AccountId, RequestId, UnitId } from '../kernel/ids.ts'
import { LocalPart } from '../kernel/email-address.ts'
import { parsePersonName } from '../kernel/person-name.ts'
import { fold } from '../kernel/text.ts'
import type { Details, Employment } from './details.ts'
import type { Identity, Request, RequestState } from './request.ts'

type Db = Prisma.TransactionClient
export type RequestRow = Prisma.RequestGetPayload<object>
export type Seal = {
  seal(text: string, context: string): string
  open(sealed: string, context: string): string
  numberHash(text: string): string
}
const context = 'request.nin'

/** Locks the row until the end of the transaction and reads it; null when unknown. */
export async function lock(db: Db, seal: Seal, id: RequestId): Promise<Request | null> {
  await db.$queryRaw`SELECT 1 FROM request WHERE id = ${id}::uuid FOR UPDATE`
  const row = await db.request.findUnique({ where: { id }, include: { events: { orderBy: { id: 'desc' }, take: 1 } } })
  return row ? requestOf(row, seal, row.events[0]?.byName ?? '') : null
}

export function detailsOf(row: RequestRow, seal: Seal): Details | null {
  if (!row.fullName || !row.unitId || !row.birthDate || !row.ninCipher || !row.position || !row.employment || !row.sex)
    return null
  const name = parsePersonName(row.fullName, row.given)
  if (!name.ok) return null
  return {
    unitId: row.unitId as UnitId,
    name: name.value,
    birthDate: dayFromDb(row.birthDate),
    sex: row.sex as Sex,
    number: IdentificationNumber.parse(seal.open(row.ninCipher, context)),
    position: row.position,
    employment: row.employment as Employment,
    contractEnd: row.contractEnd === null ? null : dayFromDb(row.contractEnd),
    phone: row.phone,
  }
}

function requestOf(row: RequestRow, seal: Seal, lastName: string): Request {
  const base = {
    id: row.id as RequestId,
    code: row.code,
    version: row.version,
    contactEmail: row.contactEmail,
    filedBy: row.filedBy as AccountId | null,
    ninHash: row.ninHash,
  }
  const state = row.state as RequestState
  const details = detailsOf(row, seal)
  const local = row.local === null ? null : LocalPart.parse(row.local)
  const at = row.decidedAt ?? row.createdAt
  if (state === 'draft') return { ...base, state, details, local, expiresAt: row.expiresAt ?? at }
  if (state === 'withdrawn' || state === 'expired') return { ...base, state, decidedAt: at }
  const notWhole = new Error(`Request ${row.id} is ${state} but not whole`)
  if (details === null || row.submittedAt === null || row.dueAt === null) throw notWhole
  const told = { ...base, details, submittedAt: row.submittedAt, dueAt: row.dueAt }
  const decided = { decidedBy: row.decidedBy as AccountId | null, decidedByName: lastName, decidedAt: at }
  if (state === 'returned')
    return { ...told, ...decided, local, state, comment: row.comment ?? '', expiresAt: row.expiresAt ?? at }
  if (local === null) throw notWhole
  const asked = { ...told, local }
  switch (state) {
    case 'submitted':
      return { ...asked, state }
    case 'approved':
      return { ...asked, ...decided, state, identity: (row.identity ?? 'in-person') as Identity, handOver: 'link' }
    case 'rejected':
      return { ...asked, ...decided, state, comment: row.comment ?? '' }
    default:
      return state satisfies never
  }
}

/** Writes the request as it now is. */
export async function save(db: Db, seal: Seal, request: Request): Promise<void> {
  const details = 'details' in request ? request.details : null
  const local = 'local' in request ? request.local : null
  await db.request.update({
    where: { id: request.id },
    data: {
      state: request.state,
      version: request.version,
      ...(details
        ? {
            unitId: details.unitId,
            fullName: details.name.full,
            surname: details.name.surname,
            given: details.name.given,
            birthDate: dayToDb(details.birthDate),
            sex: details.sex,
            ninCipher: seal.seal(details.number, context),
            ninHash: seal.numberHash(details.number),
            position: details.position,
            employment: details.employment,
            contractEnd: details.contractEnd === null ? null : dayToDb(details.contractEnd),
            phone: details.phone,
            local,
            search: [fold(details.name.full), local ?? '', fold(request.code), request.code.toLowerCase()].join(' '),
          }
        : {}),
      ...('submittedAt' in request ? { submittedAt: request.submittedAt, dueAt: request.dueAt } : {}),
      decidedAt: 'decidedAt' in request ? request.decidedAt : null,
      decidedBy: 'decidedBy' in request ? request.decidedBy : null,
      comment: 'comment' in request ? request.comment : null,
      identity: 'identity' in request ? request.identity : null,
      expiresAt: 'expiresAt' in request ? request.expiresAt : null,
    },
  })
}

export async function event(
  db: Db,
  requestId: RequestId,
  at: Date,
  kind: string,
  byName: string | null,
  note: string | null = null,
) {
  await db.requestEvent.create({ data: { requestId, at, kind, byName, note } })
}

export const INBOX_TABS = ['waiting', 'overdue', 'returned', 'settled'] as const
export type InboxTab = (typeof INBOX_TABS)[number]
export type InboxFilter = {
  readonly tab: InboxTab
  readonly q: string
  readonly unit: UnitId | null
  readonly within: UnitId[] | null
  readonly at: Date
  readonly on: Day
  readonly sort: 'due' | 'sent'
  readonly limit: number
  readonly offset: number
}
export type InboxRow = {
  readonly id: string
  readonly code: string
  readonly state: RequestState
  readonly full_name: string
  readonly position: string
  readonly unit_name: string | null
  readonly local: string
  readonly submitted_at: Date
  readonly due_at: Date
  readonly version: number
  readonly decided_at: Date | null
  readonly namesakes: number
}

const TAB_STATES: Record<InboxTab, string[]> = {
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

const inTab = (filter: InboxFilter) => Prisma.sql`
  ${ofStates(TAB_STATES[filter.tab])} AND r.submitted_at IS NOT NULL
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

/** One page of the inbox. */
export function inbox(db: Db, filter: InboxFilter): Promise<InboxRow[]> {
  const order =
    filter.tab === 'settled'
      ? Prisma.sql`r.decided_at DESC, r.id`
      : filter.sort === 'due'
        ? Prisma.sql`r.due_at, r.id`
        : Prisma.sql`r.submitted_at DESC, r.id`
  return db.$queryRaw<InboxRow[]>`
    WITH page AS MATERIALIZED (
      SELECT r.* FROM request r WHERE ${inTab(filter)} ORDER BY ${order} LIMIT ${filter.limit} OFFSET ${filter.offset}
    )
    SELECT r.id, r.code, r.state, r.full_name, r.position, r.local, r.submitted_at, r.due_at, r.decided_at, r.version,
      (SELECT name FROM unit_version v WHERE v.unit_id = r.unit_id AND v.valid_from <= ${dayToDb(filter.on)}::date
        ORDER BY v.valid_from DESC LIMIT 1) AS unit_name,
      (SELECT count(*)::int FROM person p WHERE p.fold = split_part(r.search, ' ' || coalesce(r.local, ''), 1)) AS namesakes
    FROM page r ORDER BY ${order}`
}

export type InboxCounts = { readonly waiting: number; readonly overdue: number; readonly returned: number }

/** How many wait, are overdue and are returned, within the scope. */
export async function counts(db: Db, within: UnitId[] | null, at: Date): Promise<InboxCounts> {
  const [row] = await db.$queryRaw<InboxCounts[]>`
    SELECT count(*) FILTER (WHERE state = 'submitted')::int AS waiting,
      count(*) FILTER (WHERE state = 'submitted' AND due_at < ${at})::int AS overdue,
      count(*) FILTER (WHERE state = 'returned')::int AS returned
    FROM request WHERE state IN ('submitted', 'returned') AND (${within}::uuid[] IS NULL OR unit_id = ANY (${within}::uuid[]))`
  return row ?? { waiting: 0, overdue: 0, returned: 0 }
}

export async function count(db: Db, filter: InboxFilter): Promise<number> {
  const [row] = await db.$queryRaw<
    { count: number }[]
  >`SELECT count(*)::int AS count FROM request r WHERE ${inTab(filter)}`
  return row?.count ?? 0
}

/** People of the same folded name who have an account. */
export const namesakes = (
  db: Db,
  name: string,
): Promise<{ fullName: string; login: string; unitId: string; local: string }[]> =>
  db.$queryRaw`
    SELECT p.full_name AS "fullName", a.login, a.unit_id::text AS "unitId", ad.local
    FROM person p JOIN account a ON a.person_id = p.id
    JOIN address ad ON ad.holder_kind = 'account' AND ad.holder_id = a.id AND ad.role = 'primary' AND ad.state = 'live'
    WHERE p.fold = ${fold(name)} ORDER BY a.number LIMIT 5`

/** Drafts and returned requests whose time is over. */
export const expired = (db: Db, at: Date): Promise<{ id: string }[]> =>
  db.$queryRaw`SELECT id::text FROM request WHERE state IN ('draft', 'returned') AND expires_at < ${at} ORDER BY expires_at LIMIT 500`
