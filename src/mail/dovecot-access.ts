import { z } from 'zod'
import { TargetFault, type Fault } from '../kernel/fault.ts'
import { EXIT, explain, kindOf } from './doveadm.ts'
import type { Answer, Command, Doveadm } from './doveadm.ts'
import type { Access, Mailbox } from './mail.ts'

/** Rights as Dovecot names them. Read marks are each reader's own. */
const READ = ['lookup', 'read', 'write-seen'] as const
const RIGHTS: Readonly<Record<Access['rights'], readonly string[]>> = {
  read: READ,
  full: [...READ, 'write', 'write-deleted', 'insert', 'post', 'expunge', 'create', 'delete'],
}
const COMMANDS = 200

const Folders = z.array(z.object({ mailbox: z.string() }))
const Rights = z.array(z.object({ rights: z.string() }))
const Entries = z.array(z.object({ id: z.string(), global: z.string(), rights: z.string() }))

type Shared = Mailbox & { readonly access: readonly Access[] }
/** One folder's own access list; what the server's configuration says of all folders is not in it. */
export type FolderAccess = { readonly folder: string; readonly entries: ReadonlyMap<string, string> }

const plain = (rights: readonly string[]): string => [...rights].sort().join(' ')

/**
 * What brings a mailbox's access lists to what is wanted. The inbox's list is that of all folders
 * (`acl_defaults_from_inbox`), so it names exactly those wanted; any other folder may repeat one of its lines, as Dovecot
 * does when somebody makes a folder, and nothing else.
 */
export function accessChanges(login: string, access: readonly Access[], lists: readonly FolderAccess[]): Command[] {
  const wanted = new Map(access.map((each) => [`user=${each.login}`, RIGHTS[each.rights]]))
  return lists.flatMap(({ folder: mailbox, entries }): Command[] => {
    const at = { user: login, mailbox }
    const differs = (id: string, rights: readonly string[]) => entries.get(id) !== plain(rights)
    const wrong = [...entries.keys()].filter((id) => {
      const rights = wanted.get(id)
      return rights === undefined || (mailbox !== 'INBOX' && differs(id, rights))
    })
    const due = mailbox === 'INBOX' ? [...wanted].filter(([id, rights]) => differs(id, rights)) : []
    return [
      ...wrong.map((id): Command => ['aclDelete', { ...at, id }]),
      ...due.map(([id, right]): Command => ['aclSet', { ...at, id, right }]),
    ]
  })
}

type Done = { readonly changed: boolean; readonly fault: Fault | null }

/** Brings the access lists of shared mailboxes to what is wanted, in every folder, and reads them back. Throws TargetFault. */
export async function ensureAccess(server: Doveadm, mailboxes: readonly Shared[]): Promise<Done[]> {
  const seen = await listsOf(server, mailboxes)
  const changes = seen.map(({ mailbox, lists }) => accessChanges(mailbox.login, mailbox.access, lists))
  // Who sees the mailbox among their folders is noted apart from the lists, and may have been lost by itself.
  const recalculate = mailboxes.map(({ login: user }): Command => ['aclRecalc', { user }])
  await inBatches(server, [...changes.flat(), ...recalculate], true)
  const changed = mailboxes.filter((_, index) => (changes[index]?.length ?? 0) > 0)
  const again = new Map((await listsOf(server, changed)).map((one) => [one.mailbox, one]))
  const shutOut = await whoCannotOpen(server, mailboxes)
  return seen.map(({ mailbox, fault }, index): Done => {
    const now = again.get(mailbox)
    const cannot = shutOut[index] ?? null
    if (fault ?? now?.fault ?? cannot) return { changed: false, fault: fault ?? now?.fault ?? cannot }
    const left = now === undefined ? [] : accessChanges(mailbox.login, mailbox.access, now.lists)
    const detail = `${mailbox.login}: Dovecot said that it changed the access list, and it is not so`
    return left.length === 0
      ? { changed: now !== undefined, fault: null }
      : { changed: false, fault: { kind: 'refused', detail } }
  })
}

/** The holders' side, in a folder that has no list of its own; somebody whom the directory does not show yet is passed over. */
async function whoCannotOpen(server: Doveadm, mailboxes: readonly Shared[]): Promise<(Fault | null)[]> {
  const pairs = mailboxes.flatMap(({ login, access }) => access.map((holder) => ({ login, holder })))
  const answers = await inBatches(
    server,
    pairs.map(({ login, holder }): Command => ['aclRights', { user: holder.login, mailbox: `shared/${login}/Sent` }]),
    false,
  )
  const faults = pairs.map(({ login, holder }, index): [string, Fault | null] => {
    const answer = answers[index]
    if (answer?.ok === false && answer.exitCode === EXIT.noSuchUser) return [login, null]
    if (answer?.ok === false && answer.exitCode !== EXIT.notFound)
      return [login, { kind: kindOf(answer.exitCode), detail: `${login}: ${explain(answer.exitCode)}` }]
    const rights = answer?.ok ? (Rights.safeParse(answer.answer).data?.[0]?.rights ?? '') : ''
    if (plain(rights.split(' ')) === plain(RIGHTS[holder.rights])) return [login, null]
    const detail = `${holder.login} does not open ${login} as it should: look at namespace shared and acl_defaults_from_inbox`
    return [login, { kind: 'refused', detail }]
  })
  return mailboxes.map(({ login }) => faults.find(([of, fault]) => of === login && fault !== null)?.[1] ?? null)
}

/** The access lists of all folders of these mailboxes. */
export async function listsOf(
  server: Doveadm,
  mailboxes: readonly Shared[],
): Promise<{ mailbox: Shared; lists: FolderAccess[]; fault: Fault | null }[]> {
  if (mailboxes.length === 0) return []
  const listed = await inBatches(
    server,
    mailboxes.map(({ login }): Command => ['mailboxList', { user: login, mailboxMask: ['*'] }]),
    false,
  )
  const folders = listed.map((answer) =>
    answer.ok ? (Folders.safeParse(answer.answer).data ?? []).map((row) => row.mailbox) : [],
  )
  const read = await inBatches(
    server,
    mailboxes.flatMap(({ login: user }, index) =>
      (folders[index] ?? []).map((mailbox): Command => ['aclGet', { user, mailbox }]),
    ),
    false,
  )
  let start = 0
  return mailboxes.map((mailbox, index) => {
    const names = folders[index] ?? []
    const answers = read.slice(start, (start += names.length))
    const failed = [listed[index], ...answers].find((answer) => answer?.ok === false)
    if (failed?.ok !== false)
      return { mailbox, lists: names.map((folder, n) => ({ folder, entries: entriesOf(answers[n]) })), fault: null }
    const detail = `access list of ${mailbox.login}: ${explain(failed.exitCode)}`
    return { mailbox, lists: [], fault: { kind: kindOf(failed.exitCode), detail } }
  })
}

function entriesOf(answer: Answer | undefined): Map<string, string> {
  const parsed = answer?.ok ? Entries.safeParse(answer.answer) : null
  if (!parsed?.success)
    throw new TargetFault({
      kind: 'refused',
      detail: 'Dovecot does not show an access list: is its acl plugin loaded?',
    })
  return new Map(
    parsed.data.filter(({ global }) => global === '').map(({ id, rights }) => [id, plain(rights.split(' '))]),
  )
}

async function inBatches(server: Doveadm, commands: readonly Command[], mutates: boolean): Promise<Answer[]> {
  const answers: Answer[] = []
  for (let start = 0; start < commands.length; start += COMMANDS)
    answers.push(...(await server.run(commands.slice(start, start + COMMANDS), { mutates })))
  return answers
}
