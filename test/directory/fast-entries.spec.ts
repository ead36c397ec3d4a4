import { describe, expect, test } from '../support/jest.ts'
import fc from 'fast-check'
import { wire } from '../../src/directory/connection.ts'
import { entryReader } from '../../src/directory/fast-entries.ts'
import type { LdapEntry } from '../../src/directory/operations.ts'

const bytesOf = (message: unknown): Buffer => (message as { toBer(): { buffer: Buffer } }).toBer().buffer
const entry = (id: number, dn: string, attributes: Record<string, readonly string[]>) =>
  bytesOf(wire.entry(id, dn, attributes))
/** A searchResultDone, which is not ours to read. */
const done = Buffer.from('300c02010265070a010004000400', 'hex')

function read(pieces: readonly Buffer[]): { entries: LdapEntry[]; passed: Buffer[] } {
  const entries: LdapEntry[] = []
  const passed: Buffer[] = []
  const reader = entryReader(
    (one) => entries.push(one),
    (message) => passed.push(Buffer.from(message)),
  )
  for (const piece of pieces) reader(piece)
  return { entries, passed }
}

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.constantFrom('', 'Nguyễn Thị Hường', '\u0000', 'x'.repeat(70_000), 'ơ̆ ƀ 😀'),
)
const attributes = fc.dictionary(
  fc.constantFrom('cn', 'displayName', 'mail', 'congvuAlias', 'userPassword;x-odd', 'member'),
  fc.array(text, { minLength: 1, maxLength: 12 }),
  { maxKeys: 6 },
)

describe('entries read from the bytes', () => {
  test('are what was sent, however the bytes arrive, and everything else is passed on whole', () => {
    fc.assert(
      fc.property(fc.array(attributes, { maxLength: 5 }), fc.array(fc.nat(200_000), { maxLength: 8 }), (all, cuts) => {
        const messages = all.flatMap((each, n) => [entry(n + 1, `uid=${n},dc=vn`, each), done])
        const stream = Buffer.concat(messages)
        const at = [0, ...cuts.map((cut) => cut % (stream.length + 1)).sort((a, b) => a - b), stream.length]
        const pieces = at.slice(1).map((end, n) => stream.subarray(at[n], end))
        const { entries, passed } = read(pieces)
        const plain = (value: string) => value.replaceAll(/[\ud800-\udfff](?![\udc00-\udfff])/gu, '\ufffd')
        expect(entries.map(({ dn, attributes: has }) => [dn, Object.fromEntries(has)])).toEqual(
          all.map((each, n) => [
            `uid=${n},dc=vn`,
            Object.fromEntries(Object.entries(each).map(([name, values]) => [name.toLowerCase(), values.map(plain)])),
          ]),
        )
        expect(passed).toEqual(all.map(() => done))
      }),
      { numRuns: 200 },
    )
  })

  test('are not read from what is no LDAP', () => {
    expect(() => read([Buffer.from('GET / HTTP/1.1\r\n\r\n')])).toThrow('not an LDAP message')
    expect(() => read([Buffer.from('3080', 'hex')])).toThrow('length')
  })
})
