import type { Cell, CellStyle, DataValidation, WriteSheet } from 'hucre/xlsx'
import { xlsx } from '../kernel/xlsx.ts'
import { columnName } from './reading/sheet.ts'

/** A unit to choose, with the departments to choose within it. */
export type UnitToChoose = { readonly name: string; readonly departments: readonly string[] }

/** Rows that are made ready for people. */
const ROWS = 500
const [TITLE, HINT, HEADINGS] = [1, 2, 3]
const FIRST = HEADINGS + 1
const TO_CHOOSE = 'Đơn vị'

type Column = {
  readonly heading: string
  readonly width: number
  /** Kept as text by the spreadsheet, so that nothing is taken for a number or a date. */
  readonly text?: true
  readonly needed?: true
  readonly choose?: readonly string[]
  readonly help?: readonly [title: string, text: string]
}

const COLUMNS = {
  ordinal: { heading: 'STT', width: 6 },
  name: {
    heading: 'Họ và tên',
    width: 28,
    needed: true,
    help: ['Họ và tên', 'Viết đủ dấu, đúng như trên thẻ căn cước.'],
  },
  birthDate: {
    ...{ heading: 'Ngày sinh', width: 13, text: true, needed: true },
    help: ['Ngày sinh', 'Ngày/tháng/năm, ví dụ 27/03/1988.'],
  },
  sex: { heading: 'Giới tính', width: 10, needed: true, choose: ['Nam', 'Nữ'] },
  number: {
    ...{ heading: 'Số định danh cá nhân', width: 18, text: true, needed: true },
    help: ['Số định danh cá nhân', '12 chữ số trên thẻ căn cước, kể cả số 0 ở đầu.'],
  },
  position: { heading: 'Chức vụ', width: 26, needed: true, help: ['Chức vụ', 'Ghi đúng theo quyết định.'] },
  unit: { heading: 'Đơn vị công tác', width: 36, needed: true },
  department: { heading: 'Phòng ban', width: 36 },
  phone: { heading: 'Số điện thoại di động', width: 16, text: true },
  contact: {
    ...{ heading: 'Email liên hệ', width: 30 },
    help: ['Email liên hệ', 'Nơi nhận liên kết kích hoạt. Không phải hộp thư công vụ.'],
  },
  address: {
    ...{ heading: 'Địa chỉ thư công vụ', width: 34 },
    help: ['Địa chỉ thư công vụ', 'Chỉ ghi nếu đã có. Để trống thì hệ thống đề xuất.'],
  },
  employment: { heading: 'Đối tượng', width: 18, choose: ['Cán bộ', 'Công chức', 'Viên chức', 'Hợp đồng', 'Khác'] },
  note: { heading: 'Ghi chú', width: 24 },
} as const satisfies Record<string, Column>
type Key = keyof typeof COLUMNS
const KEYS = Object.keys(COLUMNS) as Key[]
const letterOf = (key: Key): string => columnName(KEYS.indexOf(key))

const INSTRUCTIONS = [
  'HƯỚNG DẪN ĐIỀN DANH SÁCH',
  '',
  '1. Điền vào trang tính “Danh sách”, mỗi người một dòng, từ dòng 4 trở xuống. Không gộp ô, không chèn dòng tiêu đề.',
  '2. Các cột có dấu * phải điền. Cột nào không biết thì để trống, không ghi “không có” hay dấu gạch.',
  '3. Gõ bằng bộ gõ Unicode. Không dùng phông chữ .VnTime hoặc VNI.',
  '4. Ngày sinh ghi ngày/tháng/năm, ví dụ 27/03/1988. Nếu chỉ biết năm, ghi năm bốn chữ số.',
  '5. Số định danh cá nhân có 12 chữ số, kể cả số 0 ở đầu. Cột này và cột số điện thoại đã đặt dạng văn bản: không đổi dạng ô.',
  '6. Đơn vị công tác và phòng ban chọn trong danh sách thả xuống. Chọn đơn vị công tác trước, rồi chọn phòng ban.',
  '7. Email liên hệ là nơi nhận liên kết kích hoạt hộp thư. Mỗi người một địa chỉ riêng.',
  '8. Địa chỉ thư công vụ chỉ ghi nếu đã được cấp. Để trống thì địa chỉ được đề xuất theo quy định đặt tên.',
  '9. Lưu dạng Excel (.xlsx), không đặt mật khẩu, không có macro.',
]

const FONT = { name: 'Times New Roman', size: 12 }
const LINE = { style: 'thin', color: { rgb: '9AA7B4' } } as const
const BOLD: CellStyle = { font: { ...FONT, bold: true, size: 14 } }
const ON_ONE_PAGE = {
  orientation: 'landscape',
  paperSize: 'a4',
  fitToPage: true,
  fitToWidth: 1,
  fitToHeight: 0,
} as const
const HEAD: CellStyle = {
  font: { ...FONT, bold: true },
  border: { top: LINE, bottom: LINE, left: LINE, right: LINE },
  fill: { type: 'pattern', pattern: 'solid', fgColor: { rgb: 'E8EEF4' } },
  alignment: { wrapText: true, vertical: 'center', horizontal: 'center' },
}

/**
 * The workbook that agencies are sent to fill in: headings that are read without mapping, drop-down lists of units and kinds,
 * columns of numbers and dates kept as text, and a sheet of instructions. It is in Vietnamese in either language.
 */
