import type { DecisionsWords } from './decisions.vi.ts'

const of = (n: number) => `${n} request${n === 1 ? '' : 's'}`

export const decisionsEn: DecisionsWords = {
  several: {
    none: 'Choose at least one request of the list.',
    nothingReady: 'None of those chosen can be decided about',
    ready: 'Chosen requests',
    kept: (n) => `${of(n)} kept back`,
    keptText: 'These cannot be decided about together with others; open each to see.',
    why: 'Reason',
    unknown: 'No longer within reach',
    approve: {
      title: (n) => `Approve ${of(n)}?`,
      button: (n) => `Approve ${of(n)}`,
      done: (done, not) => (not === 0 ? `${of(done)} approved` : `${of(done)} approved, ${not} not`),
      text: 'Each is checked and approved by itself. What cannot be approved stays, and hinders no other.',
    },
    return: {
      title: (n) => `Return ${of(n)}?`,
      button: (n) => `Return ${of(n)}`,
      done: (done, not) => (not === 0 ? `${of(done)} returned` : `${of(done)} returned, ${not} not`),
      text: 'Every applicant reads the same text as written.',
    },
    identity: 'How was it made sure who all of these people are?',
    outcome: 'Outcome',
    states: { approved: 'Approved', submitted: 'Step approved', returned: 'Returned' },
    notDone: 'Not done',
    slip: 'Print the slip',
  },
}
