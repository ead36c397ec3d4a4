import { z } from 'zod'
import type { Permit } from '../access/policy.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'

export const DOMAIN_ROLES = ['alias', 'legacy'] as const
export type DomainRole = (typeof DOMAIN_ROLES)[number]
export const DomainName = z
  .string()
  .transform((text) => text.trim().toLowerCase())
  .pipe(z.string().regex(/^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/))
export type OtherDomain = {
  readonly name: string
  readonly role: DomainRole
  readonly since: Date
  readonly byName: string
}
export type DomainRefusal = { kind: 'known-domain' } | { kind: 'unknown-domain' }
export type Domains = ReturnType<typeof domainsOf>

/** Bumping a province takes longer than a page's change usually may. */
const SLOW = { timeoutMs: 60_000 }

/**
 * Domains beside the primary one, alias or legacy: the same local parts are the same people's there. `changed` is told, in
 * the same transaction, that every account's addresses differ.
 */
export function domainsOf(deps: {
  prisma: PrismaClient
  transaction: Transaction
  domain: string
  changed: (tx: Tx) => Promise<void>
}) {
  const { prisma, transaction, domain, changed } = deps
  return {
    async list(_permit: Permit<'naming.read'>): Promise<OtherDomain[]> {
      const rows = await prisma.domain.findMany({ where: { role: { not: 'primary' } }, orderBy: { name: 'asc' } })
      return rows.map(({ name, role, addedAt, byName }) => ({ name, role: role as DomainRole, since: addedAt, byName }))
    },

    /** How many accounts a change of the domains would make due. */
    concerned: (_permit: Permit<'naming.read'>): Promise<number> => prisma.account.count(),

    /** Refused: known-domain. */
    add: (
      permit: Permit<'naming.change'>,
      asked: { name: string; role: DomainRole },
    ): Promise<Decision<null, DomainRefusal>> =>
      transaction(async (tx) => {
        const { name, role } = asked
        if (name === domain || (await tx.db.domain.findUnique({ where: { name } })))
          return refuse({ kind: 'known-domain' })
        await tx.db.domain.create({ data: { name, role, addedAt: tx.at, byName: permit.actor.name } })
        await changed(tx)
        tx.audit(permit.actor, 'domain.added', `domain:${name}`, { role })
        return accept(null)
      }, SLOW),

    /** Refused: unknown-domain. */
    remove: (permit: Permit<'naming.change'>, name: string): Promise<Decision<null, DomainRefusal>> =>
      transaction(async (tx) => {
        const gone = await tx.db.domain.deleteMany({ where: { name, role: { not: 'primary' } } })
        if (gone.count === 0) return refuse({ kind: 'unknown-domain' })
        await changed(tx)
        tx.audit(permit.actor, 'domain.removed', `domain:${name}`)
        return accept(null)
      }, SLOW),
  }
}
