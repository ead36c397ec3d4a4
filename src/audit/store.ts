import { Prisma } from '../db/generated/client.ts'
import { chain, GENESIS, sealOf, type AuditRecord, type Mac } from './entry.ts'

type HeadRow = { seq: bigint; mac: string; seal: string }

/**
 * Appends the records at the end of a transaction. The head's row lock puts writers in line; nothing may be locked after it,
 * or two transactions could wait for each other.
 */
export async function append(
  db: Prisma.TransactionClient,
  mac: Mac,
  at: Date,
  records: readonly AuditRecord[],
): Promise<void> {
  const [row] = await db.$queryRaw<HeadRow[]>`SELECT seq, mac, seal FROM audit_head WHERE id = 1 FOR UPDATE`
  const { links, head } = chain(mac, row ? { seq: Number(row.seq), mac: row.mac } : GENESIS, at, records)
  const entries = links.map(({ entry, detail }) => ({ ...entry, ...detail }))
  await db.$executeRaw`
    WITH link AS (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(entries)}::jsonb)
        AS x(seq bigint, at timestamptz, actor text, action text, subject text, digest text, mac text, salt text, body text)
    ), details AS (
      INSERT INTO audit_detail (seq, salt, body) SELECT seq, salt, body FROM link
    ), head AS (
      UPDATE audit_head SET seq = ${head.seq}, mac = ${head.mac}, seal = ${sealOf(mac, head)} WHERE id = 1
    )
    INSERT INTO audit_entry (seq, at, actor, action, subject, digest, mac)
      SELECT seq, at, actor, action, subject, digest, mac FROM link`
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
