import { describe, expect, test } from '../../support/jest.ts'
import { DEFAULT_LIMITS, type RosterLimits } from '../../../src/imports/reading/limits.ts'
import { filledCell, textOf } from '../../../src/imports/reading/raw.ts'
import { FileRefused } from '../../../src/imports/reading/refusal.ts'
import { sheetRows } from '../../../src/imports/reading/sheet.ts'

const SHARED = ['Nguyễn Minh Hiếu', 'Sở Nội vụ', ' '].map((text) => filledCell(text))

async function* cut(xml: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(xml)
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size))
}

const sheet = (rows: string, after = '') =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<worksheet><dimension ref="A1:C9"/><sheetData>${rows}</sheetData>${after}</worksheet>`

/** The texts of the rows of a sheet that comes in pieces of so many bytes. */
async function read(xml: string, size = 1 << 16, limits: Partial<RosterLimits> = {}) {
  const context = { shared: SHARED, styles: [], date1904: false, limits: { ...DEFAULT_LIMITS, ...limits } }
  const rows: [number, string[]][] = []
  for await (const batch of sheetRows(cut(xml, size), 'sheet1.xml', context))
    for (const { number, cells } of batch) rows.push([number, Array.from(cells, textOf)])
  return rows
}

const PLAIN =
  '<row r="1" spans="1:3" ht="15.75" x14ac:dyDescent="0.25"><c r="A1" s="1" t="s"><v>0</v></c><c r="C1"><v>1988</v></c></row>' +
  '<row r="2"><c r="A2" t="s" s="1"><v>1</v></c><c r="B2" s="1"/><c r="C2" t="str"><v>đã ghi</v></c></row>' +
  '<row r="4"/><row r="7"><c r="B7" t="s"><v>2</v></c><c r="C7" t="b"><v>1</v></c></row>'
const READ: [number, string[]][] = [
  [1, ['Nguyễn Minh Hiếu', '', '1988']],
  [2, ['Sở Nội vụ', '', 'đã ghi']],
  [7, ['', '', 'TRUE']],
]

describe('rows that are written plainly', () => {
  test.each([1, 2, 3, 7, 50, 65_536])('are read whole from pieces of %i bytes', async (size) => {
    expect(await read(sheet(PLAIN, '<mergeCells><mergeCell ref="A1:B1"/></mergeCells>'), size)).toEqual(READ)
  })

  test.each([
    ['written otherwise', PLAIN.replaceAll('"', "'")],
    ['with line ends between', PLAIN.replaceAll('><row', '>\n<row')],
    [
      'with a comment between',
      PLAIN.replace('<row r="2"', '<!-- <row r="99"><c r="A99"><v>5</v></c></row> --><row r="2"'),
    ],
    ['with an instruction before', `<?x <row r="99"><c r="A99"><v>5</v></c></row> ?>${PLAIN}`],
    ['some with more in them', PLAIN.replace('<v>đã ghi</v>', '<f>A1&amp;""</f><v>đ&#xE3; ghi</v>')],
  ])('say the same %s', async (_, rows) => {
    for (const size of [5, 65_536]) expect(await read(sheet(rows), size)).toEqual(READ)
  })

  test('keep to the order and the limits that all rows keep to', async () => {
    await expect(read(sheet(PLAIN.replace('r="7"', 'r="2"')))).rejects.toBeInstanceOf(FileRefused)
    await expect(read(sheet(PLAIN), 9, { rows: 2 })).rejects.toBeInstanceOf(FileRefused)
    await expect(read(sheet(PLAIN), 9, { cells: 4 })).rejects.toBeInstanceOf(FileRefused)
    await expect(read(sheet(PLAIN), 9, { columns: 2 })).rejects.toBeInstanceOf(FileRefused)
  })

  test('of a sheet that breaks off are the file’s fault', async () => {
    await expect(read(sheet(PLAIN).slice(0, -60))).rejects.toBeInstanceOf(FileRefused)
  })
})
