import { z } from 'zod'
import { isLocalPart, LocalPart } from '../kernel/email-address.ts'
import type { Passed } from './address.ts'
import type { PersonName } from '../kernel/person-name.ts'
import { fold } from '../kernel/text.ts'
import { abbreviationOf, properNameOf, slugOf, withoutCommittee, type NamedUnit } from './unit-name.ts'

export const MAILBOX_KINDS = ['person', 'unit', 'function'] as const
export type MailboxKind = (typeof MAILBOX_KINDS)[number]

/** Whom an address is for. */
export type Subject =
  | { readonly kind: 'person'; readonly name: PersonName; readonly unit: NamedUnit | null }
  | { readonly kind: 'unit'; readonly unit: NamedUnit }
  | { readonly kind: 'function'; readonly what: string; readonly unit: NamedUnit }

/** Local parts that are never a person's or a unit's: RFC 2142, and what every mail system uses for itself. */
const ALWAYS_RESERVED = new Set(
  `abuse admin administrator anonymous bin congvu daemon devnull dovecot ftp hostmaster info ldap list listserv mail
  mailerdaemon majordomo marketing news nobody noc noreply null operator owner postfix postmaster privacy quantri root sales
  security spam ssl ssladmin support khongtraloi thutrave hotro sysadmin system usenet uucp virusalert vmail webmaster www`.split(
    /\s+/,
  ),
)
/** Digits that a local part has room for behind its base. */
const NUMBER_ROOM = 6

/** What a pattern says of a unit. */
export const OF_UNIT = ['donvi', 'viettat', 'tenlien', 'tenrieng', 'cha'] as const
const OF_PERSON = ['hodemten', 'ho.dem.ten', 'ho', 'dem', 'ten', 'chucaidau'] as const
const PLACEHOLDERS: Readonly<Record<MailboxKind, readonly string[]>> = {
  person: [...OF_PERSON, ...OF_UNIT],
  unit: OF_UNIT,
  function: ['chucnang', ...OF_UNIT],
}
/** Of these a pattern must have one, or everybody's address would be the same. */
const NEEDED: Readonly<Record<MailboxKind, readonly string[]>> = {
  person: ['hodemten', 'ho.dem.ten', 'ten'],
  unit: OF_UNIT,
  function: ['chucnang'],
}
const PART = /\{([a-z.]+)\}|([a-z0-9]+|[.-])/g

/** What is wrong with a pattern; null when nothing is. */
export function patternFault(kind: MailboxKind, pattern: string): 'empty' | 'form' | 'placeholder' | 'needed' | null {
  if (pattern === '') return 'empty'
  if (pattern.length > 60 || pattern.replace(PART, '') !== '') return 'form'
  const used = [...pattern.matchAll(/\{([a-z.]+)\}/g)].map((match) => match[1] ?? '')
  if (used.some((name) => !PLACEHOLDERS[kind].includes(name))) return 'placeholder'
  return used.some((name) => NEEDED[kind].includes(name)) ? null : 'needed'
}

const patterns = (kind: MailboxKind) =>
  z
    .array(
      z.string().superRefine((pattern, context) => {
        const fault = patternFault(kind, pattern)
        if (fault !== null) context.addIssue({ code: 'custom', message: fault })
      }),
    )
    .min(1, 'empty')
    .max(10, 'too-many')
const PATTERNS = { person: patterns('person'), unit: patterns('unit'), function: patterns('function') }

/**
 * How addresses are made. The patterns are tried in order; when all are taken, the first gets numbers from 2 on. The first
 * override whose domain or kind of unit fits replaces the patterns of its kind of mailbox.
 */
