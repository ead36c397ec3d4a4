import { randomUUID } from 'node:crypto'
import { publicActor } from '../access/policy.ts'
import type { Subject } from '../addresses/naming.ts'
import type { AccountState } from '../accounts/account.ts'
import type { CodeCheck } from '../access/tokens.ts'
import type { Tx } from '../db/transaction.ts'
import { days, later, minutes } from '../kernel/clock.ts'
import { refuse, type Decision } from '../kernel/decision.ts'
import { EmailAddress, type LocalPart } from '../kernel/email-address.ts'
import { contradictions } from '../kernel/identification-number.ts'
import { AccountId, type RequestId } from '../kernel/ids.ts'
import { newCode, tidyCode } from '../kernel/secrets.ts'
import type { HandOver } from '../accounts/account.ts'
import type { Language } from '../letters/letter.ts'
import { refusalOf, undo, type Changes, type Refusal, type RequestsDeps } from './changes.ts'
import type { PersonDetails } from './details.ts'
import { DRAFT_DAYS, type Request, type RequestState } from './request.ts'
import { sendingOf } from './sending.ts'
import * as store from './store.ts'
import type { Waits } from './waits.ts'

const CODE_MINUTES = 30

/** What the applicant may see of a request: state and outcome, never who else is in the system. */
export type Tracked = {
  readonly id: RequestId
  readonly code: string
  readonly state: RequestState
  readonly contactEmail: string
  readonly unitName: string | null
  readonly fullName: string | null
  readonly address: string | null
  readonly submittedAt: Date | null
  readonly dueAt: Date | null
  readonly decidedAt: Date | null
  readonly expiresAt: Date | null
  readonly comment: string | null
  /** For whom it waits and why; null unless it does. */
  readonly waits: Waits | null
  /** Overdue and passed on: when, and to the administrators of which unit; null for IT staff. */
  readonly escalated: { readonly at: Date; readonly unitName: string | null } | null
  /** The account that came of it. */
  readonly account: {
    state: AccountState
    readyAt: Date | null
    activatedAt: Date | null
    linkUntil: Date | null
    handOver: HandOver
  } | null
}
/** A draft or returned request as its owner fills it. */
export type Draft = {
  readonly id: RequestId
  readonly code: string
  readonly state: RequestState
  readonly contactEmail: string
  readonly details: PersonDetails | null
  readonly unitName: string | null
  readonly local: LocalPart | null
  readonly address: string | null
  readonly comment: string | null
  /** Where number and birth date or sex disagree: shown, not refused. */
  readonly warnings: readonly ('birth-year' | 'sex')[]
}

