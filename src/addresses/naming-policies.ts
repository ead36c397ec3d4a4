import type { Permit } from '../access/policy.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import { parsePersonName, type PersonName } from '../kernel/person-name.ts'
import { NAMESAKES } from './preview.ts'
import { DEFAULT_POLICY, NamingPolicy } from './naming.ts'
import * as store from './store.ts'

/** The policy in force; version 0 is what the product begins with. */
export type NamingVersion = { readonly version: number; readonly policy: NamingPolicy }
/** A version with the time it was in force, and who made it so and why. */
export type NamingHistory = NamingVersion & {
  readonly from: Date
  readonly to: Date | null
  readonly byName: string
  readonly why: string
}
export type NamingRefusal = { kind: 'policy-changed-meanwhile' } | { kind: 'policy-unchanged' }
export type NamingPolicies = ReturnType<typeof namingPoliciesOf>

/** How long a process goes by what it has read; another process's change is followed after that. */
const FRESH_MS = 2_000

/** How addresses are made, as data with versions. */
export function namingPoliciesOf(deps: { prisma: PrismaClient; transaction: Transaction }) {
  const { prisma, transaction } = deps
  let known: { value: NamingVersion; until: number } | null = null

  async function read(db: Tx['db']): Promise<NamingVersion> {
    const [row] = await store.policies(db, 1)
    return row ? { version: row.version, policy: NamingPolicy.parse(row.body) } : { version: 0, policy: DEFAULT_POLICY }
  }

  return {
    /** What is in force now. Inside a transaction, through its connection. */
    async present(tx?: Pick<Tx, 'db'>): Promise<NamingVersion> {
      if (known !== null && known.until > performance.now()) return known.value
      const value = await read(tx?.db ?? prisma)
      known = { value, until: performance.now() + FRESH_MS }
      return value
    },

    /** Every version, newest first. */
    async history(_permit: Permit<'naming.read'>): Promise<NamingHistory[]> {
      return (await store.policies(prisma)).map((row) => ({
        version: row.version,
        policy: NamingPolicy.parse(row.body),
        from: row.validFrom,
        to: row.validTo,
        byName: row.byName,
        why: row.why,
      }))
    },

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
      const done = await transaction(async (tx): Promise<Decision<number, NamingRefusal>> => {
        const before = await read(tx.db)
        if (JSON.stringify(before.policy) === JSON.stringify(asked.policy)) return refuse({ kind: 'policy-unchanged' })
        const { actor } = permit
        const version = await store.nextPolicy(tx.db, {
          ...{
            expected: asked.seen,
            at: tx.at,
            body: asked.policy,
            byId: actor.id,
            byName: actor.name,
            why: asked.why,
          },
        })
        if (version === null) return refuse({ kind: 'policy-changed-meanwhile' })
        tx.audit(actor, 'naming.changed', `policy:naming:${version}`, { why: asked.why, policy: asked.policy })
        return accept(version)
      })
      known = null
      return done
    },
  }
}
