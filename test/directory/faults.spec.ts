import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '../support/jest.ts'
import { makeCertificates } from '../../scripts/servers/certificates.ts'
import { freePort } from '../../scripts/servers/ports.ts'
import { startSlapd, type Slapd } from '../../scripts/servers/slapd.ts'
import { connect, ldapServer, type LdapFault } from '../../src/directory/connection.ts'
import type { Directory } from '../../src/directory/directory.ts'
import { startEmbeddedDirectory, type EmbeddedDirectory } from '../../src/directory/embedded.ts'
import { ldapDirectory } from '../../src/directory/ldap.ts'
import { present, type LdapSettings } from '../../src/directory/operations.ts'
import type { RawServer } from '../../src/directory/ldapjs-types.ts'
import { account } from '../contract/directory.contract.ts'
import { halfOpenProxy, type Proxy } from './proxy.ts'

const BASE = 'dc=quangninh,dc=gov,dc=vn'
const service = { baseDn: BASE, bindDn: `cn=congvu,ou=services,${BASE}`, bindPassword: 'dịch vụ' }
const DEADLINE = 300
const settingsFor = (port: number): LdapSettings => {
  return { url: `ldap://127.0.0.1:${port}`, ca: null, ...service, timeoutMs: DEADLINE, connections: 2 }
}
const faultOf = async (work: Promise<unknown>): Promise<LdapFault> => {
  try {
    await work
  } catch (error) {
    return error as LdapFault
  }
  throw new Error('no fault')
}

