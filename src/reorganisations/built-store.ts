import type { Prisma } from '../db/generated/client.ts'
import { dayToDb, type Day } from '../kernel/day.ts'
import type { UnitId } from '../kernel/ids.ts'
import type { ReorganisationId } from './reorganisation.ts'
import type { Traces } from './trace.ts'

type Db = Prisma.TransactionClient
/** Names of what was built on a plan; not more than so many of each are told. */
const TOLD = 20
type Named = { readonly name: string }
const namesOf = (rows: readonly Named[]): string[] => rows.map(({ name }) => name)

/** Accounts that were moved, and are elsewhere by now, or whose post there is not what the plan left. */
export const movedOn = async (db: Db, id: ReorganisationId): Promise<string[]> =>
  namesOf(
    await db.$queryRaw<Named[]>`
      SELECT a.display_name AS name FROM reorganisation_move m JOIN account a ON a.id = m.account_id
      WHERE m.reorganisation_id = ${id}::uuid AND m.state = 'done' AND a.state <> 'tombstone' AND (a.unit_id <> m.to_id
        OR EXISTS (SELECT FROM jsonb_to_recordset(m.before -> 'ended') AS x(closed uuid, opened uuid, until date)
          LEFT JOIN post o ON o.id = x.opened LEFT JOIN post c ON c.id = x.closed
          WHERE o.id IS NULL OR c.id IS NULL OR o.unit_id <> m.to_id OR o.valid_to IS DISTINCT FROM x.until
            OR o.title <> c.title OR o.employment <> c.employment))
      ORDER BY a.sort_key, a.id LIMIT ${TOLD}`,
  )

/** Accounts of units that the plan made, whom it did not move there. */
export const cameSince = async (db: Db, id: ReorganisationId, made: readonly UnitId[]): Promise<string[]> =>
  namesOf(
    await db.$queryRaw<Named[]>`
      SELECT a.display_name AS name FROM account a WHERE a.unit_id = ANY (${made}::uuid[]) AND a.state <> 'tombstone'
        AND NOT EXISTS (SELECT FROM reorganisation_move m WHERE m.reorganisation_id = ${id}::uuid AND m.account_id = a.id)
      ORDER BY a.sort_key, a.id LIMIT ${TOLD}`,
  )

/** Requests for units that the plan made, which it did not put there. */
export const requestedSince = async (db: Db, made: readonly UnitId[], traces: Traces): Promise<string[]> =>
  namesOf(
    await db.$queryRaw<Named[]>`
      SELECT code AS name FROM request WHERE unit_id = ANY (${made}::uuid[])
        AND NOT id = ANY (${traces.requests.map(({ id }) => id)}::uuid[]) ORDER BY code LIMIT ${TOLD}`,
  )

/** Lists of units that the plan made, and lists that it changed and somebody has changed again. */
export const listsSince = async (db: Db, made: readonly UnitId[], { lists }: Traces): Promise<string[]> =>
  namesOf(
    await db.$queryRaw<Named[]>`
      SELECT coalesce(g.name, '') AS name FROM mail_group g
      LEFT JOIN jsonb_to_recordset(${JSON.stringify(lists.after)}::jsonb) AS x(id uuid, unit uuid, rule jsonb) ON x.id = g.id
      WHERE g.kind = 'list' AND ((x.id IS NULL AND (g.unit_id = ANY (${made}::uuid[])
          OR EXISTS (SELECT FROM jsonb_array_elements(g.rule) c WHERE (c ->> 'unitId') = ANY (${made}::text[]))))
        OR (x.id IS NOT NULL AND (g.unit_id <> x.unit OR g.rule <> x.rule)))
      ORDER BY 1 LIMIT ${TOLD}`,
  )

/** Changes that were asked for since and name units that the plan made. */
export const changesSince = async (db: Db, made: readonly UnitId[], { changes }: Traces): Promise<string[]> =>
  namesOf(
    await db.$queryRaw<Named[]>`
      SELECT coalesce(a.display_name, c.asked_name) AS name FROM scheduled_change c
      LEFT JOIN account a ON c.subject_kind = 'account' AND a.id = c.subject_id
      WHERE c.state IN ('proposed', 'waiting') AND NOT c.id = ANY (${changes.after.map(({ id }) => id)}::uuid[])
        AND EXISTS (SELECT FROM unnest(${made}::text[]) unit WHERE position(unit IN c.units::text || c.command::text) > 0)
      ORDER BY 1 LIMIT ${TOLD}`,
  )

/** Addresses of unit mailboxes that are not as the plan left them; an alias whose term is over does not count. */
export const addressesSince = async (db: Db, { addresses }: Traces, at: Date): Promise<string[]> =>
  namesOf(
    await db.$queryRaw<Named[]>`
      SELECT x.local AS name FROM json_to_recordset(${JSON.stringify(addresses.map(({ after }) => after))}::json)
        AS x(local text, holder uuid, state text, role text, until timestamptz)
      LEFT JOIN address a ON a.namespace_id = 1 AND a.local = x.local
      WHERE a.local IS NULL OR a.holder_id <> x.holder OR a.role <> x.role
        OR (a.state <> x.state AND (x.until IS NULL OR x.until > ${at}))
      ORDER BY 1 LIMIT ${TOLD}`,
  )

/** Posts beside people's own that the plan moved and that are something else by now. */
export const secondsSince = async (db: Db, { seconds }: Traces): Promise<string[]> =>
  namesOf(
    await db.$queryRaw<Named[]>`
      SELECT coalesce(p.full_name, '') AS name FROM json_to_recordset(${JSON.stringify(seconds)}::json)
        AS x(closed uuid, opened uuid, until date)
      LEFT JOIN post o ON o.id = x.opened LEFT JOIN post c ON c.id = x.closed LEFT JOIN person p ON p.id = c.person_id
      WHERE c.id IS NULL OR (x.opened IS NOT NULL AND (o.id IS NULL OR o.valid_to IS DISTINCT FROM x.until OR o.title <> c.title))
      ORDER BY 1 LIMIT ${TOLD}`,
  )

/** What units are called, for those that became something else since. */
export const unitsCalled = async (db: Db, ids: readonly UnitId[], on: Day): Promise<string[]> =>
  namesOf(
    await db.$queryRaw<Named[]>`
      SELECT DISTINCT ON (unit_id) name FROM unit_version WHERE unit_id = ANY (${ids}::uuid[])
        AND valid_from <= ${dayToDb(on)}::date ORDER BY unit_id, valid_from DESC LIMIT ${TOLD}`,
  )
