import { afterAll, beforeAll, beforeEach, describe, expect, test } from '../support/jest.ts'
import { readdirSync, readlinkSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import express, { type ErrorRequestHandler } from 'express'
import type { HttpFault } from '../../src/web/http-fault.ts'
import { receive, type Received } from '../../src/web/uploads.ts'
import { until } from '../support/waiting.ts'

const MAX = 200_000
type Seen = { fields: Record<string, string>; received: Received; content: string | null }

let server: Server
let origin: string
let seen: Seen[]
let faults: unknown[]

beforeAll(async () => {
  const app = express()
  app.post('/', async (request, response) => {
    const body = () => request.body as Record<string, string>
    const parcel = await receive(request, { field: 'file', maxBytes: MAX }, () => body()['_csrf'] === 'good')
    try {
      const content = parcel.received.ok ? (await parcel.received.value.read()).toString('latin1') : null
      seen.push({ fields: { ...body() }, received: parcel.received, content })
      response.send('ok')
    } finally {
      await parcel.discard()
    }
  })
  const fault: ErrorRequestHandler = (error: HttpFault, _request, response, _next) => {
    faults.push(error.status)
    response.status(error.status).send('no')
  }
  app.use(fault)
  server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
beforeEach(() => {
  seen = []
  faults = []
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

type Part = readonly [name: string, value: string | Blob, filename?: string]
async function send(parts: readonly Part[]): Promise<number> {
  const form = new FormData()
  for (const [name, value, filename] of parts)
    if (typeof value === 'string') form.append(name, value)
    else form.append(name, value, filename)
  return (await fetch(origin, { method: 'POST', body: form })).status
}
const token: Part = ['_csrf', 'good']
const file = (content: string | Uint8Array, filename = 'danh sách.csv'): Part => [
  'file',
  new Blob([Buffer.from(content)]),
  filename,
]

/** Sends these bytes as they are; answers the status line, or nothing where the server hung up. */
function raw(body: string, headers: Record<string, string>, end = true): Promise<string> {
  return new Promise((resolve) => {
    const { port } = server.address() as AddressInfo
    const socket = connect(port, '127.0.0.1')
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk.toString()
      if (answer.includes('\r\n\r\n')) socket.end()
    })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(answer.split('\r\n')[0] ?? ''))
    const lines = Object.entries({ Host: 'x', Connection: 'close', ...headers }).map(
      ([name, value]) => `${name}: ${value}`,
    )
    socket.write(`POST / HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`, 'latin1')
    if (!end) setTimeout(() => socket.destroy(), 100)
  })
}
const multipart = (body: string, boundary = 'x', length = body.length) =>
  raw(body, { 'Content-Type': `multipart/form-data; boundary=${boundary}`, 'Content-Length': String(length) })
const part = (head: string, content: string) => `--x\r\n${head}\r\n\r\n${content}\r\n`
const TOKEN = part('Content-Disposition: form-data; name="_csrf"', 'good')
const FILE = 'Content-Disposition: form-data; name="file"; filename="a.csv"'

/** Nothing of an upload is on the disk, and no file of one is open. */
const leftovers = () => [
  ...readdirSync(tmpdir()).filter((name) => name.startsWith('congvu-upload-')),
  ...readdirSync('/proc/self/fd')
    .map((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`)
      } catch {
        return ''
      }
    })
    .filter((path) => path.includes('congvu-upload-')),
]

describe('a form with a file', () => {
  test('is read: fields, file name, kind and content', async () => {
    expect(await send([token, ['mode', 'thêm'], file('STT;Họ và tên')])).toBe(200)
    expect(seen[0]).toMatchObject({
      fields: { mode: 'thêm' },
      content: Buffer.from('STT;Họ và tên').toString('latin1'),
    })
    expect(seen[0]?.received).toMatchObject({ ok: true, value: { name: 'danh sách.csv', bytes: 17, kind: 'text' } })
  })

  test.each([
    ['with folders', '../../etc/passwd', 'passwd'],
    ['with folders of Windows', 'C:\\Users\\An\\ds.xlsx', 'ds.xlsx'],
    ['without end', `${'x'.repeat(300)}.csv`, 'x'.repeat(200)],
    ['that turns its direction', 'a\u202ebcd.csv', 'abcd.csv'],
  ])('shows a name %s plainly', async (_, sent, shown) => {
    expect(await send([token, file('a', sent)])).toBe(200)
    expect(seen[0]?.received).toMatchObject({ value: { name: shown } })
  })

  test.each([
    ['no file at all', [token], 'no-file'],
    ['a field that was left alone', [token, ['file', new Blob([]), ''] as const], 'no-file'],
    ['a file in another field', [token, ['other', new Blob(['a']), 'a.csv'] as const], 'no-file'],
    ['a file without content', [token, file('')], 'empty-file'],
    ['a file that is too large', [token, file('a'.repeat(MAX + 1))], 'too-large'],
    ['a file that is much too large', [token, file('a'.repeat(MAX * 8))], 'too-large'],
  ] as const)('%s is a refusal, not a fault', async (_, parts, kind) => {
    expect(await send(parts)).toBe(200)
    expect(seen[0]?.received).toMatchObject({ ok: false, refusal: { kind } })
  })

  test('of exactly the allowed size is taken', async () => {
    expect(await send([token, file('a'.repeat(MAX))])).toBe(200)
    expect(seen[0]?.content).toHaveLength(MAX)
  })
})

describe('what a stranger may send', () => {
  test.each([
    ['no token', [file('a')]],
    ['a wrong token', [['_csrf', 'bad'] as const, file('a')]],
    ['the token only after the file', [file('a'), token]],
  ] as const)('%s: refused, and nothing of the file is kept', async (_, parts) => {
    expect(await send(parts)).toBe(419)
    expect(seen).toEqual([])
  })

  test('a token that changes after the file does not count', async () => {
    expect(await send([token, file('a'), ['_csrf', 'bad']])).toBe(419)
  })

  test.each([
    ['two files', [token, file('a'), file('b')], 400],
    ['more fields than any form has', [token, ...Array.from({ length: 120 }, (_, n): Part => [`f${n}`, 'x'])], 400],
    ['a field without end', [token, ['long', 'x'.repeat(100_000)] as const], 413],
    ['a body beyond all measure', [token, file('a'.repeat(MAX * 20))], 413],
  ] as const)('%s', async (_, parts, status) => {
    expect(await send(parts)).toBe(status)
  })

  test('names that JavaScript knows are fields like others', async () => {
    expect(await send([token, ['__proto__', 'x'], ['constructor', 'y'], file('a')])).toBe(200)
    expect(Object.keys(seen[0]?.fields ?? {})).toContain('constructor')
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  })

  test.each([
    ['no boundary', () => raw('--x--', { 'Content-Type': 'multipart/form-data', 'Content-Length': '5' })],
    ['an end that never comes', () => multipart(`${TOKEN}${part(FILE, 'abc')}`)],
    ['a file cut in the middle', () => multipart(`${TOKEN}--x\r\n${FILE}\r\n\r\nabc`)],
    ['a head without end', () => multipart(`${TOKEN}--x\r\n${FILE}\r\nX: ${'y'.repeat(60_000)}`)],
    ['garbage', () => multipart('\0\x01\x02\xff'.repeat(1000))],
    ['an empty body', () => multipart('')],
  ])('%s is a bad request', async (_, sent) => {
    expect(await sent()).toMatch(/ 4\d\d /)
    expect(seen).toEqual([])
  })

  test('a line break in a name is not passed on', async () => {
    const head = 'Content-Disposition: form-data; name="file"; filename="a%0d%0aSet-Cookie: x.csv"'
    expect(await multipart(`${TOKEN}${part(head, 'abc')}--x--\r\n`)).toContain('200')
    expect(JSON.stringify(seen[0]?.received)).not.toMatch(/[\r\n]/)
  })

  test('who hangs up in the middle leaves nothing open', async () => {
    const body = `${TOKEN}--x\r\n${FILE}\r\n\r\n${'a'.repeat(50_000)}`
    const headers = { 'Content-Type': 'multipart/form-data; boundary=x', 'Content-Length': '1000000' }
    await raw(body, headers, false)
    await until('the fault', () => Promise.resolve(faults.length > 0))
    expect(faults).toEqual([400])
  })

  afterAll(() => until('nothing left of any upload', () => Promise.resolve(leftovers().length === 0)))
})
