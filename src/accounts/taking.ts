import type { Actor } from '../access/policy.ts'
import type { Tx } from '../db/transaction.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import type { AccountId } from '../kernel/ids.ts'
import type { Sync } from '../provisioning/sync.ts'
import type { AccountRefusal } from './account.ts'
import type { Due } from './due.ts'
import * as store from './taking-store.ts'

/** What the database takes over from the directory, and how it gets ahead of it again, in the caller's transaction. */
export function takingOf(deps: { due: Due; sync: Sync }) {
  const { due, sync } = deps
  return {
    /** The office's number as the directory has it. Refused: unknown-account, for a mailbox that is no person's. */
    async setPhone(tx: Tx, by: Actor, id: AccountId, phone: string | null): Promise<Decision<null, AccountRefusal>> {
      const person = await store.lockPerson(tx.db, id)
      if (person === null) return refuse({ kind: 'unknown-account' })
      await store.setPhone(tx.db, person.id, phone)
      tx.audit(by, 'account.phone-changed', `account:${id}`, { phone, before: person.phone })
      await due.accounts(tx, [id])
      return accept(null)
    },

    /**
     * Lets the database's state win over entries of a later revision, as after the database was restored from a backup: the
     * subjects' revisions get ahead of what the entries show.
     */
    async getAhead(
      tx: Tx,
      shown: readonly { kind: 'account' | 'group'; id: string; revision: number }[],
    ): Promise<void> {
      const accounts = shown.filter(({ kind }) => kind === 'account')
      const groups = shown.filter(({ kind }) => kind === 'group')
      if (accounts.length > 0) await sync.accountsDue(tx, await store.raiseAccounts(tx.db, accounts))
      if (groups.length > 0) await sync.groupsDue(tx, await store.raiseGroups(tx.db, groups))
    },
  }
}
