import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import { startServers } from '../../scripts/servers/all.ts'
import { DATABASE_OF } from '../support/migrated.ts'
import type { Servers } from '../../scripts/servers/all.ts'
import { argon2, personEntry, visit } from './support.ts'

const PASSWORD = 'Sông Tiên Yên 2026'
let servers: Servers
let at: ReturnType<typeof visit>

const id = (n: number) => `6f1c2f0e-0000-4000-8000-${String(n).padStart(12, '0')}`
const an = { login: '100001', mail: 'an@quangninh.gov.vn', id: id(1) }
const binh = { login: '100002', mail: 'binh@quangninh.gov.vn', id: id(2) }
const chi = { login: '100003', mail: 'chi@quangninh.gov.vn', id: id(3) }
const dung = { login: '100004', mail: 'dung@quangninh.gov.vn', id: id(4) }
const dnOf = (login: string) => `uid=${login},ou=people,${servers.slapd.baseDn}`
const active = (password = PASSWORD) => ['congvuSignIn: TRUE', `userPassword: ${argon2(password)}`]

beforeAll(async () => {
  servers = await startServers({ fast: true, databaseOf: DATABASE_OF })
  at = visit(servers)
  const entries = [
    personEntry(servers, an, [
      ...active(),
      'congvuAlias: nguyenvanan@quangninh.gov.vn',
      'congvuSendAs: vanthu@quangninh.gov.vn',
    ]),
    personEntry(servers, binh, active()),
    personEntry(servers, chi, ['congvuSignIn: FALSE', 'congvuReply: Da nghi huu']),
    personEntry(servers, dung, active()),
    [
      `dn: uid=vanthu,ou=people,${servers.slapd.baseDn}`,
      ...['objectClass: organizationalRole', 'objectClass: congvuMailAccount', 'cn: vanthu', 'uid: vanthu'],
      ...['mail: vanthu@quangninh.gov.vn', `congvuId: ${id(10)}`, 'congvuSignIn: FALSE', 'congvuReceive: TRUE', ''],
    ].join('\n'),
    [
      `dn: cn=12,ou=groups,${servers.slapd.baseDn}`,
      ...['objectClass: congvuGroup', 'cn: 12', `congvuId: ${id(20)}`, 'mail: phong@quangninh.gov.vn'],
      ...[`member: ${dnOf(an.login)}`, `member: ${dnOf(binh.login)}`, ''],
    ].join('\n'),
    [
      `dn: cn=13,ou=groups,${servers.slapd.baseDn}`,
      ...['objectClass: congvuGroup', 'cn: 13', `congvuId: ${id(21)}`, 'congvuUnit: 13', ''],
    ].join('\n'),
  ]
  const added = await at.add(entries.join('\n'))
  if (added.code !== 0) throw new Error(added.output)
}, 120_000)

afterAll(async () => {
  await servers.stop()
})

describe('a mailbox in the directory', () => {
  test('receives mail from outside, which is read over IMAP by its address, alias or number', async () => {
    expect((await at.mailFromOutside(an.mail, 'dan@example.com', 'Đơn thư')).output).toMatch(/<-\s+250 2\.0\.0/)
    expect(await at.subjects(an.mail, PASSWORD, 1)).toEqual(['Đơn thư'])
    expect(await at.subjects('nguyenvanan@quangninh.gov.vn', PASSWORD, 1)).toHaveLength(1)
    expect(await at.subjects(an.login, PASSWORD, 1)).toHaveLength(1)
  })

  test('has its folders and its quota from the first moment', async () => {
    const folders = await at.imap(binh.login, PASSWORD, async (client) =>
      (await client.list()).map((folder) => `${folder.path} ${folder.specialUse ?? ''}`.trim()),
    )
    expect(folders.sort()).toEqual(['Drafts \\Drafts', 'INBOX \\Inbox', 'Junk \\Junk', 'Sent \\Sent', 'Trash \\Trash'])
    const quota = await at.doveadm('quotaGet', { user: binh.login })
    expect(quota.body).toContain(`"limit":"${100 * 1024}"`)
  })

  test('receives at an alias and through a list', async () => {
    expect((await at.mailFromOutside('nguyenvanan@quangninh.gov.vn', 'dan@example.com', 'alias')).code).toBe(0)
    expect((await at.mailFromOutside('phong@quangninh.gov.vn', 'dan@example.com', 'list')).code).toBe(0)
    expect(await at.subjects(an.login, PASSWORD, 3)).toEqual(expect.arrayContaining(['alias', 'list']))
    expect(await at.subjects(binh.login, PASSWORD, 1)).toEqual(['list'])
  })

  test('loses no message when its address changes', async () => {
    expect((await at.mailFromOutside(dung.mail, 'dan@example.com', 'before')).code).toBe(0)
    expect(await at.subjects(dung.mail, PASSWORD, 1)).toEqual(['before'])
    const renamed = 'dungle@quangninh.gov.vn'
    const change = `dn: ${dnOf(dung.login)}\nchangetype: modify\nreplace: mail\nmail: ${renamed}\n`
    expect((await at.modify(change)).code).toBe(0)
    expect((await at.mailFromOutside(dung.mail)).output).toMatch(/550 5\.1\.1/)
    expect((await at.mailFromOutside(renamed, 'dan@example.com', 'after')).code).toBe(0)
    expect((await at.subjects(renamed, PASSWORD, 2)).sort()).toEqual(['after', 'before'])
  })
})

