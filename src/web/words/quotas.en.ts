import type { quotasVi } from './quotas.vi.ts'

/** Texts about how large mailboxes are, in English. */
export const quotasEn: typeof quotasVi = {
  title: 'Mailbox sizes',
  lead: 'A mailbox has the largest size that applies: everybody’s, the rank’s, the unit’s, and what was approved on request. When somebody’s post changes, it is worked out anew the same day.',
  present: (n) => (n === 0 ? 'No policy yet: every mailbox is as the settings say' : `Version ${n} is in force`),
  fields: {
    personMb: 'Personal mailboxes (MB)',
    leaderMb: 'Leaders (MB)',
    sharedMb: 'Mailboxes of units and functions (MB)',
    titles: 'By position, one a line',
    units: 'By unit, one a line',
    shrinks: 'Make mailboxes smaller, too, that are larger than the policy says',
    why: 'Reason for the change',
  },
  hints: {
    leaderMb:
      'Leaders’ positions are those of the policy on the life of accounts; left empty, they have what everybody has',
    titles: 'For example: Giám đốc = 10240. The position begins with these words; the longer line goes first',
    units: 'For example: Sở Nội vụ = 5120, or the unit’s number: 12 = 5120. It holds for the units below, too',
    shrinks: 'A mailbox that is fuller than its new size takes no more letters until it is tidied',
  },
  by: {
    everybody: 'everybody’s size',
    shared: 'size of shared mailboxes',
    leader: 'leaders’ size',
    title: 'by position',
    unit: 'by unit',
    request: 'as approved on request',
  },
  yes: 'Yes',
  no: 'No',
  saved: (n) => `Version ${n} is saved. Mailboxes are worked out anew within minutes.`,
  history: 'Versions',
  unchanged: 'Never changed so far.',
  version: 'Version',
  columns: { version: 'Version', from: 'From', by: 'Changed by', values: 'What it says', why: 'Reason' },
  errors: {
    range: 'Enter a number of MB from 100 to 102,400',
    titleLine: (text) => `The line “${text}” cannot be read; write: position = MB`,
    unitLine: (text) => `The line “${text}” cannot be read; write: unit = MB`,
    unknownUnit: (text) => `There is no unit “${text}”, or several of that name: write its number`,
    twice: 'A line is there twice',
    titles: 'Each position has 2 to 120 characters; 100 lines at most',
    units: '500 lines at most',
    why: 'Give the reason, at least 10 characters',
    'policy-changed-meanwhile': 'Somebody has just changed the policy. Look at the new version, then change it again.',
    'policy-unchanged': 'Nothing differs from the policy in force.',
  },
  audit: { 'quota-policy.changed': 'Policy on mailbox sizes changed', 'account.quota-changed': 'Mailbox size changed' },
}
