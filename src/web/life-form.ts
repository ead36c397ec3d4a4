import type { z } from 'zod'
import type { AccountCommand, LifeAct } from '../accounts/life-acts.ts'
import { PEOPLES_CAUSES, Reply } from '../accounts/life.ts'
import type { AskedAct } from '../accounts/lives.ts'
import type { PostId } from '../accounts/move.ts'
import { Day, yearsBetween } from '../kernel/day.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import { line, lines } from '../kernel/text.ts'
import { OfficialLetter } from '../scheduled/change.ts'
import type { FieldError } from './rendering.ts'
import type { Words } from './words/vi.ts'

type DateName = 'on' | 'until' | 'letter'
export const ACT_FIELDS = [
  ...(['onDay', 'onMonth', 'onYear', 'untilDay', 'untilMonth', 'untilYear'] as const),
  ...([
    'letterDay',
    'letterMonth',
    'letterYear',
    'letterNumber',
    'cause',
    'to',
    'title',
    'successor',
    'post',
    'reply',
    'why',
  ] as const),
] as const
export type ActInput = Record<(typeof ACT_FIELDS)[number], string>

/** What the form could not know by itself: whom and what its texts name. */
export type Named = {
  readonly unit: UnitId | null
  readonly successor: AccountId | null
  readonly posts: readonly PostId[]
  /** The policy asks for an official letter. */
  readonly needsLetter: boolean
}

/** Which fields the form of each act has, beside the reason and the letter. */
export const FIELDS_OF: Readonly<
  Record<LifeAct, readonly ('on' | 'until' | 'cause' | 'to' | 'unit' | 'post' | 'reply')[]>
> = {
  suspend: ['on', 'until'],
  return: ['on'],
  'go-on-leave': ['on', 'until'],
  leave: ['cause', 'on', 'reply'],
  reply: ['reply'],
  'keep-until': ['until'],
  archive: [],
  delete: [],
  recover: ['to'],
  hold: [],
  'release-hold': [],
  transfer: ['unit', 'on'],
  'second-post': ['unit', 'on', 'until'],
  'end-post': ['post', 'on'],
}
/** Acts that may go on without an end. */
export const OPEN_ENDED: readonly LifeAct[] = ['suspend', 'second-post']

const Why = lines(10, 500)
const FAR_YEARS = 50

type Typed<Name extends DateName> = Readonly<Record<`${Name}${'Day' | 'Month' | 'Year'}`, string>>
export const partsOf = <Name extends DateName>(input: Typed<Name>, name: Name) => ({
  day: input[`${name}Day`],
  month: input[`${name}Month`],
  year: input[`${name}Year`],
})

/** A typed day; null for none, or the text that is no day. */
function typedDay<Name extends DateName>(input: Typed<Name>, name: Name): { day: Day | null; odd: string | null } {
  const { day, month, year } = partsOf(input, name)
  const text = [day, month, year].map((part) => part.trim().slice(0, 4)).join('/')
  if (text === '//') return { day: null, odd: null }
  const parsed = Day.safeParse(`${year.trim()}-${month.trim().padStart(2, '0')}-${day.trim().padStart(2, '0')}`)
  return parsed.success ? { day: parsed.data, odd: null } : { day: null, odd: text }
}

