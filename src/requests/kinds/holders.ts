import { z } from 'zod'
import { HoldersAsked } from '../../accounts/holder.ts'
import { AccountId } from '../../kernel/ids.ts'
import { common, Holders } from './common.ts'

/** Who holds a mailbox from now on, all of them; `present` is who did when it was asked. */
export const HoldersChange = z.object({
  kind: z.literal('holders'),
  ...common,
  accountId: AccountId,
  holders: Holders,
  present: HoldersAsked,
})
export type HoldersChange = z.infer<typeof HoldersChange>
