import { days, later } from '../kernel/clock.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import { SCOPES, type Scope } from './scope.ts'

/** For how many days a token may be made. */
export const TOKEN_DAYS = [7, 30, 90, 365] as const
export type TokenDays = (typeof TOKEN_DAYS)[number]
/** How many usable tokens a person may have at a time. */
export const TOKENS_MAX = 20
/** What a token's secret begins with, so that one that leaked is recognised. */
export const TOKEN_PREFIX = 'congvu_'

export type TokenState = 'usable' | 'expired' | 'revoked'
export type AccessToken = {
  readonly id: string
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly createdAt: Date
  readonly expiresAt: Date
  /** To the minute. */
  readonly lastUsedAt: Date | null
  readonly revokedAt: Date | null
  readonly revokedName: string | null
  readonly state: TokenState
}
export type TokenRefusal =
  | { kind: 'unknown-token' }
  | { kind: 'too-many-tokens'; most: number }
  /** It would do what its owner may not. */
  | { kind: 'scope-beyond-role'; scope: Scope }

export function tokenState(token: { expiresAt: Date; revokedAt: Date | null }, at: Date): TokenState {
  if (token.revokedAt !== null) return 'revoked'
  return token.expiresAt <= at ? 'expired' : 'usable'
}

/** Whether somebody with `usable` tokens already may have one more with these scopes; answers when it ends. */
export function decideToken(
  asked: { scopes: readonly Scope[]; days: TokenDays },
  held: { usable: number; possible: readonly Scope[] },
  at: Date,
): Decision<{ scopes: readonly Scope[]; expiresAt: Date }, TokenRefusal> {
  const beyond = asked.scopes.find((scope) => !held.possible.includes(scope))
  if (beyond !== undefined) return refuse({ kind: 'scope-beyond-role', scope: beyond })
  if (held.usable >= TOKENS_MAX) return refuse({ kind: 'too-many-tokens', most: TOKENS_MAX })
  const scopes = SCOPES.filter((scope) => asked.scopes.includes(scope))
  return accept({ scopes, expiresAt: later(at, days(asked.days)) })
}
