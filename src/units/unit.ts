import { z } from 'zod'
import { Day } from '../kernel/day.ts'
import { UnitId } from '../kernel/ids.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import { line } from '../kernel/text.ts'

export const UNIT_KINDS = ['province', 'district', 'agency', 'commune', 'department'] as const
export type UnitKind = (typeof UNIT_KINDS)[number]

/**
 * Codes that a unit may bear, each optional: `agency` of Decision 20/2020 (`H49.12`), `document` of QCVN 102
 * (`000.00.12.H49`), `statistics` of the statistics office (5 digits).
 */
export const UnitCodes = z.object({
  agency: z
    .string()
    .regex(/^[A-Z0-9.]{1,35}$/, 'code')
    .optional(),
  document: z
    .string()
    .regex(/^[A-Z0-9.]{1,35}$/, 'code')
    .optional(),
  statistics: z
    .string()
    .regex(/^\d{5}$/, 'code')
    .optional(),
})
export type UnitCodes = z.infer<typeof UnitCodes>

/** A unit as it stands on a day. */
export type Unit = {
  readonly id: UnitId
  readonly number: number
  readonly name: string
  readonly kind: UnitKind
  readonly parentId: UnitId | null
  readonly parentName: string | null
  readonly codes: UnitCodes
  readonly validFrom: Day
  readonly validTo: Day | null
}

/** What IT staff may say of a unit from a day on. */
export const UnitFacts = z.object({
  name: line(200),
  kind: z.enum(UNIT_KINDS, 'empty'),
  parentId: UnitId.nullable(),
  codes: UnitCodes,
  validFrom: Day,
})
export type UnitFacts = z.infer<typeof UnitFacts>

export type UnitRefusal =
  | { kind: 'unknown-unit' }
  | { kind: 'unknown-parent' }
  | { kind: 'own-descendant' }
  | { kind: 'not-after-current'; current: Day }
  | { kind: 'name-taken' }
  | { kind: 'changed-meanwhile' }

/** A new version takes over on its day, which must come after the start of the present one. */
export function decideVersion(
  present: Pick<Unit, 'id' | 'validFrom'>,
  facts: UnitFacts,
  below: ReadonlySet<UnitId>,
): Decision<UnitFacts, UnitRefusal> {
  if (facts.parentId !== null && below.has(facts.parentId)) return refuse({ kind: 'own-descendant' })
  if (facts.validFrom <= present.validFrom) return refuse({ kind: 'not-after-current', current: present.validFrom })
  return accept(facts)
}
