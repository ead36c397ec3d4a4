import { What } from '../../requests/kinds/function-mailbox.ts'
import { AccountId } from '../../kernel/ids.ts'
import { Faults, holdersFrom, holdersTyped, unitFrom, unitTyped, whyFrom, type OwnForm } from './form.ts'

/** A mailbox of the unit. */
export const unitMailboxForm: OwnForm<'unit-mailbox'> = {
  fields: ['full', 'read'],
  typedOf: (details, names) => ({
    ...unitTyped(details, names),
    ...holdersTyped(details.holders, names),
    why: details.why,
  }),
  async read(page, services, typed) {
    const faults = new Faults()
    const unitId = await unitFrom(page, services, faults)
    const holders = await holdersFrom(page, services, typed, faults)
    const why = whyFrom(page, typed, faults)
    if (unitId === null || faults.found.length > 0) return { ok: false, errors: faults.found }
    return { ok: true, ask: { kind: 'unit-mailbox', unitId, holders, why } }
  },
  fieldOf: (kind) => (kind === 'unknown-holder' ? 'full' : 'unit'),
}

/** A mailbox of a function. */
export const functionMailboxForm: OwnForm<'function-mailbox'> = {
  fields: ['what', 'full', 'read'],
  typedOf: (details, names) => ({
    ...{ ...unitTyped(details, names), ...holdersTyped(details.holders, names) },
    ...{ what: details.what, why: details.why },
  }),
  async read(page, services, typed) {
    const faults = new Faults()
    const unitId = await unitFrom(page, services, faults)
    const what = What.safeParse(typed.what)
    if (!what.success) faults.add('what', page.t.asking.errors.what)
    const holders = await holdersFrom(page, services, typed, faults)
    const why = whyFrom(page, typed, faults)
    if (unitId === null || !what.success || faults.found.length > 0) return { ok: false, errors: faults.found }
    return { ok: true, ask: { kind: 'function-mailbox', unitId, what: what.data, holders, why } }
  },
  fieldOf: (kind) => (kind === 'unknown-holder' ? 'full' : kind === 'unit-closed' ? 'unit' : 'what'),
}

/** Who uses a shared mailbox; once one is chosen, its present users stand in the fields. */
export const holdersForm: OwnForm<'holders'> = {
  fields: ['accountId', 'full', 'read'],
  async model(page, services, typed) {
    const boxes = await services.requests.sharedFor(page.permit('own.request'))
    const chosen = boxes.find(({ id }) => id === typed.accountId) ?? null
    return {
      mailboxes: boxes.map(({ id, displayName, address }) => ({ value: id, text: displayName, hint: address })),
      chosen: chosen && { name: chosen.displayName, address: chosen.address },
    }
  },
  typedOf: (details, names) => ({
    ...{ accountId: details.accountId, why: details.why },
    ...holdersTyped(details.holders, names),
  }),
  async read(page, services, typed) {
    const faults = new Faults()
    const accountId = AccountId.safeParse(typed.accountId)
    if (!accountId.success) faults.add('accountId', page.t.asking.errors.mailbox)
    const holders = await holdersFrom(page, services, typed, faults)
    const why = whyFrom(page, typed, faults)
    if (!accountId.success || faults.found.length > 0) return { ok: false, errors: faults.found }
    return { ok: true, ask: { kind: 'holders', accountId: accountId.data, holders, why } }
  },
  fieldOf: (kind) => (kind === 'unknown-holder' || kind === 'nothing-changes' ? 'full' : 'accountId'),
}
