import { accept, refuse, type Decision } from '../kernel/decision.ts'
import { lines } from '../kernel/text.ts'
import { wrongState, type Request, type RequestRefusal } from './request.ts'

/** The most characters of a comment. */
export const COMMENT_LENGTH = 2_000
/** The most comments of a request; its applicant writes half of them at most, so that those who decide are never kept out. */
export const COMMENTS = { all: 50, applicant: 25 } as const

/** In which role somebody wrote. */
export const COMMENTERS = ['unit-admin', 'it-staff', 'applicant'] as const
export type Commenter = (typeof COMMENTERS)[number]

/** A comment as it is typed, with a code as message: `empty`, `too-long` or `odd`. */
export const CommentText = lines(1, COMMENT_LENGTH)

export type CommentRefusal = RequestRefusal | { kind: 'unknown-request' } | { kind: 'too-many-comments' }

/**
 * Whether a request takes a comment: of those who decide once it was sent, of its applicant until it is decided; pure.
 * Refused: not-in-state, too-many-comments.
 */
export function takesComment(
  request: Request,
  by: Commenter,
  written: { readonly all: number; readonly applicant: number },
): Decision<true, CommentRefusal> {
  const open = request.state === 'submitted' || request.state === 'returned'
  if (request.state === 'draft' || (by === 'applicant' && !open)) return wrongState(request)
  const full = written.all >= COMMENTS.all || (by === 'applicant' && written.applicant >= COMMENTS.applicant)
  return full ? refuse({ kind: 'too-many-comments' }) : accept(true)
}
