import type { DirectoryEntry } from '../directory/directory.ts'
import { dnKey, type DirectorySurvey, type Surveyed } from '../directory/survey.ts'
import type { MailStore } from '../mail/mail.ts'
import type { Wanted } from '../provisioning/wanted.ts'
import { isInFlight, isSteady, judgeStranger, judgeSubject, type Found, type Owners } from './compare.ts'
import * as ledger from './ledger-store.ts'

const CHUNK = 100

/** What is wanted of an identity: its revision, and whether nothing of it should be left. */
export type Wants = { readonly revision: number; readonly absent: boolean }

/** What is wanted of these identities, as the directory takes it; of those of which nothing should be left, only that. */
export async function wantedOf(
  wanted: Wanted,
  ids: readonly string[],
): Promise<{ entries: DirectoryEntry[]; wants: ReadonlyMap<string, Wants> }> {
  const wants = new Map<string, Wants>()
  const entries: DirectoryEntry[] = []
  if (ids.length === 0) return { entries, wants }
  for (const account of await wanted.accounts(ids)) {
    const absent = account.presence === 'absent'
    wants.set(account.id, { revision: account.revision, absent })
    if (!absent) entries.push({ kind: 'account', ...account, mayCreate: true })
  }
  if (wants.size < ids.length)
    for (const group of await wanted.groups(ids.filter((id) => !wants.has(id)))) {
      wants.set(group.id, { revision: group.revision, absent: false })
      entries.push(group)
    }
  return { entries, wants }
}

export type Verified = { readonly found: Found[]; readonly present: number; readonly moving: string[] }

/**
 * The second look, at those few that the first look found odd: each is read between two looks at the ledger, and what moved
 * meanwhile, or is on its way, is no finding.
 */
export function verifierOf(deps: {
  sql: ledger.Sql
  directory: DirectorySurvey
  mail: Pick<MailStore, 'occupied'>
  wanted: Wanted
  domain: string
}) {
  const { sql, directory, mail, wanted, domain } = deps

  /** Everybody who claims what these entries claim: among themselves, and whom the database gives it to. */
  async function ownersOf(entries: readonly Surveyed[]): Promise<Owners> {
    const claims = [...new Set(entries.flatMap((entry) => entry.claims))]
    const owners = new Map<string, { id: string | null; dn: string }[]>()
    const add = (claim: string, owner: { id: string | null; dn: string }) => {
      const all = owners.get(claim) ?? []
      owners.set(claim, all)
      if (!all.some(({ dn }) => dnKey(dn) === dnKey(owner.dn))) all.push(owner)
    }
    for (const entry of entries) for (const claim of entry.claims) add(claim, { id: entry.id, dn: entry.dn })
    if (claims.length > 0) {
      const domains = [domain, ...(await ledger.otherDomains(sql))]
      for (const { claim, id, dn } of await ledger.owners(sql, claims, domains)) add(claim, { id, dn })
    }
    return owners
  }

  async function chunk(ids: readonly string[], lookHome: boolean): Promise<Verified> {
    const before = await ledger.known(sql, ids)
    const { entries: wants, wants: revisions } = await wantedOf(wanted, ids)
    const remoteIds = before.flatMap(({ remoteId }) => (remoteId === null ? [] : [remoteId]))
    const entries = await directory.look(wants, remoteIds)
    const byId = Map.groupBy(entries, (entry) => entry.id)
    // Of those that are wanted no more, nothing was asked for by name.
    const gone = before.filter(({ id }) => revisions.get(id)?.absent).map(({ id }) => id)
    for (const entry of gone.length > 0 ? await directory.look([], [], gone) : [])
      byId.set(entry.id, [...(byId.get(entry.id) ?? []), entry])
    const logins = before.flatMap(({ login }) => login ?? [])
    const homes = lookHome ? await mail.occupied(logins) : null
    const after = new Map((await ledger.known(sql, ids)).map((one) => [one.id, one]))
    const owners = await ownersOf(entries)
    const found: Found[] = []
    const moving: string[] = []
    let present = 0
    for (const known of before) {
      const own = byId.get(known.id) ?? []
      if (own.length > 0) present += 1
      const wish = revisions.get(known.id)
      if (!isSteady(known, after.get(known.id)) || wish?.revision !== known.revision) {
        moving.push(known.id)
        continue
      }
      const stripped = entries.find((entry) => entry.id === null && entry.remoteId === known.remoteId) ?? null
      const home = known.login === null || homes === null ? null : homes.has(known.login)
      found.push(...judgeSubject(known, { absent: wish.absent, own, stripped, home }, owners))
    }
    return { found, present, moving }
  }

  return {
    /** What is wrong with these subjects; with `lookHome`, whether their mail lies on the disk as well. */
    async subjects(ids: readonly string[], lookHome: boolean): Promise<Verified> {
      const found: Found[] = []
      const moving: string[] = []
      let present = 0
      for (let start = 0; start < ids.length; start += CHUNK) {
        const part = await chunk(ids.slice(start, start + CHUNK), lookHome)
        found.push(...part.found)
        moving.push(...part.moving)
        present += part.present
      }
      return { found, present, moving }
    },

    /** Entries that nobody was found for, looked at once more: those still there, and still nobody's. */
    async strangers(entries: readonly Surveyed[]): Promise<Found[]> {
      const found: Found[] = []
      const all = await ownersOf(entries)
      for (let start = 0; start < entries.length; start += CHUNK) {
        const part = entries.slice(start, start + CHUNK)
        const remoteIds = part.flatMap(({ remoteId }) => (remoteId === null ? [] : [remoteId]))
        const [still, ids, remotes] = [
          await directory.look([], remoteIds),
          await ledger.known(
            sql,
            part.flatMap(({ id }) => (id === null ? [] : [id])),
          ),
          await ledger.byRemoteId(sql, remoteIds),
        ]
        const known = new Set(ids.map(({ id }) => id))
        const owned = new Set(remotes.map(({ remoteId }) => remoteId))
        const there = new Map(still.map((entry) => [entry.remoteId, entry]))
        for (const before of part) {
          const entry = before.remoteId === null ? before : there.get(before.remoteId)
          if (!entry || (entry.id !== null && known.has(entry.id)) || owned.has(entry.remoteId)) continue
          found.push(judgeStranger(entry, all))
        }
      }
      return found
    },

    /** Whether a subject is on its way now. */
    async moving(ids: readonly string[]): Promise<ReadonlySet<string>> {
      return new Set((await ledger.known(sql, ids)).filter(isInFlight).map(({ id }) => id))
    },
  }
}
