import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import { ImapFlow } from 'imapflow'
import { cliActor, type PersonActor } from '../../src/access/policy.ts'
import { QuotaMb } from '../../src/accounts/account.ts'
import type { AccountId, UnitId } from '../../src/kernel/ids.ts'
import { parsePersonName } from '../../src/kernel/person-name.ts'
import { work, type Worker } from '../../src/main/work.ts'
import type { Ask } from '../../src/requests/ask.ts'
import { visit } from '../servers/support.ts'
import { valuesIn } from '../support/ldif.ts'
import { atWork, inStep, mailboxOf, PASSWORD, type Mailbox } from '../support/people.ts'
import { decided, done, full, issuedShared, local, setHolders } from '../support/shared.ts'
import { allowed, seedStaff, seedUnits, startSystem, type System } from '../support/system.ts'

const by = cliActor('test')
let system: System
let worker: Worker
let staff: PersonActor
let head: PersonActor
let units: Record<'province' | 'agency' | 'department' | 'other', UnitId>
let at: ReturnType<typeof visit>
let an: Mailbox
let binh: Mailbox
let registry: Mailbox

beforeAll(async () => {
  system = await startSystem()
  const { services, servers } = system
  at = visit(servers)
  units = await seedUnits(services)
  staff = await seedStaff(services, 'it-staff', units.agency, 'Lê Đức Thắng')
  worker = await work(services)
  an = await atWork(services, servers.sink, staff, units.agency, { fullName: 'Đặng Thị An' })
  binh = await atWork(services, servers.sink, staff, units.department, { fullName: 'Lê Văn Bình' })
  head = await seedStaff(services, 'unit-admin', units.agency, 'Trần Thị Minh Hà')
  const made = await askedAndDone(an, {
    ...{ kind: 'function-mailbox', unitId: units.agency, what: 'Văn thư', holders: full(an, binh) },
    why: 'Theo phân công của Giám đốc Sở',
  })
  if (made === null) throw new Error('Nothing was made')
  registry = await mailboxOf(services, made, '')
  await settled(registry, an, binh)
}, 120_000)

afterAll(async () => {
  await worker.stop()
  await system.stop()
})

/** Asks for something as somebody signed in, and has it approved by the unit's administrator and IT staff. */
async function askedAndDone(who: Mailbox, ask: Ask): Promise<AccountId | null> {
  const { actors, requests } = system.services
  const actor = await actors.byId(who.id)
  if (actor === null) throw new Error('Nobody signs in so')
  const id = await done(requests.askAndSend(allowed('own.request', actor), ask, { chosen: null, language: 'vi' }))
  for (const approver of [head, staff]) {
    const view = await requests.read(allowed('request.read', approver), id)
    const approved = await done(
      requests.approve(allowed('request.decide', approver), id, { version: view?.version ?? 0 }),
    )
    if (approved.state === 'approved') return approved.accountId
  }
  throw new Error('A further step is needed')
}

const settled = async (...boxes: readonly Mailbox[]) => {
  for (const box of boxes) await inStep(system.services, box.id)
}
const entryOf = (who: Mailbox) => at.search(`(congvuId=${who.id})`, ['*']).then(({ output }) => output)

describe('the mailbox of a function', () => {
  test('is a role in the directory, named for ever by its first address, and has no password', async () => {
    const entry = await entryOf(registry)
    expect(valuesIn(entry, 'dn')).toEqual([`uid=vanthu-snv,ou=people,${system.servers.slapd.baseDn}`])
    expect(valuesIn(entry, 'objectClass')).toEqual(['organizationalRole', 'congvuMailAccount'])
    expect(valuesIn(entry, 'mail')).toEqual(['vanthu-snv@quangninh.gov.vn'])
    expect(valuesIn(entry, 'congvuSignIn')).toEqual(['FALSE'])
    expect(valuesIn(entry, 'userPassword')).toEqual([])
  })
})

