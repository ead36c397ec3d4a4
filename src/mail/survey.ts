import type { Mailbox } from './mail.ts'

/** What of a mailbox is not as it should be, with both values; none when all is well. */
export type MailDifference = {
  /** `home`, `folders`, `quota` or `access`. */
  readonly attribute: 'home' | 'folders' | 'quota' | 'access'
  readonly is: readonly string[]
  readonly should: readonly string[]
}

/** The mail store, as reconciliation reads it: changes nothing, not even what a look would make by itself. */
export type MailSurvey = {
  /**
   * The logins whose mail lies on the disk, as the store itself lists them and not the directory. Throws TargetFault when it
   * cannot be asked, or when the folder of all homes is not there: a disk that is not mounted is not an empty one.
   */
  homes(): Promise<ReadonlySet<string>>
  /** Folders, quota and access lists of mailboxes whose homes are there; one answer each, in the order asked. Throws TargetFault. */
  inspect(mailboxes: readonly Mailbox[]): Promise<MailDifference[][]>
}
