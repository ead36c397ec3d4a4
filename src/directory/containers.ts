import { LdapFault, type LdapConnection } from './connection.ts'
import { parseDn } from './dn.ts'
import { anyOf, equal, valuesOf, type LdapAttributes } from './operations.ts'
import { CODES } from './result-codes.ts'

const CLASSES: Readonly<Record<string, readonly string[]>> = {
  dc: ['dcObject', 'organization'],
  o: ['organization'],
  ou: ['organizationalUnit'],
}

/** Makes the base, `ou=people` and `ou=groups` where they are missing: the directory may have been emptied. */
export async function ensureContainers(connection: LdapConnection, baseDn: string): Promise<void> {
  const there = await branches(connection, baseDn)
  for (const name of ['people', 'groups'].filter((each) => !there.has(each))) {
    const container = `ou=${name},${baseDn}`
    try {
      await addUnlessThere(connection, container)
    } catch (error) {
      if (!(error instanceof LdapFault) || error.code !== CODES.noSuchObject) throw error
      await addUnlessThere(connection, baseDn)
      await addUnlessThere(connection, container)
    }
  }
}

async function branches(connection: LdapConnection, baseDn: string): Promise<ReadonlySet<string>> {
  const named = anyOf([equal('ou', 'people'), equal('ou', 'groups')])
  try {
    const found = await connection.search(baseDn, { scope: 'one', filter: named, attributes: ['ou'] })
    return new Set(found.flatMap((entry) => valuesOf(entry, 'ou').map((name) => name.toLowerCase())))
  } catch (error) {
    if (error instanceof LdapFault && error.code === CODES.noSuchObject) return new Set()
    throw error
  }
}

async function addUnlessThere(connection: LdapConnection, dn: string): Promise<void> {
  try {
    await connection.add(dn, containerEntry(dn))
  } catch (error) {
    if (error instanceof LdapFault && error.code === CODES.entryAlreadyExists) return
    if (error instanceof LdapFault && error.code !== CODES.noSuchObject)
      throw new LdapFault({ kind: error.fault.kind, detail: `${dn} cannot be made: ${error.fault.detail}` }, error.code)
    throw error
  }
}

function containerEntry(dn: string): LdapAttributes {
  const naming = parseDn(dn)?.[0]?.[0]
  const objectClass = naming && CLASSES[naming.type]
  if (!objectClass)
    throw new LdapFault({ kind: 'refused', detail: `${dn} is missing, and only dc, o and ou entries are made` })
  return { objectClass, [naming.type]: [naming.value], ...(naming.type === 'dc' ? { o: [naming.value] } : {}) }
}
