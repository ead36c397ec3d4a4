import { afterAll, describe, expect, test } from '../../support/jest.ts'
import { folder, read, values, workbook } from './made.ts'

const files = folder()
afterAll(() => files.remove())

const HEADINGS = [
  ...['STT', 'Họ và tên', 'Ngày sinh', 'Giới tính', 'Số CCCD', 'Chức vụ', 'Đơn vị công tác'],
  ...['Số điện thoại sử dụng Zalo', 'Gmail', 'Địa chỉ thư công vụ', 'Ghi chú', 'Quê quán'],
]
const PERSON = {
  fullName: 'Đặng Thị Hường',
  birthDate: { precision: 'day', text: '1988-03-27' },
  sex: 'female',
  number: '022188001234',
  position: 'Chuyên viên',
  unit: 'Sở Nội vụ',
  phone: '0912345678',
  contactEmail: 'huong88@gmail.com',
  officialAddress: 'dangthihuong@quangninh.gov.vn',
  note: null,
}

describe('a roster as it should be', () => {
  test('from a workbook: title above, dates and numbers as a spreadsheet has them', async () => {
    const row = [1, 'Đặng Thị Hường', new Date(Date.UTC(1988, 2, 27)), 'Nữ', '022188001234', 'Chuyên viên', 'Sở Nội vụ']
    const bytes = await workbook({
      'Danh sách': [
        ['DANH SÁCH CÁN BỘ, CÔNG CHỨC'],
        [],
        HEADINGS,
        [...row, 912345678, 'Huong88@Gmail.com', 'dangthihuong@quangninh.gov.vn', null, 'Hải Dương'],
      ],
    })
    const done = await read(files.file('a.xlsx', bytes))
    if (!done.ok) throw new Error(done.refusal.kind)
    expect(done.rows.map(({ number }) => number)).toEqual([4])
    expect(values(done.rows[0])).toEqual(PERSON)
    expect(done.rows[0]?.text[11]).toBe('Hải Dương')
    expect(done.roster.tables[0]).toMatchObject({ sheet: 'Danh sách', chosen: true, need: null, mappedBy: 'headings' })
    expect(done.roster.tables[0]?.mapping).toMatchObject({ headerRow: 3, dataFrom: 4 })
  })

  test.each([';', ',', '\t'])('from a text file parted by %j', async (delimiter) => {
    const line = ['1', 'Đặng Thị Hường', '27/03/1988', 'nữ', '022188001234', 'Chuyên viên', 'Sở Nội vụ', '0912 345 678']
    const text = [HEADINGS, [...line, 'huong88@gmail.com', 'dangthihuong@quangninh.gov.vn', '', 'Hải Dương']]
      .map((cells) => cells.join(delimiter))
      .join('\r\n')
    const done = await read(files.file('a.csv', `\ufeff${text}\r\n`))
    if (!done.ok) throw new Error(done.refusal.kind)
    expect(done.rows.map(({ number }) => number)).toEqual([2])
    expect(values(done.rows[0])).toEqual(PERSON)
    expect(done.roster.text).toEqual({ charset: 'utf-8', delimiter })
  })
})
