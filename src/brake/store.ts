import { Prisma } from '../db/generated/client.ts'
import { dayToDb, type Day } from '../kernel/day.ts'
import type { UnitId } from '../kernel/ids.ts'
import { CHANGES, type Change, type Hold, type Part, type Plan, type PlanKind, type Population } from './brake.ts'
import type { Reason } from './brake.ts'

type Db = Prisma.TransactionClient

/** One plan at a time is judged and counted, so that two of them cannot both be the last that fits. */
export const lock = (db: Db): Promise<number> =>
  db.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('brake', 723))`

/** The accounts that there are on this day, by unit. */
export async function population(db: Db, on: Day): Promise<Population> {
  const rows = await db.$queryRaw<{ id: UnitId; name: string; parent: UnitId | null; accounts: number }[]>`
    SELECT u.unit_id AS id, u.name, u.parent_id AS parent,
      (SELECT count(*)::int FROM account a WHERE a.unit_id = u.unit_id) AS accounts
    FROM unit_on(${dayToDb(on)}::date) u`
  const [all] = await db.$queryRaw<{ total: number }[]>`SELECT count(*)::int AS total FROM account`
  return { total: all?.total ?? 0, units: new Map(rows.map(({ id, ...unit }) => [id, unit])) }
}

/** What plans other than this one changed since then without a release. */
export async function changedSince(
  db: Db,
  since: Date,
  except: Pick<Plan, 'kind' | 'id'>,
): Promise<Record<Change, number>> {
  const rows = await db.$queryRaw<{ change: Change; n: number }[]>`
    SELECT change, sum(n)::int AS n FROM brake_use
    WHERE at >= ${since} AND NOT released AND NOT (plan_kind = ${except.kind} AND plan_id = ${except.id}) GROUP BY change`
  return Object.fromEntries(
    CHANGES.map((change) => [change, rows.find((row) => row.change === change)?.n ?? 0]),
  ) as Record<Change, number>
}

export async function count(
  db: Db,
  plan: Pick<Plan, 'kind' | 'id'>,
  each: Readonly<Record<Change, number>>,
  released: boolean,
  at: Date,
): Promise<void> {
  const data = CHANGES.filter((change) => each[change] !== 0).map((change) => ({
    ...{ at, planKind: plan.kind, planId: plan.id, change, n: each[change], released },
  }))
  if (data.length > 0) await db.brakeUse.createMany({ data })
}

type Row = Prisma.BrakeHoldGetPayload<object>
const holdOf = (row: Row): Hold => ({
  id: row.id,
  plan: {
    kind: row.planKind as PlanKind,
    id: row.planId,
    hash: row.planHash,
    name: row.planName,
    parts: row.parts as unknown as Part[],
  },
  reasons: row.reasons as unknown as Reason[],
  heldAt: row.heldAt,
  asked: row.askedAt && {
    by: row.askedBy ?? '',
    byName: row.askedName ?? '',
    at: row.askedAt,
    why: row.why ?? '',
    until: row.until ?? row.askedAt,
  },
  released: row.releasedAt && { by: row.releasedBy ?? '', byName: row.releasedName ?? '', at: row.releasedAt },
  ended: row.endedAt && {
    how: row.endedHow as 'used' | 'refused' | 'superseded',
    byName: row.endedName,
    at: row.endedAt,
  },
})

/** The hold of a plan that has not ended; null when there is none. */
export async function openHold(db: Db, plan: Pick<Plan, 'kind' | 'id'>): Promise<Hold | null> {
  const row = await db.brakeHold.findFirst({ where: { planKind: plan.kind, planId: plan.id, endedAt: null } })
  return row && holdOf(row)
}

export async function hold(
  db: Db,
  plan: Plan,
  reasons: readonly Reason[],
  at: Date,
  body: object | null = null,
): Promise<Hold> {
  const row = await db.brakeHold.create({
    data: {
      ...{ planKind: plan.kind, planId: plan.id, planHash: plan.hash, planName: plan.name, heldAt: at },
      parts: plan.parts,
      reasons: reasons,
      ...(body === null ? {} : { body: body }),
    },
  })
  return holdOf(row)
}

/** Locked for this transaction; null when there is no such hold. */
export async function lockHold(db: Db, id: string): Promise<Hold | null> {
  await db.$queryRaw`SELECT 1 FROM brake_hold WHERE id = ${id}::uuid FOR UPDATE`
  const row = await db.brakeHold.findUnique({ where: { id } })
  return row && holdOf(row)
}

export const bodyOf = async (db: Db, id: string): Promise<unknown> =>
  (await db.brakeHold.findUnique({ where: { id }, select: { body: true } }))?.body ?? null

export const ask = (
  db: Db,
  id: string,
  asked: { at: Date; by: string; byName: string; why: string; until: Date },
): Promise<unknown> =>
  db.brakeHold.update({
    where: { id },
    data: { askedAt: asked.at, askedBy: asked.by, askedName: asked.byName, why: asked.why, until: asked.until },
  })

export const release = (db: Db, id: string, at: Date, by: string, byName: string): Promise<unknown> =>
  db.brakeHold.update({ where: { id }, data: { releasedAt: at, releasedBy: by, releasedName: byName } })

export const end = (
  db: Db,
  id: string,
  at: Date,
  how: NonNullable<Hold['ended']>['how'],
  byName: string | null,
): Promise<unknown> => db.brakeHold.update({ where: { id }, data: { endedAt: at, endedHow: how, endedName: byName } })

export async function holds(db: Db, limit: number): Promise<Hold[]> {
  const rows = await db.brakeHold.findMany({
    orderBy: [{ endedAt: { sort: 'desc', nulls: 'first' } }, { heldAt: 'desc' }],
    take: limit,
  })
  return rows.map(holdOf)
}
export const waiting = (db: Db): Promise<number> => db.brakeHold.count({ where: { endedAt: null } })
export async function find(db: Db, id: string): Promise<Hold | null> {
  const row = await db.brakeHold.findUnique({ where: { id } })
  return row && holdOf(row)
}

/** Forgets what no window looks back at any more. */
export const forgetBefore = (db: Db, before: Date): Promise<{ count: number }> =>
  db.brakeUse.deleteMany({ where: { at: { lt: before } } })
