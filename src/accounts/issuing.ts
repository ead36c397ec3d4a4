import { randomUUID } from 'node:crypto'
import type { Actor } from '../access/policy.ts'
import type { Addresses } from '../addresses/addresses.ts'
import type { Tx } from '../db/transaction.ts'
import { dayOf, dayToDb, type Day } from '../kernel/day.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import { addressOf, type LocalPart } from '../kernel/email-address.ts'
import { AccountId, type UnitId } from '../kernel/ids.ts'
import type { PersonName } from '../kernel/person-name.ts'
import { fold } from '../kernel/text.ts'
import type { Language } from '../letters/letter.ts'
import type { Sync } from '../provisioning/sync.ts'
import { searchText, type AccountRefusal, type HandOver, type SharedKind } from './account.ts'
import { eachOnce, slugOf, type HolderAsked } from './holder.ts'
import type { Holders } from './holders.ts'
import type { Quotas } from './quotas.ts'
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

/** A mailbox of a unit or a function, with the address that a request holds for it. Nobody at all may hold it. */
export type NewShared = {
  readonly kind: SharedKind
  readonly unitId: UnitId
  readonly displayName: string
  readonly local: LocalPart
  readonly holders: readonly HolderAsked[]
  readonly quotaMb: number
}

/** Issuing accounts, always in the transaction of whoever decides it. */
export function issuingOf(deps: {
  addresses: Addresses
  holders: Holders
  sync: Sync
  domain: string
  quotas: Pick<Quotas, 'ofNew'>
}) {
  const { addresses, holders, sync, domain, quotas } = deps

  async function nextNumber(tx: Tx): Promise<number> {
    const [next] = await tx.db.$queryRaw<{ number: number }[]>`SELECT nextval('account_number_seq')::int AS number`
    return next?.number ?? 0
  }

  return {
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
      const number = await nextNumber(tx)
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
          quotaMb: (await quotas.ofNew(tx))({ kind: 'person', title: asked.title, unitId: asked.unitId }),
          handOver: asked.handOver,
          language: asked.language,
          createdAt: tx.at,
        },
      })
      const held = await addresses.live(tx, requestId, asked.local, { kind: 'account', id: account.id })
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

    /**
     * Issues a mailbox that people hold, in the caller's transaction; it receives at once and is never signed in to.
     * Refused: unknown-holder, address-taken when the request no longer holds the address; nothing was written then.
     */
    async issueShared(
      tx: Tx,
      by: Actor,
      requestId: string,
      asked: NewShared,
    ): Promise<Decision<AccountId, AccountRefusal | { kind: 'address-taken' }>> {
      const held = eachOnce(asked.holders)
      const fit = await holders.lock(tx, held)
      if (!fit.ok) return fit
      const id = AccountId.parse(randomUUID())
      const live = await addresses.live(tx, requestId, asked.local, { kind: 'account', id })
      if (!live.ok) return refuse({ kind: 'address-taken' })
      const login = await store.freeLogin(tx.db, slugOf(asked.local))
      const account = await tx.db.account.create({
        data: {
          ...{ id, login, kind: asked.kind, unitId: asked.unitId, state: 'active', displayName: asked.displayName },
          number: await nextNumber(tx),
          search: searchText([fold(asked.displayName), asked.local, login === asked.local ? null : login]),
          quotaMb: asked.quotaMb,
          createdAt: tx.at,
        },
      })
      await store.event(tx.db, id, tx.at, 'issued', by.name)
      await sync.accountsDue(tx, [{ id, revision: account.revision }])
      tx.audit(by, 'account.issued', `account:${id}`, {
        ...{ kind: asked.kind, login, address: addressOf(asked.local, domain), unit: asked.unitId },
      })
      await holders.begin(tx, by, { id, address: addressOf(asked.local, domain) }, held)
      return accept(id)
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
