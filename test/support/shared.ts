import { randomUUID } from 'node:crypto'
import { cliActor } from '../../src/access/policy.ts'
import { QuotaMb, type SharedKind } from '../../src/accounts/account.ts'
import type { HolderAsked } from '../../src/accounts/holder.ts'
import type { Tx } from '../../src/db/transaction.ts'
import type { Decision } from '../../src/kernel/decision.ts'
import { LocalPart } from '../../src/kernel/email-address.ts'
import type { AccountId, UnitId } from '../../src/kernel/ids.ts'
import type { Services } from '../../src/main/compose.ts'
import type { Mailbox } from './people.ts'

const by = cliActor('test')

export const local = (text: string): LocalPart => LocalPart.parse(text)
export const full = (...people: readonly { readonly id: AccountId }[]): HolderAsked[] =>
  people.map(({ id }) => ({ accountId: id, rights: 'full' }))

/** Does it as a decided request would: its address is held, and a refusal undoes everything. */
export async function decided<T, R extends { kind: string }>(
  services: Services,
  address: LocalPart | null,
  work: (tx: Tx, request: string) => Promise<Decision<T, R>>,
): Promise<Decision<T, R | { kind: 'address-taken' | 'not-allowed' | 'not-proposed' }>> {
  const request = randomUUID()
  try {
    return await services.transaction(async (tx) => {
      const held = address === null ? null : await services.addresses.choose(tx, request, address)
      const done = held === null || held.ok ? await work(tx, request) : held
      if (!done.ok) throw new Refused(done.refusal)
      return done
    })
  } catch (error) {
    if (error instanceof Refused) return { ok: false, refusal: error.refusal as R }
    throw error
  }
}
class Refused extends Error {
  readonly refusal: { kind: string }
  constructor(refusal: { kind: string }) {
    super(JSON.stringify(refusal))
    this.refusal = refusal
  }
}
/** What an accepted decision gives; a refusal fails the test. */
export async function done<T>(decision: Promise<Decision<T, { kind: string }>>): Promise<T> {
  const outcome = await decision
  if (!outcome.ok) throw new Refused(outcome.refusal)
  return outcome.value
}

/** A mailbox of a unit or a function, issued as by an approved request. */
export async function issuedShared(
  services: Services,
  asked: { kind?: SharedKind; unitId: UnitId; name: string; local: string; holders?: readonly HolderAsked[] },
): Promise<Mailbox> {
  const address = local(asked.local)
  const id = await done(
    decided(services, address, (tx, request) =>
      services.accounts.issueShared(tx, by, request, {
        ...{ kind: asked.kind ?? 'function', unitId: asked.unitId, displayName: asked.name, local: address },
        ...{ holders: asked.holders ?? [], quotaMb: QuotaMb.parse(2048) },
      }),
    ),
  )
  const account = await services.database.prisma.account.findUniqueOrThrow({ where: { id } })
  return { id, login: account.login, mail: `${address}@${services.config.organisation.domain}`, contact: '' }
}

/** Lets exactly these people hold the mailbox. */
export const setHolders = (services: Services, id: AccountId, holders: readonly HolderAsked[]) =>
  decided(services, null, (tx) => services.accounts.setHolders(tx, by, id, holders))
