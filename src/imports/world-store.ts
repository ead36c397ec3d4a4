import type { AccountState } from '../accounts/life.ts'
import { abbreviationOf, type NamedUnit } from '../addresses/unit-name.ts'
import type { Prisma } from '../db/generated/client.ts'
import { dayFromDb, dayOf, dayToDb, type Day } from '../kernel/day.ts'
import type { Sex } from '../kernel/identification-number.ts'
import type { AccountId, PersonId, UnitId } from '../kernel/ids.ts'
import { fold } from '../kernel/text.ts'
import type { ImportId } from './import.ts'
import type { Birth } from './plan/facts.ts'
import type { Known } from './plan/matching.ts'
import type { KnownUnit } from './plan/spelling.ts'

type Db = Prisma.TransactionClient

type PersonRow = {
  person_id: PersonId
  account_id: AccountId | null
  state: AccountState | null
  full_name: string
  fold: string
  birth_date: Date | null
  birth_precision: Birth['precision']
  sex: Sex | null
  nin_hash: string | null
  phone: string | null
  contact_email: string | null
  title: string | null
  employment: string | null
  unit_id: UnitId | null
  unit_name: string | null
  local: string | null
  aliases: string[]
  holds_role: boolean
  taken_back: boolean
}

const knownOf = (row: PersonRow): Known => ({
  ...{ personId: row.person_id, accountId: row.account_id, state: row.state, name: row.full_name, fold: row.fold },
  birth: row.birth_date === null ? null : { day: dayFromDb(row.birth_date), precision: row.birth_precision },
  ...{ sex: row.sex, hash: row.nin_hash, phone: row.phone, contactEmail: row.contact_email, title: row.title },
  ...{ employment: row.employment, unitId: row.unit_id, unitName: row.unit_name ?? '', local: row.local },
  ...{ aliases: row.aliases, holdsRole: row.holds_role, takenBack: row.taken_back },
})

export type Asked = {
  readonly hashes: readonly string[]
  readonly folds: readonly string[]
  readonly persons: readonly PersonId[]
  /** Everybody with an account in these units, too. */
  readonly units: readonly UnitId[]
}

/**
 * People by number, by folded name, by identity and by unit, as they are on a day. Asked of tens of thousands: one text travels
 * in a fraction of the time that an array takes.
 */
export async function people(db: Db, asked: Asked, on: Day): Promise<Known[]> {
  const day = dayToDb(on)
  const rows = await db.$queryRaw<PersonRow[]>`
    WITH who AS (
      SELECT id FROM person WHERE nin_hash = ANY (string_to_array(${asked.hashes.join(' ')}, ' '))
      UNION SELECT id FROM person WHERE fold = ANY (string_to_array(${asked.folds.join('|')}, '|'))
      UNION SELECT id FROM person WHERE id = ANY (${asked.persons}::uuid[])
      UNION SELECT person_id FROM account WHERE unit_id = ANY (${asked.units}::uuid[]) AND person_id IS NOT NULL
    )
    SELECT p.id AS person_id, a.id AS account_id, a.state, p.full_name, p.fold, p.birth_date, p.birth_precision, p.sex, p.nin_hash,
      p.phone, p.contact_email, po.title, po.employment, a.unit_id, ad.local,
      (SELECT name FROM unit_version v WHERE v.unit_id = a.unit_id AND v.valid_from <= ${day}::date
        ORDER BY v.valid_from DESC LIMIT 1) AS unit_name,
      ARRAY(SELECT local FROM address x WHERE x.holder_kind = 'account' AND x.holder_id = a.id AND x.role = 'alias'
        AND x.state = 'live') AS aliases,
      EXISTS (SELECT FROM role_grant g WHERE g.account_id = a.id AND (g.valid_to IS NULL OR g.valid_to > ${day}::date)) AS holds_role,
      a.state = 'deleted' AND coalesce((SELECT e.kind = 'taken-back' FROM account_event e
        WHERE e.account_id = a.id AND e.kind IN ('taken-back', 'deleted') ORDER BY e.id DESC LIMIT 1), false) AS taken_back
    FROM who JOIN person p ON p.id = who.id AND p.merged_into IS NULL
    LEFT JOIN account a ON a.person_id = p.id
    LEFT JOIN address ad ON ad.holder_kind = 'account' AND ad.holder_id = a.id AND ad.role = 'primary' AND ad.state = 'live'
    LEFT JOIN LATERAL (
      SELECT title, employment FROM post WHERE person_id = p.id AND is_primary AND valid_from <= ${day}::date
        AND (valid_to IS NULL OR valid_to > ${day}::date) ORDER BY valid_from DESC LIMIT 1) po ON true
    ORDER BY a.sort_key, a.id`
  return rows.map(knownOf)
}

/** Whom earlier lists' rows of these prints were about, and what was decided about them (sealed). */
export async function remembered(
  db: Db,
  prints: readonly string[],
): Promise<{ print: string; personId: PersonId; patch: string | null }[]> {
  return db.$queryRaw`
    SELECT print, person_id AS "personId", patch FROM import_memory WHERE print = ANY (string_to_array(${prints.join(' ')}, ' '))`
}

/** Who has these addresses; null where it is no account. */
export async function holders(db: Db, locals: readonly string[], at: Date): Promise<Map<string, AccountId | null>> {
  const rows = await db.$queryRaw<{ local: string; account: AccountId | null }[]>`
    SELECT local, CASE WHEN holder_kind = 'account' THEN holder_id END AS account FROM address
    WHERE namespace_id = 1 AND local = ANY (${locals}::text[]) AND NOT (state = 'reserved' AND until < ${at})`
  return new Map(rows.map(({ local, account }) => [local, account]))
}

