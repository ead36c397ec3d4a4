import { z } from 'zod'
import { covers, hasRole, publicActor, type Permit, type PersonActor } from '../access/policy.ts'
import type { Tokens } from '../access/tokens.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import { hours, later, minutes } from '../kernel/clock.ts'
import { dayOf, dayToDb } from '../kernel/day.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import { EmailAddress } from '../kernel/email-address.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import type { Letters } from '../letters/letters.ts'
import type { Units } from '../units/units.ts'
import type { Slip } from './activations.ts'
import { PROTECTED_ROLES } from './life-acts.ts'
import type { LifePolicies } from './life-policies.ts'
import { switches } from './life.ts'
import { findNamed } from './resetting-store.ts'
import * as store from './store.ts'

export type ResetRefusal =
  | { kind: 'unknown-account' }
  | { kind: 'own-account' }
  | { kind: 'protected-account' }
  | { kind: 'no-sign-in' }
  | { kind: 'no-contact-email' }

/** So long after a link somebody who asks again gets none: nobody fills a stranger's mailbox with letters. */
const PAUSE_MS = minutes(10)
/** An address, its local part, or an account number; nothing else is looked for. */
const Login = z
  .string()
  .transform((text) => text.trim().toLowerCase())
  .pipe(z.string().regex(/^[a-z0-9][a-z0-9._@-]{0,253}$/))
const isProtected = (role: string): boolean => (PROTECTED_ROLES as readonly string[]).includes(role)

/**
 * A new password for somebody who has forgotten theirs: by a one-time link to the contact e-mail, or by a slip. Nobody ever
 * types or learns another's password; the secret opens the same page as the first one did.
 */
