import type { Permit } from '../access/policy.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import { versionedPolicy, type PolicyHistory, type PolicyRefusal, type Versioned } from '../db/policies.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import type { Decision } from '../kernel/decision.ts'
import { parsePersonName, type PersonName } from '../kernel/person-name.ts'
import { NAMESAKES } from './preview.ts'
import { DEFAULT_POLICY, NamingPolicy } from './naming.ts'
import * as store from './store.ts'

export type NamingVersion = Versioned<NamingPolicy>
export type NamingHistory = PolicyHistory<NamingPolicy>
export type NamingRefusal = PolicyRefusal
export type NamingPolicies = ReturnType<typeof namingPoliciesOf>

/** How long a process goes by what it has read; another process's change is followed after that. */
const FRESH_MS = 2_000

const POLICY = versionedPolicy('naming', {
  ...{ parse: (body) => NamingPolicy.parse(body), initial: DEFAULT_POLICY, action: 'naming.changed' },
})

/** How addresses are made, as data with versions. */
export function namingPoliciesOf(deps: { prisma: PrismaClient; transaction: Transaction }) {
  const { prisma, transaction } = deps
  let known: { value: NamingVersion; until: number } | null = null

  return {
    /** What is in force now. Inside a transaction, through its connection. */
    async present(tx?: Pick<Tx, 'db'>): Promise<NamingVersion> {
      if (known !== null && known.until > performance.now()) return known.value
      const value = await POLICY.read(tx?.db ?? prisma)
      known = { value, until: performance.now() + FRESH_MS }
      return value
    },

    /** Every version, newest first. */
    history: (_permit: Permit<'naming.read'>): Promise<NamingHistory[]> => POLICY.history(prisma),

    /** People who bear the most frequent name here, as many as a preview shows; where there are too few, one of them again. */
    async namesakes(_permit: Permit<'naming.read'>): Promise<PersonName[]> {
      const people = await store.largestFamily(prisma, NAMESAKES)
      const real = people.length > 1 ? people : [{ full: 'Nguyễn Thị Hương', given: 'Hương' }]
      const names = real.flatMap(({ full, given }) => {
        const parsed = parsePersonName(full, given)
        return parsed.ok ? [parsed.value] : []
      })
      return Array.from({ length: NAMESAKES }, (_, n) => names[n % names.length]).filter((name) => name !== undefined)
    },

    /**
     * The next version, in force at once; addresses that exist stay as they are. `seen` is the version that was edited.
     * Refused: policy-changed-meanwhile, policy-unchanged.
     */
    change: async (
      permit: Permit<'naming.change'>,
      asked: { seen: number; policy: NamingPolicy; why: string },
    ): Promise<Decision<number, NamingRefusal>> => {
      const done = await transaction((tx) => POLICY.change(tx, permit.actor, asked))
      known = null
      return done
    },
  }
}
