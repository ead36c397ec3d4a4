import { Prisma } from '../db/generated/client.ts'
import { dayFromDb, dayToDb, type Day } from '../kernel/day.ts'
import type { UnitId } from '../kernel/ids.ts'
import { fold } from '../kernel/text.ts'
import type { Around, Holder, Namesake, Said, Stranger } from './adoption.ts'

type Db = Prisma.TransactionClient
type HolderRow = { key: string; account: string; remote_id: string | null; in_directory: boolean }

const holderOf = (row: HolderRow): Holder => ({
  ...{ account: row.account, remoteId: row.remote_id, inDirectory: row.in_directory },
})

/** What is known about these entries; `twice` says what the tree itself claims more than once. */
export async function around(
  db: Db,
  entries: readonly Stranger[],
  twice: { readonly mail: ReadonlySet<string>; readonly login: ReadonlySet<string> },
  said: ReadonlyMap<string, Said>,
): Promise<Around[]> {
  const values = <T>(pick: (entry: Stranger) => T | null) =>
    [...new Set(entries.flatMap((entry) => pick(entry) ?? []))] as T[]
  const [remoteIds, ids, hashes] = [values((e) => e.remoteId), values((e) => e.id), values((e) => e.ninHash)]
  const [locals, logins, folds] = [
    values((e) => e.local),
    values((e) => e.login?.toLowerCase() ?? null),
    values((e) => fold(e.name)),
  ]
  const known = await db.$queryRaw<{ account: string; remote_id: string | null }[]>`
    SELECT subject_id::text AS account, remote_id FROM sync WHERE subject_kind = 'account' AND target = 'directory'
      AND (remote_id = ANY (${remoteIds}::text[]) OR subject_id::text = ANY (${ids}::text[]))`
  const byNumber = await db.$queryRaw<HolderRow[]>`
    SELECT p.nin_hash AS key, a.id::text AS account, s.remote_id, s.remote_id IS NOT NULL AS in_directory
    FROM person p JOIN account a ON a.person_id = p.id
    JOIN sync s ON s.subject_kind = 'account' AND s.subject_id = a.id AND s.target = 'directory'
    WHERE p.nin_hash = ANY (${hashes}::text[])`
  const addresses = await db.$queryRaw<(HolderRow & { holder_kind: string })[]>`
    SELECT d.local AS key, d.holder_id::text AS account, s.remote_id, s.remote_id IS NOT NULL AS in_directory,
      CASE WHEN s.subject_id IS NULL OR d.state <> 'live' THEN 'other' ELSE 'account' END AS holder_kind
    FROM address d LEFT JOIN sync s ON d.holder_kind = 'account' AND s.subject_kind = 'account'
      AND s.subject_id = d.holder_id AND s.target = 'directory'
    WHERE d.namespace_id = 1 AND d.local = ANY (${locals}::text[]) AND NOT (d.state = 'reserved' AND d.until < now())`
  const taken = await db.$queryRaw<{ login: string }[]>`
    SELECT lower(login) AS login FROM account WHERE lower(login) = ANY (${logins}::text[])`
  const people = await db.$queryRaw<
    (HolderRow & { birth_date: Date | null; birth_precision: string; unit_id: UnitId | null })[]
  >`
    SELECT p.fold AS key, a.id::text AS account, s.remote_id, s.remote_id IS NOT NULL AS in_directory, p.birth_date,
      p.birth_precision, a.unit_id::text AS unit_id
    FROM person p JOIN account a ON a.person_id = p.id
    JOIN sync s ON s.subject_kind = 'account' AND s.subject_id = a.id AND s.target = 'directory'
    WHERE p.fold = ANY (${folds}::text[]) AND p.merged_into IS NULL`

  const meant = entries.flatMap(({ remoteId }) => {
    const one = said.get(remoteId ?? '')
    return one?.act === 'link' ? [one.account] : []
  })
  const chosen = await db.$queryRaw<HolderRow[]>`
    SELECT s.subject_id::text AS key, s.subject_id::text AS account, s.remote_id, s.remote_id IS NOT NULL AS in_directory
    FROM sync s WHERE s.subject_kind = 'account' AND s.target = 'directory' AND s.subject_id = ANY (${meant}::uuid[])`

  const byRemote = new Map(known.map((row) => [row.remote_id, row.account]))
  const byId = new Map(known.map((row) => [row.account, row.account]))
  const numbers = new Map(byNumber.map((row) => [row.key, row]))
  const held = new Map(addresses.map((row) => [row.key, row]))
  const usedLogins = new Set(taken.map(({ login }) => login))
  const namesakes = Map.groupBy(people, ({ key }) => key)
  const accounts = new Map(chosen.map((row) => [row.key, row]))
  return entries.map((entry) => {
    const one = said.get(entry.remoteId ?? '')
    const pick = one?.act === 'link' ? accounts.get(one.account) : undefined
    const number = entry.ninHash === null ? undefined : numbers.get(entry.ninHash)
    const address = entry.local === null ? undefined : held.get(entry.local)
    const login = entry.login?.toLowerCase() ?? ''
    return {
      own: (entry.id && byId.get(entry.id)) ?? (entry.remoteId && byRemote.get(entry.remoteId)) ?? null,
      chosen: pick ? holderOf(pick) : null,
      byNumber: number ? holderOf(number) : null,
      byMail: address?.holder_kind === 'account' ? holderOf(address) : null,
      namesakes: (namesakes.get(fold(entry.name)) ?? []).map((row): Namesake => ({
        ...holderOf(row),
        birth: row.birth_date !== null && row.birth_precision === 'day' ? dayFromDb(row.birth_date) : null,
        unitId: row.unit_id,
      })),
      ...{ addressTaken: address !== undefined, loginTaken: usedLogins.has(login) },
      mailTwice: entry.local !== null && twice.mail.has(entry.local),
      loginTwice: twice.login.has(login),
    }
  })
}

/** Units by number, code and folded name, as they are on a day; what names two of them names none. */
export async function unitNames(db: Db, on: Day): Promise<ReadonlyMap<string, UnitId>> {
  const rows = await db.$queryRaw<{ id: UnitId; number: number; name: string; codes: Record<string, string> | null }[]>`
    SELECT u.id::text AS id, u.number, v.name, v.codes FROM unit u JOIN unit_version v ON v.unit_id = u.id
      AND v.valid_from <= ${dayToDb(on)}::date AND (v.valid_to IS NULL OR v.valid_to > ${dayToDb(on)}::date)`
  const names = new Map<string, UnitId | null>()
  const put = (key: string, id: UnitId) =>
    names.set(key, (names.get(key) ?? id) === id && !(names.has(key) && names.get(key) === null) ? id : null)
  for (const { id, number, name, codes } of rows)
    for (const key of new Set([String(number), fold(name), ...Object.values(codes ?? {}).map((code) => fold(code))]))
      put(key, id)
  return new Map([...names].flatMap(([key, id]) => (id === null ? [] : [[key, id] as const])))
}
