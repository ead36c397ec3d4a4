import { describe, expect, test } from '../support/jest.ts'
import fc from 'fast-check'
import { days, later } from '../../src/kernel/clock.ts'
import { LocalPart } from '../../src/kernel/email-address.ts'
import { AccountId, RequestId, UnitId } from '../../src/kernel/ids.ts'
import { waitingStep, type Course, type Step } from '../../src/requests/course.ts'
import type { Approver } from '../../src/requests/eyes.ts'
import {
  decide,
  REQUEST_STATES,
  type Command,
  type Request,
  type RequestState,
  type Submitted,
} from '../../src/requests/request.ts'
import { IT_STAFF, type Ladder, type Seat } from '../../src/requests/seats.ts'
import { someDetails } from '../support/details.ts'

const at = new Date('2026-07-23T02:00:00Z')
const before = new Date('2026-07-22T02:00:00Z')
const unit = UnitId.parse('6f1c2f0e-0000-4000-8000-000000000001')
const above = UnitId.parse('6f1c2f0e-0000-4000-8000-000000000009')
const seatOf = (id: UnitId): Seat => ({ kind: 'unit', unit: id })
const person = (n: number, name: string, ...seats: Seat[]): Approver => ({
  accountId: AccountId.parse(`6f1c2f0e-0000-4000-8000-0000000000a${n}`),
  ...{ name, ninHash: `hash ${n}`, contactEmail: `${n}@example.com`, address: `${n}@quangninh.gov.vn` },
  ...{ seats, deputyFor: [] },
})
const hoa = person(1, 'Phạm Thị Hoa', seatOf(unit))
const ha = person(2, 'Trần Thị Minh Hà', seatOf(above))
const thang = person(3, 'Lê Đức Thắng', IT_STAFF)
const ladder: Ladder = { seats: [seatOf(unit), seatOf(above), IT_STAFF], passed: [], vacant: false }
const base = {
  id: RequestId.parse('6f1c2f0e-0000-4000-8000-000000000003'),
  code: 'QN-7K3M-9TRW',
  ...{ version: 2, sendings: 1, contactEmail: 'an@example.com', filedBy: null, ninHash: 'hash' },
}
const details = someDetails(unit)
const local = LocalPart.parse('nguyenvanan')
const step = (seat: Step['seat'], by: Approver | null = null): Step => ({
  ...{ seat, days: 2 },
  act: by && { by: by.accountId, byName: by.name, for: null, at: before, seat: seatOf(unit) },
})
const courseOf = (...steps: Step[]): Course => ({
  ...{ steps, basis: { version: 0, place: { kind: 'everywhere' } }, level: 0, upAt: at, passedUp: null },
})
const asked = { ...base, details, local, submittedAt: before, dueAt: at, course: courseOf(step('unit-admin')) }
const decided = { decidedBy: hoa.accountId, decidedByName: hoa.name, decidedAt: before }
const vouched = { identity: 'in-person', handOver: 'link' } as const

