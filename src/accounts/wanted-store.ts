import type { Prisma } from '../db/generated/client.ts'
import { dayToDb, type Day } from '../kernel/day.ts'
import type { Access } from '../mail/mail.ts'
import type { ArchiveSize } from '../mail/mail.ts'
import type { WantedAccount, WantedGroup } from '../provisioning/wanted.ts'
import { SERVING, switches, type AccountState, type SwitchPolicy } from './life.ts'

type Db = Prisma.TransactionClient

type WantedRow = {
  id: string
  login: string
  kind: string
  display_name: string
  state: string
  quota_mb: number
  reply: string | null
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
  send_as: string[]
  domains: string[]
  access: Access[]
  shut_out: string[]
  held: boolean
  archive_no: number
  archive_verified: boolean
  restore: ({ no: number } & ArchiveSize) | null
  archives: number[]
}

/** What the directory and the mail store should show of these accounts on this day. `open` unseals the password hash. */
export async function wanted(
  db: Db,
  ids: readonly string[],
  on: Day,
  domain: string,
  open: (sealed: string) => string,
  policy: SwitchPolicy,
): Promise<WantedAccount[]> {
  const rows = await db.$queryRaw<WantedRow[]>`
    SELECT a.id, a.login, a.kind, a.display_name, a.state, a.quota_mb, a.reply, a.secret_cipher, a.revision,
      pe.surname, pe.middle, pe.given, pe.phone, po.title, u.number AS unit_number, v.name AS unit_name,
      coalesce(ad.local, a.login) AS local,
      ARRAY(SELECT local FROM address x WHERE x.holder_kind = 'account' AND x.holder_id = a.id AND x.role = 'alias'
        AND x.state = 'live' ORDER BY local) AS aliases,
      ARRAY(SELECT x.local FROM holder h JOIN address x ON x.holder_kind = 'account' AND x.holder_id = h.account_id
        AND x.state = 'live' WHERE h.person_account_id = a.id AND h.rights = 'full' AND h.valid_to IS NULL
        ORDER BY local) AS send_as,
      ARRAY(SELECT name FROM domain WHERE role <> 'primary' ORDER BY name) AS domains,
      coalesce((SELECT jsonb_agg(jsonb_build_object('login', p.login, 'rights', h.rights) ORDER BY p.login)
        FROM holder h JOIN account p ON p.id = h.person_account_id
        WHERE h.account_id = a.id AND h.valid_to IS NULL), '[]') AS access,
      ARRAY(SELECT p.login FROM holder h JOIN account p ON p.id = h.person_account_id
        WHERE h.account_id = a.id AND h.valid_to IS NOT NULL AND h.shut_out_at IS NULL
        UNION SELECT a.login WHERE a.ended_revision > coalesce((SELECT applied FROM sync
          WHERE subject_kind = 'account' AND subject_id = a.id AND target = 'mail'), 0)
        ORDER BY 1) AS shut_out,
      a.held OR account_hold_asked(a.id) AS held, a.archive_no,
      EXISTS (SELECT FROM mail_archive m WHERE m.account_id = a.id AND m.no = a.archive_no) AS archive_verified,
      (SELECT jsonb_build_object('no', no, 'messages', messages, 'bytes', bytes) FROM mail_archive m
        WHERE m.account_id = a.id AND m.no = a.restore_no AND m.discarded_at IS NULL) AS restore,
      ARRAY(SELECT no FROM mail_archive m WHERE m.account_id = a.id AND m.discarded_at IS NULL ORDER BY no) AS archives
    FROM account a
    JOIN unit u ON u.id = a.unit_id
    LEFT JOIN LATERAL (
      SELECT local FROM address WHERE holder_kind = 'account' AND holder_id = a.id AND role = 'primary'
        AND state IN ('live', 'tombstone') ORDER BY state LIMIT 1) ad ON true
    LEFT JOIN person pe ON pe.id = a.person_id
    LEFT JOIN LATERAL (
      SELECT name FROM unit_version WHERE unit_id = a.unit_id AND valid_from <= ${dayToDb(on)}::date
      ORDER BY valid_from DESC LIMIT 1) v ON true
    LEFT JOIN LATERAL (
      SELECT title FROM post WHERE person_id = a.person_id AND is_primary AND valid_from <= ${dayToDb(on)}::date
      ORDER BY valid_from DESC LIMIT 1) po ON true
    WHERE a.id = ANY (${ids}::uuid[])`
  return rows.map((row) => {
    const { signIn, receive, presence } = switches(row.state as AccountState, row.secret_cipher !== null, policy)
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
      reply: receive ? row.reply : null,
      sendAs: [domain, ...row.domains].flatMap((name) => row.send_as.map((local) => `${local}@${name}`)),
      password: signIn && row.secret_cipher !== null ? open(row.secret_cipher) : null,
      revision: row.revision,
      ...(row.kind === 'person' ? {} : { access: row.access }),
      shutOut: row.shut_out,
      presence,
      held: row.held,
      archive: presence === 'present' ? null : { no: row.archive_no, verified: row.archive_verified },
      restore: presence === 'absent' ? null : row.restore,
      discard: row.state === 'tombstone' && !row.held ? row.archives : [],
    }
  })
}

