import { afterAll, beforeAll, beforeEach, describe, expect, test } from '../support/jest.ts'
import supertest from 'supertest'
import type { Operation, Schema } from '../../src/api/document.ts'
import type { PersonActor } from '../../src/access/policy.ts'
import type { UnitId } from '../../src/kernel/ids.ts'
import { clientOf, startApi, tokenOf, type ApiSystem, type Client, type Reply } from '../support/api.ts'
import { full } from '../support/scale.ts'
import { allowed, approveAs, seedStaff, seedUnits, someDetails, submitted } from '../support/system.ts'

let system: ApiSystem
let units: Record<'province' | 'agency' | 'department' | 'other', UnitId>
let staff: PersonActor
let client: Client
/** An identifier of each kind of thing that a path names. */
let ids: Record<string, string>

beforeAll(async () => {
  system = await startApi()
  const { services } = system
  units = await seedUnits(services)
  staff = await seedStaff(services, 'it-staff', units.province, 'Lê Đức Thắng')
  client = clientOf(system, await tokenOf(services, staff))
  const request = await submitted(services, someDetails(units.agency))
  const account = await approveAs(services, staff, await submitted(services, someDetails(units.agency)))
  const [grant] = await services.roles.list(allowed('role.read'))
  ids = { units: units.agency, requests: request, accounts: account, roles: grant?.id ?? '', addresses: 'nguyenvanan' }
}, 60_000)
afterAll(() => system.stop())
beforeEach(() => system.calm())

/** What is sent where a text, a number or a list is due. */
const HOSTILE: readonly unknown[] = [
  ...['*)(uid=*))(|(uid=*', '\\2a\\29', "' OR 1=1; DROP TABLE account; --", '$1', '%', '_', '\\'],
  ...['<script>alert(1)</script>', '{{7*7}}', '${7*7}', '../../etc/passwd', '%00', 'javascript:alert(1)'],
  ...['a\u0000b', 'a\u202Eb', 'a\u200Bb', '\uFEFF', 'a\r\nSet-Cookie: x=1', '\ud800', 'Z̴̢̧̛̞a̵l̷g̸o̵'],
  ...['x'.repeat(20_000), '٣', '１２３', 'NaN', '-0', '1e400', '__proto__', 'constructor'],
  ...[null, true, 0, -1, 1.5, 1e308, [], {}, [[]], { toString: 1 }, ['x'], { __proto__: null, then: 'x' }],
]

const TEXTS = HOSTILE.filter((each) => typeof each === 'string')

let next = 0
/** All of them in a long run; else a few for each field, in turns, so that each value comes somewhere. */
function some<T>(values: readonly T[]): T[] {
  if (full) return [...values]
  return Array.from({ length: 3 }, () => values[next++ % values.length] as T)
}

/** Every field that a body has, as a path through it; the schema's own references are followed. */
function fieldsOf(schema: Schema, path: readonly string[] = [], depth = 0): (readonly string[])[] {
  const { $ref } = schema as { $ref?: string }
  if ($ref !== undefined) {
    const name = $ref.slice($ref.lastIndexOf('/') + 1)
    return fieldsOf(system.api.document.vi.components.schemas[name] ?? {}, path, depth)
  }
  const { properties = {} } = schema as { properties?: Record<string, Schema> }
  if (depth > 3) return []
  return Object.entries(properties).flatMap(([name, inner]) => [
    [...path, name],
    ...fieldsOf(inner, [...path, name], depth + 1),
  ])
}

function withValue(body: unknown, [first, ...rest]: readonly string[], value: unknown): unknown {
  if (first === undefined) return value
  const object = (body ?? {}) as Record<string, unknown>
  return { ...object, [first]: withValue(object[first], rest, value) }
}

const operations = (): [string, string, Operation][] =>
  Object.entries(system.api.document.vi.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, string, Operation] => [path, method, operation]),
  )
const filled = (path: string): string => {
  const [, kind = ''] = path.split('/')
  return path.replace(/\{\w+\}/, ids[kind] ?? '2031')
}
const matchOf = ({ parameters }: Operation) =>
  parameters.some(({ name }) => name === 'If-Match') ? { match: '"x"' } : {}
/** Understood and refused, or harmless and done: never a fault of ours, and the contract is held by the client. */
const calm = (answer: Reply, what: unknown) =>
  expect([what, answer.status < 500 && answer.status !== 401 && answer.status !== 429]).toEqual([what, true])

describe('hostile values', () => {
  test('in every field of every body are answered calmly', async () => {
    let tried = 0
    for (const [path, method, operation] of operations()) {
      const content = operation.requestBody?.content['application/json']
      if (content === undefined || content.example === undefined) continue
      for (const field of fieldsOf(content.schema)) {
        for (const value of some(HOSTILE)) {
          const body = JSON.stringify(withValue(content.example, field, value))
          // What needs an ETag is refused for the lack of it at the latest.
          const answer = await client.send(method as 'post', filled(path), body, matchOf(operation))
          calm(answer, [operation.operationId, field, value])
          tried++
        }
      }
      await system.calm()
    }
    expect(tried).toBeGreaterThan(200)
  }, 120_000)

  test('in every query are answered calmly', async () => {
    for (const [path, method, operation] of operations()) {
      const names = operation.parameters.filter(({ in: where }) => where === 'query').map(({ name }) => name)
      for (const name of [...names, 'unknown']) {
        for (const value of some(TEXTS)) {
          const text = value.length > 5_000 ? value.slice(0, 5_000) : value.toWellFormed()
          const asked = `${filled(path)}?${name}=${encodeURIComponent(text)}`
          const answer = await client.send(method as 'get', asked, undefined, matchOf(operation))
          calm(answer, [operation.operationId, name, value])
        }
      }
      await system.calm()
    }
  }, 120_000)

  test('in headers are answered calmly', async () => {
    const secret = await tokenOf(system.services, staff)
    for (const value of ['', '"', 'x'.repeat(5_000), '*', "' OR 1=1", '<script>', 'a, b, "c', '\t'])
      for (const name of [
        'If-Match',
        'If-None-Match',
        'Idempotency-Key',
        'Accept-Language',
        'Accept',
        'Authorization',
        'X-Forwarded-For',
      ]) {
        const agent = supertest(system.app)
        const asked = name === 'If-None-Match' ? agent.get('/api/v1/units') : agent.post('/api/v1/units')
        const answer = await asked.set({ Authorization: `Bearer ${secret}`, 'Idempotency-Key': 'k', [name]: value })
        expect([name, value, answer.status < 500]).toEqual([name, value, true])
      }
  })
})

test('nothing hostile became anything: the units are still those that there were, but for harmless names', async () => {
  const names = (await system.services.units.list(allowed('unit.read', staff), '', 10_000)).map(({ name }) => name)
  for (const name of names) expect(name).not.toMatch(/[\p{Cc}\p{Cf}]/u)
  expect(await system.services.database.prisma.account.count()).toBeGreaterThan(1)
})
