import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import { setTimeout as pause } from 'node:timers/promises'
import { TargetFault } from '../../src/kernel/fault.ts'
import { FOLDERS } from '../../src/mail/mail.ts'
import type { Access, Mailbox, MailStore, MailUsage } from '../../src/mail/mail.ts'
import type { MailSurvey } from '../../src/mail/survey.ts'
import { mailSurveyContract } from './mail-survey.contract.ts'
import type { LetterSender } from '../../src/mail/messages.ts'

/** A mail store under test, with the world around it. */
export type MailWorld = {
  readonly store: MailStore
  readonly survey: MailSurvey
  readonly domain: string
  /** Puts these mailboxes into the directory, or changes their quota there. */
  know(mailboxes: readonly Mailbox[]): Promise<void>
  /** A home with mail in it of somebody whom the directory does not know. */
  leaveHome(login: string): Promise<void>
  /** Takes a folder away behind the store's back. */
  dropFolder(login: string, folder: string): Promise<void>
  /** The folders as the store has them, looked at by another way than the port. */
  foldersOf(login: string): Promise<readonly string[]>
  /** Notes, as the store itself does it, that somebody signed in to their mailbox then. */
  noteSignIn(login: string, at: Date): Promise<void>
  /** What somebody may do in a folder of another's mailbox, asked of the server by another way; nothing is ''. */
  rightsOf(holder: string, mailbox: string, folder: string): Promise<string>
  /** A folder that somebody who may makes in another's mailbox. */
  makeFolder(holder: string, mailbox: string, folder: string): Promise<void>
  /** Hands mail to the mail server as a stranger would. */
  readonly sender: LetterSender
  stop(): Promise<void>
}

const until = async (usage: () => Promise<MailUsage>, enough: (usage: MailUsage) => boolean): Promise<MailUsage> => {
  for (let tries = 0; tries < 100; tries++) {
    const now = await usage()
    if (enough(now)) return now
    await pause(50)
  }
  return usage()
}

const faultOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => (error instanceof TargetFault ? error.fault : error),
  )

