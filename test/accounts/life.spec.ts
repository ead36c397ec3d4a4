import { describe, expect, test } from '../support/jest.ts'
import fc from 'fast-check'
import { DEFAULT_LIFE, isLeader, keepMonthsFor, LifePolicy } from '../../src/accounts/life-policy.ts'
import {
  ACCOUNT_STATES,
  decideLife,
  LEAVING_CAUSES,
  runsOut,
  serves,
  switches,
  type AccountState,
  type Life,
  type LifeCommand,
} from '../../src/accounts/life.ts'
import { addDays, addMonths, Day } from '../../src/kernel/day.ts'

const TODAY = Day.parse('2026-11-23')
const day = (text: string) => Day.parse(text)
const life = (more: Partial<Life> = {}): Life => ({
  ...{
    state: 'active',
    personal: true,
    hasPassword: true,
    held: false,
    holdAsked: false,
    since: day('2026-01-05'),
    until: null,
  },
  ...{ cause: null, reply: null, title: 'Chuyên viên', archiveVerified: false, merged: false },
  ...more,
})
const decide = (of: Life, command: LifeCommand, early = false) => decideLife(of, command, DEFAULT_LIFE, TODAY, early)
const become = (of: Life, command: LifeCommand): Life => {
  const decision = decide(of, command)
  if (!decision.ok) throw new Error(JSON.stringify(decision.refusal))
  return decision.value
}

describe('an account in use', () => {
  test('may be suspended, with or without an end', () => {
    expect(become(life(), { type: 'suspend', until: null })).toMatchObject({ state: 'suspended', until: null })
    const until = day('2026-12-01')
    expect(become(life(), { type: 'suspend', until })).toMatchObject({ state: 'suspended', since: TODAY, until })
  })

  test('is not suspended until a day that is not to come', () => {
    const refusal = { ok: false, refusal: { kind: 'ends-before-it-begins' } }
    expect(decide(life(), { type: 'suspend', until: TODAY })).toEqual(refusal)
    expect(decide(life(), { type: 'go-on-leave', until: day('2026-11-01') })).toEqual(refusal)
  })

  test('comes back to what it was: active, or still to be activated', () => {
    const suspended = become(life(), { type: 'suspend', until: null })
    expect(become(suspended, { type: 'return' })).toMatchObject({ state: 'active', until: null })
    const never = become(life({ state: 'awaiting-activation', hasPassword: false }), { type: 'suspend', until: null })
    expect(become(never, { type: 'return' }).state).toBe('awaiting-activation')
    const shared = become(life({ personal: false, hasPassword: false }), { type: 'suspend', until: null })
    expect(become(shared, { type: 'return' }).state).toBe('active')
  })

  test('is locked for idleness only when nothing excuses it', () => {
    expect(decide(life(), { type: 'lock-idle' }).ok).toBe(true)
    for (const state of ['on-leave', 'suspended', 'awaiting-activation'] as const)
      expect(decide(life({ state }), { type: 'lock-idle' })).toMatchObject({ ok: false })
  })
})

