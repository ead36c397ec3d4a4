import type { UnitScope } from '../access/policy.ts'
import { UnitId } from '../kernel/ids.ts'
import { fold, oddCharacter, tidy } from '../kernel/text.ts'
import type { Services } from '../main/compose.ts'
import type { Unit } from '../units/unit.ts'
import type { Page } from './page.ts'
import { count } from './views/formats.ts'

const KEPT_MS = 15_000
const SHORT_LIST = 80

/** What somebody typed or chose in a unit field, and what it stands for. */
export type UnitChoice = {
  readonly text: string
  readonly unit: Unit | null
  /** Several units fit what was typed. */
  readonly choices: readonly Unit[]
}

/**
 * By id where the text still names that unit (without a script the text may be changed and the hidden id not), else by text:
 * one that fits is it, several are offered.
 */
export async function unitNamed(
  units: Pick<Services['units'], 'find'>,
  text: string,
  id: string,
  search: (q: string) => Promise<Unit[]>,
): Promise<UnitChoice> {
  if (text === '') return { text, unit: null, choices: [] }
  const chosen = UnitId.safeParse(id)
  const byId = chosen.success ? await units.find(chosen.data) : null
  if (byId && fold(byId.name) === fold(text)) return { text: byId.name, unit: byId, choices: [] }
  const found = await search(text)
  const exact = found.filter((unit) => fold(unit.name) === fold(text))
  const [only] = exact.length === 1 ? exact : found
  if (only && (exact.length === 1 || found.length === 1)) return { text: only.name, unit: only, choices: [] }
  return { text, unit: null, choices: found }
}

/** What was typed into a filter names no unit, or more than one. */
export const isUnsure = ({ text, unit }: UnitChoice): boolean => text !== '' && unit === null

/** The unit of a filter as its field shows it; `hrefOf` leads to the list of one unit where several fit what was typed. */
export const unitField = (
  { t, lang }: Page,
  scope: { readonly few: readonly { id: string; name: string }[] | null; readonly all: readonly unknown[] },
  choice: UnitChoice,
  hrefOf: (unit: { readonly unit: string; readonly unitId: UnitId }) => string,
) => ({
  label: t.accounts.unit,
  all: t.inbox.allUnits(count(scope.all.length, lang)),
  text: choice.text,
  id: choice.unit?.id ?? '',
  few: scope.few,
  unknown: isUnsure(choice) && choice.choices.length === 0,
  choices: choice.choices.map(({ id, name, parentName }) => ({
    ...{ name, parent: parentName, href: hrefOf({ unit: name, unitId: id }) },
  })),
})

export type UnitChoices = ReturnType<typeof unitChoices>

/** Finding units on pages: the reader's own, those of a filter, and the one that a form names. */
export function unitChoices(services: Services) {
  const kept = new Map<string, { until: number; units: Promise<Unit[]> }>()

  /** The units of the reader's scope by place in the tree; kept for some seconds, since every list asks for them. */
  function within(page: Page): Promise<Unit[]> {
    const permit = page.permit('unit.read')
    const key = permit.units === 'all' ? 'all' : [...permit.units].sort().join(' ')
    const known = kept.get(key)
    if (known && known.until > Date.now()) return known.units
    if (kept.size > 1_000) kept.clear()
    const units = services.units.list(permit, '', 5_000)
    kept.set(key, { until: Date.now() + KEPT_MS, units })
    units.catch(() => kept.delete(key))
    return units
  }

  return {
    /** Who reads: the units in words, how many lie below, and the units themselves where they are few enough to choose from. */
    async scope(page: Page, units: UnitScope): Promise<{ meta: string; few: Unit[] | null; all: readonly Unit[] }> {
      const all = await within(page)
      const { t } = page
      if (units === 'all') return { meta: t.inbox.metaAll(String(all.length)), few: null, all }
      const ids = new Set(all.map((unit) => unit.id))
      const roots = all.filter((unit) => unit.parentId === null || !ids.has(unit.parentId))
      const [root] = roots
      const meta =
        roots.length === 1 && root
          ? t.inbox.meta(root.name, String(all.length - 1))
          : t.inbox.metaSeveral(String(all.length))
      return { meta, few: all.length <= SHORT_LIST ? byName(all) : null, all }
    },

    /** The unit of a filter: `unit` is an id from the select, or a text with `unitId` from the picker. */
    async filter(page: Page): Promise<UnitChoice> {
      const text = page.query('unit')
      const direct = UnitId.safeParse(text)
      if (direct.success) {
        const unit = await services.units.find(direct.data)
        return { text: unit?.name ?? '', unit, choices: [] }
      }
      return unitNamed(services.units, text, page.query('unitId'), (q) =>
        services.units.list(page.permit('unit.read'), q, 12),
      )
    },

    /** The unit that a posted picker names, of all that exist; `Choice` is the radio of the offered ones. */
    posted(page: Page, name: string): Promise<UnitChoice> {
      const offered = UnitId.safeParse(page.field(`${name}Choice`))
      const raw = page.field(name)
      const text = tidy(raw.slice(0, 200).replace(/\p{C}/gu, ' '))
      // What cannot be seen names no unit; nor does it mean that none was meant.
      if (!offered.success && oddCharacter(raw) !== null)
        return Promise.resolve({ text: text === '' ? '?' : text, unit: null, choices: [] })
      if (!offered.success)
        return unitNamed(services.units, text, page.field(`${name}Id`), (q) => services.units.search(q, 12))
      return services.units.find(offered.data).then((unit) => ({ text: unit?.name ?? text, unit, choices: [] }))
    },
  }
}

const byName = (units: readonly Unit[]): Unit[] => [...units].sort((a, b) => a.name.localeCompare(b.name, 'vi'))
