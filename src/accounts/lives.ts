import { covers, hasRole, permit as permitOf, type Actor, type Permit, type PersonActor } from '../access/policy.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import type { Clock } from '../kernel/clock.ts'
import { addDays, dayOf, type Day } from '../kernel/day.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import { EmailAddress } from '../kernel/email-address.ts'
import type { Letters } from '../letters/letters.ts'
import type { Change, ChangeSeat, ChangeState, Grounds } from '../scheduled/change.ts'
import type { Carry, Scheduled } from '../scheduled/scheduled.ts'
import type { Units } from '../units/units.ts'
import type { EnactRefusal, Enacting } from './enacting.ts'
import {
  AccountCommand,
  ACT_RULES,
  fitsDay,
  isLifeAct,
  isMove,
  needsLetter,
  possibleActs,
  PROTECTED_ROLES,
  seatsOf,
  type LifeAct,
} from './life-acts.ts'
import type { LifePolicies } from './life-policies.ts'
import * as lives from './life-store.ts'
import { decideLife, runsOut, type Life, type LifeCommand } from './life.ts'
import { decideMove, type MoveCommand } from './move.ts'
import { secondPosts, type DatedPost } from './moves-store.ts'
import type { Moving, MovingRefusal } from './moving.ts'
import * as store from './store.ts'

/** What somebody asks for: the act with its days, from which day on, why, and by which letter. */
export type AskedAct = Grounds & { readonly command: AccountCommand; readonly on: Day }

export type LifeActRefusal =
  | EnactRefusal
  | MovingRefusal
  | { kind: 'own-account' }
  | { kind: 'protected-account' }
  | { kind: 'letter-needed' }
  | { kind: 'wrong-day' }
  | { kind: 'already-asked' }
export type Lives = ReturnType<typeof livesOf>

const BATCH = 200
const isProtected = (role: string): boolean => (PROTECTED_ROLES as readonly string[]).includes(role)
/** What only the end of a term, or two people, bring about. */
const EARLY: readonly AccountCommand['type'][] = ['archive', 'delete']

