import { describe, expect, test } from '../support/jest.ts'
import { ConfigFault, parseConfig, type Environment } from '../../src/main/config.ts'

const GOOD: Environment = {
  DATABASE_URL: 'postgres://congvu:x@localhost/congvu',
  CONGVU_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
  CONGVU_PUBLIC_URL: 'https://congvu.quangninh.gov.vn/',
  LDAP_URL: 'ldaps://ldap.quangninh.gov.vn',
  LDAP_BIND_DN: 'cn=congvu,ou=services,dc=quangninh,dc=gov,dc=vn',
  LDAP_BIND_PASSWORD: 'secret',
  LDAP_BASE_DN: 'dc=quangninh,dc=gov,dc=vn',
  DOVEADM_URL: 'https://mail.quangninh.gov.vn:8080',
  DOVEADM_API_KEY: 'secret',
  SMTP_URL: 'smtp://mail.quangninh.gov.vn:587',
}
function faultsOf(env: Environment): readonly string[] {
  try {
    parseConfig(env)
    return []
  } catch (error) {
    if (error instanceof ConfigFault) return error.faults
    throw error
  }
}

describe('the settings', () => {
  test('are few where the defaults fit', () => {
    const config = parseConfig(GOOD)
    expect(config.web).toMatchObject({ publicUrl: 'https://congvu.quangninh.gov.vn', port: 3000, trustProxy: false })
    expect(config.secretKey).toHaveLength(32)
    expect(config.quotaMb).toBe(2048)
  })

  test('that are empty are as if not there', () => {
    expect(parseConfig({ ...GOOD, CONGVU_PORT: '', LDAP_CA_FILE: '' }).web.port).toBe(3000)
  })

  test('of other programs are none of ours', () => {
    expect(faultsOf({ ...GOOD, LDAPTLS_CACERT: '/x', LDAPCONF: '/y', PATH: '/bin', PGHOST: 'x' })).toEqual([])
  })

  test.each([
    ['off', false],
    ['2', 2],
    ['10.0.0.0/8, loopback', '10.0.0.0/8, loopback'],
  ])('TRUST_PROXY=%s', (value, trust) => {
    expect(parseConfig({ ...GOOD, TRUST_PROXY: value }).web.trustProxy).toBe(trust)
  })

  test.each<[string, string | undefined]>([
    ['DATABASE_URL', 'mysql://x/y'],
    ['CONGVU_SECRET_KEY', 'short'],
    ['CONGVU_SECRET_KEY', undefined],
    ['CONGVU_PUBLIC_URL', 'congvu'],
    ['CONGVU_PUBLIC_URL', 'javascript:alert(1)'],
    ['CONGVU_PORT', '70000'],
    ['CONGVU_DOMAIN', 'Quang Ninh'],
    ['CONGVU_QUOTA_MB', '0'],
    ['SESSION_IDLE_MINUTES', 'soon'],
    ['LDAP_URL', 'ldap://ldap.quangninh.gov.vn'],
    ['LDAP_URL', 'ldap'],
    ['LDAP_CA_FILE', '/no/such/file'],
    ['LDAP_BIND_PASSWORD', undefined],
    ['LDAP_TIMEOUT_MS', '5s'],
    ['MAIL_DRIVER', 'exchange'],
    ['DOVEADM_URL', undefined],
    ['DOVEADM_API_KEY', undefined],
    ['SMTP_URL', 'mail'],
    ['AUDIT_ANCHOR_TO', 'it'],
    ['LOG_LEVEL', 'loud'],
  ])('%s=%s is named', (name, value) => {
    const faults = faultsOf({ ...GOOD, [name]: value })
    expect(faults.map((fault) => fault.split(':')[0])).toEqual([name])
  })

  test('that are misspelled are named, with all that is wrong besides', () => {
    const faults = faultsOf({ ...GOOD, CONGVU_PUBLC_URL: 'x', LDAP_BINDDN: 'y', CONGVU_PORT: 'a', SMTP_URL: undefined })
    expect(faults.map((fault) => fault.split(/[: ]/)[0]).sort()).toEqual([
      ...['CONGVU_PORT', 'CONGVU_PUBLC_URL', 'LDAP_BINDDN', 'SMTP_URL'],
    ])
  })

  test('are not repeated in the message: they may be secrets', () => {
    expect(faultsOf({ ...GOOD, CONGVU_SECRET_KEY: 'hunter2hunter2' }).join()).not.toContain('hunter2')
  })

  test('the embedded mail server needs a folder, and nothing of Dovecot', () => {
    const { DOVEADM_URL, DOVEADM_API_KEY, ...rest } = GOOD
    expect(DOVEADM_URL).not.toBe(DOVEADM_API_KEY)
    expect(faultsOf({ ...rest, MAIL_DRIVER: 'embedded' })).toEqual([
      'EMBEDDED_MAIL_FOLDER: needed with MAIL_DRIVER=embedded',
    ])
    expect(parseConfig({ ...rest, MAIL_DRIVER: 'embedded', EMBEDDED_MAIL_FOLDER: '/x' }).mail).toEqual({
      ...{ driver: 'embedded', folder: '/x' },
    })
  })

  test('the directory may be spoken to in clear on this machine only', () => {
    for (const url of ['ldap://127.0.0.1:389', 'ldap://localhost', 'ldap://[::1]:1389'])
      expect(faultsOf({ ...GOOD, LDAP_URL: url })).toEqual([])
    expect(faultsOf({ ...GOOD, LDAP_URL: 'ldap://10.0.0.1' })).toHaveLength(1)
  })
})
