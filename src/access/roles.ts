import type { PrismaClient } from '../db/generated/client.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import type { Clock } from '../kernel/clock.ts'
import { dayFromDb, dayOf, dayToDb, type Day } from '../kernel/day.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import type { Permit, Role } from './policy.ts'

export type RoleAssignment = {
  readonly id: string
  readonly accountId: AccountId
  readonly fullName: string
  readonly address: string
  readonly role: Role
  readonly unitId: UnitId | null
  readonly unitName: string | null
  readonly since: Day
}
export type RoleRefusal =
  | { kind: 'unknown-account' }
  | { kind: 'unknown-unit' }
  | { kind: 'unknown-grant' }
  | { kind: 'already-granted' }
  | { kind: 'unit-needed' }
  | { kind: 'last-it-staff' }

export type Roles = ReturnType<typeof rolesOf>

/** Who holds which role, where. `changed` is told in the same transaction, so that work goes to whom it belongs now. */
export function rolesOf(deps: {
  prisma: PrismaClient
  transaction: Transaction
  clock: Clock
  domain: string
  changed: (tx: Tx) => Promise<void>
}) {
  const { prisma, transaction, clock, domain, changed } = deps
  const today = () => dayToDb(dayOf(clock()))

  return {
    /** The assignments in force, by role, then name. */
    async list(_permit: Permit<'role.read'>): Promise<RoleAssignment[]> {
      type Row = {
        id: string
        account_id: string
        display_name: string
        local: string
        role: string
        unit_id: string | null
        unit_name: string | null
        valid_from: Date
      }
      const rows = await prisma.$queryRaw<Row[]>`
        SELECT g.id, g.account_id, a.display_name, ad.local, g.role, g.unit_id, u.name AS unit_name, g.valid_from
        FROM role_grant g JOIN account a ON a.id = g.account_id
        JOIN address ad ON ad.holder_kind = 'account' AND ad.holder_id = a.id AND ad.role = 'primary' AND ad.state = 'live'
        LEFT JOIN unit_on(${today()}::date) u ON u.unit_id = g.unit_id
        WHERE g.valid_from <= ${today()}::date AND (g.valid_to IS NULL OR g.valid_to > ${today()}::date)
        ORDER BY g.role, a.sort_key`
      return rows.map((row) => ({
        id: row.id,
        accountId: row.account_id as AccountId,
        fullName: row.display_name,
        address: `${row.local}@${domain}`,
        role: row.role as Role,
        unitId: row.unit_id as UnitId | null,
        unitName: row.unit_name,
        since: dayFromDb(row.valid_from),
      }))
    },

    /** `holder` is an address (its local part is enough) or an account number. */
    grant: (
      permit: Permit<'role.change'>,
      asked: { holder: string; role: Role; unitId: UnitId | null },
    ): Promise<Decision<{ accountId: AccountId; fullName: string }, RoleRefusal>> =>
      transaction(async (tx) => {
        const name = asked.holder.trim().toLowerCase()
        const local = name.endsWith(`@${domain}`) ? name.slice(0, -domain.length - 1) : name
        const [account] = await tx.db.$queryRaw<{ id: string; display_name: string }[]>`
          SELECT a.id, a.display_name FROM account a
          WHERE a.kind = 'person' AND (a.login = ${local} OR a.id = (SELECT holder_id FROM address WHERE namespace_id = 1 AND local = ${local}
            AND holder_kind = 'account' AND state = 'live'))
          LIMIT 1 FOR UPDATE`
        if (!account) return refuse({ kind: 'unknown-account' })
        if (asked.role === 'unit-admin' && asked.unitId === null) return refuse({ kind: 'unit-needed' })
        const unitId = asked.role === 'unit-admin' ? asked.unitId : null
        if (unitId !== null && !(await tx.db.unit.findUnique({ where: { id: unitId } })))
          return refuse({ kind: 'unknown-unit' })
        const present = await tx.db.roleGrant.findFirst({
          where: {
            accountId: account.id,
            role: asked.role,
            unitId,
            OR: [{ validTo: null }, { validTo: { gt: today() } }],
          },
        })
        if (present) return refuse({ kind: 'already-granted' })
        await tx.db.roleGrant.create({ data: { accountId: account.id, role: asked.role, unitId, validFrom: today() } })
        await tx.db.accountEvent.create({
          data: { accountId: account.id, at: tx.at, kind: 'role-granted', byName: permit.actor.name, note: asked.role },
        })
        await changed(tx)
        tx.audit(permit.actor, 'role.granted', `account:${account.id}`, { role: asked.role, unit: unitId })
        return accept({ accountId: account.id as AccountId, fullName: account.display_name })
      }),

    /** Ends an assignment today. The last IT staff's cannot be ended: nobody could give it back but the command line. */
    revoke: (permit: Permit<'role.change'>, id: string): Promise<Decision<{ accountId: AccountId }, RoleRefusal>> =>
      transaction(async (tx) => {
        const [grant] = await tx.db.$queryRaw<
          { id: string; account_id: string; role: string; unit_id: string | null }[]
        >`
          SELECT id, account_id, role, unit_id FROM role_grant
          WHERE id::text = ${id} AND (valid_to IS NULL OR valid_to > ${today()}::date) FOR UPDATE`
        if (!grant) return refuse({ kind: 'unknown-grant' })
        if (grant.role === 'it-staff') {
          const others = await tx.db.roleGrant.count({
            where: { role: 'it-staff', id: { not: id }, OR: [{ validTo: null }, { validTo: { gt: today() } }] },
          })
          if (others === 0) return refuse({ kind: 'last-it-staff' })
        }
        await tx.db.roleGrant.update({ where: { id }, data: { validTo: today() } })
        await tx.db.accountEvent.create({
          data: {
            accountId: grant.account_id,
            at: tx.at,
            kind: 'role-revoked',
            byName: permit.actor.name,
            note: grant.role,
          },
        })
        await changed(tx)
        tx.audit(permit.actor, 'role.revoked', `account:${grant.account_id}`, { role: grant.role, unit: grant.unit_id })
        return accept({ accountId: grant.account_id as AccountId })
      }),
  }
}
