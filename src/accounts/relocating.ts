import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Actor } from '../access/policy.ts'
import type { BulkAddresses } from '../addresses/bulk.ts'
import type { Tx } from '../db/transaction.ts'
import { Day } from '../kernel/day.ts'
import { LocalPart } from '../kernel/email-address.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import { fold } from '../kernel/text.ts'
import type { Sync } from '../provisioning/sync.ts'
import { searchText, type EventDetail } from './account.ts'
import type { Due } from './due.ts'
import * as store from './relocating-store.ts'

/** An account that goes from one unit to another; in a unit that is called otherwise now, `to` is the same. */
export type AccountMove = {
  readonly account: AccountId
  readonly from: UnitId
  readonly to: UnitId
  /** Its new primary address; the former one stays as an alias. */
  readonly local: LocalPart | null
}

const PostTrace = z.object({ closed: z.string(), opened: z.string().nullable(), until: Day.nullable() })
/** What was found of posts beside people's own. */
export const SecondTraces = z.array(PostTrace)
export type SecondTraces = z.infer<typeof SecondTraces>

/** What a move found, by which it is taken back. */
export const MoveTrace = z.object({
  ended: z.array(PostTrace),
  later: z.array(z.string()),
  /** The address that became its primary one, and the one before. */
  address: z.object({ local: LocalPart, former: LocalPart }).nullable(),
})
export type MoveTrace = z.infer<typeof MoveTrace>

/** A mailbox that people hold together, as it is to be called and what it is to be. */
export type BoxChange = {
  readonly id: AccountId
  readonly kind: 'unit' | 'function'
  readonly name: string
  readonly locals: readonly string[]
}
export type BoxTrace = store.BoxRow
export type Relocating = ReturnType<typeof relocatingOf>

