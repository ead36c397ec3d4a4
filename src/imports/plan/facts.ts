import { isDay, type Day } from '../../kernel/day.ts'
import type { Sex } from '../../kernel/identification-number.ts'
import { parsePersonName, type PersonName } from '../../kernel/person-name.ts'
import { fold, tidy } from '../../kernel/text.ts'
import { readDateText } from '../reading/dates.ts'
import {
  SEVERITY,
  type FieldValues,
  type Mark,
  type PartialDate,
  type Reading,
  type RosterCells,
  type RosterEmployment,
  type RosterField,
} from '../reading/fields.ts'
import { readNumber, readPhone } from '../reading/numbers.ts'
import { textCell } from '../reading/raw.ts'
import { readEmail, readSex, readText } from '../reading/values.ts'
import { readGivenAddress, type GivenAddress } from './given-address.ts'
import type { Fixable, Patch } from './patch.ts'
import { keyOf, type Reason } from './reason.ts'
import { spellingOf, type Spelling } from './spelling.ts'

/** A person's row as it is kept: where it stands in the file, and what the file says. */
export type KeptRow = {
  readonly seq: number
  readonly sheet: string
  readonly number: number
  readonly cells: RosterCells
}

/** A birth date; of one that is not known to the day, the first day of what is known. */
export type Birth = { readonly day: Day; readonly precision: PartialDate['precision'] }

/** What a row says of a person, with what somebody decided about it, and what is still open. Null is what it does not say. */
export type Facts = {
  readonly seq: number
  readonly sheet: string
  readonly number: number
  readonly name: PersonName | null
  readonly fold: string
  readonly birth: Birth | null
  readonly sex: Sex | null
  readonly nin: string | null
  /** The number's keyed hash, by which people are found. */
  readonly hash: string | null
  readonly position: string | null
  readonly phone: string | null
  readonly contactEmail: string | null
  readonly employment: RosterEmployment | null
  readonly spelling: Spelling | null
  readonly given: (GivenAddress & { readonly text: string }) | null
  readonly reasons: readonly Reason[]
  readonly patch: Patch
  /**
   * The same for a row that says the same of who it is, in whichever file; null for a row that has a number and no reason to
   * wait, for it is found by the number.
   */
  readonly print: string | null
}

export type FactsContext = {
  /** The day by which two-digit years are read. */
  readonly today: Day
  /** The province's domains, in lower case. */
  readonly domains: ReadonlySet<string>
  /** A keyed hash of an identification number (or, with a prefix, of what tells a row). */
  readonly hash: (text: string) => string
  /** Spellings that were seen before, by unit and the unit above it: thousands of rows share a few. */
  readonly spellings: Map<string | null, Map<string | null, Spelling | null>>
}

/** Reads a kept row with what was decided about it. */
export function factsOf(row: KeptRow, patch: Patch, context: FactsContext): Facts {
  const reasons: Reason[] = []
  const cells = withFields(row.cells, patch, context.today)
  const raise = (reason: Reason): void => {
    if (!patch.accepted.includes(keyOf(reason))) reasons.push(reason)
  }
  /** The value of a cell; of a mark that must be looked at, what it proposes, whether or not that was accepted yet. */
  const value = <F extends RosterField>(field: F): FieldValues[F] | null => {
    const cell = cells[field]
    if (cell === undefined) return null
    let found = cell.value
    for (const mark of cell.marks) {
      if (SEVERITY[mark.code] !== 'check') continue
      raise({ code: 'mark', field, mark })
      found = proposed(field, mark, found)
    }
    return found
  }

  const name = nameOf(value('fullName'), value('givenName'), raise)
  const birth = birthOf(value('birthDate'))
  const nin = value('number')
  const address = value('officialAddress')
  return {
    ...{ seq: row.seq, sheet: row.sheet, number: row.number, name, fold: name === null ? '' : fold(name.full), birth },
    ...{ sex: value('sex'), nin, hash: nin === null ? null : context.hash(nin) },
    ...{ position: value('position'), phone: value('phone'), contactEmail: value('contactEmail') },
    employment: value('employment'),
    spelling: spelled(value('unit'), value('parentUnit'), context.spellings),
    given: address === null ? null : { ...readGivenAddress(address, context.domains), text: address },
    ...{ reasons, patch, print: nin !== null && reasons.length === 0 ? null : printOf(row.cells, context.hash) },
  }
}

