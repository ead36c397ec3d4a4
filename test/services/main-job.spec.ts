import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import type { PersonActor } from '../../src/access/policy.ts'
import type { UnitId } from '../../src/kernel/ids.ts'
import { work, type Worker } from '../../src/main/work.ts'
import { visit } from '../servers/support.ts'
import { valuesIn } from '../support/ldif.ts'
import { activate, inStep, issued, linkIn, PASSWORD, type Mailbox } from '../support/people.ts'
import { allowed, seedStaff, seedUnits, startSystem, type System } from '../support/system.ts'

let system: System
let worker: Worker
let staff: PersonActor
let units: Record<'agency' | 'department', UnitId>
let at: ReturnType<typeof visit>
let an: Mailbox
let binh: Mailbox

beforeAll(async () => {
  system = await startSystem()
  at = visit(system.servers)
  units = await seedUnits(system.services)
  staff = await seedStaff(system.services, 'it-staff', units.agency, 'Lê Đức Thắng')
  worker = await work(system.services)
  an = await issued(system.services, staff, units.department, { phone: '0912 345 678' })
  binh = await issued(system.services, staff, units.department, { fullName: 'Trần Thị Bình' })
  await inStep(system.services, an.id)
  await inStep(system.services, binh.id)
}, 120_000)

afterAll(async () => {
  await worker.stop()
  await system.stop()
})

const dnOf = (who: Mailbox) => `uid=${who.login},ou=people,${system.servers.slapd.baseDn}`

describe('an approved request', () => {
  test('is an entry and a mailbox within a second', async () => {
    const times: number[] = []
    for (let n = 0; n < 3; n++) {
      const who = await issued(system.services, staff, units.department)
      const approved = performance.now()
      await inStep(system.services, who.id)
      times.push(performance.now() - approved)
    }
    times.sort((a, b) => a - b)
    expect(times[1]).toBeLessThan(1_000)
  })

  test('is in the directory as documented, without a password', async () => {
    const { output } = await at.search(`(congvuId=${an.id})`, ['*'])
    expect(valuesIn(output, 'dn')).toEqual([dnOf(an)])
    expect(valuesIn(output, 'objectClass')).toEqual(expect.arrayContaining(['inetOrgPerson', 'congvuMailAccount']))
    const one = {
      uid: an.login,
      cn: 'Nguyễn Văn An',
      sn: 'Nguyễn Văn',
      givenName: 'An',
      displayName: 'Nguyễn Văn An',
      mail: 'nguyenvanan@quangninh.gov.vn',
      title: 'Chuyên viên',
      telephoneNumber: '0912 345 678',
      ou: 'Phòng Công chức, viên chức',
      congvuId: an.id,
      congvuSignIn: 'FALSE',
      congvuReceive: 'TRUE',
      congvuQuota: '2048',
      congvuRevision: '1',
    }
    for (const [name, value] of Object.entries(one)) expect([name, valuesIn(output, name)]).toEqual([name, [value]])
    expect(valuesIn(output, 'congvuUnit')).toHaveLength(1)
    expect(valuesIn(output, 'userPassword')).toEqual([])
    expect(valuesIn(output, 'congvuAlias')).toEqual([])
  })

  test('receives mail from outside; an unknown address is refused', async () => {
    expect((await at.mailFromOutside(an.mail, 'dan@example.com', 'Đơn thư')).output).toMatch(/<-\s+250 2\.0\.0/)
    const unknown = await at.mailFromOutside('khongcoai@quangninh.gov.vn')
    expect(unknown.output).toMatch(/<\*\* 550 5\.1\.1/)
  })

  test.each(['', 'wrong password 1234', PASSWORD])(
    'opens no door before activation, with the password "%s"',
    async (password) => {
      expect((await at.whoami(dnOf(binh), password || 'x')).code).toBe(49)
      await expect(at.imap(binh.mail, password, () => Promise.resolve())).rejects.toThrow()
      expect((await at.submit(binh.mail, password || 'x', binh.mail, 'dan@example.com')).output).toMatch(/535/)
      expect(await system.services.signIn(binh.mail, password)).toEqual({ ok: false, refusal: { kind: 'wrong' } })
    },
  )
})

