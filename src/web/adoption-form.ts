import { isEntryName, Mapping, PRESET_NAMES, presetOf, type Preset } from '../reconcile/mapping.ts'
import type { AdoptionAsked } from '../reconcile/adoption.ts'
import type { Page } from './page.ts'
import type { FieldError } from './rendering.ts'
import { isUnsure, type UnitChoice } from './unit-choice.ts'

/** The parts of a mapping that can be named otherwise on the page. */
export const MAPPED = ['classes', 'login', 'mail', 'name', 'title', 'phone', 'unit', 'number', 'birth'] as const
export const attributeField = (name: (typeof MAPPED)[number]): string => `attribute-${name}`

/** What the form of a reading asks for, with what was typed; errors where it cannot be. */
export function adoptionTyped(page: Page, unit: UnitChoice) {
  const { t } = page
  const says = t.adoption.form.errors
  const preset: Preset | undefined = PRESET_NAMES.find((name) => name === page.field('preset'))
  const base = page.field('base').trim().slice(0, 500)
  const typed: Record<string, string> = { preset: preset ?? '', base, unit: unit.text, unitId: unit.unit?.id ?? '' }
  const own: Record<string, string[]> = {}
  for (const name of MAPPED) {
    const text = page.field(attributeField(name)).trim().slice(0, 300)
    typed[attributeField(name)] = text
    if (text !== '') own[name] = text.split(/[\s,;]+/)
  }
  const mapping = Mapping.safeParse({ ...presetOf(preset ?? 'inetOrgPerson'), ...own })
  const wrong = new Set(mapping.success ? [] : mapping.error.issues.map(({ path }) => path[0]))
  const errors: FieldError[] = [
    ...(preset === undefined ? [{ field: 'preset', text: says.preset }] : []),
    ...(base !== '' && !isEntryName(base) ? [{ field: 'base', text: says.base }] : []),
    ...(isUnsure(unit) ? [{ field: 'unit', text: says.unit }] : []),
    ...MAPPED.filter((name) => wrong.has(name)).map((name) => ({ field: attributeField(name), text: says.attribute })),
  ]
  if (errors.length > 0 || preset === undefined || !mapping.success) return { asked: null, typed, errors }
  const asked: AdoptionAsked & { preset: Preset } = {
    ...{ preset, mapping: mapping.data, base: base === '' ? null : base, unitId: unit.unit?.id ?? null },
  }
  return { asked, typed, errors }
}
