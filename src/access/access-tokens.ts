import type { PrismaClient } from '../db/generated/client.ts'
import type { Transaction } from '../db/transaction.ts'
import { later, minutes, type Clock } from '../kernel/clock.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import { AccountId } from '../kernel/ids.ts'
import { newLinkSecret, type Secrets } from '../kernel/secrets.ts'
import {
  decideToken,
  TOKEN_PREFIX,
  tokenState,
  type AccessToken,
  type TokenDays,
  type TokenRefusal,
} from './access-token.ts'
import type { Actors } from './actors.ts'
import type { Permit, PersonActor } from './policy.ts'
import { scopesFor, type Scope } from './scope.ts'

/** Somebody who comes with a token, as the database knows them now. */
export type Bearer = {
  readonly actor: PersonActor
  readonly tokenId: string
  readonly scopes: readonly Scope[]
}
export type OwnedToken = AccessToken & {
  readonly owner: { readonly id: AccountId; readonly name: string; readonly login: string }
}
export type TokensPage = {
  readonly tokens: OwnedToken[]
  readonly total: number
  readonly page: number
  readonly pageSize: number
}
export type AccessTokens = ReturnType<typeof accessTokensOf>

const PAGE = 20
type Row = Omit<AccessToken, 'scopes' | 'state'> & { scopes: string[] }

/** Personal keys to the API: made, listed and ended by their owners, and seen and ended by IT staff. */
export function accessTokensOf(deps: {
  prisma: PrismaClient
  transaction: Transaction
  clock: Clock
  secrets: Secrets
  actors: Actors
}) {
  const { prisma, transaction, clock, secrets, actors } = deps
  const hashOf = (secret: string) => secrets.tokenHash(`access-token ${secret}`)
  // Permits for own tokens are given to people only.
  const ownerOf = (permit: Permit<'own.tokens'>) => permit.actor as PersonActor
  const view = (row: Row): AccessToken => ({
    ...{ id: row.id, name: row.name, scopes: row.scopes as Scope[], createdAt: row.createdAt },
    ...{ expiresAt: row.expiresAt, lastUsedAt: row.lastUsedAt, revokedAt: row.revokedAt },
    ...{ revokedName: row.revokedName, state: tokenState(row, clock()) },
  })

  const ownerIn = (row: { accountId: string; account: { displayName: string; login: string } }) => ({
    ...{ id: row.accountId as AccountId, name: row.account.displayName, login: row.account.login },
  })

  const end = (
    by: PersonActor,
    token: { id: string; accountId?: string },
  ): Promise<Decision<AccessToken, TokenRefusal>> =>
    transaction(async (tx) => {
      const ended = await tx.db.accessToken.updateMany({
        where: { ...token, revokedAt: null },
        data: { revokedAt: tx.at, revokedName: by.name },
      })
      const row = await tx.db.accessToken.findFirst({ where: token })
      if (row === null) return refuse({ kind: 'unknown-token' })
      if (ended.count > 0) tx.audit(by, 'token.revoked', `token:${row.id}`, { account: row.accountId })
      return accept(view(row))
    })

  return {
    /** The secret is told this once. Refused: scope-beyond-role, too-many-tokens. */
    create: (
      permit: Permit<'own.tokens'>,
      asked: { name: string; scopes: readonly Scope[]; days: TokenDays },
    ): Promise<Decision<{ id: string; secret: string; expiresAt: Date }, TokenRefusal>> =>
      transaction(async (tx) => {
        const owner = ownerOf(permit)
        const { accountId } = owner
        await tx.db.$queryRaw`SELECT 1 FROM account WHERE id = ${accountId}::uuid FOR UPDATE`
        const usable = await tx.db.accessToken.count({
          where: { accountId, revokedAt: null, expiresAt: { gt: tx.at } },
        })
        const decision = decideToken(asked, { usable, possible: scopesFor(owner) }, tx.at)
        if (!decision.ok) return decision
        const secret = `${TOKEN_PREFIX}${newLinkSecret()}`
        const { id } = await tx.db.accessToken.create({
          data: {
            ...{ accountId, name: asked.name, hash: hashOf(secret), createdAt: tx.at },
            ...{ scopes: [...decision.value.scopes], expiresAt: decision.value.expiresAt },
          },
        })
        tx.audit(owner, 'token.created', `token:${id}`, {
          ...{ name: asked.name, scopes: decision.value.scopes.join(' ') },
          until: decision.value.expiresAt.toISOString(),
        })
        return accept({ id, secret, expiresAt: decision.value.expiresAt })
      }),

    /** The reader's own, usable ones first, then the newest. */
    async mine(permit: Permit<'own.tokens'>): Promise<AccessToken[]> {
      const { accountId } = ownerOf(permit)
      const rows = await prisma.accessToken.findMany({
        where: { accountId },
        orderBy: [{ createdAt: 'desc' }, { id: 'asc' }],
        take: 200,
      })
      const views = rows.map(view)
      return [...views.filter(({ state }) => state === 'usable'), ...views.filter(({ state }) => state !== 'usable')]
    },

    /** Everybody's usable tokens, the newest first. */
    async all(_permit: Permit<'token.read'>, page: number): Promise<TokensPage> {
      const where = { revokedAt: null, expiresAt: { gt: clock() } }
      const [rows, total] = await Promise.all([
        prisma.accessToken.findMany({
          ...{ where, orderBy: [{ createdAt: 'desc' }, { id: 'asc' }], take: PAGE, skip: (page - 1) * PAGE },
          include: { account: { select: { displayName: true, login: true } } },
        }),
        prisma.accessToken.count({ where }),
      ])
      const tokens = rows.map((row) => ({
        ...view(row),
        owner: ownerIn(row),
      }))
      return { tokens, total, page, pageSize: PAGE }
    },

    /** Whose it is; null when there is none. */
    async find(_permit: Permit<'token.read'>, id: string): Promise<OwnedToken | null> {
      const row = await prisma.accessToken.findUnique({
        where: { id },
        include: { account: { select: { displayName: true, login: true } } },
      })
      return row && { ...view(row), owner: ownerIn(row) }
    },

    /** Ends one of the owner's own; ending it twice changes nothing. Refused: unknown-token. */
    revokeOwn: (permit: Permit<'own.tokens'>, id: string) =>
      end(ownerOf(permit), { id, accountId: ownerOf(permit).accountId }),

    /** Ends anybody's. Refused: unknown-token. */
    revoke: (permit: Permit<'token.revoke'>, id: string) => end(permit.actor as PersonActor, { id }),

    /** Who comes with this secret; null when it is unknown, over or revoked, or its owner may not sign in any more. */
    async bearer(secret: string): Promise<Bearer | null> {
      if (!secret.startsWith(TOKEN_PREFIX)) return null
      const row = await prisma.accessToken.findUnique({ where: { hash: hashOf(secret) } })
      const at = clock()
      if (row === null || tokenState(row, at) !== 'usable') return null
      const actor = await actors.byId(AccountId.parse(row.accountId))
      if (actor === null) return null
      // To the minute is exact enough, and most requests write nothing.
      if (row.lastUsedAt === null || row.lastUsedAt < later(at, -minutes(1)))
        await prisma.accessToken.updateMany({ where: { id: row.id }, data: { lastUsedAt: at } })
      return { actor: { ...actor, via: `token:${row.id}` }, tokenId: row.id, scopes: row.scopes as Scope[] }
    },
  }
}
