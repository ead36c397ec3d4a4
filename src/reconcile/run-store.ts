import { Prisma } from '../db/generated/client.ts'
import { dayToDb, type Day } from '../kernel/day.ts'
import type { UnitId } from '../kernel/ids.ts'
import type { Doubt } from './compare.ts'
import type { Counts, Run, RunState, Scope } from './finding.ts'

type Db = Prisma.TransactionClient
type RunRow = Prisma.ReconcileRunGetPayload<object>

const runOf = (row: RunRow): Run => ({
  ...{ id: row.id, number: row.number, state: row.state as RunState, byName: row.byName, believe: row.believe },
  scope:
    row.scope === 'all' || row.scopeId === null
      ? { kind: 'all' }
      : row.scope === 'unit'
        ? { kind: 'unit', id: row.scopeId as UnitId, name: row.scopeName }
        : { kind: 'account', id: row.scopeId, name: row.scopeName },
  ...{ askedAt: row.askedAt, startedAt: row.startedAt, endedAt: row.endedAt },
  ...{ read: row.read, found: row.found, expected: row.expected, inFlight: row.inFlight },
  ...{ homes: row.homes, inspected: row.inspected, fresh: row.fresh },
  doubt: row.doubt as Doubt | null,
  mailDoubt: row.mailDoubt as Doubt | null,
  counts: row.counts as Counts,
})

export async function createRun(
  db: Db,
  asked: { scope: Scope; byId: string; byName: string; believe: string | null; at: Date },
): Promise<Run> {
  const { scope, at, ...by } = asked
  const of = scope.kind === 'all' ? {} : { scopeId: scope.id, scopeName: scope.name }
  return runOf(await db.reconcileRun.create({ data: { ...by, ...of, scope: scope.kind, askedAt: at } }))
}

/** One of the same scope that waits already. */
export async function waitingRun(db: Db, scope: Scope): Promise<Run | null> {
  const row = await db.reconcileRun.findFirst({
    where: {
      state: 'waiting',
      scope: scope.kind,
      believe: null,
      ...(scope.kind === 'all' ? {} : { scopeId: scope.id }),
    },
  })
  return row && runOf(row)
}

/** The oldest run that waits, taken; null when there is none. */
export async function takeRun(db: Db, at: Date, id: string | null = null): Promise<Run | null> {
  const [row] = await db.$queryRaw<{ id: string }[]>`
    UPDATE reconcile_run SET state = 'running', started_at = ${at}
    WHERE id = (SELECT id FROM reconcile_run WHERE state = 'waiting' AND (${id}::uuid IS NULL OR id = ${id}::uuid)
      ORDER BY asked_at LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id`
  return row ? runOf(await db.reconcileRun.findUniqueOrThrow({ where: { id: row.id } })) : null
}

/** Runs that nobody carries on any more. */
export const failInterrupted = (db: Db, at: Date): Promise<{ count: number }> =>
  db.reconcileRun.updateMany({
    where: { state: 'running' },
    data: { state: 'failed', endedAt: at, fault: 'interrupted' },
  })

export const endRun = (db: Db, id: string, data: Prisma.ReconcileRunUpdateInput): Promise<unknown> =>
  db.reconcileRun.update({ where: { id }, data })

/** What the last whole run that could tell has read. */
export async function lastReading(db: Db): Promise<{ csn: string[]; cursor: number; number: number } | null> {
  const row = await db.reconcileRun.findFirst({
    where: { scope: 'all', state: 'done' },
    orderBy: { number: 'desc' },
    select: { csn: true, cursor: true, number: true },
  })
  return row && { ...row, cursor: row.cursor ?? 0 }
}

export async function runs(db: Db, limit: number, scope: 'all' | null = null): Promise<Run[]> {
  const rows = await db.reconcileRun.findMany({
    ...(scope === null ? {} : { where: { scope } }),
    orderBy: { number: 'desc' },
    take: limit,
  })
  return rows.map(runOf)
}
export async function findRun(db: Db, id: string): Promise<Run | null> {
  const row = await db.reconcileRun.findUnique({ where: { id } })
  return row && runOf(row)
}

/** Findings, runs and plans that are older than anybody asks for. */
export async function forgetOld(db: Db, before: Date): Promise<void> {
  await db.reconcileFinding.deleteMany({ where: { goneAt: { lt: before } } })
  await db.reconcileRun.deleteMany({ where: { endedAt: { lt: before } } })
  await db.reconcilePlan.deleteMany({ where: { madeAt: { lt: before } } })
}

/** The mailboxes of IT staff, to whom something new is told. */
export const staffMailboxes = (db: Db, on: Day): Promise<{ local: string; language: string; name: string }[]> =>
  db.$queryRaw`
    SELECT DISTINCT ad.local, a.language, a.display_name AS name FROM role_grant g
    JOIN account a ON a.id = g.account_id AND a.state = 'active'
    JOIN address ad ON ad.holder_kind = 'account' AND ad.holder_id = a.id AND ad.role = 'primary' AND ad.state = 'live'
    WHERE g.role = 'it-staff' AND g.valid_from <= ${dayToDb(on)}::date AND (g.valid_to IS NULL OR g.valid_to > ${dayToDb(on)}::date)
    ORDER BY 1`
