import type { Prisma } from '../db/generated/client.ts'
import type { LocalPart } from '../kernel/email-address.ts'
import type { AccountId } from '../kernel/ids.ts'

type Db = Prisma.TransactionClient
const NAMESPACE = 1

/** A living or buried address of an account, as it is kept. */
export type AddressState = {
  readonly local: string
  readonly holder: AccountId
  readonly state: 'live' | 'tombstone'
  readonly role: 'primary' | 'alias'
  readonly until: Date | null
}

/** All addresses of these accounts, and these addresses whosever they are; locked in one order. */
export const lock = (db: Db, accounts: readonly AccountId[], locals: readonly string[]): Promise<AddressState[]> =>
  db.$queryRaw`
    SELECT local, holder_id AS holder, state, role, until FROM address
    WHERE namespace_id = ${NAMESPACE} AND state <> 'reserved'
      AND ((holder_kind = 'account' AND holder_id = ANY (${accounts}::uuid[])) OR local = ANY (${locals}::text[]))
    ORDER BY local FOR UPDATE`

/** First of all aliases: no holder has two primary addresses on the way from one state to another. */
export const demote = (db: Db, locals: readonly string[]): Promise<number> =>
  db.$executeRaw`
    UPDATE address SET role = 'alias' WHERE namespace_id = ${NAMESPACE} AND local = ANY (${locals}::text[])`

/**
 * Writes addresses as they are to be, new ones too, and from whom each passed; answers those that were written. An address that
 * somebody else has, who is not among `among`, is left. One that never receives anything has never lived.
 */
export async function put(
  db: Db,
  rows: readonly AddressState[],
  among: readonly AccountId[],
  at: Date,
  unlived: ReadonlySet<string>,
): Promise<Set<string>> {
  const text = JSON.stringify(rows.map((row) => ({ ...row, lived: unlived.has(row.local) ? null : at })))
  const written = await db.$queryRaw<{ local: string }[]>`
    INSERT INTO address AS a (namespace_id, local, state, role, holder_kind, holder_id, until, first_live_at)
    SELECT ${NAMESPACE}, local, state, role, 'account', holder, until, lived
    FROM json_to_recordset(${text}::json) AS x(local text, state text, role text, holder uuid, until timestamptz, lived timestamptz)
    ORDER BY local COLLATE "C"
    ON CONFLICT (namespace_id, local) DO UPDATE SET state = excluded.state, role = excluded.role,
      holder_kind = 'account', holder_id = excluded.holder_id, until = excluded.until,
      first_live_at = coalesce(a.first_live_at, excluded.first_live_at),
      passed_from = CASE WHEN a.holder_kind <> 'account' THEN NULL WHEN a.holder_id = excluded.holder_id THEN a.passed_from
        ELSE a.holder_id END
      WHERE (a.state = 'reserved' AND a.until < ${at})
        OR (a.holder_kind = 'account' AND a.holder_id = ANY (${among}::uuid[]))
    RETURNING a.local`
  return new Set(written.map(({ local }) => local))
}

/** Deletes those that never lived. */
export const dropUnlived = (db: Db, locals: readonly string[]): Promise<number> =>
  db.$executeRaw`
    DELETE FROM address WHERE namespace_id = ${NAMESPACE} AND local = ANY (${locals}::text[]) AND first_live_at IS NULL`

/** The primary addresses of these accounts become aliases. */
export const demotePrimary = (db: Db, accounts: readonly AccountId[]): Promise<number> =>
  db.$executeRaw`
    UPDATE address SET role = 'alias'
    WHERE holder_kind = 'account' AND holder_id = ANY (${accounts}::uuid[]) AND state = 'live' AND role = 'primary'`

/** Accounts without a primary address get the one back that was theirs. */
export const promote = (db: Db, rows: readonly { account: AccountId; local: string }[]): Promise<number> =>
  db.$executeRaw`
    UPDATE address a SET role = 'primary' FROM json_to_recordset(${JSON.stringify(rows)}::json) AS x(account uuid, local text)
    WHERE a.namespace_id = ${NAMESPACE} AND a.local = x.local AND a.holder_id = x.account AND a.state = 'live'`

export const primaries = (
  db: Db,
  accounts: readonly AccountId[],
): Promise<{ account: AccountId; local: LocalPart }[]> =>
  db.$queryRaw`
    SELECT holder_id AS account, local FROM address
    WHERE holder_kind = 'account' AND holder_id = ANY (${accounts}::uuid[]) AND state = 'live' AND role = 'primary'`

/** These addresses become tombstones of whoever has them. */
export const bury = (db: Db, locals: readonly string[]): Promise<number> =>
  db.$executeRaw`
    UPDATE address SET state = 'tombstone', role = 'alias', until = NULL
    WHERE namespace_id = ${NAMESPACE} AND local = ANY (${locals}::text[])`

/** Living addresses whose term is over. */
export const over = (db: Db, at: Date): Promise<{ local: LocalPart; account: AccountId }[]> =>
  db.$queryRaw`
    SELECT local, holder_id AS account FROM address
    WHERE state = 'live' AND role = 'alias' AND until <= ${at} AND holder_kind = 'account' ORDER BY local`
