import type { Prisma } from '../db/generated/client.ts'
import type { Act } from './compare.ts'

type Db = Prisma.TransactionClient

/** What is to be done about some findings, as it was shown. */
export type Plan = {
  readonly id: string
  readonly number: number
  readonly act: Exclude<Act, 'ignore'>
  readonly hash: string
  readonly findings: readonly string[]
  readonly madeAt: Date
  readonly byId: string
  readonly byName: string
  readonly startedAt: Date | null
}

export async function createPlan(
  db: Db,
  plan: Pick<Plan, 'act' | 'hash' | 'findings' | 'madeAt' | 'byId' | 'byName'> & { parts: object[] },
): Promise<string> {
  const { findings: ids, parts, ...rest } = plan
  const row = await db.reconcilePlan.create({
    data: { ...rest, findings: [...ids], parts: parts },
  })
  return row.id
}
/** A plan of just this that was not carried out. */
export const waitingPlan = async (db: Db, hash: string): Promise<string | null> =>
  (await db.reconcilePlan.findFirst({ where: { hash, startedAt: null }, select: { id: true } }))?.id ?? null
const planOf = (row: Prisma.ReconcilePlanGetPayload<object>): Plan => ({ ...row, act: row.act as Plan['act'] })
export async function findPlan(db: Db, id: string): Promise<Plan | null> {
  const row = await db.reconcilePlan.findUnique({ where: { id } })
  return row && planOf(row)
}
export async function lockPlan(db: Db, id: string): Promise<Plan | null> {
  await db.$queryRaw`SELECT 1 FROM reconcile_plan WHERE id = ${id}::uuid FOR UPDATE`
  return findPlan(db, id)
}
export const startPlan = (db: Db, id: string, at: Date): Promise<unknown> =>
  db.reconcilePlan.update({ where: { id }, data: { startedAt: at } })