/** A request in each state. */
const IN: { [State in RequestState]: Request & { state: State } } = {
  draft: { ...base, version: 1, sendings: 0, state: 'draft', details, local, expiresAt: before },
  submitted: { ...asked, vouched: null, state: 'submitted' },
  returned: { ...asked, ...decided, vouched: null, state: 'returned', comment: 'Sai đơn vị', expiresAt: before },
  approved: { ...asked, ...decided, vouched, state: 'approved' },
  rejected: { ...asked, ...decided, vouched: null, state: 'rejected', comment: 'Không thuộc đơn vị' },
  withdrawn: { ...base, state: 'withdrawn', decidedAt: before },
  expired: { ...base, state: 'expired', decidedAt: before },
}
const due = (n: number) => later(at, days(n))
const by = { by: hoa, ladder, version: 2, at }
const COMMANDS: { [Type in Command['type']]: Command & { type: Type } } = {
  fill: { type: 'fill', details, at },
  choose: { type: 'choose', local, at },
  submit: {
    ...{ type: 'submit', at, due, basis: { version: 4, place: { kind: 'everywhere' } } },
    steps: [
      { seat: 'unit-admin', days: 3 },
      { seat: 'it-staff', days: 5 },
    ],
  },
  withdraw: { type: 'withdraw', at },
  expire: { type: 'expire', at },
  approve: { type: 'approve', ...by, due, vouched: { identity: 'hr-list', handOver: 'slip' } },
  return: { type: 'return', ...by, comment: 'Sai chức vụ' },
  reject: { type: 'reject', ...by, comment: 'Trùng' },
  'take-over': { type: 'take-over', ...by, by: thang, due },
  'pass-up': { type: 'pass-up', ladder, due, at },
}
/** Where each command leads from each state; what is not named is refused. */
const LEADS: { [Type in Command['type']]: Partial<Record<RequestState, RequestState>> } = {
  fill: { draft: 'draft', returned: 'returned' },
  choose: { draft: 'draft', returned: 'returned' },
  submit: { draft: 'submitted', returned: 'submitted' },
  withdraw: { draft: 'withdrawn', submitted: 'withdrawn', returned: 'withdrawn' },
  expire: { draft: 'expired', returned: 'expired' },
  approve: { submitted: 'approved' },
  return: { submitted: 'returned' },
  reject: { submitted: 'rejected' },
  'take-over': { submitted: 'submitted' },
  'pass-up': { submitted: 'submitted' },
}
const TYPES = Object.keys(COMMANDS) as Command['type'][]
const table = TYPES.flatMap((type) => REQUEST_STATES.map((state) => [type, state, LEADS[type][state] ?? null] as const))

