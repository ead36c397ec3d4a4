import { Logger, run, type Runner } from 'graphile-worker'
import type { Services } from './compose.ts'
import type { Log } from './log.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { standAtTheDoor } from './posting.ts'
import { openReturns } from './returns.ts'
import { schedule } from './schedule.ts'
import {
  anchorAudit,
  followIdle,
  followLists,
  followReviews,
  followLives,
  reconcileNightly,
  reconcileWork,
  remindApprovers,
  reseat,
  tidyUp,
} from './tidy.ts'

/** Milliseconds between sweeps: the longest that a lost bell or a due retry waits. */
const SWEEP_MS = 2_000

export type Worker = { stop(): Promise<void>; readonly returnsPort: number | null }

/**
 * The worker: wakes at bells, sweeps for what is due, tidies up every ten minutes. Several may run at once. Throws when
 * the database is away at the start; when it goes away later, the worker waits for its return.
 */
export async function work(services: Services): Promise<Worker> {
  const { log, provisioner, letters, imports, reorganisations } = services
  const ending = new AbortController()
  const sync = oneAtATime(() => provisioner.run(ending.signal), 'Provisioning', log)
  const deliver = oneAtATime(() => letters.deliver(), 'Sending letters', log)
  const carryOut = oneAtATime(() => imports.work(ending.signal), 'Imports', log)
  const rearrange = oneAtATime(() => reorganisations.work(ending.signal), 'Reorganisations', log)
  const tidy = oneAtATime(() => tidyUp(services), 'Tidying up', log)
  const seats = oneAtATime(() => reseat(services), 'Seating requests', log)
  const live = oneAtATime(() => followLives(services), 'Following the lives of accounts', log)
  const idle = oneAtATime(() => followIdle(services), 'Looking after unused accounts', log)
  const reviews = oneAtATime(() => followReviews(services), 'Looking after reviews', log)
  const members = oneAtATime(() => followLists(services), 'Following lists', log)
  const remind = oneAtATime(() => remindApprovers(services), 'Reminding approvers', log)
  const anchor = oneAtATime(() => anchorAudit(services), 'Anchoring the audit log', log)
  const reconcile = oneAtATime(() => reconcileWork(services), 'Reconciling', log)
  const nightly = oneAtATime(() => reconcileNightly(services), 'Reconciling at night', log)

  /** By the bell that wakes them. */
  const taskList = {
    sync,
    letters: deliver,
    imports: carryOut,
    reorganisations: rearrange,
    tidy,
    seats,
    live,
    idle,
    reviews,
    remind,
    anchor,
    reconcile,
    nightly,
  }
  /** What a sweep does without a bell, for one may be lost. */
  const swept = [members, sync, deliver, carryOut, rearrange]
  const start = (): Promise<Runner> =>
    run({
      // Not a pool of its own: once it gives up, it no longer listens to that one's errors, and an unheard one ends us.
      pgPool: services.database.pool,
      concurrency: 8,
      noHandleSignals: true,
      logger: bellLog(log),
      pollInterval: SWEEP_MS,
      taskList,
      // Unbatched, a job's end that the database does not hear is a rejection nobody handles, which ends the process.
      preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
      parsedCronItems: schedule(),
    })

  const returns = await openReturns(services)
  let stopping = false
  let runner = await start()
  /** Starts the runner anew when it gives up, as it does when the database goes away for long. */
  async function supervise(): Promise<void> {
    while (!stopping) {
      try {
        await runner.promise
        return
      } catch (error) {
        log.error({ err: error }, 'The bell is out of order; sweeping goes on')
      }
      while (!stopping) {
        await new Promise((resolve) => setTimeout(resolve, SWEEP_MS))
        try {
          runner = await start()
          break
        } catch {
          // The database is still away; the sweep says so in the log.
        }
      }
    }
  }
  const supervised = supervise()

  const door = standAtTheDoor(services)
  await door.stand()
  const sweep = (): void => swept.forEach((each) => void each())
  const sweeping = setInterval(() => {
    void door.stand()
    sweep()
  }, SWEEP_MS)
  sweep()
  log.info('Worker is ready')

  return {
    returnsPort: returns?.port ?? null,
    /** Finishes what is in hand and ends. */
    async stop() {
      stopping = true
      ending.abort()
      clearInterval(sweeping)
      await door.close()
      await returns?.close()
      await runner.stop().catch(() => undefined)
      await supervised
      await Promise.all([members, ...Object.values(taskList)].map((each) => each.idle()))
    },
  }
}

/** The bells' own chatter, in our log; that one was rung and heard is for debugging only. */
const bellLog = (log: Log): Logger =>
  new Logger((scope) => (level, message) => {
    log[level === 'error' ? 'error' : level === 'warning' ? 'warn' : 'debug']({ bell: scope.taskIdentifier }, message)
  })
