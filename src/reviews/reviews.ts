import { randomUUID } from 'node:crypto'
import { covers, unitIds, type Actor, type Permit } from '../access/policy.ts'
import type { Enacting } from '../accounts/enacting.ts'
import { PROTECTED_ROLES } from '../accounts/life-acts.ts'
import type { LifePolicies } from '../accounts/life-policies.ts'
import { SERVING } from '../accounts/life.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import { days, later, type Clock } from '../kernel/clock.ts'
import { addDays, dayOf } from '../kernel/day.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import { EmailAddress } from '../kernel/email-address.ts'
import type { UnitId } from '../kernel/ids.ts'
import type { Letters } from '../letters/letters.ts'
import { beginsOn, mayAnswer, mayConfirm, remindsOn, type Answer, type Part, type ReviewRefusal } from './review.ts'
import * as store from './store.ts'

export type { Line, Receipt, ReviewRow, UnitPart } from './store.ts'
export type Reviews = ReturnType<typeof reviewsOf>

const PAGE = 50
const HISTORY = 40

/**
 * Reviews: twice a year, or when IT staff say so, each unit's administrators confirm the list of its people before a day. What
 * nobody confirmed is reported, and acted on only by policy.
 */
export function reviewsOf(deps: {
  prisma: PrismaClient
  transaction: Transaction
  clock: Clock
  life: LifePolicies
  enacting: Pick<Enacting, 'enact'>
  letters: Letters
  /** How many accounts may be suspended in one day without two people looking at it. */
  atMost: () => Promise<number>
  domain: string
}) {
  const { prisma, transaction, clock, life, enacting, letters, atMost, domain } = deps

  async function begin(tx: Tx, by: Pick<Actor, 'id' | 'name'>): Promise<Decision<string, ReviewRefusal>> {
    const [last] = await store.all(tx.db, 1)
    if (last?.closedAt === null) return refuse({ kind: 'review-open' })
    const { policy } = await life.present(tx)
    const id = randomUUID()
    const dueOn = addDays(dayOf(tx.at), policy.reviewDays)
    const n = await store.open(tx.db, { id, at: tx.at, byName: by.name, dueOn }, SERVING)
    await tell(tx, id, false)
    tx.audit(by, 'review.opened', `review:${id}`, { accounts: n, dueOn })
    return accept(id)
  }

  /** A letter to every administrator in whose units somebody is not answered for. */
  async function tell(tx: Tx, id: string, reminder: boolean): Promise<void> {
    const review = await store.find(tx.db, id)
    if (!review) return
    const waiting = await store.waitingFor(tx.db, id, dayOf(tx.at))
    await letters.postMany(
      tx,
      waiting
        .filter(({ open }) => open > 0)
        .map(({ name, local, language, open, total }) => ({
          ...({ to: EmailAddress.parse(`${local}@${domain}`), language, template: 'review' } as const),
          ...{ about: `review:${id}`, params: { name, id, open, total, due: review.dueOn, reminder } },
        })),
    )
  }

  async function partOf(tx: Pick<Tx, 'db' | 'at'>, review: store.ReviewRow, unit: UnitId): Promise<Part | null> {
    const on = dayOf(tx.at)
    const [part] = await store.parts(tx.db, review.id, { scope: null, unit, on, limit: 1, offset: 0 })
    if (!part) return null
    const confirmed = (await store.receipts(tx.db, review.id, [unit])).has(unit)
    return { closed: review.closedAt !== null, confirmed, counts: part.counts }
  }

  /** Does something with a unit's part of a review, locked. */
  const withPart = <T>(
    permit: Permit<'review.answer'>,
    id: string,
    unit: UnitId,
    work: (tx: Tx, part: Part) => Promise<Decision<T, ReviewRefusal>>,
  ): Promise<Decision<T, ReviewRefusal>> =>
    transaction(async (tx) => {
      const review = covers(permit.units, unit) ? await store.lock(tx.db, id) : null
      const part = review && (await partOf(tx, review, unit))
      return part ? work(tx, part) : refuse({ kind: 'unknown-review' })
    })

  /** Suspends who was confirmed by nobody, as many a day as the brake lets through in one plan. */
  async function act(permit: Permit<'life.run'>): Promise<number> {
    const { policy } = await life.present()
    if (policy.reviewUnanswered !== 'suspend') return 0
    const today = dayOf(clock())
    const room = Math.max(0, (await atMost()) - (await store.actedSince(prisma, later(clock(), -days(1)))))
    let acted = 0
    for (const { reviewId, id } of await store.toAct(prisma, PROTECTED_ROLES, today, room))
      acted += await transaction(async (tx) => {
        const command = { type: 'suspend', until: null } as const
        const [done] = await enacting.enact(tx, permit.actor, [{ id, command }])
        await store.noteActed(tx.db, reviewId, id, tx.at)
        return done?.ok ? 1 : 0
      })
    return acted
  }

  return {
    /** Begins a review now. Refused: review-open. */
    open: (permit: Permit<'review.open'>) => transaction((tx) => begin(tx, permit.actor)),

    /** Begins reviews in the policy's months, reminds, closes what is over, and does what the policy says. */
    async follow(permit: Permit<'life.run'>): Promise<number> {
      await transaction(async (tx) => {
        const today = dayOf(tx.at)
        const { policy } = await life.present(tx)
        const [last = null] = await store.all(tx.db, 1)
        if (last?.closedAt === null) {
          await store.lock(tx.db, last.id)
          if (today > last.dueOn) {
            await store.note(tx.db, last.id, { closedAt: tx.at })
            const { counts } = await store.totals(tx.db, last.id, null)
            tx.audit(permit.actor, 'review.closed', `review:${last.id}`, counts)
          } else if (remindsOn(today, last.dueOn, last.remindedOn)) {
            await store.note(tx.db, last.id, { remindedOn: today })
            await tell(tx, last.id, true)
          }
        } else if (beginsOn(today, policy.reviewMonths, last && dayOf(last.openedAt))) await begin(tx, permit.actor)
      })
      return act(permit)
    },

    /** The reviews, newest first, each with what was answered within the reader's scope. */
    async list(permit: Permit<'review.read'>) {
      const found = await store.all(prisma, HISTORY)
      return Promise.all(
        found.map(async (review) => ({ ...review, ...(await store.totals(prisma, review.id, unitIds(permit.units))) })),
      )
    },

    /** One review with a page of its units; null when unknown. */
    async read(permit: Permit<'review.read'>, id: string, page = 1) {
      const review = await store.find(prisma, id)
      if (!review) return null
      const scope = unitIds(permit.units)
      const on = dayOf(clock())
      const [totals, units] = await Promise.all([
        store.totals(prisma, id, scope),
        store.parts(prisma, id, { scope, on, limit: PAGE, offset: (page - 1) * PAGE }),
      ])
      const receipts = await store.receipts(
        prisma,
        id,
        units.map(({ unitId }) => unitId),
      )
      return {
        review,
        counts: totals.counts,
        units: units.map((unit) => ({ ...unit, receipt: receipts.get(unit.unitId) ?? null })),
        ...{ total: totals.units, page, pageSize: PAGE },
      }
    },

    /** A unit's list in a review, a page of it; null when unknown or out of scope. */
    async unit(
      permit: Permit<'review.read'>,
      id: string,
      unit: UnitId,
      of: { answer: Answer | 'open' | null; page?: number },
    ) {
      const on = dayOf(clock())
      const review = covers(permit.units, unit) ? await store.find(prisma, id) : null
      const [part] = review ? await store.parts(prisma, id, { scope: null, unit, on, limit: 1, offset: 0 }) : []
      if (!review || !part) return null
      const { answer, page = 1 } = of
      const lines = await store.lines(prisma, id, unit, { on, answer, limit: PAGE, offset: (page - 1) * PAGE })
      const receipt = (await store.receipts(prisma, id, [unit])).get(unit) ?? null
      const total = answer === null ? part.total : part.counts[answer]
      return { review, part, lines, receipt, list: { total, page, pageSize: PAGE } }
    },

    /** Notes answers; those about people of other units are passed over. Refused: unknown-review, review-closed, review-confirmed. */
    answer: (permit: Permit<'review.answer'>, id: string, unit: UnitId, given: readonly store.Given[]) =>
      withPart(permit, id, unit, async (tx, part) => {
        const open = mayAnswer(part)
        if (!open.ok) return open
        const n = await store.answer(tx.db, id, unit, given, { name: permit.actor.name, at: tx.at })
        if (n > 0) tx.audit(permit.actor, 'review.answered', `review:${id}`, { unit, n })
        return accept(n)
      }),

    /** Everybody in the list of whom nothing was said yet is to be kept. Refused as `answer`. */
    keepRest: (permit: Permit<'review.answer'>, id: string, unit: UnitId) =>
      withPart(permit, id, unit, async (tx, part) => {
        const open = mayAnswer(part)
        if (!open.ok) return open
        const n = await store.keepRest(tx.db, id, unit, { name: permit.actor.name, at: tx.at })
        tx.audit(permit.actor, 'review.answered', `review:${id}`, { unit, n, rest: true })
        return accept(n)
      }),

    /** Confirms a unit's list as a whole, with a receipt. Refused as `answer`, and review-unanswered. */
    confirm: (permit: Permit<'review.answer'>, id: string, unit: UnitId) =>
      withPart(permit, id, unit, async (tx, part) => {
        const whole = mayConfirm(part)
        if (!whole.ok) return whole
        const receipt = await store.confirm(tx.db, id, unit, { name: permit.actor.name, at: tx.at }, part.counts)
        tx.audit(permit.actor, 'review.confirmed', `review:${id}`, {
          unit,
          number: receipt.number,
          counts: part.counts,
        })
        return accept(receipt)
      }),
  }
}
