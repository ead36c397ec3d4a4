import { covers, jobActor, type Permit } from '../access/policy.ts'
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
import type { Arrived } from '../provisioning/apply.ts'
import type { Sync } from '../provisioning/sync.ts'
import type { Units } from '../units/units.ts'
import { SECRET, type AccountRefusal } from './account.ts'
import type { Due } from './due.ts'
import { hashPassword } from './password-hash.ts'
import { checkPassword, type PasswordRefusal } from './password.ts'
import * as holdings from './holders-store.ts'
import type { LifePolicies } from './life-policies.ts'
import * as lives from './life-store.ts'
import type { AccountState } from './life.ts'
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
  const { prisma, transaction, clock, secrets, tokens, letters, sync, units, due, life, domain } = deps

  /** Milliseconds that a link or slip is good for. */
  const lasting = async (tx: Tx): Promise<number> => hours((await life.present(tx)).policy.activationHours)
  const lock = async (tx: Tx, id: string): Promise<store.Held | null> => (await store.lockAll(tx.db, [id]))[0] ?? null
  const addressOf = ({ local }: { local: string }): EmailAddress => EmailAddress.parse(`${local}@${domain}`)

  /** The account's new one-time link, in a letter to the contact e-mail. */
  async function postLink(tx: Tx, account: store.Held, to: string): Promise<void> {
    const { secret, expiresAt } = await tokens.activationLink(tx, account.id, await lasting(tx))
    const params = { name: account.displayName, address: addressOf(account), secret, until: expiresAt.toISOString() }
    await letters.post(tx, { to, language: account.language, template: 'link', params, about: `account:${account.id}` })
  }

  /** The mailbox is there for the first time: the letter that the request was approved, with the link unless by slip. */
  async function postReady(tx: Tx, account: store.Held, to: string): Promise<void> {
    const request = await tx.db.request.findFirst({ where: { accountId: account.id } })
    const { handOver: by, language } = account
    const about = `account:${account.id}`
    if (!request?.decidedAt) return by === 'link' ? postLink(tx, account, to) : undefined
    const unit = await units.find(account.unitId as UnitId, tx)
    const facts = {
      code: request.code,
      name: account.displayName,
      unit: unit?.name ?? '',
      on: request.decidedAt.toISOString(),
      address: addressOf(account),
    }
    if (by === 'slip') return letters.post(tx, { to, language, template: 'approved-slip', params: facts, about })
    const { secret, expiresAt } = await tokens.activationLink(tx, account.id, await lasting(tx))
    await letters.post(tx, {
      to,
      language,
      template: 'approved',
      about,
      params: { ...facts, secret, until: expiresAt.toISOString() },
    })
  }

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

  /** To the mailbox itself and to the contact e-mail: whoever did not do it hears of it at one of the two. */
  async function tellChanged(tx: Tx, account: store.Held): Promise<void> {
    const address = addressOf(account)
    const params = { name: account.displayName, address, at: tx.at.toISOString() }
    const to = [address, account.contactEmail].filter((each) => each !== null)
    const of = {
      language: account.language,
      template: 'password-changed',
      params,
      about: `account:${account.id}`,
    } as const
    await letters.postMany(
      tx,
      to.map((each) => ({ ...of, to: each })),
    )
  }

  async function handOver(
    tx: Tx,
    permit: Permit<'account.hand-over'>,
    id: AccountId,
  ): Promise<Decision<store.Held, AccountRefusal>> {
    const account = await lock(tx, id)
    if (!account || !covers(permit.units, account.unitId as UnitId)) return refuse({ kind: 'unknown-account' })
    if (account.state !== 'awaiting-activation') return refuse({ kind: 'already-activated' })
    return accept(account)
  }

  async function makeSlip(
    tx: Tx,
    permit: Permit<'account.hand-over'>,
    id: AccountId,
  ): Promise<Decision<Slip, AccountRefusal>> {
    const held = await handOver(tx, permit, id)
    if (!held.ok) return held
    const { secret, expiresAt } = await tokens.activationSlip(tx, id, await lasting(tx))
    await store.event(tx.db, id, tx.at, 'slip-printed', permit.actor.name)
    tx.audit(permit.actor, 'activation.slip-printed', `account:${id}`)
    const unit = await units.find(held.value.unitId as UnitId, tx)
    const request = await tx.db.request.findFirst({ where: { accountId: id } })
    return accept({
      accountId: id,
      fullName: held.value.displayName,
      address: addressOf(held.value),
      expiresAt,
      code: secret,
      unitName: unit?.name ?? '',
      requestCode: request?.code ?? null,
      byName: permit.actor.name,
      at: tx.at,
    })
  }

  return {
    /** A link for somebody who has come back without a password, in the caller's transaction; nothing without an address. */
    offerLink: async (tx: Tx, account: store.Held): Promise<void> => {
      if (account.contactEmail !== null) await postLink(tx, account, account.contactEmail)
    },

    /** Sends a new one-time link to the contact e-mail; former links and slips end. */
    sendLink: (permit: Permit<'account.hand-over'>, id: AccountId): Promise<Decision<EmailAddress, AccountRefusal>> =>
      transaction(async (tx) => {
        const held = await handOver(tx, permit, id)
        if (!held.ok) return held
        const { contactEmail } = held.value
        if (contactEmail === null) return refuse({ kind: 'no-contact-email' })
        await postLink(tx, held.value, contactEmail)
        await store.event(tx.db, id, tx.at, 'link-sent', permit.actor.name)
        tx.audit(permit.actor, 'activation.link-sent', `account:${id}`)
        return accept(EmailAddress.parse(contactEmail))
      }),

    /** Makes a hand-over slip; its code is told this once. Former links and slips end. */
    slip: (permit: Permit<'account.hand-over'>, id: AccountId): Promise<Decision<Slip, AccountRefusal>> =>
      transaction((tx) => makeSlip(tx, permit, id)),

    /** The same for many, in their order; accounts that need none any more are left out. */
    slips: (permit: Permit<'account.hand-over'>, ids: readonly AccountId[]): Promise<Slip[]> =>
      transaction(
        async (tx) => {
          const made: Slip[] = []
          for (const id of ids) {
            const slip = await makeSlip(tx, permit, id)
            if (slip.ok) made.push(slip.value)
          }
          return made
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

    /**
     * For provisioning, in the transaction that records it: new entries join their unit's group; an account that is
     * complete for the first time gets its activation link; a password that has arrived uses up its one-time secret.
     */
    arrived: (async (tx, arrivals) => {
      const created = arrivals.filter((arrival) => arrival.created).map((arrival) => arrival.id)
      const accounts = await store.lockAll(
        tx.db,
        arrivals.map((arrival) => arrival.id),
      )
      const complete = arrivals.filter((arrival) => arrival.complete).map((arrival) => arrival.id)
      const units = new Set(accounts.filter((account) => created.includes(account.id)).map((account) => account.unitId))
      await due.groups(tx, [...units])
      const shared = new Set(accounts.filter(({ kind }) => kind !== 'person').map(({ id }) => id))
      const opened = arrivals.filter((arrival) => arrival.complete && shared.has(arrival.id))
      if (opened.length > 0) await holdings.shutOut(tx.db, opened, tx.at)
      const by = jobActor('provisioning')
      for (const account of accounts.filter((each) => complete.includes(each.id) && each.readyAt === null)) {
        if (account.state === 'awaiting-activation' && account.contactEmail !== null)
          await postReady(tx, account, account.contactEmail)
        await tx.db.account.update({ where: { id: account.id }, data: { readyAt: tx.at } })
        await store.event(tx.db, account.id, tx.at, 'ready', '')
        tx.audit(by, 'account.ready', `account:${account.id}`)
      }
      for (const id of await tokens.applied(tx, arrivals)) {
        const account = accounts.find((each) => each.id === id)
        if (!account) continue
        if (account.activatedAt !== null) {
          await tellChanged(tx, account)
          continue
        }
        await tx.db.account.update({ where: { id }, data: { activatedAt: tx.at } })
        await store.event(tx.db, id, tx.at, 'activated', account.displayName)
        tx.audit({ id: `account:${id}`, name: account.displayName }, 'account.activated', `account:${id}`)
        if (account.contactEmail === null) continue
        await letters.post(tx, {
          to: account.contactEmail,
          language: account.language,
          template: 'ready',
          about: `account:${id}`,
          params: { name: account.displayName, address: addressOf(account), at: tx.at.toISOString() },
        })
      }
    }) satisfies Arrived,
  }
}
