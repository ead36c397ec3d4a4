import { afterAll, beforeAll, beforeEach, describe, expect, test } from '../support/jest.ts'
import { randomUUID } from 'node:crypto'
import express from 'express'
import supertest from 'supertest'
import type { PersonActor } from '../../src/access/policy.ts'
import { apiApp } from '../../src/api/app.ts'
import { later, days, minutes } from '../../src/kernel/clock.ts'
import type { UnitId } from '../../src/kernel/ids.ts'
import { clientOf, startApi, tokenOf, type ApiSystem, type Client } from '../support/api.ts'
import { allowed, seedStaff, seedUnits, unique } from '../support/system.ts'

let system: ApiSystem
let units: Record<'province' | 'agency' | 'department' | 'other', UnitId>
let staff: PersonActor
let client: Client
let now = new Date('2026-11-25T02:00:00Z')

beforeAll(async () => {
  system = await startApi({ clock: () => now })
  units = await seedUnits(system.services)
  staff = await seedStaff(system.services, 'it-staff', units.province, 'Lê Đức Thắng')
  client = clientOf(system, await tokenOf(system.services, staff))
}, 60_000)
afterAll(() => system.stop())
beforeEach(() => system.calm())

const facts = (name = `Phòng ${unique()}`) => ({
  ...{ name, kind: 'department', parentId: units.agency, codes: {}, validFrom: '2026-01-01' },
})
const unitsNamed = async (name: string) => {
  const all = await system.services.units.list(allowed('unit.read', staff))
  return all.filter((unit) => unit.name === name).length
}

describe('a token', () => {
  test('is needed, and counts in Authorization only', async () => {
    const token = await tokenOf(system.services, staff)
    const nobody = clientOf(system, null)
    const bare = await nobody.get('/me')
    expect([bare.status, bare.problem, bare.headers['www-authenticate']]).toEqual([
      ...[401, 'token-needed', 'Bearer realm="Congvu"'],
    ])
    expect((await nobody.get('/me', { Cookie: `congvu=${token}; token=${token}` })).problem).toBe('token-needed')
    expect((await nobody.get(`/me?access_token=${token}`)).problem).toBe('token-needed')
    expect((await nobody.get('/me', { Authorization: `Basic ${token}` })).problem).toBe('token-needed')
    const wrong = await clientOf(system, `${token}x`).get('/me')
    expect([wrong.status, wrong.problem]).toEqual([401, 'token-unknown'])
    expect(wrong.headers['www-authenticate']).toContain('error="invalid_token"')
    expect((await clientOf(system, token).get('/me')).body['name']).toBe('Lê Đức Thắng')
  })

  test('does what its scopes say and no more; the refusal is in the audit log', async () => {
    const narrow = clientOf(system, await tokenOf(system.services, staff, ['units:read']))
    expect((await narrow.get('/units')).status).toBe(200)
    const refused = await narrow.post('/units', facts())
    expect([refused.status, refused.problem, refused.body['scope']]).toEqual([403, 'scope-needed', 'units:change'])
    expect(refused.headers['www-authenticate']).toContain('error="insufficient_scope", scope="units:change"')
    const [line] = await system.services.audit.page(allowed('audit.read'), { action: 'access.refused', limit: 1 })
    expect(line).toMatchObject({ actor: staff.id, subject: 'api:post /units', detail: { reason: 'scope-needed' } })
    expect(line?.detail['via']).toMatch(/^token:/)
  })

  test('is never wider than its owner’s roles at the moment', async () => {
    const { services } = system
    const other = await seedStaff(services, 'it-staff', units.province, 'Vũ Hải Đăng')
    const theirs = clientOf(system, await tokenOf(services, other))
    expect((await theirs.post('/units', facts())).status).toBe(201)
    const grant = await services.database.prisma.roleGrant.findFirstOrThrow({ where: { accountId: other.accountId } })
    await services.roles.revoke(allowed('role.change'), grant.id)
    const refused = await theirs.post('/units', facts())
    expect([refused.status, refused.problem]).toEqual([403, 'forbidden'])
    expect((await theirs.get('/me')).body['roles']).toEqual([])
    await services.database.prisma.account.update({ where: { id: other.accountId }, data: { state: 'suspended' } })
    expect((await theirs.get('/me')).problem).toBe('token-unknown')
  })

  test('ends on its day, and when it is revoked', async () => {
    const { services } = system
    const weekly = clientOf(system, await tokenOf(services, staff, ['me:read'], 7))
    expect((await weekly.get('/me')).status).toBe(200)
    const start = now
    now = later(now, days(7))
    expect((await weekly.get('/me')).problem).toBe('token-unknown')
    now = start
    const [mine] = await services.accessTokens.mine(allowed('own.tokens', staff))
    const revoked = clientOf(system, await tokenOf(services, staff, ['me:read']))
    const [newest] = (await services.accessTokens.mine(allowed('own.tokens', staff))).filter(
      ({ id }) => id !== mine?.id,
    )
    expect((await revoked.get('/me')).status).toBe(200)
    for (const token of await services.accessTokens.mine(allowed('own.tokens', staff)))
      if (token.scopes.length === 1) await services.accessTokens.revokeOwn(allowed('own.tokens', staff), token.id)
    expect((await revoked.get('/me')).problem).toBe('token-unknown')
    expect(newest).toBeDefined()
  })

  test('is kept as a keyed hash only, and tells when it was last used', async () => {
    const { services } = system
    const token = await tokenOf(services, staff, ['me:read'])
    await clientOf(system, token).get('/me')
    const { rows } = await services.database.pool.query<{ all: string; used: Date | null }>(
      'SELECT t::text AS all, last_used_at AS used FROM access_token t ORDER BY created_at DESC',
    )
    expect(rows.some(({ all }) => all.includes(token.slice(10)))).toBe(false)
    expect(rows.some(({ used }) => used !== null && used.getTime() > now.getTime() - minutes(1))).toBe(true)
  })

  test('has 600 requests a minute, and is told what is left', async () => {
    const busy = clientOf(system, await tokenOf(system.services, staff, ['me:read']))
    const first = await busy.get('/me')
    expect(first.headers['ratelimit']).toMatch(/^"request";r=599;t=\d+$/)
    await system.services.database.pool.query(`UPDATE rate_limit SET points = 600 WHERE key LIKE 'api request%'`)
    const refused = await busy.get('/me')
    expect([refused.status, refused.problem]).toEqual([429, 'too-many-requests'])
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    expect((await client.get('/me')).status).toBe(200)
  })
})

