import type { Permit } from '../access/policy.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import { versionedPolicy, type PolicyHistory, type PolicyRefusal, type Versioned } from '../db/policies.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Decision } from '../kernel/decision.ts'
import { DEFAULT_RETENTION, RetentionPolicy } from './retention.ts'

export type RetentionVersion = Versioned<RetentionPolicy>
export type RetentionHistory = PolicyHistory<RetentionPolicy>
export type RetentionRefusal = PolicyRefusal
export type Retentions = ReturnType<typeof retentionsOf>

const POLICY = versionedPolicy('retention', {
  ...{ parse: (body) => RetentionPolicy.parse(body), initial: DEFAULT_RETENTION, action: 'retention.changed' },
})

/** How long what is done with is kept, as data with versions. */
export function retentionsOf(deps: { prisma: PrismaClient; transaction: Transaction }) {
  const { prisma, transaction } = deps
  return {
    /** What is in force now. */
    present: (): Promise<RetentionVersion> => POLICY.read(prisma),
    /** Every version, newest first. */
    history: (_permit: Permit<'retention.read'>): Promise<RetentionHistory[]> => POLICY.history(prisma),
    /**
     * The next version, in force at the next tidying. `seen` is the version that was edited. Refused:
     * policy-changed-meanwhile, policy-unchanged.
     */
    change: (
      permit: Permit<'retention.change'>,
      asked: { readonly seen: number; readonly policy: RetentionPolicy; readonly why: string },
    ): Promise<Decision<number, RetentionRefusal>> => transaction((tx) => POLICY.change(tx, permit.actor, asked)),
  }
}