export type Units = {
  readonly known: readonly KnownUnit[]
  readonly named: ReadonlyMap<UnitId, NamedUnit>
  readonly successors: ReadonlyMap<UnitId, readonly UnitId[]>
}

/** Every unit that there is or was. */
export async function units(db: Db, on: Day): Promise<Units> {
  const rows = await db.$queryRaw<
    {
      id: UnitId
      number: number
      name: string
      kind: string
      parent_id: UnitId | null
      codes: Record<string, string>
      valid_from: Date
      valid_to: Date | null
    }[]
  >`
    SELECT v.unit_id AS id, u.number, v.name, v.kind, v.parent_id, v.codes, v.valid_from, v.valid_to
    FROM unit_version v JOIN unit u ON u.id = v.unit_id WHERE v.valid_from <= ${dayToDb(on)}::date`
  const heirs = await db.unitSuccession.findMany({ where: { onDay: { lte: dayToDb(on) } } })
  const isPresent = (row: { valid_to: Date | null }) => row.valid_to === null || dayFromDb(row.valid_to) > on
  const standing = new Map(rows.filter(isPresent).map((row) => [row.id, row]))
  const ends = new Map<UnitId, Day>()
  for (const { id, valid_to: end } of rows) {
    if (end === null || standing.has(id)) continue
    const day = dayFromDb(end)
    if (day > (ends.get(id) ?? '')) ends.set(id, day)
  }
  return {
    known: rows.map((row): KnownUnit => ({
      ...{ id: row.id, name: row.name, parentId: row.parent_id, codes: Object.values(row.codes) },
      ...{ abbreviation: abbreviationOf(row.name), present: isPresent(row), dissolved: ends.get(row.id) ?? null },
    })),
    named: new Map(
      [...standing.values()].map((row) => [
        row.id,
        {
          ...{ number: row.number, name: row.name, kind: row.kind },
          parentName: row.parent_id === null ? null : (standing.get(row.parent_id)?.name ?? null),
        },
      ]),
    ),
    successors: Map.groupBy(
      heirs.map(({ fromId, toId }) => ({ from: fromId as UnitId, to: toId as UnitId })),
      ({ from }) => from,
    )
      .entries()
      .reduce(
        (all, [from, each]) =>
          all.set(
            from,
            each.map(({ to }) => to),
          ),
        new Map<UnitId, UnitId[]>(),
      ),
  }
}

/** The units that stand. */
export async function standing(db: Db, at: Date): Promise<ReadonlySet<UnitId>> {
  const rows = await db.$queryRaw<{ id: UnitId }[]>`SELECT unit_id AS id FROM unit_on(${dayToDb(dayOf(at))}::date)`
  return new Set(rows.map(({ id }) => id))
}

/**
 * Which of these new people, who come without a number, may be somebody known by now: of the same name, and not of another birth
 * date. Whom this import made itself does not count.
 */
export async function alike(
  db: Db,
  people: readonly { seq: number; name: string; birth: Day | null; sex: Sex | null }[],
  importId: ImportId,
): Promise<ReadonlySet<number>> {
  if (people.length === 0) return new Set()
  const asked = people.map(({ name, ...each }) => ({ ...each, fold: fold(name) }))
  const rows = await db.$queryRaw<{ seq: number }[]>`
    SELECT DISTINCT x.seq FROM json_to_recordset(${JSON.stringify(asked)}::json) AS x(seq int, fold text, birth date, sex text)
    JOIN person p ON p.fold = x.fold AND p.merged_into IS NULL AND (x.birth IS NULL OR p.birth_date IS NULL OR p.birth_date = x.birth)
      AND (x.sex IS NULL OR p.sex IS NULL OR p.sex = x.sex)
    WHERE NOT EXISTS (SELECT FROM import_row r WHERE r.import_id = ${importId}::uuid AND r.person_id = p.id)
      AND NOT EXISTS (SELECT FROM import_row r WHERE r.import_id = ${importId}::uuid AND r.seq = x.seq AND r.patch IS NOT NULL)`
  return new Set(rows.map(({ seq }) => seq))
}

/** Whether accounts that a list created have been used or changed since. */
export async function sinceCreated(
  db: Db,
  importId: ImportId,
  ids: readonly AccountId[],
): Promise<ReadonlyMap<AccountId, 'unused' | 'used' | 'changed' | 'state'>> {
  const rows = await db.$queryRaw<{ id: AccountId; is: 'unused' | 'used' | 'changed' | 'state' }[]>`
    SELECT a.id, CASE
      WHEN a.activated_at IS NOT NULL OR a.secret_cipher IS NOT NULL THEN 'used'
      WHEN a.state <> 'awaiting-activation' OR a.held THEN 'state'
      WHEN EXISTS (SELECT FROM account_event e WHERE e.account_id = a.id AND e.at > r.done_at
        AND e.kind NOT IN ('issued', 'ready', 'link-sent', 'slip-printed')) THEN 'changed'
      ELSE 'unused' END AS is
    FROM account a JOIN import_row r ON r.import_id = ${importId}::uuid AND r.account_id = a.id
    WHERE a.id = ANY (${ids}::uuid[])`
  return new Map(rows.map(({ id, is }) => [id, is]))
}

export async function states(db: Db, ids: readonly AccountId[]): Promise<ReadonlyMap<AccountId, string>> {
  const rows = await db.$queryRaw<{ id: AccountId; state: string }[]>`
    SELECT id, state FROM account WHERE id = ANY (${ids}::uuid[])`
  return new Map(rows.map(({ id, state }) => [id, state]))
}
