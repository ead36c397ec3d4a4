import { covers, type Permit } from '../access/policy.ts'
import type { Tokens } from '../access/tokens.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import { hours, type Clock } from '../kernel/clock.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import { dayOf, dayToDb } from '../kernel/day.ts'
import { EmailAddress } from '../kernel/email-address.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import type { Secrets } from '../kernel/secrets.ts'
import type { Letters } from '../letters/letters.ts'
import type { Sync } from '../provisioning/sync.ts'
import type { Units } from '../units/units.ts'
import { SECRET, type AccountRefusal } from './account.ts'
import type { Due } from './due.ts'
import { hashPassword } from './password-hash.ts'
import { checkPassword, type PasswordRefusal } from './password.ts'
import type { LifePolicies } from './life-policies.ts'
import * as lives from './life-store.ts'
import type { AccountState } from './life.ts'
import { readyingOf } from './readying.ts'
import * as store from './store.ts'

export type Activation = {
  readonly accountId: AccountId
  readonly fullName: string
  readonly address: EmailAddress
  readonly expiresAt: Date
  /** They have had a password before: this is a new one. */
  readonly again: boolean
}
export type Activations = ReturnType<typeof activationsOf>
export type Slip = Omit<Activation, 'again'> & {
  readonly code: string
  readonly unitName: string
  readonly requestCode: string | null
  readonly byName: string
  readonly at: Date
}

const isToHandOver = ({ state }: { state: AccountState }): boolean => state === 'awaiting-activation'
/** Whose way in is open, or about to be. */
const MAY_CHOOSE: readonly AccountState[] = ['awaiting-activation', 'active', 'on-leave']

