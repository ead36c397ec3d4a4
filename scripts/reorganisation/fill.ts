import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { formsOf, DEFAULT_POLICY } from '../../src/addresses/naming.ts'
import { fold } from '../../src/kernel/text.ts'
import { fullName } from '../demo/names.ts'
import { randomFrom, type Random } from '../demo/random.ts'
import { dividedUnits, unitsBefore, type Placed, type UnitBefore } from './quang-ninh.ts'

const SINCE = '2010-01-01'
const COMMUNE = [
  ...['Chủ tịch UBND', 'Phó Chủ tịch UBND', 'Công chức Văn phòng - Thống kê', 'Công chức Địa chính - Xây dựng'],
  ...['Công chức Tư pháp - Hộ tịch', 'Công chức Tài chính - Kế toán', 'Công chức Văn hóa - Xã hội', 'Chuyên viên'],
]
const DISTRICT = ['Chủ tịch UBND', 'Trưởng phòng', 'Phó Trưởng phòng', 'Thanh tra viên', 'Chuyên viên', 'Chuyên viên']
const AGENCY = ['Giám đốc', 'Viên chức', 'Phó Giám đốc', 'Chuyên viên chính', 'Chuyên viên']
const TITLES: Readonly<Record<UnitBefore['kind'], readonly string[]>> = {
  ...{ province: AGENCY, agency: AGENCY, district: DISTRICT, commune: COMMUNE },
  department: ['Trưởng phòng', 'Phó Trưởng phòng', 'Chuyên viên chính', 'Chuyên viên', 'Kế toán viên'],
}

type Person = {
  readonly account: string
  readonly person: string
  readonly number: number
  readonly unit: string
  readonly title: string
  readonly name: string
  readonly surname: string
  readonly middle: string
  readonly given: string
  readonly fold: string
  readonly local: string
}
export type Filled = {
  readonly people: number
  readonly mailboxes: number
  /** People of the units that are divided by name. */
  readonly placed: readonly Placed[]
}

/**
 * Quảng Ninh as it was before the reorganisation, in bulk, by SQL: units, `size` people who do not exist, a mailbox for each
 * agency, district and commune and a function mailbox for some, administrators, lists, and what imports remember. All is due.
 */
export async function fillQuangNinh(client: pg.ClientBase, size: number, seed = 2025): Promise<Filled> {
  const random = randomFrom(seed)
  const units = unitsBefore()
  await client.query(UNITS, [JSON.stringify(units.map((unit) => ({ ...unit, fold: fold(unit.name) }))), SINCE])
  const people = peopleOf(units, size, random)
  const taken = new Set(people.map(({ local }) => local))
  const boxes = boxesOf(units, taken, 100_000 + people.length)
  const text = JSON.stringify(people)
  for (const statement of PEOPLE) await client.query(statement, statement.includes('$2') ? [text, SINCE] : [text])
  for (const statement of BOXES) await client.query(statement, [JSON.stringify(boxes)])
  const first = new Map(people.toReversed().map((each) => [each.unit, each]))
  const admins = units
    .filter(({ kind }) => kind !== 'department' && kind !== 'province')
    .flatMap(({ id }) => (first.has(id) ? [{ unit: id, account: first.get(id)?.account }] : []))
  await client.query(GRANTS, [JSON.stringify(admins), SINCE])
  await client.query(HOLDERS, [JSON.stringify(boxes), JSON.stringify(admins), SINCE])
  await client.query(LISTS, [JSON.stringify(units.filter(({ kind }) => kind === 'district').slice(0, 5))])
  await client.query(SPELLINGS, [JSON.stringify(units.filter(({ kind }) => kind === 'commune'))])
  await client.query(`INSERT INTO mail_group (id, unit_id) SELECT gen_random_uuid(), id FROM unit`)
  await client.query(SYNC)
  await client.query(`SELECT setval('account_number_seq', (SELECT max(number) FROM account))`)
  await client.query('ANALYZE')
  const divided = new Set<string>(dividedUnits())
  return {
    ...{ people: people.length, mailboxes: boxes.length },
    placed: people.filter(({ unit }) => divided.has(unit)),
  }
}

