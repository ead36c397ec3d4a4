import type { Birth, Facts } from './facts.ts'
import type { Reason } from './reason.ts'

/** What other rows of the same file say about a row. */
export type Double = { readonly repeats: number | null; readonly reasons: readonly Reason[] }
const NONE: Double = { repeats: null, reasons: [] }

/**
 * Rows of one file that are, or may be, about the same person, seen together: who has the same number, or the same name with
 * nothing that tells the two apart. A row that only says again what an earlier one says repeats it; where they differ, a person
 * looks at both. Rows that are left out count for nothing.
 */
export function doublesOf(rows: readonly Facts[]): (seq: number) => Double {
  const found = new Map<number, { repeats: number | null; reasons: Reason[] }>()
  const at = (row: Facts) => {
    const present = found.get(row.seq) ?? { repeats: null, reasons: [] }
    found.set(row.seq, present)
    return present
  }
  const open = rows.filter(({ patch }) => !patch.skip)

  for (const group of groups(open, ({ hash }) => hash)) sameNumber(group, at)
  const left = open.filter(({ seq }) => found.get(seq)?.repeats == null)
  for (const group of groups(left, ({ fold }) => fold || null)) sameName(group, at)

  const once = left.filter(({ seq }) => found.get(seq)?.repeats == null)
  for (const group of groups(once, ({ contactEmail }) => contactEmail))
    for (const row of group) at(row).reasons.push({ code: 'contact-twice', rows: others(group, row) })
  for (const group of groups(once, ({ given }) => (given?.kind === 'good' ? given.local : null)))
    for (const row of group) at(row).reasons.push({ code: 'address-twice', rows: others(group, row) })
  return (seq) => found.get(seq) ?? NONE
}

type At = (row: Facts) => { repeats: number | null; reasons: Reason[] }

function sameNumber(group: readonly Facts[], at: At): void {
  const [first, ...rest] = group
  if (first === undefined) return
  const unlike = rest.filter((row) => !saysAgain(first, row))
  for (const row of rest) if (!unlike.includes(row)) at(row).repeats = first.number
  if (unlike.length === 0) return
  const all = [first, ...unlike]
  // Whose number it is nobody knows when the names differ; else the first row stands.
  const unsure = unlike.some((row) => row.fold !== first.fold) ? all : unlike
  for (const row of unsure) at(row).reasons.push({ code: 'same-person', rows: others(all, row) })
}

const saysAgain = (first: Facts, row: Facts): boolean =>
  row.fold === first.fold &&
  (row.spelling === null || row.spelling.key === first.spelling?.key) &&
  (row.position === null || row.position === first.position)

function sameName(group: readonly Facts[], at: At): void {
  const like = new Map<Facts, Set<number>>()
  const note = (row: Facts, other: Facts) => {
    const numbers = like.get(row) ?? new Set()
    like.set(row, numbers.add(other.number))
  }
  group.forEach((row, n) => {
    for (const earlier of group.slice(0, n)) {
      if (at(earlier).repeats !== null) continue
      const likeness = likenessOf(earlier, row)
      if (likeness === 'other') continue
      if (likeness === 'same') {
        at(row).repeats = earlier.number
        return
      }
      note(row, earlier)
      note(earlier, row)
    }
  })
  for (const [row, numbers] of like)
    if (at(row).repeats === null) at(row).reasons.push({ code: 'like-row', rows: [...numbers].sort((a, b) => a - b) })
}

/** Whether two rows of one name are about the same person, about two, or one cannot tell. */
function likenessOf(a: Facts, b: Facts): 'same' | 'unsure' | 'other' {
  // Two numbers are two people; one number twice was looked at before.
  if (a.hash !== null && b.hash !== null) return 'other'
  const births = compareBirths(a.birth, b.birth)
  if (births === 'different') return 'other'
  const sameUnit = a.spelling?.key === b.spelling?.key
  const agree = (one: string | null, other: string | null) => one === null || other === null || one === other
  if (!sameUnit) {
    const sameContact = (a.contactEmail ?? a.phone) !== null && a.contactEmail === b.contactEmail && a.phone === b.phone
    return births === 'same' || sameContact ? 'unsure' : 'other'
  }
  const nothingNew =
    a.hash === null && b.hash === null && agree(a.contactEmail, b.contactEmail) && agree(a.phone, b.phone)
  return births === 'same' && nothingNew && agree(a.position, b.position) ? 'same' : 'unsure'
}

/** `same` to the day; `unsure` where one is missing, or not known to the day, and nothing speaks against it. */
export function compareBirths(a: Birth | null, b: Birth | null): 'same' | 'unsure' | 'different' {
  if (a === null || b === null) return 'unsure'
  const known = { day: 10, month: 7, year: 4 }
  const length = Math.min(known[a.precision], known[b.precision])
  if (a.day.slice(0, length) !== b.day.slice(0, length)) return 'different'
  return length === known.day ? 'same' : 'unsure'
}

const others = (group: readonly Facts[], row: Facts): number[] =>
  group.filter((each) => each !== row).map(({ number }) => number)

/** Groups of two and more that share a key. */
function groups(rows: readonly Facts[], key: (row: Facts) => string | null): Facts[][] {
  const by = new Map<string, Facts[]>()
  for (const row of rows) {
    const of = key(row)
    if (of === null) continue
    const group = by.get(of)
    if (group) group.push(row)
    else by.set(of, [row])
  }
  return [...by.values()].filter((group) => group.length > 1)
}
