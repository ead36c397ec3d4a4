import { permit as permitOf, type Actor, type Permit, type PersonActor } from '../access/policy.ts'
import type { MergeRefusal, Merging } from '../accounts/merging.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import type { Clock } from '../kernel/clock.ts'
import { dayOf } from '../kernel/day.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import { PersonId, type AccountId } from '../kernel/ids.ts'
import { IdentificationNumber } from '../kernel/identification-number.ts'
import type { Secrets } from '../kernel/secrets.ts'
import type { Change, ChangeState, Grounds } from '../scheduled/change.ts'
import type { Carry, Scheduled } from '../scheduled/scheduled.ts'
import {
  decideMerge,
  decideNumber,
  PERSON_ACTS,
  PersonCommand,
  type PersonRefusal,
  type PersonSummary,
  type PersonView,
  type WhoseNumber,
} from './person.ts'
import * as store from './store.ts'

export type PersonActRefusal = PersonRefusal | MergeRefusal | { kind: 'already-asked' }
export type PeoplePage = {
  readonly people: readonly PersonSummary[]
  readonly total: number
  readonly page: number
  readonly pageSize: number
}
export type People = ReturnType<typeof peopleOf>

/** The context in which identification numbers are sealed, wherever they come from. */
const SEAL = 'request.nin'
const PAGE = 20
/** The places of those who agree: two of IT staff, of whom whoever asks is one. */
const TWO = [{ kind: 'it-staff' }, { kind: 'it-staff' }] as const

