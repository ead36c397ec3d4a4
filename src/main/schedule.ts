import { parseCronItems, type CronItem, type ParsedCronItem } from 'graphile-worker'
import { hours } from '../kernel/clock.ts'

/** A task of the night that the worker is away for is done when it is back, up to half a day later. */
const LATE = { backfillPeriod: hours(12) }

/** What the worker does by the clock, in UTC. */
const ITEMS = [
  { task: 'tidy', match: '*/10 * * * *' },
  { task: 'seats', match: '* * * * *' },
  { task: 'live', match: '*/10 * * * *' },
  // 04:20 in Vietnam, when mailboxes are quiet.
  { task: 'idle', match: '20 21 * * *', options: LATE },
  { task: 'reviews', match: '30 * * * *' },
  // From 08:00 in Vietnam; again until the afternoon, should the worker be away in the morning.
  { task: 'remind', match: '*/10 1-9 * * *' },
  { task: 'anchor', match: '5 17 * * *' },
  { task: 'reconcile', match: '* * * * *' },
  // 02:10 in Vietnam.
  { task: 'nightly', match: '10 19 * * *', options: LATE },
] as const satisfies CronItem[]

export const schedule = (): ParsedCronItem[] =>
  parseCronItems(ITEMS.map((item) => ({ ...item, identifier: item.task })))
