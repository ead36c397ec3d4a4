import { z } from 'zod'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import { Day } from '../kernel/day.ts'
import type { EmailAddress } from '../kernel/email-address.ts'
import type { HolderRights } from './holder.ts'
import { LEAVING_CAUSES, type AccountState, type LeavingCause } from './life.ts'

/** A person's own mailbox, or one of a unit or a function, which people hold and nobody signs in to. */
export const ACCOUNT_KINDS = ['person', 'unit', 'function'] as const
export type AccountKind = (typeof ACCOUNT_KINDS)[number]
export type SharedKind = Exclude<AccountKind, 'person'>

export { ACCOUNT_STATES, type AccountState } from './life.ts'

/** How the way in is handed over: a mailed one-time link, or a slip printed by the administrator. */
export type HandOver = 'link' | 'slip'

/** The size of a mailbox in MB that may be asked for. */
export const QuotaMb = z.int().min(100, 'range').max(102_400, 'range').brand<'QuotaMb'>()
export type QuotaMb = z.infer<typeof QuotaMb>

/** The context in which an account's password hash is sealed. */
export const SECRET = 'account.secret'

/** An account as lists show it. */
export type AccountSummary = {
  readonly id: AccountId
  readonly number: number
  readonly kind: AccountKind
  readonly login: string
  readonly displayName: string
  readonly address: EmailAddress
  readonly title: string | null
  readonly unitId: UnitId
  readonly unitName: string
  readonly state: AccountState
  /** How many targets are behind. */
  readonly behind: number
}

export type AccountEventKind =
  | (
      | 'issued'
      | 'ready'
      | 'link-sent'
      | 'slip-printed'
      | 'password-set'
      | 'password-reset'
      | 'activated'
      | 'role-granted'
      | 'role-revoked'
    )
  | ('holder-added' | 'holder-changed' | 'holder-removed' | 'holding-begun' | 'holding-changed' | 'holding-ended')
  | (
      | 'suspended'
      | 'on-leave'
      | 'idle-warned'
      | 'idle-locked'
      | 'came-back'
      | 'left'
      | 'kept-until'
      | 'reply-changed'
      | 'archived'
      | 'deleted'
      | 'taken-back'
    )
  | ('buried' | 'recovered' | 'held' | 'hold-released' | 'archive-verified' | 'restored' | 'archive-discarded')
  | ('reset-link-sent' | 'reset-slip-printed')
  | 'details-changed'
  | 'leave-announced'
  | ('number-corrected' | 'record-merged' | 'merged-away')
  | 'adopted'
  | ('transferred' | 'second-post' | 'second-post-ended')
  | ('unit-reorganised' | 'unit-restored' | 'change-rehomed')
  | ('renamed' | 'position-changed' | 'address-changed' | 'alias-added' | 'alias-removed' | 'quota-changed')

/** Why and by what letter something of an account's life happened, and the days that go with it. */
export const EventDetail = z.object({
  why: z.string().optional(),
  letter: z.object({ number: z.string(), date: Day }).nullish(),
  cause: z.enum(LEAVING_CAUSES).nullish(),
  /** What letters are answered with from then on; null for nothing. */
  reply: z.string().nullish(),
  until: Day.nullish(),
  messages: z.int().optional(),
  /** The addresses that came with another record of the same person. */
  addresses: z.array(z.string()).optional(),
  /** Several units took over the one where somebody was to come, and nothing said which: the first did. */
  firstHeir: z.boolean().optional(),
  /** Who asked, where somebody else or the day made it happen. */
  askedBy: z.string().optional(),
})
export type EventDetail = z.infer<typeof EventDetail>

export type AccountEvent = {
  readonly at: Date
  readonly kind: AccountEventKind
  readonly byName: string
  readonly note: string | null
  readonly detail: EventDetail | null
}

/** Who holds a shared mailbox, or one who held it. */
export type HolderView = {
  readonly accountId: AccountId
  readonly displayName: string
  readonly address: EmailAddress
  readonly unitId: UnitId
  readonly unitName: string
  readonly rights: HolderRights
  readonly since: Day
  /** From this day on no more; null while it lasts. */
  readonly until: Day | null
  /** The holding is over, and its sessions were not yet seen to be. */
  readonly stillShuttingOut: boolean
}

/** A shared mailbox that somebody holds. */
export type HeldMailbox = {
  readonly id: AccountId
  readonly kind: SharedKind
  readonly login: string
  readonly displayName: string
  readonly address: EmailAddress
  readonly unitId: UnitId
  readonly unitName: string
  readonly rights: HolderRights
  readonly since: Day
}

/** What an account's page shows of its life. */
export type LifeView = {
  readonly since: Day
  /** The day on which the present state runs out by itself. */
  readonly until: Day | null
  readonly cause: LeavingCause | null
  readonly reply: string | null
  readonly legalHold: boolean
  readonly lastSignInAt: Date | null
  readonly archives: readonly {
    readonly no: number
    readonly messages: number
    readonly bytes: number
    readonly verifiedAt: Date
    readonly restoredAt: Date | null
    readonly discardedAt: Date | null
  }[]
}

/** An account as its page shows it. */
export type AccountView = AccountSummary & {
  readonly aliases: readonly EmailAddress[]
  readonly quotaMb: number
  readonly phone: string | null
  readonly contactEmail: string | null
  readonly employment: string | null
  readonly handOver: HandOver
  readonly signIn: boolean
  readonly receive: boolean
  readonly life: LifeView
  readonly revision: number
  readonly createdAt: Date
  readonly readyAt: Date | null
  readonly activatedAt: Date | null
  /** Until when the present link or slip is good; null when there is none. */
  readonly activationUntil: Date | null
  readonly requestId: string | null
  readonly events: readonly AccountEvent[]
  /** Of a shared mailbox: who holds it, then who did. */
  readonly holders: readonly HolderView[]
  /** Of a person: the shared mailboxes that they hold now. */
  readonly held: readonly HeldMailbox[]
}

export type AccountRefusal =
  | { kind: 'unknown-account' }
  | { kind: 'already-activated' }
  | { kind: 'no-contact-email' }
  | { kind: 'dead-link' }
  | { kind: 'duplicate-person' }
  | { kind: 'unknown-holder'; accountId: AccountId }
  | { kind: 'not-own-address' }
  | { kind: 'primary-address' }

/** All that finds an account in a search, folded: name, addresses, numbers. */
export const searchText = (parts: readonly (string | null)[]): string => parts.filter((part) => part !== null).join(' ')
