import type { Clock } from '../../src/kernel/clock.ts'
import { dayOf, type Day } from '../../src/kernel/day.ts'

/** A clock that goes on as always, and can be put forward. */
export type MovedClock = Clock & {
  /** Puts it forward to nine in the morning of that day in Vietnam. */
  to(day: Day): void
  today(): Day
}

export function movedClock(): MovedClock {
  let ahead = 0
  const clock = () => new Date(Date.now() + ahead)
  return Object.assign(clock, {
    to(day: Day) {
      ahead = Date.parse(`${day}T02:00:00Z`) - Date.now()
    },
    today: () => dayOf(clock()),
  })
}
