import { BrakePolicy, CHANGES } from '../brake/brake.ts'
import type { FieldError } from './rendering.ts'
import type { Words } from './words/vi.ts'

export const GENERAL = ['windowDays', 'few', 'hours', 'readPercent'] as const
export const LIMITS = ['number', 'percent', 'unitPercent', 'windowNumber', 'windowPercent'] as const

/** The names of the form's fields: the general ones, and one for each limit of each kind of change. */
export const LIMIT_FIELDS: readonly string[] = [
  ...GENERAL,
  ...CHANGES.flatMap((change) => LIMITS.map((limit) => `${change}-${limit}`)),
]
export type LimitForm = Readonly<Record<string, string>>

/** A policy as its form shows it. */
export const limitForm = (policy: BrakePolicy): LimitForm =>
  Object.fromEntries([
    ...GENERAL.map((name) => [name, String(policy[name])]),
    ...CHANGES.flatMap((change) => LIMITS.map((limit) => [`${change}-${limit}`, String(policy.limits[change][limit])])),
  ]) as LimitForm

const labelOf = (t: Words, field: string): string => {
  const general = GENERAL.find((name) => name === field)
  if (general !== undefined) return t.brake.limits.fields[general]
  const [change, limit] = CHANGES.flatMap((each) =>
    LIMITS.flatMap((name) => (`${each}-${name}` === field ? [each, name] : [])),
  ) as [(typeof CHANGES)[number], (typeof LIMITS)[number]]
  return `${t.brake.changes[change]}: ${t.brake.limits.fields[limit]}`
}

/** What was typed as limits, or what is wrong, beside the fields. */
export function limitsFrom(
  t: Words,
  typed: LimitForm,
): { ok: true; policy: BrakePolicy } | { ok: false; errors: FieldError[] } {
  // As people write it: blanks, dots and commas between the thousands do not matter.
  const number = (field: string): number => {
    const text = (typed[field] ?? '').replace(/[\s.,]/g, '')
    return /^\d{1,7}$/.test(text) ? Number(text) : NaN
  }
  const parsed = BrakePolicy.safeParse({
    ...Object.fromEntries(GENERAL.map((name) => [name, number(name)])),
    limits: Object.fromEntries(
      CHANGES.map((change) => [
        change,
        Object.fromEntries(LIMITS.map((limit) => [limit, number(`${change}-${limit}`)])),
      ]),
    ),
  })
  if (parsed.success) return { ok: true, policy: parsed.data }
  const says = t.brake.limits
  const fields = new Set(
    parsed.error.issues.map(({ path }) => (path[0] === 'limits' ? path.slice(1).join('-') : path.join('-'))),
  )
  const rangeOf = (field: string): string => {
    if (field === 'windowDays') return says.range('1', '90')
    if (field === 'hours') return says.range('1', '336')
    if (field === 'few') return says.wrong('1000')
    return says.wrong(/percent$/i.test(field) ? '100' : '1000000')
  }
  const errors = LIMIT_FIELDS.filter((field) => fields.has(field)).map((field) => ({
    field,
    text: `${labelOf(t, field)}: ${rangeOf(field)}`,
  }))
  return { ok: false, errors }
}

/** What differs between two versions, field by field. */
export function limitChanges(t: Words, before: BrakePolicy, after: BrakePolicy) {
  const [was, is] = [limitForm(before), limitForm(after)]
  return LIMIT_FIELDS.filter((field) => was[field] !== is[field]).map((field) => ({
    name: labelOf(t, field),
    before: was[field],
    after: is[field],
  }))
}
