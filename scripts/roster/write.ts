import { writeXlsx, type MergeRange, type WriteSheet } from 'hucre/xlsx'
import type { Encoding } from '../../src/imports/reading/encodings.ts'
import { randomFrom } from '../demo/random.ts'
import { chooseDirt, soiled, textOfCell, type Cell, type Dirt, type Line, type Shares } from './dirt.ts'
import { encode } from './old-encodings.ts'
import { drawer, type Entry } from './people.ts'

/** `flat`: one table; `grouped`: a row with each agency's name above its people; `sheets`: a sheet for each agency. */
export type Layout = 'flat' | 'grouped' | 'sheets'
export type RosterPlan = {
  readonly size: number
  readonly seed?: number
  readonly dirt?: Shares
  readonly encoding?: Exclude<Encoding, 'windows-1258' | 'mojibake'>
  readonly format?: 'xlsx' | 'csv'
  readonly layout?: Layout
  /** The share of people who are given an address in the file. */
  readonly addresses?: number
}

/** A roster that was made: the file, who is in it, and what is wrong with which of them, in the order of the rows. */
export type MadeRoster = {
  readonly bytes: Uint8Array
  readonly entries: readonly Entry[]
  readonly dirt: readonly (Dirt | null)[]
}

const TITLES = ['SỞ NỘI VỤ TỈNH QUẢNG NINH', 'DANH SÁCH CÁN BỘ, CÔNG CHỨC, VIÊN CHỨC ĐỀ NGHỊ CẤP HỘP THƯ CÔNG VỤ']
const COLUMNS: readonly (readonly [heading: string, key: keyof Line, width: number])[] = [
  ['Họ và tên', 'name', 26],
  ['Ngày sinh', 'birthDate', 12],
  ['Giới tính', 'sex', 9],
  ['Số CCCD', 'number', 15],
  ['Chức vụ', 'position', 24],
  ['Phòng ban', 'unit', 36],
  ['Đơn vị công tác', 'parentUnit', 36],
  ['Số điện thoại sử dụng Zalo', 'phone', 14],
  ['Gmail', 'contactEmail', 30],
  ['Địa chỉ thư công vụ', 'officialAddress', 34],
  ['Đối tượng', 'employment', 20],
  ['Ghi chú', 'note', 20],
]

/** Makes a lifelike roster; the same for the same plan. */
export function makeRoster(plan: RosterPlan): Promise<MadeRoster> {
  const draw = drawer(plan.seed ?? 1, plan.addresses === undefined ? {} : { addresses: plan.addresses })
  return writeRoster(Array.from({ length: plan.size }, draw), plan)
}

/** Writes people as a roster, with the dirt that the plan asks for. */
export async function writeRoster(people: readonly Entry[], plan: Omit<RosterPlan, 'size'>): Promise<MadeRoster> {
  const { layout = 'flat', encoding = 'unicode', format = 'xlsx' } = plan
  const random = randomFrom((plan.seed ?? 1) + 1000)
  const entries = layout === 'flat' ? [...people] : byAgency(people)
  const dirt: (Dirt | null)[] = []
  let before: Line | undefined
  const lines = entries.map((entry) => {
    const kind = chooseDirt(plan.dirt ?? 0, random)
    dirt.push(kind)
    return (before = soiled(entry, kind, random, before))
  })
  const written = (cell: Cell): Cell =>
    typeof cell === 'string' && encoding !== 'unicode' ? encode(cell, encoding) : cell === '' ? null : cell
  const sheets = arrange(entries, lines, layout).map((sheet) => ({
    ...sheet,
    rows: sheet.rows.map((row) => row.map(written)),
  }))
  const [first] = sheets
  const bytes =
    format === 'csv'
      ? asText(first?.rows ?? [], encoding)
      : await writeXlsx({ sheets: sheets.map((each) => asSheet(each, encoding)) })
  return { bytes, entries, dirt }
}

const byAgency = (people: readonly Entry[]): Entry[] =>
  [...Map.groupBy(people, ({ parentUnit }) => parentUnit).values()].flat()

type Table = { readonly name: string; readonly rows: Cell[][]; readonly merges: MergeRange[] }

function arrange(entries: readonly Entry[], lines: readonly Line[], layout: Layout): Table[] {
  const columns = layout === 'flat' ? COLUMNS : COLUMNS.filter(([, key]) => key !== 'parentUnit')
  const head = (): Table => ({
    name: 'Danh sách',
    rows: [...TITLES.map((title) => [title]), [], ['STT', ...columns.map(([heading]) => heading)]],
    merges: [0, 1].map((row) => ({ startRow: row, endRow: row, startCol: 0, endCol: columns.length })),
  })
  const cells = (line: Line, n: number): Cell[] => [n, ...columns.map(([, key]) => line[key])]
  if (layout === 'sheets') {
    const names = [...new Set(entries.map(({ parentUnit }) => parentUnit))]
    return names.map((parent, n) => {
      const table = head()
      const own = lines.filter((_, at) => entries[at]?.parentUnit === parent)
      // Names of sheets have at most 31 characters, and none of []:*?/\.
      const name = parent.replace(/^Ủy ban nhân dân /, 'UBND ').replace(/[[\]:*?/\\]/g, ' ')
      return {
        ...table,
        name: name.length > 31 ? `${name.slice(0, 26)} (${n})` : name,
        rows: [...table.rows, ...own.map((line, at) => cells(line, at + 1))],
      }
    })
  }
  const table = head()
  lines.forEach((line, n) => {
    const parent = entries[n]?.parentUnit ?? ''
    if (layout === 'grouped' && parent !== entries[n - 1]?.parentUnit) {
      const row = table.rows.length
      table.merges.push({ startRow: row, endRow: row, startCol: 0, endCol: columns.length })
      table.rows.push([parent])
    }
    table.rows.push(cells(line, n + 1))
  })
  return [table]
}

const FONTS = { unicode: 'Times New Roman', tcvn3: '.VnTime', vni: 'VNI-Times' } as const

function asSheet({ name, rows, merges }: Table, encoding: keyof typeof FONTS): WriteSheet {
  const font = { font: { name: FONTS[encoding], size: 12 } }
  return {
    ...{ name, rows, merges },
    columns: [{ width: 6 }, ...COLUMNS.map(([, , width]) => ({ width }))].map((each) => ({ ...each, style: font })),
  }
}

function asText(rows: readonly (readonly Cell[])[], encoding: Encoding): Uint8Array {
  const quoted = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
  const text = rows.map((row) => row.map((cell) => quoted(textOfCell(cell))).join(',')).join('\r\n')
  return encoding === 'unicode' ? Buffer.from(`\ufeff${text}\r\n`, 'utf8') : Buffer.from(`${text}\r\n`, 'latin1')
}
