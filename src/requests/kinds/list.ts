import { z } from 'zod'
import { ListName, ListRule, Posting } from '../../lists/list.ts'
import { common } from './common.ts'

/** A distribution list: whom it reaches, and who may write to it. Its address is made as a function's. */
export const NewListAsked = z.object({
  kind: z.literal('list'),
  ...common,
  name: ListName,
  rule: ListRule,
  posting: Posting,
})
export type NewListAsked = z.infer<typeof NewListAsked>
