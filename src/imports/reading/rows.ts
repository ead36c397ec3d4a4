import type { Day } from '../../kernel/day.ts'
import { fold } from '../../kernel/text.ts'
import { readDate, readDateParts, type ReadDate } from './dates.ts'
import type { ColumnField, FieldValues, Mark, Reading, RosterRow } from './fields.ts'
import type { ColumnMapping, SheetMapping } from './mapping.ts'
import { readNumber, readPhone } from './numbers.ts'
import { textOf, type Merge, type RawCell, type RawRow } from './raw.ts'
import { isTicked, NOTHING, readEmail, readEmployment, readSex, readText, visible } from './values.ts'
import { looksLikeUnit } from './unit-text.ts'

/** A row that is about nobody, so that nothing is dropped unseen. */
export type Aside = {
  readonly sheet: string
  readonly number: number
  readonly kind: 'group' | 'headings-again' | 'no-person'
  readonly text: string
}

export const LONGEST = { fullName: 100, position: 120, unit: 200, officialAddress: 200, note: 1000 } as const

type Prepared = {
  readonly cell: RawCell | undefined
  readonly raw: string
  readonly text: string
  readonly marks: readonly Mark[]
}
const EMPTY: Prepared = { cell: undefined, raw: '', text: '', marks: [] }

/** Reads the rows of one sheet as its mapping says. Rows must come in order: a group row speaks for those below it. */
export function rowReader(options: {
  readonly sheet: string
  readonly mapping: SheetMapping
  readonly merges: readonly Merge[]
  readonly headings: readonly string[]
  readonly today: Day
}): (row: RawRow) => RosterRow | Aside {
  const { sheet, mapping, today } = options
  const columns = new Map<ColumnField, ColumnMapping>()
  for (const column of mapping.columns) if (column.field !== null) columns.set(column.field, column)
  const nameColumn = columns.get('fullName') ?? columns.get('surname')
  const held = heldUnits(columns, options.merges)
  let group = ''

  return (row) => {
    held.look(row)
    const text = Array.from(row.cells, (cell) => textOf(cell))
    const aside = (kind: Aside['kind']): Aside => ({
      sheet,
      number: row.number,
      kind,
      text: text.filter(Boolean).join(' · '),
    })
    const title = groupOf(row, nameColumn?.index ?? -1, options.merges)
    if (title !== null) {
      group = visible(title).text
      return aside('group')
    }
    if (isHeadingsAgain(text, options.headings)) return aside('headings-again')

    const at = (field: ColumnField): Prepared => {
      const column = columns.get(field)
      return column === undefined ? EMPTY : prepare(row.cells[column.index], column)
    }
    const has = (...fields: ColumnField[]) => fields.some((field) => columns.has(field))
    const name = readName(at, has)
    if (name.fullName.raw === '' && (at('number').raw === '' || text.filter(Boolean).length <= 2))
      return aside('no-person')

    const cells: { -readonly [F in keyof FieldValues]?: Reading<FieldValues[F]> } = { ...name }
    const sex = readSexCell(at, has)
    if (sex !== null) cells.sex = sex
    const birth = readBirth(at, has, today)
    if (birth !== null) cells.birthDate = birth
    const year = birth?.value == null ? null : Number(birth.value.text.slice(0, 4))
    if (has('number'))
      cells.number = reading(at('number'), (cell, value) =>
        readNumber(cell, value, { birthYear: year, sex: sex?.value ?? null }),
      )
    if (has('position')) cells.position = reading(at('position'), (_, value) => readText(value, LONGEST.position))
    if (has('phone')) cells.phone = reading(at('phone'), (_, value) => readPhone(value))
    if (has('contactEmail')) cells.contactEmail = reading(at('contactEmail'), (_, value) => readEmail(value))
    if (has('officialAddress'))
      cells.officialAddress = reading(at('officialAddress'), (_, value) => readText(value, LONGEST.officialAddress))
    if (has('employment')) cells.employment = reading(at('employment'), (_, value) => readEmployment(value))
    if (has('note')) cells.note = reading(at('note'), (_, value) => readText(value, LONGEST.note))
    Object.assign(cells, readUnits(row, at, columns, held, group, sheet))
    return { sheet, number: row.number, cells, text }
  }
}

