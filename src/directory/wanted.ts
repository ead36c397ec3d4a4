import type { DirectoryAccount, DirectoryEntry, DirectoryGroup } from './directory.ts'
import { dnKey, isPlainName, parseDn } from './dn.ts'
import { valuesOf, type LdapAttributes, type LdapChange, type LdapEntry } from './operations.ts'

/** What an entry of ours should hold; an attribute with no values should be absent. Others are not ours and stay. */
export type Wanted = {
  readonly id: string
  readonly revision: number
  /** The relative name that a new entry gets, such as `uid=100123`. */
  readonly rdn: string
  readonly container: 'people' | 'groups'
  readonly objectClasses: readonly string[]
  readonly attributes: LdapAttributes
  readonly mayCreate: boolean
  readonly remoteId: string | null
  readonly place: string | null
  /** Identities, in lower case, that addresses of it may still be with. */
  readonly takesFrom: ReadonlySet<string>
}

/** What its own kind of entry says of it. */
type OfKind = Omit<Wanted, 'remoteId' | 'place' | 'takesFrom'>

/** Attributes to read for comparing: ours, the classes and the server's own identifier. */
export const READ_ATTRIBUTES = [
  ...['objectClass', 'entryUUID', 'congvuId', 'congvuRevision', 'uid', 'cn', 'sn', 'givenName', 'displayName', 'mail'],
  ...['congvuAlias', 'congvuSignIn', 'congvuReceive', 'congvuQuota', 'congvuUnit', 'congvuSendAs', 'congvuReply'],
  ...['title', 'telephoneNumber', 'ou', 'userPassword', 'description', 'member', 'congvuPosting'],
] as const

const tidy = (text: string) => text.normalize('NFC').replace(/\s+/gu, ' ').trim()
const optional = (text: string | null): string[] => (text === null || tidy(text) === '' ? [] : [tidy(text)])
const yesNo = (value: boolean) => [value ? 'TRUE' : 'FALSE']
/** The addresses whose letters are answered, as Dovecot's script reads them, and the text; it knows no list of attributes. */
const answerOf = ({ mail, aliases }: DirectoryAccount, text: string) =>
  `${distinct([mail, ...aliases])
    .slice(0, ANSWERED_ADDRESSES)
    .join('|')} ${text}`
// What Dovecot's processes tell one another of a user must stay below 8 KB.
const ANSWERED_ADDRESSES = 40
// Dovecot makes a setting of it, in which a percent sign begins a variable; two stand for one.
const asSetting = (text: string) => text.replaceAll('%', '%%')
const distinct = (values: readonly string[]) => [
  ...new Map(values.map((value) => [value.toLowerCase(), value])).values(),
]

/** Why an entry cannot be written at all, in words for a person; null when it can. */
export function flaw(entry: DirectoryEntry): string | null {
  const name = entry.kind === 'account' ? entry.login : entry.name
  if (!isPlainName(name)) return `"${name}" cannot name an entry: only letters, digits, "." "_" and "-"`
  if (entry.id.trim() === '') return 'the entry has no identity'
  const addresses = [entry.mail, ...entry.aliases].filter((address) => address !== null)
  const odd = addresses.find((address) => !/^[\x21-\x7e]+$/.test(address))
  return odd === undefined ? null : `"${odd}" is not an address in plain ASCII`
}

export const wantedOf = (entry: DirectoryEntry): Wanted => ({
  ...(entry.kind === 'account' ? wantedAccount(entry) : wantedGroup(entry)),
  remoteId: entry.remoteId ?? null,
  place: entry.place ?? null,
  takesFrom: new Set(entry.kind === 'account' ? entry.takesFrom?.map((id) => id.toLowerCase()) : []),
})

function wantedAccount(account: DirectoryAccount): OfKind {
  const name = tidy(account.displayName) || account.login
  const common = {
    uid: [account.login],
    cn: [name],
    displayName: [name],
    mail: [account.mail],
    telephoneNumber: optional(account.phone),
    ou: optional(account.unitName),
    congvuId: [account.id],
    congvuAlias: distinct(account.aliases),
    congvuSignIn: yesNo(account.signIn),
    congvuReceive: yesNo(account.receive),
    congvuQuota: [String(account.quotaMb)],
    congvuUnit: [String(account.unitNumber)],
    congvuSendAs: distinct(account.sendAs),
    congvuReply: account.reply === null ? [] : [asSetting(answerOf(account, account.reply))],
    congvuRevision: [String(account.revision)],
  }
  const base = { id: account.id, revision: account.revision, rdn: `uid=${account.login}`, container: 'people' as const }
  const mayCreate = account.mayCreate
  if (!account.person)
    return { ...base, mayCreate, objectClasses: ['organizationalRole', 'congvuMailAccount'], attributes: common }
  return {
    ...base,
    mayCreate,
    objectClasses: ['top', 'person', 'organizationalPerson', 'inetOrgPerson', 'congvuMailAccount'],
    attributes: {
      ...common,
      sn: [tidy(account.surname) || name],
      givenName: optional(account.givenName),
      title: optional(account.title),
      // Only while sign-in is allowed: "off" must stop a bare bind too.
      userPassword: account.signIn && account.password !== null ? [account.password] : [],
    },
  }
}

