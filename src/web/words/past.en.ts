import type { pastVi } from './past.vi.ts'

/** Texts about an account as it was, in English. */
export const pastEn: typeof pastVi = {
  link: 'See the account as of a day',
  title: (on) => `The account on ${on}`,
  day: 'At the end of',
  show: 'Show',
  wrong: 'That day could not be read, or has not come yet; below is today.',
  before: 'The account had not been issued by that day.',
  until: 'What had happened by then',
  nothing: 'Nothing yet.',
  held: 'Shared mailboxes held',
  holders: 'Held by',
  holding: (name, rights) => `${name}, ${rights}`,
  yes: 'Yes',
}
