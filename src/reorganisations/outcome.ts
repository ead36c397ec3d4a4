import { createHash } from 'node:crypto'
import type { Part } from '../brake/brake.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import { unitsAfter, type After } from './after.ts'
import type { Draft } from './draft.ts'
import type { Fault, Notice } from './fault.ts'
import { changeAfter, type ChangeAfter } from './homes.ts'
import { officesOf, type Offices } from './offices.ts'
import { arrivingOf, placesOf, type Move, type Places } from './places.ts'
import { mailboxesOf, type Mailboxes } from './unit-mailboxes.ts'
import { BELONGINGS, type WaitingChange, type World } from './world.ts'

/** All that a plan would do. It can be carried out when there are no faults. */
export type Outcome = {
  readonly after: After
  readonly places: Places
  readonly mailboxes: Mailboxes
  readonly offices: Offices
  /** Who takes over what belongs to a unit that ends: requests, lists, what imports remember. */
  readonly homes: ReadonlyMap<UnitId, UnitId>
  /** What follows of a change that waits; null where it stays as it is. */
  readonly changeAfter: (change: WaitingChange) => ChangeAfter | null
  readonly faults: readonly Fault[]
  readonly notices: readonly Notice[]
}

/** Works a plan out against the province as it is; pure, and the same for the same. Every fault is told at once. */
export function outcomeOf(draft: Draft, world: World): Outcome {
  const after = unitsAfter(draft, world)
  const places = placesOf(draft, world, after)
  const mailboxes = mailboxesOf(draft, world, after, ({ id, unitId }) => places.to.get(id) ?? unitId)
  const offices = officesOf(draft, world, after, (account) => places.to.get(account))
  const homes = new Map(
    after.ended.flatMap((unit) => {
      const [heir] = after.heirs.get(unit) ?? []
      return heir === undefined ? [] : [[unit, heir] as const]
    }),
  )
  const { faults, notices } = belongings(world, after, homes)
  const moves = new Map(places.moves.map((move) => [move.box.id, move]))
  const following = { homes, moveOf: (id: AccountId) => moves.get(id), arriving: arrivingOf(draft, after) }
  const follow = (change: WaitingChange) => changeAfter(change, following)
  return {
    ...{ after, places, mailboxes, offices, homes, changeAfter: follow },
    faults: [...after.faults, ...places.faults, ...offices.faults, ...mailboxes.faults, ...faults],
    notices: [...places.notices, ...mailboxes.notices, ...notices, ...undecided(world.changes.map(follow))],
  }
}

/** People who are to come to a unit that is divided, and of whom no rule says where they come instead. */
function undecided(changes: readonly (ChangeAfter | null)[]): Notice[] {
  const units = Map.groupBy(
    changes.flatMap((change) => change?.undecided ?? []),
    (unit) => unit,
  )
  return [...units].map(([unit, { length: n }]) => ({ kind: 'arrivals-undecided', unit, n }))
}

function belongings(
  world: World,
  after: After,
  homes: ReadonlyMap<UnitId, UnitId>,
): { faults: Fault[]; notices: Notice[] } {
  const faults: Fault[] = []
  const notices: Notice[] = []
  for (const unit of after.ended) {
    const has = world.belongings.get(unit)
    const divided = (after.heirs.get(unit)?.length ?? 0) > 1
    if (world.ruled.has(unit)) notices.push({ kind: 'rules-end', unit })
    if (has === undefined) continue
    if (!homes.has(unit))
      for (const what of BELONGINGS)
        if (has[what] > 0) faults.push({ kind: 'belongings-nowhere', unit, what, n: has[what] })
    // Which of the heirs a list means by the old name, nobody can know.
    if (divided && has.spellings > 0) notices.push({ kind: 'spellings-forgotten', unit, n: has.spellings })
    if (homes.has(unit) && has.imports > 0) notices.push({ kind: 'imports-again', unit, n: has.imports })
  }
  return { faults, notices }
}

/** What the brake is told: who changes the unit, and who shows another name, by the unit that they are of now. */
export function partsOf(moves: readonly Move[]): Part[] {
  const parts = new Map<string, Part>()
  for (const { from, to } of moves) {
    const change = from === to ? 'change' : 'transfer'
    const key = `${change} ${from}`
    parts.set(key, { change, unitId: from, n: (parts.get(key)?.n ?? 0) + 1 })
  }
  return [...parts.values()]
}

/** The draft with the addresses that the naming policy gives now written down, so that they are what is signed. */
export const settled = (draft: Draft, { proposed }: Pick<World, 'proposed'>): Draft => ({
  ...draft,
  steps: draft.steps.map((step) => {
    if ((step.kind !== 'create' && step.kind !== 'rename') || step.address !== 'policy') return step
    return { ...step, address: proposed.get(step.unit) ?? step.address }
  }),
})

/** Of all that was written down: what is signed, and what two people release, is this very plan. */
export function hashOf(draft: Draft): string {
  const { name, document, effectiveOn, options, steps, assignments, seats } = draft
  return createHash('sha256')
    .update(JSON.stringify(sorted({ name, document, effectiveOn, options, steps, assignments, seats })))
    .digest('hex')
}

/** The same text for the same content, in whatever order a database keeps it. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  )
}

/** The numbers that a plan is summed up in. */
export type Figures = {
  readonly unitsBefore: number
  readonly unitsAfter: number
  readonly created: number
  readonly changed: number
  readonly ended: number
  readonly people: number
  readonly shown: number
  readonly mailboxes: number
  readonly addresses: number
  readonly rights: number
}

/** The numbers that a plan's page and its document show. */
export function figuresOf({ after, places, mailboxes, offices }: Outcome): Figures {
  const people = places.moves.filter(({ box }) => box.kind === 'person')
  const heirs = new Set([...after.heirs.values()].flat())
  return {
    unitsBefore: new Set(after.heirs.keys()).size,
    unitsAfter: heirs.size,
    created: after.created.length,
    changed: after.changed.length,
    ended: after.ended.length,
    people: people.filter(({ from, to }) => from !== to).length,
    shown: people.filter(({ from, to }) => from === to).length,
    mailboxes: places.moves.length - people.length,
    addresses: mailboxes.changes.filter((change) => change.kind === 'ends' || change.local !== null).length,
    rights: Math.max(offices.ended.length, offices.begun.length),
  }
}
