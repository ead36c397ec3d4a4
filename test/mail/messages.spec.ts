import { afterEach, describe, expect, test } from '../support/jest.ts'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedMail } from '../../src/mail/embedded.ts'
import { maildrop, outsideName } from '../../src/mail/maildrop.ts'
import { letterSender } from '../../src/mail/messages.ts'
import type { LetterSender, LetterToSend } from '../../src/mail/messages.ts'

const LETTER: LetterToSend = {
  messageId: '<1@congvu.example>',
  to: 'lan@example.com',
  subject: 'Mã xác nhận',
  text: 'Mã: 123456\n',
}

const open: (() => unknown)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

const senderTo = (port: number, url = `smtp://127.0.0.1:${port}`): LetterSender => {
  const sender = letterSender({ url, ca: null, from: 'khong-tra-loi@quangninh.gov.vn', timeoutMs: 400 })
  open.push(() => sender.close())
  return sender
}

/** An SMTP server that answers each line by this; null cuts the connection, '' says nothing. */
async function scripted(reply: (line: string) => string | null): Promise<LetterSender> {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    const say = (line: string): void => {
      const answer = reply(line)
      if (answer === null) socket.destroy()
      else if (answer !== '') socket.write(`${answer}\r\n`)
    }
    say('(connected)')
    socket.on('data', (data: Buffer) => {
      for (const line of data.toString().split('\r\n').filter(Boolean)) say(line)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  open.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return senderTo((server.address() as AddressInfo).port)
}

const usual = (line: string): string => {
  if (line === '(connected)') return '220 here'
  if (line === 'DATA') return '354 go on'
  if (line === '.') return '250 taken'
  return /^(EHLO|HELO|MAIL|RCPT|RSET|QUIT)/.test(line) ? '250 ok' : ''
}

const faultOf = (work: Promise<void>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => (error as { fault?: unknown }).fault ?? error,
  )

describe('a letter', () => {
  test('arrives whole, with the Message-ID it was given and marked as automatic', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'congvu-letters-'))
    const server = await startEmbeddedMail({
      folder,
      domain: 'quangninh.gov.vn',
      smtpPort: 0,
      webPort: 0,
      resolve: () => Promise.resolve(null),
    })
    open.push(
      () => server.close(),
      () => rm(folder, { recursive: true }),
    )
    const sender = senderTo(server.smtpPort)
    await sender.send(LETTER)
    await sender.send({ ...LETTER, messageId: '<2@congvu.example>', language: 'en', html: '<p>Code</p>' })
    const drop = maildrop(folder)
    const place = { kind: 'outside', name: outsideName('lan@example.com') } as const
    const sources = await Promise.all(
      (await drop.letters(place)).map(({ folder: box, file }) => drop.read(place, box, file)),
    )
    const first = sources.map(String).find((source) => source.includes('<1@congvu.example>')) ?? ''
    expect(first).toMatch(/^Message-ID: <1@congvu\.example>\r$/m)
    expect(first).toMatch(/^Auto-Submitted: auto-generated\r$/m)
    expect(first).toMatch(/^Content-Language: vi\r$/m)
    expect(first).toMatch(/^From: khong-tra-loi@quangninh\.gov\.vn\r$/m)
    expect(first).toMatch(/^Return-Path: <khong-tra-loi@quangninh\.gov\.vn>\r$/m)
    expect(sources).toHaveLength(2)
    expect(await sender.check()).toMatchObject([{ ok: true }])
  })

  test.each([
    ['recipient', { to: 'a@example.com\r\nBcc: b@example.com' }],
    ['recipient', { to: 'a@example.com, b@example.com' }],
    ['recipient', { to: '' }],
    ['subject', { subject: 'hello\r\nBcc: b@example.com' }],
    ['subject', { subject: 'hello\0' }],
    ['Message-ID', { messageId: '<1@x.example>\r\nBcc: b@example.com' }],
    ['Message-ID', { messageId: '1@x.example' }],
  ])('with a forged %s is refused before anything is sent', async (what, change) => {
    expect(await faultOf(senderTo(1).send({ ...LETTER, ...change }))).toMatchObject({
      kind: 'refused',
      detail: expect.stringContaining(what),
    })
  })
})

describe('a mail server that', () => {
  test('does not listen is unreachable', async () => {
    const sender = senderTo(1)
    expect(await faultOf(sender.send(LETTER))).toMatchObject({ kind: 'unreachable' })
    expect(await sender.check()).toMatchObject([{ ok: false, remedy: expect.stringContaining('SMTP_URL') }])
  })
  test('never greets is unreachable within the deadline', async () => {
    const begun = Date.now()
    const sender = await scripted(() => '')
    expect(await faultOf(sender.send(LETTER))).toMatchObject({ kind: 'unreachable' })
    expect(Date.now() - begun).toBeLessThan(2_000)
  })
  test.each([
    ['RCPT', '550 5.1.1 unknown', 'refused'],
    ['RCPT', '451 4.3.0 later', 'unreachable'],
    ['MAIL', '530 5.7.0 sign in first', 'refused'],
    ['DATA', '452 4.3.1 no room', 'unreachable'],
    ['.', '554 5.6.0 not this', 'refused'],
    ['.', '421 4.3.2 going down', 'unreachable'],
  ])('answers %s with %s: %s', async (command, answer, kind) => {
    const sender = await scripted((line) => (line.startsWith(command) ? answer : usual(line)))
    expect(await faultOf(sender.send(LETTER))).toMatchObject({ kind, detail: expect.stringContaining(answer) })
  })
  test('cuts before the text is unreachable', async () => {
    const sender = await scripted((line) => (line.startsWith('RCPT') ? null : usual(line)))
    expect(await faultOf(sender.send(LETTER))).toMatchObject({ kind: 'unreachable' })
  })
  test('cuts after the text leaves the outcome unknown', async () => {
    const sender = await scripted((line) => (line === '.' ? null : usual(line)))
    expect(await faultOf(sender.send(LETTER))).toMatchObject({ kind: 'outcome-unknown' })
  })
  test('is silent after the text leaves the outcome unknown', async () => {
    const sender = await scripted((line) => (line === '.' ? '' : usual(line)))
    expect(await faultOf(sender.send(LETTER))).toMatchObject({ kind: 'outcome-unknown' })
  })
})
