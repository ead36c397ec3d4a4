import { randomUUID } from 'node:crypto'
import { covers, type Permit, type PersonActor } from '../access/policy.ts'
import { holderChanges } from '../accounts/holder.ts'
import type { Candidate, Subject } from '../addresses/naming.ts'
import type { Tx } from '../db/transaction.ts'
import { days, later } from '../kernel/clock.ts'
import { dayOf } from '../kernel/day.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import type { EmailAddress, LocalPart } from '../kernel/email-address.ts'
import { AccountId, type RequestId, type UnitId } from '../kernel/ids.ts'
import { parsePersonName } from '../kernel/person-name.ts'
import { newCode } from '../kernel/secrets.ts'
import type { Language } from '../letters/letter.ts'
import { asksAddress, OwnDetails, type Ask, type DetailsOf } from './ask.ts'
import * as people from './asking-store.ts'
import { refusalOf, undo, type Changes, type Refusal, type RequestsDeps } from './changes.ts'
import { newName } from './kinds/name.ts'
import { DRAFT_DAYS, wrongState, type Request } from './request.ts'
import { sendingOf } from './sending.ts'
import * as store from './store.ts'

/** Addresses that are tried for one of several people, who do not choose: others may be quicker with some. */
const TRIED = 20
type Mine = Permit<'own.request'>
type Draft = Request & { readonly state: 'draft' | 'returned' }

