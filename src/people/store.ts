import type { AccountState } from '../accounts/account.ts'
import { Prisma } from '../db/generated/client.ts'
import { dayFromDb, dayToDb, type Day } from '../kernel/day.ts'
import { EmailAddress } from '../kernel/email-address.ts'
import type { AccountId, PersonId, UnitId } from '../kernel/ids.ts'
import type { Sex } from '../kernel/identification-number.ts'
import { fold } from '../kernel/text.ts'
import type { DatedPost, PersonFacts, PersonSummary } from './person.ts'

type Db = Prisma.TransactionClient

type Row = {
  id: PersonId
  full_name: string
  birth_date: Date | null
  birth_precision: string
  sex: Sex | null
  nin_cipher: string | null
  merged_at: Date | null
  account_id: AccountId | null
  login: string
  local: string
  state: AccountState
  title: string | null
  unit_id: UnitId
  unit_name: string | null
  sort_key: string[] | null
}
/** How a row's sealed number is read, and the domain of its address. */
export type Reading = { readonly ends: (sealed: string) => string; readonly domain: string; readonly on: Day }

const summaryOf = (row: Row, { ends, domain }: Reading): PersonSummary => ({
  ...{ id: row.id, fullName: row.full_name, birthDate: row.birth_date && dayFromDb(row.birth_date) },
  ...{ birthPrecision: row.birth_precision, sex: row.sex },
  ends: row.nin_cipher === null ? null : ends(row.nin_cipher),
  account:
    row.account_id === null
      ? null
      : {
          ...{ id: row.account_id, login: row.login, address: EmailAddress.parse(`${row.local}@${domain}`) },
          ...{ state: row.state, title: row.title, unitId: row.unit_id, unitName: row.unit_name ?? '' },
        },
})

const shown = (on: Day) => Prisma.sql`
  SELECT p.id, p.full_name, p.birth_date, p.birth_precision, p.sex, p.nin_cipher, p.merged_at, a.id AS account_id, a.login, a.sort_key,
    coalesce(ad.local, a.login) AS local, a.state, po.title, a.unit_id,
    (SELECT name FROM unit_version v WHERE v.unit_id = a.unit_id AND v.valid_from <= ${dayToDb(on)}::date
      ORDER BY v.valid_from DESC LIMIT 1) AS unit_name
  FROM person p LEFT JOIN account a ON a.person_id = p.id
  LEFT JOIN LATERAL (SELECT local FROM address WHERE holder_kind = 'account' AND holder_id = a.id AND role = 'primary'
    AND state IN ('live', 'tombstone') ORDER BY state LIMIT 1) ad ON true
  LEFT JOIN LATERAL (SELECT title FROM post WHERE person_id = p.id AND is_primary AND valid_from <= ${dayToDb(on)}::date
    ORDER BY valid_from DESC LIMIT 1) po ON true`

/** Words of a name, of an address or an account number; or a whole identification number, as its keyed hash. */
export type Sought = { readonly q: string; readonly hash: string | null }
export type Filter = Sought & {
  readonly limit: number
  readonly offset?: number
  /** Only what comes behind this place. */
  readonly after?: PersonPlace | null
}
/** Where a record stands in the order of names; null is behind all names, where there is no account. */
export type PersonPlace = { readonly name: readonly string[] | null; readonly id: string }
const found = ({ q, hash }: Sought) =>
  hash === null
    ? Prisma.sql`p.merged_into IS NULL AND (${q} = '' OR a.search LIKE ALL (${fold(q)
        .split(' ')
        .map((word) => `%${word}%`)}::text[]))`
    : Prisma.sql`(p.nin_hash = ${hash} OR p.id IN (SELECT person_id FROM former_number WHERE nin_hash = ${hash}))`

