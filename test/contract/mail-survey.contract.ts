import { describe, expect, test } from '../support/jest.ts'
import { TargetFault } from '../../src/kernel/fault.ts'
import { FOLDERS, type Mailbox } from '../../src/mail/mail.ts'
import type { MailWorld } from './mail.contract.ts'

/** What reconciliation needs of a mail store, held against the same one as the rest of the contract. */
export function mailSurveyContract(world: () => MailWorld): void {
  describe('read as it lies on the disk', () => {
    const mailbox = (login: string, quotaMb = 100): Mailbox => ({ login, mail: `u${login}@${world().domain}`, quotaMb })

    test('lists the homes that are there, whether or not the directory knows whose they are', async () => {
      const known = mailbox('100301')
      await world().know([known, mailbox('100302')])
      await world().store.ensure([known])
      await world().leaveHome('100303')
      const homes = await world().survey.homes()
      expect(['100301', '100302', '100303'].filter((login) => homes.has(login))).toEqual(['100301', '100303'])
    })

    test('finds a mailbox as it was made, and tells both values where it is not', async () => {
      const well = mailbox('100304')
      const other = mailbox('100305', 200)
      const damaged = mailbox('100306')
      await world().know([well, other, damaged])
      await world().store.ensure([well, other, damaged])
      await world().dropFolder(damaged.login, 'Sent')
      const asked = [well, { ...other, quotaMb: 300 }, damaged]
      const [none, quota, folders] = await world().survey.inspect(asked)
      expect(none).toEqual([])
      expect(quota).toEqual([{ attribute: 'quota', is: ['200'], should: ['300'] }])
      // Dovecot shows and makes those of its configuration (`auto = subscribe`) by itself: none is ever lacking.
      const lacks = { attribute: 'folders', is: FOLDERS.filter((folder) => folder !== 'Sent'), should: FOLDERS }
      expect(folders).toEqual(world().store.capabilities.imap ? [] : [lacks])
      await world().store.ensure([damaged])
      expect(await world().survey.inspect([damaged])).toEqual([[]])
    })

    test('says who opens a shared mailbox and should not, where mailboxes are opened to others', async () => {
      const shared: Mailbox = { ...mailbox('vanthu-ds'), access: [{ login: '100307', rights: 'full' }] }
      await world().know([mailbox('100307'), shared])
      await world().store.ensure([mailbox('100307'), shared])
      expect(await world().survey.inspect([shared])).toEqual([[]])
      const [found = []] = await world().survey.inspect([{ ...shared, access: [] }])
      expect(found.map(({ attribute }) => attribute)).toEqual(world().store.capabilities.imap ? ['access'] : [])
    })

    test('makes nothing by looking, and looks nowhere else', async () => {
      await world().know([mailbox('100308')])
      await world()
        .survey.inspect([mailbox('100308')])
        .catch(() => undefined)
      const fault = await world()
        .survey.inspect([mailbox('../100301')])
        .then(
          () => null,
          (error: unknown) => error,
        )
      expect(fault).toBeInstanceOf(TargetFault)
    })
  })
}
