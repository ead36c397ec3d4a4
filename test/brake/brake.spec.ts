import { describe, expect, test } from '../support/jest.ts'
import fc from 'fast-check'
import {
  CHANGES,
  DEFAULT_BRAKE,
  holdState,
  isLooser,
  isSuspiciouslySmall,
  judge,
  totals,
  type BrakePolicy,
  type Change,
  type Hold,
  type Part,
  type Population,
} from '../../src/brake/brake.ts'
import type { UnitId } from '../../src/kernel/ids.ts'

const unit = (name: string) => name as UnitId
/** A province of 2,000: an agency of 100 in two departments, and many others. */
const population: Population = {
  total: 2_000,
  units: new Map([
    [unit('province'), { name: 'Tỉnh', parent: null, accounts: 10 }],
    [unit('agency'), { name: 'Sở Nội vụ', parent: unit('province'), accounts: 20 }],
    [unit('first'), { name: 'Phòng Một', parent: unit('agency'), accounts: 40 }],
    [unit('second'), { name: 'Phòng Hai', parent: unit('agency'), accounts: 40 }],
    [unit('others'), { name: 'Các xã', parent: unit('province'), accounts: 1_890 }],
  ]),
}
const none = Object.fromEntries(CHANGES.map((change) => [change, 0])) as Record<Change, number>
const suspend = (n: number, where = 'others'): Part => ({ change: 'suspend', unitId: unit(where), n })
const kinds = (parts: readonly Part[], before = none, policy = DEFAULT_BRAKE) =>
  judge(parts, policy, population, before).map(({ kind }) => kind)

