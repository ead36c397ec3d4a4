export type Random = {
  /** From 0 to 1, without 1. */
  next(): number
  /** A whole number from `from` to `to`, both included. */
  int(from: number, to: number): number
  chance(probability: number): boolean
  pick<T>(list: readonly T[]): T
  /** One of the keys, as often as its weight says. */
  weighted(weights: ReadonlyMap<string, number>): string
}

/** The same numbers for the same seed, on every machine (mulberry32). Not for secrets. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    next,
    int: (from, to) => from + Math.floor(next() * (to - from + 1)),
    chance: (probability) => next() < probability,
    pick(list) {
      const one = list[Math.floor(next() * list.length)]
      if (one === undefined) throw new RangeError('Nothing to pick from')
      return one
    },
    weighted(weights) {
      let left = next() * weights.values().reduce((sum, weight) => sum + weight, 0)
      for (const [key, weight] of weights) {
        left -= weight
        if (left < 0) return key
      }
      throw new RangeError('Nothing to pick from')
    },
  }
}
