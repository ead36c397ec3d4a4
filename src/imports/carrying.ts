import type { Actor } from '../access/policy.ts'
import type { BulkAccounts } from '../accounts/bulk.ts'
import type { BulkChanges } from '../accounts/bulk-changes.ts'
import type { Enacting } from '../accounts/enacting.ts'
import type { Tx } from '../db/transaction.ts'
import type { AccountId, PersonId } from '../kernel/ids.ts'
import type { Secrets } from '../kernel/secrets.ts'
import { handOverOf, personOf, saysOf, setOf, wasOf, type Creation } from './carried.ts'
import type { KeptPlan } from './plan.ts'
import type { Item } from './plan/item.ts'
import type { Reason } from './plan/reason.ts'
import type * as rowsStore from './rows-store.ts'
import type { Before } from './seals.ts'
import type { ImportRecord } from './store.ts'
import * as worldStore from './world-store.ts'

/** A row with what is to be done for it. */
export type Job = { readonly row: rowsStore.StoredRow; readonly plan: KeptPlan; readonly item: Item }
/** What came of it; `moved` says in what the world is not as the plan took it to be. */
export type Outcome =
  | { readonly ok: true; readonly personId: PersonId; readonly accountId: AccountId; readonly before: Before | null }
  | { readonly ok: false; readonly moved: (Reason & { code: 'moved' })['what'] }

/** Does what a batch of rows asks for, in the caller's transaction; answers what came of each, by its `seq`. */
export function carryingOf(deps: {
  secrets: Secrets
  accounts: BulkAccounts
  changes: BulkChanges
  lives: Pick<Enacting, 'enact'>
}) {
  const { secrets, accounts, changes, lives } = deps

  async function createAll(tx: Tx, by: Actor, record: ImportRecord, jobs: readonly Job[]) {
    const found = new Map<number, Outcome>()
    const creations = jobs.flatMap(({ row, item }) => (item.type === 'create' ? [{ row, item }] : []))
    if (creations.length === 0) return found
    const units = await worldStore.standing(tx.db, tx.at)
    const known = await worldStore.alike(
      tx.db,
      creations.flatMap(({ row, item }) =>
        item.nin === null && item.again === undefined
          ? [{ seq: row.seq, name: item.name.full, birth: item.birth?.day ?? null, sex: item.sex }]
          : [],
      ),
      record.id,
    )
    const possible = creations.filter(({ row, item }) => {
      if (item.unitId === null || item.local === null || !units.has(item.unitId))
        found.set(row.seq, { ok: false, moved: 'unit' })
      else if (known.has(row.seq)) found.set(row.seq, { ok: false, moved: 'known' })
      else return true
      return false
    })
    const fresh = possible.filter(({ item }) => item.again === undefined)
    const issued = await accounts.issueMany(
      tx,
      by,
      fresh.map(({ item }) => personOf(item, record, secrets)),
    )
    for (const [seq, outcome] of await issueAgain(tx, by, record, possible)) found.set(seq, outcome)
    fresh.forEach(({ row }, n) => {
      const one = issued[n]
      if (one?.ok) found.set(row.seq, { ok: true, ...one.value, before: null })
      else found.set(row.seq, { ok: false, moved: one?.refusal.kind === 'address-taken' ? 'address' : 'known' })
    })
    return found
  }

  /** Accounts that were taken back are their people's again, with what the list says of them now. */
  async function issueAgain(
    tx: Tx,
    by: Actor,
    record: ImportRecord,
    creations: readonly { readonly row: rowsStore.StoredRow; readonly item: Creation }[],
  ): Promise<[number, Outcome][]> {
    const asked = creations.flatMap(({ row, item }) => (item.again ? [{ row, item, ...item.again }] : []))
    if (asked.length === 0) return []
    const back = await lives.enact(
      tx,
      by,
      asked.map(({ accountId: id }) => ({ id, command: { type: 'recover', to: 'in-use' } })),
      // The way in is opened when the targets have them again, as for those who are new.
      { why: record.fileName, quiet: true },
    )
    const recovered = asked.filter((_, n) => back[n]?.ok)
    await accounts.beginAnew(
      tx,
      recovered.map(({ accountId: id, item }) => ({
        id,
        handOver: handOverOf(item, record),
        language: record.language,
      })),
    )
    const set = await changes.changeMany(
      tx,
      by,
      recovered.map(({ accountId, item }) => ({ accountId, set: setOf(saysOf(item), secrets), was: {} })),
    )
    if (set.some((one) => !one.ok)) throw new Error('An account that came back cannot be changed')
    const isBack = new Set(recovered.map(({ row }) => row.seq))
    return asked.map(({ row: { seq }, personId, accountId }) => [
      seq,
      isBack.has(seq) ? { ok: true, personId, accountId, before: null } : { ok: false, moved: 'changed' },
    ])
  }

  async function changeAll(tx: Tx, by: Actor, jobs: readonly Job[]) {
    const found = new Map<number, Outcome>()
    const alterations = jobs.flatMap(({ row, item }) =>
      item.type === 'change' || item.type === 'transfer' ? [{ row, item }] : [],
    )
    if (alterations.length === 0) return found
    const units = await worldStore.standing(tx.db, tx.at)
    const possible = alterations.filter(({ row, item }) => {
      if (item.set.unitId === undefined || units.has(item.set.unitId)) return true
      found.set(row.seq, { ok: false, moved: 'unit' })
      return false
    })
    const changed = await changes.changeMany(
      tx,
      by,
      possible.map(({ item }) => ({ accountId: item.accountId, set: setOf(item.set, secrets), was: wasOf(item.was) })),
    )
    possible.forEach(({ row, item }, n) => {
      const one = changed[n]
      if (one?.ok)
        found.set(row.seq, { ok: true, personId: item.personId, accountId: item.accountId, before: item.was })
      else found.set(row.seq, { ok: false, moved: one?.refusal.kind === 'duplicate-person' ? 'known' : 'changed' })
    })
    return found
  }

  async function suspendAll(tx: Tx, by: Actor, record: ImportRecord, jobs: readonly Job[]) {
    const suspensions = jobs.flatMap(({ row, item }) => (item.type === 'suspend' ? [{ row, item }] : []))
    if (suspensions.length === 0) return new Map<number, Outcome>()
    const set = await lives.enact(
      tx,
      by,
      suspensions.map(({ item }) => ({ id: item.accountId, command: { type: 'suspend', until: null } })),
      { why: record.fileName },
    )
    return new Map(
      suspensions.map(({ row, item: { personId, accountId, state } }, n): [number, Outcome] => [
        row.seq,
        set[n]?.ok ? { ok: true, personId, accountId, before: { state } } : { ok: false, moved: 'changed' },
      ]),
    )
  }

  return async (tx: Tx, by: Actor, record: ImportRecord, jobs: readonly Job[]): Promise<ReadonlyMap<number, Outcome>> =>
    new Map([
      ...(await createAll(tx, by, record, jobs)),
      ...(await changeAll(tx, by, jobs)),
      ...(await suspendAll(tx, by, record, jobs)),
    ])
}