export const isAside = (row: RosterRow | Aside): row is Aside => 'kind' in row

function prepare(cell: RawCell | undefined, _column: ColumnMapping): Prepared {
  if (cell === undefined) return EMPTY
  const marks: Mark[] = []
  const { text, changed } = visible(cell.text)
  if (changed) marks.push({ code: 'invisible' })
  return { cell, raw: cell.text, text, marks }
}

function reading<T>(
  { cell, raw, text, marks }: Prepared,
  read: (cell: RawCell, text: string) => { value: T | null; marks: readonly Mark[] },
): Reading<T> {
  if (cell === undefined || text === '') return NOTHING
  if (cell.kind === 'error') return { raw, value: null, marks: [{ code: 'cell-error', error: cell.text }] }
  const { value, marks: more } = read(cell, text)
  return { raw, value, marks: [...marks, ...more] }
}

type At = (field: ColumnField) => Prepared
type Has = (...fields: ColumnField[]) => boolean

function readName(at: At, has: Has): { fullName: Reading<string>; givenName?: Reading<string> } {
  const readIt = (prepared: Prepared) => reading(prepared, (_, value) => readText(value, LONGEST.fullName))
  if (has('fullName')) return { fullName: readIt(at('fullName')) }
  const [surname, given] = [at('surname'), at('given')]
  const parts = [surname, given].filter(({ text }) => text !== '')
  const whole: Prepared = {
    cell: parts.find(({ cell }) => cell?.kind === 'error')?.cell ?? parts[0]?.cell,
    raw: parts.map(({ raw }) => raw).join(' '),
    text: parts.map(({ text }) => text).join(' '),
    marks: parts.flatMap(({ marks }) => marks),
  }
  return { fullName: readIt(whole), givenName: readIt(given) }
}

function readSexCell(at: At, has: Has): Reading<'male' | 'female'> | null {
  if (has('sex')) return reading(at('sex'), (_, value) => readSex(value))
  const told = (value: 'male' | 'female', { raw }: Prepared): Reading<'male' | 'female'> => ({
    raw,
    value,
    marks: [{ code: 'from', source: 'column' }],
  })
  for (const [male, female] of [
    ['sexMale', 'sexFemale'],
    ['birthDateMale', 'birthDateFemale'],
  ] as const) {
    if (!has(male, female)) continue
    const ticked = (field: ColumnField) =>
      at(field).text !== '' && (field.startsWith('birth') || isTicked(at(field).text))
    const [isMale, isFemale] = [ticked(male), ticked(female)]
    if (isMale !== isFemale) return isMale ? told('male', at(male)) : told('female', at(female))
    // One column alone: a cross in `Nữ`, and nothing for men.
    if (!isMale && male === 'sexMale' && has(female) && !has(male) && at(female).text === '') return told('male', EMPTY)
    return {
      raw: [at(male).raw, at(female).raw].filter(Boolean).join(' '),
      value: null,
      marks: [{ code: 'sex-unknown' }],
    }
  }
  return null
}

function readBirth(at: At, has: Has, today: Day): Reading<FieldValues['birthDate']> | null {
  const dateOf = (prepared: Prepared) =>
    reading<FieldValues['birthDate']>(prepared, (cell, value): ReadDate => readDate(cell, value, today))
  if (has('birthDate')) return dateOf(at('birthDate'))
  if (has('birthDateMale', 'birthDateFemale')) {
    const [male, female] = [at('birthDateMale'), at('birthDateFemale')]
    return dateOf(male.text === '' ? female : male)
  }
  if (!has('birthYear')) return null
  const [day, month, year] = [at('birthDay'), at('birthMonth'), at('birthYear')]
  const raw = [day, month, year].map((each) => each.raw).filter(Boolean)
  if (raw.length === 0) return NOTHING
  return { raw: raw.join('/'), ...readDateParts(day.text, month.text, year.text, today) }
}

type Held = { look(row: RawRow): void; at(field: ColumnField): RawCell | undefined }

