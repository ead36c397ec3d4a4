import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import pg from 'pg'
import { startOffice, type Office } from '../support/database.ts'
import { issued } from '../support/people.ts'
import { congvu, running } from '../support/processes.ts'
import { allowed, seedStaff, seedUnits } from '../support/system.ts'

let office: Office

beforeAll(async () => {
  office = await startOffice()
}, 60_000)

afterAll(async () => {
  await office.stop()
})

const settings = async (name: string) => ({ ...office.env, DATABASE_URL: await office.postgres.createDatabase(name) })

describe('congvu migrate', () => {
  test('serve, work and doctor say so where it has not run', async () => {
    const env = await settings('empty')
    for (const command of ['serve', 'work']) {
      const { code, err } = await congvu(env, command)
      expect([code, err]).toEqual([2, expect.stringMatching(/the database is empty; run: congvu migrate/)])
    }
    const { code, out } = await congvu(env, 'doctor')
    expect([code, out]).toEqual([1, expect.stringMatching(/FAULT {2}migrations: .*congvu migrate/)])
  })

  test('two at once and one after: applied once, all content', async () => {
    const env = await settings('twice')
    const both = await Promise.all([1, 2].map(() => congvu(env, 'migrate', '--json')))
    expect(both.map(({ code, err }) => [code, err])).toEqual([
      [0, ''],
      [0, ''],
    ])
    const applied = both.flatMap(({ out }) => (JSON.parse(out) as { applied: string[] }).applied)
    expect(new Set(applied).size).toBe(applied.length)
    expect(applied.length).toBeGreaterThan(0)
    expect(await congvu(env, 'migrate')).toEqual({ code: 0, out: 'Nothing to do\n', err: '' })
  })
})

describe('congvu bootstrap', () => {
  const first = [
    ...['bootstrap', '--name', 'Lê Đức Thắng', '--address', 'leducthang', '--contact', 'thang@example.com'],
    ...['--province', 'Tỉnh', '--operator', 'Trung tâm'],
  ]

  test('makes the first account and prints its link, once', async () => {
    const made = await congvu(office.env, ...first, '--json')
    expect([made.code, made.err]).toEqual([0, ''])
    const { link } = JSON.parse(made.out) as { link: string }
    expect(link).toMatch(/^http:\/\/127\.0\.0\.1:1\/kich-hoat\/[\w-]{40,}$/)
    expect(await office.services.accounts.activation(link.split('/').pop() ?? '')).toMatchObject({ ok: true })

    const again = await congvu(office.env, ...first)
    expect([again.code, again.err]).toEqual([2, expect.stringMatching(/There are accounts already.*role grant/)])
    expect(await office.services.database.prisma.account.count()).toBe(1)
  })

  test('at once, makes one', async () => {
    const env = await settings('bootstrapped')
    await congvu(env, 'migrate')
    const both = await Promise.all([1, 2].map(() => congvu(env, ...first)))
    expect(both.map(({ code }) => code).sort()).toEqual([0, 2])
  })

  test.each([
    [['--name', 'Thắng'], /--name: too-few-words/],
    [['--address', 'Lê Thắng'], /not a local part/],
    [['--contact', 'nowhere'], /not an e-mail address/],
  ])('says what is wrong with %j', async (wrong, message) => {
    const { code, err } = await congvu(office.env, ...first, ...wrong)
    expect(code).not.toBe(0)
    expect(err).toMatch(message)
  })
})

