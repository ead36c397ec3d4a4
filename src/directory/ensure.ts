import type { DirectoryOutcome } from './directory.ts'
import { dnKey, parentDn, parseDn } from './dn.ts'
import { valuesOf, type LdapEntry, type LdapWrite } from './operations.ts'
import { differences, type Wanted } from './wanted.ts'

export type Decision =
  | { readonly type: 'write'; readonly write: LdapWrite; readonly creates: boolean }
  /** The entry is elsewhere, or called otherwise, than it should be; what else is to be written is decided afterwards. */
  | { readonly type: 'move'; readonly write: LdapWrite }
  | { readonly type: 'done'; readonly outcome: DirectoryOutcome }

const lower = (text: string) => text.toLowerCase()
const idOf = (entry: LdapEntry) => valuesOf(entry, 'congvuId')[0] ?? null

/**
 * What to do about one wanted entry, given every entry that carries its identity, its name or one of its addresses:
 * write, leave, or refuse. An entry of another identity, or of none, is never taken over; only an address that passes from
 * another may still be with that one.
 */
export function decide(wanted: Wanted, related: Related, baseDn: string, leave: Leave = NOTHING): Decision {
  const own = related.byId.get(lower(wanted.id)) ?? itsOwn(wanted, related)
  if (own.length > 1)
    return refused(`several entries carry congvuId ${wanted.id}: ${own.map(({ dn }) => dn).join('; ')}`)
  const entry = own[0]
  const revision = Number(entry === undefined ? 0 : (valuesOf(entry, 'congvuRevision')[0] ?? 0))
  if (revision > wanted.revision) return { type: 'done', outcome: { status: 'superseded', revision } }

  const newDn = `${wanted.rdn},ou=${wanted.container},${baseDn}`
  const mayHold = (key: string, holder: string) =>
    holder === lower(wanted.id) || (key.startsWith('mail:') && wanted.takesFrom.has(holder))
  const taken = claims(wanted, entry === undefined ? newDn : null).flatMap(({ key, says }) =>
    (related.byKey.get(key) ?? [])
      .filter((holder) => holder !== entry && !mayHold(key, lower(idOf(holder) ?? '')))
      .map((holder) => `${says} belongs to ${holder.dn}, ${ownership(idOf(holder))}`),
  )
  if (taken.length > 0) return refused([...new Set(taken)].slice(0, 5).join('; '))

  if (entry === undefined) {
    if (!wanted.mayCreate)
      return refused('the entry is missing and may not be created now (its mail home is not vacant)')
    const attributes = { objectClass: wanted.objectClasses, ...wanted.attributes }
    return { type: 'write', creates: true, write: { type: 'add', dn: newDn, attributes } }
  }
  const place = placeOf(entry, wanted)
  if (place !== null) return { type: 'move', write: { type: 'rename', dn: entry.dn, to: place } }
  const changes = differences(entry, wanted, leave)
  if (changes.length > 0) return { type: 'write', creates: false, write: { type: 'modify', dn: entry.dn, changes } }
  const remoteId = valuesOf(entry, 'entryUUID')[0]
  if (remoteId === undefined) return refused('the server shows no entryUUID')
  return { type: 'done', outcome: { status: 'unchanged', remoteId, remoteDn: entry.dn } }
}

/** Attributes of an entry that exists which Congvu does not write, in lower case. */
export type Leave = ReadonlySet<string>
const NOTHING: Leave = new Set()

/** The entry that is known as the subject's by the server's identifier, while it bears no identity: adopted, or stripped. */
function itsOwn({ remoteId }: Wanted, { byRemoteId }: Related): readonly LdapEntry[] {
  const entry = remoteId === null ? undefined : byRemoteId.get(remoteId)
  return entry !== undefined && idOf(entry) === null ? [entry] : []
}

/**
 * Where the entry should be moved to: where it was told to be, and never under another login or number than its own, for
 * the mail server goes by that. Null when it may stay.
 */
function placeOf(entry: LdapEntry, { place, rdn }: Wanted): string | null {
  const target = place ?? entry.dn
  const [naming, ...more] = parseDn(target)?.[0] ?? []
  const [own] = parseDn(rdn)?.[0] ?? []
  const isOther =
    naming?.type === own?.type && more.length === 0 && lower(naming?.value ?? '') !== lower(own?.value ?? '')
  const right = isOther ? `${rdn},${parentDn(target)}` : target
  return dnKey(right) === dnKey(entry.dn) ? null : right
}

const refused = (detail: string): Decision => ({
  type: 'done',
  outcome: { status: 'fault', fault: { kind: 'refused', detail } },
})
const ownership = (id: string | null) => (id === null ? 'an entry without congvuId' : `the entry with congvuId ${id}`)

/** Entries by identity and by what they lay claim to: `uid:…`, `mail:…` (aliases too) and `dn:…`. */
export type Related = {
  readonly byId: ReadonlyMap<string, readonly LdapEntry[]>
  readonly byKey: ReadonlyMap<string, readonly LdapEntry[]>
  readonly byRemoteId: ReadonlyMap<string, LdapEntry>
}

/** What the wanted entry claims for itself alone, as keys of `Related` and in words. */
export function claims(wanted: Wanted, newDn: string | null): { key: string; says: string }[] {
  const { attributes } = wanted
  const addresses = [...(attributes['mail'] ?? []), ...(attributes['congvuAlias'] ?? [])]
  return [
    ...(attributes['uid'] ?? []).map((uid) => ({ key: `uid:${lower(uid)}`, says: `uid "${uid}"` })),
    ...addresses.map((address) => ({ key: `mail:${lower(address)}`, says: `address "${address}"` })),
    ...(newDn === null ? [] : [{ key: `dn:${dnKey(newDn)}`, says: `name "${wanted.rdn}"` }]),
  ]
}

export function indexEntries(entries: readonly LdapEntry[]): Related {
  const byId = new Map<string, LdapEntry[]>()
  const byKey = new Map<string, LdapEntry[]>()
  const put = (map: Map<string, LdapEntry[]>, key: string, entry: LdapEntry) => {
    const list = map.get(key)
    if (list) list.push(entry)
    else map.set(key, [entry])
  }
  for (const entry of entries) {
    for (const id of valuesOf(entry, 'congvuId')) put(byId, lower(id), entry)
    const keys = [
      ...valuesOf(entry, 'uid').map((uid) => `uid:${lower(uid)}`),
      ...[...valuesOf(entry, 'mail'), ...valuesOf(entry, 'congvuAlias')].map((address) => `mail:${lower(address)}`),
      `dn:${dnKey(entry.dn)}`,
    ]
    for (const key of new Set(keys)) put(byKey, key, entry)
  }
  const byRemoteId = new Map(entries.flatMap((entry) => valuesOf(entry, 'entryUUID').map((id) => [id, entry] as const)))
  return { byId, byKey, byRemoteId }
}
