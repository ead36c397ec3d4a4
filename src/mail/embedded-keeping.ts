import { cp, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { TargetFault } from '../kernel/fault.ts'
import { isLogin } from './login.ts'
import type { ArchiveOutcome, ArchivePlace, ArchiveSize, MailStore, PurgeOutcome } from './mail.ts'

const mustBe = (login: string, no = 1): void => {
  if (!isLogin(login)) throw new TargetFault({ kind: 'refused', detail: `not a login: ${login}` })
  if (!Number.isSafeInteger(no) || no < 1) throw new TargetFault({ kind: 'refused', detail: `not an archive: ${no}` })
}

/** The letters of a mailbox or of an archive of one, in all folders; none where there is no such folder. */
async function sizeOf(folder: string): Promise<ArchiveSize> {
  const names = await readdir(folder, { recursive: true }).catch(() => [])
  const sizes = await Promise.all(
    names.filter((name) => name.endsWith('.eml')).map(async (name) => (await stat(join(folder, name))).size),
  )
  return { messages: sizes.length, bytes: sizes.reduce((sum, bytes) => sum + bytes, 0) }
}
const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

/** The demo's archives: copies of the mailboxes' folders, in `archive/<login>-<no>` beside them. */
export function embeddedKeeping(
  root: string,
): Pick<MailStore, 'archive' | 'restore' | 'purge' | 'discard' | 'lastSignIns'> {
  const homeOf = (login: string): string => join(root, 'mailboxes', login)
  const archiveOf = ({ login, no }: ArchivePlace): string => join(root, 'archive', `${login}-${no}`)

  const told = async <Outcome>(work: () => Promise<Outcome>) => {
    try {
      return await work()
    } catch (error) {
      if (error instanceof TargetFault) return { status: 'fault', fault: error.fault } as const
      return { status: 'fault', fault: { kind: 'unreachable', detail: `${root}: ${String(error)}` } } as const
    }
  }

  const archiveOne = (place: ArchivePlace): Promise<ArchiveOutcome> =>
    told(async () => {
      mustBe(place.login, place.no)
      const [home, archive] = [homeOf(place.login), archiveOf(place)]
      if (!(await isThere(home))) throw new TargetFault({ kind: 'refused', detail: `${place.login}: no such mailbox` })
      const [source, before] = [await sizeOf(home), await sizeOf(archive)]
      if (before.messages > source.messages)
        throw new TargetFault({
          kind: 'refused',
          detail: `${place.login}: the archive holds ${before.messages} messages, the mailbox only ${source.messages}`,
        })
      await cp(home, archive, { recursive: true, preserveTimestamps: true })
      const found = await sizeOf(archive)
      if (found.messages === (await sizeOf(home)).messages) return { status: 'done', ...found }
      throw new TargetFault({ kind: 'outcome-unknown', detail: `${place.login}: something arrived meanwhile` })
    })

  const restoreOne = (place: ArchivePlace & ArchiveSize): Promise<ArchiveOutcome> =>
    told(async () => {
      mustBe(place.login, place.no)
      const held = await sizeOf(archiveOf(place))
      if (held.messages !== place.messages || held.bytes !== place.bytes)
        throw new TargetFault({
          kind: 'refused',
          detail: `${place.login}: the archive holds ${held.messages} messages instead of ${place.messages}`,
        })
      // The settings beside the letters are those of now.
      const filter = (path: string) => !path.endsWith('mailbox.json')
      if (held.messages > 0) await cp(archiveOf(place), homeOf(place.login), { recursive: true, filter })
      return { status: 'done', ...(await sizeOf(homeOf(place.login))) }
    })

  const remove = (path: string): Promise<PurgeOutcome> =>
    told(async () => {
      if (!(await isThere(path))) return { status: 'absent' }
      await rm(path, { recursive: true, force: true })
      if (await isThere(path)) throw new TargetFault({ kind: 'outcome-unknown', detail: `${path} is still there` })
      return { status: 'purged' }
    })

  return {
    archive: (places) => Promise.all(places.map(archiveOne)),
    restore: (places) => Promise.all(places.map(restoreOne)),
    purge: (logins) =>
      Promise.all(
        logins.map((login) =>
          told(() => {
            mustBe(login)
            return remove(homeOf(login))
          }),
        ),
      ),
    discard: (places) =>
      Promise.all(
        places.map((place) =>
          told(() => {
            mustBe(place.login, place.no)
            return remove(archiveOf(place))
          }),
        ),
      ),
    lastSignIns: () => {
      const detail = 'the embedded mail store has no IMAP, so nobody signs in to it'
      return Promise.reject(new TargetFault({ kind: 'refused', detail }))
    },
  }
}
