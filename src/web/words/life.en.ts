import type { lifeVi } from './life.vi.ts'

export const lifeEn: typeof lifeVi = {
  history: {
    suspended: 'Suspended',
    'on-leave': 'On leave',
    'idle-locked': 'Sign-in stopped, unused',
    'came-back': 'In use again',
    left: 'No longer in use, mail is kept',
    'kept-until': 'Kept until another day',
    archived: 'Mailbox archived, receives no more',
    deleted: 'Deleted from every system',
    'taken-back': 'The issuing of the account was taken back',
    buried: 'No longer recoverable, deleted for good',
    recovered: 'Restored',
    held: 'Under a legal hold',
    'hold-released': 'No longer under a legal hold',
    'archive-verified': 'The archive was counted',
    restored: 'Letters brought back from the archive',
    'archive-discarded': 'Archive deleted',
  },
}
