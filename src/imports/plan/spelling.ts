import type { Day } from '../../kernel/day.ts'
import type { UnitId } from '../../kernel/ids.ts'
import { fold, tidy } from '../../kernel/text.ts'
import { spellWords } from './spelling-words.ts'
import type { UnitRef } from './reason.ts'

/** How a file writes a unit, with the unit above it where the file names one. Equal keys are one question to a person. */
export type Spelling = { readonly key: string; readonly text: string; readonly parent: string | null }

export function spellingOf(unit: string | null, parent: string | null): Spelling | null {
  const text = unit ?? parent
  if (text === null) return null
  // Lists of an agency's leaders name it twice.
  const above = unit === null || parent === null || plain(unit) === plain(parent) ? null : parent
  return { key: [text, above ?? ''].map(plain).join('|'), text, parent: above }
}

/** A version of a unit, present or former. */
export type KnownUnit = {
  readonly id: UnitId
  readonly name: string
  readonly parentId: UnitId | null
  readonly codes: readonly string[]
  readonly abbreviation: string
  /** It stands today, and this is what it is called today. */
  readonly present: boolean
  /** The unit is no more from this day on; null for one that stands. */
  readonly dissolved: Day | null
}

export type UnitAnswer =
  | { readonly kind: 'sure'; readonly unitId: UnitId }
  | { readonly kind: 'proposed'; readonly units: readonly UnitRef[] }
  | { readonly kind: 'dissolved'; readonly since: Day; readonly units: readonly UnitRef[] }
  | { readonly kind: 'unknown' }

export type UnitIndex = ReturnType<typeof unitIndexOf>

/** So many units are proposed for one spelling. */
const PROPOSED = 5

/** In one case, tones at one place, and without what only typography tells apart; accents stay. */
export const plain = (text: string): string =>
  tidy(text)
    .toLowerCase()
    .replace(/[‐-―]/g, '-')
    .replace(/\s*([-&,./()])\s*/g, '$1')
    .normalize('NFD')
    .replace(/(\p{L}\p{M}*)+/gu, (word) => word.replace(TONES, '') + (word.match(TONES) ?? []).join(''))
const TONES = /[\u0300\u0301\u0303\u0309\u0323]/g

/**
 * Answers which unit a spelling means. Sure is only the present name of exactly one unit (but for case and the place of tone
 * marks) or its code; whatever else fits is proposed, and never taken.
 */
