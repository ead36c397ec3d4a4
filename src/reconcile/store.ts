import { Prisma } from '../db/generated/client.ts'
import { dayFromDb, dayToDb, type Day } from '../kernel/day.ts'
import type { UnitId } from '../kernel/ids.ts'
import type { SubjectKind, Target } from '../provisioning/ledger.ts'
import { keyOf, type Act, type Found, type FindingKind } from './compare.ts'
import type { Finding, FindingState } from './finding.ts'

type Db = Prisma.TransactionClient

/** Of a row `s` of the ledger: a change is on its way, and was not turned away. */
const ON_ITS_WAY = Prisma.sql`s.applied < s.wanted AND (s.fault IS DISTINCT FROM 'refused' OR s.attempts = 0)`

/** Writes what a run found over what was known; answers how many of them are new. */
export async function writeFindings(db: Db, run: number, found: readonly Found[], at: Date): Promise<number> {
  const rows = [...new Map(found.map((each) => [keyOf(each), each]))].map(([key, each]) => ({
    ...{ key, kind: each.kind, target: each.target, name: each.name.slice(0, 300), login: each.login, dn: each.dn },
    ...{ subject_kind: each.subject?.kind ?? null, subject_id: each.subject?.id ?? null, unit_id: each.unitId },
    ...{ remote_id: each.remoteId },
    detail: { differences: each.differences, others: each.others, newer: each.newer },
  }))
  let fresh = 0
  for (let start = 0; start < rows.length; start += 2_000) {
    const part = JSON.stringify(rows.slice(start, start + 2_000))
    const [counted] = await db.$queryRaw<{ fresh: number }[]>`
      WITH written AS (
        INSERT INTO reconcile_finding AS f (id, key, kind, target, subject_kind, subject_id, unit_id, name, login, dn, remote_id,
          detail, first_run, last_run, first_at, last_at)
        SELECT gen_random_uuid(), key, kind, target, subject_kind, subject_id, unit_id, name, login, dn, remote_id, detail,
          ${run}, ${run}, ${at}, ${at}
        FROM jsonb_to_recordset(${part}::jsonb) AS x(key text, kind text, target text, subject_kind text, subject_id uuid,
          unit_id uuid, name text, login text, dn text, remote_id text, detail jsonb)
        ON CONFLICT (key) WHERE gone_at IS NULL DO UPDATE SET
          last_run = excluded.last_run, last_at = excluded.last_at, detail = excluded.detail, name = excluded.name,
          dn = excluded.dn, remote_id = excluded.remote_id, unit_id = excluded.unit_id, login = excluded.login,
          -- What was to be done was done (its sync is in step again), and it is still there: it is open again.
          trouble = CASE WHEN f.doing IS NULL THEN NULL ELSE 'still-there' END, doing = NULL, doing_at = NULL
        RETURNING f.first_at
      ) SELECT count(*) FILTER (WHERE first_at = ${at})::int AS fresh FROM written`
    fresh += counted?.fresh ?? 0
  }
  return fresh
}

/**
 * Ends what a run looked for and did not find any more. Subjects on their way are not looked at: what was found about them
 * stays. `subjects` null stands for a whole run, of the targets that it could read; mailboxes only of those looked into.
 */
export const closeFindings = (
  db: Db,
  covered: {
    at: Date
    targets: readonly Target[]
    subjects: readonly string[] | null
    inspected: readonly string[]
  },
): Promise<number> =>
  db.$executeRaw`
    UPDATE reconcile_finding f SET gone_at = ${covered.at}
    WHERE gone_at IS NULL AND last_at < ${covered.at} AND target = ANY (${covered.targets}::text[])
      AND (${covered.subjects}::uuid[] IS NULL OR subject_id = ANY (${covered.subjects}::uuid[]))
      AND (NOT (target = 'mail' AND kind = 'different') OR subject_id = ANY (${covered.inspected}::uuid[]))
      AND NOT EXISTS (SELECT FROM sync s WHERE s.subject_kind = f.subject_kind AND s.subject_id = f.subject_id
        AND (s.target = 'directory' OR f.target = 'mail') AND ${ON_ITS_WAY})`

