import type { ImportsWords } from './imports.vi.ts'

/** The same in English. */
export const importsEn: ImportsWords = {
  history: {
    'details-changed': 'Details updated',
  },
  audit: {
    'account.changed': 'Account updated',
    'import.uploaded': 'List uploaded',
    'import.unreadable': 'List could not be read',
    'import.matching': 'List needs its columns matched',
    'import.matched': 'Columns of a list matched',
    'import.planned': 'List planned',
    'import.row-fixed': 'Row of a list edited',
    'import.row-skipped': 'Row of a list skipped',
    'import.row-taken': 'Row of a list taken in again',
    'import.row-reset': 'Choices for a row of a list forgotten',
    'import.row-accepted': 'Suggestion for a row of a list taken',
    'import.rows-accepted': 'Suggestions for rows of a list taken',
    'import.person-chosen': 'Person chosen for a row of a list',
    'import.unit-said': 'Unit chosen for a spelling',
    'import.asked': 'List sent to a second person',
    'import.approved': 'List agreed to by a second person',
    'import.withdraw': 'Carrying out a list withdrawn',
    'import.started': 'List being carried out',
    'import.pause': 'Asked to stop carrying out a list',
    'import.paused': 'Stopped carrying out a list',
    'import.go-on': 'Went on carrying out a list',
    'import.cancel': 'Import cancelled',
    'import.cancelled': 'Import ended before its end',
    'import.continue': 'Went on with the rows that waited',
    'import.done': 'List carried out',
    'import.downloaded': 'Result file of a list downloaded',
    'import.policy-changed': 'Import policy changed',
  },
}
