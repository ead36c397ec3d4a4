import { afterAll, describe, expect, test } from '../../support/jest.ts'
import type { RosterRow } from '../../../src/imports/reading/fields.ts'
import { distance, headingOf } from '../../../src/imports/reading/headings.ts'
import { archive, inline, parts, row, sheet } from './archives.ts'
import { folder, marks, read, values, workbook, type Read } from './made.ts'

const files = folder()
afterAll(() => files.remove())

type Rows = (string | number | null)[][]
const merges = (...ranges: [top: number, left: number, bottom: number, right: number][]) => ({
  merges: ranges.map(([startRow, startCol, endRow, endCol]) => ({ startRow, startCol, endRow, endCol })),
})
async function roster(rows: Rows, more = {}, options = {}): Promise<Read & { ok: true }> {
  const done = await read(files.file('a.xlsx', await workbook({ 'Trang tính1': rows }, more)), options)
  if (!done.ok) throw new Error(JSON.stringify(done.refusal))
  return done
}
const refused = async (rows: Rows, options = {}) => {
  const done = await read(files.file('a.xlsx', await workbook({ 'Trang tính1': rows })), options)
  return done.ok ? done.rows.length : done.refusal
}

describe('a heading', () => {
  test.each([
    ['Họ và tên', 'fullName'],
    ['HỌ VÀ TÊN', 'fullName'],
    ['Họ  và\ntên (*)', 'fullName'],
    ['Tên người dùng', 'fullName'],
    ['Ho va ten', 'fullName'],
    ['Hä vµ tªn', null],
    ['Ngày, tháng, năm sinh', 'birthDate'],
    ['Ngày sinh (dd/mm/yyyy)', 'birthDate'],
    ['Giới tính (Nam/Nữ)', 'sex'],
    ['Số CCCD/CMND', 'number'],
    ['Chức vụ, chức danh', 'position'],
    ['Phòng/ban', 'unit'],
    ['Đơn vị công tác', 'unit'],
    ['Di động', 'phone'],
    ['Số điện thoại sử dụng Zalo', 'phone'],
    ['mail công vụ', 'officialAddress'],
    ['Gmail', 'contactEmail'],
    ['Ghi chú', 'note'],
    ['Họ và tênn', 'fullName'],
    ['Đơn vị công tắc', 'unit'],
    ['Số điện thọai', 'phone'],
    ['Địa chỉ thư công vu', 'officialAddress'],
    ['STT', null],
    ['Nơi sinh', null],
    ['Quê quán', null],
    ['Chức vụ Đảng', null],
    ['Điện thoại cơ quan', null],
    ['Ngày vào Đảng', null],
    ['Ngày cấp', null],
    ['Họ tên vợ', null],
    ['Đơn vị công tác cũ', null],
    ['DANH SÁCH CÁN BỘ', null],
    ['Nguyễn Văn An', null],
    ['', null],
  ])('%j names %s', (text, field) => {
    expect(headingOf(text).field).toBe(field)
  })

  test('the distance of two words', () => {
    expect(distance('ngay sinh', 'ngay sinh', 2)).toBe(0)
    expect(distance('ngay sihn', 'ngay sinh', 2)).toBe(1)
    expect(distance('ngay sin', 'ngay sinh', 2)).toBe(1)
    expect(distance('noi sinh', 'ngay sinh', 2)).toBe(Infinity)
  })
})

