import type { Tx } from '../db/transaction.ts'
import { later } from '../kernel/clock.ts'
import { newCode, newDigits, newLinkSecret, sameText, tidyCode, type Secrets } from '../kernel/secrets.ts'

/** What a one-time secret is for; a secret of one purpose never opens another door. */
export type Purpose = 'contact-code' | 'activation-link' | 'activation-slip'

const TRIES = 5
const WAYS_IN = ['activation-link', 'activation-slip'] as const satisfies readonly Purpose[]
export type CodeCheck = { ok: true } | { ok: false; kind: 'wrong' | 'expired'; left: number }
/** A one-time secret in the clear, and until when it is good. */
export type Secret = { readonly secret: string; readonly expiresAt: Date }
export type Tokens = ReturnType<typeof tokensOf>

/** One-time secrets. Only their keyed hash is kept. */
export function tokensOf(deps: { secrets: Secrets }) {
  const { secrets } = deps
  const hash = (purpose: Purpose, subject: string, secret: string) =>
    secrets.tokenHash(`${purpose} ${subject} ${secret}`)

  async function put(tx: Tx, purpose: Purpose, subject: string, key: string, ttl: number): Promise<Date> {
    const expiresAt = later(tx.at, ttl)
    await tx.db.token.deleteMany({ where: { purpose, subject, usedAt: null } })
    await tx.db.token.create({ data: { hash: key, purpose, subject, expiresAt, createdAt: tx.at } })
    return expiresAt
  }

  /** New secrets for accounts, by two statements. */
  async function activations(
    tx: Tx,
    purpose: 'activation-link' | 'activation-slip',
    accounts: readonly string[],
    ttl: number,
  ): Promise<Secret[]> {
    if (accounts.length === 0) return []
    const expiresAt = later(tx.at, ttl)
    const made = accounts.map((subject) => ({
      subject,
      secret: purpose === 'activation-link' ? newLinkSecret() : newCode(12),
    }))
    await tx.db.token.deleteMany({
      where: { purpose: { in: [...WAYS_IN] }, subject: { in: [...accounts] }, usedAt: null },
    })
    await tx.db.token.createMany({
      data: made.map(({ subject, secret }) => ({
        ...{ hash: hash(purpose, '', secret), purpose, subject, expiresAt, createdAt: tx.at },
      })),
    })
    return made.map(({ secret }) => ({
      secret: purpose === 'activation-link' ? secret : (secret.match(/.{4}/g) ?? []).join(' '),
      expiresAt,
    }))
  }

  return {
    /** Six digits for a challenge; a former code of the same challenge ends. */
    async digits(tx: Tx, challenge: string, ttl: number): Promise<{ secret: string; expiresAt: Date }> {
      const secret = newDigits()
      return {
        secret,
        expiresAt: await put(tx, 'contact-code', challenge, hash('contact-code', challenge, secret), ttl),
      }
    },

    /** Checks the digits; five wrong tries end them. Used up when right. */
    async checkDigits(tx: Tx, challenge: string, typed: string): Promise<CodeCheck> {
      const [row] = await tx.db.$queryRaw<{ hash: string; attempts: number; expires_at: Date }[]>`
        SELECT hash, attempts, expires_at FROM token
        WHERE purpose = 'contact-code' AND subject = ${challenge} AND used_at IS NULL FOR UPDATE`
      if (!row || row.expires_at < tx.at || row.attempts >= TRIES) return { ok: false, kind: 'expired', left: 0 }
      if (!sameText(row.hash, hash('contact-code', challenge, typed.replace(/\s/g, '')))) {
        await tx.db.token.update({ where: { hash: row.hash }, data: { attempts: { increment: 1 } } })
        return { ok: false, kind: 'wrong', left: TRIES - row.attempts - 1 }
      }
      await tx.db.token.update({ where: { hash: row.hash }, data: { usedAt: tx.at } })
      return { ok: true }
    },

    /** The secret of a link to activate an account; former links and slips of the account end. */
    activationLink: async (tx: Tx, account: string, ttl: number): Promise<Secret> =>
      onlyOf(await activations(tx, 'activation-link', [account], ttl)),
    /** The same for many, in their order. */
    activationLinks: (tx: Tx, accounts: readonly string[], ttl: number): Promise<Secret[]> =>
      activations(tx, 'activation-link', accounts, ttl),

    /** The codes of hand-over slips (12 characters in groups of four), in the accounts' order; former links and slips end. */
    activationSlips: (tx: Tx, accounts: readonly string[], ttl: number): Promise<Secret[]> =>
      activations(tx, 'activation-slip', accounts, ttl),
    activationSlip: async (tx: Tx, account: string, ttl: number): Promise<Secret> =>
      onlyOf(await activations(tx, 'activation-slip', [account], ttl)),

    /** The account that a link's or slip's secret activates; null when unknown, used or expired. */
    async activation(
      tx: Pick<Tx, 'db' | 'at'>,
      secret: string,
    ): Promise<{ hash: string; account: string; expiresAt: Date } | null> {
      const keys = [hash('activation-link', '', secret), hash('activation-slip', '', tidyCode(secret))]
      const [row] = await tx.db.$queryRaw<{ hash: string; subject: string; expires_at: Date }[]>`
        SELECT hash, subject, expires_at FROM token
        WHERE hash = ANY (${keys}) AND purpose IN ('activation-link', 'activation-slip') AND used_at IS NULL
          AND expires_at > ${tx.at}`
      return row ? { hash: row.hash, account: row.subject, expiresAt: row.expires_at } : null
    },

    /** Locks a secret that is still good; false when it was used meanwhile. The account is locked before its secrets. */
    async hold(tx: Tx, key: string): Promise<boolean> {
      const rows = await tx.db.$queryRaw<
        unknown[]
      >`SELECT 1 FROM token WHERE hash = ${key} AND used_at IS NULL FOR UPDATE`
      return rows.length > 0
    },

    /** The secret is used up once `revision` of the account is in the directory; until then it can be tried again. */
    pending: (tx: Tx, key: string, revision: number) =>
      tx.db.token.update({ where: { hash: key }, data: { pending: revision } }),

    /** Uses up what waited for these revisions; answers the accounts concerned. */
    async applied(tx: Tx, accounts: readonly { id: string; revision: number }[]): Promise<string[]> {
      const rows = await tx.db.$queryRaw<{ subject: string }[]>`
        UPDATE token SET used_at = ${tx.at}
        FROM jsonb_to_recordset(${JSON.stringify(accounts)}::jsonb) AS done(id text, revision int)
        WHERE token.subject = done.id AND token.purpose IN ('activation-link', 'activation-slip')
          AND token.used_at IS NULL AND token.pending <= done.revision
        RETURNING token.subject`
      return rows.map((row) => row.subject)
    },

    /** Until when the account's present link or slip is good; null when it has none. */
    async openUntil(tx: Pick<Tx, 'db' | 'at'>, account: string): Promise<Date | null> {
      const row = await tx.db.token.findFirst({
        where: {
          subject: account,
          usedAt: null,
          expiresAt: { gt: tx.at },
          purpose: { in: ['activation-link', 'activation-slip'] },
        },
        orderBy: { expiresAt: 'desc' },
      })
      return row?.expiresAt ?? null
    },

    forgetOld: (tx: Tx) => tx.db.token.deleteMany({ where: { expiresAt: { lt: later(tx.at, -30 * 86_400_000) } } }),
  }
}

function onlyOf(made: readonly Secret[]): Secret {
  const [only] = made
  if (!only) throw new Error('No secret was made')
  return only
}