type FindingRow = Prisma.ReconcileFindingGetPayload<object>
type Detail = Pick<Found, 'differences' | 'others' | 'newer'>
const findingOf = (row: FindingRow): Finding => ({
  ...{ id: row.id, key: row.key, kind: row.kind as FindingKind, target: row.target as Target, name: row.name },
  subject:
    row.subjectKind === null || row.subjectId === null
      ? null
      : { kind: row.subjectKind as SubjectKind, id: row.subjectId },
  ...{ unitId: row.unitId as UnitId | null, login: row.login, dn: row.dn, remoteId: row.remoteId },
  ...(row.detail as unknown as Detail),
  ...{ firstAt: row.firstAt, lastAt: row.lastAt, goneAt: row.goneAt, trouble: row.trouble },
  ...{ doing: row.doing as Finding['doing'], doingAt: row.doingAt },
  ignored:
    row.ignoredUntil === null
      ? null
      : { until: dayFromDb(row.ignoredUntil), why: row.ignoredWhy ?? '', byName: row.ignoredName ?? '' },
})

export type FindingFilter = {
  readonly kind: FindingKind | null
  readonly target: Target | null
  readonly state: FindingState | null
  /** Of these units only. */
  readonly units: readonly UnitId[] | null
  readonly q: string
  /** What this run found, with what is gone since; of `subject` only, where it looked at one. */
  readonly run: { readonly number: number; readonly subject: string | null } | null
}

const where = (filter: FindingFilter, today: Day): Prisma.ReconcileFindingWhereInput => ({
  ...(filter.state === 'gone'
    ? { goneAt: { not: null } }
    : filter.run !== null && filter.state === null
      ? {}
      : { goneAt: null }),
  ...(filter.run === null ? {} : { firstRun: { lte: filter.run.number }, lastRun: { gte: filter.run.number } }),
  ...(filter.run?.subject ? { subjectId: filter.run.subject } : {}),
  ...(filter.kind === null ? {} : { kind: filter.kind }),
  ...(filter.target === null ? {} : { target: filter.target }),
  ...(filter.units === null ? {} : { unitId: { in: [...filter.units] } }),
  ...(filter.q === ''
    ? {}
    : {
        OR: (['name', 'login', 'dn'] as const).map((field) => ({
          [field]: { contains: filter.q, mode: 'insensitive' as const },
        })),
      }),
  ...(filter.state === 'doing' ? { doing: { not: null } } : {}),
  ...(filter.state === 'ignored' ? { doing: null, ignoredUntil: { gte: dayToDb(today) } } : {}),
  ...(filter.state === 'open'
    ? { doing: null, AND: { OR: [{ ignoredUntil: null }, { ignoredUntil: { lt: dayToDb(today) } }] } }
    : {}),
})

export async function findings(
  db: Db,
  filter: FindingFilter,
  today: Day,
  page: { limit: number; offset: number },
): Promise<{ findings: Finding[]; total: number }> {
  const [rows, total] = await Promise.all([
    db.reconcileFinding.findMany({
      where: where(filter, today),
      orderBy: [{ firstAt: 'desc' }, { kind: 'asc' }, { name: 'asc' }, { id: 'asc' }],
      take: page.limit,
      skip: page.offset,
    }),
    db.reconcileFinding.count({ where: where(filter, today) }),
  ])
  return { findings: rows.map(findingOf), total }
}

/** Those that were first seen before one of them, the latest first. */
export async function findingsAfter(
  db: Db,
  filter: FindingFilter,
  today: Day,
  { after, limit }: { after: { at: Date; id: string } | null; limit: number },
): Promise<Finding[]> {
  const rest: Prisma.ReconcileFindingWhereInput =
    after === null ? {} : { OR: [{ firstAt: { lt: after.at } }, { firstAt: after.at, id: { gt: after.id } }] }
  const rows = await db.reconcileFinding.findMany({
    where: { AND: [where(filter, today), rest] },
    orderBy: [{ firstAt: 'desc' }, { id: 'asc' }],
    take: limit,
  })
  return rows.map(findingOf)
}

/** How many are open now, of each kind. */
export async function openCounts(db: Db, today: Day): Promise<{ kind: FindingKind; n: number }[]> {
  const rows = await db.reconcileFinding.groupBy({
    by: ['kind'],
    where: where({ kind: null, target: null, state: 'open', units: null, q: '', run: null }, today),
    _count: true,
  })
  return rows.map((row) => ({ kind: row.kind as FindingKind, n: row._count }))
}

