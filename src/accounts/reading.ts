import { setTimeout } from 'node:timers/promises'
import { covers, unitIds, type Permit, type PersonActor } from '../access/policy.ts'
import type { Tokens } from '../access/tokens.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Tx } from '../db/transaction.ts'
import type { Clock } from '../kernel/clock.ts'
import { dayFromDb, dayOf } from '../kernel/day.ts'
import { EmailAddress } from '../kernel/email-address.ts'
import { TargetFault } from '../kernel/fault.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import type { MailStore, MailUsage } from '../mail/mail.ts'
import type { Sync } from '../provisioning/sync.ts'
import type { Units } from '../units/units.ts'
import {
  EventDetail,
  type AccountEventKind,
  type AccountKind,
  type AccountState,
  type AccountSummary,
  type AccountView,
  type HandOver,
} from './account.ts'
import type { LifePolicies } from './life-policies.ts'
import { switches, type LeavingCause } from './life.ts'
import * as holdings from './holders-store.ts'
import * as store from './store.ts'

export type AccountsFilter = {
  readonly q?: string
  readonly unit?: UnitId | null
  readonly state?: AccountState | null
  readonly kind?: AccountKind | null
  readonly page?: number
}
export type AccountsPage = {
  readonly accounts: AccountSummary[]
  readonly total: number
  readonly page: number
  readonly pageSize: number
}

export type { AccountPlace } from './store.ts'
/** Accounts behind a place in the list, and the place of the last one; null when no more follow. */
export type AccountsAfter = { readonly accounts: AccountSummary[]; readonly next: store.AccountPlace | null }

const PAGE = 20
/** Milliseconds that a page waits for the mail store. */
const USAGE_MS = 1_500

