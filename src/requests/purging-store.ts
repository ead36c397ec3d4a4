import { Prisma } from '../db/generated/client.ts'
import { days, later } from '../kernel/clock.ts'

type Db = Prisma.TransactionClient

/** Days after which requests that came to nothing lose their personal data. */
export type PurgeLimits = { readonly drafts: number; readonly withdrawn: number; readonly rejected: number }

/** What a purge leaves of a request: its code and state, where and when. Nobody is told from it. */
export const KEPT = [
  ...([
    'id',
    'code',
    'kind',
    'state',
    'version',
    'sendings',
    'language',
    'unit_id',
    'account_id',
    'purged_at',
    'made',
  ] as const),
  ...(['created_at', 'confirmed_at', 'submitted_at', 'due_at', 'expires_at', 'decided_at', 'decided_by'] as const),
  ...(['escalated_at', 'escalated_to', 'step', 'level', 'up_at', 'it_seat', 'fallen'] as const),
] as const
/** What it erases, and what stands there afterwards. */
export const ERASED = {
  ...{
    contact_email: `''`,
    search: `''`,
    steps: `'[]'`,
    basis: 'NULL',
    seats: `'{}'`,
    filed_by: 'NULL',
    comment: 'NULL',
  },
  ...{
    full_name: 'NULL',
    given: 'NULL',
    surname: 'NULL',
    birth_date: 'NULL',
    sex: 'NULL',
    phone: 'NULL',
    local: 'NULL',
  },
  ...{ nin_cipher: 'NULL', nin_hash: 'NULL', position: 'NULL', employment: 'NULL', contract_end: 'NULL' },
  ...{ identity: 'NULL', hand_over: 'NULL', body: 'NULL' },
} as const

const LOST = ['withdrawn', 'expired']
const isDue = ({ drafts, withdrawn, rejected }: PurgeLimits, at: Date) => Prisma.sql`
  purged_at IS NULL AND state IN ('withdrawn', 'expired', 'rejected') AND (
    (state = ANY (${LOST}::text[]) AND submitted_at IS NULL AND decided_at < ${later(at, -days(drafts))})
    OR (state = ANY (${LOST}::text[]) AND submitted_at IS NOT NULL AND decided_at < ${later(at, -days(withdrawn))})
    OR (state = 'rejected' AND decided_at < ${later(at, -days(rejected))}))`

/** Some requests whose time is over, locked; those that somebody else has locked are left for the next time. */
export const due = (db: Db, limits: PurgeLimits, at: Date): Promise<{ id: string; contactEmail: string }[]> =>
  db.$queryRaw`
    SELECT id::text, contact_email AS "contactEmail" FROM request WHERE ${isDue(limits, at)}
    ORDER BY decided_at LIMIT 100 FOR UPDATE SKIP LOCKED`

export type Purgeable = { readonly drafts: number; readonly withdrawn: number; readonly rejected: number }

/** How many requests are due under these limits. */
export async function counts(db: Db, limits: PurgeLimits, at: Date): Promise<Purgeable> {
  const [row] = await db.$queryRaw<Purgeable[]>`
    SELECT count(*) FILTER (WHERE state <> 'rejected' AND submitted_at IS NULL)::int AS drafts,
      count(*) FILTER (WHERE state <> 'rejected' AND submitted_at IS NOT NULL)::int AS withdrawn,
      count(*) FILTER (WHERE state = 'rejected')::int AS rejected
    FROM request WHERE ${isDue(limits, at)}`
  return row ?? { drafts: 0, withdrawn: 0, rejected: 0 }
}

const erasing = Prisma.raw(
  Object.entries(ERASED)
    .map(([column, value]) => `${column} = ${value}`)
    .join(', '),
)

/** Erases what tells of a person, in the requests, their histories, comments and official letters. */
export async function erase(db: Db, ids: readonly string[], at: Date): Promise<void> {
  await db.$executeRaw`UPDATE request SET ${erasing}, purged_at = ${at} WHERE id = ANY (${ids}::uuid[])`
  await db.$executeRaw`DELETE FROM request_version WHERE request_id = ANY (${ids}::uuid[])`
  await db.$executeRaw`DELETE FROM request_comment WHERE request_id = ANY (${ids}::uuid[])`
  await db.$executeRaw`DELETE FROM official_letter WHERE request_id = ANY (${ids}::uuid[])`
  await db.$executeRaw`
    UPDATE request_event SET note = NULL, by_name = NULL, for_name = NULL WHERE request_id = ANY (${ids}::uuid[])`
}

/** Those of these addresses that still are somebody's: a person's, or another request's. */
export async function stillUsed(db: Db, emails: readonly string[]): Promise<Set<string>> {
  const rows = await db.$queryRaw<{ email: string }[]>`
    SELECT contact_email AS email FROM person WHERE contact_email = ANY (${emails}::text[])
    UNION SELECT contact_email FROM request WHERE contact_email = ANY (${emails}::text[])`
  return new Set(rows.map(({ email }) => email))
}
