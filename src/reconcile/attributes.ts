import type { Permit } from '../access/policy.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import { nextPolicyVersion, policyVersions } from '../db/policies.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import { AttributePolicy, DEFAULT_ATTRIBUTES } from './attribute.ts'

/** The policy in force; version 0 is what the product begins with. */
export type AttributeVersion = { readonly version: number; readonly policy: AttributePolicy }
export type AttributeHistory = AttributeVersion & { readonly from: Date; readonly byName: string; readonly why: string }
export type AttributeRefusal = { kind: 'policy-changed-meanwhile' } | { kind: 'policy-unchanged' }
export type AttributePolicies = ReturnType<typeof attributePoliciesOf>

const KIND = 'attributes'

/** Whose word counts for which attribute, as data with versions. */
export function attributePoliciesOf(deps: { prisma: PrismaClient; transaction: Transaction }) {
  const { prisma, transaction } = deps

  async function read(db: Tx['db']): Promise<AttributeVersion> {
    const [row] = await policyVersions(db, KIND, 1)
    return row
      ? { version: row.version, policy: AttributePolicy.parse(row.body) }
      : { version: 0, policy: DEFAULT_ATTRIBUTES }
  }

  return {
    /** What is in force now. */
    present: (): Promise<AttributeVersion> => read(prisma),
    /** The same within somebody's transaction. */
    presentIn: (tx: Tx): Promise<AttributeVersion> => read(tx.db),

    /** Every version, newest first. */
    async history(_permit: Permit<'reconcile.read'>): Promise<AttributeHistory[]> {
      return (await policyVersions(prisma, KIND)).map((row) => ({
        ...{ version: row.version, policy: AttributePolicy.parse(row.body) },
        ...{ from: row.validFrom, byName: row.byName, why: row.why },
      }))
    },

    /**
     * The next version, in force with the next write and the next comparison. `seen` is the version that was edited. Refused:
     * policy-changed-meanwhile, policy-unchanged.
     */
    change: (
      permit: Permit<'reconcile.change'>,
      asked: { readonly seen: number; readonly policy: AttributePolicy; readonly why: string },
    ): Promise<Decision<number, AttributeRefusal>> =>
      transaction(async (tx) => {
        const before = await read(tx.db)
        if (JSON.stringify(before.policy) === JSON.stringify(asked.policy)) return refuse({ kind: 'policy-unchanged' })
        const { actor } = permit
        const version = await nextPolicyVersion(tx.db, KIND, {
          ...{ expected: asked.seen, at: tx.at, body: asked.policy },
          ...{ byId: actor.id, byName: actor.name, why: asked.why },
        })
        if (version === null) return refuse({ kind: 'policy-changed-meanwhile' })
        tx.audit(actor, 'attributes.changed', `policy:attributes:${version}`, { why: asked.why, policy: asked.policy })
        return accept(version)
      }),
  }
}
