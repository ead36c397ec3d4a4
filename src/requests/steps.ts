import { z } from 'zod'
import { UnitId } from '../kernel/ids.ts'
import { UNIT_KINDS, type UnitKind } from '../units/unit.ts'
import { REQUEST_KINDS, type RequestKind } from './kinds.ts'
import { STEP_SEATS } from './seats.ts'

/** Where a rule holds: everywhere, in units of a kind, or in a unit with all below it. */
export const Place = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('everywhere') }),
  z.object({ kind: z.literal('unit-kind'), of: z.enum(UNIT_KINDS) }),
  z.object({ kind: z.literal('below'), unit: UnitId }),
])
export type Place = z.infer<typeof Place>

export const MAX_STEPS = 4
export const MAX_DAYS = 30

const RuleStep = z.object({
  seat: z.enum(STEP_SEATS, 'seat'),
  days: z.int('days').min(1, 'days').max(MAX_DAYS, 'days'),
})
export type RuleStep = z.infer<typeof RuleStep>

/** Which steps a kind of request needs in a place, in their order, each with the working days that it has. */
export const Rule = z.object({
  of: z.enum(REQUEST_KINDS, 'kind'),
  place: Place,
  steps: z.array(RuleStep).min(1, 'steps').max(MAX_STEPS, 'steps'),
  /** Whether it takes an official letter: number, date and the signed PDF. */
  letter: z.boolean().default(false),
})
export type Rule = z.infer<typeof Rule>

export const placeKey = (place: Place): string =>
  place.kind === 'everywhere' ? place.kind : `${place.kind} ${place.kind === 'below' ? place.unit : place.of}`
export const ruleKey = ({ of, place }: Pick<Rule, 'of' | 'place'>): string => `${of} ${placeKey(place)}`

/** What differs from the rules that the product begins with; one rule for a kind of request in a place. */
export const StepsPolicy = z
  .object({ rules: z.array(Rule).max(300, 'too-many') })
  .refine(({ rules }) => new Set(rules.map(ruleKey)).size === rules.length, 'twice')
export type StepsPolicy = z.infer<typeof StepsPolicy>

const rule = (of: RequestKind, ...steps: RuleStep[]): Rule => ({
  of,
  place: { kind: 'everywhere' },
  steps,
  letter: false,
})

const UNIT: RuleStep = { seat: 'unit-admin', days: 1 }
const CENTRE: RuleStep = { seat: 'it-staff', days: 1 }
/**
 * Until somebody decides otherwise: the unit's administrator, in one working day, three for several people; for what takes
 * an address or room of the whole province, IT staff after them.
 */
export const FIRST_RULES: readonly Rule[] = [
  rule('person', UNIT),
  rule('people', { seat: 'unit-admin', days: 3 }),
  ...(['unit-mailbox', 'function-mailbox', 'list', 'quota'] as const).map((kind) => rule(kind, UNIT, CENTRE)),
  ...(['holders', 'name', 'position', 'alias'] as const).map((kind) => rule(kind, UNIT)),
]

/** The rules in force: the first ones, but for those that the policy says otherwise, and its own. */
export function rulesOf(policy: StepsPolicy): readonly Rule[] {
  const own = new Set(policy.rules.map(ruleKey))
  return [...FIRST_RULES.filter((each) => !own.has(ruleKey(each))), ...policy.rules]
}

/**
 * The rule for a kind of request about a unit; `chain` is the unit and all above it, nearest first. The nearest unit that has
 * a rule of its own comes first, then the unit's kind, then what holds everywhere.
 */
export function ruleFor(
  policy: StepsPolicy,
  of: RequestKind,
  chain: readonly { readonly id: UnitId; readonly kind: UnitKind }[],
): Rule {
  const rules = rulesOf(policy)
  const at = (place: Place) => rules.find((each) => ruleKey(each) === ruleKey({ of, place }))
  const nearest = chain.map(({ id }) => at({ kind: 'below', unit: id })).find((found) => found !== undefined)
  const [unit] = chain
  const found = nearest ?? (unit && at({ kind: 'unit-kind', of: unit.kind })) ?? at({ kind: 'everywhere' })
  if (found === undefined) throw new Error(`No rule for requests of the kind ${of}`)
  return found
}
