import { Prisma } from '../db/generated/client.ts'
import { dayToDb, type Day } from '../kernel/day.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import { EmailAddress } from '../kernel/email-address.ts'
import { fold } from '../kernel/text.ts'
import type { Language } from '../letters/letter.ts'
import type { AccountEventKind, AccountKind, AccountState, AccountSummary, EventDetail, HandOver } from './account.ts'

type Db = Prisma.TransactionClient

export type AccountFilter = {
  readonly q: string
  readonly unit: UnitId | null
  readonly state: AccountState | null
  readonly kind: AccountKind | null
  readonly within: UnitId[] | null
  readonly on: Day
  readonly domain: string
  /** Goes on behind the account that stands there. */
  readonly after?: AccountPlace | null
  readonly limit: number
  readonly offset: number
}
/** Where an account stands in the order of the lists. */
export type AccountPlace = { readonly sort: readonly string[]; readonly id: AccountId }

type SummaryRow = {
  id: string
  number: number
  kind: string
  login: string
  display_name: string
  local: string
  title: string | null
  unit_id: string
  unit_name: string | null
  state: string
  behind: number
}

/** An account as lists show it, from its row. */
export const summaryOf = (row: SummaryRow, domain: string): AccountSummary => ({
  id: row.id as AccountId,
  number: row.number,
  kind: row.kind as AccountKind,
  login: row.login,
  displayName: row.display_name,
  address: EmailAddress.parse(`${row.local}@${domain}`),
  title: row.title,
  unitId: row.unit_id as UnitId,
  unitName: row.unit_name ?? '',
  state: row.state as AccountState,
  behind: row.behind,
})

const where = (filter: AccountFilter) => Prisma.sql`
  (${filter.q} = '' OR a.search LIKE ALL (${fold(filter.q)
    .split(' ')
    .map((word) => `%${word}%`)}::text[]))
  AND (${filter.unit}::uuid IS NULL OR a.unit_id IN (SELECT unit_subtree(ARRAY[${filter.unit}::uuid], ${dayToDb(filter.on)}::date)))
  AND (${filter.state}::text IS NULL OR a.state = ${filter.state})
  AND (${filter.kind}::text IS NULL OR a.kind = ${filter.kind})
  AND (${filter.within}::uuid[] IS NULL OR a.unit_id = ANY (${filter.within}::uuid[]))
  AND ${filter.after ? Prisma.sql`(a.sort_key, a.id) > (${filter.after.sort}::text[], ${filter.after.id}::uuid)` : Prisma.sql`true`}`

/** Where the account stands; null when it is none. */
export async function placeOf(db: Db, id: AccountId): Promise<AccountPlace | null> {
  const row = await db.account.findUnique({ where: { id }, select: { sortKey: true } })
  return row && { sort: row.sortKey, id }
}

/** An account's primary address; of one that is no more, the one that it had. */
const own = Prisma.sql`
  SELECT local FROM address WHERE holder_kind = 'account' AND holder_id = a.id AND role = 'primary'
    AND state IN ('live', 'tombstone') ORDER BY state LIMIT 1`

/** A page of accounts by name, found by every word of `q` without regard to accents. */
export async function list(db: Db, filter: AccountFilter): Promise<AccountSummary[]> {
  // The page first, by an index alone; only then what its rows show.
  const rows = await db.$queryRaw<SummaryRow[]>`
    WITH page AS MATERIALIZED (
      SELECT a.* FROM account a WHERE ${where(filter)}
      ORDER BY a.sort_key, a.id LIMIT ${filter.limit} OFFSET ${filter.offset}
    )
    SELECT a.id, a.number, a.kind, a.login, a.display_name, coalesce(ad.local, a.login) AS local, a.unit_id, a.state, p.title,
      (SELECT name FROM unit_on(${dayToDb(filter.on)}::date) u WHERE u.unit_id = a.unit_id) AS unit_name,
      (SELECT count(*)::int FROM sync s WHERE s.subject_kind = 'account' AND s.subject_id = a.id AND s.applied < s.wanted) AS behind
    FROM page a
    LEFT JOIN LATERAL (${own}) ad ON true
    LEFT JOIN LATERAL (
      SELECT title FROM post WHERE person_id = a.person_id AND is_primary AND valid_from <= ${dayToDb(filter.on)}::date
      ORDER BY valid_from DESC LIMIT 1) p ON true
    ORDER BY a.sort_key, a.id`
  return rows.map((row) => summaryOf(row, filter.domain))
}

export async function count(db: Db, filter: AccountFilter): Promise<number> {
  const [row] = await db.$queryRaw<
    { count: number }[]
  >`SELECT count(*)::int AS count FROM account a WHERE ${where(filter)}`
  return row?.count ?? 0
}

