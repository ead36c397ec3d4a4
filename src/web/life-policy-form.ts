import { LifePolicy, POLICY_ACTS } from '../accounts/life-policy.ts'
import type { FieldError } from './rendering.ts'
import type { Words } from './words/vi.ts'

const NUMBERS = [
  ...(['activationHours', 'idleWarnDays', 'idleLockDays', 'idleReviewDays', 'keepMonths', 'leaderKeepMonths'] as const),
  ...(['noticeDays', 'archivedDays', 'recoverDays', 'reviewDays'] as const),
] as const
const SWITCHES = ['signInOnLeave', 'receiveSuspended', 'receiveKept'] as const
export const POLICY_FIELDS = [
  ...NUMBERS,
  ...SWITCHES,
  ...(['leaderTitles', 'letters', 'seconds', 'reviewMonths', 'reviewUnanswered'] as const),
] as const
export type PolicyField = (typeof POLICY_FIELDS)[number]
export type PolicyForm = Record<PolicyField, string>

/** The parts of the form, in the order in which people think of them. */
export const GROUPS = {
  activation: ['activationHours'],
  idle: ['idleWarnDays', 'idleLockDays', 'idleReviewDays'],
  leaving: ['noticeDays', 'keepMonths', 'leaderKeepMonths', 'archivedDays', 'recoverDays'],
} as const satisfies Record<string, readonly (typeof NUMBERS)[number][]>

/** A policy as its form shows it: lists with commas or one a line. */
export const formOf = (policy: LifePolicy): PolicyForm => ({
  ...(Object.fromEntries(NUMBERS.map((name) => [name, String(policy[name])])) as Record<
    (typeof NUMBERS)[number],
    string
  >),
  ...(Object.fromEntries(SWITCHES.map((name) => [name, policy[name] ? 'yes' : ''])) as Record<
    (typeof SWITCHES)[number],
    string
  >),
  leaderTitles: policy.leaderTitles.join('\n'),
  letters: policy.letters.join(' '),
  seconds: policy.seconds.join(' '),
  reviewMonths: policy.reviewMonths.join(', '),
  reviewUnanswered: policy.reviewUnanswered,
})

const parts = (text: string, by: RegExp) =>
  text
    .split(by)
    .map((part) => part.trim())
    .filter(Boolean)

/** What was typed as a policy, or what is wrong, beside the fields. */
export function policyFrom(
  t: Words,
  typed: PolicyForm,
): { ok: true; policy: LifePolicy } | { ok: false; errors: FieldError[] } {
  const whole = (text: string) => (/^\d{1,6}$/.test(text.trim()) ? Number(text) : Number.NaN)
  const parsed = LifePolicy.safeParse({
    ...Object.fromEntries(NUMBERS.map((name) => [name, whole(typed[name])])),
    ...Object.fromEntries(SWITCHES.map((name) => [name, typed[name] === 'yes'])),
    leaderTitles: parts(typed.leaderTitles, /\n/),
    letters: parts(typed.letters, /\s+/),
    seconds: parts(typed.seconds, /\s+/),
    reviewMonths: [...new Set(parts(typed.reviewMonths, /[\s,;]+/).map(whole))].sort((a, b) => a - b),
    reviewUnanswered: typed.reviewUnanswered,
  })
  if (parsed.success) return { ok: true, policy: parsed.data }
  const says: Readonly<Record<string, string | undefined>> = t.life.policy.errors
  const errors: FieldError[] = []
  for (const { path, message } of parsed.error.issues) {
    const field = String(path[0])
    if (errors.some((error) => error.field === field)) continue
    const fallback = field === 'reviewMonths' ? t.life.policy.errors.month : t.life.policy.errors.number
    errors.push({ field, text: says[message] ?? fallback })
  }
  return { ok: false, errors }
}

/** A field's value in words, for the history. */
export function valueText(t: Words, field: PolicyField, value: string): string {
  const says = t.life.policy
  if ((SWITCHES as readonly string[]).includes(field)) return value === 'yes' ? says.yes : says.no
  if (field === 'letters' || field === 'seconds')
    return (
      POLICY_ACTS.filter((act) => value.split(' ').includes(act))
        .map((act) => t.life.acts[act].name)
        .join(', ') || '–'
    )
  if (field === 'reviewUnanswered') return says.unanswered[value as keyof typeof says.unanswered]
  return value.replaceAll('\n', ', ') || '–'
}
