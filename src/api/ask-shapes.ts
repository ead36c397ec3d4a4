import { z } from 'zod'
import { HoldersAsked } from '../accounts/holder.ts'
import { QuotaMb } from '../accounts/account.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import { EmailAddress, LocalPart } from '../kernel/email-address.ts'
import { IdentificationNumber } from '../kernel/identification-number.ts'
import { AccountId, UnitId } from '../kernel/ids.ts'
import { parsePersonName } from '../kernel/person-name.ts'
import { CLAUSES_MAX, NAMED_MAX, POSTERS_MAX } from '../lists/list.ts'
import type { Ask } from '../requests/ask.ts'
import { EMPLOYMENTS } from '../requests/details.ts'
import { PEOPLE_MAX } from '../requests/kinds/people.ts'
import { day, paragraph, said, text } from './fields.ts'

const why = said(paragraph(5, 500), 'Lý do, người duyệt đọc nguyên văn.', 'Why, as who decides reads it.')
const ofUnit = {
  unitId: said(UnitId, 'Đơn vị của mình, hoặc được giao.', 'One’s own unit, or one that one administers.'),
  why,
}
const holders = said(HoldersAsked.min(1), 'Ai dùng, với quyền gì.', 'Who holds it, with which rights.')
const ofAccount = {
  accountId: said(AccountId, 'Hộp thư của mình, hoặc mình đang dùng.', 'One’s own mailbox, or one that one works in.'),
  why,
}
const Clause = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('unit'), unitId: UnitId, below: z.boolean() }),
  z.strictObject({ by: z.literal('position'), title: text(100), unitId: UnitId.nullable(), below: z.boolean() }),
  z.strictObject({ by: z.literal('name'), accounts: z.array(AccountId).min(1).max(NAMED_MAX) }),
])
const PostingAsked = z.discriminatedUnion('who', [
  z.strictObject({ who: z.literal('anyone') }),
  z.strictObject({ who: z.literal('province') }),
  z.strictObject({ who: z.literal('named'), accounts: z.array(AccountId).min(1).max(POSTERS_MAX) }),
])
const PersonAsked = z.strictObject({
  fullName: text(100),
  given: said(text(100).nullable(), 'Tên gọi, khi khác tiếng cuối.', 'The given name, where it is not the last word.'),
  ...{ birthDate: day(), sex: z.enum(['male', 'female']), number: IdentificationNumber, position: text(120) },
  ...{ employment: z.enum(EMPLOYMENTS), contractEnd: day().nullable(), phone: text(30).nullable() },
  contactEmail: said(EmailAddress, 'Nơi nhận liên kết kích hoạt.', 'Where the link that activates goes.'),
})
/** What somebody asks for, by its kind. */
export const AskJson = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('unit-mailbox'), ...ofUnit, holders }),
    z.strictObject({
      ...{ kind: z.literal('function-mailbox'), ...ofUnit, holders },
      what: said(text(80), 'Tên chức danh, công việc.', 'What the function is called.'),
    }),
    z.strictObject({ kind: z.literal('holders'), ...ofAccount, holders }),
    z.strictObject({
      ...{ kind: z.literal('list'), ...ofUnit, name: text(200), posting: PostingAsked },
      rule: z.array(Clause).min(1).max(CLAUSES_MAX),
    }),
    z.strictObject({
      ...{ kind: z.literal('name'), ...ofAccount, fullName: text(100), given: text(100).nullable() },
      newAddress: said(z.boolean(), 'Đổi địa chỉ theo tên mới.', 'Whether the address follows the new name.'),
    }),
    z.strictObject({ kind: z.literal('position'), ...ofAccount, position: text(120) }),
    z.strictObject({ kind: z.literal('alias'), ...ofAccount, local: LocalPart }),
    z.strictObject({ kind: z.literal('quota'), ...ofAccount, quotaMb: QuotaMb }),
    z.strictObject({
      ...{ kind: z.literal('people'), ...ofUnit },
      people: z
        .array(PersonAsked)
        .min(1)
        .max(PEOPLE_MAX)
        .refine((all) => new Set(all.map(({ number }) => number)).size === all.length, 'twice'),
    }),
  ])
  .meta({ id: 'Ask' })
/** What is asked for and sent at once. */
export const AskBody = z.strictObject({
  ask: AskJson,
  address: said(
    LocalPart.nullable(),
    'Phần trước @ trong các địa chỉ theo quy định; null lấy địa chỉ đầu tiên còn trống.',
    'The local part of one that the policy proposes; null takes the first that is free.',
  ),
})
export const ASK_EXAMPLE: z.input<typeof AskBody> = {
  ask: {
    ...{ kind: 'function-mailbox', unitId: '0196f3a2-7c41-7b52-9d1e-2f6a8c0b4d11', what: 'Văn thư' },
    holders: [{ accountId: '0196f3a2-7c41-7b52-9d1e-2f6a8c0b4d12', rights: 'full' }],
    why: 'Theo phân công của Giám đốc Sở',
  },
  address: null,
}

/** The ask, once every name in it can be read. */
export function readable(ask: z.output<typeof AskJson>): Decision<Ask, { kind: 'unreadable-name'; reason: never }> {
  const names = ask.kind === 'name' ? [ask] : ask.kind === 'people' ? ask.people : []
  for (const { fullName, given } of names) {
    const name = parsePersonName(fullName, given)
    if (!name.ok) return refuse({ kind: 'unreadable-name', reason: name.refusal.kind as never })
  }
  return accept(ask)
}
