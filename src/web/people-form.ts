import type { OfficialLetter } from '../scheduled/change.ts'
import type { PersonSummary } from '../people/person.ts'
import type { Page } from './page.ts'
import { day } from './views/formats.ts'

export const RECORDS = '/nguoi'
export type AskedGrounds = { readonly why: string; readonly letter: OfficialLetter | null }

/** All but the last three digits of a number are hidden. */
export const masked = (ends: string): string => `••• ••• ••• ${ends}`
/** A whole number as people read it aloud. */
export const spaced = (number: string): string => number.replace(/(\d{3})(?=\d)/g, '$1 ')

/** What lists and comparisons show of a record. */
export function recordRow({ t, lang }: Page, record: PersonSummary) {
  const { birthDate, birthPrecision, account } = record
  const [year = '', month = ''] = birthDate?.split('-') ?? []
  const says = t.people
  return {
    id: record.id,
    href: `${RECORDS}/${record.id}`,
    name: record.fullName,
    born:
      birthDate === null
        ? t.common.notGiven
        : birthPrecision === 'year'
          ? says.year(year)
          : birthPrecision === 'month'
            ? says.month(`${month}/${year}`)
            : day(birthDate, lang),
    sex: record.sex === null ? t.common.notGiven : t.sexes[record.sex],
    number: record.ends === null ? says.noNumber : masked(record.ends),
    account,
  }
}
