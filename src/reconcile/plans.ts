import type { Actor, Permit } from '../access/policy.ts'
import type { Accounts } from '../accounts/accounts.ts'
import { QuotaMb } from '../accounts/account.ts'
import type { Plan as BrakePlan } from '../brake/brake.ts'
import type { Brakes, Held } from '../brake/brakes.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import type { Day } from '../kernel/day.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import type { AccountId } from '../kernel/ids.ts'
import type { Subject } from '../provisioning/ledger.ts'
import type { Sync } from '../provisioning/sync.ts'
import { under } from './attribute.ts'
import type { AttributePolicies } from './attributes.ts'
import { actsFor } from './compare.ts'
import { partsOf, planHash, type Finding, type PlanRefusal } from './finding.ts'
import * as planStore from './plan-store.ts'
import * as store from './store.ts'

export type PlanAct = 'repair' | 'accept' | 'remove'
export type PlanView = planStore.Plan & {
  readonly now: readonly Finding[]
  /** The findings are not what they were when the plan was made. */
  readonly stale: boolean
}
export type Plans = ReturnType<typeof plansOf>

/** What is to be done about findings: shown first, then carried out as it was shown, under the brake. */
export function plansOf(deps: {
  prisma: PrismaClient
  transaction: Transaction
  brakes: Brakes
  sync: Sync
  attributes: AttributePolicies
  accounts: Pick<Accounts, 'setPhone' | 'getAhead' | 'changePosition' | 'setQuota'>
}) {
  const { prisma, transaction, brakes, sync, accounts, attributes } = deps

  const subjectsIn = (findings: readonly Finding[]): Subject[] => [
    ...new Map(
      findings.flatMap(({ subject }) =>
        subject === null ? [] : [[`${subject.kind} ${subject.id}`, subject] as const],
      ),
    ).values(),
  ]
  const brakePlan = (plan: planStore.Plan, findings: readonly Finding[]): BrakePlan => ({
    ...{ kind: 'reconcile', id: plan.id, hash: plan.hash, name: String(plan.number) },
    parts: partsOf(plan.act, findings),
    ...(plan.act === 'remove' ? { alwaysTwo: true } : {}),
  })

  /** Repair is the ordinary way of things: the ledger says that it is not applied, and provisioning makes it so. */
  async function repair(tx: Tx, findings: readonly Finding[]): Promise<void> {
    const shown = findings.flatMap(({ subject, newer, differences }) => {
      const is = differences.find(({ attribute }) => attribute === 'congvuRevision')?.is[0]
      return subject !== null && newer && is !== undefined ? [{ ...subject, revision: Number(is) }] : []
    })
    await accounts.getAhead(tx, shown)
    const moved = findings.filter(({ differences }) => differences.some(({ attribute }) => attribute === 'dn'))
    await sync.again(
      tx,
      subjectsIn(findings),
      moved.flatMap(({ subject }) => subject?.id ?? []),
    )
  }

  /** The directory's values become the wanted ones; refused values are left as findings. */
  async function acceptValues(tx: Tx, by: Actor, findings: readonly Finding[]): Promise<void> {
    for (const { subject, differences } of findings) {
      if (subject?.kind !== 'account') continue
      const id = subject.id as AccountId
      for (const { attribute, is } of differences) {
        const [value = null] = is
        if (attribute === 'telephoneNumber') await accounts.setPhone(tx, by, id, value)
        if (attribute === 'title' && value !== null) await accounts.changePosition(tx, by, id, { title: value })
        if (attribute === 'congvuQuota') {
          const quota = QuotaMb.safeParse(Number(value))
          if (quota.success) await accounts.setQuota(tx, by, id, quota.data)
        }
        if (attribute === 'dn') await sync.relocate(tx, subject, { remoteId: null, remoteDn: value })
        if (attribute === 'entryUUID') await sync.relocate(tx, subject, { remoteId: value, remoteDn: null })
      }
    }
    // Read back, and groups that name its members by where they are follow.
    await sync.again(tx, subjectsIn(findings))
  }

  async function carryOut(tx: Tx, by: Actor, plan: planStore.Plan, findings: readonly Finding[]): Promise<void> {
    const ids = findings.map(({ id }) => id)
    await planStore.startPlan(tx.db, plan.id, tx.at)
    await store.setDoing(tx.db, ids, plan.act, tx.at)
    tx.audit(by, `reconcile.${plan.act}`, `plan:reconcile:${plan.id}`, { findings: ids.length, hash: plan.hash })
    switch (plan.act) {
      case 'repair':
        return repair(tx, findings)
      case 'accept':
        return acceptValues(tx, by, findings)
      case 'remove':
        tx.ring('reconcile')
        return
      case 'adopt':
        return
      default:
        return plan.act satisfies never
    }
  }

  /** The plan's findings as they are now, locked; null when they are not what was shown. */
  async function unchanged(tx: Tx, plan: planStore.Plan): Promise<Finding[] | null> {
    const findings = await store.lockFindings(tx.db, plan.findings)
    return findings.length === plan.findings.length && planHash(plan.act, findings) === plan.hash ? findings : null
  }

  return {
    /**
     * Takes the directory's values where its word counts, under the brake like any plan; beyond its limits they stay findings
     * until two people have released them. Answers how many were taken.
     */
    async readBack(tx: Tx, by: Actor, run: number): Promise<number> {
      const owned = under((await attributes.presentIn(tx)).policy, 'directory')
      if (owned.size === 0) return 0
      const isOwned = ({ attribute }: { attribute: string }) =>
        attribute === 'congvuRevision' || owned.has(attribute.toLowerCase())
      const seen = await store.differentIn(tx.db, run)
      const findings = seen.filter(
        (each) => each.differences.every(isOwned) && each.others.length === 0 && actsFor(each).includes('accept'),
      )
      if (findings.length === 0) return 0
      const made = {
        act: 'accept' as const,
        hash: planHash('accept', findings),
        findings: findings.map(({ id }) => id),
      }
      const same = await planStore.waitingPlan(tx.db, made.hash)
      const id =
        same ??
        (await planStore.createPlan(tx.db, {
          ...{ ...made, madeAt: tx.at, byId: by.id, byName: by.name, parts: partsOf('accept', findings) },
        }))
      const plan = await planStore.lockPlan(tx.db, id)
      if (plan === null || !(await brakes.pass(tx, by, brakePlan(plan, findings))).ok) return 0
      await carryOut(tx, by, plan, findings)
      return findings.length
    },

    /**
     * What an act on these findings would do; nothing is done yet. Those that the act does not fit are left out. Refused:
     * nothing-to-do.
     */
    make: (
      permit: Permit<'reconcile.change'>,
      act: PlanAct,
      ids: readonly string[],
    ): Promise<Decision<string, PlanRefusal>> =>
      transaction(async (tx) => {
        const all = await store.findingsById(tx.db, ids)
        const findings = all.filter((finding) => finding.doing === null && actsFor(finding).includes(act))
        if (findings.length === 0) return refuse({ kind: 'nothing-to-do' })
        const { actor } = permit
        return accept(
          await planStore.createPlan(tx.db, {
            ...{ act, hash: planHash(act, findings), findings: findings.map(({ id }) => id) },
            ...{ madeAt: tx.at, byId: actor.id, byName: actor.name, parts: partsOf(act, findings) },
          }),
        )
      }),

    /** A plan with its findings as they are now; null when there is no such plan. */
    async read(_permit: Permit<'reconcile.read'>, id: string): Promise<PlanView | null> {
      const plan = await planStore.findPlan(prisma, id)
      if (plan === null) return null
      const now = await store.findingsById(prisma, plan.findings)
      return { ...plan, now, stale: plan.startedAt === null && planHash(plan.act, now) !== plan.hash }
    },

    /** Carries a plan out as it was shown. Refused: unknown-finding, plan-started, plan-changed, held. */
    start: (
      permit: Permit<'reconcile.change'>,
      id: string,
    ): Promise<Decision<{ findings: number }, PlanRefusal | Held>> =>
      transaction(
        async (tx): Promise<Decision<{ findings: number }, PlanRefusal | Held>> => {
          const plan = await planStore.lockPlan(tx.db, id)
          if (plan === null) return refuse({ kind: 'unknown-finding' })
          if (plan.startedAt !== null) return refuse({ kind: 'plan-started' })
          const findings = await unchanged(tx, plan)
          if (findings === null) return refuse({ kind: 'plan-changed' })
          const passed = await brakes.pass(tx, permit.actor, brakePlan(plan, findings))
          if (!passed.ok) return passed
          await carryOut(tx, permit.actor, plan, findings)
          return accept({ findings: findings.length })
        },
        { timeoutMs: 120_000 },
      ),

    /** For the brake: carries a released plan out in the transaction that releases it; false when it is not what it was. */
    async released(tx: Tx, { id, hash }: BrakePlan, by: Actor): Promise<boolean> {
      const plan = await planStore.lockPlan(tx.db, id)
      if (plan === null || plan.startedAt !== null || plan.hash !== hash) return false
      const findings = await unchanged(tx, plan)
      if (findings === null) return false
      const passed = await brakes.pass(tx, by, brakePlan(plan, findings))
      if (passed.ok) await carryOut(tx, by, plan, findings)
      return passed.ok
    },

    /** Leaves a finding alone until a day, with a reason; null takes that back. Refused: unknown-finding. */
    ignore: (
      permit: Permit<'reconcile.change'>,
      id: string,
      asked: { until: Day; why: string } | null,
    ): Promise<Decision<null, PlanRefusal>> =>
      transaction(async (tx) => {
        const [finding] = await store.lockFindings(tx.db, [id])
        if (!finding) return refuse({ kind: 'unknown-finding' })
        await store.ignore(tx.db, id, asked?.until ?? null, asked?.why ?? null, permit.actor.name, tx.at)
        tx.audit(permit.actor, asked ? 'reconcile.ignored' : 'reconcile.noticed', `finding:${id}`, { ...asked })
        return accept(null)
      }),
  }
}
