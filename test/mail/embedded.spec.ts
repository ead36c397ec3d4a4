import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { linked } from '../../src/mail/embedded-pages.ts'
import { embeddedMail, startEmbeddedMail } from '../../src/mail/embedded.ts'
import type { EmbeddedMailServer } from '../../src/mail/embedded.ts'
import { letterSender } from '../../src/mail/messages.ts'
import { openReturnDoor, type ReturnedMail } from '../../src/mail/returns.ts'
import { readReport } from '../../src/letters/bounce.ts'
import { until } from '../support/waiting.ts'
import type { LetterSender } from '../../src/mail/messages.ts'

describe('the embedded mail server', () => {
  let folder: string
  let server: EmbeddedMailServer
  let sender: LetterSender
  let directoryAway = false
  const start = async () => {
    server = await startEmbeddedMail({
      ...{ folder, domain: 'quangninh.gov.vn', smtpPort: 0, webPort: 0 },
      resolve(address) {
        if (directoryAway) return Promise.reject(new Error('away'))
        if (address === 'phong@quangninh.gov.vn') return Promise.resolve([{ login: '100001' }, { login: '100002' }])
        return Promise.resolve(address === 'lan@quangninh.gov.vn' ? [{ login: '100001' }] : null)
      },
    })
    sender = letterSender({
      url: `smtp://127.0.0.1:${server.smtpPort}`,
      ca: null,
      from: 'a@example.com',
      timeoutMs: 2_000,
    })
  }
  const stop = async () => {
    await sender.close()
    await server.close()
  }
  const send = (to: string, subject: string, text = 'x') =>
    sender.send({ messageId: '<1@t.example>', to, subject, text })
  const page = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${server.webPort}${path}`)
    return { status: response.status, text: await response.text(), headers: response.headers }
  }
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'congvu-embedded-'))
    await start()
  })
  afterAll(async () => {
    await stop()
    await rm(folder, { recursive: true })
  })

  test('shows a letter, newest first, with links to follow', async () => {
    await send('lan@quangninh.gov.vn', 'Thư thứ nhất')
    await send('lan@quangninh.gov.vn', 'Kích hoạt', 'Mở http://127.0.0.1:3000/kich-hoat/abc?x=1&y=2.')
    const { text } = await page('/mailboxes/100001')
    expect(text.indexOf('Kích hoạt')).toBeLessThan(text.indexOf('Thư thứ nhất'))
    const link = /href="(\/mailboxes\/100001\/INBOX\/[^"]*)">Kích hoạt/.exec(text)?.[1] ?? ''
    expect((await page(link)).text).toContain(
      '<a href="http://127.0.0.1:3000/kich-hoat/abc?x=1&amp;y=2" rel="noopener noreferrer">',
    )
  })

  test('gives a letter to a group to each of its members', async () => {
    await send('phong@quangninh.gov.vn', 'Họp giao ban')
    for (const login of ['100001', '100002']) expect((await page(`/mailboxes/${login}`)).text).toContain('Họp giao ban')
  })

  test('keeps letters to addresses elsewhere, so that codes can be read', async () => {
    await send('Nguoi.La@Example.COM', 'Mã xác nhận')
    expect((await page('/')).text).toContain('nguoi.la@example.com')
    expect((await page(`/outside/${encodeURIComponent(encodeURIComponent('nguoi.la@example.com'))}`)).text).toContain(
      'Mã xác nhận',
    )
  })

  test('says "not now" while the directory is away, and keeps what it has over a restart', async () => {
    directoryAway = true
    await expect(send('lan@quangninh.gov.vn', 'later')).rejects.toMatchObject({ fault: { kind: 'unreachable' } })
    directoryAway = false
    await stop()
    await start()
    expect((await page('/mailboxes/100001')).text).toContain('Thư thứ nhất')
  })

  test('says "not now" to a full mailbox', async () => {
    const store = embeddedMail({ folder, resolving: (logins) => Promise.resolve(new Set(logins)) })
    await store.ensure([{ login: '100001', mail: 'lan@quangninh.gov.vn', quotaMb: 1 }])
    await send('lan@quangninh.gov.vn', 'big', 'x'.repeat(1024 ** 2))
    await expect(send('lan@quangninh.gov.vn', 'more')).rejects.toMatchObject({
      fault: { detail: expect.stringContaining('4.2.2') },
    })
  })

  test('shows hostile letters as text, and lets no script run', async () => {
    await send(
      'x@example.com',
      '<script>alert(1)</script>',
      '<img src=x onerror=alert(1)> javascript:alert(1) http://e.example/"onclick="x',
    )
    const { text, headers } = await page('/')
    expect(text).not.toContain('<script>')
    expect(text).toContain('&lt;script&gt;')
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    const link = /href="(\/outside\/x%[^"]*)">&lt;script/.exec(text)?.[1] ?? ''
    const letter = (await page(link)).text
    expect(letter).not.toContain('<img')
    expect(letter).not.toContain('href="javascript')
    expect(letter).not.toMatch(/<a [^>]*onclick/)
  })

  test.each([
    '/mailboxes/..%2f..',
    '/outside/%2e%2e%2f',
    '/mailboxes/100001/INBOX/..%2f..%2fx.eml',
    '/etc/passwd',
    '/%ff',
    '/mailboxes/100001/%00/x',
  ])('has no page %s', async (path) => {
    expect((await page(path)).status).toBe(404)
  })

  test('speaks English too', async () => {
    expect((await page('/?lang=en')).text).toContain('Latest letters')
    expect((await page('/')).text).toContain('Thư mới nhất')
  })
})

test.each([
  ['see http://a.example/x.', 'see <a href="http://a.example/x" rel="noopener noreferrer">http://a.example/x</a>.'],
  ['(https://a.example)', '(<a href="https://a.example" rel="noopener noreferrer">https://a.example</a>)'],
  ['a < b & c', 'a &lt; b &amp; c'],
])('the text %j becomes %j', (text, html) => {
  expect(linked(text)).toBe(html)
})

describe('the embedded mail server with a reader of returned letters', () => {
  const BASE = 'thu-tra-ve@quangninh.gov.vn'
  const returnTo = `thu-tra-ve+${'0'.repeat(44)}@quangninh.gov.vn`

  test('sends back what goes nowhere, and hands on what others send back', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'congvu-embedded-'))
    const heard: { address: string; mail: ReturnedMail }[] = []
    const door = await openReturnDoor({
      ...{ host: '127.0.0.1', port: 0, knows: (address) => address.startsWith('thu-tra-ve+') },
      take: (address, mail) => Promise.resolve(void heard.push({ address, mail })),
    })
    const server = await startEmbeddedMail({
      ...{ folder, domain: 'quangninh.gov.vn', smtpPort: 0, webPort: 0, resolve: () => Promise.resolve(null) },
      returns: { address: BASE, port: door.port },
    })
    const url = `smtp://127.0.0.1:${server.smtpPort}`
    const sender = letterSender({ url, ca: null, from: 'khong-tra-loi@quangninh.gov.vn', timeoutMs: 2_000 })
    try {
      const letter = { messageId: '<1@t.example>', subject: 'Đã nhận', text: 'x', returnTo }
      await sender.send({ ...letter, to: 'lan@thu-cu.invalid' })
      await until('the report', () => Promise.resolve(heard.length === 1))
      expect(heard[0]?.address).toBe(returnTo)
      const [first] = heard
      if (!first) throw new Error('nothing was heard')
      expect(readReport(first.mail)).toEqual({
        ...{ bounce: 'permanent', status: '5.1.2', detail: '550 5.1.2 There is no such domain' },
      })
      await sender.send({ ...letter, to: returnTo, returnTo: null })
      expect(heard[1]).toMatchObject({ address: returnTo, mail: { deliveryStatus: null, fromNobody: false } })
      // Other letters are kept as ever, and nothing comes back for them.
      await sender.send({ ...letter, to: 'lan@example.com' })
      expect(heard).toHaveLength(2)
    } finally {
      await sender.close()
      await server.close()
      await door.close()
      await rm(folder, { recursive: true })
    }
  })

  test('says "later" to whoever hands something back while nobody reads it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'congvu-embedded-'))
    const server = await startEmbeddedMail({
      ...{ folder, domain: 'quangninh.gov.vn', smtpPort: 0, webPort: 0, resolve: () => Promise.resolve(null) },
      returns: { address: BASE, port: 1 },
    })
    const url = `smtp://127.0.0.1:${server.smtpPort}`
    const sender = letterSender({ url, ca: null, from: 'a@example.com', timeoutMs: 2_000 })
    try {
      const letter = { messageId: '<1@t.example>', subject: 'x', text: 'x', to: returnTo }
      await expect(sender.send(letter)).rejects.toMatchObject({ fault: { kind: 'unreachable' } })
    } finally {
      await sender.close()
      await server.close()
      await rm(folder, { recursive: true })
    }
  })
})
