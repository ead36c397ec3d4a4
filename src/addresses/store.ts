import { Prisma } from '../db/generated/client.ts'
import type { Statement } from '../db/lanes.ts'
import type { Tx } from '../db/transaction.ts'
import type { LocalPart } from '../kernel/email-address.ts'
import type { AddressOwner, AddressRole, Holder, Reason } from './address.ts'

type Db = Prisma.TransactionClient
/** The province's one flat namespace. */
const NAMESPACE = 1

/** What is not in anybody's way: an expired reservation, and one of the asker's own. */
const free = (at: Date, except: Holder | null) => Prisma.sql`
  state = 'reserved' AND (until < ${at} OR (holder_kind = ${except?.kind ?? ''} AND holder_id::text = ${except?.id ?? ''}))`

/** Which of these are taken. */
export async function takenOf(
  db: Db,
  locals: readonly string[],
  at: Date,
  except: Holder | null,
): Promise<Set<string>> {
  const rows = await db.$queryRaw<{ local: string }[]>`
    SELECT local FROM address WHERE namespace_id = ${NAMESPACE} AND local = ANY (${locals}::text[]) AND NOT (${free(at, except)})`
  return new Set(rows.map((row) => row.local))
}

/**
 * The first `count` numbers after `skip` (1 stands for the stem alone) that are free behind the stem, and how many are taken. One
 * range of the primary key holds them all: digits end where `:` begins.
 */
export async function freeNumbers(
  db: Db,
  stem: string,
  from: number,
  count: number,
  skip: number,
  at: Date,
  except: Holder | null,
): Promise<{ free: number[]; taken: number }> {
  const [row] = await db.$queryRaw<{ free: number[]; taken: number }[]>`
    WITH family AS MATERIALIZED (
      SELECT CASE local WHEN ${stem} THEN 1 ELSE substr(local, ${stem.length + 1}::int)::int END AS n FROM address
      WHERE namespace_id = ${NAMESPACE} AND local >= ${stem} AND local < ${`${stem}:`}
        AND length(local) < ${stem.length + 9}::int AND ltrim(substr(local, ${stem.length + 1}::int), '0123456789') = ''
        AND NOT (${free(at, except)})
    ), size AS (SELECT count(*)::int AS taken FROM family)
    SELECT taken, ARRAY(
      SELECT number FROM (
        SELECT 1 AS number UNION ALL SELECT generate_series(${from}::int, ${from}::int + taken + ${count + skip}::int)
      ) every WHERE NOT EXISTS (SELECT FROM family WHERE n = number) ORDER BY number LIMIT ${count}::int OFFSET ${skip}::int) AS free
    FROM size`
  return row ?? { free: [], taken: 0 }
}

/**
 * Takes a free (or expired, or own) address for the holder, who gives back every other one; false when somebody else has
 * it. The primary key decides.
 */
export async function reserve(
  tx: Pick<Tx, 'sql' | 'at'>,
  local: LocalPart,
  holder: Holder,
  until: Date,
  reason: Reason | null = null,
): Promise<boolean> {
  const why = reason === null ? null : JSON.stringify(reason)
  const passed = reason?.passed?.flatMap((each) => each.local ?? []) ?? []
  const [row] = await tx.sql<{ held: boolean }>(RESERVE, [
    ...[NAMESPACE, local, holder.kind, holder.id, tx.at, until, why, passed],
  ])
  return row?.held === true
}

const RESERVE: Statement = {
  name: 'address_reserve',
  text: 'SELECT address_reserve($1::int, $2, $3, $4::uuid, $5::timestamptz, $6::timestamptz, $7::jsonb, $8::text[]) AS held',
}

/** The same for an address that the holder has already: it is held longer, for the reason that it was taken for. */
export async function keep(
  tx: Pick<Tx, 'sql' | 'at'>,
  local: LocalPart,
  holder: Holder,
  until: Date,
): Promise<boolean> {
  const [row] = await tx.sql<{ held: boolean }>(KEEP, [NAMESPACE, local, holder.kind, holder.id, tx.at, until])
  return row?.held === true
}

const KEEP: Statement = {
  name: 'address_keep',
  text: 'SELECT address_keep($1::int, $2, $3, $4::uuid, $5::timestamptz, $6::timestamptz) AS held',
}

export async function isHeld(db: Db, local: LocalPart, holder: Holder, at: Date): Promise<boolean> {
  const rows = await db.$queryRaw<unknown[]>`
    SELECT 1 FROM address WHERE namespace_id = ${NAMESPACE} AND local = ${local} AND state = 'reserved' AND until >= ${at}
      AND holder_kind = ${holder.kind} AND holder_id = ${holder.id}::uuid`
  return rows.length > 0
}

/** Gives back every reservation of the holder. What has lived stays. Said this way round, the holder's index is used. */
export const release = (db: Db, holder: Holder): Promise<number> =>
  db.$executeRaw`
    DELETE FROM address WHERE holder_kind = ${holder.kind} AND holder_id = ${holder.id}::uuid AND state NOT IN ('live', 'tombstone')`

/** A reservation becomes a living alias of its owner; false when it is no longer the holder's. */
export async function live(db: Db, local: LocalPart, from: Holder, owner: AddressOwner, at: Date): Promise<boolean> {
  const changed = await db.$executeRaw`
    UPDATE address SET state = 'live', role = 'alias', holder_kind = ${owner.kind}, holder_id = ${owner.id}::uuid,
      until = NULL, first_live_at = ${at}
    WHERE namespace_id = ${NAMESPACE} AND local = ${local} AND state = 'reserved'
      AND holder_kind = ${from.kind} AND holder_id = ${from.id}::uuid`
  return changed === 1
}

