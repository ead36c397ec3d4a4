import type { Doubt } from '../reconcile/compare.ts'
import type { OwnKind } from '../requests/kinds.ts'

/** The letters that Congvu writes, each with the facts that its text takes. Instants are ISO 8601 texts. */
export type LetterParams = {
  /** The six digits that confirm a contact e-mail. */
  confirm: { code: string; until: string }
  received: { code: string; name: string; unit: string; at: string; due: string }
  /** To somebody signed in who asked for something: what, and by when they are answered. */
  asked: { code: string; name: string; unit: string; kind: OwnKind; title: string; at: string; due: string }
  /** `mine` where it is corrected signed in. */
  returned: { code: string; name: string; unit: string; comment: string; until: string; mine?: boolean }
  /** To somebody signed in: what they asked for was approved and is being done. */
  carried: { code: string; name: string; unit: string; kind: OwnKind; title: string }
  /** Approved, with the secret of the link that activates the mailbox. */
  approved: { code: string; name: string; unit: string; on: string; address: string; secret: string; until: string }
  /** Approved, the code being handed over on paper. */
  'approved-slip': { code: string; name: string; unit: string; on: string; address: string }
  /** A new link in place of one lost or expired. */
  link: { name: string; address: string; secret: string; until: string }
  /** The link by which somebody who has forgotten their password chooses a new one. */
  reset: { name: string; address: string; secret: string; until: string }
  /** To whoever a slip for a new password was printed for, with who printed it. */
  'reset-slip': { name: string; address: string; by: string; at: string }
  /** A new password is in force. */
  'password-changed': { name: string; address: string; at: string }
  rejected: { code: string; name: string; unit: string; reason: string }
  /** The mailbox has been activated. */
  ready: { name: string; address: string; at: string }
  /** To somebody who serves in another unit from now on: the mailbox stays. */
  transferred: { name: string; address: string; on: string; from: string; to: string; title: string }
  /**
   * To somebody who leaves, some days before and on the day: from which day sign-in stops, until when the mail is kept, when it is
   * deleted, and by which letter.
   */
  leaving: {
    name: string
    address: string
    on: string
    until: string
    deleted: string
    letter: { number: string; date: string } | null
  }
  /** To somebody who was recorded twice: which mailbox goes on, and until when the mail in the other is kept. */
  merged: { name: string; address: string; other: string; until: string }
  /** To somebody who has not signed in for long: since when, and from which day on they no longer can. */
  idle: { name: string; address: string; since: string; on: string }
  /** To an administrator: the lists of their units are to be confirmed before a day; a reminder where they were asked before. */
  review: { name: string; id: string; open: number; total: number; due: string; reminder: boolean }
  /** To somebody whose unit became another; `changed` when their address did too, the former one still reaching them. */
  reorganised: { name: string; address: string; on: string; from: string; to: string; changed: boolean }
  /** To the mailbox of somebody in whose name a second one was asked for. */
  already: { name: string; address: string; at: string }
  /** To an approver, on the morning of a working day: what waits for them. */
  waiting: {
    name: string
    waiting: number
    overdue: number
    /** Due first first; `passedOn` from an administrator below who is late, `for` somebody whose deputy they are. */
    lines: { name: string; unit: string; due: string; overdue: boolean; passedOn: boolean; for?: string }[]
    /** How many more there are than lines. */
    more: number
    /** To whom overdue requests go from here. */
    above: { kind: 'unit'; name: string } | { kind: 'it-staff' | 'several' | 'none' }
  }
  /** To whoever decides about requests for somebody from a day to a day, both included. */
  deputy: { name: string; principal: string; from: string; to: string }
  /** To IT staff: what a comparison found that was not there before, or why it could not tell. */
  reconciled: {
    name: string
    number: number
    at: string
    fresh: number
    counts: Record<string, number>
    doubt: Doubt | null
  }
  /** To IT staff, daily: the newest link of the audit chain, so that a cut tail is found. */
  anchor: { seq: number; mac: string; at: string }
}
export type Template = keyof LetterParams
export type Language = 'vi' | 'en'

export type Letter = {
  [T in Template]: {
    readonly to: string
    readonly language: Language
    readonly template: T
    readonly params: LetterParams[T]
  }
}[Template]

/** Turns a letter into words; secrets become links here. */
export type Writer = (letter: Letter) => Promise<{ subject: string; text: string }>

/** Hands a letter to the mail system; throws TargetFault. */
export type Sender = (message: {
  messageId: string
  to: string
  subject: string
  text: string
  language: Language
  /** Where it goes back to when it cannot be delivered; null for the address that it comes from. */
  returnTo: string | null
}) => Promise<void>
