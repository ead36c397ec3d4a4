import type { Permit } from '../access/policy.ts'
import type { HandOver } from '../accounts/account.ts'
import { accept, type Decision } from '../kernel/decision.ts'
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
  readonly outcome: Decision<Approved | { readonly state: 'returned' }, Refusal>
}

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
     */
    async decideSeveral(
      permit: Permit<'request.decide'>,
      choice: SeveralChoice,
      requests: readonly Read[],
    ): Promise<SeveralOutcome[]> {
      const outcomes: SeveralOutcome[] = []
      for (const each of requests) outcomes.push({ id: each.id, outcome: await one(permit, choice, each) })
      return outcomes
    },
  }
}
