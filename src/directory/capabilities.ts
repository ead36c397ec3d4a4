import type { LdapConnection } from './connection.ts'
import type { DirectoryCapabilities } from './directory.ts'
import { OIDS, present, valuesOf, type LdapEntry } from './operations.ts'

/** What the root DSE (RFC 4512, 5.1) declares. Throws LdapFault. */
export async function readCapabilities(connection: LdapConnection): Promise<DirectoryCapabilities> {
  const attributes = ['objectClass', 'vendorName', 'vendorVersion', 'supportedExtension', 'supportedControl']
  const [root] = await connection.search('', { scope: 'base', filter: present('objectClass'), attributes })
  const controls = root ? valuesOf(root, 'supportedControl') : []
  const extensions = root ? valuesOf(root, 'supportedExtension') : []
  return {
    vendor: root ? vendorOf(root) : 'unknown',
    transactions: extensions.includes(OIDS.transactionStart) && extensions.includes(OIDS.transactionEnd),
    pagedResults: controls.includes(OIDS.pagedResults),
    passwordPolicy: controls.includes(OIDS.passwordPolicy),
  }
}

function vendorOf(root: LdapEntry): string {
  const named = [...valuesOf(root, 'vendorName'), ...valuesOf(root, 'vendorVersion')].join(' ')
  if (named !== '') return named
  return valuesOf(root, 'objectClass').includes('OpenLDAProotDSE') ? 'OpenLDAP' : 'unknown'
}