describe('whoever leaves', () => {
  test.each([
    ['Chuyên viên', '2027-05-23'],
    ['Phó Giám đốc Sở', '2027-11-23'],
    ['chủ tịch UBND phường', '2027-11-23'],
    ['Giám định viên', '2027-05-23'],
    [null, '2027-05-23'],
  ])('as %s is kept until %s', (title, until) => {
    const left = become(life({ title }), { type: 'leave', cause: 'retired' })
    expect(left).toMatchObject({ state: 'leaving', until, cause: 'retired' })
  })

  test('is archived, deleted and buried when each term is over, not before', () => {
    const left = become(life(), { type: 'leave', cause: 'resigned' })
    expect(decide(left, { type: 'archive' })).toEqual({
      ok: false,
      refusal: { kind: 'not-yet-due', until: '2027-05-23' },
    })
    const at = (of: Life, command: LifeCommand, on: Day) => {
      const decision = decideLife(of, command, DEFAULT_LIFE, on)
      if (!decision.ok) throw new Error(JSON.stringify(decision.refusal))
      return decision.value
    }
    const archived = at(left, { type: 'archive' }, day('2027-05-23'))
    expect(archived).toMatchObject({ state: 'archived', until: '2027-05-30' })
    expect(decideLife(archived, { type: 'delete' }, DEFAULT_LIFE, day('2027-05-30'))).toEqual({
      ok: false,
      refusal: { kind: 'not-archived' },
    })
    const deleted = at({ ...archived, archiveVerified: true }, { type: 'delete' }, day('2027-05-30'))
    expect(deleted).toMatchObject({ state: 'deleted', until: '2027-08-28', hasPassword: false })
    expect(at(deleted, { type: 'bury' }, day('2027-08-28'))).toMatchObject({ state: 'tombstone', until: null })
  })

  test('may be archived and deleted early, which is for two people to say, but never buried early', () => {
    const left = become(life(), { type: 'leave', cause: 'dismissed' })
    expect(decide(left, { type: 'archive' }, true).ok).toBe(true)
    const archived = life({ state: 'archived', until: addDays(TODAY, 3), archiveVerified: true })
    expect(decide(archived, { type: 'delete' }).ok).toBe(false)
    expect(decide(archived, { type: 'delete' }, true).ok).toBe(true)
    const deleted = life({ state: 'deleted', until: addDays(TODAY, 3), hasPassword: false })
    expect(decide(deleted, { type: 'bury' }, true).ok).toBe(false)
  })

  test('may come back while kept, and be brought back when deleted, with a new password to choose', () => {
    const left = become(life(), { type: 'leave', cause: 'resigned' })
    expect(become(left, { type: 'return' })).toMatchObject({ state: 'active', cause: null })
    const deleted = life({ state: 'deleted', until: addDays(TODAY, 3), hasPassword: false, cause: 'resigned' })
    expect(become(deleted, { type: 'recover', to: 'in-use' })).toMatchObject({ state: 'awaiting-activation' })
    const kept = become(deleted, { type: 'recover', to: 'kept' })
    expect(kept).toMatchObject({ state: 'leaving', until: '2027-05-23', cause: 'resigned', archiveVerified: false })
  })
})

describe('an automatic reply', () => {
  const left = become(life(), { type: 'leave', cause: 'retired', reply: 'Tôi đã nghỉ hưu.' })

  test('begins with the leaving, and is changed or ended while letters still arrive', () => {
    expect(left).toMatchObject({ state: 'leaving', reply: 'Tôi đã nghỉ hưu.' })
    expect(become(left, { type: 'keep-until', until: day('2027-12-01') }).reply).toBe('Tôi đã nghỉ hưu.')
    expect(become(left, { type: 'reply', reply: 'Xin gửi văn thư.' }).reply).toBe('Xin gửi văn thư.')
    expect(become(left, { type: 'reply', reply: null }).reply).toBeNull()
    expect(become(life(), { type: 'leave', cause: 'retired' }).reply).toBeNull()
  })

  test('is for those alone who left and whose letters arrive', () => {
    const reply = { type: 'reply', reply: 'Tôi đi vắng.' } as const
    for (const state of ['active', 'on-leave', 'suspended', 'archived'] as const)
      expect(decide(life({ state }), reply)).toEqual({ ok: false, refusal: { kind: 'wrong-state', state } })
    expect(decideLife(left, reply, { ...DEFAULT_LIFE, receiveKept: false }, TODAY)).toEqual({
      ok: false,
      refusal: { kind: 'receives-nothing' },
    })
  })

  test('ends when the account is in use again, or archived', () => {
    expect(become(left, { type: 'return' }).reply).toBeNull()
    const archived = decide(left, { type: 'archive' }, true)
    expect(archived).toMatchObject({ ok: true, value: { reply: null } })
  })
})

