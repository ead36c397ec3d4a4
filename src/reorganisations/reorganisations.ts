import type { Actor, Permit } from '../access/policy.ts'
import type { Relocating } from '../accounts/relocating.ts'
import type { BulkAddresses } from '../addresses/bulk.ts'
import type { Plan } from '../brake/brake.ts'
import type { Brakes } from '../brake/brakes.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import type { Clock } from '../kernel/clock.ts'
import { dayOf, dayToDb } from '../kernel/day.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import type { Letters } from '../letters/letters.ts'
import type { Sync } from '../provisioning/sync.ts'
import type { StepsPolicies } from '../requests/steps-policies.ts'
import { applyingOf, SLOW } from './applying.ts'
import { checkingOf, type Checked } from './checking.ts'
import { draftingOf } from './drafting.ts'
import { hashOf, partsOf } from './outcome.ts'
import { decide, ReorganisationId, type Command, type ReorganisationRefusal } from './reorganisation.ts'
import { readingOf } from './reading.ts'
import { reversingOf } from './reversing.ts'
import * as store from './store.ts'
import { viewingOf } from './viewing.ts'
import { writingOf } from './writing.ts'

export type { PlanRecord } from './store.ts'
export type { Built } from './reversing.ts'
export type { Checked } from './checking.ts'
export type { Rows } from './drafting.ts'
export type { PlanFile } from './reading.ts'
export type { AddressLine, MoveLine, PeoplePage, ReportLine } from './viewing.ts'
export type Reorganisations = ReturnType<typeof reorganisationsOf>
export type Scheduled = { readonly state: 'scheduled' | 'held'; readonly holdId: string | null }

/**
 * Reorganisations: one plan of units that are made, renamed, moved, merged, divided and dissolved on one day. It is checked and
 * previewed as a whole, signed, let through the brake, carried out on its day by the worker, and taken back as a whole.
 */