/** The identifiers of all of them that are not gone. */
export async function findingIds(db: Db, filter: FindingFilter, today: Day): Promise<string[]> {
  const rows = await db.reconcileFinding.findMany({
    where: { AND: [where(filter, today), { goneAt: null }] },
    select: { id: true },
  })
  return rows.map(({ id }) => id)
}

export async function findFinding(db: Db, id: string): Promise<Finding | null> {
  const row = await db.reconcileFinding.findUnique({ where: { id } })
  return row && findingOf(row)
}

export async function findingsById(db: Db, ids: readonly string[]): Promise<Finding[]> {
  const rows = await db.reconcileFinding.findMany({ where: { id: { in: [...ids] }, goneAt: null } })
  return rows.map(findingOf)
}

/** The same, locked for this transaction. */
export async function lockFindings(db: Db, ids: readonly string[]): Promise<Finding[]> {
  await db.$queryRaw`SELECT 1 FROM reconcile_finding WHERE id = ANY (${ids}::uuid[]) ORDER BY id FOR UPDATE`
  return findingsById(db, ids)
}

/** What this run found to be different and nobody does anything about, locked. */
export async function differentIn(db: Db, run: number): Promise<Finding[]> {
  const rows = await db.reconcileFinding.findMany({
    where: { kind: 'different', target: 'directory', lastRun: run, goneAt: null, doing: null, ignoredUntil: null },
    select: { id: true },
  })
  return rows.length === 0
    ? []
    : lockFindings(
        db,
        rows.map(({ id }) => id),
      )
}

/** Findings of one subject that are not gone. */
export async function findingsOf(db: Db, kind: SubjectKind, id: string): Promise<Finding[]> {
  const rows = await db.reconcileFinding.findMany({ where: { subjectKind: kind, subjectId: id, goneAt: null } })
  return rows.map(findingOf)
}

export const setDoing = (db: Db, ids: readonly string[], act: Exclude<Act, 'ignore'>, at: Date): Promise<unknown> =>
  db.reconcileFinding.updateMany({
    where: { id: { in: [...ids] } },
    data: { doing: act, doingAt: at, trouble: null, ignoredUntil: null },
  })

export const setTrouble = (db: Db, id: string, trouble: string): Promise<unknown> =>
  db.reconcileFinding.update({ where: { id }, data: { doing: null, doingAt: null, trouble: trouble.slice(0, 500) } })

export const setGone = (db: Db, ids: readonly string[], at: Date): Promise<unknown> =>
  db.reconcileFinding.updateMany({ where: { id: { in: [...ids] }, goneAt: null }, data: { goneAt: at } })

export const ignore = (
  db: Db,
  id: string,
  until: Day | null,
  why: string | null,
  byName: string,
  at: Date,
): Promise<unknown> =>
  db.reconcileFinding.update({
    where: { id },
    data: {
      ...{ ignoredUntil: until === null ? null : dayToDb(until), ignoredWhy: why, ignoredName: byName },
      ignoredAt: at,
    },
  })

/** What is to be removed, the oldest first. */
export async function removals(db: Db, limit: number): Promise<Finding[]> {
  const rows = await db.reconcileFinding.findMany({
    where: { doing: 'remove', goneAt: null },
    orderBy: { doingAt: 'asc' },
    take: limit,
  })
  return rows.map(findingOf)
}

/** Subjects of which something was being done that is done now, as the ledger says. */
export const settled = (db: Db, limit: number): Promise<{ id: string }[]> =>
  db.$queryRaw`
    SELECT DISTINCT f.subject_id::text AS id FROM reconcile_finding f
    WHERE f.gone_at IS NULL AND f.doing IN ('repair', 'accept', 'adopt') AND f.subject_id IS NOT NULL
      AND NOT EXISTS (SELECT FROM sync s WHERE s.subject_kind = f.subject_kind AND s.subject_id = f.subject_id
        AND (s.target = 'directory' OR f.target = 'mail') AND ${ON_ITS_WAY}) LIMIT ${limit}`
