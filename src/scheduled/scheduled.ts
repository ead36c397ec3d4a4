import { randomUUID } from 'node:crypto'
import {
  covers,
  hasRole,
  unitIds,
  type Actor,
  type Permit,
  type PersonActor,
  type UnitScope,
} from '../access/policy.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import type { Clock } from '../kernel/clock.ts'
import { dayOf, type Day } from '../kernel/day.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import {
  isOpen,
  openSeats,
  seatFor,
  stateWhenAgreed,
  type Agreer,
  type Change,
  type ChangeRefusal,
  type ChangeSeat,
  type ChangeState,
  type ChangeSubject,
  type Grounds,
} from './change.ts'
import * as store from './store.ts'

/** What somebody asks for. `sealed` is what nobody may read in the table. */
export type Asked = Grounds & {
  readonly subject: ChangeSubject
  readonly command: { readonly type: string }
  readonly sealed?: string
  readonly on: Day
  readonly about: readonly AccountId[]
  readonly units: readonly UnitId[]
  readonly seats: readonly ChangeSeat[]
}
/**
 * Carries a change out now, in the transaction that says so, or refuses and has written nothing. `by` is who made it
 * happen: whoever agreed last, or the job on its day.
 */
export type Carry<R> = (tx: Tx, change: Change, by: Actor, sealed: string | null) => Promise<Decision<null, R>>

export type OpenChanges = {
  readonly changes: Change[]
  readonly total: number
  readonly page: number
  readonly pageSize: number
}
export type Scheduled<R extends { kind: string }> = ReturnType<typeof scheduledOf<R>>

const PAGE = 20
const HISTORY = 100

/**
 * Changes that need others' agreement, or that take effect on a day to come. Each is kept with who asked, why, by which
 * letter and who agreed; on its day it is decided again, as the world is then.
 */