/** An account whose row is locked, with what its letters need. */
export type Held = {
  readonly id: string
  readonly kind: AccountKind
  readonly personId: string | null
  readonly login: string
  readonly quotaMb: number
  readonly state: AccountState
  readonly displayName: string
  readonly unitId: string
  readonly language: Language
  readonly handOver: HandOver
  readonly revision: number
  readonly readyAt: Date | null
  readonly activatedAt: Date | null
  readonly contactEmail: string | null
  readonly local: string
}

/** Locks accounts in the order of their ids: first of all, before secrets, groups and the ledger. */
export const lockAll = (db: Db, ids: readonly string[]): Promise<Held[]> =>
  db.$queryRaw`
    SELECT a.id, a.kind, a.person_id AS "personId", a.login, a.quota_mb AS "quotaMb", a.state, a.display_name AS "displayName", a.unit_id AS "unitId", a.language, a.hand_over AS "handOver",
      a.revision, a.ready_at AS "readyAt", a.activated_at AS "activatedAt", p.contact_email AS "contactEmail",
      coalesce(ad.local, a.login) AS local
    FROM account a
    LEFT JOIN LATERAL (${own}) ad ON true
    LEFT JOIN person p ON p.id = a.person_id
    WHERE a.id = ANY (${ids}::uuid[]) ORDER BY a.id FOR UPDATE OF a`

/** Grows the accounts' revisions; answers the new ones. Rows are locked in the order of their ids. */
export const bump = (db: Db, ids: readonly string[]): Promise<{ id: string; revision: number }[]> =>
  db.$queryRaw`
    UPDATE account SET revision = revision + 1
    WHERE id IN (SELECT id FROM account WHERE id = ANY (${ids}::uuid[]) ORDER BY id FOR UPDATE)
    RETURNING id, revision`

/** Grows the revisions of the groups of these units, making a group where a unit has none yet. */
export async function bumpGroups(db: Db, units: readonly string[]): Promise<{ id: string; revision: number }[]> {
  return db.$queryRaw`
    INSERT INTO mail_group AS g (id, unit_id) SELECT gen_random_uuid(), id FROM unit WHERE id = ANY (${units}::uuid[]) ORDER BY id
    ON CONFLICT (unit_id) WHERE kind = 'unit' DO UPDATE SET revision = g.revision + 1
    RETURNING g.id, g.revision`
}

export type PrimaryPost = {
  readonly id: string
  readonly title: string
  readonly employment: string
  readonly validFrom: Date
  readonly validTo: Date | null
}
/** The person's primary post that lasts on this day; null when none does. */
export const primaryPost = (db: Db, person: string, on: Date): Promise<PrimaryPost | null> =>
  db.post.findFirst({
    where: {
      personId: person,
      isPrimary: true,
      validFrom: { lte: on },
      OR: [{ validTo: null }, { validTo: { gt: on } }],
    },
    select: { id: true, title: true, employment: true, validFrom: true, validTo: true },
    orderBy: { validFrom: 'desc' },
  })

/** What people are called, by id. */
export async function namesOf(db: Db, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map()
  const rows = await db.account.findMany({ where: { id: { in: [...ids] } }, select: { id: true, displayName: true } })
  return new Map(rows.map(({ id, displayName }) => [id, displayName]))
}

/** The slug, or the slug with a number where a former mailbox had it. */
export async function freeLogin(db: Db, slug: string): Promise<string> {
  const rows = await db.account.findMany({ where: { login: { startsWith: slug } }, select: { login: true } })
  const taken = new Set(rows.map(({ login }) => login))
  for (let n = 1; ; n++) {
    const login = n === 1 ? slug : `${slug}-${n}`
    if (!taken.has(login)) return login
  }
}

/** Writes one event of an account's history. */
export async function event(
  db: Db,
  accountId: string,
  at: Date,
  kind: AccountEventKind,
  byName: string,
  note: string | null = null,
) {
  await db.accountEvent.create({ data: { accountId, at, kind, byName, note } })
}

/** The mailboxes of these are complete for the first time. */
export const ready = (db: Db, ids: readonly string[], at: Date): Promise<unknown> =>
  db.account.updateMany({ where: { id: { in: [...ids] } }, data: { readyAt: at } })

/** Many events at once, in their order. */
export async function events(
  db: Db,
  at: Date,
  happened: readonly { id: string; kind: AccountEventKind; byName: string; note?: string; detail?: EventDetail }[],
): Promise<void> {
  await db.accountEvent.createMany({
    data: happened.map(({ id, kind, byName, note = null, detail }) => ({
      accountId: id,
      at,
      kind,
      byName,
      note,
      ...(detail !== undefined && { detail }),
    })),
  })
}