describe('its holders', () => {
  const folder = 'shared/vanthu-snv'
  const address = 'vanthu-snv@quangninh.gov.vn'
  const listed = (who: Mailbox) =>
    at.imap(who.mail, PASSWORD, async (client) =>
      (await client.list()).map(({ path }) => path).filter((path) => path.startsWith('shared/')),
    )
  /** A mail program that stays signed in and has the folder open. */
  async function reading(who: Mailbox) {
    const { imap, caFile } = system.servers
    const client = new ImapFlow({
      ...{ host: imap.host, port: imap.port, secure: true, logger: false },
      auth: { user: who.mail, pass: PASSWORD },
      tls: { ca: readFileSync(caFile) },
    })
    client.on('error', () => undefined)
    await client.connect()
    await client.mailboxOpen(folder)
    return { client, over: once(client, 'close') }
  }
  const isOver = (reader: { over: Promise<unknown> }) => Promise.race([reader.over.then(() => true), pause(300, false)])

  test('each read it under their own name and password, and nobody signs in as it', async () => {
    expect((await at.mailFromOutside(address, 'dan@example.com', 'Đơn số 1')).output).toMatch(/<-\s+250 2\.0\.0/)
    for (const who of [an, binh]) expect(await at.subjects(who.mail, PASSWORD, 1, folder)).toEqual(['Đơn số 1'])
    await expect(at.subjects(address, PASSWORD, 1)).rejects.toThrow()
    await expect(at.subjects(registry.login, '', 1)).rejects.toThrow()
    const chi = await atWork(system.services, system.servers.sink, staff, units.agency, { fullName: 'Đỗ Thị Chi' })
    expect(await listed(chi)).toEqual([])
    await expect(at.subjects(chi.mail, PASSWORD, 1, folder)).rejects.toThrow()
  })

  test('open all its folders, and those that one of them makes', async () => {
    await at.imap(an.mail, PASSWORD, (client) => client.mailboxCreate(`${folder}/Đã trả lời`))
    expect((await listed(binh)).sort()).toEqual(
      ['', '/Drafts', '/Junk', '/Sent', '/Trash', '/Đã trả lời'].map((name) => folder + name),
    )
  })

  test('write as it through the submission port, and a stranger does not', async () => {
    expect((await at.submit(an.mail, PASSWORD, address, 'dan@example.com')).output).toMatch(/<~\s+250 2\.0\.0/)
    const letter = await system.servers.sink.waitFor('dan@example.com', ({ sender }) => sender === address)
    expect(letter.subject).toBe(`from ${address}`)
    expect((await at.submit(staff.address, PASSWORD, address, 'dan@example.com')).output).not.toMatch(/250 2\.0\.0/)
  })

  test('once removed, have their sessions ended, cannot open it at the next sign-in, and write as it no more', async () => {
    const [removed, stays] = [await reading(binh), await reading(an)]
    const why = 'Ông Bình chuyển công tác'
    await askedAndDone(an, { kind: 'holders', accountId: registry.id, holders: full(an), why })
    await settled(registry, an, binh)
    expect(await isOver(removed)).toBe(true)
    expect(await isOver(stays)).toBe(false)
    await stays.client.logout()
    expect(await listed(binh)).toEqual([])
    await expect(at.subjects(binh.mail, PASSWORD, 1, folder)).rejects.toThrow()
    // Their own mailbox is theirs as before.
    expect(await at.subjects(binh.mail, PASSWORD, 0)).toEqual([])
    const refused = await at.submit(binh.mail, PASSWORD, address, 'dan@example.com')
    expect(refused.output).toMatch(/553 5\.7\.1/)
    const view = await system.services.accounts.read(allowed('account.read', staff), registry.id)
    expect(
      view?.holders.map(({ accountId, until, stillShuttingOut }) => [accountId, until !== null, stillShuttingOut]),
    ).toEqual([
      [an.id, false, false],
      [binh.id, true, false],
    ])
    await done(setHolders(system.services, registry.id, full(an, binh)))
    await settled(registry, an, binh)
    expect(await at.subjects(binh.mail, PASSWORD, 1, folder)).toEqual(['Đơn số 1'])
  })

  test('cannot let others in by themselves, nor can anybody into their own mailbox', async () => {
    for (const path of [folder, 'INBOX']) {
      const rights = await system.servers.dovecot.doveadm('acl', 'rights', '-u', an.login, path)
      expect(rights).toContain('write-deleted')
      expect(rights).not.toContain('admin')
    }
  })
})

