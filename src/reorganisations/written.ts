import { z } from 'zod'
import { LocalPart } from '../kernel/email-address.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import { fold, tidy } from '../kernel/text.ts'
import { UNIT_KINDS } from '../units/unit.ts'
import { Assignment, DEFAULT_OPTIONS, Head, Step, type AssignedBy, type SeatWish, type StepKind } from './draft.ts'

// A plan as people write it, in a workbook or a form: units by number or name, acts by their word.

/** The words that a workbook has for what becomes of a unit; the first is the one that we write. */
export const STEP_WORDS: Readonly<Record<StepKind, readonly [string, ...string[]]>> = {
  create: ['Thành lập', 'Lập mới', 'create'],
  rename: ['Đổi tên', 'rename'],
  move: ['Chuyển cấp trên', 'Chuyển', 'move'],
  merge: ['Sáp nhập', 'Nhập', 'Hợp nhất', 'merge'],
  split: ['Chia', 'split', 'divide'],
  'split-off': ['Tách', 'split-off', 'split off'],
  dissolve: ['Giải thể', 'dissolve'],
}
export const BY_WORDS: Readonly<Record<AssignedBy, readonly [string, ...string[]]>> = {
  unit: ['Phòng', 'Đơn vị trực thuộc', 'unit'],
  position: ['Chức vụ', 'Chức danh', 'position'],
  account: ['Người', 'Tài khoản', 'account'],
  rest: ['Còn lại', 'rest'],
}
export const KIND_WORDS: Readonly<Record<(typeof UNIT_KINDS)[number], readonly [string, ...string[]]>> = {
  province: ['Tỉnh', 'province'],
  district: ['Huyện, thị xã, thành phố', 'Huyện', 'Thị xã', 'Thành phố', 'district'],
  agency: ['Sở, ban, ngành', 'Sở', 'Ban', 'Ngành', 'agency'],
  commune: ['Xã, phường, đặc khu', 'Xã', 'Phường', 'Đặc khu', 'commune'],
  department: ['Phòng, ban, đơn vị thuộc', 'Phòng', 'department'],
}
const KEEPS = ['Giữ nguyên', 'keep']
const YES = ['Có', 'x', 'yes']
const FOLLOWS = ['Theo quy định', 'follow']

/** Which of the words a text is; undefined for another. */
function meant<K extends string>(words: Readonly<Record<K, readonly string[]>>, text: string): K | undefined {
  const folded = fold(text)
  return (Object.keys(words) as K[]).find((key) => words[key].some((word) => fold(word) === folded))
}
const isOneOf = (words: readonly string[], text: string): boolean => words.some((word) => fold(word) === fold(text))

/** A unit that a text can mean. One that a plan makes has no number yet. */
export type Nameable = {
  readonly id: UnitId
  readonly number: number | null
  readonly name: string
  readonly parentName: string | null
}
/** How a unit is written so that it is found again. */
export const writtenUnit = ({ number, name }: Pick<Nameable, 'number' | 'name'>): string =>
  number === null ? name : `${number} · ${name}`

export type Sought =
  | { readonly ok: true; readonly id: UnitId }
  /** No unit is called so, or several are: `offered` says them with where they belong. */
  | { readonly ok: false; readonly offered: readonly string[] }
export type Seek = (text: string) => Sought

/** Finds units by number, `number · name`, name, or `name, name of the unit above`. */
export function seekIn(units: Iterable<Nameable>): Seek {
  const numbers = new Map<string, Nameable>()
  const names = new Map<string, Nameable[]>()
  const put = (key: string, unit: Nameable) => names.set(key, [...(names.get(key) ?? []), unit])
  for (const unit of units) {
    if (unit.number !== null) numbers.set(String(unit.number), unit)
    put(fold(unit.name), unit)
    if (unit.parentName !== null) put(fold(`${unit.name}, ${unit.parentName}`), unit)
  }
  return (raw) => {
    const text = tidy(raw)
    const number = /^(\d{1,9})(?:\s*·.*)?$/u.exec(text)?.[1]
    const byNumber = number === undefined ? undefined : numbers.get(number)
    if (byNumber) return { ok: true, id: byNumber.id }
    const found = names.get(fold(text)) ?? []
    // Names that differ in their accents only are told apart by them.
    const exact = found.filter(({ name }) => name.normalize('NFC') === text)
    const [only, ...more] = exact.length > 0 ? exact : found
    if (only !== undefined && more.length === 0) return { ok: true, id: only.id }
    return { ok: false, offered: found.map(({ name, parentName }) => `${name}, ${parentName ?? '–'}`) }
  }
}

/** Whom and what texts mean: units as they stand, units that there will be, and people by address or login. */
export type Seekers = {
  readonly standing: Seek
  /** New units before those of the same name that stand now. */
  readonly coming: Seek
  readonly person: (text: string) => AccountId | undefined
  /** Where somebody is today. */
  readonly unitOf: (account: AccountId) => UnitId | undefined
}

