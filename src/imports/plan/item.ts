import type { Reason as AddressReason } from '../../addresses/address.ts'
import type { LocalPart } from '../../kernel/email-address.ts'
import type { Sex } from '../../kernel/identification-number.ts'
import type { AccountId, PersonId, UnitId } from '../../kernel/ids.ts'
import type { PersonName } from '../../kernel/person-name.ts'
import type { RosterEmployment } from '../reading/fields.ts'
import type { Birth } from './facts.ts'
import type { Reason } from './reason.ts'

/** What becomes of a row. `review` and `refused` wait for a person; `refused` must be typed anew. */
export const OUTCOMES = [
  'create',
  'change',
  'transfer',
  'suspend',
  'nothing',
  'repeats',
  'review',
  'refused',
  'skipped',
] as const
export type Outcome = (typeof OUTCOMES)[number]
/** Outcomes that change something when they are carried out. */
export const CARRIED_OUT = ['create', 'change', 'transfer', 'suspend'] as const satisfies readonly Outcome[]

/** What is known of somebody and a list can change. */
export type PersonFields = {
  readonly name: PersonName
  readonly birth: Birth
  readonly sex: Sex
  /** The personal identification number itself; only ever kept sealed. */
  readonly nin: string
  readonly phone: string
  readonly contactEmail: string
  readonly title: string
  readonly employment: string
  readonly unitId: UnitId
}
export const CHANGED_FIELDS = [
  ...(['name', 'birth', 'sex', 'nin', 'phone', 'contactEmail', 'title', 'employment', 'unitId'] as const),
] as const satisfies readonly (keyof PersonFields)[]

/** What is done for a row. Of a change, `was` is what must still be so when it is carried out. */
export type Item =
  | {
      readonly type: 'create'
      readonly name: PersonName
      readonly birth: Birth | null
      readonly sex: Sex | null
      readonly nin: string | null
      readonly position: string | null
      readonly phone: string | null
      readonly contactEmail: string | null
      readonly employment: RosterEmployment | null
      readonly unitId: UnitId | null
      /** The address; null while it is not allotted. */
      readonly local: LocalPart | null
      readonly why: AddressReason | null
      /** The account that the person had by a list that was taken back, and gets again. */
      readonly again?: { readonly personId: PersonId; readonly accountId: AccountId }
    }
  | {
      readonly type: 'change' | 'transfer'
      readonly personId: PersonId
      readonly accountId: AccountId
      readonly set: Partial<PersonFields>
      /** Of each field that is set: what it was; `nin` is `''` (there was none). */
      readonly was: { readonly [F in keyof PersonFields]?: PersonFields[F] | string | null }
    }
  | { readonly type: 'suspend'; readonly personId: PersonId; readonly accountId: AccountId; readonly state: string }
  | { readonly type: 'nothing'; readonly personId: PersonId; readonly accountId: AccountId }

export type PlannedRow = {
  readonly seq: number
  readonly outcome: Outcome
  readonly reasons: readonly Reason[]
  /** What is done; of a row for review, what would be done if every suggestion were taken. */
  readonly item: Item | null
  /** The row of the file that says the same, for `repeats`. */
  readonly repeats: number | null
}
