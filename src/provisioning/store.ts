import { Prisma } from '../db/generated/client.ts'
import type { FaultKind } from '../kernel/fault.ts'
import type { LedgerRow, Subject, SubjectKind, Target } from './ledger.ts'

type Db = Prisma.TransactionClient
type Row = {
  subject_kind: string
  subject_id: string
  target: string
  wanted: number
  applied: number
  attempts: number
  fault: string | null
  detail: string | null
  since: Date
  next_at: Date
  verified_at: Date | null
  remote_id: string | null
  remote_dn: string | null
  place: string | null
}

const rowOf = (row: Row): LedgerRow => ({
  kind: row.subject_kind as SubjectKind,
  id: row.subject_id,
  target: row.target as Target,
  wanted: row.wanted,
  applied: row.applied,
  attempts: row.attempts,
  fault: row.fault as FaultKind | null,
  detail: row.detail,
  since: row.since,
  nextAt: row.next_at,
  verifiedAt: row.verified_at,
  remoteId: row.remote_id,
  remoteDn: row.remote_dn,
  putBack: row.place,
})

/** Notes what is wanted of the subjects' targets and makes them due now. */
export async function due(
  db: Db,
  rows: readonly { kind: SubjectKind; id: string; target: Target; revision: number }[],
  at: Date,
): Promise<void> {
  await db.$executeRaw`
    INSERT INTO sync AS s (subject_kind, subject_id, target, wanted, since, next_at)
    SELECT kind, id, target, revision, ${at}, ${at}
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS x(kind text, id uuid, target text, revision int)
    ORDER BY id, target
    ON CONFLICT (subject_kind, subject_id, target) DO UPDATE SET
      wanted = greatest(s.wanted, excluded.wanted), next_at = excluded.next_at, attempts = 0,
      since = CASE WHEN s.applied < s.wanted THEN s.since ELSE excluded.since END`
}

/** Who has this lock, of a subject's kind and identity, is at work on it until the transaction ends. */
const claimed = (subject: Prisma.Sql): Prisma.Sql =>
  Prisma.sql`pg_try_advisory_xact_lock(hashtextextended(${subject}, 721))`

/**
 * Claims up to `limit` subjects that are due on a target for this transaction by advisory locks: other workers pass them by,
 * changes of the wanted state do not wait for them, and a killed worker's claims end with its connection. A paused target has
 * nothing due.
 */
export async function claim(db: Db, kind: SubjectKind, target: Target, at: Date, limit: number): Promise<Subject[]> {
  const rows = await db.$queryRaw<{ kind: string; id: string }[]>`
    WITH due AS MATERIALIZED (
      SELECT subject_kind, subject_id FROM sync
      WHERE subject_kind = ${kind} AND target = ${target} AND applied < wanted AND next_at <= ${at}
        AND target NOT IN (SELECT target FROM target_pause WHERE until > ${at})
      ORDER BY next_at LIMIT ${limit * 4}
    )
    SELECT subject_kind AS kind, subject_id::text AS id FROM due
    WHERE ${claimed(Prisma.sql`subject_kind || subject_id::text`)} LIMIT ${limit}`
  return rows.map((row) => ({ kind: row.kind as SubjectKind, id: row.id }))
}

/** The subjects' rows as they are now; read after the claim, since another worker may just have finished them. */
export async function rowsOf(db: Db, subjects: readonly Subject[]): Promise<LedgerRow[]> {
  if (subjects.length === 0) return []
  const rows = await db.$queryRaw<Row[]>`
    SELECT s.* FROM sync s
    JOIN jsonb_to_recordset(${JSON.stringify(subjects)}::jsonb) AS x(kind text, id uuid)
      ON s.subject_kind = x.kind AND s.subject_id = x.id`
  return rows.map(rowOf)
}

/** An address that passes between two accounts neither of which the directory has as wanted yet. */
export type Pass = {
  readonly giver: string
  readonly giverAt: Date
  readonly taker: string
  readonly takerAt: Date
  readonly takerFault: FaultKind | null
}

/** What passes to or from these accounts. */
export const passes = (db: Db, accounts: readonly string[]): Promise<Pass[]> =>
  db.$queryRaw`
    SELECT DISTINCT a.passed_from::text AS giver, g.next_at AS "giverAt", a.holder_id::text AS taker, t.next_at AS "takerAt",
      t.fault AS "takerFault"
    FROM address a
    JOIN sync g ON g.subject_kind = 'account' AND g.subject_id = a.passed_from AND g.target = 'directory' AND g.applied < g.wanted
    JOIN sync t ON t.subject_kind = 'account' AND t.subject_id = a.holder_id AND t.target = 'directory' AND t.applied < t.wanted
    WHERE a.passed_from IS NOT NULL AND a.state = 'live'
      AND (a.passed_from = ANY (${accounts}::uuid[]) OR a.holder_id = ANY (${accounts}::uuid[]))`

