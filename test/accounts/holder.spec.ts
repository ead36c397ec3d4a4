import { randomUUID } from 'node:crypto'
import { describe, expect, test } from '../support/jest.ts'
import fc from 'fast-check'
import {
  eachOnce,
  HOLDER_RIGHTS,
  holderChanges,
  HoldersAsked,
  slugOf,
  type HolderAsked,
} from '../../src/accounts/holder.ts'
import { AccountId } from '../../src/kernel/ids.ts'

const PEOPLE = Array.from({ length: 6 }, () => AccountId.parse(randomUUID()))
const holders = fc.uniqueArray(
  fc.record({ accountId: fc.constantFrom(...PEOPLE), rights: fc.constantFrom(...HOLDER_RIGHTS) }),
  { selector: ({ accountId }) => accountId },
)
const sorted = (list: readonly HolderAsked[]) => list.map(({ accountId, rights }) => `${accountId} ${rights}`).sort()

describe('the holders of a mailbox', () => {
  test('are in the end those who were asked for, whoever they were before', () => {
    fc.assert(
      fc.property(holders, holders, (present, asked) => {
        const { ended, begun } = holderChanges(present, asked)
        const left = present.filter((each) => !ended.includes(each))
        expect(sorted([...left, ...begun])).toEqual(sorted(asked))
        expect(new Set([...left, ...begun].map(({ accountId }) => accountId)).size).toBe(asked.length)
      }),
    )
  })

  test('do not change when nothing else is asked for', () => {
    fc.assert(
      fc.property(holders, (present) => {
        expect(holderChanges(present, [...present].reverse())).toEqual({ ended: [], begun: [] })
      }),
    )
  })

  test('are each counted once, with the wider of the rights that they were named with', () => {
    fc.assert(
      fc.property(holders, holders, (some, others) => {
        const once = eachOnce([...some, ...others])
        const all = [...some, ...others]
        expect(once.map(({ accountId }) => accountId).sort()).toEqual(
          [...new Set(all.map((each) => each.accountId))].sort(),
        )
        for (const each of once) {
          const full = all.some((one) => one.accountId === each.accountId && one.rights === 'full')
          expect(each.rights).toBe(full ? 'full' : 'read')
        }
      }),
    )
  })

  test('are each named once, and are not too many', () => {
    const [first = PEOPLE[0]] = PEOPLE
    const one = { accountId: first, rights: 'full' }
    expect(HoldersAsked.safeParse([one]).success).toBe(true)
    expect(HoldersAsked.safeParse([one, { ...one, rights: 'read' }]).error?.issues[0]?.message).toBe('twice')
    const many = Array.from({ length: 51 }, () => ({ accountId: randomUUID(), rights: 'read' }))
    expect(HoldersAsked.safeParse(many).error?.issues[0]?.message).toBe('too-many')
  })
})

test.each([
  ['vanthu-snv', 'vanthu-snv'],
  ['ubnd.tamgiang', 'ubnd.tamgiang'],
  ['100123', 'hop-thu-100123'],
  [`${'a'.repeat(55)}-b`, 'a'.repeat(55)],
])('the mailbox of %s is known as %s', (local, slug) => {
  expect(slugOf(local)).toBe(slug)
})
