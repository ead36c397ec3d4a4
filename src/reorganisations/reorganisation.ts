import { z } from 'zod'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import type { Day } from '../kernel/day.ts'

export const ReorganisationId = z.uuid().brand<'ReorganisationId'>()
export type ReorganisationId = z.infer<typeof ReorganisationId>

/**
 * `draft` is being written. `held` by the brake, or `scheduled` for its day; `blocked` when on its day something stands in the
 * way, nothing having been done. `applying` and `reversing` are the worker's.
 */
export const REORGANISATION_STATES = [
  ...(['draft', 'held', 'scheduled', 'blocked', 'applying', 'applied', 'reversing', 'reversed', 'cancelled'] as const),
] as const
export type ReorganisationState = (typeof REORGANISATION_STATES)[number]

export type ReorganisationRefusal =
  | { kind: 'unknown-reorganisation' }
  | { kind: 'reorganisation-not-in-state'; was: ReorganisationState }
  /** Somebody changed the plan since it was looked at. */
  | { kind: 'reorganisation-changed-meanwhile' }
  | { kind: 'reorganisation-faulty'; faults: number }
  /** Something was built on what the plan did; it is not taken back any more. */
  | { kind: 'built-upon'; things: number }
  | { kind: 'unknown-step' }
  | { kind: 'too-many-rows' }
  | { kind: 'rule-twice' }

export type Command =
  | { readonly type: 'edit'; readonly seen: number }
  | { readonly type: 'schedule'; readonly seen: number; readonly faults: number }
  | { readonly type: 'hold' }
  | { readonly type: 'withdraw' }
  | { readonly type: 'cancel' }
  | { readonly type: 'begin'; readonly today: Day; readonly faults: number }
  | { readonly type: 'finish' }
  | { readonly type: 'reverse'; readonly things: number }
  | { readonly type: 'reversed' }

/** What decisions look at. */
export type Present = {
  readonly state: ReorganisationState
  /** Grows with every change of the draft. */
  readonly revision: number
  readonly effectiveOn: Day
}

/** What becomes of a plan; null where nothing happens yet. */
export function decide(
  present: Present,
  command: Command,
): Decision<ReorganisationState | null, ReorganisationRefusal> {
  const from = (...states: ReorganisationState[]) => states.includes(present.state)
  const wrong = refuse({ kind: 'reorganisation-not-in-state', was: present.state } as const)
  switch (command.type) {
    case 'edit':
    case 'schedule':
      if (command.type === 'edit' ? !from('draft') : !from('draft', 'blocked')) return wrong
      if (command.seen !== present.revision) return refuse({ kind: 'reorganisation-changed-meanwhile' })
      if (command.type === 'edit') return accept('draft')
      if (command.faults > 0) return refuse({ kind: 'reorganisation-faulty', faults: command.faults })
      return accept('scheduled')
    case 'hold':
      return from('draft', 'blocked') ? accept('held') : wrong
    case 'withdraw':
      return from('held', 'scheduled', 'blocked') ? accept('draft') : wrong
    case 'cancel':
      return from('draft', 'held', 'scheduled', 'blocked') ? accept('cancelled') : wrong
    case 'begin':
      if (!from('scheduled')) return wrong
      if (command.today < present.effectiveOn) return accept(null)
      return accept(command.faults > 0 ? 'blocked' : 'applying')
    case 'finish':
      return from('applying') ? accept('applied') : wrong
    case 'reverse':
      if (!from('applied')) return wrong
      return command.things > 0 ? refuse({ kind: 'built-upon', things: command.things }) : accept('reversing')
    case 'reversed':
      return from('reversing') ? accept('reversed') : wrong
    default:
      return command satisfies never
  }
}
