import { parseDn } from './dn.ts'

/** Whether a text is the name of an entry (RFC 4514). */
export const isEntryName = (text: string): boolean => parseDn(text) !== null

/** An entry of a directory that Congvu did not make, as it stands. */
export type ForeignEntry = {
  readonly dn: string
  /** The server's own identifier of the entry; null where it shows none that Congvu can find it by. */
  readonly remoteId: string | null
  /** `congvuId` in lower case; null when it is nobody's yet. */
  readonly id: string | null
  /** The first value of each attribute that was asked for, names in lower case. */
  readonly values: ReadonlyMap<string, readonly string[]>
  /** The password's hash, where the server shows it. */
  readonly password: string | null
}

/** What a server can do of what adopted entries need. */
export type ForeignCapabilities = {
  readonly vendor: string
  readonly pagedResults: boolean
  /** Its schema knows `congvuMailAccount`: without it nothing can be managed. */
  readonly schema: boolean
  /** It shows an identifier of each entry that never changes (`entryUUID`, RFC 4530). */
  readonly identifiers: boolean
  readonly transactions: boolean
}

/** A directory with people in it, as adoption reads it. Every verb throws TargetFault; a list that was cut is no list. */
export type ForeignDirectory = {
  capabilities(): Promise<ForeignCapabilities>
  /** The entries with one of these object classes and none of the others, a page at a time; below the base unless named. */
  read(asked: {
    readonly base: string | null
    readonly classes: readonly string[]
    readonly not: readonly string[]
    readonly attributes: readonly string[]
  }): AsyncIterable<readonly ForeignEntry[]>
}
