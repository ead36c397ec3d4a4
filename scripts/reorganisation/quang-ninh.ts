import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Day } from '../../src/kernel/day.ts'
import { AccountId, UnitId } from '../../src/kernel/ids.ts'
import {
  DEFAULT_OPTIONS,
  type Assignment,
  type Draft,
  type Options,
  type Step,
} from '../../src/reorganisations/draft.ts'
import type { UnitCodes, UnitKind } from '../../src/units/unit.ts'

type Named = { readonly code: string; readonly name: string }
type Data = {
  readonly agenciesBefore2025: readonly string[]
  readonly agenciesSince2025: readonly string[]
  readonly agencySuccessors: Readonly<Record<string, string>>
  readonly districtsBefore20250701: readonly (Named & { readonly communes: readonly Named[] })[]
  readonly communesSince20250701: readonly Named[]
  readonly communeSuccessorsIllustrative: readonly { readonly from: string; readonly to: string }[]
}
/** Made up: the data names one successor for each commune. */
type Invented = {
  readonly splits: readonly {
    readonly district: string
    readonly from: string
    readonly into: readonly string[]
    readonly rules?: readonly { readonly position: string; readonly to: string }[]
    readonly rest?: string
    /** People are assigned one by one, as by a list. */
    readonly list?: boolean
  }[]
  readonly splitOff: { readonly from: string; readonly name: string; readonly position: string }
}
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(`../data/${name}`, import.meta.url), 'utf8'))
const data = read('quang-ninh-units.json') as Data
const invented = read('quang-ninh-splits.json') as Invented

export const PROVINCE = 'Ủy ban nhân dân tỉnh Quảng Ninh'
/** A unit as it was before. */
export type UnitBefore = {
  readonly id: UnitId
  readonly name: string
  readonly kind: UnitKind
  readonly codes: UnitCodes
  readonly parent: UnitId | null
  /** Its share of the people. */
  readonly weight: number
}

/** The same identifier for the same name, so that units and plan meet. */
function idOf(...key: string[]): UnitId {
  const hex = createHash('sha256').update(key.join(' / ')).digest('hex')
  return UnitId.parse(
    `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`,
  )
}
const before = {
  province: idOf(PROVINCE),
  agency: (name: string) => idOf('agency', name),
  department: (agency: string, name: string) => idOf('department', agency, name),
  district: (code: string) => idOf('district', code),
  commune: (code: string) => idOf('commune', code),
}
const COMMON = ['Văn phòng', 'Thanh tra', 'Phòng Kế hoạch - Tài chính']
const departmentsOf = (agency: string): string[] => [...COMMON, `Phòng Nghiệp vụ ${agency.replace(/^(Sở|Ban) /, '')}`]

/** 20 agencies with their departments, and 171 communes in 13 districts. */
export function unitsBefore(): UnitBefore[] {
  const province = before.province
  const plain = { codes: {}, parent: province }
  const agencies = data.agenciesBefore2025.flatMap((name): UnitBefore[] => [
    { ...plain, id: before.agency(name), name, kind: 'agency', weight: 12 },
    ...departmentsOf(name).map((department): UnitBefore => ({
      ...{ id: before.department(name, department), name: department, kind: 'department', codes: {} },
      ...{ parent: before.agency(name), weight: 30 },
    })),
  ])
  const districts = data.districtsBefore20250701.flatMap((district): UnitBefore[] => [
    { ...plain, id: before.district(district.code), name: district.name, kind: 'district', weight: 110 },
    ...district.communes.map(({ code, name }): UnitBefore => ({
      ...{ id: before.commune(code), name, kind: 'commune', codes: { statistics: code } },
      ...{ parent: before.district(district.code), weight: 45 },
    })),
  ])
  const top: UnitBefore = { id: province, name: PROVINCE, kind: 'province', codes: {}, parent: null, weight: 3 }
  return [top, ...agencies, ...districts]
}

/** Somebody whom the plan may name. */
export type Placed = { readonly account: string; readonly unit: string; readonly title: string }

/**
 * The reorganisation of 2025: 20 agencies and 171 communes in 13 districts into 14 and 54, with the divisions that are made up.
 * `people` are those of the divided units, for the one that goes by a list.
 */
export function quangNinhPlan(on: Day, people: readonly Placed[], options: Partial<Options> = {}): Draft {
  const steps: Step[] = []
  const assignments: Assignment[] = []
  agencies(steps)
  communes(steps, assignments, people)
  const seats = splitOff(steps, assignments, people)
  return {
    ...{ name: 'Sắp xếp đơn vị hành chính và cơ quan chuyên môn tỉnh Quảng Ninh', effectiveOn: on, seats },
    document: { number: '1679/NQ-UBTVQH15', date: '2025-06-16' as Day },
    ...{ options: { ...DEFAULT_OPTIONS, ...options }, steps, assignments },
  }
}

