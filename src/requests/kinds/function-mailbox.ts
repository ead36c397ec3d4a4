import { z } from 'zod'
import { line } from '../../kernel/text.ts'
import { common, Holders } from './common.ts'

/** What the function is called, such as `Văn thư`. */
export const What = line(80)

/** The mailbox of a function in a unit; approved, its holders open it from their own sign-in and write as it. */
export const FunctionMailbox = z.object({
  kind: z.literal('function-mailbox'),
  ...common,
  what: What,
  holders: Holders,
})
export type FunctionMailbox = z.infer<typeof FunctionMailbox>
