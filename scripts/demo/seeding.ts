import type { Calendar } from '../../src/calendar/working-days.ts'
import { cliActor, jobActor, permit, type Action, type Actor, type Permit } from '../../src/access/policy.ts'
import type { UnitId } from '../../src/kernel/ids.ts'
import type { Services } from '../../src/main/compose.ts'
import type { Random } from './random.ts'

/** The password of everybody in the demo: two dozen characters that are easy to type. */
export const PASSWORD = 'ba chen tra sen thom'

/** The time that the seed lives in; moved forward only, so that the audit log stays in order. */
export type Time = { now: Date }

export type Seeding = {
  readonly services: Services
  readonly time: Time
  /** The instant at which the seed was begun; nothing happens after it. */
  readonly end: Date
  readonly random: Random
  readonly calendar: Calendar
}

/** A unit that exists now, with the agency or commune to which it belongs (itself, for these). */
export type MadeUnit = { readonly id: UnitId; readonly name: string; readonly root: string }

/** The value of a decision; throws what was refused, for a seed is never refused. */
export function ok<T>(decision: { ok: true; value: T } | { ok: false; refusal: unknown }): T {
  if (!decision.ok) throw new Error(`The seed was refused: ${JSON.stringify(decision.refusal)}`)
  return decision.value
}

export const allowed = <A extends Action>(actor: Actor, action: A): Permit<A> => ok(permit(actor, action))
export const operator = cliActor('demo')
export const tidier = jobActor('tidy')

const HOUR = 3_600_000
const DAY = 24 * HOUR
// Vietnam has no summer time.
const OFFSET = 7 * HOUR

/** `hour:minute` in Vietnam, on the last working day at least `days` days before `end`. */
export function workday(end: Date, days: number, hour: number, minute: number): Date {
  const midnight = Math.floor((end.getTime() + OFFSET) / DAY) * DAY - days * DAY
  const weekday = new Date(midnight).getUTCDay()
  const shift = weekday === 6 ? 1 : weekday === 0 ? 2 : 0
  return new Date(midnight - shift * DAY - OFFSET + hour * HOUR + minute * 60_000)
}
