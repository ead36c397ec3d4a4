import { z } from 'zod'
import { addDays, addMonths, Day } from '../kernel/day.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import { AccountId } from '../kernel/ids.ts'
import { lines } from '../kernel/text.ts'
import type { Presence } from '../provisioning/ledger.ts'
import { keepMonthsFor, type LifePolicy } from './life-policy.ts'

/** From the issue to the end; after `tombstone` nothing is left but the name, which nobody else gets. */
export const ACCOUNT_STATES = [
  'awaiting-activation',
  'active',
  'on-leave',
  'suspended',
  'idle-locked',
  'leaving',
  'archived',
  'deleted',
  'tombstone',
] as const
export type AccountState = (typeof ACCOUNT_STATES)[number]

/** Why people leave. The last two end sign-in on the day on which they become known. */
export const PEOPLES_CAUSES = [
  'retired',
  'resigned',
  'moved-out',
  'contract-ended',
  'not-needed',
  'died',
  'dismissed',
] as const
/** And why an account ends beside them: it was a second one of somebody who has another. */
export const LEAVING_CAUSES = [...PEOPLES_CAUSES, 'merged'] as const
export type LeavingCause = (typeof LEAVING_CAUSES)[number]
/** What ends sign-in on the day that it becomes known, and is never put off to a day to come. */
export const SAME_DAY_CAUSES: readonly LeavingCause[] = ['died', 'dismissed']

/** An account as its life is decided by; `until` is the day on which the present state runs out by itself. */
export type Life = {
  readonly state: AccountState
  /** Somebody's own, to which they sign in; false for the mailbox of a unit or a function, which people hold. */
  readonly personal: boolean
  readonly hasPassword: boolean
  /** Nothing of it may be deleted, whatever else is decided. */
  readonly held: boolean
  /** A hold was asked for, and a second person has not yet agreed: till then nothing is deleted either. */
  readonly holdAsked: boolean
  readonly since: Day
  readonly until: Day | null
  readonly cause: LeavingCause | null
  /** What letters to somebody who left are answered with while they still arrive. */
  readonly reply: string | null
  /** The person's title, by which the term of keeping is found. */
  readonly title: string | null
  /** Whether its archive was made and read back since it was last in use, or there is nothing to archive. */
  readonly archiveVerified: boolean
  /** Of a record that is part of another now: the person has their account there. */
  readonly merged: boolean
}

/** A text that answers letters by itself: plain, in lines. */
export const Reply = lines(1, 1000)

/** What can happen to an account in its life. `until` is the first day on which it no longer holds. */
export const LifeCommand = z.discriminatedUnion('type', [
  z.object({ type: z.literal('activate') }),
  z.object({ type: z.literal('suspend'), until: Day.nullable() }),
  z.object({ type: z.literal('go-on-leave'), until: Day }),
  z.object({ type: z.literal('lock-idle') }),
  z.object({ type: z.literal('return') }),
  z.object({
    type: z.literal('leave'),
    cause: z.enum(LEAVING_CAUSES),
    /** Who gets the shared mailboxes that nobody else holds. */
    successor: AccountId.nullish(),
    reply: Reply.nullish(),
  }),
  /** Another answer to letters, or none any more. */
  z.object({ type: z.literal('reply'), reply: Reply.nullable() }),
  z.object({ type: z.literal('keep-until'), until: Day }),
  z.object({ type: z.literal('archive') }),
  z.object({ type: z.literal('delete') }),
  z.object({ type: z.literal('take-back') }),
  z.object({ type: z.literal('bury') }),
  z.object({ type: z.literal('recover'), to: z.enum(['in-use', 'kept']) }),
  z.object({ type: z.literal('hold') }),
  z.object({ type: z.literal('release-hold') }),
])
export type LifeCommand = z.infer<typeof LifeCommand>

export type LifeRefusal =
  | { kind: 'wrong-state'; state: AccountState }
  | { kind: 'under-hold' }
  | { kind: 'not-held' }
  | { kind: 'not-archived' }
  | { kind: 'not-yet-due'; until: Day }
  | { kind: 'receives-nothing' }
  | { kind: 'merged-away' }
  | { kind: 'ends-before-it-begins' }

/** The states from which each command may come. */
const FROM: Readonly<Record<LifeCommand['type'], readonly AccountState[]>> = {
  activate: ['awaiting-activation'],
  suspend: ['awaiting-activation', 'active', 'on-leave', 'idle-locked'],
  'go-on-leave': ['awaiting-activation', 'active', 'idle-locked'],
  'lock-idle': ['active'],
  return: ['suspended', 'on-leave', 'idle-locked', 'leaving'],
  leave: ['awaiting-activation', 'active', 'on-leave', 'suspended', 'idle-locked'],
  reply: ['leaving'],
  'keep-until': ['leaving'],
  archive: ['leaving'],
  delete: ['archived'],
  'take-back': ['awaiting-activation', 'active'],
  bury: ['deleted'],
  recover: ['archived', 'deleted'],
  hold: ACCOUNT_STATES.filter((state) => state !== 'tombstone'),
  'release-hold': ACCOUNT_STATES.filter((state) => state !== 'tombstone'),
}
/** What brings an account into use again. */
const comesBack = (command: LifeCommand): boolean =>
  command.type === 'return' || (command.type === 'recover' && command.to === 'in-use')