describe('a POST', () => {
  test('needs a key, which may be quoted', async () => {
    expect((await client.post('/units', facts(), { key: null })).problem).toBe('key-needed')
    for (const key of ['', 'a b', '"', `"${'x'.repeat(300)}"`])
      expect((await client.post('/units', facts(), { key })).problem).toBe('key-malformed')
    const body = facts()
    const key = randomUUID()
    const first = await client.post('/units', body, { key: `"${key}"` })
    expect((await client.post('/units', body, { key })).body).toEqual(first.body)
  })

  test('is done once for a key, and answered alike each time, whoever sends it with the token', async () => {
    const body = facts()
    const key = randomUUID()
    const first = await client.post('/units', body, { key })
    expect([first.status, first.headers['location']]).toEqual([201, `/api/v1/units/${String(first.body['id'])}`])
    // Another program orders and spaces the same JSON otherwise.
    const again = await client.post(
      '/units',
      JSON.stringify(Object.fromEntries(Object.entries(body).reverse()), null, 2),
      { key },
    )
    expect([again.status, again.body, again.headers['location'], again.etag]).toEqual([
      ...[201, first.body, first.headers['location'], first.etag],
    ])
    expect([first, again].map(({ headers }) => headers['idempotent-replayed'])).toEqual([undefined, 'true'])
    expect(await unitsNamed(body.name)).toBe(1)
    const audited = await system.services.audit.page(allowed('audit.read'), { action: 'unit.created', q: body.name })
    expect(audited).toHaveLength(1)
    expect(audited[0]?.detail['via']).toMatch(/^token:/)
  })

  test('with a key that came with other content is refused', async () => {
    const key = randomUUID()
    const body = facts()
    await client.post('/units', body, { key })
    const other = await client.post('/units', { ...body, name: `Phòng ${unique()}` }, { key })
    expect([other.status, other.problem]).toEqual([422, 'key-reused'])
    // Somebody else's key is another one.
    const second = clientOf(system, await tokenOf(system.services, staff))
    expect((await second.post('/units', facts(), { key })).status).toBe(201)
  })

  test('that broke down has done nothing, and its key is as new', async () => {
    const { services } = system
    const create: typeof services.units.create = async (...asked) => {
      await services.units.create(...asked)
      throw new Error('The machine stopped')
    }
    const broken = apiApp({ ...services, units: { ...services.units, create } })
    const other = clientOf({ ...system, app: express().use('/api/v1', broken.app) }, await tokenOf(services, staff))
    const body = facts()
    const key = randomUUID()
    expect((await other.post('/units', body, { key })).status).toBe(500)
    expect(await unitsNamed(body.name)).toBe(0)
    expect(await services.audit.page(allowed('audit.read'), { q: body.name })).toEqual([])
    expect((await client.post('/units', body, { key })).status).toBe(201)
  })

  test('that was refused is refused alike; one that was not understood has not used its key', async () => {
    const body = facts()
    await client.post('/units', body)
    const key = randomUUID()
    const refused = await client.post('/units', body, { key })
    expect([refused.status, refused.problem]).toEqual([409, 'name-taken'])
    await system.services.database.pool.query('UPDATE unit_version SET name = $2 WHERE name = $1', [
      body.name,
      `x${unique()}`,
    ])
    expect((await client.post('/units', body, { key })).body).toEqual(refused.body)
    expect((await client.post('/units', { ...body, name: '' }, { key: `${key}1` })).problem).toBe('invalid')
    expect((await client.post('/units', facts(), { key: `${key}1` })).status).toBe(201)
  })

  test('sent many times at once is done once', async () => {
    const body = facts()
    const key = randomUUID()
    const all = await Promise.all(Array.from({ length: 12 }, () => client.post('/units', body, { key })))
    const done = all.filter(({ status }) => status === 201)
    expect(done.length).toBeGreaterThan(0)
    expect(new Set(done.map((each) => each.body['id'])).size).toBe(1)
    expect(all.filter(({ status }) => status !== 201).every(({ problem }) => problem === 'key-in-use')).toBe(true)
    expect(await unitsNamed(body.name)).toBe(1)
  })

  test('with different keys at once, more than the database has connections, is done each', async () => {
    const names = Array.from({ length: 40 }, () => `Phòng ${unique()}`)
    const all = await Promise.all(names.map((name) => client.post('/units', facts(name))))
    expect(all.map(({ status }) => status)).toEqual(names.map(() => 201))
  })

  test('with a key of yesterday is a new one', async () => {
    const key = randomUUID()
    await client.post('/units', facts(), { key })
    const start = now
    now = later(now, days(1) + 1)
    expect((await client.post('/units', facts(), { key })).status).toBe(201)
    now = start
  })
})

