import type { listsVi } from './lists.vi.ts'

export const listsEn: typeof listsVi = {
  refusals: {
    'unknown-list': 'There is no such list.',
    'unknown-member': 'Somebody named for the list has no mailbox.',
    'unknown-poster': 'Whoever may write to the list needs a mailbox.',
    'named-not-offered': 'The mail server here cannot keep a list to named senders.',
  },
}