describe('congvu role, while the directory is down', () => {
  test('grants, lists and revokes, but not the last IT staff', async () => {
    const { services, env } = office
    const units = await seedUnits(services)
    const staff = await seedStaff(services, 'it-staff', units.agency, 'Phạm Thị Hoa')
    const who = await issued(services, staff, units.agency)
    const { number } = await services.database.prisma.unit.findUniqueOrThrow({ where: { id: units.agency } })

    const granted = await congvu(env, 'role', 'grant', who.mail, 'unit-admin', '--unit', String(number))
    expect(granted).toEqual({ code: 0, out: 'Nguyễn Văn An now holds unit-admin\n', err: '' })
    const refused: [string[], RegExp][] = [
      [[who.login, 'unit-admin'], /--unit/],
      [[who.mail, 'unit-admin', '--unit', String(number)], /^Held already$/m],
      [['khongcoai', 'auditor'], /^There is no such account$/m],
      [[who.login, 'king'], /Unknown role king; there are unit-admin/],
      [[who.login, 'unit-admin', '--unit', '7'], /no unit number 7/],
    ]
    const outcomes = await Promise.all(refused.map(([asked]) => congvu(env, 'role', 'grant', ...asked)))
    outcomes.forEach(({ code, err }, n) =>
      expect([code, err]).toEqual([2, expect.stringMatching(refused[n]?.[1] ?? '')]),
    )

    const held = JSON.parse((await congvu(env, 'role', 'list', '--json')).out) as { id: string; role: string }[]
    expect(held.map(({ role }) => role)).toContain('unit-admin')
    const staffed = held.filter(({ role }) => role === 'it-staff').map(({ id }) => id)
    const last = staffed.pop()
    for (const id of staffed) expect((await congvu(env, 'role', 'revoke', id)).code).toBe(0)
    expect((await congvu(env, 'role', 'revoke', last ?? '')).err).toMatch(/last IT staff/)
    expect((await congvu(env, 'role', 'revoke', 'no such')).err).toMatch(/no such assignment in force/)
  }, 120_000)
})

describe('congvu audit verify', () => {
  test('ends with 0 while the chain is whole and with 1 when it is not', async () => {
    const { services, env, postgres } = office
    const whole = await congvu(env, 'audit', 'verify')
    expect([whole.code, whole.out]).toEqual([0, expect.stringMatching(/^Whole: \d+ entries; head \d+:[\w-]+\n$/)])
    const head = await services.audit.head()
    expect((await congvu(env, 'audit', 'verify', '--anchor', `${head?.seq}:${head?.mac}`)).code).toBe(0)
    expect((await congvu(env, 'audit', 'verify', '--anchor', `${head?.seq}:AAAA`)).code).toBe(1)
    expect((await congvu(env, 'audit', 'verify', '--anchor', 'yesterday')).code).toBe(2)

    const root = new pg.Client({ connectionString: postgres.urlOf('congvu') })
    await root.connect()
    await root.query(`SET session_replication_role = replica; UPDATE audit_entry SET actor = 'x' WHERE seq = 3`)
    await root.end()
    const broken = await congvu(env, 'audit', 'verify', '--json')
    expect(broken.code).toBe(1)
    expect(JSON.parse(broken.out)).toMatchObject({ broken: { seq: 3, kind: 'changed' } })
    expect((await services.audit.verify(allowed('audit.read'))).broken).toEqual({ seq: 3, kind: 'changed' })
  })
})

describe('wrong settings', () => {
  test('stop every command, naming each fault at once', async () => {
    const env = { ...office.env, CONGVU_PUBLC_URL: 'x', CONGVU_SECRET_KEY: 'short', LDAP_URL: 'http://x', SMTP_URL: '' }
    for (const command of ['serve', 'migrate']) {
      const { code, out, err } = await congvu(env, command)
      expect([code, out]).toEqual([2, ''])
      for (const named of ['CONGVU_PUBLC_URL', 'CONGVU_SECRET_KEY', 'LDAP_URL', 'SMTP_URL'])
        expect(err).toContain(named)
      expect(err).not.toMatch(/^\s+at /m)
    }
  })

  test('of the database are told without a stack trace', async () => {
    const { code, err } = await congvu({ ...office.env, DATABASE_URL: 'postgres://x:y@127.0.0.1:1/z' }, 'role', 'list')
    expect(code).toBe(2)
    expect(err).not.toMatch(/^\s+at /m)
  })
})

describe('SIGTERM', () => {
  test.each([
    ['serve', 'Web service is ready'],
    ['work', 'Worker is ready'],
  ] as const)('ends %s in order, with 0', async (command, ready) => {
    const service = running(office.env, command)
    await service.says(ready)
    const asked = performance.now()
    service.terminate()
    const { code, out } = await service.ended
    expect([code, out]).toEqual([0, expect.stringContaining('Stopping')])
    expect(performance.now() - asked).toBeLessThan(5_000)
  })
})
