const two = (n: number): string => (n < 10 ? `0${n}` : String(n))

const DAY = 86_400_000
/** Day 0 of the 1900 system as it counts from March 1900 on: Lotus's 29 February 1900 never was. */
const EPOCH_1900 = Date.UTC(1899, 11, 30)
/** What the 1904 system (old Macintosh) is behind. */
export const DAYS_1904 = 1462

/** The `YYYY-MM-DD` of a day's serial in the 1900 system, or null for what is no day that anybody could mean. */
export function dayOfSerial(serial: number): string | null {
  if (!(serial >= 1 && serial < 2_958_466)) return null
  const whole = Math.floor(serial)
  // Day 60 is the day that never was; before it, Excel counts one too few.
  if (whole === 60) return null
  const date = new Date(EPOCH_1900 + (whole < 60 ? whole + 1 : whole) * DAY)
  return `${date.getUTCFullYear()}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`
}

/** The serial of a `YYYY-MM-DD` in the 1900 system. */
export function serialOfDay(day: string): number {
  const serial = (Date.parse(`${day}T00:00:00Z`) - EPOCH_1900) / DAY
  return serial <= 60 ? serial - 1 : serial
}

/** As people here write it: `27/03/1988`. */
export const shownDay = (day: string): string => `${day.slice(8, 10)}/${day.slice(5, 7)}/${day.slice(0, 4)}`
