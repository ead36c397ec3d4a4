import type { LetterParams } from '../../letters/letter.ts'

/** Plain text, wrapped by the reader's program. */
export type Letter = { readonly subject: string; readonly text: string }

/** Who signs a letter, whom to ask, and where its links lead. */
export type Sender = {
  readonly name: string
  readonly phone: string
  readonly email: string
  /** Where a request is followed, and where a one-time secret is used. */
  readonly track: (code: string) => string
  readonly activate: (secret: string) => string
  readonly signIn: string
  /** Where approvers decide. */
  readonly inbox: string
  /** Where IT staff see what differs. */
  readonly reconcile: string
}

export type Letters = { readonly [Name in keyof LetterParams]: (params: LetterParams[Name], sender: Sender) => Letter }
