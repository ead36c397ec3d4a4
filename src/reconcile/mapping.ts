import { z } from 'zod'

export { isEntryName } from '../directory/foreign.ts'

const Attribute = z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,60}$/)
const Attributes = z.array(Attribute).min(1).max(5)

/** How a directory that Congvu did not make says what its entries are; of several attributes the first with a value counts. */
export const Mapping = z.strictObject({
  /** People's entries have one of these object classes, and none of the others. */
  classes: z.array(Attribute).min(1).max(10),
  not: z.array(Attribute).max(10).default([]),
  /** The attribute by which the mail server knows a person, and which becomes the account's login. */
  login: Attributes,
  mail: Attributes,
  /** Further addresses; as Active Directory writes them (`smtp:…`) too. */
  aliases: z.array(Attribute).max(5).default([]),
  name: Attributes,
  title: Attributes,
  phone: Attributes,
  /** The unit's number, one of its codes, or its name. */
  unit: Attributes,
  /** The identification number; null where entries have none. */
  number: Attributes.nullable().default(null),
  /** The birth date as YYYYMMDD…, YYYY-MM-DD or DD/MM/YYYY; null where entries have none. */
  birth: Attributes.nullable().default(null),
})
export type Mapping = z.infer<typeof Mapping>

const PERSON = {
  ...{ login: ['uid'], mail: ['mail'], name: ['displayName', 'cn'], title: ['title'], phone: ['telephoneNumber'] },
  ...{ unit: ['departmentNumber', 'ou'], not: [], aliases: [], number: null, birth: null },
}

export const PRESETS = {
  congvu: {
    ...PERSON,
    ...{ classes: ['congvuMailAccount'], not: ['organizationalRole'], unit: ['congvuUnit', 'ou'] },
    aliases: ['congvuAlias'],
  },
  inetOrgPerson: { ...PERSON, classes: ['inetOrgPerson'] },
  '389ds': {
    ...PERSON,
    ...{ classes: ['inetOrgPerson', 'nsPerson', 'mailRecipient'], aliases: ['mailAlternateAddress'] },
  },
  ad: {
    ...PERSON,
    ...{ classes: ['user'], not: ['computer'], login: ['sAMAccountName', 'uid'], aliases: ['proxyAddresses'] },
    mail: ['mail', 'userPrincipalName'],
    unit: ['departmentNumber', 'department', 'ou'],
  },
} as const satisfies Record<string, z.input<typeof Mapping>>
export type Preset = keyof typeof PRESETS
export const PRESET_NAMES = Object.keys(PRESETS) as Preset[]
export const presetOf = (name: Preset): Mapping => Mapping.parse(PRESETS[name])

/** Every attribute that a mapping reads. */
export const attributesOf = ({ classes: _, not: __, ...parts }: Mapping): string[] => [
  ...new Set(Object.values(parts).flatMap((names) => names ?? [])),
]
