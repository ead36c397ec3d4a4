import type { Permit } from '../access/policy.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import { nextPolicyVersion, policyVersions } from '../db/policies.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import { DEFAULT_RETENTION, RetentionPolicy } from './retention.ts'

/** The policy in force; version 0 is what the product begins with. */
export type RetentionVersion = { readonly version: number; readonly policy: RetentionPolicy }
export type RetentionHistory = RetentionVersion & { readonly from: Date; readonly byName: string; readonly why: string }
export type RetentionRefusal = { kind: 'policy-changed-meanwhile' } | { kind: 'policy-unchanged' }
export type Retentions = ReturnType<typeof retentionsOf>

const KIND = 'retention'

/** How long what is done with is kept, as data with versions. */
export function retentionsOf(deps: { prisma: PrismaClient; transaction: Transaction }) {
  const { prisma, transaction } = deps

  async function read(db: Tx['db']): Promise<RetentionVersion> {
    const [row] = await policyVersions(db, KIND, 1)
    return row
      ? { version: row.version, policy: RetentionPolicy.parse(row.body) }
      : { version: 0, policy: DEFAULT_RETENTION }
  }

  return {
    /** What is in force now. */
    present: (): Promise<RetentionVersion> => read(prisma),

    /** Every version, newest first. */
    async history(_permit: Permit<'retention.read'>): Promise<RetentionHistory[]> {
      return (await policyVersions(prisma, KIND)).map((row) => ({
        ...{ version: row.version, policy: RetentionPolicy.parse(row.body) },
        ...{ from: row.validFrom, byName: row.byName, why: row.why },
      }))
    },

    /**
     * The next version, in force at the next tidying. `seen` is the version that was edited. Refused:
     * policy-changed-meanwhile, policy-unchanged.
     */
    change: (
      permit: Permit<'retention.change'>,
      asked: { readonly seen: number; readonly policy: RetentionPolicy; readonly why: string },
    ): Promise<Decision<number, RetentionRefusal>> =>
      transaction(async (tx) => {
        const before = await read(tx.db)
        if (JSON.stringify(before.policy) === JSON.stringify(asked.policy)) return refuse({ kind: 'policy-unchanged' })
        const { actor } = permit
        const version = await nextPolicyVersion(tx.db, KIND, {
          ...{ expected: asked.seen, at: tx.at, body: asked.policy },
          ...{ byId: actor.id, byName: actor.name, why: asked.why },
        })
        if (version === null) return refuse({ kind: 'policy-changed-meanwhile' })
        tx.audit(actor, 'retention.changed', `policy:retention:${version}`, { why: asked.why, policy: asked.policy })
        return accept(version)
      }),
  }
}
