import { fold } from '../../kernel/text.ts'
import { prepare, reading } from './cells.ts'
import type { Encoding } from './encodings.ts'
import { LONGEST, type ColumnField, type Reading } from './fields.ts'
import type { ColumnMapping } from './mapping.ts'
import { textCell, type Merge, type RawCell, type RawRow } from './raw.ts'
import { looksLikeName, looksLikeUnit } from './unit-text.ts'
import { readText } from './values.ts'

type Columns = ReadonlyMap<ColumnField, ColumnMapping>
type Units = { readonly unit: Reading<string> | undefined; readonly parentUnit: Reading<string> | undefined }
const asUnit = (_: RawCell, text: string) => readText(text, LONGEST.unit)

/**
 * What units a row's person belongs to: as its columns say, else what stands around the row: cells merged over several rows,
 * a row above that only names a unit, the sheet's name. Rows must come in order.
 */
export function unitsAround(options: {
  readonly sheet: string
  readonly columns: Columns
  readonly merges: readonly Merge[]
  readonly nameIndex: number
  /** In which texts outside the columns are written. */
  readonly encoding: Encoding
  readonly reader: (
    field: ColumnField,
    read: typeof asUnit,
    repeats: boolean,
  ) => ((row: RawRow) => Reading<string>) | null
}) {
  const { sheet, columns, merges, nameIndex, encoding, reader } = options
  const held = heldCells(columns, merges)
  const casing = encoding === 'tcvn3' ? 'sentence' : 'as-is'
  const readable = (text: string) => reading(prepare(textCell(text), { encoding, casing }, true), asUnit)
  const from = (found: Reading<string>, source: 'group-row' | 'sheet-name'): Reading<string> => ({
    ...found,
    marks: [...found.marks, { code: 'from', source }],
  })
  const named = readable(sheet)
  const ofSheet = looksLikeUnit(named.value ?? '') ? [from(named, 'sheet-name')] : []
  /** The group rows that hold for the next row, the outer one first, and whether one was just read. */
  let [groups, around, fresh]: [Group[], Reading<string>[], boolean] = [[], ofSheet, false]

  const read = { unit: reader('unit', asUnit, true), parentUnit: reader('parentUnit', asUnit, true) }
  const own = (row: RawRow, field: 'unit' | 'parentUnit'): Reading<string> | undefined => {
    const written = read[field]?.(row)
    const column = columns.get(field)
    const spread = held.at(field)
    if (column === undefined || spread === undefined || row.cells[column.index] !== undefined) return written
    const above = reading(prepare(spread, column), asUnit)
    return { ...above, marks: [...above.marks, { code: 'from', source: 'merged-cells' }] }
  }

  return {
    /** Whether the row only names a unit, for the rows below it. */
    isGroup(row: RawRow): boolean {
      const group = groupOf(row, nameIndex, merges, (text) => readable(text).value ?? text)
      if (group === null) return false
      groups = [...outerOf(groups, group.level, fresh), group]
      around = [...groups.toReversed().map(({ text }) => from(readable(text), 'group-row')), ...ofSheet]
      fresh = true
      return true
    },
    of(row: RawRow): Units {
      held.look(row)
      fresh = false
      const [unit, parent] = [own(row, 'unit'), own(row, 'parentUnit')]
      const isTold = (found: Reading<string> | undefined) => found !== undefined && found.raw !== ''
      // Who is told to be of an agency, but of no department, is of the agency.
      if (isTold(parent)) return { unit, parentUnit: parent }
      if (isTold(unit)) return { unit, parentUnit: around[0] ?? parent }
      return { unit: around[0] ?? unit, parentUnit: around[1] ?? parent }
    },
  }
}

/** A unit's name that stands once, in cells merged over the rows of its people. */
function heldCells(columns: Columns, merges: readonly Merge[]) {
  type HeldField = {
    field: 'unit' | 'parentUnit'
    spans: Merge[]
    value: RawCell | undefined
    until: number
    next: number
  }
  const fields = (['unit', 'parentUnit'] as const).flatMap((field): HeldField[] => {
    const index = columns.get(field)?.index ?? -1
    const spans = merges
      .filter(({ top, bottom, left, right }) => bottom > top && left <= index && right >= index)
      .sort((a, b) => a.top - b.top)
    return spans.length === 0 ? [] : [{ field, spans, value: undefined, until: 0, next: 0 }]
  })
  return {
    look(row: RawRow) {
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
    at: (wanted: 'unit' | 'parentUnit') => fields.find(({ field }) => field === wanted)?.value,
  }
}

type Group = { readonly text: string; readonly level: 'outer' | 'inner' | null }

/** The groups that a new one stands in. Roman numbers and letters are outer, figures inner; else the rows' order tells. */
function outerOf(groups: readonly Group[], level: Group['level'], fresh: boolean): Group[] {
  const [outer, inner] = groups
  const before = groups.at(-1)
  if (outer === undefined || level === 'outer') return []
  if (level === 'inner') return outer.level === 'inner' ? [] : [outer]
  if (fresh && before !== undefined) return [before]
  return inner === undefined ? [] : [outer]
}

const ORDINAL = /^([IVXLC]{1,6}|[A-Z]|\d{1,3})[.)]?$/
const NO_UNIT = /^(tong|cong|nguoi|ghi chu|danh sach|ngay|noi nhan|xac nhan|thu truong)\b/

/** What a row that only names a unit says: alone in its row, or with an ordinal before it. */
function groupOf(
  row: RawRow,
  nameIndex: number,
  merges: readonly Merge[],
  readable: (text: string) => string,
): Group | null {
  const filled = row.cells.flatMap((cell, index) =>
    cell === undefined ? [] : [{ text: cell.text.trim(), index, cell }],
  )
  const [first, last] = [filled[0], filled.at(-1)]
  if (last === undefined || last.cell.kind !== 'text') return null
  if (filled.length === 2 && !ORDINAL.test(first?.text ?? '')) return null
  const [, before, rest = ''] =
    /^(?:([IVXLC]{1,6}|[A-Z]|\d{1,3})[.)]\s+)?(.*?)[:：\s]*$/s.exec(readable(last.text)) ?? []
  const ordinal = before ?? (filled.length === 2 ? first?.text : undefined)
  const level = ordinal === undefined ? null : /^\d/.test(ordinal) ? 'inner' : 'outer'
  if (looksLikeUnit(rest)) return { text: rest, level }
  const wide = merges.some(
    ({ top, bottom, left, right }) =>
      top <= row.number && bottom >= row.number && left <= last.index && right >= last.index + 2,
  )
  const isUnit = wide && last.index <= Math.max(nameIndex, 1) && !NO_UNIT.test(fold(rest)) && !looksLikeName(rest)
  return isUnit ? { text: rest, level } : null
}
