import { randomUUID } from 'node:crypto'
import type { Actor } from '../access/policy.ts'
import type { Tx } from '../db/transaction.ts'
import { dayFromDb, dayOf, dayToDb, type Day } from '../kernel/day.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import type { PersonName } from '../kernel/person-name.ts'
import { fold } from '../kernel/text.ts'
import type { Sync } from '../provisioning/sync.ts'
import { searchText } from './account.ts'
import type { Due } from './due.ts'
import * as store from './bulk-changes-store.ts'
import * as bulkStore from './bulk-store.ts'

type Birth = { readonly day: Day; readonly precision: 'day' | 'month' | 'year' }

/** What is set of somebody; a field that is absent stays, null is nothing. */
export type PersonChange = {
  readonly name?: PersonName
  readonly birth?: Birth | null
  readonly sex?: string | null
  readonly number?: { readonly cipher: string; readonly hash: string } | null
  readonly phone?: string | null
  readonly contactEmail?: string | null
  readonly title?: string | null
  readonly employment?: string
  readonly unitId?: UnitId
}
/** What must be so for the change to be made, of the fields that are set; of a number, whether there is one. */
export type PersonWas = {
  readonly name?: string
  readonly birth?: Birth | null
  readonly sex?: string | null
  readonly hasNumber?: boolean
  readonly phone?: string | null
  readonly contactEmail?: string | null
  readonly title?: string | null
  readonly employment?: string | null
  readonly unitId?: UnitId | null
}
export type ListedChange = { readonly accountId: AccountId; readonly set: PersonChange; readonly was: PersonWas }
export type ChangeManyRefusal = { readonly kind: 'changed-meanwhile' } | { readonly kind: 'duplicate-person' }
export type BulkChanges = ReturnType<typeof bulkChangesOf>

/** Changes of people and accounts in great number, by few statements. */
export function bulkChangesOf(deps: { sync: Sync; due: Due }) {
  const { sync, due } = deps

  return {
    /**
     * Changes people as a list says, in the caller's transaction; answers in the order asked. Refused, each by itself:
     * changed-meanwhile where it is not any more as it was, duplicate-person where the number is somebody else's.
     */
    async changeMany(
      tx: Tx,
      by: Actor,
      changes: readonly ListedChange[],
    ): Promise<Decision<null, ChangeManyRefusal>[]> {
      const today = dayOf(tx.at)
      const hashes = changes.flatMap(({ set }) => (set.number ? [set.number.hash] : []))
      const ids = changes.map(({ accountId }) => accountId)
      const present = new Map((await store.lock(tx.db, ids, today)).map((row) => [row.id, row]))
      if (hashes.length > 0) await bulkStore.lockNumbers(tx.db, hashes)
      const known = hashes.length > 0 ? await bulkStore.knownNumbers(tx.db, hashes) : new Set<string>()
      const seen = new Set<string>()
      const decided = changes.map((change) => {
        const row = present.get(change.accountId)
        const hash = change.set.number?.hash
        if (!row || seen.has(row.id) || !isAsItWas(row, change.was))
          return { change, row: null, refused: { kind: 'changed-meanwhile' } as const }
        if (hash !== undefined && (known.has(hash) || seen.has(hash)))
          return { change, row: null, refused: { kind: 'duplicate-person' } as const }
        seen.add(row.id)
        if (hash !== undefined) seen.add(hash)
        return { change, row, refused: null }
      })
      const made = decided.flatMap(({ change, row }) => (row === null ? [] : [{ change, row }]))
      if (made.length > 0) await write(tx, by, made, today)
      return decided.map(({ refused }) => (refused === null ? accept(null) : refuse(refused)))
    },
  }

  type Made = readonly { readonly change: ListedChange; readonly row: store.Present }[]

  async function write(tx: Tx, by: Actor, made: Made, today: Day): Promise<void> {
    await store.updatePersons(
      tx.db,
      made.map(({ change: { set }, row }) => personOf(row, set)),
    )
    const posts = made.filter(({ change: { set } }) => changesPost(set))
    if (posts.length > 0)
      await store.updatePosts(
        tx.db,
        posts.map(({ change: { set }, row }) => postOf(row, set, today)),
        today,
      )
    const updated = await store.updateAccounts(
      tx.db,
      made.map(({ change: { set }, row }) => {
        const displayName = set.name?.full ?? row.fullName
        const login = row.locals.includes(row.login) ? null : row.login
        const search = searchText([fold(displayName), ...row.locals, login])
        return { id: row.id, unitId: set.unitId ?? row.unitId, displayName, search }
      }),
    )
    await store.events(tx.db, made.flatMap(eventsOf), tx.at, by.name)
    await sync.accountsDue(tx, updated)
    const moved = made.filter(({ change: { set }, row }) => set.unitId !== undefined && set.unitId !== row.unitId)
    await due.groups(tx, [
      ...new Set(moved.flatMap(({ change: { set }, row }) => [row.unitId, set.unitId ?? row.unitId])),
    ])
    for (const { change, row } of made)
      tx.audit(by, 'account.changed', `account:${row.id}`, {
        fields: Object.keys(change.set),
        ...(change.set.name && { name: change.set.name.full, before: row.fullName }),
        ...(change.set.unitId && { unit: change.set.unitId, from: row.unitId }),
      })
  }
}

