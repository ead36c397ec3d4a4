import { describe, expect, test } from '../support/jest.ts'
import fc from 'fast-check'
import { accessChanges, type FolderAccess } from '../../src/mail/dovecot-access.ts'
import type { Access } from '../../src/mail/mail.ts'

const READ = 'lookup read write-seen'
const FULL = 'create delete expunge insert lookup post read write write-deleted write-seen'
const list = (folder: string, entries: Readonly<Record<string, string>>): FolderAccess => ({
  folder,
  entries: new Map(Object.entries(entries)),
})
const people = ['100001', '100002', '100003', '100004']
const access: fc.Arbitrary<Access[]> = fc.uniqueArray(
  fc.record({ login: fc.constantFrom(...people), rights: fc.constantFrom('read' as const, 'full' as const) }),
  { selector: ({ login }) => login },
)
const lists: fc.Arbitrary<FolderAccess[]> = fc
  .uniqueArray(fc.constantFrom('INBOX', 'Sent', 'Trash', '2026'), { minLength: 1 })
  .chain((folders) =>
    fc.tuple(
      ...[...new Set(['INBOX', ...folders])].map((folder) =>
        fc
          .dictionary(
            fc.constantFrom(...people.map((login) => `user=${login}`), 'anyone', '-user=100001', 'group=x'),
            fc.constantFrom(READ, FULL, 'lookup', 'admin lookup read'),
          )
          .map((entries) => list(folder, entries)),
      ),
    ),
  )

/** What the lists are once Dovecot has done what it was told. */
function after(before: readonly FolderAccess[], changes: ReturnType<typeof accessChanges>): FolderAccess[] {
  const now = before.map(({ folder, entries }) => ({ folder, entries: new Map(entries) }))
  for (const [command, { mailbox, id, right }] of changes) {
    const entries = now.find(({ folder }) => folder === mailbox)?.entries
    if (command === 'aclDelete') entries?.delete(String(id))
    else entries?.set(String(id), [...(right as string[])].sort().join(' '))
  }
  return now
}

describe('the access lists of a mailbox', () => {
  test('come to what is wanted, whatever they were, and then stay', () => {
    fc.assert(
      fc.property(access, lists, (wanted, before) => {
        const now = after(before, accessChanges('vanthu', wanted, before))
        expect(accessChanges('vanthu', wanted, now)).toEqual([])
        const inbox = now.find(({ folder }) => folder === 'INBOX')
        const lines = wanted.map(({ login, rights }) => [`user=${login}`, rights === 'full' ? FULL : READ])
        expect(Object.fromEntries(inbox?.entries ?? [])).toEqual(Object.fromEntries(lines))
        for (const { entries } of now) for (const [id, rights] of entries) expect(inbox?.entries.get(id)).toBe(rights)
      }),
    )
  })

  test('name the holders in the inbox only; a folder that one of them made repeats them, which is well', () => {
    const wanted: Access[] = [{ login: '100001', rights: 'full' }]
    const mine = { 'user=100001': FULL }
    expect(accessChanges('vanthu', wanted, [list('INBOX', {}), list('Sent', {})])).toMatchObject([
      ['aclSet', { user: 'vanthu', mailbox: 'INBOX', id: 'user=100001' }],
    ])
    expect(accessChanges('vanthu', wanted, [list('INBOX', mine), list('Sent', {}), list('2026', mine)])).toEqual([])
    expect(accessChanges('vanthu', [], [list('INBOX', mine), list('2026', mine)])).toMatchObject([
      ['aclDelete', { mailbox: 'INBOX', id: 'user=100001' }],
      ['aclDelete', { mailbox: '2026', id: 'user=100001' }],
    ])
  })
})
