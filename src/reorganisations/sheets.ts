import type { Day } from '../kernel/day.ts'
import type { UnitId } from '../kernel/ids.ts'
import { fold, tidy } from '../kernel/text.ts'
import { heirsOf, isEnd, type Draft, type Head, type Step } from './draft.ts'
import {
  BY_WORDS,
  HEAD_FIELDS,
  KIND_WORDS,
  personKey,
  readHead,
  readRule,
  readSeat,
  readStep,
  RULE_COLUMNS,
  SEAT_COLUMNS,
  severalIn,
  STEP_COLUMNS,
  STEP_WORDS,
  type HeadText,
  type Nameable,
  type Read,
  type RuleText,
  type SeatText,
  type Seekers,
  type StepText,
  type TextFault,
} from './written.ts'

// A plan as a workbook: four sheets, each found by its name, its columns by their headings.

export const SHEETS = { head: 'Phương án', steps: 'Việc', rules: 'Phân người', seats: 'Quản trị' } as const
export type SheetName = keyof typeof SHEETS
export const HEADINGS = {
  head: {
    name: 'Tên phương án',
    number: 'Số văn bản',
    date: 'Ngày văn bản',
    on: 'Có hiệu lực từ ngày',
    aliasMonths: 'Giữ địa chỉ đơn vị cũ (tháng)',
    personal: 'Địa chỉ cá nhân',
    letters: 'Gửi thư cho người đổi đơn vị',
  },
  steps: {
    what: 'Việc',
    unit: 'Đơn vị',
    into: 'Đơn vị tiếp nhận',
    name: 'Tên mới',
    kind: 'Loại đơn vị',
    parent: 'Thuộc đơn vị',
    agency: 'Mã định danh',
    document: 'Mã văn bản',
    statistics: 'Mã thống kê',
    address: 'Địa chỉ thư của đơn vị',
  },
  rules: { from: 'Từ đơn vị', by: 'Phân theo', value: 'Phòng, chức vụ hoặc người', to: 'Về đơn vị' },
  seats: { unit: 'Đơn vị', person: 'Người quản trị' },
} as const satisfies Record<SheetName, Readonly<Record<string, string>>>

/** A sheet as it was read: its rows with their numbers in the file. */
export type SheetRows = { readonly name: string; readonly rows: readonly { n: number; cells: readonly string[] }[] }

/** What a row of the workbook says, each column a text. */
type Row<T> = { readonly n: number; readonly text: T }
export type PlanText = {
  /** Null in a workbook that names no plan, but only has rows. */
  readonly head: HeadText | null
  readonly steps: readonly Row<StepText>[]
  readonly rules: readonly Row<RuleText>[]
  readonly seats: readonly Row<SeatText>[]
}

/** Why a workbook is no plan, or which row of it is not understood. */
export type SheetFault =
  | { readonly kind: 'no-sheets' }
  /** Who goes where, and nothing of which units become what. */
  | { readonly kind: 'no-steps' }
  /** A sheet with the columns of one of a plan's, under another name. */
  | { readonly kind: 'other-name'; readonly name: string; readonly sheet: SheetName }
  | { readonly kind: 'no-heading'; readonly sheet: SheetName; readonly heading: string }
  | { readonly kind: 'head'; readonly field: keyof HeadText; readonly text: string }
  | { readonly kind: 'row'; readonly sheet: SheetName; readonly row: number; readonly fault: TextFault }
  /** What a row above says already, or the same row. */
  | {
      readonly kind: 'twice'
      readonly sheet: SheetName
      readonly row: number
      readonly first: number
      readonly text: string
    }

const headingKey = (text: string): string => fold(text.replaceAll('*', ''))

