import { isDay, type Day } from '../../kernel/day.ts'
import type { Mark, PartialDate } from './fields.ts'
import type { RawCell } from './raw.ts'
import { dayOfSerial } from './serial.ts'

export type ReadDate = { readonly value: PartialDate | null; readonly marks: readonly Mark[] }

/** Ages at which somebody can be on a roster; other dates are told. */
const [YOUNGEST, OLDEST] = [15, 100]

/** A birth date from a cell: a date of the spreadsheet, a serial, a year, or text in the ways people write it. */
export function readDate(cell: RawCell, text: string, today: Day): ReadDate {
  if (cell.kind === 'date') return whole(dayOfSerial(cell.number), [], today)
  if (cell.kind === 'number' && Number.isInteger(cell.number)) {
    if (cell.number >= 1900 && cell.number <= 2100) return partial(String(cell.number), 'year', [], today)
    return readSerial(cell.number, today)
  }
  return readDateText(text, today)
}

// 1 January 1930 to 2079: nobody on a roster was born at another serial.
const readSerial = (serial: number, today: Day): ReadDate =>
  serial >= 10_959 && serial <= 65_745
    ? whole(dayOfSerial(serial), [{ code: 'serial' }], today)
    : { value: null, marks: [{ code: 'no-date' }] }

const PART = String.raw`\s*[/.\-\s\\,]\s*`
const DAY_MONTH_YEAR = new RegExp(String.raw`^(\d{1,2})${PART}(\d{1,2})${PART}(\d{2}|\d{4})$`)
const YEAR_MONTH_DAY = new RegExp(String.raw`^(\d{4})${PART}(\d{1,2})${PART}(\d{1,2})$`)
const MONTH_YEAR = new RegExp(String.raw`^(\d{1,2})${PART}(\d{4})$`)
const IN_WORDS = /^(?:ngày|ngay)\s+(\d{1,2})\s+(?:tháng|thang)\s+(\d{1,2})\s+(?:năm|nam)\s+(\d{4})$/i

/** `27/03/1988`, `27-3-88`, `27.03.1988`, `1988-03-27`, `27031988`, `03/1988`, `1988`, `00/00/1988`, `ngày 27 tháng 3 năm 1988`. */
export function readDateText(text: string, today: Day): ReadDate {
  const tidy = text
    .replace(/^['’]/, '')
    .replace(/\s+\d{1,2}:\d{2}(:\d{2})?(\.\d+)?\s*([AP]M)?$/i, '')
    .replace(/T\d{2}:\d{2}.*$/, '')
    .trim()
  const year = /^(?:năm\s+)?(\d{4})$/i.exec(tidy)?.[1]
  if (year !== undefined) return partial(year, 'year', [], today)
  if (/^[1-6]\d{4}$/.test(tidy)) return readSerial(Number(tidy), today)
  const monthYear = MONTH_YEAR.exec(tidy)
  if (monthYear) return partial(`${monthYear[2] ?? ''}-${two(monthYear[1])}`, 'month', [], today)
  const backward = YEAR_MONTH_DAY.exec(tidy)
  if (backward) return dated(backward[3], backward[2], backward[1], today)
  const forward = DAY_MONTH_YEAR.exec(tidy) ?? IN_WORDS.exec(tidy) ?? /^(\d{2})(\d{2})(\d{4})$/.exec(tidy)
  if (forward) return dated(forward[1], forward[2], forward[3], today)
  return { value: null, marks: [{ code: 'no-date' }] }
}

/** A date that stands in three columns. */
export function readDateParts(day: string, month: string, year: string, today: Day): ReadDate {
  if (!/^\d{2}(\d{2})?$/.test(year)) return { value: null, marks: [{ code: 'no-date' }] }
  return dated(day === '' ? '0' : day, month === '' ? '0' : month, year, today)
}

const two = (text = ''): string => text.padStart(2, '0')

function dated(dayText = '', monthText = '', yearText = '', today: Day): ReadDate {
  const marks: Mark[] = []
  let year = Number(yearText)
  if (yearText.length <= 2) {
    year += 1900
    // The one century in which the person is of an age to be on a roster.
    if (Number(today.slice(0, 4)) - year - 100 >= YOUNGEST) year += 100
    marks.push({ code: 'century', year })
  }
  const [day, month] = [Number(dayText), Number(monthText)]
  if (day === 0 && month === 0) return partial(String(year), 'year', marks, today)
  if (day === 0) return partial(`${year}-${two(monthText)}`, 'month', marks, today)
  const shown = (m: string, d: string) => `${year}-${two(m)}-${two(d)}`
  if (month > 12 && month <= 31 && day <= 12 && isDay(shown(dayText, monthText)))
    return checked(shown(dayText, monthText), [...marks, { code: 'month-first' }], today)
  return checked(shown(monthText, dayText), marks, today)
}

function partial(text: string, precision: 'month' | 'year', marks: readonly Mark[], today: Day): ReadDate {
  const month = text.slice(5)
  if (precision === 'month' && (month < '01' || month > '12')) return { value: null, marks: [{ code: 'no-such-day' }] }
  return {
    value: { precision, text },
    marks: [...marks, { code: 'precision', known: precision }, ...ageMarks(text, today)],
  }
}

const checked = (day: string, marks: readonly Mark[], today: Day): ReadDate =>
  whole(isDay(day) ? day : null, marks, today)

function whole(day: string | null, marks: readonly Mark[], today: Day): ReadDate {
  if (day === null) return { value: null, marks: [...marks, { code: 'no-such-day' }] }
  return { value: { precision: 'day', text: day }, marks: [...marks, ...ageMarks(day, today)] }
}

function ageMarks(text: string, today: Day): Mark[] {
  const age = Number(today.slice(0, 4)) - Number(text.slice(0, 4))
  return age < YOUNGEST || age > OLDEST ? [{ code: 'not-a-birth-date' }] : []
}
