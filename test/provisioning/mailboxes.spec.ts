import { describe, expect, test } from '../support/jest.ts'
import { TargetFault, type Fault } from '../../src/kernel/fault.ts'
import type { Mailbox, MailOutcome } from '../../src/mail/mail.ts'
import type { WantedAccount } from '../../src/provisioning/wanted.ts'
import { applyMailboxes } from '../../src/provisioning/mailboxes.ts'

const account = (login: string, shutOut: readonly string[] = []) =>
  ({ login, mail: `${login}@quangninh.gov.vn`, quotaMb: 100, shutOut }) as unknown as WantedAccount
const fault: Fault = { kind: 'unreachable', detail: 'away' }

/** A mail server that notes in which order it was asked for what. */
function server(outcomeOf: (login: string) => MailOutcome, ending: Fault | null = null) {
  const asked: string[] = []
  return {
    asked,
    ensure(mailboxes: readonly Mailbox[]) {
      asked.push(...mailboxes.map(({ login }) => `ensure ${login}`))
      return Promise.resolve(mailboxes.map(({ login }) => outcomeOf(login)))
    },
    endSessions(logins: readonly string[]) {
      asked.push(...logins.map((login) => `end ${login}`))
      return ending === null ? Promise.resolve() : Promise.reject(new TargetFault(ending))
    },
  }
}

describe('sessions of somebody who holds a mailbox no more', () => {
  const all = [account('100001'), account('vanthu', ['100002']), account('motcua', ['100002', '100003'])]

  test('are ended after the access lists are without them, each once', async () => {
    const mail = server(() => ({ status: 'changed' }))
    expect(await applyMailboxes(mail, all)).toEqual(all.map(() => ({ status: 'changed' })))
    expect(mail.asked).toEqual(['ensure 100001', 'ensure vanthu', 'ensure motcua', 'end 100002', 'end 100003'])
  })

  test('that cannot be ended keep the mailbox from being in step, and no other', async () => {
    const mail = server(() => ({ status: 'unchanged' }), fault)
    expect(await applyMailboxes(mail, all)).toEqual([
      { status: 'unchanged' },
      { status: 'fault', fault },
      { status: 'fault', fault },
    ])
  })

  test('are left alone while the access list still names them', async () => {
    const mail = server((login) => (login === 'vanthu' ? { status: 'fault', fault } : { status: 'unchanged' }))
    await applyMailboxes(
      mail,
      [all[0], all[1]].filter((each) => each !== undefined),
    )
    expect(mail.asked).toEqual(['ensure 100001', 'ensure vanthu'])
  })
})