/** The rows of the sheets that belong to a plan; other sheets are read over. */
export function planText(sheets: readonly SheetRows[]): {
  readonly text: PlanText
  readonly faults: readonly SheetFault[]
} {
  const faults: SheetFault[] = []
  const sheetOf = (name: SheetName) => sheets.find((each) => fold(each.name) === fold(SHEETS[name]))
  const rowsOf = <K extends string>(name: 'steps' | 'rules' | 'seats', columns: readonly K[], needed: readonly K[]) => {
    const sheet = sheetOf(name)
    if (sheet === undefined) return []
    const headings = HEADINGS[name] as unknown as Readonly<Record<K, string>>
    const places = (cells: readonly string[]) => placesIn(headings, columns, cells)
    const found = sheet.rows.find(({ cells }) => needed.every((column) => (places(cells).get(column) ?? -1) >= 0))
    if (found === undefined) {
      if (sheet.rows.length > 0)
        for (const column of needed.slice(0, 1))
          faults.push({ kind: 'no-heading', sheet: name, heading: headings[column] })
      return []
    }
    const at = places(found.cells)
    return sheet.rows
      .filter(({ n }) => n > found.n)
      .map(({ n, cells }) => ({
        n,
        text: Object.fromEntries(columns.map((column) => [column, cells[at.get(column) ?? -1] ?? ''])) as Record<
          K,
          string
        >,
      }))
      .filter(({ text }) => Object.values<string>(text).some((cell) => tidy(cell) !== ''))
  }
  const steps = rowsOf('steps', STEP_COLUMNS, NEEDED.steps)
  const rules = rowsOf('rules', RULE_COLUMNS, NEEDED.rules)
  const seats = rowsOf('seats', SEAT_COLUMNS, NEEDED.seats)
  const own = (['head', 'steps', 'rules', 'seats'] as const).map(sheetOf)
  for (const sheet of sheets)
    if (!own.includes(sheet)) {
      const meant = (['steps', 'rules', 'seats'] as const).find((name) => isLike(name, sheet))
      if (meant !== undefined) faults.push({ kind: 'other-name', name: sheet.name, sheet: meant })
    }
  if (steps.length + rules.length + seats.length === 0 && faults.length === 0) faults.push({ kind: 'no-sheets' })
  return { text: { head: headOf(sheetOf('head')), steps, rules, seats }, faults }
}

/** The columns without which a sheet is not one of a plan's. */
const NEEDED = {
  steps: ['what', 'unit'],
  rules: ['from', 'to'],
  seats: ['unit', 'person'],
} as const satisfies Partial<Record<SheetName, readonly string[]>>

const placesIn = <K extends string>(
  headings: Readonly<Record<K, string>>,
  columns: readonly K[],
  cells: readonly string[],
): ReadonlyMap<K, number> =>
  new Map(columns.map((column) => [column, cells.findIndex((cell) => headingKey(cell) === fold(headings[column]))]))

/** Whether a sheet has a plan's headings, and rows beneath them. */
function isLike(name: keyof typeof NEEDED, { rows }: SheetRows): boolean {
  const headings: Readonly<Record<string, string>> = HEADINGS[name]
  const at = rows.findIndex(({ cells }) =>
    [...placesIn(headings, NEEDED[name], cells).values()].every((place) => place >= 0),
  )
  return at >= 0 && rows.slice(at + 1).some(({ cells }) => cells.some((cell) => tidy(cell) !== ''))
}

function headOf(sheet: SheetRows | undefined): HeadText | null {
  if (sheet === undefined) return null
  const value = (field: keyof HeadText): string => {
    const row = sheet.rows.find(({ cells }) => headingKey(cells[0] ?? '') === fold(HEADINGS.head[field]))
    return row?.cells[1] ?? ''
  }
  // Left empty, the sheet is as good as absent.
  if (tidy(value('name')) === '') return null
  return Object.fromEntries(HEAD_FIELDS.map((field) => [field, value(field)])) as HeadText
}

/** Whom the rows name, as keys to look them up by. */
export const peopleIn = ({ rules, seats }: PlanText): string[] => [
  ...new Set([
    ...rules.flatMap(({ text }) => (isAbout('account', text.by) ? severalIn(text.value).map(personKey) : [])),
    ...seats.map(({ text }) => personKey(text.person)),
  ]),
]
const isAbout = (by: keyof typeof BY_WORDS, text: string): boolean =>
  BY_WORDS[by].some((word) => fold(word) === fold(text))

/** Units that the rows make, so that other rows can name them before they stand. */
export const madeIn = ({ steps }: PlanText, made: (row: number) => UnitId): Nameable[] =>
  steps.flatMap(({ n, text }) =>
    STEP_WORDS.create.some((word) => fold(word) === fold(text.what)) && tidy(text.name) !== ''
      ? [{ id: made(n), number: null, name: tidy(text.name), parentName: tidy(text.parent) || null }]
      : [],
  )

export type PlanRows = Pick<Draft, 'steps' | 'assignments' | 'seats'>

