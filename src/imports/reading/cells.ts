import { isBadlyCased, judge, looksOld, properCase } from './detection.ts'
import { decode, type Encoding } from './encodings.ts'
import type { Mark, Reading } from './fields.ts'
import type { ColumnMapping } from './mapping.ts'
import type { RawCell } from './raw.ts'
import { NOTHING, visible } from './values.ts'

/** A cell made ready to be read: `raw` as the file shows it, `text` in Unicode without what nobody sees. */
export type Prepared = {
  readonly cell: RawCell | undefined
  readonly raw: string
  readonly text: string
  readonly marks: readonly Mark[]
}
export const EMPTY: Prepared = { cell: undefined, raw: '', text: '', marks: [] }

/** The cell's text as its column is to be read; `mixed` when old and new encoding both occur in the column. */
export function prepare(
  cell: RawCell | undefined,
  { encoding, casing }: Pick<ColumnMapping, 'encoding' | 'casing'>,
  mixed = false,
): Prepared {
  if (cell === undefined) return EMPTY
  if (cell.kind !== 'text') return { cell, raw: cell.text, text: cell.text, marks: [] }
  const marks: Mark[] = []
  const { text, changed } = visible(converted(cell.text, encoding, mixed, marks))
  if (changed) marks.push({ code: 'invisible' })
  const cased = recased(text, casing)
  if (cased !== text) marks.push({ code: 'case-changed', was: text })
  return { cell, raw: cell.text, text: cased, marks }
}

function recased(text: string, casing: ColumnMapping['casing']): string {
  switch (casing) {
    case 'as-is':
      return text
    case 'proper':
      return isBadlyCased(text) ? properCase(text) : text
    case 'sentence':
      return text.replace(/^\p{Ll}/u, (letter) => letter.toUpperCase())
    default:
      return casing satisfies never
  }
}

function converted(text: string, encoding: Encoding, mixed: boolean, marks: Mark[]): string {
  if (/^[\x00-\x7f]*$/.test(text)) return text
  if (encoding === 'unicode') {
    const old = looksOld(text)
    if (old !== null) marks.push({ code: 'old-encoding', looks: old.encoding, would: visible(old.decoded).text })
    return text
  }
  const decoded = decode(text, encoding)
  const verdict = judge(text, encoding)
  // Among texts of an old encoding there are some that were typed later, in Unicode.
  if (decoded === null || decoded === text || (mixed && verdict === 'unicode')) return text
  marks.push({ code: 'decoded', from: encoding })
  if (mixed && verdict !== 'old') marks.push({ code: 'either-encoding', other: visible(text).text })
  return decoded
}

/** A formula's error that was saved as text. */
const ERROR = /^#(N\/A|REF!|VALUE!|DIV\/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!)$/

/** Reads what was made ready; an empty cell is nothing, and a spreadsheet's error no value. */
export function reading<T>(
  { cell, raw, text, marks }: Prepared,
  read: (cell: RawCell, text: string) => { value: T | null; marks: readonly Mark[] },
): Reading<T> {
  if (cell === undefined || text === '') return NOTHING
  if (cell.kind === 'error' || ERROR.test(text))
    return { raw, value: null, marks: [{ code: 'cell-error', error: cell.text }] }
  const { value, marks: more } = read(cell, text)
  return { raw, value, marks: marks.length === 0 ? more : [...marks, ...more] }
}
