import { describe, expect, test } from '../support/jest.ts'
import type { FaultKind } from '../../src/kernel/fault.ts'
import { syncState, waitAfter } from '../../src/provisioning/ledger.ts'

const at = new Date('2026-07-23T02:00:00Z')

describe('a row of the ledger', () => {
  test.each<[number, number, FaultKind | null, Date | null, string]>([
    [2, 2, null, at, 'in-step'],
    [2, 3, null, at, 'in-step'],
    [2, 2, null, null, 'not-verified'],
    [2, 1, null, at, 'behind'],
    [2, 0, null, null, 'behind'],
    [2, 1, 'unreachable', at, 'retrying'],
    [2, 1, 'outcome-unknown', at, 'outcome-unknown'],
    [2, 1, 'refused', at, 'needs-person'],
    [2, 2, 'refused', at, 'in-step'],
  ])('wanted %d, applied %d, fault %s → %s', (wanted, applied, fault, verifiedAt, state) => {
    expect(syncState({ wanted, applied, fault, verifiedAt })).toBe(state)
  })
})

describe('the next attempt', () => {
  test('after an unreachable target comes within four seconds, however long it is away', () => {
    for (let attempts = 1; attempts < 1_000; attempts++)
      expect(waitAfter('unreachable', attempts)).toBeLessThanOrEqual(4_000)
  })

  test('after an unknown outcome comes within half a minute', () => {
    for (let attempts = 1; attempts < 1_000; attempts++)
      expect(waitAfter('outcome-unknown', attempts)).toBeLessThanOrEqual(30_000)
  })

  test('after a refusal waits longer, up to an hour', () => {
    expect(waitAfter('refused', 1)).toBeGreaterThan(10_000)
    expect(waitAfter('refused', 50)).toBeGreaterThan(2_800_000)
    expect(waitAfter('refused', 50)).toBeLessThanOrEqual(3_600_000)
  })
})
