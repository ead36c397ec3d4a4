import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import { compose } from '../../src/main/compose.ts'
import { parseConfig } from '../../src/main/config.ts'
import { doctor } from '../../src/main/doctor.ts'
import { logger } from '../../src/main/log.ts'
import { congvu } from '../support/processes.ts'
import { startSystem, type System } from '../support/system.ts'

let system: System

beforeAll(async () => {
  system = await startSystem({ env: { LDAP_TIMEOUT_MS: '1000', DOVEADM_TIMEOUT_MS: '1000' } })
}, 120_000)

afterAll(async () => {
  await system.stop()
})

async function findings(wrong: Record<string, string>) {
  const services = compose(parseConfig({ ...system.env, ...wrong }), logger('silent'), { connections: 2 })
  try {
    return await doctor(services)
  } finally {
    await services.close()
  }
}

describe('doctor', () => {
  test('finds nothing wrong where all is well, and ends with 0', async () => {
    const { code, out } = await congvu(system.env, 'doctor', '--json')
    expect((JSON.parse(out) as { ok: boolean }[]).filter(({ ok }) => !ok)).toEqual([])
    expect(code).toBe(0)
  })

  test.each<[string, Record<string, string>]>([
    ['the database away', { DATABASE_URL: 'postgres://postgres:x@127.0.0.1:1/congvu' }],
    ['the directory away', { LDAP_URL: 'ldaps://127.0.0.1:1' }],
    ['a wrong service password', { LDAP_BIND_PASSWORD: 'wrong' }],
    ['a wrong service account', { LDAP_BIND_DN: 'cn=nobody,dc=example' }],
    ['a wrong base', { LDAP_BASE_DN: 'dc=example,dc=com' }],
    ['Dovecot away', { DOVEADM_URL: 'https://127.0.0.1:1' }],
    ['a wrong key for Dovecot', { DOVEADM_API_KEY: 'wrong' }],
    ['a wrong mail home', { DOVEADM_MAIL_HOME: '/nowhere' }],
    ['no mail server for letters', { SMTP_URL: 'smtp://127.0.0.1:1' }],
  ])('with %s, names it and says what to do', async (_, wrong) => {
    const faults = (await findings(wrong)).filter(({ ok }) => !ok)
    expect(faults.length).toBeGreaterThan(0)
    for (const fault of faults) {
      expect(fault.detail).not.toBe('')
      expect(fault.remedy ?? '').not.toBe('')
    }
    const secret = Object.entries(wrong).find(([name]) => /PASSWORD|KEY/.test(name))?.[1] ?? 'no secret'
    expect(faults.map(({ detail }) => detail).join()).not.toContain(`"${secret}"`)
  })

  test('with a directory that Congvu may only read, says so', async () => {
    const reader = { LDAP_BIND_DN: `cn=dovecot,ou=services,${system.servers.slapd.baseDn}` }
    const faults = await findings({ ...reader, LDAP_BIND_PASSWORD: system.servers.servicePasswords.dovecot })
    expect(faults.filter(({ ok }) => !ok).length).toBeGreaterThan(0)
  })

  test('tells faults on the command line with their remedy, and ends with 1', async () => {
    const { code, out } = await congvu({ ...system.env, LDAP_BIND_PASSWORD: 'wrong' }, 'doctor')
    expect([code, out]).toEqual([1, expect.stringMatching(/FAULT .*\n +→ /)])
  })
})
