import type { Fault } from '../kernel/fault.ts'
import { TargetFault } from '../kernel/fault.ts'
import { archiveOne, restoreOne } from './dovecot-archive.ts'
import { lastSignInsOf } from './dovecot-last-sign-in.ts'
import { deleteTrees, posix } from './dovecot-purge.ts'
import { doveadm, EXIT, explain, kindOf } from './doveadm.ts'
import type { DoveadmSettings } from './doveadm.ts'
import { isLogin } from './login.ts'
import type { ArchiveOutcome, ArchivePlace, MailStore, PurgeOutcome } from './mail.ts'

/** Milliseconds that copying or deleting may take; cut short, it goes on from there the next time. */
const HEAVY_MS = 60_000
/** Trees that are deleted together: some fifty commands each. */
const TREES = 10
const LOGINS = 200

const chunks = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size))

/** What keeps a name or a number out of a path; null when nothing does. */
function faultWith(login: string, no = 1): Fault | null {
  if (!isLogin(login)) return { kind: 'refused', detail: `not a login: ${login}` }
  return Number.isSafeInteger(no) && no > 0 ? null : { kind: 'refused', detail: `not an archive: ${no}` }
}
const faultOf = (error: unknown): Fault => {
  if (error instanceof TargetFault) return error.fault
  throw error
}

/** The part of the Dovecot store that keeps, brings back and deletes, on connections with more patience. */
export function dovecotKeeping(
  settings: DoveadmSettings & { readonly mailHome: string; readonly archiveHome: string },
) {
  const { mailHome } = settings
  const archiveHome = settings.archiveHome.replace(/\/+$/, '')
  const server = doveadm({ ...settings, timeoutMs: Math.max(settings.timeoutMs, HEAVY_MS) })
  const homeOf = (login: string): string => `${mailHome}/${login}`
  const archiveOf = ({ login, no }: ArchivePlace): string => `${archiveHome}/${login}-${no}`

  /** One after the other; whoever wants several at a time asks for each of them. */
  async function each<Place extends ArchivePlace>(
    places: readonly Place[],
    work: (place: Place, maildir: string) => Promise<ArchiveOutcome>,
  ): Promise<ArchiveOutcome[]> {
    const outcomes: ArchiveOutcome[] = []
    for (const place of places) {
      const fault = faultWith(place.login, place.no)
      outcomes.push(fault ? { status: 'fault', fault } : await work(place, `${archiveOf(place)}/Maildir`))
    }
    return outcomes
  }

  /** Throws TargetFault unless the folder is there: a disk that is not mounted must not look like an empty one. */
  async function mustBeThere(folder: string): Promise<void> {
    const [root] = await server.run([['fsStat', posix(folder)]], { mutates: false })
    if (root?.ok !== false) return
    const detail = root.exitCode === EXIT.notFound ? `the mail server has no folder ${folder}` : explain(root.exitCode)
    throw new TargetFault({ kind: kindOf(root.exitCode), detail })
  }

  async function deleteAll<Place>(
    places: readonly Place[],
    root: string,
    pathOf: (place: Place) => { readonly path: string; readonly fault: Fault | null },
  ): Promise<PurgeOutcome[]> {
    const outcomes = new Map<Place, PurgeOutcome>()
    const sound = places.filter((place) => {
      const { fault } = pathOf(place)
      if (fault) outcomes.set(place, { status: 'fault', fault })
      return fault === null
    })
    for (const batch of chunks(sound, TREES)) {
      const done = await mustBeThere(root)
        .then(() =>
          deleteTrees(
            server,
            batch.map((place) => pathOf(place).path),
          ),
        )
        .catch((error: unknown) => batch.map(() => faultOf(error)))
      batch.forEach((place, index) => outcomes.set(place, outcomeOf(done[index])))
    }
    return places.map((place) => outcomes.get(place) ?? outcomeOf(undefined))
  }

  const verbs = {
    archive: (places) => each(places, (place, maildir) => archiveOne(server, place, maildir)),
    restore: (places) => each(places, (place, maildir) => restoreOne(server, place, maildir)),
    purge: (logins) => deleteAll(logins, mailHome, (login) => ({ path: homeOf(login), fault: faultWith(login) })),
    discard: (places) =>
      deleteAll(places, archiveHome, (place) => ({ path: archiveOf(place), fault: faultWith(place.login, place.no) })),
    async lastSignIns(logins) {
      const wrong = logins.map((login) => faultWith(login)).find((fault) => fault !== null)
      if (wrong) throw new TargetFault(wrong)
      const found: [string, Date][] = []
      for (const batch of chunks(logins, LOGINS)) found.push(...(await lastSignInsOf(server, batch, homeOf)))
      return new Map(found)
    },
  } satisfies Pick<MailStore, 'archive' | 'restore' | 'purge' | 'discard' | 'lastSignIns'>

  return { verbs, close: () => server.close() }
}

function outcomeOf(done: boolean | Fault | undefined): PurgeOutcome {
  if (typeof done === 'boolean') return { status: done ? 'purged' : 'absent' }
  const fault = done ?? { kind: 'outcome-unknown', detail: 'Dovecot left this one out of its answer' }
  return { status: 'fault', fault }
}
