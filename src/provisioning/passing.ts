import type { Prisma } from '../db/generated/client.ts'
import * as store from './store.ts'

/** How soon, in milliseconds, one asks again for what another worker has in hand. */
const SOON_MS = 200

/** What one piece of work must mind of addresses that pass from one account to another. */
export type Passing = {
  /** Accounts that were claimed besides. */
  readonly joined: readonly string[]
  /** From whom an account takes addresses that the directory may still show there. */
  readonly takesFrom: ReadonlyMap<string, readonly string[]>
  /** Accounts whose entries must wait, and how long, in milliseconds: another's, who takes an address of theirs, comes first. */
  readonly waits: ReadonlyMap<string, number>
}

/**
 * An address that passes is in the directory with one of the two at any moment, or letters to it would be sent back: whoever
 * gives it up is written in the same piece of work as whoever takes it, or later. Claims the others that are due, and has what
 * is wanted of them read. Where the directory refuses the taker, nobody waits: a person must mend that, and the giver's entry
 * may have to shut somebody out.
 */
export async function gatherPassing(
  claims: Prisma.TransactionClient,
  accounts: readonly string[],
  now: Date,
  read: (more: readonly string[]) => Promise<void>,
): Promise<Passing> {
  const here = new Set(accounts)
  for (;;) {
    // Read after what is wanted of them, so that nothing is wanted that began to pass since.
    const passes = here.size > 0 ? await store.passes(claims, [...here]) : []
    const due = passes.flatMap(({ giver, giverAt, taker, takerAt }) => [
      ...(giverAt <= now ? [giver] : []),
      ...(takerAt <= now ? [taker] : []),
    ])
    const absent = [...new Set(due)].filter((id) => !here.has(id))
    const more = absent.length > 0 ? await store.claimThese(claims, 'account', absent) : []
    if (more.length === 0) return { joined: [...here].slice(accounts.length), ...mindful(passes, here, now) }
    for (const id of more) here.add(id)
    await read(more)
  }
}

/** The same of accounts that are `here`; one that is here for the mail server alone takes nothing yet. */
export function mindful(
  passes: readonly store.Pass[],
  here: ReadonlySet<string>,
  now: Date,
): Pick<Passing, 'takesFrom' | 'waits'> {
  const takesFrom = new Map(
    [...Map.groupBy(passes, ({ taker }) => taker)].map(([taker, from]) => [taker, from.map(({ giver }) => giver)]),
  )
  const waits = new Map<string, number>()
  for (const { giver, taker, takerAt, takerFault } of passes) {
    if ((here.has(taker) && takerAt <= now) || takerFault === 'refused') continue
    waits.set(giver, Math.max(waits.get(giver) ?? SOON_MS, takerAt.getTime() - now.getTime()))
  }
  return { takesFrom, waits }
}
