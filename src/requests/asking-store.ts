import { Prisma } from '../db/generated/client.ts'
import type { AccountKind } from '../accounts/account.ts'
import type { HolderAsked } from '../accounts/holder.ts'
import { dayToDb, type Day } from '../kernel/day.ts'
import { EmailAddress } from '../kernel/email-address.ts'
import type { AccountId, RequestId, UnitId } from '../kernel/ids.ts'

type Db = Prisma.TransactionClient
/** Accounts of which the targets show anything. */
const there = Prisma.sql`a.state NOT IN ('deleted', 'tombstone')`

/** A mailbox as somebody asks for a change of it. */
export type Mailbox = {
  readonly id: AccountId
  readonly kind: AccountKind
  readonly displayName: string
  readonly address: EmailAddress
  readonly unitId: UnitId
  readonly quotaMb: number
  readonly title: string | null
}
type MailboxRow = Omit<Mailbox, 'address'> & { local: string }

const SELECT = (on: Day) => Prisma.sql`
  SELECT a.id::text, a.kind, a.display_name AS "displayName", ad.local, a.unit_id::text AS "unitId", a.quota_mb AS "quotaMb",
    (SELECT p.title FROM post p WHERE p.person_id = a.person_id AND p.is_primary AND p.valid_from <= ${dayToDb(on)}::date
      ORDER BY p.valid_from DESC LIMIT 1) AS title
  FROM account a
  JOIN address ad ON ad.holder_kind = 'account' AND ad.holder_id = a.id AND ad.role = 'primary' AND ad.state = 'live'`
const read = ({ local, ...row }: MailboxRow, domain: string): Mailbox => ({
  ...row,
  address: EmailAddress.parse(`${local}@${domain}`),
})

export async function mailbox(db: Db, id: string, on: Day, domain: string): Promise<Mailbox | null> {
  const rows = await db.$queryRaw<MailboxRow[]>`${SELECT(on)} WHERE a.id = ${id}::uuid AND ${there}`
  return rows[0] ? read(rows[0], domain) : null
}

/** The mailbox that somebody means by an address (its local part is enough) or an account number; null for none. */
export async function meant(db: Db, name: string, on: Day, domain: string): Promise<Mailbox | null> {
  const plain = name.trim().toLowerCase()
  const local = plain.endsWith(`@${domain}`) ? plain.slice(0, -domain.length - 1) : plain
  const rows = await db.$queryRaw<MailboxRow[]>`
    ${SELECT(on)} WHERE ${there} AND (a.login = ${local} OR a.id = (SELECT holder_id FROM address
      WHERE namespace_id = 1 AND local = ${local} AND holder_kind = 'account' AND state = 'live')) LIMIT 1`
  return rows[0] ? read(rows[0], domain) : null
}

/** Who holds a mailbox now. */
export const holders = (db: Db, id: string): Promise<HolderAsked[]> =>
  db.$queryRaw`
    SELECT person_account_id::text AS "accountId", rights FROM holder
    WHERE account_id = ${id}::uuid AND valid_to IS NULL ORDER BY person_account_id`

/** The mailboxes of units and functions in these units, or held by somebody, by name. */
export async function shared(
  db: Db,
  person: string,
  units: readonly UnitId[] | null,
  on: Day,
  domain: string,
): Promise<(Mailbox & { readonly held: boolean })[]> {
  const rows = await db.$queryRaw<(MailboxRow & { held: boolean })[]>`
    SELECT * FROM (
      SELECT found.*, coalesce((SELECT true FROM holder h WHERE h.account_id = found.id::uuid AND h.valid_to IS NULL
        AND h.person_account_id = ${person}::uuid AND h.rights = 'full'), false) AS held
      FROM (${SELECT(on)} WHERE ${there} AND a.kind IN ('unit', 'function')) found
    ) every
    WHERE held OR ${units}::uuid[] IS NULL OR "unitId"::uuid = ANY (${units}::uuid[])
    ORDER BY held DESC, "displayName" LIMIT 200`
  return rows.map(({ held, ...row }) => ({ ...read(row, domain), held }))
}

/** The first of these that is no person's account; null when all are. */
export async function noPerson(db: Db, ids: readonly AccountId[]): Promise<AccountId | null> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT a.id::text FROM account a WHERE a.id = ANY (${ids}::uuid[]) AND a.kind = 'person' AND ${there}`
  const known = new Set(rows.map(({ id }) => id))
  return ids.find((id) => !known.has(id)) ?? null
}

/** Whether a unit has its mailbox. */
export async function hasMailbox(db: Db, unit: UnitId): Promise<boolean> {
  const rows = await db.$queryRaw<unknown[]>`
    SELECT 1 FROM account a WHERE a.unit_id = ${unit}::uuid AND a.kind = 'unit' AND ${there} LIMIT 1`
  return rows.length > 0
}

/** What accounts are called, those that are no more too. */
export async function called(db: Db, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map()
  const rows = await db.account.findMany({ where: { id: { in: [...ids] } }, select: { id: true, displayName: true } })
  return new Map(rows.map(({ id, displayName }) => [id, displayName]))
}

/** What units are called now, or were called last. */
export async function unitsCalled(db: Db, ids: readonly string[], on: Day): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map()
  const rows = await db.$queryRaw<{ id: string; name: string }[]>`
    SELECT DISTINCT ON (unit_id) unit_id::text AS id, name FROM unit_version
    WHERE unit_id = ANY (${ids}::uuid[]) AND valid_from <= ${dayToDb(on)}::date ORDER BY unit_id, valid_from DESC`
  return new Map(rows.map(({ id, name }) => [id, name]))
}

/** The addresses of accounts. */
export async function addressesOf(db: Db, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map()
  const rows = await db.$queryRaw<{ id: string; local: string }[]>`
    SELECT holder_id::text AS id, local FROM address
    WHERE holder_kind = 'account' AND holder_id = ANY (${ids}::uuid[]) AND role = 'primary' AND state = 'live'`
  return new Map(rows.map(({ id, local }) => [id, local]))
}

/** Whether directory and mail server show what came of a request. */
export async function inStep(db: Db, subjects: readonly string[]): Promise<boolean> {
  const [row] = await db.$queryRaw<{ behind: number }[]>`
    SELECT count(*)::int AS behind FROM sync WHERE subject_id = ANY (${subjects}::uuid[]) AND applied < wanted`
  return row?.behind === 0
}

/** The requests that somebody filed while signed in, the newest first. */
export const filedBy = (db: Db, person: AccountId, limit: number): Promise<{ id: RequestId }[]> =>
  db.$queryRaw`
    SELECT id::text FROM request WHERE filed_by = ${person}::uuid AND kind <> 'person' AND purged_at IS NULL
    ORDER BY created_at DESC, id LIMIT ${limit}`
