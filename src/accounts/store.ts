import { Prisma } from '../db/generated/client.ts'
import type { DirectoryAccount, DirectoryGroup } from '../directory/directory.ts'
import { dayToDb, type Day } from '../kernel/day.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import { EmailAddress } from '../kernel/email-address.ts'
import { fold } from '../kernel/text.ts'
import type { Language } from '../letters/letter.ts'
import { switches, type AccountEventKind, type AccountState, type AccountSummary, type HandOver } from './account.ts'

type Db = Prisma.TransactionClient

export type AccountFilter = {
  readonly q: string
  readonly unit: UnitId | null
  readonly state: AccountState | null
  readonly within: UnitId[] | null
  readonly on: Day
  readonly domain: string
  readonly limit: number
  readonly offset: number
}

type SummaryRow = {
  id: string
  number: number
  login: string
  display_name: string
  local: string
  title: string | null
  unit_id: string
  unit_name: string | null
  state: string
  behind: number
}

export const summaryOf = (row: SummaryRow, domain: string): AccountSummary => ({
  id: row.id as AccountId,
  number: row.number,
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
  AND (${filter.within}::uuid[] IS NULL OR a.unit_id = ANY (${filter.within}::uuid[]))`

/** A page of accounts by name, found by every word of `q` without regard to accents. */
export async function list(db: Db, filter: AccountFilter): Promise<AccountSummary[]> {
  // The page first, by an index alone; only then what its rows show.
  const rows = await db.$queryRaw<SummaryRow[]>`
    WITH page AS MATERIALIZED (
      SELECT a.* FROM account a WHERE ${where(filter)}
      ORDER BY a.sort_key, a.id LIMIT ${filter.limit} OFFSET ${filter.offset}
    )
    SELECT a.id, a.number, a.login, a.display_name, ad.local, a.unit_id, a.state, p.title,
      (SELECT name FROM unit_on(${dayToDb(filter.on)}::date) u WHERE u.unit_id = a.unit_id) AS unit_name,
      (SELECT count(*)::int FROM sync s WHERE s.subject_kind = 'account' AND s.subject_id = a.id AND s.applied < s.wanted) AS behind
    FROM page a
    JOIN address ad ON ad.holder_kind = 'account' AND ad.holder_id = a.id AND ad.role = 'primary' AND ad.state = 'live'
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

type WantedRow = {
  id: string
  login: string
  kind: string
  display_name: string
  state: string
  quota_mb: number
  secret_cipher: string | null
  revision: number
  surname: string | null
  middle: string | null
  given: string | null
  phone: string | null
  title: string | null
  unit_number: number
  unit_name: string | null
  local: string
  aliases: string[]
  domains: string[]
}

/** What the directory should show of these accounts on this day. `open` turns the sealed password hash into the hash. */
export async function wanted(
  db: Db,
  ids: readonly string[],
  on: Day,
  domain: string,
  open: (sealed: string) => string,
): Promise<Omit<DirectoryAccount, 'kind' | 'mayCreate'>[]> {
  const rows = await db.$queryRaw<WantedRow[]>`
    SELECT a.id, a.login, a.kind, a.display_name, a.state, a.quota_mb, a.secret_cipher, a.revision,
      pe.surname, pe.middle, pe.given, pe.phone, po.title, u.number AS unit_number, v.name AS unit_name, ad.local,
      ARRAY(SELECT local FROM address x WHERE x.holder_kind = 'account' AND x.holder_id = a.id AND x.role = 'alias'
        AND x.state = 'live' ORDER BY local) AS aliases,
      ARRAY(SELECT name FROM domain WHERE role <> 'primary' ORDER BY name) AS domains
    FROM account a
    JOIN unit u ON u.id = a.unit_id
    JOIN address ad ON ad.holder_kind = 'account' AND ad.holder_id = a.id AND ad.role = 'primary' AND ad.state = 'live'
    LEFT JOIN person pe ON pe.id = a.person_id
    LEFT JOIN LATERAL (
      SELECT name FROM unit_version WHERE unit_id = a.unit_id AND valid_from <= ${dayToDb(on)}::date
      ORDER BY valid_from DESC LIMIT 1) v ON true
    LEFT JOIN LATERAL (
      SELECT title FROM post WHERE person_id = a.person_id AND is_primary AND valid_from <= ${dayToDb(on)}::date
      ORDER BY valid_from DESC LIMIT 1) po ON true
    WHERE a.id = ANY (${ids}::uuid[])`
  return rows.map((row) => {
    const { signIn, receive } = switches(row.state as AccountState, row.secret_cipher !== null)
    return {
      id: row.id,
      login: row.login,
      person: row.kind === 'person',
      displayName: row.display_name,
      surname: row.surname === null ? row.display_name : [row.surname, row.middle].filter(Boolean).join(' '),
      givenName: row.given ?? row.display_name,
      mail: `${row.local}@${domain}`,
      // Another domain of the namespace has the same local parts.
      aliases: [domain, ...row.domains].flatMap((name) =>
        [...(name === domain ? [] : [row.local]), ...row.aliases].map((local) => `${local}@${name}`),
      ),
      title: row.title,
      phone: row.phone,
      unitNumber: row.unit_number,
      unitName: row.unit_name ?? '',
      signIn,
      receive,
      quotaMb: row.quota_mb,
      sendAs: [],
      password: signIn && row.secret_cipher !== null ? open(row.secret_cipher) : null,
      revision: row.revision,
    }
  })
}

/** What the directory should show of these groups: the accounts of the unit whose entries exist. */
export async function wantedGroups(db: Db, ids: readonly string[], on: Day): Promise<DirectoryGroup[]> {
  const rows = await db.$queryRaw<
    { id: string; revision: number; number: number; name: string | null; members: string[] }[]
  >`
    SELECT g.id, g.revision, u.number, v.name,
      ARRAY(SELECT s.remote_dn FROM account a JOIN sync s ON s.subject_kind = 'account' AND s.subject_id = a.id
        AND s.target = 'directory' AND s.remote_dn IS NOT NULL WHERE a.unit_id = g.unit_id ORDER BY 1) AS members
    FROM mail_group g JOIN unit u ON u.id = g.unit_id
    LEFT JOIN LATERAL (
      SELECT name FROM unit_version WHERE unit_id = g.unit_id AND valid_from <= ${dayToDb(on)}::date
      ORDER BY valid_from DESC LIMIT 1) v ON true
    WHERE g.id = ANY (${ids}::uuid[])`
  return rows.map((row) => ({
    kind: 'group',
    id: row.id,
    name: String(row.number),
    description: row.name ?? String(row.number),
    unitNumber: row.number,
    mail: null,
    aliases: [],
    members: row.members,
    revision: row.revision,
  }))
}

/** An account whose row is locked, with what its letters need. */
export type Held = {
  readonly id: string
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
    SELECT a.id, a.state, a.display_name AS "displayName", a.unit_id AS "unitId", a.language, a.hand_over AS "handOver",
      a.revision, a.ready_at AS "readyAt", a.activated_at AS "activatedAt", p.contact_email AS "contactEmail", ad.local
    FROM account a
    JOIN address ad ON ad.holder_kind = 'account' AND ad.holder_id = a.id AND ad.role = 'primary' AND ad.state = 'live'
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
    ON CONFLICT (unit_id) DO UPDATE SET revision = g.revision + 1
    RETURNING g.id, g.revision`
}

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
