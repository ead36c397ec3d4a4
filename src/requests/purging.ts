import { covers, type Permit } from '../access/policy.ts'
import type { RequestId, UnitId } from '../kernel/ids.ts'
import type { Changes, RequestsDeps } from './changes.ts'
import type { RequestState } from './request.ts'
import * as store from './purging-store.ts'

export type { Purgeable, PurgeLimits } from './purging-store.ts'
/** What remains of a request whose personal data were erased. */
export type PurgedRequest = {
  readonly code: string
  readonly state: RequestState
  readonly unitName: string | null
  readonly createdAt: Date
  readonly submittedAt: Date | null
  readonly decidedAt: Date | null
  readonly purgedAt: Date
}

/** Requests that came to nothing lose their personal data in time; a code and a state remain, and the audit chain whole. */
export function purgingOf(deps: RequestsDeps, changes: Changes) {
  const { prisma, transaction, clock, audit, letters } = deps

  /** Some of what is due, whole or not at all. */
  const some = (permit: Permit<'system.tidy'>, limits: store.PurgeLimits): Promise<number> =>
    transaction(async (tx) => {
      const rows = await store.due(tx.db, limits, tx.at)
      if (rows.length === 0) return 0
      const ids = rows.map(({ id }) => id)
      await store.erase(tx.db, ids, tx.at)
      const used = await store.stillUsed(
        tx.db,
        rows.map(({ contactEmail }) => contactEmail),
      )
      const subjects = ids.map((id) => `request:${id}`)
      await letters.forgetAbout(tx, {
        about: subjects,
        recipients: rows.flatMap(({ contactEmail }) => (used.has(contactEmail) ? [] : [contactEmail])),
      })
      await audit.eraseDetails(tx, subjects)
      for (const subject of subjects) tx.audit(permit.actor, 'request.purged', subject)
      return rows.length
    })

  return {
    /** Erases the personal data of every request whose time is over; answers how many there were. */
    async purge(permit: Permit<'system.tidy'>, limits: store.PurgeLimits): Promise<number> {
      let purged = 0
      for (;;) {
        const done = await some(permit, limits)
        purged += done
        if (done === 0) return purged
      }
    },

    /** How many requests a purge under these limits would concern now. */
    purgeable: (_permit: Permit<'retention.read'>, limits: store.PurgeLimits): Promise<store.Purgeable> =>
      store.counts(prisma, limits, clock()),

    /** What remains of a purged request; null for every other one, and out of scope. */
    async purged(permit: Permit<'request.read'>, id: RequestId): Promise<PurgedRequest | null> {
      const row = await prisma.request.findUnique({ where: { id } })
      if (!row?.purgedAt || (row.unitId !== null && !covers(permit.units, row.unitId as UnitId))) return null
      // What was never sent is nobody's business but IT staff's.
      if (row.unitId === null && permit.units !== 'all') return null
      return {
        ...{ code: row.code, state: row.state as RequestState, unitName: await changes.unitName(row.unitId) },
        ...{ createdAt: row.createdAt, submittedAt: row.submittedAt, decidedAt: row.decidedAt, purgedAt: row.purgedAt },
      }
    },
  }
}