describe('what runs out by itself', () => {
  test.each([
    ['suspended', 'return'],
    ['on-leave', 'return'],
    ['leaving', 'archive'],
    ['deleted', 'bury'],
  ] as const)('%s, on its day and not before', (state, type) => {
    expect(runsOut(life({ state, until: TODAY }), TODAY)).toEqual({ type })
    expect(runsOut(life({ state, until: addDays(TODAY, 1) }), TODAY)).toBeNull()
    expect(runsOut(life({ state, until: null }), TODAY)).toBeNull()
  })

  test('an archived mailbox is deleted only once its archive is verified', () => {
    const archived = life({ state: 'archived', until: TODAY })
    expect(runsOut(archived, TODAY)).toBeNull()
    expect(runsOut({ ...archived, archiveVerified: true }, TODAY)).toEqual({ type: 'delete' })
  })

  test('nothing is deleted by time while it is held', () => {
    for (const state of ['archived', 'deleted'] as const)
      expect(runsOut(life({ state, until: TODAY, held: true, archiveVerified: true }), TODAY)).toBeNull()
  })
})

describe('the three switches', () => {
  const of = (state: AccountState, more: Partial<typeof DEFAULT_LIFE> = {}) =>
    switches(state, true, { ...DEFAULT_LIFE, ...more })
  test.each([
    ['awaiting-activation', false, true, 'present'],
    ['active', true, true, 'present'],
    ['on-leave', true, true, 'present'],
    ['suspended', false, true, 'present'],
    ['idle-locked', false, true, 'present'],
    ['leaving', false, true, 'present'],
    ['archived', false, false, 'archived'],
    ['deleted', false, false, 'absent'],
    ['tombstone', false, false, 'absent'],
  ] as const)('of %s: sign-in %s, receiving %s, %s', (state, signIn, receive, presence) => {
    expect(of(state)).toEqual({ signIn, receive, presence })
  })
  test('follow the policy', () => {
    expect(of('on-leave', { signInOnLeave: false }).signIn).toBe(false)
    expect(of('suspended', { receiveSuspended: false }).receive).toBe(false)
    expect(of('leaving', { receiveKept: false }).receive).toBe(false)
  })
  test('let nobody sign in without a password', () => {
    for (const state of ACCOUNT_STATES) expect(switches(state, false, DEFAULT_LIFE).signIn).toBe(false)
  })
})

const anyDay = fc.integer({ min: -400, max: 800 }).map((n) => addDays(TODAY, n))
const anyCommand: fc.Arbitrary<LifeCommand> = fc.oneof(
  fc.constantFrom<LifeCommand>(
    ...(
      ['activate', 'lock-idle', 'return', 'archive', 'delete', 'take-back', 'bury', 'hold', 'release-hold'] as const
    ).map((type) => ({ type })),
  ),
  fc.option(anyDay).map((until): LifeCommand => ({ type: 'suspend', until })),
  anyDay.map((until): LifeCommand => ({ type: 'go-on-leave', until })),
  anyDay.map((until): LifeCommand => ({ type: 'keep-until', until })),
  fc.constantFrom(...LEAVING_CAUSES).map((cause): LifeCommand => ({ type: 'leave', cause, reply: 'Đã thôi việc' })),
  fc.option(fc.constant('Đã nghỉ hưu')).map((reply): LifeCommand => ({ type: 'reply', reply })),
  fc.constantFrom('in-use' as const, 'kept' as const).map((to): LifeCommand => ({ type: 'recover', to })),
)
type Step = {
  readonly after: number
  readonly command: LifeCommand
  readonly early: boolean
  readonly verified: boolean
}
const anySteps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({ after: fc.nat(200), command: anyCommand, early: fc.boolean(), verified: fc.boolean() }),
  { maxLength: 40 },
)

/** A life as the steps lead it, each state with what led there; refused commands change nothing. */
function* lives(steps: readonly Step[]): Generator<{ before: Life; after: Life; command: LifeCommand; today: Day }> {
  let now = life({ state: 'awaiting-activation', hasPassword: false })
  let today = TODAY
  for (const { after, command, early, verified } of steps) {
    today = addDays(today, after)
    const before = now.state === 'archived' && verified ? { ...now, archiveVerified: true } : now
    const decision = decideLife(before, command, DEFAULT_LIFE, today, early)
    if (decision.ok) {
      now = decision.value
      yield { before, after: now, command, today }
    } else now = before
  }
}

