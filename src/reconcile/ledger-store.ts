import type pg from 'pg'
import type { SubjectKind } from '../provisioning/ledger.ts'
import type { Known } from './compare.ts'

/** By the driver itself: a hundred thousand rows go by. */
export type Sql = Pick<pg.Pool, 'query'>

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const asIds = (ids: readonly string[]): string[] => ids.filter((id) => UUID.test(id)).map((id) => id.toLowerCase())
const KINDS: readonly SubjectKind[] = ['account', 'group']

/** What the first look needs of a subject: as little as can be. */
export type Glance = Pick<Known, 'kind' | 'id' | 'wanted' | 'applied' | 'refused' | 'remoteId' | 'remoteDn'>

/** Tried since it was last made due, and turned away. */
const REFUSED = `coalesce(s.fault = 'refused' AND s.attempts > 0 AND s.applied < s.wanted, false)`

/** The ledger's rows of the directory for these identities; what is none, or is unknown, is left out. */
export async function glance(sql: Sql, ids: readonly string[]): Promise<Glance[]> {
  const { rows } = await sql.query<Glance>({
    name: 'reconcile-glance',
    text: `SELECT subject_kind AS kind, subject_id::text AS id, wanted, applied, ${REFUSED} AS refused, remote_id AS "remoteId",
        remote_dn AS "remoteDn"
      FROM sync s WHERE subject_kind = ANY ($2::text[]) AND subject_id = ANY ($1::uuid[]) AND target = 'directory'`,
    values: [asIds(ids), KINDS],
  })
  return rows
}

type Row = Omit<Known, 'mail'> & { readonly mailWanted: number | null; readonly mailApplied: number | null }

const KNOWN = `
  SELECT s.subject_kind AS kind, s.subject_id::text AS id, s.wanted, s.applied, ${REFUSED} AS refused, s.remote_id AS "remoteId",
    s.remote_dn AS "remoteDn", coalesce(a.unit_id, g.unit_id)::text AS "unitId", coalesce(a.revision, g.revision, 0) AS revision,
    coalesce(a.display_name, g.name, (SELECT name FROM unit_version WHERE unit_id = g.unit_id ORDER BY valid_from DESC LIMIT 1), '') AS name,
    a.login, m.wanted AS "mailWanted", m.applied AS "mailApplied"
  FROM sync s
  LEFT JOIN account a ON s.subject_kind = 'account' AND a.id = s.subject_id
  LEFT JOIN mail_group g ON s.subject_kind = 'group' AND g.id = s.subject_id
  LEFT JOIN sync m ON m.subject_kind = s.subject_kind AND m.subject_id = s.subject_id AND m.target = 'mail'
  WHERE s.target = 'directory'`

const knownOf = ({ mailWanted, mailApplied, ...row }: Row): Known => ({
  ...row,
  unitId: row.unitId,
  mail: mailWanted === null ? null : { wanted: mailWanted, applied: mailApplied ?? 0 },
})

/** All that the ledger says of these identities. */
export async function known(sql: Sql, ids: readonly string[]): Promise<Known[]> {
  const { rows } = await sql.query<Row>(
    `${KNOWN} AND s.subject_kind = ANY ($2::text[]) AND s.subject_id = ANY ($1::uuid[])`,
    [asIds(ids), KINDS],
  )
  return rows.map(knownOf)
}

/** Whose entries these identifiers of the directory server are, by the ledger. */
export async function byRemoteId(sql: Sql, remoteIds: readonly string[]): Promise<Known[]> {
  const { rows } = await sql.query<Row>(`${KNOWN} AND s.remote_id = ANY ($1::text[])`, [remoteIds])
  return rows.map(knownOf)
}

/** How many subjects were read back from a target and should still be there. */
export async function expected(sql: Sql): Promise<{ directory: number; mail: number }> {
  const { rows } = await sql.query<{ directory: number; mail: number }>(
    `SELECT count(*)::int AS directory, count(m.applied)::int AS mail FROM sync s
    LEFT JOIN sync m ON m.subject_kind = s.subject_kind AND m.subject_id = s.subject_id AND m.target = 'mail' AND m.applied > 0
    WHERE s.target = 'directory' AND s.applied > 0 AND s.remote_dn IS NOT NULL`,
  )
  return rows[0] ?? { directory: 0, mail: 0 }
}

const CHUNK = 10_000

/** The identities that were read back from the directory and should still be there, or were turned away, in the order of their keys, some thousands at a time. */
export async function* inDirectory(sql: Sql): AsyncGenerator<string[]> {
  for (const kind of KINDS)
    for (let after = '00000000-0000-0000-0000-000000000000'; ;) {
      const { rows } = await sql.query<{ id: string }>(
        `SELECT subject_id::text AS id FROM sync s
        WHERE subject_kind = $1 AND subject_id > $2::uuid AND target = 'directory'
          AND (applied > 0 AND applied >= wanted AND remote_dn IS NOT NULL OR ${REFUSED})
        ORDER BY subject_id LIMIT $3`,
        [kind, after, CHUNK],
      )
      if (rows.length > 0) yield rows.map(({ id }) => id)
      if (rows.length < CHUNK) break
      after = rows.at(-1)?.id ?? after
    }
}

