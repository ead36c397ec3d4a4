import type { Sex } from '../../kernel/identification-number.ts'
import type { OldEncoding } from './encodings.ts'

/** What a row tells of a person. */
export const ROSTER_FIELDS = [
  'fullName',
  'givenName',
  'birthDate',
  'sex',
  'number',
  'position',
  'unit',
  'parentUnit',
  'phone',
  'contactEmail',
  'officialAddress',
  'employment',
  'note',
] as const
export type RosterField = (typeof ROSTER_FIELDS)[number]

/**
 * What a column can hold. Some fields come in several columns: a name in họ đệm and tên, a birth date in day, month and year,
 * or in one of two columns that tell the sex as well (`Ngày sinh: Nam | Nữ`), the sex as a cross in one of two.
 */
export const COLUMN_FIELDS = [
  'fullName',
  'surname',
  'given',
  'birthDate',
  'birthDateMale',
  'birthDateFemale',
  'birthDay',
  'birthMonth',
  'birthYear',
  'sex',
  'sexMale',
  'sexFemale',
  'number',
  'position',
  'unit',
  'parentUnit',
  'phone',
  'contactEmail',
  'officialAddress',
  'employment',
  'note',
] as const
export type ColumnField = (typeof COLUMN_FIELDS)[number]

/** A birth date as exactly as it was given: `1988-03-27`, `1988-03` or `1988`. */
export type PartialDate = { readonly precision: 'day' | 'month' | 'year'; readonly text: string }

/** `civil-servant` is cán bộ, công chức, viên chức; the same words as requests use. */
export type RosterEmployment = 'civil-servant' | 'contract' | 'other'

export type FieldValues = {
  /** NFC, single spaces; whether it is a name, `parsePersonName` says. */
  readonly fullName: string
  /** The given name, when the file has it in a column of its own. */
  readonly givenName: string
  readonly birthDate: PartialDate
  readonly sex: Sex
  /** Twelve digits. */
  readonly number: string
  readonly position: string
  /** As written, or of the group row above, or the sheet's name; matching it to a unit is not the file's matter. */
  readonly unit: string
  /** The unit above it, when the file names one: a second column, a group row, or the sheet's name. */
  readonly parentUnit: string
  /** `0912345678`: digits with the leading zero, or `+` and digits for other countries. */
  readonly phone: string
  /** In lower case; the form of an e-mail address. */
  readonly contactEmail: string
  /** As written: that it has accents, capitals or another domain is for the plan to say. */
  readonly officialAddress: string
  readonly employment: RosterEmployment
  readonly note: string
}

/** The most characters that a field takes. */
export const LONGEST = { fullName: 100, position: 120, unit: 200, officialAddress: 200, note: 1000 } as const

/** Something about a value that whoever checks the row should know; `SEVERITY` says whether it must be checked. */
export type Mark =
  /** Converted from an old encoding, as the column's mapping says. */
  | { code: 'decoded'; from: OldEncoding }
  /** Looks like an old encoding in a column that is not read as one; left as it is. */
  | { code: 'old-encoding'; looks: OldEncoding; would: string }
  /** Could be read both ways in a column where both occur; read as the column says. */
  | { code: 'either-encoding'; other: string }
  | { code: 'case-changed'; was: string }
  /** Invisible characters were taken out. */
  | { code: 'invisible' }
  | { code: 'cell-error'; error: string }
  /** A name or text that a spreadsheet would take for a formula. */
  | { code: 'formula' }
  | { code: 'too-long'; length: number; max: number }
  /** Excel took the leading zero; put back, and the number agrees with birth year and sex. */
  | { code: 'zero-restored' }
  /** Eleven digits; with the zero put back it would be `would`, which nothing confirms. */
  | { code: 'zero-lost'; would: string }
  | { code: 'digit-count'; count: number }
  /** Digits were lost when the number was written as 1.23E+11. */
  | { code: 'rounded' }
  /** An old identity card's number of nine digits. */
  | { code: 'old-card' }
  | { code: 'number-disagrees'; with: 'birth-year' | 'sex' }
  | { code: 'no-date' }
  | { code: 'no-such-day' }
  | { code: 'precision'; known: 'month' | 'year' }
  /** A two-digit year was taken to be `year`. */
  | { code: 'century'; year: number }
  /** A bare number was read as a day's serial. */
  | { code: 'serial' }
  /** Written month first; read so because there is no such month otherwise. */
  | { code: 'month-first' }
  /** In this column day and month of some dates were probably swapped when the file was typed or opened. */
  | { code: 'maybe-swapped'; would: string }
  | { code: 'not-a-birth-date' }
  | { code: 'sex-unknown' }
  | { code: 'phone-form' }
  | { code: 'several'; taken: string }
  | { code: 'email-form' }
  | { code: 'employment-unknown' }
  /** Not in the row itself. */
  | { code: 'from'; source: 'group-row' | 'sheet-name' | 'merged-cells' | 'column' }

/** `check`: somebody must look at the row before it is carried out. `note`: worth showing, no more. */
export const SEVERITY = {
  decoded: 'note',
  'old-encoding': 'check',
  'either-encoding': 'check',
  'case-changed': 'note',
  invisible: 'note',
  'cell-error': 'check',
  formula: 'check',
  'too-long': 'check',
  'zero-restored': 'note',
  'zero-lost': 'check',
  'digit-count': 'check',
  rounded: 'check',
  'old-card': 'check',
  'number-disagrees': 'check',
  'no-date': 'check',
  'no-such-day': 'check',
  precision: 'note',
  century: 'note',
  serial: 'note',
  'month-first': 'check',
  'maybe-swapped': 'check',
  'not-a-birth-date': 'check',
  'sex-unknown': 'check',
  'phone-form': 'note',
  several: 'note',
  'email-form': 'note',
  'employment-unknown': 'note',
  from: 'note',
} as const satisfies Record<Mark['code'], 'note' | 'check'>

/** A field of a row: what the file shows, what was understood of it (null: nothing), and what there is to say about it. */
export type Reading<T> = { readonly raw: string; readonly value: T | null; readonly marks: readonly Mark[] }

export type RosterCells = { readonly [F in keyof FieldValues]?: Reading<FieldValues[F]> }

/**
 * A person's row. Only fields that the file has are in `cells`; a cell that is empty has `raw` `''` and `value` null.
 */
export type RosterRow = {
  readonly sheet: string
  /** The row's number in the file, as a spreadsheet shows it. */
  readonly number: number
  readonly cells: RosterCells
  /** Every cell of the row as the file shows it, also of columns that are not read. */
  readonly text: readonly string[]
}

export const mustBeChecked = (row: RosterRow): boolean =>
  Object.values(row.cells).some((cell) => cell.marks.some(({ code }) => SEVERITY[code] === 'check'))