/** The way into an account: its one-time link or slip, the first password, and what follows when the targets have it. */
export function activationsOf(deps: {
  prisma: PrismaClient
  transaction: Transaction
  clock: Clock
  secrets: Secrets
  tokens: Tokens
  letters: Letters
  sync: Sync
  units: Units
  due: Due
  life: LifePolicies
  domain: string
}) {
  const { prisma, transaction, clock, secrets, tokens, sync, units, life, domain } = deps
  const { postLinks, arrived } = readyingOf(deps)

  /** Milliseconds that a link or slip is good for. */
  const lasting = async (tx: Tx): Promise<number> => hours((await life.present(tx)).policy.activationHours)
  const lock = async (tx: Tx, id: string): Promise<store.Held | null> => (await store.lockAll(tx.db, [id]))[0] ?? null
  const addressOf = ({ local }: { local: string }): EmailAddress => EmailAddress.parse(`${local}@${domain}`)

  /** Whose account it is, and what its password must not be made of. */
  async function ownerOf(tx: Pick<Tx, 'db'>, id: string) {
    const [row] = await tx.db.$queryRaw<{ fullName: string; local: string; phone: string | null; again: boolean }[]>`
      SELECT a.display_name AS "fullName", ad.local, p.phone, a.secret_cipher IS NOT NULL AS again
      FROM account a
      JOIN address ad ON ad.holder_kind = 'account' AND ad.holder_id = a.id AND ad.role = 'primary' AND ad.state = 'live'
      LEFT JOIN person p ON p.id = a.person_id
      WHERE a.id = ${id}::uuid`
    return row ?? null
  }

  async function handOver(
    tx: Tx,
    permit: Permit<'account.hand-over'>,
    id: AccountId,
  ): Promise<Decision<store.Held, AccountRefusal>> {
    const account = await lock(tx, id)
    if (!account || !covers(permit.units, account.unitId as UnitId)) return refuse({ kind: 'unknown-account' })
    return isToHandOver(account) ? accept(account) : refuse({ kind: 'already-activated' })
  }

  async function makeSlips(
    tx: Tx,
    permit: Permit<'account.hand-over'>,
    accounts: readonly store.Held[],
  ): Promise<Slip[]> {
    const ids = accounts.map(({ id }) => id)
    const by = permit.actor.name
    const codes = await tokens.activationSlips(tx, ids, await lasting(tx))
    await store.events(
      tx.db,
      tx.at,
      ids.map((id) => ({ id, kind: 'slip-printed', byName: by })),
    )
    for (const id of ids) tx.audit(permit.actor, 'activation.slip-printed', `account:${id}`)
    const named = new Map<string, string>()
    for (const id of new Set(accounts.map(({ unitId }) => unitId)))
      named.set(id, (await units.find(id as UnitId, tx))?.name ?? '')
    const requests = new Map(
      (
        await tx.db.request.findMany({ where: { accountId: { in: ids } }, select: { accountId: true, code: true } })
      ).map(({ accountId, code }) => [accountId, code]),
    )
    return accounts.flatMap((account, n): Slip[] => {
      const code = codes[n]
      if (!code) return []
      const { id, displayName, unitId } = account
      return [
        {
          ...{ accountId: id as AccountId, fullName: displayName, address: addressOf(account), code: code.secret },
          ...{ expiresAt: code.expiresAt, unitName: named.get(unitId) ?? '', requestCode: requests.get(id) ?? null },
          ...{ byName: by, at: tx.at },
        },
      ]
    })
  }

  return {
    arrived,

    /** Links for those who have come back without a password, in the caller's transaction; nothing without an address. */
    offerLinks: (tx: Tx, accounts: readonly store.Held[]): Promise<void> => postLinks(tx, accounts),

    /** Sends a new one-time link to the contact e-mail; former links and slips end. */
    sendLink: (permit: Permit<'account.hand-over'>, id: AccountId): Promise<Decision<EmailAddress, AccountRefusal>> =>
      transaction(async (tx) => {
        const held = await handOver(tx, permit, id)
        if (!held.ok) return held
        const { contactEmail } = held.value
        if (contactEmail === null) return refuse({ kind: 'no-contact-email' })
        await postLinks(tx, [held.value])
        await store.event(tx.db, id, tx.at, 'link-sent', permit.actor.name)
        tx.audit(permit.actor, 'activation.link-sent', `account:${id}`)
        return accept(EmailAddress.parse(contactEmail))
      }),

    /** Makes a hand-over slip; its code is told this once. Former links and slips end. */
    slip: (permit: Permit<'account.hand-over'>, id: AccountId): Promise<Decision<Slip, AccountRefusal>> =>
      transaction(async (tx) => {
        const held = await handOver(tx, permit, id)
        if (!held.ok) return held
        const [slip] = await makeSlips(tx, permit, [held.value])
        return slip ? accept(slip) : refuse({ kind: 'unknown-account' })
      }),

    /** The same for many, in their order; accounts that need none any more are left out. */
    slips: (permit: Permit<'account.hand-over'>, ids: readonly AccountId[]): Promise<Slip[]> =>
      transaction(
        async (tx) => {
          const waiting = new Map(
            (await store.lockAll(tx.db, ids))
              .filter((account) => isToHandOver(account) && covers(permit.units, account.unitId as UnitId))
              .map((account) => [account.id, account]),
          )
          return makeSlips(
            tx,
            permit,
            ids.flatMap((id) => waiting.get(id) ?? []),
          )
        },
        { timeoutMs: 120_000 },
      ),

    /** Whose account a link's secret or a slip's code activates; `address` must fit when a slip's code was typed with it. */
    async activation(secret: string, address: string | null = null): Promise<Decision<Activation, AccountRefusal>> {
      const reading = { db: prisma, at: clock() }
      const token = await tokens.activation(reading, secret)
      const owner = token ? await ownerOf(reading, token.account) : null
      if (!token || !owner) return refuse({ kind: 'dead-link' })
      const typed = address?.trim().toLowerCase()
      const own = addressOf(owner)
      if (typed !== undefined && typed !== own && `${typed}@${domain}` !== own) return refuse({ kind: 'dead-link' })
      return accept({
        accountId: token.account as AccountId,
        fullName: owner.fullName,
        address: own,
        expiresAt: token.expiresAt,
        again: owner.again,
      })
    },

    /**
     * Sets the first password. The secret is used up when the directory has the password, not before: until then the
     * same link can be tried again. Answers the revision to wait for.
     */
    async activate(
      secret: string,
      password: string,
      repeated: string,
    ): Promise<
      Decision<
        { accountId: AccountId; revision: number },
        AccountRefusal | { kind: 'password'; reasons: PasswordRefusal[] }
      >
    > {
      const reading = { db: prisma, at: clock() }
      const token = await tokens.activation(reading, secret)
      if (!token) return refuse({ kind: 'dead-link' })
      // Hashing takes its time: it holds no lock, and goes on while the password is judged. Only a good link gets so far.
      const hashing = hashPassword(password)
      hashing.catch(() => undefined)
      const owner = await ownerOf(reading, token.account)
      if (!owner) return refuse({ kind: 'dead-link' })
      const reasons = checkPassword(password, repeated, owner)
      if (reasons.length > 0) return refuse({ kind: 'password', reasons })
      const sealed = secrets.seal(await hashing, SECRET)
      return transaction(async (tx) => {
        const token = await tokens.activation(tx, secret)
        const account = token ? await lock(tx, token.account) : null
        if (!token || !account || !(await tokens.hold(tx, token.hash))) return refuse({ kind: 'dead-link' })
        // A new password opens nothing that was closed.
        if (!MAY_CHOOSE.includes(account.state)) return refuse({ kind: 'dead-link' })
        const by = { id: `account:${account.id}`, name: account.displayName }
        const begins = account.state === 'awaiting-activation'
        const { revision } = await tx.db.account.update({
          where: { id: account.id },
          data: {
            ...{ secretCipher: sealed, revision: { increment: 1 } },
            // Whoever else knew the former password is out, here now and at the mail server with this revision.
            ...(!begins && { endedRevision: account.revision + 1 }),
            ...(begins && { state: 'active', stateSince: dayToDb(dayOf(tx.at)) }),
          },
        })
        await tokens.pending(tx, token.hash, revision)
        if (!begins) await lives.endSessions(tx.db, [account.id])
        const kind = begins ? 'password-set' : 'password-reset'
        await store.event(tx.db, account.id, tx.at, kind, account.displayName)
        await sync.accountsDue(tx, [{ id: account.id, revision }])
        tx.audit(by, `account.${kind}`, `account:${account.id}`)
        return accept({ accountId: account.id as AccountId, revision })
      })
    },

    /** Waits up to `ms` for the directory to have the account at this revision. */
    async inDirectory(id: AccountId, revision: number, ms: number): Promise<boolean> {
      const end = Date.now() + ms
      for (;;) {
        const rows = await sync.rows({ kind: 'account', id })
        if (rows.some((row) => row.target === 'directory' && row.applied >= revision)) return true
        if (Date.now() >= end) return false
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    },
  }
}
