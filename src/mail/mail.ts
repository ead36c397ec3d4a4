import type { Fault, Finding } from '../kernel/fault.ts'

/** A mailbox as the mail store should hold it. The store's user is the login, never the address: an address may change. */
export type Mailbox = { readonly login: string; readonly mail: string; readonly quotaMb: number }

/** What became of one mailbox; whatever is not a fault was read back: it resolves, has its folders and its quota. */
export type MailOutcome =
  { readonly status: 'created' | 'unchanged' } | { readonly status: 'fault'; readonly fault: Fault }

export type MailUsage = { readonly usedBytes: number; readonly quotaBytes: number; readonly messages: number }

/** What an implementation can do; what it lacks is declared, not pretended. */
export type MailCapabilities = {
  readonly vendor: string
  readonly imap: boolean
  readonly submission: boolean
  readonly quota: boolean
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
  /** Throws TargetFault when the store cannot be asked, or knows no such login. */
  usage(login: string): Promise<MailUsage>
  /** For `doctor`. Never throws. */
  check(): Promise<Finding[]>
  close(): Promise<void>
}

/** The folders that every mailbox has. */
export const FOLDERS = ['INBOX', 'Drafts', 'Sent', 'Trash', 'Junk'] as const
