import { TargetFault } from '../kernel/fault.ts'
import type { Mailbox, MailOutcome, MailStore } from '../mail/mail.ts'
import type { WantedAccount } from './wanted.ts'

/**
 * The mailboxes as they are wanted; and where somebody holds one no more, their sessions are ended once its access list is
 * without them. A mailbox is in step only when both were seen to be so.
 */
export async function applyMailboxes(
  mail: Pick<MailStore, 'ensure' | 'endSessions'>,
  accounts: readonly WantedAccount[],
): Promise<MailOutcome[]> {
  const outcomes = await mail.ensure(
    accounts.map(({ login, mail: address, quotaMb, access }): Mailbox => ({
      ...{ login, mail: address, quotaMb, ...(access && { access }) },
    })),
  )
  const closed = accounts.filter(({ shutOut }, n) => shutOut.length > 0 && outcomes[n]?.status !== 'fault')
  if (closed.length === 0) return outcomes
  try {
    await mail.endSessions([...new Set(closed.flatMap(({ shutOut }) => shutOut))])
    return outcomes
  } catch (error) {
    if (!(error instanceof TargetFault)) throw error
    const { fault } = error
    return outcomes.map((outcome, n) =>
      closed.some((account) => account === accounts[n]) ? { status: 'fault', fault } : outcome,
    )
  }
}
