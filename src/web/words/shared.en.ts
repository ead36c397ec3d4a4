import type { sharedVi } from './shared.vi.ts'

export const sharedEn: typeof sharedVi = {
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
