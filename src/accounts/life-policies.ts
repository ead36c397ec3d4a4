import type { Permit } from '../access/policy.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import { nextPolicyVersion, policyVersions } from '../db/policies.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import { DEFAULT_LIFE, LifePolicy } from './life-policy.ts'
import { ACCOUNT_STATES, switches, type AccountState } from './life.ts'

/** The policy in force; version 0 is what the product begins with. */
export type LifeVersion = { readonly version: number; readonly policy: LifePolicy }
/** A version with the time it was in force, and who made it so and why. */
export type LifeHistory = LifeVersion & {
  readonly from: Date
  readonly to: Date | null
  readonly byName: string
  readonly why: string
}
export type LifePolicyRefusal = { kind: 'policy-changed-meanwhile' } | { kind: 'policy-unchanged' }
export type LifePolicies = ReturnType<typeof lifePoliciesOf>

const KIND = 'life'
/** How long a process goes by what it has read; another process's change is followed after that. */
const FRESH_MS = 2_000

/** The terms of an account's life, as data with versions. */
export function lifePoliciesOf(deps: {
  prisma: PrismaClient
  transaction: Transaction
  /** Makes the accounts in these states due: what they should show has changed. */
  changed: (tx: Tx, states: readonly AccountState[]) => Promise<void>
}) {
  const { prisma, transaction, changed } = deps
  let known: { value: LifeVersion; until: number } | null = null

  async function read(db: Tx['db']): Promise<LifeVersion> {
    const [row] = await policyVersions(db, KIND, 1)
    return row ? { version: row.version, policy: LifePolicy.parse(row.body) } : { version: 0, policy: DEFAULT_LIFE }
  }

  return {
    /** What is in force now. Inside a transaction, through its connection. */
    async present(tx?: Pick<Tx, 'db'>): Promise<LifeVersion> {
      if (known !== null && known.until > performance.now()) return known.value
      const value = await read(tx?.db ?? prisma)
      known = { value, until: performance.now() + FRESH_MS }
      return value
    },

    /** Every version, newest first. */
    async history(_permit: Permit<'life-policy.read'>): Promise<LifeHistory[]> {
      return (await policyVersions(prisma, KIND)).map((row) => ({
        version: row.version,
        policy: LifePolicy.parse(row.body),
        from: row.validFrom,
        to: row.validTo,
        byName: row.byName,
        why: row.why,
      }))
    },

    /**
     * The next version, in force at once. Terms that run already keep their day; switches that follow from it change on every
     * target. `seen` is the version that was edited. Refused: policy-changed-meanwhile, policy-unchanged.
     */
    change: async (
      permit: Permit<'life-policy.change'>,
      asked: { seen: number; policy: LifePolicy; why: string },
    ): Promise<Decision<number, LifePolicyRefusal>> => {
      const done = await transaction(
        async (tx): Promise<Decision<number, LifePolicyRefusal>> => {
          const before = await read(tx.db)
          if (JSON.stringify(before.policy) === JSON.stringify(asked.policy))
            return refuse({ kind: 'policy-unchanged' })
          const { actor } = permit
          const version = await nextPolicyVersion(tx.db, KIND, {
            ...{ expected: asked.seen, at: tx.at, body: asked.policy },
            ...{ byId: actor.id, byName: actor.name, why: asked.why },
          })
          if (version === null) return refuse({ kind: 'policy-changed-meanwhile' })
          await changed(
            tx,
            ACCOUNT_STATES.filter(
              (state) =>
                JSON.stringify(switches(state, true, before.policy)) !==
                JSON.stringify(switches(state, true, asked.policy)),
            ),
          )
          tx.audit(actor, 'life-policy.changed', `policy:life:${version}`, { why: asked.why, policy: asked.policy })
          return accept(version)
        },
        { timeoutMs: 60_000 },
      )
      known = null
      return done
    },
  }
}
