import { serves } from '../accounts/life.ts'
import { LocalPart } from '../kernel/email-address.ts'
import type { AccountId, PersonId, UnitId } from '../kernel/ids.ts'
import type { Day } from '../kernel/day.ts'
import { doublesOf } from './plan/doubles.ts'
import type { Birth, Facts } from './plan/facts.ts'
import { meansLocal } from './plan/given-address.ts'
import type { Item, Outcome, PersonFields, PlannedRow } from './plan/item.ts'
import { match, saysNoMore, type Known, type People } from './plan/matching.ts'
import { isRefusal, keyOf, type Reason } from './plan/reason.ts'
import type { Patch } from './plan/patch.ts'
import type { Spelling, UnitAnswer } from './plan/spelling.ts'

/** What a list is compared with. */
export type World = People & {
  /** Which unit a spelling means: what people have said, else what the units' names say. */
  readonly unitOf: (spelling: Spelling) => UnitAnswer
  /** Of the addresses that the list gives, those that are taken, and by whom. */
  readonly taken: ReadonlyMap<string, AccountId | null>
  /** Where those are of whom the list names no unit. */
  readonly unitOfAll: UnitId | null
  /** In the mode `roster`: the unit with all below it, everybody there, and what was decided about those who are missing. */
  readonly roster: {
    readonly units: ReadonlySet<UnitId>
    readonly people: readonly Known[]
    readonly patches: ReadonlyMap<AccountId, Patch>
  } | null
  /** Whose import it is; nobody suspends themselves by a list. */
  readonly by: AccountId | null
}

/**
 * What a list would do: for each row its outcome, why it waits, and what would be done; in the mode `roster`, after them the
 * people of the unit who are not on it. Addresses of new people are not allotted yet.
 */
export function difference(rows: readonly Facts[], world: World): PlannedRow[] {
  const doubles = doublesOf(rows)
  const claimed = new Map<PersonId, number>()
  const mentioned = new Set<PersonId>()

  const planned = rows.map((row): PlannedRow => {
    const { repeats, reasons: inFile } = doubles(row.seq)
    const reasons: Reason[] = [...row.reasons, ...inFile.filter((reason) => !isAccepted(row, reason))]
    // A contact that two rows share is proposed to be nobody's.
    const isShared = inFile.some(({ code }) => code === 'contact-twice')
    const told = isShared ? { ...row, contactEmail: null } : row
    const unit = unitFor(row, world, reasons)
    const { known, reasons: who, maybe } = match(row, unit, world)
    for (const id of maybe) mentioned.add(id)
    reasons.push(...who)
    if (repeats !== null) return { seq: row.seq, outcome: 'repeats', reasons: [], item: null, repeats }
    if (known !== null && !row.patch.skip) {
      const other = claimed.get(known.personId)
      if (other !== undefined) reasons.push({ code: 'same-person', rows: [other] })
      else claimed.set(known.personId, row.number)
    }
    const item =
      known === null
        ? creation(told, unit, world, reasons)
        : (anew(told, unit, known, reasons) ?? alteration(told, unit, known, reasons))
    const outcome = outcomeOf(row, item, reasons)
    return { seq: row.seq, outcome, reasons: outcome === 'skipped' ? [] : reasons, item, repeats: null }
  })
  return [...planned, ...absences(world, mentioned, rows.at(-1)?.seq ?? 0)]
}

function outcomeOf(row: Facts, item: Item | null, reasons: readonly Reason[]): Outcome {
  if (row.patch.skip) return 'skipped'
  if (reasons.some(isRefusal)) return 'refused'
  return reasons.length > 0 || item === null ? 'review' : item.type
}

const isAccepted = (row: Facts, reason: Reason): boolean => row.patch.accepted.includes(keyOf(reason))

function unitFor(row: Facts, world: World, reasons: Reason[]): UnitId | null {
  const unit = row.patch.unit ?? spelledUnit(row, world, reasons)
  if (unit !== null && world.roster !== null && !world.roster.units.has(unit)) {
    const outside: Reason = { code: 'unit-outside' }
    if (!isAccepted(row, outside)) reasons.push(outside)
  }
  return unit
}

function spelledUnit({ spelling }: Facts, world: World, reasons: Reason[]): UnitId | null {
  if (spelling === null) return world.unitOfAll
  const answer = world.unitOf(spelling)
  const { text } = spelling
  switch (answer.kind) {
    case 'sure':
      return answer.unitId
    case 'proposed':
      reasons.push({ code: 'unit-proposed', text, units: answer.units })
      return null
    case 'dissolved':
      reasons.push({ code: 'unit-dissolved', text, since: answer.since, units: answer.units })
      return null
    case 'unknown':
      reasons.push({ code: 'unit-unknown', text })
      return null
    default:
      return answer satisfies never
  }
}

/** A new person; the address is the file's, when it can be. */
function creation(row: Facts, unitId: UnitId | null, world: World, reasons: Reason[]): Item | null {
  if (unitId === null && row.spelling === null) reasons.push({ code: 'no-unit' })
  const given = givenFor(row, world, reasons)
  if (row.name === null) return null
  return {
    ...{ type: 'create', name: row.name, birth: row.birth, sex: row.sex, nin: row.nin, position: row.position },
    ...{
      phone: row.phone,
      contactEmail: row.contactEmail,
      employment: row.employment,
      unitId,
      local: given,
      why: null,
    },
  }
}

