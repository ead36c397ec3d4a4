import type pg from 'pg'
import { fold } from '../../src/kernel/text.ts'
import { GIVENS, MIDDLES, SURNAMES } from './people.ts'

export type Province = {
  readonly units: number
  readonly accounts: number
  readonly requests: number
  /** Account ids: who approves for one agency with its departments, and who approves for all. */
  readonly unitAdmin: string
  readonly itStaff: string
}

const AGENCIES = 100
const DEPARTMENTS = 6

/**
 * A province in bulk, by SQL: agencies with departments, people with accounts that are in step, and requests in every
 * state, four in ten of them waiting at the seat of their agency, one in fifty passed up to IT staff.
 */
export async function fillProvince(
  client: pg.ClientBase,
  size: { accounts: number; requests: number },
): Promise<Province> {
  await client.query(UNITS, [AGENCIES, DEPARTMENTS])
  const names = [SURNAMES, MIDDLES, GIVENS].flatMap((list) => [list, list.map(fold)])
  await client.query('CREATE TEMP TABLE place AS SELECT id, row_number() OVER (ORDER BY number) - 1 AS n FROM unit')
  await client.query(`CREATE TEMP TABLE somebody AS ${PEOPLE}`, [size.accounts + size.requests, ...names])
  for (const statement of ACCOUNTS) await client.query(statement, statement.includes('$1') ? [size.accounts] : [])
  await client.query(REQUESTS, [size.accounts])
  await client.query('ANALYZE')
  const grant = async (role: string, place: number | null): Promise<string> => {
    const { rows } = await client.query<{ account_id: string }>(
      `INSERT INTO role_grant (id, account_id, role, unit_id, valid_from)
      SELECT gen_random_uuid(), a.id, $1, (SELECT id FROM place WHERE n = $2), '2025-07-01' FROM account a
      WHERE NOT EXISTS (SELECT FROM role_grant g WHERE g.account_id = a.id) ORDER BY a.number LIMIT 1 RETURNING account_id`,
      [role, place],
    )
    return rows[0]?.account_id ?? ''
  }
  // The first place is the province, the second its first agency.
  const [unitAdmin, itStaff] = [await grant('unit-admin', 1), await grant('it-staff', null)]
  return { units: 1 + AGENCIES * (1 + DEPARTMENTS), ...size, unitAdmin, itStaff }
}

const UNITS = `
  WITH plan AS (
    SELECT gen_random_uuid() AS id, NULL::int AS agency, 0 AS department
    UNION ALL SELECT gen_random_uuid(), a, d FROM generate_series(1, $1::int) a, generate_series(0, $2::int) d
  ), made AS (
    INSERT INTO unit (id) SELECT id FROM plan ORDER BY agency NULLS FIRST, department
  )
  INSERT INTO unit_version (id, unit_id, name, fold, kind, parent_id, valid_from)
  SELECT gen_random_uuid(), p.id, n.name, n.fold, n.kind, n.parent_id, '2025-07-01'
  FROM plan p CROSS JOIN LATERAL (
    SELECT 'Ủy ban nhân dân tỉnh' AS name, 'uy ban nhan dan tinh' AS fold, 'province' AS kind, NULL::uuid AS parent_id
      WHERE p.agency IS NULL
    UNION ALL SELECT 'Sở ' || p.agency, 'so ' || p.agency, 'agency', (SELECT id FROM plan WHERE agency IS NULL)
      WHERE p.department = 0 AND p.agency IS NOT NULL
    UNION ALL SELECT 'Phòng ' || p.department || ' Sở ' || p.agency, 'phong ' || p.department || ' so ' || p.agency,
      'department', (SELECT id FROM plan q WHERE q.agency = p.agency AND q.department = 0) WHERE p.department > 0
  ) n`

const pick = (list: string, n: string) => `(${list}::text[])[1 + (${n})::int % cardinality(${list}::text[])]`

