import { z } from 'zod'

/**
 * Whose word counts for an attribute of an entry:
 * - `congvu`: the database's; what differs is repaired;
 * - `directory`: the directory's; what differs is read back into the database, under the brake;
 * - `seeded`: written when the entry is made, and left alone from then on.
 */
export const ATTRIBUTE_RULES = ['congvu', 'directory', 'seeded'] as const
export type AttributeRule = (typeof ATTRIBUTE_RULES)[number]

/** The attributes that somebody may decide about, and what can be decided; all others are the database's. */
export const RULED = {
  telephoneNumber: ATTRIBUTE_RULES,
  title: ATTRIBUTE_RULES,
  congvuQuota: ['congvu', 'directory'],
  displayName: ['congvu', 'seeded'],
  givenName: ['congvu', 'seeded'],
  ou: ['congvu', 'seeded'],
} as const satisfies Record<string, readonly AttributeRule[]>
export type RuledAttribute = keyof typeof RULED
export const RULED_ATTRIBUTES = Object.keys(RULED) as RuledAttribute[]

export const AttributePolicy = z.strictObject({
  telephoneNumber: z.enum(RULED.telephoneNumber),
  title: z.enum(RULED.title),
  congvuQuota: z.enum(RULED.congvuQuota),
  displayName: z.enum(RULED.displayName),
  givenName: z.enum(RULED.givenName),
  ou: z.enum(RULED.ou),
})
export type AttributePolicy = z.infer<typeof AttributePolicy>

export const DEFAULT_ATTRIBUTES: AttributePolicy = {
  ...{ telephoneNumber: 'congvu', title: 'congvu', congvuQuota: 'congvu' },
  ...{ displayName: 'congvu', givenName: 'congvu', ou: 'congvu' },
}

export const ruleOf = (policy: AttributePolicy, attribute: string): AttributeRule =>
  (policy as Readonly<Record<string, AttributeRule>>)[attribute] ?? 'congvu'

/** The attributes under one of these rules, in lower case as entries are compared. */
export const under = (policy: AttributePolicy, ...rules: readonly AttributeRule[]): ReadonlySet<string> =>
  new Set(RULED_ATTRIBUTES.filter((name) => rules.includes(policy[name])).map((name) => name.toLowerCase()))
