import type { Role } from '../access/policy.ts'
import type { Day } from '../kernel/day.ts'
import type { UnitId } from '../kernel/ids.ts'
import type { ChangeSeat } from '../scheduled/change.ts'
import type { AccountEventKind } from './account.ts'
import { SAME_DAY_CAUSES, type LifeCommand } from './life.ts'
import type { LifePolicy, PolicyAct } from './life-policy.ts'

/** What people do about an account's life; the rest of its commands are for time to give. */
export const LIFE_ACTS = [
  ...(['suspend', 'return', 'go-on-leave', 'leave', 'keep-until', 'archive', 'delete', 'recover'] as const),
  ...(['hold', 'release-hold'] as const),
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
  'keep-until': { asks: 'it-staff', second: 'never', future: false },
  archive: { asks: 'it-staff', second: 'always', future: false },
  delete: { asks: 'it-staff', second: 'always', future: false },
  recover: { asks: 'it-staff', second: 'policy', future: false },
  hold: { asks: 'it-staff', second: 'always', future: false },
  'release-hold': { asks: 'it-staff', second: 'always', future: false },
}

const inPolicy = (acts: readonly PolicyAct[], act: LifeAct): boolean => (acts as readonly string[]).includes(act)

/** Whether the act goes by an official letter, which must be named. */
export const needsLetter = (act: LifeAct, policy: LifePolicy): boolean => inPolicy(policy.letters, act)

/** The places to be taken before it can happen: one, or two where a second person must agree. */
export function seatsOf(act: LifeAct, unit: UnitId, policy: LifePolicy): readonly ChangeSeat[] {
  const { asks, second } = ACT_RULES[act]
  const seat: ChangeSeat = asks === 'it-staff' ? { kind: 'it-staff' } : { kind: 'unit', unit }
  return second === 'always' || (second === 'policy' && inPolicy(policy.seconds, act)) ? [seat, seat] : [seat]
}

/** Whether the day on which it is to take effect fits: not in the past, and today for what cannot wait. */
export function fitsDay(command: LifeCommand, on: Day, today: Day): boolean {
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
  'keep-until': 'kept-until',
  archive: 'archived',
  delete: 'deleted',
  'take-back': 'taken-back',
  bury: 'buried',
  recover: 'recovered',
  hold: 'held',
  'release-hold': 'hold-released',
}
