import type { Day } from '../../kernel/day.ts'
import type { Sex } from '../../kernel/identification-number.ts'
import { EMPTY, reading, type Prepared } from './cells.ts'
import { readDate, readDateParts, type ReadDate } from './dates.ts'
import { LONGEST, type ColumnField, type PartialDate, type Reading } from './fields.ts'
import { isTicked, NOTHING, readSex, readText } from './values.ts'

/** The cells of a row by what their columns hold. */
export type At = (field: ColumnField) => Prepared
export type Has = (...fields: ColumnField[]) => boolean

/** The name, from one column or two. */
export function readName(at: At, has: Has): { fullName: Reading<string>; givenName?: Reading<string> } {
  const readIt = (prepared: Prepared) => reading(prepared, (_, value) => readText(value, LONGEST.fullName))
  if (has('fullName')) return { fullName: readIt(at('fullName')) }
  const [surname, given] = [at('surname'), at('given')]
  const parts = [surname, given].filter(({ text }) => text !== '')
  const whole: Prepared = {
    cell: parts.find(({ cell }) => cell?.kind === 'error')?.cell ?? parts[0]?.cell,
    raw: parts.map(({ raw }) => raw).join(' '),
    text: parts.map(({ text }) => text).join(' '),
    marks: parts.flatMap(({ marks }) => marks),
  }
  return { fullName: readIt(whole), givenName: readIt(given) }
}

/** The sex, from its column, from a cross in one of two, or from which of two columns has the birth date; null: no such column. */
export function readSexOf(at: At, has: Has): Reading<Sex> | null {
  if (has('sex')) return reading(at('sex'), (_, value) => readSex(value))
  const told = (value: Sex, { raw }: Prepared): Reading<Sex> => ({
    raw,
    value,
    marks: [{ code: 'from', source: 'column' }],
  })
  for (const [male, female] of [
    ['sexMale', 'sexFemale'],
    ['birthDateMale', 'birthDateFemale'],
  ] as const) {
    if (!has(male, female)) continue
    const isSet = (field: ColumnField) => {
      const { text } = at(field)
      return text !== '' && (field.startsWith('birth') || isTicked(text) || /^(nam|nữ|nu)$/i.test(text))
    }
    const [isMale, isFemale] = [isSet(male), isSet(female)]
    if (isMale !== isFemale) return isMale ? told('male', at(male)) : told('female', at(female))
    // One column alone: a cross under `Nữ`, and nothing for men.
    if (!isMale && male === 'sexMale' && !has(male) && at(female).text === '') return told('male', EMPTY)
    const raw = [at(male).raw, at(female).raw].filter(Boolean).join(' ')
    return { raw, value: null, marks: [{ code: 'sex-unknown' }] }
  }
  return null
}

/** The birth date, from one column, two by sex, or three; null: no such column. `swapped` as `datesWereSwapped` found. */
export function readBirth(
  at: At,
  has: Has,
  today: Day,
  swapped: (field: ColumnField) => boolean,
): Reading<PartialDate> | null {
  const dateOf = (field: ColumnField) =>
    reading<PartialDate>(at(field), (cell, value): ReadDate => {
      const date = readDate(cell, value, today)
      if (cell.kind !== 'date' || !swapped(field) || date.value?.precision !== 'day') return date
      const [year = '', month = '', day = ''] = date.value.text.split('-')
      return { ...date, marks: [...date.marks, { code: 'maybe-swapped', would: `${year}-${day}-${month}` }] }
    })
  if (has('birthDate')) return dateOf('birthDate')
  if (has('birthDateMale', 'birthDateFemale'))
    return dateOf(at('birthDateMale').text === '' ? 'birthDateFemale' : 'birthDateMale')
  if (!has('birthYear')) return null
  const [day, month, year] = [at('birthDay'), at('birthMonth'), at('birthYear')]
  const raw = [day, month, year].map((each) => each.raw).filter(Boolean)
  if (raw.length === 0) return NOTHING
  return { raw: raw.join('/'), ...readDateParts(day.text, month.text, year.text, today) }
}
