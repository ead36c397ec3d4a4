import { covers, unitIds, type Actor, type Permit } from '../access/policy.ts'
import type { Tx } from '../db/transaction.ts'
import { dayOf } from '../kernel/day.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import { contradictions, type IdentificationNumber } from '../kernel/identification-number.ts'
import { AccountId, type RequestId, type UnitId } from '../kernel/ids.ts'
import type { HandOver } from '../accounts/account.ts'
import type { Language } from '../letters/letter.ts'
import { refusalOf, undo, type Changes, type Refusal, type RequestsDeps } from './changes.ts'
import type { Details } from './details.ts'
import { isOwn, type Command, type Identity, type Request, type RequestState } from './request.ts'
import * as store from './store.ts'

const PAGE = 20

export type InboxLine = {
  readonly id: RequestId
  readonly code: string
  readonly state: RequestState
  readonly fullName: string
  readonly position: string
  readonly unitName: string
  readonly local: string
  readonly submittedAt: Date
  readonly dueAt: Date
  readonly decidedAt: Date | null
  readonly overdue: boolean
  readonly namesakes: number
  readonly version: number
}
export type Inbox = {
  readonly lines: InboxLine[]
  readonly total: number
  readonly page: number
  readonly pageSize: number
  readonly counts: store.InboxCounts
}
export type RequestEventLine = {
  readonly at: Date
  readonly kind: string
  readonly byName: string | null
  readonly note: string | null
}
/** A request as its approver sees it. */
export type RequestView = {
  readonly id: RequestId
  readonly code: string
  readonly state: RequestState
  readonly version: number
  readonly details: Omit<Details, 'number'>
  /** Only the last three digits; the whole by `reveal`, which is logged. */
  readonly numberEnd: string
  readonly contactEmail: string
  readonly confirmedAt: Date
  readonly unitName: string
  readonly parentName: string | null
  readonly address: string
  readonly quotaMb: number
  readonly submittedAt: Date
  readonly dueAt: Date
  readonly overdue: boolean
  readonly decidedAt: Date | null
  readonly comment: string | null
  readonly identity: Identity | null
  readonly accountId: AccountId | null
  readonly addressHeldUntil: Date | null
  readonly contradictions: readonly ('birth-year' | 'sex')[]
  /** The number is known already: approving will be refused. */
  readonly duplicate: boolean
  readonly namesakes: readonly { fullName: string; address: string; unitName: string }[]
  readonly own: boolean
  readonly events: readonly RequestEventLine[]
}

type Comment = { readonly version: number; readonly comment: string }

