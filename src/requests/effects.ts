import type { Actor } from '../access/policy.ts'
import { QuotaMb } from '../accounts/account.ts'
import type { Accounts } from '../accounts/accounts.ts'
import { holderChanges } from '../accounts/holder.ts'
import type { Tx } from '../db/transaction.ts'
import { dayOf } from '../kernel/day.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import type { AccountId } from '../kernel/ids.ts'
import { parsePersonName } from '../kernel/person-name.ts'
import type { Language } from '../letters/letter.ts'
import type { DetailsOf } from './ask.ts'
import * as asking from './asking-store.ts'
import type { Refusal, RequestsDeps } from './changes.ts'
import type { RequestKind } from './kinds.ts'
import { newName } from './kinds/name.ts'
import type { Request } from './request.ts'
import type { Made } from './store.ts'

type Approved = Request & { readonly state: 'approved' }
type Done = Promise<Decision<Made, Refusal>>
type Effects = {
  [K in RequestKind]: (tx: Tx, by: Actor, request: Approved, details: DetailsOf<K>, language: Language) => Done
}
const NOTHING: Made = { accounts: [], lists: [] }

/** What the approval of each kind of request does, in the transaction of the decision: whole, or refused and undone. */
export function effectsOf(deps: RequestsDeps) {
  const { accounts, lists, secrets, units, domain, quotaMb } = deps

  const madeAccount = (issued: Decision<AccountId, Refusal>): Decision<Made, Refusal> =>
    issued.ok ? accept({ accounts: [issued.value], lists: [] }) : issued
  const nothingMade = (done: Decision<unknown, Refusal>): Decision<Made, Refusal> => (done.ok ? accept(NOTHING) : done)
  const sealed = (number: string) => ({
    ninCipher: secrets.seal(number, 'request.nin'),
    ninHash: secrets.numberHash(number),
  })
  const localOf = ({ local, id }: Approved) => {
    if (local === null) throw new Error(`Request ${id} asks for an address and has none`)
    return local
  }

  async function shared(
    tx: Tx,
    by: Actor,
    request: Approved,
    details: DetailsOf<'unit-mailbox' | 'function-mailbox'>,
  ): Done {
    if (!(await units.find(details.unitId, tx))) return refuse({ kind: 'unit-closed' })
    const asked: Parameters<Accounts['issueShared']>[3] = {
      kind: details.kind === 'unit-mailbox' ? 'unit' : 'function',
      ...{ unitId: details.unitId, displayName: details.title, local: localOf(request), quotaMb },
      holders: details.holders,
    }
    return madeAccount(await accounts.issueShared(tx, by, request.id, asked))
  }

  const effects: Effects = {
    async person(tx, by, request, details, language) {
      if (request.vouched === null) throw new Error(`Nobody has vouched for request ${request.id}`)
      const issued = await accounts.issue(tx, by, request.id, {
        ...details,
        ...{ title: details.position, ...sealed(details.number), contactEmail: request.contactEmail, language },
        ...{ local: localOf(request), handOver: request.vouched.handOver },
      })
      return madeAccount(issued)
    },

    async people(tx, by, request, { people, unitId }, language) {
      if (request.vouched === null) throw new Error(`Nobody has vouched for request ${request.id}`)
      const issued: AccountId[] = []
      for (const one of people) {
        const name = parsePersonName(one.fullName, one.given)
        if (!name.ok || one.local === null) return refuse({ kind: 'incomplete', missing: 'address' })
        const { handOver } = request.vouched
        const account = await accounts.issue(tx, by, one.ticket, {
          ...{ ...one, ...sealed(one.number), local: one.local, name: name.value, unitId, title: one.position },
          ...{ handOver, language },
        })
        if (!account.ok)
          return account.refusal.kind === 'duplicate-person'
            ? refuse({ kind: 'person-known', name: one.fullName })
            : account
        issued.push(account.value)
      }
      return accept({ accounts: issued, lists: [] })
    },

    async 'unit-mailbox'(tx, by, request, details) {
      if (await asking.hasMailbox(tx.db, details.unitId)) return refuse({ kind: 'unit-has-mailbox' })
      return shared(tx, by, request, details)
    },
    'function-mailbox': shared,

    async holders(tx, by, _request, { accountId, holders, present }) {
      // Whoever approved read what was to change: somebody else's change in between would be undone unseen.
      const now = holderChanges(await asking.holders(tx.db, accountId), present)
      if (now.ended.length + now.begun.length > 0) return refuse({ kind: 'holders-changed' })
      return nothingMade(await accounts.setHolders(tx, by, accountId, holders))
    },

    async list(tx, by, request, { name, unitId, rule, posting }) {
      const asked = { name, unitId, rule, posting, local: localOf(request) }
      const made = await lists.create(tx, by, request.id, asked)
      return made.ok ? accept({ accounts: [], lists: [made.value] }) : made
    },

    async name(tx, by, request, details) {
      const name = newName(details)
      return nothingMade(await accounts.rename(tx, by, request.id, details.accountId, { name, local: request.local }))
    },

    async position(tx, by, _request, { accountId, position }) {
      return nothingMade(await accounts.changePosition(tx, by, accountId, { title: position }))
    },

    async alias(tx, by, request, { accountId }) {
      return nothingMade(await accounts.addAlias(tx, by, request.id, accountId, localOf(request)))
    },

    async quota(tx, by, _request, { accountId, quotaMb: asked }) {
      const mailbox = await asking.mailbox(tx.db, accountId, dayOf(tx.at), domain)
      // It may have grown by another request meanwhile; this one never makes it smaller.
      const larger = QuotaMb.parse(Math.max(asked, mailbox?.quotaMb ?? 0))
      return nothingMade(await accounts.setQuota(tx, by, accountId, larger))
    },
  }

  return {
    /** Does what was approved. Refused as the kind's own use case refuses; the caller gives the transaction up. */
    enact(tx: Tx, by: Actor, request: Approved, language: Language): Done {
      const { details } = request
      // The effect is that of the details' kind; TypeScript does not follow the pair.
      const effect = effects[details.kind] as (...given: [Tx, Actor, Approved, typeof details, Language]) => Done
      return effect(tx, by, request, details, language)
    },
  }
}
