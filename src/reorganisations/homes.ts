import type { UnitId } from '../kernel/ids.ts'
import type { ListRule } from '../lists/list.ts'
import type { After } from './after.ts'

const key = (clause: ListRule[number]): string => JSON.stringify(clause)

/** A list's rule from the day on: a unit that ends is every one that takes over from it, for its people are there. */
export function ruleAfter(rule: ListRule, { ended, heirs }: Pick<After, 'ended' | 'heirs'>): ListRule {
  const gone = new Set(ended)
  const seen = new Set<string>()
  return rule
    .flatMap((clause) => {
      if (clause.by === 'name' || clause.unitId === null || !gone.has(clause.unitId)) return [clause]
      return (heirs.get(clause.unitId) ?? []).map((unitId) => ({ ...clause, unitId }))
    })
    .filter((clause) => !seen.has(key(clause)) && seen.add(key(clause)))
}

/** Any value of a table with the units in it that end named by their heirs. */
export function renamed<T>(value: T, homes: ReadonlyMap<UnitId, UnitId>): T {
  const text = JSON.stringify(value).replace(
    /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g,
    (id) => homes.get(id as UnitId) ?? id,
  )
  return JSON.parse(text) as T
}
