import type { AccountKind } from '../accounts/account.ts'
import type { Day } from '../kernel/day.ts'
import type { LocalPart } from '../kernel/email-address.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import type { UnitCodes, UnitKind } from '../units/unit.ts'

/** A unit as it stands on the day before a plan takes effect. */
export type StandingUnit = {
  readonly id: UnitId
  readonly number: number
  readonly name: string
  readonly kind: UnitKind
  readonly parentId: UnitId | null
  readonly codes: UnitCodes
  readonly validFrom: Day
  /** The day from which it is something else, or nothing, by what is entered already. */
  readonly validTo: Day | null
}

/** An account of a unit that a plan touches. */
export type Box = {
  readonly id: AccountId
  readonly kind: AccountKind
  readonly unitId: UnitId
  readonly name: string
  /** Its primary address. */
  readonly local: string
  /** Of a person: the title of the primary post. */
  readonly title: string | null
  /** Signs in today, so may administer. */
  readonly active: boolean
}

/** A post that somebody has beside their own, in a unit that a plan ends or divides. */
export type SecondPost = {
  readonly id: string
  readonly accountId: AccountId
  readonly unitId: UnitId
  readonly title: string
  /** Where their own post is. */
  readonly own: UnitId
}

/** Somebody who administers a unit on that day. */
export type Grant = {
  readonly id: string
  readonly accountId: AccountId
  readonly unitId: UnitId
  readonly active: boolean
}

/** Something of an account that waits for agreement or its day, and names units. */
export type WaitingChange = {
  readonly id: string
  /** The accounts that it is about. */
  readonly about: readonly AccountId[]
  readonly units: readonly UnitId[]
  readonly seats: readonly unknown[]
  readonly command: unknown
}

/** What belongs to a unit besides its people and mailboxes, by kind. */
export const BELONGINGS = ['requests', 'lists', 'changes', 'imports', 'spellings', 'mappings'] as const
export type Belonging = (typeof BELONGINGS)[number]

/** The province as far as a plan is concerned, on the day before it takes effect. */
export type World = {
  readonly today: Day
  readonly units: ReadonlyMap<UnitId, StandingUnit>
  /** Accounts of the units that the plan ends, divides or renames, of those that take over, and those that it names. */
  readonly boxes: readonly Box[]
  readonly seconds: readonly SecondPost[]
  /** Administrators of every unit. */
  readonly grants: readonly Grant[]
  /** Who has a deputy now or later. */
  readonly deputised: ReadonlySet<AccountId>
  /** How many of each there are, by unit. */
  readonly belongings: ReadonlyMap<UnitId, Readonly<Record<Belonging, number>>>
  /** What waits and names units that the plan ends or divides. */
  readonly changes: readonly WaitingChange[]
  /** Rules about approval steps that name a unit. */
  readonly ruled: ReadonlySet<UnitId>
  /** What the naming policy gives the mailbox of a unit that is new or bears another name. */
  readonly proposed: ReadonlyMap<UnitId, LocalPart>
  /** Who has which of the addresses that the plan asks for; what is missing is free. */
  readonly holders: ReadonlyMap<string, string>
  /** What the naming policy gives people in their new unit, where it makes the unit a part of their address. */
  readonly personal: ReadonlyMap<AccountId, LocalPart>
}
