import type { PrismaClient } from '../db/generated/client.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import type { Clock } from '../kernel/clock.ts'
import { addDays, dayFromDb, dayOf, dayToDb, type Day } from '../kernel/day.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import type { AccountId } from '../kernel/ids.ts'
import { oddCharacter } from '../kernel/text.ts'
import type { Language } from '../letters/letter.ts'
import type { Letters } from '../letters/letters.ts'
import { decidePeriod, type Period, type PeriodRefusal } from './deputy.ts'
import { hasRole, type Actor, type Permit } from './policy.ts'

export type DeputyLine = {
  readonly id: string
  readonly principal: { readonly id: AccountId; readonly name: string }
  readonly deputy: { readonly id: AccountId; readonly name: string; readonly address: string }
  readonly from: Day
  /** The last day. */
  readonly to: Day
  readonly begun: boolean
  /** Whether the reader may end it. */
  readonly mayEnd: boolean
}
export type DeputyRefusal =
  | PeriodRefusal
  | { kind: 'unknown-account' }
  | { kind: 'unknown-deputy' }
  | { kind: 'own-deputy' }
  | { kind: 'no-seat' }
  | { kind: 'deputy-overlaps' }
  | { kind: 'not-own-deputy' }

export type Deputies = ReturnType<typeof deputiesOf>

type Row = {
  id: string
  principal_id: string
  principal: string
  deputy_id: string
  deputy: string
  local: string
  valid_from: Date
  valid_to: Date
}
type Found = { readonly id: AccountId; readonly name: string; readonly address: string; readonly language: Language }

/**
 * Who decides about requests for whom, from when to when. A deputy has the seats of the one for whom they stand while those are
 * held; `changed` is told in the same transaction.
 */
