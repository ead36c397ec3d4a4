import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { PersonActor } from '../../src/access/policy.ts'
import { days, later } from '../../src/kernel/clock.ts'
import { LocalPart } from '../../src/kernel/email-address.ts'
import { AccountId, RequestId, UnitId } from '../../src/kernel/ids.ts'
import {
  decide,
  isOwn,
  REQUEST_STATES,
  type Command,
  type Request,
  type RequestState,
} from '../../src/requests/request.ts'
import { someDetails } from '../support/details.ts'

const at = new Date('2026-07-23T02:00:00Z')
const before = new Date('2026-07-22T02:00:00Z')
const unit = UnitId.parse('6f1c2f0e-0000-4000-8000-000000000001')
const hoa: PersonActor = {
  kind: 'person',
  id: 'account:6f1c2f0e-0000-4000-8000-000000000002',
  name: 'Phạm Thị Hoa',
  accountId: AccountId.parse('6f1c2f0e-0000-4000-8000-000000000002'),
  personId: null,
  address: 'phamthihoa@quangninh.gov.vn',
  contactEmail: 'hoa@example.com',
  unitId: unit,
  unitName: 'Sở Nội vụ',
  grants: [],
}
const base = {
  id: RequestId.parse('6f1c2f0e-0000-4000-8000-000000000003'),
  code: 'QN-7K3M-9TRW',
  version: 2,
  contactEmail: 'an@example.com',
  filedBy: null,
  ninHash: 'hash',
}
const details = someDetails(unit)
const local = LocalPart.parse('nguyenvanan')
const asked = { ...base, details, local, submittedAt: before, dueAt: at }
const decided = { decidedBy: hoa.accountId, decidedByName: hoa.name, decidedAt: before }

/** A request in each state. */
const IN: { [State in RequestState]: Request & { state: State } } = {
  draft: { ...base, version: 1, state: 'draft', details, local, expiresAt: before },
  submitted: { ...asked, state: 'submitted' },
  returned: { ...asked, ...decided, state: 'returned', comment: 'Sai đơn vị', expiresAt: before },
  approved: { ...asked, ...decided, state: 'approved', identity: 'in-person', handOver: 'link' },
  rejected: { ...asked, ...decided, state: 'rejected', comment: 'Không thuộc đơn vị' },
  withdrawn: { ...base, state: 'withdrawn', decidedAt: before },
  expired: { ...base, state: 'expired', decidedAt: before },
}
const by = { by: hoa, own: false, version: 2, at }
const COMMANDS: { [Type in Command['type']]: Command & { type: Type } } = {
  fill: { type: 'fill', details, at },
  choose: { type: 'choose', local, at },
  submit: { type: 'submit', at, dueAt: later(at, days(3)) },
  withdraw: { type: 'withdraw', at },
  expire: { type: 'expire', at },
  approve: { type: 'approve', ...by, identity: 'hr-list', handOver: 'slip' },
  return: { type: 'return', ...by, comment: 'Sai chức vụ' },
  reject: { type: 'reject', ...by, comment: 'Trùng' },
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

  test.each(['approve', 'return', 'reject'] as const)('of one’s own cannot be decided: %s', (type) => {
    const decision = decide(IN.submitted, { ...COMMANDS[type], own: true })
    expect(decision).toEqual({ ok: false, refusal: { kind: 'own-request' } })
  })

  test.each(['approve', 'return', 'reject'] as const)('changed since it was read is not decided: %s', (type) => {
    const decision = decide(IN.submitted, { ...COMMANDS[type], version: 1 })
    expect(decision).toEqual({ ok: false, refusal: { kind: 'changed-meanwhile' } })
  })

  test('approved keeps who, when, how the person was known and how the way in is handed over', () => {
    expect(decide(IN.submitted, COMMANDS.approve)).toMatchObject({
      value: { decidedBy: hoa.accountId, decidedAt: at, identity: 'hr-list', handOver: 'slip' },
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

  test('filed grows its version, and is due when the calendar says', () => {
    expect(decide(IN.returned, COMMANDS.submit)).toMatchObject({
      value: { version: 3, submittedAt: at, dueAt: later(at, days(3)) },
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

describe('whose request it is', () => {
  const approver = { accountId: hoa.accountId, ninHash: 'hers', contactEmail: 'hoa@example.com', address: hoa.address }
  test.each([
    [{ filedBy: null, ninHash: 'hash', contactEmail: 'an@example.com' }, false],
    [{ filedBy: hoa.accountId, ninHash: 'hash', contactEmail: 'an@example.com' }, true],
    [{ filedBy: null, ninHash: 'hers', contactEmail: 'an@example.com' }, true],
    [{ filedBy: null, ninHash: null, contactEmail: 'hoa@example.com' }, true],
    [{ filedBy: null, ninHash: null, contactEmail: hoa.address }, true],
  ])('%j: own is %s', (request, own) => {
    expect(isOwn(request, approver)).toBe(own)
  })

  test('an approver without a number or contact is not everybody without one', () => {
    const bare = { ...approver, ninHash: null, contactEmail: null }
    expect(isOwn({ filedBy: null, ninHash: null, contactEmail: 'an@example.com' }, bare)).toBe(false)
  })
})
