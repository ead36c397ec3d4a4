import type { Prisma } from '../db/generated/client.ts'
import { dayToDb, type Day } from '../kernel/day.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'

type Db = Prisma.TransactionClient

export type PastPost = {
  readonly title: string
  readonly unitId: UnitId
  readonly unitName: string
  readonly primary: boolean
}
/** Where somebody served on a day, the primary post first, each unit as it was called then. */
export const postsOn = (db: Db, account: string, on: Day): Promise<PastPost[]> =>
  db.$queryRaw`
    SELECT p.title, p.unit_id AS "unitId", p.is_primary AS primary,
      coalesce((SELECT name FROM unit_on(${dayToDb(on)}::date) u WHERE u.unit_id = p.unit_id), '') AS "unitName"
    FROM post p JOIN account a ON a.person_id = p.person_id
    WHERE a.id = ${account}::uuid AND p.valid_from <= ${dayToDb(on)}::date
      AND (p.valid_to IS NULL OR p.valid_to > ${dayToDb(on)}::date)
    ORDER BY p.is_primary DESC, p.valid_from`

/** All addresses that somebody knew, of those that an account has or had; not those that reach it for a time only. */
export const addressesOf = (db: Db, account: string): Promise<{ local: string; livedAt: Date }[]> =>
  db.$queryRaw`
    SELECT local, first_live_at AS "livedAt" FROM address
    WHERE holder_kind = 'account' AND holder_id = ${account}::uuid AND state IN ('live', 'tombstone') AND until IS NULL
      AND first_live_at IS NOT NULL ORDER BY first_live_at, local`

export type PastRole = { readonly role: string; readonly unitName: string | null }
/** The roles of an account at the end of that day, with what their units were called then. */
export const rolesOn = (db: Db, account: string, on: Day): Promise<PastRole[]> =>
  db.$queryRaw`
    SELECT g.role, (SELECT name FROM unit_on(${dayToDb(on)}::date) u WHERE u.unit_id = g.unit_id) AS "unitName"
    FROM role_grant g WHERE g.account_id = ${account}::uuid AND g.valid_from <= ${dayToDb(on)}::date
      AND (g.valid_to IS NULL OR g.valid_to > ${dayToDb(on)}::date)
    ORDER BY g.role, "unitName"`

export type PastHolding = { readonly id: AccountId; readonly displayName: string; readonly rights: 'read' | 'full' }
/** The shared mailboxes that somebody held on a day, and who held this one. */
export const holdingsOn = (db: Db, account: string, on: Day, side: 'held' | 'holders'): Promise<PastHolding[]> =>
  db.$queryRaw`
    SELECT a.id, a.display_name AS "displayName", h.rights
    FROM holder h JOIN account a ON a.id = CASE WHEN ${side} = 'held' THEN h.account_id ELSE h.person_account_id END
    WHERE CASE WHEN ${side} = 'held' THEN h.person_account_id ELSE h.account_id END = ${account}::uuid
      AND h.valid_from <= ${dayToDb(on)}::date AND (h.valid_to IS NULL OR h.valid_to > ${dayToDb(on)}::date)
    ORDER BY a.sort_key, a.id`
