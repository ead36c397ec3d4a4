import { Prisma } from '../db/generated/client.ts'
import type { LocalPart } from '../kernel/email-address.ts'
import type { Reason } from './address.ts'

type Db = Prisma.TransactionClient
const NAMESPACE = 1
/** So many at once are looked up by one statement. */
const SLICE = 5_000

/** What is taken of these addresses, and of these stems with digits behind them. An expired reservation is nobody's. */
export async function takenAmong(
  db: Db,
  asked: { readonly bare: readonly string[]; readonly stems: readonly string[] },
  at: Date,
): Promise<Set<string>> {
  const slices = Math.ceil(Math.max(asked.bare.length, asked.stems.length) / SLICE)
  const found = await Promise.all(
    Array.from({ length: slices }, (_, n) => {
      // One text travels faster than an array; no address holds a space.
      const sliceOf = (texts: readonly string[]) => texts.slice(n * SLICE, (n + 1) * SLICE).join(' ')
      const [bare, stems] = [sliceOf(asked.bare), sliceOf(asked.stems)]
      return db.$queryRaw<{ local: string }[]>`
        SELECT local FROM address WHERE namespace_id = ${NAMESPACE} AND local = ANY (string_to_array(${bare}, ' '))
          AND NOT (state = 'reserved' AND until < ${at})
        UNION
        SELECT a.local FROM unnest(string_to_array(${stems}, ' ')) stem JOIN address a ON a.namespace_id = ${NAMESPACE}
          AND a.local >= stem COLLATE "C" AND a.local < (stem || ':') COLLATE "C"
        WHERE ltrim(substr(a.local, length(stem) + 1), '0123456789') = '' AND NOT (a.state = 'reserved' AND a.until < ${at})`
    }),
  )
  return new Set(found.flat().map(({ local }) => local))
}

export type Given = { readonly local: LocalPart; readonly account: string; readonly reason: Reason | null }

/**
 * Gives free (or expired) addresses to accounts, living at once; answers which of them were given. The primary key decides;
 * they are taken in one order, so that two who want the same do not wait for each other in a circle.
 */
export async function giveMany(
  db: Db,
  given: readonly Given[],
  at: Date,
  role: 'primary' | 'alias' = 'primary',
): Promise<Set<string>> {
  const rows = await db.$queryRaw<{ local: string }[]>`
    INSERT INTO address AS a (namespace_id, local, state, role, holder_kind, holder_id, first_live_at, reason)
    SELECT ${NAMESPACE}, local, 'live', ${role}, 'account', account, ${at}, reason
    FROM json_to_recordset(${JSON.stringify(given)}::json) AS x(local text, account uuid, reason jsonb)
    ORDER BY local COLLATE "C"
    ON CONFLICT (namespace_id, local) DO UPDATE SET state = 'live', role = excluded.role, holder_kind = 'account',
      holder_id = excluded.holder_id, until = NULL, first_live_at = excluded.first_live_at, reason = excluded.reason
      WHERE a.state = 'reserved' AND a.until < ${at}
    RETURNING a.local`
  return new Set(rows.map(({ local }) => local))
}
