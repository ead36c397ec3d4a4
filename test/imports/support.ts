import { createHash, randomUUID } from 'node:crypto'
import { Day } from '../../src/kernel/day.ts'
import type { AccountId, PersonId, UnitId } from '../../src/kernel/ids.ts'
import { fold } from '../../src/kernel/text.ts'
import { difference, type World } from '../../src/imports/difference.ts'
import { factsOf, type Birth, type Facts } from '../../src/imports/plan/facts.ts'
import { NO_PATCH, type Patch } from '../../src/imports/plan/patch.ts'
import type { Known } from '../../src/imports/plan/matching.ts'
import type { RosterCells } from '../../src/imports/reading/fields.ts'
import type { PlannedRow } from '../../src/imports/plan/item.ts'

export const TODAY = Day.parse('2026-11-25')
export const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 20)
export const unit = (n: number): UnitId => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}` as UnitId
export const AGENCY = unit(1)
export const OTHER = unit(2)
const UNITS: Readonly<Record<string, UnitId>> = { 'Sở Nội vụ': AGENCY, 'Sở Tài chính': OTHER }

export type Said = {
  name?: string
  given?: string
  birth?: string
  sex?: 'male' | 'female'
  number?: string
  unit?: string
  position?: string
  phone?: string
  contact?: string
  address?: string
  cells?: RosterCells
  patch?: Partial<Patch>
}
const cell = <T>(value: T | undefined, raw = String(value)) =>
  value === undefined ? undefined : { raw, value, marks: [] }

/** Rows of a file, numbered from 2, as they were read. */
export const rowsOf = (rows: readonly Said[]): Facts[] =>
  rows.map((said, n) => {
    const precision = ({ 10: 'day', 7: 'month', 4: 'year' } as const)[said.birth?.length ?? 10] ?? 'day'
    const cells = {
      fullName: cell(said.name) ?? { raw: '', value: null, marks: [] },
      givenName: cell(said.given),
      birthDate: said.birth === undefined ? undefined : cell({ precision, text: said.birth }, said.birth),
      sex: cell(said.sex),
      number: cell(said.number),
      unit: cell(said.unit),
      position: cell(said.position),
      phone: cell(said.phone),
      contactEmail: cell(said.contact),
      officialAddress: cell(said.address),
      ...said.cells,
    }
    const present = Object.fromEntries(Object.entries(cells).filter(([, each]) => each !== undefined)) as RosterCells
    return factsOf(
      { seq: n + 1, sheet: 'Tổng hợp', number: n + 2, cells: present },
      { ...NO_PATCH, ...said.patch },
      {
        ...{ today: TODAY, hash, spellings: new Map() },
        domains: new Set(['quangninh.gov.vn']),
      },
    )
  })

/** Somebody known, with an account. */
export function known(
  name: string,
  more: Partial<Omit<Known, 'birth'>> & { birth?: string; number?: string } = {},
): Known {
  const { birth = '1988-09-05', number, ...rest } = more
  const bornOn: Birth | null = birth === '' ? null : { day: Day.parse(birth), precision: 'day' }
  return {
    ...{ personId: randomUUID() as PersonId, accountId: randomUUID() as AccountId, state: 'active', name },
    ...{ fold: fold(name), birth: bornOn, sex: 'male', hash: number === undefined ? null : hash(number) },
    ...{ phone: null, contactEmail: null, title: 'Chuyên viên', employment: 'civil-servant', unitId: AGENCY },
    ...{
      unitName: 'Sở Nội vụ',
      local: fold(name).replaceAll(' ', ''),
      aliases: [],
      holdsRole: false,
      takenBack: false,
    },
    ...rest,
  }
}

export function worldOf(people: readonly Known[] = [], more: Partial<World> = {}): World {
  return {
    byHash: new Map(people.flatMap((each) => (each.hash === null ? [] : [[each.hash, each] as const]))),
    byFold: Map.groupBy(people, ({ fold }) => fold),
    byId: new Map(people.map((each) => [each.personId, each])),
    remembered: new Map(),
    unitOf: ({ text }) => {
      const found = UNITS[text]
      return found === undefined ? { kind: 'unknown' } : { kind: 'sure', unitId: found }
    },
    taken: new Map(),
    unitOfAll: null,
    roster: null,
    by: null,
    ...more,
  }
}

/** Each row's outcome, with the codes of the reasons why it waits. */
export const told = (rows: readonly PlannedRow[]): string[] =>
  rows.map(({ outcome, reasons }) => [outcome, ...reasons.map(codeOf)].join(' '))
const codeOf = (reason: PlannedRow['reasons'][number]): string =>
  reason.code === 'mark' ? reason.mark.code : reason.code

export const plan = (rows: readonly Said[], people: readonly Known[] = [], more: Partial<World> = {}): PlannedRow[] =>
  difference(rowsOf(rows), worldOf(people, more))
