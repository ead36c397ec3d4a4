import type { Fault, Finding } from '../kernel/fault.ts'

/** What is known of an entry from before; none of a new one. */
export type Placed = {
  /** The server's identifier of the entry. One that bears it and no `congvuId` is the subject's own: adopted, or stripped. */
  readonly remoteId?: string | null
  /** Where the entry is to be moved to, should it be elsewhere; without it, it stays where it is. */
  readonly place?: string | null
}

/** A mailbox holder as the directory should show it (MODEL: Entries). */
export type DirectoryAccount = {
  readonly kind: 'account'
  /** The account's UUID, `congvuId`: the identity of the entry, whatever its DN. */
  readonly id: string
  /** `uid`; never changes. */
  readonly login: string
  /** People are `inetOrgPerson`, shared mailboxes `organizationalRole` without a password. */
  readonly person: boolean
  readonly displayName: string
  readonly surname: string
  readonly givenName: string
  readonly mail: string
  readonly aliases: readonly string[]
  readonly title: string | null
  readonly phone: string | null
  readonly unitNumber: number
  readonly unitName: string
  readonly signIn: boolean
  readonly receive: boolean
  readonly quotaMb: number
  readonly sendAs: readonly string[]
  /** What whoever writes to it is answered; null for nothing. */
  readonly reply: string | null
  /** A hash in RFC 2307 style such as `{ARGON2}$argon2id$…`; null keeps `userPassword` out of the entry. */
  readonly password: string | null
  readonly revision: number
  /** False: an existing entry may be changed, but a missing one is not created (the mail home is not vacant). */
  readonly mayCreate: boolean
  /** Identities of accounts whose addresses pass to this one, and may still be in their entries. */
  readonly takesFrom?: readonly string[]
} & Placed

/** A unit or list as a group (`congvuGroup`), a subject of its own. Members are accounts' identities, not DNs. */
export type DirectoryGroup = {
  readonly kind: 'group'
  readonly id: string
  /** `cn`; the unit's number, never its name. */
  readonly name: string
  readonly description: string
  readonly unitNumber: number | null
  readonly mail: string | null
  readonly aliases: readonly string[]
  /** Who may write to it, `congvuPosting`; null for a group without an address. */
  readonly posting: 'anyone' | 'province' | 'named' | null
  /** DNs as earlier outcomes of the members reported them. */
  readonly members: readonly string[]
  readonly revision: number
} & Placed

export type DirectoryEntry = DirectoryAccount | DirectoryGroup

/**
 * What became of one entry. Whatever is not a fault has been read back after the write and equals what was wanted.
 * `superseded`: the entry carries a higher `congvuRevision`; nothing was written.
 */
export type DirectoryOutcome =
  | { readonly status: 'created' | 'changed' | 'unchanged'; readonly remoteId: string; readonly remoteDn: string }
  | { readonly status: 'superseded'; readonly revision: number }
  | { readonly status: 'fault'; readonly fault: Fault }

/** An entry that should be no more, known by its identity, and the revision that wants it so. */
export type Removal = { readonly id: string; readonly revision: number }

/** What became of a removal; whatever is not a fault was read back: no entry carries the identity. */
export type RemovalOutcome =
  | { readonly status: 'removed' | 'absent' }
  | { readonly status: 'superseded'; readonly revision: number }
  | { readonly status: 'fault'; readonly fault: Fault }

/** What an implementation can do; what it lacks is declared, not pretended. */
export type DirectoryCapabilities = {
  readonly vendor: string
  /** RFC 5805: many writes that happen together or not at all. */
  readonly transactions: boolean
  /** RFC 2696: reading in pages. */
  readonly pagedResults: boolean
  /** Account lock-out after failed binds, in the server. */
  readonly passwordPolicy: boolean
}

/** The directory, as provisioning sees it. */
export type Directory = {
  /**
   * Makes the entries so, however often it is asked; answers in the order asked, one outcome an entry, and never throws.
   * An entry is found by `congvuId`, or by `remoteId` while it bears none; a login, mail or alias that belongs to an entry with
   * another `congvuId` (or none) is `refused`, never taken over. One bad entry does not hold up the others. An address that passes
   * (`takesFrom`) is never in neither entry: both are written together, or the entry that takes it before the one that gives it up.
   */
  ensure(entries: readonly DirectoryEntry[]): Promise<DirectoryOutcome[]>
  /**
   * Deletes entries, however often it is asked; answers in the order asked, and never throws. One that carries a higher
   * revision stays, and so do two of one identity: a person must look.
   */
  remove(removals: readonly Removal[]): Promise<RemovalOutcome[]>
  /** Throws TargetFault when the directory cannot be asked. */
  capabilities(): Promise<DirectoryCapabilities>
  /** For `doctor`: connection, bind, base, schema, write rights. Never throws. */
  check(): Promise<Finding[]>
  close(): Promise<void>
}
