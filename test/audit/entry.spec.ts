import { createHmac } from 'node:crypto'
import { describe, expect, test } from '../support/jest.ts'
import fc from 'fast-check'
import { chain, GENESIS, sealOf, verifier, type AuditDetail, type AuditEntry } from '../../src/audit/entry.ts'

const mac = (text: string) => createHmac('sha256', 'key').update(text).digest('base64url')
const at = new Date('2026-07-23T02:00:00Z')
const record = (n: number) => ({
  ...{ actor: { id: `account:${n}`, name: 'Phạm Thị Hoa' }, action: 'request.approved', subject: `request:${n}` },
  detail: { n },
})
type Link = { entry: AuditEntry; detail: AuditDetail | null }

/** A chain written in several transactions. */
function written(...sizes: number[]): { links: Link[]; end: { seq: number; mac: string; seal: string } } {
  let head = GENESIS
  const links: Link[] = []
  for (const size of sizes) {
    const next = chain(
      mac,
      head,
      at,
      Array.from({ length: size }, (_, n) => record(n)),
    )
    links.push(...next.links)
    head = next.head
  }
  return { links, end: { ...head, seal: sealOf(mac, head) } }
}
function check(links: readonly Link[], end: { seq: number; mac: string; seal: string }, by = mac) {
  const checker = verifier(by)
  for (const { entry, detail } of links) {
    const broken = checker.next(entry, detail)
    if (broken) return broken
  }
  return checker.end(end)
}

describe('the chain', () => {
  test('is whole as it was written, however it was cut into transactions', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 6 }), (sizes) => {
        const { links, end } = written(...sizes)
        expect(links.map(({ entry }) => entry.seq)).toEqual(links.map((_, n) => n + 1))
        expect(check(links, end)).toBeNull()
      }),
    )
  })

  test('holds no values, only their salted digest', () => {
    const [one, two] = [written(1), written(1)]
    expect(JSON.stringify(one.links[0]?.entry)).not.toContain('Hoa')
    expect(one.links[0]?.entry.digest).not.toBe(two.links[0]?.entry.digest)
  })

  test('stays whole when details are erased', () => {
    const { links, end } = written(3)
    expect(
      check(
        links.map(({ entry }) => ({ entry, detail: null })),
        end,
      ),
    ).toBeNull()
  })

  const change = (field: string, entry: AuditEntry): AuditEntry => ({
    ...entry,
    [field]: field === 'at' ? new Date(0) : 'x',
  })

  test.each(['at', 'actor', 'action', 'subject', 'digest', 'mac'])('shows a changed %s', (field) => {
    const { links, end } = written(2, 3)
    const tampered = links.map((link, n) => (n === 2 ? { ...link, entry: change(field, link.entry) } : link))
    expect(check(tampered, end)).toEqual({ seq: 3, kind: 'changed' })
  })

  test('shows a changed detail', () => {
    const { links, end } = written(3)
    const tampered = links.map((link, n) => (n === 1 ? { ...link, detail: { salt: 'x', body: '{}' } } : link))
    expect(check(tampered, end)).toEqual({ seq: 2, kind: 'detail-changed' })
  })

  test('shows a missing entry, wherever it was', () => {
    const { links, end } = written(5)
    for (let gone = 0; gone < 4; gone++)
      expect(check(links.toSpliced(gone, 1), end)).toEqual({ seq: gone + 1, kind: 'missing' })
    expect(check(links.slice(0, -1), end)).toEqual({ seq: 5, kind: 'cut' })
  })

  test('shows entries that changed places', () => {
    const { links, end } = written(4)
    const [a, b, c, d] = links as [Link, Link, Link, Link]
    expect(check([a, c, b, d], end)).toEqual({ seq: 2, kind: 'missing' })
    const renumbered = { ...c, entry: { ...c.entry, seq: 2 } }
    expect(check([a, renumbered, b, d], end)).toEqual({ seq: 2, kind: 'changed' })
  })

  test('shows a cut tail, unless a head with its seal was kept', () => {
    const { links, end } = written(4)
    const [, , third] = links
    const cut = { seq: 3, mac: third?.entry.mac ?? '' }
    expect(check(links.slice(0, 3), { ...cut, seal: end.seal })).toEqual({ seq: 4, kind: 'cut' })
    expect(check(links.slice(0, 3), { ...cut, seal: sealOf(mac, cut) })).toBeNull()
  })

  test('is nobody’s who lacks the key', () => {
    const { links, end } = written(2)
    const other = (text: string) => createHmac('sha256', 'other').update(text).digest('base64url')
    expect(check(links, end, other)).toEqual({ seq: 1, kind: 'changed' })
  })
})
