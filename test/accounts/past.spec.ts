import { describe, expect, test } from '@jest/globals'
import type { AccountEventKind, EventDetail } from '../../src/accounts/account.ts'
import { stateAfter } from '../../src/accounts/past.ts'

const after = (...kinds: (AccountEventKind | [AccountEventKind, EventDetail])[]) =>
  stateAfter(
    kinds.map((each) => (typeof each === 'string' ? { kind: each, detail: null } : { kind: each[0], detail: each[1] })),
    true,
  ).state

describe('the state that events have led to', () => {
  test('is none before the issue, and follows the life', () => {
    expect(after()).toBeNull()
    expect(after('issued')).toBe('awaiting-activation')
    expect(after('issued', 'ready', 'password-set', 'activated')).toBe('active')
    expect(after('issued', 'password-set', 'suspended', 'quota-changed')).toBe('suspended')
    expect(after('issued', 'password-set', 'suspended', 'came-back')).toBe('active')
    expect(after('issued', 'suspended', 'came-back')).toBe('awaiting-activation')
    expect(after('issued', 'password-set', 'left', 'archived', 'deleted', 'buried')).toBe('tombstone')
  })

  test('is kept or in use after a recovery, which a deletion leaves without a password', () => {
    expect(after('issued', 'password-set', 'left', ['recovered', { until: '2027-01-01' as never }])).toBe('leaving')
    expect(after('issued', 'password-set', 'left', 'archived', 'recovered')).toBe('active')
    expect(after('issued', 'password-set', 'left', 'deleted', 'recovered')).toBe('awaiting-activation')
  })

  test('knows holds apart from it, and shared mailboxes that nobody activates', () => {
    expect(
      stateAfter(
        [
          { kind: 'issued', detail: null },
          { kind: 'held', detail: null },
        ],
        true,
      ).held,
    ).toBe(true)
    expect(stateAfter([{ kind: 'issued', detail: null }], false).state).toBe('active')
  })
})
