import { describe, expect, test } from '../support/jest.ts'
import fc from 'fast-check'
import { hashOf, outcomeOf, partsOf, settled } from '../../src/reorganisations/outcome.ts'
import { Day } from '../../src/kernel/day.ts'
import type { Draft, Step } from '../../src/reorganisations/draft.ts'
import { above } from '../../src/reorganisations/after.ts'
import {
  accountId,
  administers,
  create,
  dissolve,
  draft,
  faults,
  has,
  local,
  mailbox,
  merge,
  move,
  ON,
  outcome,
  person,
  rename,
  rule,
  seat,
  split,
  splitOff,
  TODAY,
  unit,
  unitId,
  waiting,
  world,
} from './builders.ts'

const placeOf = (found: ReturnType<typeof outcome>, n: number) => found.places.to.get(accountId(n))

describe('a merger', () => {
  const found = outcome([merge(2, 3)])

  test('takes everybody and the departments along', () => {
    expect(found.faults).toEqual([])
    expect([20, 21, 22].map((n) => placeOf(found, n))).toEqual([unitId(3), unitId(3), unitId(3)])
    expect(placeOf(found, 30)).toBeUndefined()
    expect(found.after.units.get(unitId(4))?.parentId).toBe(unitId(3))
    expect(found.after.ended).toEqual([unitId(2)])
    expect(found.homes.get(unitId(2))).toBe(unitId(3))
  })

  test('lets its administrator administer what it became', () => {
    expect(found.offices.begun).toEqual([expect.objectContaining({ account: accountId(20), unit: unitId(3) })])
    expect(found.offices.ended.map(({ accountId: id }) => id)).toEqual([accountId(20)])
  })

  test('into a new unit needs nothing but the unit', () => {
    const into = outcome([create(9, 'Sở Văn hóa, Thể thao và Du lịch', 1), merge(2, 9), merge(3, 9)])
    expect(into.faults).toEqual([])
    expect(new Set(into.places.to.values())).toEqual(new Set([unitId(9)]))
  })

  test('tells the brake who changes the unit, by the unit that they leave', () => {
    expect(partsOf(found.places.moves)).toEqual([{ change: 'transfer', unitId: unitId(2), n: 3 }])
  })
})

describe('a new name or place', () => {
  test('moves nobody; everybody there shows the new name', () => {
    const found = outcome([rename(3, 'Sở Văn hóa và Thể thao'), move(4, 3)])
    expect(found.faults).toEqual([])
    expect(found.places.moves.map(({ from, to }) => [from, to])).toEqual(Array(3).fill([unitId(3), unitId(3)]))
    expect(found.after.changed).toEqual([unitId(3), unitId(4)])
  })
})

describe('a division', () => {
  const steps = [create(7, 'Xã Hải Đông', 1, 'commune'), create(8, 'Xã Hải Tây', 1, 'commune'), split(5, 7, 8)]
  const seats = [seat(7, 50), seat(8, 51)]

  test('assigns by name before title, by title before the rest', () => {
    const assignments = [rule.rest(5, 8), rule.position(5, 'Chuyên viên', 7), rule.account(5, 52, 8)]
    const found = outcome(steps, { assignments, seats })
    expect(found.faults).toEqual([])
    expect([50, 51, 52].map((n) => placeOf(found, n))).toEqual([unitId(8), unitId(7), unitId(8)])
  })

  test('that leaves somebody nowhere is told, with who it is', () => {
    const found = outcome(steps, { assignments: [rule.account(5, 51, 7)], seats })
    expect(found.faults).toEqual([
      { kind: 'nowhere', unit: unitId(5), people: 2, some: [accountId(50), accountId(52)] },
    ])
  })

  test('gives what cannot be divided to the first heir', () => {
    const boxes = [...world().boxes, mailbox(90, 5, 'haihoa'), mailbox(91, 5, 'motcua-haihoa', 'function')]
    const found = outcome(steps, { assignments: [rule.rest(5, 8)], seats }, { boxes })
    expect([90, 91].map((n) => placeOf(found, n))).toEqual([unitId(7), unitId(7)])
  })

  test('of a part leaves the others where they are', () => {
    const found = outcome([create(7, 'Sở Lữ hành', 1), splitOff(2, 7)], {
      ...{ assignments: [rule.account(2, 21, 7), rule.below(2, 4, 7)], seats: [seat(7, 21)] },
    })
    expect(found.faults).toEqual([])
    expect(found.places.moves.map(({ box, to }) => [box.id, to])).toEqual([[accountId(21), unitId(7)]])
    expect(found.after.units.get(unitId(4))?.parentId).toBe(unitId(7))
    expect(found.after.ended).toEqual([])
  })

  test('needs two heirs, and rules that are about somebody', () => {
    expect(faults([create(7, 'Xã Hải Đông', 1, 'commune'), split(5, 7)], { seats: [seat(7, 50)] })).toEqual([
      'too-few-heirs',
    ])
    const assignments = [rule.rest(5, 8), rule.position(5, 'Kế toán', 7), rule.account(5, 60, 7), rule.rest(6, 7)]
    expect(faults(steps, { assignments, seats })).toEqual(['rule-nobody', 'rule-not-needed'])
  })
})

