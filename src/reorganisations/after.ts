import type { UnitId } from '../kernel/ids.ts'
import type { UnitCodes, UnitKind } from '../units/unit.ts'
import { heirsOf, isEnd, type Assignment, type Draft, type Step } from './draft.ts'
import type { Fault } from './fault.ts'
import type { StandingUnit, World } from './world.ts'

/** A unit as it stands from the day on. */
export type UnitAfter = {
  readonly id: UnitId
  readonly name: string
  readonly kind: UnitKind
  readonly parentId: UnitId | null
  readonly codes: UnitCodes
}

/** The organisation from the day on. */
export type After = {
  readonly units: ReadonlyMap<UnitId, UnitAfter>
  readonly created: readonly UnitId[]
  /** What goes on, and is called otherwise or belongs elsewhere. */
  readonly changed: readonly UnitId[]
  readonly ended: readonly UnitId[]
  /** Who takes over from a unit, first of all what cannot be divided; of a unit that goes on in part, itself first. */
  readonly heirs: ReadonlyMap<UnitId, readonly UnitId[]>
  readonly faults: readonly Fault[]
}

type Numbered = { readonly step: Step; readonly n: number }
type Mutable = { -readonly [Key in keyof UnitAfter]: UnitAfter[Key] }

/** What the steps make of the units; pure. Faults of the steps are told all at once. */
export function unitsAfter(draft: Draft, world: World): After {
  const steps = draft.steps.map((step, index): Numbered => ({ step, n: index + 1 }))
  const faults: Fault[] = [...twice(steps), ...odd(steps, world, draft)]
  const ends = new Set(steps.filter(({ step }) => isEnd(step)).map(({ step }) => step.unit))
  const units = new Map<UnitId, Mutable>()
  for (const unit of world.units.values()) if (!ends.has(unit.id)) units.set(unit.id, plain(unit))
  for (const { step } of steps) apply(units, step)

  const heirs = new Map<UnitId, readonly UnitId[]>()
  for (const { step, n } of steps) {
    const named = heirsOf(step)
    if (named.length === 0) continue
    for (const heir of named) {
      if (heir === step.unit) faults.push({ kind: 'own-heir', step: n, unit: step.unit })
      else if (!units.has(heir))
        faults.push(ends.has(heir) ? { kind: 'ended-unit', step: n, unit: heir } : { kind: 'unknown-unit', step: n })
    }
    const living = [...new Set(named)].filter((heir) => units.has(heir) && heir !== step.unit)
    if (step.kind === 'split' && living.length < 2) faults.push({ kind: 'too-few-heirs', step: n, unit: step.unit })
    heirs.set(step.unit, step.kind === 'split-off' ? [step.unit, ...living] : living)
  }
  faults.push(...carryBelow(units, world, ends, heirs, draft))
  faults.push(...badPlaces(units, steps, ends))
  const [top] = [...world.units.values()].filter(({ parentId }) => parentId === null)
  if (top && ends.has(top.id)) faults.push({ kind: 'top-unit-ends', unit: top.id })

  const created = steps.flatMap(({ step }) => (step.kind === 'create' ? [step.unit] : []))
  const changed = [...units.values()].filter((unit) => {
    const before = world.units.get(unit.id)
    return before !== undefined && !isSame(plain(before), unit)
  })
  return {
    units,
    created,
    changed: changed.map(({ id }) => id),
    ended: [...ends].filter((unit) => world.units.has(unit)),
    heirs,
    faults,
  }
}

const plain = ({ id, name, kind, parentId, codes }: StandingUnit): Mutable => ({ id, name, kind, parentId, codes })

const isSame = (a: UnitAfter, b: UnitAfter): boolean =>
  a.name === b.name && a.kind === b.kind && a.parentId === b.parentId && codesText(a.codes) === codesText(b.codes)
const codesText = ({ agency, document, statistics }: UnitCodes): string =>
  [agency, document, statistics].map((code) => code ?? '').join(' ')

function apply(units: Map<UnitId, Mutable>, step: Step): void {
  const unit = units.get(step.unit)
  switch (step.kind) {
    case 'create': {
      const { unit: id, name, unitKind: kind, parent: parentId, codes } = step
      if (!unit) units.set(id, { id, name, kind, parentId, codes })
      return
    }
    case 'rename':
      if (unit) Object.assign(unit, { name: step.name, kind: step.unitKind, codes: step.codes })
      return
    case 'move':
      if (unit) unit.parentId = step.parent
      return
    case 'merge':
    case 'split':
    case 'split-off':
    case 'dissolve':
      return
    default:
      step satisfies never
  }
}

