import type { Tx } from '../db/transaction.ts'
import type { DirectoryAccount, DirectoryGroup } from '../directory/directory.ts'
import type { Mailbox } from '../mail/mail.ts'
import type { WantedKeeping } from './keeping.ts'
import type { Presence } from './ledger.ts'

export type WantedAccount = Omit<DirectoryAccount, 'kind' | 'mayCreate'> &
  Pick<Mailbox, 'access'> &
  WantedKeeping & {
    readonly presence: Presence
    /** Under a legal hold: nothing of it is deleted. */
    readonly held: boolean
    /** Logins that hold it no more, and whose sessions are to be ended. */
    readonly shutOut: readonly string[]
  }

/** A group; `gone` when the directory should have nothing of it any more. */
export type WantedGroup = DirectoryGroup & { readonly gone?: boolean }

/** What each subject should be now, as their own rooms tell it. */
export type Wanted = {
  accounts(ids: readonly string[]): Promise<WantedAccount[]>
  groups(ids: readonly string[]): Promise<WantedGroup[]>
}

/** What other rooms do, in the transaction that records it, when accounts have arrived. */
export type Arrived = (
  tx: Tx,
  accounts: readonly { id: string; revision: number; created: boolean; complete: boolean }[],
) => Promise<void>