describe('headings are found', () => {
  const NAMED = ['STT', 'Họ và tên', 'Ngày sinh']
  test.each([1, 4, 14])('below %i title lines', async (n) => {
    const titles = Array.from({ length: n }, (_, at) => [`Dòng ${at}`])
    const { rows, roster: opened } = await roster([...titles, NAMED, [1, 'Đỗ An', 1988]])
    expect(opened.tables[0]?.mapping).toMatchObject({ headerRow: n + 1, dataFrom: n + 2 })
    expect(rows.map(({ number }) => number)).toEqual([n + 2])
  })

  test('not below the fifteenth row: then they are asked for', async () => {
    const late = [...Array.from({ length: 15 }, () => ['x']), NAMED, [1, 'Đỗ An', 1988]]
    expect(await refused(late)).toEqual({ kind: 'needs-mapping', sheet: 'Trang tính1', why: 'no-header' })
    expect(await refused(late, { headerRows: { 'Trang tính1': 16 } })).toBe(1)
  })

  test('with a row of column numbers below', async () => {
    const { rows } = await roster([NAMED, ['(1)', '(2)', '(3)'], [1, 'Đỗ An', 1988]])
    expect(rows.map(({ number }) => number)).toEqual([3])
  })

  test('in two rows, merged: the sex is told by the column of the birth date', async () => {
    const { rows, roster: opened } = await roster(
      [
        ['STT', 'Họ và tên', 'Ngày sinh', null, 'Liên hệ', null],
        [null, null, 'Nam', 'Nữ', 'Di động', 'Email'],
        [1, 'Đỗ An', '27/03/1988', null, '0912345678', 'an@gmail.com'],
        [2, 'Lê Bé', null, '01/02/1990', null, null],
      ],
      merges([0, 0, 1, 0], [0, 1, 1, 1], [0, 2, 0, 3], [0, 4, 0, 5]),
    )
    expect(opened.tables[0]?.columns.map(({ heading, field }) => [heading, field])).toEqual([
      ['STT', null],
      ['Họ và tên', 'fullName'],
      ['Ngày sinh Nam', 'birthDateMale'],
      ['Ngày sinh Nữ', 'birthDateFemale'],
      ['Liên hệ Di động', 'phone'],
      ['Liên hệ Email', 'contactEmail'],
    ])
    expect(rows.map((each) => [values(each)['sex'], values(each)['birthDate']])).toEqual([
      ['male', { precision: 'day', text: '1988-03-27' }],
      ['female', { precision: 'day', text: '1990-02-01' }],
    ])
  })

  test('in two rows of a text file, where nothing is merged', async () => {
    const text =
      'STT,Họ và tên,Ngày sinh,,,Giới tính,\n,,Ngày,Tháng,Năm,Nam,Nữ\n1,Đỗ An,27,3,1988,x,\n2,Lê Bé,,,1990,,x\n'
    const done = await read(files.file('a.csv', text))
    expect(done.ok && done.rows.map((each) => [values(each)['birthDate'], values(each)['sex']])).toEqual([
      [{ precision: 'day', text: '1988-03-27' }, 'male'],
      [{ precision: 'year', text: '1990' }, 'female'],
    ])
  })

  test('a name in two columns, under two headings or under one', async () => {
    const both = await roster([
      ['Họ và tên đệm', 'Tên', 'Ngày sinh'],
      ['Đặng Thị', 'Hường', 1988],
    ])
    expect(values(both.rows[0])).toMatchObject({ fullName: 'Đặng Thị Hường', givenName: 'Hường' })
    const one = await roster(
      [
        ['Họ và tên', null, 'Ngày sinh'],
        ['Đặng Thị', 'Hường', 1988],
      ],
      merges([0, 0, 0, 1]),
    )
    expect(values(one.rows[0])).toMatchObject({ fullName: 'Đặng Thị Hường', givenName: 'Hường' })
  })

  test('`Tên` alone is the whole name; beside the whole name it is not read', async () => {
    const { rows } = await roster([
      ['Tên', 'Ngày sinh'],
      ['Đỗ An', 1988],
    ])
    expect(values(rows[0])['fullName']).toBe('Đỗ An')
    const { roster: opened } = await roster([
      ['Họ và tên', 'Tên', 'Ngày sinh'],
      ['Đỗ An', 'An', 1988],
    ])
    expect(opened.tables[0]?.columns[1]).toMatchObject({ field: null, rival: 'given' })
  })

  test('of two near headings the first is read, and the other told', async () => {
    const { roster: opened } = await roster([
      ['Họ và tên', 'Di động', 'Số điện thoại Zalo'],
      ['Đỗ An', '0912345678', '0987654321'],
    ])
    expect(opened.tables[0]?.columns.map(({ field, rival }) => [field, rival])).toEqual([
      ['fullName', null],
      ['phone', null],
      [null, 'phone'],
    ])
  })

  test('in TCVN3 and VNI', async () => {
    for (const headings of [
      ['Hä vµ tªn', 'Ngµy sinh'],
      ['Hoï vaø teân', 'Ngaøy sinh'],
    ])
      expect((await roster([headings, ['An', 1988]])).roster.tables[0]?.columns.map(({ field }) => field)).toEqual([
        'fullName',
        'birthDate',
      ])
  })

  test('a misspelled name among known headings', async () => {
    const { rows } = await roster([
      ['Họ và tênn', 'Ngày sinh', 'Giới tính'],
      ['Đỗ An', 1988, 'Nam'],
    ])
    expect(values(rows[0])['fullName']).toBe('Đỗ An')
  })
})

