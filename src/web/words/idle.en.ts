import type { idleVi } from './idle.vi.ts'

/** Texts about accounts that nobody uses, in English. */
export const idleEn: typeof idleVi = {
  nav: 'Long unused',
  title: 'Mailboxes long unused',
  lead: (warn, lock, review) =>
    `Warned after ${warn} days without a sign-in, sign-in stopped after ${lock}, considered for recall after ${review}. Whoever is on a noted long leave is exempt.`,
  unknown: 'This mail server does not tell who signed in, so nobody is warned or stopped for not using a mailbox.',
  tabs: { warned: 'Soon to be stopped', locked: 'Sign-in stopped', review: 'Consider for recall' },
  empty: {
    warned: 'No mailbox is about to be stopped.',
    locked: 'No mailbox is stopped for being unused.',
    review: 'No mailbox is to be considered for recall.',
  },
  columns: { who: 'Person', unit: 'Unit', used: 'Last used', state: 'State', act: 'Tasks' },
  days: (n) => `${n} days ago`,
  never: 'Never signed in to the mailbox',
  warned: (on) => `warned on ${on}`,
  unlock: 'Unlock sign-in',
  recall: 'End the use',
  noun: 'mailboxes',
  notKnown: 'The mail server does not tell',
}