function givenFor(row: Facts, world: World, reasons: Reason[]) {
  const { given } = row
  if (given === null) return null
  const { text } = given
  const raise = (reason: Reason): null => {
    if (!isAccepted(row, reason)) reasons.push(reason)
    return null
  }
  switch (given.kind) {
    case 'good': {
      const twice = row.patch.accepted.some((key) => key === 'address-twice')
      if (world.taken.has(given.local)) return raise({ code: 'address-taken', text })
      return twice ? null : given.local
    }
    case 'accent':
      return raise({ code: 'address-accent', text })
    case 'capitals':
      return raise({ code: 'address-capitals', text })
    case 'domain':
      return raise({ code: 'address-domain', text })
    case 'form':
      return raise({ code: 'address-form', text })
    default:
      return given satisfies never
  }
}

/** Whose account was taken back with the list that had issued it, and was nobody's: it is theirs again, with what this row says. */
function anew(row: Facts, unitId: UnitId | null, known: Known, reasons: Reason[]): Item | null {
  const { personId, accountId, local } = known
  if (!known.takenBack || accountId === null || local === null || row.name === null) return null
  if (row.given !== null && !hasAddress(known, row.given.text)) {
    const other: Reason = { code: 'address-differs', text: row.given.text, has: local }
    if (!isAccepted(row, other)) reasons.push(other)
  }
  return {
    ...{ type: 'create', name: row.name, birth: row.birth, sex: row.sex, position: row.position, phone: row.phone },
    ...{ nin: known.hash === null ? row.nin : null, contactEmail: row.contactEmail, employment: row.employment },
    ...{ unitId: unitId ?? known.unitId, local: LocalPart.parse(local), why: null, again: { personId, accountId } },
  }
}

/** What a row changes of somebody known; a field of which the file says nothing stays. */
function alteration(row: Facts, unitId: UnitId | null, known: Known, reasons: Reason[]): Item | null {
  const { personId, accountId } = known
  if (accountId === null || known.state === null || !serves(known.state)) {
    reasons.push({ code: 'account-ended' })
    return null
  }
  const set: { -readonly [F in keyof PersonFields]?: PersonFields[F] } = {}
  const was: { [F in keyof PersonFields]?: PersonFields[F] | string | null } = {}
  const change = <F extends keyof PersonFields>(
    field: F,
    to: PersonFields[F],
    from: PersonFields[F] | string | null,
  ) => {
    set[field] = to
    was[field] = from
  }
  const doubt = (reason: Reason): void => {
    if (!isAccepted(row, reason)) reasons.push(reason)
  }

  if (row.name !== null && !saysNoMore(row.name.full, known.name)) {
    // Whoever said who it is has seen both names.
    const isSeen = row.patch.person !== null || row.patch.accepted.includes(`number-name ${personId}`)
    if (!isSeen && !reasons.some(({ code }) => code === 'number-name')) doubt({ code: 'name-differs', was: known.name })
    change('name', row.name, known.name)
  }
  const birth = betterBirth(row.birth, known.birth)
  if (birth !== null) {
    if (birth.contradicts !== null) doubt({ code: 'birth-differs', was: birth.contradicts })
    change('birth', birth.value, known.birth)
  }
  if (row.sex !== null && row.sex !== known.sex) {
    if (known.sex !== null) doubt({ code: 'sex-differs' })
    change('sex', row.sex, known.sex)
  }
  if (row.nin !== null && known.hash === null) change('nin', row.nin, '')
  if (row.phone !== null && row.phone !== known.phone) change('phone', row.phone, known.phone)
  if (row.contactEmail !== null && row.contactEmail !== known.contactEmail)
    change('contactEmail', row.contactEmail, known.contactEmail)
  if (row.position !== null && row.position !== known.title) change('title', row.position, known.title)
  if (row.employment !== null && row.employment !== known.employment)
    change('employment', row.employment, known.employment)
  if (unitId !== null && unitId !== known.unitId) change('unitId', unitId, known.unitId)
  if (row.given !== null && !hasAddress(known, row.given.text))
    doubt({ code: 'address-differs', text: row.given.text, has: known.local ?? '' })
  if (Object.keys(set).length === 0) return { type: 'nothing', personId, accountId }
  return { type: set.unitId === undefined ? 'change' : 'transfer', personId, accountId, set, was }
}

const KNOWN_TO = { day: 10, month: 7, year: 4 } as const
/** The listed birth date where it says more than the known one, or something else. */
function betterBirth(listed: Birth | null, known: Birth | null): { value: Birth; contradicts: Day | null } | null {
  if (listed === null) return null
  if (known === null) return { value: listed, contradicts: null }
  const [more, less] = [KNOWN_TO[listed.precision], KNOWN_TO[known.precision]]
  const shared = Math.min(more, less)
  if (listed.day.slice(0, shared) !== known.day.slice(0, shared)) return { value: listed, contradicts: known.day }
  return more > less ? { value: listed, contradicts: null } : null
}

const hasAddress = (known: Known, text: string): boolean =>
  [known.local, ...known.aliases].some((local) => local !== null && meansLocal(text, local))

/** Whoever of the unit is not on its roster, and no row might mean. */
function absences(world: World, mentioned: ReadonlySet<PersonId>, last: number): PlannedRow[] {
  if (world.roster === null) return []
  const absent = world.roster.people.filter(
    ({ personId, accountId, state }) =>
      accountId !== null && state !== null && serves(state) && state !== 'suspended' && !mentioned.has(personId),
  )
  return absent.map(({ personId, accountId, state, holdsRole }, n): PlannedRow => {
    const patch = world.roster?.patches.get(accountId as AccountId)
    const role: Reason = { code: 'holds-role' }
    const isHeld = (holdsRole || accountId === world.by) && !patch?.accepted.includes(keyOf(role))
    const item: Item = { type: 'suspend', personId, accountId: accountId as AccountId, state: state ?? '' }
    const outcome = patch?.skip ? 'skipped' : isHeld ? 'review' : 'suspend'
    return { seq: last + 1 + n, outcome, reasons: outcome === 'review' ? [role] : [], item, repeats: null }
  })
}
