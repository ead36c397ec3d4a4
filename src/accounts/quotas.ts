import type { Permit } from '../access/policy.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import { versionedPolicy, type PolicyHistory, type PolicyRefusal, type Versioned } from '../db/policies.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import type { Clock } from '../kernel/clock.ts'
import { dayOf } from '../kernel/day.ts'
import type { Decision } from '../kernel/decision.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import type { Due } from './due.ts'
import type { LifePolicies } from './life-policies.ts'
import { defaultQuotas, quotaFor, QuotaPolicy, type Quota } from './quota.ts'
import * as sizes from './quotas-store.ts'
import * as store from './store.ts'

export type QuotaVersion = Versioned<QuotaPolicy>
export type QuotaHistory = PolicyHistory<QuotaPolicy>
export type QuotaRefusal = PolicyRefusal
/** How large a new mailbox is, in MB. */
export type SizeOfNew = (of: Pick<sizes.Sized, 'kind' | 'title' | 'unitId'>) => number
export type Quotas = ReturnType<typeof quotasOf>

const BATCH = 500
/** How long a process goes by what it has read for new mailboxes; the worker's turn follows what was changed meanwhile. */
const FRESH_MS = 2_000

/** How large mailboxes are: by rank and unit as the policy says, and larger where a request was approved. */
export function quotasOf(deps: {
  prisma: PrismaClient
  transaction: Transaction
  clock: Clock
  due: Due
  life: Pick<LifePolicies, 'present'>
  quotaMb: number
}) {
  const { prisma, transaction, clock, due, life, quotaMb } = deps
  let known: { value: QuotaVersion; until: number } | null = null

  const versions = versionedPolicy('quota', {
    ...{ parse: (body) => QuotaPolicy.parse(body), initial: defaultQuotas(quotaMb), action: 'quota-policy.changed' },
  })
  const present = (db: Tx['db'] = prisma): Promise<QuotaVersion> => versions.read(db)

  /** How the size of a mailbox follows from the policy, as units lie now. */
  async function sizing(
    tx: Pick<Tx, 'db' | 'at'>,
    policy: QuotaPolicy,
  ): Promise<(of: Omit<sizes.Sized, 'id' | 'quotaMb'>) => Quota> {
    const { policy: leaders } = await life.present(tx)
    const above =
      policy.units.length === 0 ? new Map<UnitId, UnitId | null>() : await sizes.parents(tx.db, dayOf(tx.at))
    const pathOf = (unit: UnitId): UnitId[] => {
      const path: UnitId[] = []
      for (let at: UnitId | null = unit; at !== null && !path.includes(at); at = above.get(at) ?? null) path.push(at)
      return path
    }
    return (of) => quotaFor(policy, leaders, { ...of, path: pathOf(of.unitId) })
  }

  return {
    /** The size with which a mailbox begins; one look at the policy for many. */
    async ofNew(tx: Pick<Tx, 'db' | 'at'>): Promise<SizeOfNew> {
      if (known === null || known.until <= performance.now())
        known = { value: await present(tx.db), until: performance.now() + FRESH_MS }
      const { version, policy } = known.value
      if (version === 0) return () => quotaMb
      const size = await sizing(tx, policy)
      return (of) => size({ ...of, ownMb: null }).quotaMb
    },

    present: (): Promise<QuotaVersion> => present(),

    /** Every version, newest first. */
    history: (_permit: Permit<'life-policy.read'>): Promise<QuotaHistory[]> => versions.history(prisma),

    /** What the size of this mailbox follows from; null when there is no such account. */
    async explain(id: AccountId): Promise<Quota | null> {
      const at = clock()
      const account = await sizes.one(prisma, id, dayOf(at))
      if (account === null) return null
      const { by } = (await sizing({ db: prisma, at }, (await present()).policy))(account)
      return { quotaMb: account.quotaMb, by }
    },

    /**
     * The next version. The worker works out every mailbox anew by it; `seen` is the version that was edited. Refused:
     * policy-changed-meanwhile, policy-unchanged.
     */
    change: (
      permit: Permit<'life-policy.change'>,
      asked: { seen: number; policy: QuotaPolicy; why: string },
    ): Promise<Decision<number, QuotaRefusal>> =>
      transaction((tx) => versions.change(tx, permit.actor, asked, () => sizes.forgetSeen(tx.db)), {
        timeoutMs: 60_000,
      }),

    /** Units may lie elsewhere by now: every size is worked out anew at the next turn, where a unit has one of its own. */
    async recheck(_permit: Permit<'life.run'>): Promise<void> {
      const { policy } = await present()
      if (policy.units.length > 0) await transaction((tx) => sizes.forgetSeen(tx.db), { timeoutMs: 60_000 })
    },

    /**
     * Works out the size of every mailbox that has changed: whose holder has another post, whose unit is another, all of them
     * after the policy changed. Answers how many became another size. Without a policy everything stays as it is.
     */
    async follow(permit: Permit<'life.run'>): Promise<number> {
      let changed = 0
      for (;;) {
        const batch = await transaction(async (tx) => {
          const { version, policy } = await present(tx.db)
          if (version === 0) return null
          const accounts = await sizes.unseen(tx.db, dayOf(tx.at), BATCH)
          if (accounts.length === 0) return null
          const size = await sizing(tx, policy)
          const other = accounts
            .map((account) => ({ account, quota: size(account) }))
            .filter(({ account, quota }) =>
              policy.shrinks ? quota.quotaMb !== account.quotaMb : quota.quotaMb > account.quotaMb,
            )
          if (other.length > 0) {
            const next = other.map(({ account, quota }) => ({ id: account.id, quotaMb: quota.quotaMb }))
            await sizes.setSizes(tx.db, next)
            await store.events(
              tx.db,
              tx.at,
              other.map(({ account, quota }) => ({
                ...{ id: account.id, kind: 'quota-changed', byName: permit.actor.name },
                note: `${account.quotaMb} → ${quota.quotaMb} MB`,
              })),
            )
            for (const { account, quota } of other)
              tx.audit(permit.actor, 'account.quota-changed', `account:${account.id}`, {
                ...{ quotaMb: quota.quotaMb, before: account.quotaMb, by: quota.by },
              })
            await due.accounts(
              tx,
              next.map(({ id }) => id),
            )
          }
          await sizes.noteSeen(
            tx.db,
            accounts.map(({ id }) => id),
          )
          return { seen: accounts.length, changed: other.length }
        })
        if (batch === null) return changed
        changed += batch.changed
        if (batch.seen < BATCH) return changed
      }
    },
  }
}