/** Moves of accounts between units in great number, by few statements; each in the transaction of whoever decides it. */
export function relocatingOf(deps: { sync: Sync; due: Due; addresses: BulkAddresses }) {
  const { sync, due, addresses } = deps

  /** What the directory shows of it has changed; of those with another address, the mail server's too. */
  async function shown(
    tx: Tx,
    rows: readonly { account: AccountId; to: UnitId }[],
    readdressed: ReadonlySet<AccountId>,
  ) {
    const grown = (await store.setUnits(tx.db, rows)).filter((row) => row.shown)
    await sync.accountsDue(
      tx,
      grown.filter(({ id }) => !readdressed.has(id)),
      ['directory'],
    )
    await sync.accountsDue(
      tx,
      grown.filter(({ id }) => readdressed.has(id)),
    )
  }

  async function tell(
    tx: Tx,
    by: Actor,
    moves: readonly Pick<AccountMove, 'account' | 'from' | 'to'>[],
    kind: 'unit-reorganised' | 'unit-restored',
    because: { on: Day; detail: EventDetail },
  ): Promise<void> {
    const names = await store.unitNames(tx.db, [...new Set(moves.flatMap(({ from, to }) => [from, to]))], because.on)
    const nameOf = (unit: UnitId) => names.get(unit) ?? ''
    await store.events(
      tx.db,
      moves.map(({ account: id, from, to }) => ({
        id,
        note: [...new Set([nameOf(from), nameOf(to)])].filter((name) => name !== '').join(' → '),
      })),
      { at: tx.at, kind, byName: by.name, detail: because.detail },
    )
    for (const { account, from, to } of moves)
      tx.audit(by, `account.${kind}`, `account:${account}`, from === to ? { unit: to } : { unit: to, from })
  }

  return {
    /**
     * Moves accounts with their posts from that day on; answers what each move found. One that is of another unit by now is
     * left where it is, and not answered. The groups of the units are the caller's to make due.
     */
    async move(
      tx: Tx,
      by: Actor,
      asked: readonly AccountMove[],
      because: { on: Day; detail: EventDetail },
    ): Promise<ReadonlyMap<AccountId, MoveTrace>> {
      const locked = await store.lock(tx.db, asked)
      const moves = asked.filter(({ account }) => locked.has(account))
      const leaving = moves.filter(({ from, to }) => from !== to)
      const { ended, later } = await store.movePosts(tx.db, leaving, because.on, randomUUID)
      const wanted = moves.flatMap(({ account, local }) => (local === null ? [] : [{ account, local }]))
      const former = await addresses.becomePrimary(tx, wanted)
      await store.noteLocals(
        tx.db,
        wanted.filter(({ account }) => former.has(account)),
        true,
      )
      await shown(tx, moves, new Set(former.keys()))
      await tell(tx, by, moves, 'unit-reorganised', because)
      const traces = new Map<AccountId, MoveTrace>(
        moves.map(({ account, local }) => {
          const before = former.get(account)
          const address = local === null || before === undefined ? null : { local, former: before }
          return [account, { ended: [], later: [], address }]
        }),
      )
      for (const { account, ...post } of ended) traces.get(account)?.ended.push(post)
      for (const { account, post } of later) traces.get(account)?.later.push(post)
      return traces
    },

    /** Takes moves back from `from` on: those who were moved are of their former unit again. */
    async moveBack(
      tx: Tx,
      by: Actor,
      moved: readonly (Omit<AccountMove, 'local'> & { readonly trace: MoveTrace })[],
      because: { on: Day; from: Day; detail: EventDetail },
    ): Promise<void> {
      const asked = moved.map(({ account, from, to, trace }) => ({ account, from: to, to: from, trace }))
      const locked = await store.lock(tx.db, asked)
      // Who left meanwhile is where they went.
      const back = asked.filter(({ account }) => locked.has(account))
      await store.putPostsBack(
        tx.db,
        {
          ended: back.flatMap(({ trace }) => trace.ended),
          later: back.flatMap(({ to: unit, trace }) => trace.later.map((post) => ({ post, unit }))),
        },
        because.on,
        because.from,
        randomUUID,
      )
      const readdressed = back.flatMap(({ account, trace: { address } }) =>
        address === null ? [] : [{ account, ...address }],
      )
      await addresses.givePrimaryUp(tx, readdressed)
      await store.noteLocals(tx.db, readdressed, false)
      await shown(tx, back, new Set(readdressed.map(({ account }) => account)))
      await tell(tx, by, back, 'unit-restored', { on: because.from, detail: because.detail })
    },

    /** Posts beside people's own go on in another unit from that day on, or end; their groups are the caller's to make due. */
    moveSeconds: (
      tx: Tx,
      asked: readonly { readonly post: string; readonly to: UnitId | null }[],
      on: Day,
    ): Promise<SecondTraces> => store.moveSecondPosts(tx.db, asked, on, randomUUID),
    /** Answers as what those go on that had ended on an earlier day. */
    moveSecondsBack: (
      tx: Tx,
      ended: SecondTraces,
      { on, from }: { on: Day; from: Day },
    ): Promise<ReadonlyMap<string, string>> => store.putPostsBack(tx.db, { ended, later: [] }, on, from, randomUUID),

    /**
     * Lets mailboxes that people hold together be called and be what their unit's change makes of them; answers what they
     * were. Their addresses are the caller's.
     */
    async changeBoxes(tx: Tx, by: Actor, changes: readonly BoxChange[]): Promise<BoxTrace[]> {
      const before = await store.readBoxes(
        tx.db,
        changes.map(({ id }) => id),
      )
      const logins = new Map(before.map(({ id, login }) => [id, login]))
      await store.writeBoxes(
        tx.db,
        changes.map(({ id, kind, name, locals }) => {
          const login = logins.get(id) ?? ''
          const search = searchText([fold(name), ...locals, locals.includes(login) ? null : login])
          return { id, kind, displayName: name, search }
        }),
      )
      for (const { id, kind, name, locals } of changes)
        tx.audit(by, 'account.unit-mailbox-changed', `account:${id}`, { kind, name, addresses: locals })
      await due.withWhoShowsThem(
        tx,
        changes.map(({ id }) => id),
      )
      return before.map(({ login: _, ...row }) => row)
    },

    /** As they were. */
    async putBoxesBack(tx: Tx, by: Actor, boxes: readonly BoxTrace[]): Promise<void> {
      await store.readBoxes(
        tx.db,
        boxes.map(({ id }) => id),
      )
      await store.writeBoxes(tx.db, boxes)
      for (const { id, kind, displayName: name } of boxes)
        tx.audit(by, 'account.unit-mailbox-restored', `account:${id}`, { kind, name })
      await due.withWhoShowsThem(
        tx,
        boxes.map(({ id }) => id),
      )
    },

    /** Notes in the history of accounts that what waits for them names other units from now on. */
    changesFollow: (
      tx: Tx,
      by: Actor,
      rows: readonly { readonly id: AccountId; readonly note: string }[],
      detail: EventDetail,
    ): Promise<number> => store.events(tx.db, rows, { at: tx.at, kind: 'change-rehomed', byName: by.name, detail }),

    /** Makes the groups of these units due. */
    groupsDue: due.groups,
  }
}
