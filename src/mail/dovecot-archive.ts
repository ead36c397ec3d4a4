import { z } from 'zod'
import { TargetFault } from '../kernel/fault.ts'
import { explain, kindOf } from './doveadm.ts'
import type { Answer, Command, Doveadm } from './doveadm.ts'
import { foldersBelow, namesIn } from './dovecot-purge.ts'
import type { ArchiveOutcome, ArchivePlace, ArchiveSize } from './mail.ts'

const Folders = z.array(
  z.object({ mailbox: z.string(), messages: z.coerce.number().int(), vsize: z.coerce.number().int() }),
)
/** Folders that others share with the user; they are those others' to archive. */
const SHARED = 'shared/'
/** How Dovecot names a message in a maildir: its size as it travels is part of the name. */
const SIZED = /,W=(\d+)/

const size = (user: string): Command => ['mailboxStatus', { user, field: ['messages', 'vsize'], mailboxMask: ['*'] }]

/** What a mailbox holds, by Dovecot's own count. */
function counted(answer: Answer | undefined): ArchiveSize {
  if (answer?.ok !== true) throw faultFor(answer)
  const own = Folders.parse(answer.answer).filter(({ mailbox }) => !mailbox.startsWith(SHARED))
  return {
    messages: own.reduce((sum, folder) => sum + folder.messages, 0),
    bytes: own.reduce((sum, folder) => sum + folder.vsize, 0),
  }
}

/** What a maildir on the disk holds, by the names of its files: another way than the one by which it was written. */
async function onDisk(server: Doveadm, root: string): Promise<ArchiveSize> {
  const folders = (await foldersBelow(server, [root])).filter((path) => /\/(cur|new)$/.test(path))
  const names = (folders.length === 0 ? [] : await namesIn(server, 'fsIter', folders)).flat()
  return {
    messages: names.length,
    bytes: names.reduce((sum, name) => sum + Number(SIZED.exec(name)?.[1] ?? Number.NaN), 0),
  }
}

const same = (a: ArchiveSize, b: ArchiveSize): boolean =>
  a.messages === b.messages && (a.bytes === b.bytes || Number.isNaN(a.bytes) || Number.isNaN(b.bytes))
const told = ({ messages, bytes }: ArchiveSize): string => `${messages} messages of ${bytes} bytes`
const faultFor = (answer: Answer | undefined): TargetFault => {
  const code = answer?.ok === false ? answer.exitCode : 75
  return new TargetFault({ kind: kindOf(code), detail: explain(code) })
}

const outcome = (work: Promise<ArchiveSize>): Promise<ArchiveOutcome> =>
  work.then(
    (found): ArchiveOutcome => ({ status: 'done', ...found }),
    (error: unknown): ArchiveOutcome => {
      if (error instanceof TargetFault) return { status: 'fault', fault: error.fault }
      throw error
    },
  )

/**
 * One mailbox into a maildir of its own, with Dovecot's dsync: folders, flags and unique numbers as they are. Where the archive
 * is on the same disk it makes links and takes no room. What is then in the archive is counted by the names of its files, and
 * must be what Dovecot counts in the mailbox afterwards. `backup` also takes away what the mailbox no longer has: an archive
 * that holds more than the mailbox is left alone, else one that is asked for again after the mailbox was deleted would be lost.
 */
export const archiveOne = (server: Doveadm, { login }: ArchivePlace, maildir: string): Promise<ArchiveOutcome> =>
  outcome(
    (async () => {
      const [asked] = await server.run([size(login)], { mutates: false })
      const [source, before] = [counted(asked), await onDisk(server, maildir)]
      if (before.messages > source.messages)
        throw new TargetFault({
          kind: 'refused',
          detail: `${login}: the archive holds ${told(before)}, the mailbox only ${told(source)}; it was left as it is`,
        })
      const [backup, status] = await server.run(
        [['backup', { user: login, destination: [`maildir:${maildir}`] }], size(login)],
        { mutates: true },
      )
      if (backup?.ok !== true) throw faultFor(backup)
      const [wanted, found] = [counted(status), await onDisk(server, maildir)]
      if (!same(wanted, found)) throw differs(`${login}: the archive holds ${told(found)}, the mailbox ${told(wanted)}`)
      return { messages: found.messages, bytes: wanted.bytes }
    })(),
  )

/** The archive's messages back into the mailbox, beside those that have come since; the archive stays as it is. */
export const restoreOne = (
  server: Doveadm,
  { login, messages, bytes }: ArchivePlace & ArchiveSize,
  maildir: string,
): Promise<ArchiveOutcome> =>
  outcome(
    (async () => {
      const held = await onDisk(server, maildir)
      if (!same(held, { messages, bytes }))
        throw new TargetFault({
          kind: 'refused',
          detail: `${login}: the archive holds ${told(held)}, and ${told({ messages, bytes })} were put into it`,
        })
      if (messages === 0) return held
      const [sync, status] = await server.run(
        [
          ['sync', { user: login, destination: [`maildir:${maildir}`], onewaySync: true, reverseSync: true }],
          size(login),
        ],
        { mutates: true },
      )
      if (sync?.ok !== true) throw faultFor(sync)
      const now = counted(status)
      if (now.messages < messages)
        throw differs(`${login}: of ${told({ messages, bytes })} only ${told(now)} came back`)
      return now
    })(),
  )

/** Something may have arrived meanwhile: asked again, it comes right. */
const differs = (detail: string): TargetFault => new TargetFault({ kind: 'outcome-unknown', detail })