describe('what waits for agreement or its day', () => {
  const steps = [create(7, 'Xã Hải Đông', 1, 'commune'), create(8, 'Xã Hải Tây', 1, 'commune'), split(5, 7, 8)]
  const more = { assignments: [rule.position(5, 'Chuyên viên', 8), rule.account(5, 50, 7)] }
  const follow = (change: ReturnType<typeof waiting>) => outcome(steps, more).changeAfter(change)
  const seatsOf = (...at: number[]) => at.map((n) => ({ kind: 'unit', unit: unitId(n) }))

  test('of somebody in a divided unit is released where the plan takes them', () => {
    const found = follow(waiting(51, 'transfer', 5, 3, 'Kế toán'))
    expect(found?.change).toMatchObject({
      ...{ units: [unitId(8), unitId(3)], seats: seatsOf(8, 3), command: { unitId: unitId(3), title: 'Kế toán' } },
    })
    expect(found?.undecided).toBeNull()
  })

  test('stays with them where it names no other unit', () => {
    const leaving = { ...waiting(51, 'transfer', 5, 5, ''), command: { type: 'leave', cause: 'retired' } }
    expect(follow(leaving)?.change).toMatchObject({ units: [unitId(8)], seats: seatsOf(8, 8) })
    expect(follow({ ...leaving, units: [unitId(6)], seats: seatsOf(6) })).toBeNull()
  })

  test('brings somebody to where the plan takes those of that position, or whom it names', () => {
    expect(follow(waiting(20, 'transfer', 2, 5, 'chuyên viên chính'))?.change).toMatchObject({
      ...{ units: [unitId(2), unitId(8)], seats: seatsOf(2, 8), command: { unitId: unitId(8) } },
    })
    expect(follow(waiting(50, 'second-post', 6, 5, 'Chuyên viên'))?.change.command).toMatchObject({ unitId: unitId(7) })
  })

  test('comes to the first heir where no rule says to which, and the plan says so beforehand', () => {
    const change = waiting(20, 'transfer', 2, 5, 'Văn thư')
    expect(follow(change)).toMatchObject({ change: { command: { unitId: unitId(7) } }, undecided: unitId(5) })
    const found = outcome(steps, more, { changes: [change, waiting(21, 'transfer', 2, 5, 'Chuyên viên')] })
    expect(found.notices).toContainEqual({ kind: 'arrivals-undecided', unit: unitId(5), n: 1 })
  })

  test('goes along with a part that is split off, and comes to what goes on unless a rule says otherwise', () => {
    const off = outcome([create(7, 'Sở Lữ hành', 1), splitOff(2, 7)], {
      ...{ assignments: [rule.account(2, 21, 7), rule.position(2, 'Hướng dẫn viên', 7)], seats: [seat(7, 21)] },
    })
    expect(off.changeAfter(waiting(21, 'transfer', 2, 3, 'Kế toán'))?.change.seats).toEqual(seatsOf(7, 3))
    expect(off.changeAfter(waiting(22, 'transfer', 2, 3, 'Kế toán'))).toBeNull()
    expect(off.changeAfter(waiting(50, 'transfer', 5, 2, 'Kế toán'))).toBeNull()
    expect(off.changeAfter(waiting(50, 'transfer', 5, 2, 'Hướng dẫn viên'))?.change.seats).toEqual(seatsOf(5, 7))
  })
})

describe('a unit that is dissolved', () => {
  test('must leave nobody and nothing behind', () => {
    const belongings = new Map([[unitId(5), has({ requests: 2, lists: 1 })]])
    const boxes = [...world().boxes, mailbox(91, 5, 'motcua-haihoa', 'function')]
    const in_ = { belongings, boxes, deputised: new Set([accountId(50)]) }
    expect(faults([dissolve(5)], {}, in_)).toEqual([
      ...['nowhere', 'mailboxes-nowhere', 'deputies-nowhere', 'belongings-nowhere', 'belongings-nowhere'],
    ])
    expect(faults([dissolve(5, 6)], {}, in_)).toEqual([])
  })

  test('with departments says where they go', () => {
    expect(faults([dissolve(2)], { assignments: [rule.rest(2, 3)] })).toEqual(['stray-unit'])
    expect(faults([dissolve(2), move(4, 3)], { assignments: [rule.rest(2, 3)] })).toEqual([])
  })
})

