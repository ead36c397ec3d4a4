import { z } from 'zod'
import type { AccountKind } from '../accounts/account.ts'
import type { EmailAddress } from '../kernel/email-address.ts'
import { AccountId, type GroupId, UnitId } from '../kernel/ids.ts'
import { fold, line } from '../kernel/text.ts'

/** How many clauses a rule may have, and how many people it may name. */
export const CLAUSES_MAX = 30
export const NAMED_MAX = 500
/** How many may be named as those who post. */
export const POSTERS_MAX = 50

/**
 * Whom a list reaches: the people of a unit (with those of all units below it, if `below`), those of a title (everywhere or
 * in a unit), and mailboxes by name. Members are mailboxes and never lists, so mail cannot go round.
 */
export const Clause = z.discriminatedUnion('by', [
  z.object({ by: z.literal('unit'), unitId: UnitId, below: z.boolean() }),
  z.object({ by: z.literal('position'), title: line(100), unitId: UnitId.nullable(), below: z.boolean() }),
  z.object({ by: z.literal('name'), accounts: z.array(AccountId).min(1, 'empty').max(NAMED_MAX, 'too-many') }),
])
export type Clause = z.infer<typeof Clause>
export const ListRule = z.array(Clause).min(1, 'empty').max(CLAUSES_MAX, 'too-many')
export type ListRule = z.infer<typeof ListRule>

export const POSTING = ['anyone', 'province', 'named'] as const
/**
 * Who may write to a list: anyone; the province, that is whoever is signed in at its mail server; or people named here. A
 * unit's or function's mailbox among them stands for those who write as it.
 */
export const Posting = z.discriminatedUnion('who', [
  z.object({ who: z.literal('anyone') }),
  z.object({ who: z.literal('province') }),
  z.object({ who: z.literal('named'), accounts: z.array(AccountId).min(1, 'empty').max(POSTERS_MAX, 'too-many') }),
])
export type Posting = z.infer<typeof Posting>

export const ListName = line(200)

export type ListRefusal =
  | { kind: 'unknown-list' }
  | { kind: 'unknown-unit' }
  | { kind: 'unknown-member'; accountId: AccountId }
  | { kind: 'unknown-poster'; accountId: AccountId }
  | { kind: 'named-not-offered' }

/** A title that begins with these words, whatever its accents and case: `Trưởng phòng` finds `Trưởng phòng Tổ chức`. */
export function titleFits(wanted: string, title: string): boolean {
  const [words, text] = [fold(wanted), fold(title)]
  return words !== '' && (text === words || text.startsWith(`${words} `))
}

/** Accounts that a rule or a posting rule names. */
export const namedIn = (rule: ListRule): AccountId[] =>
  rule.flatMap((each) => (each.by === 'name' ? each.accounts : []))
export const postersIn = (posting: Posting): AccountId[] => (posting.who === 'named' ? posting.accounts : [])
/** Units that a rule names. */
export const unitsIn = (rule: ListRule): UnitId[] =>
  rule.flatMap((each) => (each.by === 'name' || each.unitId === null ? [] : [each.unitId]))

/** A list as lists of them show it. */
export type ListSummary = {
  readonly id: GroupId
  readonly name: string
  readonly address: EmailAddress
  readonly unitId: UnitId
  readonly unitName: string
  readonly posting: Posting['who']
  readonly members: number
  readonly behind: boolean
}

export type ListMember = {
  readonly accountId: AccountId
  readonly kind: AccountKind
  readonly displayName: string
  readonly address: EmailAddress
  readonly title: string | null
  readonly unitId: UnitId
  readonly unitName: string
  /** The directory does not have it yet, so mail does not reach it yet. */
  readonly coming: boolean
}

export const LIST_EVENTS = ['created', 'renamed', 'rule-changed', 'posting-changed', 'unit-changed'] as const
export type ListEventKind = (typeof LIST_EVENTS)[number]

/** A clause in words: names instead of ids. */
export type ClauseView =
  | { readonly by: 'unit'; readonly unitName: string; readonly below: boolean }
  | { readonly by: 'position'; readonly title: string; readonly unitName: string | null; readonly below: boolean }
  | { readonly by: 'name'; readonly accounts: readonly { readonly id: AccountId; readonly displayName: string }[] }

/** A list as its page shows it. */
export type ListView = ListSummary & {
  readonly number: number
  readonly aliases: readonly EmailAddress[]
  readonly clauses: readonly ClauseView[]
  readonly posters: readonly { readonly id: AccountId; readonly displayName: string; readonly address: EmailAddress }[]
  readonly rule: ListRule
  readonly postingRule: Posting
  readonly createdAt: Date
  readonly revision: number
  readonly events: readonly {
    readonly at: Date
    readonly kind: ListEventKind
    readonly byName: string
    readonly note: string | null
  }[]
}
