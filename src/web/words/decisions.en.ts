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
    tryAgain: 'The system has just failed. Open the request to see where it stands, then try again.',
    slip: 'Print the slip',
  },
  differences: {
    title: 'Changes since it was sent before',
    text: (before, after) => `Sent ${before}, then ${after}.`,
    field: 'What',
    before: 'Before',
    after: 'Now',
    none: 'None',
    nothing: 'Nothing has changed.',
    otherNumber: '(other digits have changed)',
  },
  letter: {
    title: 'Official letter',
    needed:
      'By the policy of the province this request needs an official letter of the unit: number, date and the signed PDF.',
    notNeeded: 'By the present policy this request needs no official letter.',
    number: 'Number of the letter',
    numberHint: 'For example: 125/SNV-VP',
    date: 'Date of the letter',
    dateHint: 'For example: 23 11 2026',
    file: 'The signed PDF',
    fileHint: 'A PDF of at most 5 MB',
    fileStays: (name) => `There is ${name}. Choose another file to replace it; a PDF of at most 5 MB.`,
    fact: (number, date) => `${number} of ${date}`,
    download: (name, size) => `Download ${name} (${size})`,
    policy: 'Needs an official letter (number, date, signed PDF)',
    policyShort: 'Official letter needed',
    errors: {
      number: 'Enter the number of the letter',
      odd: 'The number is longer than 60 characters, or has odd ones',
      date: 'Enter the date of the letter',
      'no-such-date': 'There is no such day; check day, month and year',
      future: 'The letter cannot be of a day to come',
      'no-file': 'Choose the PDF of the letter',
      'empty-file': 'The file is empty; choose another',
      'too-large': 'The file is larger than 5 MB; scan it with less detail',
      'not-pdf': 'The file is no PDF by its content; save the letter as a PDF and choose it again',
    },
  },
  audit: {
    actions: {
      'request.letter-attached': 'Official letter attached',
      'request.letter-read': 'Official letter of a request downloaded',
    },
    details: { date: 'date', bytes: 'bytes', sha256: 'SHA-256' },
  },
}
