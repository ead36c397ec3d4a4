import { dnKey, parseDn } from './dn.ts'

/**
 * The schema of the embedded directory: the standard classes that we use and ours, as deploy/openldap/congvu.ldif has
 * them. Values are checked as OpenLDAP would, as far as these attributes need it.
 */
type Syntax = 'text' | 'ascii' | 'boolean' | 'integer' | 'phone' | 'name' | 'octets' | 'class' | 'postal'
type Attribute = { readonly name: string; readonly syntax: Syntax; readonly single: boolean }
type ObjectClass = {
  readonly name: string
  readonly kind: 'ABSTRACT' | 'STRUCTURAL' | 'AUXILIARY'
  readonly above: string | null
  readonly must: readonly string[]
  readonly may: readonly string[]
}

const words = (text: string) => text.split(/\s+/).filter((word) => word !== '')

const ATTRIBUTES: readonly Attribute[] = [
  ...words('cn sn givenName displayName title ou o description l st street employeeNumber employeeType initials').map(
    text,
  ),
  ...words('departmentNumber roomNumber physicalDeliveryOfficeName preferredLanguage postalCode uid').map(text),
  ...words('mail dc').map((name) => ({ name, syntax: 'ascii' as const, single: name === 'dc' })),
  ...words('congvuAlias congvuSendAs').map((name) => ({ name, syntax: 'ascii' as const, single: false })),
  ...words('congvuId congvuPosting').map((name) => ({ name, syntax: 'ascii' as const, single: true })),
  { name: 'congvuReply', syntax: 'text', single: true },
  ...words('congvuSignIn congvuReceive').map((name) => ({ name, syntax: 'boolean' as const, single: true })),
  ...words('congvuQuota congvuUnit congvuRevision').map((name) => ({ name, syntax: 'integer' as const, single: true })),
  ...words('telephoneNumber mobile').map((name) => ({ name, syntax: 'phone' as const, single: false })),
  ...words('member manager seeAlso secretary roleOccupant').map((name) => ({
    name,
    syntax: 'name' as const,
    single: false,
  })),
  ...words('userPassword jpegPhoto').map((name) => ({ name, syntax: 'octets' as const, single: false })),
  { name: 'postalAddress', syntax: 'postal', single: false },
  { name: 'objectClass', syntax: 'class', single: false },
]

function text(name: string): Attribute {
  return { name, syntax: 'text', single: ['displayName', 'employeeNumber', 'preferredLanguage'].includes(name) }
}

const PERSON = 'userPassword telephoneNumber seeAlso description'
const ORGANISED = `title telephoneNumber street postalAddress postalCode physicalDeliveryOfficeName ou l st`
const UNIT = `userPassword seeAlso telephoneNumber street postalAddress postalCode physicalDeliveryOfficeName l st description`
const ACCOUNT = `uid mail displayName sn givenName title telephoneNumber ou userPassword congvuAlias congvuSignIn congvuReceive congvuQuota congvuUnit
  congvuRevision congvuSendAs congvuReply`
const INET = `uid mail displayName givenName employeeNumber employeeType departmentNumber initials jpegPhoto manager mobile o
  preferredLanguage roomNumber secretary`

const CLASSES: readonly ObjectClass[] = [
  define('top', 'ABSTRACT', null, 'objectClass', ''),
  define('person', 'STRUCTURAL', 'top', 'sn cn', PERSON),
  define('organizationalPerson', 'STRUCTURAL', 'person', '', ORGANISED),
  define('inetOrgPerson', 'STRUCTURAL', 'organizationalPerson', '', INET),
  define('organizationalRole', 'STRUCTURAL', 'top', 'cn', `${ORGANISED} roleOccupant seeAlso description`),
  define('organizationalUnit', 'STRUCTURAL', 'top', 'ou', UNIT),
  define('organization', 'STRUCTURAL', 'top', 'o', UNIT),
  define('dcObject', 'AUXILIARY', 'top', 'dc', ''),
  define('congvuMailAccount', 'AUXILIARY', 'top', 'congvuId', ACCOUNT),
  define(
    'congvuGroup',
    'STRUCTURAL',
    'top',
    'cn congvuId',
    'description member mail congvuAlias congvuUnit congvuPosting congvuRevision',
  ),
]

function define(name: string, kind: ObjectClass['kind'], above: string | null, must: string, may: string): ObjectClass {
  return {
    name,
    kind,
    above,
    must: words(must),
    may: words(may).filter((one) => !(name === 'organizationalRole' && one === 'title')),
  }
}

