import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import type { PersonActor } from '../../src/access/policy.ts'
import type { AccountId, UnitId } from '../../src/kernel/ids.ts'
import { compose } from '../../src/main/compose.ts'
import { parseConfig } from '../../src/main/config.ts'
import { logger } from '../../src/main/log.ts'
import { serve, type WebServer } from '../../src/main/serve.ts'
import { work, type Worker } from '../../src/main/work.ts'
import { syncState } from '../../src/provisioning/ledger.ts'
import { halfOpenProxy, type Proxy } from '../directory/proxy.ts'
import { visit } from '../servers/support.ts'
import {
  activate,
  applied,
  atWork,
  inStep,
  issued,
  linkIn,
  mailboxOf,
  PASSWORD,
  type Mailbox,
} from '../support/people.ts'
import { approveAs, seedStaff, seedUnits, startSystem, type System } from '../support/system.ts'
import { until } from '../support/waiting.ts'

/** How soon all is well again once a server is back. */
const BACK_MS = 10_000
/** So long a directory is waited for that answers nothing; one that answers compares an Argon2 hash meanwhile. */
const DEADLINE_MS = 800

let system: System
let worker: Worker
let web: WebServer
let staff: PersonActor
let units: Record<'agency' | 'department', UnitId>
let at: ReturnType<typeof visit>
let an: Mailbox

beforeAll(async () => {
  system = await startSystem({ env: { LDAP_TIMEOUT_MS: '1000', DOVEADM_TIMEOUT_MS: '2000' } })
  at = visit(system.servers)
  units = await seedUnits(system.services)
  staff = await seedStaff(system.services, 'it-staff', units.agency, 'Lê Đức Thắng')
  worker = await work(system.services)
  web = await serve(system.services)
  an = await atWork(system.services, system.servers.sink, staff, units.department)
}, 120_000)

afterAll(async () => {
  await web.stop()
  await worker.stop()
  await system.stop()
})

const states = async (id: AccountId) =>
  Object.fromEntries(
    (await system.services.sync.rows({ kind: 'account', id })).map((row) => [row.target, syncState(row)]),
  )
const get = async (path: string) => (await fetch(`http://127.0.0.1:${web.port}${path}`)).status

/** Somebody approved while a server was away works as soon as it is back, and nobody touched anything. */
async function worksWithin(who: Mailbox, ms: number): Promise<void> {
  await inStep(system.services, who.id, ms)
  await activate(system.services, system.servers.sink, who)
  expect((await at.mailFromOutside(who.mail, 'dan@example.com', 'Chào')).output).toMatch(/<-\s+250 2\.0\.0/)
  expect(await at.subjects(who.mail, PASSWORD, 1)).toEqual(['Chào'])
}

describe('while slapd is away', () => {
  test('requests are approved and pages shown; once it is back, the mailbox works by itself', async () => {
    const { services, servers } = system
    await servers.slapd.stop()
    const who = await issued(services, staff, units.department, { fullName: 'Lý Thị Đợi' })
    await until('an attempt', async () => (await states(who.id))['directory'] === 'retrying')
    expect(await states(who.id)).toEqual({ directory: 'retrying', mail: 'behind' })
    expect(await services.signIn(an.mail, PASSWORD)).toMatchObject({ ok: false, refusal: { kind: 'directory-down' } })
    expect(await get('/healthz')).toBe(200)
    expect(await get('/dang-nhap')).toBe(200)

    await servers.slapd.start()
    await worksWithin(who, BACK_MS)
    expect(await services.signIn(an.mail, PASSWORD)).toMatchObject({ ok: true })
  })

  test('a password chosen meanwhile keeps its link good until the directory has it', async () => {
    const { services, servers } = system
    const who = await issued(services, staff, units.department, { fullName: 'Lý Thị Chờ' })
    const secret = await linkIn(servers.sink, who.contact)
    await servers.slapd.stop()
    const set = await services.accounts.activate(secret, PASSWORD, PASSWORD)
    expect(set.ok && (await services.accounts.inDirectory(who.id, set.value.revision, 200))).toBe(false)
    expect(await services.accounts.activation(secret)).toMatchObject({ ok: true })
    await servers.slapd.start()
    await inStep(services, who.id)
    expect(await services.signIn(who.mail, PASSWORD)).toMatchObject({ ok: true })
    expect(await services.accounts.activation(secret)).toMatchObject({ ok: false })
  })
})

describe('while Dovecot is away', () => {
  test('no entry is made, for its home could be taken; once it is back, the mailbox works by itself', async () => {
    const { services, servers } = system
    await servers.dovecot.stop()
    const who = await issued(services, staff, units.department, { fullName: 'Lý Thị Mong' })
    await until('an attempt', async () => (await states(who.id))['directory'] === 'retrying')
    expect((await at.search(`(congvuId=${who.id})`, ['dn'])).output).toBe('')
    expect(await services.signIn(an.mail, PASSWORD)).toMatchObject({ ok: true })
    await servers.dovecot.start()
    await worksWithin(who, BACK_MS)
  })
})

