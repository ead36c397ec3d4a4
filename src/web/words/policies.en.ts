import type { policiesVi } from './policies.vi.ts'

/** The list of policies in English. */
export const policiesEn: typeof policiesVi = {
  title: 'Policies',
  lead: 'Each has its versions, with dates, who made them and why.',
  each: {
    naming: {
      title: 'Address patterns',
      text: 'How addresses of people, units and functions are made; reserved words, lengths.',
    },
    steps: { title: 'Approval steps', text: 'Which kind of request, in which unit, needs whose approval.' },
    life: {
      title: 'Life of an account',
      text: 'After how long unused one is warned, stopped, withdrawn; how long mail is kept after leaving.',
    },
    quotas: {
      title: 'Mailbox sizes',
      text: 'How large mailboxes are by position and unit; larger where a request was approved.',
    },
    letters: {
      title: 'Words of letters',
      text: 'The texts of confirmation, return, approval and reminder, in both languages.',
    },
    retention: {
      title: 'Keeping and erasing',
      text: 'After how long requests that came to nothing, and letters, lose personal data.',
    },
    attributes: {
      title: 'Who decides an attribute',
      text: 'Which attributes follow the database, which the directory, which are written once.',
    },
    brake: {
      title: 'Limits of the safety brake',
      text: 'From how many accounts a plan stops and waits for two people.',
    },
    imports: {
      title: 'Imports',
      text: 'From how many changes a second person looks; how long imports can be undone and files are kept.',
    },
    holidays: { title: 'Days off', text: 'Days off and days worked instead, by which answers fall due.' },
  },
}
