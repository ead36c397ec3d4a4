import { z } from 'zod'
import { AccountId } from '../kernel/ids.ts'

/** What a holder may do: `read` only looks; `full` also files, deletes, and writes as the mailbox. */
export const HOLDER_RIGHTS = ['read', 'full'] as const
export type HolderRights = (typeof HOLDER_RIGHTS)[number]

/** How many people may hold one mailbox: more is a distribution list. */
export const HOLDERS_MAX = 50

/** Who is to hold a mailbox, as a request says it; nobody twice. */
export const HoldersAsked = z
  .array(z.object({ accountId: AccountId, rights: z.enum(HOLDER_RIGHTS) }))
  .max(HOLDERS_MAX, 'too-many')
  .refine((holders) => new Set(holders.map(({ accountId }) => accountId)).size === holders.length, 'twice')
export type HoldersAsked = z.infer<typeof HoldersAsked>
export type HolderAsked = HoldersAsked[number]

/** Nobody twice; somebody named with both rights has the wider ones. */
export const eachOnce = (asked: readonly HolderAsked[]): HolderAsked[] => [
  ...new Map(asked.toSorted((a) => (a.rights === 'read' ? -1 : 1)).map((each) => [each.accountId, each])).values(),
]

/** What must end and what must begin so that exactly those asked hold the mailbox; other rights are an end and a beginning. */
export function holderChanges<Present extends HolderAsked>(
  present: readonly Present[],
  asked: readonly HolderAsked[],
): { readonly ended: readonly Present[]; readonly begun: readonly HolderAsked[] } {
  const same = (a: HolderAsked, b: HolderAsked) => a.accountId === b.accountId && a.rights === b.rights
  return {
    ended: present.filter((each) => !asked.some((other) => same(each, other))),
    begun: asked.filter((each) => !present.some((other) => same(each, other))),
  }
}

/**
 * The name by which the directory and the mail store know a shared mailbox: its first address, which never changes
 * afterwards. Digits alone would look like somebody's account number.
 */
export const slugOf = (local: string): string =>
  // The directory and the mail store take 64 characters; there is room left for a number.
  (/^\d+$/.test(local) ? `hop-thu-${local}` : local).slice(0, 56).replace(/[.-]+$/, '')
