import { z } from 'zod'
import type { PersonDetails } from './details.ts'
import type { OwnKind } from './kinds.ts'
import { ExtraAlias } from './kinds/alias.ts'
import { FunctionMailbox } from './kinds/function-mailbox.ts'
import { HoldersChange } from './kinds/holders.ts'
import { NewListAsked } from './kinds/list.ts'
import { NameChange } from './kinds/name.ts'
import { SeveralPeople, type OnePerson } from './kinds/people.ts'
import { PositionChange } from './kinds/position.ts'
import { LargerQuota } from './kinds/quota.ts'
import { UnitMailbox } from './kinds/unit-mailbox.ts'

/** What somebody signed in asks for, with all that was worked out when they asked; the form in which it is kept. */
export const OwnDetails = z.discriminatedUnion('kind', [
  ...([UnitMailbox, FunctionMailbox, HoldersChange, NewListAsked, NameChange] as const),
  ...([PositionChange, ExtraAlias, LargerQuota, SeveralPeople] as const),
])
export type OwnDetails = z.infer<typeof OwnDetails>
/** What a request is about: a stranger's mailbox, or something that somebody signed in asks for. */
export type Details = PersonDetails | OwnDetails
export type DetailsOf<K extends Details['kind']> = Extract<Details, { kind: K }>

/** What is worked out when something is asked for, and so is not to be said. */
type WorkedOut = 'title' | 'present' | 'people'
type Said<D> = D extends { kind: 'people' }
  ? Omit<D, WorkedOut> & { people: readonly Omit<OnePerson, 'ticket' | 'local'>[] }
  : D extends { accountId: string }
    ? Omit<D, WorkedOut | 'unitId'>
    : Omit<D, WorkedOut>
/** What somebody signed in says when they ask; own changes may leave their own account out. */
export type Ask = { [K in OwnKind]: Said<DetailsOf<K>> }[OwnKind]

/** Whether it asks for one address, which is held until it is decided. */
export function asksAddress(details: Details): boolean {
  switch (details.kind) {
    case 'person':
    case 'unit-mailbox':
    case 'function-mailbox':
    case 'list':
    case 'alias':
      return true
    case 'name':
      return details.newAddress
    case 'people':
    case 'holders':
    case 'position':
    case 'quota':
      return false
    default:
      return details satisfies never
  }
}

/** Whether an approver answers for who the people are, and hands the way in over. */
export const takesVouching = ({ kind }: Pick<Details, 'kind'>): boolean => kind === 'person' || kind === 'people'

/** What an address is made of: while that stays, a chosen address fits. */
function addresseeOf(details: Details): readonly (string | boolean)[] {
  switch (details.kind) {
    case 'person':
      return [details.name.full]
    case 'unit-mailbox':
      return [details.unitId]
    case 'function-mailbox':
      return [details.unitId, details.what]
    case 'list':
      return [details.unitId, details.name]
    case 'name':
      return [details.newAddress, details.fullName]
    case 'alias':
      return [details.local]
    case 'people':
    case 'holders':
    case 'position':
    case 'quota':
      return []
    default:
      return details satisfies never
  }
}
export const sameAddressee = (a: Details | null, b: Details): boolean =>
  a !== null && a.kind === b.kind && JSON.stringify(addresseeOf(a)) === JSON.stringify(addresseeOf(b))

/** What lists call a request by: whose or what it is. */
export const titleOf = (details: Details): string => (details.kind === 'person' ? details.name.full : details.title)

/** Every account and unit that it names, so that they can be called by their names. */
export function namedIn(details: Details): { accounts: readonly string[]; units: readonly string[] } {
  const holders = 'holders' in details ? details.holders.map(({ accountId }) => accountId) : []
  switch (details.kind) {
    case 'person':
    case 'people':
      return { accounts: [], units: [details.unitId] }
    case 'unit-mailbox':
    case 'function-mailbox':
      return { accounts: holders, units: [details.unitId] }
    case 'holders':
      return {
        accounts: [details.accountId, ...holders, ...details.present.map(({ accountId }) => accountId)],
        units: [details.unitId],
      }
    case 'list': {
      const { rule, posting } = details
      return {
        accounts: [
          ...rule.flatMap((clause) => (clause.by === 'name' ? clause.accounts : [])),
          ...(posting.who === 'named' ? posting.accounts : []),
        ],
        units: [details.unitId, ...rule.flatMap((each) => (each.by === 'name' ? [] : (each.unitId ?? [])))],
      }
    }
    case 'name':
    case 'position':
    case 'alias':
    case 'quota':
      return { accounts: [details.accountId], units: [details.unitId] }
    default:
      return details satisfies never
  }
}
