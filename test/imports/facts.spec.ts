import { describe, expect, test } from '../support/jest.ts'
import type { Mark, RosterCells } from '../../src/imports/reading/fields.ts'
import { keyOf } from '../../src/imports/plan/reason.ts'
import { readGivenAddress } from '../../src/imports/plan/given-address.ts'
import { rowsOf, type Said } from './support.ts'

const marked = (field: keyof RosterCells, mark: Mark, value: unknown = null): Said => ({
  name: 'Nguyễn Văn An',
  cells: { [field]: { raw: '?', value, marks: [mark] } },
})
const one = (said: Said) => rowsOf([said])[0]
const accepted = (said: Said) => {
  const keys = one(said)?.reasons.map(keyOf) ?? []
  return one({ ...said, patch: { accepted: keys } })
}

describe('a mark on a cell', () => {
  test.each([
    ['that is only worth showing', marked('phone', { code: 'phone-form' }, '12345'), []],
    ['that must be looked at', marked('birthDate', { code: 'no-such-day' }), ['mark birthDate no-such-day']],
  ])('%s', (_, said, reasons) => expect(one(said)?.reasons.map(keyOf)).toEqual(reasons))

  test.each([
    [
      'an old encoding: read as proposed',
      marked('fullName', { code: 'old-encoding', looks: 'tcvn3', would: 'Hoàng Thị Thúy' }, 'Hoµng ThÞ Thóy'),
      { name: { full: 'Hoàng Thị Thúy' } },
    ],
    [
      'a zero that Excel ate: put back',
      marked('number', { code: 'zero-lost', would: '022088001234' }),
      { nin: '022088001234' },
    ],
    [
      'day and month the other way round',
      marked('birthDate', { code: 'maybe-swapped', would: '1988-05-09' }, { precision: 'day', text: '1988-09-05' }),
      { birth: { day: '1988-05-09' } },
    ],
    [
      'a date at which nobody here was born: left out',
      marked('birthDate', { code: 'not-a-birth-date' }, { precision: 'year', text: '2020' }),
      { birth: null },
    ],
    [
      'a number that contradicts the sex: as it is',
      marked('number', { code: 'number-disagrees', with: 'sex' }, '022188001234'),
      { nin: '022188001234' },
    ],
    ['a number that lost digits: left out', marked('number', { code: 'rounded' }), { nin: null }],
  ] as const)('accepted, %s', (_, said, facts) => {
    expect(one(said)?.reasons).toHaveLength(1)
    const after = accepted(said)
    expect(after?.reasons).toEqual([])
    expect(after).toMatchObject(facts)
  })
})

describe('a field typed anew', () => {
  test.each([
    [{ fullName: ' Lê  Thị Bình ' }, { name: { full: 'Lê Thị Bình' } }],
    [{ birthDate: '27/3/1988' }, { birth: { day: '1988-03-27', precision: 'day' } }],
    [{ birthDate: '' }, { birth: null }],
    [{ number: '022 088 001 234' }, { nin: '022088001234' }],
    [{ phone: '0912 345 678' }, { phone: '0912345678' }],
    [{ contactEmail: 'An@Example.com' }, { contactEmail: 'an@example.com' }],
    [{ sex: 'Nữ' }, { sex: 'female' }],
  ])('%j', (fields, facts) => expect(one({ name: 'Nguyễn Văn An', patch: { fields } })).toMatchObject(facts))

  test('is looked at as a cell is', () => {
    const row = one({ name: 'Nguyễn Văn An', patch: { fields: { birthDate: '31/02/1988' } } })
    expect(row?.reasons.map(keyOf)).toEqual(['mark birthDate no-such-day'])
  })
})

test('a row is known again by what it says of who it is, not of what they do', () => {
  const print = (said: Said) => one({ name: 'Nguyễn Văn An', birth: '1988-09-05', unit: 'Sở Nội vụ', ...said })?.print
  expect(print({ position: 'Kế toán', phone: '1' })).toBe(print({}))
  expect(print({ name: 'NGUYỄN VĂN AN' })).toBe(print({}))
  expect(print({ birth: '1988-09-06' })).not.toBe(print({}))
  expect(print({ unit: 'Sở Tài chính' })).not.toBe(print({}))
})

test.each([
  ['an@quangninh.gov.vn', { kind: 'good', local: 'an' }],
  ['an@sub.quangninh.gov.vn', { kind: 'domain' }],
  ['ân@gmail.com', { kind: 'accent' }],
  ['An@gmail.com', { kind: 'domain' }],
  ['a..b', { kind: 'form' }],
  ['a@b@c', { kind: 'form' }],
])('the given address %s', (text, told) => {
  expect(readGivenAddress(text, new Set(['quangninh.gov.vn']))).toEqual(told)
})