describe('without headings', () => {
  const PEOPLE: Rows = [
    [
      1,
      'Nguyễn Văn An',
      '27/03/1988',
      'Nam',
      '022088001234',
      'Chuyên viên',
      'Phòng Nội vụ',
      '0912345678',
      'an@gmail.com',
      'an@quangninh.gov.vn',
    ],
    [
      2,
      'Trần Thị Bé',
      '01/02/1990',
      'Nữ',
      '022190001234',
      'Văn thư',
      'Phòng Nội vụ',
      '0912345679',
      'be@gmail.com',
      'be@quangninh.gov.vn',
    ],
  ]
  test('columns are proposed by what stands in them, and never used unseen', async () => {
    const done = await read(files.file('a.xlsx', await workbook({ A: PEOPLE })))
    expect(done).toEqual({ ok: false, refusal: { kind: 'needs-mapping', sheet: 'A', why: 'no-header' } })
    const { openRoster } = await import('../../../src/imports/file.ts')
    const { TODAY } = await import('./made.ts')
    const opened = await openRoster(files.file('a.xlsx', await workbook({ A: PEOPLE })), { today: TODAY })
    if (!opened.ok) throw new Error(opened.refusal.kind)
    const [table] = opened.value.tables
    await opened.value.close()
    expect(table?.columns.map(({ field, proposed }) => [field, proposed])).toEqual(
      [
        null,
        'fullName',
        'birthDate',
        'sex',
        'number',
        'position',
        'unit',
        'phone',
        'contactEmail',
        'officialAddress',
      ].map((field) => [null, field]),
    )
    const mapping = table?.mapping
    if (mapping === undefined) throw new Error('No mapping')
    const columns = mapping.columns.map((column) => ({
      ...column,
      field: table?.columns[column.index]?.proposed ?? null,
    }))
    const mapped = await roster(PEOPLE, {}, { mappings: { 'Trang tính1': { ...mapping, columns } } })
    expect(mapped.rows.map((each) => values(each)['fullName'])).toEqual(['Nguyễn Văn An', 'Trần Thị Bé'])
    expect(mapped.roster.tables[0]?.mappedBy).toBe('hand')
  })

  test('headings without a name: the column is asked for', async () => {
    expect(
      await refused([
        ['STT', 'Ngày sinh', 'Giới tính', 'Gì đó'],
        [1, 1988, 'Nam', 'Nguyễn Văn An'],
      ]),
    ).toEqual({
      ...{ kind: 'needs-mapping', sheet: 'Trang tính1', why: 'no-name' },
    })
  })

  test('a mapping without a name, or with a field twice, cannot be used', async () => {
    const column = (index: number, field: 'fullName' | 'phone') => ({
      index,
      field,
      encoding: 'unicode' as const,
      casing: 'as-is' as const,
    })
    const using = (...columns: ReturnType<typeof column>[]) =>
      refused(PEOPLE, { mappings: { 'Trang tính1': { headerRow: null, dataFrom: 1, columns } } })
    expect(await using(column(7, 'phone'))).toMatchObject({ why: 'no-name' })
    expect(await using(column(1, 'fullName'), column(7, 'phone'), column(8, 'phone'))).toMatchObject({
      why: 'double-columns',
    })
    expect(await using(column(1, 'fullName'))).toBe(2)
  })
})

