import type { PrismaClient } from '../db/generated/client.ts'
import type { Tx } from '../db/transaction.ts'
import { days, hours, later, type Clock } from '../kernel/clock.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import type { LocalPart } from '../kernel/email-address.ts'
import {
  CHOSEN,
  DRAFT_RESERVATION_HOURS,
  REQUEST_RESERVATION_DAYS,
  type AddressOwner,
  type AddressRole,
  type Holder,
} from './address.ts'
import type { NamingPolicies } from './naming-policies.ts'
import {
  formsOf,
  mayBeChosen,
  numbered,
  passedOver,
  reasonFor,
  type Candidate,
  type Form,
  type Subject,
} from './naming.ts'
import * as store from './store.ts'

export type AddressRefusal = { kind: 'address-taken' } | { kind: 'not-proposed' } | { kind: 'not-allowed' }
/** Why an owner's address stays as it is. */
export type AliasRefusal = { kind: 'not-own-address' } | { kind: 'primary-address' }
export type Addresses = ReturnType<typeof addressesOf>
export type Proposals = {
  readonly free: readonly LocalPart[]
  readonly candidates: readonly Candidate[]
  /** How many addresses of the first pattern are taken, with all their numbers. */
  readonly taken: number
  readonly version: number
}

/** Proposing and holding addresses. An address is unique by the database's key, never by a check beforehand. */
export function addressesOf(deps: { prisma: PrismaClient; clock: Clock; naming: NamingPolicies; domain: string }) {
  const { prisma, clock, naming, domain } = deps
  const ofRequest = (id: string): Holder => ({ kind: 'request', id })

  // How often somebody was too late: many namesakes at once would all be shown, and all try, the same next number. After each
  // failure but the first a request looks at twice as many, and starts where its own identifier says. What is passed over stays free.
  const late = new Map<string, number>()
  const skipOf = (request: string): number => {
    const times = late.get(request)
    return times === undefined ? 0 : Number.parseInt(request.slice(0, 8), 16) % 2 ** Math.min(times - 1, 12)
  }
  const tried = (request: string, held: boolean): void => {
    if (held) late.delete(request)
    else {
      if (late.size > 10_000) late.clear()
      late.set(request, (late.get(request) ?? 0) + 1)
    }
  }

  async function freeOf(
    forms: readonly Form[],
    request: string,
    count: number,
  ): Promise<{ free: Candidate[]; taken: number }> {
    const [first] = forms
    if (first === undefined) return { free: [], taken: 0 }
    const at = clock()
    const holder = ofRequest(request)
    const { free, taken } = await store.freeNumbers(
      prisma,
      first.stem,
      first.from,
      count + 1,
      skipOf(request),
      at,
      holder,
    )
    const numbers = free.filter((n) => n > 1).map((n) => numbered(first, n))
    if (forms.length === 1 && first.bare === first.stem) {
      const alone = free[0] === 1 ? [{ local: first.bare, rule: first.rule, number: 1 }] : []
      return { free: [...alone, ...numbers].slice(0, count), taken }
    }
    const bare = forms.flatMap(({ bare: local, rule }) => (local === null ? [] : [{ local, rule, number: 1 }]))
    const gone = await store.takenOf(
      prisma,
      bare.map(({ local }) => local),
      at,
      holder,
    )
    return { free: [...bare.filter(({ local }) => !gone.has(local)), ...numbers].slice(0, count), taken }
  }

  async function hold(
    tx: Tx,
    request: string,
    subject: Subject,
    local: LocalPart,
    until: Date,
  ): Promise<Decision<LocalPart, AddressRefusal>> {
    const { policy, version } = await naming.present(tx)
    const forms = formsOf(policy, subject, domain)
    const reason = reasonFor(forms, local)
    // What it holds already was proposed once, even if by a policy that is no longer in force.
    if (reason === null && !(await store.isHeld(tx.db, local, ofRequest(request), tx.at)))
      return refuse({ kind: 'not-proposed' })
    const why = reason === null ? null : { policy: version, ...reason, passed: passedOver(forms, reason) }
    const held = await store.reserve(tx, local, ofRequest(request), until, why)
    tried(request, held)
    return held ? accept(local) : refuse({ kind: 'address-taken' })
  }

  /** Holds it while people look at the request; takes it anew if the draft's hold ran out and nobody came between. */
  async function keep(tx: Tx, request: string, local: LocalPart): Promise<Decision<LocalPart, AddressRefusal>> {
    const until = later(tx.at, days(REQUEST_RESERVATION_DAYS))
    const held = await store.keep(tx, local, ofRequest(request), until)
    return held ? accept(local) : refuse({ kind: 'address-taken' })
  }

  return {
    /** Up to `count` addresses that are free now, best first, with the rule of each, and how many of the pattern are taken. */
    async propose(subject: Subject, request: string, count = 3): Promise<Proposals> {
      const { policy, version } = await naming.present()
      const { free, taken } = await freeOf(formsOf(policy, subject, domain), request, count)
      return { free: free.map(({ local }) => local), candidates: free, taken, version }
    },

    /** Whether the request still holds this address. */
    holds: (request: string, local: LocalPart): Promise<boolean> =>
      store.isHeld(prisma, local, ofRequest(request), clock()),

    /** Holds an address for a draft for some hours, and gives back what the draft held before. */
    reserve: (
      tx: Tx,
      request: string,
      subject: Subject,
      local: LocalPart,
    ): Promise<Decision<LocalPart, AddressRefusal>> =>
      hold(tx, request, subject, local, later(tx.at, hours(DRAFT_RESERVATION_HOURS))),

    /** The same for a request that is sent in this transaction: it is held while people look at the request, in one go. */
    reserveSent: (
      tx: Tx,
      request: string,
      subject: Subject,
      local: LocalPart,
    ): Promise<Decision<LocalPart, AddressRefusal>> =>
      hold(tx, request, subject, local, later(tx.at, days(REQUEST_RESERVATION_DAYS))),

    keep,

    release: (tx: Tx, request: string): Promise<number> => store.release(tx.db, ofRequest(request)),

    /**
     * Holds an address that somebody chose freely (an alias, a list), while people look at the request. Refused:
     * not-allowed (a reserved word, or not of the policy's form), address-taken.
     */
    async choose(tx: Tx, request: string, local: LocalPart): Promise<Decision<LocalPart, AddressRefusal>> {
      const { policy, version } = await naming.present(tx)
      if (!mayBeChosen(policy, local)) return refuse({ kind: 'not-allowed' })
      const until = later(tx.at, days(REQUEST_RESERVATION_DAYS))
      const why = { policy: version, rule: CHOSEN, number: 1 }
      const held = await store.reserve(tx, local, ofRequest(request), until, why)
      return held ? accept(local) : refuse({ kind: 'address-taken' })
    },

    /**
     * An address that the request holds, or that is or was the owner's own, becomes a living one of the owner; where it
     * becomes the primary one, the former stays as an alias. Refused: address-taken; the caller gives the transaction up.
     */
    async live(
      tx: Tx,
      request: string,
      local: LocalPart,
      owner: AddressOwner,
      role: AddressRole = 'primary',
    ): Promise<Decision<LocalPart, AddressRefusal>> {
      if (!(await store.revive(tx.db, local, owner))) {
        const held = await keep(tx, request, local)
        if (!held.ok || !(await store.live(tx.db, local, ofRequest(request), owner, tx.at)))
          return refuse({ kind: 'address-taken' })
      }
      if (role === 'primary') await store.makePrimary(tx.db, local, owner)
      return accept(local)
    },

    /** The owner's living addresses, the primary one first. */
    ofOwner: (tx: Pick<Tx, 'db'>, owner: AddressOwner): Promise<LocalPart[]> => store.livingOf(tx.db, owner),

    /** An alias that is given up: nobody else's for ever. Refused: not-own-address, primary-address. */
    async retire(tx: Tx, owner: AddressOwner, local: LocalPart): Promise<Decision<LocalPart, AliasRefusal>> {
      const role = await store.roleOf(tx.db, local, owner)
      if (role === null) return refuse({ kind: 'not-own-address' })
      if (role === 'primary') return refuse({ kind: 'primary-address' })
      await store.buryOne(tx.db, local, owner)
      return accept(local)
    },

    /** An account that ends takes its addresses with it: they are nobody else's for ever. */
    bury: (tx: Tx, account: string): Promise<number> => store.bury(tx.db, account),

    releaseExpired: (tx: Tx): Promise<number> => store.releaseExpired(tx.db, tx.at),
  }
}
