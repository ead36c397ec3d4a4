import { NamingPolicy } from '../addresses/naming.ts'
import type { FieldError } from './rendering.ts'
import type { Words } from './words/vi.ts'

export const POLICY_FIELDS = [
  ...(['person', 'unit', 'function', 'overrides', 'exceptions', 'reserved', 'min', 'max', 'dots', 'hyphens'] as const),
] as const
export type PolicyField = (typeof POLICY_FIELDS)[number]
export type PolicyForm = Record<PolicyField, string>

/** A policy as its form shows it: one pattern, override or exception a line. */
export const formOf = (policy: NamingPolicy): PolicyForm => ({
  person: policy.person.join('\n'),
  unit: policy.unit.join('\n'),
  function: policy.function.join('\n'),
  overrides: policy.overrides.map(({ when, of, patterns }) => `${when} | ${of} | ${patterns.join(', ')}`).join('\n'),
  exceptions: Object.entries(policy.exceptions)
    .map(([number, local]) => `${number} | ${local}`)
    .join('\n'),
  reserved: policy.reserved.join(' '),
  min: String(policy.min),
  max: String(policy.max),
  dots: policy.dots ? 'yes' : '',
  hyphens: policy.hyphens ? 'yes' : '',
})

/** What was typed as a policy, or what is wrong, beside the fields. */
export function policyFrom(
  t: Words,
  typed: PolicyForm,
): { ok: true; policy: NamingPolicy } | { ok: false; errors: FieldError[] } {
  const says = t.naming.errors
  const linesOf = (text: string) =>
    text
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean)
  const cells = (line: string) => line.split('|').map((cell) => cell.trim())
  const errors: FieldError[] = []
  const exceptions = linesOf(typed.exceptions).map(cells)
  for (const [index, row] of exceptions.entries())
    if (row.length !== 2 || exceptions.slice(0, index).some(([number]) => number === row[0]))
      errors.push({ field: 'exceptions', text: says.line(index + 1, t.naming.hints.exceptions) })
  const parsed = NamingPolicy.safeParse({
    person: linesOf(typed.person),
    unit: linesOf(typed.unit),
    function: linesOf(typed.function),
    overrides: linesOf(typed.overrides).map((line) => {
      const [when = '', of = '', patterns = ''] = cells(line)
      return { when, of, patterns: patterns.split(',').map((pattern) => pattern.trim()) }
    }),
    exceptions: Object.fromEntries(exceptions.map(([number = '', local = '']) => [number, local])),
    reserved: typed.reserved.split(/[\s,]+/).filter(Boolean),
    min: Number(typed.min),
    max: Number(typed.max),
    dots: typed.dots === 'yes',
    hyphens: typed.hyphens === 'yes',
  })
  if (parsed.success && errors.length === 0) return { ok: true, policy: parsed.data }
  for (const { path, message } of parsed.error?.issues ?? []) {
    const [field, at] = path as [PolicyField, (string | number)?]
    const index = typeof at === 'number' ? at : exceptions.findIndex(([number]) => number === at)
    if (errors.some((error) => error.field === field)) continue
    errors.push({ field, text: textOf(t, field, message, index) })
  }
  return { ok: false, errors }
}

function textOf(t: Words, field: PolicyField, message: string, index: number): string {
  const says = t.naming.errors
  if (field === 'min' || field === 'max') return says.range
  const known = {
    empty: says.empty,
    form: says.form,
    placeholder: says.placeholder,
    needed: says.needed,
    'too-many': says['too-many'],
  }
  const fallback = field === 'overrides' || field === 'exceptions' ? t.naming.hints[field] : says.form
  const text = known[message as keyof typeof known] as string | undefined
  return index < 0 ? (text ?? fallback) : says.line(index + 1, text ?? fallback)
}