function agencies(steps: Step[]): void {
  const heirs = Map.groupBy(Object.entries(data.agencySuccessors), ([, heir]) => heir)
  for (const [heir, named] of heirs) {
    const sources = named.map(([source]) => source)
    const stays = data.agenciesBefore2025.includes(heir)
    const [first] = sources
    if (!stays && sources.length === 1 && first !== undefined) {
      const unit = before.agency(first)
      steps.push({ kind: 'rename', unit, name: heir, unitKind: 'agency', codes: {}, address: 'policy' })
      continue
    }
    const into = stays ? before.agency(heir) : idOf('agency since 2025', heir)
    if (!stays) {
      const facts = { name: heir, unitKind: 'agency', codes: {}, address: 'policy' } as const
      steps.push({ kind: 'create', unit: into, parent: before.province, ...facts })
    }
    const main = stays ? heir : (first ?? heir)
    for (const source of sources) {
      steps.push({ kind: 'merge', unit: before.agency(source), into })
      // Departments of one name become one; the others go along.
      if (source !== main)
        for (const name of COMMON)
          steps.push({
            ...{ kind: 'merge', unit: before.department(source, name), into: before.department(main, name) },
          })
    }
  }
}

function communes(steps: Step[], assignments: Assignment[], people: readonly Placed[]): void {
  const old = new Map(data.districtsBefore20250701.flatMap(({ communes: all }) => all.map((each) => [each.code, each])))
  const sources = Map.groupBy(data.communeSuccessorsIllustrative, ({ to }) => to)
  const after = new Map<string, UnitId>()
  for (const { code, name } of data.communesSince20250701) {
    const goesOn = sources.get(code)?.find(({ from }) => old.get(from)?.name === name)
    const unit = goesOn ? before.commune(goesOn.from) : idOf('commune since 2025', name)
    after.set(name, unit)
    if (goesOn) steps.push({ kind: 'move', unit, parent: before.province })
    else {
      const facts = { name, unitKind: 'commune', codes: { statistics: code }, address: 'policy' } as const
      steps.push({ kind: 'create', unit, parent: before.province, ...facts })
    }
  }
  const nameOf = new Map(data.communesSince20250701.map(({ code, name }) => [code, name]))
  const heirOf = (name: string): UnitId => {
    const unit = after.get(name)
    if (unit === undefined) throw new Error(`${name} is none of the communes since 2025`)
    return unit
  }
  const successor = new Map(data.communeSuccessorsIllustrative.map(({ from, to }) => [from, nameOf.get(to) ?? '']))
  for (const district of data.districtsBefore20250701) {
    for (const { code, name } of district.communes) {
      const unit = before.commune(code)
      const cut = invented.splits.find((each) => each.district === district.name && each.from === name)
      const into = heirOf(successor.get(code) ?? '')
      if (cut) {
        const heirs = cut.into.map(heirOf)
        steps.push({ kind: 'split', unit, into: heirs })
        for (const { position: value, to } of cut.rules ?? [])
          assignments.push({ by: 'position', from: unit, value, to: heirOf(to) })
        if (cut.rest !== undefined) assignments.push({ by: 'rest', from: unit, value: '', to: heirOf(cut.rest) })
        if (cut.list)
          people
            .filter((each) => each.unit === unit)
            .forEach(({ account }, n) => {
              const to = heirs[n % heirs.length] ?? into
              assignments.push({ by: 'account', from: unit, value: AccountId.parse(account), to })
            })
      } else if (into !== unit) steps.push({ kind: 'merge', unit, into })
    }
    // Who served in a district serves in its first commune from now on; its inspectors in the province's.
    const unit = before.district(district.code)
    const [seat] = district.communes.map(({ code }) => successor.get(code)).filter((name) => name !== undefined)
    steps.push({ kind: 'dissolve', unit, into: heirOf(seat ?? '') })
    assignments.push({ by: 'position', from: unit, value: 'Thanh tra viên', to: before.agency('Thanh tra tỉnh') })
  }
}

function splitOff(steps: Step[], assignments: Assignment[], people: readonly Placed[]): Draft['seats'] {
  const { from, name, position } = invented.splitOff
  const [source, unit] = [before.agency(from), idOf('agency since 2025', name)]
  const facts = { name, unitKind: 'agency', codes: {}, address: 'policy' } as const
  steps.push({ kind: 'create', unit, parent: before.province, ...facts })
  steps.push({ kind: 'split-off', unit: source, into: [unit] })
  assignments.push({ by: 'position', from: source, value: position, to: unit })
  const head = people.find((each) => each.unit === source && each.title === position)
  return head === undefined ? [] : [{ unit, account: AccountId.parse(head.account) }]
}

/** Units whose people the plan may name one by one. */
export const dividedUnits = (): UnitId[] => [
  before.agency(invented.splitOff.from),
  ...data.districtsBefore20250701.flatMap(({ name: district, communes: all }) =>
    all
      .filter(({ name }) =>
        invented.splits.some((each) => each.district === district && each.from === name && each.list),
      )
      .map(({ code }) => before.commune(code)),
  ),
]