const wantedGroup = (group: DirectoryGroup): OfKind => ({
  id: group.id,
  revision: group.revision,
  rdn: `cn=${group.name}`,
  container: 'groups',
  objectClasses: ['congvuGroup'],
  mayCreate: true,
  attributes: {
    cn: [group.name],
    description: optional(group.description),
    mail: group.mail === null ? [] : [group.mail],
    congvuId: [group.id],
    congvuAlias: distinct(group.aliases),
    congvuPosting: group.posting === null ? [] : [group.posting],
    congvuUnit: group.unitNumber === null ? [] : [String(group.unitNumber)],
    congvuRevision: [String(group.revision)],
    member: [...new Map(group.members.map((dn) => [dnKey(dn), dn])).values()],
  },
})

/**
 * The changes that bring an entry from what was read to what is wanted; none when it already is so. `leave` are attributes
 * (in lower case) that are written at its creation only.
 * The revision read is deleted and the wanted one added in the same request, so that a writer who was overtaken since the
 * reading fails (noSuchAttribute) instead of undoing newer work.
 */
export function differences(read: LdapEntry, wanted: Wanted, leave: ReadonlySet<string> = NONE): LdapChange[] {
  const changes: LdapChange[] = []
  const classes = valuesOf(read, 'objectClass')
  const lacks = (name: string) => !classes.some((has) => has === name || has.toLowerCase() === name.toLowerCase())
  const missing = wanted.objectClasses.filter((name) => isAuxiliary(name) && lacks(name))
  if (missing.length > 0) changes.push({ operation: 'add', attribute: 'objectClass', values: missing })
  for (const attribute in wanted.attributes) {
    if (attribute === 'congvuRevision' || leave.has(attribute.toLowerCase())) continue
    const values = wanted.attributes[attribute] ?? []
    const has = valuesOf(read, attribute)
    // Nearly always so; what names the entry matters only where it is not.
    if (same(has, values)) continue
    changes.push(...attributeChanges(attribute, has, withNaming(read, attribute, values)))
  }
  const revisions = valuesOf(read, 'congvuRevision')
  if (changes.length === 0 && revisions.length === 1 && revisions[0] === String(wanted.revision)) return []
  if (revisions.length > 0) changes.push({ operation: 'delete', attribute: 'congvuRevision', values: revisions })
  changes.push({ operation: 'add', attribute: 'congvuRevision', values: [String(wanted.revision)] })
  return changes
}

const NONE: ReadonlySet<string> = new Set()

// A structural class cannot be changed afterwards; an adopted entry keeps its own.
const isAuxiliary = (objectClass: string) => objectClass === 'congvuMailAccount'

function attributeChanges(attribute: string, has: readonly string[], wants: readonly string[]): LdapChange[] {
  if (attribute === 'member') return memberChanges(has, wants)
  return same(has, wants) ? [] : [{ operation: 'replace', attribute, values: wants }]
}

/** Above so many values they are looked up and not searched for. */
const MANY = 8

function same(has: readonly string[], wants: readonly string[]): boolean {
  if (has.length !== wants.length) return false
  if (wants.length <= MANY) return wants.every((value) => has.includes(value))
  const found = new Set(has)
  return wants.every((value) => found.has(value))
}

/** Members one by one: a group of thousands is not sent again for one of them. Names are compared parsed. */
function memberChanges(has: readonly string[], wants: readonly string[]): LdapChange[] {
  const now = new Map(has.map((dn) => [dnKey(dn), dn]))
  const then = new Map(wants.map((dn) => [dnKey(dn), dn]))
  const gone = [...now].filter(([key]) => !then.has(key)).map(([, dn]) => dn)
  const come = [...then].filter(([key]) => !now.has(key)).map(([, dn]) => dn)
  const changes: LdapChange[] = []
  if (gone.length > 0) changes.push({ operation: 'delete', attribute: 'member', values: gone })
  if (come.length > 0) changes.push({ operation: 'add', attribute: 'member', values: come })
  return changes
}

/** An adopted entry keeps the value that names it (`cn=Old Name,…`) beside the wanted ones: no server lets it go. */
function withNaming(read: LdapEntry, attribute: string, values: readonly string[]): readonly string[] {
  const naming = parseDn(read.dn)?.[0]?.find(({ type }) => type === attribute.toLowerCase())?.value
  if (naming === undefined || values.some((value) => value.toLowerCase() === naming.toLowerCase())) return values
  return [...values, naming]
}