describe('a change', () => {
  test('needs the ETag of what was read, and meets what is newer with 412', async () => {
    const made = await client.post('/units', facts())
    const path = `/units/${String(made.body['id'])}`
    const read = await client.get(path)
    expect(read.etag).toBe(made.etag)
    const change = { ...facts(), validFrom: '2026-06-01' }
    const bare = await client.post(`${path}/versions`, change)
    expect([bare.status, bare.problem]).toEqual([428, 'precondition-needed'])
    const done = await client.post(`${path}/versions`, change, { match: read.etag })
    expect([done.status, (done.body['versions'] as unknown[]).length]).toEqual([200, 2])
    const late = await client.post(`${path}/versions`, { ...change, validFrom: '2026-07-01' }, { match: read.etag })
    expect([late.status, late.problem]).toEqual([412, 'changed'])
    expect((await client.get(path)).etag).toBe(done.etag)
  })

  test('that takes no condition refuses one, rather than not look at it', async () => {
    const refused = await client.post('/units', facts(), { match: '*' })
    expect([refused.status, refused.problem]).toEqual([400, 'no-precondition'])
  })

  test('of two who have read the same, one is done', async () => {
    const made = await client.post('/units', facts())
    const path = `/units/${String(made.body['id'])}/versions`
    const both = await Promise.all(
      ['2026-06-01', '2026-07-01'].map((validFrom) =>
        client.post(path, { ...facts(), validFrom }, { match: made.etag }),
      ),
    )
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412])
  })

  test('is read again with 304 while nothing is new', async () => {
    const made = await client.post('/units', facts())
    const path = `/units/${String(made.body['id'])}`
    for (const seen of [made.etag, `W/${made.etag}`, `"x", ${made.etag}`, '*'])
      expect((await client.get(path, { 'If-None-Match': seen })).status).toBe(304)
    const read = await client.get(path, { 'If-None-Match': '"x"' })
    expect([read.status, read.headers['cache-control']]).toEqual([200, 'private, no-cache'])
  })
})

describe('a list', () => {
  test('is read page by page, each item once and in order', async () => {
    const all = await system.services.units.list(allowed('unit.read', staff))
    const numbers: number[] = []
    let path = '/units?limit=7'
    for (;;) {
      const page = await client.get(path)
      numbers.push(...(page.body['items'] as { number: number }[]).map(({ number }) => number))
      if (page.body['next'] === null) {
        expect(page.headers['link']).toBeUndefined()
        break
      }
      path = /<[^>]*(\/units[^>]*)>; rel="next"/.exec(page.headers['link'] ?? '')?.[1] ?? ''
    }
    expect(numbers).toEqual(all.map(({ number }) => number).sort((a, b) => a - b))
  })

  test('takes a cursor of its own only', async () => {
    const { body } = await client.get('/units?limit=1')
    const cursor = encodeURIComponent(String(body['next']))
    expect((await client.get(`/units?limit=2&cursor=${cursor}`)).status).toBe(200)
    expect((await client.get(`/units?q=phong&cursor=${cursor}`)).problem).toBe('bad-cursor')
    expect((await client.get(`/units?cursor=${cursor.slice(0, -2)}`)).problem).toBe('bad-cursor')
    expect((await client.get('/units?cursor=x')).problem).toBe('bad-cursor')
  })
})

