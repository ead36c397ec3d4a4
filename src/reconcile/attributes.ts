import type { Permit } from '../access/policy.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import { versionedPolicy, type PolicyHistory, type PolicyRefusal, type Versioned } from '../db/policies.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import type { Decision } from '../kernel/decision.ts'
import { AttributePolicy, DEFAULT_ATTRIBUTES } from './attribute.ts'

export type AttributeVersion = Versioned<AttributePolicy>
export type AttributeHistory = PolicyHistory<AttributePolicy>
export type AttributeRefusal = PolicyRefusal
export type AttributePolicies = ReturnType<typeof attributePoliciesOf>

const POLICY = versionedPolicy('attributes', {
  ...{ parse: (body) => AttributePolicy.parse(body), initial: DEFAULT_ATTRIBUTES, action: 'attributes.changed' },
})

/** Whose word counts for which attribute, as data with versions. */
export function attributePoliciesOf(deps: { prisma: PrismaClient; transaction: Transaction }) {
  const { prisma, transaction } = deps
  return {
    /** What is in force now. */
    present: (): Promise<AttributeVersion> => POLICY.read(prisma),
    /** The same within somebody's transaction. */
    presentIn: (tx: Tx): Promise<AttributeVersion> => POLICY.read(tx.db),
    /** Every version, newest first. */
    history: (_permit: Permit<'reconcile.read'>): Promise<AttributeHistory[]> => POLICY.history(prisma),
    /**
     * The next version, in force with the next write and the next comparison. `seen` is the version that was edited. Refused:
     * policy-changed-meanwhile, policy-unchanged.
     */
    change: (
      permit: Permit<'reconcile.change'>,
      asked: { readonly seen: number; readonly policy: AttributePolicy; readonly why: string },
    ): Promise<Decision<number, AttributeRefusal>> => transaction((tx) => POLICY.change(tx, permit.actor, asked)),
  }
}