/**
 * What the directory should show of the units among these groups: the people who serve there, and whose entries exist. By the
 * keys of single rows (OFFSET 0 keeps it so), for right after a great import the planner knows nothing of these tables yet.
 */
export async function wantedGroups(db: Db, ids: readonly string[], on: Day): Promise<WantedGroup[]> {
  const rows = await db.$queryRaw<
    { id: string; revision: number; number: number; name: string | null; gone: boolean; members: string[] }[]
  >`
    WITH asked AS MATERIALIZED (
      SELECT id, unit_id, revision, gone FROM mail_group WHERE kind = 'unit' AND id = ANY (${ids}::uuid[])
    ), serving AS (
      SELECT a.unit_id, a.id FROM account a
      WHERE a.unit_id IN (SELECT unit_id FROM asked) AND a.kind = 'person' AND a.state = ANY (${[...SERVING]})
      UNION SELECT p.unit_id, a.id FROM post p, LATERAL (
        SELECT id FROM account WHERE person_id = p.person_id AND kind = 'person' AND state = ANY (${[...SERVING]}) OFFSET 0) a
      WHERE p.unit_id IN (SELECT unit_id FROM asked) AND NOT p.is_primary AND p.valid_from <= ${dayToDb(on)}::date
        AND (p.valid_to IS NULL OR p.valid_to > ${dayToDb(on)}::date)
    ), members AS (
      SELECT w.unit_id, array_agg(s.remote_dn ORDER BY s.remote_dn) AS dns FROM serving w, LATERAL (
        SELECT remote_dn FROM sync WHERE subject_kind = 'account' AND subject_id = w.id AND target = 'directory' OFFSET 0) s
      WHERE s.remote_dn IS NOT NULL GROUP BY 1
    )
    SELECT g.id, g.revision, u.number, v.name, g.gone, coalesce(m.dns, '{}') AS members
    FROM asked g JOIN unit u ON u.id = g.unit_id
    LEFT JOIN members m ON m.unit_id = g.unit_id
    LEFT JOIN LATERAL (
      SELECT name FROM unit_version WHERE unit_id = g.unit_id AND valid_from <= ${dayToDb(on)}::date
      ORDER BY valid_from DESC LIMIT 1) v ON true`
  return rows.map((row) => ({
    kind: 'group',
    id: row.id,
    name: String(row.number),
    description: row.name ?? String(row.number),
    unitNumber: row.number,
    mail: null,
    aliases: [],
    posting: null,
    members: row.members,
    revision: row.revision,
    gone: row.gone,
  }))
}
