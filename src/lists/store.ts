import { randomUUID } from 'node:crypto'
import { Prisma } from '../db/generated/client.ts'
import type { DirectoryGroup } from '../directory/directory.ts'
import { dayToDb, type Day } from '../kernel/day.ts'
import { EmailAddress } from '../kernel/email-address.ts'
import type { AccountId, GroupId, UnitId } from '../kernel/ids.ts'
import { fold } from '../kernel/text.ts'
import { ListRule, Posting, type ListEventKind, type ListMember, type ListSummary } from './list.ts'

type Db = Prisma.TransactionClient

/** A list whose row is locked. */
export type Held = {
  readonly id: GroupId
  readonly name: string
  readonly unitId: UnitId
  readonly rule: ListRule
  readonly posting: Posting
}

/** Members and rules change one at a time. */
export const lockMembers = (db: Db): Promise<number> =>
  db.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('lists', 723))`

export async function lock(db: Db, id: GroupId): Promise<Held | null> {
  const [row] = await db.$queryRaw<
    { id: string; name: string; unit_id: string; rule: unknown; posting: unknown }[]
  >`SELECT id, name, unit_id, rule, posting FROM mail_group WHERE id = ${id}::uuid AND kind = 'list' FOR UPDATE`
  if (!row) return null
  return {
    ...{ id: row.id as GroupId, name: row.name, unitId: row.unit_id as UnitId },
    ...{ rule: ListRule.parse(row.rule), posting: Posting.parse(row.posting) },
  }
}

type Facts = { readonly name: string; readonly unitId: UnitId; readonly rule: ListRule; readonly posting: Posting }
const columns = ({ name, unitId, rule, posting }: Facts, locals: readonly string[]) => ({
  ...{ name, unitId, rule, posting },
  search: [fold(name), ...locals].join(' '),
})

export async function insert(db: Db, id: GroupId, facts: Facts, locals: readonly string[], at: Date): Promise<number> {
  const [next] = await db.$queryRaw<{ number: number }[]>`SELECT nextval('list_number_seq')::int AS number`
  const number = next?.number ?? 0
  await db.mailGroup.create({ data: { id, kind: 'list', number, createdAt: at, ...columns(facts, locals) } })
  return number
}

export async function update(db: Db, id: GroupId, facts: Facts, locals: readonly string[]): Promise<void> {
  await db.mailGroup.update({ where: { id }, data: columns(facts, locals) })
}

export async function event(db: Db, groupId: string, at: Date, kind: ListEventKind, byName: string, note?: string) {
  await db.listEvent.create({ data: { groupId, at, kind, byName, note: note ?? null } })
}

/** Which of these accounts are none. */
export async function unknownAccount(db: Db, ids: readonly AccountId[]): Promise<AccountId | null> {
  if (ids.length === 0) return null
  const found = await db.account.findMany({ where: { id: { in: [...ids] } }, select: { id: true } })
  const known = new Set(found.map(({ id }) => id))
  return ids.find((id) => !known.has(id)) ?? null
}

export async function unknownUnit(db: Db, ids: readonly UnitId[]): Promise<boolean> {
  const distinct = [...new Set(ids)]
  return (await db.unit.count({ where: { id: { in: distinct } } })) < distinct.length
}

export type ListFilter = {
  readonly q: string
  readonly unit: UnitId | null
  readonly within: UnitId[] | null
  readonly id: GroupId | null
  readonly member: AccountId | null
  readonly on: Day
  readonly domain: string
  /** Goes on behind the list that stands there. */
  readonly after?: ListPlace | null
  readonly limit: number
  readonly offset: number
}
/** Where a list stands among the others. */
export type ListPlace = { readonly name: string; readonly id: string }
type SummaryRow = {
  id: string
  name: string
  local: string
  unit_id: string
  unit_name: string | null
  posting: Posting['who']
  members: number
  behind: boolean
}

const where = (filter: ListFilter) => Prisma.sql`
  g.kind = 'list'
  AND (${filter.id}::uuid IS NULL OR g.id = ${filter.id}::uuid)
  AND (${filter.q} = '' OR g.search LIKE ALL (${fold(filter.q)
    .split(' ')
    .map((word) => `%${word}%`)}::text[]))
  AND (${filter.unit}::uuid IS NULL OR g.unit_id IN (SELECT unit_subtree(ARRAY[${filter.unit}::uuid], ${dayToDb(filter.on)}::date)))
  AND (${filter.within}::uuid[] IS NULL OR g.unit_id = ANY (${filter.within}::uuid[]))
  AND (${filter.member}::uuid IS NULL OR EXISTS (
    SELECT FROM list_member m WHERE m.group_id = g.id AND m.account_id = ${filter.member}::uuid))
  AND ${filter.after ? Prisma.sql`(g.name COLLATE "vi-x-icu", g.id) > (${filter.after.name}, ${filter.after.id}::uuid)` : Prisma.sql`true`}`

/** A page of lists by name. */
export async function list(db: Db, filter: ListFilter): Promise<ListSummary[]> {
  const rows = await db.$queryRaw<SummaryRow[]>`
    WITH page AS MATERIALIZED (
      SELECT g.* FROM mail_group g WHERE ${where(filter)}
      ORDER BY g.name COLLATE "vi-x-icu", g.id LIMIT ${filter.limit} OFFSET ${filter.offset}
    )
    SELECT g.id, g.name, ad.local, g.unit_id, g.posting ->> 'who' AS posting,
      (SELECT name FROM unit_on(${dayToDb(filter.on)}::date) u WHERE u.unit_id = g.unit_id) AS unit_name,
      (SELECT count(*)::int FROM list_member m WHERE m.group_id = g.id) AS members,
      EXISTS (SELECT FROM sync s WHERE s.subject_kind = 'group' AND s.subject_id = g.id AND s.applied < s.wanted) AS behind
    FROM page g
    JOIN address ad ON ad.holder_kind = 'group' AND ad.holder_id = g.id AND ad.role = 'primary' AND ad.state = 'live'
    ORDER BY g.name COLLATE "vi-x-icu", g.id`
  return rows.map((row) => ({
    ...{ id: row.id as GroupId, name: row.name, unitId: row.unit_id as UnitId, unitName: row.unit_name ?? '' },
    ...{ posting: row.posting, members: row.members, behind: row.behind },
    address: EmailAddress.parse(`${row.local}@${filter.domain}`),
  }))
}

export async function count(db: Db, filter: ListFilter): Promise<number> {
  const [row] = await db.$queryRaw<
    { count: number }[]
  >`SELECT count(*)::int AS count FROM mail_group g WHERE ${where(filter)}`
  return row?.count ?? 0
}

/** A page of a list's members, by name. */
export async function members(
  db: Db,
  list: GroupId,
  page: { on: Day; domain: string; after?: AccountId | null; limit: number; offset: number },
): Promise<ListMember[]> {
  const { on, domain, limit, offset, after = null } = page
  const onwards =
    after === null
      ? Prisma.sql`true`
      : Prisma.sql`(a.sort_key, a.id) > (SELECT sort_key, id FROM account WHERE id = ${after}::uuid)`
  const rows = await db.$queryRaw<(Omit<ListMember, 'address'> & { local: string })[]>`
    SELECT a.id AS "accountId", a.kind, a.display_name AS "displayName", ad.local, p.title, a.unit_id AS "unitId", coalesce(u.name, '') AS "unitName",
      s.remote_dn IS NULL AS coming
    FROM list_member m
    JOIN account a ON a.id = m.account_id
    JOIN address ad ON ad.holder_kind = 'account' AND ad.holder_id = a.id AND ad.role = 'primary' AND ad.state = 'live'
    LEFT JOIN sync s ON s.subject_kind = 'account' AND s.subject_id = a.id AND s.target = 'directory'
    LEFT JOIN unit_on(${dayToDb(on)}::date) u ON u.unit_id = a.unit_id
    LEFT JOIN LATERAL (
      SELECT title FROM post WHERE person_id = a.person_id AND is_primary AND valid_from <= ${dayToDb(on)}::date
      ORDER BY valid_from DESC LIMIT 1) p ON true
    WHERE m.group_id = ${list}::uuid AND ${onwards} ORDER BY a.sort_key, a.id LIMIT ${limit} OFFSET ${offset}`
  return rows.map(({ local, ...row }) => ({ ...row, address: EmailAddress.parse(`${local}@${domain}`) }))
}

/** What accounts are called, and their addresses. */
export async function named(
  db: Db,
  ids: readonly AccountId[],
  domain: string,
): Promise<{ id: AccountId; displayName: string; address: EmailAddress }[]> {
  const rows = await db.$queryRaw<{ id: AccountId; displayName: string; local: string }[]>`
    SELECT a.id, a.display_name AS "displayName", ad.local FROM account a
    JOIN address ad ON ad.holder_kind = 'account' AND ad.holder_id = a.id AND ad.role = 'primary' AND ad.state = 'live'
    WHERE a.id = ANY (${ids}::uuid[]) ORDER BY a.sort_key, a.id`
  return rows.map(({ local, ...row }) => ({ ...row, address: EmailAddress.parse(`${local}@${domain}`) }))
}

export const unitNames = (db: Db, ids: readonly UnitId[], on: Day): Promise<{ id: UnitId; name: string }[]> =>
  db.$queryRaw`SELECT unit_id AS id, name FROM unit_on(${dayToDb(on)}::date) WHERE unit_id = ANY (${ids}::uuid[])`

/** What the directory should show of these lists: members whose entries exist. */
export async function wanted(db: Db, ids: readonly string[], domain: string): Promise<DirectoryGroup[]> {
  const rows = await db.$queryRaw<
    {
      id: string
      revision: number
      number: number
      name: string
      unit_number: number
      posting: Posting['who']
      local: string
      aliases: string[]
      domains: string[]
      members: string[]
    }[]
  >`
    SELECT g.id, g.revision, g.number, g.name, u.number AS unit_number, g.posting ->> 'who' AS posting, ad.local,
      ARRAY(SELECT local FROM address x WHERE x.holder_kind = 'group' AND x.holder_id = g.id AND x.role = 'alias'
        AND x.state = 'live' ORDER BY local) AS aliases,
      ARRAY(SELECT name FROM domain WHERE role <> 'primary' ORDER BY name) AS domains,
      ARRAY(SELECT s.remote_dn FROM list_member m JOIN sync s ON s.subject_kind = 'account' AND s.subject_id = m.account_id
        AND s.target = 'directory' AND s.remote_dn IS NOT NULL WHERE m.group_id = g.id ORDER BY 1) AS members
    FROM mail_group g JOIN unit u ON u.id = g.unit_id
    JOIN address ad ON ad.holder_kind = 'group' AND ad.holder_id = g.id AND ad.role = 'primary' AND ad.state = 'live'
    WHERE g.kind = 'list' AND g.id = ANY (${ids}::uuid[])`
  return rows.map((row) => ({
    ...{ kind: 'group', id: row.id, name: `list-${row.number}`, description: row.name, unitNumber: row.unit_number },
    mail: `${row.local}@${domain}`,
    aliases: [domain, ...row.domains].flatMap((name) =>
      [...(name === domain ? [] : [row.local]), ...row.aliases].map((local) => `${local}@${name}`),
    ),
    ...{ posting: row.posting, members: row.members, revision: row.revision },
  }))
}

/** The posting rule of the list with this address; null when it is none. */
export async function postingOf(db: Db, local: string): Promise<Posting | null> {
  const [row] = await db.$queryRaw<{ posting: unknown }[]>`
    SELECT g.posting FROM address d JOIN mail_group g ON g.id = d.holder_id
    WHERE d.namespace_id = 1 AND d.local = ${local} AND d.state = 'live' AND d.holder_kind = 'group' AND g.kind = 'list'`
  return row ? Posting.parse(row.posting) : null
}

/** Whether the person of this login is one of these accounts, or writes as one of them. */
export async function isOneOf(db: Db, login: string, ids: readonly AccountId[]): Promise<boolean> {
  const [row] = await db.$queryRaw<{ is: boolean }[]>`
    SELECT EXISTS (SELECT FROM account a WHERE a.login = ${login} AND a.kind = 'person' AND (a.id = ANY (${ids}::uuid[])
      OR EXISTS (SELECT FROM holder h WHERE h.person_account_id = a.id AND h.valid_to IS NULL AND h.rights = 'full'
        AND h.account_id = ANY (${ids}::uuid[])))) AS is`
  return row?.is === true
}

export const newId = (): GroupId => randomUUID() as GroupId
export const everyList = async (db: Db): Promise<string[]> =>
  (await db.mailGroup.findMany({ where: { kind: 'list' }, select: { id: true } })).map(({ id }) => id)
