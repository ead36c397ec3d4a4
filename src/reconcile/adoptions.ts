import type { Actor, Permit } from '../access/policy.ts'
import type { Plan as BrakePlan } from '../brake/brake.ts'
import type { Brakes, Held } from '../brake/brakes.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import type { ForeignCapabilities, ForeignDirectory } from '../directory/foreign.ts'
import { days, later, type Clock } from '../kernel/clock.ts'
import { dayOf } from '../kernel/day.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import {
  choicesFor,
  countOutcomes,
  type AdoptionAsked,
  type AdoptionCounts,
  type Outcome,
  type Said,
} from './adoption.ts'
import * as plans from './adoption-plan-store.ts'
import type { AdoptionReader } from './adoption-reading.ts'
import type { Preset } from './mapping.ts'

const KEPT_DAYS = 400

export type Adoption = {
  readonly capabilities: ForeignCapabilities
  readonly counts: AdoptionCounts
  readonly entries: readonly { readonly dn: string; readonly name: string; readonly outcome: Outcome }[]
}
/** `lacking`: the server lacks what managed entries need; the reading says what. */
export type AdoptionRefusal =
  | { readonly kind: 'lacking'; readonly what: readonly ('schema' | 'identifiers')[] }
  | { readonly kind: 'unknown-adoption' }
  | { readonly kind: 'adoption-changed' }
  | { readonly kind: 'nothing-to-take' }
  | { readonly kind: 'unknown-entry' }
  | { readonly kind: 'unknown-account' }
  | { readonly kind: 'not-for-this' }
export type Adoptions = ReturnType<typeof adoptionsOf>

/** What the server must have before anything can be taken over. */
export const lackingOf = (capabilities: ForeignCapabilities): ('schema' | 'identifiers')[] =>
  (['schema', 'identifiers'] as const).filter((name) => !capabilities[name])

