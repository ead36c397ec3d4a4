import type { ReorganisationsWords } from './reorganisations.vi.ts'

export const reorganisationsEn: ReorganisationsWords = {
  history: {
    'unit-reorganised': 'Unit changed by a reorganisation',
    'unit-restored': 'Back in the former unit: reorganisation taken back',
  },
  audit: {
    'unit.ended': 'Unit ended',
    'unit.taken-back': 'Unit taken back',
    'account.unit-reorganised': 'Unit changed by a reorganisation',
    'account.unit-restored': 'Back in the former unit',
    'account.unit-mailbox-changed': 'Unit mailbox changed by a reorganisation',
    'account.unit-mailbox-restored': 'Unit mailbox restored',
    'request.rehomed': 'Request passed to the new unit',
    'reorganisation.created': 'Reorganisation drawn up',
    'reorganisation.head-changed': 'Facts of a reorganisation changed',
    'reorganisation.rows-replaced': 'Reorganisation replaced by a file',
    'reorganisation.steps-added': 'Step added to a reorganisation',
    'reorganisation.step-removed': 'Step removed from a reorganisation',
    'reorganisation.rules-added': 'People assigned in a reorganisation',
    'reorganisation.rule-removed': 'Assignment removed from a reorganisation',
    'reorganisation.seat-added': 'Administrator named in a reorganisation',
    'reorganisation.seat-removed': 'Administrator removed from a reorganisation',
    'reorganisation.scheduled': 'Reorganisation settled',
    'reorganisation.withdraw': 'Reorganisation back to a draft',
    'reorganisation.cancel': 'Reorganisation cancelled',
    'reorganisation.blocked': 'Reorganisation could not begin on its day',
    'reorganisation.started': 'Reorganisation begun',
    'reorganisation.applied': 'Reorganisation done',
    'reorganisation.reverse': 'Reorganisation being taken back',
    'reorganisation.reversed': 'Reorganisation taken back',
  },
}