const changesPost = (set: PersonChange): boolean =>
  set.title !== undefined || set.employment !== undefined || set.unitId !== undefined

function isAsItWas(row: store.Present, was: PersonWas): boolean {
  const same = (wanted: string | null | undefined, is: string | null) => wanted === undefined || wanted === is
  const birth = row.birthDate === null ? null : dayFromDb(row.birthDate)
  const sameBirth =
    was.birth === undefined ||
    (was.birth === null ? birth === null : was.birth.day === birth && was.birth.precision === row.birthPrecision)
  return (
    same(was.name, row.fullName) &&
    sameBirth &&
    same(was.sex, row.sex) &&
    (was.hasNumber === undefined || was.hasNumber === (row.ninHash !== null)) &&
    same(was.phone, row.phone) &&
    same(was.contactEmail, row.contactEmail) &&
    same(was.title, row.title) &&
    same(was.employment, row.employment) &&
    same(was.unitId, row.unitId)
  )
}

const personOf = (row: store.Present, set: PersonChange): store.PersonUpdate => {
  const known = row.birthDate === null ? null : { day: dayFromDb(row.birthDate), precision: row.birthPrecision }
  const birth = set.birth === undefined ? known : set.birth
  return {
    ...{ id: row.personId, fullName: set.name?.full ?? row.fullName, fold: fold(set.name?.full ?? row.fullName) },
    ...{ surname: set.name?.surname ?? null, middle: set.name?.middle ?? null, given: set.name?.given ?? null },
    ...{ birthDate: birth?.day ?? null, birthPrecision: birth?.precision ?? 'day' },
    sex: set.sex === undefined ? row.sex : set.sex,
    ...{
      setsNumber: set.number !== undefined,
      ninCipher: set.number?.cipher ?? null,
      ninHash: set.number?.hash ?? null,
    },
    phone: set.phone === undefined ? row.phone : set.phone,
    contactEmail: set.contactEmail === undefined ? row.contactEmail : set.contactEmail,
  }
}

/** The present post ends today and another begins; one that began today is corrected. */
function postOf(row: store.Present, set: PersonChange, today: Day): store.PostUpdate {
  const isToday = row.postId !== null && row.postFrom !== null && row.postFrom >= dayToDb(today)
  return {
    ...{
      correct: isToday ? row.postId : null,
      end: isToday ? null : row.postId,
      id: randomUUID(),
      personId: row.personId,
    },
    unitId: set.unitId ?? row.unitId,
    title: (set.title === undefined ? row.title : set.title) ?? '',
    employment: set.employment ?? row.employment ?? 'civil-servant',
    validTo: row.postTo === null ? null : dayFromDb(row.postTo),
  }
}

function eventsOf({ change: { set }, row }: { readonly change: ListedChange; readonly row: store.Present }) {
  const id = row.id
  const others = Object.keys(set).some((field) => !['name', 'title', 'employment', 'unitId'].includes(field))
  return [
    ...(set.name ? [{ id, kind: 'renamed' as const, note: row.fullName }] : []),
    ...(changesPost(set)
      ? [{ id, kind: 'position-changed' as const, note: (set.title === undefined ? row.title : set.title) ?? '' }]
      : []),
    ...(others ? [{ id, kind: 'details-changed' as const, note: null }] : []),
  ]
}
