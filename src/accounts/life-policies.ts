import type { Permit } from '../access/policy.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import { versionedPolicy, type PolicyHistory, type PolicyRefusal, type Versioned } from '../db/policies.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import type { Decision } from '../kernel/decision.ts'
import { DEFAULT_LIFE, LifePolicy } from './life-policy.ts'
import { ACCOUNT_STATES, switches, type AccountState } from './life.ts'

export type LifeVersion = Versioned<LifePolicy>
export type LifeHistory = PolicyHistory<LifePolicy>
export type LifePolicyRefusal = PolicyRefusal
export type LifePolicies = ReturnType<typeof lifePoliciesOf>

/** How long a process goes by what it has read; another process's change is followed after that. */
const FRESH_MS = 2_000

const POLICY = versionedPolicy('life', {
  ...{ parse: (body) => LifePolicy.parse(body), initial: DEFAULT_LIFE, action: 'life-policy.changed' },
})

/** The terms of an account's life, as data with versions. */
export function lifePoliciesOf(deps: {
  prisma: PrismaClient
  transaction: Transaction
  /** Makes the accounts in these states due: what they should show has changed. */
  changed: (tx: Tx, states: readonly AccountState[]) => Promise<void>
}) {
  const { prisma, transaction, changed } = deps
  let known: { value: LifeVersion; until: number } | null = null

  /** The states that switch something else than before. */
  const otherwise = (before: LifePolicy, after: LifePolicy): AccountState[] =>
    ACCOUNT_STATES.filter(
      (state) => JSON.stringify(switches(state, true, before)) !== JSON.stringify(switches(state, true, after)),
    )

  return {
    /** What is in force now. Inside a transaction, through its connection. */
    async present(tx?: Pick<Tx, 'db'>): Promise<LifeVersion> {
      if (known !== null && known.until > performance.now()) return known.value
      const value = await POLICY.read(tx?.db ?? prisma)
      known = { value, until: performance.now() + FRESH_MS }
      return value
    },

    /** Every version, newest first. */
    history: (_permit: Permit<'life-policy.read'>): Promise<LifeHistory[]> => POLICY.history(prisma),

    /**
     * The next version, in force at once. Terms that run already keep their day; switches that follow from it change on every
     * target. `seen` is the version that was edited. Refused: policy-changed-meanwhile, policy-unchanged.
     */
    change: async (
      permit: Permit<'life-policy.change'>,
      asked: { seen: number; policy: LifePolicy; why: string },
    ): Promise<Decision<number, LifePolicyRefusal>> => {
      const done = await transaction(
        (tx) => POLICY.change(tx, permit.actor, asked, (before) => changed(tx, otherwise(before, asked.policy))),
        { timeoutMs: 60_000 },
      )
      known = null
      return done
    },
  }
}
