/**
 * A cell as the file has it. `text` is what a person sees in it; `number` is NaN but for numbers and dates, where it is the
 * number stored (a date's is the day's serial in the 1900 system). `font` is the name of its font when that is one
 * of an old encoding, else `''`.
 */
export type RawCell = {
  readonly kind: 'text' | 'number' | 'date' | 'boolean' | 'error'
  readonly text: string
  readonly number: number
  readonly font: string
}

/** A row that holds something: its number in the file, counted from 1, and its cells by column, counted from 0. */
export type RawRow = { readonly number: number; readonly cells: readonly (RawCell | undefined)[] }

/** Cells shown as one, by zero-based columns and one-based rows, both ends included. */
export type Merge = { readonly top: number; readonly bottom: number; readonly left: number; readonly right: number }

/** A sheet, or the one table of a text file. */
export type RawTable = {
  readonly name: string
  readonly hidden: boolean
  /** In the order of the file, in batches; may be called again. Throws `FileRefused`. */
  rows(): AsyncGenerator<readonly RawRow[]>
  merges(): Promise<readonly Merge[]>
}

export type RawFile = {
  readonly format: 'xlsx' | 'csv'
  /** Of a text file: how its bytes were read, and what parts its columns. */
  readonly text: { readonly charset: string; readonly delimiter: string } | null
  readonly tables: readonly RawTable[]
  close(): Promise<void>
}

/** The cell's text, or nothing. */
export const textOf = (cell: RawCell | undefined): string => cell?.text ?? ''

export const textCell = (text: string, font = ''): RawCell => ({ kind: 'text', text, number: Number.NaN, font })

/** A cell with a text; none when it is nothing but blanks. */
export function filledCell(text: string, font = ''): RawCell | null {
  const first = text.charCodeAt(0)
  // Most begin with a letter or a digit; what begins otherwise may be blanks only.
  if (!(first > 0x20 && first < 0x80) && text.trim() === '') return null
  return textCell(text, font)
}