/** An address that is or was the owner's own lives (again); false when it is none. */
export async function revive(db: Db, local: LocalPart, owner: AddressOwner): Promise<boolean> {
  const changed = await db.$executeRaw`
    UPDATE address SET state = 'live', until = NULL
    WHERE namespace_id = ${NAMESPACE} AND local = ${local} AND state IN ('live', 'tombstone')
      AND holder_kind = ${owner.kind} AND holder_id = ${owner.id}::uuid`
  return changed === 1
}

/** A living address of the owner becomes the primary one; the former one stays as an alias. */
export async function makePrimary(db: Db, local: LocalPart, owner: AddressOwner): Promise<void> {
  const ours = Prisma.sql`holder_kind = ${owner.kind} AND holder_id = ${owner.id}::uuid AND state = 'live'`
  await db.$executeRaw`UPDATE address SET role = 'alias' WHERE ${ours} AND role = 'primary' AND local <> ${local}`
  await db.$executeRaw`UPDATE address SET role = 'primary' WHERE ${ours} AND namespace_id = ${NAMESPACE} AND local = ${local}`
}

/** What an owner's living address is to them; null when it is none of theirs. */
export async function roleOf(db: Db, local: string, owner: AddressOwner): Promise<AddressRole | null> {
  const [row] = await db.$queryRaw<{ role: AddressRole }[]>`
    SELECT role FROM address WHERE namespace_id = ${NAMESPACE} AND local = ${local} AND state = 'live'
      AND holder_kind = ${owner.kind} AND holder_id = ${owner.id}::uuid`
  return row?.role ?? null
}

/** The owner's living addresses, the primary one first. */
export async function livingOf(db: Db, owner: AddressOwner): Promise<LocalPart[]> {
  const rows = await db.$queryRaw<{ local: LocalPart }[]>`
    SELECT local FROM address WHERE holder_kind = ${owner.kind} AND holder_id = ${owner.id}::uuid AND state = 'live'
    ORDER BY role = 'primary' DESC, local`
  return rows.map(({ local }) => local)
}

/** One living address becomes a tombstone. */
export const buryOne = (db: Db, local: string, owner: AddressOwner): Promise<number> =>
  db.$executeRaw`
    UPDATE address SET state = 'tombstone' WHERE namespace_id = ${NAMESPACE} AND local = ${local} AND state = 'live'
      AND holder_kind = ${owner.kind} AND holder_id = ${owner.id}::uuid`

/** Only requests reserve: their holders' index finds what has run out. */
export const releaseExpired = (db: Db, at: Date): Promise<number> =>
  db.$executeRaw`DELETE FROM address WHERE holder_kind = 'request' AND state = 'reserved' AND until < ${at}`

/** An account's living addresses become tombstones: they stay its own for ever. */
export const bury = (db: Db, account: string): Promise<number> =>
  db.$executeRaw`UPDATE address SET state = 'tombstone' WHERE holder_kind = 'account' AND holder_id = ${account}::uuid AND state = 'live'`

export type AddressRow = {
  readonly local: string
  readonly state: 'reserved' | 'live' | 'tombstone'
  readonly role: AddressRole
  readonly holderKind: Holder['kind']
  readonly holderId: string
  readonly until: Date | null
  readonly firstLiveAt: Date | null
  readonly reason: Reason | null
  /** Who holds it, as people call them. */
  readonly holderName: string | null
  readonly personal: boolean
}

/** The address and who holds it; null when it is free. */
export async function find(db: Db, local: string): Promise<AddressRow | null> {
  const [row] = await db.$queryRaw<AddressRow[]>`
    SELECT d.local, d.state, d.role, d.holder_kind AS "holderKind", d.holder_id::text AS "holderId", d.until,
      d.first_live_at AS "firstLiveAt", d.reason, coalesce(a.display_name, g.name, r.full_name) AS "holderName",
      coalesce(a.kind = 'person', true) AS personal
    FROM address d
    LEFT JOIN account a ON d.holder_kind = 'account' AND a.id = d.holder_id
    LEFT JOIN request r ON d.holder_kind = 'request' AND r.id = d.holder_id
    LEFT JOIN mail_group g ON d.holder_kind = 'group' AND g.id = d.holder_id
    WHERE d.namespace_id = ${NAMESPACE} AND d.local = ${local}`
  return row ?? null
}

/** Locks the tombstone; null when it is none (any more). */
export async function lockTombstone(db: Db, local: string): Promise<{ firstLiveAt: Date } | null> {
  const [row] = await db.$queryRaw<{ firstLiveAt: Date }[]>`
    SELECT first_live_at AS "firstLiveAt" FROM address
    WHERE namespace_id = ${NAMESPACE} AND local = ${local} AND state = 'tombstone' AND first_live_at IS NOT NULL FOR UPDATE`
  return row ?? null
}

export const deleteTombstone = (db: Db, local: string): Promise<number> =>
  db.$executeRaw`DELETE FROM address WHERE namespace_id = ${NAMESPACE} AND local = ${local} AND state = 'tombstone'`

/** The given full names that most people here bear alike, for a preview on real namesakes. */
export const largestFamily = (db: Db, limit: number): Promise<{ full: string; given: string }[]> =>
  db.$queryRaw`
    SELECT full_name AS "full", given FROM person
    WHERE fold = (SELECT fold FROM person GROUP BY fold ORDER BY count(*) DESC, fold LIMIT 1) ORDER BY id LIMIT ${limit}`
