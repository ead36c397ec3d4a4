import { afterAll, describe, expect, test } from '../../support/jest.ts'
import { makeRoster } from '../../../scripts/roster/write.ts'
import { blankWorkbook } from '../../../src/imports/blank-workbook.ts'
import { openRoster } from '../../../src/imports/file.ts'
import { outcomeWorkbook, safe, type OutcomeOptions } from '../../../src/imports/outcome-file.ts'
import { openWorkbook } from '../../../src/imports/reading/workbook.ts'
import { DEFAULT_LIMITS } from '../../../src/imports/reading/limits.ts'
import { textOf } from '../../../src/imports/reading/raw.ts'
import { folder, read, TODAY, workbook } from './made.ts'

const files = folder()
afterAll(() => files.remove())

/** Every cell of a workbook, as it is shown. */
async function everything(bytes: Uint8Array): Promise<Record<string, Record<number, string[]>>> {
  const raw = await openWorkbook(files.file('all.xlsx', bytes).path, DEFAULT_LIMITS)
  const all: Record<string, Record<number, string[]>> = {}
  for (const table of raw.tables)
    for await (const batch of table.rows())
      for (const row of batch) (all[table.name] ??= {})[row.number] = Array.from(row.cells, textOf)
  await raw.close()
  return all
}

async function outcome(source: { path: string; name: string }, more: Partial<OutcomeOptions> = {}) {
  const opened = await openRoster(source, { today: TODAY })
  if (!opened.ok) throw new Error(opened.refusal.kind)
  const mappings = Object.fromEntries(
    opened.value.tables.filter(({ chosen }) => chosen).map(({ sheet, mapping }) => [sheet, mapping]),
  )
  await opened.value.close()
  const pieces = outcomeWorkbook(source, {
    mappings,
    headings: { result: 'Kết quả', reason: 'Lý do' },
    outcomes: (_, numbers) =>
      Promise.resolve(new Map(numbers.map((n) => [n, { result: 'Tạo mới', reason: n % 2 === 0 ? '' : `=1+${n}` }]))),
    ...more,
  })
  const all: Uint8Array[] = []
  for await (const piece of pieces) all.push(piece)
  return everything(Buffer.concat(all))
}

describe('the file as it came, with outcomes', () => {
  test('every row at its place, two columns on the right, nothing that is a formula', async () => {
    const bytes = await workbook({
      A: [
        ['DANH SÁCH'],
        [],
        ['Họ và tên', 'Số CCCD', 'Ngày sinh'],
        ['=cmd|x', 22188001234, new Date(Date.UTC(1988, 2, 27))],
        [],
        ['Đỗ An', '022188001235', 1990],
      ],
    })
    expect(await outcome(files.file('a.xlsx', bytes))).toEqual({
      A: {
        1: ['DANH SÁCH'],
        3: ['Họ và tên', 'Số CCCD', 'Ngày sinh', 'Kết quả', 'Lý do'],
        4: ["'=cmd|x", '22188001234', '27/03/1988', 'Tạo mới'],
        6: ['Đỗ An', '022188001235', '1990', 'Tạo mới'],
      },
    })
  })

  test('of several sheets, and of a text file', async () => {
    const rows = [
      ['Họ và tên', 'Ngày sinh'],
      ['Đỗ An', 1990],
      ['Lê Ba', 1991],
    ]
    const both = await outcome(
      files.file('a.xlsx', await workbook({ 'Sở A': rows, 'Sở B': rows, Khác: [['Ghi nhớ']] })),
    )
    expect(Object.keys(both)).toEqual(['Sở A', 'Sở B', 'Khác'])
    expect(both['Sở B']?.[3]).toEqual(['Lê Ba', '1991', 'Tạo mới', "'=1+3"])
    expect(both['Khác']).toEqual({ 1: ['Ghi nhớ'] })
    const text = await outcome(files.file('a.csv', 'Họ và tên;Ngày sinh\nĐỗ An;1990\n'))
    expect(text['Danh sách']?.[2]).toEqual(['Đỗ An', '1990', 'Tạo mới'])
  })

  test('can be read again, as the same people', async () => {
    const made = await makeRoster({ size: 200, seed: 3 })
    const source = files.file('a.xlsx', made.bytes)
    const again = await outcome(source)
    const rows = Object.entries(again['Danh sách'] ?? {}).filter(([n]) => Number(n) > 4)
    expect(rows.map(([, [, name, , , number]]) => [name, number])).toEqual(
      made.entries.map(({ name, number }) => [name, number]),
    )
  })

  test.each([
    ['=1', "'=1"],
    ['@x', "'@x"],
    ['-x', "'-x"],
    ['+84 912 345 678', '+84 912 345 678'],
    ['-5', '-5'],
    ['Đỗ An', 'Đỗ An'],
  ])('%s is written as %s', (text, written) => {
    expect(safe(text)).toBe(written)
  })
})

describe('the blank workbook', () => {
  const units = [
    { name: 'Sở Nội vụ', departments: ['Văn phòng Sở Nội vụ', 'Phòng Tổ chức biên chế'] },
    { name: 'Sở Y tế', departments: ['Phòng Nghiệp vụ y'] },
  ]

  test('is read without mapping, and has nobody on it', async () => {
    const done = await read(files.file('a.xlsx', await blankWorkbook(units)))
    if (!done.ok) throw new Error(JSON.stringify(done.refusal))
    expect(done.rows).toEqual([])
    const list = done.roster.tables.find(({ sheet }) => sheet === 'Danh sách')
    expect(list).toMatchObject({ chosen: true, need: null, mapping: { headerRow: 3, dataFrom: 4 } })
    expect(list?.columns.map(({ field, sure }) => [field, sure])).toEqual(
      [
        ...[null, 'fullName', 'birthDate', 'sex', 'number', 'position', 'parentUnit', 'unit'],
        ...['phone', 'contactEmail', 'officialAddress', 'employment', 'note'],
      ].map((field) => [field, true]),
    )
    expect(done.roster.tables.filter(({ chosen }) => chosen)).toHaveLength(1)
  })

  test('without units too', async () => {
    expect(await read(files.file('a.xlsx', await blankWorkbook([])))).toMatchObject({ ok: true, rows: [] })
  })
})
