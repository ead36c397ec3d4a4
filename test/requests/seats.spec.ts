import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { UnitId } from '../../src/kernel/ids.ts'
import { seatsOf } from '../../src/requests/seats.ts'

const unit = (n: number) => UnitId.parse(`6f1c2f0e-0000-4000-8000-00000000000${n}`)
/** 3 is below 2, 2 below 1, 1 is the root. */
const parents = new Map([
  [unit(1), null],
  [unit(2), unit(1)],
  [unit(3), unit(2)],
])
const it = { kind: 'it-staff' } as const
const at = (n: number) => ({ kind: 'unit', unit: unit(n) }) as const

describe('whose work a request of the lowest unit is', () => {
  test.each([
    [[3, 2, 1], at(3), at(2)],
    [[3, 1], at(3), at(1)],
    [[2], at(2), it],
    [[1], at(1), it],
    [[], it, null],
  ])('held %j', (held, first, next) => {
    expect(seatsOf(unit(3), parents, (each) => held.some((n) => unit(n) === each))).toEqual({ first, next })
  })

  test('of a unit that nobody knows: IT staff', () => {
    expect(seatsOf(unit(9), parents, () => false)).toEqual({ first: it, next: null })
  })

  test('always somebody’s, whatever the tree, even one that bites its tail', () => {
    const n = fc.integer({ min: 0, max: 5 })
    fc.assert(
      fc.property(fc.array(fc.tuple(n, fc.option(n))), fc.array(n), (edges, held) => {
        const tree = new Map(edges.map(([child, parent]) => [unit(child), parent === null ? null : unit(parent)]))
        const { first, next } = seatsOf(unit(0), tree, (each) => held.some((n) => unit(n) === each))
        if (first.kind === 'unit') expect(held.map(unit)).toContain(first.unit)
        expect(next === null).toBe(first.kind === 'it-staff')
        expect(next).not.toEqual(first)
      }),
    )
  })
})
