/** How dates, times and numbers are written: Vietnamese by Decree 30/2020, English British. Always Vietnam's clock. */
export type Lang = 'vi' | 'en'
/** An instant, or a day as `YYYY-MM-DD`. */
export type When = Date | string

const zone = { timeZone: 'Asia/Ho_Chi_Minh' } as const
const parts = new Intl.DateTimeFormat('en-GB', {
  ...zone,
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
})
const MONTHS = 'January February March April May June July August September October November December'.split(' ')
const counts = { vi: new Intl.NumberFormat('vi-VN'), en: new Intl.NumberFormat('en-GB') }
const decimals = {
  vi: new Intl.NumberFormat('vi-VN', { maximumFractionDigits: 1 }),
  en: new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 }),
}

type Pieces = { readonly year: string; readonly month: string; readonly day: string; readonly time: string }

function pieces(when: When): Pieces {
  if (typeof when === 'string' && /^\d{4}-\d\d-\d\d$/.test(when)) {
    const [year = '', month = '', day = ''] = when.split('-')
    return { year, month, day, time: '' }
  }
  const of = Object.fromEntries(parts.formatToParts(new Date(when)).map((part) => [part.type, part.value]))
  const { year = '', month = '', day = '', hour = '', minute = '' } = of
  return { year, month, day, time: `${hour}:${minute}` }
}
const monthName = (month: string): string => MONTHS[Number(month) - 1] ?? ''

/** `23/11/2026` · `23 November 2026` */
export function day(when: When, lang: Lang): string {
  const { year, month, day } = pieces(when)
  return lang === 'vi' ? `${day}/${month}/${year}` : `${Number(day)} ${monthName(month)} ${year}`
}

/** As letters write it: `ngày 23 tháng 11 năm 2026` · `23 November 2026` */
export function dayInWords(when: When, lang: Lang): string {
  const { year, month, day: of } = pieces(when)
  return lang === 'vi' ? `ngày ${of} tháng ${month} năm ${year}` : day(when, lang)
}

/** `09:12` */
export const time = (when: When): string => pieces(when).time

/** `09:12 ngày 23/11/2026` · `09:12 on 23 November 2026` */
export function instant(when: When, lang: Lang): string {
  return `${time(when)} ${lang === 'vi' ? 'ngày' : 'on'} ${day(when, lang)}`
}

/** For charts: `23/11` · `23 Nov` */
export function dayAndMonth(when: When, lang: Lang): string {
  const { month, day } = pieces(when)
  return lang === 'vi' ? `${day}/${month}` : `${Number(day)} ${monthName(month).slice(0, 3)}`
}

/** For tables: `23/11 09:12` · `23 Nov 09:12` */
export const short = (when: When, lang: Lang): string => `${dayAndMonth(when, lang)} ${time(when)}`

/** For tables that reach over years: `23/11/2026 09:12` · `23 Nov 2026 09:12` */
export function full(when: When, lang: Lang): string {
  const { year, month, day, time } = pieces(when)
  return lang === 'vi'
    ? `${day}/${month}/${year} ${time}`
    : `${Number(day)} ${monthName(month).slice(0, 3)} ${year} ${time}`
}

/** `6.000` · `6,000` */
export const count = (n: number, lang: Lang): string => counts[lang].format(n)

/** A share of one: `96,4%` · `96.4%` */
export const percent = (share: number, lang: Lang): string => `${decimals[lang].format(share * 100)}%`

/** `1,2 GB` · `1.2 GB`; units of 1024, as quotas are counted. */
export function bytes(n: number, lang: Lang): string {
  const units = [lang === 'en' && n !== 1 ? 'bytes' : 'byte', 'KB', 'MB', 'GB', 'TB']
  const power = n < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(n) / 10))
  return `${decimals[lang].format(n / 1024 ** power)} ${units[power] ?? ''}`
}

/** A length of time in its largest unit: `40 phút`, `5 giờ`, `3 ngày` · `40 minutes`, `1 hour`. */
export function duration(milliseconds: number, lang: Lang): string {
  const minutes = Math.max(1, Math.round(Math.abs(milliseconds) / 60_000))
  const [n, unit]: [number, 'minute' | 'hour' | 'day'] =
    minutes < 60
      ? [minutes, 'minute']
      : minutes < 2880
        ? [Math.round(minutes / 60), 'hour']
        : [Math.round(minutes / 1440), 'day']
  if (lang === 'vi') return `${count(n, lang)} ${{ minute: 'phút', hour: 'giờ', day: 'ngày' }[unit]}`
  return `${count(n, lang)} ${unit}${n === 1 ? '' : 's'}`
}
