import { describe, expect, test } from '../support/jest.ts'
import fc from 'fast-check'
import { idleStep, isSilent } from '../../src/accounts/idle.ts'
import { DEFAULT_LIFE } from '../../src/accounts/life-policy.ts'
import { addDays, Day } from '../../src/kernel/day.ts'

const lastUsed = Day.parse('2026-01-01')
const after = (n: number) => addDays(lastUsed, n)
const step = (day: number, warned: number | null, policy = DEFAULT_LIFE) =>
  idleStep({ lastUsed, warnedOn: warned === null ? null : after(warned) }, policy, after(day))

describe('an account that nobody uses', () => {
  test('is warned, and locked on the day that the warning named', () => {
    expect(step(29, null)).toBeNull()
    expect(step(30, null)).toEqual({ type: 'warn', lockOn: after(45) })
    expect(step(44, 30)).toBeNull()
    expect(step(45, 30)).toEqual({ type: 'lock' })
  })

  test('is warned first however late, and then has a week', () => {
    expect(step(400, null)).toEqual({ type: 'warn', lockOn: after(407) })
    expect(step(406, 400)).toBeNull()
    expect(step(407, 400)).toEqual({ type: 'lock' })
  })

  test('is warned anew when it was used since, even on the day of the warning', () => {
    expect(step(45, 0)).toEqual({ type: 'warn', lockOn: after(52) })
    expect(step(45, -20)).toEqual({ type: 'warn', lockOn: after(52) })
  })

  test('is never locked unwarned, nor before the warning’s day, whatever the policy', () => {
    const days = fc.integer({ min: 1, max: 200 })
    fc.assert(
      fc.property(days, days, fc.integer({ min: 0, max: 500 }), (warn, more, first) => {
        const policy = { idleWarnDays: warn, idleLockDays: warn + more, idleReviewDays: warn + more }
        const begun = Math.max(first, warn)
        const warning = idleStep({ lastUsed, warnedOn: null }, policy, after(begun))
        if (warning?.type !== 'warn') throw new Error('not warned')
        const facts = { lastUsed, warnedOn: after(begun) }
        expect(warning.lockOn > after(begun)).toBe(true)
        expect(idleStep(facts, policy, addDays(warning.lockOn, -1))).toBeNull()
        expect(idleStep(facts, policy, warning.lockOn)).toEqual({ type: 'lock' })
      }),
    )
  })
})

test('days in which nobody at all signs in tell of the mail server, not of people', () => {
  expect(isSilent(null, lastUsed)).toBe(true)
  expect(isSilent(lastUsed, after(9))).toBe(false)
  expect(isSilent(lastUsed, after(10))).toBe(true)
})
