import { z } from 'zod'
import { HoldersAsked } from '../../accounts/holder.ts'
import { UnitId } from '../../kernel/ids.ts'
import { lines } from '../../kernel/text.ts'

/** Why it is asked for, as the approver reads it. */
export const Why = lines(5, 500)

/** What every request of somebody signed in has; `title` is what lists call it by. */
export const common = { unitId: UnitId, title: z.string().min(1).max(1_000), why: Why }

/** Those who are to hold a mailbox: somebody must. */
export const Holders = HoldersAsked.min(1, 'empty')