/** The records of people: who is who, where a number is wrong, and where one person was recorded twice. */
export function peopleOf(deps: {
  prisma: PrismaClient
  transaction: Transaction
  clock: Clock
  secrets: Secrets
  merging: Merging
  scheduled: Pick<Scheduled<PersonActRefusal>, 'ask' | 'hasOpen' | 'ofSubject' | 'sealedOf'>
  domain: string
}) {
  const { prisma, transaction, clock, secrets, merging, scheduled, domain } = deps

  const open = (sealed: string): IdentificationNumber => IdentificationNumber.parse(secrets.open(sealed, SEAL))
  const endsOf = (number: IdentificationNumber): string => number.slice(-3)
  const ends = (sealed: string): string => endsOf(open(sealed))
  const reading = (): store.Reading => ({ ends, domain, on: dayOf(clock()) })

  type Fit = { readonly command: PersonCommand; readonly sealed: string | null; readonly held: readonly store.Held[] }

  /** Whether it can be done as things are now, with the records locked. */
  async function fits(
    tx: Tx,
    id: PersonId,
    command: PersonCommand,
    sealed: string | null,
  ): Promise<Decision<Fit, PersonRefusal>> {
    const ids = command.type === 'merge-people' ? [id, command.other] : [id]
    const locked = await store.lock(tx.db, ids)
    const person = locked.get(id)
    if (!person) return refuse({ kind: 'unknown-person' })
    switch (command.type) {
      case 'correct-number': {
        if (sealed === null) return refuse({ kind: 'unknown-person' })
        const hash = secrets.numberHash(open(sealed))
        await store.lockNumber(tx.db, hash)
        const decision = decideNumber(person, hash, await store.holderOf(tx.db, hash))
        return decision.ok ? accept({ command, sealed, held: [person] }) : decision
      }
      case 'merge-people': {
        const other = locked.get(command.other)
        if (!other) return refuse({ kind: 'unknown-person' })
        const decision = decideMerge(person, other, command.number)
        if (!decision.ok) return decision
        return accept({ command: { ...command, number: decision.value }, sealed: null, held: [person, other] })
      }
      default:
        return command satisfies never
    }
  }

  async function ask(
    permit: Permit<'person.change'>,
    id: PersonId,
    wish: PersonCommand,
    grounds: Grounds,
    number: string | null = null,
  ): Promise<Decision<{ id: string; state: ChangeState }, PersonActRefusal>> {
    return transaction(async (tx) => {
      const fit = await fits(tx, id, wish, number)
      if (!fit.ok) return fit
      const { command, sealed, held } = fit.value
      const about = held.flatMap(({ accountId }) => (accountId === null ? [] : [accountId]))
      // Permits for it are given to people only.
      if (about.includes((permit.actor as PersonActor).accountId)) return refuse({ kind: 'own-record' })
      for (const each of held)
        if (await scheduled.hasOpen(tx, { kind: 'person', id: each.id }, PERSON_ACTS))
          return refuse({ kind: 'already-asked' })
      const units = [...new Set(held.flatMap(({ unitId }) => (unitId === null ? [] : [unitId])))]
      return scheduled.ask(tx, permit, {
        ...{ subject: { kind: 'person', id }, command, on: dayOf(tx.at), ...grounds },
        ...{ about, units, seats: [...TWO] },
        ...(sealed !== null && { sealed }),
      })
    })
  }

  async function correct(
    tx: Tx,
    by: Actor,
    person: store.Held,
    sealed: string,
    because: { why: string; change: Change },
  ) {
    const number = open(sealed)
    if (person.ninCipher !== null && person.ninHash !== null)
      await store.keepNumber(
        tx.db,
        person.id,
        { cipher: person.ninCipher, hash: person.ninHash },
        { until: tx.at, byName: by.name, why: because.why },
      )
    await store.setNumber(tx.db, person.id, { cipher: secrets.seal(number, SEAL), hash: secrets.numberHash(number) })
    const before = person.ninCipher === null ? null : ends(person.ninCipher)
    await merging.noteNumber(tx, by, person.accountId, { before, after: endsOf(number) }, becauseOf(because.change, by))
    tx.audit(by, 'person.number-corrected', `person:${person.id}`, {
      change: because.change.id,
      before,
      after: endsOf(number),
    })
  }

  async function merge(
    tx: Tx,
    by: Actor,
    [kept, other]: readonly [store.Held, store.Held],
    number: WhoseNumber | null,
    change: Change,
  ): Promise<Decision<null, PersonActRefusal>> {
    const numberOf = (of: store.Held) =>
      of.ninCipher === null || of.ninHash === null ? null : { cipher: of.ninCipher, hash: of.ninHash }
    const [mine, theirs] = [numberOf(kept), numberOf(other)]
    const wrong = number === 'kept' ? theirs : number === 'other' ? mine : null
    const how = { until: tx.at, byName: by.name, why: change.why }
    if (wrong !== null) await store.keepNumber(tx.db, kept.id, wrong, how)
    // The other first: a number is of one record at a time.
    await store.setNumber(tx.db, other.id, null)
    if (number === 'other') await store.setNumber(tx.db, kept.id, theirs)
    await store.mergeInto(tx.db, other.id, kept.id, tx.at)
    tx.audit(by, 'person.merged', `person:${kept.id}`, { other: other.id, change: change.id, number })
    if (other.accountId === null || kept.accountId === null) return accept(null)
    return merging.merge(tx, by, { kept: kept.accountId, other: other.accountId }, becauseOf(change, by))
  }

  /** For scheduled changes: what was asked and agreed to, done now, as things are now. */
  const carry: Carry<PersonActRefusal> = async (tx, change, by, asked) => {
    const fit = await fits(tx, change.subject.id as PersonId, PersonCommand.parse(change.command), asked)
    if (!fit.ok) return fit
    const { command, sealed, held } = fit.value
    const [person, other] = held
    if (!person) return refuse({ kind: 'unknown-person' })
    if (command.type === 'correct-number') {
      if (sealed !== null) await correct(tx, by, person, sealed, { why: change.why, change })
      return accept(null)
    }
    return other ? merge(tx, by, [person, other], command.number, change) : refuse({ kind: 'unknown-person' })
  }

  async function view(id: PersonId): Promise<PersonView | null> {
    const row = await prisma.person.findUnique({ where: { id } })
    const as = reading()
    const summary = (await store.summaries(prisma, [id], as)).get(id)
    if (!row || !summary) return null
    const into = row.mergedInto
    const [merged, posts, former, requests, alike, survivor] = await Promise.all([
      store.mergedIntoIt(prisma, id, as),
      store.posts(prisma, id),
      store.formerNumbers(prisma, id),
      store.requests(prisma, id),
      store.alikeTo(prisma, id, as),
      into === null ? null : store.summaries(prisma, [into], as),
    ])
    return {
      ...summary,
      ...{ contactEmail: row.contactEmail, phone: row.phone, merged, posts, requests, alike },
      mergedInto: (into !== null && survivor?.get(into)) || null,
      formerNumbers: former.map(({ ninCipher, until, byName, why }) => ({ ends: ends(ninCipher), until, byName, why })),
    }
  }

  /** Words, or a whole number by its hash. */
  function askedFor(q: string): store.Sought {
    const number = IdentificationNumber.safeParse(q)
    return { q, hash: number.success ? secrets.numberHash(number.data) : null }
  }

  return {
    carry,

    /** A page of records by words of a name, address or account number, or by a whole number, present or former. */
    async list(_permit: Permit<'person.read'>, filter: { q: string; page: number }): Promise<PeoplePage> {
      const { q, page } = filter
      const asked = askedFor(q)
      const [found, total] = await Promise.all([
        store.list(prisma, { ...asked, limit: PAGE, offset: (page - 1) * PAGE }, reading()),
        store.count(prisma, asked),
      ])
      return { people: found.map(({ person }) => person), total, page, pageSize: PAGE }
    },

    /** The same on from a place in their order, which is that of names; `next` is where another page begins. */
    async listAfter(
      _permit: Permit<'person.read'>,
      { q, limit, after }: { q: string; limit: number; after: store.PersonPlace | null },
    ): Promise<{ people: PersonSummary[]; next: store.PersonPlace | null }> {
      const found = await store.list(prisma, { ...askedFor(q), limit: limit + 1, after }, reading())
      const shown = found.slice(0, limit)
      const next = found.length > limit ? (shown.at(-1)?.place ?? null) : null
      return { people: shown.map(({ person }) => person), next }
    },

    /** Records that may be of one person, beside each other: of one name and birth date, and not of two numbers. */
    async alike(_permit: Permit<'person.read'>, page: number): Promise<PeoplePage> {
      const [people, total] = await Promise.all([
        store.listAlike(prisma, { limit: PAGE, offset: (page - 1) * PAGE }, reading()),
        store.countAlike(prisma),
      ])
      return { people, total, page, pageSize: PAGE }
    },

    read: (_permit: Permit<'person.read'>, id: PersonId): Promise<PersonView | null> => view(id),

    /** The record of an account's person; null for a mailbox that is nobody's own. */
    async ofAccount(id: AccountId): Promise<PersonId | null> {
      const row = await prisma.account.findUnique({ where: { id }, select: { personId: true } })
      return (row?.personId ?? null) as PersonId | null
    },

    /** What people are called, by id; for whoever may see what they are named in. */
    async names(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
      const rows = await prisma.person.findMany({
        where: { id: { in: [...ids] } },
        select: { id: true, fullName: true },
      })
      return new Map(rows.map(({ id, fullName }) => [id, fullName]))
    },

    /** The whole number; that somebody looked is logged. Refused: unknown-person (or out of scope, or none is known). */
    reveal: (permit: Permit<'number.reveal'>, id: PersonId): Promise<Decision<IdentificationNumber, PersonRefusal>> =>
      transaction(async (tx) => {
        const person = await tx.db.person.findUnique({ where: { id }, select: { ninCipher: true } })
        if (!person?.ninCipher || !permitOf(permit.actor, 'person.read').ok) return refuse({ kind: 'unknown-person' })
        tx.audit(permit.actor, 'number.revealed', `person:${id}`)
        return accept(open(person.ninCipher))
      }),

    /** The number that is asked for in a change which waits, for those who may agree to it; logged too. */
    revealAsked: (
      permit: Permit<'number.reveal'>,
      change: Change,
    ): Promise<Decision<IdentificationNumber, PersonRefusal>> =>
      transaction(async (tx) => {
        const sealed = await scheduled.sealedOf(tx, change.id)
        if (sealed === null || !permitOf(permit.actor, 'person.read').ok) return refuse({ kind: 'unknown-person' })
        tx.audit(permit.actor, 'number.revealed', `change:${change.id}`)
        return accept(open(sealed))
      }),

    /** What was asked about a record, the newest first. */
    changes: (_permit: Permit<'person.read'>, id: PersonId): Promise<Change[]> =>
      scheduled.ofSubject({ kind: 'person', id }),

    /**
     * Asks for another number, which a second one of IT staff agrees to; it lies sealed till then. Refused: unknown-person,
     * own-record, merged-before, number-unchanged, number-of-another, already-asked.
     */
    askNumber: (permit: Permit<'person.change'>, id: PersonId, number: IdentificationNumber, grounds: Grounds) =>
      ask(permit, id, { type: 'correct-number', ends: endsOf(number) }, grounds, secrets.seal(number, SEAL)),

    /**
     * Asks that `other` become part of this record, whose account goes on. `number` says whose is right where they differ.
     * Refused: unknown-person, own-record, same-record, merged-before, number-to-choose, already-asked.
     */
    askMerge: (
      permit: Permit<'person.change'>,
      id: PersonId,
      other: PersonId,
      number: WhoseNumber | null,
      grounds: Grounds,
    ) => ask(permit, id, { type: 'merge-people', other, number }, grounds),
  }
}

const becauseOf = ({ why, letter, asked }: Change, by: Actor) => ({
  ...{ why, letter },
  ...(asked.byName !== by.name && { askedBy: asked.byName }),
})