describe('a request', () => {
  test.each(table)('%s when %s → %s', (type, state, leadsTo) => {
    const decision = decide(IN[state], COMMANDS[type])
    if (leadsTo) expect(decision).toMatchObject({ ok: true, value: { state: leadsTo, id: base.id, code: base.code } })
    else expect(decision).toMatchObject({ ok: false, refusal: { kind: 'not-in-state', was: state } })
  })

  test('that was decided tells by whom and when', () => {
    expect(decide(IN.approved, COMMANDS.approve)).toEqual({
      ok: false,
      refusal: { kind: 'not-in-state', was: 'approved', byName: 'Phạm Thị Hoa', at: before },
    })
    expect(decide(IN.withdrawn, COMMANDS.approve)).toMatchObject({ refusal: { byName: null, at: before } })
  })

  test.each(['approve', 'return', 'reject', 'take-over'] as const)('of one’s own cannot be decided: %s', (type) => {
    const own = { ...IN.submitted, filedBy: COMMANDS[type].by.accountId }
    expect(decide(own, COMMANDS[type])).toEqual({ ok: false, refusal: { kind: 'own-request' } })
  })

  test.each(['approve', 'return', 'reject'] as const)('changed since it was read is not decided: %s', (type) => {
    const decision = decide(IN.submitted, { ...COMMANDS[type], version: 1 })
    expect(decision).toEqual({ ok: false, refusal: { kind: 'changed-meanwhile', byName: null, at: null } })
  })

  test('approved keeps who, when, how the person was known and how the way in is handed over', () => {
    expect(decide(IN.submitted, COMMANDS.approve)).toMatchObject({
      value: {
        ...{ decidedBy: hoa.accountId, decidedAt: at, vouched: { identity: 'hr-list', handOver: 'slip' } },
        course: { steps: [{ act: { by: hoa.accountId, byName: hoa.name, for: null, at, seat: seatOf(unit) } }] },
      },
    })
  })

  test('without details or address cannot be filed', () => {
    const empty: Request = { ...IN.draft, details: null, local: null }
    expect(decide(empty, COMMANDS.submit)).toEqual({ ok: false, refusal: { kind: 'incomplete', missing: 'details' } })
    expect(decide(empty, COMMANDS.choose)).toEqual({ ok: false, refusal: { kind: 'incomplete', missing: 'details' } })
    const homeless: Request = { ...IN.draft, local: null }
    expect(decide(homeless, COMMANDS.submit)).toEqual({
      ok: false,
      refusal: { kind: 'incomplete', missing: 'address' },
    })
  })

  test('under another name chooses its address anew, under the same keeps it', () => {
    const other = someDetails(unit, { fullName: 'Nguyễn Thị An' })
    expect(decide(IN.draft, { ...COMMANDS.fill, details: other })).toMatchObject({ value: { local: null } })
    const moved = someDetails(unit, { position: 'Văn thư' })
    expect(decide(IN.draft, { ...COMMANDS.fill, details: moved })).toMatchObject({ value: { local } })
  })

  test('filed grows its version, begins its steps anew, and is due when the calendar says', () => {
    const acted = { ...IN.returned, vouched, course: courseOf(step('unit-admin', hoa), step('it-staff')) }
    expect(decide(acted, COMMANDS.submit)).toMatchObject({
      value: {
        ...{ version: 3, sendings: 2, submittedAt: at, dueAt: due(3), vouched: null },
        course: {
          ...{ basis: { version: 4 }, level: 0, upAt: due(3), passedUp: null },
          steps: [
            { seat: 'unit-admin', days: 3, act: null },
            { seat: 'it-staff', days: 5, act: null },
          ],
        },
      },
    })
  })

  test('expires not before its time, and a returned one has thirty days', () => {
    const fresh: Request = { ...IN.draft, expiresAt: later(at, 1) }
    expect(decide(fresh, COMMANDS.expire)).toEqual({ ok: false, refusal: { kind: 'not-yet' } })
    expect(decide(IN.submitted, COMMANDS.return)).toMatchObject({ value: { expiresAt: later(at, days(30)) } })
  })

  test('goes through any commands without a throw, and what is settled stays', () => {
    const command = fc.constantFrom(...TYPES).map((type) => COMMANDS[type])
    fc.assert(
      fc.property(fc.array(command, { maxLength: 12 }), (commands) => {
        let request: Request = { ...IN.draft, details: null, local: null }
        for (const each of commands) {
          const asks = 'version' in each ? { ...each, version: request.version } : each
          const decision = decide(request, asks)
          const settled = ['approved', 'rejected', 'withdrawn', 'expired'].includes(request.state)
          if (settled) expect(decision.ok).toBe(false)
          if (decision.ok) {
            expect(decision.value.version).toBeGreaterThanOrEqual(request.version)
            request = decision.value
          }
        }
      }),
    )
  })
})

describe('a request of several steps', () => {
  const two: Submitted = { ...IN.submitted, course: courseOf(step('unit-admin'), step('it-staff')) }
  const second: Submitted = { ...two, version: 3, vouched, course: courseOf(step('unit-admin', hoa), step('it-staff')) }
  const itOnly: Ladder = { seats: [IT_STAFF], passed: [], vacant: false }

  test('waits for its second after its first, with the time that it has', () => {
    const decision = decide(two, COMMANDS.approve)
    expect(decision).toMatchObject({
      ok: true,
      value: {
        ...{ state: 'submitted', version: 3, dueAt: due(2), vouched: { identity: 'hr-list', handOver: 'slip' } },
        course: { level: 0, upAt: due(2), steps: [{ act: { by: hoa.accountId } }, { act: null }] },
      },
    })
    if (!decision.ok || decision.value.state !== 'submitted') throw new Error('not submitted')
    expect(waitingStep(decision.value.course)?.index).toBe(1)
  })

  test('is approved by its last, which may leave to the first who the person is', () => {
    const last = { ...COMMANDS.approve, by: thang, ladder: itOnly, version: 3, vouched: null }
    expect(decide(second, last)).toMatchObject({ ok: true, value: { state: 'approved', vouched } })
    const unknown = { ...second, vouched: null }
    expect(decide(unknown, last)).toEqual({ ok: false, refusal: { kind: 'incomplete', missing: 'identity' } })
  })

  test('is not approved twice by the same person, whatever seats they hold', () => {
    const both = { ...hoa, seats: [...hoa.seats, IT_STAFF] }
    for (const type of ['approve', 'return', 'reject'] as const)
      expect(decide(second, { ...COMMANDS[type], by: both, ladder: itOnly, version: 3 })).toEqual({
        ...{ ok: false, refusal: { kind: 'acted-before' } },
      })
  })

  test('tells whoever comes late who was faster', () => {
    expect(decide(second, { ...COMMANDS.approve, by: ha })).toEqual({
      ok: false,
      refusal: { kind: 'changed-meanwhile', byName: 'Phạm Thị Hoa', at: before },
    })
  })

  test('waits for its seat: nobody else decides', () => {
    for (const type of ['approve', 'return', 'reject'] as const)
      expect(decide(two, { ...COMMANDS[type], by: thang })).toEqual({ ok: false, refusal: { kind: 'not-your-turn' } })
  })
})

