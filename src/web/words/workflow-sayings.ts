import type { SeatName, Waits } from '../../requests/requests.ts'
import type { Place } from '../../requests/steps.ts'
import type { RequestKind } from '../../requests/kinds.ts'
import { instant } from '../views/formats.ts'
import type { Words } from './vi.ts'

/** A seat in words: `quản trị Sở Nội vụ`. */
export const seatText = (t: Words, seat: SeatName): string =>
  seat.kind === 'unit' ? t.workflow.seat.unit(seat.name) : t.workflow.seat['it-staff']

/** Any of several seats. */
export const seatsText = (t: Words, seats: readonly SeatName[]): string =>
  seats.map((seat) => seatText(t, seat)).join(` ${t.workflow.seat.or} `)

/** Where a rule holds. */
export function placeText(t: Words, place: Place, unitName: string | null): string {
  const says = t.workflow.places
  if (place.kind === 'everywhere') return says.everywhere
  return place.kind === 'below' ? says.below(unitName ?? says.unknown) : says.kind(t.units.kinds[place.of])
}

/** For whom a request waits, which step it is, and why for them. */
export function waitsText(
  t: Words,
  kind: RequestKind,
  waits: Waits,
): { readonly title: string; readonly step: string; readonly because: readonly string[] } {
  const says = t.workflow.steps
  const { basis, passed, next, seats } = waits
  const place = placeText(t, basis.place, basis.unitName)
  return {
    title: says.waits(seatsText(t, seats)),
    step: says.nth(waits.step, waits.of),
    because: [
      says.because(t.workflow.kinds[kind], place, waits.of, basis.version),
      ...(passed.length > 0 ? [says.passed(passed.join(', '))] : []),
      ...(waits.vacant ? [says.vacant] : passed.length > 0 && seats[0]?.kind === 'it-staff' ? [says.fallen] : []),
      next === null ? says.last : says.next(seatText(t, next.seat), instant(next.at, t.lang)),
    ],
  }
}
