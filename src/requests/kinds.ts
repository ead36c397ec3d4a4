/** What people may ask for; everything but the first by somebody signed in. */
export const REQUEST_KINDS = [
  'person',
  'people',
  'unit-mailbox',
  'function-mailbox',
  'holders',
  'list',
  'name',
  'position',
  'alias',
  'quota',
] as const
export type RequestKind = (typeof REQUEST_KINDS)[number]
/** What somebody signed in asks for: for themselves, for a mailbox that they hold, or for their unit. */
export type OwnKind = Exclude<RequestKind, 'person'>
export const OWN_KINDS = REQUEST_KINDS.filter((kind): kind is OwnKind => kind !== 'person')
