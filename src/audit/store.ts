import type { Prisma } from '../db/generated/client.ts'
import type { Sql, Statement } from '../db/lanes.ts'
import { chain, GENESIS, sealOf, type AuditRecord, type Mac } from './entry.ts'

type HeadRow = { seq: bigint; mac: string; seal: string }

/**
 * Appends the records at the end of a transaction. The head's row lock puts writers in line; nothing may be locked after it,
 * or two transactions could wait for each other.
 */
export async function append(sql: Sql, mac: Mac, at: Date, records: readonly AuditRecord[]): Promise<void> {
  const [row] = await sql<Omit<HeadRow, 'seq'> & { seq: string }>(LOCK_HEAD, [])
  const { links, head } = chain(mac, row ? { seq: Number(row.seq), mac: row.mac } : GENESIS, at, records)
  const entries = links.map(({ entry, detail }) => ({ ...entry, ...detail }))
  await sql(APPEND, [JSON.stringify(entries), head.seq, head.mac, sealOf(mac, head)])
}

const LOCK_HEAD: Statement = {
  name: 'audit_head',
  text: 'SELECT seq, mac, seal FROM audit_head WHERE id = 1 FOR UPDATE',
}
const APPEND: Statement = {
  name: 'audit_append',
  text: `
    WITH link AS (
      SELECT * FROM jsonb_to_recordset($1::jsonb)
        AS x(seq bigint, at timestamptz, actor text, action text, subject text, digest text, mac text, salt text, body text)
    ), details AS (
      INSERT INTO audit_detail (seq, salt, body) SELECT seq, salt, body FROM link
    ), head AS (
      UPDATE audit_head SET seq = $2, mac = $3, seal = $4 WHERE id = 1
    )
    INSERT INTO audit_entry (seq, at, actor, action, subject, digest, mac)
      SELECT seq, at, actor, action, subject, digest, mac FROM link`,
}

export type StoredLink = {
  seq: bigint
  at: Date
  actor: string
  action: string
  subject: string
  digest: string
  mac: string
  salt: string | null
  body: string | null
}

/** Up to `limit` links after `seq`, oldest first. */
export const linksAfter = (db: Prisma.TransactionClient, seq: bigint, limit: number): Promise<StoredLink[]> =>
  db.$queryRaw`
    SELECT e.*, d.salt, d.body FROM audit_entry e LEFT JOIN audit_detail d USING (seq)
    WHERE e.seq > ${seq} ORDER BY e.seq LIMIT ${limit}`

export async function readHead(db: Prisma.TransactionClient): Promise<HeadRow | null> {
  const [row] = await db.$queryRaw<HeadRow[]>`SELECT seq, mac, seal FROM audit_head WHERE id = 1`
  return row ?? null
}

export type AuditFilter = {
  readonly q: string
  readonly action: string
  readonly before: bigint | null
  readonly limit: number
}

/** A page of the log, newest first; `q` looks at who and what by their identifiers and at the details' text. */
export const pageOf = (db: Prisma.TransactionClient, filter: AuditFilter): Promise<StoredLink[]> =>
  db.$queryRaw`
    SELECT e.*, d.salt, d.body FROM audit_entry e LEFT JOIN audit_detail d USING (seq)
    WHERE (${filter.before}::bigint IS NULL OR e.seq < ${filter.before})
      AND (${filter.action} = '' OR e.action = ${filter.action})
      AND (${filter.q} = '' OR position(lower(${filter.q}) in lower(e.actor || ' ' || e.subject || ' ' || coalesce(d.body, ''))) > 0)
    ORDER BY e.seq DESC LIMIT ${filter.limit}`

/** Deletes the details of every link about these subjects. */
export const eraseDetails = (db: Prisma.TransactionClient, subjects: readonly string[]): Promise<number> =>
  db.$executeRaw`
    DELETE FROM audit_detail WHERE seq IN (SELECT seq FROM audit_entry WHERE subject = ANY (${subjects}::text[]))`
