import { TargetFault } from '../kernel/fault.ts'
import { connect, LdapFault, type LdapConnection } from './connection.ts'
import type { DirectoryEntry } from './directory.ts'
import { dnKey } from './dn.ts'
import type { Leave } from './ensure.ts'
import { surveyed } from './measure.ts'
import { anyOf, equal, present, valuesOf, type LdapEntry, type LdapFilter, type LdapSettings } from './operations.ts'
import { CODES } from './result-codes.ts'
import { ReadingCut, SECRET_VALUE, type AskWanted, type DirectorySurvey, type Surveyed } from './survey.ts'
import { READ_ATTRIBUTES, wantedOf, type Wanted } from './wanted.ts'

const PAGE = 200
/** Results with which a server ends an answer that it could have gone on with: time, size, administrative (RFC 4511, 4.1.9). */
const LIMITS: readonly number[] = [3, CODES.sizeLimitExceeded, 11]
// So many entries are looked up by one search.
const CHUNK = 100

/** Accounts and groups, and whatever looks like one; not the containers, services and policies beside them. */
const LIKE_OURS: LdapFilter = anyOf([
  ...['congvuMailAccount', 'congvuGroup', 'person'].map((name) => equal('objectClass', name)),
  ...['congvuId', 'mail', 'uid'].map(present),
])

/** Reading an LDAP directory to compare it. Each verb has a connection of its own: one that reads for long holds up nobody. */
export function ldapSurvey(
  settings: LdapSettings,
  leave: () => Promise<Leave> = () => Promise.resolve(new Set()),
): DirectorySurvey {
  const base = settings.baseDn

  async function once<Result>(work: (connection: LdapConnection) => Promise<Result>): Promise<Result> {
    const connection = await connect(settings)
    try {
      return await work(connection)
    } finally {
      await connection.close()
    }
  }

  async function* survey(ask: AskWanted): AsyncGenerator<readonly Surveyed[]> {
    const left = await leave()
    const connection = await connect(settings)
    try {
      const options = { scope: 'sub', filter: LIKE_OURS, attributes: READ_ATTRIBUTES, pageSize: PAGE } as const
      for await (const page of connection.pages(base, options)) yield await compared(page, ask, left)
    } catch (error) {
      if (isGone(error)) return
      if (error instanceof LdapFault && LIMITS.includes(error.code ?? -1))
        throw new ReadingCut(error.fault, { cause: error })
      throw error
    } finally {
      await connection.close()
    }
  }

  async function look(
    entries: readonly DirectoryEntry[],
    remoteIds: readonly string[] = [],
    ids: readonly string[] = [],
  ): Promise<Surveyed[]> {
    const wanted = entries.map(wantedOf)
    const filters = [
      ...wanted.map(related),
      ...remoteIds.map((id) => [equal('entryUUID', id)]),
      ...ids.map((id) => [equal('congvuId', id)]),
    ]
    const byId = new Map(wanted.map((one) => [one.id.toLowerCase(), one]))
    const left = await leave()
    return once(async (connection) => {
      const found = new Map<string, Surveyed>()
      for (let start = 0; start < filters.length; start += CHUNK) {
        const filter = anyOf(filters.slice(start, start + CHUNK).flat())
        const options = { scope: 'sub', filter, attributes: READ_ATTRIBUTES } as const
        for (const entry of await unlessGone(connection.search(base, options)))
          found.set(entry.dn, against(entry, byId, left))
      }
      return [...found.values()]
    })
  }

  const byRemoteId = (connection: LdapConnection, remoteId: string): Promise<LdapEntry[]> => {
    const options = { scope: 'sub', filter: equal('entryUUID', remoteId), attributes: ['entryUUID'] } as const
    return unlessGone(connection.search(base, options))
  }

  return {
    survey,
    look,
    describe: (entry) =>
      Object.entries(wantedOf(entry).attributes)
        .filter(([, values]) => values.length > 0)
        .map(([attribute, values]) => ({
          attribute,
          should: attribute === 'userPassword' ? values.map(() => SECRET_VALUE) : values,
        })),
    removeEntry: ({ dn, remoteId }) =>
      once(async (connection) => {
        const [entry] = await byRemoteId(connection, remoteId)
        if (!entry) return
        if (dnKey(entry.dn) !== dnKey(dn))
          throw new TargetFault({ kind: 'refused', detail: `the entry is ${entry.dn} by now, and not ${dn}` })
        await connection.del(entry.dn)
        if ((await byRemoteId(connection, remoteId)).length > 0)
          throw new TargetFault({ kind: 'outcome-unknown', detail: `${dn} was deleted and is still there` })
      }),
    state: () =>
      once(async (connection) => {
        const options = { scope: 'base', filter: present('objectClass'), attributes: ['contextCSN'] } as const
        const [top] = await unlessGone(connection.search(base, options))
        return { csn: top === undefined ? [] : valuesOf(top, 'contextCSN') }
      }),
  }
}

/** The base itself is not there: the directory was emptied, and holds nothing. */
const isGone = (error: unknown): boolean => error instanceof LdapFault && error.code === CODES.noSuchObject
const unlessGone = (search: Promise<LdapEntry[]>): Promise<LdapEntry[]> =>
  search.catch((error: unknown) => {
    if (isGone(error)) return []
    throw error
  })

const related = ({ id, attributes }: Wanted): LdapFilter[] => [
  equal('congvuId', id),
  ...(attributes['uid'] ?? []).map((uid) => equal('uid', uid)),
  ...[...(attributes['mail'] ?? []), ...(attributes['congvuAlias'] ?? [])].flatMap((address) => [
    equal('mail', address),
    equal('congvuAlias', address),
  ]),
]

async function compared(page: readonly LdapEntry[], ask: AskWanted, left: Leave): Promise<readonly Surveyed[]> {
  const ids = page.flatMap((entry) => valuesOf(entry, 'congvuId').slice(0, 1))
  const wanted = await ask(ids)
  const byId = new Map(wanted.map((entry) => [entry.id.toLowerCase(), wantedOf(entry)]))
  return page.map((entry) => against(entry, byId, left))
}

const against = (entry: LdapEntry, byId: ReadonlyMap<string, Wanted>, left: Leave): Surveyed =>
  surveyed(entry, byId.get(valuesOf(entry, 'congvuId')[0]?.toLowerCase() ?? '') ?? null, left)
