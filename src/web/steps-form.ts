import type { UnitId } from '../kernel/ids.ts'
import { REQUEST_KINDS } from '../requests/kinds.ts'
import { STEP_SEATS } from '../requests/seats.ts'
import { MAX_DAYS, MAX_STEPS, type Place, type Rule, type RuleStep } from '../requests/steps.ts'
import { UNIT_KINDS } from '../units/unit.ts'
import type { FieldError } from './rendering.ts'
import type { Words } from './words/vi.ts'

const NTHS = [1, 2, 3, 4] as const satisfies readonly number[] & { length: typeof MAX_STEPS }
type Nth = (typeof NTHS)[number]
export const RULE_FIELDS = [
  ...(['kind', 'place', 'unitKind', 'unit', 'unitId', 'unitChoice', 'letter'] as const),
  ...NTHS.flatMap((n) => [`seat${n}`, `days${n}`] as (`seat${Nth}` | `days${Nth}`)[]),
] as const
export type RuleForm = Record<(typeof RULE_FIELDS)[number], string>

/** A rule as its form shows it; without one, an empty form of one step. */
export function formOf(rule: Rule | null): RuleForm {
  const steps = NTHS.flatMap((n) => {
    const step = rule ? rule.steps[n - 1] : n === 1 ? { seat: 'unit-admin', days: 1 } : undefined
    return [
      [`seat${n}`, step?.seat ?? ''],
      [`days${n}`, step ? String(step.days) : ''],
    ]
  })
  const empty = {
    kind: '',
    place: '',
    unitKind: '',
    unit: '',
    unitId: '',
    unitChoice: '',
    letter: rule?.letter ? 'yes' : '',
  }
  return { ...empty, ...(Object.fromEntries(steps) as Record<`seat${Nth}` | `days${Nth}`, string>) }
}

/** What was typed as a rule, or what is wrong, beside the fields; kind and place are those of `fixed` where it is given. */
export function ruleFrom(
  t: Words,
  typed: RuleForm,
  fixed: Rule | null,
  unit: UnitId | null,
): { ok: true; rule: Rule } | { ok: false; errors: FieldError[] } {
  const says = t.workflow.policy.errors
  const errors: FieldError[] = []
  const of = fixed?.of ?? REQUEST_KINDS.find((each) => each === typed.kind)
  if (of === undefined) errors.push({ field: 'kind', text: says.kind })
  const place = fixed?.place ?? placeFrom(typed, unit)
  if (place === null)
    errors.push(
      typed.place === 'unit-kind'
        ? { field: 'unitKind', text: says.unitKind }
        : typed.place === 'below'
          ? { field: 'unit', text: says.unit }
          : { field: 'place', text: says.place },
    )
  const last = NTHS.findLast((n) => typed[`seat${n}`] !== '') ?? 1
  const steps: RuleStep[] = []
  for (const n of NTHS.filter((each) => each <= last)) {
    const seat = STEP_SEATS.find((each) => each === typed[`seat${n}`])
    const days = /^\d{1,2}$/.test(typed[`days${n}`].trim()) ? Number(typed[`days${n}`]) : 0
    if (seat === undefined) errors.push({ field: `seat${n}`, text: n === 1 ? says.first : says.gap(n) })
    if (days < 1 || days > MAX_DAYS) errors.push({ field: `days${n}`, text: says.days(MAX_DAYS) })
    if (seat !== undefined) steps.push({ seat, days })
  }
  if (of === undefined || place === null || errors.length > 0) return { ok: false, errors }
  return { ok: true, rule: { of, place, steps, letter: typed.letter === 'yes' } }
}

function placeFrom(typed: RuleForm, unit: UnitId | null): Place | null {
  if (typed.place === 'below') return unit === null ? null : { kind: 'below', unit }
  const of = UNIT_KINDS.find((each) => each === typed.unitKind)
  return typed.place === 'unit-kind' && of !== undefined ? { kind: 'unit-kind', of } : null
}