/** The columns of a row, each a text; what is left out is ''. */
export const STEP_COLUMNS = [
  ...(['what', 'unit', 'into', 'name', 'kind', 'parent', 'agency', 'document', 'statistics', 'address'] as const),
] as const
export type StepText = Readonly<Record<(typeof STEP_COLUMNS)[number], string>>
export const RULE_COLUMNS = ['from', 'by', 'value', 'to'] as const
export type RuleText = Readonly<Record<(typeof RULE_COLUMNS)[number], string>>
export const SEAT_COLUMNS = ['unit', 'person'] as const
export type SeatText = Readonly<Record<(typeof SEAT_COLUMNS)[number], string>>

/** What is wrong with a row: in which column, and the text that was not understood. */
export type TextFault = {
  readonly column: (typeof STEP_COLUMNS | typeof RULE_COLUMNS | typeof SEAT_COLUMNS)[number]
  readonly why:
    | ('needed' | 'unknown-word' | 'unknown-unit' | 'several-units' | 'unknown-person' | 'bad-text')
    /** Somebody of another unit than the one that the rule is about. */
    | 'elsewhere'
  readonly text: string
  readonly offered?: readonly string[]
}
export type Read<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly faults: readonly TextFault[] }

/** The parts of a field that names several: one a line, or with semicolons between. */
export const severalIn = (text: string): string[] =>
  text
    .split(/[;\n]/u)
    .map(tidy)
    .filter((each) => each !== '')

/** Looks texts up and gathers what is wrong with them. */
function reader() {
  const faults: TextFault[] = []
  const fault = (column: TextFault['column'], why: TextFault['why'], text = '', offered?: readonly string[]): void => {
    faults.push({ column, why, text: text.slice(0, 200), ...(offered && { offered: offered.slice(0, 5) }) })
  }
  const unit = (seek: Seek, column: TextFault['column'], text: string): UnitId | undefined => {
    const found = seek(text)
    if (found.ok) return found.id
    if (tidy(text) === '') fault(column, 'needed')
    else fault(column, found.offered.length > 0 ? 'several-units' : 'unknown-unit', text, found.offered)
    return undefined
  }
  const units = (seek: Seek, column: TextFault['column'], text: string): UnitId[] => {
    const all = severalIn(text)
    if (all.length === 0) fault(column, 'needed')
    return all.flatMap((each) => unit(seek, column, each) ?? [])
  }
  const done = <T>(value: T | undefined): Read<T> =>
    faults.length > 0 || value === undefined ? { ok: false, faults } : { ok: true, value }
  return { faults, fault, unit, units, done }
}

const Created = z.string().trim().toLowerCase().pipe(LocalPart)

/** The steps that a row means: of several units that are merged into one, one each. `made` gives a new unit its identifier. */
export function readStep(text: StepText, seek: Seekers, made: () => UnitId): Read<Step[]> {
  const read = reader()
  const kind = meant(STEP_WORDS, text.what)
  if (kind === undefined) {
    read.fault('what', text.what === '' ? 'needed' : 'unknown-word', text.what)
    return read.done<Step[]>(undefined)
  }
  const parentOf = () => (tidy(text.parent) === '' ? null : (read.unit(seek.coming, 'parent', text.parent) ?? null))
  const facts = () => {
    const unitKind = meant(KIND_WORDS, text.kind)
    if (unitKind === undefined) read.fault('kind', text.kind === '' ? 'needed' : 'unknown-word', text.kind)
    if (tidy(text.name) === '') read.fault('name', 'needed')
    const codes = Object.fromEntries(
      (['agency', 'document', 'statistics'] as const).flatMap((code) => {
        const value = tidy(text[code]).toUpperCase()
        return value === '' ? [] : [[code, value]]
      }),
    )
    return { name: text.name, unitKind, codes, address: addressOf() }
  }
  const addressOf = () => {
    if (tidy(text.address) === '' || isOneOf(FOLLOWS, text.address)) return 'policy'
    if (isOneOf(KEEPS, text.address)) return 'keep'
    const local = Created.safeParse(text.address.split('@')[0])
    if (!local.success) read.fault('address', 'bad-text', text.address)
    return local.data
  }
  const steps = (): unknown[] => {
    switch (kind) {
      case 'create':
        return [{ kind, unit: made(), ...facts(), parent: parentOf() }]
      case 'rename':
        return [{ kind, unit: read.unit(seek.standing, 'unit', text.unit), ...facts() }]
      case 'move':
        return [{ kind, unit: read.unit(seek.standing, 'unit', text.unit), parent: parentOf() }]
      case 'merge': {
        const into = read.unit(seek.coming, 'into', text.into)
        return read.units(seek.standing, 'unit', text.unit).map((unit) => ({ kind, unit, into }))
      }
      case 'split':
      case 'split-off':
        return [
          {
            ...{ kind, unit: read.unit(seek.standing, 'unit', text.unit) },
            into: read.units(seek.coming, 'into', text.into),
          },
        ]
      case 'dissolve': {
        const into = tidy(text.into) === '' ? null : read.unit(seek.coming, 'into', text.into)
        return read.units(seek.standing, 'unit', text.unit).map((unit) => ({ kind, unit, into }))
      }
      default:
        return kind satisfies never
    }
  }
  const parsed = Step.array().safeParse(steps())
  if (read.faults.length === 0 && !parsed.success)
    for (const { path } of parsed.error.issues) read.fault(columnOf(path), 'bad-text', text[columnOf(path)])
  return read.done(parsed.data)
}
/** Which column an issue of a step is about. */
function columnOf(path: readonly PropertyKey[]): (typeof STEP_COLUMNS)[number] {
  const named = String(path[1] === 'codes' ? path[2] : path[1])
  if (named === 'unitKind') return 'kind'
  return STEP_COLUMNS.find((column) => column === named) ?? 'what'
}

