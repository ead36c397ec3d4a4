import type { AccountState } from '../../accounts/life.ts'
import type { Sex } from '../../kernel/identification-number.ts'
import type { AccountId, PersonId, UnitId } from '../../kernel/ids.ts'
import { matchNames } from '../../kernel/person-name.ts'
import { fold } from '../../kernel/text.ts'
import { compareBirths } from './doubles.ts'
import type { Birth, Facts } from './facts.ts'
import { keyOf, type PersonRef, type Reason } from './reason.ts'

/** Somebody whom Congvu knows, with the account if there is one. */
export type Known = {
  readonly personId: PersonId
  readonly accountId: AccountId | null
  readonly state: AccountState | null
  readonly name: string
  readonly fold: string
  readonly birth: Birth | null
  readonly sex: Sex | null
  readonly hash: string | null
  readonly phone: string | null
  readonly contactEmail: string | null
  readonly title: string | null
  readonly employment: string | null
  readonly unitId: UnitId | null
  readonly unitName: string
  readonly local: string | null
  readonly aliases: readonly string[]
  readonly holdsRole: boolean
  /** The account was issued by a list that was taken back, and nobody had used it: it waits to be theirs again. */
  readonly takenBack: boolean
}

/** Whom rows may mean. */
export type People = {
  readonly byHash: ReadonlyMap<string, Known>
  readonly byFold: ReadonlyMap<string, readonly Known[]>
  readonly byId: ReadonlyMap<PersonId, Known>
  /** Whom a row that said the same of who it is was about, when an earlier list was carried out. */
  readonly remembered: ReadonlyMap<string, PersonId>
}

/** Whom a row is about, as far as it is sure, and what is open. `maybe` are all whom it might be about. */
export type Match = {
  readonly known: Known | null
  readonly reasons: readonly Reason[]
  readonly maybe: readonly PersonId[]
}

/**
 * Whom a row is about: by the identification number; else by name with birth date or unit, which a person confirms; never by the
 * name alone. What a person has said before counts first.
 */
export function match(row: Facts, unitId: UnitId | null, people: People): Match {
  const { patch } = row
  const chosen = patch.person === null || patch.person === 'new' ? null : (people.byId.get(patch.person) ?? null)
  if (chosen) return { known: chosen, reasons: [], maybe: [chosen.personId] }

  const byNumber = row.hash === null ? undefined : people.byHash.get(row.hash)
  if (byNumber) {
    const agrees = row.name === null || matchNames(row.name.full, byNumber.name) !== 'different'
    const reason: Reason = { code: 'number-name', person: refOf(byNumber) }
    const open = !agrees && !patch.accepted.includes(keyOf(reason))
    return { known: byNumber, reasons: open ? [reason] : [], maybe: [byNumber.personId] }
  }
  if (patch.person === 'new') return { known: null, reasons: [], maybe: [] }

  const earlier = row.print === null ? undefined : people.remembered.get(row.print)
  const again = earlier === undefined ? undefined : people.byId.get(earlier)
  // With a number of their own they would have been found by it, or are somebody else.
  if (again && (row.hash === null || again.hash === null)) return { known: again, reasons: [], maybe: [again.personId] }

  const candidates = (people.byFold.get(row.fold) ?? []).filter((known) => mayBe(row, known, unitId))
  const [only, ...more] = candidates
  if (only === undefined) return { known: null, reasons: [], maybe: [] }
  const maybe = candidates.map(({ personId }) => personId)
  if (more.length > 0) return { known: null, reasons: [{ code: 'several', persons: candidates.map(refOf) }], maybe }
  const reason: Reason = { code: 'perhaps', person: refOf(only) }
  return { known: only, reasons: patch.accepted.includes(keyOf(reason)) ? [] : [reason], maybe }
}

/** Whether somebody of the same name may be the one whom a row is about; nothing tells them apart. */
function mayBe(row: Facts, known: Known, unitId: UnitId | null): boolean {
  if (row.hash !== null && known.hash !== null) return false
  if (row.sex !== null && known.sex !== null && row.sex !== known.sex && known.unitId !== unitId) return false
  return compareBirths(row.birth, known.birth) !== 'different'
}

export const refOf = (known: Known): PersonRef => ({
  ...{ personId: known.personId, accountId: known.accountId, name: known.name, birth: known.birth?.day ?? null },
  ...{ unitName: known.unitName, local: known.local },
})

/** Whether a name of a list is only a poorer writing of the known one: its accents are missing, or stand elsewhere. */
export function saysNoMore(listed: string, known: string): boolean {
  const likeness = matchNames(listed, known)
  if (likeness === 'exact' || likeness === 'tone-placement') return true
  return likeness === 'folded' && listed.toLowerCase() === fold(listed)
}
