import { describe, expect, test } from '../support/jest.ts'
import fc from 'fast-check'
import { DEFAULT_BRAKE } from '../../src/brake/brake.ts'
import type { Surveyed } from '../../src/directory/survey.ts'
import { Day } from '../../src/kernel/day.ts'
import type { UnitId } from '../../src/kernel/ids.ts'
import {
  actsFor,
  doubtOf,
  isAsWanted,
  isInFlight,
  isSteady,
  judgeStranger,
  judgeSubject,
  keyOf,
  type Found,
  type Known,
  type Owners,
} from '../../src/reconcile/compare.ts'
import { countsOf, findingState, partsOf, planHash, sumOf, type Finding } from '../../src/reconcile/finding.ts'

const known = (more: Partial<Known> = {}): Known => ({
  ...{ kind: 'account', id: 'a', unitId: 'u' as UnitId, name: 'Đào', login: '100001' },
  ...{ revision: 3, wanted: 3, applied: 3, refused: false, remoteId: 'uuid-a', remoteDn: 'uid=100001,ou=people,dc=vn' },
  mail: { wanted: 3, applied: 3 },
  ...more,
})
const entry = (more: Partial<Surveyed> = {}): Surveyed => ({
  ...{ dn: 'uid=100001,ou=people,dc=vn', remoteId: 'uuid-a', id: 'a', known: true, revision: 3 },
  ...{ differences: [], name: 'Đào', claims: ['uid:100001', 'mail:dao@x.vn'] },
  ...more,
})
const nobody: Owners = new Map()
const judge = (own: readonly Surveyed[], more: Partial<Parameters<typeof judgeSubject>[1]> = {}, owners = nobody) =>
  judgeSubject(known(), { absent: false, own, stripped: null, home: true, ...more }, owners)
const told = (found: readonly Found[]) => found.map(({ target, kind }) => `${target} ${kind}`)
const differs = (attribute: string) => entry({ differences: [{ attribute, is: ['x'], should: ['y'] }] })

describe('one account', () => {
  test.each<[string, Found[], string[]]>([
    ['with an entry as wanted and a mailbox', judge([entry()]), []],
    ['without entry, with a mailbox', judge([]), ['directory half']],
    ['without entry and mailbox', judge([], { home: false }), ['directory missing']],
    ['without entry, the disk being unreadable', judge([], { home: null }), ['directory missing']],
    ['with an entry and no mailbox', judge([entry()], { home: false }), ['mail half']],
    ['with an entry, the disk being unreadable', judge([entry()], { home: null }), []],
    ['with another title', judge([differs('title')]), ['directory different']],
    ['with other aliases', judge([differs('congvuAlias')]), ['directory alias']],
    ['with other members', judge([differs('member')]), ['directory members']],
    ['elsewhere', judge([entry({ dn: 'uid=100001,ou=cu,dc=vn' })]), ['directory different']],
    ['spelled otherwise', judge([entry({ dn: 'UID=100001, ou=People,dc=vn' })]), []],
    ['made anew by hand', judge([entry({ remoteId: 'uuid-b' })]), ['directory different']],
    ['stripped of its identity', judge([], { stripped: entry({ id: null }) }), ['directory different']],
    ['twice', judge([entry({ dn: 'uid=b,dc=vn', remoteId: 'uuid-b' }), entry()]), ['directory double']],
    ['of which nothing should be left', judge([entry()], { absent: true }), ['directory extra', 'mail extra']],
    ['that is gone as it should be', judge([], { absent: true, home: false }), []],
  ])('%s', (_, found, expected) => expect(told(found)).toEqual(expected))

  test('that holds another’s address collides with them', () => {
    const owners: Owners = new Map([['mail:dao@x.vn', [{ id: 'b', dn: 'uid=100002,ou=people,dc=vn' }]]])
    expect(judge([differs('congvuAlias')], {}, owners)).toMatchObject([
      { kind: 'double', others: [{ dn: 'uid=100002,ou=people,dc=vn', over: 'mail:dao@x.vn' }] },
    ])
    // The database knows it by the same address, under the place where it was last seen.
    const own: Owners = new Map([['mail:dao@x.vn', [{ id: 'a', dn: 'uid=100001,ou=cu,dc=vn' }]]])
    expect(told(judge([differs('congvuAlias')], {}, own))).toEqual(['directory alias'])
  })

  test('with a later revision than the database says so', () => {
    const newer = entry({ revision: 9, differences: [{ attribute: 'congvuRevision', is: ['9'], should: ['3'] }] })
    expect(judge([newer])).toMatchObject([{ kind: 'different', newer: true }])
  })

  test('on its way is neither judged nor steady', () => {
    expect(isInFlight(known())).toBe(false)
    expect(isInFlight(known({ applied: 2 }))).toBe(true)
    // What was turned away stands still.
    expect(isInFlight(known({ applied: 2, refused: true }))).toBe(false)
    expect(isInFlight(known({ revision: 4 }))).toBe(true)
    expect(isSteady(known(), known())).toBe(true)
    expect(isSteady(known(), undefined)).toBe(false)
    expect(isSteady(known(), known({ wanted: 4, applied: 4, revision: 4 }))).toBe(false)
    expect(isSteady(known(), known({ remoteDn: 'uid=x,dc=vn' }))).toBe(false)
  })

  test('is passed over at the first look exactly when the second would find nothing', () => {
    const entries = fc.record({
      dn: fc.constantFrom('uid=100001,ou=people,dc=vn', 'UID=100001,ou=people,DC=vn', 'uid=100001,ou=cu,dc=vn'),
      remoteId: fc.constantFrom('uuid-a', 'uuid-b', null),
      differences: fc.constantFrom([], [{ attribute: 'title', is: [], should: ['x'] }]),
    })
    fc.assert(
      fc.property(entries, (more) => {
        const one = entry(more)
        expect(isAsWanted(one, known())).toBe(judge([one]).length === 0)
      }),
    )
  })
})

