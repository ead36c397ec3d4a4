import { accept, refuse, type Decision } from '../kernel/decision.ts'
import type { Prisma } from './generated/client.ts'
import type { Author, Tx } from './transaction.ts'

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

/** A policy in force; version 0 is what the product begins with. */
export type Versioned<P> = { readonly version: number; readonly policy: P }
/** A version with the time it was in force, and who made it so and why. */
export type PolicyHistory<P> = Versioned<P> & {
  readonly from: Date
  readonly to: Date | null
  readonly byName: string
  readonly why: string
}
export type PolicyRefusal = { kind: 'policy-changed-meanwhile' } | { kind: 'policy-unchanged' }

/** One kind of policy as data with versions, for rooms whose policy is a single document. */
export function versionedPolicy<P extends object>(
  kind: string,
  of: {
    readonly parse: (body: unknown) => P
    readonly initial: P
    /** What the audit log calls a change. */
    readonly action: string
  },
) {
  async function read(db: Db): Promise<Versioned<P>> {
    const [row] = await policyVersions(db, kind, 1)
    return row ? { version: row.version, policy: of.parse(row.body) } : { version: 0, policy: of.initial }
  }
  return {
    read,
    /** Every version, newest first. */
    history: async (db: Db): Promise<PolicyHistory<P>[]> =>
      (await policyVersions(db, kind)).map(({ version, body, validFrom, validTo, byName, why }) => ({
        ...{ version, policy: of.parse(body), from: validFrom, to: validTo, byName, why },
      })),
    /**
     * The next version; `seen` is the one that was edited, and `follows` happens with the change. Refused:
     * policy-changed-meanwhile, policy-unchanged.
     */
    async change(
      tx: Tx,
      by: Author,
      asked: { readonly seen: number; readonly policy: P; readonly why: string },
      follows?: (before: P) => Promise<unknown>,
    ): Promise<Decision<number, PolicyRefusal>> {
      const { policy, why } = asked
      const before = await read(tx.db)
      if (JSON.stringify(before.policy) === JSON.stringify(policy)) return refuse({ kind: 'policy-unchanged' })
      const next = { expected: asked.seen, at: tx.at, body: policy, byId: by.id, byName: by.name, why }
      const version = await nextPolicyVersion(tx.db, kind, next)
      if (version === null) return refuse({ kind: 'policy-changed-meanwhile' })
      await follows?.(before.policy)
      tx.audit(by, of.action, `policy:${kind}:${version}`, { why, policy })
      return accept(version)
    },
  }
}
