import type { AccountId, PersonId, UnitId } from '../kernel/ids.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'

export const ROLES = ['unit-admin', 'it-staff', 'auditor'] as const
export type Role = (typeof ROLES)[number]

/** The units that a right reaches: all, or a unit with all below it, worked out when the actor was read. */
export type UnitScope = 'all' | ReadonlySet<UnitId>

export type Grant = {
  readonly role: Role
  readonly unitId: UnitId | null
  readonly units: UnitScope
  /** Whose role it is, where somebody holds it as their deputy; it reaches to requests only. */
  readonly deputyFor?: { readonly accountId: AccountId; readonly name: string } | undefined
}

/** Somebody signed in, with the role and state that the database told at this very request. */
export type PersonActor = {
  readonly kind: 'person'
  readonly id: string
  readonly name: string
  readonly accountId: AccountId
  readonly personId: PersonId | null
  readonly address: string
  readonly contactEmail: string | null
  readonly unitId: UnitId
  readonly unitName: string
  readonly grants: readonly Grant[]
  /** The access token through which they come; absent on pages. */
  readonly via?: string
}
/** Who does something: a person, a named job, the command line, or a member of the public who has not signed in. */
export type Actor =
  PersonActor | { readonly kind: 'job' | 'cli' | 'public'; readonly id: string; readonly name: string }

export const jobActor = (job: string): Actor => ({ kind: 'job', id: `job:${job}`, name: job })
export const cliActor = (user: string): Actor => ({ kind: 'cli', id: `cli:${user}`, name: user })
export const publicActor: Actor = { kind: 'public', id: 'public', name: '' }

type Reach = 'subtree' | 'all'
type Rule = 'signed-in' | Partial<Record<Role | 'cli' | 'job', Reach>>

const everyStaff = { 'unit-admin': 'subtree', 'it-staff': 'all', auditor: 'all' } as const
const administrators = { 'unit-admin': 'subtree', 'it-staff': 'all' } as const
const centre = { 'it-staff': 'all', auditor: 'all' } as const
const itStaff = { 'it-staff': 'all' } as const

/** Every guarded action, and who may do it where. What is not listed is forbidden. */
const RULES = {
  'own.read': 'signed-in',
  'own.tokens': 'signed-in',
  'own.request': 'signed-in',
  'token.read': centre,
  'token.revoke': itStaff,
  'request.read': everyStaff,
  'request.decide': administrators,
  'number.reveal': administrators,
  'account.read': everyStaff,
  'account.hand-over': administrators,
  'account.bootstrap': { cli: 'all' },
  // No deputy’s: it is no part of deciding about requests.
  'password.reset': administrators,
  'person.read': centre,
  // Two people agree, so never the command line.
  'person.change': itStaff,
  'list.read': everyStaff,
  'sync.read': centre,
  'sync.change': { ...itStaff, cli: 'all' },
  'unit.read': everyStaff,
  'unit.change': { ...itStaff, cli: 'all' },
  'role.read': { ...centre, cli: 'all' },
  'role.change': { ...itStaff, cli: 'all' },
  'deputy.read': everyStaff,
  'deputy.name': administrators,
  'naming.read': { ...centre, cli: 'all' },
  'naming.change': { ...itStaff, cli: 'all' },
  'address.read': { ...centre, cli: 'all' },
  'address.release': itStaff,
  'steps.read': { ...centre, cli: 'all' },
  'steps.change': { ...itStaff, cli: 'all' },
  'letter.read': { ...centre, cli: 'all' },
  'letter.change': { ...itStaff, cli: 'all' },
  'letter.retry': { ...itStaff, cli: 'all' },
  'retention.read': { ...centre, cli: 'all' },
  'retention.change': { ...itStaff, cli: 'all' },
  'audit.read': { ...centre, cli: 'all' },
  'import.read': { ...centre, cli: 'all' },
  'import.change': { ...itStaff, cli: 'all' },
  'import.approve': itStaff,
  'reconcile.read': { ...centre, cli: 'all' },
  'reconcile.change': { ...itStaff, cli: 'all' },
  'reorganisation.read': { ...centre, cli: 'all' },
  'reorganisation.change': { ...itStaff, cli: 'all' },
  'brake.read': { ...centre, cli: 'all' },
  // Two people, so never the command line.
  'brake.release': itStaff,
  'holiday.read': { ...centre, cli: 'all' },
  'holiday.change': { ...itStaff, cli: 'all' },
  'life.ask': administrators,
  'life.keep': itStaff,
  'life.run': { job: 'all' },
  'review.read': everyStaff,
  'review.answer': administrators,
  'review.open': itStaff,
  'life-policy.read': { ...centre, cli: 'all' },
  'life-policy.change': itStaff,
  'scheduled.read': everyStaff,
  'scheduled.agree': administrators,
  'scheduled.run': { job: 'all' },
  'system.tidy': { job: 'all' },
} as const satisfies Record<string, Rule>

