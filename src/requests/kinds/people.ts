import { z } from 'zod'
import { Day } from '../../kernel/day.ts'
import { EmailAddress, LocalPart } from '../../kernel/email-address.ts'
import { IdentificationNumber } from '../../kernel/identification-number.ts'
import { line } from '../../kernel/text.ts'
import { EMPLOYMENTS } from '../details.ts'
import { common } from './common.ts'

/** More than these come by a personnel list. */
export const PEOPLE_MAX = 5

/** One of several people; `ticket` holds their address until the account is theirs, `local` once it was given. */
export const OnePerson = z.object({
  fullName: z.string(),
  given: z.string().nullable(),
  birthDate: Day,
  sex: z.enum(['male', 'female']),
  number: IdentificationNumber,
  position: line(120),
  employment: z.enum(EMPLOYMENTS),
  contractEnd: Day.nullable(),
  phone: z.string().max(30).nullable(),
  contactEmail: EmailAddress,
  ticket: z.uuid(),
  local: LocalPart.nullable(),
})
export type OnePerson = z.infer<typeof OnePerson>

/** Several people of a unit at once: each becomes an account, or none does. */
export const SeveralPeople = z.object({
  kind: z.literal('people'),
  ...common,
  people: z
    .array(OnePerson)
    .min(1, 'empty')
    .max(PEOPLE_MAX, 'too-many')
    .refine((all) => new Set(all.map(({ number }) => number)).size === all.length, 'twice'),
})
export type SeveralPeople = z.infer<typeof SeveralPeople>
