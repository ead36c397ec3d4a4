import type { Permit } from '../access/policy.ts'
import type { RequestId } from '../kernel/ids.ts'
import { changesOf, type RequestsDeps } from './changes.ts'
import { decisionsOf } from './decisions.ts'
import { filingOf } from './filing.ts'
import { remindersOf } from './reminders.ts'
import * as store from './store.ts'

export type { Refusal } from './changes.ts'
export type { Inbox, InboxLine, RequestEventLine, RequestView } from './decisions.ts'
export type { Draft, Tracked } from './filing.ts'
export type { UnitWaitingTimes } from './reminders.ts'
export type { InboxTab } from './store.ts'
export { INBOX_TABS } from './store.ts'
export type Requests = ReturnType<typeof requestsOf>

/** What people ask for, from the first code to the decision. */
export function requestsOf(deps: RequestsDeps) {
  const { prisma, transaction, clock, addresses } = deps
  const changes = changesOf(deps)
  const { change } = changes

  return {
    ...filingOf(deps, changes),
    ...decisionsOf(deps, changes),
    ...remindersOf(deps),

    /** Ends drafts and returned requests whose time is over; answers how many. */
    async expire(permit: Permit<'system.tidy'>): Promise<number> {
      const rows = await store.expired(prisma, clock())
      for (const row of rows)
        await transaction(async (tx) => {
          const id = row.id as RequestId
          const decision = await change(tx, id, { type: 'expire', at: tx.at })
          if (!decision.ok) return
          await addresses.release(tx, id)
          await store.event(tx.db, id, tx.at, 'expired', null)
          tx.audit(permit.actor, 'request.expired', `request:${id}`)
        })
      return rows.length
    },
  }
}