describe('the brake', () => {
  test.each([
    ['a few accounts', [suspend(5)], []],
    ['as many as one plan may', [suspend(50)], []],
    ['one more than one plan may', [suspend(51)], ['number']],
    ['more than a share of all', [suspend(101)], ['number', 'percent']],
    ['a third of one unit', [suspend(13, 'first')], ['unit']],
    [
      'a third of a unit counted with the units below it',
      [suspend(16, 'first'), suspend(16, 'second')],
      ['unit', 'unit', 'unit'],
    ],
    [
      'little of each department, much of the agency',
      [suspend(12, 'first'), suspend(12, 'second'), suspend(7, 'agency')],
      ['unit'],
    ],
    ['all five of a small unit, which are few', [suspend(5, 'first')], []],
    ['nothing at all', [suspend(0)], []],
  ])('judges %s', (_, parts, expected) => expect(kinds(parts)).toEqual(expected))

  test('has limits for each kind of change', () => {
    expect(kinds([{ ...suspend(60), change: 'change' }])).toEqual([])
    expect(kinds([{ ...suspend(21), change: 'remove' }])).toEqual(['number'])
  })

  test('sees a slow leak: what other plans did within the window counts too', () => {
    expect(kinds([suspend(50)], { ...none, suspend: 50 })).toEqual([])
    expect(kinds([suspend(1)], { ...none, suspend: 100 })).toEqual(['window-number'])
    expect(kinds([suspend(1)], { ...none, remove: 100 })).toEqual([])
    expect(kinds([suspend(50)], { ...none, suspend: 120 })).toEqual(['window-number', 'window-percent'])
  })

  test('says by how much', () => {
    expect(judge([suspend(13, 'first')], DEFAULT_BRAKE, population, none)).toEqual([
      { kind: 'unit', change: 'suspend', unitName: 'Phòng Một', n: 13, of: 40, limit: 30 },
    ])
  })

  const policies = fc.record({
    few: fc.nat(20),
    number: fc.nat(200),
    percent: fc.nat(100),
  })
  const policyOf = ({ few, number, percent }: { few: number; number: number; percent: number }): BrakePolicy => ({
    ...DEFAULT_BRAKE,
    few,
    limits: {
      ...DEFAULT_BRAKE.limits,
      suspend: { number, percent, unitPercent: percent, windowNumber: number, windowPercent: percent },
    },
  })
  const parts = fc.array(
    fc.record({
      change: fc.constantFrom(...CHANGES),
      unitId: fc.constantFrom(...population.units.keys()),
      n: fc.nat(300),
    }),
    { maxLength: 8 },
  )

  test('never lets a larger plan through where it holds a smaller one', () => {
    fc.assert(
      fc.property(parts, policies, fc.nat(300), (some, limit, more) => {
        const policy = policyOf(limit)
        const held = judge(some, policy, population, none).length > 0
        const larger = [...some, suspend(more)]
        if (held) expect(judge(larger, policy, population, none).length).toBeGreaterThan(0)
      }),
    )
  })

  test('is cheated neither by dividing a plan nor by the order of its parts', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 60 }), (first, second) => {
        const policy = policyOf({ few: 0, number: 60, percent: 100 })
        const whole = kinds([suspend(first + second)], none, policy).length > 0
        const divided =
          kinds([suspend(first)], none, policy).length > 0 ||
          kinds([suspend(second)], { ...none, suspend: first }, policy).length > 0
        expect(divided).toBe(whole)
      }),
    )
  })

  test('knows looser limits from tighter ones', () => {
    expect(isLooser(DEFAULT_BRAKE, DEFAULT_BRAKE)).toBe(false)
    expect(isLooser({ ...DEFAULT_BRAKE, few: 4, hours: 1 }, DEFAULT_BRAKE)).toBe(false)
    expect(isLooser({ ...DEFAULT_BRAKE, windowDays: 6 }, DEFAULT_BRAKE)).toBe(true)
    const { limits } = DEFAULT_BRAKE
    const more = { ...limits, remove: { ...limits.remove, unitPercent: 21 } }
    expect(isLooser({ ...DEFAULT_BRAKE, few: 0, limits: more }, DEFAULT_BRAKE)).toBe(true)
    // Whatever is not looser holds all that was held before.
    fc.assert(
      fc.property(parts, policies, policies, (some, a, b) => {
        const [asked, present] = [policyOf(a), policyOf(b)]
        if (isLooser(asked, present) || judge(some, present, population, none).length === 0) return
        expect(judge(some, asked, population, none).length).toBeGreaterThan(0)
      }),
    )
  })

  test.each([
    [0, 1_000, true],
    [949, 1_000, true],
    [950, 1_000, false],
    [1_200, 1_000, false],
    [0, 5, false],
    [0, 6, true],
    [0, 0, false],
  ])('takes a reading of %d after one of %d for a fault: %s', (found, last, is) => {
    expect(isSuspiciouslySmall(found, last, DEFAULT_BRAKE)).toBe(is)
  })

  test('counts a plan whole and by kind', () => {
    expect(totals([suspend(3), suspend(4, 'first'), { ...suspend(2), change: 'remove' }])).toEqual({
      all: 9,
      each: { ...none, suspend: 7, remove: 2 },
    })
  })
})

describe('a held plan', () => {
  const at = new Date('2026-11-23T02:00:00Z')
  const hour = (n: number) => new Date(at.getTime() + n * 3_600_000)
  const asked: Hold['asked'] = { by: 'a', byName: 'A', at, why: 'đúng văn bản', until: hour(24) }
  const released: Hold['released'] = { by: 'b', byName: 'B', at: hour(1) }
  const ended = (how: 'used' | 'refused' | 'superseded'): Hold['ended'] => ({ how, byName: null, at: hour(2) })
  test.each<[string, Pick<Hold, 'asked' | 'released' | 'ended'>, Date]>([
    ['held', { asked: null, released: null, ended: null }, at],
    ['asked', { asked, released: null, ended: null }, hour(23)],
    ['expired', { asked, released: null, ended: null }, hour(24)],
    ['released', { asked, released, ended: null }, hour(48)],
    ['used', { asked, released, ended: ended('used') }, hour(48)],
    ['refused', { asked, released: null, ended: ended('refused') }, hour(48)],
    ['superseded', { asked: null, released: null, ended: ended('superseded') }, hour(48)],
  ])('is %s', (state, hold, now) => expect(holdState(hold, now)).toBe(state))
})