test('a mailbox that nobody holds receives all the same, and whoever holds it later reads what came', async () => {
  const { services } = system
  const box = await issuedShared(services, { kind: 'unit', unitId: units.agency, name: 'Sở Nội vụ', local: 'snv' })
  await settled(box)
  expect((await at.mailFromOutside(box.mail, 'dan@example.com', 'Công văn')).output).toMatch(/<-\s+250 2\.0\.0/)
  await done(setHolders(services, box.id, [{ accountId: an.id, rights: 'read' }]))
  await settled(box, an)
  expect(await at.subjects(an.mail, PASSWORD, 1, 'shared/snv')).toEqual(['Công văn'])
  expect((await at.submit(an.mail, PASSWORD, box.mail, 'dan@example.com')).output).toMatch(/553 5\.7\.1/)
})

describe('who holds it', () => {
  const sendAs = async (who: Mailbox) => valuesIn(await entryOf(who), 'congvuSendAs').sort()

  test('may write as every address that it has, and somebody who no longer holds it may not', async () => {
    const { services } = system
    for (const who of [an, binh]) expect(await sendAs(who)).toEqual(['vanthu-snv@quangninh.gov.vn'])
    await done(
      decided(services, local('congvan-snv'), (tx, request) =>
        services.accounts.addAlias(tx, by, request, registry.id, local('congvan-snv')),
      ),
    )
    await settled(registry, an, binh)
    for (const who of [an, binh])
      expect(await sendAs(who)).toEqual(['congvan-snv@quangninh.gov.vn', 'vanthu-snv@quangninh.gov.vn'])
    await done(setHolders(services, registry.id, [...full(an), { accountId: binh.id, rights: 'read' }]))
    await settled(registry, an, binh)
    expect(await sendAs(an)).toHaveLength(2)
    expect(await sendAs(binh)).toEqual([])
    await done(setHolders(services, registry.id, full(an, binh)))
    await settled(registry, an, binh)
    expect(await sendAs(binh)).toHaveLength(2)
  })

  test('is a person: a mailbox cannot hold another, nor can somebody unknown', async () => {
    const { services } = system
    const other = await issuedShared(services, {
      kind: 'unit',
      unitId: units.other,
      name: 'Sở Tài chính',
      local: 'stc',
    })
    expect(await setHolders(services, registry.id, full(an, other))).toMatchObject({
      refusal: { kind: 'unknown-holder', accountId: other.id },
    })
    expect(await setHolders(services, an.id, full(binh))).toMatchObject({ refusal: { kind: 'unknown-account' } })
  })
})

describe('a change of name', () => {
  test('gives a new address, keeps the old one as an alias, and loses not one letter', async () => {
    const { services } = system
    const name = parsePersonName('Đặng Thị Thu An')
    if (!name.ok) throw new Error(name.refusal.kind)
    const sent: string[] = []
    const send = async (subject: string, to = an.mail) => {
      expect((await at.mailFromOutside(to, 'dan@example.com', subject)).output).toMatch(/<-\s+250 2\.0\.0/)
      sent.push(subject)
    }
    await send('before')
    const meanwhile = (async () => {
      for (let n = 0; n < 5; n++) await send(`meanwhile ${n}`)
    })()
    await done(
      decided(services, local('dangthithuan'), (tx, request) =>
        services.accounts.rename(tx, by, request, an.id, { name: name.value, local: local('dangthithuan') }),
      ),
    )
    await meanwhile
    await settled(an)
    await send('to the old address')
    await send('to the new address', 'dangthithuan@quangninh.gov.vn')
    expect((await at.subjects('dangthithuan@quangninh.gov.vn', PASSWORD, sent.length)).sort()).toEqual(sent.sort())
    const entry = await entryOf(an)
    expect(valuesIn(entry, 'mail')).toEqual(['dangthithuan@quangninh.gov.vn'])
    expect(valuesIn(entry, 'congvuAlias')).toEqual([an.mail])
    expect([valuesIn(entry, 'sn'), valuesIn(entry, 'givenName')]).toEqual([['Đặng Thị Thu'], ['An']])
  })

  test('may go back to the address that one had, without asking for it again', async () => {
    const { services } = system
    const name = parsePersonName('Đặng Thị An')
    if (!name.ok) throw new Error(name.refusal.kind)
    const former = local(an.mail.split('@')[0] ?? '')
    await done(
      decided(services, null, (tx, request) =>
        services.accounts.rename(tx, by, request, an.id, { name: name.value, local: former }),
      ),
    )
    await settled(an)
    expect(valuesIn(await entryOf(an), 'mail')).toEqual([an.mail])
  })
})