/** The acts of an account's life, and what time does to it. */
export function livesOf(deps: {
  prisma: PrismaClient
  transaction: Transaction
  clock: Clock
  life: LifePolicies
  enacting: Enacting
  moving: Moving
  scheduled: Pick<Scheduled<LifeActRefusal>, 'ask' | 'hasOpen' | 'tellOf'>
  letters: Letters
  units: Pick<Units, 'find'>
  domain: string
}) {
  const { prisma, transaction, clock, life, enacting, moving, scheduled, letters, units, domain } = deps

  async function fits(
    tx: Tx,
    permit: Permit<'life.ask'> | Permit<'life.keep'>,
    id: AccountId,
    { command, on, letter }: AskedAct,
  ): Promise<Decision<{ account: store.Held; after: Life | null }, LifeActRefusal>> {
    const today = dayOf(tx.at)
    const { type } = command
    const { policy } = await life.present(tx)
    const [account] = await store.lockAll(tx.db, [id])
    if (!account || !covers(permit.units, account.unitId as UnitId)) return refuse({ kind: 'unknown-account' })
    // Permits for it are given to people only.
    const actor = permit.actor as PersonActor
    if (actor.accountId === id) return refuse({ kind: 'own-account' })
    const roles = await lives.rolesOf(tx.db, id, today)
    if (!hasRole(actor, 'it-staff') && roles.some(isProtected)) return refuse({ kind: 'protected-account' })
    // A second record is merged, with a second person's agreement, and only so does its account end for that.
    if (command.type === 'leave' && command.cause === 'merged') return refuse({ kind: 'unknown-account' })
    if (!isLifeAct(type) || (ACT_RULES[type].asks === 'it-staff' && permit.action !== 'life.keep'))
      return refuse({ kind: 'unknown-account' })
    if (!fitsDay(command, on, today)) return refuse({ kind: 'wrong-day' })
    if (needsLetter(type, policy) && letter === null) return refuse({ kind: 'letter-needed' })
    const decision = isMove(command) ? await fitsMove(tx, id, command, on) : await fitsLife(tx, id, command, on)
    if (!decision.ok) return decision
    // What is done at once needs no waiting for what was asked before; that is decided again on its day.
    const waits = on > today || seatsOf(command, account.unitId as UnitId, policy).length > 1
    if (waits && (await scheduled.hasOpen(tx, { kind: 'account', id }, [type])))
      return refuse({ kind: 'already-asked' })
    return accept({ account, after: decision.value })
  }

  async function fitsLife(
    tx: Tx,
    id: AccountId,
    command: LifeCommand,
    on: Day,
  ): Promise<Decision<Life, LifeActRefusal>> {
    const present = (await lives.livesOf(tx.db, [id], dayOf(tx.at))).get(id)
    if (!present) return refuse({ kind: 'unknown-account' })
    const { policy } = await life.present(tx)
    return decideLife(present, command, policy, on, EARLY.includes(command.type))
  }
  async function fitsMove(
    tx: Tx,
    id: AccountId,
    command: MoveCommand,
    on: Day,
  ): Promise<Decision<null, LifeActRefusal>> {
    const placed = await moving.placed(tx, id)
    return placed ? decideMove(placed, command, on) : refuse({ kind: 'unknown-account' })
  }

  /** For scheduled changes: what was asked, done now, as things are now. */
  const carry = async (
    tx: Tx,
    change: Change,
    by: { id: string; name: string },
  ): Promise<Decision<null, LifeActRefusal>> => {
    const command = AccountCommand.parse(change.command)
    const { why, letter, asked } = change
    const id = change.subject.id as AccountId
    const because = { why, letter, ...(asked.byName !== by.name && { askedBy: asked.byName }) }
    if (isMove(command)) return moving.move(tx, by, id, command, because)
    // It was meant to end a suspension or an absence; whether they come back into service is asked anew.
    if (command.type === 'return' && (await lives.leftSince(tx.db, id, asked.at)))
      return refuse({ kind: 'wrong-state', state: 'leaving' })
    const early = EARLY.includes(command.type)
    const [decision] = await enacting.enact(tx, by, [{ id, command, early }], because)
    if (decision === undefined) return refuse({ kind: 'unknown-account' })
    return decision.ok ? accept(null) : decision
  }

  /**
   * What is open to the reader about an account: the acts, and the second posts that they can end. None about their own, nor,
   * but for IT staff, about one with rights over the whole province.
   */
  async function open(
    actor: Actor,
    id: AccountId,
  ): Promise<{
    readonly acts: readonly LifeAct[]
    readonly posts: readonly (DatedPost & { readonly unitName: string })[]
  }> {
    const today = dayOf(clock())
    const account = await prisma.account.findUnique({ where: { id }, select: { unitId: true, personId: true } })
    const present = (await lives.livesOf(prisma, [id], today)).get(id)
    if (!account || !present) return { acts: [], posts: [] }
    const seconds = account.personId === null ? [] : await secondPosts(prisma, account.personId, today)
    const posts = await Promise.all(
      seconds.map(async (post) => ({ ...post, unitName: (await units.find(post.unitId))?.name ?? '' })),
    )
    const asks = permitOf(actor, 'life.ask')
    const mine = actor.kind === 'person' && actor.accountId === id
    if (!asks.ok || mine || !covers(asks.value.units, account.unitId as UnitId)) return { acts: [], posts }
    const roles = await lives.rolesOf(prisma, id, today)
    if (!hasRole(actor, 'it-staff') && roles.some(isProtected)) return { acts: [], posts }
    const { policy } = await life.present()
    const possible = possibleActs(present, policy, today, posts.length)
    const mayKeep = permitOf(actor, 'life.keep').ok
    return { posts, acts: possible.filter((act) => mayKeep || ACT_RULES[act].asks === 'administrators') }
  }

  return {
    open,

    carry: carry satisfies Carry<LifeActRefusal>,

    /**
     * Asks for an act about an account: done at once, kept for its day, or waiting for a second person. Refused: as the
     * account's life refuses it; unknown-account, own-account, protected-account, letter-needed, wrong-day, already-asked,
     * last-it-staff.
     */
    ask: (
      permit: Permit<'life.ask'> | Permit<'life.keep'>,
      id: AccountId,
      asked: AskedAct,
    ): Promise<Decision<{ id: string; state: ChangeState }, LifeActRefusal>> =>
      transaction(async (tx) => {
        const fit = await fits(tx, permit, id, asked)
        if (!fit.ok) return fit
        const { command, on, why, letter } = asked
        const unit = fit.value.account.unitId as UnitId
        const { policy } = await life.present(tx)
        const seats = seatsOf(command, unit, policy)
        const units = new Set([unit, ...seats.flatMap((seat) => (seat.kind === 'unit' ? [seat.unit] : []))])
        return scheduled.ask(tx, permit, {
          ...{ subject: { kind: 'account', id }, command, on, why, letter },
          ...{ about: [id], units: [...units], seats },
        })
      }),

    /**
     * What would come of asking for it, without doing anything: the life that follows (null for a move), and who must agree.
     * Refused as `ask` refuses.
     */
    foresee: (
      permit: Permit<'life.ask'> | Permit<'life.keep'>,
      id: AccountId,
      asked: AskedAct,
    ): Promise<Decision<{ after: Life | null; seats: readonly ChangeSeat[] }, LifeActRefusal>> =>
      transaction(async (tx) => {
        const fit = await fits(tx, permit, id, asked)
        if (!fit.ok) return fit
        const { policy } = await life.present(tx)
        const { account, after } = fit.value
        return accept({ after, seats: seatsOf(asked.command, account.unitId as UnitId, policy) })
      }),

    /** Somebody in service by their address (its local part is enough) or account number; null when there is nobody. */
    async inService(text: string): Promise<AccountId | null> {
      const name = text.trim().toLowerCase()
      return lives.inService(prisma, name.endsWith(`@${domain}`) ? name.slice(0, -domain.length - 1) : name)
    },

    /**
     * Tells those who leave on a day to come what will happen when, some days before by policy: at the official address, which
     * they still read, and at the contact e-mail. Answers how many were told.
     */
    async tellAhead(_permit: Permit<'life.run'>): Promise<number> {
      const { policy } = await life.present()
      if (policy.noticeDays === 0) return 0
      return scheduled.tellOf(
        'leave',
        addDays(dayOf(clock()), policy.noticeDays),
        async (tx, { subject, ...change }) => {
          const id = subject.id as AccountId
          const [account] = await store.lockAll(tx.db, [id])
          const present = (await lives.livesOf(tx.db, [id], dayOf(tx.at))).get(id)
          const command = AccountCommand.parse(change.command)
          if (!account || !present || isMove(command) || account.kind !== 'person') return
          const after = decideLife(present, command, policy, change.on)
          if (!after.ok || after.value.until === null) return
          const { until } = after.value
          const address = EmailAddress.parse(`${account.local}@${domain}`)
          for (const to of new Set([address, ...(account.contactEmail === null ? [] : [account.contactEmail])]))
            await letters.post(tx, {
              ...{ to, language: account.language, template: 'leaving', about: `account:${id}` },
              params: {
                ...{ name: account.displayName, address, on: change.on, until, letter: change.letter },
                deleted: addDays(until, policy.archivedDays),
              },
            })
          await store.event(tx.db, id, tx.at, 'leave-announced', '', null)
        },
      )
    },

    /** Does what time alone does: suspensions, leaves and terms that run out today. Answers how much happened. */
    async runOut(permit: Permit<'life.run'>): Promise<number> {
      await transaction((tx) => moving.followPosts(tx))
      let happened = 0
      let after: AccountId | null = null
      for (;;) {
        const ids: AccountId[] = await lives.runningOut(prisma, dayOf(clock()), after, BATCH)
        if (ids.length === 0) return happened
        after = ids.at(-1) ?? null
        for (const id of ids)
          happened += await transaction(async (tx) => {
            const today = dayOf(tx.at)
            const present = (await lives.livesOf(tx.db, [id], today)).get(id)
            const command = present && runsOut(present, today)
            if (!command) return 0
            const [decision] = await enacting.enact(tx, permit.actor, [{ id, command }])
            return decision?.ok ? 1 : 0
          })
      }
    },
  }
}
