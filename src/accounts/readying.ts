import { jobActor } from '../access/policy.ts'
import type { Tokens } from '../access/tokens.ts'
import type { Tx } from '../db/transaction.ts'
import { hours } from '../kernel/clock.ts'
import { EmailAddress } from '../kernel/email-address.ts'
import type { UnitId } from '../kernel/ids.ts'
import type { Letters, Posted } from '../letters/letters.ts'
import type { Arrived } from '../provisioning/wanted.ts'
import type { Units } from '../units/units.ts'
import type { Due } from './due.ts'
import * as holdings from './holders-store.ts'
import type { LifePolicies } from './life-policies.ts'
import * as store from './store.ts'

/** What follows when the targets have accounts: their groups, and the letters that open the way in. By few statements for many. */
export function readyingOf(deps: {
  tokens: Tokens
  letters: Letters
  units: Units
  due: Due
  life: LifePolicies
  domain: string
}) {
  const { tokens, letters, units, due, life, domain } = deps
  const addressOf = ({ local }: { local: string }): EmailAddress => EmailAddress.parse(`${local}@${domain}`)

  /** New one-time links of these accounts, and until when they are good. */
  async function linksOf(tx: Tx, accounts: readonly store.Held[]) {
    const { policy } = await life.present(tx)
    const ids = accounts.map(({ id }) => id)
    const made = await tokens.activationLinks(tx, ids, hours(policy.activationHours))
    return new Map(
      made.map(({ secret, expiresAt }, n) => [ids[n] ?? '', { secret, until: expiresAt.toISOString() }] as const),
    )
  }

  /** New one-time links, each in a letter to the contact e-mail; nothing for whom none is known. */
  async function postLinks(tx: Tx, accounts: readonly store.Held[]): Promise<void> {
    const reached = accounts.flatMap((account) =>
      account.contactEmail === null ? [] : [{ account, to: account.contactEmail }],
    )
    if (reached.length === 0) return
    const links = await linksOf(
      tx,
      reached.map(({ account }) => account),
    )
    await letters.postMany(
      tx,
      reached.flatMap(({ account, to }): Posted[] => {
        const link = links.get(account.id)
        if (!link) return []
        const params = { name: account.displayName, address: addressOf(account), ...link }
        return [{ to, language: account.language, template: 'link', params, about: `account:${account.id}` }]
      }),
    )
  }

  /** The mailboxes are there for the first time: letters that requests were approved, and links to whom none is handed a slip. */
  async function postReady(tx: Tx, accounts: readonly store.Held[]): Promise<void> {
    const reached = accounts.filter(({ contactEmail }) => contactEmail !== null)
    if (reached.length === 0) return
    const requests = await tx.db.request.findMany({
      where: { accountId: { in: reached.map(({ id }) => id) }, decidedAt: { not: null } },
      select: { accountId: true, code: true, decidedAt: true },
    })
    const asked = new Map(requests.map((request) => [request.accountId, request]))
    await postLinks(
      tx,
      reached.filter(({ id, handOver }) => handOver === 'link' && !asked.has(id)),
    )
    const approved = reached.filter(({ id }) => asked.has(id))
    if (approved.length === 0) return
    const links = await linksOf(
      tx,
      approved.filter(({ handOver }) => handOver === 'link'),
    )
    const named = new Map<string, string>()
    for (const id of new Set(approved.map(({ unitId }) => unitId)))
      named.set(id, (await units.find(id as UnitId, tx))?.name ?? '')
    await letters.postMany(
      tx,
      approved.flatMap((account): Posted[] => {
        const request = asked.get(account.id)
        if (!request?.decidedAt || account.contactEmail === null) return []
        const of = { to: account.contactEmail, language: account.language, about: `account:${account.id}` }
        const params = {
          code: request.code,
          name: account.displayName,
          unit: named.get(account.unitId) ?? '',
          on: request.decidedAt.toISOString(),
          address: addressOf(account),
        }
        const link = links.get(account.id)
        if (!link) return [{ ...of, template: 'approved-slip', params }]
        return [{ ...of, template: 'approved', params: { ...params, ...link } }]
      }),
    )
  }

  /** To the mailbox itself and to the contact e-mail: whoever did not do it hears of it at one of the two. */
  async function tellChanged(tx: Tx, account: store.Held): Promise<void> {
    const address = addressOf(account)
    const params = { name: account.displayName, address, at: tx.at.toISOString() }
    const to = [address, account.contactEmail].filter((each) => each !== null)
    const { language } = account
    await letters.postMany(
      tx,
      to.map((each): Posted => ({
        ...{ to: each, language, template: 'password-changed', params, about: `account:${account.id}` },
      })),
    )
  }

  /** The password of somebody who begins has arrived. */
  async function activated(tx: Tx, account: store.Held): Promise<void> {
    const { id, displayName, contactEmail, language } = account
    await tx.db.account.update({ where: { id }, data: { activatedAt: tx.at } })
    await store.event(tx.db, id, tx.at, 'activated', displayName)
    tx.audit({ id: `account:${id}`, name: displayName }, 'account.activated', `account:${id}`)
    if (contactEmail === null) return
    const params = { name: displayName, address: addressOf(account), at: tx.at.toISOString() }
    await letters.post(tx, { to: contactEmail, language, template: 'ready', about: `account:${id}`, params })
  }

  /** Accounts that are complete for the first time. */
  async function complete(tx: Tx, accounts: readonly store.Held[]): Promise<void> {
    if (accounts.length === 0) return
    await postReady(
      tx,
      accounts.filter(({ state }) => state === 'awaiting-activation'),
    )
    const ids = accounts.map(({ id }) => id)
    await store.ready(tx.db, ids, tx.at)
    await store.events(
      tx.db,
      tx.at,
      ids.map((id) => ({ id, kind: 'ready', byName: '' })),
    )
    const by = jobActor('provisioning')
    for (const id of ids) tx.audit(by, 'account.ready', `account:${id}`)
  }

  return {
    postLinks,

    /**
     * For provisioning, in the transaction that records it: new entries join their unit's group; an account that is
     * complete for the first time gets its activation link; a password that has arrived uses up its one-time secret.
     */
    arrived: (async (tx, arrivals) => {
      const accounts = await store.lockAll(
        tx.db,
        arrivals.map((arrival) => arrival.id),
      )
      const byId = new Map(accounts.map((account) => [account.id, account]))
      const created = arrivals.flatMap(({ id, created }) => (created ? (byId.get(id) ?? []) : []))
      await due.groups(tx, [...new Set(created.map(({ unitId }) => unitId))])
      const opened = arrivals.filter(({ id, complete }) => complete && (byId.get(id)?.kind ?? 'person') !== 'person')
      if (opened.length > 0) await holdings.shutOut(tx.db, opened, tx.at)
      const whole = new Set(arrivals.filter((arrival) => arrival.complete).map(({ id }) => id))
      await complete(
        tx,
        accounts.filter(({ id, readyAt }) => whole.has(id) && readyAt === null),
      )
      for (const id of await tokens.applied(tx, arrivals)) {
        const account = byId.get(id)
        if (account) await (account.activatedAt === null ? activated(tx, account) : tellChanged(tx, account))
      }
    }) satisfies Arrived,
  }
}
