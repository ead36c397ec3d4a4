/** What a person can cause is a value: a decision is accepted with its result, or refused with the reason. */
export type Accepted<T> = { readonly ok: true; readonly value: T }
export type Refused<R> = { readonly ok: false; readonly refusal: R }
export type Decision<T, R> = Accepted<T> | Refused<R>

export const accept = <T>(value: T): Accepted<T> => ({ ok: true, value })
export const refuse = <const R>(refusal: R): Refused<R> => ({ ok: false, refusal })
