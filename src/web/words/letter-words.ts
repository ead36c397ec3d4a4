import type { LetterParams, Template } from '../../letters/letter.ts'
import type { LetterText } from '../../letters/template.ts'

/** The text of every letter in one language. */
export type LetterTexts = Readonly<Record<Template, LetterText>>

/** Who signs a letter, whom to ask, and where its links lead. */
export type Sender = {
  readonly name: string
  readonly phone: string
  readonly email: string
  /** Where a request is followed, and where a one-time secret is used. */
  readonly track: (code: string) => string
  /** Where somebody signed in follows what they asked for. */
  readonly mine: string
  readonly activate: (secret: string) => string
  readonly signIn: string
  /** Where approvers decide. */
  readonly inbox: string
  /** Where the lists of a review are confirmed. */
  readonly review: (id: string) => string
  /** Where IT staff see what differs. */
  readonly reconcile: string
}

type Line = LetterParams['waiting']['lines'][number]
/** What the digest says of each request, and of where they go from there. */
export type DigestWords = {
  readonly requests: (n: number) => string
  readonly line: (line: Line, due: string) => string
  readonly more: (n: number) => string
  readonly above: (above: LetterParams['waiting']['above']) => string
}
