import { setTimeout as pause } from 'node:timers/promises'

/** Asks again until the answer is neither null, undefined nor false, and answers it. Throws after `ms` milliseconds. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | null | undefined | false>,
  ms = 10_000,
): Promise<T> {
  const deadline = Date.now() + ms
  for (;;) {
    const answer = await ask()
    if (answer !== null && answer !== undefined && answer !== false) return answer
    if (Date.now() > deadline) throw new Error(`Not within ${ms} ms: ${what}`)
    await pause(10)
  }
}