export function unitIndexOf(units: readonly KnownUnit[], successors: ReadonlyMap<UnitId, readonly UnitId[]>) {
  const present = units.filter((unit) => unit.present)
  const byId = new Map(present.map((unit) => [unit.id, unit]))
  const names = Map.groupBy(present, (unit) => plain(unit.name))
  const codes = Map.groupBy(
    present.flatMap((unit) => unit.codes.map((code) => ({ code, unit }))),
    ({ code }) => code.toUpperCase(),
  )
  const former = Map.groupBy(
    units.filter((unit) => !unit.present && unit.dissolved === null && byId.has(unit.id)),
    (unit) => fold(unit.name),
  )
  const gone = Map.groupBy(
    units.filter((unit) => unit.dissolved !== null),
    (unit) => fold(unit.name),
  )
  const folded = Map.groupBy(present, (unit) => fold(unit.name))
  const short = Map.groupBy(present, (unit) => unit.abbreviation)
  const spelled = Map.groupBy(present, (unit) => spellWords(unit.name).join(' '))

  const refOf = (unit: KnownUnit): UnitRef => ({
    ...{ id: unit.id, name: unit.name },
    parentName: unit.parentId === null ? null : (byId.get(unit.parentId)?.name ?? null),
  })
  function* above(unit: KnownUnit): Generator<KnownUnit> {
    const seen = new Set([unit.id])
    for (let id = unit.parentId; id !== null && !seen.has(id);) {
      const parent = byId.get(id)
      if (parent === undefined) return
      seen.add(id)
      yield parent
      id = parent.parentId
    }
  }
  const isBelow = (unit: KnownUnit, parent: string): boolean =>
    above(unit).some((each) => plain(each.name) === plain(parent))
  const isAboutBelow = (unit: KnownUnit, parent: string): boolean => {
    const words = spellWords(parent).join(' ')
    return above(unit).some(
      (each) => spellWords(each.name).join(' ') === words || each.abbreviation === fold(parent).replaceAll(' ', ''),
    )
  }
  const propose = (found: readonly KnownUnit[]): UnitAnswer | null => {
    const distinct = [...new Map(found.map((unit) => [unit.id, unit])).values()]
    return distinct.length === 0 ? null : { kind: 'proposed', units: distinct.slice(0, PROPOSED).map(refOf) }
  }
  /** Those under the unit that the file names above, if that helps. */
  const within = (found: readonly KnownUnit[], parent: string | null): readonly KnownUnit[] => {
    if (parent === null || found.length < 2) return found
    const exact = found.filter((unit) => isBelow(unit, parent))
    const about = exact.length > 0 ? exact : found.filter((unit) => isAboutBelow(unit, parent))
    return about.length > 0 ? about : found
  }

  function resolve({ text, parent }: Spelling): UnitAnswer {
    const exact = names.get(plain(text)) ?? []
    const fitting = parent === null ? exact : exact.filter((unit) => isBelow(unit, parent))
    const [only, second] = parent === null || fitting.length > 0 ? fitting : exact
    if (only !== undefined && second === undefined && (parent === null || fitting.length === 1))
      return { kind: 'sure', unitId: only.id }
    const [coded, ...others] = codes.get(text.trim().toUpperCase()) ?? []
    if (coded !== undefined && others.length === 0) return { kind: 'sure', unitId: coded.unit.id }
    if (exact.length > 0) return propose(within(exact, parent)) ?? { kind: 'unknown' }

    const key = fold(text)
    const dissolved = gone.get(key)
    const known = folded.get(key) ?? former.get(key)
    if (dissolved !== undefined && known === undefined) {
      const heirs = dissolved.flatMap((unit) => (successors.get(unit.id) ?? []).flatMap((id) => byId.get(id) ?? []))
      const since = dissolved
        .flatMap((unit) => unit.dissolved ?? [])
        .sort()
        .at(-1)
      if (since !== undefined)
        return {
          kind: 'dissolved',
          since,
          units: [...new Map(heirs.map((unit) => [unit.id, unit])).values()].map(refOf),
        }
    }
    const standing = (found: readonly KnownUnit[] = []) => found.flatMap((unit) => byId.get(unit.id) ?? [])
    const parts = partsOf(text)
    return (
      propose(within(standing(known), parent)) ??
      propose(within(spelled.get(spellWords(text).join(' ')) ?? [], parent)) ??
      (parts === null ? null : inner(parts)) ??
      propose(within(short.get(key.replaceAll(' ', '')) ?? [], parent)) ??
      propose(similar(text, parent)) ?? { kind: 'unknown' }
    )
  }

  /** `Phòng Nội vụ, UBND phường Hà Tu`: a unit with the one above it in one cell. */
  function inner({ text, parent }: { text: string; parent: string }): UnitAnswer | null {
    const words = spellWords(text).join(' ')
    const found = present.filter((unit) => spellWords(unit.name).join(' ') === words && isAboutBelow(unit, parent))
    return propose(found)
  }

  /** Names that share most of their words, or differ by a letter or two. */
  function similar(text: string, parent: string | null): readonly KnownUnit[] {
    const wanted = spellWords(text)
    const scored = present.flatMap((unit) => {
      const score = likeness(wanted, spellWords(unit.name))
      return score >= 0.75 ? [{ unit, score }] : []
    })
    scored.sort((a, b) => b.score - a.score)
    return within(
      scored.map(({ unit }) => unit),
      parent,
    ).slice(0, 3)
  }

  return { resolve, refOf: (id: UnitId): UnitRef | null => refOrNull(byId.get(id)), has: (id: UnitId) => byId.has(id) }

  function refOrNull(unit: KnownUnit | undefined): UnitRef | null {
    return unit === undefined ? null : refOf(unit)
  }
}

function partsOf(text: string): { text: string; parent: string } | null {
  const parts = /^(.{3,}?)\s*(?:,|\s[-–—]\s|\s+(?:thuộc|trực thuộc)\s+)\s*(.{3,})$/iu.exec(text)
  return parts ? { text: parts[1] ?? '', parent: parts[2] ?? '' } : null
}

/** The share of words that two names have in common; words that differ by one letter count as most of a word. */
function likeness(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0 || a[0] !== b[0]) return 0
  const left = [...b]
  let common = 0
  for (const word of a) {
    const same = left.indexOf(word)
    const near = same >= 0 ? same : left.findIndex((other) => isNear(word, other))
    if (near < 0) continue
    left.splice(near, 1)
    common += same >= 0 ? 1 : 0.8
  }
  return (2 * common) / (a.length + b.length)
}

/** One letter more, less or other, in words long enough for that to be a slip. */
function isNear(a: string, b: string): boolean {
  if (Math.min(a.length, b.length) < 3 || Math.abs(a.length - b.length) > 1) return false
  let [n, m, slips] = [0, 0, 0]
  while (n < a.length && m < b.length) {
    if (a[n] === b[m]) {
      n++
      m++
      continue
    }
    if (++slips > 1) return false
    if (a.length >= b.length) n++
    if (b.length >= a.length) m++
  }
  return slips + (a.length - n) + (b.length - m) <= 1
}
