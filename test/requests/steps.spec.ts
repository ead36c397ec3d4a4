import { describe, expect, test } from '../support/jest.ts'
import { UnitId } from '../../src/kernel/ids.ts'
import { FIRST_RULES, ruleFor, ruleKey, rulesOf, StepsPolicy, type Place, type Rule } from '../../src/requests/steps.ts'

const unit = (n: number) => UnitId.parse(`6f1c2f0e-0000-4000-8000-00000000000${n}`)
/** A department of an agency of the province, nearest first. */
const chain = [
  { id: unit(3), kind: 'department' },
  { id: unit(2), kind: 'agency' },
  { id: unit(1), kind: 'province' },
] as const
const everywhere: Place = { kind: 'everywhere' }
const of = (kind: 'department' | 'agency'): Place => ({ kind: 'unit-kind', of: kind })
const below = (n: number): Place => ({ kind: 'below', unit: unit(n) })
const rule = (place: Place, days: number): Rule => ({
  of: 'person',
  place,
  steps: [{ seat: 'it-staff', days }],
  letter: false,
})
const policy = (...rules: Rule[]): StepsPolicy => StepsPolicy.parse({ rules })

describe('the rule for a request', () => {
  test.each([
    ['what the product begins with', policy(), FIRST_RULES[0]?.place, 1],
    ['what holds everywhere', policy(rule(everywhere, 9)), everywhere, 9],
    ['the kind of its unit', policy(rule(everywhere, 9), rule(of('department'), 8)), of('department'), 8],
    ['not the kind of a unit above', policy(rule(of('agency'), 8)), everywhere, 1],
    ['the unit itself', policy(rule(below(3), 7), rule(below(2), 6), rule(of('department'), 8)), below(3), 7],
    ['the nearest unit above', policy(rule(below(1), 7), rule(below(2), 6), rule(of('department'), 8)), below(2), 6],
    ['nothing of a unit aside', policy(rule(below(4), 7)), everywhere, 1],
  ] as const)('is that of %s', (_, present, place, days) => {
    const found = ruleFor(present, 'person', chain)
    expect([found.place, found.steps[0]?.days]).toEqual([place, days])
  })

  test('is found for a unit that nobody knows', () => {
    expect(ruleFor(policy(rule(below(3), 7)), 'person', []).place).toEqual(everywhere)
  })
})

describe('the policy', () => {
  test.each([
    ['the same place twice', { rules: [rule(everywhere, 1), rule(everywhere, 2)] }],
    ['no step', { rules: [{ ...rule(everywhere, 1), steps: [] }] }],
    ['five steps', { rules: [{ ...rule(everywhere, 1), steps: Array(5).fill({ seat: 'it-staff', days: 1 }) }] }],
    ['no time', { rules: [rule(everywhere, 0)] }],
    ['months', { rules: [rule(everywhere, 31)] }],
    ['a seat that there is not', { rules: [{ ...rule(everywhere, 1), steps: [{ seat: 'king', days: 1 }] }] }],
    ['a place that there is not', { rules: [{ ...rule(everywhere, 1), place: { kind: 'below', unit: 'x' } }] }],
    ['a kind that there is not', { rules: [{ ...rule(everywhere, 1), of: 'car' }] }],
  ])('does not take %s', (_, body) => {
    expect(StepsPolicy.safeParse(body).success).toBe(false)
  })

  test('replaces a first rule by its own, and has one for every kind', () => {
    const rules = rulesOf(policy(rule(everywhere, 5)))
    expect(rules.filter((each) => ruleKey(each) === 'person everywhere')).toEqual([rule(everywhere, 5)])
    expect(rules.map((each) => each.of)).toEqual(expect.arrayContaining(FIRST_RULES.map((each) => each.of)))
  })
})
