import { createTransport } from 'nodemailer'
import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import type { AccountId, UnitId } from '../../src/kernel/ids.ts'
import { returnAddressOf } from '../../src/letters/return-address.ts'
import { compose, type Services } from '../../src/main/compose.ts'
import { parseConfig } from '../../src/main/config.ts'
import { logger } from '../../src/main/log.ts'
import { work, type Worker } from '../../src/main/work.ts'
import { startServers, type Servers } from '../../scripts/servers/all.ts'
import { DATABASE_OF, migratedDatabase } from '../support/migrated.ts'
import { scaled } from '../support/scale.ts'
import { seedUnits, settings, someDetails, submitted, unique } from '../support/system.ts'
import { until } from '../support/waiting.ts'

let servers: Servers
let services: Services
let worker: Worker
let units: Record<'province' | 'agency' | 'department' | 'other', UnitId>

beforeAll(async () => {
  servers = await startServers({ fast: true, relaying: true, databaseOf: DATABASE_OF })
  const url = await migratedDatabase(servers.postgres)
  const config = parseConfig(settings(servers, { DATABASE_URL: url }))
  services = compose(config, logger(config.logLevel), { connections: 20 })
  units = await seedUnits(services)
  worker = await work(services)
}, 120_000)
afterAll(async () => {
  await worker.stop()
  await services.close()
  await servers.stop()
})

const letterTo = (recipient: string) => services.database.prisma.outbox.findFirstOrThrow({ where: { recipient } })
/** A request whose applicant has this address, and the letter that confirms it. */
async function askedBy(email: string) {
  const id = await submitted(services, someDetails(units.agency), email)
  return { id, letter: await letterTo(email) }
}
const bounced = (email: string) =>
  until(`a report on ${email}`, async () => (await letterTo(email)).bounce !== null, 20_000)
const transport = (port: number, more: object = {}) =>
  createTransport({ host: '127.0.0.1', port, ignoreTLS: true, ...more })

describe('a letter through Postfix', () => {
  test('arrives, with a return address of its own in the envelope and the sender’s in the header', async () => {
    const { letter } = await askedBy('lan.den@example.com')
    const arrived = await servers.sink.waitFor('lan.den@example.com')
    expect(arrived.sender).toBe(returnAddressOf('thu-tra-ve@quangninh.gov.vn', letter.id, services.secrets.returnMac))
    expect(arrived.from).toContain('khong-tra-loi@quangninh.gov.vn')
    expect(arrived.messageId).toBe(letter.id)
  })

  test.each([
    ['khong-co.example', 'permanent', '5.1.1', 'User unknown'],
    ['day.example', 'permanent', '5.2.2', 'Mailbox full'],
  ])(
    'to somebody at %s comes back: %s, %s',
    async (domain, bounce, status, words) => {
      const email = `nguoi${unique()}@${domain}`
      const { id } = await askedBy(email)
      await bounced(email)
      const letter = await letterTo(email)
      expect(letter).toMatchObject({ state: 'sent', bounce, bounceStatus: status })
      expect(letter.bounceDetail).toContain(words)
      // The request is as it was.
      const row = await services.database.prisma.request.findUniqueOrThrow({ where: { id } })
      expect(row).toMatchObject({ state: 'submitted', contactEmail: email })
      expect(await services.letters.trouble(email)).toMatchObject({ bounce, status, since: 0 })
    },
    40_000,
  )

  test('that was taken and comes back later, from another server, is known by its return address', async () => {
    const email = 'lan.sau@example.com'
    const { letter } = await askedBy(email)
    const { sender } = await servers.sink.waitFor(email)
    const mark = 'x'
    const raw = [
      ...['From: MAILER-DAEMON@example.com', `To: ${sender}`, 'Subject: failure notice', 'MIME-Version: 1.0'],
      ...[
        `Content-Type: multipart/report; report-type=delivery-status; boundary=${mark}`,
        '',
        `--${mark}`,
        '',
        'Sorry.',
      ],
      ...[`--${mark}`, 'Content-Type: message/delivery-status', '', 'Reporting-MTA: dns; mx.example.com', ''],
      ...['Final-Recipient: rfc822; somebody.else@example.net', 'Action: failed', 'Status: 5.7.1'],
      ...['Diagnostic-Code: smtp; 550 5.7.1 Not here', '', `--${mark}--`, ''],
    ].join('\r\n')
    await transport(servers.smtp.port).sendMail({ envelope: { from: '', to: sender }, raw })
    await bounced(email)
    expect(await letterTo(email)).toMatchObject({ id: letter.id, bounce: 'permanent', bounceStatus: '5.7.1' })
  }, 40_000)
})

