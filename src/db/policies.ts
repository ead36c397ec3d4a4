import type { Prisma } from './generated/client.ts'

type Db = Prisma.TransactionClient

export type PolicyRow = {
  readonly version: number
  readonly validFrom: Date
  readonly validTo: Date | null
  readonly body: unknown
  readonly byName: string
  readonly why: string
}

/** The versions of a kind of policy, newest first; `scope` is what it is about where there are several. */
export const policyVersions = (db: Db, kind: string, limit = 100, scope = ''): Promise<PolicyRow[]> =>
  db.policy.findMany({ where: { kind, scope }, orderBy: { version: 'desc' }, take: limit })

/** The version in force of every scope of a kind. */
export const presentPolicies = (db: Db, kind: string): Promise<(PolicyRow & { readonly scope: string })[]> =>
  db.policy.findMany({ where: { kind, validTo: null }, orderBy: { scope: 'asc' } })

/**
 * Ends the version in force and starts the next; null when the one in force is not `expected` any more. Only one writer
 * at a time.
 */
export async function nextPolicyVersion(
  db: Db,
  kind: string,
  next: { expected: number; at: Date; body: object; byId: string; byName: string; why: string },
  scope = '',
): Promise<number | null> {
  await db.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`policy ${kind}`}, 722))`
  const [last] = await policyVersions(db, kind, 1, scope)
  if ((last?.version ?? 0) !== next.expected) return null
  const version = next.expected + 1
  const { expected: _, at, ...own } = next
  await db.policy.updateMany({ where: { kind, scope, validTo: null }, data: { validTo: at } })
  await db.policy.create({ data: { ...own, kind, scope, version, validFrom: at } })
  return version
}
