import type { Actor } from '../access/policy.ts'
import type { Addresses } from '../addresses/addresses.ts'
import type { Tx } from '../db/transaction.ts'
import { dayOf, dayToDb } from '../kernel/day.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import { addressOf, type LocalPart } from '../kernel/email-address.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import type { PersonName } from '../kernel/person-name.ts'
import { fold } from '../kernel/text.ts'
import { searchText, type AccountRefusal, type QuotaMb } from './account.ts'
import type { Due } from './due.ts'
import * as store from './store.ts'

type Done = Decision<null, AccountRefusal | { kind: 'address-taken' }>
/** A new name, and with it a new primary address that the request holds; null leaves the address as it is. */
export type NewName = { readonly name: PersonName; readonly local: LocalPart | null }
/** Where somebody serves from today; what is absent stays. */
export type NewPosition = { readonly title: string; readonly unitId?: UnitId; readonly employment?: string }

/**
 * Changes of an account that exists, each in the transaction of whoever decides it. The entry and the mailbox stay where
 * they are: only what they show changes. A refusal may have taken an address already: the caller gives the transaction up.
 */
export function changesOf(deps: { addresses: Addresses; due: Due; domain: string }) {
  const { addresses, due, domain } = deps
  const owner = (id: string) => ({ kind: 'account' as const, id })
  const full = (local: LocalPart) => addressOf(local, domain)
  const lock = async (tx: Tx, id: AccountId): Promise<store.Held | null> =>
    (await store.lockAll(tx.db, [id]))[0] ?? null

  /** A new primary address; the former one stays as an alias. */
  async function move(tx: Tx, by: Actor, requestId: string, account: store.Held, local: LocalPart): Promise<Done> {
    const before = account.local as LocalPart
    if (local === before) return accept(null)
    const live = await addresses.live(tx, requestId, local, owner(account.id))
    if (!live.ok) return refuse({ kind: 'address-taken' })
    await store.event(tx.db, account.id, tx.at, 'address-changed', by.name, full(local))
    tx.audit(by, 'account.address-changed', `account:${account.id}`, { address: full(local), before: full(before) })
    return accept(null)
  }

  /** What finds it: its name, every address that it has, its number. */
  async function noteSearch(tx: Tx, account: Pick<store.Held, 'id' | 'kind' | 'login'>, name: string): Promise<void> {
    const locals = await addresses.ofOwner(tx, owner(account.id))
    const login = locals.some((local) => local === account.login) ? null : account.login
    await tx.db.account.update({
      where: { id: account.id },
      data: { displayName: name, search: searchText([fold(name), ...locals, login]) },
    })
  }

  /** Another name, where `person` says its parts, and perhaps another primary address. */
  async function rename(
    tx: Tx,
    by: Actor,
    requestId: string,
    account: store.Held,
    name: string,
    local: LocalPart | null,
  ): Promise<Done> {
    const moved = local === null ? accept(null) : await move(tx, by, requestId, account, local)
    if (!moved.ok) return moved
    await noteSearch(tx, account, name)
    if (name !== account.displayName) {
      await store.event(tx.db, account.id, tx.at, 'renamed', by.name, account.displayName)
      tx.audit(by, 'account.renamed', `account:${account.id}`, { name, before: account.displayName })
    }
    await due.withWhoShowsThem(tx, [account.id])
    return accept(null)
  }

  return {
    /**
     * A person's new name; the old address stays as an alias, the mailbox and its letters stay where they are. Refused:
     * unknown-account, address-taken when the request does not hold the new address.
     */
    async rename(tx: Tx, by: Actor, requestId: string, id: AccountId, asked: NewName): Promise<Done> {
      const account = await lock(tx, id)
      if (!account?.personId) return refuse({ kind: 'unknown-account' })
      const { full: fullName, surname, middle, given } = asked.name
      const data = { fullName, surname, middle, given, fold: fold(fullName) }
      await tx.db.person.update({ where: { id: account.personId }, data })
      return rename(tx, by, requestId, account, fullName, asked.local)
    },

    /**
     * A person's new title, and perhaps unit, from today: the present post ends and another begins; one that began today
     * is corrected. Refused: unknown-account.
     */
    changePosition: async (
      tx: Tx,
      by: Pick<Actor, 'id' | 'name'>,
      id: AccountId,
      asked: NewPosition,
    ): Promise<Decision<null, AccountRefusal>> => {
      const account = await lock(tx, id)
      if (!account?.personId) return refuse({ kind: 'unknown-account' })
      const today = dayToDb(dayOf(tx.at))
      const present = await store.primaryPost(tx.db, account.personId, today)
      const next = {
        title: asked.title,
        unitId: asked.unitId ?? account.unitId,
        employment: asked.employment ?? present?.employment ?? 'civil-servant',
      }
      if (present && present.validFrom >= today) await tx.db.post.update({ where: { id: present.id }, data: next })
      else {
        if (present) await tx.db.post.update({ where: { id: present.id }, data: { validTo: today } })
        const validTo = present?.validTo ?? null
        await tx.db.post.create({ data: { personId: account.personId, ...next, validFrom: today, validTo } })
      }
      if (next.unitId !== account.unitId) await tx.db.account.update({ where: { id }, data: { unitId: next.unitId } })
      await store.event(tx.db, id, tx.at, 'position-changed', by.name, asked.title)
      tx.audit(by, 'account.position-changed', `account:${id}`, { ...next, before: present?.title ?? null })
      await due.accounts(tx, [id])
      if (next.unitId !== account.unitId) await due.groups(tx, [account.unitId, next.unitId])
      return accept(null)
    },

    /** A further address, which the request holds or which was the account's own before. Refused: unknown-account, address-taken. */
    async addAlias(tx: Tx, by: Actor, requestId: string, id: AccountId, local: LocalPart): Promise<Done> {
      const account = await lock(tx, id)
      if (!account) return refuse({ kind: 'unknown-account' })
      const live = await addresses.live(tx, requestId, local, owner(id), 'alias')
      if (!live.ok) return refuse({ kind: 'address-taken' })
      await noteSearch(tx, account, account.displayName)
      await store.event(tx.db, id, tx.at, 'alias-added', by.name, full(local))
      tx.audit(by, 'account.alias-added', `account:${id}`, { address: full(local) })
      await due.withWhoShowsThem(tx, [id])
      return accept(null)
    },

    /** Gives an alias up; it is never anybody else's. Refused: unknown-account, not-own-address, primary-address. */
    async removeAlias(tx: Tx, by: Actor, id: AccountId, local: LocalPart): Promise<Decision<null, AccountRefusal>> {
      const account = await lock(tx, id)
      if (!account) return refuse({ kind: 'unknown-account' })
      const retired = await addresses.retire(tx, owner(id), local)
      if (!retired.ok) return retired
      await noteSearch(tx, account, account.displayName)
      await store.event(tx.db, id, tx.at, 'alias-removed', by.name, full(local))
      tx.audit(by, 'account.alias-removed', `account:${id}`, { address: full(local) })
      await due.withWhoShowsThem(tx, [id])
      return accept(null)
    },

    /** A size of the mailbox's own, which no policy makes smaller. Refused: unknown-account. */
    async setQuota(tx: Tx, by: Actor, id: AccountId, quotaMb: QuotaMb): Promise<Decision<null, AccountRefusal>> {
      const account = await lock(tx, id)
      if (!account) return refuse({ kind: 'unknown-account' })
      if (account.quotaMb === quotaMb) {
        await tx.db.account.update({ where: { id }, data: { quotaOwnMb: quotaMb } })
        return accept(null)
      }
      await tx.db.account.update({ where: { id }, data: { quotaMb, quotaOwnMb: quotaMb } })
      await store.event(tx.db, id, tx.at, 'quota-changed', by.name, `${account.quotaMb} → ${quotaMb} MB`)
      tx.audit(by, 'account.quota-changed', `account:${id}`, { quotaMb, before: account.quotaMb })
      await due.accounts(tx, [id])
      return accept(null)
    },
  }
}
