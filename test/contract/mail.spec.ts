import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import { chown, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startServers } from '../../scripts/servers/all.ts'
import { DATABASE_OF } from '../support/migrated.ts'
import type { Servers } from '../../scripts/servers/all.ts'
import { dovecotMail } from '../../src/mail/dovecot.ts'
import { dovecotSurvey } from '../../src/mail/dovecot-survey.ts'
import { embeddedSurvey } from '../../src/mail/embedded-survey.ts'
import { embeddedMail, startEmbeddedMail } from '../../src/mail/embedded.ts'
import { maildrop } from '../../src/mail/maildrop.ts'
import type { Mailbox } from '../../src/mail/mail.ts'
import { letterSender } from '../../src/mail/messages.ts'
import { mailContract } from './mail.contract.ts'
import type { MailWorld } from './mail.contract.ts'
import { addMailboxes, removeMailboxes } from '../mail/ldap-mailboxes.ts'

const DOMAIN = 'quangninh.gov.vn'
const outsider = 'someone@elsewhere.example'

async function embeddedWorld(): Promise<MailWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'congvu-mail-'))
  const known = new Map<string, Mailbox>()
  const holders = (address: string) => [...known.values()].filter(({ mail }) => mail === address)
  const server = await startEmbeddedMail({
    ...{ folder, domain: DOMAIN, smtpPort: 0, webPort: 0 },
    resolve: (address) => Promise.resolve(holders(address)),
  })
  const url = `smtp://127.0.0.1:${server.smtpPort}`
  const sender = letterSender({ url, ca: null, from: outsider, timeoutMs: 5_000 })
  return {
    store: embeddedMail({
      folder,
      resolving: (logins) => Promise.resolve(new Set(logins.filter((login) => known.has(login)))),
    }),
    survey: embeddedSurvey(folder),
    dropFolder: (login, name) => rm(join(folder, 'mailboxes', login, name), { recursive: true }),
    domain: DOMAIN,
    know(mailboxes) {
      for (const mailbox of mailboxes) known.set(mailbox.login, mailbox)
      return Promise.resolve()
    },
    leaveHome: (login) => maildrop(folder).deliver({ kind: 'mailboxes', name: login }, Buffer.from('old'), new Date()),
    foldersOf: (login) => readdir(join(folder, 'mailboxes', login)),
    rightsOf: () => Promise.resolve(''),
    makeFolder: () => Promise.resolve(),
    noteSignIn: () => Promise.reject(new Error('nobody signs in here')),
    sender,
    async stop() {
      await sender.close()
      await server.close()
      await rm(folder, { recursive: true })
    },
  }
}

async function storeOf(servers: Servers, apiKey = servers.dovecot.apiKey, timeoutMs = 10_000) {
  const { url, mailHome } = servers.dovecot
  const ca = await readFile(servers.caFile, 'utf8')
  return dovecotMail({ url, apiKey, ca, timeoutMs, mailHome, archiveHome: `${mailHome}-archive` })
}