describe('every fault is told at once', () => {
  test.each<[what: string, steps: Step[], more: Partial<Draft>, faults: string[]]>([
    ['nothing in it', [], {}, ['no-steps']],
    ['a day that is past', [merge(2, 3)], { effectiveOn: Day.parse('2026-11-22') }, ['day-past']],
    ['a unit that there is not', [merge(99, 3)], {}, ['unknown-unit']],
    ['an heir that there is not', [merge(2, 99)], {}, ['unknown-unit', 'nowhere', 'stray-unit']],
    ['two ends for one', [merge(2, 3), dissolve(2, 3)], {}, ['unit-twice']],
    ['a name and an end for one', [rename(2, 'Sở Mới'), merge(2, 3)], {}, ['unit-twice']],
    ['an heir that ends itself', [merge(2, 3), merge(3, 5)], {}, ['ended-unit', 'nowhere', 'stray-unit']],
    ['itself as heir', [merge(2, 2)], {}, ['own-heir', 'nowhere', 'stray-unit']],
    ['a parent that ends', [merge(2, 3), move(5, 2)], {}, ['ended-unit']],
    ['a parent that there is not', [move(5, 99)], {}, ['unknown-parent']],
    ['a place below itself', [move(2, 4)], {}, ['own-descendant']],
    ['a name that another has there', [rename(2, 'Sở Văn hóa')], {}, ['name-twice']],
    ['the province itself', [merge(1, 2)], {}, ['top-unit-ends']],
    ['a new agency that nobody administers', [create(9, 'Sở Mới', 1)], {}, ['seat-empty']],
    [
      'an administrator who is nobody',
      [create(9, 'Sở Mới', 1)],
      { seats: [seat(9, 77)] },
      ['seat-unknown-person', 'seat-empty'],
    ],
    ['an administrator of nothing', [merge(2, 3)], { seats: [seat(99, 20)] }, ['seat-unknown-unit']],
  ])('%s', (_, steps, more, expected) => {
    const found = faults(steps, more)
    expect([...new Set(found)].sort()).toEqual([...expected].sort())
  })

  test('an administrator who cannot sign in leaves the seat empty', () => {
    const grants = [administers(20, 2, true), administers(50, 5, false), administers(60, 6, true)]
    const found = outcome([create(9, 'Xã Mới', 1, 'commune'), merge(5, 9)], {}, { grants })
    expect(found.faults).toEqual([{ kind: 'seat-empty', unit: unitId(9) }])
  })

  test('a unit that became what it is on that day, or is to become something else', () => {
    const units = new Map(world().units)
    units.set(unitId(2), { ...unit(2, 'Sở Du lịch', 1), validFrom: ON })
    units.set(unitId(3), { ...unit(3, 'Sở Văn hóa', 1), validTo: TODAY })
    expect(faults([merge(2, 5), merge(3, 5)], {}, { units })).toEqual(['other-version', 'other-version'])
  })
})

describe('unit mailboxes', () => {
  const boxes = [...world().boxes, mailbox(92, 2, 'sdl'), mailbox(93, 3, 'svh')]

  test('of a merged unit end into that of its heir, which keeps its address', () => {
    const { mailboxes } = outcome([merge(2, 3)], {}, { boxes })
    expect(mailboxes.changes).toMatchObject([
      { kind: 'goes-on', box: { local: 'svh' }, unit: unitId(3), local: null },
      { kind: 'ends', box: { local: 'sdl' }, unit: unitId(3), into: accountId(93) },
    ])
  })

  test('of a new unit is that of the first who had one, under the policy’s address', () => {
    const steps = [create(9, 'Sở Văn hóa và Du lịch', 1), merge(3, 9), merge(2, 9)]
    const proposed = new Map([[unitId(9), local('svhdl')]])
    const { mailboxes } = outcome(steps, {}, { boxes, proposed })
    expect(mailboxes.changes).toMatchObject([
      { kind: 'goes-on', box: { local: 'svh' }, unit: unitId(9), local: 'svhdl' },
      { kind: 'ends', box: { local: 'sdl' }, into: accountId(93) },
    ])
  })

  test('bear the unit’s new name where they bore the old one', () => {
    const named = boxes.map((box) => (box.local === 'svh' ? { ...box, name: 'Sở Văn hóa' } : box))
    const { mailboxes } = outcome([rename(3, 'Sở Văn hóa, Thể thao')], {}, { boxes: named })
    expect(mailboxes.changes).toMatchObject([{ kind: 'goes-on', name: 'Sở Văn hóa, Thể thao', local: null }])
  })

  test('cannot have somebody else’s address, nor two the same', () => {
    const steps = [
      { ...create(9, 'Sở Một', 1), address: local('soi') },
      { ...create(8, 'Sở Hai', 1), address: local('soi') },
      merge(2, 9),
      merge(3, 8),
    ]
    const holders = new Map([['soi', accountId(21)]])
    expect(faults(steps, {}, { boxes, holders })).toEqual(['address-taken', 'address-taken'])
    expect(faults(steps, {}, { boxes })).toEqual(['address-twice'])
  })

  test('may have the address that one of them has', () => {
    const steps = [{ ...create(9, 'Sở Một', 1), address: local('sdl') }, merge(3, 9), merge(2, 9)]
    const { faults: none, mailboxes } = outcome(steps, {}, { boxes, holders: new Map([['sdl', accountId(92)]]) })
    expect(none).toEqual([])
    expect(mailboxes.changes[0]).toMatchObject({ box: { local: 'svh' }, local: 'sdl' })
  })

  test('that there are not are told, and nothing is made', () => {
    expect(outcome([merge(2, 3)]).notices).toEqual([])
    expect(outcome([rename(3, 'Sở Mới')]).notices).toEqual([{ kind: 'no-mailbox', unit: unitId(3) }])
  })
})

