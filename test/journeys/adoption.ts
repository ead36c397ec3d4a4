import type { Ways } from './tour.ts'

/** Taking over a directory, from where IT staff starts to one entry that nobody can be sure of. */
export const adoptionWays: Ways = {
  adoptions: ['/doi-soat', 'main a[href="/doi-soat/tiep-nhan"]'],
  adoption: ['/doi-soat/tiep-nhan', 'main > .cv-table tbody tr:nth-child(1) a'],
  'adoption-entry': ['/doi-soat/tiep-nhan', 'main > .cv-table a', '.cv-table tbody tr:nth-child(2) a'],
  'adoption-entry-error': [
    '/doi-soat/tiep-nhan',
    'main > .cv-table a',
    '.cv-table tbody tr:nth-child(2) a',
    'main form[novalidate] button',
  ],
}