/** Taking over a directory that has people in it: read with counts, looked through by a person, and then carried out. */
export function adoptionsOf(deps: {
  prisma: PrismaClient
  transaction: Transaction
  clock: Clock
  foreign: ForeignDirectory
  reader: AdoptionReader
  brakes: Brakes
}) {
  const { prisma, transaction, clock, foreign, reader, brakes } = deps

  const brakePlan = async (tx: Tx, { id, number, hash }: plans.AdoptionRecord): Promise<BrakePlan> => ({
    ...{ kind: 'adoption', id, hash: hash ?? '', name: String(number) },
    parts: (await plans.parts(tx.db, id)).map((part) => ({ change: 'change', ...part })),
  })

  /** Past the brake, or held by it. */
  async function begin(tx: Tx, by: Actor, record: plans.AdoptionRecord): Promise<Decision<null, Held>> {
    const passed = await brakes.pass(tx, by, await brakePlan(tx, record))
    if (!passed.ok) return passed
    await plans.update(tx.db, record.id, { state: 'running', startedAt: tx.at, taken: 0 })
    tx.audit(by, 'adoption.started', `adoption:${record.id}`, { counts: record.counts, hash: record.hash })
    tx.ring('reconcile')
    return accept(null)
  }

  return {
    /** What would become of each entry; nothing is changed or kept. Throws TargetFault. */
    async preview(_permit: Permit<'reconcile.read'>, asked: AdoptionAsked): Promise<Adoption> {
      const [capabilities, seen] = [await foreign.capabilities(), await reader(asked, dayOf(clock()))]
      return {
        capabilities,
        counts: countOutcomes(seen.map(({ outcome }) => outcome)),
        entries: seen.map(({ entry: { dn, name }, outcome }) => ({ dn, name, outcome })),
      }
    },

    /** Asks for a directory to be read; a worker does it. */
    ask: (permit: Permit<'reconcile.change'>, asked: AdoptionAsked & { preset: Preset }): Promise<string> =>
      transaction(async (tx) => {
        const { actor } = permit
        const record = await plans.create(tx.db, { ...asked, byId: actor.id, byName: actor.name, at: tx.at })
        tx.audit(actor, 'adoption.asked', `adoption:${record.id}`, { preset: asked.preset, base: asked.base })
        tx.ring('reconcile')
        return record.id
      }),

    /** Reads it again, with what people have said since. Refused: unknown-adoption, adoption-changed while it is under way. */
    again: (permit: Permit<'reconcile.change'>, id: string): Promise<Decision<null, AdoptionRefusal>> =>
      transaction(async (tx) => {
        const record = await plans.lock(tx.db, id)
        if (record === null) return refuse({ kind: 'unknown-adoption' })
        if (record.state === 'running') return refuse({ kind: 'adoption-changed' })
        await plans.update(tx.db, id, { state: 'reading', fault: null, endedAt: null })
        tx.audit(permit.actor, 'adoption.asked', `adoption:${id}`, { again: true })
        tx.ring('reconcile')
        return accept(null)
      }),

    list: (_permit: Permit<'reconcile.read'>, limit = 50) => plans.list(prisma, limit),
    read: (_permit: Permit<'reconcile.read'>, id: string) => plans.find(prisma, id),
    entries: (
      _permit: Permit<'reconcile.read'>,
      id: string,
      filter: plans.EntryFilter,
      page: { limit: number; offset: number },
    ) => plans.entries(prisma, id, filter, page),
    entry: (_permit: Permit<'reconcile.read'>, id: string, n: number) => plans.entry(prisma, id, n),
    /** What people said about these entries. */
    said: (_permit: Permit<'reconcile.read'>, rows: readonly plans.AdoptionRow[]) =>
      plans.decisionsAbout(
        prisma,
        rows.flatMap(({ remoteId }) => remoteId ?? []),
      ),

    /**
     * Says what an entry is; the next reading goes by it. `link` names the account by its number. Refused: unknown-entry,
     * not-for-this, unknown-account.
     */
    say: (
      permit: Permit<'reconcile.change'>,
      at: { readonly id: string; readonly n: number },
      asked: { readonly act: 'link'; readonly login: string } | Exclude<Said, { act: 'link' }>,
    ): Promise<Decision<null, AdoptionRefusal>> =>
      transaction(async (tx): Promise<Decision<null, AdoptionRefusal>> => {
        const entry = await plans.entry(tx.db, at.id, at.n)
        if (!entry?.remoteId) return refuse({ kind: 'unknown-entry' })
        if (entry.why !== null && !choicesFor(entry.why).includes(asked.act)) return refuse({ kind: 'not-for-this' })
        const account = asked.act === 'link' ? await plans.accountOf(tx.db, asked.login) : null
        if (asked.act === 'link' && account === null) return refuse({ kind: 'unknown-account' })
        const said: Said = asked.act === 'link' ? { act: 'link', account: account ?? '' } : asked
        const { remoteId, dn } = entry
        await plans.decide(tx.db, { remoteId, dn, byName: permit.actor.name, at: tx.at }, said)
        tx.audit(permit.actor, 'adoption.said', `adoption:${at.id}`, { dn, ...said })
        return accept(null)
      }),

    /**
     * Carries out what was shown (`hash`), under the brake; a worker does it. Entries stay where they are. Refused:
     * unknown-adoption, adoption-changed, nothing-to-take, lacking, held.
     */
    start: (
      permit: Permit<'reconcile.change'>,
      id: string,
      hash: string,
    ): Promise<Decision<null, AdoptionRefusal | Held>> =>
      transaction(
        async (tx): Promise<Decision<null, AdoptionRefusal | Held>> => {
          const record = await plans.lock(tx.db, id)
          if (record === null) return refuse({ kind: 'unknown-adoption' })
          if (record.state !== 'preview' || record.hash !== hash) return refuse({ kind: 'adoption-changed' })
          const { counts, capabilities } = record
          const what = capabilities === null ? [] : lackingOf(capabilities)
          if (what.length > 0) return refuse({ kind: 'lacking', what })
          if (counts === null || counts.new + counts.link === 0) return refuse({ kind: 'nothing-to-take' })
          return begin(tx, permit.actor, record)
        },
        { timeoutMs: 60_000 },
      ),

    /** For the brake: starts a released plan in the transaction that releases it; false when it is not what it was. */
    async released(tx: Tx, { id, hash }: BrakePlan, by: Actor): Promise<boolean> {
      const record = await plans.lock(tx.db, id)
      if (record?.state !== 'preview' || record.hash !== hash) return false
      return (await begin(tx, by, record)).ok
    },

    forgetOld: (_permit: Permit<'system.tidy'>): Promise<unknown> =>
      transaction((tx) => plans.forgetOld(tx.db, later(tx.at, -days(KEPT_DAYS)))),
  }
}
