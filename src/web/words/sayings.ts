import type { DeputyRefusal } from '../../access/deputies.ts'
import type { ListRefusal } from '../../lists/list.ts'
import type { LifeActRefusal } from '../../accounts/lives.ts'
import type { ResetRefusal } from '../../accounts/resetting.ts'
import type { ReorganisationRefusal } from '../../reorganisations/reorganisation.ts'
import type { PersonActRefusal } from '../../people/people.ts'
import type { ChangeRefusal } from '../../scheduled/change.ts'
import type { RoleRefusal } from '../../access/roles.ts'
import type { HolidayRefusal } from '../../calendar/calendar.ts'
import type { Why } from '../../addresses/tombstones.ts'
import type { PasswordRefusal } from '../../accounts/password.ts'
import type { DetailsField, FieldError } from '../../requests/details.ts'
import type { Refusal } from '../../requests/requests.ts'
import type { StepsRefusal } from '../../requests/steps-policies.ts'
import type { UnitRefusal } from '../../units/unit.ts'
import { instant } from '../views/formats.ts'
import type { Words } from './vi.ts'

/** The message for a refusal of any use case; a new refusal does not compile without its words. */
export const refusalText = (
  t: Words,
  refusal:
    | (Refusal | RoleRefusal | UnitRefusal | HolidayRefusal | ListRefusal | StepsRefusal | DeputyRefusal)
    | (LifeActRefusal | PersonActRefusal | ResetRefusal | ChangeRefusal | ReorganisationRefusal),
): string => t.refusals[refusal.kind]

/** Why an address is what it is: rule, version, which of its namesakes. */
export function whyText(t: Words, why: Why): string {
  const says = t.addressBook
  const rule = { exception: says.byException, chosen: says.byChoice }[why.rule] ?? says.byRule(why.rule)
  const version = why.policy === 0 ? says.firstVersion : says.version(why.policy)
  return [`${rule}, ${version}.`, ...collisions(t, why)].join(' ')
}

/** What stood in the way of a simpler address: how many, never whose. */
function collisions(t: Words, { number, family, passed, taken = [] }: Why): string[] {
  const says = t.addressBook
  const values = (passed ?? []).filter((each) => each.number === 1 && (number === 1 || each.local === null))
  const others = values.map(({ rule, local }) => says.passed(rule, wasOf(local, taken)))
  if (number === 1) return others.length === 0 ? [says.alone] : others
  const freeBefore = (passed ?? []).some(({ local }) => wasOf(local, taken) === 'free')
  return [...others, freeBefore && passed !== undefined ? says.chosen(number, family) : says.namesake(number, family)]
}
const wasOf = (local: string | null, taken: readonly string[]) =>
  local === null ? 'kept' : taken.includes(local) ? 'taken' : 'free'

/** The message beside a field of the request's personal details. */
export function detailsText(t: Words, field: DetailsField, error: FieldError): string {
  const says = t.request.errors
  switch (error.code) {
    case 'empty':
      return {
        unit: says.unit.empty,
        fullName: says.fullName.empty,
        given: says.given.choose,
        birthDate: says.birthDate.empty,
        sex: says.sex.choose,
        number: says.nin.empty,
        position: says.position.empty,
        employment: says.employment.choose,
        contractEnd: says.contractEnd.empty,
        phone: says.phone.form,
      }[field]
    case 'choose':
      return {
        unit: says.unit.choose,
        sex: says.sex.choose,
        employment: says.employment.choose,
        given: says.given.choose,
        ...{ fullName: '', birthDate: '', number: '', position: '', contractEnd: '', phone: '' },
      }[field]
    case 'too-long':
      return field === 'position' ? says.position.long : field === 'fullName' ? says.fullName.long : says.tooLong(30)
    case 'odd':
      return says.control
    case 'odd-character':
      return says.fullName.odd(error.character)
    case 'too-few-words':
      return says.fullName.words
    case 'digits':
      return says.fullName.digits
    case 'given-not-in-name':
      return says.given.choose
    case 'missing-part':
      return (field === 'contractEnd' ? says.contractEnd : says.birthDate).missing[error.part]
    case 'year-digits':
      return field === 'contractEnd' ? says.contractEnd.year : says.birthDate.year
    case 'no-such-date':
      return says.birthDate.noSuchDay(error.date)
    case 'under-age':
      return says.birthDate.young
    case 'not-a-person':
      return field === 'contractEnd' ? says.contractEnd.far : says.birthDate.old
    case 'not-future':
      return says.contractEnd.past
    case 'phone':
      return says.phone.form
    case 'digit-count':
      return says.nin.length(error.count)
    default:
      return error satisfies never
  }
}

/** The message beside the field of a new password. */
export function passwordText(t: Words, refusal: PasswordRefusal, max: number): string {
  const says = t.activation.errors
  switch (refusal.kind) {
    case 'empty':
      return says.empty
    case 'too-short':
      return says.short(refusal.length, refusal.needed)
    case 'too-long':
      return says.long(max)
    case 'control-character':
      return says.control
    case 'contains-name':
      return says.name
    case 'contains-address':
      return says.address
    case 'contains-phone':
      return says.phone
    case 'guessable':
      return says.common
    case 'not-repeated':
      return says.different
    default:
      return refusal satisfies never
  }
}

/** Why a decision about a request was not made: who was faster, when and what they did. */
export function refusedText(t: Words, refusal: Refusal): string {
  switch (refusal.kind) {
    case 'not-in-state': {
      const what = { approved: 'approved', returned: 'returned', rejected: 'rejected' } as const
      const did = what[refusal.was as keyof typeof what] as keyof typeof what | undefined
      if (did === undefined || !refusal.byName || refusal.at === null) return refusalText(t, refusal)
      return t.decision.already(refusal.byName, t.decision.alreadyWhat[did], instant(refusal.at, t.lang))
    }
    case 'changed-meanwhile':
      if (!refusal.byName || refusal.at === null) return refusalText(t, refusal)
      return t.workflow.decision.meanwhile(refusal.byName, instant(refusal.at, t.lang))
    case 'duplicate-person':
      return t.decision.errors.duplicate
    case 'person-known':
      return t.asking.personKnown(refusal.name)
    case 'address-taken':
      return t.decision.errors.addressLost
    default:
      return refusalText(t, refusal)
  }
}
