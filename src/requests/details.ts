import { z } from 'zod'
import { addDays, Day, yearsBetween } from '../kernel/day.ts'
import { IdentificationNumber, type Sex } from '../kernel/identification-number.ts'
import { UnitId } from '../kernel/ids.ts'
import { parsePersonName, type PersonName } from '../kernel/person-name.ts'
import { line, optionalLine } from '../kernel/text.ts'

export const EMPLOYMENTS = ['civil-servant', 'contract', 'other'] as const
export type Employment = (typeof EMPLOYMENTS)[number]

/** What a person tells of themselves; every value has passed its check. */
export type PersonDetails = {
  readonly kind: 'person'
  readonly unitId: UnitId
  readonly name: PersonName
  readonly birthDate: Day
  readonly sex: Sex
  readonly number: IdentificationNumber
  readonly position: string
  readonly employment: Employment
  readonly contractEnd: Day | null
  readonly phone: string | null
}

/** The form as it was typed. */
export const DETAILS_FIELDS = [
  'unitId',
  'unit',
  'fullName',
  'given',
  'birthDay',
  'birthMonth',
  'birthYear',
  'sex',
  'number',
  'position',
  'employment',
  'contractEndDay',
  'contractEndMonth',
  'contractEndYear',
  'phone',
] as const
export type DetailsInput = Partial<Record<(typeof DETAILS_FIELDS)[number], string>>

/** What is wrong with a field: a code that the pages have words for, with what the words need. */
export type FieldError =
  | {
      code:
        | 'empty'
        | 'too-long'
        | 'odd'
        | 'choose'
        | 'too-few-words'
        | 'digits'
        | 'given-not-in-name'
        | 'year-digits'
        | 'under-age'
        | 'not-a-person'
        | 'not-future'
        | 'phone'
    }
  | { code: 'odd-character'; character: string }
  | { code: 'missing-part'; part: 'day' | 'month' | 'year' }
  | { code: 'no-such-date'; date: string }
  | { code: 'digit-count'; count: number }
export type DetailsField =
  'unit' | 'fullName' | 'given' | 'birthDate' | 'sex' | 'number' | 'position' | 'employment' | 'contractEnd' | 'phone'
export type DetailsErrors = Partial<Record<DetailsField, FieldError>>

/** Reads the form; `today` is the day in Vietnam. Every field is looked at, so that all faults are told at once. */
export function parseDetails(
  input: DetailsInput,
  today: Day,
): { ok: true; value: PersonDetails } | { ok: false; errors: DetailsErrors } {
  const errors: DetailsErrors = {}
  const take = <S extends z.ZodType>(
    field: DetailsField,
    schema: S,
    value: unknown,
    code?: FieldError['code'],
  ): z.output<S> | null => {
    const parsed = schema.safeParse(value)
    if (parsed.success) return parsed.data
    errors[field] = { code: code ?? parsed.error.issues[0]?.message } as FieldError
    return null
  }

  const unitId = take('unit', UnitId, input.unitId, (input.unit ?? '').trim() === '' ? 'empty' : 'choose')
  const name = parsePersonName(input.fullName ?? '', (input.given ?? '').trim() === '' ? null : input.given)
  if (!name.ok) {
    const { kind } = name.refusal
    if (kind === 'given-not-in-name') errors.given = { code: kind }
    else if (kind === 'odd-character') errors.fullName = { code: kind, character: name.refusal.character }
    else errors.fullName = { code: kind }
  }
  const birthDate = date(errors, 'birthDate', input.birthDay, input.birthMonth, input.birthYear)
  if (birthDate !== null) {
    const age = yearsBetween(birthDate, today)
    if (age < 18) errors.birthDate = { code: 'under-age' }
    else if (age > 100) errors.birthDate = { code: 'not-a-person' }
  }
  const sex = take('sex', z.enum(['male', 'female']), input.sex, 'choose')
  const typed = (input.number ?? '').replace(/[\s.-]/g, '')
  const number = IdentificationNumber.safeParse(typed)
  if (typed === '') errors.number = { code: 'empty' }
  else if (!number.success) errors.number = { code: 'digit-count', count: typed.replace(/\D/g, '').length }
  const position = take('position', line(120), input.position)
  const employment = take('employment', z.enum(EMPLOYMENTS), input.employment, 'choose')
  let contractEnd: Day | null = null
  if (employment === 'contract') {
    contractEnd = date(errors, 'contractEnd', input.contractEndDay, input.contractEndMonth, input.contractEndYear)
    if (contractEnd !== null && contractEnd <= today) errors.contractEnd = { code: 'not-future' }
    else if (contractEnd !== null && contractEnd > addDays(today, 365 * 60))
      errors.contractEnd = { code: 'not-a-person' }
  }
  const phone = take('phone', optionalLine(30), input.phone)
  if (phone !== null && !/^\+?[\d ]{5,20}$/.test(phone)) errors.phone = { code: 'phone' }

  if (
    Object.keys(errors).length > 0 ||
    unitId === null ||
    !name.ok ||
    birthDate === null ||
    sex === null ||
    !number.success ||
    position === null ||
    employment === null
  )
    return { ok: false, errors }
  return {
    ok: true,
    value: {
      kind: 'person',
      unitId,
      name: name.value,
      birthDate,
      sex,
      number: number.data,
      position,
      employment,
      contractEnd,
      phone,
    },
  }
}

function date(
  errors: DetailsErrors,
  field: 'birthDate' | 'contractEnd',
  dayText = '',
  monthText = '',
  yearText = '',
): Day | null {
  const [day, month, year] = [dayText.trim(), monthText.trim(), yearText.trim()]
  const bad = (error: FieldError) => {
    errors[field] = error
    return null
  }
  if (day === '' && month === '' && year === '') return bad({ code: 'empty' })
  if (day === '') return bad({ code: 'missing-part', part: 'day' })
  if (month === '') return bad({ code: 'missing-part', part: 'month' })
  if (year === '') return bad({ code: 'missing-part', part: 'year' })
  if (!/^\d{4}$/.test(year)) return bad({ code: 'year-digits' })
  const shown = `${day}/${month}/${year}`.slice(0, 20)
  if (!/^\d{1,2}$/.test(day) || !/^\d{1,2}$/.test(month)) return bad({ code: 'no-such-date', date: shown })
  const parsed = Day.safeParse(`${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`)
  return parsed.success ? parsed.data : bad({ code: 'no-such-date', date: shown })
}