export const NamingPolicy = z
  .object({
    ...PATTERNS,
    overrides: z
      .array(
        z.object({
          when: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,252}$/, 'form'),
          of: z.enum(MAILBOX_KINDS),
          patterns: z.array(z.string()).min(1).max(10),
        }),
      )
      .max(50, 'too-many'),
    exceptions: z.record(z.string().regex(/^\d{1,9}$/, 'form'), LocalPart),
    reserved: z.array(z.string().regex(/^[a-z0-9]+$/, 'form')).max(1_000, 'too-many'),
    min: z.int().min(2, 'range').max(6, 'range'),
    max: z.int().min(20, 'range').max(64, 'range'),
    dots: z.boolean(),
    hyphens: z.boolean(),
  })
  .superRefine((policy, context) => {
    for (const [index, { of, patterns: own }] of policy.overrides.entries())
      for (const pattern of own) {
        const fault = patternFault(of, pattern)
        if (fault !== null) context.addIssue({ code: 'custom', message: fault, path: ['overrides', index] })
      }
  })
export type NamingPolicy = z.infer<typeof NamingPolicy>

/** Until somebody decides otherwise: the joined full name, units by their abbreviation, communes by their name. */
export const DEFAULT_POLICY: NamingPolicy = NamingPolicy.parse({
  person: ['{hodemten}'],
  unit: ['{viettat}', '{tenlien}'],
  function: ['{chucnang}-{donvi}', '{chucnang}-{tenlien}'],
  overrides: [{ when: 'commune', of: 'unit', patterns: ['{tenlien}', '{tenlien}.{cha}'] }],
  exceptions: {},
  reserved: [],
  min: 2,
  max: 64,
  dots: true,
  hyphens: true,
})

/** Where an address came from: the rule (a pattern, or `exception`) and which of its namesakes it is, from 1. */
export type Reason = { readonly rule: string; readonly number: number }
export type Candidate = Reason & { readonly local: LocalPart }
/** A rule's value for somebody: alone if it may stand alone, and what numbers from `from` on are put behind. */
export type Form = {
  readonly rule: string
  readonly bare: LocalPart | null
  readonly stem: string
  readonly from: number
}

/** The values of every rule in order; never empty for a name that can be read. */
export function formsOf(policy: NamingPolicy, subject: Subject, domain = ''): readonly Form[] {
  const rules = rulesOf(policy, subject, domain)
  const valuesOf = (patterns: readonly string[]) =>
    patterns.map((rule) => ({ rule, text: render(policy, rule, subject) })).filter(({ text }) => text !== '')
  const room = policy.max - NUMBER_ROOM
  const usable = valuesOf(rules)
  const all = usable.length > 0 ? usable : valuesOf(subject.kind === 'person' ? ['{hodemten}'] : ['{tenlien}'])
  const fitting = all.filter(({ text }) => text.length <= room)
  // Cut only where no rule's value is short enough.
  const texts =
    fitting.length > 0 ? fitting : all.map(({ rule, text }) => ({ rule, text: trimmed(text.slice(0, room)) }))
  const exception = subject.kind === 'unit' ? policy.exceptions[String(subject.unit.number)] : undefined
  const first = exception === undefined ? [] : [{ rule: 'exception', text: exception as string }]
  const seen = new Set<string>()
  return [...first, ...texts].flatMap(({ rule, text }) => {
    if (seen.has(text)) return []
    seen.add(text)
    const stem = /\d$/.test(text) ? `${text}${policy.hyphens ? '-' : policy.dots ? '.' : 'x'}` : text
    const from = Math.max(2, 10 ** (policy.min - stem.length - 1))
    return [{ rule, bare: mayStandAlone(policy, text, rule) ? text : null, stem, from }]
  })
}

/** All that may be proposed, best first: every rule's value, then numbers behind the first one. */
export function* candidates(forms: readonly Form[]): Generator<Candidate> {
  for (const { rule, bare } of forms) if (bare !== null) yield { local: bare, rule, number: 1 }
  const [first] = forms
  if (first === undefined) return
  for (let n = first.from; ; n++) yield numbered(first, n)
}

export const numbered = ({ rule, stem }: Form, n: number): Candidate => ({
  local: LocalPart.parse(`${stem}${n}`),
  rule,
  number: n,
})