/** A unit's name that stands once in cells merged over the rows of its people. */
function heldUnits(columns: ReadonlyMap<ColumnField, ColumnMapping>, merges: readonly Merge[]): Held {
  const fields = (['unit', 'parentUnit'] as const).flatMap((field) => {
    const index = columns.get(field)?.index
    if (index === undefined) return []
    const spans = merges
      .filter(({ top, bottom, left, right }) => bottom > top && left <= index && right >= index)
      .sort((a, b) => a.top - b.top)
    return spans.length === 0
      ? []
      : [{ field, index, spans, value: undefined as RawCell | undefined, until: 0, next: 0 }]
  })
  return {
    look(row) {
      for (const each of fields) {
        if (row.number > each.until) each.value = undefined
        for (
          let span = each.spans[each.next];
          span !== undefined && span.top <= row.number;
          span = each.spans[each.next]
        ) {
          each.next++
          if (span.top === row.number) [each.value, each.until] = [row.cells[span.left], span.bottom]
        }
      }
    },
    at: (wanted) => fields.find(({ field }) => field === wanted)?.value,
  }
}

function readUnits(
  row: RawRow,
  at: At,
  columns: ReadonlyMap<ColumnField, ColumnMapping>,
  held: Held,
  group: string,
  sheet: string,
): { unit?: Reading<string>; parentUnit?: Reading<string> } {
  const from = (text: string, source: 'group-row' | 'sheet-name'): Reading<string> => ({
    raw: text,
    value: text,
    marks: [{ code: 'from', source }],
  })
  const own = (field: 'unit' | 'parentUnit'): Reading<string> | undefined => {
    const column = columns.get(field)
    if (column === undefined) return undefined
    const written = reading(at(field), (_, value) => readText(value, LONGEST.unit))
    const merged = held.at(field)
    if (written.raw !== '' || merged === undefined || row.cells[column.index] !== undefined) return written
    const spread = reading(prepare(merged, column), (_, value) => readText(value, LONGEST.unit))
    return { ...spread, marks: [...spread.marks, { code: 'from', source: 'merged-cells' }] }
  }
  const around = [
    ...(group === '' ? [] : [from(group, 'group-row')]),
    ...(looksLikeUnit(sheet) ? [from(visible(sheet).text, 'sheet-name')] : []),
  ]
  const found: { unit?: Reading<string>; parentUnit?: Reading<string> } = {}
  const unit = own('unit')
  const first = unit === undefined || unit.raw === '' ? (around.shift() ?? unit) : unit
  if (first !== undefined) found.unit = first
  const parent = own('parentUnit') ?? around.shift()
  if (parent !== undefined) found.parentUnit = parent
  return found
}

/** The text of a row that only names the unit of the rows below: alone in its row, or with an ordinal before it. */
function groupOf(row: RawRow, nameIndex: number, merges: readonly Merge[]): string | null {
  const filled = row.cells.flatMap((cell, index) =>
    cell === undefined ? [] : [{ text: cell.text.trim(), index, cell }],
  )
  const last = filled.at(-1)
  if (last === undefined || filled.length > 2 || last.cell.kind !== 'text') return null
  const [first] = filled
  if (filled.length === 2 && !/^([IVXLC]{1,6}|[A-Z]|\d{1,3})[.)]?$/.test(first?.text ?? '')) return null
  const text = last.text.replace(/^([IVXLC]{1,6}|[A-Z]|\d{1,3})[.)]\s+/, '').replace(/[:：]\s*$/, '')
  if (looksLikeUnit(text)) return text
  const wide = merges.some(
    ({ top, bottom, left, right }) =>
      top <= row.number && bottom >= row.number && left <= last.index && right >= last.index + 2,
  )
  return wide && last.index <= Math.max(nameIndex, 1) && !/^(tong|cong|nguoi|ghi chu)\b/.test(fold(text)) ? text : null
}

function isHeadingsAgain(text: readonly string[], headings: readonly string[]): boolean {
  const filled = text.flatMap((each, n) =>
    each === '' ? [] : [{ each: fold(each), heading: fold(headings[n] ?? '') }],
  )
  return filled.length >= 2 && filled.every(({ each, heading }) => each !== '' && heading.startsWith(each))
}
