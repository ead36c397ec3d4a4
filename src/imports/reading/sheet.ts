import { StringDecoder } from 'node:string_decoder'
import { blamed } from './archive.ts'
import type { RosterLimits } from './limits.ts'
import { filledCell, type Merge, type RawCell, type RawRow } from './raw.ts'
import { refused } from './refusal.ts'
import { DAYS_1904, dayOfSerial, serialOfDay, shownDay } from './serial.ts'
import { unescapeControls } from './shared-strings.ts'
import { plainFirst } from './plain.ts'
import { PLAIN, type CellStyle } from './styles.ts'
import { joinText, xmlParser, type XmlParser } from './xml.ts'

/** What the cells of a sheet refer to. */
export type SheetContext = {
  /** The texts that the sheets share, as cells; null for blanks. */
  readonly shared: readonly (RawCell | null)[]
  readonly styles: readonly CellStyle[]
  readonly date1904: boolean
  readonly limits: RosterLimits
}

/**
 * The rows of a sheet that hold something, a batch for each piece that is unpacked. Of a formula only the result that was
 * stored counts; formulas are never read. Throws `FileRefused`.
 */
export async function* sheetRows(
  bytes: AsyncIterable<Buffer>,
  part: string,
  context: SheetContext,
): AsyncGenerator<readonly RawRow[]> {
  const batch: RawRow[] = []
  const parser = rowParser(context, (row) => batch.push(row))
  const decoder = new StringDecoder('utf8')
  try {
    for await (const piece of bytes) {
      parser.write(withoutEmpty(decoder.write(piece)))
      if (batch.length > 0) yield batch.splice(0)
    }
    parser.close()
    if (batch.length > 0) yield batch
  } catch (error) {
    throw blamed(error, part)
  }
}

