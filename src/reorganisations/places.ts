import type { AccountId, UnitId } from '../kernel/ids.ts'
import { titleFits } from '../lists/list.ts'
import type { After } from './after.ts'
import type { Assignment, Draft } from './draft.ts'
import type { Fault, Notice } from './fault.ts'
import type { Box, SecondPost, World } from './world.ts'

/** An account that a plan reaches. In a unit that bears another name, it stays and shows the new one. */
export type Move = { readonly box: Box; readonly from: UnitId; readonly to: UnitId }

/** A post beside somebody's own that goes along; null where it is their own unit by then, so that it just ends. */
export type SecondMove = { readonly post: SecondPost; readonly to: UnitId | null }

export type Places = {
  readonly moves: readonly Move[]
  readonly seconds: readonly SecondMove[]
  /** By account, where the plan takes it. */
  readonly to: ReadonlyMap<AccountId, UnitId>
  /** How many accounts each rule is about, in the order of the rules. */
  readonly matched: readonly number[]
  readonly faults: readonly Fault[]
  readonly notices: readonly Notice[]
}

/** So many of those who have nowhere to go are named. */
const NAMED = 5

/** Where the plan takes everybody: by name, then by title, then by the rule for the rest, else to the one heir. */
export function placesOf(draft: Draft, world: World, after: After): Places {
  const ended = new Set(after.ended)
  const leaves = (unit: UnitId) => ended.has(unit) || (after.heirs.get(unit)?.length ?? 0) > 1
  const renamed = new Set(after.changed.filter((unit) => world.units.get(unit)?.name !== after.units.get(unit)?.name))
  const matched = draft.assignments.map(() => 0)
  const ruleFor = finder(draft.assignments)
  const moves: Move[] = []
  const nowhere = new Map<UnitId, Box[]>()
  for (const box of world.boxes) {
    const { unitId: from } = box
    if (!leaves(from)) {
      if (renamed.has(from)) moves.push({ box, from, to: from })
      continue
    }
    const found = ruleFor(box)
    if (found !== undefined) matched[found.n] = (matched[found.n] ?? 0) + 1
    const heirs = after.heirs.get(from) ?? []
    // What people hold together goes to the first heir, and stays with a unit that goes on.
    const only = box.kind !== 'person' || heirs.length === 1 || !ended.has(from) ? heirs[0] : undefined
    const to = found !== undefined ? found.rule.to : only
    if (to === undefined) nowhere.set(from, [...(nowhere.get(from) ?? []), box])
    else if (to !== from || renamed.has(from)) moves.push({ box, from, to })
  }
  const seconds = world.seconds.flatMap((post): SecondMove[] => {
    if (!ended.has(post.unitId)) return []
    const heirs = after.heirs.get(post.unitId) ?? []
    const to = ruleFor({ ...post, id: post.accountId, kind: 'person' })?.rule.to ?? heirs[0]
    const own = moves.find(({ box }) => box.id === post.accountId)?.to ?? post.own
    return [{ post, to: to === own ? null : (to ?? null) }]
  })
  const notices = draft.assignments.flatMap((given, n): Notice[] =>
    given.by === 'position' && matched[n] === 0 ? [{ kind: 'title-nobodys', rule: n + 1, unit: given.from }] : [],
  )
  const faults: Fault[] = [...rulesOf(draft, world, after, leaves)]
  for (const [unit, boxes] of nowhere) {
    const people = boxes.filter(({ kind }) => kind === 'person')
    const some = people.slice(0, NAMED).map(({ id }) => id)
    if (people.length > 0) faults.push({ kind: 'nowhere', unit, people: people.length, some })
    if (boxes.length > people.length)
      faults.push({ kind: 'mailboxes-nowhere', unit, mailboxes: boxes.length - people.length })
  }
  return { moves, seconds, to: new Map(moves.map(({ box, to }) => [box.id, to])), matched, faults, notices }
}

/** Where somebody goes who is to come to a unit; `decided` is false where several take over and no rule is about them. */
export type Arrival = { readonly to: UnitId; readonly decided: boolean }
export type Arriving = (unit: UnitId, who: { readonly id: AccountId; readonly title: string }) => Arrival | null

/** Where the plan takes those who are to come to a unit that ends or is divided, as if they were there; null for another. */
export function arrivingOf(draft: Draft, { ended, heirs }: Pick<After, 'ended' | 'heirs'>): Arriving {
  const ruleFor = finder(draft.assignments)
  return (unit, { id, title }) => {
    const ruled = ruleFor({ id, title, unitId: unit, kind: 'person' })?.rule.to
    if (ruled !== undefined) return { to: ruled, decided: true }
    const [first, ...more] = heirs.get(unit) ?? []
    return first === undefined ? null : { to: first, decided: more.length === 0 || !ended.includes(unit) }
  }
}

type Ranked = { readonly rule: Assignment; readonly n: number }

/** The rule for somebody: the one that names them, else the first whose title fits, else that for the rest. */
function finder(
  assignments: readonly Assignment[],
): (box: Pick<Box, 'id' | 'kind' | 'unitId' | 'title'>) => Ranked | undefined {
  const all = assignments.map((rule, n): Ranked => ({ rule, n }))
  const of = (by: Assignment['by']) => all.filter(({ rule }) => rule.by === by)
  const named = new Map(of('account').map((each) => [`${each.rule.from} ${each.rule.value}`, each]))
  const titles = Map.groupBy(of('position'), ({ rule }) => rule.from)
  const rest = new Map(of('rest').map((each) => [each.rule.from, each]))
  return (box) => {
    const own = named.get(`${box.unitId} ${box.id}`)
    if (own !== undefined || box.kind !== 'person') return own
    const { title } = box
    const fits = title === null ? undefined : titles.get(box.unitId)?.find(({ rule }) => titleFits(rule.value, title))
    return fits ?? rest.get(box.unitId)
  }
}

function rulesOf(draft: Draft, world: World, after: After, leaves: (unit: UnitId) => boolean): Fault[] {
  const boxes = new Map(world.boxes.map((box) => [box.id, box]))
  return draft.assignments.flatMap((rule, index): Fault[] => {
    const n = index + 1
    if (!world.units.has(rule.from)) return [{ kind: 'rule-unknown-unit', rule: n }]
    if (!leaves(rule.from)) return [{ kind: 'rule-not-needed', rule: n, unit: rule.from }]
    if (!after.units.has(rule.to))
      return world.units.has(rule.to)
        ? [{ kind: 'rule-elsewhere', rule: n, unit: rule.to }]
        : [{ kind: 'rule-unknown-unit', rule: n }]
    if (rule.by === 'unit') {
      const below = world.units.get(rule.value)
      return below?.parentId === rule.from ? [] : [{ kind: 'rule-not-below', rule: n, unit: rule.from }]
    }
    const named = rule.by === 'account' && boxes.get(rule.value)?.unitId !== rule.from
    return named ? [{ kind: 'rule-nobody', rule: n }] : []
  })
}