/** Accounts as people read them. */
export function readingOf(deps: {
  prisma: PrismaClient
  clock: Clock
  tokens: Tokens
  sync: Sync
  units: Units
  mail: Pick<MailStore, 'usage' | 'lastSignIns' | 'capabilities'>
  life: LifePolicies
  domain: string
}) {
  const { prisma, clock, tokens, sync, units, mail, life, domain } = deps

  const filterOf = (permit: Permit<'account.read'>, filter: AccountsFilter): store.AccountFilter => ({
    q: filter.q ?? '',
    unit: filter.unit ?? null,
    state: filter.state ?? null,
    kind: filter.kind ?? null,
    within: unitIds(permit.units),
    on: dayOf(clock()),
    domain,
    limit: PAGE,
    offset: ((filter.page ?? 1) - 1) * PAGE,
  })

  /** What the mail store answers, or null where it does not in time. */
  async function inTime<T>(asked: Promise<T>): Promise<T | null> {
    const late = new AbortController()
    try {
      return await Promise.race([asked, setTimeout(USAGE_MS, null, { signal: late.signal, ref: false })])
    } catch (error) {
      if (error instanceof TargetFault) return null
      throw error
    } finally {
      late.abort()
    }
  }

  async function view(id: AccountId): Promise<AccountView | null> {
    const account = await prisma.account.findUnique({
      where: { id },
      include: {
        person: { include: { posts: { where: { isPrimary: true }, orderBy: { validFrom: 'desc' }, take: 1 } } },
        request: true,
        events: { orderBy: { id: 'asc' } },
        archives: { orderBy: { no: 'asc' } },
      },
    })
    if (!account) return null
    const held = await prisma.address.findMany({
      // Of an account that is no more, those that it had.
      where: { holderKind: 'account', holderId: id, state: account.state === 'tombstone' ? 'tombstone' : 'live' },
      orderBy: { local: 'asc' },
    })
    const primary = held.find((address) => address.role === 'primary')
    if (!primary && account.state !== 'tombstone') return null
    const { policy } = await life.present()
    const rows = await sync.rows({ kind: 'account', id })
    const unit = await units.find(account.unitId as UnitId)
    const state = account.state as AccountState
    const shared = account.kind !== 'person'
    const on = dayOf(clock())
    return {
      ...store.summaryOf(
        {
          id: account.id,
          number: account.number,
          kind: account.kind,
          login: account.login,
          display_name: account.displayName,
          local: primary?.local ?? account.login,
          title: account.person?.posts[0]?.title ?? null,
          unit_id: account.unitId,
          unit_name: unit?.name ?? null,
          state,
          behind: rows.filter((row) => row.applied < row.wanted).length,
        },
        domain,
      ),
      ...switches(state, account.secretCipher !== null, policy),
      life: {
        since: dayFromDb(account.stateSince ?? account.createdAt),
        until: account.stateUntil && dayFromDb(account.stateUntil),
        cause: account.leavingCause as LeavingCause | null,
        reply: account.reply,
        legalHold: account.held,
        lastSignInAt: account.lastSignInAt,
        archives: account.archives.map(({ accountId: _, bytes, ...archive }) => ({ ...archive, bytes: Number(bytes) })),
      },
      aliases: held
        .filter((address) => address.role === 'alias')
        .map((address) => EmailAddress.parse(`${address.local}@${domain}`)),
      quotaMb: account.quotaMb,
      phone: account.person?.phone ?? null,
      contactEmail: account.person?.contactEmail ?? null,
      employment: account.person?.posts[0]?.employment ?? null,
      handOver: account.handOver as HandOver,
      revision: account.revision,
      createdAt: account.createdAt,
      readyAt: account.readyAt,
      activatedAt: account.activatedAt,
      activationUntil: state === 'awaiting-activation' ? await tokens.openUntil({ db: prisma, at: clock() }, id) : null,
      requestId: account.request?.id ?? null,
      events: account.events.map((event) => ({
        at: event.at,
        kind: event.kind as AccountEventKind,
        byName: event.byName,
        note: event.note,
        detail: event.detail === null ? null : EventDetail.parse(event.detail),
      })),
      holders: shared ? await holdings.holdersOf(prisma, id, on, domain) : [],
      held: shared ? [] : await holdings.heldBy(prisma, id, on, domain),
    }
  }

  return {
    /** A page of accounts within the reader's scope, by name. */
    async list(permit: Permit<'account.read'>, filter: AccountsFilter): Promise<AccountsPage> {
      const query = filterOf(permit, filter)
      const [accounts, total] = await Promise.all([store.list(prisma, query), store.count(prisma, query)])
      return { accounts, total, page: filter.page ?? 1, pageSize: PAGE }
    },

    /** The same without counting, from a place on: new accounts shift nothing. */
    async listAfter(
      permit: Permit<'account.read'>,
      filter: Omit<AccountsFilter, 'page'> & { readonly after: store.AccountPlace | null; readonly limit: number },
    ): Promise<AccountsAfter> {
      const { after, limit } = filter
      const found = await store.list(prisma, { ...filterOf(permit, filter), after, limit: limit + 1, offset: 0 })
      const accounts = found.slice(0, limit)
      const last = accounts.at(-1)
      return { accounts, next: last && found.length > limit ? await store.placeOf(prisma, last.id) : null }
    },

    /** Null when unknown or out of scope: which of the two is not told. */
    async read(permit: Permit<'account.read'>, id: AccountId): Promise<AccountView | null> {
      const account = await view(id)
      return account && covers(permit.units, account.unitId) ? account : null
    },

    /** What accounts are called, by id; for whoever may see what they are named in. */
    names: (ids: readonly string[]): Promise<ReadonlyMap<string, string>> => store.namesOf(prisma, ids),

    /** The reader's own account. */
    mine: (permit: Permit<'own.read'>): Promise<AccountView | null> => view((permit.actor as PersonActor).accountId),

    /** How full the mailbox is; null where the mail store does not tell in time: a page never fails or waits for it. */
    usage: (account: AccountView): Promise<MailUsage | null> =>
      account.readyAt === null ? Promise.resolve(null) : inTime(mail.usage(account.login)),

    /** When somebody last signed in to the mailbox, as the mail server says now or said last; null when nobody is known to have. */
    async lastSignIn(account: AccountView): Promise<Date | null> {
      const { lastSignInAt } = account.life
      if (account.readyAt === null || account.kind !== 'person' || !mail.capabilities.lastSignIn) return lastSignInAt
      const found = await inTime(mail.lastSignIns([account.login]))
      return found?.get(account.login) ?? lastSignInAt
    },

    /** The address of the person with this identification number's keyed hash; null when there is none. */
    async addressByNumber(tx: Pick<Tx, 'db'>, hash: string): Promise<EmailAddress | null> {
      const account = await tx.db.account.findFirst({ where: { person: { ninHash: hash } }, select: { id: true } })
      if (!account) return null
      const row = await tx.db.address.findFirst({
        where: { holderKind: 'account', holderId: account.id, role: 'primary', state: 'live' },
      })
      return row === null ? null : EmailAddress.parse(`${row.local}@${domain}`)
    },
  }
}