describe('an entry of nobody', () => {
  const stranger = entry({ id: null, known: false, remoteId: 'uuid-s', dn: 'cn=la,dc=vn' })
  test('is one too many', () => expect(judgeStranger(stranger, nobody)).toMatchObject({ kind: 'extra' }))
  test('collides with whoever has its address', () => {
    const owners: Owners = new Map([
      [
        'mail:dao@x.vn',
        [
          { id: null, dn: 'CN=la,DC=vn' },
          { id: 'b', dn: 'uid=2,dc=vn' },
        ],
      ],
    ])
    expect(judgeStranger(stranger, owners)).toMatchObject({ kind: 'double', others: [{ dn: 'uid=2,dc=vn' }] })
  })
})

describe('a reading', () => {
  const csn = (at: string, server = '000') => `${at}.000000Z#000000#${server}#000000`
  test.each([
    ['of all that there should be', { found: 1_000, expected: 1_000 }, [], null],
    ['of nothing', { found: 0, expected: 3 }, [], 'empty'],
    ['of nothing, where nothing should be', { found: 0, expected: 0 }, [], null],
    ['of a few less', { found: 996, expected: 1_000 }, [], null],
    ['of too few', { found: 949, expected: 1_000 }, [], 'shrunk'],
    ['of an older state', { found: 1_000, expected: 1_000 }, [csn('20261125000000')], 'older'],
    [
      'of an older state of one of two servers',
      { found: 9, expected: 9 },
      [csn('20261123000000'), csn('20261126000000', '001')],
      'older',
    ],
    ['of a server that was not there before', { found: 9, expected: 9 }, [csn('20261130000000', '007')], null],
  ])('%s', (_, { found, expected }, last, kind) => {
    const now = [csn('20261124000000'), csn('20261124000000', '001')]
    expect(doubtOf({ found, expected, csn: now }, last, DEFAULT_BRAKE)?.kind ?? null).toBe(kind)
  })
})

describe('a finding', () => {
  const base = judge([differs('title')])[0]
  if (!base) throw new Error('none')
  const finding = (more: Partial<Finding> = {}): Finding => ({
    ...{ ...base, id: 'f', key: keyOf(base), firstAt: new Date(0), lastAt: new Date(0), goneAt: null, doing: null },
    ...{ doingAt: null, trouble: null, ignored: null },
    ...more,
  })

  test.each<[string, Partial<Finding>, string[]]>([
    ['a difference', {}, ['repair', 'accept', 'ignore']],
    [
      'a difference that only Congvu decides',
      { differences: [{ attribute: 'mail', is: [], should: [] }] },
      ['repair', 'ignore'],
    ],
    ['a stranger', { kind: 'extra', subject: null }, ['adopt', 'remove', 'ignore']],
    ['a stranger’s home', { kind: 'extra', subject: null, target: 'mail' }, ['ignore']],
    ['something left of an account that is gone', { kind: 'extra' }, ['repair', 'ignore']],
    ['a second entry', { kind: 'double', differences: [] }, ['remove', 'ignore']],
    ['an address of somebody else', { kind: 'double' }, ['repair', 'ignore']],
  ])('%s can be dealt with', (_, more, acts) => expect(actsFor(finding(more))).toEqual(acts))

  test('is ignored until a day, and then open again', () => {
    const ignored = { until: Day.parse('2026-12-01'), why: 'máy quét', byName: 'A' }
    expect(findingState(finding({ ignored }), Day.parse('2026-12-01'))).toBe('ignored')
    expect(findingState(finding({ ignored }), Day.parse('2026-12-02'))).toBe('open')
    expect(findingState(finding({ ignored, doing: 'repair' }), Day.parse('2026-12-01'))).toBe('doing')
  })

  test('makes a plan another one by every change of it', () => {
    const [a, b] = [finding(), finding({ id: 'g', dn: 'uid=g,dc=vn' })]
    expect(planHash('repair', [a, b])).toBe(planHash('repair', [b, a]))
    expect(planHash('remove', [a, b])).not.toBe(planHash('repair', [a, b]))
    expect(planHash('repair', [a])).not.toBe(planHash('repair', [a, b]))
    expect(planHash('repair', [finding({ differences: [] })])).not.toBe(planHash('repair', [a]))
  })

  test('counts once for an account that has several', () => {
    const parts = partsOf('repair', [
      finding(),
      finding({ id: 'g', target: 'mail' }),
      finding({ id: 'h', subject: null, unitId: null }),
    ])
    expect(parts).toEqual([
      { change: 'repair', unitId: 'u', n: 1 },
      { change: 'repair', unitId: null, n: 1 },
    ])
    expect(sumOf(countsOf([base, base]))).toBe(2)
  })
})
