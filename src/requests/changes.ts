import type { Transaction, Tx } from '../db/transaction.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Accounts } from '../accounts/accounts.ts'
import type { AccountRefusal } from '../accounts/account.ts'
import { AddressLost } from '../accounts/accounts.ts'
import type { Addresses, AddressRefusal } from '../addresses/addresses.ts'
import type { Audit } from '../audit/audit.ts'
import type { WorkingCalendar } from '../calendar/calendar.ts'
import { dueAfter } from '../calendar/working-days.ts'
import type { Tokens } from '../access/tokens.ts'
import type { Clock } from '../kernel/clock.ts'
import { dayOf } from '../kernel/day.ts'
import { refuse, type Decision } from '../kernel/decision.ts'
import type { RequestId, UnitId } from '../kernel/ids.ts'
import type { Secrets } from '../kernel/secrets.ts'
import type { Language } from '../letters/letter.ts'
import type { ListRefusal } from '../lists/list.ts'
import type { Lists } from '../lists/lists.ts'
import type { Letters } from '../letters/letters.ts'
import type { Units } from '../units/units.ts'
import { namedIn, titleOf, type Details } from './ask.ts'
import { addressesOf, called, unitsCalled } from './asking-store.ts'
import { decide, type Command, type Due, type Request, type RequestRefusal } from './request.ts'
import { seatingsOf, type Surroundings } from './seating.ts'
import type { StepsPolicies } from './steps-policies.ts'
import * as store from './store.ts'
import type { Names } from './told.ts'
import { waitsOf, type Waits } from './waits.ts'

export type RequestsDeps = {
  readonly prisma: PrismaClient
  readonly transaction: Transaction
  readonly clock: Clock
  readonly secrets: Secrets
  readonly accounts: Accounts
  readonly addresses: Addresses
  readonly tokens: Tokens
  readonly letters: Letters
  readonly audit: Audit
  readonly units: Units
  readonly calendar: WorkingCalendar
  readonly steps: StepsPolicies
  readonly lists: Lists
  readonly domain: string
  readonly quotaMb: number
  readonly codePrefix: string
}

/** Why something cannot be asked for, or could not be done once it was approved. */
export type AskRefusal =
  | { kind: 'not-your-unit' }
  | { kind: 'not-your-mailbox' }
  | { kind: 'unit-has-mailbox' }
  | { kind: 'nothing-changes' }
  | { kind: 'quota-not-larger'; presentMb: number }
  | { kind: 'holders-changed' }
  | { kind: 'person-known'; name: string }
export type Refusal =
  | (RequestRefusal | AddressRefusal | AccountRefusal | ListRefusal | AskRefusal)
  | { kind: 'unknown-request' }
  | { kind: 'unit-closed' }

export type Changes = ReturnType<typeof changesOf>

/** What filing and deciding share: changing a request under its lock, and the facts that letters tell. */
export function changesOf(deps: RequestsDeps) {
  const { prisma, clock, secrets, units, calendar, addresses, domain } = deps
  const seating = seatingsOf(deps)
  const addressText = (local: string | null) => (local === null ? null : `${local}@${domain}`)
  const unitName = async (id: string | null, tx?: Tx) =>
    id === null ? null : ((await units.find(id as UnitId, tx))?.name ?? null)

  async function findRow(id: RequestId) {
    return prisma.request.findUnique({ where: { id }, include: { events: { orderBy: { id: 'asc' } }, account: true } })
  }

  /** Locks, decides and saves; what else belongs to the change is the caller's. */
  async function change(tx: Tx, id: RequestId, command: Command): Promise<Decision<Request, Refusal>> {
    const request = await store.lock(tx.db, secrets, id)
    return request ? apply(tx, request, command, null) : refuse({ kind: 'unknown-request' })
  }

  /** Decides about a locked request and saves it, with where it waits now. */
  async function apply(
    tx: Tx,
    request: Request,
    command: Command,
    around: Surroundings | null,
  ): Promise<Decision<Request, Refusal>> {
    const decision = decide(request, command)
    if (!decision.ok) return decision
    await store.save(tx.db, secrets, decision.value)
    if (decision.value.state === 'submitted' && around) await seating.settle(tx, decision.value, around)
    return decision
  }

  /** When what begins now is due, by the calendar of working days. */
  async function dueFrom(tx: Tx): Promise<Due> {
    const days = await calendar.load(tx)
    return (workingDays) => dueAfter(tx.at, workingDays, days)
  }

  /** For whom a stored request waits, and why; null unless it does. */
  async function waits(row: store.RequestRow): Promise<Waits | null> {
    if (row.state !== 'submitted') return null
    const request = store.requestOf(row, secrets, '')
    if (request.state !== 'submitted') return null
    const { organisation } = await seating.around({ db: prisma, at: clock() }, request.details.unitId)
    const { place } = request.course.basis
    return waitsOf(request, organisation, place.kind === 'below' ? await unitName(place.unit) : null)
  }

  /** What every letter about a request says; it goes to the stranger whose request it is, or to whoever asked. */
  async function letterFacts(tx: Tx, request: Pick<Request, 'code' | 'filedBy'> & { details: Details }) {
    const { details, filedBy, code } = request
    const asker = details.kind === 'person' || filedBy === null ? null : await called(tx.db, [filedBy])
    const name = asker?.get(filedBy ?? '') ?? titleOf(details)
    return { code, name, unit: (await unitName(details.unitId, tx)) ?? '' }
  }

  /** What the accounts and units that it names are called. */
  async function namesOf(details: Details): Promise<Names> {
    const named = namedIn(details)
    const [names, locals, units] = await Promise.all([
      called(prisma, named.accounts),
      addressesOf(prisma, named.accounts),
      unitsCalled(prisma, named.units, dayOf(clock())),
    ])
    const accounts = [...names].map(([id, name]) => [id, { name, address: addressText(locals.get(id) ?? null) }])
    return { accounts: Object.fromEntries(accounts) as Names['accounts'], units: Object.fromEntries(units) }
  }

  /** Gives back every address that a request holds; that of each of several people has a holder of its own. */
  async function giveBack(tx: Tx, id: RequestId): Promise<void> {
    for (const holder of [id, ...(await store.tickets(tx.db, id))]) await addresses.release(tx, holder)
  }

  async function language(tx: Tx, id: RequestId): Promise<Language> {
    const row = await tx.db.request.findUniqueOrThrow({ where: { id }, select: { language: true } })
    return row.language as Language
  }

  return {
    addressText,
    unitName,
    findRow,
    change,
    apply,
    dueFrom,
    seating,
    waits,
    letterFacts,
    namesOf,
    giveBack,
    language,
  }
}

/** Carries a refusal out of a transaction whose changes must not stay. */
class Undo extends Error {
  readonly refusal: Refusal
  constructor(refusal: Refusal) {
    super(refusal.kind)
    this.name = 'Undo'
    this.refusal = refusal
  }
}
export function undo(refusal: Refusal): never {
  throw new Undo(refusal)
}
export function refusalOf(error: unknown): Decision<never, Refusal> {
  if (error instanceof Undo) return refuse(error.refusal)
  if (error instanceof AddressLost) return refuse({ kind: 'address-taken' })
  throw error
}
