import { setTimeout } from 'node:timers/promises'
import { covers, unitIds, type Actor, type Permit, type PersonActor } from '../access/policy.ts'
import type { Addresses } from '../addresses/addresses.ts'
import type { Tokens } from '../access/tokens.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import type { Clock } from '../kernel/clock.ts'
import { dayOf, dayToDb, type Day } from '../kernel/day.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import { addressOf, EmailAddress, type LocalPart } from '../kernel/email-address.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import type { PersonName } from '../kernel/person-name.ts'
import type { Secrets } from '../kernel/secrets.ts'
import { fold } from '../kernel/text.ts'
import type { Language } from '../letters/letter.ts'
import type { Letters } from '../letters/letters.ts'
import type { Sync } from '../provisioning/sync.ts'
import type { Units } from '../units/units.ts'
import type { MailStore, MailUsage } from '../mail/mail.ts'
import { TargetFault } from '../kernel/fault.ts'
import {
  SECRET,
  searchText,
  switches,
  type AccountEventKind,
  type AccountRefusal,
  type AccountState,
  type AccountSummary,
  type AccountView,
  type HandOver,
} from './account.ts'
import { activationsOf } from './activations.ts'
import * as store from './store.ts'

/** A person to whom an account is issued, with the address that a request holds for them. */
export type NewAccount = {
  readonly name: PersonName
  readonly birthDate: Day | null
  readonly sex: string | null
  readonly ninCipher: string | null
  readonly ninHash: string | null
  readonly contactEmail: string
  readonly phone: string | null
  readonly unitId: UnitId
  readonly title: string
  readonly employment: string
  readonly contractEnd: Day | null
  readonly local: LocalPart
  readonly handOver: HandOver
  readonly language: Language
}

export type { Activation, Slip } from './activations.ts'
export type AccountsPage = {
  readonly accounts: AccountSummary[]
  readonly total: number
  readonly page: number
  readonly pageSize: number
}

export type Accounts = ReturnType<typeof accountsOf>
const PAGE = 20
/** Milliseconds that a page waits for the mail store. */
const USAGE_MS = 1_500