describe('between us and the directory', () => {
  let folder: string
  let server: EmbeddedDirectory
  let proxy: Proxy
  let directory: Directory

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'congvu-faults-'))
    server = await startEmbeddedDirectory({ folder, port: 0, ...service })
    proxy = await halfOpenProxy(server.port)
    directory = ldapDirectory(settingsFor(proxy.port))
  })
  afterEach(async () => {
    await directory.close()
    await proxy.stop()
    await server.stop()
    rmSync(folder, { recursive: true })
  })

  const timed = async <Result>(work: Promise<Result>) => {
    const start = performance.now()
    return { result: await work, ms: performance.now() - start }
  }

  test('a connection that swallows everything is a fault within the deadline', async () => {
    proxy.swallow()
    const { result, ms } = await timed(directory.ensure([account(), account()]))
    const unreachable = {
      status: 'fault',
      fault: { kind: 'unreachable', detail: expect.stringMatching(/300 ms/) as unknown },
    }
    expect(result).toEqual([unreachable, unreachable])
    expect(ms).toBeLessThan(3 * DEADLINE)
    expect((await directory.check()).filter(({ ok }) => !ok)).toHaveLength(1)
    await expect(directory.capabilities()).rejects.toMatchObject({ fault: { kind: 'unreachable' } })
  })

  test('a connection that dies while lent is noticed and replaced by a fresh one', async () => {
    await directory.ensure([account()])
    proxy.swallow()
    expect(await directory.ensure([account()])).toMatchObject([{ fault: { kind: 'unreachable' } }])
    proxy.heal()
    expect(await directory.ensure([account(), account()])).toMatchObject([{ status: 'created' }, { status: 'created' }])
  })

  test.each(['cut', 'swallow'] as const)('a write whose answer is lost (%s) has an unknown outcome', async (how) => {
    const person = account()
    await directory.ensure([account()])
    proxy.atRequest(`uid=${person.login},ou=people`, how)
    const { result, ms } = await timed(directory.ensure([person]))
    expect(result).toMatchObject([{ status: 'fault', fault: { kind: 'outcome-unknown' } }])
    expect(ms).toBeLessThan(3 * DEADLINE)
    expect(await directory.ensure([person])).toMatchObject([{ status: 'unchanged' }])
  })

  test('a directory that went away and came back is found again', async () => {
    const { port } = server
    await directory.ensure([account()])
    await server.stop()
    expect(await directory.ensure([account()])).toMatchObject([{ fault: { kind: 'unreachable' } }])
    server = await startEmbeddedDirectory({ folder, port, ...service })
    expect(await directory.ensure([account()])).toMatchObject([{ status: 'created' }])
  })

  test('a refused connection is unreachable', async () => {
    const port = await freePort()
    const nobody = ldapDirectory(settingsFor(port))
    expect(await nobody.ensure([account()])).toMatchObject([
      { fault: { kind: 'unreachable', detail: expect.stringContaining('ECONNREFUSED') as unknown } },
    ])
    await nobody.close()
  })

  test('a wrong service password is told as exactly that', async () => {
    const wrong = ldapDirectory({ ...settingsFor(server.port), bindPassword: 'sai' })
    const [outcome] = await wrong.ensure([account()])
    expect(outcome).toMatchObject({
      fault: { kind: 'refused', detail: expect.stringMatching(/service account/) as unknown },
    })
    expect(JSON.stringify(outcome)).not.toContain('sai')
    const finding = (await wrong.check()).find(({ ok }) => !ok)
    expect(finding).toMatchObject({ check: 'directory: service account' })
    expect(finding?.detail).toMatch(/wrong name or password of the service account/)
    await wrong.close()
  })

  test('a size limit is a failure, never a partial list', async () => {
    await directory.ensure(Array.from({ length: 12 }, () => account()))
    const connection = await connect(settingsFor(server.port))
    const all = { scope: 'sub', filter: present('congvuId'), attributes: ['uid'] } as const
    const fault = await faultOf(connection.search(BASE, { ...all, sizeLimit: 10 }))
    expect(fault).toMatchObject({ code: 4, fault: { kind: 'refused' } })
    expect(await connection.search(BASE, all)).toHaveLength(12)
    expect(await connection.search(BASE, { ...all, pageSize: 5 })).toHaveLength(12)
    await connection.close()
  })

  test('what cannot be sent is a fault of a promise, not a throw', async () => {
    const connection = await connect(settingsFor(server.port))
    expect(await faultOf(connection.add('no name', {}))).toMatchObject({ fault: { kind: 'refused' } })
    expect(await faultOf(connection.bind(service.bindDn, ''))).toMatchObject({ fault: { kind: 'refused' } })
    await connection.close()
    expect(await faultOf(connection.del(BASE))).toMatchObject({ fault: { kind: 'unreachable' } })
  })

  test('closing lets a write finish; work after it is refused as unreachable', async () => {
    await directory.ensure([account()])
    const person = account()
    const under = directory.ensure([person])
    await directory.close()
    expect(['created', 'fault']).toContain((await under)[0]?.status)
    expect(await under).not.toMatchObject([{ fault: { kind: 'outcome-unknown' } }])
    expect(await directory.ensure([account()])).toMatchObject([{ fault: { kind: 'unreachable' } }])
  })
})

