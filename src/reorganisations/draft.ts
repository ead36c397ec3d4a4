import { z } from 'zod'
import { Day } from '../kernel/day.ts'
import { LocalPart } from '../kernel/email-address.ts'
import { AccountId, UnitId } from '../kernel/ids.ts'
import { line } from '../kernel/text.ts'
import { UNIT_KINDS, UnitCodes } from '../units/unit.ts'

export const MAX_STEPS = 2_000
export const MAX_ASSIGNMENTS = 50_000
export const MAX_SEATS = 1_000

/** What becomes of the address of a unit's mailbox when the unit is new or bears another name. */
export const AddressWish = z.union([z.literal('policy'), z.literal('keep'), LocalPart])
export type AddressWish = z.infer<typeof AddressWish>

/** A name or title that is none in a workbook: a formula that was not worked out, or an error. */
const called = (longest: number) => line(longest).refine((text) => !/^[=+@#-]/.test(text), 'no-name')

/** What the unit is called and belongs to; a code that is absent is none. */
const facts = { name: called(200), unitKind: z.enum(UNIT_KINDS, 'empty'), codes: UnitCodes }

/**
 * What becomes of one unit. A unit that is to be made has its identifier already, so that other steps can name it. The first
 * of several heirs takes over what cannot be divided: mailboxes, lists, requests.
 */
export const Step = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('create'), unit: UnitId, ...facts, parent: UnitId.nullable(), address: AddressWish }),
  z.object({ kind: z.literal('rename'), unit: UnitId, ...facts, address: AddressWish }),
  z.object({ kind: z.literal('move'), unit: UnitId, parent: UnitId.nullable() }),
  z.object({ kind: z.literal('merge'), unit: UnitId, into: UnitId }),
  /** Divided whole: the unit is no more. */
  z.object({ kind: z.literal('split'), unit: UnitId, into: z.array(UnitId).min(1, 'empty').max(50, 'too-many') }),
  /** A part becomes another's: the unit goes on. */
  z.object({ kind: z.literal('split-off'), unit: UnitId, into: z.array(UnitId).min(1, 'empty').max(50, 'too-many') }),
  z.object({ kind: z.literal('dissolve'), unit: UnitId, into: UnitId.nullable() }),
])
export type Step = z.infer<typeof Step>
export type StepKind = Step['kind']
export const STEP_KINDS = ['create', 'rename', 'move', 'merge', 'split', 'split-off', 'dissolve'] as const

/** Whom a rule of a divided unit is about. `rest` is everybody whom no other rule names. */
export const ASSIGNED_BY = ['unit', 'position', 'account', 'rest'] as const
export type AssignedBy = (typeof ASSIGNED_BY)[number]

/** Who of a unit goes where: a department with its people, people of a title, somebody by name, or the rest. */
export const Assignment = z.discriminatedUnion('by', [
  z.object({ by: z.literal('unit'), from: UnitId, value: UnitId, to: UnitId }),
  z.object({ by: z.literal('position'), from: UnitId, value: called(100), to: UnitId }),
  z.object({ by: z.literal('account'), from: UnitId, value: AccountId, to: UnitId }),
  z.object({ by: z.literal('rest'), from: UnitId, value: z.literal(''), to: UnitId }),
])
export type Assignment = z.infer<typeof Assignment>

/** Somebody who is to administer a unit from that day on. */
export const SeatWish = z.object({ unit: UnitId, account: AccountId })
export type SeatWish = z.infer<typeof SeatWish>

export const Options = z.object({
  /** Months for which a former unit's address still reaches its heir. */
  aliasMonths: z.int('range').min(1, 'range').max(60, 'range'),
  /** Whether personal addresses stay, or follow the naming policy where it makes the unit a part of them. */
  personal: z.enum(['keep', 'follow']),
  /** Whether everybody whose unit changes is written to. */
  letters: z.boolean(),
})
export type Options = z.infer<typeof Options>
export const DEFAULT_OPTIONS: Options = { aliasMonths: 12, personal: 'keep', letters: true }

/** What a plan is called, what it goes by and when it takes effect. */
export const Head = z.object({
  name: line(200),
  document: z.object({ number: line(60), date: Day }).nullable(),
  effectiveOn: Day,
  options: Options,
})
export type Head = z.infer<typeof Head>

/** A plan as people write it down. */
export type Draft = Head & {
  readonly steps: readonly Step[]
  readonly assignments: readonly Assignment[]
  readonly seats: readonly SeatWish[]
}

/** The units that take over from the unit of a step; those of a part that is split off, without the unit itself. */
export function heirsOf(step: Step): readonly UnitId[] {
  switch (step.kind) {
    case 'merge':
      return [step.into]
    case 'split':
    case 'split-off':
      return step.into
    case 'dissolve':
      return step.into === null ? [] : [step.into]
    case 'create':
    case 'rename':
    case 'move':
      return []
    default:
      return step satisfies never
  }
}

/** Whether the unit of the step is no more afterwards. */
export const isEnd = (step: Step): boolean => ['merge', 'split', 'dissolve'].includes(step.kind)

/** Units that a draft names, those that it makes too. */
export const unitsIn = ({ steps, assignments, seats }: Draft): ReadonlySet<UnitId> =>
  new Set([
    ...steps.flatMap((step) => [
      step.unit,
      ...heirsOf(step),
      ...(step.kind === 'create' || step.kind === 'move' ? [step.parent].filter((unit) => unit !== null) : []),
    ]),
    ...assignments.flatMap(({ by, from, value, to }) => [from, to, ...(by === 'unit' ? [value] : [])]),
    ...seats.map(({ unit }) => unit),
  ])
