import type { Day } from '../kernel/day.ts'
import type { UnitId } from '../kernel/ids.ts'
import type { LocalPart } from '../kernel/email-address.ts'
import { parsePersonName, type PersonName } from '../kernel/person-name.ts'
import type { Mapping } from './mapping.ts'

/** What is asked for when a directory is to be taken over. */
export type AdoptionAsked = {
  readonly mapping: Mapping
  /** Where the tree begins; null for the whole directory. */
  readonly base: string | null
  /** The unit of entries that name none; null leaves them to a person. */
  readonly unitId: UnitId | null
}

/** What an entry says of whom it is, read by a mapping. */
export type Stranger = {
  readonly dn: string
  readonly remoteId: string | null
  readonly id: string | null
  readonly login: string | null
  /** In the province's domain; null when it has none there. */
  readonly local: LocalPart | null
  /** Further addresses of it there; not such as another entry claims. */
  readonly aliases: readonly LocalPart[]
  /** It has an address, in whatever domain. */
  readonly hasMail: boolean
  readonly name: string
  readonly title: string | null
  readonly phone: string | null
  readonly unitId: UnitId | null
  readonly ninHash: string | null
  readonly birth: Day | null
  readonly password: string | null
}

/** An account that an entry may be of. `inDirectory`: it has an entry of its own already. */
export type Holder = { readonly account: string; readonly inDirectory: boolean; readonly remoteId: string | null }
export type Namesake = Holder & { readonly birth: Day | null; readonly unitId: UnitId | null }

/**
 * What a person said about an entry:
 * - `link`: it is this account's; `leave`: it stays as it is and is nobody's business;
 * - `new`: it is somebody whom Congvu does not know, perhaps with another address or unit than the entry says.
 */
export const DECISIONS = ['link', 'new', 'leave'] as const
export type DecisionAct = (typeof DECISIONS)[number]
export type Said =
  | { readonly act: 'link'; readonly account: string }
  | { readonly act: 'new'; readonly local: LocalPart | null; readonly unitId: UnitId | null }
  | { readonly act: 'leave' }

/** The entry with the address and the unit that a person gave it. */
export const asSaid = (entry: Stranger, said: Said | null): Stranger =>
  said?.act === 'new' ? { ...entry, local: said.local ?? entry.local, unitId: said.unitId ?? entry.unitId } : entry

/** What a person may say where this is the trouble; what is wrong with the entry itself is mended in the directory. */
export function choicesFor(why: Review): DecisionAct[] {
  switch (why) {
    case 'perhaps':
    case 'no-mail':
    case 'other-domain':
    case 'mail-twice':
    case 'address-taken':
    case 'unknown-unit':
      return ['link', 'new', 'leave']
    case 'no-login':
    case 'odd-login':
    case 'login-twice':
    case 'login-taken':
    case 'odd-name':
      return ['link', 'leave']
    case 'has-entry':
      return ['leave']
    case 'no-identifier':
      return []
    default:
      return why satisfies never
  }
}

/** What the database and the rest of the tree know about what an entry claims. */
export type Around = {
  /** The account that the ledger knows this entry as, by the server's identifier or its identity. */
  readonly own: string | null
  /** The account that a person said it is. */
  readonly chosen: Holder | null
  readonly byNumber: Holder | null
  readonly byMail: Holder | null
  readonly namesakes: readonly Namesake[]
  /** Somebody's address or login already, though no account that it could be. */
  readonly addressTaken: boolean
  readonly loginTaken: boolean
  /** Other entries of the tree claim the same. */
  readonly mailTwice: boolean
  readonly loginTwice: boolean
}

/** Why a person has to look at an entry before it is adopted. */
export const REVIEWS = [
  ...(['no-login', 'odd-login', 'login-twice', 'login-taken', 'no-mail', 'other-domain', 'mail-twice'] as const),
  ...(['address-taken', 'odd-name', 'unknown-unit', 'perhaps', 'has-entry', 'no-identifier'] as const),
] as const
export type Review = (typeof REVIEWS)[number]

export type Outcome =
  /** It is managed already. */
  | { readonly kind: 'known'; readonly account: string }
  /** A person said that it stays as it is. */
  | { readonly kind: 'left' }
  /** It is an existing account's, by number or address, or because a person said so. */
  | { readonly kind: 'link'; readonly account: string; readonly by: 'number' | 'mail' | 'person' }
  /** A new account is made for it. */
  | {
      readonly kind: 'new'
      readonly name: PersonName
      readonly login: string
      readonly local: LocalPart
      readonly unitId: UnitId
    }
  | { readonly kind: 'review'; readonly why: Review; readonly account: string | null }
/** An entry, and what becomes of it. */
export type Judged = { readonly entry: Stranger; readonly outcome: Outcome }

const LOGIN = /^[A-Za-z0-9._-]{1,64}$/

/** What is to become of an entry. By number or address it is sure; by name with birth date or unit a person must say so. */
export function decide(entry: Stranger, around: Around, said: Said | null = null): Outcome {
  const review = (why: Review, account: string | null = null): Outcome => ({ kind: 'review', why, account })
  if (around.own !== null) return { kind: 'known', account: around.own }
  if (entry.remoteId === null) return review('no-identifier')
  if (said?.act === 'leave') return { kind: 'left' }
  if (said?.act === 'link')
    return around.chosen && !around.chosen.inDirectory
      ? { kind: 'link', account: said.account, by: 'person' }
      : review('has-entry', said.account)
  if (around.mailTwice) return review('mail-twice')
  for (const by of ['number', 'mail'] as const) {
    const holder = by === 'number' ? around.byNumber : around.byMail
    if (holder?.inDirectory) return review('has-entry', holder.account)
    if (holder) return { kind: 'link', account: holder.account, by }
  }
  const { login, local } = entry
  if (login === null) return review('no-login')
  if (!LOGIN.test(login)) return review('odd-login')
  if (around.loginTwice) return review('login-twice')
  if (around.loginTaken) return review('login-taken')
  // Whoever serves in the same unit and has an entry is a namesake; who was born on the same day too is perhaps here twice.
  const isLikely = ({ birth, unitId, inDirectory }: Namesake) =>
    (birth !== null && birth === entry.birth) || (!inDirectory && unitId !== null && unitId === entry.unitId)
  const perhaps = said?.act === 'new' ? undefined : around.namesakes.find(isLikely)
  if (perhaps) return review(perhaps.inDirectory ? 'has-entry' : 'perhaps', perhaps.account)
  if (local === null) return review(entry.hasMail ? 'other-domain' : 'no-mail')
  if (around.addressTaken) return review('address-taken')
  const name = parsePersonName(entry.name)
  if (!name.ok) return review('odd-name')
  if (entry.unitId === null) return review('unknown-unit')
  return { kind: 'new', name: name.value, login, local, unitId: entry.unitId }
}

/** How many entries there were, and what becomes of them; they add up. */
export type AdoptionCounts = {
  readonly read: number
  readonly known: number
  readonly link: number
  readonly new: number
  readonly left: number
  readonly review: Readonly<Partial<Record<Review, number>>>
}

export function countOutcomes(outcomes: readonly Outcome[]): AdoptionCounts {
  const of = (kind: Outcome['kind']) => outcomes.filter((each) => each.kind === kind).length
  const review: Partial<Record<Review, number>> = {}
  for (const each of outcomes) if (each.kind === 'review') review[each.why] = (review[each.why] ?? 0) + 1
  return { read: outcomes.length, known: of('known'), link: of('link'), new: of('new'), left: of('left'), review }
}