/** What was typed as an act to ask for, or what is wrong, beside the fields. */
export function actFrom(
  t: Words,
  act: LifeAct,
  input: ActInput,
  named: Named,
  today: Day,
): { ok: true; asked: AskedAct } | { ok: false; errors: FieldError[] } {
  const says = t.life.act.errors
  const errors: FieldError[] = []
  const fault = (field: string, text: string) => void errors.push({ field, text })
  const has = (field: (typeof FIELDS_OF)[LifeAct][number]) => FIELDS_OF[act].includes(field)
  const dayOf = (name: DateName, missing: string | null): Day | null => {
    const { day, odd } = typedDay(input, name)
    if (odd !== null) fault(name, says.noSuchDay(odd))
    else if (day === null && missing !== null) fault(name, missing)
    else if (day !== null && Math.abs(yearsBetween(today, day)) > FAR_YEARS) fault(name, says.far)
    return day
  }
  const text = <T>(schema: z.ZodType<T>, value: string, field: string, wrong: string): T | null => {
    const parsed = schema.safeParse(value)
    if (!parsed.success) fault(field, wrong)
    return parsed.data ?? null
  }

  const cause = PEOPLES_CAUSES.find((each) => each === input.cause)
  const to = (['in-use', 'kept'] as const).find((each) => each === input.to)
  const post = named.posts.find((each) => each === input.post)
  if (has('cause') && cause === undefined) fault('cause', says.cause)
  if (has('to') && to === undefined) fault('to', says.to)
  if (has('post') && post === undefined) fault('post', says.post)
  if (has('unit') && named.unit === null) fault('unit', says.unit)
  const title = has('unit') ? text(line(120), input.title, 'title', says.title) : null
  const reply = has('reply') && input.reply.trim() !== '' ? text(Reply, input.reply, 'reply', says.reply) : null
  const on = has('on') ? dayOf('on', says.on) : today
  const until = has('until') ? dayOf('until', OPEN_ENDED.includes(act) ? null : says.until) : null
  if (input.successor.trim() !== '' && named.successor === null) fault('successor', says.successor)
  const grounds = groundsFrom(t, input, named.needsLetter, today)
  errors.push(...grounds.errors)
  const { why, letter } = grounds

  const command = commandOf()
  if (errors.length > 0 || command === null || on === null || why === null) return { ok: false, errors }
  return { ok: true, asked: { command, on, why, letter } }

  function commandOf(): AccountCommand | null {
    const successor = named.successor
    switch (act) {
      case 'suspend':
        return { type: act, until }
      case 'go-on-leave':
      case 'keep-until':
        return until && { type: act, until }
      case 'leave':
        return cause === undefined ? null : { type: act, cause, successor, reply }
      case 'reply':
        return { type: act, reply }
      case 'recover':
        return to === undefined ? null : { type: act, to }
      case 'transfer':
        return named.unit === null || title === null ? null : { type: act, unitId: named.unit, title, successor }
      case 'second-post':
        return named.unit === null || title === null ? null : { type: act, unitId: named.unit, title, until }
      case 'end-post':
        return post === undefined ? null : { type: act, postId: post }
      case 'return':
      case 'archive':
      case 'delete':
      case 'hold':
      case 'release-hold':
        return { type: act }
      default:
        return act satisfies never
    }
  }
}

export const GROUNDS_FIELDS = ['letterDay', 'letterMonth', 'letterYear', 'letterNumber', 'why'] as const

/** Why something is asked for and by which official letter, as typed; with what is wrong beside the fields. */
export function groundsFrom(
  t: Words,
  input: Readonly<Record<(typeof GROUNDS_FIELDS)[number], string>>,
  needsLetter: boolean,
  today: Day,
): { why: string | null; letter: OfficialLetter | null; errors: FieldError[] } {
  const says = t.life.act.errors
  const errors: FieldError[] = []
  const fault = (field: string, text: string) => void errors.push({ field, text })
  const why = Why.safeParse(input.why)
  if (!why.success) fault('why', input.why.length > 500 ? says.whyLong : says.why)
  return { why: why.data ?? null, letter: letterFrom(), errors }

  function letterFrom(): OfficialLetter | null {
    const number = input.letterNumber.trim()
    const { day, odd } = typedDay(input, 'letter')
    if (number === '' && day === null && odd === null) {
      if (needsLetter) fault('letterNumber', t.refusals['letter-needed'])
      return null
    }
    const parsed = OfficialLetter.safeParse({ number, date: day })
    if (!OfficialLetter.shape.number.safeParse(number).success) fault('letterNumber', says.letterNumber)
    if (day === null) fault('letter', odd === null ? says.letterDate : says.noSuchDay(odd))
    else if (day > today) fault('letter', says.letterLater)
    return parsed.data ?? null
  }
}

/** The field beside which a refusal of the account's life is said. */
export function fieldOf(kind: string, act: LifeAct): string {
  switch (kind) {
    case 'letter-needed':
      return 'letterNumber'
    case 'same-unit':
    case 'unit-closed':
      return 'unit'
    case 'ends-before-it-begins':
      return 'until'
    case 'unknown-post':
      return 'post'
    case 'receives-nothing':
      return 'reply'
    case 'wrong-day':
      return FIELDS_OF[act].includes('on') ? 'on' : 'why'
    default:
      return 'why'
  }
}