/** Names by the digits of a number that jumps about, so that neighbours differ and namesakes are as common as in life. */
const PEOPLE = `
  SELECT n, gen_random_uuid() AS person_id, gen_random_uuid() AS account_id,
    (SELECT id FROM place WHERE place.n = 1 + (s.n * 7919::bigint) % (SELECT count(*) - 1 FROM place)) AS unit_id,
    surname || ' ' || middle || ' ' || given AS full_name, surname, middle, given,
    f_surname || ' ' || f_middle || ' ' || f_given AS fold,
    replace(f_surname || f_middle || f_given, ' ', '') || n AS local
  FROM (
    SELECT n, ${pick('$2', 'n * 31')} AS surname, ${pick('$3', 'n * 31')} AS f_surname,
      ${pick('$4', 'n / 16')} AS middle, ${pick('$5', 'n / 16')} AS f_middle,
      ${pick('$6', 'n / 192 + n * 7')} AS given, ${pick('$7', 'n / 192 + n * 7')} AS f_given
    FROM generate_series(1, $1::int) n
  ) s`

const ACCOUNTS = [
  'ALTER TABLE somebody ADD PRIMARY KEY (n)',
  `INSERT INTO person (id, full_name, surname, middle, given, fold, nin_hash, contact_email)
    SELECT person_id, full_name, surname, middle, given, fold, 'hash ' || n, local || '@example.com'
    FROM somebody WHERE n <= $1`,
  `INSERT INTO post (id, person_id, unit_id, title, employment, valid_from)
    SELECT gen_random_uuid(), person_id, unit_id, 'Chuyên viên', 'civil-servant', '2025-07-01' FROM somebody WHERE n <= $1`,
  `INSERT INTO account (id, number, login, person_id, unit_id, state, display_name, search, quota_mb, created_at, ready_at,
      activated_at)
    SELECT account_id, 100000 + n, (100000 + n)::text, person_id, unit_id, 'active', full_name,
      fold || ' ' || local || ' ' || (100000 + n), 2048, now(), now(), now()
    FROM somebody WHERE n <= $1`,
  `INSERT INTO address (namespace_id, local, state, role, holder_kind, holder_id, first_live_at)
    SELECT 1, local, 'live', 'primary', 'account', account_id, now() FROM somebody WHERE n <= $1`,
  `INSERT INTO sync (subject_kind, subject_id, target, wanted, applied, since, next_at, verified_at)
    SELECT 'account', account_id, target, 1, 1, now(), now(), now()
    FROM somebody, (VALUES ('directory'), ('mail')) t(target) WHERE n <= $1`,
]

const REQUESTS = `
  WITH planned AS (
    SELECT s.*, (SELECT coalesce(CASE WHEN kind = 'department' THEN parent_id END, unit_id) FROM unit_version v
        WHERE v.unit_id = s.unit_id) AS agency_id, (ARRAY['submitted','submitted','approved','approved','submitted','returned','approved','submitted','rejected',
      'approved'])[1 + n % 10] AS state, now() - (n % 20000) * interval '7 minutes' AS sent
    FROM somebody s WHERE n > $1
  )
  INSERT INTO request (id, code, state, version, sendings, steps, basis, seats, it_seat, contact_email, confirmed_at, unit_id, full_name, given, surname, birth_date,
    sex, nin_cipher, nin_hash, position, employment, local, search, created_at, submitted_at, due_at, up_at, decided_at,
    comment)
  SELECT gen_random_uuid(), 'QN-' || n, state, 2, 1, '[{"seat": "unit-admin", "days": 1, "act": null}]',
    '{"version": 0, "place": {"kind": "everywhere"}}', ARRAY[agency_id], n % 50 = 0, local || '@example.com', sent, unit_id, full_name, given, surname,
    '1988-09-05', 'male', 'v1.none', 'hash ' || n, 'Chuyên viên', 'civil-servant', local, fold || ' ' || local || ' qn ' || n,
    sent, sent, sent + interval '48 hours', sent + interval '48 hours', CASE WHEN state <> 'submitted' THEN sent + interval '20 hours' END,
    CASE WHEN state IN ('returned', 'rejected') THEN 'Chưa đúng đơn vị' END
  FROM planned`