describe('port 25', () => {
  test('refuses an unknown address with 550 5.1.1', async () => {
    expect((await at.mailFromOutside('khongco@quangninh.gov.vn')).output).toMatch(/550 5\.1\.1/)
  })
  test('relays to nobody else', async () => {
    expect((await at.mailFromOutside('ai@example.org')).output).toMatch(/<\*\* +[45]54 /)
  })
  test('takes no letter that claims to come from one of ours', async () => {
    expect((await at.mailFromOutside(an.mail, binh.mail)).output).toMatch(/553 5\.7\.1/)
  })
})

describe('the submission port', () => {
  test('sends outside under the own address and alias, without naming the login', async () => {
    expect((await at.submit(an.mail, PASSWORD, an.mail, 'ban@example.org')).code).toBe(0)
    const letter = await servers.sink.waitFor('ban@example.org')
    expect(letter.sender).toBe(an.mail)
    expect(letter.raw).not.toContain(an.login)
    expect((await at.submit(an.login, PASSWORD, 'nguyenvanan@quangninh.gov.vn', 'ban@example.org')).code).toBe(0)
  })
  test('sends as a shared mailbox for its holder only', async () => {
    expect((await at.submit(an.login, PASSWORD, 'vanthu@quangninh.gov.vn', 'ban@example.org')).code).toBe(0)
    expect((await at.submit(binh.login, PASSWORD, 'vanthu@quangninh.gov.vn', 'ban@example.org')).output).toMatch(
      /553 5\.7\.1/,
    )
  })
  test('refuses to write as somebody else, ours or not', async () => {
    expect((await at.submit(binh.login, PASSWORD, an.mail, 'ban@example.org')).output).toMatch(/553 5\.7\.1/)
    expect((await at.submit(binh.login, PASSWORD, 'x@example.com', 'ban@example.org')).output).toMatch(/553 5\.7\.1/)
  })
  test('offers no sign-in before encryption, and no sending without sign-in', async () => {
    expect((await at.submitUnencrypted(an.login, PASSWORD, an.mail, 'ban@example.org')).code).not.toBe(0)
  })
})

describe('an account that is not activated', () => {
  test('signs in at no door, with any password or none', async () => {
    for (const password of [PASSWORD, 'x']) {
      await expect(at.imap(chi.mail, password, () => Promise.resolve())).rejects.toThrow()
      expect((await at.submit(chi.login, password, chi.mail, 'ban@example.org')).output).toMatch(/535 5\.7\.8/)
      expect((await at.whoami(dnOf(chi.login), password)).output).toContain('Invalid credentials')
    }
  })
  test('receives already', async () => {
    expect((await at.mailFromOutside(chi.mail)).code).toBe(0)
  })
})