/** What every mail store promises, whoever it is; what one lacks it declares in `capabilities`. */
export function mailContract(name: string, start: () => Promise<MailWorld>): void {
  describe(`the mail store of ${name}`, () => {
    let world: MailWorld
    const mailbox = (login: string, quotaMb = 100): Mailbox => ({ login, mail: `u${login}@${world.domain}`, quotaMb })
    beforeAll(async () => {
      world = await start()
    })
    afterAll(async () => {
      await world.stop()
    })

    mailSurveyContract(() => world)

    test('declares what it can do, and finds itself well', async () => {
      expect(world.store.capabilities.quota).toBe(true)
      const findings = await world.store.check()
      expect(findings.filter((finding) => !finding.ok)).toEqual([])
      expect(findings.length).toBeGreaterThan(0)
    })

    test('makes a mailbox with its folders, and leaves it alone the second time', async () => {
      const anna = mailbox('100101')
      await world.know([anna])
      expect(await world.store.ensure([anna])).toEqual([{ status: 'created' }])
      expect(await world.store.ensure([anna])).toEqual([{ status: 'unchanged' }])
      expect(await world.foldersOf('100101')).toEqual(expect.arrayContaining([...FOLDERS]))
    })

    test('refuses a login that the directory does not know', async () => {
      const [outcome] = await world.store.ensure([mailbox('100102')])
      expect(outcome).toMatchObject({ status: 'fault', fault: { kind: 'refused' } })
      expect(await faultOf(world.store.usage('100102'))).toMatchObject({ kind: 'refused' })
    })

    test('makes a mailbox as soon as the directory knows it, though it was asked for before', async () => {
      const late = mailbox('100103')
      await world.store.ensure([late])
      await world.know([late])
      expect(await world.store.ensure([late])).toEqual([{ status: 'created' }])
    })

    test.each(['../100101', '*', '', 'a/b', '100101 ', 'x\0y'])('refuses the login %j', async (login) => {
      const [outcome] = await world.store.ensure([{ ...mailbox('0'), login }])
      expect(outcome).toMatchObject({ status: 'fault', fault: { kind: 'refused' } })
      expect(await faultOf(world.store.occupied([login]))).toMatchObject({ kind: 'refused' })
      expect(await faultOf(world.store.usage(login))).toMatchObject({ kind: 'refused' })
    })

    test('sees the home of a login that the directory does not know', async () => {
      await world.leaveHome('100104')
      const many = Array.from({ length: 500 }, (_, index) => String(200_000 + index))
      expect(await world.store.occupied(['100104', ...many])).toEqual(new Set(['100104']))
      expect(await world.store.occupied(['100105'])).toEqual(new Set())
    })

    test('makes 150 mailboxes in one go, and says which one it could not', async () => {
      const all = Array.from({ length: 150 }, (_, index) => mailbox(String(300_000 + index)))
      await world.know(all.filter(({ login }) => login !== '300077'))
      const outcomes = await world.store.ensure(all)
      expect(outcomes).toHaveLength(150)
      expect(outcomes.filter(({ status }) => status === 'created')).toHaveLength(149)
      expect(outcomes[77]).toMatchObject({ status: 'fault', fault: { kind: 'refused' } })
      expect(await world.store.occupied(all.map(({ login }) => login))).toEqual(
        new Set(all.map(({ login }) => login).filter((login) => login !== '300077')),
      )
    })

    test('follows a change of the quota', async () => {
      const grown = mailbox('100106', 50)
      await world.know([grown])
      await world.store.ensure([grown])
      expect(await world.store.usage('100106')).toMatchObject({ quotaBytes: 50 * 1024 ** 2, messages: 0 })
      await world.know([{ ...grown, quotaMb: 70 }])
      expect(await world.store.ensure([{ ...grown, quotaMb: 70 }])).toEqual([{ status: 'unchanged' }])
      expect(await world.store.usage('100106')).toMatchObject({ quotaBytes: 70 * 1024 ** 2 })
    })

    test('lets exactly its holders open a shared mailbox, in all its folders, now and later', async () => {
      const [box, anna, binh] = [mailbox('vanthu-snv'), mailbox('100108'), mailbox('100109')]
      await world.know([box, anna, binh])
      const held = (...access: readonly Access[]) => world.store.ensure([{ ...box, access }])
      const rights = (folder: string) =>
        Promise.all([anna, binh].map(({ login }) => world.rightsOf(login, box.login, folder)))
      const status = (expected: string) => [{ status: world.store.capabilities.access ? expected : 'unchanged' }]
      const can = (...expected: readonly string[]) => (world.store.capabilities.access ? expected : ['', ''])
      const read = 'lookup read write-seen'
      const all = 'create delete expunge insert lookup post read write write-deleted write-seen'

      expect(await held({ login: anna.login, rights: 'full' }, { login: binh.login, rights: 'read' })).toEqual([
        { status: 'created' },
      ])
      for (const folder of ['', 'Sent', 'Trash'])
        expect([folder, await rights(folder)]).toEqual([folder, can(all, read)])
      await world.makeFolder(anna.login, box.login, '2026')
      expect(await rights('2026')).toEqual(can(all, read))
      expect(await held({ login: binh.login, rights: 'read' }, { login: anna.login, rights: 'full' })).toEqual([
        { status: 'unchanged' },
      ])
      expect(await held({ login: anna.login, rights: 'read' })).toEqual(status('changed'))
      for (const folder of ['', 'Sent', '2026']) expect([folder, await rights(folder)]).toEqual([folder, can(read, '')])
      expect(await held()).toEqual(status('changed'))
      for (const folder of ['', 'Sent', '2026']) expect([folder, await rights(folder)]).toEqual([folder, ['', '']])
    })

    test('shares a mailbox with somebody whom the directory does not know yet', async () => {
      const [box, late] = [mailbox('motcua-snv'), mailbox('100110')]
      await world.know([box])
      const shared = { ...box, access: [{ login: late.login, rights: 'full' as const }] }
      expect(await world.store.ensure([shared])).toEqual([{ status: 'created' }])
      await world.know([late])
      expect(await world.store.ensure([shared])).toEqual([{ status: 'unchanged' }])
      if (world.store.capabilities.access)
        expect(await world.rightsOf(late.login, box.login, '')).toContain('write-deleted')
    })

    test('ends the sessions of people who have none', async () => {
      await world.know([mailbox('100111')])
      await world.store.endSessions(['100111', '100112'])
      if (world.store.capabilities.sessions)
        expect(await faultOf(world.store.endSessions(['*']))).toMatchObject({ kind: 'refused' })
    })

    test('counts a letter that was delivered, and refuses one to nobody', async () => {
      const reader = mailbox('100107')
      await world.know([reader])
      await world.store.ensure([reader])
      const before = await world.store.usage('100107')
      const letter = { messageId: '<one@test.example>', subject: 'Chào bạn', text: 'Một lá thư.\n'.repeat(500) }
      await world.sender.send({ ...letter, to: reader.mail })
      const after = await until(
        () => world.store.usage('100107'),
        ({ messages }) => messages > before.messages,
      )
      expect(after.messages).toBe(before.messages + 1)
      expect(after.usedBytes).toBeGreaterThan(before.usedBytes + 4_000)

      expect(await faultOf(world.sender.send({ ...letter, to: `nobody@${world.domain}` }))).toMatchObject({
        kind: 'refused',
        detail: expect.stringContaining('550 5.1.1'),
      })
    })

    describe('keeps, brings back and deletes', () => {
      /** A mailbox with so many letters of its own. */
      const filled = async (login: string, letters: number): Promise<Mailbox> => {
        const box = mailbox(login)
        await world.know([box])
        await world.store.ensure([box])
        for (let n = 1; n <= letters; n++)
          await world.sender.send({
            ...{ messageId: `<${login}.${n}@test.example>`, to: box.mail, subject: `Thư ${n}` },
            text: 'Kính gửi Ông/Bà.\n'.repeat(n * 10),
          })
        await until(
          () => world.store.usage(login),
          ({ messages }) => messages === letters,
        )
        return box
      }

      test('a whole mailbox: archived, deleted to the last file, and back as it was', async () => {
        const box = await filled('100201', 3)
        const place = { login: box.login, no: 1 }
        const [archived] = await world.store.archive([place])
        expect(archived).toMatchObject({ status: 'done', messages: 3 })
        if (archived?.status !== 'done') return
        expect(archived.bytes).toBeGreaterThan(1_000)
        expect(await world.store.archive([place])).toEqual([archived])
        expect(await world.store.usage(box.login)).toMatchObject({ messages: 3 })

        expect(await world.store.purge([box.login])).toEqual([{ status: 'purged' }])
        expect(await world.store.occupied([box.login])).toEqual(new Set())
        expect(await world.store.purge([box.login])).toEqual([{ status: 'absent' }])

        expect(await world.store.ensure([box])).toEqual([{ status: 'created' }])
        const { messages, bytes } = archived
        expect(await world.store.restore([{ ...place, messages, bytes }])).toEqual([archived])
        expect(await world.store.restore([{ ...place, messages, bytes }])).toEqual([archived])
        expect(await world.store.usage(box.login)).toMatchObject({ messages: 3 })
      })

      test('an archive is never emptied by asking for it again, nor given back as less than it was', async () => {
        const box = await filled('100202', 2)
        const place = { login: box.login, no: 1 }
        const [archived] = await world.store.archive([place])
        if (archived?.status !== 'done') throw new Error(JSON.stringify(archived))
        await world.store.purge([box.login])
        await world.store.ensure([box])
        expect(await world.store.archive([place])).toMatchObject([{ status: 'fault', fault: { kind: 'refused' } }])
        const more = { ...place, messages: archived.messages + 1, bytes: archived.bytes }
        expect(await world.store.restore([more])).toMatchObject([{ status: 'fault', fault: { kind: 'refused' } }])
        expect(await world.store.usage(box.login)).toMatchObject({ messages: 0 })
        const { messages, bytes } = archived
        expect(await world.store.restore([{ ...place, messages, bytes }])).toEqual([archived])
      })

      test('what has come since stays, beside what is brought back', async () => {
        const box = await filled('100203', 2)
        const [archived] = await world.store.archive([{ login: box.login, no: 1 }])
        if (archived?.status !== 'done') throw new Error(JSON.stringify(archived))
        await world.store.purge([box.login])
        await filled('100203', 1)
        const { messages, bytes } = archived
        const back = await world.store.restore([{ login: box.login, no: 1, messages, bytes }])
        expect(back).toMatchObject([{ status: 'done', messages: 3 }])
      })

      test('many at once: empty ones too, and one that nobody knows is no one else’s trouble', async () => {
        const boxes = Array.from({ length: 25 }, (_, index) => mailbox(String(400_000 + index)))
        await world.know(boxes)
        await world.store.ensure(boxes)
        const places = boxes.map(({ login }) => ({ login, no: 1 }))
        const archived = await world.store.archive([...places.slice(0, 3), { login: '499999', no: 1 }])
        expect(archived.map(({ status }) => status)).toEqual(['done', 'done', 'done', 'fault'])
        expect(archived[0]).toEqual({ status: 'done', messages: 0, bytes: 0 })
        const purged = await world.store.purge([...boxes.map(({ login }) => login), '499999'])
        expect(purged).toEqual([...boxes.map(() => ({ status: 'purged' })), { status: 'absent' }])
      })

      test('an archive is deleted when nobody may have it any more', async () => {
        const box = await filled('100204', 1)
        const place = { login: box.login, no: 2 }
        await world.store.archive([place])
        expect(await world.store.discard([place])).toEqual([{ status: 'purged' }])
        expect(await world.store.discard([place])).toEqual([{ status: 'absent' }])
        const gone = { ...place, messages: 1, bytes: 1 }
        expect(await world.store.restore([gone])).toMatchObject([{ status: 'fault', fault: { kind: 'refused' } }])
        expect(await world.store.usage(box.login)).toMatchObject({ messages: 1 })
      })

      test('a home left behind by somebody whom the directory no longer knows is deleted too', async () => {
        await world.leaveHome('100205')
        expect(await world.store.purge(['100205'])).toEqual([{ status: 'purged' }])
        expect(await world.store.occupied(['100205'])).toEqual(new Set())
      })

      test.each(['../100101', '*', '', 'a/b', '.', '..'])('no path is made of the login %j', async (login) => {
        const refused = { status: 'fault', fault: { kind: 'refused' } }
        expect(await world.store.purge([login])).toMatchObject([refused])
        expect(await world.store.archive([{ login, no: 1 }])).toMatchObject([refused])
        expect(await world.store.discard([{ login, no: 1 }])).toMatchObject([refused])
        expect(await world.store.discard([{ login: '100101', no: -1 }])).toMatchObject([refused])
      })

      test('it knows when somebody signed in last, or says that it cannot', async () => {
        const at = new Date('2026-11-23T02:12:00Z')
        const [seen, unseen] = [await filled('100206', 0), await filled('100207', 0)]
        const asked = () => world.store.lastSignIns([seen.login, unseen.login])
        if (!world.store.capabilities.lastSignIn) {
          expect(await faultOf(asked())).toMatchObject({ kind: 'refused' })
          return
        }
        await world.noteSignIn(seen.login, at)
        expect(await asked()).toEqual(new Map([[seen.login, at]]))
      })
    })
  })
}
