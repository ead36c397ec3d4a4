import type { Permit } from '../access/policy.ts'
import type { RequestId } from '../kernel/ids.ts'
import { askingOf } from './asking.ts'
import { changesOf, type RequestsDeps } from './changes.ts'
import { commentsOf } from './comments.ts'
import { decisionsOf } from './decisions.ts'
import { filingOf } from './filing.ts'
import { inboxOf } from './inbox.ts'
import { ownOf } from './own.ts'
import { officialLettersOf } from './official-letters.ts'
import { purgingOf } from './purging.ts'
import { readingOf } from './reading.ts'
import { remindersOf } from './reminders.ts'
import { severalOf } from './several.ts'
import * as store from './store.ts'
import { submissionsOf } from './submissions.ts'

export type { AskRefusal, Refusal } from './changes.ts'
export type { ApproveChoice, Approved } from './decisions.ts'
export type { CommentLine } from './comments.ts'
export type { Draft, Tracked } from './filing.ts'
export type { Inbox, InboxLine, InboxPlace, InboxTab } from './inbox.ts'
export { INBOX_TABS } from './inbox.ts'
export type { LetterContent, LetterFacts } from './official-letters.ts'
export type { Purgeable, PurgedRequest, PurgeLimits } from './purging.ts'
export type { Own } from './own.ts'
export type { RequestEventLine, RequestView, Turn } from './reading.ts'
export type { Names, Told, ToldOf } from './told.ts'
export type { UnitWaitingTimes } from './reminders.ts'
export type { Resubmission, Submission } from './submissions.ts'
export { MOST_AT_ONCE } from './several.ts'
export type { Read, SeveralChoice, SeveralOutcome } from './several.ts'
export type { SeatName, StepLine, Waits } from './waits.ts'
export type Requests = ReturnType<typeof requestsOf>

/** What people ask for, from the first code to the decision. */
export function requestsOf(deps: RequestsDeps) {
  const { prisma, transaction, clock } = deps
  const changes = changesOf(deps)
  const { change } = changes
  const decisions = decisionsOf(deps, changes)

  return {
    ...filingOf(deps, changes),
    ...askingOf(deps, changes),
    ...ownOf(deps, changes),
    ...inboxOf(deps),
    ...readingOf(deps, changes),
    ...decisions,
    ...severalOf(decisions),
    ...remindersOf(deps, changes),
    ...purgingOf(deps, changes),
    ...officialLettersOf(deps),
    ...submissionsOf(deps, changes),
    ...commentsOf(deps),

    /** Ends drafts and returned requests whose time is over; answers how many. */
    async expire(permit: Permit<'system.tidy'>): Promise<number> {
      const rows = await store.expired(prisma, clock())
      for (const row of rows)
        await transaction(async (tx) => {
          const id = row.id as RequestId
          const decision = await change(tx, id, { type: 'expire', at: tx.at })
          if (!decision.ok) return
          await changes.giveBack(tx, id)
          await store.event(tx.db, id, tx.at, { kind: 'expired', byName: null })
          tx.audit(permit.actor, 'request.expired', `request:${id}`)
        })
      return rows.length
    },
  }
}