/** So many of each unit as its weight says, and everywhere at least two. */
function peopleOf(units: readonly UnitBefore[], size: number, random: Random): Person[] {
  const all = units.reduce((sum, { weight }) => sum + weight, 0)
  const wanted = units.flatMap((unit) =>
    Array.from({ length: Math.max(2, Math.round((unit.weight / all) * size)) }, (_, n) => ({ unit, n })),
  )
  const used = new Map<string, number>()
  return wanted.map(({ unit, n }, index) => {
    const name = fullName(random, random.chance(0.5) ? 'male' : 'female')
    const words = name.split(' ')
    const stem = fold(name).replaceAll(' ', '')
    const nth = (used.get(stem) ?? 0) + 1
    used.set(stem, nth)
    const titles = TITLES[unit.kind]
    return {
      ...{ account: randomUUID(), person: randomUUID(), number: 100_001 + index, unit: unit.id, name },
      title: titles[Math.min(n, titles.length - 1)] ?? 'Chuyên viên',
      ...{ surname: words[0] ?? '', middle: words.slice(1, -1).join(' '), given: words.at(-1) ?? '' },
      ...{ fold: fold(name), local: nth === 1 ? stem : `${stem}${nth}` },
    }
  })
}

function boxesOf(units: readonly UnitBefore[], taken: Set<string>, from: number) {
  const parents = new Map(units.map(({ id, name }) => [id, name]))
  return units
    .filter(({ kind }) => kind === 'agency' || kind === 'district' || kind === 'commune')
    .flatMap((unit, index) => {
      const named = {
        number: 0,
        name: unit.name,
        kind: unit.kind,
        parentName: parents.get(unit.parent ?? unit.id) ?? null,
      }
      const subjects = [
        { kind: 'unit', unit: named } as const,
        // One in ten has one for its reception, too.
        ...(index % 10 === 0 ? [{ kind: 'function', what: 'Một cửa', unit: named } as const] : []),
      ]
      return subjects.map((subject) => {
        const forms = formsOf(DEFAULT_POLICY, subject)
        const bare = forms
          .map((form) => form.bare as string | null)
          .find((local) => local !== null && !taken.has(local))
        let local = bare ?? ''
        for (let n = 2; local === '' || taken.has(local); n++) local = `${forms[0]?.stem ?? 'donvi'}${n}`
        taken.add(local)
        return {
          ...{
            account: randomUUID(),
            unit: unit.id,
            kind: subject.kind,
            local,
            fold: fold(unit.name),
          },
          name: subject.kind === 'unit' ? unit.name : `Một cửa ${unit.name}`,
        }
      })
    })
    .map((box, n) => ({ ...box, number: from + n + 1 }))
}

const UNITS = `
  WITH asked AS (
    SELECT x.* FROM ROWS FROM (json_to_recordset($1::json)
      AS (id uuid, name text, fold text, kind text, codes jsonb, parent uuid)) WITH ORDINALITY x
  ), made AS (INSERT INTO unit (id) SELECT id FROM asked ORDER BY ordinality)
  INSERT INTO unit_version (id, unit_id, name, fold, kind, codes, parent_id, valid_from)
  SELECT gen_random_uuid(), id, name, fold, kind, codes, parent, $2::date FROM asked`

const ROWS = `json_to_recordset($1::json) AS x(account uuid, person uuid, number int, unit uuid, title text, name text,
  surname text, middle text, given text, fold text, local text)`
