import type { LocalPart } from '../kernel/email-address.ts'
import { numbered, type Candidate, type Form } from './naming.ts'

/** Which addresses are taken, of those that anybody here might get. */
export type Taken = ReadonlySet<string>

/**
 * Addresses for many people, each after the ones before, so that namesakes get one number after another. One who comes first
 * gets what a request would be proposed first. Null where no rule of the policy gives anything. `taken` must hold what is
 * taken of every form's bare value and of every stem with digits behind it.
 */
export function allot(people: readonly (readonly Form[])[], taken: Taken): (Candidate | null)[] {
  const given = new Set<string>()
  const next = new Map<string, number>()
  const isFree = (local: LocalPart) => !taken.has(local) && !given.has(local)
  return people.map((forms) => {
    const found = first(forms, isFree, next)
    if (found) given.add(found.local)
    return found
  })
}

function first(
  forms: readonly Form[],
  isFree: (local: LocalPart) => boolean,
  next: Map<string, number>,
): Candidate | null {
  for (const { rule, bare } of forms) if (bare !== null && isFree(bare)) return { local: bare, rule, number: 1 }
  const [main] = forms
  if (main === undefined) return null
  // Of a stem all numbers up to the last one given are gone for good: they need not be looked at again.
  for (let n = next.get(main.stem) ?? main.from; ; n++) {
    const candidate = numbered(main, n)
    if (!isFree(candidate.local)) continue
    next.set(main.stem, n + 1)
    return candidate
  }
}

/** What has to be known of the taken addresses before `allot`. */
export const asksFor = (people: readonly (readonly Form[])[]): { bare: string[]; stems: string[] } => ({
  bare: [...new Set(people.flatMap((forms) => forms.flatMap(({ bare }) => (bare === null ? [] : [bare as string]))))],
  stems: [...new Set(people.flatMap(([main]) => (main === undefined ? [] : [main.stem])))],
})