describe('a request that is not answered', () => {
  const at2 = { ...IN.submitted, course: { ...IN.submitted.course, upAt: before } }

  test('is passed up seat by seat, each time after the days of the step, and no further than the last', () => {
    let request: Request = at2
    for (const [level, to] of [seatOf(above), IT_STAFF].entries()) {
      if (request.state !== 'submitted') throw new Error(request.state)
      const now = later(request.course.upAt, 1)
      const soon = decide(request, { ...COMMANDS['pass-up'], at: request.course.upAt, due: () => now })
      expect(soon).toMatchObject({ ok: true })
      const decision = decide(request, { ...COMMANDS['pass-up'], at: now, due: (n) => later(now, days(n)) })
      expect(decision).toMatchObject({
        ...{ ok: true, value: { state: 'submitted', version: 2, dueAt: at } },
        value: { course: { level: level + 1, upAt: later(now, days(2)), passedUp: { at: now, to } } },
      })
      if (decision.ok) request = decision.value
    }
    expect(decide(request, { ...COMMANDS['pass-up'], at: later(at, days(99)) })).toMatchObject({
      refusal: { kind: 'not-yet' },
    })
  })

  test('is not passed up before its time', () => {
    const early = { ...IN.submitted, course: { ...IN.submitted.course, upAt: later(at, 1) } }
    expect(decide(early, COMMANDS['pass-up'])).toEqual({ ok: false, refusal: { kind: 'not-yet' } })
  })

  test('passed up, is decided above or still below', () => {
    const up = { ...at2, course: { ...at2.course, level: 1 } }
    expect(decide(up, { ...COMMANDS.approve, by: ha })).toMatchObject({ ok: true, value: { state: 'approved' } })
    expect(decide(up, { ...COMMANDS.approve, by: hoa })).toMatchObject({ ok: true, value: { state: 'approved' } })
    expect(decide(up, { ...COMMANDS.approve, by: thang })).toMatchObject({ refusal: { kind: 'not-your-turn' } })
  })
})

describe('taking over', () => {
  const take = COMMANDS['take-over']
  test('opens a request to the seat of whoever takes it', () => {
    expect(decide(IN.submitted, { ...take, by: ha })).toMatchObject({
      value: { version: 2, course: { level: 1, passedUp: { at, to: seatOf(above) } } },
    })
    expect(decide(IN.submitted, take)).toMatchObject({ value: { course: { level: 2, passedUp: { to: IT_STAFF } } } })
  })

  test('is for those above only', () => {
    expect(decide(IN.submitted, { ...take, by: hoa })).toEqual({ ok: false, refusal: { kind: 'your-turn' } })
    const aside = { ...hoa, seats: [seatOf(UnitId.parse('6f1c2f0e-0000-4000-8000-000000000008'))] }
    expect(decide(IN.submitted, { ...take, by: aside })).toEqual({ ok: false, refusal: { kind: 'not-your-turn' } })
    expect(decide(IN.submitted, { ...take, version: 1 })).toMatchObject({ refusal: { kind: 'changed-meanwhile' } })
  })
})
