import type { Log } from './log.ts'

export type OneAtATime = (() => Promise<void>) & { idle(): Promise<void> }

/**
 * Runs `work` once at a time; calls meanwhile cause one more run after it, so that nothing that came in is overlooked.
 * Never rejects: what fails is logged, and the rows that were due are still due.
 */
export function oneAtATime(work: () => Promise<unknown>, name: string, log: Log): OneAtATime {
  let running: Promise<void> | null = null
  const bell = { rung: false }
  const rungMeanwhile = (): boolean => bell.rung
  async function loop(): Promise<void> {
    do {
      bell.rung = false
      try {
        await work()
      } catch (error) {
        log.error({ err: error }, `${name} failed; it is tried again at the next sweep`)
      }
    } while (rungMeanwhile())
    running = null
  }
  const call = (): Promise<void> => {
    if (running === null) running = loop()
    else bell.rung = true
    return running
  }
  return Object.assign(call, { idle: () => running ?? Promise.resolve() })
}