export function resettingOf(deps: {
  transaction: Transaction
  tokens: Tokens
  letters: Letters
  units: Units
  life: LifePolicies
  domain: string
}) {
  const { transaction, tokens, letters, units, life, domain } = deps
  const withoutDomain = (name: string) => (name.endsWith(`@${domain}`) ? name.slice(0, -domain.length - 1) : name)
  const addressOf = ({ local }: { local: string }): EmailAddress => EmailAddress.parse(`${local}@${domain}`)

  /** The roles in force of an account, with the unit that each is for. */
  const grantsOf = (tx: Pick<Tx, 'db' | 'at'>, id: string) => {
    const today = dayToDb(dayOf(tx.at))
    return tx.db.roleGrant.findMany({
      where: { accountId: id, validFrom: { lte: today }, OR: [{ validTo: null }, { validTo: { gt: today } }] },
      select: { role: true, unitId: true },
    })
  }

  /** Whether a new password would let anybody in. */
  async function mayEnter(tx: Tx, account: store.Held): Promise<boolean> {
    const { policy } = await life.present(tx)
    const { secretCipher } = await tx.db.account.findUniqueOrThrow({ where: { id: account.id } })
    return switches(account.state, secretCipher !== null, policy).signIn
  }

  /** Locks the account where the permit reaches it: not one's own, and not one that may do more than whoever asks. */
  async function reach(
    tx: Tx,
    { actor, units: scope }: Permit<'password.reset'>,
    id: AccountId,
  ): Promise<Decision<store.Held, ResetRefusal>> {
    const [account] = await store.lockAll(tx.db, [id])
    if (!account || !covers(scope, account.unitId as UnitId)) return refuse({ kind: 'unknown-account' })
    // Permits for it are given to people only.
    if ((actor as PersonActor).accountId === id) return refuse({ kind: 'own-account' })
    if (!hasRole(actor, 'it-staff')) {
      const grants = await grantsOf(tx, id)
      const beyond = ({ role, unitId }: { role: string; unitId: string | null }) =>
        isProtected(role) || unitId === null || !covers(scope, unitId as UnitId)
      if (grants.some(beyond)) return refuse({ kind: 'protected-account' })
    }
    return (await mayEnter(tx, account)) ? accept(account) : refuse({ kind: 'no-sign-in' })
  }

  async function postLink(tx: Tx, account: store.Held, to: string): Promise<void> {
    const { policy } = await life.present(tx)
    const { secret, expiresAt } = await tokens.activationLink(tx, account.id, hours(policy.activationHours))
    await letters.post(tx, {
      ...{ to, language: account.language, template: 'reset', about: `account:${account.id}` },
      params: { name: account.displayName, address: addressOf(account), secret, until: expiresAt.toISOString() },
    })
    await store.event(tx.db, account.id, tx.at, 'reset-link-sent', '')
  }

  return {
    /**
     * Somebody says that they have forgotten the password of this address or number. A link goes to the contact e-mail of
     * whoever it is, if it is anybody who may sign in and has one; whoever asks is told nothing either way. Those with rights over
     * the whole province get none: they go to a colleague, who knows them.
     */
    ask: (typed: string): Promise<void> =>
      transaction(async (tx) => {
        const name = Login.safeParse(typed)
        const found = name.success ? await findNamed(tx.db, withoutDomain(name.data)) : null
        const [account] = found === null ? [] : await store.lockAll(tx.db, [found])
        const sent = account ? await offer(tx, account) : false
        tx.audit(publicActor, 'password.reset-asked', account ? `account:${account.id}` : 'account:?', { sent })
      }),

    /** Sends a link to the contact e-mail; former links and slips end. */
    sendLink: (permit: Permit<'password.reset'>, id: AccountId): Promise<Decision<EmailAddress, ResetRefusal>> =>
      transaction(async (tx) => {
        const held = await reach(tx, permit, id)
        if (!held.ok) return held
        const { contactEmail } = held.value
        if (contactEmail === null) return refuse({ kind: 'no-contact-email' })
        await postLink(tx, held.value, contactEmail)
        tx.audit(permit.actor, 'password.reset-link-sent', `account:${id}`)
        return accept(EmailAddress.parse(contactEmail))
      }),

    /**
     * Makes a slip whose code is told this once. Whose it is reads of it at once, in their own mailbox and at their contact e-mail:
     * a slip that somebody else uses is no secret.
     */
    slip: (permit: Permit<'password.reset'>, id: AccountId): Promise<Decision<Slip, ResetRefusal>> =>
      transaction(async (tx) => {
        const held = await reach(tx, permit, id)
        if (!held.ok) return held
        const account = held.value
        const { policy } = await life.present(tx)
        const { secret, expiresAt } = await tokens.activationSlip(tx, id, hours(policy.activationHours))
        await store.event(tx.db, id, tx.at, 'reset-slip-printed', permit.actor.name)
        tx.audit(permit.actor, 'password.reset-slip-printed', `account:${id}`)
        const address = addressOf(account)
        const params = { name: account.displayName, address, by: permit.actor.name, at: tx.at.toISOString() }
        await letters.postMany(
          tx,
          [address, account.contactEmail]
            .filter((to) => to !== null)
            .map((to) => ({
              ...({ to, language: account.language, template: 'reset-slip', about: `account:${id}`, params } as const),
            })),
        )
        return accept({
          ...{ accountId: id, fullName: account.displayName, address, expiresAt, code: secret },
          unitName: (await units.find(account.unitId as UnitId, tx))?.name ?? '',
          ...{ requestCode: null, byName: permit.actor.name, at: tx.at },
        })
      }),

    /** Whether the reader could give this person a new way in now. */
    open: (permit: Permit<'password.reset'>, id: AccountId): Promise<boolean> =>
      transaction(async (tx) => (await reach(tx, permit, id)).ok),
  }

  async function offer(tx: Tx, account: store.Held): Promise<boolean> {
    if (account.contactEmail === null || account.kind !== 'person' || !(await mayEnter(tx, account))) return false
    if ((await grantsOf(tx, account.id)).some(({ role }) => isProtected(role))) return false
    const since = later(tx.at, -PAUSE_MS)
    const about = `account:${account.id}`
    if ((await tx.db.outbox.count({ where: { template: 'reset', about, createdAt: { gt: since } } })) > 0) return false
    await postLink(tx, account, account.contactEmail)
    return true
  }
}
