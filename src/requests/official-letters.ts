import { covers, publicActor, type Actor, type Permit } from '../access/policy.ts'
import type { Tx } from '../db/transaction.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import type { RequestId, UnitId } from '../kernel/ids.ts'
import type { OfficialLetter } from '../scheduled/change.ts'
import type { Refusal, RequestsDeps } from './changes.ts'
import type { RequestKind } from './kinds.ts'
import type { LetterFacts, LetterFile } from './official-letter.ts'
import * as letters from './official-letters-store.ts'
import { wrongState } from './request.ts'
import { ruleFor } from './steps.ts'
import * as store from './store.ts'
import { seatingsOf } from './seating.ts'

export type { LetterFacts } from './official-letter.ts'
export type LetterContent = LetterFacts & { readonly content: Buffer }

/** Official letters of requests: number, date and the signed PDF, kept in the database and handed out as it came. */
export function officialLettersOf(deps: RequestsDeps) {
  const { prisma, transaction, clock, secrets, steps } = deps
  const seating = seatingsOf(deps)

  const inScope = async (permit: Permit<'request.read'>, id: RequestId, db: Tx['db']): Promise<boolean> => {
    const row = await db.request.findUnique({ where: { id }, select: { unitId: true, submittedAt: true } })
    return Boolean(row?.submittedAt && row.unitId && covers(permit.units, row.unitId as UnitId))
  }

  return {
    /** The letter of a request, for whoever is shown the request. */
    letterOf: (id: RequestId): Promise<LetterFacts | null> => letters.present(prisma, id),

    /** Whether the policy of today wants one for what a draft asks for; false while it says for no unit. */
    async letterNeeded(id: RequestId): Promise<boolean> {
      const row = await prisma.request.findUnique({ where: { id }, select: { kind: true, unitId: true } })
      if (!row?.unitId) return false
      const { chain } = await seating.around({ db: prisma, at: clock() }, row.unitId as UnitId)
      const { policy } = await steps.present()
      return ruleFor(policy, row.kind as RequestKind, chain).letter
    },

    /**
     * Puts a letter to a request that is not sent, in the place of the one before; without a file that one's stays. The file
     * must have been looked at: the database refuses what is no PDF or too large. Refused: not-in-state, incomplete (no file).
     */
    attachLetter: (
      id: RequestId,
      letter: OfficialLetter,
      file: Pick<LetterFile, 'name' | 'content'> | null,
      by: Actor = publicActor,
    ): Promise<Decision<LetterFacts, Refusal>> =>
      transaction(async (tx): Promise<Decision<LetterFacts, Refusal>> => {
        const request = await store.lock(tx.db, secrets, id)
        if (request === null) return refuse({ kind: 'unknown-request' })
        if (request.state !== 'draft' && request.state !== 'returned') return wrongState(request)
        const put = await letters.put(tx.db, id, letter, file, tx.at)
        if (put === null) return refuse({ kind: 'incomplete', missing: 'letter' })
        const { number, date, bytes, sha256 } = put
        tx.audit(by, 'request.letter-attached', `request:${id}`, { number, date, bytes, sha256 })
        return accept(put)
      }),

    /** The file, for whoever may see the request; that it was read is logged. Null when there is none, or out of scope. */
    letterFile: (permit: Permit<'request.read'>, id: RequestId): Promise<LetterContent | null> =>
      transaction(async (tx) => {
        const found = (await inScope(permit, id, tx.db)) ? await letters.content(tx.db, id) : null
        if (found) tx.audit(permit.actor, 'request.letter-read', `request:${id}`, { sha256: found.sha256 })
        return found
      }),

    /** The file, for whoever the caller has found to be the applicant. */
    ownLetterFile: (id: RequestId): Promise<LetterContent | null> => letters.content(prisma, id),
  }
}

/** What sending a request asks of its letter, in the sender's transaction: refused where the rule wants one and there is none. */
export async function sendLetter(
  tx: Tx,
  request: { readonly id: RequestId; readonly sendings: number },
  rule: { readonly letter: boolean },
): Promise<Decision<LetterFacts | null, Refusal>> {
  const present = await letters.present(tx.db, request.id)
  if (rule.letter && present === null) return refuse({ kind: 'incomplete', missing: 'letter' })
  await letters.sent(tx.db, request.id, request.sendings)
  return accept(present)
}
