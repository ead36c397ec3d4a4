import { describe, expect, test } from '../support/jest.ts'
import fc from 'fast-check'
import { backoff } from '../../src/kernel/backoff.ts'
import { addDays, Day, dayFromDb, dayOf, dayToDb, yearsBetween } from '../../src/kernel/day.ts'
import { EmailAddress, LocalPart, localPartOf } from '../../src/kernel/email-address.ts'
import {
  contradictions,
  IdentificationNumber,
  maskIdentificationNumber,
  readIdentificationNumber,
} from '../../src/kernel/identification-number.ts'
import { AccountNumber, UnitId } from '../../src/kernel/ids.ts'

const day = (text: string) => Day.parse(text)

describe('a day', () => {
  test.each([
    ['2026-07-23T16:59:59Z', '2026-07-23'],
    ['2026-07-23T17:00:00Z', '2026-07-24'],
    ['2025-12-31T17:00:00Z', '2026-01-01'],
  ])('at %s is %s in Vietnam', (instant, expected) => {
    expect(dayOf(new Date(instant))).toBe(expected)
  })

  test.each(['2026-02-29', '2026-13-01', '2026-1-1', '23/07/2026', '2026-07-23T00:00', ''])('"%s" is none', (text) => {
    expect(Day.safeParse(text).success).toBe(false)
  })

  test('days are added over months, years and leap days', () => {
    expect(addDays(day('2028-02-28'), 1)).toBe('2028-02-29')
    expect(addDays(day('2026-12-31'), 1)).toBe('2027-01-01')
    expect(addDays(day('2026-03-01'), -1)).toBe('2026-02-28')
  })

  test.each([
    ['1988-07-24', '2026-07-23', 37],
    ['1988-07-23', '2026-07-23', 38],
    ['2008-02-29', '2026-02-28', 17],
    ['2008-02-29', '2026-03-01', 18],
  ])('from %s to %s are %d years', (from, to, years) => {
    expect(yearsBetween(day(from), day(to))).toBe(years)
  })

  test('travels to the database and back', () => {
    expect(dayFromDb(dayToDb(day('2026-07-23')))).toBe('2026-07-23')
  })
})

describe('an e-mail address', () => {
  test.each([
    [' An.Nguyen@Example.COM ', 'an.nguyen@example.com'],
    ["o'brien+x@sub.example.vn", "o'brien+x@sub.example.vn"],
  ])('%j is read as %s', (typed, read) => {
    expect(EmailAddress.parse(typed)).toBe(read)
  })

  test.each([
    ...['', 'an', '@example.com', 'an@', 'an@example', 'an@@example.com', 'an..b@example.com', '.an@example.com'],
    ...['an@-example.com', 'an@example-.com', 'an@example..com', 'an@127.0.0.1', 'an@[127.0.0.1]', '"an"@example.com'],
    ...['an@example.com\nBcc: x@y.vn', 'an@exam\u200bple.com', 'nguyễn@example.com', 'an@ví-dụ.vn', 'an @example.com'],
    ...['an@example.com,b@example.com', '<an@example.com>', `${'a'.repeat(65)}@example.com`, `a@${'b.'.repeat(130)}vn`],
  ])('%j is none', (typed) => {
    expect(EmailAddress.safeParse(typed).success).toBe(false)
  })

  test('gives its local part', () => {
    expect(localPartOf(EmailAddress.parse('an.b@example.com'))).toBe('an.b')
  })
})

test.each(['a', '-an', 'an-', 'a..n', 'An', 'an_b', 'ân', 'a b', 'a'.repeat(65), ''])(
  '"%s" is no local part of ours',
  (text) => {
    expect(LocalPart.safeParse(text).success).toBe(false)
  },
)

describe('an identification number', () => {
  test.each([' 022 088 000 123 ', '022.088.000.123', '022-088-000-123'])('"%s" is read', (typed) => {
    expect(IdentificationNumber.parse(typed)).toBe('022088000123')
  })

  test.each(['', '02208800012', '0220880001234', '02208800012a', '٠٢٢٠٨٨٠٠٠١٢٣', '022088000123;'])(
    '%j is none',
    (typed) => {
      expect(IdentificationNumber.safeParse(typed).success).toBe(false)
    },
  )

  test.each([
    ['022088000123', 'male', 1988],
    ['022188000123', 'female', 1988],
    ['022204000123', 'male', 2004],
    ['022304000123', 'female', 2004],
  ])('%s says %s, born %d', (number, sex, birthYear) => {
    expect(readIdentificationNumber(IdentificationNumber.parse(number))).toEqual({ sex, birthYear })
  })

  test('is compared with what else was told', () => {
    const number = IdentificationNumber.parse('022088000123')
    expect(contradictions(number, { birthDate: day('1988-09-05'), sex: 'male' })).toEqual([])
    expect(contradictions(number, { birthDate: day('1989-09-05'), sex: 'female' })).toEqual(['birth-year', 'sex'])
  })

  test('is shown by its last three digits', () => {
    expect(maskIdentificationNumber(IdentificationNumber.parse('022088000123'))).toBe('••• ••• ••• 123')
  })
})

test('identifiers are what they say', () => {
  expect(UnitId.safeParse('1').success).toBe(false)
  expect(AccountNumber.safeParse('100000').success).toBe(false)
  expect(AccountNumber.parse('100001')).toBe(100001)
})

test('waiting doubles from half a second up to its most, with a little chance', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100 }), (attempt) => {
      const full = Math.min(60_000, 500 * 2 ** (attempt - 1))
      expect(backoff(attempt, 60_000)).toBeLessThanOrEqual(full)
      expect(backoff(attempt, 60_000)).toBeGreaterThanOrEqual(Math.floor(full * 0.8))
    }),
  )
})
