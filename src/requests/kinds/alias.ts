import { z } from 'zod'
import { AccountId } from '../../kernel/ids.ts'
import { LocalPart } from '../../kernel/email-address.ts'
import { common } from './common.ts'

/** A further address of a mailbox, chosen freely within the naming policy. */
export const ExtraAlias = z.object({
  kind: z.literal('alias'),
  ...common,
  accountId: AccountId,
  local: LocalPart,
})
export type ExtraAlias = z.infer<typeof ExtraAlias>
