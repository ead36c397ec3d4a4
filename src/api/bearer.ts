import type { AccessTokens, Bearer } from '../access/access-tokens.ts'
import { permit, type Action, type Permit } from '../access/policy.ts'
import { scopeOf } from '../access/scope.ts'
import { Problem } from './problem.ts'

const CHALLENGE = 'Bearer realm="Congvu"'

/**
 * Who comes with this `Authorization` (RFC 6750). A token counts nowhere else: not in the address, the body or a cookie. Throws
 * the Problem of a missing or bad one.
 */
export async function bearerOf(header: string | undefined, tokens: Pick<AccessTokens, 'bearer'>): Promise<Bearer> {
  const [, secret] = /^Bearer +([\w.~+/=-]{1,200}) *$/i.exec(header ?? '') ?? []
  if (secret === undefined) throw new Problem({ kind: 'token-needed' }, { 'WWW-Authenticate': CHALLENGE })
  const bearer = await tokens.bearer(secret)
  if (bearer !== null) return bearer
  throw new Problem({ kind: 'token-unknown' }, { 'WWW-Authenticate': `${CHALLENGE}, error="invalid_token"` })
}

/** Whether both the token's scopes and its owner's present role reach an action. */
export function reaches({ actor, scopes }: Bearer, action: Action): boolean {
  const scope = scopeOf(action)
  return scope !== null && scopes.includes(scope) && permit(actor, action).ok
}

/** The permit for an action, which both the token's scopes and its owner's present role must reach; throws a Problem. */
export function permitOf<A extends Action>({ actor, scopes }: Bearer, action: A): Permit<A> {
  const scope = scopeOf(action)
  const allowed = permit(actor, action)
  if (!allowed.ok || scope === null) throw new Problem({ kind: 'forbidden', action })
  if (!scopes.includes(scope)) {
    const challenge = `${CHALLENGE}, error="insufficient_scope", scope="${scope}"`
    throw new Problem({ kind: 'scope-needed', scope }, { 'WWW-Authenticate': challenge })
  }
  return allowed.value
}
