import { Day } from '../../src/kernel/day.ts'
import { LocalPart } from '../../src/kernel/email-address.ts'
import { AccountId, UnitId } from '../../src/kernel/ids.ts'
import { DEFAULT_OPTIONS, type Assignment, type Draft, type Step } from '../../src/reorganisations/draft.ts'
import { outcomeOf } from '../../src/reorganisations/outcome.ts'
import type { Belonging, Box, Grant, StandingUnit, World } from '../../src/reorganisations/world.ts'
import type { UnitKind } from '../../src/units/unit.ts'

const uuid = (head: string, n: number) => `${head}0000000-0000-4000-8000-${String(n).padStart(12, '0')}`
export const unitId = (n: number): UnitId => UnitId.parse(uuid('a', n))
export const accountId = (n: number): AccountId => AccountId.parse(uuid('b', n))
export const TODAY = Day.parse('2026-11-23')
export const ON = Day.parse('2027-01-01')

export const unit = (n: number, name: string, parent: number | null, kind: UnitKind = 'agency'): StandingUnit => ({
  ...{ id: unitId(n), number: 1000 + n, name, kind, parentId: parent === null ? null : unitId(parent), codes: {} },
  ...{ validFrom: Day.parse('2025-07-01'), validTo: null },
})
export const person = (n: number, at: number, title = 'Chuyên viên'): Box => ({
  ...{
    id: accountId(n),
    kind: 'person',
    unitId: unitId(at),
    name: `Người ${n}`,
    local: `nguoi${n}`,
    title,
    active: true,
  },
})
export const mailbox = (n: number, at: number, local: string, kind: 'unit' | 'function' = 'unit'): Box => ({
  ...{ id: accountId(n), kind, unitId: unitId(at), name: `Hộp thư ${n}`, local, title: null, active: true },
})
export const administers = (n: number, at: number, active = true): Grant => ({
  ...{ id: uuid('c', n * 100 + at), accountId: accountId(n), unitId: unitId(at), active },
})
const NOTHING: Record<Belonging, number> = {
  ...{ requests: 0, lists: 0, changes: 0, imports: 0, spellings: 0, mappings: 0 },
}
export const has = (more: Partial<Record<Belonging, number>>) => ({ ...NOTHING, ...more })

/**
 * A province (1) with two agencies (2, 3), a department of the first (4), and two communes (5, 6); three people and the
 * administrator in each of 2, 3, 5 and 6.
 */
export function world(more: Partial<World> = {}): World {
  const units = [
    unit(1, 'Ủy ban nhân dân tỉnh', null, 'province'),
    unit(2, 'Sở Du lịch', 1),
    unit(3, 'Sở Văn hóa', 1),
    unit(4, 'Phòng Lữ hành', 2, 'department'),
    unit(5, 'Xã Hải Hòa', 1, 'commune'),
    unit(6, 'Xã Hải Lạng', 1, 'commune'),
  ]
  const places = [2, 3, 5, 6]
  return {
    today: TODAY,
    units: new Map(units.map((each) => [each.id, each])),
    boxes: places.flatMap((at) => [
      person(at * 10, at, 'Trưởng phòng'),
      person(at * 10 + 1, at),
      person(at * 10 + 2, at),
    ]),
    seconds: [],
    grants: places.map((at) => administers(at * 10, at)),
    ...{ deputised: new Set(), belongings: new Map(), ruled: new Set() },
    changes: [],
    ...{ proposed: new Map(), holders: new Map(), personal: new Map() },
    ...more,
  }
}

/** Somebody is to come from one unit to another, which both agree to. */
export const waiting = (n: number, type: 'transfer' | 'second-post', from: number, to: number, title: string) => ({
  ...{ id: uuid('d', n), about: [accountId(n)], units: [unitId(from), unitId(to)] },
  seats: [from, to].map((at) => ({ kind: 'unit', unit: unitId(at) })),
  command: { type, unitId: unitId(to), title } as object,
})

export const create = (n: number, name: string, parent: number | null, kind: UnitKind = 'agency'): Step => ({
  ...{ kind: 'create', unit: unitId(n), name, unitKind: kind, codes: {}, address: 'policy' },
  parent: parent === null ? null : unitId(parent),
})
export const rename = (n: number, name: string): Step => ({
  ...{ kind: 'rename', unit: unitId(n), name, unitKind: 'agency', codes: {}, address: 'policy' },
})
export const move = (n: number, parent: number): Step => ({ kind: 'move', unit: unitId(n), parent: unitId(parent) })
export const merge = (n: number, into: number): Step => ({ kind: 'merge', unit: unitId(n), into: unitId(into) })
export const split = (n: number, ...into: number[]): Step => ({
  ...{ kind: 'split', unit: unitId(n), into: into.map(unitId) },
})
export const splitOff = (n: number, ...into: number[]): Step => ({
  ...{ kind: 'split-off', unit: unitId(n), into: into.map(unitId) },
})
export const dissolve = (n: number, into: number | null = null): Step => ({
  ...{ kind: 'dissolve', unit: unitId(n), into: into === null ? null : unitId(into) },
})
export const rule = {
  position: (from: number, value: string, to: number): Assignment => ({
    ...{ by: 'position', from: unitId(from), value, to: unitId(to) },
  }),
  account: (from: number, n: number, to: number): Assignment => ({
    ...{ by: 'account', from: unitId(from), value: accountId(n), to: unitId(to) },
  }),
  below: (from: number, n: number, to: number): Assignment => ({
    ...{ by: 'unit', from: unitId(from), value: unitId(n), to: unitId(to) },
  }),
  rest: (from: number, to: number): Assignment => ({ by: 'rest', from: unitId(from), value: '', to: unitId(to) }),
}
export const draft = (steps: Step[], more: Partial<Draft> = {}): Draft => ({
  ...{ name: 'Sắp xếp', document: null, effectiveOn: ON, options: DEFAULT_OPTIONS, steps, assignments: [], seats: [] },
  ...more,
})
export const seat = (at: number, n: number) => ({ unit: unitId(at), account: accountId(n) })
export const local = (text: string): LocalPart => LocalPart.parse(text)

export const outcome = (steps: Step[], more: Partial<Draft> = {}, in_: Partial<World> = {}) =>
  outcomeOf(draft(steps, more), world(in_))
/** The faults of a plan, by their kind. */
export const faults = (...parts: Parameters<typeof outcome>): string[] =>
  outcome(...parts).faults.map(({ kind }) => kind)