describe('what is not asked for as it should be', () => {
  const raw = (method: 'get' | 'post' | 'put' | 'patch' | 'options', path: string) =>
    supertest(system.app)[method](path)

  test('is a problem document in the reader’s language', async () => {
    const vi = await client.get('/nothing')
    expect(vi).toMatchObject({ status: 404, problem: 'unknown-path', body: { title: 'Không có đường dẫn này' } })
    expect(vi.headers['content-type']).toBe('application/problem+json; charset=utf-8')
    const en = await client.get('/nothing', { 'Accept-Language': 'en-GB, vi;q=0.5' })
    expect(en.body['title']).toBe('There is no such path')
  })

  test('tells the methods that a path takes', async () => {
    const answer = await raw('put', '/api/v1/units')
    expect([answer.status, answer.headers['allow']]).toEqual([405, 'GET, HEAD, POST'])
    expect((await raw('patch', '/api/v1/me')).status).toBe(405)
    expect((await raw('options', '/api/v1/me')).status).toBe(204)
  })

  test.each([
    ['no JSON', '{"name":', 'bad-json', 400],
    ['no object', '[1]', 'invalid', 400],
    ['null', 'null', 'invalid', 400],
    ['unknown fields', { ...{ name: 'x' }, extra: 1, __proto: 2 }, 'invalid', 400],
    ['an endless list', '['.repeat(200_000), 'bad-json', 400],
    ['ten megabytes', JSON.stringify({ name: 'x'.repeat(10_000_000) }), 'too-large', 413],
  ] as const)('refuses %s', async (_, body, problem, status) => {
    const answer = await client.post('/units', body)
    expect([answer.status, answer.problem]).toEqual([status, problem])
  })

  test('names every fault with its place', async () => {
    const body = { name: 'a\u202Eb', kind: 'x', parentId: 7, codes: { agency: '#', 'a/b': 1 }, extra: 1 }
    const { body: told } = await client.post('/units', body)
    const errors = told['errors'] as { at: string; code: string; in: string }[]
    expect(errors.map(({ at, code }) => [at, code])).toEqual(
      expect.arrayContaining([
        ['#/name', 'odd'],
        ['#/kind', 'invalid-value'],
        ['#/parentId', 'invalid-type'],
        ['#/codes/agency', 'code'],
        ['#/codes/a~1b', 'unknown'],
        ['#/validFrom', 'missing'],
        ['#/extra', 'unknown'],
      ]),
    )
    expect(errors.every((each) => each.in === 'body')).toBe(true)
    const query = await client.get('/units?limit=1000&sort=x')
    expect((query.body['errors'] as { at: string }[]).map(({ at }) => at).sort()).toEqual(['limit', 'sort'])
  })

  test('takes JSON in UTF-8 only', async () => {
    const secret = await tokenOf(system.services, staff)
    const post = (type: string, sent: string | Buffer) =>
      supertest(system.app)
        .post('/api/v1/units')
        .set({ Authorization: `Bearer ${secret}`, 'Idempotency-Key': randomUUID(), 'Content-Type': type })
        .serialize((as: unknown) => as as string)
        .send(sent as string)
    const body = JSON.stringify(facts())
    expect((await post('text/plain', body)).status).toBe(415)
    expect((await post('application/x-www-form-urlencoded', 'name=x')).status).toBe(415)
    expect((await post('application/json; charset=utf-16', body)).status).toBe(415)
    expect((await post('application/json', Buffer.from([0x22, 0xff, 0x22]))).status).toBe(400)
    expect((await post('application/json; charset=utf-8', body)).status).toBe(201)
    expect((await client.get('/me', { Accept: 'text/html' })).problem).toBe('not-acceptable')
  })

  test('reveals nothing of a fault of ours', async () => {
    const { services } = system
    const units = { ...services.units, list: () => Promise.reject(new Error('secret of the house')) }
    const app = express().use('/api/v1', apiApp({ ...services, units }).app)
    const answer = await clientOf({ ...system, app }, await tokenOf(services, staff)).get('/units')
    expect([answer.status, answer.problem]).toEqual([500, 'broken'])
    expect(JSON.stringify(answer.body)).not.toContain('secret')
    expect(answer.body['incident']).toMatch(/^[0-9a-f]{10}$/)
  })

  test('sets no cookie and lets no browser in', async () => {
    const answer = await client.get('/me')
    expect(answer.headers['set-cookie']).toBeUndefined()
    expect(answer.headers['access-control-allow-origin']).toBeUndefined()
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'")
  })
})