async function realWorld(servers: Servers): Promise<MailWorld> {
  const { dovecot, smtp, domain, caFile } = servers
  const ca = await readFile(caFile, 'utf8')
  const sender = letterSender({ url: `smtp://${smtp.host}:${smtp.port}`, ca, from: outsider, timeoutMs: 10_000 })
  const store = await storeOf(servers)
  const { url, apiKey, mailHome } = dovecot
  return {
    store,
    survey: dovecotSurvey({ url, apiKey, ca, timeoutMs: 10_000, mailHome }),
    dropFolder: async (login, name) => {
      await dovecot.doveadm('mailbox', 'delete', '-u', login, name)
    },
    domain,
    know: (mailboxes) => addMailboxes(servers.slapd, mailboxes),
    async leaveHome(login) {
      const gone = { login, mail: `u${login}@${domain}`, quotaMb: 100 }
      await addMailboxes(servers.slapd, [gone])
      await store.ensure([gone])
      await removeMailboxes(servers.slapd, [login])
    },
    foldersOf: async (login) => (await dovecot.doveadm('mailbox', 'list', '-u', login)).split('\n'),
    async rightsOf(holder, mailbox, inside) {
      const path = ['shared', mailbox, inside].filter(Boolean).join('/')
      // A folder that is not shown is not found at all.
      const rights = await dovecot.doveadm('-f', 'tab', 'acl', 'rights', '-u', holder, path).catch(() => '')
      return (rights.split('\n')[1] ?? '').trim().split(' ').sort().join(' ')
    },
    async makeFolder(holder, mailbox, inside) {
      await dovecot.doveadm('mailbox', 'create', '-u', holder, `shared/${mailbox}/${inside}`)
    },
    async noteSignIn(login, at) {
      const file = join(dovecot.mailHome, login, 'last-login')
      const seconds = String(at.getTime() / 1000)
      await dovecot.doveadm('dict', 'set', '-u', login, `file:${file}`, `shared/last-login/${login}`, seconds)
      // The command runs as root here, and the plugin as the owner of the mail.
      const { uid, gid } = await stat(dovecot.mailHome)
      await chown(file, uid, gid)
    },
    sender,
    async stop() {
      await sender.close()
      await store.close()
    },
  }
}

mailContract('the embedded server', embeddedWorld)

describe('with real servers', () => {
  let servers: Servers
  beforeAll(async () => {
    servers = await startServers({ fast: true, databaseOf: DATABASE_OF })
  }, 120_000)
  afterAll(async () => {
    await servers.stop()
  })

  mailContract('Dovecot', () => realWorld(servers))

  test('a wrong key is refused, and named', async () => {
    const store = await storeOf(servers, 'wrong')
    const [outcome] = await store.ensure([{ login: '100101', mail: 'x@y.vn', quotaMb: 100 }])
    expect(outcome).toMatchObject({
      status: 'fault',
      fault: { kind: 'refused', detail: expect.stringContaining('DOVEADM_API_KEY') },
    })
    expect(await store.check()).toMatchObject([{ ok: false, remedy: expect.stringContaining('DOVEADM_API_KEY') }])
  })

  test('a certificate that is not trusted is not talked to', async () => {
    const { url, apiKey, mailHome } = servers.dovecot
    const homes = { mailHome, archiveHome: `${mailHome}-archive` }
    const store = dovecotMail({ url, apiKey, ca: null, timeoutMs: 5_000, ...homes })
    expect(await store.ensure([{ login: '100101', mail: 'x@y.vn', quotaMb: 100 }])).toMatchObject([
      { status: 'fault', fault: { kind: 'unreachable', detail: expect.stringContaining('certificate') } },
    ])
  })

  test('a quota that the directory does not show is refused with both numbers', async () => {
    const store = await storeOf(servers)
    const mailbox = { login: '100120', mail: `u100120@${servers.domain}`, quotaMb: 100 }
    await addMailboxes(servers.slapd, [mailbox])
    const [outcome] = await store.ensure([{ ...mailbox, quotaMb: 120 }])
    expect(outcome).toMatchObject({
      status: 'fault',
      fault: { kind: 'refused', detail: expect.stringMatching(/100 MB.*120 MB/) },
    })
  })

  test('while the directory is away it is unreachable, and afterwards it works by itself', async () => {
    const store = await storeOf(servers, servers.dovecot.apiKey, 1_500)
    const mailbox = { login: '100121', mail: `u100121@${servers.domain}`, quotaMb: 100 }
    await addMailboxes(servers.slapd, [mailbox])
    await servers.slapd.stop()
    expect(await store.ensure([mailbox])).toMatchObject([{ status: 'fault', fault: { kind: 'unreachable' } }])
    expect(await store.check()).toContainEqual(
      expect.objectContaining({ check: 'mail: Dovecot reads the directory', ok: false }),
    )
    await servers.slapd.start()
    let outcome
    for (let tries = 0; tries < 20 && outcome?.status !== 'created'; tries++) [outcome] = await store.ensure([mailbox])
    expect(outcome).toEqual({ status: 'created' })
  })
})
