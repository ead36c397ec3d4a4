import type { AccountId, UnitId } from '../kernel/ids.ts'
import type { EmailAddress } from '../kernel/email-address.ts'

export const ACCOUNT_STATES = ['awaiting-activation', 'active', 'suspended'] as const
export type AccountState = (typeof ACCOUNT_STATES)[number]

/** How the way in is handed over: a mailed one-time link, or a slip printed by the administrator. */
export type HandOver = 'link' | 'slip'

/** Hours that an activation link or slip is good for. */
export const ACTIVATION_HOURS = 72

/** The context in which an account's password hash is sealed. */
export const SECRET = 'account.secret'

/** The three switches of an account, which follow from its state. */
export function switches(state: AccountState, hasPassword: boolean): { signIn: boolean; receive: boolean } {
  switch (state) {
    case 'awaiting-activation':
      return { signIn: false, receive: true }
    case 'active':
      return { signIn: hasPassword, receive: true }
    case 'suspended':
      return { signIn: false, receive: true }
    default:
      return state satisfies never
  }
}

/** An account as lists show it. */
export type AccountSummary = {
  readonly id: AccountId
  readonly number: number
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
  'issued' | 'ready' | 'link-sent' | 'slip-printed' | 'password-set' | 'activated' | 'role-granted' | 'role-revoked'

export type AccountEvent = {
  readonly at: Date
  readonly kind: AccountEventKind
  readonly byName: string
  readonly note: string | null
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
  readonly revision: number
  readonly createdAt: Date
  readonly readyAt: Date | null
  readonly activatedAt: Date | null
  /** Until when the present link or slip is good; null when there is none. */
  readonly activationUntil: Date | null
  readonly requestId: string | null
  readonly events: readonly AccountEvent[]
}

export type AccountRefusal =
  | { kind: 'unknown-account' }
  | { kind: 'already-activated' }
  | { kind: 'no-contact-email' }
  | { kind: 'dead-link' }
  | { kind: 'duplicate-person' }

/** All that finds an account in a search, folded: name, addresses, numbers. */
export const searchText = (parts: readonly (string | null)[]): string => parts.filter((part) => part !== null).join(' ')
