/** How long a chosen address is kept for a draft, and for a request that somebody is looking at. */
export const DRAFT_RESERVATION_HOURS = 2
export const REQUEST_RESERVATION_DAYS = 60

/** Why an address is what it is: the rule that made it, its number among namesakes (1 for none), the policy's version. */
export type Reason = { readonly policy: number; readonly rule: string; readonly number: number }
