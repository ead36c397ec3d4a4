import { z } from 'zod'
import { PersonId, UnitId } from '../../kernel/ids.ts'

/** Fields of a row that can be typed anew. */
export const FIXABLE = [
  'fullName',
  'givenName',
  'birthDate',
  'sex',
  'number',
  'position',
  'phone',
  'contactEmail',
  'officialAddress',
] as const
export type Fixable = (typeof FIXABLE)[number]

/** What somebody decided about a row, beside what the file says. */
export const Patch = z.object({
  /** The row is left out. */
  skip: z.boolean().default(false),
  /** Keys of reasons of which somebody took the suggestion. */
  accepted: z.array(z.string().max(100)).max(50).default([]),
  /** Who it is, or that it is nobody known. */
  person: z
    .union([PersonId, z.literal('new')])
    .nullable()
    .default(null),
  /** In which unit, whatever the file calls it. */
  unit: UnitId.nullable().default(null),
  /** Fields typed anew; nothing typed is nothing said. */
  fields: z.partialRecord(z.enum(FIXABLE), z.string().max(1000)).default({}),
})
export type Patch = z.infer<typeof Patch>

export const NO_PATCH: Patch = Patch.parse({})
export const isPatched = (patch: Patch): boolean => JSON.stringify(patch) !== JSON.stringify(NO_PATCH)
