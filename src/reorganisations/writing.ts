import type { Actor } from '../access/policy.ts'
import { carryRights } from '../access/role-carrying.ts'
import type { Relocating } from '../accounts/relocating.ts'
import type { AddressState, BulkAddresses } from '../addresses/bulk.ts'
import type { Tx } from '../db/transaction.ts'
import { addMonths } from '../kernel/day.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import { ListRule } from '../lists/list.ts'
import { rearrange, type Rearranged } from '../units/rearranging.ts'
import type { Checked } from './checking.ts'
import { renamed, ruleAfter } from './homes.ts'
import * as homesStore from './homes-store.ts'
import type { ReorganisationId } from './reorganisation.ts'
import type { Traces } from './trace.ts'
import * as worldStore from './world-store.ts'
import { keptNames } from '../addresses/kept-name.ts'
import { addressesAfter } from './unit-addresses.ts'

/**
 * Writes what a plan makes of units, rights, unit mailboxes and all that belongs to units, in the transaction that begins it;
 * answers what it takes to undo it. Accounts are moved afterwards.
 */
export function writingOf(deps: { addresses: BulkAddresses; moving: Relocating }) {
  const { addresses, moving } = deps

  async function mailboxes(
    tx: Tx,
    by: Actor,
    { draft, outcome }: Checked,
  ): Promise<Pick<Traces, 'boxes' | 'addresses'>> {
    const { changes } = outcome.mailboxes
    if (changes.length === 0) return { boxes: [], addresses: [] }
    const ids = changes.map(({ box }) => box.id)
    const ending = changes.filter(({ kind }) => kind === 'ends').map(({ box }) => box)
    const names = new Map(ending.map(({ id, local }) => [id, keptNames(local)]))
    const taken = await addresses.taken([...names.values()].flat())
    const kept = new Map<AccountId, string>(
      [...names].flatMap(([id, all]) =>
        all
          .filter((name) => !taken.has(name))
          .slice(0, 1)
          .map((name) => [id, name] as const),
      ),
    )
    const until = new Date(`${addMonths(draft.effectiveOn, draft.options.aliasMonths)}T00:00:00+07:00`)
    const states = await addresses.ofAccounts(tx, ids)
    const wanted = addressesAfter(changes, states, until, kept)
    const before = await addresses.handOver(tx, ids, wanted, new Set(kept.values()))
    if (before === null) throw new Error('An address of the plan has been taken')
    const after = new Map([...states, ...wanted].map((state): [string, AddressState] => [state.local, state]))
    const localsOf = (id: AccountId) =>
      [...after.values()].filter(({ holder }) => holder === id).sort((a, b) => b.role.localeCompare(a.role))
    const boxes = await moving.changeBoxes(
      tx,
      by,
      changes.map((change) => ({
        id: change.box.id,
        kind: change.kind === 'ends' || change.box.kind !== 'unit' ? 'function' : 'unit',
        name: change.kind === 'ends' ? change.box.name : change.name,
        locals: localsOf(change.box.id).map(({ local }) => local),
      })),
    )
    return {
      boxes,
      addresses: wanted.map((state) => ({ local: state.local, before: before.get(state.local) ?? null, after: state })),
    }
  }

  /** Lists that name units which end. */
  async function lists(tx: Tx, by: Actor, { outcome }: Checked): Promise<Traces['lists']> {
    const { after, homes } = outcome
    const before = await homesStore.listsNaming(tx.db, after.ended)
    const rows = before.map(({ id, unit, rule }) => ({
      ...{ id, unit: homes.get(unit) ?? unit },
      rule: ruleAfter(ListRule.parse(rule), after),
    }))
    await homesStore.writeLists(tx.db, rows)
    const ids = before.map(({ id }) => id)
    await homesStore.listEvents(tx.db, ids, tx.at, by.name)
    for (const { id, unit } of rows) tx.audit(by, 'list.changed', `group:${id}`, { unit })
    return { before, after: rows }
  }

  /** What waits goes with whom it is about; a post that went on in another unit is ended there. */
  async function changes(
    tx: Tx,
    by: Actor,
    { draft, world, outcome }: Checked,
    posts: Traces['seconds'],
  ): Promise<Traces['changes']> {
    const opened = new Map(posts.flatMap(({ closed, opened: id }) => (id === null ? [] : [[closed, id] as const])))
    const naming = [...outcome.after.heirs.keys(), ...opened.keys()]
    const before = await worldStore.changesNaming(tx.db, naming, true)
    const followed = before.flatMap((was) => {
      const went = outcome.changeAfter(was)
      const { units, seats, command } = went?.change ?? was
      const row = { id: was.id, units: [...units], seats: [...seats], command: renamed(command, opened) }
      return went === null && sameJson(row.command, was.command) ? [] : [{ was, row, went }]
    })
    await homesStore.writeChanges(
      tx.db,
      followed.map(({ row }) => row),
    )
    const name = (unit: UnitId) => world.units.get(unit)?.name ?? outcome.after.units.get(unit)?.name ?? ''
    const nameAfter = (unit: UnitId) => outcome.after.units.get(unit)?.name ?? name(unit)
    for (const isUndecided of [false, true])
      await moving.changesFollow(
        tx,
        by,
        followed.flatMap(({ was, went }) =>
          went !== null && (went.undecided !== null) === isUndecided
            ? was.about.map((id) => ({
                id,
                note: went.went.map(({ from, to }) => `${name(from)} → ${nameAfter(to)}`).join('; '),
              }))
            : [],
        ),
        { why: draft.name, letter: draft.document, ...(isUndecided && { firstHeir: true }) },
      )
    for (const { row } of followed) tx.audit(by, 'change.rehomed', `change:${row.id}`, { units: row.units })
    return {
      before: followed.map(({ was: { id, units, seats, command } }) => ({
        ...{ id, units: [...units], seats: [...seats], command },
      })),
      after: followed.map(({ row }) => row),
    }
  }

  /** Requests that are not answered yet go to the heir; one about an account goes where that goes. */
  async function requests(tx: Tx, by: Actor, { outcome }: Checked): Promise<Traces['requests']> {
    const { after, homes, places } = outcome
    const ended = new Set(after.ended)
    const leaves = new Map(places.moves.map(({ box, from }) => [box.id, from]))
    const found = await homesStore.requestsNaming(tx.db, [...after.heirs.keys()])
    const rows = found.flatMap(({ id, unit, account, escalated, rule }) => {
      const goes = account !== null && (ended.has(unit) || leaves.get(account) === unit)
      const own = goes ? places.to.get(account) : undefined
      const to = escalated === null ? undefined : homes.get(escalated)
      const asked = ListRule.safeParse(rule)
      const next = asked.success ? ruleAfter(asked.data, after) : null
      const row = {
        ...{ id, from: unit, to: own ?? homes.get(unit) ?? unit },
        escalated: escalated === null || to === undefined ? null : { from: escalated, to },
        rule: next === null || sameJson(next, asked.data) ? null : { from: rule, to: next },
      }
      return row.from === row.to && row.escalated === null && row.rule === null ? [] : [row]
    })
    await homesStore.writeRequests(tx.db, rows)
    for (const { id: request, to } of rows) tx.audit(by, 'request.rehomed', `request:${request}`, { unit: to })
    return rows
  }

  return async function write(tx: Tx, by: Actor, id: ReorganisationId, checked: Checked): Promise<Traces> {
    const { draft, world, outcome } = checked
    const { after, homes, offices } = outcome
    const on = draft.effectiveOn
    const facts = (unit: UnitId): Rearranged[] => {
      const found = after.units.get(unit)
      return found ? [found] : []
    }
    const units = await rearrange(tx, by, {
      ...{ plan: id, on, ended: after.ended },
      created: after.created.flatMap(facts),
      changed: after.changed.flatMap(facts),
      successions: [...after.heirs].flatMap(([from, heirs]) =>
        heirs.filter((to) => to !== from).map((to) => ({ from, to })),
      ),
    })
    const rights = await carryRights(
      tx,
      by,
      { ended: offices.ended.map((grant) => grant.id), begun: offices.begun },
      on,
    )
    const { seconds } = outcome.places
    const posts = await moving.moveSeconds(
      tx,
      seconds.map(({ post, to }) => ({ post: post.id, to })),
      on,
    )
    const list = [...homes].map(([from, to]) => ({ from, to }))
    const divided = after.ended.filter((unit) => (after.heirs.get(unit)?.length ?? 0) > 1)
    const imports = await homesStore.imports(tx.db, list)
    const reviews = await homesStore.reviewLines(
      tx.db,
      outcome.places.moves
        .filter(({ box, from, to }) => box.kind === 'person' && from !== to)
        .map(({ box, from, to }) => ({ account: box.id, from, to })),
    )
    const memories = await homesStore.memories(tx.db, list)
    const spellings = await homesStore.spellings(tx.db, list, divided)
    const renamedUnits = after.changed.filter((unit) => after.units.get(unit)?.name !== world.units.get(unit)?.name)
    return {
      ...{ units, rights, seconds: posts, imports, reviews, memories, spellings },
      requests: await requests(tx, by, checked),
      lists: await lists(tx, by, checked),
      changes: await changes(tx, by, checked, posts),
      ...(await mailboxes(tx, by, checked)),
      groups: [...after.created, ...after.ended, ...renamedUnits, ...seconds.flatMap(({ to }) => to ?? [])],
    }
  }
}

const sameJson = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)
