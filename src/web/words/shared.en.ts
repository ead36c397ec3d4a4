import type { sharedVi } from './shared.vi.ts'

export const sharedEn: typeof sharedVi = {
  kind: 'Kind of mailbox',
  kinds: { person: 'Personal mailbox', unit: 'Unit mailbox', function: 'Function mailbox' },
  rights: { read: 'Reads only', full: 'Reads, files and sends' },
  signIn: 'Nobody signs in to it',
  code: (login) => `Code ${login}`,
  box: 'Shared mailbox',
  name: 'Name of the mailbox',
  holders: {
    tab: 'Users',
    title: 'Who uses the mailbox',
    lead: 'Each opens this mailbox with their own account. Users are added and removed by request.',
    nobody: 'Nobody uses it yet. Mail to it is accepted and kept all the same.',
    former: 'Former users',
    columns: { who: 'User', unit: 'Unit', rights: 'Rights', since: 'From', until: 'Until' },
    shuttingOut: 'Sessions are being ended',
    shutOut: 'All sessions are over',
    access: (n) => `Access list: ${n}`,
    accessNotKept: 'This mail server keeps no access list',
    stillIn: (names) => `Sessions of ${names} are being ended. Nothing to do.`,
  },
  mine: {
    title: 'Shared mailboxes',
    openText: 'The mail program shows each shared mailbox as a folder, opened with one’s own account and password.',
    sendText:
      'To write from the shared address, add it as a further sending address; server and password stay the same.',
    notHere: 'The mail server of this trial has no IMAP, so shared mailboxes cannot be opened yet.',
    folder: (folder) => `Folder ${folder}`,
    lists: 'Distribution lists with this address',
  },
  refusals: {
    'unknown-holder': 'Whoever uses a shared mailbox needs a personal one.',
    'not-own-address': 'This address does not belong to the account.',
    'primary-address': 'This is the primary address; it cannot be given up.',
    'not-allowed':
      'This address cannot be chosen: a reserved word, or not of the length and form that the policy asks for.',
  },
  history: {
    'holder-added': 'User of the mailbox added',
    'holder-changed': 'Rights of a user of the mailbox changed',
    'holder-removed': 'User of the mailbox removed',
    'holding-begun': 'May use a shared mailbox',
    'holding-changed': 'Rights on a shared mailbox changed',
    'holding-ended': 'Uses a shared mailbox no more',
    renamed: 'Renamed; the former name was',
    'position-changed': 'Position changed',
    'address-changed': 'Primary address changed',
    'alias-added': 'Alias added',
    'alias-removed': 'Alias removed',
    'quota-changed': 'Size changed',
  },
}