/** The rules that a row means: of several people, one each. */
export function readRule(text: RuleText, seek: Seekers): Read<Assignment[]> {
  const read = reader()
  const from = read.unit(seek.standing, 'from', text.from)
  const to = read.unit(seek.coming, 'to', text.to)
  const by = meant(BY_WORDS, text.by)
  if (by === undefined) read.fault('by', text.by === '' ? 'needed' : 'unknown-word', text.by)
  const values = (): unknown[] => {
    switch (by) {
      case 'unit':
        return read.units(seek.standing, 'value', text.value)
      case 'account': {
        const all = severalIn(text.value)
        if (all.length === 0) read.fault('value', 'needed')
        return all.map((each) => {
          const person = seek.person(each)
          if (person === undefined) read.fault('value', 'unknown-person', each)
          else if (from !== undefined && seek.unitOf(person) !== from) read.fault('value', 'elsewhere', each)
          return person
        })
      }
      case 'position':
        if (tidy(text.value) === '') read.fault('value', 'needed')
        return [text.value]
      default:
        return ['']
    }
  }
  const parsed = Assignment.array().safeParse(values().map((value) => ({ by, from, value, to })))
  if (read.faults.length === 0 && !parsed.success) read.fault('value', 'bad-text', text.value)
  return read.done(parsed.data)
}

/** The administrator that a row means. */
export function readSeat(text: SeatText, seek: Seekers): Read<SeatWish> {
  const read = reader()
  const unit = read.unit(seek.coming, 'unit', text.unit)
  const account = seek.person(text.person)
  if (account === undefined) read.fault('person', text.person === '' ? 'needed' : 'unknown-person', text.person)
  return read.done(unit && account && { unit, account })
}

/** The address or login that names somebody: `a@b` is `a`, in small letters. */
export const personKey = (text: string): string => (tidy(text).toLowerCase().split('@')[0] ?? '').trim()

// What a plan is called and goes by.

export const HEAD_FIELDS = [
  ...(['name', 'number', 'date', 'on', 'aliasMonths', 'personal', 'letters'] as const),
] as const
export type HeadText = Readonly<Record<(typeof HEAD_FIELDS)[number], string>>

/** A day as people write it, `1/7/2025` or `2025-07-01`; what is none stays text. */
export function dayText(text: string): string {
  const [, day = '', month = '', year = ''] = /^\s*(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\s*$/.exec(text) ?? []
  return year === '' ? tidy(text) : `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
}

/** Reads the head; on faults says which fields they are in. */
export function readHead(text: HeadText): { ok: true; value: Head } | { ok: false; fields: readonly HeadField[] } {
  const number = tidy(text.number)
  const wrong = new Set<HeadField>()
  if ((number === '') !== (tidy(text.date) === '')) wrong.add(number === '' ? 'number' : 'date')
  const parsed = Head.safeParse({
    name: text.name,
    document: number === '' ? null : { number, date: dayText(text.date) },
    effectiveOn: dayText(text.on),
    options: {
      aliasMonths: tidy(text.aliasMonths) === '' ? DEFAULT_OPTIONS.aliasMonths : Number(text.aliasMonths),
      personal: isOneOf(FOLLOWS, text.personal) ? 'follow' : 'keep',
      letters: tidy(text.letters) === '' ? DEFAULT_OPTIONS.letters : isOneOf(YES, text.letters),
    },
  })
  if (parsed.success && wrong.size === 0) return { ok: true, value: parsed.data }
  for (const { path } of parsed.error?.issues ?? []) wrong.add(fieldOf(path))
  return { ok: false, fields: HEAD_FIELDS.filter((field) => wrong.has(field)) }
}
type HeadField = (typeof HEAD_FIELDS)[number]
function fieldOf(path: readonly PropertyKey[]): HeadField {
  if (path[0] === 'effectiveOn') return 'on'
  const last = String(path.at(-1))
  return HEAD_FIELDS.find((field) => field === last) ?? 'name'
}
