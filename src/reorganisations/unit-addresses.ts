import type { AddressState } from '../addresses/bulk.ts'
import type { AccountId } from '../kernel/ids.ts'
import type { MailboxChange } from './unit-mailboxes.ts'

/**
 * The addresses of unit mailboxes from the day on: those of a mailbox that ends reach the one that goes on until the term is
 * over, and so does the former address of one that gets another. `states` are all living addresses of the mailboxes;
 * `kept` is the new name of each that ends, by its id.
 */
export function addressesAfter(
  changes: readonly MailboxChange[],
  states: readonly AddressState[],
  until: Date,
  kept: ReadonlyMap<AccountId, string>,
): AddressState[] {
  const now = Map.groupBy(states, ({ holder }) => holder)
  const after = new Map<string, AddressState>()
  const put = (state: AddressState) => after.set(state.local, state)
  const sooner = (a: Date | null) => (a !== null && a < until ? a : until)
  for (const change of changes) {
    const { box } = change
    const own = now.get(box.id) ?? []
    if (change.kind === 'ends') {
      for (const state of own) {
        // It may have become the primary address of the other already.
        if (after.has(state.local)) continue
        put({ ...state, holder: change.into, role: 'alias', until: sooner(state.until) })
      }
      const name = kept.get(box.id)
      if (name !== undefined) put({ local: name, holder: box.id, state: 'live', role: 'primary', until: null })
    } else if (change.local !== null) {
      for (const state of own.filter(({ role }) => role === 'primary')) put({ ...state, role: 'alias', until })
      put({ local: change.local, holder: box.id, state: 'live', role: 'primary', until: null })
    }
  }
  return [...after.values()]
}
