import type { Actor } from '../access/policy.ts'
import type { Tx } from '../db/transaction.ts'
import type { Decision } from '../kernel/decision.ts'
import type { RequestId } from '../kernel/ids.ts'
import { titleOf } from './ask.ts'
import { undo, type Changes, type Refusal, type RequestsDeps } from './changes.ts'
import { sendLetter } from './official-letters.ts'
import type { Request, Submitted } from './request.ts'
import { ruleFor } from './steps.ts'
import * as store from './store.ts'
import { keepSubmission } from './submissions.ts'

/** Filing a request that is whole, by whoever it is, in the caller's transaction. */
export function sendingOf(deps: RequestsDeps, changes: Changes) {
  const { addresses, letters, steps, secrets } = deps
  const { apply, dueFrom, seating, letterFacts, language } = changes

  async function tell(tx: Tx, request: Submitted): Promise<void> {
    const facts = { ...(await letterFacts(tx, request)), at: tx.at.toISOString(), due: request.dueAt.toISOString() }
    const to = {
      ...{ to: request.contactEmail, language: await language(tx, request.id), about: `request:${request.id}` },
    }
    const { details } = request
    if (details.kind === 'person') await letters.post(tx, { ...to, template: 'received', params: facts })
    else {
      const params = { ...facts, kind: details.kind, title: titleOf(details) }
      await letters.post(tx, { ...to, template: 'asked', params })
    }
  }

  return {
    /**
     * Its steps are those of the policy now; its address is held on while people look at it, unless the caller has seen to that
     * (`held`). Refused: incomplete, address-taken, not-in-state; the caller gives the transaction up.
     */
    async send(tx: Tx, filled: Request, by: Actor, { held = false } = {}): Promise<Decision<Request, Refusal>> {
      const id: RequestId = filled.id
      const details = 'details' in filled ? filled.details : null
      const around = details === null ? null : await seating.around(tx, details.unitId)
      const present = await steps.present(tx)
      const rule = ruleFor(present.policy, details?.kind ?? 'person', around?.chain ?? [])
      const basis = { version: present.version, place: rule.place }
      const submit = { type: 'submit', at: tx.at, steps: rule.steps, basis, due: await dueFrom(tx) } as const
      const decision = await apply(tx, filled, submit, around)
      if (!decision.ok || decision.value.state !== 'submitted') return decision
      const request = decision.value
      if (request.local !== null && !held) {
        const kept = await addresses.keep(tx, id, request.local)
        if (!kept.ok) return undo(kept.refusal)
      }
      const letter = await sendLetter(tx, request, rule)
      if (!letter.ok) return undo(letter.refusal)
      await keepSubmission(tx, secrets, request, letter.value)
      const again = request.sendings > 1
      const byName = by.kind === 'public' ? null : by.name
      await store.event(tx.db, id, tx.at, { kind: again ? 'resubmitted' : 'submitted', byName })
      await tell(tx, request)
      tx.audit(by, again ? 'request.resubmitted' : 'request.submitted', `request:${id}`, {
        ...(request.details.kind === 'person' ? {} : { kind: request.details.kind }),
        unit: request.details.unitId,
      })
      return decision
    },
  }
}