const PEOPLE = [
  `INSERT INTO person (id, full_name, surname, middle, given, fold, contact_email)
    SELECT person, name, surname, middle, given, fold, local || '@example.com' FROM ${ROWS}`,
  `INSERT INTO post (id, person_id, unit_id, title, employment, valid_from)
    SELECT gen_random_uuid(), person, unit, title, 'civil-servant', $2::date FROM ${ROWS}`,
  `INSERT INTO account (id, number, login, person_id, unit_id, state, display_name, search, quota_mb, created_at, ready_at,
      activated_at)
    SELECT account, number, number::text, person, unit, 'active', name, fold || ' ' || local || ' ' || number, 2048,
      '2024-01-02', '2024-01-02', '2024-01-02' FROM ${ROWS}`,
  `INSERT INTO address (namespace_id, local, state, role, holder_kind, holder_id, first_live_at)
    SELECT 1, local, 'live', 'primary', 'account', account, '2024-01-02' FROM ${ROWS}`,
  `INSERT INTO account_event (account_id, at, kind, by_name)
    SELECT account, '2024-01-02'::timestamptz, kind, '' FROM ${ROWS}, (VALUES (1, 'issued'), (2, 'ready'), (3, 'activated')) e(n, kind)
    ORDER BY number, n`,
]
const BOX = `json_to_recordset($1::json) AS x(account uuid, unit uuid, kind text, local text, name text, fold text, number int)`
const BOXES = [
  `INSERT INTO account (id, number, login, kind, unit_id, state, display_name, search, quota_mb, created_at, ready_at)
    SELECT account, number, 'hop-' || number, kind, unit, 'active', name, fold || ' ' || local || ' hop-' || number, 2048,
      '2024-01-02', '2024-01-02' FROM ${BOX}`,
  `INSERT INTO address (namespace_id, local, state, role, holder_kind, holder_id, first_live_at)
    SELECT 1, local, 'live', 'primary', 'account', account, '2024-01-02' FROM ${BOX}`,
  `INSERT INTO account_event (account_id, at, kind, by_name) SELECT account, '2024-01-02', 'issued', '' FROM ${BOX}`,
]
const GRANTS = `
  INSERT INTO role_grant (id, account_id, role, unit_id, valid_from)
  SELECT gen_random_uuid(), account, 'unit-admin', unit, $2::date FROM json_to_recordset($1::json) AS x(unit uuid, account uuid)`
const HOLDERS = `
  INSERT INTO holder (id, account_id, person_account_id, rights, valid_from)
  SELECT gen_random_uuid(), b.account, a.account, 'full', $3::date
  FROM json_to_recordset($1::json) AS b(account uuid, unit uuid) JOIN json_to_recordset($2::json) AS a(unit uuid, account uuid)
    ON a.unit = b.unit`
const LISTS = `
  WITH made AS (
    INSERT INTO mail_group (id, kind, unit_id, number, name, rule, posting, created_at)
    SELECT gen_random_uuid(), 'list', id, nextval('list_number_seq'), 'Toàn ' || name,
      jsonb_build_array(jsonb_build_object('by', 'unit', 'unitId', id, 'below', true)), '{"who": "province"}', '2024-01-02'
    FROM json_to_recordset($1::json) AS x(id uuid, name text) RETURNING id, number
  )
  INSERT INTO address (namespace_id, local, state, role, holder_kind, holder_id, first_live_at)
  SELECT 1, 'toan-huyen-' || number, 'live', 'primary', 'group', id, '2024-01-02' FROM made`
const SPELLINGS = `
  INSERT INTO import_spelling (sender, spelling, unit_id, at, by_name)
  SELECT '', 'ubnd ' || lower(name) || ' ' || id, id, '2024-01-02', 'Lê Đức Thắng'
  FROM json_to_recordset($1::json) AS x(id uuid, name text)`
const SYNC = `
  INSERT INTO sync (subject_kind, subject_id, target, wanted, since, next_at)
  SELECT 'account', id, target, 1, now(), now() - interval '1 day' FROM account, (VALUES ('directory'), ('mail')) t(target)
  UNION ALL SELECT 'group', id, 'directory', 1, now(), now() - interval '1 day' FROM mail_group`