describe('an alias', () => {
  const alias = local('an.hoidap')
  test('receives; given up, it is refused, is nobody else’s, and may be taken up again', async () => {
    const { services } = system
    const add = (who: Mailbox, address: typeof alias | null) =>
      decided(services, address, (tx, request) => services.accounts.addAlias(tx, by, request, who.id, alias))
    await done(add(an, alias))
    await settled(an)
    expect((await at.mailFromOutside(`${alias}@quangninh.gov.vn`)).output).toMatch(/<-\s+250 2\.0\.0/)
    const remove = (who: Mailbox, what = alias) =>
      decided(services, null, (tx) => services.accounts.removeAlias(tx, by, who.id, what))
    expect(await remove(binh)).toMatchObject({ refusal: { kind: 'not-own-address' } })
    expect(await remove(an, local(an.mail.split('@')[0] ?? ''))).toMatchObject({ refusal: { kind: 'primary-address' } })
    await done(remove(an))
    await settled(an)
    expect((await at.mailFromOutside(`${alias}@quangninh.gov.vn`)).output).toMatch(/550 5\.1\.1/)
    expect(await add(binh, alias)).toMatchObject({ refusal: { kind: 'address-taken' } })
    await done(add(an, null))
    await settled(an)
    expect((await at.mailFromOutside(`${alias}@quangninh.gov.vn`)).output).toMatch(/<-\s+250 2\.0\.0/)
  })

  test('is not a word that every mail system keeps', async () => {
    const { services } = system
    const word = local('postmaster')
    const asked = decided(services, word, (tx, request) => services.accounts.addAlias(tx, by, request, an.id, word))
    expect(await asked).toMatchObject({ refusal: { kind: 'not-allowed' } })
  })
})

describe('another position', () => {
  test('is in the entry; another unit is in the groups of both units', async () => {
    const { services } = system
    const change = (asked: Parameters<typeof services.accounts.changePosition>[3]) =>
      done(decided(services, null, (tx) => services.accounts.changePosition(tx, by, binh.id, asked)))
    await change({ title: 'Phó Trưởng phòng' })
    await change({ title: 'Trưởng phòng', unitId: units.other })
    await settled(binh)
    const entry = await entryOf(binh)
    expect(valuesIn(entry, 'title')).toEqual(['Trưởng phòng'])
    expect(valuesIn(entry, 'ou')).toEqual(['Sở Tài chính'])
    const posts = await services.database.prisma.post.findMany({ where: { person: { account: { id: binh.id } } } })
    expect(posts.map(({ title, unitId }) => [title, unitId])).toEqual([['Trưởng phòng', units.other]])
  })
})

test('a larger mailbox is larger on the mail server', async () => {
  const { services } = system
  await done(decided(services, null, (tx) => services.accounts.setQuota(tx, by, an.id, QuotaMb.parse(4096))))
  await settled(an)
  expect(await services.mail.usage(an.login)).toMatchObject({ quotaBytes: 4096 * 1024 ** 2 })
})

test('the whole history is in the log, and whole', async () => {
  const account = await system.services.accounts.read(allowed('account.read', staff), registry.id)
  expect(account?.events.map(({ kind }) => kind)).toEqual([
    ...['issued', 'holder-added', 'holder-added', 'ready', 'holder-removed', 'holder-added', 'alias-added'],
    ...['holder-changed', 'holder-changed'],
  ])
  expect(await system.services.audit.verify(allowed('audit.read', staff))).toMatchObject({ broken: null })
})