function spelled(unit: string | null, parent: string | null, known: FactsContext['spellings']): Spelling | null {
  let below = known.get(unit)
  if (below === undefined) known.set(unit, (below = new Map<string | null, Spelling | null>()))
  let found = below.get(parent)
  if (found === undefined) below.set(parent, (found = spellingOf(unit, parent)))
  return found
}

type Raise = (reason: Reason) => void

function nameOf(text: string | null, givenText: string | null, raise: Raise): PersonName | null {
  if (text === null) {
    raise({ code: 'no-name' })
    return null
  }
  let given = givenText
  const first = given === null ? givenFirst(text) : null
  if (first !== null) {
    raise({ code: 'given-unclear', given: first })
    given = first
  }
  const parsed = parsePersonName(text, given)
  if (parsed.ok) return parsed.value
  raise({ code: 'bad-name', refusal: parsed.refusal })
  return null
}

/** Names of the highlands say with their first word that the given name comes first: `H'Hen Niê`, `Y Phôn Êban`. */
function givenFirst(text: string): string | null {
  const words = /^\s*[hy]/i.test(text) ? tidy(text).split(' ') : []
  const [first = '', second = ''] = words
  if (words.length < 2) return null
  if (/^h['’ʼ]\p{L}/iu.test(first)) return first
  if (words.length > 2 && (/^h['’ʼ]$/iu.test(first) || /^y$/i.test(first))) return `${first} ${second}`
  return null
}

function birthOf(date: PartialDate | null): Birth | null {
  if (date === null) return null
  const day = `${date.text}-01-01`.slice(0, 10)
  return isDay(day) ? { day, precision: date.precision } : null
}

/** What a mark proposes for a value; nothing where it cannot be right. */
function proposed<F extends RosterField>(field: F, mark: Mark, read: FieldValues[F] | null): FieldValues[F] | null {
  if (mark.code === 'old-encoding' || mark.code === 'zero-lost') return mark.would as FieldValues[F]
  if (mark.code === 'maybe-swapped' && field === 'birthDate')
    return { precision: 'day', text: mark.would } as FieldValues[F]
  return mark.code === 'not-a-birth-date' ? null : read
}

/** The cells with fields that were typed anew. */
function withFields(cells: RosterCells, { fields }: Patch, today: Day): RosterCells {
  const typed = Object.entries(fields) as [Fixable, string][]
  if (typed.length === 0) return cells
  const next: { -readonly [F in keyof RosterCells]: RosterCells[F] } = { ...cells }
  const put = <F extends Fixable>(
    field: F,
    read: (text: string) => { value: FieldValues[F] | null; marks: readonly Mark[] },
  ): void => {
    const text = fields[field]
    if (text === undefined) return
    const clean = tidy(text)
    const { value, marks } = clean === '' ? { value: null, marks: [] } : read(clean)
    const cell: Reading<FieldValues[F]> = { raw: text, value, marks }
    Object.assign(next, { [field]: cell })
  }
  put('fullName', (text) => readText(text, 100))
  put('givenName', (text) => readText(text, 100))
  put('birthDate', (text) => readDateText(text, today))
  put('sex', readSex)
  const year = next.birthDate?.value?.text.slice(0, 4)
  const witness = { birthYear: year === undefined ? null : Number(year), sex: next.sex?.value ?? null }
  put('number', (text) => readNumber(textCell(text), text, witness))
  put('position', (text) => readText(text, 120))
  put('phone', readPhone)
  put('contactEmail', readEmail)
  put('officialAddress', (text) => readText(text, 200))
  return next
}

const IDENTITY = ['fullName', 'birthDate', 'sex', 'number', 'unit', 'parentUnit'] as const
const printOf = (cells: RosterCells, hash: (text: string) => string): string =>
  hash(`row ${JSON.stringify(IDENTITY.map((field) => cells[field]?.raw ?? '')).toLowerCase()}`)
