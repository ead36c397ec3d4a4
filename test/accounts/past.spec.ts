import { describe, expect, test } from '../support/jest.ts'
import type { AccountEventKind, EventDetail } from '../../src/accounts/account.ts'
import { addressesOn, quotaOn, stateAfter } from '../../src/accounts/past.ts'
import { Day } from '../../src/kernel/day.ts'

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

describe('the addresses at the end of a day', () => {
  const at = (text: string) => new Date(`${text}T03:00:00Z`)
  const day = (text: string) => Day.parse(text)
  const lived = (local: string, since: string) => ({ local, livedAt: at(since) })
  const event = (
    kind: AccountEventKind,
    on: string,
    note: string | null = null,
    detail: EventDetail | null = null,
  ) => ({
    ...{ kind, at: at(on), note, detail },
  })

  test('are those known by then, a new primary one from the day that it lived', () => {
    const all = [lived('an', '2020-01-01'), lived('an.alias', '2021-01-01'), lived('binh', '2022-01-01')]
    const events = [
      event('alias-added', '2021-01-01', 'an.alias@x.vn'),
      event('address-changed', '2022-01-01', 'binh@x.vn'),
      event('alias-removed', '2023-01-01', 'an@x.vn'),
      event('address-changed', '2024-01-01', 'an@x.vn'),
    ]
    const on = (text: string) => addressesOn(all, events, day(text))
    expect(on('2019-12-31')).toEqual({ primary: null, aliases: [] })
    expect(on('2020-06-01')).toEqual({ primary: 'an', aliases: [] })
    expect(on('2021-06-01')).toEqual({ primary: 'an', aliases: ['an.alias'] })
    expect(on('2022-06-01')).toEqual({ primary: 'binh', aliases: ['an', 'an.alias'] })
    expect(on('2023-06-01')).toEqual({ primary: 'binh', aliases: ['an.alias'] })
    expect(on('2024-06-01')).toEqual({ primary: 'an', aliases: ['an.alias', 'binh'] })
  })

  test('without an event, as after a reorganisation, are told by their age; another record’s from the day of the merge', () => {
    const all = [lived('an', '2020-01-01'), lived('an.moi', '2022-01-01'), lived('an2', '2021-01-01')]
    const events = [event('record-merged', '2023-01-01', 'An, an2@x.vn', { addresses: ['an2@x.vn'] })]
    expect(addressesOn(all, events, day('2021-06-01'))).toEqual({ primary: 'an', aliases: [] })
    expect(addressesOn(all, events, day('2022-06-01'))).toEqual({ primary: 'an.moi', aliases: ['an'] })
    expect(addressesOn(all, events, day('2023-06-01'))).toEqual({ primary: 'an.moi', aliases: ['an', 'an2'] })
  })

  test('and the size of the mailbox: what it became last, or was before it changed', () => {
    const events = [
      event('quota-changed', '2021-01-01', '2048 → 4096 MB'),
      event('quota-changed', '2023-01-01', '4096 → 8192 MB'),
    ]
    const on = (text: string) => quotaOn(events, 9000, day(text))
    expect([on('2020-06-01'), on('2022-06-01'), on('2024-01-01')]).toEqual([2048, 4096, 8192])
    expect(quotaOn([], 1024, day('2020-01-01'))).toBe(1024)
  })
})
