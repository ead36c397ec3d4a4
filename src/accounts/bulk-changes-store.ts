import type { Prisma } from '../db/generated/client.ts'
import { dayToDb, type Day } from '../kernel/day.ts'
import type { AccountEventKind } from './account.ts'

type Db = Prisma.TransactionClient

/** Somebody with an account, as they are now; the account's row is locked. */
export type Present = {
  readonly id: string
  readonly personId: string
  readonly state: string
  readonly unitId: string
  readonly login: string
  readonly locals: readonly string[]
  readonly fullName: string
  readonly birthDate: Date | null
  readonly birthPrecision: 'day' | 'month' | 'year'
  readonly sex: string | null
  readonly ninHash: string | null
  readonly phone: string | null
  readonly contactEmail: string | null
  readonly postId: string | null
  readonly title: string | null
  readonly employment: string | null
  readonly postFrom: Date | null
  readonly postTo: Date | null
}

/** Locks people's accounts in the order of their ids. */
export const lock = (db: Db, ids: readonly string[], on: Day): Promise<Present[]> =>
  db.$queryRaw`
    SELECT a.id, p.id AS "personId", a.state, a.unit_id AS "unitId", a.login,
      ARRAY(SELECT local FROM address x WHERE x.holder_kind = 'account' AND x.holder_id = a.id AND x.state = 'live'
        ORDER BY role DESC, local) AS locals,
      p.full_name AS "fullName", p.birth_date AS "birthDate", p.birth_precision AS "birthPrecision", p.sex, p.nin_hash AS "ninHash",
      p.phone, p.contact_email AS "contactEmail", po.id AS "postId", po.title, po.employment, po.valid_from AS "postFrom",
      po.valid_to AS "postTo"
    FROM account a JOIN person p ON p.id = a.person_id
    LEFT JOIN LATERAL (
      SELECT * FROM post WHERE person_id = p.id AND is_primary AND valid_from <= ${dayToDb(on)}::date
        AND (valid_to IS NULL OR valid_to > ${dayToDb(on)}::date) ORDER BY valid_from DESC LIMIT 1) po ON true
    WHERE a.id = ANY (${ids}::uuid[]) ORDER BY a.id FOR UPDATE OF a`

/** A person as they are to be; every field is written. */
export type PersonUpdate = {
  readonly id: string
  readonly fullName: string
  readonly surname: string | null
  readonly middle: string | null
  readonly given: string | null
  readonly fold: string
  readonly birthDate: Day | null
  readonly birthPrecision: string
  readonly sex: string | null
  readonly ninCipher: string | null
  readonly ninHash: string | null
  readonly setsNumber: boolean
  readonly phone: string | null
  readonly contactEmail: string | null
}
export const updatePersons = (db: Db, rows: readonly PersonUpdate[]): Promise<number> =>
  db.$executeRaw`
    UPDATE person p SET full_name = x."fullName", surname = coalesce(x.surname, p.surname), middle = coalesce(x.middle, p.middle),
      given = coalesce(x.given, p.given), fold = x.fold, birth_date = x."birthDate", birth_precision = x."birthPrecision",
      sex = x.sex, phone = x.phone, contact_email = x."contactEmail",
      nin_cipher = CASE WHEN x."setsNumber" THEN x."ninCipher" ELSE p.nin_cipher END,
      nin_hash = CASE WHEN x."setsNumber" THEN x."ninHash" ELSE p.nin_hash END
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS x(id uuid, "fullName" text, surname text, middle text, given text,
      fold text, "birthDate" date, "birthPrecision" text, sex text, "ninCipher" text, "ninHash" text, "setsNumber" boolean,
      phone text, "contactEmail" text)
    WHERE p.id = x.id`

export type PostUpdate = {
  /** Corrected as it is; null where the present one ends and another begins. */
  readonly correct: string | null
  readonly end: string | null
  readonly id: string
  readonly personId: string
  readonly unitId: string
  readonly title: string
  readonly employment: string
  readonly validTo: Day | null
}
export async function updatePosts(db: Db, rows: readonly PostUpdate[], from: Day): Promise<void> {
  const text = JSON.stringify(rows)
  const ended = rows.flatMap(({ end }) => (end === null ? [] : [end]))
  await db.$executeRaw`UPDATE post SET valid_to = ${dayToDb(from)}::date WHERE id = ANY (${ended}::uuid[])`
  await db.$executeRaw`
    UPDATE post p SET unit_id = x."unitId", title = x.title, employment = x.employment
    FROM json_to_recordset(${text}::json) AS x(correct uuid, "unitId" uuid, title text, employment text) WHERE p.id = x.correct`
  await db.$executeRaw`
    INSERT INTO post (id, person_id, unit_id, title, employment, valid_from, valid_to)
    SELECT id, "personId", "unitId", title, employment, ${dayToDb(from)}::date, "validTo"
    FROM json_to_recordset(${text}::json) AS x(id uuid, "personId" uuid, "unitId" uuid, title text, employment text, "validTo" date,
      correct uuid) WHERE correct IS NULL`
}

export type AccountUpdate = {
  readonly id: string
  readonly unitId: string
  readonly displayName: string
  readonly search: string
}
export const updateAccounts = (db: Db, rows: readonly AccountUpdate[]): Promise<{ id: string; revision: number }[]> =>
  db.$queryRaw`
    UPDATE account a SET unit_id = x."unitId", display_name = x."displayName", search = x.search, revision = a.revision + 1
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS x(id uuid, "unitId" uuid, "displayName" text, search text)
    WHERE a.id = x.id RETURNING a.id, a.revision`

export const events = (
  db: Db,
  rows: readonly { id: string; kind: AccountEventKind; note: string | null }[],
  at: Date,
  byName: string,
): Promise<number> =>
  db.$executeRaw`
    INSERT INTO account_event (account_id, at, kind, by_name, note)
    SELECT id, ${at}, kind, ${byName}, note FROM json_to_recordset(${JSON.stringify(rows)}::json) AS x(id uuid, kind text, note text)`