/** Two steps that speak of the same: only a new name and a new place go together, or a part split off with either. */
function twice(steps: readonly Numbered[]): Fault[] {
  const seen = new Map<string, number>()
  return steps.flatMap(({ step, n }): Fault[] => {
    const mine = isEnd(step) ? ['create', 'rename', 'move', 'split-off', 'end'] : [step.kind, 'end']
    const before = mine.map((kind) => seen.get(`${step.unit} ${kind}`)).find((found) => found !== undefined)
    seen.set(`${step.unit} ${isEnd(step) ? 'end' : step.kind}`, n)
    return before === undefined ? [] : [{ kind: 'unit-twice', step: n, unit: step.unit, with: before }]
  })
}

/** Steps about units that there are not, or that are not on that day what they are taken for. */
function odd(steps: readonly Numbered[], { units, today }: World, draft: Draft): Fault[] {
  const found: Fault[] = []
  if (steps.length === 0) found.push({ kind: 'no-steps' })
  if (draft.effectiveOn < today) found.push({ kind: 'day-past', today })
  for (const { step, n } of steps) {
    const unit = units.get(step.unit)
    if (step.kind === 'create') {
      if (unit) found.push({ kind: 'other-version', step: n, unit: unit.id, on: unit.validFrom })
    } else if (!unit) found.push({ kind: 'unknown-unit', step: n })
    else if (unit.validFrom >= draft.effectiveOn)
      found.push({ kind: 'other-version', step: n, unit: unit.id, on: unit.validFrom })
    else if (unit.validTo !== null) found.push({ kind: 'other-version', step: n, unit: unit.id, on: unit.validTo })
  }
  return found
}

/** Units below those that end go along: where a rule says, or to the one heir. */
function carryBelow(
  units: Map<UnitId, Mutable>,
  world: World,
  ends: ReadonlySet<UnitId>,
  heirs: ReadonlyMap<UnitId, readonly UnitId[]>,
  draft: Draft,
): Fault[] {
  const ruled = new Map(
    draft.assignments.flatMap((rule: Assignment) => (rule.by === 'unit' ? [[rule.value, rule.to] as const] : [])),
  )
  const moved = new Set(draft.steps.flatMap((step) => (step.kind === 'move' ? [step.unit] : [])))
  const faults: Fault[] = []
  const carried: Mutable[] = []
  for (const unit of units.values()) {
    const to = ruled.get(unit.id)
    if (to !== undefined && units.has(to) && !moved.has(unit.id)) {
      unit.parentId = to
      carried.push(unit)
    } else if (unit.parentId !== null && ends.has(unit.parentId) && world.units.has(unit.id)) {
      const [heir, ...more] = heirs.get(unit.parentId) ?? []
      if (heir === undefined || more.length > 0)
        faults.push({ kind: 'stray-unit', unit: unit.id, below: unit.parentId })
      else {
        // Who takes over from the unit above takes its place as well.
        unit.parentId = above(units, heir).has(unit.id) ? (world.units.get(unit.parentId)?.parentId ?? null) : heir
        carried.push(unit)
      }
    }
  }
  for (const { id, parentId } of carried)
    if (parentId !== null && (!units.has(parentId) || above(units, parentId).has(id)))
      faults.push({ kind: 'stray-unit', unit: id, below: world.units.get(id)?.parentId ?? id })
  return faults
}

/** Parents that there are not, circles, and names that come twice at one place. */
function badPlaces(
  units: ReadonlyMap<UnitId, UnitAfter>,
  steps: readonly Numbered[],
  ends: ReadonlySet<UnitId>,
): Fault[] {
  const found: Fault[] = []
  for (const { step, n } of steps) {
    if ((step.kind !== 'create' && step.kind !== 'move') || step.parent === null) continue
    if (ends.has(step.parent)) found.push({ kind: 'ended-unit', step: n, unit: step.parent })
    else if (!units.has(step.parent)) found.push({ kind: 'unknown-parent', step: n })
    else if (above(units, step.parent).has(step.unit)) found.push({ kind: 'own-descendant', step: n, unit: step.unit })
  }
  const touched = new Set(steps.map(({ step }) => step.unit))
  const names = new Map<string, UnitAfter>()
  for (const unit of units.values()) {
    const key = `${unit.parentId ?? ''} ${unit.name.normalize('NFC')}`
    const other = names.get(key)
    if (other)
      found.push({
        kind: 'name-twice',
        unit: touched.has(unit.id) ? unit.id : other.id,
        other: touched.has(unit.id) ? other.id : unit.id,
      })
    else names.set(key, unit)
  }
  return found
}

/** A unit and all above it. */
export function above(units: ReadonlyMap<UnitId, Pick<UnitAfter, 'parentId'>>, from: UnitId): ReadonlySet<UnitId> {
  const seen = new Set<UnitId>()
  for (let at: UnitId | null = from; at !== null && !seen.has(at); at = units.get(at)?.parentId ?? null) seen.add(at)
  return seen
}
