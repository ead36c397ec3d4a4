import type { Permit, PersonActor } from '../access/policy.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Clock } from '../kernel/clock.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import type { LocalPart } from '../kernel/email-address.ts'
import type { AddressRole, Holder, Reason } from './address.ts'
import * as store from './store.ts'

/** An address as IT staff see it. */
export type AddressView = {
  readonly local: string
  readonly state: 'free' | 'reserved' | 'live' | 'tombstone'
  readonly role: AddressRole | null
  readonly holder: (Holder & { readonly name: string | null }) | null
  readonly until: Date | null
  readonly firstLiveAt: Date | null
  readonly why: Why | null
  /** Somebody asked for its release, and nobody has confirmed it yet. */
  readonly asked: { readonly by: string; readonly byName: string; readonly at: Date; readonly why: string } | null
}
/** Why an address is what it is, and how many share the pattern now. */
export type Why = Reason & { readonly family: number }
export type ReleaseRefusal = { kind: 'no-tombstone' } | { kind: 'release-asked' } | { kind: 'own-release' }
export type Tombstones = ReturnType<typeof tombstonesOf>

/** Addresses that have lived: looking one up, and giving one back to the pool, which takes two people. */
export function tombstonesOf(deps: { prisma: PrismaClient; transaction: Transaction; clock: Clock }) {
  const { prisma, transaction, clock } = deps
  // Permits for it are given to people only.
  const personOf = (permit: Permit<'address.release'>) => permit.actor as PersonActor
  const open = (local: string) => ({ namespaceId: 1, local, confirmedAt: null, droppedAt: null })

  async function whyOf(local: string, reason: Reason | null): Promise<Why | null> {
    if (reason === null) return null
    const stem = reason.number === 1 ? local : local.slice(0, -String(reason.number).length)
    const { taken } = await store.freeNumbers(prisma, stem, 2, 1, 0, clock(), null)
    return { ...reason, family: taken }
  }

  return {
    async read(_permit: Permit<'address.read'>, local: LocalPart): Promise<AddressView> {
      const row = await store.find(prisma, local)
      const expired = row?.state === 'reserved' && row.until !== null && row.until < clock()
      if (row === null || expired)
        return {
          ...{ local, state: 'free', role: null, holder: null, until: null },
          firstLiveAt: null,
          why: null,
          asked: null,
        }
      const asked = await prisma.addressRelease.findFirst({ where: open(local) })
      return {
        ...{ local, state: row.state, role: row.role, until: row.until, firstLiveAt: row.firstLiveAt },
        holder: { kind: row.holderKind, id: row.holderId, name: row.holderName },
        why: await whyOf(local, row.reason),
        asked: asked && { by: asked.askedBy, byName: asked.askedName, at: asked.askedAt, why: asked.why },
      }
    },

    /** Why a request's or an account's address is what it is; null for one that is older than the policy. */
    async why(local: string): Promise<Why | null> {
      return whyOf(local, (await store.find(prisma, local))?.reason ?? null)
    },

    /** One of two. Refused: no-tombstone, release-asked. */
    ask: (permit: Permit<'address.release'>, local: LocalPart, why: string): Promise<Decision<null, ReleaseRefusal>> =>
      transaction(async (tx) => {
        const row = await store.lockTombstone(tx.db, local)
        if (row === null) return refuse({ kind: 'no-tombstone' })
        if (await tx.db.addressRelease.findFirst({ where: open(local) })) return refuse({ kind: 'release-asked' })
        const { accountId, name } = personOf(permit)
        await tx.db.addressRelease.create({
          data: {
            ...{ namespaceId: 1, local, firstLiveAt: row.firstLiveAt, why },
            ...{ askedAt: tx.at, askedBy: accountId, askedName: name },
          },
        })
        tx.audit(permit.actor, 'address.release-asked', `address:${local}`, { why })
        return accept(null)
      }),

    /** The other of two: from now on the address is free. Refused: no-tombstone, own-release. */
    confirm: (permit: Permit<'address.release'>, local: LocalPart): Promise<Decision<null, ReleaseRefusal>> =>
      transaction(async (tx) => {
        const row = await store.lockTombstone(tx.db, local)
        const asked = await tx.db.addressRelease.findFirst({ where: open(local) })
        if (row === null || asked === null) return refuse({ kind: 'no-tombstone' })
        const { accountId, name } = personOf(permit)
        if (asked.askedBy === accountId) return refuse({ kind: 'own-release' })
        await tx.db.addressRelease.update({
          where: { id: asked.id },
          data: { confirmedAt: tx.at, confirmedBy: accountId, confirmedName: name, firstLiveAt: row.firstLiveAt },
        })
        await store.deleteTombstone(tx.db, local)
        tx.audit(permit.actor, 'address.released', `address:${local}`, { asked: asked.askedName, why: asked.why })
        return accept(null)
      }),

    /** Leaves it as it is; whoever asked may take it back as well. Refused: no-tombstone. */
    drop: (permit: Permit<'address.release'>, local: LocalPart): Promise<Decision<null, ReleaseRefusal>> =>
      transaction(async (tx) => {
        await store.lockTombstone(tx.db, local)
        const dropped = await tx.db.addressRelease.updateMany({
          where: open(local),
          data: { droppedAt: tx.at, droppedName: permit.actor.name },
        })
        if (dropped.count === 0) return refuse({ kind: 'no-tombstone' })
        tx.audit(permit.actor, 'address.release-dropped', `address:${local}`)
        return accept(null)
      }),
  }
}
