import type { Pool } from 'pg'
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'
import { Problem } from './problem.ts'

/** What may be tried how often: points in seconds. Bad tokens count by address, everything else by token. */
const RULES = {
  request: [600, 60],
  // Files of megabytes.
  upload: [60, 60 * 60],
  'bad-token': [120, 15 * 60],
} as const satisfies Record<string, readonly [points: number, seconds: number]>
type Rule = keyof typeof RULES
export type ApiLimits = ReturnType<typeof limitsOf>

/** Rate limits, counted in PostgreSQL so that several processes share them. Keys are keyed hashes. */
export function limitsOf(options: { pool: Pool; hash: (text: string) => string }) {
  const limiter = (rule: Rule) =>
    new RateLimiterPostgres({
      ...{ storeClient: options.pool, storeType: 'pool', tableName: 'rate_limit', tableCreated: true },
      ...{ keyPrefix: `api ${rule}`, points: RULES[rule][0], duration: RULES[rule][1], clearExpiredByTimeout: false },
    })
  const made = { request: limiter('request'), upload: limiter('upload'), 'bad-token': limiter('bad-token') }

  const headers = (rule: Rule, left: number, seconds: number) => ({
    'RateLimit-Policy': `"${rule}";q=${RULES[rule][0]};w=${RULES[rule][1]}`,
    RateLimit: `"${rule}";r=${left};t=${seconds}`,
  })
  const secondsOf = (result: RateLimiterRes) => Math.max(1, Math.ceil(result.msBeforeNext / 1000))

  return {
    /** Counts one try; answers the headers that tell what is left. Throws the Problem of too many. */
    async count(rule: Rule, who: string): Promise<Record<string, string>> {
      try {
        const result = await made[rule].consume(options.hash(who))
        return headers(rule, result.remainingPoints, secondsOf(result))
      } catch (error) {
        if (!(error instanceof RateLimiterRes)) throw error
        const seconds = secondsOf(error)
        throw new Problem(
          { kind: 'too-many-requests', seconds },
          { ...headers(rule, 0, seconds), 'Retry-After': String(seconds) },
        )
      }
    },
  }
}