export async function blankWorkbook(units: readonly UnitToChoose[]): Promise<Uint8Array> {
  const pairs = units.flatMap(({ name, departments }) => departments.map((department) => [name, department] as const))
  const { writeXlsx } = await xlsx()
  return writeXlsx({
    defaultFont: FONT,
    sheets: [listSheet(units.length, pairs.length), instructions(), unitSheet(units, pairs)],
  })
}

function listSheet(unitCount: number, pairCount: number): WriteSheet {
  const head = KEYS.map((key) => {
    const { heading, needed }: Column = COLUMNS[key]
    return needed ? `${heading} *` : heading
  })
  const cells = new Map<string, Partial<Cell>>([[`${TITLE - 1},0`, { style: BOLD }]])
  KEYS.forEach((key, column) => {
    cells.set(`${HEADINGS - 1},${column}`, { style: HEAD })
    const { text }: Column = COLUMNS[key]
    if (text)
      for (let row = 0; row < ROWS; row++)
        cells.set(`${FIRST - 1 + row},${column}`, { value: null, type: 'empty', style: { font: FONT, numFmt: '@' } })
  })
  return {
    name: 'Danh sách',
    columns: KEYS.map((key) => ({ width: COLUMNS[key].width })),
    rows: [
      ['DANH SÁCH ĐỀ NGHỊ CẤP HỘP THƯ CÔNG VỤ'],
      ['Cột có dấu * phải điền. Cách điền: xem trang tính “Hướng dẫn”.'],
      head,
    ],
    cells,
    merges: [TITLE, HINT].map((row) => ({ startRow: row - 1, endRow: row - 1, startCol: 0, endCol: KEYS.length - 1 })),
    freezePane: { rows: HEADINGS, columns: 2 },
    rowDefs: new Map([[HEADINGS - 1, { height: 32 }]]),
    dataValidations: validations(unitCount, pairCount),
    pageSetup: ON_ONE_PAGE,
  }
}

function validations(unitCount: number, pairCount: number): DataValidation[] {
  const rangeOf = (key: Key) => `${letterOf(key)}${FIRST}:${letterOf(key)}${FIRST + ROWS - 1}`
  const list = (key: Key, formula1: string): DataValidation => ({
    ...{ type: 'list', formula1, range: rangeOf(key), allowBlank: true, showErrorMessage: true, errorStyle: 'warning' },
    errorTitle: 'Không có trong danh sách',
    errorMessage: 'Nên chọn trong danh sách thả xuống. Vẫn giữ nội dung vừa gõ?',
  })
  const unit = `$${letterOf('unit')}${FIRST}`
  const column = `'${TO_CHOOSE}'!$B$2:$B$${pairCount + 1}`
  return [
    ...(unitCount === 0 ? [] : [list('unit', `'${TO_CHOOSE}'!$A$2:$A$${unitCount + 1}`)]),
    // Departments stand beside their unit, so the unit's first row and their number make the list.
    ...(pairCount === 0
      ? []
      : [list('department', `OFFSET('${TO_CHOOSE}'!$C$1,MATCH(${unit},${column},0),0,COUNTIF(${column},${unit}),1)`)]),
    ...KEYS.flatMap((key): DataValidation[] => {
      const { choose, help }: Column = COLUMNS[key]
      if (choose !== undefined) return [list(key, `"${choose.join(',')}"`)]
      if (help === undefined) return []
      const [inputTitle, inputMessage] = help
      const hint = { showInputMessage: true, inputTitle, inputMessage, allowBlank: true, range: rangeOf(key) }
      if (key !== 'number') return [{ ...hint, type: 'textLength', operator: 'lessThanOrEqual', formula1: '200' }]
      return [
        {
          ...{ ...hint, type: 'textLength', operator: 'equal', formula1: '12', showErrorMessage: true },
          ...{ errorStyle: 'warning', errorTitle: 'Chưa đủ 12 chữ số' },
          errorMessage: 'Số định danh cá nhân có 12 chữ số, kể cả số 0 ở đầu. Vẫn giữ số vừa gõ?',
        },
      ]
    }),
  ]
}

const instructions = (): WriteSheet => ({
  name: 'Hướng dẫn',
  pageSetup: ON_ONE_PAGE,
  columns: [{ width: 110, style: { font: FONT, alignment: { wrapText: true, vertical: 'top' } } }],
  rows: INSTRUCTIONS.map((line) => [line]),
  cells: new Map([['0,0', { style: BOLD }]]),
})

const unitSheet = (units: readonly UnitToChoose[], pairs: readonly (readonly [string, string])[]): WriteSheet => ({
  name: TO_CHOOSE,
  pageSetup: ON_ONE_PAGE,
  columns: [{ width: 50 }, { width: 50 }, { width: 50 }],
  rows: [
    ['Đơn vị công tác', 'Thuộc đơn vị', 'Phòng ban'],
    ...Array.from({ length: Math.max(units.length, pairs.length) }, (_, n) => [
      units[n]?.name ?? null,
      pairs[n]?.[0] ?? null,
      pairs[n]?.[1] ?? null,
    ]),
  ],
  cells: new Map([0, 1, 2].map((column) => [`0,${column}`, { style: HEAD }])),
})
