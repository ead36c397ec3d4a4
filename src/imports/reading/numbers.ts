import { isIdentificationNumber, readIdentificationNumber, type Sex } from '../../kernel/identification-number.ts'
import type { Mark } from './fields.ts'
import type { RawCell } from './raw.ts'

export type ReadNumber = { readonly value: string | null; readonly marks: readonly Mark[] }

/** What else the row says of the person, by which a restored number is confirmed. */
export type Witness = { readonly birthYear: number | null; readonly sex: Sex | null }

/**
 * A personal identification number. A leading zero that a spreadsheet took away is put back when eleven digits are left and
 * birth year and sex of the row confirm the result; else somebody must look.
 */
export function readNumber(cell: RawCell, text: string, witness: Witness): ReadNumber {
  const no = (...marks: Mark[]): ReadNumber => ({ value: null, marks })
  const digits = /^\d+$/.test(text) ? text : text.replace(/[\s.'’-]/g, '')
  if (digits.length < 12 && /^\d([.,]\d+)?e\+?\d+$/i.test(text.replace(/\s/g, ''))) return no({ code: 'rounded' })
  if (cell.kind === 'number' && !Number.isSafeInteger(cell.number)) return no({ code: 'rounded' })
  if (!/^\d+$/.test(digits)) return no({ code: 'digit-count', count: text.replace(/\D/g, '').length })
  if (digits.length === 12) {
    const marks = disagreements(digits, witness).map((what): Mark => ({ code: 'number-disagrees', with: what }))
    return { value: digits, marks }
  }
  if (digits.length === 11) {
    const whole = `0${digits}`
    const confirmed = witness.birthYear !== null && witness.sex !== null && disagreements(whole, witness).length === 0
    return confirmed ? { value: whole, marks: [{ code: 'zero-restored' }] } : no({ code: 'zero-lost', would: whole })
  }
  return no(digits.length === 9 ? { code: 'old-card' } : { code: 'digit-count', count: digits.length })
}

function disagreements(digits: string, { birthYear, sex }: Witness): ('birth-year' | 'sex')[] {
  if (!isIdentificationNumber(digits)) return []
  const says = readIdentificationNumber(digits)
  return [
    ...(birthYear !== null && says.birthYear !== birthYear ? (['birth-year'] as const) : []),
    ...(sex !== null && says.sex !== sex ? (['sex'] as const) : []),
  ]
}

/** A telephone number; the leading zero that a spreadsheet took away is put back, +84 becomes it. */
export function readPhone(text: string): { value: string | null; marks: readonly Mark[] } {
  if (/^0[35789]\d{8}$/.test(text)) return { value: text, marks: [] }
  const [first = '', ...others] = text.split(/[;/,]|\s[-–]\s|\bhoặc\b|\n/u).map((each) => each.trim())
  const several: Mark[] = others.some((each) => /\d{6}/.test(each)) ? [{ code: 'several', taken: first }] : []
  let digits = first.replace(/[\s.()'’-]/g, '')
  const [plain = ''] = /^\d+(?=\.0$)/.exec(first) ?? []
  if (plain !== '') digits = plain
  if (/^(\+?84|0084)\d{9,10}$/.test(digits)) digits = `0${digits.replace(/^(\+?84|0084)/, '')}`
  const marks: Mark[] = [...several]
  // Mobile numbers have nine digits behind the zero, and begin with 3, 5, 7, 8 or 9; fixed ones begin with 2 and have ten.
  if (/^([35789]\d{8}|2\d{9})$/.test(digits)) {
    digits = `0${digits}`
    marks.push({ code: 'zero-restored' })
  }
  if (/^0([35789]\d{8}|2\d{9})$/.test(digits) || /^\+\d{8,15}$/.test(digits)) return { value: digits, marks }
  return { value: /^\+?\d{5,20}$/.test(digits) ? digits : null, marks: [...marks, { code: 'phone-form' }] }
}
