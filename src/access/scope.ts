import { permit, type Action, type Actor } from './policy.ts'

/** What a token may be for; never more than its owner may at the moment of each request. */
export const SCOPES = [
  ...(['me:read', 'requests:ask', 'requests:read', 'requests:decide', 'numbers:reveal'] as const),
  ...(['deputies:read', 'deputies:name'] as const),
  ...([
    'accounts:read',
    'accounts:hand-over',
    'people:read',
    'people:change',
    'lists:read',
    'sync:read',
    'sync:change',
  ] as const),
  ...(['life:ask', 'life:keep', 'life:policy-read', 'life:policy-change', 'changes:read', 'changes:agree'] as const),
  ...(['units:read', 'units:change', 'roles:read', 'roles:change'] as const),
  ...(['naming:read', 'naming:change', 'steps:read', 'steps:change', 'addresses:read', 'addresses:release'] as const),
  ...(['letters:read', 'letters:change', 'letters:retry'] as const),
  ...([
    'holidays:read',
    'holidays:change',
    'imports:read',
    'imports:change',
    'reconcile:read',
    'reconcile:change',
    'brake:read',
    'brake:release',
    'audit:read',
  ] as const),
] as const
export type Scope = (typeof SCOPES)[number]

/** The scope that opens an action to a token; null for what no token opens. A new action does not compile without. */
const SCOPE_OF: Readonly<Record<Action, Scope | null>> = {
  'own.read': 'me:read',
  'own.tokens': null,
  'own.request': 'requests:ask',
  'request.read': 'requests:read',
  'request.decide': 'requests:decide',
  'number.reveal': 'numbers:reveal',
  'account.read': 'accounts:read',
  'account.hand-over': 'accounts:hand-over',
  'password.reset': 'accounts:hand-over',
  'account.bootstrap': null,
  'person.read': 'people:read',
  'person.change': 'people:change',
  'list.read': 'lists:read',
  'sync.read': 'sync:read',
  'sync.change': 'sync:change',
  'unit.read': 'units:read',
  'unit.change': 'units:change',
  'role.read': 'roles:read',
  'role.change': 'roles:change',
  'deputy.read': 'deputies:read',
  'deputy.name': 'deputies:name',
  'token.read': null,
  'token.revoke': null,
  'naming.read': 'naming:read',
  'naming.change': 'naming:change',
  'steps.read': 'steps:read',
  'steps.change': 'steps:change',
  'address.read': 'addresses:read',
  'address.release': 'addresses:release',
  'letter.read': 'letters:read',
  'letter.change': 'letters:change',
  'letter.retry': 'letters:retry',
  'retention.read': null,
  'retention.change': null,
  'audit.read': 'audit:read',
  'import.read': 'imports:read',
  'import.change': 'imports:change',
  // The second person looks with their own eyes.
  'import.approve': null,
  'reconcile.read': 'reconcile:read',
  'reconcile.change': 'reconcile:change',
  // A plan is looked at whole, and signed, before anybody lets it begin.
  'reorganisation.read': null,
  'reorganisation.change': null,
  'brake.read': 'brake:read',
  'brake.release': 'brake:release',
  'holiday.read': 'holidays:read',
  'holiday.change': 'holidays:change',
  'life.ask': 'life:ask',
  'life.keep': 'life:keep',
  'life.run': null,
  'review.read': 'accounts:read',
  'review.answer': 'life:ask',
  'review.open': 'life:keep',
  'life-policy.read': 'life:policy-read',
  'life-policy.change': 'life:policy-change',
  'scheduled.read': 'changes:read',
  'scheduled.agree': 'changes:agree',
  'scheduled.run': null,
  'system.tidy': null,
}

export const scopeOf = (action: Action): Scope | null => SCOPE_OF[action]

/** The scopes that would be of use to somebody with these roles, in the order of the list. */
export const scopesFor = (actor: Actor): Scope[] =>
  SCOPES.filter((scope) =>
    Object.entries(SCOPE_OF).some(([action, of]) => of === scope && permit(actor, action as Action).ok),
  )