/** Why this address could be proposed; null when it could not. */
export function reasonFor(forms: readonly Form[], local: LocalPart): Reason | null {
  const alone = forms.find(({ bare }) => bare === local)
  if (alone) return { rule: alone.rule, number: 1 }
  const [first] = forms
  if (first === undefined || !local.startsWith(first.stem)) return null
  const digits = local.slice(first.stem.length)
  if (!/^[1-9]\d{0,5}$/.test(digits) || Number(digits) < first.from) return null
  return { rule: first.rule, number: Number(digits) }
}

/** Whether somebody may choose this address freely, as an alias or for a list: not a reserved word, and of the policy's form. */
export const mayBeChosen = (policy: NamingPolicy, local: LocalPart): boolean =>
  mayStandAlone(policy, local, '') && (policy.dots || !local.includes('.')) && (policy.hyphens || !local.includes('-'))

/** What would have been proposed before this one: the values of earlier rules, and the number before. */
export function passedOver(forms: readonly Form[], { rule, number }: Reason): Passed[] {
  const index =
    number === 1
      ? Math.max(
          0,
          forms.findIndex((form) => form.rule === rule),
        )
      : forms.length
  const values = forms.slice(0, index).map(({ rule, bare }) => ({ rule, number: 1, local: bare }))
  const [first] = forms
  const lower = first !== undefined && number > first.from ? [numbered(first, number - 1)] : []
  return [...values, ...lower]
}

function rulesOf(policy: NamingPolicy, subject: Subject, domain: string): readonly string[] {
  const fits = ({ when, of }: NamingPolicy['overrides'][number]) =>
    of === subject.kind && (when === subject.unit?.kind || when === domain)
  return policy.overrides.find(fits)?.patterns ?? policy[subject.kind]
}

function mayStandAlone(policy: NamingPolicy, text: string, rule: string): text is LocalPart {
  const plain = text.replace(/[.-]/g, '')
  if (rule !== 'exception' && (ALWAYS_RESERVED.has(plain) || policy.reserved.includes(plain))) return false
  return text.length >= policy.min && text.length <= policy.max && isLocalPart(text)
}

function render(policy: NamingPolicy, rule: string, subject: Subject): string {
  const text = rule.replace(/\{([a-z.]+)\}/g, (_, name: string) => valueOf(name, subject, rule))
  if (!/[.-]/.test(text)) return text
  const dotted = policy.dots ? text : text.replaceAll('.', '')
  const shown = policy.hyphens ? dotted : dotted.replaceAll('-', '')
  // A part that somebody lacks leaves no separator behind.
  return trimmed(shown.replace(/([.-])[.-]+/g, '$1'))
}
const trimmed = (text: string): string => text.replace(/^[.-]+|[.-]+$/g, '')

const joined = (text: string): string => fold(text).replaceAll(' ', '')
const initials = (text: string): string =>
  fold(text)
    .split(' ')
    .map((word) => word.slice(0, 1))
    .join('')

function valueOf(placeholder: string, subject: Subject, rule: string): string {
  if (subject.kind === 'person')
    switch (placeholder) {
      case 'hodemten':
        return joined(subject.name.full)
      case 'ho.dem.ten':
        return fold(subject.name.full).replaceAll(' ', '.')
      case 'ho':
        return joined(subject.name.surname)
      case 'dem':
        return joined(subject.name.middle)
      case 'ten':
        return joined(subject.name.given)
      case 'chucaidau':
        return initials(`${subject.name.surname} ${subject.name.middle}`)
    }
  if (subject.kind === 'function' && placeholder === 'chucnang') return joined(subject.what)
  const { unit } = subject
  if (unit === null) return ''
  const name = rule.includes('ubnd') ? withoutCommittee(unit.name) : unit.name
  switch (placeholder) {
    case 'donvi':
      return unit.kind === 'commune' ? slugOf(name) : abbreviationOf(name)
    case 'viettat':
      return abbreviationOf(name)
    case 'tenlien':
      return slugOf(name)
    case 'tenrieng':
      return properNameOf(name)
    case 'cha':
      return unit.parentName === null ? '' : properNameOf(unit.parentName)
    default:
      return ''
  }
}
