import { z } from 'zod'
import type { Role } from '../access/policy.ts'
import { addDays, type Day } from '../kernel/day.ts'
import type { UnitId } from '../kernel/ids.ts'
import type { ChangeSeat } from '../scheduled/change.ts'
import type { AccountEventKind } from './account.ts'
import { decideLife, LifeCommand, SAME_DAY_CAUSES, serves, type Life } from './life.ts'
import { MoveCommand } from './move.ts'
import type { LifePolicy, PolicyAct } from './life-policy.ts'

/** All that can be asked of an account: what happens to its life, and where its person serves. */
export const AccountCommand = z.union([LifeCommand, MoveCommand])
export type AccountCommand = z.infer<typeof AccountCommand>
export const isMove = (command: AccountCommand): command is MoveCommand =>
  command.type === 'transfer' || command.type === 'second-post' || command.type === 'end-post'

/** What people do about an account; the rest of its life's commands are for time to give. */
export const LIFE_ACTS = [
  ...(['suspend', 'return', 'go-on-leave', 'leave', 'reply', 'keep-until', 'archive', 'delete', 'recover'] as const),
  ...(['hold', 'release-hold', 'transfer', 'second-post', 'end-post'] as const),
] as const
export type LifeAct = (typeof LIFE_ACTS)[number]
export const isLifeAct = (type: string): type is LifeAct => (LIFE_ACTS as readonly string[]).includes(type)

type Rule = {
  /** Who may ask: administrators within their units and IT staff, or IT staff alone. */
  readonly asks: 'administrators' | 'it-staff'
  /** Whether a second person must agree: never, always, or as the policy says. */
  readonly second: 'never' | 'always' | 'policy'
  /** Whether it can take effect on a day to come. */
  readonly future: boolean
}
/** Who may ask for what, and who must agree. What ends the keeping early, and every hold, is for two people. */
export const ACT_RULES: Readonly<Record<LifeAct, Rule>> = {
  suspend: { asks: 'administrators', second: 'policy', future: true },
  return: { asks: 'administrators', second: 'policy', future: true },
  'go-on-leave': { asks: 'administrators', second: 'policy', future: true },
  leave: { asks: 'administrators', second: 'policy', future: true },
  reply: { asks: 'administrators', second: 'never', future: false },
  'keep-until': { asks: 'it-staff', second: 'never', future: false },
  archive: { asks: 'it-staff', second: 'always', future: false },
  delete: { asks: 'it-staff', second: 'always', future: false },
  recover: { asks: 'it-staff', second: 'policy', future: false },
  hold: { asks: 'it-staff', second: 'always', future: false },
  'release-hold': { asks: 'it-staff', second: 'always', future: false },
  // Both units agree: who gives somebody away, and who takes them.
  transfer: { asks: 'administrators', second: 'always', future: true },
  'second-post': { asks: 'administrators', second: 'always', future: true },
  'end-post': { asks: 'administrators', second: 'never', future: true },
}

const inPolicy = (acts: readonly PolicyAct[], act: LifeAct): boolean => (acts as readonly string[]).includes(act)

/** Whether the act goes by an official letter, which must be named. */
export const needsLetter = (act: LifeAct, policy: LifePolicy): boolean => inPolicy(policy.letters, act)

/** The places to be taken before it can happen: one, or two where a second person or another unit must agree. */
export function seatsOf(command: AccountCommand, unit: UnitId, policy: LifePolicy): readonly ChangeSeat[] {
  const act = command.type
  if (!isLifeAct(act)) return []
  const { asks, second } = ACT_RULES[act]
  const seat: ChangeSeat = asks === 'it-staff' ? { kind: 'it-staff' } : { kind: 'unit', unit }
  if (command.type === 'transfer' || command.type === 'second-post')
    return [seat, { kind: 'unit', unit: command.unitId }]
  return second === 'always' || (second === 'policy' && inPolicy(policy.seconds, act)) ? [seat, seat] : [seat]
}

/** Whether the day on which it is to take effect fits: not in the past, and today for what cannot wait. */
export function fitsDay(command: AccountCommand, on: Day, today: Day): boolean {
  if (on < today) return false
  if (on === today) return true
  if (command.type === 'leave' && SAME_DAY_CAUSES.includes(command.cause)) return false
  return isLifeAct(command.type) && ACT_RULES[command.type].future
}

/** Roles whose holders only IT staff may stop: else one who watches could be put out by one who is watched. */
export const PROTECTED_ROLES: readonly Role[] = ['it-staff', 'auditor']

/** What a command is called in the account's history. */
export const EVENT_OF: Readonly<Record<LifeCommand['type'], AccountEventKind>> = {
  activate: 'activated',
  suspend: 'suspended',
  'go-on-leave': 'on-leave',
  'lock-idle': 'idle-locked',
  return: 'came-back',
  leave: 'left',
  reply: 'reply-changed',
  'keep-until': 'kept-until',
  archive: 'archived',
  delete: 'deleted',
  'take-back': 'taken-back',
  bury: 'buried',
  recover: 'recovered',
  hold: 'held',
  'release-hold': 'hold-released',
}

/** A try of each act, by which it is seen whether the state allows it at all. */
const TRIES: Readonly<Record<Exclude<LifeAct, MoveCommand['type']>, (tomorrow: Day) => LifeCommand>> = {
  suspend: () => ({ type: 'suspend', until: null }),
  return: () => ({ type: 'return' }),
  'go-on-leave': (until) => ({ type: 'go-on-leave', until }),
  leave: () => ({ type: 'leave', cause: 'resigned' }),
  reply: () => ({ type: 'reply', reply: '-' }),
  'keep-until': (until) => ({ type: 'keep-until', until }),
  archive: () => ({ type: 'archive' }),
  delete: () => ({ type: 'delete' }),
  recover: () => ({ type: 'recover', to: 'kept' }),
  hold: () => ({ type: 'hold' }),
  'release-hold': () => ({ type: 'release-hold' }),
}

/** The acts that an account's state allows today, in the order of the list; moves are for people who serve. */
export function possibleActs(life: Life, policy: LifePolicy, today: Day, seconds: number): readonly LifeAct[] {
  return LIFE_ACTS.filter((act) => {
    if (act === 'transfer' || act === 'second-post') return life.personal && serves(life.state)
    if (act === 'end-post') return seconds > 0 && serves(life.state)
    if (act === 'hold') return !life.held && life.state !== 'tombstone'
    return decideLife(life, TRIES[act](addDays(today, 1)), policy, today, true).ok
  })
}
