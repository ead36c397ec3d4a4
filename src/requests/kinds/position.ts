import { z } from 'zod'
import { AccountId } from '../../kernel/ids.ts'
import { line } from '../../kernel/text.ts'
import { common } from './common.ts'

export const Position = line(120)

/** Somebody's new position in the same unit. Another unit is a transfer, which the unit asks for. */
export const PositionChange = z.object({
  kind: z.literal('position'),
  ...common,
  accountId: AccountId,
  position: Position,
  present: z.string().nullable(),
})
export type PositionChange = z.infer<typeof PositionChange>
