import { describe, expect, test } from '../support/jest.ts'
import { decidePeriod } from '../../src/access/deputy.ts'
import { Day } from '../../src/kernel/day.ts'

const day = (text: string) => Day.parse(text)
const today = day('2026-11-23')

describe('the days of a deputy', () => {
  test.each([
    ['2026-11-23', '2026-11-23'],
    ['2026-11-23', '2027-02-20'],
    ['2027-11-23', '2027-12-01'],
  ])('may be %s to %s', (from, to) => {
    expect(decidePeriod({ from: day(from), to: day(to) }, today)).toEqual({ ok: true, value: { from, to } })
  })

  test.each([
    ['2026-11-22', '2026-11-30', 'period-past'],
    ['2026-11-30', '2026-11-29', 'period-ends-first'],
    ['2026-11-23', '2027-02-21', 'period-too-long'],
    ['2027-11-24', '2027-11-24', 'period-far'],
  ])('may not be %s to %s: %s', (from, to, kind) => {
    expect(decidePeriod({ from: day(from), to: day(to) }, today)).toEqual({ ok: false, refusal: { kind } })
  })
})
