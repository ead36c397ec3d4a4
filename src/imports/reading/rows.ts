import type { Day } from '../../kernel/day.ts'
import { fold } from '../../kernel/text.ts'
import { EMPTY, prepare, reading, type Prepared } from './cells.ts'
import { LONGEST, type ColumnField, type FieldValues, type Mark, type Reading, type RosterRow } from './fields.ts'
import type { ColumnMapping, SheetMapping } from './mapping.ts'
import { readNumber, readPhone } from './numbers.ts'
import { readBirth, readName, readSexOf } from './persons.ts'
import type { Merge, RawCell, RawRow } from './raw.ts'
import { unitsAround } from './units-around.ts'
import { readEmail, readEmployment, readText } from './values.ts'

/** A row that is about nobody, kept so that nothing is dropped unseen. */
export type Aside = {
  readonly sheet: string
  readonly number: number
  readonly kind: 'group' | 'headings-again' | 'no-person'
  readonly text: string
}

/** What is known of a sheet besides its mapping. */
export type SheetFacts = {
  readonly sheet: string
  readonly merges: readonly Merge[]
  readonly headings: readonly string[]
  readonly today: Day
  /** Columns in which an old encoding and Unicode both occur. */
  readonly mixed: ReadonlySet<number>
  /** Columns whose dates were probably taken month first by a spreadsheet. */
  readonly swapped: ReadonlySet<number>
}

/** Reads the rows of one sheet as its mapping says. Rows must come in order: a group row speaks for those below it. */
export function rowReader(mapping: SheetMapping, facts: SheetFacts): (row: RawRow) => RosterRow | Aside {
  const { sheet, today, mixed, swapped } = facts
  const columns = new Map<ColumnField, ColumnMapping>()
  for (const column of mapping.columns) if (column.field !== null) columns.set(column.field, column)
  const has = (...fields: ColumnField[]) => fields.some((field) => columns.has(field))
  const isSwapped = (field: ColumnField) => swapped.has(columns.get(field)?.index ?? -1)
  const headings = facts.headings.map((heading) => fold(heading))
  const units = unitsAround({
    ...{ sheet, columns, merges: facts.merges, reader },
    nameIndex: (columns.get('fullName') ?? columns.get('surname'))?.index ?? -1,
    encoding: mapping.columns.find(({ encoding }) => encoding !== 'unicode')?.encoding ?? 'unicode',
  })

  const read = {
    position: reader('position', (_, value) => readText(value, LONGEST.position), true),
    phone: reader('phone', (_, value) => readPhone(value)),
    contactEmail: reader('contactEmail', (_, value) => readEmail(value)),
    officialAddress: reader('officialAddress', (_, value) => readText(value, LONGEST.officialAddress)),
    employment: reader('employment', (_, value) => readEmployment(value), true),
    note: reader('note', (_, value) => readText(value, LONGEST.note)),
  }

  /** Reads a field that is one column; of a column in which texts come again and again, each text once. */
  function reader<T>(
    field: ColumnField,
    value: (cell: RawCell, text: string) => { value: T | null; marks: readonly Mark[] },
    repeats = false,
  ): ((row: RawRow) => Reading<T>) | null {
    const column = columns.get(field)
    if (column === undefined) return null
    const one = (cell: RawCell | undefined) => reading(prepare(cell, column, mixed.has(column.index)), value)
    const seen = new Map<string, Reading<T>>()
    return ({ cells }) => {
      const cell = cells[column.index]
      if (!repeats || cell?.kind !== 'text') return one(cell)
      let found = seen.get(cell.text)
      if (found === undefined) {
        if (seen.size >= MOST_SEEN) seen.clear()
        seen.set(cell.text, (found = one(cell)))
      }
      return found
    }
  }

  return (row) => {
    const text = textsOf(row)
    const filled = countOf(text)
    const aside = (kind: Aside['kind']): Aside => {
      return { sheet, number: row.number, kind, text: text.filter(Boolean).join(' · ') }
    }
    if (filled <= 2 && units.isGroup(row)) return aside('group')
    if (isHeadingsAgain(text, headings)) return aside('headings-again')

    const at = (field: ColumnField): Prepared => {
      const column = columns.get(field)
      return column === undefined ? EMPTY : prepare(row.cells[column.index], column, mixed.has(column.index))
    }
    const { unit, parentUnit } = units.of(row)
    const { fullName, givenName } = readName(at, has)
    if (fullName.raw === '' && (filled <= 2 || at('number').raw === '')) {
      // Without a name and a number nobody is meant, unless the row is filled like the others.
      const told = [...columns.keys()].filter((field) => at(field).raw !== '').length
      if (told <= 2) return aside('no-person')
    }

    const cells: { -readonly [F in keyof FieldValues]?: Reading<FieldValues[F]> } = { fullName }
    if (givenName !== undefined) cells.givenName = givenName
    const sex = readSexOf(at, has)
    if (sex !== null) cells.sex = sex
    const birth = readBirth(at, has, today, isSwapped)
    if (birth !== null) cells.birthDate = birth
    if (columns.has('number')) {
      const year = birth?.value == null ? null : Number(birth.value.text.slice(0, 4))
      const witness = { birthYear: year, sex: sex?.value ?? null }
      cells.number = reading(at('number'), (cell, value) => readNumber(cell, value, witness))
    }
    if (read.position !== null) cells.position = read.position(row)
    if (read.phone !== null) cells.phone = read.phone(row)
    if (read.contactEmail !== null) cells.contactEmail = read.contactEmail(row)
    if (read.officialAddress !== null) cells.officialAddress = read.officialAddress(row)
    if (read.employment !== null) cells.employment = read.employment(row)
    if (read.note !== null) cells.note = read.note(row)
    if (unit !== undefined) cells.unit = unit
    if (parentUnit !== undefined) cells.parentUnit = parentUnit
    return { sheet, number: row.number, cells, text }
  }
}

/** Different texts of a column that are kept; units and positions are far fewer. */
const MOST_SEEN = 5000

function textsOf({ cells }: RawRow): string[] {
  const texts: string[] = []
  for (let n = 0; n < cells.length; n++) texts.push(cells[n]?.text ?? '')
  return texts
}

function countOf(texts: readonly string[]): number {
  let filled = 0
  for (const text of texts) if (text !== '') filled++
  return filled
}

export const isAside = (row: RosterRow | Aside): row is Aside => 'kind' in row

/** The headings once more, as printed pages have them. */
function isHeadingsAgain(text: readonly string[], headings: readonly string[]): boolean {
  let filled = 0
  for (let n = 0; n < text.length; n++) {
    const each = text[n] ?? ''
    if (each === '') continue
    const heading = headings[n] ?? ''
    if (each.charCodeAt(0) < 0x3a && filled === 0) return false
    if (heading === '' || !heading.startsWith(fold(each).slice(0, 200))) return false
    filled++
  }
  return filled >= 2
}
