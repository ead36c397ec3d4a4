import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect as dial } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '../support/jest.ts'
import { connect, type LdapConnection } from '../../src/directory/connection.ts'
import { lockOut, passwordFits } from '../../src/directory/embedded-password.ts'
import { startEmbeddedDirectory, type EmbeddedDirectory } from '../../src/directory/embedded.ts'
import { equal, present, valuesOf, type LdapChange, type LdapSettings } from '../../src/directory/operations.ts'
import { hash } from '../contract/directory.contract.ts'

const BASE = 'dc=quangninh,dc=gov,dc=vn'
const PEOPLE = `ou=people,${BASE}`
const service = { baseDn: BASE, bindDn: `cn=congvu,ou=services,${BASE}`, bindPassword: 'dịch vụ' }
const person = (uid: string, more: Record<string, readonly string[]> = {}) => ({
  objectClass: ['inetOrgPerson', 'congvuMailAccount'],
  ...{ uid: [uid], cn: ['Một Người'], sn: ['Một'], congvuId: [`id-${uid}`], ...more },
})

describe('the embedded directory', () => {
  let folder: string
  let server: EmbeddedDirectory
  let settings: LdapSettings
  let connection: LdapConnection

  const start = async () => {
    server = await startEmbeddedDirectory({ folder, port: 0, ...service })
    settings = { url: server.url, ca: null, ...service, timeoutMs: 2_000, connections: 1 }
    connection = await connect(settings)
  }
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'congvu-embedded-'))
    await start()
  })
  afterEach(async () => {
    await connection.close()
    await server.stop()
    rmSync(folder, { recursive: true })
  })

  const code = async (work: Promise<unknown>): Promise<number | null> => {
    try {
      await work
      return 0
    } catch (error) {
      return (error as { code: number | null }).code
    }
  }
  const read = (dn: string, attributes = ['*', '+'], by = connection) =>
    by.search(dn, { scope: 'base', filter: present('objectClass'), attributes })
  const journal = () => join(folder, 'directory.jsonl')

  describe('keeps its entries', () => {
    const restart = async (between?: () => void) => {
      await connection.close()
      await server.stop()
      between?.()
      await start()
    }

    test('between runs, with their entryUUID, in a journal without what is past', async () => {
      await connection.add(`uid=a,${PEOPLE}`, person('a'))
      await connection.add(`uid=b,${PEOPLE}`, person('b'))
      const [before] = await read(`uid=a,${PEOPLE}`)
      for (const title of ['Một', 'Hai', 'Ba'])
        await connection.modify(`uid=a,${PEOPLE}`, [{ operation: 'replace', attribute: 'title', values: [title] }])
      await connection.del(`uid=b,${PEOPLE}`)
      await restart()
      const [after] = await read(`uid=a,${PEOPLE}`)
      expect(after && valuesOf(after, 'title')).toEqual(['Ba'])
      expect(after && valuesOf(after, 'entryUUID')).toEqual(before && valuesOf(before, 'entryUUID'))
      expect(await code(read(`uid=b,${PEOPLE}`))).toBe(32)
      expect(readFileSync(journal(), 'utf8').trimEnd().split('\n')).toHaveLength(4)
    })

    test('though a crash tore the last line', async () => {
      await connection.add(`uid=a,${PEOPLE}`, person('a'))
      await restart(() => appendFileSync(journal(), '{"put":{"dn":"uid=torn,'))
      expect(await read(`uid=a,${PEOPLE}`)).toHaveLength(1)
      await connection.add(`uid=b,${PEOPLE}`, person('b'))
      await restart()
      expect(await read(`uid=b,${PEOPLE}`)).toHaveLength(1)
    })

    test('once confirmed, on disk', async () => {
      await connection.add(`uid=a,${PEOPLE}`, person('a'))
      expect(readFileSync(journal(), 'utf8')).toContain('"id-a"')
    })
  })

  describe('checks the schema as OpenLDAP does', () => {
    test.each([
      ['a missing must', { sn: [] }, 65],
      ['a missing identity', { congvuId: [] }, 65],
      ['an unknown attribute', { favouriteColour: ['đỏ'] }, 17],
      ['an attribute of another class', { roleOccupant: [PEOPLE] }, 65],
      ['a Boolean that is none', { congvuSignIn: ['yes'] }, 21],
      ['an integer that is none', { congvuQuota: ['2GB'] }, 21],
      ['two of a single value', { congvuUnit: ['1', '2'] }, 19],
      ['one value twice', { mail: ['a@b.vn', 'A@B.vn'] }, 20],
      ['an address beyond ASCII', { mail: ['đào@b.vn'] }, 21],
      ['a telephone number with letters beyond ASCII', { telephoneNumber: ['số'] }, 21],
      ['an unknown class', { objectClass: ['inetOrgPerson', 'wizard'] }, 21],
      ['no structural class', { objectClass: ['congvuMailAccount'] }, 65],
      ['two structural classes', { objectClass: ['inetOrgPerson', 'organizationalRole', 'congvuMailAccount'] }, 65],
      ['a name that is not in the entry', { uid: ['b'] }, 64],
    ])('%s', async (_what, more, expected) => {
      expect(await code(connection.add(`uid=a,${PEOPLE}`, person('a', more)))).toBe(expected)
      expect(await code(read(`uid=a,${PEOPLE}`))).toBe(32)
    })

    test.each<[string, LdapChange, number]>([
      ['a value that is there', { operation: 'add', attribute: 'title', values: ['chuyên VIÊN'] }, 20],
      ['a value that is not there', { operation: 'delete', attribute: 'title', values: ['Vụ trưởng'] }, 16],
      ['the name', { operation: 'replace', attribute: 'uid', values: ['b'] }, 67],
      ['a must', { operation: 'delete', attribute: 'congvuId', values: [] }, 65],
      ['the structural class', { operation: 'replace', attribute: 'objectClass', values: ['congvuGroup'] }, 65],
    ])('changing %s', async (_what, change, expected) => {
      await connection.add(`uid=a,${PEOPLE}`, person('a', { title: ['Chuyên viên'] }))
      expect(await code(connection.modify(`uid=a,${PEOPLE}`, [change]))).toBe(expected)
    })

    test('the tree', async () => {
      expect(await code(connection.add(`uid=a,ou=nowhere,${BASE}`, person('a')))).toBe(32)
      expect(await code(connection.add('uid=a,dc=elsewhere', person('a')))).toBe(32)
      expect(await code(connection.add(PEOPLE, { objectClass: ['organizationalUnit'], ou: ['people'] }))).toBe(68)
      expect(await code(connection.del(BASE))).toBe(66)
      expect(await code(connection.del(`uid=a,${PEOPLE}`))).toBe(32)
    })
  })

  describe('shows', () => {
    beforeEach(async () => {
      await connection.add(`uid=a,${PEOPLE}`, person('a', { userPassword: [hash('mật khẩu')] }))
      await connection.add(`uid=b,${PEOPLE}`, person('b'))
    })

    test('anonymous the root DSE and nothing else', async () => {
      const anonymous = await connect(settings, null)
      expect(await read('', ['namingContexts'], anonymous)).toHaveLength(1)
      expect(await code(read(BASE, [], anonymous))).toBe(50)
      expect(await code(anonymous.del(`uid=b,${PEOPLE}`))).toBe(50)
      await anonymous.close()
    })

    test('a person the own entry without its password', async () => {
      const own = await connect(settings, { dn: `uid=a,${PEOPLE}`, password: 'mật khẩu' })
      const all = await own.search(BASE, { scope: 'sub', filter: present('objectClass'), attributes: ['*'] })
      expect(all.map(({ dn }) => dn)).toEqual([`uid=a,${PEOPLE}`])
      expect(all[0] && valuesOf(all[0], 'userPassword')).toEqual([])
      expect(await code(read(`uid=b,${PEOPLE}`, [], own))).toBe(32)
      const change = { operation: 'replace', attribute: 'title', values: ['Chủ tịch'] } as const
      expect(await code(own.modify(`uid=a,${PEOPLE}`, [change]))).toBe(50)
      await own.close()
    })

    test('nobody anything after a failed bind on the same connection', async () => {
      expect(await code(connection.bind(`uid=a,${PEOPLE}`, 'sai'))).toBe(49)
      expect(await code(read(BASE))).toBe(50)
    })
  })

  test('answers in pages, each entry once', async () => {
    await Promise.all(Array.from({ length: 250 }, (_, n) => connection.add(`uid=p${n},${PEOPLE}`, person(`p${n}`))))
    const options = { scope: 'one', filter: present('uid'), attributes: ['uid'], pageSize: 40 } as const
    const found = await connection.search(PEOPLE, options)
    expect(new Set(found.map((entry) => valuesOf(entry, 'uid')[0])).size).toBe(250)
    const one = { scope: 'sub', filter: equal('congvuId', 'ID-P7'), attributes: ['1.1'] } as const
    expect((await connection.search(BASE, one)).map(({ dn }) => dn)).toEqual([`uid=p7,${PEOPLE}`])
  })

  test('outlives a client that speaks nonsense', async () => {
    for (const noise of ['GET / HTTP/1.1\r\n\r\n', '0\x84\xff\xff\xff\xff', '\x30\x05\x02\x01\x01\x42\x00\x30\x03aaa'])
      await new Promise<void>((resolve) => {
        const socket = dial(server.port, '127.0.0.1', () => socket.end(Buffer.from(noise, 'latin1')))
        socket.on('error', () => undefined)
        socket.on('close', () => resolve())
        socket.resume()
      })
    expect(await read(BASE)).toHaveLength(1)
  })
})

describe('lock-out', () => {
  test('ends a quarter of an hour after the failures', () => {
    let now = 0
    const locks = lockOut(() => now)
    for (let n = 0; n < 5; n += 1) locks.failed('a')
    expect(locks.isLocked('a')).toBe(true)
    expect(locks.isLocked('b')).toBe(false)
    now = 15 * 60_000
    expect(locks.isLocked('a')).toBe(false)
  })

  test('is forgotten with a success', () => {
    const locks = lockOut(() => 0)
    for (let n = 0; n < 4; n += 1) locks.failed('a')
    locks.succeeded('a')
    locks.failed('a')
    expect(locks.isLocked('a')).toBe(false)
  })
})

describe('a stored password', () => {
  test('fits only what was hashed', async () => {
    const stored = hash('Mật khẩu')
    expect(await passwordFits(stored, 'Mật khẩu')).toBe(true)
    expect(await passwordFits(stored, 'mật khẩu')).toBe(false)
    expect(await passwordFits('Mật khẩu', 'Mật khẩu')).toBe(false)
    expect(await passwordFits('{ARGON2}$argon2id$v=19$m=1,t=1,p=1$$', '')).toBe(false)
  })
})
