/** Full figures in `npm run test:long`, a tenth of them otherwise. */
export const full = process.env['TEST_SCALE'] === 'full'
export const scaled = (figure: number): number => (full ? figure : Math.ceil(figure / 10))

/** A new one in each run, to be named where it fails; `TEST_SEED` repeats one. */
export const freshSeed = (): number => Number(process.env['TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

/** Random numbers from 0 to 1 that are the same in every run (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