const EMPTY_CELLS = /(?:<c r="[A-Z]{1,3}\d+"[^<>/]*\/>)+(?=<c r="|<\/row>)/g
const EMPTY_ROWS = /(?:<row r="\d+"[^<>/]*(?:\/>|><\/row>))+(?=<row r=")/g

/**
 * The piece without cells and rows that hold nothing: a sheet that was formatted to its end has a million of them, and they
 * are found much faster than parsed. Only those go whose successor tells its own place.
 */
const withoutEmpty = (piece: string): string =>
  piece.includes('"/><') || piece.includes('"></row>') ? piece.replace(EMPTY_CELLS, '').replace(EMPTY_ROWS, '') : piece

function rowParser({ shared, styles, date1904, limits }: SheetContext, found: (row: RawRow) => void): XmlParser {
  let [column, type, style, value, collecting, aid, inData, inRow] = [-1, '', PLAIN, '', false, false, false, false]
  let [rowNumber, rowCount, cellCount, filled] = [0, 0, 0, 0]
  let cells: (RawCell | undefined)[] = []

  const numbered = (before: number, r: string | undefined): number => {
    const number = r === undefined ? before + 1 : Number(r)
    if (!(number > before && number <= LAST_ROW)) throw new Error('Rows out of order')
    return number
  }
  const put = (at: number, cell: RawCell): void => {
    if (at < 0 || at >= limits.columns) throw refused({ kind: 'too-big', limit: 'columns', allowed: limits.columns })
    cells[at] = cell
  }
  const endRow = (filled: number): void => {
    cellCount += filled
    if (cellCount > limits.cells) throw refused({ kind: 'too-big', limit: 'cells', allowed: limits.cells })
    if (cells.length === 0) return
    if (++rowCount > limits.rows) throw refused({ kind: 'too-big', limit: 'rows', allowed: limits.rows })
    found({ number: rowNumber, cells })
  }

  function readPlain(text: string, start: number, end: number): boolean {
    PLAIN_ROW.lastIndex = start
    const row = PLAIN_ROW.exec(text)
    if (row === null) return false
    const before = cells
    cells = []
    let count = 0
    for (CELL.lastIndex = PLAIN_ROW.lastIndex; CELL.lastIndex < end - '</row>'.length;) {
      const found = CELL.exec(text)
      if (found === null) {
        cells = before
        return false
      }
      const told = found[5]
      if (told === undefined || told === '') continue
      const s = found[2] ?? found[4]
      const cell = cellOf(
        told,
        found[3] ?? 'n',
        (s === undefined ? undefined : styles[Number(s)]) ?? PLAIN,
        shared,
        date1904,
      )
      if (cell === null) continue
      put(columnOf(found[1] ?? ''), cell)
      count++
    }
    rowNumber = numbered(rowNumber, row[1])
    endRow(count)
    return true
  }

  const parser = xmlParser({
    open(name, attributes) {
      if (name === 'c') {
        const { r, t, s } = attributes
        column = r === undefined ? column + 1 : columnOf(r)
        type = t ?? 'n'
        style = (s === undefined ? undefined : styles[Number(s)]) ?? PLAIN
        value = ''
      } else if (name === 'v' || name === 't') collecting = !aid
      else if (name === 'row') {
        rowNumber = numbered(rowNumber, attributes['r'])
        column = -1
        filled = 0
        cells = []
        inRow = true
      } else if (name === 'rPh') aid = true
      else if (name === 'sheetData') inData = true
    },
    text(piece) {
      if (collecting) value = value === '' ? piece : joinText(value, piece)
    },
    close(name) {
      if (name === 'v' || name === 't') collecting = false
      else if (name === 'c') {
        if (value === '' || !inData) return
        const cell = cellOf(value, type, style, shared, date1904)
        if (cell === null) return
        put(column, cell)
        filled++
      } else if (name === 'row') {
        inRow = false
        endRow(filled)
      } else if (name === 'rPh') aid = false
      else if (name === 'sheetData') inData = false
    },
  })
  return plainFirst(parser, {
    ...{ opening: '<row', closing: '</row>', mayBegin: () => inData && !inRow, read: readPlain },
  })
}

const PLAIN_ROW = /<row r="(\d+)"(?: [\w:.]+="[^"<>&]*")*>/y
/** Its column, its style (before or after its type) and its value; no entities, and nothing that a parser would mend or refuse. */
const CELL =
  /<c r="([A-Z]{1,3})\d+"(?: s="(\d+)")?(?: t="(\w+)")?(?: s="(\d+)")?(?:\/>|><v>([^<>&\x00-\x1f\ufffe\uffff]*)<\/v><\/c>)/y

/** The last row that a sheet can have. */
const LAST_ROW = 1_048_576

/** `AB12` → 27, from 0; -1 for what is no reference. */
export function columnOf(reference: string): number {
  let column = 0
  for (let n = 0; n < reference.length; n++) {
    const letter = reference.charCodeAt(n)
    if (letter < 65 || letter > 90) break
    column = column * 26 + letter - 64
  }
  return column - 1
}

/** 27 → `AB`. */
export const columnName = (column: number): string =>
  (column >= 26 ? columnName(Math.floor(column / 26) - 1) : '') + String.fromCharCode(65 + (column % 26))

function cellOf(
  value: string,
  type: string,
  style: CellStyle,
  shared: SheetContext['shared'],
  date1904: boolean,
): RawCell | null {
  const { font } = style
  switch (type) {
    case 's': {
      // Most cells are the shared text's own, so that a text that comes again costs nothing.
      const cell = shared[Number(value)] ?? null
      return cell === null || font === '' ? cell : { ...cell, font }
    }
    case 'inlineStr':
    case 'str':
      return filledCell(unescapeControls(value), font)
    case 'b':
      return { kind: 'boolean', text: value === '1' ? 'TRUE' : 'FALSE', number: Number.NaN, font }
    case 'e':
      return { kind: 'error', text: value, number: Number.NaN, font }
    case 'd': {
      const day = /^\d{4}-\d{2}-\d{2}/.exec(value)?.[0]
      if (day === undefined || Number.isNaN(Date.parse(day))) return filledCell(value, font)
      return { kind: 'date', text: shownDay(day), number: serialOfDay(day), font }
    }
    default: {
      const number = Number(value)
      if (Number.isNaN(number)) return filledCell(value, font)
      const serial = style.date && date1904 ? number + DAYS_1904 : number
      const day = style.date ? dayOfSerial(serial) : null
      if (day !== null) return { kind: 'date', text: shownDay(day), number: serial, font }
      // JavaScript writes whole numbers out up to 21 digits, which is more than Excel keeps.
      return { kind: 'number', text: shownNumber(number, style.digits), number, font }
    }
  }
}

const shownNumber = (number: number, digits: number): string =>
  digits === 0 ? String(number) : String(number).padStart(digits, '0')

const MERGE = /mergeCell\s[^>]*?ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"/g
const MOST_MERGES = 50_000

/** The merged cells, which stand behind the rows: looked for in the unpacked text, without parsing it all once more. */
export async function sheetMerges(bytes: AsyncIterable<Buffer>, part: string): Promise<Merge[]> {
  const merges: Merge[] = []
  let [tail, started] = ['', false]
  try {
    for await (const chunk of bytes) {
      // Of each piece only so much is made text as is needed.
      if (!started)
        started = chunk.includes('mergeCell') || (tail + chunk.toString('latin1', 0, 16)).includes('mergeCell')
      if (!started) {
        tail = chunk.toString('latin1', Math.max(0, chunk.length - 16))
        continue
      }
      const piece = tail + chunk.toString('latin1')
      for (const [, left = '', top, right = '', bottom] of piece.matchAll(MERGE)) {
        if (merges.length === MOST_MERGES) return merges
        merges.push({ top: Number(top), bottom: Number(bottom), left: columnOf(left), right: columnOf(right) })
      }
      tail = piece.slice(piece.lastIndexOf('>') + 1)
      // No merged cell is described at such length.
      if (tail.length > 1_000_000) return merges
    }
    return merges
  } catch (error) {
    throw blamed(error, part)
  }
}
