import { EmailAddress } from '../../kernel/email-address.ts'
import { dayOf } from '../../kernel/day.ts'
import { DETAILS_FIELDS, parseDetails, type DetailsField } from '../../requests/details.ts'
import { PEOPLE_MAX } from '../../requests/kinds/people.ts'
import type { Ask } from '../../requests/ask.ts'
import { detailsText } from '../words/sayings.ts'
import { Faults, unitFrom, unitTyped, whyFrom, type OwnForm, type Typed } from './form.ts'

const NTHS = Array.from({ length: PEOPLE_MAX }, (_, index) => index + 1)
const PERSON = [...DETAILS_FIELDS.filter((field) => field !== 'unit' && field !== 'unitId'), 'contactEmail'] as const
type People = Extract<Ask, { kind: 'people' }>['people']

/** What one person's part of the form says, without its number; null where nothing was typed. */
function partOf(typed: Typed, n: number): Record<(typeof PERSON)[number], string> | null {
  const part = Object.fromEntries(PERSON.map((field) => [field, typed[`p${n}${field}`] ?? '']))
  return Object.values(part).every((text) => text.trim() === '')
    ? null
    : (part as Record<(typeof PERSON)[number], string>)
}

/** Which input a field's message leads to. */
const inputOf = (n: number, field: DetailsField): string => `p${n}${field}`

export const peopleForm: OwnForm<'people'> = {
  fields: NTHS.flatMap((n) => PERSON.map((field) => `p${n}${field}`)),
  model: () => Promise.resolve({ personFields: PERSON }),
  typedOf(details, names) {
    const typed: Record<string, string> = { ...unitTyped(details, names), why: details.why }
    for (const [index, one] of details.people.entries()) {
      const [birthYear = '', birthMonth = '', birthDay = ''] = one.birthDate.split('-')
      const [contractEndYear = '', contractEndMonth = '', contractEndDay = ''] = (one.contractEnd ?? '').split('-')
      // The number is not given back: it is typed again.
      const part = {
        ...{ fullName: one.fullName, given: one.given ?? '', birthYear, birthMonth, birthDay, sex: one.sex },
        ...{
          position: one.position,
          employment: one.employment,
          phone: one.phone ?? '',
          contactEmail: one.contactEmail,
        },
        ...{ contractEndYear, contractEndMonth, contractEndDay },
      }
      for (const [field, text] of Object.entries(part)) typed[`p${index + 1}${field}`] = text
    }
    return typed
  },
  async read(page, services, typed) {
    const faults = new Faults()
    const { errors } = page.t.asking
    const unitId = await unitFrom(page, services, faults)
    const people: People[number][] = []
    for (const n of NTHS) {
      const part = partOf(typed, n)
      if (part === null) continue
      // The unit is everybody's and was looked at already.
      const parsed = parseDetails({ ...part, unit: '-', unitId: unitId ?? '' }, dayOf(services.clock()))
      if (!parsed.ok)
        for (const [field, error] of Object.entries(parsed.errors) as [
          DetailsField,
          (typeof parsed.errors)[DetailsField],
        ][])
          if (error && field !== 'unit') faults.add(inputOf(n, field), detailsText(page.t, field, error))
      const contactEmail = EmailAddress.safeParse(part.contactEmail)
      if (!contactEmail.success) faults.add(`p${n}contactEmail`, errors.email)
      if (!parsed.ok || !contactEmail.success) continue
      const { name, birthDate, sex, number, position, employment, contractEnd, phone } = parsed.value
      if (people.some((other) => other.number === number)) faults.add(`p${n}number`, errors.sameNumber)
      const given = part.given.trim() === '' ? null : name.given
      const facts = { birthDate, sex, number, position, employment, contractEnd, phone }
      people.push({ fullName: name.full, given, ...facts, contactEmail: contactEmail.data })
    }
    if (people.length === 0 && faults.found.length === 0) faults.add('p1fullName', errors.people)
    const why = whyFrom(page, typed, faults)
    if (unitId === null || faults.found.length > 0) return { ok: false, errors: faults.found }
    return { ok: true, ask: { kind: 'people', unitId, people, why } }
  },
  fieldOf: (kind) => (kind === 'address-taken' || kind === 'incomplete' ? 'p1fullName' : 'unit'),
}
