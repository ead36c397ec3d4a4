import { describe, expect, test } from '../support/jest.ts'
import { AccountId, UnitId } from '../../src/kernel/ids.ts'
import type { Step } from '../../src/requests/course.ts'
import { isOwn, standing, type Approver, type Sitter } from '../../src/requests/eyes.ts'
import { IT_STAFF, type Seat } from '../../src/requests/seats.ts'

const at = new Date('2026-07-23T02:00:00Z')
const seat = (n: number): Seat => ({ kind: 'unit', unit: UnitId.parse(`6f1c2f0e-0000-4000-8000-00000000000${n}`) })
const sitter = (n: number, ...seats: Seat[]): Sitter => ({
  accountId: AccountId.parse(`6f1c2f0e-0000-4000-8000-0000000000a${n}`),
  ...{ name: `Người ${n}`, ninHash: `hash ${n}`, contactEmail: `${n}@example.com` },
  ...{ address: `nguoi${n}@quangninh.gov.vn`, seats },
})
const approver = (one: Sitter, ...deputyFor: Sitter[]): Approver => ({ ...one, deputyFor })
const taken = (by: Sitter, principal: Sitter | null = null): Step => ({
  ...{ seat: 'unit-admin', days: 1 },
  act: {
    ...{ by: by.accountId, byName: by.name, at, seat: seat(1) },
    for: principal && { id: principal.accountId, name: principal.name },
  },
})
const request = (...steps: Step[]) => ({
  ...{ filedBy: null, ninHash: null, contactEmail: 'an@example.com' },
  course: { steps: [...steps, { seat: 'it-staff', days: 1, act: null } as const] },
})

describe('whose request it is', () => {
  const hoa = sitter(1)
  test.each([
    [{ filedBy: null, ninHash: 'hash', contactEmail: 'an@example.com' }, false],
    [{ filedBy: hoa.accountId, ninHash: 'hash', contactEmail: 'an@example.com' }, true],
    [{ filedBy: null, ninHash: 'hash 1', contactEmail: 'an@example.com' }, true],
    [{ filedBy: null, ninHash: null, contactEmail: '1@example.com' }, true],
    [{ filedBy: null, ninHash: null, contactEmail: hoa.address }, true],
  ])('%j: own is %s', (parties, own) => {
    expect(isOwn(parties, hoa)).toBe(own)
  })

  test('an approver without a number or contact is not everybody without one', () => {
    const bare = { ...hoa, ninHash: null, contactEmail: null }
    expect(isOwn({ filedBy: null, ninHash: null, contactEmail: 'an@example.com' }, bare)).toBe(false)
  })
})

describe('who may sit where', () => {
  const [one, two] = [sitter(1, seat(1)), sitter(2, seat(2))]
  const [it, nobody] = [sitter(3, IT_STAFF), sitter(4)]
  const own = (who: Sitter) => ({ ...request(), filedBy: who.accountId })

  test.each([
    ['at one’s own seat', request(), approver(one), [seat(1)], { for: null, seat: seat(1) }],
    [
      'at the nearest of several',
      request(),
      approver({ ...one, seats: [seat(2), seat(1)] }),
      [seat(1), seat(2)],
      { for: null, seat: seat(1) },
    ],
    ['as a deputy, for whom they deputise', request(), approver(nobody, one), [seat(1)], { for: one, seat: seat(1) }],
    [
      'in person rather than as a deputy',
      request(),
      approver(two, one),
      [seat(1), seat(2)],
      { for: null, seat: seat(2) },
    ],
    [
      'for the second where the first has acted',
      request(taken(one)),
      approver(nobody, one, { ...two, seats: [seat(1)] }),
      [seat(1)],
      { for: { ...two, seats: [seat(1)] }, seat: seat(1) },
    ],
    [
      'after somebody else has taken a step',
      request(taken(two)),
      approver(one),
      [seat(1)],
      { for: null, seat: seat(1) },
    ],
  ])('%s', (_, of, who, open, value) => {
    expect(standing(of, who, open)).toEqual({ ok: true, value })
  })

  test.each([
    ['without a seat', request(), approver(nobody), [seat(1)], 'not-your-turn'],
    ['at a seat that is not open', request(), approver(two), [seat(1)], 'not-your-turn'],
    ['on their own request', own(one), approver(one), [seat(1)], 'own-request'],
    ['for somebody whose own request it is', own(one), approver(nobody, one), [seat(1)], 'own-request'],
    ['in person, being the deputy of the applicant', own(two), approver(one, two), [seat(1)], 'own-request'],
    ['a second time', request(taken(one)), approver(one), [seat(1)], 'acted-before'],
    [
      'a second time, at another seat',
      request(taken(it)),
      approver({ ...it, seats: [IT_STAFF, seat(1)] }),
      [seat(1)],
      'acted-before',
    ],
    ['in person after having deputised', request(taken(one, two)), approver(one), [seat(1)], 'acted-before'],
    ['after a deputy has acted for them', request(taken(nobody, one)), approver(one), [seat(1)], 'acted-before'],
    ['as a deputy after having acted', request(taken(nobody)), approver(nobody, one), [seat(1)], 'acted-before'],
    ['for somebody who has acted', request(taken(one)), approver(nobody, one), [seat(1)], 'acted-before'],
    [
      'for somebody for whom another deputy has acted',
      request(taken(two, one)),
      approver(nobody, one),
      [seat(1)],
      'acted-before',
    ],
  ])('not %s', (_, of, who, open, kind) => {
    expect(standing(of, who, open)).toEqual({ ok: false, refusal: { kind } })
  })
})