const lower = (text: string) => text.toLowerCase()
const attributeByName = new Map(ATTRIBUTES.map((attribute) => [lower(attribute.name), attribute]))
const classByName = new Map(CLASSES.map((one) => [lower(one.name), one]))

/** A value as its matching rule sees it: names parsed, text without case and needless spaces, octets as they are. */
export function foldValue(attribute: string, value: string): string {
  const syntax = attributeByName.get(lower(attribute))?.syntax ?? 'text'
  if (syntax === 'octets') return value
  if (syntax === 'name') return dnKey(value)
  if (syntax === 'phone') return value.replace(/[ -]/g, '').toLowerCase()
  return value.normalize('NFC').trim().replace(/ +/g, ' ').toLowerCase()
}

/** The attribute's name as the schema spells it, or null if there is no such attribute. */
export const canonicalName = (name: string): string | null => attributeByName.get(lower(name))?.name ?? null

/** A result code of LDAP with its reason; thrown by what checks and changes entries. */
export class Refusal extends Error {
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

const SYNTAX: Readonly<Record<Syntax, (value: string) => boolean>> = {
  text: (value) => value !== '',
  postal: (value) => value !== '',
  octets: () => true,
  ascii: (value) => /^[\x00-\x7f]*$/.test(value),
  boolean: (value) => value === 'TRUE' || value === 'FALSE',
  integer: (value) => /^(0|-?[1-9]\d*)$/.test(value),
  // PrintableString, RFC 4517, 3.3.31
  phone: (value) => /^[A-Za-z0-9'()+,\-./:? ]+$/.test(value),
  name: (value) => parseDn(value) !== null,
  class: (value) => classByName.has(lower(value)),
}

/** Throws Refusal, with the code that OpenLDAP would answer, when an entry breaks the schema. */
export function checkEntry(attributes: Readonly<Record<string, readonly string[]>>): void {
  for (const [name, values] of Object.entries(attributes)) {
    const attribute = attributeByName.get(lower(name))
    if (!attribute) throw new Refusal(17, `${name}: attribute type undefined`)
    const wrong = values.findIndex((value) => !SYNTAX[attribute.syntax](value))
    if (wrong >= 0) throw new Refusal(21, `${name}: value #${wrong} invalid per syntax`)
    if (attribute.single && values.length > 1) throw new Refusal(19, `${name}: multiple values provided`)
    const distinct = new Set(values.map((value) => foldValue(name, value)))
    if (distinct.size < values.length) throw new Refusal(20, `${name}: value provided more than once`)
  }
  const classes = (attributes['objectClass'] ?? []).flatMap(withAncestors)
  const structural = classes.filter(({ kind }) => kind === 'STRUCTURAL')
  if (structural.length === 0) throw new Refusal(65, 'no structural object class provided')
  const tops = structural.filter((one) => !structural.some(({ above }) => above === one.name))
  if (new Set(tops).size > 1)
    throw new Refusal(65, `invalid structural object class chain (${tops.map(({ name }) => name).join('/')})`)
  const allowed = new Set(classes.flatMap(({ must, may }) => [...must, ...may]))
  for (const { name, must } of classes) {
    const missing = must.find((attribute) => (attributes[attribute] ?? []).length === 0)
    if (missing) throw new Refusal(65, `object class '${name}' requires attribute '${missing}'`)
  }
  const stray = Object.keys(attributes).find((attribute) => !allowed.has(attribute))
  if (stray) throw new Refusal(65, `attribute '${stray}' not allowed`)
}

function withAncestors(name: string): ObjectClass[] {
  const one = classByName.get(lower(name))
  if (!one) return []
  return one.above === null ? [one] : [one, ...withAncestors(one.above)]
}

/** The structural class that an entry is of, which never changes. */
export function structuralClass(objectClasses: readonly string[]): string {
  const chain = objectClasses.flatMap(withAncestors).filter(({ kind }) => kind === 'STRUCTURAL')
  return chain.find((one) => !chain.some(({ above }) => above === one.name))?.name ?? ''
}

const list = (names: readonly string[]) => `( ${names.join(' $ ')} )`

/** The classes as a subschema entry shows them (RFC 4512, 4.1.1); the object identifiers are of no meaning here. */
export const classDescriptions = (): string[] =>
  CLASSES.map(({ name, kind, above, must, may }, n) => {
    const rules = [
      above && `SUP ${above}`,
      kind,
      must.length > 0 && `MUST ${list(must)}`,
      may.length > 0 && `MAY ${list(may)}`,
    ]
    return `( 2.25.0.2.${n} NAME '${name}' ${rules.filter(Boolean).join(' ')} )`
  })
