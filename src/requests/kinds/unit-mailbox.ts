import { z } from 'zod'
import { common, Holders } from './common.ts'

/** The mailbox of a unit, its address by the policy; approved, it is there and its holders open it. */
export const UnitMailbox = z.object({ kind: z.literal('unit-mailbox'), ...common, holders: Holders })
export type UnitMailbox = z.infer<typeof UnitMailbox>
