import { Prisma } from '../db/generated/client.ts'
import type { Day } from '../kernel/day.ts'

type Db = Prisma.TransactionClient

/** Two who bring in the same person: the second waits, and then sees the first. In one order, as everybody takes them. */
export const lockNumbers = (db: Db, hashes: readonly string[]): Promise<unknown> =>
  db.$queryRaw`
    SELECT count(pg_advisory_xact_lock(hashtextextended(hash, 722)))::int
    FROM (SELECT hash FROM unnest(${hashes}::text[]) hash ORDER BY hashtextextended(hash, 722)) each`

/** Which of these identification numbers somebody has. */
export async function knownNumbers(db: Db, hashes: readonly string[]): Promise<Set<string>> {
  const rows = await db.$queryRaw<{ hash: string }[]>`
    SELECT nin_hash AS hash FROM person WHERE nin_hash = ANY (${hashes}::text[])`
  return new Set(rows.map(({ hash }) => hash))
}

/** So many account numbers that nobody has had. */
export async function nextNumbers(db: Db, n: number): Promise<number[]> {
  const rows = await db.$queryRaw<{ number: number }[]>`
    SELECT nextval('account_number_seq')::int AS number FROM generate_series(1, ${n}::int)`
  return rows.map(({ number }) => number)
}

export type PersonRow = {
  readonly id: string
  readonly fullName: string
  readonly surname: string
  readonly middle: string
  readonly given: string
  readonly fold: string
  readonly birthDate: Day | null
  readonly birthPrecision: 'day' | 'month' | 'year'
  readonly sex: string | null
  readonly ninCipher: string | null
  readonly ninHash: string | null
  readonly contactEmail: string | null
  readonly phone: string | null
}

export const insertPersons = (db: Db, rows: readonly PersonRow[]): Promise<number> =>
  db.$executeRaw`
    INSERT INTO person (id, full_name, surname, middle, given, fold, birth_date, birth_precision, sex, nin_cipher, nin_hash,
      contact_email, phone)
    SELECT id, "fullName", surname, middle, given, fold, "birthDate", "birthPrecision", sex, "ninCipher", "ninHash",
      "contactEmail", phone
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS x(id uuid, "fullName" text, surname text, middle text,
      given text, fold text, "birthDate" date, "birthPrecision" text, sex text, "ninCipher" text, "ninHash" text,
      "contactEmail" text, phone text)`

export type PostRow = {
  readonly id: string
  readonly personId: string
  readonly unitId: string
  readonly title: string
  readonly employment: string
  readonly validFrom: Day
  readonly validTo: Day | null
}

export const insertPosts = (db: Db, rows: readonly PostRow[]): Promise<number> =>
  db.$executeRaw`
    INSERT INTO post (id, person_id, unit_id, title, employment, valid_from, valid_to)
    SELECT id, "personId", "unitId", title, employment, "validFrom", "validTo"
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS x(id uuid, "personId" uuid, "unitId" uuid, title text,
      employment text, "validFrom" date, "validTo" date)`

export type AccountRow = {
  readonly id: string
  readonly number: number
  readonly personId: string
  readonly unitId: string
  readonly displayName: string
  readonly search: string
  readonly quotaMb: number
  readonly handOver: string
  readonly language: string
}

/** New accounts that wait for their activation, each with the event that says so. */
export async function insertAccounts(db: Db, rows: readonly AccountRow[], at: Date, byName: string): Promise<void> {
  await db.$executeRaw`
    WITH new AS (
      SELECT * FROM json_to_recordset(${JSON.stringify(rows)}::json) AS x(id uuid, number int, "personId" uuid, "unitId" uuid,
        "displayName" text, search text, "quotaMb" int, "handOver" text, language text)
    ), made AS (
      INSERT INTO account (id, number, login, person_id, unit_id, state, display_name, search, quota_mb, hand_over, language,
        created_at)
      SELECT id, number, number::text, "personId", "unitId", 'awaiting-activation', "displayName", search, "quotaMb",
        "handOver", language, ${at} FROM new
    )
    INSERT INTO account_event (account_id, at, kind, by_name) SELECT id, ${at}, 'issued', ${byName} FROM new`
}

export type Beginning = { readonly id: string; readonly handOver: string; readonly language: string }
/** Accounts that begin once more: how they are handed over, in which language, and that they are not ready yet. */
export const beginAnew = (db: Db, rows: readonly Beginning[]): Promise<unknown> =>
  db.$executeRaw`
    UPDATE account a SET hand_over = x."handOver", language = x.language, ready_at = NULL
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS x(id uuid, "handOver" text, language text) WHERE a.id = x.id`
