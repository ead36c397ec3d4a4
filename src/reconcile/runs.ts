import type pg from 'pg'
import { jobActor, type Actor, type Permit } from '../access/policy.ts'
import type { Brakes } from '../brake/brakes.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import { hours, later, type Clock } from '../kernel/clock.ts'
import { dayOf } from '../kernel/day.ts'
import type { Language } from '../letters/letter.ts'
import type { Letters } from '../letters/letters.ts'
import type { Target } from '../provisioning/ledger.ts'
import type { Pauses } from '../provisioning/pauses.ts'
import { alone } from './alone.ts'
import { countsOf, type Run, type Scope } from './finding.ts'
import type { Gathered, Gatherer } from './gather.ts'
import * as ledger from './ledger-store.ts'
import * as runStore from './run-store.ts'
import * as store from './store.ts'

/** Any number, the same for every process of this product: one run at a time. */
const LOCK = 7_210_550_005
/** A night's run is asked for once, however many workers there are. */
const NIGHT_HOURS = 12
/** Subjects of what was repaired that are looked at again in one go. */
const SETTLED = 500

const JOB = jobActor('reconcile')

export type Runs = ReturnType<typeof runsOf>

/** Comparisons: asked for by a person, the command line or the night, carried out one at a time. */
export function runsOf(deps: {
  prisma: PrismaClient
  pool: pg.Pool
  transaction: Transaction
  clock: Clock
  gatherer: Gatherer
  brakes: Brakes
  pauses: Pauses
  letters: Letters
  domain: string
  /** Takes the directory's values where its word counts; answers how many. */
  readBack: (tx: Tx, by: Actor, run: number) => Promise<number>
}) {
  const { prisma, pool, transaction, clock, gatherer, brakes, pauses, letters, domain, readBack } = deps

  async function ask(tx: Tx, by: Actor, scope: Scope, believe: string | null): Promise<Run> {
    const run = await runStore.createRun(tx.db, { scope, byId: by.id, byName: by.name, believe, at: tx.at })
    tx.audit(by, 'reconcile.asked', `run:${run.id}`, {
      ...{ scope: scope.kind, ...(believe === null ? {} : { believe }) },
      ...(scope.kind === 'all' ? {} : { of: scope.id }),
    })
    tx.ring('reconcile')
    return run
  }

  async function subjectsOf(scope: Exclude<Scope, { kind: 'all' }>): Promise<string[]> {
    return scope.kind === 'account' ? [scope.id] : ledger.subjectsOfUnit(pool, scope.id, dayOf(clock()))
  }

  /** Reads, compares and notes what was found; never throws for a target's sake. */
  async function carryOut(run: Run): Promise<void> {
    const last = await runStore.lastReading(prisma)
    const before = { csn: last?.csn ?? [], cursor: last?.cursor ?? 0 }
    const paused = new Set((await pauses.present()).map(({ target }) => target))
    const { policy } = await brakes.limits.present()
    const how = { believe: run.believe !== null, mail: !paused.has('mail') }
    const subjects = run.scope.kind === 'all' ? null : await subjectsOf(run.scope)
    const gathered = paused.has('directory')
      ? null
      : subjects === null
        ? await gatherer.all(before, policy, how)
        : await gatherer.some(subjects, before, policy, how)
    await transaction((tx) => note(tx, run, gathered, subjects), { timeoutMs: 300_000 })
  }

  async function note(tx: Tx, run: Run, gathered: Gathered | null, subjects: readonly string[] | null): Promise<void> {
    const doubt = gathered === null ? ({ kind: 'paused' } as const) : gathered.doubt
    const seen = gathered && {
      ...{ read: gathered.read, found: gathered.found, expected: gathered.expected, inFlight: gathered.inFlight },
      ...{ homes: gathered.homes, inspected: gathered.inspected.length, csn: [...gathered.csn] },
      ...{ cursor: gathered.cursor, ...(gathered.mailDoubt && { mailDoubt: gathered.mailDoubt }) },
    }
    if (gathered === null || doubt !== null) {
      await runStore.endRun(tx.db, run.id, { ...seen, state: 'cannot-tell', endedAt: tx.at, doubt: doubt ?? {} })
      await tellDoubt(tx, run)
      return
    }
    const written = await store.writeFindings(tx.db, run.number, gathered.findings, tx.at)
    const fresh = Math.max(0, written - (await readBack(tx, JOB, run.number)))
    const targets: Target[] = gathered.mailDoubt === null ? ['directory', 'mail'] : ['directory']
    const { inspected } = gathered
    await store.closeFindings(tx.db, { at: tx.at, targets, subjects, inspected })
    const counts = countsOf(gathered.findings)
    await runStore.endRun(tx.db, run.id, { ...seen, state: 'done', endedAt: tx.at, counts, fresh })
    if (fresh > 0 && run.scope.kind === 'all') await tell(tx, run, { fresh, counts, doubt: null })
  }

  /** Told once, not every night that it goes on. */
  async function tellDoubt(tx: Tx, run: Run): Promise<void> {
    if (run.scope.kind !== 'all') return
    const [present, ...before] = await runStore.runs(tx.db, 20, 'all')
    const last = before.find(({ state }) => state === 'done' || state === 'cannot-tell')
    const { doubt } = present ?? run
    if (doubt === null || doubt.kind === 'paused' || last?.doubt?.kind === doubt.kind) return
    await tell(tx, run, { fresh: 0, counts: countsOf([]), doubt })
  }

  async function tell(tx: Tx, run: Run, news: Pick<Run, 'fresh' | 'counts' | 'doubt'>): Promise<void> {
    for (const { local, language, name } of await runStore.staffMailboxes(tx.db, dayOf(tx.at)))
      await letters.post(tx, {
        ...{ to: `${local}@${domain}`, language: language as Language, template: 'reconciled' },
        params: { name, number: run.number, at: tx.at.toISOString(), ...news },
      })
  }

  async function take(id: string | null): Promise<Run | null> {
    return transaction((tx) => runStore.takeRun(tx.db, tx.at, id))
  }

  return {
    /** Compares everything, a unit with all below it, or one account; a worker carries it out. The same that waits already is enough. */
    ask: (permit: Permit<'reconcile.change'>, scope: Scope, believe: string | null = null): Promise<Run> =>
      transaction(async (tx) => {
        const waiting = believe === null ? await runStore.waitingRun(tx.db, scope) : null
        return waiting ?? ask(tx, permit.actor, scope, believe)
      }),

    /** For the night's job: asks for a whole run, unless one was asked for already this night. */
    askNightly: (permit: Permit<'system.tidy'>): Promise<Run | null> =>
      transaction(async (tx) => {
        const [last] = await runStore.runs(tx.db, 1, 'all')
        if (last && last.askedAt > later(tx.at, -hours(NIGHT_HOURS)) && last.byName === permit.actor.name) return null
        return ask(tx, permit.actor, { kind: 'all' }, null)
      }),

    /** Carries out what was asked for, one after the other; answers how many. Another process may be at it already. */
    async work(_permit: Permit<'system.tidy'>): Promise<number> {
      const done = await alone(pool, LOCK, async () => {
        await transaction((tx) => runStore.failInterrupted(tx.db, tx.at))
        let runs = 0
        for (let run = await take(null); run !== null; run = await take(null)) {
          await carryOut(run)
          runs += 1
        }
        return runs
      })
      return done ?? 0
    },

    /** Asks and carries out in this process; null while another process compares. */
    async now(permit: Permit<'reconcile.change'>, scope: Scope, believe: string | null = null): Promise<Run | null> {
      return alone(pool, LOCK, async () => {
        await transaction((tx) => runStore.failInterrupted(tx.db, tx.at))
        const asked = await transaction((tx) => ask(tx, permit.actor, scope, believe))
        const run = await take(asked.id)
        if (run) await carryOut(run)
        return runStore.findRun(prisma, asked.id)
      })
    },

    /** Looks again at what was repaired and is in step by now: what is well is gone, what is not is open again. */
    async settle(_permit: Permit<'system.tidy'>): Promise<number> {
      const ids = (await store.settled(prisma, SETTLED)).map(({ id }) => id)
      if (ids.length === 0) return 0
      const last = await runStore.lastReading(prisma)
      const { policy } = await brakes.limits.present()
      const paused = new Set((await pauses.present()).map(({ target }) => target))
      if (paused.has('directory')) return 0
      const before = { csn: last?.csn ?? [], cursor: 0 }
      const how = { believe: true, mail: !paused.has('mail') }
      const gathered = await gatherer.some(ids, before, policy, how)
      if (gathered.doubt !== null) return 0
      await transaction(async (tx) => {
        await store.writeFindings(tx.db, last?.number ?? 0, gathered.findings, tx.at)
        const targets: Target[] = gathered.mailDoubt === null ? ['directory', 'mail'] : ['directory']
        await store.closeFindings(tx.db, {
          ...{ at: tx.at, targets, subjects: ids, inspected: gathered.inspected },
        })
      })
      return ids.length
    },

    read: (_permit: Permit<'reconcile.read'>, id: string): Promise<Run | null> => runStore.findRun(prisma, id),
    /** The newest runs of any scope, or of everything. */
    list: (_permit: Permit<'reconcile.read'>, limit: number, scope: 'all' | null = null): Promise<Run[]> =>
      runStore.runs(prisma, limit, scope),
  }
}