describe('the hash of a plan', () => {
  const plan = draft([create(9, 'Sở Mới', 1), merge(2, 9)])

  test('is the same for the same content in another order of keys, and another for any other content', () => {
    const turned = {
      ...plan,
      steps: plan.steps.map((step) => Object.fromEntries(Object.entries(step).reverse()) as typeof step),
    }
    expect(hashOf(turned)).toBe(hashOf(plan))
    expect(hashOf({ ...plan, effectiveOn: TODAY })).not.toBe(hashOf(plan))
    expect(hashOf({ ...plan, seats: [seat(9, 20)] })).not.toBe(hashOf(plan))
  })

  test('covers the addresses that the policy gives', () => {
    const fixed = settled(plan, { proposed: new Map([[unitId(9), local('smoi')]]) })
    expect(fixed.steps[0]).toMatchObject({ address: 'smoi' })
    expect(hashOf(fixed)).not.toBe(hashOf(plan))
  })
})

test('whatever a plan without faults does, nobody is lost, and everybody is where there is a unit with somebody to administer it', () => {
  const pair = fc.tuple(fc.constantFrom(2, 3, 4, 5, 6), fc.constantFrom(1, 2, 3, 4, 5, 6, 9))
  const step = fc.oneof(
    pair.map(([a, b]) => merge(a, b)),
    pair.map(([a, b]) => move(a, b)),
    pair.map(([a, b]) => dissolve(a, b)),
    fc.tuple(pair, fc.constantFrom(3, 6, 9)).map(([[a, b], c]) => split(a, b, c)),
    fc.tuple(pair, fc.constantFrom(3, 6, 9)).map(([[a, b], c]) => splitOff(a, b, c)),
    fc.constantFrom(2, 3).map((a) => rename(a, `Sở ${a}`)),
  )
  const ruling = fc.oneof(
    pair.map(([a, b]) => rule.rest(a, b)),
    pair.map(([a, b]) => rule.position(a, 'Chuyên viên', b)),
    pair.map(([a, b]) => rule.below(a, 4, b)),
  )
  const boxes = [...world().boxes, person(43, 4), mailbox(92, 2, 'sdl'), mailbox(95, 5, 'haihoa')]
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 1, maxLength: 4 }),
      fc.array(ruling, { maxLength: 4 }),
      (steps, assignments) => {
        const before = world({ boxes })
        const plan = draft([create(9, 'Sở Mới', 1), ...steps], { assignments, seats: [seat(9, 60)] })
        const found = outcomeOf(plan, before)
        if (found.faults.length > 0) return
        const { units, ended } = found.after
        for (const box of before.boxes) {
          const at = found.places.to.get(box.id) ?? box.unitId
          expect(units.has(at)).toBe(true)
          expect(above(units, at).has(unitId(1))).toBe(true)
        }
        const gone = new Set(found.offices.ended.map(({ id }) => id))
        const seats = new Set([
          ...before.grants.filter(({ id }) => !gone.has(id)).map(({ unitId: at }) => at),
          ...found.offices.begun.map(({ unit: at }) => at),
        ])
        for (const at of ended)
          for (const heir of found.after.heirs.get(at) ?? []) if (at !== unitId(4)) expect(seats.has(heir)).toBe(true)
        for (const change of found.mailboxes.changes) expect(units.has(change.unit)).toBe(true)
      },
    ),
    { numRuns: 500 },
  )
})