/** Accounts: what should exist. Every change of the wanted state grows the revision and makes the targets due. */
export function accountsOf(deps: {
  prisma: PrismaClient
  transaction: Transaction
  clock: Clock
  secrets: Secrets
  addresses: Addresses
  tokens: Tokens
  letters: Letters
  sync: Sync
  units: Units
  mail: Pick<MailStore, 'usage'>
  domain: string
  quotaMb: number
}) {
  const { prisma, clock, secrets, addresses, tokens, sync, units, mail, domain, quotaMb } = deps

  const filterOf = (
    permit: Permit<'account.read'>,
    filter: { q?: string; unit?: UnitId | null; state?: AccountState | null; page?: number },
  ): store.AccountFilter => ({
    q: filter.q ?? '',
    unit: filter.unit ?? null,
    state: filter.state ?? null,
    within: unitIds(permit.units),
    on: dayOf(clock()),
    domain,
    limit: PAGE,
    offset: ((filter.page ?? 1) - 1) * PAGE,
  })

  async function view(id: AccountId): Promise<AccountView | null> {
    const account = await prisma.account.findUnique({
      where: { id },
      include: {
        person: { include: { posts: { where: { isPrimary: true }, orderBy: { validFrom: 'desc' }, take: 1 } } },
        request: true,
        events: { orderBy: { id: 'asc' } },
      },
    })
    if (!account) return null
    const held = await prisma.address.findMany({
      where: { holderKind: 'account', holderId: id, state: 'live' },
      orderBy: { local: 'asc' },
    })
    const primary = held.find((address) => address.role === 'primary')
    if (!primary) return null
    const rows = await sync.rows({ kind: 'account', id })
    const unit = await units.find(account.unitId as UnitId)
    const state = account.state as AccountState
    return {
      ...store.summaryOf(
        {
          id: account.id,
          number: account.number,
          login: account.login,
          display_name: account.displayName,
          local: primary.local,
          title: account.person?.posts[0]?.title ?? null,
          unit_id: account.unitId,
          unit_name: unit?.name ?? null,
          state,
          behind: rows.filter((row) => row.applied < row.wanted).length,
        },
        domain,
      ),
      ...switches(state, account.secretCipher !== null),
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
      })),
    }
  }

  return {
    ...activationsOf(deps),

    /**
     * Issues an account to a person, in the caller's transaction. Refused: duplicate-person when the identification number
     * is known already, address-taken when the request no longer holds the address.
     */
    async issue(
      tx: Tx,
      by: Actor,
      requestId: string,
      asked: NewAccount,
    ): Promise<Decision<AccountId, AccountRefusal | { kind: 'address-taken' }>> {
      if (asked.ninHash !== null) {
        // Two approvals of one person at once: the second waits here and then sees the first.
        await tx.db.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${asked.ninHash}, 722))`
        if (await tx.db.person.findUnique({ where: { ninHash: asked.ninHash } }))
          return refuse({ kind: 'duplicate-person' })
      }
      const [next] = await tx.db.$queryRaw<{ number: number }[]>`SELECT nextval('account_number_seq')::int AS number`
      const number = next?.number ?? 0
      const today = dayToDb(dayOf(tx.at))
      const person = await tx.db.person.create({
        data: {
          fullName: asked.name.full,
          surname: asked.name.surname,
          middle: asked.name.middle,
          given: asked.name.given,
          fold: fold(asked.name.full),
          birthDate: asked.birthDate === null ? null : dayToDb(asked.birthDate),
          sex: asked.sex,
          ninCipher: asked.ninCipher,
          ninHash: asked.ninHash,
          contactEmail: asked.contactEmail,
          phone: asked.phone,
          posts: {
            create: {
              unitId: asked.unitId,
              title: asked.title,
              employment: asked.employment,
              validFrom: today,
              validTo: asked.contractEnd === null ? null : dayToDb(asked.contractEnd),
            },
          },
        },
      })
      const account = await tx.db.account.create({
        data: {
          number,
          login: String(number),
          personId: person.id,
          unitId: asked.unitId,
          state: 'awaiting-activation',
          displayName: asked.name.full,
          search: searchText([fold(asked.name.full), asked.local, String(number)]),
          quotaMb,
          handOver: asked.handOver,
          language: asked.language,
          createdAt: tx.at,
        },
      })
      const held = await addresses.live(tx, requestId, asked.local, account.id)
      // The transaction is given up as a whole: half an account must not stay.
      if (!held.ok) throw new AddressLost()
      await store.event(tx.db, account.id, tx.at, 'issued', by.name)
      await sync.accountsDue(tx, [{ id: account.id, revision: account.revision }])
      tx.audit(by, 'account.issued', `account:${account.id}`, {
        number,
        address: addressOf(asked.local, domain),
        unit: asked.unitId,
      })
      return accept(account.id as AccountId)
    },

    /** A page of accounts within the reader's scope, by name. */
    async list(
      permit: Permit<'account.read'>,
      filter: { q?: string; unit?: UnitId | null; state?: AccountState | null; page?: number },
    ): Promise<AccountsPage> {
      const query = filterOf(permit, filter)
      const [accounts, total] = await Promise.all([store.list(prisma, query), store.count(prisma, query)])
      return { accounts, total, page: filter.page ?? 1, pageSize: PAGE }
    },

    /** Null when unknown or out of scope: which of the two is not told. */
    async read(permit: Permit<'account.read'>, id: AccountId): Promise<AccountView | null> {
      const account = await view(id)
      return account && covers(permit.units, account.unitId) ? account : null
    },

    /** The reader's own account. */
    mine: (permit: Permit<'own.read'>): Promise<AccountView | null> => view((permit.actor as PersonActor).accountId),

    /** How full the mailbox is; null where the mail store does not tell in time: a page never fails or waits for it. */
    async usage(account: AccountView): Promise<MailUsage | null> {
      if (account.readyAt === null) return null
      const late = new AbortController()
      try {
        return await Promise.race([
          mail.usage(account.login),
          setTimeout(USAGE_MS, null, { signal: late.signal, ref: false }),
        ])
      } catch (error) {
        if (error instanceof TargetFault) return null
        throw error
      } finally {
        late.abort()
      }
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

    /** Makes everything that shows this unit due: its group, and its people's entries. */
    async unitChanged(tx: Tx, unit: UnitId): Promise<void> {
      const people = await tx.db.account.findMany({ where: { unitId: unit }, select: { id: true } })
      if (people.length > 0)
        await sync.accountsDue(
          tx,
          await store.bump(
            tx.db,
            people.map((each) => each.id),
          ),
        )
      await sync.groupsDue(tx, await store.bumpGroups(tx.db, [unit]))
    },

    /** Makes every account due: what they show has changed for all alike. */
    async allChanged(tx: Tx): Promise<void> {
      const everybody = await tx.db.account.findMany({ select: { id: true } })
      if (everybody.length === 0) return
      const ids = everybody.map(({ id }) => id)
      await sync.accountsDue(tx, await store.bump(tx.db, ids))
    },

    /** For provisioning: what the targets should show now. */
    wanted: {
      accounts: (ids: readonly string[]) =>
        store.wanted(prisma, ids, dayOf(clock()), domain, (sealed) => secrets.open(sealed, SECRET)),
      groups: (ids: readonly string[]) => store.wantedGroups(prisma, ids, dayOf(clock())),
    },
  }
}

/** The request no longer holds its address; undoes the transaction around it. */
export class AddressLost extends Error {
  constructor() {
    super('The address is no longer held by the request')
    this.name = 'AddressLost'
  }
}
