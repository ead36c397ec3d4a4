import { describe, expect, test } from '../support/jest.ts'
import fc from 'fast-check'
import { UnitId } from '../../src/kernel/ids.ts'
import { ladderOf, STEP_SEATS, type Seat } from '../../src/requests/seats.ts'

const unit = (n: number) => UnitId.parse(`6f1c2f0e-0000-4000-8000-00000000000${n}`)
/** 3 is below 2, 2 below 1, 1 is the root. */
const parents = new Map([
  [unit(1), null],
  [unit(2), unit(1)],
  [unit(3), unit(2)],
])
const it = { kind: 'it-staff' } as const
const at = (n: number) => ({ kind: 'unit', unit: unit(n) }) as const
/** Able are these units, and IT staff where 0 is among them. */
const able = (held: readonly number[]) => (seat: Seat) =>
  seat.kind === 'unit' ? held.some((n) => unit(n) === seat.unit) : held.includes(0)

describe('the seats of a step about the lowest unit', () => {
  test.each([
    ['unit-admin', [3, 2, 1, 0], [at(3), at(2), at(1), it], []],
    ['unit-admin', [3, 1, 0], [at(3), at(1), it], []],
    ['unit-admin', [2, 0], [at(2), it], [3]],
    ['unit-admin', [1], [at(1)], [3, 2]],
    ['unit-admin', [0], [it], [3, 2, 1]],
    ['parent-unit', [3, 2, 1, 0], [at(2), at(1), it], []],
    ['parent-unit', [3, 1, 0], [at(1), it], [2]],
    ['parent-unit', [3, 0], [it], [2, 1]],
    ['it-staff', [3, 2, 1, 0], [it], []],
  ] as const)('%s, where %j may act', (step, held, seats, passed) => {
    expect(ladderOf(step, unit(3), parents, able(held))).toEqual({ seats, passed: passed.map(unit), vacant: false })
  })

  test.each(STEP_SEATS)('where nobody may act, IT staff’s stands for them: %s', (step) => {
    expect(ladderOf(step, unit(3), parents, able([]))).toMatchObject({ seats: [it], vacant: true })
    if (step !== 'it-staff')
      expect(ladderOf(step, unit(9), parents, able([]))).toMatchObject({ seats: [it], vacant: true })
  })

  test('above the root there are IT staff', () => {
    expect(ladderOf('parent-unit', unit(1), parents, able([1, 0]))).toEqual({ seats: [it], passed: [], vacant: false })
  })

  test('are always somebody’s, nearest first, whatever the tree, even one that bites its tail', () => {
    const n = fc.integer({ min: 0, max: 5 })
    fc.assert(
      fc.property(
        fc.constantFrom(...STEP_SEATS),
        fc.array(fc.tuple(n, fc.option(n)), { maxLength: 6 }),
        fc.array(n, { maxLength: 4 }),
        n,
        (step, edges, held, start) => {
          const tree = new Map(edges.map(([child, parent]) => [unit(child), parent === null ? null : unit(parent)]))
          const ladder = ladderOf(step, unit(start), tree, able(held))
          expect(ladder.seats.length).toBeGreaterThan(0)
          expect(ladder.vacant).toBe(!ladder.seats.some(able(held)))
          if (!ladder.vacant) for (const seat of ladder.seats) expect(able(held)(seat)).toBe(true)
          const keys = ladder.seats.map((seat) => JSON.stringify(seat))
          expect(new Set(keys).size).toBe(keys.length)
          for (const each of ladder.passed) expect(able(held)({ kind: 'unit', unit: each })).toBe(false)
        },
      ),
    )
  })
})
