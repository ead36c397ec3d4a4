import { z } from 'zod'
import { Day } from '../kernel/day.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import { AccountId, UnitId } from '../kernel/ids.ts'
import { line } from '../kernel/text.ts'
import { serves, type AccountState } from './life.ts'

export const PostId = z.uuid().brand<'PostId'>()
export type PostId = z.infer<typeof PostId>

/** Where somebody serves changes; the mailbox stays. `until` is the first day on which it no longer holds. */
export const MoveCommand = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('transfer'),
    unitId: UnitId,
    title: line(120),
    /** Who gets the shared mailboxes of the former unit that nobody else holds. */
    successor: AccountId.nullish(),
  }),
  z.object({ type: z.literal('second-post'), unitId: UnitId, title: line(120), until: Day.nullable() }),
  z.object({ type: z.literal('end-post'), postId: PostId }),
])
export type MoveCommand = z.infer<typeof MoveCommand>

/** A post that somebody holds beside their primary one. */
export type SecondPost = { readonly id: PostId; readonly unitId: UnitId; readonly title: string }

/** Where somebody serves, as a move is decided by. */
export type Placed = {
  readonly state: AccountState
  readonly personal: boolean
  readonly unitId: UnitId
  readonly seconds: readonly SecondPost[]
}

export type MoveRefusal =
  | { kind: 'wrong-state'; state: AccountState }
  | { kind: 'nobodys-own' }
  | { kind: 'same-unit' }
  | { kind: 'unknown-post' }
  | { kind: 'ends-before-it-begins' }

/** Whether somebody can be moved so, from that day on. */
export function decideMove(placed: Placed, command: MoveCommand, on: Day): Decision<null, MoveRefusal> {
  if (!placed.personal) return refuse({ kind: 'nobodys-own' })
  if (!serves(placed.state)) return refuse({ kind: 'wrong-state', state: placed.state })
  switch (command.type) {
    case 'transfer':
      return command.unitId === placed.unitId ? refuse({ kind: 'same-unit' }) : accept(null)
    case 'second-post':
      if (command.until !== null && command.until <= on) return refuse({ kind: 'ends-before-it-begins' })
      return command.unitId === placed.unitId || placed.seconds.some(({ unitId }) => unitId === command.unitId)
        ? refuse({ kind: 'same-unit' })
        : accept(null)
    case 'end-post':
      return placed.seconds.some(({ id }) => id === command.postId) ? accept(null) : refuse({ kind: 'unknown-post' })
    default:
      return command satisfies never
  }
}
