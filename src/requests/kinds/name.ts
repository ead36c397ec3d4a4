import { z } from 'zod'
import { AccountId } from '../../kernel/ids.ts'
import { parsePersonName, type PersonName } from '../../kernel/person-name.ts'
import { common } from './common.ts'

/** Somebody's new name; with a new address the former one stays as an alias. `title` is the name that they had. */
export const NameChange = z
  .object({
    kind: z.literal('name'),
    ...common,
    accountId: AccountId,
    fullName: z.string(),
    given: z.string().nullable(),
    newAddress: z.boolean(),
  })
  .refine(({ fullName, given }) => parsePersonName(fullName, given).ok, 'unreadable-name')
export type NameChange = z.infer<typeof NameChange>

/** The name as it was read when it was asked. */
export function newName({ fullName, given }: Pick<NameChange, 'fullName' | 'given'>): PersonName {
  const name = parsePersonName(fullName, given)
  if (!name.ok) throw new Error(`The name of a request is ${name.refusal.kind}`)
  return name.value
}
