import { describe, expect, test } from '../support/jest.ts'
import { PersonId } from '../../src/kernel/ids.ts'
import { decideMerge, decideNumber, type PersonFacts } from '../../src/people/person.ts'

const id = (n: number) => PersonId.parse(`6f1c2f0e-0000-4000-8000-00000000000${n}`)
const record = (n: number, ninHash: string | null = null, mergedInto: PersonId | null = null): PersonFacts => ({
  ...{ id: id(n), ninHash, mergedInto },
})
const kindOf = (decision: { ok: true; value: unknown } | { ok: false; refusal: { kind: string } }) =>
  decision.ok ? decision.value : decision.refusal.kind

describe('merging two records', () => {
  test('keeps the number that one of them has, and asks where they differ', () => {
    expect(kindOf(decideMerge(record(1), record(2), null))).toBeNull()
    expect(kindOf(decideMerge(record(1, 'a'), record(2), 'other'))).toBe('kept')
    expect(kindOf(decideMerge(record(1), record(2, 'b'), 'kept'))).toBe('other')
    expect(kindOf(decideMerge(record(1, 'a'), record(2, 'b'), null))).toBe('number-to-choose')
    expect(kindOf(decideMerge(record(1, 'a'), record(2, 'b'), 'other'))).toBe('other')
  })

  test('is for two, neither of them part of another', () => {
    expect(kindOf(decideMerge(record(1), record(1), null))).toBe('same-record')
    expect(kindOf(decideMerge(record(1, null, id(3)), record(2), null))).toBe('merged-before')
    expect(kindOf(decideMerge(record(1), record(2, null, id(3)), null))).toBe('merged-before')
  })
})

test('a number is of one record, and another than before', () => {
  expect(kindOf(decideNumber(record(1, 'a'), 'b', null))).toBeNull()
  expect(kindOf(decideNumber(record(1), 'b', null))).toBeNull()
  expect(kindOf(decideNumber(record(1, 'a'), 'a', id(1)))).toBe('number-unchanged')
  expect(kindOf(decideNumber(record(1, 'a'), 'b', id(2)))).toBe('number-of-another')
  expect(kindOf(decideNumber(record(1, 'a', id(2)), 'b', null))).toBe('merged-before')
})