describe('a sender’s mapping', () => {
  test('is remembered by the headings, wherever they stand and however they are accented', async () => {
    const file = (titles: number, headings: string[]) => [
      ...Array.from({ length: titles }, () => ['Danh sách']),
      headings,
      ['Đỗ An', '0912345678', 'x'],
    ]
    const first = await roster(file(1, ['Họ và tên', 'Liên lạc', 'Khác']))
    const known = first.roster.tables[0]
    if (known === undefined) throw new Error('No table')
    const mapping = {
      ...known.mapping,
      columns: known.mapping.columns.map((each) => (each.index === 1 ? { ...each, field: 'phone' as const } : each)),
    }
    const again = await roster(
      file(3, ['HO VA TEN', 'Liên Lạc', 'khác']),
      {},
      {
        remembered: (print: string) => (print === known.fingerprint ? mapping : undefined),
      },
    )
    expect(again.roster.tables[0]).toMatchObject({ mappedBy: 'memory', mapping: { headerRow: 4 } })
    expect(values(again.rows[0])).toEqual({ fullName: 'Đỗ An', phone: '0912345678' })
  })
})

describe('what stands around people', () => {
  const HEAD = ['STT', 'Họ và tên', 'Chức vụ']
  test('rows that only name a unit speak for those below', async () => {
    const { rows, roster: opened } = await roster(
      [
        HEAD,
        ['I', 'Văn phòng', null],
        [1, 'Đỗ An', 'Văn thư'],
        ['II. Phòng Nội vụ:'],
        [1, 'Lê Ba', 'Chuyên viên'],
        ['Khối Đảng, đoàn thể', null, null],
        [1, 'Vũ Tư', 'Bí thư'],
      ],
      merges([5, 0, 5, 2]),
    )
    expect(rows.map((each) => values(each)['unit'])).toEqual(['Văn phòng', 'Phòng Nội vụ', 'Khối Đảng, đoàn thể'])
    expect(marks(rows[0], 'unit')).toEqual(['from'])
    expect(opened.asides.map(({ number, kind }) => [number, kind])).toEqual([
      [2, 'group'],
      [4, 'group'],
      [6, 'group'],
    ])
  })

  test('groups in groups: numbered, or one directly below the other', async () => {
    const numbered = await roster([
      HEAD,
      ['A', 'Sở Y tế', null],
      ['1', 'Phòng Nghiệp vụ y', null],
      [1, 'Đỗ An', 'Bác sĩ'],
      ['2', 'Phòng Nghiệp vụ dược', null],
      [1, 'Lê Ba', 'Dược sĩ'],
      ['B', 'Sở Nội vụ', null],
      [1, 'Vũ Tư', 'Văn thư'],
    ])
    const units = (done: { rows: RosterRow[] }) =>
      done.rows.map((each) => [values(each)['unit'], values(each)['parentUnit']])
    expect(units(numbered)).toEqual([
      ['Phòng Nghiệp vụ y', 'Sở Y tế'],
      ['Phòng Nghiệp vụ dược', 'Sở Y tế'],
      ['Sở Nội vụ', undefined],
    ])
    const plain = await roster([
      HEAD,
      ['Sở Y tế'],
      ['Phòng Nghiệp vụ y'],
      [1, 'Đỗ An', 'Bác sĩ'],
      ['Phòng Nghiệp vụ dược'],
      [1, 'Lê Ba', 'Dược sĩ'],
      ['Sở Nội vụ'],
      ['Văn phòng'],
      [1, 'Vũ Tư', 'Văn thư'],
    ])
    expect(units(plain)).toEqual([
      ['Phòng Nghiệp vụ y', 'Sở Y tế'],
      ['Phòng Nghiệp vụ dược', 'Sở Y tế'],
      ['Văn phòng', 'Sở Nội vụ'],
    ])
  })

  test.each(['Trương Văn An', 'Tô Thị Bé', 'Đoàn Văn Cường', 'TRUONG VAN AN', 'Viên Thị Dung', 'Lê Thị Hà'])(
    '%s alone in a row is a person, no unit',
    async (name) => {
      const { rows } = await roster([HEAD, [1, name, null]])
      expect(values(rows[0])['fullName']).toBe(name)
    },
  )

  test('who is told an agency and no department is of the agency', async () => {
    const { rows } = await roster([
      ['Họ và tên', 'Đơn vị', 'Phòng ban'],
      ['Đỗ An', 'Sở Y tế', null],
    ])
    expect(values(rows[0])).toMatchObject({ unit: null, parentUnit: 'Sở Y tế' })
  })

  test('one sheet a unit: all are read, and the sheet’s name is the unit’s', async () => {
    const sheets = {
      'Sở Y tế': [HEAD, [1, 'Đỗ An', 'Bác sĩ']],
      'Phòng Nội vụ': [HEAD, [1, 'Lê Ba', 'Văn thư']],
      'Ghi nhớ': [['x']],
    }
    const done = await read(files.file('a.xlsx', await workbook(sheets)))
    expect(done.ok && done.rows.map((each) => [each.sheet, values(each)['unit']])).toEqual([
      ['Sở Y tế', 'Sở Y tế'],
      ['Phòng Nội vụ', 'Phòng Nội vụ'],
    ])
    const only = await read(files.file('a.xlsx', await workbook(sheets)), { sheets: ['Sở Y tế'] })
    expect(only.ok && only.rows).toHaveLength(1)
  })

  test('a unit in cells merged over its people; empty cells that are not merged stay empty', async () => {
    const { rows } = await roster(
      [
        ['Họ và tên', 'Đơn vị'],
        ['Đỗ An', 'Sở Y tế'],
        ['Lê Ba', null],
        ['Vũ Tư', null],
        ['Bùi Năm', 'Sở Nội vụ'],
      ],
      merges([1, 1, 2, 1]),
    )
    expect(rows.map((each) => values(each)['unit'])).toEqual(['Sở Y tế', 'Sở Y tế', null, 'Sở Nội vụ'])
    expect(marks(rows[1], 'unit')).toEqual(['from'])
  })

  test('a column of departments beside one of agencies', async () => {
    const { rows } = await roster([
      ['Họ và tên', 'Đơn vị', 'Phòng ban'],
      ['Đỗ An', 'Sở Y tế', 'Phòng Nghiệp vụ y'],
    ])
    expect(values(rows[0])).toMatchObject({ unit: 'Phòng Nghiệp vụ y', parentUnit: 'Sở Y tế' })
  })

  test('totals, signatures and headings on every page are nobody, and nothing is dropped unseen', async () => {
    const { rows, roster: opened } = await roster([
      HEAD,
      [1, 'Đỗ An', 'Văn thư'],
      HEAD,
      [2, 'Lê Ba', 'Chuyên viên'],
      ['Tổng cộng: 2 người'],
      [null, null, 'Hạ Long, ngày 1 tháng 8 năm 2026'],
      ['Người lập biểu', null, 'Giám đốc'],
    ])
    expect(rows.map(({ number }) => number)).toEqual([2, 4])
    expect(opened.asides.map(({ number, kind }) => [number, kind])).toEqual([
      [3, 'headings-again'],
      [5, 'no-person'],
      [6, 'no-person'],
      [7, 'no-person'],
    ])
    expect(opened.asides[1]?.text).toBe('Tổng cộng: 2 người')
  })

  test('hidden sheets are not read unless they are asked for', async () => {
    const hidden = parts(
      sheet(row(inline('Họ và tên'), inline('Ngày sinh')) + row(inline('Đỗ An'), inline('1988'))),
    ).map((part) =>
      part.name === 'xl/workbook.xml'
        ? { ...part, content: String(part.content).replace('<sheet ', '<sheet state="hidden" ') }
        : part,
    )
    const done = await read(files.file('a.xlsx', archive(hidden)))
    expect(done.ok && done.roster.tables[0]).toMatchObject({ hidden: true, chosen: true })
  })
})
