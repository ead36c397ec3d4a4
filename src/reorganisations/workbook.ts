import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CellStyle, DataValidation, WriteSheet } from 'hucre/xlsx'
import { openRaw } from '../imports/file.ts'
import { DEFAULT_LIMITS } from '../imports/reading/limits.ts'
import { textOf } from '../imports/reading/raw.ts'
import { FileRefused, type FileRefusal } from '../imports/reading/refusal.ts'
import { columnName } from '../imports/reading/sheet.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import { xlsx } from '../kernel/xlsx.ts'
import { UNIT_KINDS } from '../units/unit.ts'
import { ASSIGNED_BY, MAX_ASSIGNMENTS, MAX_SEATS, MAX_STEPS, STEP_KINDS } from './draft.ts'
import { HEADINGS, SHEETS, type SheetName, type SheetRows } from './sheets.ts'
import { BY_WORDS, KIND_WORDS, STEP_WORDS } from './written.ts'

const LIMITS = {
  ...DEFAULT_LIMITS,
  ...{ fileBytes: 8_000_000, unpackedBytes: 100_000_000, cells: 1_000_000, columns: 100 },
  rows: MAX_STEPS + MAX_ASSIGNMENTS + MAX_SEATS + 1_000,
}

/** The sheets of a workbook as texts. A file that is none, or broken, is refused. */
export async function sheetsIn(bytes: Uint8Array, name: string): Promise<Decision<SheetRows[], FileRefusal>> {
  const folder = await mkdtemp(join(tmpdir(), 'congvu-plan-'))
  try {
    const path = join(folder, 'file')
    await writeFile(path, bytes, { mode: 0o600 })
    const file = await openRaw({ path, name }, LIMITS)
    try {
      const sheets: SheetRows[] = []
      for (const table of file.tables.filter(({ hidden }) => !hidden)) {
        const rows: { n: number; cells: string[] }[] = []
        for await (const batch of table.rows())
          for (const { number, cells } of batch) rows.push({ n: number, cells: Array.from(cells, textOf) })
        sheets.push({ name: table.name, rows })
      }
      return accept(sheets)
    } finally {
      await file.close()
    }
  } catch (error) {
    if (error instanceof FileRefused) return refuse(error.refusal)
    throw error
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const FONT = { name: 'Arial', size: 11 }
const LINE = { style: 'thin', color: { rgb: '8A99A5' } } as const
const HEAD: CellStyle = {
  font: { ...FONT, bold: true },
  border: { top: LINE, bottom: LINE, left: LINE, right: LINE },
  fill: { type: 'pattern', pattern: 'solid', fgColor: { rgb: 'E8EEF4' } },
  alignment: { wrapText: true, vertical: 'center', horizontal: 'center' },
}
const WIDE = 34
const READY = 500
const GUIDE = [
  'HƯỚNG DẪN LẬP PHƯƠNG ÁN SẮP XẾP ĐƠN VỊ',
  '',
  '1. “Phương án”: tên, văn bản làm căn cứ, ngày có hiệu lực (ngày/tháng/năm).',
  '2. “Việc”: mỗi dòng một việc. Thành lập, đổi tên, chuyển cấp trên, sáp nhập, chia, tách, giải thể.',
  '3. Ghi đơn vị bằng mã số, bằng tên, hoặc “tên, đơn vị cấp trên” nếu có nhiều đơn vị cùng tên. Nhiều đơn vị trong một ô: ngăn cách bằng dấu chấm phẩy.',
  '4. Đơn vị mới: ghi một dòng “Thành lập” với tên mới, loại và đơn vị cấp trên; các dòng khác gọi đơn vị đó bằng tên mới.',
  '5. Đơn vị tiếp nhận ghi đầu tiên nhận những gì không chia được: hộp thư, danh sách thư, đề nghị đang chờ.',
  '6. “Phân người”: chỉ cần cho đơn vị bị chia, tách hoặc có người về nơi khác. Theo phòng, theo chức vụ, từng người (địa chỉ thư), và phần còn lại.',
  '7. “Quản trị”: người quản trị của đơn vị mới, ghi địa chỉ thư. Quản trị đơn vị cũ tự động quản trị đơn vị tiếp nhận.',
  '8. Địa chỉ thư của đơn vị: để trống là theo quy định đặt địa chỉ; “Giữ nguyên” là giữ địa chỉ đang có; hoặc ghi phần trước @.',
]

/** A plan as a workbook, or an empty one to fill in; in Vietnamese in either language, like the lists that agencies send. */
export async function planWorkbook(
  rows: Readonly<Record<SheetName, readonly (readonly string[])[]>>,
): Promise<Uint8Array> {
  const list = (column: number, words: readonly string[]): DataValidation => ({
    ...{
      type: 'list',
      formula1: `"${words.join(',')}"`,
      allowBlank: true,
      showErrorMessage: true,
      errorStyle: 'warning',
    },
    range: `${columnName(column)}2:${columnName(column)}${READY + 1}`,
    ...{ errorTitle: 'Không có trong danh sách', errorMessage: 'Nên chọn trong danh sách. Vẫn giữ nội dung vừa gõ?' },
  })
  const table = (name: Exclude<SheetName, 'head'>, validations: DataValidation[]): WriteSheet => {
    const headings = Object.values(HEADINGS[name])
    return {
      name: SHEETS[name],
      columns: headings.map(() => ({ width: WIDE, style: { font: FONT, numFmt: '@' } })),
      rows: [headings, ...rows[name].map((row) => [...row])],
      cells: new Map(headings.map((_, column) => [`0,${column}`, { style: HEAD }])),
      freezePane: { rows: 1, columns: 0 },
      dataValidations: validations,
    }
  }
  // A list of choices takes commas for separators, so kinds are offered by their shortest word.
  const kinds = UNIT_KINDS.map((kind) => KIND_WORDS[kind].find((word) => !word.includes(',')) ?? '')
  const { writeXlsx } = await xlsx()
  return writeXlsx({
    defaultFont: FONT,
    sheets: [
      {
        name: SHEETS.head,
        columns: [{ width: 40 }, { width: 70, style: { font: FONT, numFmt: '@' } }],
        rows: rows.head.map((row) => [...row]),
      },
      table('steps', [
        list(
          0,
          STEP_KINDS.map((kind) => STEP_WORDS[kind][0]),
        ),
        list(4, kinds),
      ]),
      table('rules', [
        list(
          1,
          ASSIGNED_BY.map((by) => BY_WORDS[by][0]),
        ),
      ]),
      table('seats', []),
      { name: 'Hướng dẫn', columns: [{ width: 120 }], rows: GUIDE.map((line) => [line]) },
    ],
  })
}

/** A table of a report. */
export type ReportSheet = {
  readonly name: string
  readonly headings: readonly string[]
  readonly rows: readonly (readonly (string | number)[])[]
}

/** Tables as a workbook; values only. */
export const reportWorkbook = async (sheets: readonly ReportSheet[]): Promise<Uint8Array> =>
  (await xlsx()).writeXlsx({
    defaultFont: FONT,
    sheets: sheets.map(({ name, headings, rows }) => ({
      name,
      columns: headings.map((_, column) => ({ width: column < 3 ? 44 : 14 })),
      rows: [[...headings], ...rows.map((row) => [...row])],
      cells: new Map(headings.map((_, column) => [`0,${column}`, { style: HEAD }])),
      freezePane: { rows: 1, columns: 0 },
    })),
  })
