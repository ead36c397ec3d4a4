/** How long a chosen address is kept for a draft, and for a request that somebody is looking at. */
export const DRAFT_RESERVATION_HOURS = 2
export const REQUEST_RESERVATION_DAYS = 60

/** The rule of an address that somebody chose freely. */
export const CHOSEN = 'chosen'

/** Why an address is what it is: the rule that made it, its number among namesakes (1 for none), the policy's version. */
export type Reason = {
  readonly policy: number
  readonly rule: string
  readonly number: number
  /** What would have come before it, and which of that was not free when it was chosen; older reasons do not tell. */
  readonly passed?: readonly Passed[]
  readonly taken?: readonly string[]
}
/** A rule's value that another one came after; `local` is null where it is never given out alone (kept, or too short). */
export type Passed = { readonly rule: string; readonly number: number; readonly local: string | null }

/** Who has an address: a request for some time, an account or a group (a distribution list) for good. */
export type Holder = { readonly kind: 'request' | 'account' | 'group'; readonly id: string }
/** Whose an address may become. */
export type AddressOwner = Holder & { readonly kind: 'account' | 'group' }
export const ADDRESS_ROLES = ['primary', 'alias'] as const
export type AddressRole = (typeof ADDRESS_ROLES)[number]
