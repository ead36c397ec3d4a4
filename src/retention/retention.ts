import { z } from 'zod'

const days = (min: number, max: number) => z.int('number').min(min, 'range').max(max, 'range')

/** Days after which what is done with is erased. */
export const RetentionPolicy = z.object({
  /** Requests that were never sent, after they ran out or were given up. */
  drafts: days(1, 365),
  /** Requests that were sent and then withdrawn, or returned and not taken up. */
  withdrawn: days(1, 1_825),
  /** Requests that were refused. */
  rejected: days(1, 3_650),
  /** Letters: to whom, when, and whether they arrived. */
  letters: days(30, 3_650),
  /** The words of letters that could not be sent, which may hold a link. */
  letterText: days(1, 90),
})
export type RetentionPolicy = z.infer<typeof RetentionPolicy>
export const RETENTION_FIELDS = Object.keys(RetentionPolicy.shape) as (keyof RetentionPolicy)[]

/** Until somebody decides otherwise. */
export const DEFAULT_RETENTION: RetentionPolicy = {
  drafts: 30,
  withdrawn: 90,
  rejected: 180,
  letters: 180,
  letterText: 14,
}
