import { describe, expect, test } from '../support/jest.ts'
import { decideToken, TOKEN_DAYS, TOKENS_MAX, tokenState } from '../../src/access/access-token.ts'
import { ACTIONS, cliActor, permit, publicActor, type Grant, type PersonActor } from '../../src/access/policy.ts'
import { scopeOf, SCOPES, scopesFor } from '../../src/access/scope.ts'
import { days, later } from '../../src/kernel/clock.ts'
import { AccountId, UnitId } from '../../src/kernel/ids.ts'

const at = new Date('2026-11-25T02:00:00Z')
const unit = UnitId.parse('6f1c2f0e-0000-4000-8000-000000000001')
const person = (...grants: Grant[]): PersonActor => ({
  ...{ kind: 'person', id: 'account:1', name: 'Phạm Thị Hoa', personId: null, contactEmail: null, unitId: unit },
  ...{ accountId: AccountId.parse('6f1c2f0e-0000-4000-8000-0000000000aa'), address: 'hoa@quangninh.gov.vn' },
  ...{ unitName: '', grants },
})
const itStaff = person({ role: 'it-staff', unitId: null, units: 'all' })

describe('a token', () => {
  test.each(TOKEN_DAYS)('of %d days ends after as many, and never lasts longer than a year', (n) => {
    const decision = decideToken({ scopes: ['me:read'], days: n }, { usable: 0, possible: SCOPES }, at)
    expect(decision).toEqual({ ok: true, value: { scopes: ['me:read'], expiresAt: later(at, days(n)) } })
    expect(n).toBeLessThanOrEqual(366)
  })

  test('has its scopes once and in order', () => {
    const asked = { scopes: ['units:read', 'me:read', 'units:read'], days: 7 } as const
    expect(decideToken(asked, { usable: 0, possible: SCOPES }, at)).toMatchObject({
      value: { scopes: ['me:read', 'units:read'] },
    })
  })

  test('is refused a scope that its owner’s roles do not reach', () => {
    const asked = { scopes: ['me:read', 'units:change'], days: 7 } as const
    const decision = decideToken(asked, { usable: 0, possible: scopesFor(person()) }, at)
    expect(decision).toEqual({ ok: false, refusal: { kind: 'scope-beyond-role', scope: 'units:change' } })
  })

  test(`is refused to whoever has ${TOKENS_MAX} already`, () => {
    const decision = decideToken({ scopes: [], days: 7 }, { usable: TOKENS_MAX, possible: [] }, at)
    expect(decision).toEqual({ ok: false, refusal: { kind: 'too-many-tokens', most: TOKENS_MAX } })
  })

  test('is usable until its end or its revocation', () => {
    const until = { expiresAt: later(at, 1), revokedAt: null }
    expect(tokenState(until, at)).toBe('usable')
    expect(tokenState(until, until.expiresAt)).toBe('expired')
    expect(tokenState({ ...until, revokedAt: at }, at)).toBe('revoked')
  })
})

describe('a scope', () => {
  test('opens at least one action, each', () => {
    const opened = new Set(ACTIONS.map(scopeOf))
    expect(SCOPES.filter((scope) => !opened.has(scope))).toEqual([])
  })

  test('is of use to whoever may do one of its actions', () => {
    expect(scopesFor(publicActor)).toEqual([])
    expect(scopesFor(person())).toEqual(['me:read', 'requests:ask'])
    expect(scopesFor(itStaff)).toEqual(SCOPES)
    expect(scopesFor(cliActor('root'))).not.toContain('me:read')
  })

  test('opens no making or ending of tokens: one that leaked begets no other', () => {
    for (const action of ACTIONS.filter((each) => each.endsWith('tokens') || each.startsWith('token.'))) {
      expect(scopeOf(action)).toBeNull()
      expect(permit(itStaff, action).ok).toBe(true)
    }
  })
})
