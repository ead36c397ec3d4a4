import { z } from 'zod'
import { HOLDER_RIGHTS } from '../accounts/holder.ts'
import { QuotaMb } from '../accounts/account.ts'
import { AccountId, UnitId } from '../kernel/ids.ts'
import { LocalPart } from '../kernel/email-address.ts'
import { EMPLOYMENTS } from '../requests/details.ts'
import { day, list, said, unitOf } from './fields.ts'

/** Who holds a mailbox, as it is answered. */
const Held = () =>
  list(
    z.object({
      accountId: AccountId,
      rights: said(z.enum(HOLDER_RIGHTS), 'read chỉ đọc, full đọc, xử lý và gửi.', 'Only reading, or working in it.'),
    }),
  )
const clause = z.discriminatedUnion('by', [
  z.object({ by: z.literal('unit'), unitId: UnitId, below: z.boolean() }),
  z.object({ by: z.literal('position'), title: z.string(), unitId: UnitId.nullable(), below: z.boolean() }),
  z.object({ by: z.literal('name'), accounts: list(AccountId) }),
])
const posting = z.discriminatedUnion('who', [
  z.object({ who: z.literal('anyone') }),
  z.object({ who: z.literal('province') }),
  z.object({ who: z.literal('named'), accounts: list(AccountId) }),
])
const numberEnd = () =>
  said(
    z.string(),
    'Ba số cuối của số định danh; xem đủ bằng thao tác riêng, có ghi nhật ký.',
    'The last three digits of the identification number; the whole by its own operation, which is logged.',
  )
const person = {
  birthDate: day(),
  sex: z.enum(['male', 'female']),
  position: z.string(),
  employment: z.enum(EMPLOYMENTS),
  contractEnd: day().nullable(),
  phone: z.string().nullable(),
}
const asked = { unit: unitOf(), title: z.string(), why: z.string() }
const about = { ...asked, accountId: AccountId }

/** What accounts and units in a request are called. */
export const NamesJson = () =>
  said(
    z.object({
      accounts: z.record(z.string(), z.object({ name: z.string(), address: z.string().nullable() })),
      units: z.record(z.string(), z.string()),
    }),
    'Tên của các tài khoản, đơn vị có trong nội dung.',
    'What the accounts and units in its details are called.',
  )

/** What a request is about, by its kind. */
export const ToldJson = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('person'),
      unit: unitOf(),
      name: z.object({ full: z.string(), surname: z.string(), middle: z.string(), given: z.string() }),
      ...person,
      numberEnd: numberEnd(),
    }),
    z.object({
      ...{ kind: z.literal('people'), ...asked },
      people: list(
        z.object({
          ...{ fullName: z.string(), given: z.string().nullable(), ...person, numberEnd: numberEnd() },
          ...{ contactEmail: z.string(), local: LocalPart.nullable() },
        }),
      ),
    }),
    z.object({ kind: z.literal('unit-mailbox'), ...asked, holders: Held() }),
    z.object({ kind: z.literal('function-mailbox'), ...asked, what: z.string(), holders: Held() }),
    z.object({ kind: z.literal('holders'), ...about, holders: Held(), present: Held() }),
    z.object({ kind: z.literal('list'), ...asked, name: z.string(), rule: list(clause), posting }),
    z.object({
      ...{ kind: z.literal('name'), ...about, fullName: z.string(), given: z.string().nullable() },
      newAddress: z.boolean(),
    }),
    z.object({ kind: z.literal('position'), ...about, position: z.string(), present: z.string().nullable() }),
    z.object({ kind: z.literal('alias'), ...about, local: LocalPart }),
    z.object({ kind: z.literal('quota'), ...about, quotaMb: QuotaMb, present: z.int() }),
  ])
  .meta({ id: 'RequestDetails' })
