import type { Transaction, Tx } from '../db/transaction.ts'
import type { Fault } from '../kernel/fault.ts'
import type { ArchiveSize, MailStore } from '../mail/mail.ts'

/** The part of an account's wanted state that is about keeping its mail. */
export type WantedKeeping = {
  readonly id: string
  readonly login: string
  /** The archive that should be there; null while the account is in use. */
  readonly archive: { readonly no: number; readonly verified: boolean } | null
  /** The archive whose messages should be back in the mailbox; null once they are. */
  readonly restore: ({ readonly no: number } & ArchiveSize) | null
  /** Archives that nobody may have any more. */
  readonly discard: readonly number[]
}

/** What was seen to be so, for the room that keeps account of it. */
export type Kept = {
  readonly archived: readonly ({ readonly id: string; readonly no: number } & ArchiveSize)[]
  readonly restored: readonly { readonly id: string; readonly no: number }[]
  readonly discarded: readonly { readonly id: string; readonly no: number }[]
}
export type NoteKept = (tx: Tx, kept: Kept) => Promise<void>

export type Keeping = ReturnType<typeof keepingOf>
type Faults = Map<string, Fault>

/** So many mailboxes are archived at a time: of small ones the mail server is waited for most of the time, not the disk. */
const AT_ONCE = 4

/**
 * Archives, brings back, and throws away. Each thing that was read back is recorded in a transaction of its own before anything
 * else is done: what deletes the mailbox must find the archive recorded, however often it is cut.
 */
export function keepingOf(deps: { mail: MailStore; transaction: Transaction; note: NoteKept }) {
  const { mail, transaction, note } = deps
  const record = (kept: Partial<Kept>) =>
    transaction((tx) => note(tx, { archived: [], restored: [], discarded: [], ...kept }))

  return {
    /** Makes the archives that are missing; answers the faults, by account. */
    async archive(accounts: readonly WantedKeeping[]): Promise<Faults> {
      const faults: Faults = new Map()
      const archiveOne = async ({ id, login, archive }: WantedKeeping): Promise<void> => {
        if (archive === null || archive.verified) return
        const [outcome] = await mail.archive([{ login, no: archive.no }])
        if (outcome?.status === 'done') {
          const { messages, bytes } = outcome
          await record({ archived: [{ id, no: archive.no, messages, bytes }] })
        } else faults.set(id, outcome?.fault ?? unanswered)
      }
      const waiting = accounts.values()
      const lanes = await Promise.allSettled(
        Array.from({ length: AT_ONCE }, async () => {
          for (const account of waiting) await archiveOne(account)
        }),
      )
      // Not before all have ended: nobody else may begin on a mailbox that is still being archived.
      for (const lane of lanes) if (lane.status === 'rejected') throw lane.reason
      return faults
    },

    /** Brings back what should be back; answers the faults, by account. */
    async restore(accounts: readonly WantedKeeping[]): Promise<Faults> {
      const faults: Faults = new Map()
      for (const { id, login, restore } of accounts) {
        if (restore === null) continue
        const [outcome] = await mail.restore([{ login, ...restore }])
        if (outcome?.status === 'done') await record({ restored: [{ id, no: restore.no }] })
        else faults.set(id, outcome?.fault ?? unanswered)
      }
      return faults
    },

    /** Throws archives away; answers the faults, by account. */
    async discard(accounts: readonly WantedKeeping[]): Promise<Faults> {
      const faults: Faults = new Map()
      const places = accounts.flatMap(({ id, login, discard }) => discard.map((no) => ({ id, login, no })))
      const outcomes = await mail.discard(places)
      const gone: { id: string; no: number }[] = []
      places.forEach(({ id, no }, index) => {
        const outcome = outcomes[index]
        if (outcome === undefined) faults.set(id, unanswered)
        else if (outcome.status === 'fault') faults.set(id, outcome.fault)
        else gone.push({ id, no })
      })
      if (gone.length > 0) await record({ discarded: gone })
      return faults
    },
  }
}

const unanswered: Fault = { kind: 'outcome-unknown', detail: 'no outcome was reported' }
