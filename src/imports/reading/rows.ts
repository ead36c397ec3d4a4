import type { Day } from '../../kernel/day.ts'
import { fold } from '../../kernel/text.ts'
import { EMPTY, prepare, reading, type Prepared } from './cells.ts'
import { LONGEST, type ColumnField, type FieldValues, type Reading, type RosterRow } from './fields.ts'
import type { ColumnMapping, SheetMapping } from './mapping.ts'
import { readNumber, readPhone } from './numbers.ts'
import { readBirth, readName, readSexOf } from './persons.ts'
import { textOf, type Merge, type RawRow } from './raw.ts'
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
    ...{ sheet, columns, merges: facts.merges },
    nameIndex: (columns.get('fullName') ?? columns.get('surname'))?.index ?? -1,
    encoding: mapping.columns.find(({ encoding }) => encoding !== 'unicode')?.encoding ?? 'unicode',
  })

  return (row) => {
    const text = Array.from(row.cells, textOf)
    const filled = text.filter(Boolean)
    const aside = (kind: Aside['kind']): Aside => ({ sheet, number: row.number, kind, text: filled.join(' · ') })
    if (filled.length <= 2 && units.isGroup(row)) return aside('group')
    if (isHeadingsAgain(text, headings)) return aside('headings-again')

    const at = (field: ColumnField): Prepared => {
      const column = columns.get(field)
      return column === undefined ? EMPTY : prepare(row.cells[column.index], column, mixed.has(column.index))
    }
    const unit = units.of(row, at)
    const name = readName(at, has)
    if (name.fullName.raw === '' && (filled.length <= 2 || at('number').raw === '')) {
      // Without a name and a number nobody is meant, unless the row is filled like the others.
      const told = [...columns.keys()].filter((field) => at(field).raw !== '').length
      if (told <= 2) return aside('no-person')
    }

    const cells: { -readonly [F in keyof FieldValues]?: Reading<FieldValues[F]> } = { ...name }
    const sex = readSexOf(at, has)
    if (sex !== null) cells.sex = sex
    const birth = readBirth(at, has, today, isSwapped)
    if (birth !== null) cells.birthDate = birth
    const witness = {
      birthYear: birth?.value == null ? null : Number(birth.value.text.slice(0, 4)),
      sex: sex?.value ?? null,
    }
    const line = (field: 'position' | 'officialAddress' | 'note') => {
      if (has(field)) cells[field] = reading(at(field), (_, value) => readText(value, LONGEST[field]))
    }
    if (has('number')) cells.number = reading(at('number'), (cell, value) => readNumber(cell, value, witness))
    line('position')
    if (has('phone')) cells.phone = reading(at('phone'), (_, value) => readPhone(value))
    if (has('contactEmail')) cells.contactEmail = reading(at('contactEmail'), (_, value) => readEmail(value))
    line('officialAddress')
    if (has('employment')) cells.employment = reading(at('employment'), (_, value) => readEmployment(value))
    line('note')
    return { sheet, number: row.number, cells: Object.assign(cells, unit), text }
  }
}

export const isAside = (row: RosterRow | Aside): row is Aside => 'kind' in row

/** The headings once more, as printed pages have them. */
function isHeadingsAgain(text: readonly string[], headings: readonly string[]): boolean {
  let filled = 0
  for (const [n, each] of text.entries()) {
    if (each === '') continue
    const heading = headings[n] ?? ''
    if (each.charCodeAt(0) < 0x3a && filled === 0) return false
    if (heading === '' || !heading.startsWith(fold(each).slice(0, 200))) return false
    filled++
  }
  return filled >= 2
}
