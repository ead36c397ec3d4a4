import { permit as permitOf, type Permit } from '../access/policy.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Clock } from '../kernel/clock.ts'
import { dayOf } from '../kernel/day.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import { IdentificationNumber } from '../kernel/identification-number.ts'
import type { AccountId, PersonId } from '../kernel/ids.ts'
import type { Change } from '../scheduled/change.ts'
import type { Scheduled } from '../scheduled/scheduled.ts'
import type { Numbers } from './numbers.ts'
import type { PersonActRefusal } from './carrying.ts'
import type { PersonRefusal, PersonSummary, PersonView } from './person.ts'
import * as store from './store.ts'

export type PeoplePage = {
  readonly people: readonly PersonSummary[]
  readonly total: number
  readonly page: number
  readonly pageSize: number
}
const PAGE = 20

/** The records of people as those see them who may; a whole number is shown only where that is logged. */
export function readingOf(deps: {
  prisma: PrismaClient
  transaction: Transaction
  clock: Clock
  numbers: Numbers
  scheduled: Pick<Scheduled<PersonActRefusal>, 'ofSubject' | 'sealedOf'>
  domain: string
}) {
  const { prisma, transaction, clock, numbers, scheduled, domain } = deps
  const reading = (): store.Reading => ({ ends: numbers.ends, domain, on: dayOf(clock()) })

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
      formerNumbers: former.map(({ ninCipher, until, byName, why }) => ({
        ends: numbers.ends(ninCipher),
        until,
        byName,
        why,
      })),
    }
  }

  /** Words, or a whole number by its hash. */
  function askedFor(q: string): store.Sought {
    const number = IdentificationNumber.safeParse(q)
    return { q, hash: number.success ? numbers.hash(number.data) : null }
  }

  return {
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
        return accept(numbers.open(person.ninCipher))
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
        return accept(numbers.open(sealed))
      }),

    /** What was asked about a record, the newest first. */
    changes: (_permit: Permit<'person.read'>, id: PersonId): Promise<Change[]> =>
      scheduled.ofSubject({ kind: 'person', id }),
  }
}
