import { fold } from '../../kernel/text.ts'
import type { ColumnField } from './fields.ts'
import { headingKey, type Header } from './header.ts'
import { plainHeading } from './headings.ts'
import { textOf, type RawRow } from './raw.ts'
import type { MappingNeed } from './refusal.ts'

/** A column as it is proposed to be read. */
export type ColumnGuess = {
  readonly index: number
  readonly heading: string
  readonly field: ColumnField | null
  /** Told by a heading that we know; else it is only near one, or guessed from what stands in it. */
  readonly sure: boolean
  /** The field that another column has taken, whose heading says it better. */
  readonly rival: ColumnField | null
  /** What its content looks like, of a table that must be mapped by hand: to be proposed, never used unseen. */
  readonly proposed: ColumnField | null
}

/** Columns by their headings, and why somebody must map them by hand. */
export function columnsOf(
  header: Header,
  sample: readonly RawRow[],
): { columns: ColumnGuess[]; need: MappingNeed | null } {
  const columns = header.columns.map(({ index, heading, field, sure }) => ({
    index,
    heading,
    field,
    sure,
    rival: null,
    proposed: null,
  }))
  const taken = new Map<ColumnField, ColumnGuess>()
  let need: MappingNeed | null = null
  let guesses: ColumnGuess[] = splitNames(
    columns.map((column, n) => ({ ...column, field: header.columns[n]?.shared ? null : column.field })),
    header,
    sample,
  )
  guesses = namesApart(guesses)
  guesses = unitsApart(guesses)
  // Without accents `Ngay sinh: nam` beside a month is the year.
  if (guesses.some(({ field }) => field === 'birthMonth') && !guesses.some(({ field }) => field === 'birthDateFemale'))
    guesses = guesses.map((each) => (each.field === 'birthDateMale' ? { ...each, field: 'birthYear' } : each))
  guesses = guesses.map((column) => {
    if (column.field === null) return column
    const first = taken.get(column.field)
    if (first === undefined) {
      taken.set(column.field, column)
      return column
    }
    if (plainHeading(first.heading) === plainHeading(column.heading)) need = 'double-columns'
    return { ...column, field: null, rival: column.field }
  })
  const has = (field: ColumnField) => taken.has(field)
  if (!has('fullName') && !(has('surname') && has('given'))) need ??= 'no-name'
  return { columns: guesses, need }
}

/** `Tên` alone is the whole name; `Họ và tên đệm` with `Tên` are its two parts. */
function namesApart(columns: readonly ColumnGuess[]): ColumnGuess[] {
  const has = (field: ColumnField) => columns.some((column) => column.field === field)
  if (has('fullName'))
    return columns.map((each) => (each.field === 'surname' || each.field === 'given' ? rival(each) : each))
  if (has('given') && !has('surname'))
    return columns.map((each) => (each.field === 'given' ? { ...each, field: 'fullName' } : each))
  return [...columns]
}

const rival = (column: ColumnGuess): ColumnGuess => ({ ...column, field: null, rival: column.field })

/** `Họ và tên` over two columns, of which the second has given names only. */
function splitNames(columns: readonly ColumnGuess[], header: Header, sample: readonly RawRow[]): ColumnGuess[] {
  const n = columns.findIndex(({ field }) => field === 'fullName')
  const [column, next] = [columns[n], columns[n + 1]]
  if (column === undefined || next === undefined) return [...columns]
  if (!(header.columns[n + 1]?.shared ?? false) && next.heading !== '') return [...columns]
  const pairs = sample.flatMap(({ cells }) => {
    const [left, right] = [textOf(cells[column.index]).trim(), textOf(cells[next.index]).trim()]
    return left === '' || right === '' ? [] : [{ left, right }]
  })
  const single = pairs.filter(({ right }) => /^\p{L}[\p{L}\p{M}'’]*$/u.test(right))
  if (pairs.length === 0 || single.length < pairs.length * 0.8) return [...columns]
  return columns.map((each, at) => {
    if (at === n) return { ...each, field: 'surname' }
    return at === n + 1 ? { ...each, field: 'given', heading: each.heading || column.heading } : each
  })
}

const INNER = /\b(phong|bo phan|ban|department)\b/
/** Of two columns of units the one that names departments is the person's; the other is the unit above. */
function unitsApart(columns: readonly ColumnGuess[]): ColumnGuess[] {
  const units = columns.filter(({ field }) => field === 'unit')
  const [one, other] = units
  if (units.length !== 2 || one === undefined || other === undefined) return [...columns]
  const inner = units.filter(({ heading }) => INNER.test(fold(heading)))
  const [below] = inner
  if (inner.length !== 1 || below === undefined) return [...columns]
  return columns.map((each) => (each.field === 'unit' && each !== below ? { ...each, field: 'parentUnit' } : each))
}

/** Under what a sender's mapping is remembered: the headings, or for a sheet without any the shape of its columns. */
export const fingerprintOf = (header: Header | null, width: number): string =>
  header === null ? `#${width}` : headingKey(header.columns)