/** The approver's side: what waits, what it says, and the decision. */
export function decisionsOf(deps: RequestsDeps, changes: Changes) {
  const { prisma, transaction, clock, secrets, accounts, addresses, letters, units, domain, quotaMb } = deps
  const { unitName, findRow, change, letterFacts, language } = changes

  /** A decision of an approver: scope, own requests and the state are looked at under the row's lock. */
  async function decideBy(
    tx: Tx,
    permit: Permit<'request.decide'>,
    id: RequestId,
    command: (own: boolean) => Command,
  ): Promise<Decision<Request & { state: 'approved' | 'rejected' | 'returned' }, Refusal>> {
    const row = await tx.db.request.findUnique({
      where: { id },
      select: { unitId: true, filedBy: true, ninHash: true, contactEmail: true },
    })
    if (!row?.unitId || !covers(permit.units, row.unitId as UnitId)) return refuse({ kind: 'unknown-request' })
    const own = await ownBy(tx.db, permit.actor, { ...row, filedBy: row.filedBy as AccountId | null })
    const decision = await change(tx, id, command(own))
    return decision as Decision<Request & { state: 'approved' | 'rejected' | 'returned' }, Refusal>
  }

  async function ownBy(db: Tx['db'], actor: Actor, request: Parameters<typeof isOwn>[0]): Promise<boolean> {
    if (actor.kind !== 'person') return false
    const person = actor.personId === null ? null : await db.person.findUnique({ where: { id: actor.personId } })
    return isOwn(request, {
      accountId: actor.accountId,
      ninHash: person?.ninHash ?? null,
      contactEmail: person?.contactEmail ?? null,
      address: actor.address,
    })
  }

  /** Not approved: sent back, or ended. The applicant is told why. */
  const decline = (
    permit: Permit<'request.decide'>,
    id: RequestId,
    type: 'return' | 'reject',
    choice: Comment,
  ): Promise<Decision<RequestState, Refusal>> =>
    transaction(async (tx) => {
      const decision = await decideBy(tx, permit, id, (own) => ({ type, by: permit.actor, own, at: tx.at, ...choice }))
      if (!decision.ok) return decision
      const request = decision.value
      const facts = await letterFacts(tx, request)
      const to = { to: request.contactEmail, language: await language(tx, id) }
      if (request.state === 'returned') {
        const params = { ...facts, comment: choice.comment, until: request.expiresAt.toISOString() }
        await letters.post(tx, { ...to, template: 'returned', params })
      } else {
        await addresses.release(tx, id)
        await letters.post(tx, { ...to, template: 'rejected', params: { ...facts, reason: choice.comment } })
      }
      await store.event(tx.db, id, tx.at, request.state, permit.actor.name, choice.comment)
      tx.audit(permit.actor, `request.${request.state}`, `request:${id}`, { comment: choice.comment })
      return accept(request.state)
    })

  return {
    /** A page of what waits (or is overdue, returned, settled) in the units of the reader's scope. */
    async inbox(
      permit: Permit<'request.read'>,
      filter: { tab?: store.InboxTab; q?: string; unit?: UnitId | null; sort?: 'due' | 'sent'; page?: number },
    ): Promise<Inbox> {
      const at = clock()
      const query: store.InboxFilter = {
        tab: filter.tab ?? 'waiting',
        q: filter.q ?? '',
        unit: filter.unit ?? null,
        within: unitIds(permit.units),
        at,
        on: dayOf(at),
        sort: filter.sort ?? 'due',
        limit: PAGE,
        offset: ((filter.page ?? 1) - 1) * PAGE,
      }
      const [rows, counts] = await Promise.all([store.inbox(prisma, query), store.counts(prisma, query.within, at)])
      const plain = query.q === '' && query.unit === null && query.tab !== 'settled'
      const total = plain ? counts[query.tab] : await store.count(prisma, query)
      const lines = rows.map((row): InboxLine => ({
        id: row.id as RequestId,
        code: row.code,
        state: row.state,
        fullName: row.full_name,
        position: row.position,
        unitName: row.unit_name ?? '',
        local: row.local,
        submittedAt: row.submitted_at,
        dueAt: row.due_at,
        decidedAt: row.decided_at,
        overdue: row.state === 'submitted' && row.due_at < at,
        namesakes: row.namesakes,
        version: row.version,
      }))
      return { lines, total, page: filter.page ?? 1, pageSize: PAGE, counts }
    },

    /** How many requests wait within the reader's scope, for the navigation. */
    waiting: async (permit: Permit<'request.read'>): Promise<number> =>
      (await store.counts(prisma, unitIds(permit.units), clock())).waiting,

    /** Null when unknown, never submitted, or out of scope. */
    async read(permit: Permit<'request.read'>, id: RequestId): Promise<RequestView | null> {
      const row = await findRow(id)
      if (!row?.unitId || row.submittedAt === null || row.dueAt === null || !covers(permit.units, row.unitId as UnitId))
        return null
      const details = store.detailsOf(row, secrets)
      if (!details || row.local === null) return null
      const unit = await units.find(details.unitId)
      const held = await prisma.address.findFirst({ where: { holderKind: 'request', holderId: id, state: 'reserved' } })
      const known =
        row.ninHash === null
          ? null
          : await prisma.person.findUnique({ where: { ninHash: row.ninHash }, include: { account: true } })
      const same = await store.namesakes(prisma, details.name.full)
      const { number, ...rest } = details
      return {
        id,
        code: row.code,
        state: row.state as RequestState,
        version: row.version,
        details: rest,
        numberEnd: number.slice(-3),
        contactEmail: row.contactEmail,
        confirmedAt: row.confirmedAt,
        unitName: unit?.name ?? '',
        parentName: unit?.parentName ?? null,
        address: `${row.local}@${domain}`,
        quotaMb,
        submittedAt: row.submittedAt,
        dueAt: row.dueAt,
        overdue: row.state === 'submitted' && row.dueAt < clock(),
        decidedAt: row.decidedAt,
        comment: row.comment,
        identity: row.identity as Identity | null,
        accountId: row.accountId as AccountId | null,
        addressHeldUntil: held?.until ?? null,
        contradictions: contradictions(number, details),
        duplicate: known !== null && known.account?.id !== row.accountId,
        namesakes: await Promise.all(
          same
            .filter((each) => each.local !== row.local || row.accountId === null)
            .map(async (each) => ({
              fullName: each.fullName,
              address: `${each.local}@${domain}`,
              unitName: (await unitName(each.unitId)) ?? '',
            })),
        ),
        own: await ownBy(prisma, permit.actor, { ...row, filedBy: row.filedBy as AccountId | null }),
        events: row.events.map(({ at, kind, byName, note }) => ({ at, kind, byName, note })),
      }
    },

    /** The whole identification number; the opening is logged. */
    reveal: (permit: Permit<'number.reveal'>, id: RequestId): Promise<Decision<IdentificationNumber, Refusal>> =>
      transaction(async (tx) => {
        const row = await tx.db.request.findUnique({ where: { id } })
        const details = row?.unitId && covers(permit.units, row.unitId as UnitId) ? store.detailsOf(row, secrets) : null
        if (!details) return refuse({ kind: 'unknown-request' })
        tx.audit(permit.actor, 'number.revealed', `request:${id}`)
        return accept(details.number)
      }),

    /**
     * Issues the account: wanted state, ledger, audit and bell in one transaction. Refused: own-request, not-in-state (two
     * approvers at once: the second is told by whom and when), changed-meanwhile, duplicate-person, address-taken.
     */
    approve: (
      permit: Permit<'request.decide'>,
      id: RequestId,
      choice: { version: number; identity: Identity; handOver: HandOver },
    ): Promise<Decision<AccountId, Refusal>> =>
      transaction(async (tx): Promise<Decision<AccountId, Refusal>> => {
        const decision = await decideBy(tx, permit, id, (own) => ({
          type: 'approve',
          by: permit.actor,
          own,
          at: tx.at,
          ...choice,
        }))
        if (!decision.ok) return decision
        if (decision.value.state !== 'approved') return refuse({ kind: 'unknown-request' })
        const { details, local, contactEmail } = decision.value
        const row = await tx.db.request.findUniqueOrThrow({ where: { id } })
        const issued = await accounts.issue(tx, permit.actor, id, {
          ...details,
          title: details.position,
          ninCipher: row.ninCipher,
          ninHash: row.ninHash,
          contactEmail,
          local,
          handOver: choice.handOver,
          language: row.language as Language,
        })
        if (!issued.ok) return undo(issued.refusal)
        await tx.db.request.update({ where: { id }, data: { accountId: issued.value } })
        await store.event(tx.db, id, tx.at, 'approved', permit.actor.name, choice.identity)
        tx.audit(permit.actor, 'request.approved', `request:${id}`, {
          account: issued.value,
          identity: choice.identity,
          handOver: choice.handOver,
        })
        return accept(AccountId.parse(issued.value))
      }).catch(refusalOf),

    /** Sends it back for correction with a comment, which the applicant reads as written. */
    return: (permit: Permit<'request.decide'>, id: RequestId, choice: Comment) => decline(permit, id, 'return', choice),

    /** Ends it with a reason; the address is free again. */
    reject: (permit: Permit<'request.decide'>, id: RequestId, choice: Comment) => decline(permit, id, 'reject', choice),
  }
}
