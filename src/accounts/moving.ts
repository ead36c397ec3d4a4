import type { Actor } from '../access/policy.ts'
import type { Tx } from '../db/transaction.ts'
import { dayOf } from '../kernel/day.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import { EmailAddress } from '../kernel/email-address.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import type { Letters } from '../letters/letters.ts'
import type { Units } from '../units/units.ts'
import type { EventDetail } from './account.ts'
import type { AccountRefusal } from './account.ts'
import type { NewPosition } from './changes.ts'
import type { Due } from './due.ts'
import type { Because } from './enacting.ts'
import type { Holders } from './holders.ts'
import { decideMove, type MoveCommand, type MoveRefusal, type Placed } from './move.ts'
import * as moves from './moves-store.ts'
import * as store from './store.ts'

type By = Pick<Actor, 'id' | 'name'>
export type MovingRefusal = MoveRefusal | { kind: 'unknown-account' } | { kind: 'unit-closed' }
export type Moving = ReturnType<typeof movingOf>

/** Moves people between units: the mailbox stays, and posts, rights, groups and shared mailboxes follow the same day. */
export function movingOf(deps: {
  due: Due
  holders: Holders
  letters: Letters
  units: Units
  changePosition: (tx: Tx, by: By, id: AccountId, asked: NewPosition) => Promise<Decision<null, AccountRefusal>>
  domain: string
}) {
  const { due, holders, letters, units, changePosition, domain } = deps

  /** Where the account's person serves on a day, under the account's lock; null when there is none. */
  async function placed(tx: Tx, id: AccountId): Promise<(Placed & { account: store.Held }) | null> {
    const [account] = await store.lockAll(tx.db, [id])
    if (!account) return null
    const seconds = account.personId === null ? [] : await moves.secondPosts(tx.db, account.personId, dayOf(tx.at))
    const { state, unitId } = account
    return { account, state, personal: account.kind === 'person', unitId: unitId as UnitId, seconds }
  }

  /** Moves somebody today. Refused: as `decideMove` refuses; unknown-account, unit-closed. */
  async function move(
    tx: Tx,
    by: By,
    id: AccountId,
    command: MoveCommand,
    because: Because = {},
  ): Promise<Decision<null, MovingRefusal>> {
    const now = await placed(tx, id)
    if (!now?.account.personId) return refuse({ kind: 'unknown-account' })
    const today = dayOf(tx.at)
    const decision = decideMove(now, command, today)
    if (!decision.ok) return decision
    const { account, unitId: from } = now
    const note = (kind: 'transferred' | 'second-post' | 'second-post-ended', detail: EventDetail, unit: string) =>
      store.events(tx.db, tx.at, [
        { id, kind, byName: by.name, note: unit, detail: { ...detail, ...reasons(because) } },
      ])

    switch (command.type) {
      case 'transfer': {
        const unit = await units.find(command.unitId, tx)
        if (!unit) return refuse({ kind: 'unit-closed' })
        const was = await units.find(from, tx)
        const changed = await changePosition(tx, by, id, { title: command.title, unitId: command.unitId })
        if (!changed.ok) return refuse({ kind: 'unknown-account' })
        for (const { unitId } of await moves.endUnitRoles(tx.db, id, command.unitId, today)) {
          await store.event(tx.db, id, tx.at, 'role-revoked', by.name, 'unit-admin')
          tx.audit(by, 'role.revoked', `account:${id}`, { role: 'unit-admin', unit: unitId })
        }
        await holders.endAll(tx, by, [id], command.successor ?? null, from)
        await note('transferred', {}, `${was?.name ?? ''} → ${unit.name}`)
        tx.audit(by, 'account.transferred', `account:${id}`, { from, to: command.unitId, ...reasons(because) })
        await letters.post(tx, {
          to: EmailAddress.parse(`${account.local}@${domain}`),
          language: account.language,
          template: 'transferred',
          about: `account:${id}`,
          params: {
            ...{ name: account.displayName, address: `${account.local}@${domain}`, on: today },
            ...{ from: was?.name ?? '', to: unit.name, title: command.title },
          },
        })
        return accept(null)
      }
      case 'second-post': {
        const unit = await units.find(command.unitId, tx)
        if (!unit) return refuse({ kind: 'unit-closed' })
        const { unitId, title, until } = command
        await moves.addSecondPost(tx.db, account.personId ?? '', { unitId, title, from: today, until })
        await note('second-post', { until }, `${title}, ${unit.name}`)
        tx.audit(by, 'account.second-post', `account:${id}`, { unit: unitId, title, until, ...reasons(because) })
        await due.groups(tx, [unitId])
        return accept(null)
      }
      case 'end-post': {
        const post = now.seconds.find((each) => each.id === command.postId)
        if (!post) return refuse({ kind: 'unknown-post' })
        await moves.endPost(tx.db, post.id, today)
        const unit = await units.find(post.unitId, tx)
        await note('second-post-ended', {}, `${post.title}, ${unit?.name ?? ''}`)
        tx.audit(by, 'account.second-post-ended', `account:${id}`, { unit: post.unitId, ...reasons(because) })
        await due.groups(tx, [post.unitId])
        return accept(null)
      }
      default:
        return command satisfies never
    }
  }

  return {
    placed,
    move,
    /** Tells the groups of second posts that have ended by their date. */
    async followPosts(tx: Tx): Promise<void> {
      const ended = await moves.followEnded(tx.db, dayOf(tx.at))
      await due.groups(tx, [...new Set(ended.map(({ unitId }) => unitId))])
    },
  }
}

const reasons = ({ why, letter, askedBy }: Because): EventDetail => ({
  ...(why !== undefined && { why }),
  ...(askedBy !== undefined && { askedBy }),
  letter: letter ?? null,
})
