import { z } from 'zod'
import type { Day } from './day.ts'

const TWELVE = /^\d{12}$/
/**
 * The personal identification number (số định danh cá nhân): 12 digits; three of the place of birth registration, one of
 * century and sex, two of the birth year, six free. There is no check digit.
 */
export const IdentificationNumber = z
  .string()
  .transform((text) => text.replace(/[\s.-]/g, ''))
  .pipe(z.string().regex(TWELVE))
  .brand<'IdentificationNumber'>()
export type IdentificationNumber = z.infer<typeof IdentificationNumber>
/** Of digits without spaces. */
export const isIdentificationNumber = (text: string): text is IdentificationNumber => TWELVE.test(text)

export type Sex = 'male' | 'female'

/** What the number itself says: even 0, 2, … male, odd female, two a century from 1900. */
export function readIdentificationNumber(number: IdentificationNumber): { sex: Sex; birthYear: number } {
  const digit = Number(number[3])
  return {
    sex: digit % 2 === 0 ? 'male' : 'female',
    birthYear: 1900 + 100 * Math.floor(digit / 2) + Number(number.slice(4, 6)),
  }
}

/** Where the number and the rest disagree: a warning to look again, not a refusal. */
export function contradictions(
  number: IdentificationNumber,
  person: { birthDate: Day; sex: Sex },
): ('birth-year' | 'sex')[] {
  const says = readIdentificationNumber(number)
  const found: ('birth-year' | 'sex')[] = []
  if (says.birthYear !== Number(person.birthDate.slice(0, 4))) found.push('birth-year')
  if (says.sex !== person.sex) found.push('sex')
  return found
}

/** Only the last three digits are shown: the others follow from birth date and sex. */
export const maskIdentificationNumber = (number: IdentificationNumber): string => `••• ••• ••• ${number.slice(-3)}`
