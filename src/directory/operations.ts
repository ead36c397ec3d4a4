/** How to reach the directory; `Config['ldap']` is one. */
export type LdapSettings = {
  readonly url: string
  /** PEM of the authority that signed the server's certificate; null trusts the runtime's own list of authorities. */
  readonly ca: string | null
  readonly bindDn: string
  readonly bindPassword: string
  readonly baseDn: string
  /** The longest that one step may take: connecting, a bind, one operation, or one page of an answer. */
  readonly timeoutMs: number
  /** How many connections at once. */
  readonly connections: number
}

/** A search filter as an object: text filters invite injection, and ldapjs finds no non-ASCII letters with them. */
export type LdapFilter =
  | { readonly equal: readonly [attribute: string, value: string] }
  | { readonly present: string }
  | { readonly any: readonly LdapFilter[] }
  | { readonly all: readonly LdapFilter[] }

export const equal = (attribute: string, value: string): LdapFilter => ({ equal: [attribute, value] })
export const present = (attribute: string): LdapFilter => ({ present: attribute })
export const anyOf = (filters: readonly LdapFilter[]): LdapFilter => ({ any: filters })
export const allOf = (filters: readonly LdapFilter[]): LdapFilter => ({ all: filters })

export type SearchOptions = {
  readonly scope: 'base' | 'one' | 'sub'
  readonly filter: LdapFilter
  readonly attributes: readonly string[]
  /** Read in pages of this size (RFC 2696); otherwise in one answer. */
  readonly pageSize?: number
  /** The server is asked to stop after so many; reaching it is a fault, never a partial list. */
  readonly sizeLimit?: number
}

/** An entry as read: the DN as the server spells it, attribute names in lower case. */
export type LdapEntry = { readonly dn: string; readonly attributes: ReadonlyMap<string, readonly string[]> }

export type LdapAttributes = Readonly<Record<string, readonly string[]>>

export type LdapChange = {
  readonly operation: 'add' | 'delete' | 'replace'
  readonly attribute: string
  readonly values: readonly string[]
}

export type LdapWrite =
  | { readonly type: 'add'; readonly dn: string; readonly attributes: LdapAttributes }
  | { readonly type: 'modify'; readonly dn: string; readonly changes: readonly LdapChange[] }
  | { readonly type: 'delete'; readonly dn: string }
  /** Moves or renames an entry; the former naming value goes. */
  | { readonly type: 'rename'; readonly dn: string; readonly to: string }

/** The values of an attribute, none if it is absent. */
export const valuesOf = (entry: LdapEntry, attribute: string): readonly string[] =>
  entry.attributes.get(attribute.toLowerCase()) ?? []

/** Object identifiers of the extensions and controls that we look for in a root DSE. */
export const OIDS = {
  transactionStart: '1.3.6.1.1.21.1',
  transactionControl: '1.3.6.1.1.21.2',
  transactionEnd: '1.3.6.1.1.21.3',
  pagedResults: '1.2.840.113556.1.4.319',
  passwordPolicy: '1.3.6.1.4.1.42.2.27.8.5.1',
} as const