describe('the one-time link', () => {
  test('sets the password once, and is dead afterwards', async () => {
    const secret = await linkIn(system.servers.sink, an.contact)
    await activate(system.services, system.servers.sink, an)
    const again = await system.services.accounts.activate(
      secret,
      'một mật khẩu khác hẳn 77',
      'một mật khẩu khác hẳn 77',
    )
    expect(again).toEqual({ ok: false, refusal: { kind: 'dead-link' } })
    expect(await system.services.accounts.activation(secret)).toEqual({ ok: false, refusal: { kind: 'dead-link' } })
    expect((await at.whoami(dnOf(an), PASSWORD)).code).toBe(0)
    expect(
      (await system.services.accounts.mine(allowed('own.read', { ...staff, accountId: an.id })))?.activatedAt,
    ).toBeInstanceOf(Date)
  })

  test('tells a weak password what is wrong with it, and stays good', async () => {
    const secret = await linkIn(system.servers.sink, binh.contact)
    const weak = await system.services.accounts.activate(secret, 'tranthibinh', 'tranthibin')
    expect(weak).toMatchObject({ ok: false, refusal: { kind: 'password' } })
    expect(await system.services.accounts.activation(secret)).toMatchObject({ ok: true, value: { accountId: binh.id } })
  })

  test('ends when a new one is sent, and both end when a slip is made; the slip works as it is typed', async () => {
    const { services, servers } = system
    const first = await linkIn(servers.sink, binh.contact)
    const by = allowed('account.hand-over', staff)
    expect(await services.accounts.sendLink(by, binh.id)).toEqual({ ok: true, value: binh.contact })
    const second = await linkIn(servers.sink, binh.contact, [first])
    expect(await services.accounts.activation(first)).toMatchObject({ ok: false })
    expect(await services.accounts.activation(second)).toMatchObject({ ok: true })

    const slip = await services.accounts.slip(by, binh.id)
    if (!slip.ok) throw new Error(slip.refusal.kind)
    expect(await services.accounts.activation(second)).toMatchObject({ ok: false })
    const typed = slip.value.code.toLowerCase().replaceAll(' ', '-')
    expect(await services.accounts.activation(typed, an.mail)).toMatchObject({
      ok: false,
      refusal: { kind: 'dead-link' },
    })
    expect(await services.accounts.activation(typed, 'tranthibinh')).toMatchObject({ ok: true })
    expect(await services.accounts.activate(typed, PASSWORD, PASSWORD)).toMatchObject({ ok: true })
    await inStep(services, binh.id)
    expect(await services.accounts.slip(by, binh.id)).toEqual({ ok: false, refusal: { kind: 'already-activated' } })
  })
})

describe('an activated mailbox', () => {
  test('is read over IMAP with the chosen password, and with no other', async () => {
    expect(await at.subjects(an.mail, PASSWORD, 1)).toEqual(['Đơn thư'])
    await expect(at.imap(an.mail, `${PASSWORD}!`, () => Promise.resolve())).rejects.toThrow()
  })

  test('has its folders', async () => {
    const folders = await at.imap(an.mail, PASSWORD, (client) => client.list())
    expect(folders.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['INBOX', 'Drafts', 'Sent', 'Trash', 'Junk']),
    )
  })

  test('sends as itself, and as nobody else', async () => {
    const own = await at.submit(an.mail, PASSWORD, an.mail, 'dan@example.com')
    expect(own.output).toMatch(/<~\s+250 2\.0\.0/)
    const letter = await system.servers.sink.waitFor('dan@example.com')
    expect(letter.sender).toBe(an.mail)
    for (const foreign of [binh.mail, 'chutich@quangninh.gov.vn', 'somebody@example.com'])
      expect((await at.submit(an.mail, PASSWORD, foreign, 'dan@example.com')).output).toMatch(/553 5\.7\.1/)
  })

  test('signs in to Congvu by address, local part and account number', async () => {
    for (const typed of [an.mail, ` ${an.mail.toUpperCase()} `, 'nguyenvanan', an.login])
      expect(await system.services.signIn(typed, PASSWORD)).toMatchObject({ ok: true, actor: { accountId: an.id } })
  })

  test('does not sign in with a wrong password, nor by a name that is a filter', async () => {
    const wrong = { ok: false, refusal: { kind: 'wrong' } }
    for (const [typed, password] of [
      [an.mail, 'not the password'],
      [an.mail, ''],
      [an.mail, 'x'.repeat(2_000)],
      ['*', PASSWORD],
      ['nguyenvanan)(uid=*', PASSWORD],
      ['nguyễnvănan', PASSWORD],
      ['khongcoai', PASSWORD],
    ] as const)
      expect([typed, await system.services.signIn(typed, password)]).toEqual([typed, wrong])
  })

  test('is locked on every door after five wrong passwords', async () => {
    for (let n = 0; n < 5; n++) await system.services.signIn(binh.mail, `wrong password ${n}`)
    expect(await system.services.signIn(binh.mail, PASSWORD)).toEqual({ ok: false, refusal: { kind: 'wrong' } })
    expect((await at.whoami(dnOf(binh), PASSWORD)).code).toBe(49)
    expect((await at.submit(binh.mail, PASSWORD, binh.mail, 'dan@example.com')).output).toMatch(/535/)
  })
})