describe('whatever happens, in whatever order', () => {
  test('nothing is deleted under a hold', () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        for (const { before, after } of lives(steps))
          if (before.held && !['deleted', 'tombstone'].includes(before.state))
            expect(['deleted', 'tombstone']).not.toContain(after.state)
      }),
    )
  })

  test('nobody who has been deleted has a password, and only who serves may sign in', () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        for (const { after } of lives(steps)) {
          if (after.state === 'deleted' || after.state === 'tombstone') expect(after.hasPassword).toBe(false)
          if (switches(after.state, after.hasPassword, DEFAULT_LIFE).signIn) expect(serves(after.state)).toBe(true)
        }
      }),
    )
  })

  test('nothing comes back from the grave', () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        for (const { before } of lives(steps)) expect(before.state).not.toBe('tombstone')
      }),
    )
  })

  test('every state but the last has a way out, and time alone ends what is being kept', () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        for (const { after, today } of lives(steps)) {
          if (after.state === 'tombstone') continue
          const ways: LifeCommand[] = [
            { type: 'return' },
            { type: 'leave', cause: 'not-needed' },
            { type: 'recover', to: 'kept' },
          ]
          expect(ways.some((way) => decideLife(after, way, DEFAULT_LIFE, today).ok)).toBe(true)
          if (!['leaving', 'archived', 'deleted'].includes(after.state) || after.held) continue
          let kept = after
          for (let n = 0; n < 3 && kept.state !== 'tombstone'; n++) {
            const next = runsOut({ ...kept, archiveVerified: true }, kept.until ?? today)
            const decision =
              next && decideLife({ ...kept, archiveVerified: true }, next, DEFAULT_LIFE, kept.until ?? today)
            if (!decision?.ok) throw new Error(`${kept.state} does not run out`)
            kept = decision.value
          }
          expect(kept.state).toBe('tombstone')
        }
      }),
    )
  })
})

describe('the policy', () => {
  test('that the product begins with is a sound one', () => {
    expect(LifePolicy.parse(DEFAULT_LIFE)).toEqual(DEFAULT_LIFE)
  })
  test.each([
    [{ idleWarnDays: 45, idleLockDays: 45 }, 'idleLockDays'],
    [{ idleLockDays: 91 }, 'idleReviewDays'],
    [{ keepMonths: -1 }, 'keepMonths'],
    [{ recoverDays: 0 }, 'recoverDays'],
    [{ reviewMonths: [13] }, 'reviewMonths'],
    [{ leaderTitles: ['x'] }, 'leaderTitles'],
  ])('refuses %j', (more, field) => {
    const parsed = LifePolicy.safeParse({ ...DEFAULT_LIFE, ...more })
    expect(parsed.error?.issues.map(({ path }) => path[0])).toContain(field)
  })
  test('knows leaders by how their title begins, word by word', () => {
    expect(isLeader(DEFAULT_LIFE, 'TRUONG PHONG Nội vụ')).toBe(true)
    expect(isLeader(DEFAULT_LIFE, 'Trưởng phòngx')).toBe(false)
    expect(isLeader(DEFAULT_LIFE, 'Quyền Giám đốc')).toBe(false)
    expect(keepMonthsFor({ ...DEFAULT_LIFE, leaderKeepMonths: 24 }, 'Giám đốc')).toBe(24)
  })
})

test.each([
  ['2026-08-31', 6, '2027-02-28'],
  ['2026-11-23', 12, '2027-11-23'],
  ['2027-08-31', 6, '2028-02-29'],
  ['2026-12-31', 0, '2026-12-31'],
])('%s and %d months is %s', (from, months, to) => {
  expect(addMonths(day(from), months)).toBe(to)
})
