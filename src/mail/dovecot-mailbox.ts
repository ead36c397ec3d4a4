import { z } from 'zod'
import type { Fault } from '../kernel/fault.ts'
import { EXIT, explain, kindOf } from './doveadm.ts'
import type { Answer, Command } from './doveadm.ts'
import { FOLDERS } from './mail.ts'
import type { Mailbox, MailUsage } from './mail.ts'

const User = z.record(z.string(), z.object({ home: z.string().optional() }))
const Folders = z.array(z.object({ mailbox: z.string() }))
const Rows = z.array(z.unknown())
// Sizes in KiB; an absent limit is printed as `-`.
const Quota = z.array(z.object({ type: z.string(), value: z.string(), limit: z.string() }))

/** The cheapest proof of a mailbox that 2.3 has: who it is, whether its home holds anything, its folders, its quota. */
export const lookAt = (login: string, home: string): Command[] => [
  ['user', { userMask: [login] }],
  ['fsIterDirs', { fsDriver: 'posix', fsArgs: '', path: home }],
  ['mailboxList', { user: login, mailboxMask: FOLDERS }],
  ['quotaGet', { user: login }],
]

export const parseFolders = (answer: unknown): { readonly missing: readonly string[] } => {
  const there = new Set((Folders.safeParse(answer).data ?? []).map((row) => row.mailbox))
  return { missing: FOLDERS.filter((folder) => !there.has(folder)) }
}

/** What the quota plugin counts, which leaves out what others share with the user. A limit of 0 is none. */
export const quotaOf = (answer: unknown): MailUsage => {
  const rows = Quota.safeParse(answer).data ?? []
  const number = (type: string, field: 'value' | 'limit'): number =>
    Number(rows.find((row) => row.type === type)?.[field]) || 0
  return {
    usedBytes: number('STORAGE', 'value') * 1024,
    quotaBytes: number('STORAGE', 'limit') * 1024,
    messages: number('MESSAGE', 'value'),
  }
}

/** The home that Dovecot's user database builds, without a slash at its end; null when it knows no such user. */
export const userHome = (answer: unknown): string | null =>
  Object.values(User.safeParse(answer).data ?? {})[0]?.home?.replace(/\/+$/, '') ?? null

/** The limit in MB; 0 is none. */
export const limitOf = (answer: unknown): number => quotaOf(answer).quotaBytes / 1024 ** 2

type Seen = {
  /** The home held nothing before this look. */
  readonly fresh: boolean
  readonly missing: readonly string[]
  readonly fault: Fault | null
  /** The fault may be an old answer from Dovecot's auth cache. */
  readonly perhapsCached: boolean
}

/** Judges the answers to `lookAt`. */
export function wrongWith(mailbox: Mailbox, home: string, answers: readonly Answer[]): Seen {
  const [user, dirs, list, quota] = answers.map((answer) => (answer.ok ? answer.answer : null))
  const fresh = Rows.safeParse(dirs).data?.length === 0
  const faulty = (kind: Fault['kind'], detail: string, perhapsCached: boolean): Seen => ({
    fresh,
    missing: [],
    fault: { kind, detail: `${mailbox.login}: ${detail}` },
    perhapsCached,
  })
  const failed = answers.find((answer) => !answer.ok)
  if (failed) return faulty(kindOf(failed.exitCode), explain(failed.exitCode), failed.exitCode === EXIT.noSuchUser)
  const itsHome = userHome(user) ?? '(none)'
  if (itsHome !== home)
    return faulty('refused', `Dovecot's home is ${itsHome}, and by DOVEADM_MAIL_HOME it should be ${home}`, true)
  const limitMb = limitOf(quota)
  if (limitMb !== mailbox.quotaMb)
    return faulty('refused', `Dovecot's quota is ${limitMb} MB, wanted are ${mailbox.quotaMb} MB`, true)
  return { fresh, missing: parseFolders(list).missing, fault: null, perhapsCached: false }
}
