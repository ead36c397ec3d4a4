import { describe, expect, test } from '../support/jest.ts'
import { mindful } from '../../src/provisioning/passing.ts'
import type { Pass } from '../../src/provisioning/store.ts'

const now = new Date('2026-07-23T02:00:00Z')
const after = (ms: number) => new Date(now.getTime() + ms)
const pass = (more: Partial<Pass> = {}): Pass => ({
  ...{ giver: 'giver', giverAt: now, taker: 'taker', takerAt: now, takerFault: null, ...more },
})
const waits = (passed: Pass, ...here: string[]) => mindful([passed], new Set(here), now).waits.get('giver')

describe('who gives an address up', () => {
  test('need not wait for whom it is written with', () => {
    expect(waits(pass(), 'giver', 'taker')).toBeUndefined()
  })

  test('waits a little for whom another worker has in hand', () => {
    expect(waits(pass(), 'giver')).toBe(200)
  })

  test('waits as long as the other does, also where that is here for the mail server alone', () => {
    expect(waits(pass({ takerAt: after(3_000) }), 'giver')).toBe(3_000)
    expect(waits(pass({ takerAt: after(3_000) }), 'giver', 'taker')).toBe(3_000)
  })

  test('does not wait for whom the directory refuses', () => {
    expect(waits(pass({ takerAt: after(60_000), takerFault: 'refused' }), 'giver')).toBeUndefined()
  })

  test('waits for the last of several', () => {
    const several = [pass({ takerAt: after(3_000) }), pass({ taker: 'other', takerAt: after(1_000) })]
    const { takesFrom, waits: all } = mindful(several, new Set(['giver']), now)
    expect(all.get('giver')).toBe(3_000)
    expect([...takesFrom]).toEqual([
      ['taker', ['giver']],
      ['other', ['giver']],
    ])
  })
})
