import type { Day } from '../../kernel/day.ts'
import type { AccountId, PersonId, UnitId } from '../../kernel/ids.ts'
import type { PersonNameRefusal } from '../../kernel/person-name.ts'
import type { Mark, RosterField } from '../reading/fields.ts'

/** Somebody known whom a row may mean, as the white pages show them. */
export type PersonRef = {
  readonly personId: PersonId
  readonly accountId: AccountId | null
  readonly name: string
  readonly birth: Day | null
  readonly unitName: string
  readonly local: string | null
}
export type UnitRef = { readonly id: UnitId; readonly name: string; readonly parentName: string | null }

/** Why a row is not carried out as it stands. Each has words in both languages. */
export type Reason =
  /** Something about a cell that somebody must look at. Accepted: as it was read, or as `would` says. */
  | { readonly code: 'mark'; readonly field: RosterField; readonly mark: Mark }
  | { readonly code: 'no-name' }
  | { readonly code: 'bad-name'; readonly refusal: PersonNameRefusal }
  /** Which words are the given name is not sure: names of the highlands put it first. Accepted: as proposed. */
  | { readonly code: 'given-unclear'; readonly given: string }
  | { readonly code: 'no-unit' }
  | { readonly code: 'unit-unknown'; readonly text: string }
  /** The name is another one, or spelled otherwise; whether it is this unit, a person says, once for each spelling. */
  | { readonly code: 'unit-proposed'; readonly text: string; readonly units: readonly UnitRef[] }
  | {
      readonly code: 'unit-dissolved'
      readonly text: string
      readonly since: Day
      readonly units: readonly UnitRef[]
    }
  /** A roster of one unit names somebody of another. Accepted: there nevertheless. */
  | { readonly code: 'unit-outside' }
  /** Name, birth date or unit fit somebody known. Accepted: it is that one. */
  | { readonly code: 'perhaps'; readonly person: PersonRef }
  /** … or one of several; which, a person says. */
  | { readonly code: 'several'; readonly persons: readonly PersonRef[] }
  /** The number is somebody's of another name. Accepted: it is that one, renamed. */
  | { readonly code: 'number-name'; readonly person: PersonRef }
  /** The same name with other accents. Accepted: renamed. */
  | { readonly code: 'name-differs'; readonly was: string }
  /** Accepted: as the file says. */
  | { readonly code: 'birth-differs'; readonly was: Day }
  | { readonly code: 'sex-differs' }
  /** Another row is about the same person, with another name or another post. */
  | { readonly code: 'same-person'; readonly rows: readonly number[] }
  /** Another row may be about the same person. Accepted: it is about somebody else. */
  | { readonly code: 'like-row'; readonly rows: readonly number[] }
  /** Two people would get their links in one place. Accepted: without this contact. */
  | { readonly code: 'contact-twice'; readonly rows: readonly number[] }
  | { readonly code: 'address-twice'; readonly rows: readonly number[] }
  /** The address in the file cannot be one, for one of four reasons. Accepted: as the policy proposes. */
  | { readonly code: 'address-accent'; readonly text: string }
  | { readonly code: 'address-capitals'; readonly text: string }
  | { readonly code: 'address-domain'; readonly text: string }
  | { readonly code: 'address-form'; readonly text: string }
  | { readonly code: 'address-taken'; readonly text: string }
  /** The person has another one. Accepted: it stays. */
  | { readonly code: 'address-differs'; readonly text: string; readonly has: string }
  /** Nobody whose account is being taken down is changed by a list. */
  | { readonly code: 'account-ended' }
  /** Missing in a roster, but holds a role, or is who carries it out. Accepted: suspended nevertheless. */
  | { readonly code: 'holds-role' }
  /** The world has moved since the plan was approved. */
  | { readonly code: 'moved'; readonly what: 'known' | 'address' | 'changed' | 'unit' }

export type ReasonCode = Reason['code']
export const REASON_GROUPS = ['person', 'name', 'birth', 'unit', 'number', 'address', 'encoding', 'other'] as const
export type ReasonGroup = (typeof REASON_GROUPS)[number]

const GROUPS = {
  'no-name': 'name',
  'bad-name': 'name',
  'given-unclear': 'name',
  'name-differs': 'name',
  'no-unit': 'unit',
  'unit-unknown': 'unit',
  'unit-proposed': 'unit',
  'unit-dissolved': 'unit',
  'unit-outside': 'unit',
  perhaps: 'person',
  several: 'person',
  'like-row': 'person',
  'birth-differs': 'birth',
  'sex-differs': 'other',
  'number-name': 'number',
  'same-person': 'person',
  'contact-twice': 'other',
  'address-twice': 'address',
  'address-accent': 'address',
  'address-capitals': 'address',
  'address-domain': 'address',
  'address-form': 'address',
  'address-taken': 'address',
  'address-differs': 'address',
  'account-ended': 'person',
  'holds-role': 'person',
  moved: 'other',
} as const satisfies Record<Exclude<ReasonCode, 'mark'>, ReasonGroup>

/** Under which of the few filters of the preview a reason stands. */
export function groupOf(reason: Reason): ReasonGroup {
  if (reason.code !== 'mark') return GROUPS[reason.code]
  if (reason.mark.code === 'old-encoding' || reason.mark.code === 'either-encoding') return 'encoding'
  switch (reason.field) {
    case 'fullName':
    case 'givenName':
      return 'name'
    case 'birthDate':
      return 'birth'
    case 'unit':
    case 'parentUnit':
      return 'unit'
    case 'number':
      return 'number'
    case 'officialAddress':
      return 'address'
    default:
      return 'other'
  }
}

/** Names a reason within its row, so that somebody's accepting it holds as long as it is the same reason. */
export function keyOf(reason: Reason): string {
  switch (reason.code) {
    case 'mark':
      return `mark ${reason.field} ${reason.mark.code}`
    case 'perhaps':
    case 'number-name':
      return `${reason.code} ${reason.person.personId}`
    case 'name-differs':
    case 'birth-differs':
      return `${reason.code} ${reason.was}`
    case 'like-row':
    case 'contact-twice':
      return `${reason.code} ${reason.rows.join(' ')}`
    default:
      return reason.code
  }
}

/** Whether a person can settle it by a yes; others need a choice, a correction, or another row. */
export function isAcceptable(reason: Reason): boolean {
  switch (reason.code) {
    case 'no-name':
    case 'bad-name':
    case 'no-unit':
    case 'unit-unknown':
    case 'several':
    case 'same-person':
    case 'account-ended':
      return false
    case 'unit-proposed':
    case 'unit-dissolved':
      return reason.units.length === 1
    default:
      return true
  }
}

/** What no answer settles: the row must be typed anew, or be left out. */
export const isRefusal = (reason: Reason): boolean => ['no-name', 'bad-name', 'account-ended'].includes(reason.code)