export function reorganisationsOf(deps: {
  prisma: PrismaClient
  transaction: Transaction
  clock: Clock
  brakes: Brakes
  addresses: BulkAddresses
  moving: Relocating
  letters: Letters
  steps: Pick<StepsPolicies, 'present'>
  sync: Sync
  /** Has every request wait where it belongs now. */
  seatsChanged: (tx: Tx) => Promise<unknown>
  /** Waits until nobody is working out the members of lists, who stay the same until all people have moved. */
  listsSettled: (tx: Tx) => Promise<unknown>
  domain: string
}) {
  const { prisma, transaction, clock, brakes } = deps
  const checking = checkingOf(deps)
  const applying = applyingOf({ ...deps, checking, write: writingOf(deps) })
  const reversing = reversingOf(deps)

  const planOf = (record: store.PlanRecord, { draft, outcome }: Checked): Plan => ({
    ...{ kind: 'reorganisation', id: record.id, hash: hashOf(draft), name: `${record.number} · ${record.name}` },
    parts: partsOf(outcome.places.moves),
    // Units are reorganised by a document that is signed; nobody lets one take effect alone.
    alwaysTwo: true,
  })

  /** A command that changes nothing but the state. */
  const command = (by: Actor, id: ReorganisationId, asked: Command): Promise<Decision<null, ReorganisationRefusal>> =>
    transaction(async (tx): Promise<Decision<null, ReorganisationRefusal>> => {
      const record = await store.lock(tx.db, id)
      if (!record) return refuse({ kind: 'unknown-reorganisation' })
      const next = decide(record, asked)
      if (!next.ok) return next
      const state = next.value ?? record.state
      // It was counted when it was let through, and does not happen.
      if (record.state === 'scheduled') {
        const plan = planOf(record, await checking.check(tx.db, await store.draftOf(tx.db, record)))
        await brakes.count(
          tx,
          plan,
          plan.parts.map((part) => ({ ...part, n: -part.n })),
        )
      }
      const ended = state === 'cancelled' ? { endedAt: tx.at } : {}
      await store.update(tx.db, id, { state, holdId: null, fault: store.faultsToDb([]), ...ended })
      tx.audit(by, `reorganisation.${asked.type}`, `reorganisation:${id}`, { number: record.number })
      return accept(null)
    }, SLOW)

  /** Waits for its day, or begins where that has come. */
  async function waitFor(tx: Tx, by: Actor, id: ReorganisationId, hash: string): Promise<void> {
    await store.update(tx.db, id, {
      ...{ state: 'scheduled', hash, fault: store.faultsToDb([]), scheduledAt: tx.at, scheduledName: by.name },
    })
    tx.ring('reorganisations')
  }

  return {
    ...draftingOf(deps),
    ...readingOf(deps),
    ...viewingOf({ ...deps, checking, builtOn: reversing.builtOn }),

    /** What the brake would say now. */
    judge: (_permit: Permit<'reorganisation.read'>, record: store.PlanRecord, checked: Checked) =>
      brakes.judge(planOf(record, checked)),

    /**
     * Lets the plan that was looked at take effect on its day, through the brake: a second person releases it first, however
     * few it reaches. `hash` is of the plan that was read. Refused: unknown-reorganisation, reorganisation-not-in-state,
     * reorganisation-changed-meanwhile, reorganisation-faulty.
     */
    schedule: (
      permit: Permit<'reorganisation.change'>,
      id: ReorganisationId,
      hash: string,
    ): Promise<Decision<Scheduled, ReorganisationRefusal>> =>
      transaction(async (tx): Promise<Decision<Scheduled, ReorganisationRefusal>> => {
        const record = await store.lock(tx.db, id)
        if (!record) return refuse({ kind: 'unknown-reorganisation' })
        const checked = await checking.check(tx.db, await store.draftOf(tx.db, record))
        const { draft, outcome } = checked
        const next = decide(record, { type: 'schedule', seen: record.revision, faults: outcome.faults.length })
        if (!next.ok) return next
        const plan = planOf(record, checked)
        if (plan.hash !== hash) return refuse({ kind: 'reorganisation-changed-meanwhile' })
        // What was signed names every address.
        await store.setSteps(tx.db, id, draft.steps)
        const passed = await brakes.pass(tx, permit.actor, plan)
        if (!passed.ok) {
          const { holdId } = passed.refusal
          await store.update(tx.db, id, { state: 'held', hash, holdId })
          return accept({ state: 'held', holdId })
        }
        await waitFor(tx, permit.actor, id, hash)
        tx.audit(permit.actor, 'reorganisation.scheduled', `reorganisation:${id}`, {
          ...{ number: record.number, hash, on: record.effectiveOn },
        })
        return accept({ state: 'scheduled', holdId: null })
      }, SLOW),

    /** For the brake: a plan that two people have released takes effect on its day; false when it is another one by now. */
    async startReleased(tx: Tx, released: Plan, by: Actor): Promise<boolean> {
      const id = ReorganisationId.safeParse(released.id)
      const record = id.success ? await store.lock(tx.db, id.data) : null
      if (record?.state !== 'held') return false
      const checked = await checking.check(tx.db, await store.draftOf(tx.db, record))
      const plan = planOf(record, checked)
      if (plan.hash !== released.hash || checked.outcome.faults.length > 0) return false
      const passed = await brakes.pass(tx, by, { ...plan, parts: released.parts })
      if (!passed.ok) return false
      await waitFor(tx, by, record.id, plan.hash)
      tx.audit(by, 'reorganisation.scheduled', `reorganisation:${record.id}`, {
        ...{ number: record.number, hash: plan.hash, on: record.effectiveOn, released: true },
      })
      return true
    },

    /** Back to the draft, before anything was done. */
    withdraw: (permit: Permit<'reorganisation.change'>, id: ReorganisationId) =>
      command(permit.actor, id, { type: 'withdraw' }),
    cancel: (permit: Permit<'reorganisation.change'>, id: ReorganisationId) =>
      command(permit.actor, id, { type: 'cancel' }),

    /** Takes a plan back as a whole. Refused: unknown-reorganisation, reorganisation-not-in-state, built-upon. */
    reverse: (permit: Permit<'reorganisation.change'>, id: ReorganisationId, why: string) =>
      reversing.begin(permit.actor, id, why),

    /** The worker's: begins what is due, and goes on with what was begun. Throws when one of them is broken, having tried all. */
    async work(stop?: AbortSignal): Promise<void> {
      const broken: unknown[] = []
      for (const id of await store.due(prisma, dayToDb(dayOf(clock())))) {
        try {
          await applying.run(id, stop)
          await reversing.run(id, stop)
        } catch (error) {
          broken.push(error)
        }
      }
      if (broken.length > 0) throw broken[0]
    },
  }
}