export type Home = {
  readonly id: string
  readonly login: string
  /** The mail server was read back, and nothing is on its way. */
  readonly settled: boolean
  /** Its entry was removed, so that no home should be left either. */
  readonly absent: boolean
}

/** Every account's login and how its mailbox stands, some thousands at a time. */
export async function* homes(sql: Sql): AsyncGenerator<Home[]> {
  for (let after = 0; ;) {
    const { rows } = await sql.query<Home & { number: number }>(
      `SELECT a.id::text AS id, a.login, a.number, coalesce(m.applied > 0 AND m.applied >= m.wanted, false) AS settled,
        d.applied > 0 AND d.remote_dn IS NULL AS absent
      FROM account a JOIN sync d ON d.subject_kind = 'account' AND d.subject_id = a.id AND d.target = 'directory'
      LEFT JOIN sync m ON m.subject_kind = 'account' AND m.subject_id = a.id AND m.target = 'mail'
    WHERE a.number > $1 ORDER BY a.number LIMIT $2`,
      [after, CHUNK],
    )
    if (rows.length > 0) yield rows
    if (rows.length < CHUNK) return
    after = rows.at(-1)?.number ?? after
  }
}

/** The next accounts whose mailboxes are looked into, after the last one that was; from the beginning again at the end. */
export async function nextMailboxes(sql: Sql, after: number, limit: number): Promise<{ id: string; number: number }[]> {
  const { rows } = await sql.query<{ id: string; number: number }>(
    `SELECT a.id::text AS id, a.number FROM account a
    JOIN sync m ON m.subject_kind = 'account' AND m.subject_id = a.id AND m.target = 'mail'
    WHERE m.applied > 0 AND m.applied >= m.wanted ORDER BY (a.number <= $1), a.number LIMIT $2`,
    [after, limit],
  )
  return rows
}

/** The subjects of a unit with all below it: its accounts and its group. */
export async function subjectsOfUnit(sql: Sql, unit: string, on: string): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `WITH units AS (SELECT unit_subtree(ARRAY[$1::uuid], $2::date) AS id)
    SELECT id::text FROM account WHERE unit_id IN (SELECT id FROM units)
    UNION ALL SELECT id::text FROM mail_group WHERE unit_id IN (SELECT id FROM units)`,
    [unit, on],
  )
  return rows.map(({ id }) => id)
}

/** Some others that should be in the directory, to see whether it is there at all. */
export async function others(sql: Sql, except: readonly string[], limit: number): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `SELECT subject_id::text AS id FROM sync WHERE subject_kind = 'account' AND target = 'directory' AND applied > 0
      AND applied >= wanted AND remote_dn IS NOT NULL AND subject_id <> ALL ($1::uuid[]) LIMIT $2`,
    [except, limit],
  )
  return rows.map(({ id }) => id)
}

export type Owner = { readonly claim: string; readonly id: string; readonly dn: string }

/** Who owns these logins and addresses, and where their entries are. `domains` are the primary one and the others. */
export async function owners(sql: Sql, claims: readonly string[], domains: readonly string[]): Promise<Owner[]> {
  const logins = claims.filter((claim) => claim.startsWith('uid:')).map((claim) => claim.slice(4))
  const addresses = claims.filter((claim) => claim.startsWith('mail:')).map((claim) => claim.slice(5))
  const { rows } = await sql.query<Owner>(
    `SELECT 'uid:' || lower(a.login) AS claim, a.id::text AS id, s.remote_dn AS dn FROM account a
    JOIN sync s ON s.subject_kind = 'account' AND s.subject_id = a.id AND s.target = 'directory' AND s.remote_dn IS NOT NULL
    WHERE a.login = ANY ($1::text[])
    UNION ALL
    SELECT 'mail:' || d.local || '@' || n.name, d.holder_id::text, s.remote_dn FROM unnest($3::text[]) n(name)
    JOIN unnest($2::text[]) w(address) ON w.address LIKE '%@' || n.name
    JOIN address d ON d.local = left(w.address, -1 - length(n.name)) AND d.state = 'live' AND d.holder_kind = 'account'
    JOIN sync s ON s.subject_kind = 'account' AND s.subject_id = d.holder_id AND s.target = 'directory' AND s.remote_dn IS NOT NULL`,
    [logins, addresses, domains],
  )
  return rows
}

/** The primary domain's other names. */
export async function otherDomains(sql: Sql): Promise<string[]> {
  const { rows } = await sql.query<{ name: string }>(`SELECT name FROM domain WHERE role <> 'primary'`)
  return rows.map(({ name }) => name)
}
