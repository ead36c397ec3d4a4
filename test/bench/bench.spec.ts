import { describe, expect, test } from '../support/jest.ts'
import { addresses } from '../../scripts/bench/addresses.ts'
import { approve } from '../../scripts/bench/approve.ts'
import { dryRun } from '../../scripts/bench/dry-run.ts'
import { median, percentile, type Report } from '../../scripts/bench/figures.ts'
import { importing } from '../../scripts/bench/import.ts'
import { inbox } from '../../scripts/bench/inbox.ts'
import { reading } from '../../scripts/bench/reading.ts'
import { reconcile } from '../../scripts/bench/reconcile.ts'
import { reorganise } from '../../scripts/bench/reorganise.ts'

type Case = readonly [what: string, run: () => Promise<Report>, is: object, above: readonly string[], says?: string]

const CASES: readonly Case[] = [
  [
    'inbox: the page and the bare handler answer every request',
    () => inbox({ size: 300, seconds: 0.3, rounds: 1 }),
    { bench: 'inbox', size: 300, requests: 30 },
    ['ratio', 'ours_per_s', 'floor_per_s', 'staff_ratio'],
  ],
  [
    'addresses: proposals with few and many taken, and reserving beside a bare insert',
    () => addresses({ size: 600, seconds: 0.2, rounds: 1 }),
    { bench: 'addresses', size: 600, small: 300 },
    ['ratio', 'reserve_ratio', 'small_per_s', 'large_per_s', 'reserve_per_s', 'floor_per_s'],
  ],
  [
    'reading: a roster by Congvu and by a bare parse',
    () => reading({ size: 200, rounds: 1 }),
    { bench: 'reading', size: 200 },
    ['ratio', 'understood_ratio', 'bare_ms', 'peak_mb', 'half_peak_mb'],
  ],
  [
    'approve: from the approving POST to an IMAP login, and the floor',
    () => approve({ size: 1 }),
    { bench: 'approve', size: 1 },
    ['ratio', 'ours_ms', 'ours_p95_ms', 'floor_ms', 'floor_p95_ms'],
    'IMAP sign-in',
  ],
  [
    'reconcile: accounts compared beside ldapsearch, and edits found and repaired',
    () => reconcile({ size: 200, rounds: 1 }),
    { bench: 'reconcile', size: 200, differences: 2 },
    ['ratio', 'ours_ms', 'floor_ms', 'peak_mb', 'repaired_ms'],
  ],
  [
    'import: the whole way of a file, and ldapadd of the same entries, plain and in transactions',
    () => importing({ size: 40 }),
    { bench: 'import', size: 40 },
    ['ratio', 'transactional_ratio', 'ours_ms', 'ldapadd_ms', 'ldapadd_txn_ms', 'peak_mb'],
  ],
  [
    'dry-run: a file planned, and a bare parse of it',
    () => dryRun({ size: 200 }),
    { bench: 'dry-run', size: 200 },
    ['ratio'],
  ],
  [
    'reorganise: a province of two in each unit, and ldapmodify of the same changes',
    () => reorganise({ size: 1 }),
    { bench: 'reorganise' },
    ['ratio', 'ours_ms', 'check_ms', 'database_ms', 'ldapmodify_ms', 'entries'],
  ],
]

// So few runs say nothing about speed; they say that the benchmarks still walk the way that people go.
describe('the benchmarks, at a size that measures nothing', () => {
  test.each(CASES)(
    '%s',
    async (_, run, is, above, says = '') => {
      const { json, table } = await run()
      expect(json).toMatchObject(is)
      expect(table).toContain(says)
      for (const name of above) expect(json[name]).toBeGreaterThan(0)
    },
    300_000,
  )
})

test('a percentile is a value that was measured', () => {
  const values = Array.from({ length: 200 }, (_, n) => 200 - n)
  expect(percentile(values, 0.95)).toBe(190)
  expect(median([3, 1, 2])).toBe(2)
  expect(percentile([], 0.5)).toBe(0)
})
