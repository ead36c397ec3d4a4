import { LdapFault, type LdapConnection } from './connection.ts'
import { dnKey } from './dn.ts'
import { indexEntries, type Related } from './ensure.ts'
import { anyOf, equal, present, valuesOf, type LdapEntry, type LdapFilter } from './operations.ts'
import { CODES } from './result-codes.ts'
import { READ_ATTRIBUTES, type Wanted } from './wanted.ts'

/** Every entry that carries an identity, a uid or an address of the wanted ones, or sits where a new group would go. */
export async function fetchRelated(
  connection: LdapConnection,
  baseDn: string,
  wanted: readonly Wanted[],
): Promise<Related> {
  // An entry is nearly always found by its identity, and a server that goes through what may match stops at the first that does.
  const values = (attribute: string) => wanted.flatMap(({ attributes }) => attributes[attribute] ?? [])
  const addresses = [...values('mail'), ...values('congvuAlias')]
  const filters = [
    ...wanted.map(({ id }) => equal('congvuId', id)),
    ...wanted.flatMap(({ remoteId }) => (remoteId === null ? [] : [equal('entryUUID', remoteId)])),
    ...values('uid').map((uid) => equal('uid', uid)),
    ...addresses.flatMap((address) => [equal('mail', address), equal('congvuAlias', address)]),
  ]
  const found = await search(connection, baseDn, 'sub', anyOf(filters))
  // A new group's name may be an entry of somebody else's; there are few groups, so each place is looked at by itself.
  const ids = new Set(found.flatMap((entry) => valuesOf(entry, 'congvuId')).map((id) => id.toLowerCase()))
  const places = wanted
    .filter(({ container, id }) => container === 'groups' && !ids.has(id.toLowerCase()))
    .map(({ rdn }) => `${rdn},ou=groups,${baseDn}`)
  const atPlaces = await Promise.all(places.map((dn) => search(connection, dn, 'base', present('objectClass'))))
  const all = new Map([...found, ...atPlaces.flat()].map((entry) => [dnKey(entry.dn), entry]))
  return indexEntries([...all.values()])
}

/** The entries by identity, in lower case; two of one identity count as none. */
export async function fetchById(
  connection: LdapConnection,
  baseDn: string,
  ids: readonly string[],
): Promise<Map<string, LdapEntry>> {
  const found = await search(connection, baseDn, 'sub', anyOf(ids.map((id) => equal('congvuId', id))))
  const { byId } = indexEntries(found)
  return new Map([...byId].flatMap(([id, entries]) => (entries.length === 1 && entries[0] ? [[id, entries[0]]] : [])))
}

/** Nothing, when the base itself is missing: the directory may have been emptied. */
async function search(
  connection: LdapConnection,
  base: string,
  scope: 'base' | 'sub',
  filter: LdapFilter,
): Promise<LdapEntry[]> {
  try {
    return await connection.search(base, { scope, filter, attributes: READ_ATTRIBUTES })
  } catch (error) {
    if (error instanceof LdapFault && error.code === CODES.noSuchObject) return []
    throw error
  }
}
