import { z } from 'zod'
import { AccountId, UnitId } from '../kernel/ids.ts'
import { STEP_SEATS, type Seat } from './seats.ts'
import { Place } from './steps.ts'

const SeatSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('unit'), unit: UnitId }),
  z.object({ kind: z.literal('it-staff') }),
])

/** Who took a step, for whom where they deputised, and at which seat. */
const Act = z.object({
  by: AccountId,
  byName: z.string(),
  for: z.object({ id: AccountId, name: z.string() }).nullable(),
  at: z.coerce.date<Date>(),
  seat: SeatSchema,
})
const Step = z.object({ seat: z.enum(STEP_SEATS), days: z.int().min(1), act: Act.nullable() })

/** The steps as a row keeps them. */
export const StepsTaken = z.array(Step)
/** By which rule of which version of the policy the steps are what they are. */
export const Basis = z.object({ version: z.int().min(0), place: Place })

export type Act = z.infer<typeof Act>
export type Step = z.infer<typeof Step>
export type Basis = z.infer<typeof Basis>

/** The way of a request through its steps, fixed when it was sent. */
export type Course = {
  readonly steps: readonly Step[]
  readonly basis: Basis
  /** How often the step that waits was passed up, and when that comes next. */
  readonly level: number
  readonly upAt: Date
  readonly passedUp: { readonly at: Date; readonly to: Seat } | null
}

/** The step that waits, and which it is from 0; null once all are taken. */
export function waitingStep(course: Pick<Course, 'steps'>): { readonly step: Step; readonly index: number } | null {
  const index = course.steps.findIndex(({ act }) => act === null)
  const step = course.steps[index]
  return step === undefined ? null : { step, index }
}

/** What was done so far. */
export const actsOf = ({ steps }: Pick<Course, 'steps'>): readonly Act[] =>
  steps.flatMap(({ act }) => (act === null ? [] : [act]))

/** The unit from which the step that waits looks for its seat: where the one before was taken, else the request's own. */
export function baseUnit(course: Pick<Course, 'steps'>, own: UnitId): UnitId {
  const last = actsOf(course).at(-1)
  return last?.seat.kind === 'unit' ? last.seat.unit : own
}
