import { randomUUID } from 'node:crypto'
import type { Permit } from '../access/policy.ts'
import type { Tokens } from '../access/tokens.ts'
import { DEFAULT_LIFE } from '../accounts/life-policy.ts'
import type { Accounts } from '../accounts/accounts.ts'
import type { Addresses } from '../addresses/addresses.ts'
import type { Transaction } from '../db/transaction.ts'
import { hours } from '../kernel/clock.ts'
import { dayOf, dayToDb } from '../kernel/day.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import type { EmailAddress, LocalPart } from '../kernel/email-address.ts'
import { UnitId } from '../kernel/ids.ts'
import type { PersonName } from '../kernel/person-name.ts'
import { fold } from '../kernel/text.ts'

export type BootstrapRefusal = { kind: 'not-empty' } | { kind: 'address-taken' } | { kind: 'duplicate-person' }
export type Bootstrap = ReturnType<typeof bootstrapOf>

/** The first account of an empty installation: one IT staff member, with the two units that they need. */
export function bootstrapOf(deps: {
  transaction: Transaction
  accounts: Accounts
  addresses: Addresses
  tokens: Tokens
}) {
  const { transaction, accounts, addresses, tokens } = deps
  return (
    permit: Permit<'account.bootstrap'>,
    first: { name: PersonName; local: LocalPart; contactEmail: EmailAddress; province: string; operator: string },
  ): Promise<Decision<{ secret: string; expiresAt: Date }, BootstrapRefusal>> =>
    transaction(async (tx) => {
      await tx.db.$executeRaw`LOCK TABLE unit IN SHARE ROW EXCLUSIVE MODE`
      if ((await tx.db.account.count()) > 0) return refuse({ kind: 'not-empty' })
      const today = dayToDb(dayOf(tx.at))
      const make = async (name: string, kind: string, parentId: string | null) => {
        const present = await tx.db.unitVersion.findFirst({ where: { name, validTo: null } })
        if (present) return present.unitId
        const unit = await tx.db.unit.create({ data: {} })
        await tx.db.unitVersion.create({
          data: { unitId: unit.id, name, fold: fold(name), kind, parentId, validFrom: today },
        })
        tx.audit(permit.actor, 'unit.created', `unit:${unit.id}`, { name })
        return unit.id
      }
      const province = await make(first.province, 'province', null)
      const operator = UnitId.parse(await make(first.operator, 'agency', province))
      const ticket = randomUUID()
      const kept = await addresses.keep(tx, ticket, first.local)
      if (!kept.ok) return refuse({ kind: 'address-taken' })
      const issued = await accounts.issue(tx, permit.actor, ticket, {
        name: first.name,
        birthDate: null,
        sex: null,
        ninCipher: null,
        ninHash: null,
        contactEmail: first.contactEmail,
        phone: null,
        unitId: operator,
        title: 'Quản trị hệ thống',
        employment: 'civil-servant',
        contractEnd: null,
        local: first.local,
        handOver: 'slip',
        language: 'vi',
      })
      if (!issued.ok) return refuse({ kind: 'duplicate-person' })
      await tx.db.roleGrant.create({ data: { accountId: issued.value, role: 'it-staff', validFrom: today } })
      tx.audit(permit.actor, 'role.granted', `account:${issued.value}`, { role: 'it-staff' })
      return accept(await tokens.activationLink(tx, issued.value, hours(DEFAULT_LIFE.activationHours)))
    })
}
