import { z } from 'zod'
import type { AccountState } from '../accounts/account.ts'
import type { Day } from '../kernel/day.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import type { EmailAddress } from '../kernel/email-address.ts'
import { PersonId, type AccountId, type UnitId } from '../kernel/ids.ts'
import type { Sex } from '../kernel/identification-number.ts'

/** Whose number is right where two records of one person have different ones. */
export const NUMBERS = ['kept', 'other'] as const
export type WhoseNumber = (typeof NUMBERS)[number]

/** What is done about the record of a person; the number itself is sealed beside the command, which has its end only. */
export const PersonCommand = z.discriminatedUnion('type', [
  z.object({ type: z.literal('correct-number'), ends: z.string() }),
  z.object({ type: z.literal('merge-people'), other: PersonId, number: z.enum(NUMBERS).nullable() }),
])
export type PersonCommand = z.infer<typeof PersonCommand>
export const PERSON_ACTS = ['correct-number', 'merge-people'] as const
export const isPersonAct = (type: string): type is PersonCommand['type'] =>
  (PERSON_ACTS as readonly string[]).includes(type)

/** A record as lists show it. */
export type PersonSummary = {
  readonly id: PersonId
  readonly fullName: string
  readonly birthDate: Day | null
  readonly birthPrecision: string
  readonly sex: Sex | null
  /** The last three digits; null when none is known. */
  readonly ends: string | null
  readonly account: {
    readonly id: AccountId
    readonly login: string
    readonly address: EmailAddress
    readonly state: AccountState
    readonly title: string | null
    readonly unitId: UnitId
    readonly unitName: string
  } | null
}

export type DatedPost = {
  readonly title: string
  readonly unitName: string
  readonly primary: boolean
  readonly from: Day
  readonly until: Day | null
}

/** A record as its page shows it. */
export type PersonView = PersonSummary & {
  readonly contactEmail: string | null
  readonly phone: string | null
  readonly mergedInto: PersonSummary | null
  /** The records that are part of this one now. */
  readonly merged: readonly (PersonSummary & { readonly mergedAt: Date })[]
  /** Of this record and of those that are part of it, the newest first. */
  readonly posts: readonly DatedPost[]
  readonly formerNumbers: readonly {
    readonly ends: string
    readonly until: Date
    readonly byName: string
    readonly why: string
  }[]
  readonly requests: readonly { readonly id: string; readonly code: string; readonly submittedAt: Date }[]
  /** Who may be the same person: of the same name and birth date, and not of another number. */
  readonly alike: readonly PersonSummary[]
}

/** What a record says, as a merge is decided by. */
export type PersonFacts = {
  readonly id: PersonId
  readonly mergedInto: PersonId | null
  readonly ninHash: string | null
}

export type PersonRefusal =
  | { kind: 'unknown-person' }
  | { kind: 'own-record' }
  | { kind: 'same-record' }
  | { kind: 'merged-before' }
  | { kind: 'number-to-choose' }
  | { kind: 'number-unchanged' }
  | { kind: 'number-of-another' }

/**
 * Whose number the one record has afterwards; null when neither has one. Refused: same-record, merged-before (one of the two is
 * part of another already), number-to-choose (they differ, and nobody said which is right).
 */
export function decideMerge(
  kept: PersonFacts,
  other: PersonFacts,
  choice: WhoseNumber | null,
): Decision<WhoseNumber | null, PersonRefusal> {
  if (kept.id === other.id) return refuse({ kind: 'same-record' })
  if (kept.mergedInto !== null || other.mergedInto !== null) return refuse({ kind: 'merged-before' })
  if (kept.ninHash === null && other.ninHash === null) return accept(null)
  if (other.ninHash === null) return accept('kept')
  if (kept.ninHash === null) return accept('other')
  return choice === null ? refuse({ kind: 'number-to-choose' }) : accept(choice)
}

/** Whether the record can have this number; `holder` is the record that has it now. Refused as its kinds say. */
export function decideNumber(
  person: PersonFacts,
  hash: string,
  holder: PersonId | null,
): Decision<null, PersonRefusal> {
  if (person.mergedInto !== null) return refuse({ kind: 'merged-before' })
  if (person.ninHash === hash) return refuse({ kind: 'number-unchanged' })
  return holder === null ? accept(null) : refuse({ kind: 'number-of-another' })
}
