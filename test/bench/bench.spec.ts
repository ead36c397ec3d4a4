import { describe, expect, test } from '@jest/globals'
import { addresses } from '../../scripts/bench/addresses.ts'
import { approve } from '../../scripts/bench/approve.ts'
import { median, percentile } from '../../scripts/bench/figures.ts'
import { importing } from '../../scripts/bench/import.ts'
import { inbox } from '../../scripts/bench/inbox.ts'
import { reconcile } from '../../scripts/bench/reconcile.ts'
import { reorganise } from '../../scripts/bench/reorganise.ts'
import { reading } from '../../scripts/bench/reading.ts'

// So few runs say nothing about speed; they say that the benchmarks still walk the way that people go.
describe('the benchmarks, at a size that measures nothing', () => {
  test('approve: from the approving POST to an IMAP login, and the floor', async () => {
    const { json, table } = await approve({ size: 1 })
    expect(json).toMatchObject({ bench: 'approve', size: 1 })
    for (const name of ['ratio', 'ours_ms', 'ours_p95_ms', 'floor_ms', 'floor_p95_ms'])
      expect(json[name]).toBeGreaterThan(0)
    expect(table).toContain('IMAP sign-in')
  })

  test('inbox: the page and the bare handler answer every request', async () => {
    const { json } = await inbox({ size: 300, seconds: 0.3, rounds: 1 })
    expect(json).toMatchObject({ bench: 'inbox', size: 300, requests: 30 })
    for (const name of ['ratio', 'ours_per_s', 'floor_per_s', 'staff_ratio']) expect(json[name]).toBeGreaterThan(0)
  })
})

test('reconcile: accounts compared beside ldapsearch, and edits found and repaired', async () => {
  const { json } = await reconcile({ size: 200, rounds: 1 })
  expect(json).toMatchObject({ bench: 'reconcile', size: 200, differences: 2 })
  for (const name of ['ratio', 'ours_ms', 'floor_ms', 'peak_mb', 'repaired_ms']) expect(json[name]).toBeGreaterThan(0)
})

test('addresses: proposals with few and many taken, and reserving beside a bare insert', async () => {
  const { json } = await addresses({ size: 600, seconds: 0.2, rounds: 1 })
  expect(json).toMatchObject({ bench: 'addresses', size: 600, small: 300 })
  for (const name of ['ratio', 'reserve_ratio', 'small_per_s', 'large_per_s', 'reserve_per_s', 'floor_per_s'])
    expect(json[name]).toBeGreaterThan(0)
})

test('reading: a roster by Congvu and by a bare parse', async () => {
  const { json } = await reading({ size: 200, rounds: 1 })
  expect(json).toMatchObject({ bench: 'reading', size: 200 })
  for (const name of ['ratio', 'understood_ratio', 'bare_ms', 'peak_mb', 'half_peak_mb'])
    expect(json[name]).toBeGreaterThan(0)
})

test('import: the whole way of a file, and ldapadd of the same entries, plain and in transactions', async () => {
  const { json } = await importing({ size: 40 })
  expect(json).toMatchObject({ bench: 'import', size: 40 })
  for (const name of ['ratio', 'transactional_ratio', 'ours_ms', 'ldapadd_ms', 'ldapadd_txn_ms', 'peak_mb'])
    expect(json[name]).toBeGreaterThan(0)
}, 60_000)

test('reorganise: a province of two in each unit, and ldapmodify of the same changes', async () => {
  const { json } = await reorganise({ size: 1 })
  expect(json).toMatchObject({ bench: 'reorganise' })
  for (const name of ['ratio', 'ours_ms', 'check_ms', 'database_ms', 'ldapmodify_ms', 'entries'])
    expect(json[name]).toBeGreaterThan(0)
}, 120_000)

test('a percentile is a value that was measured', () => {
  const values = Array.from({ length: 200 }, (_, n) => 200 - n)
  expect(percentile(values, 0.95)).toBe(190)
  expect(median([3, 1, 2])).toBe(2)
  expect(percentile([], 0.5)).toBe(0)
})