/** Records by name, each with its place; those that are part of another only where their number was asked for. */
export async function list(
  db: Db,
  filter: Filter,
  reading: Reading,
): Promise<{ person: PersonSummary; place: PersonPlace }[]> {
  const rows = await db.$queryRaw<Row[]>`
    ${shown(reading.on)} WHERE ${found(filter)} AND ${behind(filter.after ?? null)}
    ORDER BY a.sort_key, p.id LIMIT ${filter.limit} OFFSET ${filter.offset ?? 0}`
  return rows.map((row) => ({ person: summaryOf(row, reading), place: { name: row.sort_key, id: row.id } }))
}
function behind(place: PersonPlace | null): Prisma.Sql {
  if (place === null) return Prisma.sql`true`
  const { name, id } = place
  return name === null
    ? Prisma.sql`a.sort_key IS NULL AND p.id > ${id}::uuid`
    : Prisma.sql`(a.sort_key IS NULL OR (a.sort_key, p.id) > (${name}::text[], ${id}::uuid))`
}
export async function count(db: Db, filter: Sought): Promise<number> {
  const [row] = await db.$queryRaw<{ n: number }[]>`
    SELECT count(*)::int AS n FROM person p LEFT JOIN account a ON a.person_id = p.id WHERE ${found(filter)}`
  return row?.n ?? 0
}

/** Records that may be of one person: the same name and birth date, and at most one number. Both ends of each pair are there. */
const ALIKE = Prisma.sql`
  SELECT a.id AS one, b.id AS two FROM person a JOIN person b ON b.fold = a.fold AND b.birth_date = a.birth_date AND b.id <> a.id
  WHERE a.merged_into IS NULL AND b.merged_into IS NULL AND (a.nin_hash IS NULL OR b.nin_hash IS NULL)
    AND a.birth_precision = 'day' AND b.birth_precision = 'day'`

export async function listAlike(
  db: Db,
  page: { limit: number; offset: number },
  reading: Reading,
): Promise<PersonSummary[]> {
  const rows = await db.$queryRaw<Row[]>`
    ${shown(reading.on)} WHERE p.id IN (SELECT one FROM (${ALIKE}) pairs) ORDER BY p.fold, p.birth_date, p.id
    LIMIT ${page.limit} OFFSET ${page.offset}`
  return rows.map((row) => summaryOf(row, reading))
}
export async function countAlike(db: Db): Promise<number> {
  const [row] = await db.$queryRaw<{ n: number }[]>`SELECT count(DISTINCT one)::int AS n FROM (${ALIKE}) pairs`
  return row?.n ?? 0
}

export async function summaries(db: Db, ids: readonly string[], reading: Reading): Promise<Map<string, PersonSummary>> {
  const rows = await db.$queryRaw<Row[]>`${shown(reading.on)} WHERE p.id = ANY (${ids}::uuid[])`
  return new Map(rows.map((row) => [row.id, summaryOf(row, reading)]))
}
export async function alikeTo(db: Db, id: PersonId, reading: Reading): Promise<PersonSummary[]> {
  const rows = await db.$queryRaw<Row[]>`
    ${shown(reading.on)} WHERE p.id IN (SELECT two FROM (${ALIKE}) pairs WHERE one = ${id}::uuid) ORDER BY p.id LIMIT 20`
  return rows.map((row) => summaryOf(row, reading))
}
export async function mergedIntoIt(
  db: Db,
  id: PersonId,
  reading: Reading,
): Promise<(PersonSummary & { mergedAt: Date })[]> {
  const rows = await db.$queryRaw<Row[]>`
    ${shown(reading.on)} WHERE p.merged_into = ${id}::uuid ORDER BY p.merged_at, p.id`
  return rows.map((row) => ({ ...summaryOf(row, reading), mergedAt: row.merged_at ?? new Date(0) }))
}

/** A record and those that are part of it. */
const OF_ONE = (id: PersonId) => Prisma.sql`SELECT id FROM person WHERE id = ${id}::uuid OR merged_into = ${id}::uuid`

export async function posts(db: Db, id: PersonId): Promise<DatedPost[]> {
  const rows = await db.$queryRaw<
    { title: string; unit_name: string | null; is_primary: boolean; valid_from: Date; valid_to: Date | null }[]
  >`
    SELECT p.title, p.is_primary, p.valid_from, p.valid_to,
      (SELECT name FROM unit_version v WHERE v.unit_id = p.unit_id AND v.valid_from <= coalesce(p.valid_to, 'infinity')
        ORDER BY v.valid_from DESC LIMIT 1) AS unit_name
    FROM post p WHERE p.person_id IN (${OF_ONE(id)}) ORDER BY p.valid_from DESC, p.is_primary DESC, p.id`
  return rows.map((row) => ({
    ...{ title: row.title, unitName: row.unit_name ?? '', primary: row.is_primary },
    ...{ from: dayFromDb(row.valid_from), until: row.valid_to && dayFromDb(row.valid_to) },
  }))
}