describe('while PostgreSQL is away', () => {
  test('readiness says so; once it is back, worker and web go on', async () => {
    const { services, servers } = system
    expect(await get('/readyz')).toBe(200)
    await servers.postgres.kill()
    expect(await get('/healthz')).toBe(200)
    await until('unreadiness', async () => (await get('/readyz')) === 503)
    await expect(services.units.search('Sở')).rejects.toThrow()
    await servers.postgres.start()
    await until('readiness', async () => (await get('/readyz')) === 200, BACK_MS)
    const who = await issued(services, staff, units.department, { fullName: 'Lý Thị Bền' })
    await worksWithin(who, BACK_MS)
  })
})

describe('while letters cannot be sent', () => {
  test('they wait, and arrive once with the Message-ID they were written with', async () => {
    const { services, servers } = system
    await servers.sink.stop()
    const who = await issued(services, staff, units.department, { fullName: 'Lý Thị Thư' })
    const tried = await until('an attempt', () =>
      services.database.prisma.outbox.findFirst({
        where: { recipient: who.contact, template: 'approved', attempts: { gt: 0 } },
      }),
    )
    expect(tried.state).toBe('waiting')
    await servers.sink.start()
    await linkIn(servers.sink, who.contact)
    await until(
      'the outbox is empty',
      async () => (await services.database.prisma.outbox.count({ where: { state: 'waiting' } })) === 0,
    )
    const links = servers.sink
      .letters()
      .filter((letter) => letter.receivers.includes(who.contact) && letter.text.includes('/kich-hoat/'))
    expect(links.map((letter) => letter.messageId)).toEqual([tried.id])
    const sent = await services.database.prisma.outbox.findUniqueOrThrow({ where: { id: tried.id } })
    expect(sent).toMatchObject({ state: 'sent', paramsCipher: null })
  })
})

describe('a wrong service password', () => {
  test('is not blamed on who signs in, nor tried again and again as if nobody answered', async () => {
    const config = parseConfig({ ...system.env, LDAP_BIND_PASSWORD: 'not the password' })
    const services = compose(config, logger('silent'), { connections: 4 })
    try {
      const refused = await services.signIn(an.mail, PASSWORD)
      expect(refused).toMatchObject({ ok: false, refusal: { kind: 'service-account' } })
      await worker.stop()
      const who = await issued(services, staff, units.department, { fullName: 'Lý Thị Sai' })
      await services.provisioner.run()
      const rows = await services.sync.rows({ kind: 'account', id: who.id })
      const row = rows.find((each) => each.target === 'directory')
      expect(row && syncState(row)).toBe('needs-person')
      expect(row?.detail).toMatch(/cn=congvu,ou=services/)
      const findings = await services.directory.check()
      expect(findings.find(({ ok }) => !ok)?.remedy).toMatch(/LDAP_BIND/)
    } finally {
      await services.close()
      worker = await work(system.services)
    }
  })
})

describe('a directory that takes bytes and answers nothing', () => {
  let proxy: Proxy
  let half: ReturnType<typeof compose>
  let page: WebServer

  beforeAll(async () => {
    proxy = await halfOpenProxy(Number(new URL(system.servers.slapd.tlsUrl).port))
    const config = parseConfig({
      ...system.env,
      LDAP_URL: `ldaps://127.0.0.1:${proxy.port}`,
      LDAP_TIMEOUT_MS: String(DEADLINE_MS),
    })
    half = compose(config, logger('silent'), { connections: 10 })
    page = await serve(half)
    await worker.stop()
    worker = await work(half)
  })
  afterAll(async () => {
    proxy.heal()
    await page.stop()
    await worker.stop()
    await half.close()
    await proxy.stop()
    worker = await work(system.services)
  })

  test('holds up neither pages nor approvals, and sign-in only until its deadline', async () => {
    expect(await half.signIn(an.mail, PASSWORD)).toMatchObject({ ok: true })
    proxy.swallow()
    const start = performance.now()
    const asked = await half.signIn(an.mail, PASSWORD)
    expect(asked).toMatchObject({ ok: false, refusal: { kind: 'directory-down' } })
    expect(performance.now() - start).toBeLessThan(2_500)

    const { request, contact } = await applied(half, units.department, { fullName: 'Lý Thị Nửa' })
    const begun = performance.now()
    const id = await approveAs(half, staff, request)
    expect(performance.now() - begun).toBeLessThan(500)
    expect((await fetch(`http://127.0.0.1:${page.port}/dang-nhap`)).status).toBe(200)
    await until('an attempt', async () =>
      (await half.sync.rows({ kind: 'account', id })).some((row) => row.fault !== null),
    )

    proxy.heal()
    await worksWithin(await mailboxOf(half, id, contact), BACK_MS)
    expect(await half.signIn(an.mail, PASSWORD)).toMatchObject({ ok: true })
  })
})
