import { TargetFault } from '../kernel/fault.ts'
import type { DirectoryEntry } from './directory.ts'

/** Two names are of one entry when this is the same. */
export { dnKey } from './dn.ts'

/** One attribute that is not as it should be, with both values; of a group's members only those too many and too few. */
export type Difference = {
  readonly attribute: string
  readonly is: readonly string[]
  readonly should: readonly string[]
}

/** An entry as it stands, measured against what is wanted of the account or group that it belongs to. */
export type Surveyed = {
  readonly dn: string
  /** The server's own identifier of the entry; null where it shows none. */
  readonly remoteId: string | null
  /** `congvuId` in lower case; null when the entry carries none. */
  readonly id: string | null
  /** Whether anything is wanted of this identity. */
  readonly known: boolean
  readonly revision: number
  /** None when it is all as wanted, its revision too. A password's values are never shown. */
  readonly differences: readonly Difference[]
  /** What people call it. */
  readonly name: string
  /** What an entry that is not as wanted claims for itself alone, in lower case: `uid:…` and `mail:…` (aliases too). */
  readonly claims: readonly string[]
}

/** How new the directory's content is: `contextCSN` of RFC 4533's implementations; none where the server has no such thing. */
export type SurveyState = { readonly csn: readonly string[] }

/** What is wanted of these identities now; asked once for each page that was read, after it was read. */
export type AskWanted = (ids: readonly string[]) => Promise<readonly DirectoryEntry[]>

/** Values of an attribute that Congvu does not write. */
export const SECRET_VALUE = '•••'

/** The server ended its answer at a limit of its own: what came before is a part, and nobody knows of how much. */
export class ReadingCut extends TargetFault {}

/** The directory, as reconciliation reads it. Every verb throws TargetFault; a list cut anywhere is never taken for whole. */
export type DirectorySurvey = {
  /** Where even the base is missing, there is nothing to be new. */
  state(): Promise<SurveyState>
  /**
   * Every entry that is an account or a group, or looks like one: in one paged search, a page at a time and never more than
   * two in memory.
   */
  survey(wanted: AskWanted): AsyncIterable<readonly Surveyed[]>
  /** The entries that carry an identity, a name or an address of the wanted ones, an identifier of the server, or an identity. */
  look(wanted: readonly DirectoryEntry[], remoteIds?: readonly string[], ids?: readonly string[]): Promise<Surveyed[]>
  /** What is wanted of an entry, attribute by attribute; a password's value is never shown. Nothing is read. */
  describe(entry: DirectoryEntry): readonly Omit<Difference, 'is'>[]
  /**
   * Deletes one entry that was found to be one too many, if it still has this identifier and this name, and reads back that it
   * is gone. What lies below it is not deleted, and then neither is it.
   */
  removeEntry(entry: { readonly dn: string; readonly remoteId: string }): Promise<void>
}
