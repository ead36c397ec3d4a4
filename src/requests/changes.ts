import type { Transaction, Tx } from '../db/transaction.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Accounts } from '../accounts/accounts.ts'
import type { AccountRefusal } from '../accounts/account.ts'
import { AddressLost } from '../accounts/accounts.ts'
import type { Addresses, AddressRefusal } from '../addresses/addresses.ts'
import type { WorkingCalendar } from '../calendar/calendar.ts'
import type { Tokens } from '../access/tokens.ts'
import type { Clock } from '../kernel/clock.ts'
import { refuse, type Decision } from '../kernel/decision.ts'
import type { RequestId, UnitId } from '../kernel/ids.ts'
import type { Secrets } from '../kernel/secrets.ts'
import type { Language } from '../letters/letter.ts'
import type { Letters } from '../letters/letters.ts'
import type { Units } from '../units/units.ts'
import type { Details } from './details.ts'
import { decide, type Command, type Request, type RequestRefusal } from './request.ts'
import * as store from './store.ts'

export type RequestsDeps = {
  readonly prisma: PrismaClient
  readonly transaction: Transaction
  readonly clock: Clock
  readonly secrets: Secrets
  readonly accounts: Accounts
  readonly addresses: Addresses
  readonly tokens: Tokens
  readonly letters: Letters
  readonly units: Units
  readonly calendar: WorkingCalendar
  readonly domain: string
  readonly quotaMb: number
  readonly codePrefix: string
}

export type Refusal =
  RequestRefusal | AddressRefusal | AccountRefusal | { kind: 'unknown-request' } | { kind: 'unit-closed' }

export type Changes = ReturnType<typeof changesOf>

/** What filing and deciding share: changing a request under its lock, and the facts that letters tell. */
export function changesOf(deps: RequestsDeps) {
  const { prisma, secrets, units, domain } = deps
  const addressText = (local: string | null) => (local === null ? null : `${local}@${domain}`)
  const unitName = async (id: string | null, tx?: Tx) =>
    id === null ? null : ((await units.find(id as UnitId, tx))?.name ?? null)

  async function findRow(id: RequestId) {
    return prisma.request.findUnique({ where: { id }, include: { events: { orderBy: { id: 'asc' } }, account: true } })
  }

  /** Locks, decides and saves; what else belongs to the change is the caller's. */
  async function change(tx: Tx, id: RequestId, command: Command): Promise<Decision<Request, Refusal>> {
    const request = await store.lock(tx.db, secrets, id)
    if (!request) return refuse({ kind: 'unknown-request' })
    const decision = decide(request, command)
    if (decision.ok) await store.save(tx.db, secrets, decision.value)
    return decision
  }

  const letterFacts = async (tx: Tx, request: { code: string; details: Details }) => ({
    code: request.code,
    name: request.details.name.full,
    unit: (await unitName(request.details.unitId, tx)) ?? '',
  })

  async function language(tx: Tx, id: RequestId): Promise<Language> {
    const row = await tx.db.request.findUniqueOrThrow({ where: { id }, select: { language: true } })
    return row.language as Language
  }

  return { addressText, unitName, findRow, change, letterFacts, language }
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