/** What people ask for who are signed in: for themselves, for a mailbox that they hold, or for their unit. */
export function askingOf(deps: RequestsDeps, changes: Changes) {
  const { prisma, transaction, clock, secrets, addresses, lists, units, domain, codePrefix } = deps
  const { apply, giveBack } = changes
  const sending = sendingOf(deps, changes)
  const who = ({ actor }: Mine): PersonActor => actor as PersonActor

  /** The grants of whoever looks after units; an auditor changes nothing anywhere. */
  const caringOf = ({ grants }: PersonActor) => grants.filter((grant) => !grant.deputyFor && grant.role !== 'auditor')
  /** Their own unit, and those that they administer. */
  const isTheirs = (actor: PersonActor, unit: UnitId): boolean =>
    unit === actor.unitId || caringOf(actor).some((grant) => covers(grant.units, unit))

  /** A mailbox that somebody may ask a change of: their own, or one that they hold; its holders, in their units too. */
  async function mailboxFor(
    tx: Pick<Tx, 'db' | 'at'>,
    actor: PersonActor,
    ask: { kind: Ask['kind']; accountId: string },
  ) {
    const mailbox = await people.mailbox(tx.db, ask.accountId, dayOf(tx.at), domain)
    if (mailbox === null) return refuse({ kind: 'unknown-account' } as const)
    const own = mailbox.id === actor.accountId
    const present = mailbox.kind === 'person' ? [] : await people.holders(tx.db, mailbox.id)
    const holds = present.some(({ accountId, rights }) => accountId === actor.accountId && rights === 'full')
    const may = {
      ...{ name: own, position: own, alias: own || holds, quota: own || holds },
      holders: mailbox.kind !== 'person' && (holds || isTheirs(actor, mailbox.unitId)),
    }
    if (!(ask.kind in may && may[ask.kind as keyof typeof may])) return refuse({ kind: 'not-your-mailbox' } as const)
    return accept({ mailbox, present })
  }

  /** What is said, with all that follows from it now; every refusal is one that its asker can mend. */
  async function workedOut(tx: Tx, actor: PersonActor, ask: Ask): Promise<Decision<OwnDetails, Refusal>> {
    if ('holders' in ask) {
      const odd = await people.noPerson(
        tx.db,
        ask.holders.map(({ accountId }) => accountId),
      )
      if (odd !== null) return refuse({ kind: 'unknown-holder', accountId: odd })
    }
    if ('unitId' in ask) {
      if (!isTheirs(actor, ask.unitId)) return refuse({ kind: 'not-your-unit' })
      const unit = await units.find(ask.unitId, tx)
      if (!unit) return refuse({ kind: 'unit-closed' })
      switch (ask.kind) {
        case 'unit-mailbox':
          if (await people.hasMailbox(tx.db, ask.unitId)) return refuse({ kind: 'unit-has-mailbox' })
          return accept(OwnDetails.parse({ ...ask, title: unit.name }))
        case 'function-mailbox':
          return accept(OwnDetails.parse({ ...ask, title: `${ask.what} ${unit.name}` }))
        case 'list': {
          const why = await lists.check(tx, ask)
          return why === null ? accept(OwnDetails.parse({ ...ask, title: ask.name })) : refuse(why)
        }
        case 'people': {
          const title = ask.people.map(({ fullName }) => fullName).join(', ')
          const each = ask.people.map((one) => ({ ...one, ticket: randomUUID(), local: null }))
          return accept(OwnDetails.parse({ ...ask, title, people: each }))
        }
        default:
          return ask satisfies never
      }
    }
    const found = await mailboxFor(tx, actor, ask)
    if (!found.ok) return found
    const { mailbox, present } = found.value
    const about = { ...ask, unitId: mailbox.unitId, title: mailbox.displayName }
    switch (ask.kind) {
      case 'holders': {
        const { ended, begun } = holderChanges(present, ask.holders)
        if (ended.length + begun.length === 0) return refuse({ kind: 'nothing-changes' })
        return accept(OwnDetails.parse({ ...about, present }))
      }
      case 'name': {
        const name = parsePersonName(ask.fullName, ask.given)
        if (!ask.newAddress && name.ok && name.value.full === mailbox.displayName)
          return refuse({ kind: 'nothing-changes' })
        return accept(OwnDetails.parse(about))
      }
      case 'position':
        if (ask.position === mailbox.title) return refuse({ kind: 'nothing-changes' })
        return accept(OwnDetails.parse({ ...about, present: mailbox.title }))
      case 'alias':
        return accept(OwnDetails.parse(about))
      case 'quota':
        if (ask.quotaMb <= mailbox.quotaMb) return refuse({ kind: 'quota-not-larger', presentMb: mailbox.quotaMb })
        return accept(OwnDetails.parse({ ...about, present: mailbox.quotaMb }))
      default:
        return ask satisfies never
    }
  }

  /** For whom the naming policy makes an address; null where it makes none. */
  async function subjectOf(details: OwnDetails, tx?: Tx): Promise<Subject | null> {
    const unit = await units.find(details.unitId, tx)
    switch (details.kind) {
      case 'unit-mailbox':
        return unit && { kind: 'unit', unit }
      case 'function-mailbox':
        return unit && { kind: 'function', what: details.what, unit }
      case 'list':
        return unit && { kind: 'function', what: details.name, unit }
      case 'name':
        return details.newAddress ? { kind: 'person', name: newName(details), unit } : null
      default:
        return null
    }
  }

  /** Locks somebody's own draft or returned request. Refused: unknown-request, not-in-state. */
  async function lockOwn(tx: Tx, permit: Mine, id: RequestId): Promise<Decision<Draft, Refusal>> {
    const request = await store.lock(tx.db, secrets, id)
    if (request === null || request.filedBy !== who(permit).accountId) return refuse({ kind: 'unknown-request' })
    return request.state === 'draft' || request.state === 'returned' ? accept(request) : wrongState(request)
  }

  async function opened(tx: Tx, permit: Mine, kind: Ask['kind'], language: Language): Promise<RequestId> {
    const { accountId, address, name } = who(permit)
    const code = `${codePrefix}-${newCode(4)}-${newCode(4)}`
    const asker = { contactEmail: address, confirmedAt: tx.at, filedBy: accountId, language }
    const row = await tx.db.request.create({
      data: { code, kind, state: 'draft', ...asker, createdAt: tx.at, expiresAt: later(tx.at, days(DRAFT_DAYS)) },
    })
    const id = row.id as RequestId
    await store.event(tx.db, id, tx.at, { kind: 'started', byName: name })
    tx.audit(permit.actor, 'request.started', `request:${id}`, { kind })
    return id
  }

  async function proposed(details: OwnDetails, holder: string, count = 3): Promise<readonly Candidate[]> {
    const subject = await subjectOf(details)
    return subject === null ? [] : (await addresses.propose(subject, holder, count)).candidates
  }

  /** Holds the address that it asks for: the chosen one, else the one it had, else the first that is proposed. */
  async function addressed(tx: Tx, request: Draft, details: OwnDetails, chosen: LocalPart | null) {
    const local = chosen ?? request.local ?? (await proposed(details, request.id, 1))[0]?.local ?? null
    if (local === null) return undo({ kind: 'incomplete', missing: 'address' })
    const named = await apply(tx, request, { type: 'choose', local, at: tx.at }, null)
    if (!named.ok) return undo(named.refusal)
    const subject = await subjectOf(details, tx)
    const held =
      subject === null
        ? await addresses.choose(tx, request.id, local)
        : await addresses.reserveSent(tx, request.id, subject, local)
    return held.ok ? named.value : undo(held.refusal)
  }

  /** Holds an address for each of several people, namesakes among them one after the other. */
  async function allAddressed(tx: Tx, request: Draft, details: DetailsOf<'people'>): Promise<Request> {
    const unit = await units.find(details.unitId, tx)
    const each: DetailsOf<'people'>['people'] = []
    for (const one of details.people) {
      const name = parsePersonName(one.fullName, one.given)
      if (!name.ok) return undo({ kind: 'incomplete', missing: 'details' })
      const subject: Subject = { kind: 'person', name: name.value, unit }
      let local: LocalPart | null = null
      for (const free of (await addresses.propose(subject, one.ticket, TRIED)).free) {
        if (!(await addresses.reserveSent(tx, one.ticket, subject, free)).ok) continue
        local = free
        break
      }
      if (local === null) return undo({ kind: 'address-taken' })
      each.push({ ...one, local })
    }
    const filled = await apply(tx, request, { type: 'fill', details: { ...details, people: each }, at: tx.at }, null)
    return filled.ok ? filled.value : undo(filled.refusal)
  }

  /** Fills a draft, a new one unless one is given; what it held is given back. */
  async function fillIn(
    tx: Tx,
    permit: Mine,
    ask: Ask,
    { id = null, language }: { id?: RequestId | null; language: Language },
  ): Promise<Decision<RequestId, Refusal>> {
    const details = await workedOut(tx, who(permit), ask)
    if (!details.ok) return details
    const own = id ?? (await opened(tx, permit, ask.kind, language))
    const draft = await lockOwn(tx, permit, own)
    if (!draft.ok) return draft
    if (draft.value.details !== null && draft.value.details.kind !== ask.kind)
      return refuse({ kind: 'unknown-request' })
    if (ask.kind === 'people') await giveBack(tx, own)
    const filled = await apply(tx, draft.value, { type: 'fill', details: details.value, at: tx.at }, null)
    if (!filled.ok) return filled
    if (details.value.kind !== 'alias') return accept(own)
    const chosen = await apply(tx, filled.value, { type: 'choose', local: details.value.local, at: tx.at }, null)
    return chosen.ok ? accept(own) : chosen
  }

  async function sendIn(tx: Tx, permit: Mine, id: RequestId, chosen: LocalPart | null) {
    const draft = await lockOwn(tx, permit, id)
    if (!draft.ok) return draft
    const request = draft.value
    const { details } = request
    if (details === null || details.kind === 'person')
      return refuse({ kind: 'incomplete', missing: 'details' } as const)
    const whole =
      details.kind === 'people'
        ? await allAddressed(tx, request, details)
        : asksAddress(details)
          ? await addressed(tx, request, details, chosen)
          : request
    const sent = await sending.send(tx, whole, permit.actor, { held: true })
    return sent.ok ? accept(id) : undo(sent.refusal)
  }

  return {
    /**
     * Keeps what somebody asks for as their draft, or in a request of theirs that is open. Refused: not-your-unit,
     * not-your-mailbox, unit-closed, unit-has-mailbox, unknown-holder, nothing-changes, quota-not-larger, and as lists
     * refuse.
     */
    ask: (
      permit: Mine,
      ask: Ask,
      into: { id?: RequestId | null; language: Language },
    ): Promise<Decision<RequestId, Refusal>> =>
      transaction(async (tx) => {
        const filled = await fillIn(tx, permit, ask, into)
        return filled.ok ? filled : undo(filled.refusal)
      }).catch(refusalOf),

    /** Addresses that are free for it now, best first; none where it asks for none, or for one that was said. */
    async offered(permit: Mine, id: RequestId): Promise<readonly { local: LocalPart; address: EmailAddress }[]> {
      const row = await prisma.request.findUnique({ where: { id } })
      const details = row?.filedBy === who(permit).accountId ? store.detailsOf(row, secrets) : null
      if (!details || details.kind === 'person') return []
      const free = await proposed(details, id)
      return free.map(({ local }) => ({ local, address: `${local}@${domain}` as EmailAddress }))
    },

    /**
     * Sends it: its addresses are held from here on. Refused: address-taken, not-proposed, not-allowed (an alias that the
     * naming policy does not take), incomplete, not-in-state; nothing is held then.
     */
    send: (permit: Mine, id: RequestId, chosen: LocalPart | null = null): Promise<Decision<RequestId, Refusal>> =>
      transaction((tx) => sendIn(tx, permit, id, chosen)).catch(refusalOf),

    /** Both at once, for programs; `id` for one that was returned. Refused as each. */
    askAndSend: (
      permit: Mine,
      ask: Ask,
      { chosen, ...into }: { id?: RequestId | null; chosen: LocalPart | null; language: Language },
    ): Promise<Decision<RequestId, Refusal>> =>
      transaction(async (tx): Promise<Decision<RequestId, Refusal>> => {
        const filled = await fillIn(tx, permit, ask, into)
        return filled.ok ? sendIn(tx, permit, filled.value, chosen) : undo(filled.refusal)
      }).catch(refusalOf),

    /** By whoever filed it. Refused: unknown-request, not-in-state. */
    withdrawOwn: (permit: Mine, id: RequestId): Promise<Decision<true, Refusal>> =>
      transaction(async (tx) => {
        const request = await store.lock(tx.db, secrets, id)
        if (request === null || request.filedBy !== who(permit).accountId) return refuse({ kind: 'unknown-request' })
        const done = await apply(tx, request, { type: 'withdraw', at: tx.at }, null)
        if (!done.ok) return done
        await giveBack(tx, id)
        await store.event(tx.db, id, tx.at, { kind: 'withdrawn', byName: permit.actor.name })
        tx.audit(permit.actor, 'request.withdrawn', `request:${id}`)
        return accept(true)
      }),

    /** The mailboxes of units and functions that somebody may ask a change of; `held` where they work in it. */
    sharedFor: (permit: Mine) => {
      const { accountId, unitId } = who(permit)
      const grants = caringOf(who(permit))
      const all = grants.some((grant) => grant.units === 'all')
      const below = grants.flatMap((grant) => (grant.units === 'all' ? [] : [...grant.units]))
      return people.shared(prisma, accountId, all ? null : [unitId, ...below], dayOf(clock()), domain)
    },

    /** The asker's own mailbox. */
    ownMailbox: (permit: Mine) => people.mailbox(prisma, who(permit).accountId, dayOf(clock()), domain),

    /** The mailbox that an address or an account number means; null for none. */
    meant: (_permit: Mine, name: string) => people.meant(prisma, name, dayOf(clock()), domain),

    /** The addresses of those who hold a mailbox that the asker may ask a change of, one a line; null where they may not. */
    async holdersTyped(permit: Mine, id: string): Promise<{ full: string; read: string } | null> {
      const mailbox = AccountId.safeParse(id)
      if (!mailbox.success) return null
      const asked = { kind: 'holders', accountId: mailbox.data } as const
      const found = await mailboxFor({ db: prisma, at: clock() }, who(permit), asked)
      if (!found.ok) return null
      const { present } = found.value
      const locals = await people.addressesOf(
        prisma,
        present.map(({ accountId }) => accountId),
      )
      const of = (rights: string) =>
        present
          .flatMap((each) => (each.rights === rights ? [changes.addressText(locals.get(each.accountId) ?? null)] : []))
          .join('\n')
      return { full: of('full'), read: of('read') }
    },
  }
}