describe('the directory', () => {
  test('takes no password over an unencrypted connection', async () => {
    const { bindDn, bindPassword } = servers.slapd
    expect((await at.whoami(bindDn, bindPassword)).code).toBe(0)
    expect((await at.whoamiUnencrypted(bindDn, bindPassword)).output).toMatch(/Confidentiality required/)
  })
  test('shows people nothing, not even themselves, and lets nobody change the own password', async () => {
    const found = await at.search('(uid=*)', ['mail'], dnOf(binh.login), PASSWORD)
    expect(found.output).not.toContain('mail:')
    const change = `dn: ${dnOf(binh.login)}\nchangetype: modify\nreplace: userPassword\nuserPassword: x\n`
    expect((await at.modify(change, dnOf(binh.login), PASSWORD)).output).toMatch(/Insufficient access|No such object/)
  })
  test('shows Postfix and Dovecot what they need, and no passwords', async () => {
    const { dovecot, postfix } = servers.servicePasswords
    const read = (name: string, password: string) =>
      at.search('(|(uid=100001)(uid=100003))', ['*'], `cn=${name},ou=services,${servers.slapd.baseDn}`, password)
    const [byDovecot, byPostfix] = [await read('dovecot', dovecot), await read('postfix', postfix)]
    expect(byDovecot.output).toContain('congvuQuota:')
    expect(byPostfix.output).toContain('congvuSendAs:')
    expect([byDovecot, byPostfix].map(({ output }) => output.includes('congvuReply:'))).toEqual([true, false])
    for (const { output } of [byDovecot, byPostfix]) expect(output).not.toMatch(/userPassword|congvuId|sn:/)
  })
  test('lets Congvu read what it wrote, and all of it', async () => {
    const found = await at.search('(uid=100001)', ['*', 'entryUUID'])
    expect(found.output).toMatch(/userPassword::/)
    expect(found.output).toMatch(/entryUUID:/)
  })
  test('keeps Congvu away from the services and their passwords', async () => {
    const dn = `cn=dovecot,ou=services,${servers.slapd.baseDn}`
    expect((await at.modify(`dn: ${dn}\nchangetype: modify\nreplace: userPassword\nuserPassword: x\n`)).code).toBe(50)
  })
  test('locks after five wrong passwords, at every door', async () => {
    const e = { login: '100005', mail: 'e@quangninh.gov.vn', id: id(5) }
    await at.add(personEntry(servers, e, active()))
    expect((await at.whoami(dnOf(e.login), PASSWORD)).code).toBe(0)
    for (let n = 0; n < 5; n++) expect((await at.whoami(dnOf(e.login), 'wrong')).code).toBe(49)
    expect((await at.whoami(dnOf(e.login), PASSWORD)).code).toBe(49)
    await expect(at.imap(e.mail, PASSWORD, () => Promise.resolve())).rejects.toThrow()
    expect((await at.submit(e.login, PASSWORD, e.mail, 'ban@example.org')).output).toMatch(/535 5\.7\.8/)
  })
})

describe('a shared mailbox', () => {
  test('is read by its holder under the own name and password, and by nobody else', async () => {
    expect((await at.mailFromOutside('vanthu@quangninh.gov.vn', 'dan@example.com', 'Công văn đến')).code).toBe(0)
    const rights = { user: 'vanthu', mailbox: 'INBOX', id: `user=${an.login}`, right: ['lookup', 'read', 'write-seen'] }
    expect((await at.doveadm('aclSet', rights)).body).toContain('"doveadmResponse"')
    expect(await at.subjects(an.login, PASSWORD, 1, 'shared/vanthu')).toEqual(['Công văn đến'])
    await expect(at.subjects(binh.login, PASSWORD, 1, 'shared/vanthu')).rejects.toThrow()
  })
})

describe("doveadm's HTTP interface", () => {
  test('answers over TLS to the key only', async () => {
    const status = await at.doveadm('mailboxStatus', { user: an.login, field: ['messages'], mailboxMask: ['INBOX'] })
    expect(status).toMatchObject({ status: 200, body: expect.stringContaining('"doveadmResponse"') })
    expect((await at.doveadm('mailboxStatus', { user: an.login }, 'wrong')).status).toBe(401)
  })
})

describe('a server that was killed', () => {
  test('starts again with what it had', async () => {
    for (const server of [servers.slapd, servers.dovecot, servers.postfix, servers.postgres]) {
      await server.kill()
      expect(server.running()).toBe(false)
      await server.start()
      expect(server.running()).toBe(true)
    }
    expect((await at.mailFromOutside(binh.mail, 'dan@example.com', 'again')).code).toBe(0)
    expect(await at.subjects(binh.login, PASSWORD, 2)).toContain('again')
  })
})