export const requests = (db: Db, id: PersonId): Promise<{ id: string; code: string; submittedAt: Date }[]> =>
  db.$queryRaw`
    SELECT r.id::text, r.code, r.submitted_at AS "submittedAt" FROM request r
    WHERE r.submitted_at IS NOT NULL AND (r.account_id IN (SELECT id FROM account WHERE person_id IN (${OF_ONE(id)}))
      OR r.filed_by IN (SELECT id FROM account WHERE person_id IN (${OF_ONE(id)})))
    ORDER BY r.submitted_at DESC LIMIT 100`

export const formerNumbers = (db: Db, id: PersonId) =>
  db.formerNumber.findMany({ where: { personId: id }, orderBy: { until: 'desc' } })

/** A record with what it is decided by; locked in the order of the ids where it is to change. */
export type Held = PersonFacts & {
  readonly ninCipher: string | null
  readonly accountId: AccountId | null
  readonly unitId: UnitId | null
}
export async function lock(db: Db, ids: readonly PersonId[]): Promise<Map<PersonId, Held>> {
  await db.$queryRaw`SELECT 1 FROM person WHERE id = ANY (${ids}::uuid[]) ORDER BY id FOR UPDATE`
  const rows = await db.$queryRaw<Held[]>`
    SELECT p.id, p.merged_into AS "mergedInto", p.nin_hash AS "ninHash", p.nin_cipher AS "ninCipher", a.id AS "accountId",
      a.unit_id AS "unitId"
    FROM person p LEFT JOIN account a ON a.person_id = p.id WHERE p.id = ANY (${ids}::uuid[])`
  return new Map(rows.map((row) => [row.id, row]))
}

/** Two who take one number at once: the second waits here and then sees the first, as where accounts are issued. */
export const lockNumber = (db: Db, hash: string): Promise<number> =>
  db.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${hash}, 722))`
export const holderOf = async (db: Db, hash: string): Promise<PersonId | null> =>
  ((await db.person.findUnique({ where: { ninHash: hash }, select: { id: true } }))?.id ?? null) as PersonId | null

export const setNumber = (db: Db, id: PersonId, number: { cipher: string; hash: string } | null): Promise<unknown> =>
  db.person.update({ where: { id }, data: { ninCipher: number?.cipher ?? null, ninHash: number?.hash ?? null } })

export const keepNumber = (
  db: Db,
  personId: PersonId,
  number: { cipher: string; hash: string },
  how: { until: Date; byName: string; why: string },
): Promise<unknown> =>
  db.formerNumber.create({ data: { personId, ninCipher: number.cipher, ninHash: number.hash, ...how } })

/**
 * The other record, whose number was taken from it before, is part of the one that is kept, with all that is part of it: which
 * learns what it did not know, and of whom rows of lists were.
 */
export async function mergeInto(db: Db, other: PersonId, kept: PersonId, at: Date): Promise<void> {
  await db.$executeRaw`
    UPDATE person k SET birth_date = coalesce(k.birth_date, o.birth_date),
      birth_precision = CASE WHEN k.birth_date IS NULL THEN o.birth_precision ELSE k.birth_precision END,
      sex = coalesce(k.sex, o.sex), contact_email = coalesce(k.contact_email, o.contact_email), phone = coalesce(k.phone, o.phone)
    FROM person o WHERE k.id = ${kept}::uuid AND o.id = ${other}::uuid`
  await db.$executeRaw`
    UPDATE person SET merged_into = ${kept}::uuid, merged_at = coalesce(merged_at, ${at})
    WHERE id = ${other}::uuid OR merged_into = ${other}::uuid`
  await db.formerNumber.updateMany({ where: { personId: other }, data: { personId: kept } })
  await db.importMemory.updateMany({ where: { personId: other }, data: { personId: kept } })
}
