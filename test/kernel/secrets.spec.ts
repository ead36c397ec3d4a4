import { describe, expect, test } from '../support/jest.ts'
import fc from 'fast-check'
import { newCode, newDigits, newLinkSecret, sameText, secretsFrom, tidyCode } from '../../src/kernel/secrets.ts'

const secrets = secretsFrom(Buffer.alloc(32, 1))
const others = secretsFrom(Buffer.alloc(32, 2))

describe('a sealed text', () => {
  test('is opened by who sealed it, for the same use', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(secrets.open(secrets.seal(text, 'a'), 'a')).toBe(text)
      }),
    )
  })

  test('is never the same twice, and does not show what it holds', () => {
    const sealed = secrets.seal('022088000123', 'a')
    expect(secrets.seal('022088000123', 'a')).not.toBe(sealed)
    expect(sealed).toMatch(/^v1\.[\w-]+$/)
    expect(Buffer.from(sealed.slice(3), 'base64url').toString('latin1')).not.toContain('022088')
  })

  test('is not opened in another context, with another key, or changed', () => {
    const sealed = secrets.seal('022088000123', 'a')
    expect(() => secrets.open(sealed, 'b')).toThrow()
    expect(() => others.open(sealed, 'a')).toThrow()
    expect(() => secrets.open(sealed.replace('v1', 'v2'), 'a')).toThrow()
    const bytes = Buffer.from(sealed.slice(3), 'base64url')
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ 1
      expect(() => secrets.open(`v1.${changed.toString('base64url')}`, 'a')).toThrow()
    }
  })
})

test('hashes of different uses and keys differ', () => {
  const hashes = [secrets, others].flatMap((each) => [
    each.numberHash('x'),
    each.tokenHash('x'),
    each.limitHash('x'),
    each.auditMac('x'),
  ])
  expect(new Set(hashes).size).toBe(8)
  expect(secrets.numberHash('x')).toBe(secretsFrom(Buffer.alloc(32, 1)).numberHash('x'))
})

describe('one-time secrets', () => {
  test('are random and of their shape', () => {
    const links = Array.from({ length: 100 }, newLinkSecret)
    expect(new Set(links).size).toBe(100)
    for (const link of links) expect(link).toMatch(/^[\w-]{43}$/)
    for (let n = 0; n < 100; n++) {
      expect(newCode(12)).toMatch(/^[2-9A-HJKMNP-Z]{12}$/)
      expect(newDigits()).toMatch(/^\d{6}$/)
    }
  })

  test('are tidied as people type them', () => {
    expect(tidyCode(' qn-7k3m 9trw ')).toBe('QN7K3M9TRW')
  })

  test('are compared whole', () => {
    expect([sameText('a', 'a'), sameText('a', 'b'), sameText('a', 'aa'), sameText('', '')]).toEqual([
      ...[true, false, false, true],
    ])
  })
})
