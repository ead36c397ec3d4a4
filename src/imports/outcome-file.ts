import type { CellValue, ColumnDef } from 'hucre/xlsx'
import { xlsx } from '../kernel/xlsx.ts'
import { openRaw } from './file.ts'
import { DEFAULT_LIMITS, type RosterLimits } from './reading/limits.ts'
import type { SheetMapping } from './reading/mapping.ts'
import type { RawCell, RawRow, RawTable } from './reading/raw.ts'

/** What became of a row, in words. */
export type RowOutcome = { readonly result: string; readonly reason: string }

export type OutcomeOptions = {
  /** How the sheets were read; others are copied as they are. */
  readonly mappings: Readonly<Record<string, SheetMapping>>
  readonly headings: RowOutcome
  /** The outcomes of some rows of a sheet, by their numbers; asked for in batches, in order. */
  readonly outcomes: (sheet: string, numbers: readonly number[]) => Promise<ReadonlyMap<number, RowOutcome>>
  readonly limits?: Partial<RosterLimits>
}

/**
 * The file as it came, every sheet and every row at its place, with the outcome and the reason in two columns on the right, as
 * a workbook in pieces. It holds values only: no formula, macro or link of the file is in it, numbers and dates are as they were
 * shown, and what a spreadsheet would take for a formula is marked as text. Throws `FileRefused` for a file that is not as it
 * was when it was read.
 */
export async function* outcomeWorkbook(
  source: { readonly path: string; readonly name: string },
  options: OutcomeOptions,
): AsyncGenerator<Uint8Array> {
  const file = await openRaw(source, { ...DEFAULT_LIMITS, ...options.limits })
  try {
    const sheets = []
    for (const table of file.tables) {
      const { widths, last } = await measure(table)
      if (last > 0) sheets.push({ table, name: table.name === '' ? 'Danh sách' : table.name, widths })
    }
    const { writeXlsx, writeXlsxStream } = await xlsx()
    const [only, ...others] = sheets
    if (only === undefined) return
    if (others.length === 0) {
      const { table, name, widths } = only
      const pieces = writeXlsxStream(rowsOf(table, widths.length, options), { name, columns: columnsOf(widths) })
      for await (const piece of pieces) yield piece
      return
    }
    const whole = []
    for (const { table, name, widths } of sheets) {
      const rows: CellValue[][] = []
      for await (const row of rowsOf(table, widths.length, options)) rows.push(row)
      whole.push({ name, rows, columns: columnsOf(widths), hidden: table.hidden })
    }
    yield await writeXlsx({ sheets: whole })
  } finally {
    await file.close()
  }
}

/** How wide the columns must be to be read, and the last row. */
async function measure(table: RawTable): Promise<{ widths: number[]; last: number }> {
  const widths: number[] = []
  let last = 0
  for await (const batch of table.rows())
    for (const { number, cells } of batch) {
      last = number
      cells.forEach((cell, n) => {
        // Titles run over several columns; they make none of them wider.
        const length = (cell?.text.length ?? 0) > 60 ? 0 : (cell?.text.length ?? 0)
        widths[n] = Math.max(widths[n] ?? 0, length)
      })
    }
  return { widths: Array.from(widths, (width: number | undefined) => width ?? 0), last }
}

const columnsOf = (widths: readonly number[]): ColumnDef[] =>
  [...widths, 16, 50].map((width) => ({ width: Math.min(50, Math.max(8, width + 2)) }))

async function* rowsOf(table: RawTable, width: number, options: OutcomeOptions): AsyncGenerator<CellValue[]> {
  const mapping = options.mappings[table.name]
  let next = 1
  for await (const batch of table.rows()) {
    const numbers = mapping === undefined ? [] : batch.map(({ number }) => number).filter((n) => n >= mapping.dataFrom)
    const outcomes = numbers.length === 0 ? new Map<number, RowOutcome>() : await options.outcomes(table.name, numbers)
    for (const row of batch) {
      for (; next < row.number; next++) yield []
      next++
      const said = row.number === mapping?.headerRow ? options.headings : outcomes.get(row.number)
      yield [...valuesOf(row, width), ...(said === undefined ? [] : [said.result, said.reason].map(safe))]
    }
  }
}

const valuesOf = ({ cells }: RawRow, width: number): CellValue[] =>
  Array.from({ length: width }, (_, n) => valueOf(cells[n]))

function valueOf(cell: RawCell | undefined): CellValue {
  if (cell === undefined) return null
  // Longer numbers are written by spreadsheets with an exponent, and lose their last digits when they are copied.
  const isShort = cell.kind === 'number' && cell.text === String(cell.number) && cell.text.length <= 10
  return isShort ? cell.number : safe(cell.text)
}

/** A text that no spreadsheet takes for a formula, also when it is saved as CSV: such ones get an apostrophe in front. */
export const safe = (text: string): string =>
  /^[=+\-@\t\r]/.test(text) && !/^[+-]?\d[\d\s.]*$/.test(text) ? `'${text}` : text
