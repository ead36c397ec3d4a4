import type { Permit } from '../access/policy.ts'
import type { HandOver } from '../accounts/account.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import type { RequestId } from '../kernel/ids.ts'
import type { Refusal } from './changes.ts'
import type { Approved, Decisions } from './decisions.ts'
import type { Identity } from './request.ts'

/** As many are decided about at once; more is nobody's considered decision. */
export const MOST_AT_ONCE = 50

/** A request as whoever decides has read it. */
export type Read = { readonly id: RequestId; readonly version: number }
export type SeveralChoice =
  | { readonly type: 'approve'; readonly identity?: Identity | undefined; readonly handOver?: HandOver | undefined }
  | { readonly type: 'return'; readonly comment: string }
export type SeveralOutcome = {
  readonly id: RequestId
  readonly outcome: Decision<Approved | { readonly state: 'returned' }, Refusal | Trouble>
}
/** Not done, or not known to be done, because something failed; asked for again, it is done once at most. */
export type Trouble = { readonly kind: 'unavailable' }

/** The same decision about several requests. */
export function severalOf({ approve, return: giveBack }: Pick<Decisions, 'approve' | 'return'>) {
  async function one(permit: Permit<'request.decide'>, choice: SeveralChoice, { id, version }: Read) {
    if (choice.type === 'approve') return approve(permit, id, { ...choice, version })
    const done = await giveBack(permit, id, { comment: choice.comment, version })
    return done.ok ? accept({ state: 'returned' } as const) : done
  }

  return {
    /**
     * Approves or returns one after the other, each in a transaction of its own as if decided about alone: seats, four eyes
     * and versions are looked at for each, and what is refused stops no other. The outcomes are in the order asked for.
     * What fails, such as a database that goes away, is thrown, as it has to be where all of them are parts of one whole.
     * With `failed`, which is told the error, it ends the series instead: that one and all after it are `unavailable`.
     */
    async decideSeveral(
      permit: Permit<'request.decide'>,
      choice: SeveralChoice,
      requests: readonly Read[],
      failed?: (error: unknown) => void,
    ): Promise<SeveralOutcome[]> {
      const outcomes: SeveralOutcome[] = []
      try {
        for (const each of requests) outcomes.push({ id: each.id, outcome: await one(permit, choice, each) })
      } catch (error) {
        if (failed === undefined) throw error
        failed(error)
        for (const { id } of requests.slice(outcomes.length))
          outcomes.push({ id, outcome: refuse({ kind: 'unavailable' }) })
      }
      return outcomes
    },
  }
}
