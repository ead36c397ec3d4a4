import { covers, type Permit, type PersonActor } from '../access/policy.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import type { Clock } from '../kernel/clock.ts'
import { dayOf, type Day } from '../kernel/day.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import type { Change, ChangeState, Grounds } from '../scheduled/change.ts'
import type { Carry, Scheduled } from '../scheduled/scheduled.ts'
import type { EnactRefusal, Enacting } from './enacting.ts'
import { ACT_RULES, fitsDay, isLifeAct, needsLetter, PROTECTED_ROLES, seatsOf } from './life-acts.ts'
import type { LifePolicies } from './life-policies.ts'
import * as lives from './life-store.ts'
import { decideLife, LifeCommand, runsOut } from './life.ts'
import * as store from './store.ts'

/** What somebody asks for: the act with its days, from which day on, why, and by which letter. */
export type AskedAct = Grounds & { readonly command: LifeCommand; readonly on: Day }

export type LifeActRefusal =
  | EnactRefusal
  | { kind: 'own-account' }
  | { kind: 'protected-account' }
  | { kind: 'letter-needed' }
  | { kind: 'wrong-day' }
  | { kind: 'already-asked' }
export type Lives = ReturnType<typeof livesOf>

const BATCH = 200
/** What only the end of a term, or two people, bring about. */
const EARLY: readonly LifeCommand['type'][] = ['archive', 'delete']

/** The acts of an account's life, and what time does to it. */
export function livesOf(deps: {
  prisma: PrismaClient
  transaction: Transaction
  clock: Clock
  life: LifePolicies
  enacting: Enacting
  scheduled: Pick<Scheduled<LifeActRefusal>, 'ask' | 'hasOpen'>
}) {
  const { prisma, transaction, clock, life, enacting, scheduled } = deps

  async function fits(
    tx: Tx,
    permit: Permit<'life.ask'> | Permit<'life.keep'>,
    id: AccountId,
    { command, on, letter }: AskedAct,
  ): Promise<Decision<store.Held, LifeActRefusal>> {
    const today = dayOf(tx.at)
    const { type } = command
    const { policy } = await life.present(tx)
    const [account] = await store.lockAll(tx.db, [id])
    if (!account || !covers(permit.units, account.unitId as UnitId)) return refuse({ kind: 'unknown-account' })
    // Permits for it are given to people only.
    const actor = permit.actor as PersonActor
    if (actor.accountId === id) return refuse({ kind: 'own-account' })
    const roles = await lives.rolesOf(tx.db, id, today)
    const isStaff = actor.grants.some(({ role }) => role === 'it-staff')
    if (!isStaff && roles.some((role) => (PROTECTED_ROLES as readonly string[]).includes(role)))
      return refuse({ kind: 'protected-account' })
    if (!isLifeAct(type) || (ACT_RULES[type].asks === 'it-staff' && permit.action !== 'life.keep'))
      return refuse({ kind: 'unknown-account' })
    if (!fitsDay(command, on, today)) return refuse({ kind: 'wrong-day' })
    if (needsLetter(type, policy) && letter === null) return refuse({ kind: 'letter-needed' })
    const present = (await lives.livesOf(tx.db, [id], today)).get(id)
    if (!present) return refuse({ kind: 'unknown-account' })
    const decision = decideLife(present, command, policy, on, EARLY.includes(type))
    if (!decision.ok) return decision
    if (await scheduled.hasOpen(tx, { kind: 'account', id }, [type])) return refuse({ kind: 'already-asked' })
    return accept(account)
  }

  /** For scheduled changes: what was asked, done now, as things are now. */
  const carry = async (
    tx: Tx,
    change: Change,
    by: { id: string; name: string },
  ): Promise<Decision<null, LifeActRefusal>> => {
    const command = LifeCommand.parse(change.command)
    const { why, letter, asked } = change
    const happening = { id: change.subject.id as AccountId, command, early: EARLY.includes(command.type) }
    const askedBy = asked.byName === by.name ? {} : { askedBy: asked.byName }
    const [decision] = await enacting.enact(tx, by, [happening], { why, letter, ...askedBy })
    if (decision === undefined) return refuse({ kind: 'unknown-account' })
    return decision.ok ? accept(null) : decision
  }

  return {
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
        const account = await fits(tx, permit, id, asked)
        if (!account.ok) return account
        const { command, on, why, letter } = asked
        if (!isLifeAct(command.type)) return refuse({ kind: 'unknown-account' })
        const unit = account.value.unitId as UnitId
        const { policy } = await life.present(tx)
        return scheduled.ask(tx, permit, {
          ...{ subject: { kind: 'account', id }, command, on, why, letter },
          ...{ about: [id], units: [unit], seats: seatsOf(command.type, unit, policy) },
        })
      }),

    /** Does what time alone does: suspensions, leaves and terms that run out today. Answers how much happened. */
    async runOut(permit: Permit<'life.run'>): Promise<number> {
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
