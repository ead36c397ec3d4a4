import type { AccountEvent, AccountEventKind } from './account.ts'
import type { AccountState } from './life.ts'

/** What each event of a life leads to; those that are not here change no state. */
const LEADS_TO: Readonly<Partial<Record<AccountEventKind, AccountState>>> = {
  issued: 'awaiting-activation',
  'password-set': 'active',
  suspended: 'suspended',
  'on-leave': 'on-leave',
  'idle-locked': 'idle-locked',
  left: 'leaving',
  archived: 'archived',
  deleted: 'deleted',
  'taken-back': 'deleted',
  buried: 'tombstone',
}

/** The state that an account's events up to some day have led to, oldest first; null before it was issued. Pure. */
export function stateAfter(
  events: readonly Pick<AccountEvent, 'kind' | 'detail'>[],
  personal: boolean,
): { readonly state: AccountState | null; readonly held: boolean } {
  let state: AccountState | null = null
  let held = false
  let hasPassword = !personal
  for (const { kind, detail } of events) {
    if (kind === 'password-set') hasPassword = true
    if (kind === 'deleted' || kind === 'taken-back') hasPassword = !personal
    if (kind === 'held') held = true
    if (kind === 'hold-released') held = false
    const inUse = hasPassword ? 'active' : 'awaiting-activation'
    if (kind === 'came-back') state = inUse
    // Only to be kept, it has a day on which that ends.
    else if (kind === 'recovered') state = detail?.until ? 'leaving' : inUse
    else if (kind === 'issued' && !personal) state = 'active'
    else state = LEADS_TO[kind] ?? state
  }
  return { state, held }
}
