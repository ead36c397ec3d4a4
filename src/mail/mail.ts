import type { Fault, Finding } from '../kernel/fault.ts'

/** Somebody who opens a shared mailbox from their own sign-in: only to read, or also to file, delete and answer. */
export type Access = { readonly login: string; readonly rights: 'read' | 'full' }

/** A mailbox as the mail store should hold it. The store's user is the login, never the address: an address may change. */
export type Mailbox = {
  readonly login: string
  readonly mail: string
  readonly quotaMb: number
  /** Exactly who else opens it, in all its folders; absent for a person's own, whose access list is not looked at. */
  readonly access?: readonly Access[]
}

/**
 * What became of one mailbox; whatever is not a fault was read back: it resolves, has its folders, its quota and its access
 * list.
 */
export type MailOutcome =
  { readonly status: 'created' | 'changed' | 'unchanged' } | { readonly status: 'fault'; readonly fault: Fault }

/** Where a mailbox is archived: the first time at 1, after a recovery at 2, and so on. */
export type ArchivePlace = { readonly login: string; readonly no: number }

/** What was counted in an archive: messages in all folders, and their bytes as they travel (with CRLF). */
export type ArchiveSize = { readonly messages: number; readonly bytes: number }

/** What became of an archive or of what was brought back from one; its size was read from the disk, not believed. */
export type ArchiveOutcome =
  ({ readonly status: 'done' } & ArchiveSize) | { readonly status: 'fault'; readonly fault: Fault }

/** What became of something to be deleted; whatever is not a fault was read back: nothing of it is on the disk. */
export type PurgeOutcome =
  { readonly status: 'purged' | 'absent' } | { readonly status: 'fault'; readonly fault: Fault }

export type MailUsage = { readonly usedBytes: number; readonly quotaBytes: number; readonly messages: number }

/** What an implementation can do; what it lacks is declared, not pretended. */
export type MailCapabilities = {
  readonly vendor: string
  readonly imap: boolean
  readonly submission: boolean
  readonly quota: boolean
  /** Whether other people can open a mailbox: without it, nobody but the owner does, and `access` changes nothing. */
  readonly access: boolean
  /** Whether people have sessions that could outlive a right; without it there are none to end. */
  readonly sessions: boolean
  /** Whether it knows when somebody signed in to a mailbox. */
  readonly lastSignIn: boolean
  /** Whether it answers letters by itself, as the directory says (`congvuReply`); without it none is answered. */
  readonly reply: boolean
}

/** The mail store, as provisioning sees it. It reads the directory by itself; Congvu proves that the mailbox works. */
export type MailStore = {
  readonly capabilities: MailCapabilities
  /** Makes the mailboxes so, however often it is asked; answers in the order asked, one outcome a mailbox; never throws. */
  ensure(mailboxes: readonly Mailbox[]): Promise<MailOutcome[]>
  /**
   * Which of these logins already have a home on disk, whether or not the directory knows them. A new account must find
   * none, else it would read somebody else's mail. Throws TargetFault when the store cannot be asked.
   */
  occupied(logins: readonly string[]): Promise<ReadonlySet<string>>
  /**
   * Ends the running sessions of these logins; the next sign-in asks the directory anew. Done once none is seen to run,
   * however often it is asked. Throws TargetFault.
   */
  endSessions(logins: readonly string[]): Promise<void>
  /** Throws TargetFault when the store cannot be asked, or knows no such login. */
  usage(login: string): Promise<MailUsage>
  /**
   * Copies whole mailboxes into their archives, however often it is asked; a mailbox that receives meanwhile is a fault and
   * comes right when it is asked again. The directory must know them. One outcome each, in the order asked; never throws.
   */
  archive(places: readonly ArchivePlace[]): Promise<ArchiveOutcome[]>
  /**
   * Puts what the archives hold back beside what is in the mailboxes now; asked again, nothing is there twice. An archive
   * that does not hold as much as it should is a fault, and nothing is done. Never throws.
   */
  restore(places: readonly (ArchivePlace & ArchiveSize)[]): Promise<ArchiveOutcome[]>
  /** Deletes everything that lies on the disk of these logins, whether or not the directory knows them. Never throws. */
  purge(logins: readonly string[]): Promise<PurgeOutcome[]>
  /** Deletes archives. Never throws. */
  discard(places: readonly ArchivePlace[]): Promise<PurgeOutcome[]>
  /**
   * When each of these last signed in to their mailbox; who never did is left out. Throws TargetFault when the store cannot
   * be asked or does not know such things.
   */
  lastSignIns(logins: readonly string[]): Promise<ReadonlyMap<string, Date>>
  /** For `doctor`. Never throws. */
  check(): Promise<Finding[]>
  close(): Promise<void>
}

/** The folders that every mailbox has. */
export const FOLDERS = ['INBOX', 'Drafts', 'Sent', 'Trash', 'Junk'] as const
