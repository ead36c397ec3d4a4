import type { BulkAddresses } from '../addresses/bulk.ts'
import type { Subject } from '../addresses/naming.ts'
import type { Prisma } from '../db/generated/client.ts'
import type { Clock } from '../kernel/clock.ts'
import { dayOf } from '../kernel/day.ts'
import type { LocalPart } from '../kernel/email-address.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import type { PersonName } from '../kernel/person-name.ts'
import type { StepsPolicies } from '../requests/steps-policies.ts'
import { unitsAfter, type After } from './after.ts'
import { heirsOf, isEnd, type Draft } from './draft.ts'
import { outcomeOf, settled, type Outcome } from './outcome.ts'
import { asksForAddress, namedAddresses } from './unit-mailboxes.ts'
import type { Box, World } from './world.ts'
import * as worldStore from './world-store.ts'

type Db = Prisma.TransactionClient
/** A plan with all that it would do; the draft with the addresses that the naming policy gives now. */
export type Checked = { readonly draft: Draft; readonly world: World; readonly outcome: Outcome }
export type Checking = ReturnType<typeof checkingOf>

/** Looks a plan over as a whole, against the province as it is now. */
export function checkingOf(deps: { clock: Clock; addresses: BulkAddresses; steps: Pick<StepsPolicies, 'present'> }) {
  const { clock, addresses, steps } = deps

  async function worldOf(db: Db, draft: Draft): Promise<World> {
    const on = draft.effectiveOn
    const at = clock()
    const units = await worldStore.units(db, on)
    const of = draft.steps
      .filter((step) => isEnd(step) || step.kind === 'split-off' || step.kind === 'rename')
      .map(({ unit }) => unit)
    const heirs = [...draft.steps.flatMap((step) => [step.unit, ...heirsOf(step)])]
    const ids = [
      ...draft.seats.map(({ account }) => account),
      ...draft.assignments.flatMap((rule) => (rule.by === 'account' ? [rule.value] : [])),
    ]
    const boxes = await worldStore.boxes(db, { of, heirs, ids }, on)
    const rules = (await steps.present({ db })).policy.rules
    const world: World = {
      ...{ today: dayOf(at), units, boxes },
      seconds: await worldStore.seconds(db, of, on),
      grants: await worldStore.grants(db, on),
      deputised: await worldStore.deputised(db, on),
      belongings: await worldStore.belongings(db, of),
      ruled: new Set(rules.flatMap(({ place }) => (place.kind === 'below' ? [place.unit] : []))),
      changes: await worldStore.changesNaming(db, of),
      ...{ proposed: new Map(), personal: new Map(), holders: new Map() },
    }
    const after = unitsAfter(draft, world)
    const proposed = await proposalsFor(db, draft, world, after, at)
    const asked = [...namedAddresses(draft), ...proposed.values()]
    return { ...world, proposed, holders: await worldStore.holders(db, asked, at) }
  }

  /** What the policy gives the units' mailboxes: an address that one of them has already is theirs to take. */
  async function proposalsFor(
    db: Db,
    draft: Draft,
    world: World,
    after: After,
    at: Date,
  ): Promise<ReadonlyMap<UnitId, LocalPart>> {
    const asking = asksForAddress(draft).filter((unit) => after.units.has(unit))
    const subjects = asking.map((unit): Subject => ({ kind: 'unit', unit: namedUnit(after, world, unit) }))
    const forms = await addresses.formsFor(subjects)
    const holders = await worldStore.holders(db, forms.flat(), at)
    const sources = new Map<UnitId, Set<UnitId>>()
    for (const [from, heirs] of after.heirs)
      for (const heir of heirs) sources.set(heir, (sources.get(heir) ?? new Set()).add(from))
    const owner = new Map(
      world.boxes.filter(({ kind }) => kind === 'unit').map(({ id, unitId }) => [id as string, unitId]),
    )
    const allotted = await addresses.allot(subjects, new Set())
    const spoken = new Set<string>(namedAddresses(draft))
    return new Map(
      asking.flatMap((unit, index) => {
        const own = (local: string) => {
          const holder = holders.get(local)
          if (holder === undefined) return true
          const from = owner.get(holder)
          return from !== undefined && (from === unit || sources.get(unit)?.has(from) === true)
        }
        const free = (local: string) => !spoken.has(local) && own(local)
        const local = forms[index]?.find(free) ?? allotted[index]?.candidate.local
        if (local === undefined) return []
        spoken.add(local)
        return [[unit, local] as const]
      }),
    )
  }

  /** What the policy gives people in the unit to which they go. */
  async function personalFor(outcome: Outcome, world: World, names: ReadonlyMap<AccountId, PersonName>) {
    const moved = outcome.places.moves.filter(({ box }) => names.has(box.id))
    const subjects = moved.flatMap(({ box, to }): Subject[] => {
      const name = names.get(box.id)
      return name === undefined ? [] : [{ kind: 'person', name, unit: namedUnit(outcome.after, world, to) }]
    })
    const forms = await addresses.formsFor(subjects)
    const asking = moved.map(({ box }, n) => ({ box, n })).filter(({ box, n }) => !keeps(box, forms[n] ?? []))
    const given = await addresses.allot(
      asking.flatMap(({ n }) => subjects[n] ?? []),
      new Set(),
    )
    return new Map<AccountId, LocalPart>(
      asking.flatMap(({ box }, n) => {
        const local = given[n]?.candidate.local
        return local === undefined ? [] : [[box.id, local]]
      }),
    )
  }

  /** Everything that the plan would do, and every fault. Inside a transaction, through its connection. */
  async function check(db: Db, draft: Draft): Promise<Checked> {
    const world = await worldOf(db, draft)
    const fixed = settled(draft, world)
    const outcome = outcomeOf(fixed, world)
    if (draft.options.personal === 'keep' || !(await addresses.namesUnits())) return { draft: fixed, world, outcome }
    const names = await worldStore.names(
      db,
      outcome.places.moves.flatMap(({ box }) => (box.kind === 'person' ? [box.id] : [])),
    )
    return { draft: fixed, world: { ...world, personal: await personalFor(outcome, world, names) }, outcome }
  }

  return { check }
}

/** Whose address is one that the policy would give in the new unit, with whatever number, keeps it. */
const keeps = (box: Box, forms: readonly LocalPart[]): boolean =>
  forms.some((form) => box.local.startsWith(form) && /^[-.]?\d*$/.test(box.local.slice(form.length)))

function namedUnit(after: After, world: World, id: UnitId) {
  const unit = after.units.get(id)
  const parent = unit?.parentId == null ? undefined : after.units.get(unit.parentId)
  return {
    number: world.units.get(id)?.number ?? 0,
    ...{ name: unit?.name ?? '', kind: unit?.kind ?? 'agency', parentName: parent?.name ?? null },
  }
}
