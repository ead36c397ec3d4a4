/** Milliseconds to wait after the `attempt`th failure: doubling from half a second up to `max`, with a fifth of jitter. */
export const backoff = (attempt: number, max: number): number =>
  Math.round(Math.min(max, 500 * 2 ** Math.min(attempt - 1, 20)) * (0.8 + 0.2 * Math.random()))
