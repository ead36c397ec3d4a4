import { describe, expect, test } from '../../support/jest.ts'
import fc from 'fast-check'
import { readDate, readDateText } from '../../../src/imports/reading/dates.ts'
import { datesWereSwapped } from '../../../src/imports/reading/guesses.ts'
import { readNumber, readPhone } from '../../../src/imports/reading/numbers.ts'
import { textCell, type RawCell } from '../../../src/imports/reading/raw.ts'
import { dayOfSerial, serialOfDay } from '../../../src/imports/reading/serial.ts'
import { columnName, columnOf } from '../../../src/imports/reading/sheet.ts'
import { isDateFormat } from '../../../src/imports/reading/styles.ts'
import { isSyllable } from '../../../src/imports/reading/syllable.ts'
import { readEmail, readEmployment, readSex } from '../../../src/imports/reading/values.ts'
import { TODAY } from './made.ts'

const numberCell = (number: number): RawCell => ({ kind: 'number', text: String(number), number, font: '' })
const codes = ({ marks }: { marks: readonly { code: string }[] }) => marks.map(({ code }) => code)

describe('a birth date', () => {
  test.each<[string, string | null, string[]]>([
    ['27/03/1988', '1988-03-27', []],
    ['27-3-1988', '1988-03-27', []],
    ['27.03.1988', '1988-03-27', []],
    ["'27/3/1988", '1988-03-27', []],
    [' 27 / 3 / 1988 ', '1988-03-27', []],
    ['27/03/1988 00:00:00', '1988-03-27', []],
    ['1988-03-27', '1988-03-27', []],
    ['1988-03-27T00:00:00Z', '1988-03-27', []],
    ['27031988', '1988-03-27', []],
    ['ngày 27 tháng 3 năm 1988', '1988-03-27', []],
    ['27/3/88', '1988-03-27', ['century']],
    ['1-2-05', '2005-02-01', ['century']],
    ['27/3/12', '1912-03-27', ['century', 'not-a-birth-date']],
    ['03/1988', '1988-03', ['precision']],
    ['00/03/1988', '1988-03', ['precision']],
    ['1988', '1988', ['precision']],
    ['00/00/1988', '1988', ['precision']],
    ['32229', '1988-03-27', ['serial']],
    ['3/27/1988', '1988-03-27', ['month-first']],
    ['31/02/1988', null, ['no-such-day']],
    ['29/02/1990', null, ['no-such-day']],
    ['45/13/1988', null, ['no-such-day']],
    ['13/1988', null, ['no-such-day']],
    ['27/03/2020', '2020-03-27', ['not-a-birth-date']],
    ['27/03/1888', '1888-03-27', ['not-a-birth-date']],
    ['không rõ', null, ['no-date']],
    ['1/2', null, ['no-date']],
    ['12', null, ['no-date']],
  ])('%j is %s %j', (text, value, marks) => {
    const date = readDateText(text.trim(), TODAY)
    expect([date.value?.text ?? null, codes(date)]).toEqual([value, marks])
  })

  test.each<[number, string | null, string[]]>([
    [32229, '1988-03-27', ['serial']],
    [1988, '1988', ['precision']],
    [123, null, ['no-date']],
    [1e15, null, ['no-date']],
    [1.5, null, ['no-date']],
  ])('the number %d is %s %j', (number, value, marks) => {
    const date = readDate(numberCell(number), String(number), TODAY)
    expect([date.value?.text ?? null, codes(date)]).toEqual([value, marks])
  })

  test('every day of a lifetime survives the spreadsheet’s count, text and back', () => {
    const day = fc
      .integer({ min: 0, max: 40_000 })
      .map((n) => new Date(Date.UTC(1930, 0, 1) + n * 86_400_000).toISOString().slice(0, 10))
    fc.assert(
      fc.property(day, (text) => {
        expect(dayOfSerial(serialOfDay(text))).toBe(text)
        const [year, month, of] = text.split('-')
        expect(readDateText(`${of}/${month}/${year}`, TODAY).value?.text).toBe(text)
      }),
    )
  })

  test.each([
    [1, '1900-01-01'],
    [59, '1900-02-28'],
    [60, null],
    [61, '1900-03-01'],
    [32229, '1988-03-27'],
    [32229.75, '1988-03-27'],
    [0, null],
    [-5, null],
    [Number.NaN, null],
    [3_000_000, null],
  ])('serial %d is %s', (serial, day) => {
    expect(dayOfSerial(serial)).toBe(day)
  })

  test.each([
    ['dd/mm/yyyy', true],
    ['[$-42A]dd/mm/yyyy;@', true],
    ['m/d/yy', true],
    ['yyyy', true],
    ['"ngày" dd', true],
    ['0', false],
    ['#,##0.00', false],
    ['[Red]0', false],
    ['"day" 0', false],
    ['General', false],
    ['@', false],
  ])('the format %s shows a date: %s', (format, is) => {
    expect(isDateFormat(format)).toBe(is)
  })

  test('dates that the spreadsheet took month first: what could be one became one, what could not stayed text', () => {
    const date = (text: string): RawCell => ({ kind: 'date', text, number: 1, font: '' })
    const rows = (...cells: RawCell[]) => cells.map((cell, n) => ({ number: n + 1, cells: [cell] }))
    const dates = [date('03/05/1988'), date('12/01/1990'), date('07/11/1985')]
    expect(datesWereSwapped(rows(...dates, textCell('27/03/1988')), 0)).toBe(true)
    expect(datesWereSwapped(rows(...dates), 0)).toBe(false)
    expect(datesWereSwapped(rows(...dates, date('27/03/1988')), 0)).toBe(false)
    expect(datesWereSwapped(rows(...dates, textCell('27/03/1988'), textCell('05/03/1988')), 0)).toBe(false)
  })
})