/** What a deputy may do with the role of the one for whom they stand: what deciding about requests takes. */
const DEPUTISED: ReadonlySet<Action> = new Set<Action>([
  ...(['request.read', 'request.decide', 'number.reveal', 'account.read', 'account.hand-over', 'unit.read'] as const),
])

export type Action = keyof typeof RULES
export const ACTIONS = Object.keys(RULES) as Action[]

declare const made: unique symbol
/**
 * The proof that `actor` may do `A` within `units`. Only `permit` makes one, so an unchecked act does not compile; a use
 * case restricts what it reads and changes by `units`, which is the one place where scope is decided.
 */
export type Permit<A extends Action> = {
  readonly action: A
  readonly actor: Actor
  readonly units: UnitScope
  readonly [made]: A
}

export type Forbidden = { readonly kind: 'forbidden'; readonly action: Action }

/** Whether the actor may do this at all, and where. */
export function permit<A extends Action>(actor: Actor, action: A): Decision<Permit<A>, Forbidden> {
  const units = reach(actor, RULES[action], DEPUTISED.has(action))
  if (units === null) return refuse({ kind: 'forbidden', action })
  return accept({ action, actor, units } as Permit<A>)
}

export const covers = (scope: UnitScope, unit: UnitId): boolean => scope === 'all' || scope.has(unit)

/** The scope as a query wants it: null for all, else the units' ids. */
export const unitIds = (scope: UnitScope): UnitId[] | null => (scope === 'all' ? null : [...scope])

/** Whether somebody holds the role themselves, not as a deputy. */
export const hasRole = (actor: Actor, role: Role): boolean =>
  actor.kind === 'person' && actor.grants.some((grant) => grant.role === role && grant.deputyFor === undefined)

/** Whether somebody stands for anybody today. */
export const isDeputy = (actor: Actor): boolean =>
  actor.kind === 'person' && actor.grants.some((grant) => grant.deputyFor !== undefined)

function reach(actor: Actor, rule: Rule, deputised: boolean): UnitScope | null {
  switch (actor.kind) {
    case 'public':
      return null
    case 'job':
    case 'cli':
      return rule !== 'signed-in' && rule[actor.kind] === 'all' ? 'all' : null
    case 'person':
      return rule === 'signed-in'
        ? new Set<UnitId>()
        : union(deputised ? actor.grants : actor.grants.filter(({ deputyFor }) => deputyFor === undefined), rule)
    default:
      return actor satisfies never
  }
}

function union(grants: readonly Grant[], rule: Exclude<Rule, 'signed-in'>): UnitScope | null {
  const held = grants.filter((grant) => rule[grant.role] !== undefined)
  if (held.length === 0) return null
  if (held.some((grant) => rule[grant.role] === 'all' || grant.units === 'all')) return 'all'
  return new Set(held.flatMap((grant) => (grant.units === 'all' ? [] : [...grant.units])))
}