/** The applicant's side: from the first code to the request that is sent, followed and withdrawn. */
export function filingOf(deps: RequestsDeps, changes: Changes) {
  const { prisma, transaction, clock, secrets, accounts, addresses, tokens, letters, units, domain, codePrefix } = deps
  const { addressText, unitName, findRow, change, giveBack, waits, language } = changes
  const sending = sendingOf(deps, changes)

  /** Whoever has a mailbox already reads there that a second one was asked for; the page never tells. */
  async function tellHolder(tx: Tx, details: PersonDetails, language: Language): Promise<void> {
    const address = await accounts.addressByNumber(tx, secrets.numberHash(details.number))
    if (address === null) return
    const params = { name: details.name.full, address, at: tx.at.toISOString() }
    await letters.post(tx, { to: address, language, template: 'already', params })
  }

  /** Whom the address is for, as the naming policy sees them. */
  const subjectOf = async (details: PersonDetails, tx?: Tx): Promise<Subject> => ({
    ...{ kind: 'person', name: details.name, unit: await units.find(details.unitId, tx) },
  })

  const personOf = (row: store.RequestRow): PersonDetails | null => {
    const details = store.detailsOf(row, secrets)
    return details?.kind === 'person' ? details : null
  }

  return {
    /** Sends a six-digit code to a contact e-mail; answers the challenge that the code belongs to. */
    startContact: (email: EmailAddress, lang: Language, challenge: string = randomUUID()): Promise<string> =>
      transaction(async (tx) => {
        const { secret, expiresAt } = await tokens.digits(tx, challenge, minutes(CODE_MINUTES))
        await letters.post(tx, {
          to: email,
          language: lang,
          template: 'confirm',
          params: { code: secret, until: expiresAt.toISOString() },
        })
        return challenge
      }),

    /** The code that arrived opens a draft. Five wrong tries end it. */
    confirmContact: (
      challenge: string,
      typed: string,
      email: EmailAddress,
      lang: Language,
      filedBy: AccountId | null,
    ): Promise<{ ok: true; value: RequestId } | Exclude<CodeCheck, { ok: true }>> =>
      transaction(async (tx) => {
        const check = await tokens.checkDigits(tx, challenge, typed)
        if (!check.ok) return check
        const part = () => newCode(4)
        const row = await tx.db.request.create({
          data: {
            code: `${codePrefix}-${part()}-${part()}`,
            state: 'draft',
            language: lang,
            contactEmail: email,
            confirmedAt: tx.at,
            filedBy,
            createdAt: tx.at,
            expiresAt: later(tx.at, days(DRAFT_DAYS)),
          },
        })
        const id = row.id as RequestId
        await store.event(tx.db, id, tx.at, { kind: 'contact-confirmed', byName: null })
        tx.audit(publicActor, 'request.started', `request:${id}`)
        return { ok: true, value: id }
      }),

    /** A draft or returned request for its owner (whose session holds its id); null when unknown or no longer open. */
    async draft(id: RequestId): Promise<Draft | null> {
      const row = await findRow(id)
      if (!row || row.kind !== 'person' || (row.state !== 'draft' && row.state !== 'returned')) return null
      const details = personOf(row)
      return {
        id,
        code: row.code,
        state: row.state,
        contactEmail: row.contactEmail,
        details,
        unitName: await unitName(row.unitId),
        local: row.local as LocalPart | null,
        address: addressText(row.local),
        comment: row.comment,
        warnings: details ? contradictions(details.number, details) : [],
      }
    },

    /** Refused: not-in-state, unit-closed. */
    fill: (id: RequestId, details: PersonDetails): Promise<Decision<Request, Refusal>> =>
      transaction(async (tx) => {
        if (!(await units.find(details.unitId, tx))) return refuse({ kind: 'unit-closed' })
        return change(tx, id, { type: 'fill', details, at: tx.at })
      }),

    /** Up to three addresses that are free now, and how many people share the pattern. */
    async proposals(id: RequestId): Promise<{ addresses: { local: LocalPart; address: string }[]; taken: number }> {
      const row = await findRow(id)
      const details = row ? personOf(row) : null
      if (!details) return { addresses: [], taken: 0 }
      const { free, taken } = await addresses.propose(await subjectOf(details), id)
      const held = row?.local as LocalPart | null | undefined
      const own = held && !free.includes(held) && (await addresses.holds(id, held))
      const shown = own ? [held, ...free].slice(0, 3) : free
      return { addresses: shown.map((local) => ({ local, address: `${local}@${domain}` })), taken }
    },

    /** Reserves one of the proposals for some hours. Refused: address-taken, not-proposed, not-in-state, incomplete. */
    choose: (id: RequestId, local: LocalPart): Promise<Decision<Request, Refusal>> =>
      transaction(async (tx) => {
        const decision = await change(tx, id, { type: 'choose', local, at: tx.at })
        if (!decision.ok || !('details' in decision.value) || decision.value.details?.kind !== 'person') return decision
        const held = await addresses.reserve(tx, id, await subjectOf(decision.value.details, tx), local)
        return held.ok ? decision : undo(held.refusal)
      }).catch(refusalOf),

    /** Files the request (again, after a correction). Refused: incomplete, address-taken, not-in-state. */
    submit: (id: RequestId): Promise<Decision<Request, Refusal>> =>
      transaction(async (tx) => {
        const filled = await store.lock(tx.db, secrets, id)
        if (!filled) return refuse({ kind: 'unknown-request' })
        const decision = await sending.send(tx, filled, publicActor)
        if (decision.ok && 'details' in decision.value && decision.value.details?.kind === 'person')
          await tellHolder(tx, decision.value.details, await language(tx, id))
        return decision
      }).catch(refusalOf),

    /** By its owner. Refused: not-in-state. */
    withdraw: (id: RequestId): Promise<Decision<Request, Refusal>> =>
      transaction(async (tx) => {
        const decision = await change(tx, id, { type: 'withdraw', at: tx.at })
        if (!decision.ok) return decision
        await giveBack(tx, id)
        await store.event(tx.db, id, tx.at, { kind: 'withdrawn', byName: null })
        tx.audit(publicActor, 'request.withdrawn', `request:${id}`)
        return decision
      }),

    /** The request with this code and contact e-mail; null when either is wrong, which of them is not told. */
    async track(code: string, email: string): Promise<RequestId | null> {
      const tidied = tidyCode(code)
      const parsed = EmailAddress.safeParse(email)
      const shaped = `${tidied.slice(0, -8)}-${tidied.slice(-8, -4)}-${tidied.slice(-4)}`
      const row = await prisma.request.findUnique({
        where: { code: shaped },
        select: { id: true, contactEmail: true, kind: true },
      })
      // What somebody signed in asked for, they follow signed in.
      return row?.kind === 'person' && parsed.success && row.contactEmail === parsed.data ? (row.id as RequestId) : null
    },

    /** What the applicant sees of it, once `track` let them in. */
    async tracked(id: RequestId): Promise<Tracked | null> {
      const row = await findRow(id)
      if (!row) return null
      const account = row.account
      return {
        id,
        code: row.code,
        state: row.state as RequestState,
        contactEmail: row.contactEmail,
        unitName: await unitName(row.unitId),
        fullName: row.fullName,
        address: addressText(row.local),
        submittedAt: row.submittedAt,
        dueAt: row.dueAt,
        decidedAt: row.decidedAt,
        expiresAt: row.expiresAt,
        comment: row.comment,
        waits: await waits(row),
        escalated:
          row.level > 0 && row.escalatedAt !== null
            ? { at: row.escalatedAt, unitName: await unitName(row.escalatedTo) }
            : null,
        account: account
          ? {
              state: account.state as AccountState,
              readyAt: account.readyAt,
              activatedAt: account.activatedAt,
              linkUntil: await tokens.openUntil({ db: prisma, at: clock() }, account.id),
              handOver: account.handOver as HandOver,
            }
          : null,
      }
    },
  }
}
