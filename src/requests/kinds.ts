/** What people may ask for. */
export const REQUEST_KINDS = ['person'] as const
export type RequestKind = (typeof REQUEST_KINDS)[number]
