import type { Permit } from '../access/policy.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import { nextPolicyVersion, policyVersions } from '../db/policies.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import { ruleKey, rulesOf, StepsPolicy, type Rule } from './steps.ts'

const KIND = 'steps'

/** The policy in force; version 0 is what the product begins with. */
export type StepsVersion = { readonly version: number; readonly policy: StepsPolicy }
/** A version with the time it was in force, who made it so and why, and what it changed. */
export type StepsHistory = {
  readonly version: number
  readonly from: Date
  readonly byName: string
  readonly why: string
  readonly changes: readonly { readonly before: Rule | null; readonly after: Rule | null }[]
}
export type StepsRefusal =
  | { kind: 'policy-changed-meanwhile' }
  | { kind: 'policy-unchanged' }
  | { kind: 'rule-stays' }
  | { kind: 'unknown-unit' }
export type StepsPolicies = ReturnType<typeof stepsPoliciesOf>

type Asked = { readonly seen: number; readonly why: string }

/** Which steps requests need, as data with versions. What was sent keeps the steps that it was sent with. */
export function stepsPoliciesOf(deps: { prisma: PrismaClient; transaction: Transaction }) {
  const { prisma, transaction } = deps

  async function present(tx?: Pick<Tx, 'db'>): Promise<StepsVersion> {
    const [row] = await policyVersions(tx?.db ?? prisma, KIND, 1)
    return row ? { version: row.version, policy: StepsPolicy.parse(row.body) } : { version: 0, policy: { rules: [] } }
  }

  const change = (
    permit: Permit<'steps.change'>,
    { seen, why }: Asked,
    next: (policy: StepsPolicy, tx: Tx) => Promise<Decision<StepsPolicy, StepsRefusal>>,
  ): Promise<Decision<number, StepsRefusal>> =>
    transaction(async (tx): Promise<Decision<number, StepsRefusal>> => {
      const before = await present(tx)
      const decided = await next(before.policy, tx)
      if (!decided.ok) return decided
      if (JSON.stringify(before.policy) === JSON.stringify(decided.value)) return refuse({ kind: 'policy-unchanged' })
      const { actor } = permit
      const by = { byId: actor.id, byName: actor.name, why }
      const version = await nextPolicyVersion(tx.db, KIND, { expected: seen, at: tx.at, body: decided.value, ...by })
      if (version === null) return refuse({ kind: 'policy-changed-meanwhile' })
      tx.audit(actor, 'steps.changed', `policy:steps:${version}`, {
        why,
        rules: decided.value.rules.map(textOf).join('; '),
      })
      return accept(version)
    })

  return {
    /** What is in force now. Inside a transaction, through its connection. */
    present,

    /** Every version, newest first, with what it changed. */
    async history(_permit: Permit<'steps.read'>): Promise<StepsHistory[]> {
      const rows = await policyVersions(prisma, KIND)
      return rows.map(({ version, validFrom, byName, why, body }, n) => ({
        ...{ version, from: validFrom, byName, why },
        changes: changesOf(rows[n + 1]?.body, body),
      }))
    },

    /**
     * Says what a kind of request needs in a place, in force at once. `seen` is the version that was read. Refused:
     * policy-changed-meanwhile, policy-unchanged, unknown-unit.
     */
    set: (permit: Permit<'steps.change'>, asked: Asked & { rules: readonly Rule[] }) =>
      change(permit, asked, async (policy, tx) => {
        for (const { place } of asked.rules)
          if (place.kind === 'below' && !(await tx.db.unit.findUnique({ where: { id: place.unit } })))
            return refuse({ kind: 'unknown-unit' })
        const keys = new Set(asked.rules.map(ruleKey))
        const others = policy.rules.filter((rule) => !keys.has(ruleKey(rule)))
        return accept({ rules: sorted([...others, ...asked.rules]) })
      }),

    /** Takes a rule away: what is wider holds again. Refused as `set`, and rule-stays for what holds everywhere. */
    remove: (permit: Permit<'steps.change'>, asked: Asked & { rule: Pick<Rule, 'of' | 'place'> }) =>
      change(permit, asked, (policy) =>
        Promise.resolve(
          asked.rule.place.kind === 'everywhere'
            ? refuse({ kind: 'rule-stays' })
            : accept({ rules: policy.rules.filter((rule) => ruleKey(rule) !== ruleKey(asked.rule)) }),
        ),
      ),
  }
}

/** A rule in one line, for the log. */
const textOf = (rule: Rule): string =>
  `${ruleKey(rule)}: ${rule.steps.map(({ seat, days }) => `${seat} ${days}`).join(', ')}${rule.letter ? ', letter' : ''}`

/** In an order of their own, so that the same rules are the same policy. */
const sorted = (rules: readonly Rule[]): Rule[] => [...rules].sort((a, b) => (ruleKey(a) < ruleKey(b) ? -1 : 1))

function changesOf(before: unknown, after: unknown): StepsHistory['changes'] {
  const was = rulesOf(before === undefined ? { rules: [] } : StepsPolicy.parse(before))
  const is = rulesOf(StepsPolicy.parse(after))
  const same = (a: Rule, b: Rule) => JSON.stringify(a) === JSON.stringify(b)
  const at = (rules: readonly Rule[], rule: Rule) => rules.find((each) => ruleKey(each) === ruleKey(rule)) ?? null
  return [
    ...is.flatMap((rule) => {
      const former = at(was, rule)
      return former && same(former, rule) ? [] : [{ before: former, after: rule }]
    }),
    ...was.flatMap((rule) => (at(is, rule) ? [] : [{ before: rule, after: null }])),
  ]
}
