import { afterEach, describe, expect, test } from '../support/jest.ts'
import { once } from 'node:events'
import { createServer as createHttp } from 'node:http'
import type { RequestListener, Server as HttpServer } from 'node:http'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { dovecotMail } from '../../src/mail/dovecot.ts'

const ANNA = { login: '100001', mail: 'anna@quangninh.gov.vn', quotaMb: 100 }
const KEEN = 300

let running: { server: Server | HttpServer; sockets: Set<Socket> }[] = []
afterEach(() => {
  for (const { server, sockets } of running) {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
  running = []
})

/** A store whose Dovecot is this server. */
async function against(server: Server | HttpServer) {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
  })
  running.push({ server, sockets })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return storeAt((server.address() as AddressInfo).port)
}
const storeAt = (port: number) =>
  dovecotMail({
    ...{ url: `http://127.0.0.1:${port}`, apiKey: 'key', ca: null, timeoutMs: KEEN },
    ...{ mailHome: '/var/vmail', archiveHome: '/var/vmail-archive' },
  })

/** Dovecot as it answers for a mailbox that lacks some of its folders; `then` answers whatever comes after that look. */
const lacksFolders = (then: RequestListener): RequestListener => {
  let asked = 0
  return (request, response) => {
    request.resume()
    if (asked++ > 0) {
      then(request, response)
      return
    }
    const answers = [
      ['doveadmResponse', { '100001': { home: '/var/vmail/100001' } }, '0'],
      ['doveadmResponse', [], '1'],
      ['doveadmResponse', [{ mailbox: 'INBOX' }], '2'],
      ['doveadmResponse', [{ type: 'STORAGE', value: '0', limit: '102400' }], '3'],
    ]
    response.end(JSON.stringify(answers))
  }
}

const faultOf = async (store: ReturnType<typeof storeAt>) => {
  const [outcome] = await store.ensure([ANNA])
  return outcome?.status === 'fault' ? outcome.fault : outcome
}

describe('a Dovecot that is', () => {
  test('not listening is unreachable', async () => {
    const server = createServer()
    await against(server)
    const { port } = server.address() as AddressInfo
    server.close()
    await once(server, 'close')
    expect(await faultOf(storeAt(port))).toMatchObject({
      kind: 'unreachable',
      detail: expect.stringContaining('ECONNREFUSED'),
    })
  })

  test('half-open is unreachable within the deadline, for one mailbox as for many', async () => {
    const store = await against(createServer(() => undefined))
    const begun = Date.now()
    const many = Array.from({ length: 500 }, (_, index) => ({ ...ANNA, login: String(100_000 + index) }))
    const outcomes = await store.ensure(many)
    expect(new Set(outcomes.map((outcome) => outcome.status === 'fault' && outcome.fault.kind))).toEqual(
      new Set(['unreachable']),
    )
    await expect(store.usage('100001')).rejects.toMatchObject({ fault: { kind: 'unreachable' } })
    await expect(store.occupied(['100001'])).rejects.toMatchObject({ fault: { kind: 'unreachable' } })
    expect(await store.check()).toMatchObject([{ ok: false, remedy: expect.stringContaining('DOVEADM_URL') }])
    expect(Date.now() - begun).toBeLessThan(4 * KEEN + 500)
  })

  test('cut while it only looks is unreachable: nothing was changed', async () => {
    const store = await against(
      createServer((socket) =>
        socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n[[')),
      ),
    )
    expect(await faultOf(store)).toMatchObject({ kind: 'unreachable' })
  })

  test('cut while it makes folders leaves the outcome unknown', async () => {
    const store = await against(createHttp(lacksFolders((request) => request.socket.destroy())))
    expect(await faultOf(store)).toMatchObject({ kind: 'outcome-unknown' })
  })

  test('silent while it makes folders leaves the outcome unknown', async () => {
    const store = await against(createHttp(lacksFolders(() => undefined)))
    expect(await faultOf(store)).toMatchObject({ kind: 'outcome-unknown', detail: expect.stringContaining('300 ms') })
  })

  test('content with making folders that are not there afterwards is not believed', async () => {
    const answers = [
      ['doveadmResponse', [], '0'],
      ['doveadmResponse', [], '1'],
      ['doveadmResponse', [{ mailbox: 'INBOX' }], '2'],
    ]
    const store = await against(createHttp(lacksFolders((_, response) => response.end(JSON.stringify(answers)))))
    expect(await faultOf(store)).toMatchObject({ kind: 'refused', detail: expect.stringContaining('not there') })
  })

  test.each([
    [67, 'refused', 'no such user'],
    [75, 'unreachable', 'directory'],
    [77, 'refused', 'owner'],
    [1, 'refused', 'exit code 1'],
  ])('ending with exit code %i is %s, and says why', async (exitCode, kind, words) => {
    const listener: RequestListener = (request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const commands = JSON.parse(Buffer.concat(chunks).toString()) as [string, unknown, string][]
        response.end(JSON.stringify(commands.map(([, , tag]) => ['error', { type: 'exitCode', exitCode }, tag])))
      })
    }
    expect(await faultOf(await against(createHttp(listener)))).toMatchObject({
      kind,
      detail: expect.stringContaining(words),
    })
  })

  test.each(['', 'null', '{}', '[["doveadmResponse",[],"0"]]', '<html>', '[["error",{"type":"unknownMethod"},"0"]]'])(
    'no Dovecot and answers %j is refused',
    async (body) => {
      const store = await against(createHttp((_, response) => response.end(body)))
      expect(await faultOf(store)).toMatchObject({ kind: 'refused' })
      expect(await store.check()).toMatchObject([{ ok: false }])
    },
  )

  test('a proxy with an error page is unreachable', async () => {
    const store = await against(createHttp((_, response) => response.writeHead(502).end('bad gateway')))
    expect(await faultOf(store)).toMatchObject({ kind: 'unreachable', detail: expect.stringContaining('502') })
  })

  test('2.4 is found out by doctor', async () => {
    const store = await against(createHttp((_, response) => response.end('[{"command":"user","parameters":[]}]')))
    expect(await store.check()).toContainEqual(
      expect.objectContaining({ check: 'mail: Dovecot version', ok: false, remedy: expect.stringContaining('2.3') }),
    )
  })
})
