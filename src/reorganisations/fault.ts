import type { Day } from '../kernel/day.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import type { Belonging } from './world.ts'

/**
 * Why a plan cannot be carried out. `step` and `rule` are the row that it is about, from 1. All are told at once.
 */
export type Fault =
  | { kind: 'no-steps' }
  | { kind: 'day-past'; today: Day }
  | { kind: 'unknown-unit'; step: number }
  /** Two steps say what becomes of a unit, or one says it twice. */
  | { kind: 'unit-twice'; step: number; unit: UnitId; with: number }
  /** It became what it is on that day or after, or is to become something else later. */
  | { kind: 'other-version'; step: number; unit: UnitId; on: Day }
  /** An heir or a parent that is no more by then. */
  | { kind: 'ended-unit'; step: number; unit: UnitId }
  | { kind: 'unknown-parent'; step: number }
  | { kind: 'own-descendant'; step: number; unit: UnitId }
  | { kind: 'own-heir'; step: number; unit: UnitId }
  /** Two units of one name at one place. */
  | { kind: 'name-twice'; unit: UnitId; other: UnitId }
  | { kind: 'top-unit-ends'; unit: UnitId }
  /** A unit below one that is divided or dissolved, of which nothing says where it goes. */
  | { kind: 'stray-unit'; unit: UnitId; below: UnitId }
  | { kind: 'too-few-heirs'; step: number; unit: UnitId }
  /** People of whom nothing says where they go. */
  | { kind: 'nowhere'; unit: UnitId; people: number; some: readonly AccountId[] }
  | { kind: 'mailboxes-nowhere'; unit: UnitId; mailboxes: number }
  | { kind: 'belongings-nowhere'; unit: UnitId; what: Belonging; n: number }
  /** Administrators whose right ends, so that their deputies stand for nobody. */
  | { kind: 'deputies-nowhere'; unit: UnitId; n: number }
  /** A rule for a unit that is neither divided nor dissolved nor merged. */
  | { kind: 'rule-not-needed'; rule: number; unit: UnitId }
  | { kind: 'rule-elsewhere'; rule: number; unit: UnitId }
  | { kind: 'rule-unknown-unit'; rule: number }
  | { kind: 'rule-not-below'; rule: number; unit: UnitId }
  | { kind: 'rule-nobody'; rule: number }
  | { kind: 'seat-empty'; unit: UnitId }
  | { kind: 'seat-unknown-unit'; seat: number }
  | { kind: 'seat-unknown-person'; seat: number }
  | { kind: 'address-taken'; unit: UnitId; local: string }
  | { kind: 'address-twice'; unit: UnitId; local: string }
export type FaultKind = Fault['kind']

/** What is as it is, and a person should know. */
export type Notice =
  /** A title that nobody there has now. */
  | { kind: 'title-nobodys'; rule: number; unit: UnitId }
  | { kind: 'no-mailbox'; unit: UnitId }
  | { kind: 'rules-end'; unit: UnitId }
  | { kind: 'spellings-forgotten'; unit: UnitId; n: number }
  | { kind: 'imports-again'; unit: UnitId; n: number }
  /** People who are to come there by what waits, and of whom no rule says to which heir: the first is to receive them. */
  | { kind: 'arrivals-undecided'; unit: UnitId; n: number }
  | { kind: 'holders-stay'; unit: UnitId }