/** What deletes mail, or the last archive of it. */
const DELETES: readonly LifeCommand['type'][] = ['delete', 'take-back', 'bury']
/** What only time, or two people, may do before its day. */
const WAITS: readonly LifeCommand['type'][] = ['archive', 'delete', 'bury']

/**
 * What becomes of an account; pure. `early` lets the keeping end before its term, which takes two people; burying never
 * comes early.
 */
export function decideLife(
  life: Life,
  command: LifeCommand,
  policy: LifePolicy,
  today: Day,
  early = false,
): Decision<Life, LifeRefusal> {
  if (!FROM[command.type].includes(life.state)) return refuse({ kind: 'wrong-state', state: life.state })
  if ((life.held || life.holdAsked) && DELETES.includes(command.type)) return refuse({ kind: 'under-hold' })
  if (life.merged && comesBack(command)) return refuse({ kind: 'merged-away' })
  if (WAITS.includes(command.type) && (!early || command.type === 'bury') && life.until !== null && life.until > today)
    return refuse({ kind: 'not-yet-due', until: life.until })
  const to = (state: AccountState, until: Day | null, more: Partial<Life> = {}): Decision<Life, LifeRefusal> =>
    accept({ ...life, state, until, since: today, reply: null, ...more })
  const inUse = life.hasPassword || !life.personal ? 'active' : 'awaiting-activation'
  const kept = addMonths(today, keepMonthsFor(policy, life.title))

  switch (command.type) {
    case 'activate':
      return to('active', null, { hasPassword: true })
    case 'suspend':
    case 'go-on-leave':
      if (command.until !== null && command.until <= today) return refuse({ kind: 'ends-before-it-begins' })
      return to(command.type === 'suspend' ? 'suspended' : 'on-leave', command.until)
    case 'lock-idle':
      return to('idle-locked', null)
    case 'return':
      return to(inUse, null, { cause: null })
    case 'leave':
      return to('leaving', kept, {
        ...{ cause: command.cause, archiveVerified: false, reply: command.reply ?? null },
      })
    case 'reply':
      if (command.reply !== null && !switches(life.state, life.hasPassword, policy).receive)
        return refuse({ kind: 'receives-nothing' })
      return accept({ ...life, reply: command.reply })
    case 'keep-until':
      if (command.until <= today) return refuse({ kind: 'ends-before-it-begins' })
      return accept({ ...life, until: command.until })
    case 'archive':
      return to('archived', addDays(today, policy.archivedDays))
    case 'delete':
      if (!life.archiveVerified) return refuse({ kind: 'not-archived' })
      return to('deleted', addDays(today, policy.recoverDays), { hasPassword: false })
    case 'take-back':
      return to('deleted', addDays(today, policy.recoverDays), { hasPassword: false })
    case 'bury':
      return to('tombstone', null, { hasPassword: false })
    case 'recover':
      return command.to === 'kept'
        ? to('leaving', kept, { archiveVerified: false })
        : to(inUse, null, { cause: null, archiveVerified: false })
    case 'hold':
      return accept({ ...life, held: true })
    case 'release-hold':
      return life.held ? accept({ ...life, held: false }) : refuse({ kind: 'not-held' })
    default:
      return command satisfies never
  }
}

/** What time alone does to an account today; null when nothing is due, or when a hold keeps it from happening. */
export function runsOut(life: Life, today: Day): LifeCommand | null {
  if (life.until === null || life.until > today) return null
  switch (life.state) {
    case 'suspended':
    case 'on-leave':
      return { type: 'return' }
    case 'leaving':
      return { type: 'archive' }
    case 'archived':
      return life.held || life.holdAsked || !life.archiveVerified ? null : { type: 'delete' }
    case 'deleted':
      return life.held || life.holdAsked ? null : { type: 'bury' }
    case 'awaiting-activation':
    case 'active':
    case 'idle-locked':
    case 'tombstone':
      return null
    default:
      return life.state satisfies never
  }
}

export type Switches = { readonly signIn: boolean; readonly receive: boolean; readonly presence: Presence }
/** The part of the policy that the switches follow. */
export type SwitchPolicy = Pick<LifePolicy, 'signInOnLeave' | 'receiveSuspended' | 'receiveKept'>

/** The three switches of an account, which follow from its state and the policy. */
export function switches(state: AccountState, hasPassword: boolean, policy: SwitchPolicy): Switches {
  const is = (signIn: boolean, receive: boolean, presence: Presence = 'present'): Switches => ({
    ...{ signIn: signIn && hasPassword, receive, presence },
  })
  switch (state) {
    case 'awaiting-activation':
    case 'idle-locked':
      return is(false, true)
    case 'active':
      return is(true, true)
    case 'on-leave':
      return is(policy.signInOnLeave, true)
    case 'suspended':
      return is(false, policy.receiveSuspended)
    case 'leaving':
      return is(false, policy.receiveKept)
    case 'archived':
      return is(false, false, 'archived')
    case 'deleted':
    case 'tombstone':
      return is(false, false, 'absent')
    default:
      return state satisfies never
  }
}

/** Somebody who serves, whether or not they can sign in just now: in their unit's group, and able to hold a role. */
export const SERVING: readonly AccountState[] = [
  'awaiting-activation',
  'active',
  'on-leave',
  'suspended',
  'idle-locked',
]
/** Whether whoever is in this state has a post, roles and a place in the unit's group. */
export const serves = (state: AccountState): boolean => SERVING.includes(state)
