import type { passwordVi } from './password.vi.ts'

/** Texts about forgotten passwords, in English. */
export const passwordEn: typeof passwordVi = {
  title: 'Forgotten password',
  lead: 'Enter the address of the mailbox. If it has a contact e-mail, a link to choose a new password is sent there.',
  send: 'Send the link',
  otherwise: 'No contact e-mail?',
  otherwiseText: 'See your unit administrator for a slip. Nobody may ask for your password, or choose one for you.',
  sentTitle: 'We have your request',
  sentTexts: [
    'If the address is that of a mailbox that may sign in and has a contact e-mail, a link to choose a new password has been sent there. This page says no more, so that nobody can find out about other people’s mailboxes.',
    'Nothing after some minutes: look among junk, or contact your unit administrator. The present password works until a new one is chosen.',
  ],
  forgotten: 'Get a link to choose a new one at your contact e-mail.',
  tab: 'Password',
  cards: 'A new password',
  lead2: 'The person chooses the new password; open sessions end at that moment.',
  link: 'Send a link',
  linkText: (email) => `A one-time link, sent to ${email}.`,
  slip: 'Print a slip',
  slipText: 'Check the papers of whoever receives it. The person is told by letter that a slip was printed.',
  linkSent: (email) => `A link to choose a new password was sent to ${email}.`,
  slipTitle: 'SLIP FOR A NEW PASSWORD OF AN OFFICIAL MAILBOX',
  again: {
    title: (address) => `Choose a new password for ${address}`,
    button: 'Set the new password',
    doneTitle: 'The password has been changed',
  },
  history: {
    'reset-link-sent': 'Link for a new password sent',
    'reset-slip-printed': 'Slip for a new password printed',
    'password-reset': 'New password chosen',
  },
  audit: {
    'password.reset-asked': 'A forgotten password was reported',
    'password.reset-link-sent': 'Link for a new password sent',
    'password.reset-slip-printed': 'Slip for a new password printed',
    'account.password-reset': 'New password chosen',
  },
  noSignIn: 'This account may not sign in now, so its password is not reset.',
}
