import type { commentsVi } from './comments.vi.ts'

/** Texts of comments on requests, in English. */
export const commentsEn: typeof commentsVi = {
  title: 'Comments',
  nothing: 'There are no comments yet.',
  applicant: 'The applicant',
  writer: (name, role) => `${name}, ${role}`,
  readers: { staff: 'Read by those who decide only', applicant: 'Read by the applicant too' },
  label: 'Write a comment',
  hint: 'At most 2,000 characters. A comment cannot be changed or taken back.',
  answerHint:
    'Read by those who decide about the request. At most 2,000 characters; a comment cannot be changed or taken back.',
  choice: 'Who reads this comment',
  choices: {
    staff: 'Those who decide only',
    applicant: 'The applicant too',
    applicantHint: 'It stands on the page where the request is followed; no letter is sent',
  },
  button: 'Send the comment',
  done: 'The comment was added.',
  errors: {
    empty: 'Write the comment before sending it',
    'too-long': 'The comment is longer than 2,000 characters',
    odd: 'The comment has characters that cannot be seen; type it instead of pasting it',
    reader: 'Choose who reads this comment',
    full: 'This request has as many comments as it takes',
    closed: 'The request has ended and takes no more comments',
    own: 'This is your own request: comment on it under “My requests”',
  },
  audit: {
    actions: { 'request.commented': 'Comment on a request' },
    details: { reader: 'read by' },
  },
}
