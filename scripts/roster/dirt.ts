import { readFileSync } from 'node:fs'
import { serialOfDay, shownDay } from '../../src/imports/reading/serial.ts'
import { fold } from '../../src/kernel/text.ts'
import type { Random } from '../demo/random.ts'
import { encode } from './old-encodings.ts'
import { DOMAIN, type Entry } from './people.ts'

/** A cell as it is written: a text, a number, a date (`Date`), or an error of a formula. */
export type Cell = string | number | Date | null
/** A row of the roster, by its columns. */
export type Line = {
  name: Cell
  birthDate: Cell
  sex: Cell
  number: Cell
  position: Cell
  unit: Cell
  parentUnit: Cell
  phone: Cell
  contactEmail: Cell
  officialAddress: Cell
  employment: Cell
  note: Cell
}

export const cleanLine = (entry: Entry): Line => ({
  name: entry.name,
  birthDate: new Date(`${entry.birthDate}T00:00:00Z`),
  sex: entry.sex === 'male' ? 'Nam' : 'Nữ',
  number: entry.number,
  position: entry.position,
  unit: entry.unit,
  parentUnit: entry.parentUnit,
  phone: entry.phone,
  contactEmail: entry.contactEmail,
  officialAddress: entry.officialAddress,
  employment: entry.employment === 'contract' ? 'Hợp đồng' : 'Công chức, viên chức',
  note: entry.note,
})

const { agencySuccessors } = JSON.parse(
  readFileSync(new URL('../data/quang-ninh-units.json', import.meta.url), 'utf8'),
) as { agencySuccessors: Record<string, string> }
const dissolved = Object.keys(agencySuccessors)

type Soil = (line: Line, entry: Entry, random: Random, before: Line | undefined) => void

const joined = (entry: Entry): string => fold(entry.name).replaceAll(' ', '')
const ABBREVIATED: readonly (readonly [RegExp, string])[] = [
  [/^Ủy ban nhân dân /, 'UBND '],
  [/^Phòng /, 'P. '],
  [/^Trung tâm /, 'TT '],
  [/^Văn phòng /, 'VP '],
  [/ và /g, ' & '],
]

/** Every kind of dirt that rosters come with, as it is made. */
const SOIL = {
  // Harmless: what is written can be understood.
  'zero-lost': (line, { number }) => void (line.number = Number(number)),
  'phone-zero-lost': (line, { phone }) => void (line.phone = Number(phone)),
  'phone-spaced': (line, { phone }) =>
    void (line.phone = `${phone.slice(0, 4)}.${phone.slice(4, 7)}.${phone.slice(7)}`),
  'text-date': (line, { birthDate }, random) => {
    const [year = '', month = '', day = ''] = birthDate.split('-')
    const forms = [`${day}/${month}/${year}`, `${Number(day)}-${Number(month)}-${year}`, `${day}.${month}.${year}`]
    line.birthDate = random.pick(forms)
  },
  'short-year': (line, { birthDate }) => {
    const [year = '', month = '', day = ''] = birthDate.split('-')
    line.birthDate = `${Number(day)}/${Number(month)}/${year.slice(2)}`
  },
  'serial-date': (line, { birthDate }) => void (line.birthDate = serialOfDay(birthDate)),
  'marks-apart': (line, { name }) => void (line.name = name.normalize('NFD')),
  spaces: (line, { name }) => void (line.name = ` ${name.replaceAll(' ', '  ')}\u00a0`),
  invisible: (line, { name }) => void (line.name = `\u200b${name}\ufeff`),
  'sex-otherwise': (line, { sex }) => void (line.sex = sex === 'male' ? 'NAM' : 'nu'),
  // To be looked at: what is meant is not certain.
  'year-only': (line, { birthDate }) => void (line.birthDate = Number(birthDate.slice(0, 4))),
  'no-such-day': (line, { birthDate }) => void (line.birthDate = `31/02/${birthDate.slice(0, 4)}`),
  'number-missing': (line) => void (line.number = null),
  'number-short': (line, { number }) => void (line.number = number.slice(3)),
  'number-rounded': (line, { number }) => void (line.number = `${(Number(number) / 1e10).toFixed(2)}E+10`),
  'number-of-other-sex': (line, { sex }) => void (line.sex = sex === 'male' ? 'Nữ' : 'Nam'),
  'unit-spelled': (line, { unit }, random) => {
    const short = ABBREVIATED.reduce((text, [from, to]) => text.replace(from, to), unit)
    line.unit = random.pick([short, fold(unit), unit.toUpperCase(), `${unit} .`])
  },
  'unit-dissolved': (line, _, random) => {
    line.unit = random.pick(dissolved)
    line.parentUnit = null
  },
  'unit-missing': (line) => void ([line.unit, line.parentUnit] = [null, null]),
  'address-accent': (line, { name }) =>
    void (line.officialAddress = `${name.toLowerCase().replaceAll(' ', '')}@${DOMAIN}`),
  'address-capitals': (line, entry) => void (line.officialAddress = `${joined(entry).toUpperCase()}@${DOMAIN}`),
  'address-domain': (line, entry) => void (line.officialAddress = `${joined(entry)}@gmail.com`),
  'address-twice': (line, entry, _, before) =>
    void (line.officialAddress = before?.officialAddress ?? `${joined(entry)}@${DOMAIN}`),
  'person-twice': (line, _, __, before) => {
    Object.assign(line, before)
  },
  'name-old': (line, { name }) => void (line.name = encode(name, 'tcvn3')),
  'name-formula': (line) => void (line.name = `=cmd|' /C calc'!A0`),
  'name-long': (line, { name }) => void (line.name = `${name} ${'a'.repeat(299 - name.length)}`),
  'name-missing': (line) => void (line.name = null),
  'name-one-word': (line, { name }) => void (line.name = name.split(' ').at(-1) ?? name),
  'name-error': (line) => void (line.name = '#N/A'),
} as const satisfies Record<string, Soil>

export type Dirt = keyof typeof SOIL
export const DIRT = Object.keys(SOIL) as Dirt[]
/** Kinds that need nobody's look: the value is understood. */
export const HARMLESS: readonly Dirt[] = DIRT.slice(0, DIRT.indexOf('year-only'))

/** Which share of the rows is dirty: altogether, of every kind alike, or told for each kind. */
export type Shares = number | Partial<Record<Dirt, number>>

/** The kind of dirt for the next row, or none. */
export function chooseDirt(shares: Shares, random: Random): Dirt | null {
  if (typeof shares === 'number') return random.chance(shares) ? random.pick(DIRT) : null
  let left = random.next()
  for (const kind of DIRT) {
    left -= shares[kind] ?? 0
    if (left < 0) return kind
  }
  return null
}

/** The row with that dirt on it; `before` is the row above. */
export function soiled(entry: Entry, kind: Dirt | null, random: Random, before: Line | undefined): Line {
  const line = cleanLine(entry)
  if (kind !== null) SOIL[kind](line, entry, random, before)
  return line
}

/** What a text file has for a cell. */
export const textOfCell = (cell: Cell): string =>
  cell === null ? '' : cell instanceof Date ? shownDay(cell.toISOString()) : String(cell)
