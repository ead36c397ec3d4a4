import type { Actor } from '../access/policy.ts'
import type { AddressState, BulkAddresses } from '../addresses/bulk.ts'
import { keptNames } from '../addresses/kept-name.ts'
import type { Tx } from '../db/transaction.ts'
import { dayOf } from '../kernel/day.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import { addressOf, type LocalPart } from '../kernel/email-address.ts'
import type { AccountId } from '../kernel/ids.ts'
import type { EventDetail } from './account.ts'
import type { Letters } from '../letters/letters.ts'
import type { Due } from './due.ts'
import type { Because, EnactRefusal, Enacting } from './enacting.ts'
import type { Holders } from './holders.ts'
import * as holdings from './holders-store.ts'
import { serves, type Life } from './life.ts'
import * as merged from './merging-store.ts'
import * as moves from './moves-store.ts'
import { noteLocals } from './relocating-store.ts'
import * as store from './store.ts'

export type MergeRefusal = EnactRefusal | { kind: 'other-in-service' } | { kind: 'address-taken' }
export type Merging = ReturnType<typeof mergingOf>

/** Two accounts of one person become one in use; no letter and no address is lost. */
export function mergingOf(deps: {
  addresses: BulkAddresses
  due: Due
  holders: Holders
  enacting: Pick<Enacting, 'enact'>
  letters: Letters
  domain: string
}) {
  const { addresses, due, holders, enacting, letters, domain } = deps

  /** What the other account's addresses become; it keeps one that nobody knows, under which its mail is found. */
  async function handAddresses(tx: Tx, kept: AccountId, other: store.Held): Promise<LocalPart[] | null> {
    const present = await merged.addressesOf(tx.db, other.id as AccountId)
    const passed = present.map((row): AddressState => ({ ...row, holder: kept, role: 'alias', until: null }))
    const living = passed.filter(({ state }) => state === 'live').map(({ local }) => local as LocalPart)
    const names = other.state === 'tombstone' ? [null] : keptNames(other.local)
    const taken = await addresses.taken(names.filter((name) => name !== null))
    const name = names.find((each) => each === null || !taken.has(each))
    if (name === undefined) return null
    const own: AddressState[] =
      name === null ? [] : [{ local: name, holder: other.id as AccountId, state: 'live', role: 'primary', until: null }]
    const handed = await addresses.handOver(
      tx,
      [kept, other.id as AccountId],
      [...passed, ...own],
      new Set(name === null ? [] : [name]),
    )
    return handed && living
  }

  const detailOf = ({ why, letter, askedBy }: Because): EventDetail => ({
    ...(why !== undefined && { why }),
    ...(askedBy !== undefined && { askedBy }),
    letter: letter ?? null,
  })

  return {
    /** Notes in the account's history that the person's number is another now; by their ends. */
    async noteNumber(
      tx: Tx,
      by: Pick<Actor, 'id' | 'name'>,
      account: AccountId | null,
      { before, after }: { readonly before: string | null; readonly after: string },
      because: Because,
    ): Promise<void> {
      if (account === null) return
      const note = [...(before === null ? [] : [`••• ${before}`]), `••• ${after}`].join(' → ')
      await store.events(tx.db, tx.at, [
        { id: account, kind: 'number-corrected', byName: by.name, note, detail: detailOf(because) },
      ])
    },

    /**
     * `kept` stays as it is, and receives for every address of `other`, whose shared mailboxes and further posts pass to it;
     * `other` leaves, and its mail is kept for the term. The person's records are one already. Refused: unknown-account,
     * other-in-service (the one that is kept is out of use), last-it-staff, address-taken; what was written by then is for the
     * caller to give up.
     */
    async merge(
      tx: Tx,
      by: Pick<Actor, 'id' | 'name'>,
      { kept, other }: { readonly kept: AccountId; readonly other: AccountId },
      because: Because,
    ): Promise<Decision<null, MergeRefusal>> {
      const today = dayOf(tx.at)
      const locked = new Map((await store.lockAll(tx.db, [kept, other])).map((each) => [each.id, each]))
      const [a, b] = [locked.get(kept), locked.get(other)]
      if (!a?.personId || !b?.personId) return refuse({ kind: 'unknown-account' })
      if (serves(b.state) && !serves(a.state)) return refuse({ kind: 'other-in-service' })
      const held = serves(a.state) ? await holdings.heldNow(tx.db, other) : []
      const posts = serves(a.state) ? await merged.openPosts(tx.db, b.personId, today) : []

      let ended: Life | null = null
      if (serves(b.state)) {
        const leave = { type: 'leave', cause: 'merged', successor: kept } as const
        const [left] = await enacting.enact(tx, by, [{ id: other, command: leave }], because)
        if (!left?.ok) return left ?? refuse({ kind: 'unknown-account' })
        ended = left.value
      }
      for (const { mailbox, rights } of held) {
        const present = await holdings.present(tx.db, mailbox)
        await holders.setHolders(tx, by, mailbox, [...present, { accountId: kept, rights }])
      }
      const known = new Set<string>([
        a.unitId,
        ...(await moves.secondPosts(tx.db, a.personId, today)).map(({ unitId }) => unitId),
      ])
      for (const post of posts) {
        if (known.has(post.unitId)) continue
        known.add(post.unitId)
        await moves.addSecondPost(tx.db, a.personId, { ...post, from: today })
        await due.groups(tx, [post.unitId])
      }
      const passed = await handAddresses(tx, kept, b)
      if (passed === null) return refuse({ kind: 'address-taken' })
      await noteLocals(
        tx.db,
        passed.map((local) => ({ account: kept, local })),
        true,
      )
      await merged.passOn(tx.db, other, kept)

      const full = (local: string) => addressOf(local as LocalPart, domain)
      const detail = detailOf(because)
      await store.events(tx.db, tx.at, [
        {
          id: kept,
          kind: 'record-merged',
          byName: by.name,
          note: `${b.displayName}, ${full(b.local)}`,
          detail: { ...detail, addresses: passed.map(full) },
        },
        { id: other, kind: 'merged-away', byName: by.name, note: full(a.local), detail },
      ])
      const until = ended?.until ?? null
      if (until !== null)
        await letters.post(tx, {
          ...{ to: full(a.local), language: a.language, template: 'merged', about: `account:${kept}` },
          params: { name: a.displayName, address: full(a.local), other: full(b.local), until },
        })
      tx.audit(by, 'account.merged', `account:${kept}`, { other, addresses: passed.map(full) })
      await due.withWhoShowsThem(tx, [kept, ...(b.state === 'deleted' || b.state === 'tombstone' ? [] : [other])])
      return accept(null)
    },
  }
}
