import type { ColumnField } from './fields.ts'
import { exactHeading, headingOf, plainHeading, readableHeading, type Heading } from './headings.ts'
import { textOf, type Merge, type RawCell, type RawRow } from './raw.ts'

/** Rows of a sheet among which the headings are looked for. */
export const HEADER_ROWS = 15

/** Where the headings stand, and what they say of each column. */
export type Header = {
  /** The number of the (first) row of headings. */
  readonly row: number
  /** The number of the last row that belongs to them; data begins below. */
  readonly last: number
  readonly columns: readonly HeaderColumn[]
}

export type HeaderColumn = {
  readonly index: number
  /** As written; of two rows joined. */
  readonly heading: string
  readonly field: ColumnField | null
  readonly sure: boolean
  /** The heading stands over this column and the one before (a name in two columns under one heading). */
  readonly shared: boolean
}

const readable = (cell: RawCell | undefined): string => readableHeading(textOf(cell))

const NAMES: ReadonlySet<ColumnField | null> = new Set<ColumnField>(['fullName', 'surname', 'given'])

/**
 * Looks for the row whose cells are the most headings that we know, the name's among them. `weak` is a row that looks like
 * headings without a name.
 */
export function findHeader(
  rows: readonly RawRow[],
  merges: readonly Merge[],
): { header: Header | null; weak: Header | null } {
  const looked = rows.filter(({ number }) => number <= HEADER_ROWS)
  const scores = looked.map((row) => score(row, exactHeading))
  // A name's heading may be misspelled; that is looked into only where others are known.
  const named = scores.some((each) => each.named && each.score > 1)
  const near = named
    ? scores
    : looked.map((row, n) => ((scores[n]?.score ?? 0) >= 2 ? score(row, headingOf) : scores[n]))
  const at = (fits: (each: Score) => boolean, least: number): Header | null => {
    let [best, most] = [-1, least]
    near.forEach((each, n) => {
      if (each !== undefined && fits(each) && each.score > most) [best, most] = [n, each.score]
    })
    return best < 0 ? null : headerAt(rows, best, merges)
  }
  // `Họ và tên` is a heading whatever stands beside it; `Tên` is one when nothing else does.
  return { header: at((each) => each.named && (each.score > 1 || each.alone), 0), weak: at((each) => !each.named, 1) }
}

type Score = { readonly score: number; readonly named: boolean; readonly alone: boolean }

function score(row: RawRow, read: (text: string) => Heading): Score {
  const fields = new Set<ColumnField>()
  let [known, filled, whole] = [0, 0, false]
  for (const cell of row.cells) {
    if (cell === undefined) continue
    filled++
    if (cell.kind !== 'text') continue
    const { field, sure } = read(readable(cell))
    if (field !== null) fields.add(field)
    else if (sure) known += 0.5
    if (field === 'fullName' && sure) whole = true
  }
  return {
    score: fields.size + known,
    named: [...fields].some((field) => NAMES.has(field)),
    alone: whole || filled <= 2,
  }
}

/** The headings of the row `n` of `rows`, with a second row of them and a row of column numbers below when there are. */
export function headerAt(rows: readonly RawRow[], n: number, merges: readonly Merge[]): Header {
  const top = rows[n] ?? { number: 1, cells: [] }
  const below = rows[n + 1]
  const spread = (row: RawRow, index: number): { text: string; shared: boolean } => {
    const own = readable(row.cells[index])
    if (own !== '') return { text: own, shared: false }
    const merge = merges.find(
      ({ top: from, bottom, left, right }) =>
        from <= row.number && bottom >= row.number && left < index && right >= index,
    )
    return merge === undefined ? { text: '', shared: false } : { text: readable(row.cells[merge.left]), shared: true }
  }
  const width = Math.max(top.cells.length, ...rows.slice(n, n + 60).map(({ cells }) => cells.length))
  const two = below !== undefined && isSecond(top, below)
  let left = ''
  const columns = Array.from({ length: width }, (_, index): HeaderColumn => {
    const { text, shared } = spread(top, index)
    if (text !== '') left = text
    const sub = two ? readable(below.cells[index]) : ''
    // Without merged cells (a text file) what stands below nothing belongs to the heading on its left.
    const above = text === '' && sub !== '' ? left : text
    if (sub === '') return { index, heading: tidyHeading(above), ...headingOf(above), shared }
    const joined = tidyHeading(`${above} ${sub}`)
    const found = [headingOf(joined), headingOf(sub), headingOf(above)].find(({ sure }) => sure) ?? headingOf(joined)
    return { index, heading: joined, ...found, shared: false }
  })
  let last = two ? below.number : top.number
  const next = rows[n + (two ? 2 : 1)]
  if (next !== undefined && isNumbering(next)) last = next.number
  return { row: top.number, last, columns }
}

const tidyHeading = (text: string): string => text.replace(/\s+/gu, ' ').trim().slice(0, 200)

/** A second row of headings: nothing below the name, nothing that is data, and something known with what is above. */
function isSecond(top: RawRow, row: RawRow): boolean {
  if (row.number !== top.number + 1) return false
  const filled = row.cells.flatMap((cell, index) => (cell === undefined ? [] : [{ cell, index }]))
  if (filled.length === 0 || filled.some(({ cell }) => cell.kind !== 'text' || /\d/.test(cell.text))) return false
  const name = top.cells.findIndex((cell) => cell !== undefined && NAMES.has(headingOf(readable(cell)).field))
  if (name >= 0 && textOf(row.cells[name]) !== '' && !NAMES.has(headingOf(readable(row.cells[name])).field))
    return false
  let left = ''
  const above = Array.from(row.cells, (_, index) => (left = readable(top.cells[index]) || left))
  return filled.some(
    ({ cell, index }) => headingOf(readable(cell)).sure || headingOf(`${above[index] ?? ''} ${readable(cell)}`).sure,
  )
}

/** A row that numbers the columns: `(1) (2) (3)`, or `A B 1 2 3`. */
function isNumbering(row: RawRow): boolean {
  const texts = row.cells.flatMap((cell) => (cell === undefined ? [] : [cell.text.trim()]))
  return texts.length >= 3 && texts.every((text) => /^\(?(\d{1,2}|[A-E])\)?$/.test(text))
}

/** What tells the files of one sender apart from others': the headings in their order, without accents and case. */
export const headingKey = (columns: readonly { heading: string }[]): string =>
  columns
    .map(({ heading }) => plainHeading(heading))
    .join('|')
    .replace(/\|+$/, '')