/** Claims these, but those that another worker has. */
export async function claimThese(db: Db, kind: SubjectKind, ids: readonly string[]): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT id FROM unnest(${ids}::text[]) id WHERE ${claimed(Prisma.sql`${kind} || id`)}`
  return rows.map(({ id }) => id)
}

/** The rows of those claimed: of a paused target, nothing is due before the pause ends. */
export async function claimedRows(db: Db, subjects: readonly Subject[], at: Date): Promise<LedgerRow[]> {
  const paused = new Map((await pauses(db, at)).map(({ target, until }) => [target, until]))
  return (await rowsOf(db, subjects)).map((row) => {
    const until = paused.get(row.target)
    return until !== undefined && until > row.nextAt ? { ...row, nextAt: until } : row
  })
}

type PauseRow = {
  readonly target: Target
  readonly since: Date
  readonly until: Date
  readonly byName: string
  readonly why: string
}

/** The pauses in force at an instant. */
export const pauses = async (db: Db, at: Date): Promise<PauseRow[]> =>
  (await db.targetPause.findMany({ where: { until: { gt: at } }, orderBy: { target: 'asc' } })).map((row) => ({
    ...row,
    target: row.target as Target,
  }))
export const pause = (db: Db, asked: PauseRow): Promise<unknown> =>
  db.targetPause.upsert({ where: { target: asked.target }, create: asked, update: asked })
export const resume = async (db: Db, target: Target): Promise<number> =>
  (await db.targetPause.deleteMany({ where: { target } })).count

export type Result = {
  readonly kind: SubjectKind
  readonly id: string
  readonly target: Target
  /** The revision that is now there and was read back; null after a fault. */
  readonly applied: number | null
  readonly remoteId: string | null
  readonly remoteDn: string | null
  /** Nothing of it is there any more: the ledger forgets what it was known by. */
  readonly gone: boolean
  readonly fault: FaultKind | null
  readonly detail: string | null
  /** Milliseconds until the next attempt, after a fault. */
  readonly wait: number
  /** False where nothing was tried: another target must come first. */
  readonly tried: boolean
}

/**
 * Writes the outcomes into the ledger. An older revision never replaces a newer one, and what was made due again since the
 * claim (`claimed` are its rows) stays due: a fault of before does not put it off.
 */
export async function record(
  db: Db,
  results: readonly Result[],
  claimed: readonly LedgerRow[],
  at: Date,
): Promise<void> {
  const seen = new Map(claimed.map((row) => [`${row.kind} ${row.id} ${row.target}`, row.nextAt]))
  const rows = results.map((result) => ({
    ...result,
    seen: seen.get(`${result.kind} ${result.id} ${result.target}`) ?? null,
  }))
  await db.$executeRaw`
    UPDATE sync s SET
      applied = greatest(s.applied, coalesce(x.applied, s.applied)),
      attempts = CASE WHEN x.applied IS NOT NULL THEN 0 WHEN x.tried THEN s.attempts + 1 ELSE s.attempts END,
      fault = x.fault, detail = left(x.detail, 1000),
      next_at = CASE WHEN x.applied IS NULL AND s.next_at <= x.seen + interval '1 millisecond'
        THEN ${at}::timestamptz + x.wait * interval '1 millisecond' ELSE s.next_at END,
      verified_at = CASE WHEN x.applied IS NOT NULL THEN ${at}::timestamptz ELSE s.verified_at END,
      remote_id = CASE WHEN NOT x.gone THEN coalesce(x."remoteId", s.remote_id) END,
      remote_dn = CASE WHEN NOT x.gone THEN coalesce(x."remoteDn", s.remote_dn) END,
      place = CASE WHEN x.applied IS NULL THEN s.place END
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      AS x(kind text, id uuid, target text, applied int, "remoteId" text, "remoteDn" text, fault text, detail text, wait int,
        tried boolean, gone boolean, seen timestamptz)
    WHERE s.subject_kind = x.kind AND s.subject_id = x.id AND s.target = x.target`
}

/** Makes everything due again, whatever was applied: what a lost directory or mail store needs. */
export const dueAgain = (db: Db, at: Date, target: Target | null): Promise<number> =>
  db.$executeRaw`
    UPDATE sync SET applied = 0, attempts = 0, next_at = ${at}, since = ${at}
    WHERE ${target}::text IS NULL OR target = ${target}`

/** These subjects due again, at once; entries of those `back` are to be moved to where they were last seen. */
export const dueAgainMany = (
  db: Db,
  subjects: readonly Subject[],
  back: readonly string[],
  at: Date,
): Promise<number> =>
  db.$executeRaw`
    UPDATE sync s SET applied = 0, attempts = 0, next_at = ${at}, since = CASE WHEN s.applied < s.wanted THEN s.since ELSE ${at} END,
      place = CASE WHEN s.target = 'directory' AND s.subject_id = ANY (${back}::uuid[]) THEN s.remote_dn ELSE s.place END
    FROM jsonb_to_recordset(${JSON.stringify(subjects)}::jsonb) AS x(kind text, id uuid)
    WHERE s.subject_kind = x.kind AND s.subject_id = x.id`

/** Another entry, or another place of it, is the subject's from now on. */
export const relocate = (
  db: Db,
  subject: Subject,
  to: { remoteId: string | null; remoteDn: string | null },
): Promise<number> =>
  db.$executeRaw`
    UPDATE sync SET remote_id = coalesce(${to.remoteId}, remote_id), remote_dn = coalesce(${to.remoteDn}, remote_dn), place = NULL
    WHERE subject_kind = ${subject.kind} AND subject_id = ${subject.id}::uuid AND target = 'directory'`

/** One subject due again, at once. */
export const dueAgainOne = (db: Db, subject: Subject, at: Date): Promise<number> =>
  db.$executeRaw`
    UPDATE sync SET applied = 0, attempts = 0, next_at = ${at}, since = CASE WHEN applied < wanted THEN since ELSE ${at} END
    WHERE subject_kind = ${subject.kind} AND subject_id = ${subject.id}::uuid`

/** Where a row stands on the board: what needs a person first, then the oldest (to the microsecond). */
export type BoardPlace = {
  readonly rest: boolean
  readonly since: string
  readonly id: string
  readonly target: string
}
export type BoardRow = LedgerRow & {
  readonly name: string
  readonly login: string | null
  /** A group that is a distribution list, not a unit. */
  readonly isList: boolean
  readonly place: BoardPlace
}

/** What is behind, oldest first, with the subject's name. */
export async function behind(
  db: Db,
  filter: { fault: FaultKind | null; after?: BoardPlace | null; limit: number; offset: number },
): Promise<BoardRow[]> {
  const { after = null } = filter
  const rows = await db.$queryRaw<
    (Row & { name: string | null; login: string | null; list: boolean | null; exact: string })[]
  >`
    SELECT s.*, s.since::text AS exact, coalesce(a.display_name, g.name, v.name) AS name, a.login,
      g.kind = 'list' AS list
    FROM sync s
    LEFT JOIN account a ON s.subject_kind = 'account' AND a.id = s.subject_id
    LEFT JOIN mail_group g ON s.subject_kind = 'group' AND g.id = s.subject_id
    LEFT JOIN LATERAL (SELECT name FROM unit_version WHERE unit_id = g.unit_id ORDER BY valid_from DESC LIMIT 1) v ON true
    WHERE s.applied < s.wanted AND (${filter.fault}::text IS NULL OR s.fault = ${filter.fault})
      AND (${after === null} OR (s.fault IS DISTINCT FROM 'refused', s.since, s.subject_id, s.target)
        > (${after?.rest ?? false}, ${after?.since ?? 'now'}::timestamptz, ${after?.id ?? null}::uuid, ${after?.target ?? ''}))
    ORDER BY (s.fault = 'refused') DESC NULLS LAST, s.since, s.subject_id, s.target LIMIT ${filter.limit} OFFSET ${filter.offset}`
  return rows.map((row) => ({
    ...{ ...rowOf(row), name: row.name ?? '', login: row.login, isList: row.list === true },
    place: { rest: row.fault !== 'refused', since: row.exact, id: row.subject_id, target: row.target },
  }))
}

export type SyncCounts = {
  readonly behind: number
  readonly needPerson: number
  readonly retrying: number
  readonly unknown: number
  readonly lastVerified: Date | null
}

/** How much is behind, and how much of it for which fault. */
export async function counts(db: Db): Promise<SyncCounts> {
  const [row] = await db.$queryRaw<SyncCounts[]>`
    SELECT count(*)::int AS behind, count(*) FILTER (WHERE fault = 'refused')::int AS "needPerson",
      count(*) FILTER (WHERE fault = 'unreachable')::int AS retrying,
      count(*) FILTER (WHERE fault = 'outcome-unknown')::int AS unknown,
      (SELECT max(verified_at) FROM sync) AS "lastVerified"
    FROM sync WHERE applied < wanted`
  return row ?? { behind: 0, needPerson: 0, retrying: 0, unknown: 0, lastVerified: null }
}
