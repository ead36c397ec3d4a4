import { QuotaPolicy } from '../accounts/quota.ts'
import { fold } from '../kernel/text.ts'
import type { Unit } from '../units/unit.ts'
import type { FieldError } from './rendering.ts'
import type { Words } from './words/vi.ts'

const NUMBERS = ['personMb', 'leaderMb', 'sharedMb'] as const
export const QUOTA_FIELDS = [...NUMBERS, 'titles', 'units', 'shrinks'] as const
export type QuotaForm = Record<(typeof QUOTA_FIELDS)[number], string>

/** A policy as its form shows it; a unit by its number and name. */
export const quotaFormOf = (policy: QuotaPolicy, unitText: (id: string) => string): QuotaForm => ({
  personMb: String(policy.personMb),
  leaderMb: policy.leaderMb === null ? '' : String(policy.leaderMb),
  sharedMb: String(policy.sharedMb),
  titles: policy.titles.map(({ title, quotaMb }) => `${title} = ${quotaMb}`).join('\n'),
  units: policy.units.map(({ unitId, quotaMb }) => `${unitText(unitId)} = ${quotaMb}`).join('\n'),
  shrinks: policy.shrinks ? 'yes' : '',
})

const linesOf = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
const megabytes = (text: string) => {
  const plain = text.replace(/[\s.,]/g, '')
  return /^\d{1,6}$/.test(plain) ? Number(plain) : Number.NaN
}
const split = (line: string): { name: string; mb: number } | null => {
  const at = line.lastIndexOf('=')
  const [name, mb] = [line.slice(0, at).trim(), megabytes(line.slice(at + 1))]
  return at < 1 || name === '' || Number.isNaN(mb) ? null : { name, mb }
}

/** What was typed as a policy, or what is wrong, beside the fields. */
export function quotasFrom(
  t: Words,
  typed: QuotaForm,
  units: readonly Unit[],
): { ok: true; policy: QuotaPolicy } | { ok: false; errors: FieldError[] } {
  const says = t.quotas.errors
  const errors: FieldError[] = []
  const fault = (field: string, text: string) => {
    if (!errors.some((error) => error.field === field)) errors.push({ field, text })
  }
  const titles = linesOf(typed.titles).flatMap((line) => {
    const parts = split(line)
    if (parts === null) fault('titles', says.titleLine(line.slice(0, 60)))
    return parts ? [{ title: parts.name, quotaMb: parts.mb }] : []
  })
  const sized = linesOf(typed.units).flatMap((line) => {
    const parts = split(line)
    if (parts === null) {
      fault('units', says.unitLine(line.slice(0, 60)))
      return []
    }
    const unit = unitOf(parts.name, units)
    if (unit === null) fault('units', says.unknownUnit(parts.name.slice(0, 60)))
    return unit ? [{ unitId: unit.id, quotaMb: parts.mb }] : []
  })
  const parsed = QuotaPolicy.safeParse({
    personMb: megabytes(typed.personMb),
    leaderMb: typed.leaderMb.trim() === '' ? null : megabytes(typed.leaderMb),
    sharedMb: megabytes(typed.sharedMb),
    ...{ titles, units: sized, shrinks: typed.shrinks === 'yes' },
  })
  for (const { path, message } of parsed.error?.issues ?? [])
    fault(
      String(path[0]),
      message === 'twice'
        ? says.twice
        : message === 'titles' || message === 'title'
          ? says.titles
          : message === 'units'
            ? says.units
            : says.range,
    )
  return parsed.success && errors.length === 0 ? { ok: true, policy: parsed.data } : { ok: false, errors }
}

/** By its number, alone or before its name, or by a name that is one unit's. */
function unitOf(text: string, units: readonly Unit[]): Unit | null {
  const number = /^(\d{1,9})(?:\s*·.*)?$/.exec(text)?.[1]
  if (number !== undefined) return units.find((unit) => unit.number === Number(number)) ?? null
  const named = units.filter((unit) => fold(unit.name) === fold(text))
  return named.length === 1 ? (named[0] ?? null) : null
}