describe('an identification number', () => {
  const woman1988 = { birthYear: 1988, sex: 'female' } as const
  test.each<[string, string | null, string[]]>([
    ['022188001234', '022188001234', []],
    ['022 188 001 234', '022188001234', []],
    ["'022188001234", '022188001234', []],
    ['022.188.001.234', '022188001234', []],
    ['22188001234', '022188001234', ['zero-restored']],
    ['22088001234', null, ['zero-lost']],
    ['022088001234', '022088001234', ['number-disagrees']],
    ['022090001234', '022090001234', ['number-disagrees', 'number-disagrees']],
    ['101234567', null, ['old-card']],
    ['2.2188E+10', null, ['rounded']],
    ['1,23E+11', null, ['rounded']],
    ['0221880012345', null, ['digit-count']],
    ['02218800123O', null, ['digit-count']],
    ['chưa có', null, ['digit-count']],
  ])('%s is %s %j', (text, value, marks) => {
    const read = readNumber(textCell(text), text, woman1988)
    expect([read.value, codes(read)]).toEqual([value, marks])
  })

  test('as a number: a lost zero is put back only when birth year and sex confirm it', () => {
    const cell = numberCell(22188001234)
    expect(readNumber(cell, cell.text, woman1988).value).toBe('022188001234')
    expect(readNumber(cell, cell.text, { birthYear: null, sex: 'female' })).toEqual({
      value: null,
      marks: [{ code: 'zero-lost', would: '022188001234' }],
    })
    expect(readNumber(cell, cell.text, { birthYear: 1988, sex: 'male' }).value).toBeNull()
  })

  test('never throws, and is twelve digits or nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.double(), (text, number) => {
        for (const cell of [textCell(text), numberCell(number)]) {
          const { value } = readNumber(cell, cell.text, woman1988)
          expect(value === null || /^\d{12}$/.test(value)).toBe(true)
        }
      }),
    )
  })
})

describe('other cells', () => {
  test.each<[string, string | null, string[]]>([
    ['0912345678', '0912345678', []],
    ['0912 345 678', '0912345678', []],
    ['0912.345.678', '0912345678', []],
    ['(0203) 3835 678', '02033835678', []],
    ['912345678', '0912345678', ['zero-restored']],
    ['+84 912 345 678', '0912345678', []],
    ['84912345678', '0912345678', []],
    ['0912345678.0', '0912345678', []],
    ['0912345678; 0987654321', '0912345678', ['several']],
    ['0912345678 - 0987654321', '0912345678', ['several']],
    ['+1 202 555 0100', '+12025550100', []],
    ['12345', '12345', ['phone-form']],
    ['không có', null, ['phone-form']],
  ])('the telephone number %s is %s %j', (text, value, marks) => {
    const read = readPhone(text)
    expect([read.value, codes(read)]).toEqual([value, marks])
  })

  test.each([
    ['An@Gmail.com', 'an@gmail.com', []],
    ['mailto:an@gmail.com', 'an@gmail.com', []],
    ['An <an@gmail.com>', 'an@gmail.com', []],
    ['an@gmail.com; be@gmail.com', 'an@gmail.com', ['several']],
    ['an@gmail', null, ['email-form']],
    ['đỗan@gmail.com', null, ['email-form']],
    ['an', null, ['email-form']],
  ])('the e-mail address %s is %s %j', (text, value, marks) => {
    const read = readEmail(text)
    expect([read.value, codes(read)]).toEqual([value, marks])
  })

  test.each([
    ['Nam', 'male'],
    ['NỮ', 'female'],
    ['nu', 'female'],
    ['F', 'female'],
    ['Ông', 'male'],
    ['?', null],
  ])('the sex %s is %s', (text, sex) => {
    expect(readSex(text).value).toBe(sex)
  })

  test.each([
    ['Công chức', 'civil-servant'],
    ['VC', 'civil-servant'],
    ['Hợp đồng 68', 'contract'],
    ['HĐLĐ', 'contract'],
    ['Khác', 'other'],
    ['?', null],
  ])('%s is employment %s', (text, employment) => {
    expect(readEmployment(text).value).toBe(employment)
  })

  test('columns have letters', () => {
    for (const column of [0, 25, 26, 701, 702, 16383]) expect(columnOf(`${columnName(column)}7`)).toBe(column)
    expect(columnName(701)).toBe('ZZ')
    expect(columnOf('7')).toBe(-1)
  })

  test.each([
    ['Nguyễn', true],
    ['Hoà', true],
    ['Hòa', true],
    ['Thuý', true],
    ['Thúy', true],
    ['Quỳnh', true],
    ['Gì', true],
    ['Giang', true],
    ['Khuya', true],
    ['NGUYỄN', true],
    ['NguyÔn', false],
    ['Vaên', false],
    ['Hoâng', false],
    ['Lẽo', true],
    ['Leõ', false],
    ['Cương', true],
    ['Bạc', true],
    ['Bàc', false],
    ['Müller', false],
  ])('%s is spelled as a syllable: %s', (word, is) => {
    expect(isSyllable(word)).toBe(is)
  })
})
