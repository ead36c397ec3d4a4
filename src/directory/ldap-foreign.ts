import { readCapabilities } from './capabilities.ts'
import { connect, LdapFault, type LdapConnection } from './connection.ts'
import type { ForeignCapabilities, ForeignDirectory, ForeignEntry } from './foreign.ts'
import { anyOf, equal, present, valuesOf, type LdapEntry, type LdapSettings } from './operations.ts'
import { CODES } from './result-codes.ts'

const PAGE = 500

/** A directory over LDAP that somebody else has filled. Each verb has a connection of its own. */
export function ldapForeign(settings: LdapSettings): ForeignDirectory {
  return {
    async capabilities(): Promise<ForeignCapabilities> {
      const connection = await connect(settings)
      try {
        const { vendor, pagedResults, transactions } = await readCapabilities(connection)
        return {
          ...{ vendor, pagedResults, transactions, schema: await knowsSchema(connection) },
          identifiers: await showsIdentifiers(connection, settings.baseDn),
        }
      } finally {
        await connection.close()
      }
    },

    async *read({ base, classes, not, attributes }) {
      const connection = await connect(settings)
      try {
        const filter = anyOf(classes.map((name) => equal('objectClass', name)))
        const wanted = [...new Set(['objectClass', 'entryUUID', 'congvuId', 'userPassword', ...attributes])]
        const options = { scope: 'sub', filter, attributes: wanted, pageSize: PAGE } as const
        const others = new Set(not.map((name) => name.toLowerCase()))
        const isOther = (entry: LdapEntry) =>
          valuesOf(entry, 'objectClass').some((name) => others.has(name.toLowerCase()))
        for await (const page of connection.pages(base ?? settings.baseDn, options))
          yield page.filter((entry) => !isOther(entry)).map(foreign)
      } finally {
        await connection.close()
      }
    },
  }
}

/** What the subschema (RFC 4512, 4.2) tells; where it cannot be read, the class counts as unknown. */
async function knowsSchema(connection: LdapConnection): Promise<boolean> {
  try {
    const root = await read(connection, '', ['subschemaSubentry'])
    const where = root && valuesOf(root, 'subschemaSubentry')[0]
    if (!where) return false
    const schema = await read(connection, where, ['objectClasses'], 'subschema')
    return schema !== null && valuesOf(schema, 'objectClasses').some((text) => /'congvuMailAccount'/i.test(text))
  } catch (error) {
    if (error instanceof LdapFault) return false
    throw error
  }
}

async function showsIdentifiers(connection: LdapConnection, base: string): Promise<boolean> {
  try {
    const top = await read(connection, base, ['entryUUID'])
    return top !== null && valuesOf(top, 'entryUUID').length > 0
  } catch (error) {
    if (error instanceof LdapFault && error.code === CODES.noSuchObject) return false
    throw error
  }
}

async function read(
  connection: LdapConnection,
  dn: string,
  attributes: readonly string[],
  objectClass: string | null = null,
): Promise<LdapEntry | null> {
  const filter = objectClass === null ? present('objectClass') : equal('objectClass', objectClass)
  return (await connection.search(dn, { scope: 'base', filter, attributes }))[0] ?? null
}

const foreign = (entry: LdapEntry): ForeignEntry => ({
  dn: entry.dn,
  remoteId: valuesOf(entry, 'entryUUID')[0] ?? null,
  id: valuesOf(entry, 'congvuId')[0]?.toLowerCase() ?? null,
  values: entry.attributes,
  password: valuesOf(entry, 'userPassword')[0] ?? null,
})
