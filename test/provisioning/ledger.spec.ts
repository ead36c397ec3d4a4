import { describe, expect, test } from '../support/jest.ts'
import type { DirectoryOutcome } from '../../src/directory/directory.ts'
import type { FaultKind } from '../../src/kernel/fault.ts'
import { syncState, waitAfter } from '../../src/provisioning/ledger.ts'
import { directoryResult } from '../../src/provisioning/results.ts'

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

describe('an address that another entry holds', () => {
  const fault = { kind: 'refused', detail: 'belongs to another' } as const
  const outcome = { status: 'fault', fault, heldBy: ['A', 'b'] } as const
  const result = (given: DirectoryOutcome, attempts: number, behind: readonly string[]) =>
    directoryResult('account', 'x', 2, given, attempts, new Set(behind))

  test('is asked for again soon while its holders are to change, and not for ever', () => {
    const first = result(outcome, 0, ['a', 'b', 'c'])
    expect(first).toMatchObject({ id: 'x', target: 'directory', applied: null, fault: null, tried: true })
    expect(first.wait).toBeLessThan(1_000)
    let waited = 0
    let attempts = 0
    for (let next = first; next.fault === null; next = result(outcome, ++attempts, ['a', 'b', 'c'])) waited += next.wait
    expect(waited).toBeGreaterThan(5_000)
    expect(waited).toBeLessThan(60_000)
  })

  test('is a fault where a holder stays as it is, or is not known', () => {
    expect(result(outcome, 0, ['a'])).toMatchObject({ fault: 'refused' })
    expect(result({ status: 'fault', fault }, 0, ['a', 'b'])).toMatchObject({ fault: 'refused' })
    expect(result({ status: 'superseded', revision: 3 }, 0, ['a', 'b'])).toMatchObject({ fault: 'refused' })
  })
})