export function scheduledOf<R extends { kind: string }>(deps: {
  prisma: PrismaClient
  transaction: Transaction
  clock: Clock
  carry: Carry<R>
}) {
  const { prisma, transaction, clock, carry } = deps

  const agreerOf = ({ actor, units }: { actor: PersonActor; units: UnitScope }): Agreer => ({
    accountId: actor.accountId,
    reaches: (unit) => covers(units, unit),
    itStaff: hasRole(actor, 'it-staff'),
  })
  const within = (change: Change, scope: UnitScope) => change.units.some((unit) => covers(scope, unit))

  const isDue = (change: Change, at: Date) => stateWhenAgreed(change.on, dayOf(at)) === 'due'

  async function lockOpen(
    tx: Tx,
    permit: Permit<'scheduled.agree'>,
    id: string,
  ): Promise<Decision<{ change: Change; sealed: string | null }, ChangeRefusal>> {
    const held = await store.lock(tx.db, id)
    if (!held || !within(held.change, permit.units)) return refuse({ kind: 'unknown-change' })
    if (!isOpen(held.change.state)) return refuse({ kind: 'change-ended', state: held.change.state })
    return accept(held)
  }

  const close = (permit: Permit<'scheduled.agree'>, id: string, state: 'declined' | 'cancelled', why: string | null) =>
    transaction(async (tx): Promise<Decision<Change, ChangeRefusal>> => {
      const held = await lockOpen(tx, permit, id)
      if (!held.ok) return held
      const { change } = held.value
      if (state === 'declined' && change.state !== 'proposed')
        return refuse({ kind: 'change-ended', state: change.state })
      await store.end(tx.db, id, { state, byName: permit.actor.name, at: tx.at, outcome: why })
      tx.audit(permit.actor, `change.${state}`, `change:${id}`, { command: change.command.type, why })
      return accept(change)
    })

  return {
    /**
     * Asks for a change, in the caller's transaction, which has found that it can be. Whoever asks takes the first place
     * that is theirs. Carried out at once when nobody else must agree and its day has come; refused as `carry` refuses.
     */
    async ask(
      tx: Tx,
      permit: { readonly actor: Actor; readonly units: UnitScope },
      asked: Asked,
    ): Promise<Decision<{ id: string; state: ChangeState }, R>> {
      const { actor, units } = permit
      const { sealed = null, ...rest } = asked
      const change: Change = {
        ...{ ...rest, id: randomUUID(), state: 'proposed', agreements: [], ended: null },
        asked: { by: actor.id, byName: actor.name, at: tx.at },
      }
      const seat = actor.kind === 'person' ? seatFor(change, agreerOf({ actor, units })) : null
      const agreements =
        seat?.ok && actor.kind === 'person'
          ? [{ seat: seat.value, by: actor.accountId, byName: actor.name, at: tx.at }]
          : []
      const agreed = openSeats({ ...change, agreements }).length === 0
      const now = agreed && isDue(change, tx.at)
      if (now) {
        const carried = await carry(tx, { ...change, agreements }, actor, sealed)
        if (!carried.ok) return carried
      }
      const state = now ? 'applied' : agreed ? 'waiting' : 'proposed'
      const ended = now ? { byName: actor.name, at: tx.at, outcome: null } : null
      await store.insert(tx.db, { ...change, state, ended }, now ? null : sealed)
      for (const each of agreements) await store.agree(tx.db, change.id, each.seat, each.by, each.byName, each.at)
      tx.audit(actor, 'change.asked', `change:${change.id}`, {
        ...{ subject: change.subject, command: change.command, on: change.on, why: change.why, letter: change.letter },
      })
      return accept({ id: change.id, state })
    },

    /**
     * Agrees. Refused: unknown-change, change-ended, own-change, agreed-before, not-your-seat, or as `carry` refuses, in which
     * case nothing has been agreed to.
     */
    agree: async (permit: Permit<'scheduled.agree'>, id: string): Promise<Decision<ChangeState, R | ChangeRefusal>> => {
      try {
        return await transaction(async (tx): Promise<Decision<ChangeState, R | ChangeRefusal>> => {
          const held = await lockOpen(tx, permit, id)
          if (!held.ok) return held
          const { change, sealed } = held.value
          // Permits for it are given to people only.
          const actor = permit.actor as PersonActor
          const seat = seatFor(change, agreerOf({ actor, units: permit.units }))
          if (!seat.ok) return seat
          await store.agree(tx.db, id, seat.value, actor.accountId, actor.name, tx.at)
          tx.audit(actor, 'change.agreed', `change:${id}`, { command: change.command.type })
          const mine = { seat: seat.value, by: actor.accountId, byName: actor.name, at: tx.at }
          const agreed = { ...change, agreements: [...change.agreements, mine] }
          if (openSeats(agreed).length > 0) return accept('proposed')
          if (!isDue(agreed, tx.at)) {
            await store.setState(tx.db, id, 'waiting')
            return accept('waiting')
          }
          const carried = await carry(tx, agreed, actor, sealed)
          // Whoever agreed to what cannot be done has not agreed.
          if (!carried.ok) throw new NotAgreed(carried.refusal)
          await store.end(tx.db, id, { state: 'applied', byName: actor.name, at: tx.at, outcome: null })
          return accept('applied')
        })
      } catch (error) {
        if (error instanceof NotAgreed) return refuse(error.refusal as R)
        throw error
      }
    },

    /** Says no, with the reason that whoever asked reads. */
    decline: (permit: Permit<'scheduled.agree'>, id: string, why: string) => close(permit, id, 'declined', why),
    /** Takes it back before it has happened. */
    cancel: (permit: Permit<'scheduled.agree'>, id: string) => close(permit, id, 'cancelled', null),

    /** Null when unknown or out of scope. */
    async read(permit: Permit<'scheduled.read'>, id: string): Promise<Change | null> {
      const change = await store.find(prisma, id)
      return change && within(change, permit.units) ? change : null
    },

    /** Whether the reader may agree to a change, and if not, why. */
    mayAgree: (permit: Permit<'scheduled.agree'>, change: Change): Decision<number, ChangeRefusal> =>
      seatFor(change, agreerOf({ actor: permit.actor as PersonActor, units: permit.units })),

    /** What was asked about a subject, the newest first. Who may see the subject is the caller's to know. */
    ofSubject: (subject: ChangeSubject): Promise<Change[]> => store.ofSubject(prisma, subject, HISTORY),

    /** What waits for agreement, or for its day, in the reader's units. */
    async open(
      permit: Permit<'scheduled.read'>,
      filter: { state: 'proposed' | 'waiting'; page?: number },
    ): Promise<OpenChanges> {
      const scope = unitIds(permit.units)
      const page = filter.page ?? 1
      const [changes, total] = await Promise.all([
        store.open(prisma, filter.state, scope, { limit: PAGE, offset: (page - 1) * PAGE }),
        store.countOpen(prisma, filter.state, scope),
      ])
      return { changes, total, page, pageSize: PAGE }
    },

    /** The same without counting, from a place on; `next` is where it goes on, null when no more follow. */
    async openAfter(
      permit: Permit<'scheduled.read'>,
      filter: { state: 'proposed' | 'waiting'; after: store.ChangePlace | null; limit: number },
    ): Promise<{ changes: Change[]; next: store.ChangePlace | null }> {
      const { state, after, limit } = filter
      const found = await store.open(prisma, state, unitIds(permit.units), { limit: limit + 1, offset: 0, after })
      const changes = found.slice(0, limit)
      const last = changes.at(-1)
      if (!last || found.length <= limit) return { changes, next: null }
      return { changes, next: { at: state === 'waiting' ? last.on : last.asked.at.toISOString(), id: last.id } }
    },

    /** How many changes wait for this very reader to agree; a hundred are counted at most. */
    forMe: async (permit: Permit<'scheduled.agree'>): Promise<number> => {
      const page = { limit: HISTORY, offset: 0 }
      const open = await store.open(prisma, 'proposed', unitIds(permit.units), page)
      const me = agreerOf({ actor: permit.actor as PersonActor, units: permit.units })
      return open.filter((change) => seatFor(change, me).ok).length
    },

    /** What was sealed with a change that is still open; null when nothing was. Who may see it is the caller's to know. */
    sealedOf: async (tx: Tx, id: string): Promise<string | null> => (await store.lock(tx.db, id))?.sealed ?? null,

    /**
     * Tells of changes of a type that wait for a day until this one, each once: `tell` posts the letter in the transaction that
     * notes it. Answers how many.
     */
    async tellOf(type: string, until: Day, tell: (tx: Tx, change: Change) => Promise<void>): Promise<number> {
      const changes = await store.untold(prisma, type, until, HISTORY)
      for (const change of changes)
        await transaction(async (tx) => {
          if (await store.noteTold(tx.db, change.id, tx.at)) await tell(tx, change)
        })
      return changes.length
    },

    /** Whether such a change is open already, in the caller's transaction. */
    hasOpen: (tx: Tx, subject: ChangeSubject, types: readonly string[]): Promise<boolean> =>
      store.hasOpen(tx.db, subject, types),

    /**
     * Carries out what is due, one transaction each; what can no longer be done is refused, and kept with the reason. One that
     * breaks does not hold up the others: all are tried, then what broke is thrown.
     */
    async runDue(permit: Permit<'scheduled.run'>): Promise<{ applied: number; refused: number }> {
      const done = { applied: 0, refused: 0 }
      const broken: unknown[] = []
      const skip: string[] = []
      for (;;) {
        const claimed: string[] = []
        try {
          const how = await transaction(async (tx) => {
            const id = await store.claimDue(tx.db, dayOf(tx.at), skip)
            if (id !== null) claimed.push(id)
            const held = id === null ? null : await store.lock(tx.db, id)
            if (held === null) return null
            const { change, sealed } = held
            const carried = await carry(tx, change, permit.actor, sealed)
            const outcome = carried.ok ? null : carried.refusal.kind
            const state = carried.ok ? 'applied' : 'refused'
            await store.end(tx.db, change.id, { state, byName: permit.actor.name, at: tx.at, outcome })
            if (!carried.ok)
              tx.audit(permit.actor, 'change.refused', `change:${change.id}`, { refusal: carried.refusal })
            return state
          })
          if (how === null) break
          done[how]++
        } catch (error) {
          if (claimed.length === 0) throw error
          skip.push(...claimed)
          broken.push(error)
        }
      }
      if (broken.length > 0) throw new AggregateError(broken, `${broken.length} changes could not be carried out`)
      return done
    },

    /** The day of today, by which changes are due. */
    today: (): Day => dayOf(clock()),
  }
}

/** Carries a refusal out of a transaction in which something was written. */
class NotAgreed extends Error {
  readonly refusal: { kind: string }
  constructor(refusal: { kind: string }) {
    super(refusal.kind)
    this.name = 'NotAgreed'
    this.refusal = refusal
  }
}