export function deputiesOf(deps: {
  prisma: PrismaClient
  transaction: Transaction
  clock: Clock
  letters: Letters
  domain: string
  changed: (tx: Tx) => Promise<void>
}) {
  const { prisma, transaction, clock, letters, domain, changed } = deps

  /** A person who can sign in, by address (its local part is enough) or account number; locked. */
  async function find(tx: Tx, text: string): Promise<Found | null> {
    if (oddCharacter(text) !== null) return null
    const name = text.trim().toLowerCase()
    const local = name.endsWith(`@${domain}`) ? name.slice(0, -domain.length - 1) : name
    const [row] = await tx.db.$queryRaw<(Omit<Found, 'address'> & { local: string })[]>`
      SELECT a.id::text, a.display_name AS name, a.language, ad.local FROM account a
      JOIN address ad ON ad.holder_kind = 'account' AND ad.holder_id = a.id AND ad.role = 'primary' AND ad.state = 'live'
      WHERE a.kind = 'person' AND a.state = 'active' AND (a.login = ${local} OR a.id = (SELECT holder_id FROM address
        WHERE namespace_id = 1 AND local = ${local} AND holder_kind = 'account' AND state = 'live')) LIMIT 1`
    return row ? { ...row, address: `${row.local}@${domain}` } : null
  }

  const mayEnd = (actor: Actor, principal: string): boolean =>
    hasRole(actor, 'it-staff') || (actor.kind === 'person' && actor.accountId === principal)

  return {
    /** Whom the reader has named and for whom they stand; for IT staff and auditors, everybody's. What is over is left out. */
    async list({ actor }: Permit<'deputy.read'>): Promise<DeputyLine[]> {
      const today = dayOf(clock())
      const all = hasRole(actor, 'it-staff') || hasRole(actor, 'auditor')
      const own = actor.kind === 'person' ? actor.accountId : null
      const rows = await prisma.$queryRaw<Row[]>`
        SELECT d.id, p.id AS principal_id, p.display_name AS principal, s.id AS deputy_id, s.display_name AS deputy, ad.local,
          d.valid_from, d.valid_to
        FROM deputy d JOIN account p ON p.id = d.account_id JOIN account s ON s.id = d.deputy_id
        JOIN address ad ON ad.holder_kind = 'account' AND ad.holder_id = s.id AND ad.role = 'primary' AND ad.state = 'live'
        WHERE d.valid_to > ${dayToDb(today)}::date
          AND (${all} OR d.account_id = ${own}::uuid OR d.deputy_id = ${own}::uuid)
        ORDER BY d.valid_from, p.sort_key`
      return rows.map((row) => ({
        id: row.id,
        principal: { id: row.principal_id as AccountId, name: row.principal },
        deputy: { id: row.deputy_id as AccountId, name: row.deputy, address: `${row.local}@${domain}` },
        from: dayFromDb(row.valid_from),
        to: addDays(dayFromDb(row.valid_to), -1),
        begun: dayFromDb(row.valid_from) <= today,
        mayEnd: mayEnd(actor, row.principal_id),
      }))
    },

    /**
     * Names a deputy for a period: for oneself, or as IT staff for `principal` too. The deputy is told by letter. Refused:
     * unknown-account (the principal), unknown-deputy (nobody who can sign in), own-deputy, no-seat (the principal decides
     * nothing), deputy-overlaps, not-own-deputy, and what is wrong with the period.
     */
    name: async (
      permit: Permit<'deputy.name'>,
      asked: { principal: string | null; deputy: string } & Period,
    ): Promise<Decision<{ name: string }, DeputyRefusal>> => {
      const { actor } = permit
      try {
        return await transaction(async (tx): Promise<Decision<{ name: string }, DeputyRefusal>> => {
          const period = decidePeriod(asked, dayOf(tx.at))
          if (!period.ok) return period
          const principal = await find(tx, asked.principal ?? (actor.kind === 'person' ? actor.address : ''))
          if (!principal) return refuse({ kind: 'unknown-account' })
          if (!mayEnd(actor, principal.id)) return refuse({ kind: 'not-own-deputy' })
          const deputy = await find(tx, asked.deputy)
          if (!deputy) return refuse({ kind: 'unknown-deputy' })
          if (deputy.id === principal.id) return refuse({ kind: 'own-deputy' })
          const { from, to } = period.value
          const seats = await tx.db.roleGrant.count({
            where: {
              ...{ accountId: principal.id, role: { in: ['unit-admin', 'it-staff'] } },
              OR: [{ validTo: null }, { validTo: { gt: dayToDb(from) } }],
            },
          })
          if (seats === 0) return refuse({ kind: 'no-seat' })
          const days = { validFrom: dayToDb(from), validTo: dayToDb(addDays(to, 1)) }
          const { id } = await tx.db.deputy.create({
            data: { accountId: principal.id, deputyId: deputy.id, ...days, namedAt: tx.at, namedBy: actor.name },
          })
          await letters.post(tx, {
            ...{ to: deputy.address, language: deputy.language, template: 'deputy' },
            params: { name: deputy.name, principal: principal.name, from, to },
          })
          await changed(tx)
          tx.audit(actor, 'deputy.named', `account:${principal.id}`, { deputy: deputy.id, deputyship: id, from, to })
          return accept({ name: deputy.name })
        })
      } catch (error) {
        if (isOverlap(error)) return refuse({ kind: 'deputy-overlaps' })
        throw error
      }
    },

    /** Ends it today; one that has not begun is taken back. Refused: unknown-deputy, not-own-deputy. */
    end: (permit: Permit<'deputy.name'>, id: string): Promise<Decision<true, DeputyRefusal>> =>
      transaction(async (tx) => {
        const today = dayToDb(dayOf(tx.at))
        const [row] = await tx.db.$queryRaw<{ account_id: string; deputy_id: string; begun: boolean }[]>`
          SELECT account_id::text, deputy_id::text, valid_from < ${today}::date AS begun FROM deputy
          WHERE id::text = ${id} AND valid_to > ${today}::date FOR UPDATE`
        if (!row) return refuse({ kind: 'unknown-deputy' })
        if (!mayEnd(permit.actor, row.account_id)) return refuse({ kind: 'not-own-deputy' })
        if (row.begun) await tx.db.deputy.update({ where: { id }, data: { validTo: today } })
        else await tx.db.deputy.delete({ where: { id } })
        await changed(tx)
        const detail = { deputy: row.deputy_id, deputyship: id }
        tx.audit(permit.actor, 'deputy.ended', `account:${row.account_id}`, detail)
        return accept(true)
      }),
  }
}

/** PostgreSQL's exclusion_violation, as it comes through the driver. */
const isOverlap = (error: unknown): boolean => /23P01|deputy_one_at_a_time/.test(String(error))