/** What the rows mean; every fault is told at once, row by row. */
export function planOf(
  text: PlanText,
  seek: Seekers,
  made: (row: number) => UnitId,
): { readonly head: Head | null; readonly rows: PlanRows; readonly faults: readonly SheetFault[] } {
  const faults: SheetFault[] = []
  const take = <T>(sheet: SheetName, row: number, read: Read<T>): T[] => {
    if (read.ok) return [read.value]
    for (const fault of read.faults) faults.push({ kind: 'row', sheet, row, fault })
    return []
  }
  const head = text.head === null ? null : readHead(text.head)
  if (head?.ok === false)
    for (const field of head.fields)
      faults.push({ kind: 'head', field, text: (text.head?.[field] ?? '').slice(0, 200) })
  const seen = new Map<string, number>()
  /** Tells what was said before, by the key of what it is about. */
  const once = (sheet: SheetName, row: number, key: string, said: string): void => {
    const first = seen.get(`${sheet} ${key}`)
    if (first === undefined) seen.set(`${sheet} ${key}`, row)
    else faults.push({ kind: 'twice', sheet, row, first, text: said.slice(0, 200) })
  }
  const rows = {
    steps: text.steps.flatMap(({ n, text: row }) => {
      const steps = take(
        'steps',
        n,
        readStep(row, seek, () => made(n)),
      ).flat()
      const units = severalIn(row.unit)
      steps.forEach((step, at) => {
        if (step.kind === 'create') once('steps', n, `new ${fold(row.name)} ${fold(row.parent)}`, row.name)
        else once('steps', n, `${isEnd(step) ? 'end' : step.kind} ${step.unit}`, units[at] ?? row.unit)
      })
      return steps
    }),
    assignments: text.rules.flatMap(({ n, text: row }) => {
      const rules = take('rules', n, readRule(row, seek)).flat()
      const about = severalIn(row.value)
      rules.forEach((rule, at) => {
        const of = rule.by === 'position' ? fold(rule.value) : rule.value
        once('rules', n, `${rule.from} ${rule.by} ${of}`, rule.by === 'rest' ? row.from : (about[at] ?? row.value))
      })
      return rules
    }),
    seats: text.seats.flatMap(({ n, text: row }) => {
      const seats = take('seats', n, readSeat(row, seek))
      for (const { unit, account } of seats) once('seats', n, `${unit} ${account}`, row.person)
      return seats
    }),
  }
  return { head: head?.ok === true ? head.value : null, rows, faults }
}

/** What units and people are called in a workbook. */
export type Called = { readonly unit: (id: UnitId) => string; readonly person: (id: string) => string }

const shown = (day: Day): string => day.split('-').reverse().join('/')

/** A plan as the rows of its four sheets, which `planOf` reads as the same plan. */
export function sheetsOf(draft: Draft, called: Called): Readonly<Record<SheetName, readonly (readonly string[])[]>> {
  const { options } = draft
  const head: HeadText = {
    ...{ name: draft.name, number: draft.document?.number ?? '', on: shown(draft.effectiveOn) },
    ...{ date: draft.document === null ? '' : shown(draft.document.date), aliasMonths: String(options.aliasMonths) },
    personal: options.personal === 'follow' ? 'Theo quy định' : 'Giữ nguyên',
    letters: options.letters ? 'Có' : 'Không',
  }
  const stepRow = (step: Step): string[] => {
    const facts = step.kind === 'create' || step.kind === 'rename' ? step : null
    const row: StepText = {
      what: STEP_WORDS[step.kind][0],
      unit: step.kind === 'create' ? '' : called.unit(step.unit),
      into: heirsOf(step).map(called.unit).join('; '),
      name: facts?.name ?? '',
      kind: facts === null ? '' : KIND_WORDS[facts.unitKind][0],
      parent: (step.kind === 'create' || step.kind === 'move') && step.parent !== null ? called.unit(step.parent) : '',
      ...{ agency: facts?.codes.agency ?? '', document: facts?.codes.document ?? '' },
      statistics: facts?.codes.statistics ?? '',
      address: facts === null ? '' : (ADDRESS_WORDS[facts.address] ?? facts.address),
    }
    return STEP_COLUMNS.map((column) => row[column])
  }
  return {
    head: HEAD_FIELDS.map((field) => [HEADINGS.head[field], head[field]]),
    steps: draft.steps.map(stepRow),
    rules: draft.assignments.map(({ from, by, value, to }) => [
      called.unit(from),
      BY_WORDS[by][0],
      by === 'unit' ? called.unit(value) : by === 'account' ? called.person(value) : value,
      called.unit(to),
    ]),
    seats: draft.seats.map(({ unit, account }) => [called.unit(unit), called.person(account)]),
  }
}
const ADDRESS_WORDS: Readonly<Record<string, string>> = { policy: 'Theo quy định', keep: 'Giữ nguyên' }
