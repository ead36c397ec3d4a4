import { columnsOf, fingerprintOf, type ColumnGuess } from './columns.ts'
import { detect, type Detection } from './detection.ts'
import type { Encoding } from './encodings.ts'
import type { ColumnField } from './fields.ts'
import { guessColumns, datesWereSwapped } from './guesses.ts'
import { findHeader, headerAt, HEADER_ROWS, type Header } from './header.ts'
import { mappingFault, type ColumnMapping, type SheetMapping } from './mapping.ts'
import { textOf, type Merge, type RawRow, type RawTable } from './raw.ts'
import type { MappingNeed } from './refusal.ts'

/** Rows of data from which columns are judged. */
const SAMPLE = 500
const SHOWN_ROWS = 20
/** So much of a text tells its encoding, and so much is shown of one. */
const JUDGED = 200

export type RosterColumn = ColumnGuess & {
  /** What the column's texts say of their encoding: show before and after, then let somebody choose. */
  readonly detection: Detection
}

/** A table of the file: what it is and how it would be read. */
export type RosterTable = {
  /** The sheet's name; `''` for a text file. */
  readonly sheet: string
  readonly hidden: boolean
  /** Whether `rows()` reads it. */
  readonly chosen: boolean
  readonly columns: readonly RosterColumn[]
  /** Effective; store it with the plan and give it back in `mappings`. */
  readonly mapping: SheetMapping
  /** Whence the fields of the mapping are: given by hand, remembered for the sender, or from the headings. */
  readonly mappedBy: 'hand' | 'memory' | 'headings'
  /** Why the columns must be mapped by hand; null when the table can be read. */
  readonly need: MappingNeed | null
  /** Under what a sender's mapping is remembered. */
  readonly fingerprint: string
  /** The first rows as the file shows them, for a mapping page. */
  readonly beginning: readonly { readonly number: number; readonly text: readonly string[] }[]
}

/** A table with what reading its rows needs besides. */
export type LookedAt = {
  readonly raw: RawTable
  readonly table: RosterTable
  readonly merges: readonly Merge[]
  readonly mixed: ReadonlySet<number>
  readonly swapped: ReadonlySet<number>
}

export type Wishes = {
  /** How the table is read, whole. */
  readonly mapping: SheetMapping | undefined
  /** The row of its headings, or null for none; looked for when undefined. */
  readonly headerRow: number | null | undefined
  readonly remembered: ((fingerprint: string) => SheetMapping | undefined) | undefined
}

const NAMES: readonly (ColumnField | null)[] = ['fullName', 'surname', 'given']
const TEXTS: readonly (ColumnField | null)[] = ['position', 'unit', 'parentUnit', 'note']
const casingOfText = (field: ColumnField | null) => (TEXTS.includes(field) ? 'sentence' : 'as-is')
const DATES: readonly (ColumnField | null)[] = ['birthDate', 'birthDateMale', 'birthDateFemale']

