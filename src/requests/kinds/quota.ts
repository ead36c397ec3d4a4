import { z } from 'zod'
import { QuotaMb } from '../../accounts/account.ts'
import { AccountId } from '../../kernel/ids.ts'
import { common } from './common.ts'

/** A larger mailbox; both sizes in MB. */
export const LargerQuota = z.object({
  kind: z.literal('quota'),
  ...common,
  accountId: AccountId,
  quotaMb: QuotaMb,
  present: z.int(),
})
export type LargerQuota = z.infer<typeof LargerQuota>
