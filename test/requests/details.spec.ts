import { describe, expect, test } from '../support/jest.ts'
import fc from 'fast-check'
import { Day } from '../../src/kernel/day.ts'
import { DETAILS_FIELDS, parseDetails, type DetailsInput } from '../../src/requests/details.ts'

const today = Day.parse('2026-07-23')
const GOOD: DetailsInput = {
  unitId: '6f1c2f0e-0000-4000-8000-000000000001',
  unit: 'Sở Nội vụ',
  fullName: 'Đặng Thị Hường',
  given: '',
  birthDay: '5',
  birthMonth: '9',
  birthYear: '1988',
  sex: 'female',
  number: '022 188 000 123',
  position: ' Chuyên  viên ',
  employment: 'civil-servant',
  contractEndDay: '',
  contractEndMonth: '',
  contractEndYear: '',
  phone: '0912 345 678',
}
const errorsOf = (wrong: DetailsInput) => {
  const parsed = parseDetails({ ...GOOD, ...wrong }, today)
  return parsed.ok ? {} : parsed.errors
}
const contract = (day: string, month: string, year: string) => ({
  ...{ employment: 'contract', contractEndDay: day, contractEndMonth: month, contractEndYear: year },
})

describe('the form of a request', () => {
  test('is read as it was meant', () => {
    expect(parseDetails(GOOD, today)).toEqual({
      ok: true,
      value: {
        kind: 'person',
        unitId: GOOD.unitId,
        name: { full: 'Đặng Thị Hường', surname: 'Đặng', middle: 'Thị', given: 'Hường' },
        birthDate: '1988-09-05',
        sex: 'female',
        number: '022188000123',
        position: 'Chuyên viên',
        employment: 'civil-servant',
        contractEnd: null,
        phone: '0912 345 678',
      },
    })
  })

  test('may leave out the phone; the contract’s end counts for contracts only', () => {
    expect(parseDetails({ ...GOOD, phone: ' ' }, today)).toMatchObject({ ok: true, value: { phone: null } })
    expect(parseDetails({ ...GOOD, contractEndDay: '99' }, today)).toMatchObject({
      ok: true,
      value: { contractEnd: null },
    })
    expect(parseDetails({ ...GOOD, ...contract('31', '12', '2027') }, today)).toMatchObject({
      value: { contractEnd: '2027-12-31' },
    })
  })

  test.each<[DetailsInput, object]>([
    [{ unitId: '', unit: '' }, { unit: { code: 'empty' } }],
    [{ unitId: '', unit: 'Sở' }, { unit: { code: 'choose' } }],
    [{ unitId: "1' OR '1'='1" }, { unit: { code: 'choose' } }],
    [{ fullName: '' }, { fullName: { code: 'empty' } }],
    [{ fullName: 'Hường' }, { fullName: { code: 'too-few-words' } }],
    [{ fullName: 'Đặng Thị 1' }, { fullName: { code: 'digits' } }],
    [{ fullName: 'Đặng <i>Hường' }, { fullName: { code: 'odd-character', character: '<' } }],
    [{ fullName: `Đặng ${'Hường'.repeat(40)}` }, { fullName: { code: 'too-long' } }],
    [{ given: 'Thị' }, { given: { code: 'given-not-in-name' } }],
    [{ birthDay: '', birthMonth: '', birthYear: '' }, { birthDate: { code: 'empty' } }],
    [{ birthDay: '' }, { birthDate: { code: 'missing-part', part: 'day' } }],
    [{ birthMonth: '' }, { birthDate: { code: 'missing-part', part: 'month' } }],
    [{ birthYear: '' }, { birthDate: { code: 'missing-part', part: 'year' } }],
    [{ birthYear: '88' }, { birthDate: { code: 'year-digits' } }],
    [{ birthDay: '31', birthMonth: '2' }, { birthDate: { code: 'no-such-date', date: '31/2/1988' } }],
    [{ birthDay: '5a' }, { birthDate: { code: 'no-such-date', date: '5a/9/1988' } }],
    [{ birthDay: '24', birthMonth: '7', birthYear: '2008' }, { birthDate: { code: 'under-age' } }],
    [{ birthYear: '2030' }, { birthDate: { code: 'under-age' } }],
    [{ birthYear: '1900' }, { birthDate: { code: 'not-a-person' } }],
    [{ sex: '' }, { sex: { code: 'choose' } }],
    [{ sex: 'other' }, { sex: { code: 'choose' } }],
    [{ number: '' }, { number: { code: 'empty' } }],
    [{ number: '02218800012' }, { number: { code: 'digit-count', count: 11 } }],
    [{ number: '02218800012x' }, { number: { code: 'digit-count', count: 11 } }],
    [{ position: '' }, { position: { code: 'empty' } }],
    [{ position: 'x'.repeat(121) }, { position: { code: 'too-long' } }],
    [{ position: 'Chuyên\u202eviên' }, { position: { code: 'odd' } }],
    [{ position: 'Chuyên\u0000viên' }, { position: { code: 'odd' } }],
    [{ employment: 'slave' }, { employment: { code: 'choose' } }],
    [contract('', '', ''), { contractEnd: { code: 'empty' } }],
    [contract('23', '7', '2026'), { contractEnd: { code: 'not-future' } }],
    [contract('1', '1', '2999'), { contractEnd: { code: 'not-a-person' } }],
    [{ phone: 'call me' }, { phone: { code: 'phone' } }],
    [{ phone: '0'.repeat(31) }, { phone: { code: 'too-long' } }],
  ])('%j → %j', (wrong, errors) => {
    expect(errorsOf(wrong)).toEqual(errors)
  })

  test('tells every fault at once', () => {
    const parsed = parseDetails({}, today)
    expect(parsed.ok ? [] : Object.keys(parsed.errors).sort()).toEqual([
      ...['birthDate', 'employment', 'fullName', 'number', 'position', 'sex', 'unit'],
    ])
  })

  test('is read on the eighteenth birthday', () => {
    expect(errorsOf({ birthDay: '23', birthMonth: '7', birthYear: '2008' })).toEqual({})
  })

  test('never throws, whatever stands in its fields', () => {
    const field = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('', "'; DROP TABLE", '*)(uid=*', '\u0000', '9'.repeat(500)),
    )
    fc.assert(
      fc.property(fc.record(Object.fromEntries(DETAILS_FIELDS.map((name) => [name, field]))), (input) => {
        const parsed = parseDetails({ ...GOOD, ...input }, today)
        if (!parsed.ok) expect(Object.values(parsed.errors).map(({ code }) => typeof code)).not.toContain('undefined')
      }),
    )
  })
})