describe('a server that answers nonsense', () => {
  let strange: RawServer

  beforeEach(async () => {
    strange = ldapServer()
    strange.on('error', () => undefined)
    strange.bind('', (_request, response) => response.end(0))
    strange.search('', (_request, response) => response.end(0x4121))
    strange.add('', (_request, response) => response.end(0x4121))
    await new Promise<void>((resolve) => strange.listen(0, '127.0.0.1', resolve))
  })
  afterEach(() => new Promise<void>((resolve) => strange.close(resolve)))

  test('an unknown result code is a refusal, and the process lives', async () => {
    const connection = await connect(settingsFor(strange.port))
    for (const work of [
      connection.add(`ou=a,${BASE}`, { objectClass: ['organizationalUnit'] }),
      connection.search('', { scope: 'base', filter: present('objectClass'), attributes: [] }),
    ]) {
      const fault = await faultOf(work)
      expect(fault).toMatchObject({ code: 0x4121, fault: { kind: 'refused' } })
      expect(fault.fault.detail).toContain('16673')
    }
    expect(connection.isOpen()).toBe(true)
    await connection.close()
  })

  test('the guard holds for everyone who uses ldapjs in this process', async () => {
    type Plain = { add: (dn: string, entry: object, done: (error: unknown) => void) => void; destroy: () => void }
    const plain = createRequire(import.meta.url)('ldapjs') as { createClient: (options: object) => Plain }
    const client = plain.createClient({ url: `ldap://127.0.0.1:${strange.port}` })
    const error = await new Promise((resolve) => client.add(`ou=a,${BASE}`, { ou: 'a' }, resolve))
    expect(error).toMatchObject({ code: 0x4121 })
    client.destroy()
  })

  test('bytes that are not LDAP end the connection only', async () => {
    const noise: Server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.on('data', () => socket.write('0\x84HTTP/1.1 400 Bad Request\r\n\r\n'.repeat(50)))
      socket.on('data', () => socket.end(Buffer.from([0x30, 0x03, 0x02, 0x01, 0x63, 0x30, 0x02, 0xff, 0xff])))
    })
    await new Promise<void>((resolve) => noise.listen(0, '127.0.0.1', resolve))
    const { port } = noise.address() as AddressInfo
    expect(await faultOf(connect(settingsFor(port)))).toMatchObject({ fault: { kind: 'unreachable' } })
    await new Promise<void>((resolve) => noise.close(() => resolve()))
  })
})

describe('TLS', () => {
  let folder: string
  let server: Slapd
  let settings: LdapSettings

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'congvu-tls-'))
    const certificates = await makeCertificates(join(folder, 'tls'))
    const passwords = { congvu: 'dịch vụ', dovecot: 'd', postfix: 'p' }
    server = await startSlapd({
      folder,
      port: await freePort(),
      domain: 'quangninh.gov.vn',
      certificates,
      passwords,
      fast: true,
    })
    const ca = readFileSync(server.caFile, 'utf8')
    settings = { ...settingsFor(server.port), ca, timeoutMs: 2_000 }
  })
  afterAll(async () => {
    await server.stop()
    rmSync(folder, { recursive: true })
  })

  const check = async (changed: LdapSettings) => {
    const directory = ldapDirectory(changed)
    const findings = await directory.check()
    await directory.close()
    return findings.find(({ ok }) => !ok)
  }

  const target = () => Number(new URL(server.tlsUrl).port)
  const secure = (host = '127.0.0.1', through = target()): LdapSettings => ({
    ...settings,
    url: `ldaps://${host}:${through}`,
  })

  describe('by ldaps', () => {
    test('is used when the authority and the host name are right', async () => {
      expect(await check(secure())).toBeUndefined()
      expect(await check(secure('localhost'))).toBeUndefined()
    })

    test('with a certificate of another authority is refused', async () => {
      const finding = await check({ ...secure(), ca: null })
      expect(finding).toMatchObject({ check: 'directory: connection' })
      expect(finding?.detail).toMatch(/certificate/)
      expect(finding?.remedy).toMatch(/LDAP_CA_FILE/)
    })

    test('with a certificate for another host is refused', async () => {
      const proxy = await halfOpenProxy(target(), '127.0.0.2')
      const finding = await check(secure('127.0.0.2', proxy.port))
      expect(finding?.detail).toMatch(/altnames/)
      await proxy.stop()
    })

    test('that a half-open connection never answers ends at the deadline', async () => {
      const proxy = await halfOpenProxy(target())
      proxy.swallow()
      const start = performance.now()
      const fault = await faultOf(connect({ ...secure('127.0.0.1', proxy.port), timeoutMs: 300 }))
      expect(fault).toMatchObject({ fault: { kind: 'unreachable' } })
      expect(performance.now() - start).toBeLessThan(1_000)
      await proxy.stop()
    })
  })

  test('left out is found by doctor: the directory takes no password in the clear', async () => {
    const finding = await check(settings)
    expect(finding?.detail).toMatch(/confidentialityRequired/)
    expect(finding?.remedy).toMatch(/ldaps:/)
  })
})
