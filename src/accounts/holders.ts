import type { Actor } from '../access/policy.ts'
import type { Addresses } from '../addresses/addresses.ts'
import type { Tx } from '../db/transaction.ts'
import { dayOf } from '../kernel/day.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import type { AccountRefusal } from './account.ts'
import type { Due } from './due.ts'
import { eachOnce, holderChanges, type HolderAsked } from './holder.ts'
import * as holdings from './holders-store.ts'
import * as store from './store.ts'

export type Holders = ReturnType<typeof holdersOf>

/**
 * Who holds the mailboxes of units and functions. A holding is wanted state of both sides: of the mailbox, whose access
 * list the mail store keeps, and of the person, whose entry says as what they may write.
 */
export function holdersOf(deps: { addresses: Addresses; due: Due; domain: string }) {
  const { addresses, due, domain } = deps

  /** Locks a mailbox, if one is given, and who is to hold it. Refused: unknown-account, unknown-holder. */
  async function lock(
    tx: Tx,
    asked: readonly HolderAsked[],
    mailbox: AccountId | null = null,
    others: readonly string[] = [],
  ): Promise<Decision<store.Held | null, AccountRefusal>> {
    const wanted = asked.map(({ accountId }) => accountId)
    const found = new Map(
      (await store.lockAll(tx.db, [...wanted, ...others, ...(mailbox === null ? [] : [mailbox])])).map((each) => [
        each.id,
        each,
      ]),
    )
    const shared = mailbox === null ? null : (found.get(mailbox) ?? null)
    if (mailbox !== null && (shared === null || shared.kind === 'person')) return refuse({ kind: 'unknown-account' })
    const odd = wanted.find((id) => found.get(id)?.kind !== 'person')
    return odd === undefined ? accept(shared) : refuse({ kind: 'unknown-holder', accountId: odd })
  }

  /** Notes new holdings in both histories and makes the people due; the mailbox itself is the caller's to make due. */
  async function begin(
    tx: Tx,
    by: Pick<Actor, 'id' | 'name'>,
    mailbox: { id: string; address: string },
    begun: readonly HolderAsked[],
    before: readonly HolderAsked[] = [],
  ): Promise<void> {
    if (begun.length === 0) return
    await holdings.begin(tx.db, mailbox.id, begun, dayOf(tx.at))
    const names = await store.namesOf(
      tx.db,
      begun.map(({ accountId }) => accountId),
    )
    for (const { accountId, rights } of begun) {
      const known = before.some((each) => each.accountId === accountId)
      const [here, there] = known
        ? (['holder-changed', 'holding-changed'] as const)
        : (['holder-added', 'holding-begun'] as const)
      await store.event(tx.db, mailbox.id, tx.at, here, by.name, names.get(accountId) ?? null)
      await store.event(tx.db, accountId, tx.at, there, by.name, mailbox.address)
      tx.audit(by, known ? 'holder.changed' : 'holder.added', `account:${mailbox.id}`, { holder: accountId, rights })
    }
    await due.accounts(
      tx,
      begun.map(({ accountId }) => accountId),
    )
  }

  /**
   * Lets exactly these people hold a unit's or function's mailbox, in the caller's transaction. Whoever holds it no more
   * cannot open it once this has arrived, and their running sessions are ended. Refused: unknown-account (none, or a
   * person's own), unknown-holder.
   */
  async function setHolders(
    tx: Tx,
    by: Pick<Actor, 'id' | 'name'>,
    id: AccountId,
    holders: readonly HolderAsked[],
  ): Promise<Decision<null, AccountRefusal>> {
    const asked = eachOnce(holders)
    const before = await holdings.present(tx.db, id)
    const locked = await lock(
      tx,
      asked,
      id,
      before.map(({ accountId }) => accountId),
    )
    if (!locked.ok) return locked
    // Read again now that nobody else can change it.
    const { ended, begun } = holderChanges(await holdings.present(tx.db, id), asked)
    if (ended.length === 0 && begun.length === 0) return accept(null)
    const [local = ''] = await addresses.ofOwner(tx, { kind: 'account', id })
    const address = `${local}@${domain}`
    const revision = (await due.accounts(tx, [id])).get(id) ?? 0
    const ids = ended.map((each) => each.id)
    await holdings.end(tx.db, ids, dayOf(tx.at), revision)
    const grown = ended.filter(({ accountId }) =>
      begun.some((one) => one.accountId === accountId && one.rights === 'full'),
    )
    await holdings.needNoShuttingOut(
      tx.db,
      grown.map((each) => each.id),
      tx.at,
    )
    const gone = ended.filter(({ accountId }) => !begun.some((one) => one.accountId === accountId))
    const names = await store.namesOf(
      tx.db,
      gone.map(({ accountId }) => accountId),
    )
    for (const { accountId } of gone) {
      await store.event(tx.db, id, tx.at, 'holder-removed', by.name, names.get(accountId) ?? null)
      await store.event(tx.db, accountId, tx.at, 'holding-ended', by.name, address)
      tx.audit(by, 'holder.removed', `account:${id}`, { holder: accountId })
    }
    await due.accounts(
      tx,
      gone.map(({ accountId }) => accountId),
    )
    await begin(tx, by, { id, address }, begun, ended)
    return accept(null)
  }

  /**
   * Ends what these accounts have to do with holding: what people hold, and who holds a mailbox that ends. Where nobody else
   * may file and answer any more, `successor` does from now on, if they are there. With a unit, only its mailboxes.
   */
  async function endAll(
    tx: Tx,
    by: Pick<Actor, 'id' | 'name'>,
    ids: readonly string[],
    successor: AccountId | null = null,
    unit: UnitId | null = null,
  ): Promise<void> {
    for (const mailbox of await holdings.concerning(tx.db, ids, unit)) {
      const present = await holdings.present(tx.db, mailbox)
      const rest = ids.includes(mailbox) ? [] : present.filter(({ accountId }) => !ids.includes(accountId))
      const orphaned = !ids.includes(mailbox) && !rest.some(({ rights }) => rights === 'full')
      const kept = rest.map(({ accountId, rights }) => ({ accountId, rights }))
      const next =
        successor !== null && orphaned
          ? [
              ...kept.filter(({ accountId }) => accountId !== successor),
              { accountId: successor, rights: 'full' as const },
            ]
          : kept
      const set = await setHolders(tx, by, mailbox, next)
      // The successor may be gone by now; the mailbox is then held by those who are left.
      if (!set.ok && successor !== null) await setHolders(tx, by, mailbox, kept)
    }
  }

  return { lock, begin, setHolders, endAll }
}
