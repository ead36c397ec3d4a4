import { describe, expect, test } from '../support/jest.ts'
import fc from 'fast-check'
import { causeOf, outweighs, readReport } from '../../src/letters/bounce.ts'
import { letterReturnedTo, looksReturned, returnAddressOf } from '../../src/letters/return-address.ts'
import { secretsFrom } from '../../src/kernel/secrets.ts'

const report = (deliveryStatus: string | null, more: { subject?: string; fromNobody?: boolean } = {}) =>
  readReport({ deliveryStatus, subject: 'Undelivered Mail', fromNobody: true, ...more })
const block = (fields: Record<string, string>) =>
  Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')
const ABOUT = block({ 'Reporting-MTA': 'dns; mail.quangninh.gov.vn' })
const about = (fields: Record<string, string>) => `${ABOUT}\r\n${block(fields)}`

describe('a report on a letter (RFC 3464)', () => {
  test.each([
    [{ Action: 'failed', Status: '5.1.1' }, 'permanent', '5.1.1'],
    [{ action: 'FAILED', STATUS: '5.2.2 (mailbox full)' }, 'permanent', '5.2.2'],
    [{ Action: 'failed', Status: '4.4.1' }, 'temporary', '4.4.1'],
    [{ Action: 'delayed', Status: '4.4.7' }, 'temporary', '4.4.7'],
    [{ Action: 'failed' }, 'permanent', null],
    [{ Action: 'failed', Status: 'x.y' }, 'permanent', null],
  ])('%j: %s, %s', (fields, bounce, status) => {
    expect(report(about({ 'Final-Recipient': 'rfc822; lan@example.com', ...fields }))).toMatchObject({ bounce, status })
  })

  test('keeps what the server said, in one line', () => {
    const said = 'smtp; 550 5.1.1 <lan@example.com>: Recipient address\r\n    rejected: User unknown\u0007'
    expect(report(about({ Action: 'failed', Status: '5.1.1', 'Diagnostic-Code': said }))?.detail).toBe(
      '550 5.1.1 <lan@example.com>: Recipient address rejected: User unknown',
    )
  })

  test.each([{ Action: 'delivered', Status: '2.0.0' }, { Action: 'relayed' }, { Action: 'expanded' }])(
    '%j tells of no trouble',
    (fields) => {
      expect(report(about(fields))).toBeNull()
    },
  )

  test('on several recipients is the worst of them', () => {
    const parts = [
      { Action: 'delivered' },
      { Action: 'delayed', Status: '4.4.1' },
      { Action: 'failed', Status: '5.7.1' },
    ]
    expect(report([ABOUT, ...parts.map(block)].join('\r\n'))).toMatchObject({ bounce: 'permanent', status: '5.7.1' })
  })

  test('that does not say, but comes as reports come, is unclear; an answer by somebody is nothing', () => {
    expect(report(null)).toEqual({ bounce: 'unclear', status: null, detail: 'Undelivered Mail' })
    expect(report('nothing of use')).toMatchObject({ bounce: 'unclear' })
    expect(report(null, { fromNobody: false, subject: 'Re: Đã nhận đề nghị' })).toBeNull()
  })

  test('never throws and never grows, whatever it is made of', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (status, subject) => {
        const read = report(`${about({ Action: 'failed', 'Diagnostic-Code': status })}${status}`, { subject })
        expect((read?.detail ?? '').length).toBeLessThanOrEqual(300)
        expect(read?.detail ?? '').not.toMatch(/[\p{Cc}\p{Cf}]/u)
      }),
    )
    const many = `${ABOUT}\r\n${'Action: failed\r\n\r\n'.repeat(100_000)}`
    expect(report(many)).toMatchObject({ bounce: 'permanent' })
  })
})

test('a final report replaces a temporary one, and no other way round', () => {
  expect(outweighs('permanent', 'temporary')).toBe(true)
  expect(outweighs('temporary', 'permanent')).toBe(false)
  expect(outweighs('temporary', 'temporary')).toBe(true)
  expect(outweighs('unclear', null)).toBe(true)
})

test.each([
  ['5.1.1', 'no-such-address'],
  ['5.1.10', 'no-such-address'],
  ['5.2.1', 'no-such-address'],
  ['4.2.2', 'full'],
  ['5.7.26', 'refused'],
  ['4.4.1', 'unreachable'],
  ['5.5.0', 'other'],
  [null, 'other'],
])('status %s: %s', (status, cause) => {
  expect(causeOf(status)).toBe(cause)
})

describe('the return address of a letter', () => {
  const { returnMac } = secretsFrom(Buffer.alloc(32, 7))
  const BASE = 'thu-tra-ve@quangninh.gov.vn'
  const id = '<0b9f0c9e-7f5c-4a51-9d55-0d0c7b1b2a33@quangninh.gov.vn>'
  const address = returnAddressOf(BASE, id, returnMac)
  const back = (to: string, mac = returnMac) => letterReturnedTo(to, BASE, 'quangninh.gov.vn', mac)

  test('leads back to the letter, in any case, and is no longer than an address may be', () => {
    expect(address).toMatch(/^thu-tra-ve\+[0-9a-f]{44}@quangninh\.gov\.vn$/)
    expect(address.indexOf('@')).toBeLessThanOrEqual(64)
    expect(back(address)).toBe(id)
    expect(back(address.toUpperCase())).toBe(id)
    expect(looksReturned(address, BASE)).toBe(true)
  })

  test('is made by nobody without the key', () => {
    const { returnMac: other } = secretsFrom(Buffer.alloc(32, 8))
    expect(back(address, other)).toBeNull()
    for (let at = 'thu-tra-ve+'.length; at < address.indexOf('@'); at++) {
      const changed = address.charAt(at) === '0' ? '1' : '0'
      expect(back(`${address.slice(0, at)}${changed}${address.slice(at + 1)}`)).toBeNull()
    }
  })

  test.each(['', 'thu-tra-ve@quangninh.gov.vn', 'thu-tra-ve+1@quangninh.gov.vn', 'khac+0@quangninh.gov.vn', '\u0000'])(
    'is not %j',
    (text) => {
      expect([back(text), looksReturned(text, BASE)]).toEqual([null, false])
    },
  )
})
