import type { PrismaClient } from '../db/generated/client.ts'
import type { Tx } from '../db/transaction.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Reason } from './address.ts'
import { allot, asksFor } from './allotting.ts'
import * as store from './bulk-store.ts'
import type { NamingPolicies } from './naming-policies.ts'
import { formsOf, type Candidate, type Subject } from './naming.ts'

export type { Given } from './bulk-store.ts'
/** An address that would be given, and why it is this one. */
export type Allotted = { readonly candidate: Candidate; readonly reason: Reason }
export type BulkAddresses = ReturnType<typeof bulkAddressesOf>

/** Addresses of many people at once. */
export function bulkAddressesOf(deps: { prisma: PrismaClient; clock: Clock; naming: NamingPolicies; domain: string }) {
  const { prisma, clock, naming, domain } = deps
  return {
    /**
     * What the policy gives each of these people, in their order; nothing is taken. `spoken` are addresses that others of the
     * same list get anyhow. The same question gets the same answer until addresses or the policy change.
     */
    async allot(subjects: readonly Subject[], spoken: ReadonlySet<string>): Promise<(Allotted | null)[]> {
      const { policy, version } = await naming.present()
      const forms = subjects.map((subject) => formsOf(policy, subject, domain))
      const taken = await store.takenAmong(prisma, asksFor(forms), clock())
      for (const local of spoken) taken.add(local)
      return allot(forms, taken).map(
        (candidate) =>
          candidate && { candidate, reason: { policy: version, rule: candidate.rule, number: candidate.number } },
      )
    },

    /** Which of these addresses are taken now. */
    taken: (locals: readonly string[]): Promise<ReadonlySet<string>> =>
      store.takenAmong(prisma, { bare: locals, stems: [] }, clock()),

    /** Accounts get their addresses, in the caller's transaction; answers those that were still free and are theirs now. */
    give: (tx: Tx, given: readonly store.Given[]): Promise<ReadonlySet<string>> => store.giveMany(tx.db, given, tx.at),
  }
}
