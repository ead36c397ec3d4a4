import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import { ImapFlow } from 'imapflow'
import type { PersonActor } from '../../src/access/policy.ts'
import type { UnitId } from '../../src/kernel/ids.ts'
import { work, type Worker } from '../../src/main/work.ts'
import { visit } from '../servers/support.ts'
import { atWork, inStep, linkIn, PASSWORD, type Mailbox } from '../support/people.ts'
import { allowed, seedStaff, seedUnits, startSystem, type System } from '../support/system.ts'

const NEW = 'núi Yên Tử mây phủ sớm mai'
let system: System
let worker: Worker
let units: Record<'province' | 'agency' | 'department' | 'other', UnitId>
let at: ReturnType<typeof visit>
let actors: Record<'it' | 'agency' | 'other', PersonActor>
let an: Mailbox

beforeAll(async () => {
  system = await startSystem()
  const { services, servers } = system
  at = visit(servers)
  units = await seedUnits(services)
  actors = {
    it: await seedStaff(services, 'it-staff', units.province, 'Lê Đức Thắng'),
    agency: await seedStaff(services, 'unit-admin', units.agency, 'Bùi Vũ Khánh Huyền'),
    other: await seedStaff(services, 'unit-admin', units.other, 'Lục Văn Sìn'),
  }
  worker = await work(services)
  an = await atWork(services, servers.sink, actors.it, units.agency, { fullName: 'Đặng Thị An' })
}, 120_000)
afterAll(async () => {
  await worker.stop()
  await system.stop()
})

const signIn = (password: string) => at.imap(an.mail, password, () => Promise.resolve())
const letters = (template: string, recipient: string) =>
  system.services.database.prisma.outbox.count({ where: { template, recipient } })
const set = async (secret: string, password: string) => {
  const done = await system.services.accounts.activate(secret, password, password)
  if (done.ok) await inStep(system.services, an.id, 15_000)
  return done.ok ? 'set' : done.refusal.kind
}
const permitOf = (who: PersonActor) => allowed('password.reset', who)

describe('a forgotten password', () => {
  test('asked for by anybody sends a link to the contact e-mail, once in a while, and tells nothing', async () => {
    const { services } = system
    for (const typed of ['khongcoai', '*)(uid=*', '\0', '', 'x'.repeat(5_000)]) await services.resetting.ask(typed)
    // Those with rights over the whole province go to a colleague.
    await services.resetting.ask(actors.it.address)
    expect(await services.database.prisma.outbox.count({ where: { template: 'reset' } })).toBe(0)
    await services.resetting.ask(an.mail)
    await services.resetting.ask(an.login)
    expect(await letters('reset', an.contact)).toBe(1)
    await signIn(PASSWORD)
  })

  test('is replaced: what runs is cut, the former one opens nothing, and both mailboxes read of it', async () => {
    const { services, servers } = system
    const { imap, caFile } = servers
    const client = new ImapFlow({
      ...{ host: imap.host, port: imap.port, secure: true, logger: false },
      ...{ auth: { user: an.mail, pass: PASSWORD }, tls: { ca: readFileSync(caFile) } },
    })
    const closed = new Promise<void>((resolve) => client.on('close', resolve))
    client.on('error', () => undefined)
    await client.connect()
    await client.mailboxOpen('INBOX')
    await services.database.pool.query(
      `INSERT INTO session (sid, sess, expire) VALUES ('of-an', $1, now() + interval '1 hour')`,
      [JSON.stringify({ cookie: {}, accountId: an.id })],
    )
    const letter = await servers.sink.waitFor(an.contact, ({ text }) => text.includes('quên mật khẩu'))
    const secret = /\/kich-hoat\/([\w-]{40,})/.exec(letter.text)?.[1] ?? ''
    expect(await services.accounts.activation(secret)).toMatchObject({ ok: true, value: { again: true } })
    expect(await set(secret, an.mail)).toBe('password')
    expect(await set(secret, NEW)).toBe('set')
    await closed
    expect(await services.database.prisma.session.count({ where: { sid: 'of-an' } })).toBe(0)
    await expect(signIn(PASSWORD)).rejects.toThrow()
    await signIn(NEW)
    expect(await services.signIn(an.mail, NEW)).toMatchObject({ ok: true })
    expect(await set(secret, PASSWORD)).toBe('dead-link')
    expect([await letters('password-changed', an.contact), await letters('password-changed', an.mail)]).toEqual([1, 1])
  })

  test('unlocks who was locked by wrong passwords', async () => {
    const { services } = system
    for (let n = 0; n < 6; n++) await signIn('sai mật khẩu rồi').catch(() => undefined)
    await expect(signIn(NEW)).rejects.toThrow()
    const slip = await services.resetting.slip(permitOf(actors.agency), an.id)
    expect(await set(slip.ok ? slip.value.code : '', PASSWORD)).toBe('set')
    await signIn(PASSWORD)
    expect([await letters('reset-slip', an.contact), await letters('reset-slip', an.mail)]).toEqual([1, 1])
  })
})

describe('an administrator', () => {
  const kindOf = async (who: PersonActor, id = an.id) => {
    const sent = await system.services.resetting.sendLink(permitOf(who), id)
    return sent.ok ? 'sent' : sent.refusal.kind
  }

  test('reaches the people of their units who may not do more than they, and never themselves', async () => {
    const { services } = system
    expect([await kindOf(actors.agency), await kindOf(actors.other)]).toEqual(['sent', 'unknown-account'])
    expect(await kindOf(actors.agency, actors.agency.accountId)).toBe('own-account')
    await services.roles.grant(allowed('role.change'), { holder: an.login, role: 'unit-admin', unitId: units.other })
    expect([await kindOf(actors.agency), await kindOf(actors.it)]).toEqual(['protected-account', 'sent'])
    const secret = await linkIn(system.servers.sink, an.contact)
    expect(secret).not.toBe('')
  })

  test('opens nothing that is closed', async () => {
    const { services } = system
    const slip = await services.resetting.slip(permitOf(actors.it), an.id)
    const suspend = { command: { type: 'suspend' as const, until: null }, on: services.scheduled.today() }
    const asked = { ...suspend, why: 'Theo quyết định của đơn vị', letter: null }
    expect(await services.lives.ask(allowed('life.ask', actors.it), an.id, asked)).toMatchObject({ ok: true })
    expect(await set(slip.ok ? slip.value.code : '', NEW)).toBe('dead-link')
    expect(await kindOf(actors.it)).toBe('no-sign-in')
    const before = await services.database.prisma.outbox.count({ where: { template: 'reset' } })
    await services.resetting.ask(an.mail)
    expect(await services.database.prisma.outbox.count({ where: { template: 'reset' } })).toBe(before)
  })
})
