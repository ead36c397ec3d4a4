import { emailAddressOf } from '../../kernel/email-address.ts'
import type { Sex } from '../../kernel/identification-number.ts'
import { fold, isTidy, tidy } from '../../kernel/text.ts'
import type { Mark, Reading, RosterEmployment } from './fields.ts'
import { remembered } from '../../kernel/remembered.ts'

/** What a spreadsheet leaves that nobody sees: zero width, direction marks, soft hyphens, byte order marks, controls. */
const INVISIBLE = /[\p{Cf}\p{Cc}\u2800\u3164]/gu
/** `=`, `+`, `-`, `@` begin a formula in a spreadsheet; so do a tab and a line end, which are gone by then. */
const FORMULA = /^[=+@-]/

/** The text without what nobody sees; line ends and tabs become spaces. */
export function visible(text: string): { text: string; changed: boolean } {
  if (isTidy(text)) return { text, changed: false }
  const spaced = text.replace(/[\t\r\n\v\f\u0085\u2028\u2029]+/g, ' ')
  const clean = spaced.replace(INVISIBLE, '')
  return { text: tidy(clean), changed: clean !== spaced }
}

/** Free text of at most `max` characters. */
export function readText(text: string, max: number): { value: string | null; marks: readonly Mark[] } {
  if (text.length > max) return { value: null, marks: [{ code: 'too-long', length: text.length, max }] }
  return { value: text, marks: FORMULA.test(text) && !/^[+-]?[\d\s.]+$/.test(text) ? [{ code: 'formula' }] : [] }
}

const SEXES: Readonly<Record<string, Sex>> = {
  ...{ nam: 'male', male: 'male', m: 'male', trai: 'male', ong: 'male' },
  ...{ Nam: 'male', Nữ: 'female' },
  ...{ nu: 'female', female: 'female', f: 'female', gai: 'female', ba: 'female' },
}

export function readSex(text: string): { value: Sex | null; marks: readonly Mark[] } {
  const value = SEXES[text] ?? SEXES[fold(text)] ?? null
  return { value, marks: value === null ? [{ code: 'sex-unknown' }] : [] }
}

/** Whether a cell is ticked: a cross, a tick, a one. */
export const isTicked = (text: string): boolean => /^(x|v|✓|✔|☑|1|true|có|co|yes)$/iu.test(text.trim())

/** An e-mail address; the first when there are several, without `mailto:` and brackets. */
export function readEmail(text: string): { value: string | null; marks: readonly Mark[] } {
  const all = text
    .replace(/mailto:/gi, '')
    .split(/[\s;,<>]+/)
    .filter((each) => each.includes('@'))
  const [first] = all
  if (first === undefined) return { value: null, marks: [{ code: 'email-form' }] }
  const value = emailAddressOf(first.replace(/[.;,]+$/, ''))
  if (value === null) return { value: null, marks: [{ code: 'email-form' }] }
  return { value, marks: all.length > 1 ? [{ code: 'several', taken: value }] : [] }
}

type ReadEmployment = { readonly value: RosterEmployment | null; readonly marks: readonly Mark[] }
// There are few kinds, and many rows.
export const readEmployment = remembered(1000, employmentOf)

function employmentOf(text: string): ReadEmployment {
  const plain = fold(text)
  const value: RosterEmployment | null = /\b(hop dong|hd|hdld|contract)\b/.test(plain)
    ? 'contract'
    : /\b(can bo|cong chuc|vien chuc|cbcc|cbccvc|bien che|cb|cc|vc|civil servant)\b/.test(plain)
      ? 'civil-servant'
      : /\b(khac|other)\b/.test(plain)
        ? 'other'
        : null
  return { value, marks: value === null ? [{ code: 'employment-unknown' }] : [] }
}

/** A cell that is empty. */
export const NOTHING: Reading<never> = { raw: '', value: null, marks: [] }