describe('the door for what comes back', () => {
  /** Hands something to the worker as Postfix would. */
  const hand = (to: string, raw: string, from = '') =>
    transport(worker.returnsPort ?? 0, { lmtp: true }).sendMail({ envelope: { from, to }, raw })
  const BASE = 'thu-tra-ve@quangninh.gov.vn'
  const addressOf = (id: string) => returnAddressOf(BASE, id, services.secrets.returnMac)

  test('takes no mail for anybody else, and knows nobody by an address that was made up', async () => {
    for (const to of ['ai@quangninh.gov.vn', BASE, 'thu-tra-ve+123@quangninh.gov.vn', 'thu-tra-ve+1@example.com'])
      await expect(hand(to, 'Subject: x\r\n\r\nx\r\n')).rejects.toThrow('550')
    const { letter } = await askedBy('gia.mao@example.com')
    const forged = addressOf(letter.id).replace(/[0-9a-f]@/, (end) => (end === '0@' ? '1@' : '0@'))
    await hand(forged, report('5.1.1'))
    expect((await letterTo('gia.mao@example.com')).bounce).toBeNull()
  })

  test('takes an answer by a person or a machine for no trouble', async () => {
    const { letter } = await askedBy('di.vang@example.com')
    await hand(addressOf(letter.id), 'Subject: Di vang\r\n\r\nVe sau.\r\n', 'di.vang@example.com')
    await hand(addressOf(letter.id), report('2.0.0', 'delivered'))
    expect((await letterTo('di.vang@example.com')).bounce).toBeNull()
  })

  test.each([
    ['without a report', 'Subject: =?utf-8?B?////?=\r\n\r\nDelivery failed\r\n', 'unclear'],
    ['empty', '', 'unclear'],
    [
      'of parts without an end',
      `Content-Type: multipart/report; boundary=a\r\n\r\n${'--a\r\n\r\n'.repeat(20_000)}`,
      'unclear',
    ],
    ['nested a thousand times', nested(1_000), 'unclear'],
    ['with a header of half a megabyte', `Subject: ${'a'.repeat(500_000)}\r\n\r\nx`, 'unclear'],
    ['of bytes that are no text', `Subject: x\r\n\r\n\u0000\u0001\ufffe${'\u0008'.repeat(1_000)}`, 'unclear'],
    [
      'with a script in its reason',
      report('5.1.1', 'failed', '<script>alert(1)</script>\r\n <b>\u001b[31m'),
      'permanent',
    ],
    ['with a status out of range', report('5.99999999999.1'), 'permanent'],
  ])('survives a report %s', async (name, raw, bounce) => {
    const email = `du${unique()}@example.com`
    const { letter } = await askedBy(email)
    await hand(addressOf(letter.id), raw)
    const known = await letterTo(email)
    expect([name, known.bounce]).toEqual([name, bounce])
    expect((known.bounceDetail ?? '').length).toBeLessThanOrEqual(300)
    expect(known.bounceDetail ?? '').not.toMatch(/\p{C}/u)
  })

  test('takes no more than a megabyte, and goes on', async () => {
    const { letter } = await askedBy('qua.lon@example.com')
    const large = await hand(addressOf(letter.id), `Subject: x\r\n\r\n${'x'.repeat(1_500_000)}`)
    expect(large.response).toContain('552')
    await hand(addressOf(letter.id), report('5.2.2'))
    expect((await letterTo('qua.lon@example.com')).bounce).toBe('permanent')
  })
})

test('many letters go out at the same time, each once, and all of them although a worker is stopped and started', async () => {
  const count = scaled(400)
  const { letters, transaction } = services
  servers.sink.clear()
  for (let n = 0; n < count; n++)
    await transaction((tx) =>
      letters.post(tx, {
        ...{ to: `nhieu${n}@example.com`, language: n % 2 ? 'en' : 'vi', template: 'ready' },
        params: { name: 'Lỷ A Nhì', address: 'lyanhi@quangninh.gov.vn', at: new Date().toISOString() },
        about: `account:${'00000000-0000-4000-8000-000000000000' as AccountId}`,
      }),
    )
  await worker.stop()
  worker = await work(services)
  const mine = () => servers.sink.letters().filter(({ receivers }) => receivers[0]?.startsWith('nhieu'))
  await until('all letters', () => Promise.resolve(mine().length >= count), 30_000)
  expect(new Set(mine().map(({ messageId }) => messageId)).size).toBe(count)
  expect(mine()).toHaveLength(count)
  expect(mine().filter(({ subject }) => subject.includes('is in use'))).toHaveLength(Math.floor(count / 2))
}, 90_000)

function report(status: string, action = 'failed', reason = '550 no'): string {
  return [
    ...['Subject: Undelivered', 'MIME-Version: 1.0', 'Content-Type: multipart/report; boundary=b', '', '--b'],
    ...['Content-Type: message/delivery-status', '', 'Reporting-MTA: dns; x', '', `Action: ${action}`],
    ...[`Status: ${status}`, `Diagnostic-Code: smtp; ${reason}`, '', '--b--', ''],
  ].join('\r\n')
}
function nested(depth: number): string {
  let raw = ''
  for (let n = 0; n < depth; n++) raw += `Content-Type: multipart/mixed; boundary=b${n}\r\n\r\n--b${n}\r\n`
  return raw
}
