import { addDays, daysBetween, type Day } from '../kernel/day.ts'
import type { LifePolicy } from './life-policy.ts'

/** Accounts that nobody uses: warned or about to be, locked for it, and unused for so long that they may be recalled. */
export const IDLE_STAGES = ['warned', 'locked', 'review'] as const
export type IdleStage = (typeof IDLE_STAGES)[number]

/** The terms of being unused. */
export type IdlePolicy = Pick<LifePolicy, 'idleWarnDays' | 'idleLockDays' | 'idleReviewDays'>
export type IdleStep = { readonly type: 'warn'; readonly lockOn: Day } | { readonly type: 'lock' }

/** Whoever is locked was warned so many days before, however late the warning came. */
const NOTICE_DAYS = 7
/** So many days without a single sign-in anywhere are no fact about people: the mail server stopped noting them. */
const SILENT_DAYS = 10

/**
 * What is due about an account that is in use, by the day of its last use and of the warning since: pure. A stricter policy, or a
 * worker that was away, warns first all the same.
 */
export function idleStep(
  { lastUsed, warnedOn }: { readonly lastUsed: Day; readonly warnedOn: Day | null },
  policy: IdlePolicy,
  today: Day,
): IdleStep | null {
  const { idleWarnDays, idleLockDays } = policy
  if (daysBetween(lastUsed, today) < idleWarnDays) return null
  const byUse = addDays(lastUsed, idleLockDays)
  const notice = Math.min(NOTICE_DAYS, idleLockDays - idleWarnDays)
  const lockOn = (warned: Day): Day => {
    const byNotice = addDays(warned, notice)
    return byNotice > byUse ? byNotice : byUse
  }
  // A warning from before the last use was about another silence.
  if (warnedOn === null || warnedOn <= lastUsed) return { type: 'warn', lockOn: lockOn(today) }
  return today >= lockOn(warnedOn) ? { type: 'lock' } : null
}

/** Whether what was read about sign-ins can be believed: somebody, anybody, has signed in of late. */
export const isSilent = (newest: Day | null, today: Day): boolean =>
  newest === null || daysBetween(newest, today) >= SILENT_DAYS