/** Looks at the beginning of a table: headings, columns, encodings. Null when nothing is on it. Throws `FileRefused`. */
export async function lookAt(raw: RawTable, wishes: Wishes): Promise<LookedAt | null> {
  const sample = await firstRows(raw)
  const [first] = sample
  if (first === undefined) return null
  const merges = await raw.merges()
  const header = headerFor(sample, merges, wishes)
  const width = Math.max(...sample.map(({ cells }) => cells.length), header?.columns.length ?? 0)
  const dataFrom = header === null ? first.number : header.last + 1
  const data = sample.filter(({ number }) => number >= dataFrom)
  const { columns: guesses, need } =
    header === null ? { columns: unnamed(width), need: 'no-header' as const } : columnsOf(header, data)
  const proposals = need === null ? [] : guessColumns(data, width)
  const columns = guesses.map((guess): RosterColumn => ({
    ...guess,
    proposed: guess.field === null ? (proposals[guess.index] ?? null) : null,
    detection: detectColumn(data, guess.index),
  }))
  const fingerprint = fingerprintOf(header, width)
  const memory = wishes.mapping === undefined ? wishes.remembered?.(fingerprint) : undefined
  const known = new Map(memory?.columns.map(({ index, field }) => [index, field]))
  const usual = usualEncoding(columns)
  const lost = columns.some(({ detection }) => detection.lostCapitals)
  const mapping: SheetMapping = wishes.mapping ?? {
    headerRow: header?.row ?? null,
    dataFrom,
    columns: columns.map(({ index, field: told, detection }): ColumnMapping => {
      const field = memory === undefined ? told : (known.get(index) ?? null)
      const says = detection.old > 0 || detection.unicode > 0
      return {
        ...{ index, field, encoding: says ? detection.encoding : usual },
        casing: usual !== 'tcvn3' || !lost ? 'as-is' : NAMES.includes(field) ? 'proper' : casingOfText(field),
      }
    }),
  }
  const fault = mappingFault(mapping)
  const given = wishes.mapping !== undefined || memory !== undefined
  return {
    raw,
    merges,
    mixed: new Set(
      columns.filter(({ detection: { old, unicode } }) => old > 0 && unicode > 0).map(({ index }) => index),
    ),
    swapped: new Set(
      mapping.columns
        .filter(({ field, index }) => DATES.includes(field) && datesWereSwapped(data, index))
        .map(({ index }) => index),
    ),
    table: {
      sheet: raw.name,
      hidden: raw.hidden,
      chosen: false,
      columns,
      mapping,
      mappedBy: wishes.mapping !== undefined ? 'hand' : memory !== undefined ? 'memory' : 'headings',
      need: given ? (fault === null ? null : fault === 'no-name' ? 'no-name' : 'double-columns') : need,
      fingerprint,
      beginning: sample.slice(0, SHOWN_ROWS).map(({ number, cells }) => ({
        number,
        text: Array.from(cells, (cell) => textOf(cell).slice(0, JUDGED)),
      })),
    },
  }
}

function headerFor(sample: readonly RawRow[], merges: readonly Merge[], { mapping, headerRow }: Wishes): Header | null {
  const told = mapping === undefined ? headerRow : mapping.headerRow
  if (told === null) return null
  const { header, weak } = findHeader(sample, merges)
  if (told === undefined) return header ?? weak
  if (header?.row === told) return header
  const n = sample.findIndex(({ number }) => number === told)
  return n < 0 || told > HEADER_ROWS * 4 ? null : headerAt(sample, n, merges)
}

/** What most columns that say anything are proposed to be read in; taken for those that say nothing. */
function usualEncoding(columns: readonly RosterColumn[]): Encoding {
  const votes = new Map<Encoding, number>()
  for (const { detection } of columns)
    if (detection.old > 0 || detection.unicode > 0)
      votes.set(detection.encoding, (votes.get(detection.encoding) ?? 0) + 1)
  const [first] = [...votes].sort((a, b) => b[1] - a[1])
  return first?.[0] ?? 'unicode'
}

const unnamed = (width: number): ColumnGuess[] =>
  Array.from({ length: width }, (_, index) => ({
    ...{ index, heading: '', field: null, sure: false, rival: null, proposed: null },
  }))

function detectColumn(data: readonly RawRow[], index: number): Detection {
  const [texts, fonts]: [string[], Set<string>] = [[], new Set()]
  for (const { cells } of data) {
    const cell = cells[index]
    if (cell?.kind !== 'text') continue
    texts.push(cell.text.slice(0, JUDGED))
    if (cell.font !== '') fonts.add(cell.font)
  }
  return detect(texts, fonts)
}

async function firstRows(raw: RawTable): Promise<RawRow[]> {
  const rows: RawRow[] = []
  for await (const batch of raw.rows()) {
    rows.push(...batch)
    if (rows.length >= SAMPLE) break
  }
  return rows.slice(0, SAMPLE)
}
