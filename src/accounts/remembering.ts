import type { Permit } from '../access/policy.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import { dayOf, type Day } from '../kernel/day.ts'
import { EmailAddress } from '../kernel/email-address.ts'
import type { AccountId } from '../kernel/ids.ts'
import type { AccountEvent, AccountView } from './account.ts'
import type { AccountState } from './life.ts'
import { addressesOn, quotaOn, stateAfter } from './past.ts'
import * as past from './past-store.ts'

export type { PastHolding, PastPost, PastRole } from './past-store.ts'
/** An account as it was at the end of a day. */
export type PastAccount = {
  readonly on: Day
  readonly account: AccountView
  /** Null before it was issued. */
  readonly state: AccountState | null
  readonly legalHold: boolean
  readonly posts: readonly past.PastPost[]
  readonly roles: readonly past.PastRole[]
  readonly held: readonly past.PastHolding[]
  readonly holders: readonly past.PastHolding[]
  readonly address: EmailAddress | null
  readonly aliases: readonly EmailAddress[]
  readonly quotaMb: number
  /** What had happened by then. */
  readonly events: readonly AccountEvent[]
}

/** Accounts as they were: from the dated posts, roles and holdings, and the events of their lives. */
export function rememberingOf(deps: {
  prisma: PrismaClient
  read: (permit: Permit<'account.read'>, id: AccountId) => Promise<AccountView | null>
  domain: string
}) {
  const { prisma, read, domain } = deps
  const full = (local: string) => EmailAddress.parse(`${local}@${domain}`)
  return {
    /** The account at the end of that day; null when unknown or out of the reader's scope as it is today. */
    async on(permit: Permit<'account.read'>, id: AccountId, on: Day): Promise<PastAccount | null> {
      const account = await read(permit, id)
      if (account === null) return null
      const events = account.events.filter(({ at }) => dayOf(at) <= on)
      const [posts, roles, held, holders, lived] = await Promise.all([
        past.postsOn(prisma, id, on),
        past.rolesOn(prisma, id, on),
        past.holdingsOn(prisma, id, on, 'held'),
        past.holdingsOn(prisma, id, on, 'holders'),
        past.addressesOf(prisma, id),
      ])
      const { state, held: legalHold } = stateAfter(events, account.kind === 'person')
      const { primary, aliases } = addressesOn(lived, account.events, on)
      return {
        ...{ on, account, state, legalHold, posts, roles, held, holders, events },
        ...{ address: primary === null ? null : full(primary), aliases: aliases.map(full) },
        quotaMb: quotaOn(account.events, account.quotaMb, on),
      }
    },
  }
}
