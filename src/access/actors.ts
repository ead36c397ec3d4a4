import type { Sql, Statement } from '../db/lanes.ts'
import type { Clock } from '../kernel/clock.ts'
import { dayOf } from '../kernel/day.ts'
import type { AccountId, PersonId, UnitId } from '../kernel/ids.ts'
import type { Grant, PersonActor, Role } from './policy.ts'

type Row = {
  id: string
  display_name: string
  person_id: string | null
  local: string
  contact_email: string | null
  unit_id: string
  unit_name: string | null
  grants: { role: Role; unitId: UnitId | null; units: UnitId[] | null; of: AccountId; name: string }[] | null
}

const selecting = (name: string, is: string): Statement => ({
  name,
  text: `
    SELECT a.id, a.display_name, a.person_id, ad.local, p.contact_email, a.unit_id,
      (SELECT name FROM unit_version v WHERE v.unit_id = a.unit_id AND v.valid_from <= $1::date
        ORDER BY v.valid_from DESC LIMIT 1) AS unit_name,
      (SELECT json_agg(json_build_object('role', g.role, 'unitId', g.unit_id, 'of', h.id, 'name', h.display_name,
          'units', CASE WHEN g.unit_id IS NULL THEN NULL ELSE ARRAY(SELECT unit_subtree(ARRAY[g.unit_id], $1::date)) END))
        FROM role_grant g JOIN account h ON h.id = g.account_id
        WHERE g.account_id = ANY (a.id || ARRAY(SELECT d.account_id FROM deputy d
            WHERE d.deputy_id = a.id AND d.valid_from <= $1::date AND d.valid_to > $1::date))
          AND g.valid_from <= $1::date AND (g.valid_to IS NULL OR g.valid_to > $1::date)
          AND (h.id = a.id OR (h.state = 'active' AND g.role IN ('unit-admin', 'it-staff')))) AS grants
    FROM account a
    JOIN address ad ON ad.holder_kind = 'account' AND ad.holder_id = a.id AND ad.role = 'primary' AND ad.state = 'live'
    LEFT JOIN person p ON p.id = a.person_id
    WHERE a.state IN ('active', 'on-leave') AND a.kind = 'person' AND ${is}`,
})
const BY_ID = selecting('actor_by_id', 'a.id = $2::uuid')
const BY_LOGIN = selecting('actor_by_login', 'a.login = $2')

export type Actors = ReturnType<typeof actorsOf>

/** Who is signed in, as the database knows them now. A session holds an id only; this is read at every request. */
export function actorsOf(deps: { sql: Sql; clock: Clock; domain: string }) {
  const { sql, clock, domain } = deps

  async function read(by: Statement, value: string): Promise<PersonActor | null> {
    const [row] = await sql<Row>(by, [dayOf(clock()), value])
    if (!row) return null
    return {
      kind: 'person',
      id: `account:${row.id}`,
      name: row.display_name,
      accountId: row.id as AccountId,
      personId: row.person_id as PersonId | null,
      address: `${row.local}@${domain}`,
      contactEmail: row.contact_email,
      unitId: row.unit_id as UnitId,
      unitName: row.unit_name ?? '',
      grants: (row.grants ?? []).map((grant): Grant => ({
        role: grant.role,
        unitId: grant.unitId,
        units: grant.units === null ? 'all' : new Set(grant.units),
        ...(grant.of === row.id ? {} : { deputyFor: { accountId: grant.of, name: grant.name } }),
      })),
    }
  }

  return {
    /** Null when there is no such account, or it may not sign in (any more). */
    byId: (id: AccountId): Promise<PersonActor | null> => read(BY_ID, id),
    /** By the login that the directory vouched for. */
    byLogin: (login: string): Promise<PersonActor | null> => read(BY_LOGIN, login),
  }
}
