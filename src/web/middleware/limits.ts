import type { Pool } from 'pg'
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'
import { HttpFault } from '../http-fault.ts'

const MINUTE = 60
/**
 * What may be tried how often (points in seconds). A whole office shares one address, so the narrow limits are by address
 * and account together; the address alone has a wide one.
 */
const RULES = {
  'sign-in': { narrow: [10, 15 * MINUTE], account: [60, 60 * MINUTE], wide: [300, 15 * MINUTE] },
  contact: { narrow: [5, 60 * MINUTE], account: [10, 60 * MINUTE], wide: [200, 60 * MINUTE] },
  code: { narrow: [20, 30 * MINUTE], account: [30, 30 * MINUTE], wide: [400, 30 * MINUTE] },
  track: { narrow: [10, 15 * MINUTE], account: [60, 15 * MINUTE], wide: [120, 15 * MINUTE] },
  activate: { narrow: [15, 15 * MINUTE], account: [40, 60 * MINUTE], wide: [120, 15 * MINUTE] },
  reset: { narrow: [5, 60 * MINUTE], account: [10, 60 * MINUTE], wide: [60, 60 * MINUTE] },
  comment: { narrow: [10, 15 * MINUTE], account: [20, 60 * MINUTE], wide: [200, 60 * MINUTE] },
  upload: { narrow: [20, 60 * MINUTE], account: [20, 60 * MINUTE], wide: [400, 60 * MINUTE] },
  search: { narrow: [300, MINUTE], account: [300, MINUTE], wide: [1200, MINUTE] },
} as const satisfies Record<string, Record<'narrow' | 'account' | 'wide', readonly [points: number, seconds: number]>>

export type LimitName = keyof typeof RULES
export type Limits = ReturnType<typeof limits>

/** Rate limits, counted in PostgreSQL so that several web processes share them. Keys are keyed hashes. */
export function limits(options: { pool: Pool; hash: (text: string) => string }) {
  const limiter = (name: LimitName, reach: 'narrow' | 'account' | 'wide') =>
    new RateLimiterPostgres({
      storeClient: options.pool,
      storeType: 'pool',
      tableName: 'rate_limit',
      tableCreated: true,
      keyPrefix: `${name} ${reach}`,
      points: RULES[name][reach][0],
      duration: RULES[name][reach][1],
      clearExpiredByTimeout: false,
    })
  const made = new Map<string, RateLimiterPostgres>()
  const get = (name: LimitName, reach: 'narrow' | 'account' | 'wide') => {
    const key = `${name} ${reach}`
    const present = made.get(key) ?? limiter(name, reach)
    made.set(key, present)
    return present
  }

  return {
    /** Counts one try; throws a 429 with the minutes to wait. `account` is whatever is being tried: an address, a code. */
    async consume(name: LimitName, address: string, account: string): Promise<void> {
      const what = options.hash(account.trim().toLowerCase())
      try {
        await get(name, 'narrow').consume(`${options.hash(address)} ${what}`)
        await get(name, 'account').consume(what)
        await get(name, 'wide').consume(options.hash(address))
      } catch (error) {
        if (error instanceof RateLimiterRes)
          throw new HttpFault(429, { minutes: Math.max(1, Math.ceil(error.msBeforeNext / 60_000)) })
        throw error
      }
    },
    /** After a success the tries of this address with this account are forgotten. */
    async forgive(name: LimitName, address: string, account: string): Promise<void> {
      await get(name, 'narrow').delete(`${options.hash(address)} ${options.hash(account.trim().toLowerCase())}`)
    },
  }
}
