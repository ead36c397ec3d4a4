import { z } from 'zod'
import { ACCOUNT_STATES } from '../accounts/account.ts'
import { defaultQuotas, QuotaPolicy } from '../accounts/quota.ts'
import { accept } from '../kernel/decision.ts'
import { AccountId, PersonId } from '../kernel/ids.ts'
import { IdentificationNumber } from '../kernel/identification-number.ts'
import type { Services } from '../main/compose.ts'
import { NUMBERS } from '../people/person.ts'
import { CHANGE_STATES } from '../scheduled/change.ts'
import { endpoint } from './endpoint.ts'
import { count, day, instant, list, paragraph, said, search, text, unitOf } from './fields.ts'
import { listing } from './listing.ts'
import { found, resource, type ApiRoute } from './route.ts'

const Summary = z
  .object({
    ...{ id: PersonId, fullName: z.string(), birthDate: day().nullable() },
    ends: said(z.string().nullable(), 'Ba số cuối của số định danh.', 'The last three digits of the number.'),
    account: z
      .object({
        ...{ id: AccountId, login: z.string(), address: z.string(), state: z.enum(ACCOUNT_STATES) },
        unit: unitOf(),
      })
      .nullable(),
  })
  .meta({ id: 'PersonSummary' })
const Person = z
  .object({
    ...Summary.shape,
    mergedInto: said(PersonId.nullable(), 'Hồ sơ đã gộp vào hồ sơ này.', 'The record of which this one is part now.'),
    merged: said(list(PersonId), 'Các hồ sơ đã gộp vào đây.', 'The records that are part of this one.'),
    posts: list(
      z.object({
        ...{ title: z.string(), unitName: z.string(), primary: z.boolean(), from: day(), until: day().nullable() },
      }),
    ),
    formerNumbers: list(z.object({ ends: z.string(), until: instant(), byName: z.string(), why: z.string() })),
    alike: said(list(Summary), 'Có thể là cùng một người.', 'Who may be the same person.'),
  })
  .meta({ id: 'Person' })
const Asked = z
  .object({
    change: said(z.uuid(), 'Thay đổi chờ người thứ hai, xem /changes.', 'The change that waits, see /changes.'),
    state: z.enum(CHANGE_STATES),
  })
  .meta({ id: 'AskedOfPerson' })
const grounds = () => ({
  why: said(paragraph(10, 500), 'Lý do, ghi vào lịch sử.', 'Why, as it stands in the history.'),
  letter: said(z.strictObject({ number: text(60), date: day() }).nullable(), 'Văn bản làm căn cứ.', 'The letter.'),
})
const ById = z.strictObject({ id: PersonId })
const CHANGE = { tag: 'life', action: 'person.change', params: ById, status: 201, answer: Asked } as const
const Sizes = z
  .object({ version: said(count(), 'Lần sửa; 0 là ban đầu.', 'The version; 0 is the first.'), policy: QuotaPolicy })
  .meta({ id: 'MailboxSizes' })

/** The records of people and what is asked about them; how large mailboxes are. */
export function peopleRoutes({ people, quotas, config }: Services): ApiRoute[] {
  const summaryOf = ({ account, ...record }: Awaited<ReturnType<typeof people.list>>['people'][number]) => ({
    ...record,
    account: account && { ...account, unit: { id: account.unitId, name: account.unitName } },
  })
  const sizes = resource(Sizes, async (desk) => {
    desk.permit('life-policy.read')
    return quotas.present()
  })
  const example = { why: 'Đối chiếu với thẻ căn cước', letter: null }

  return [
    listing({
      ...{ id: 'findPeople', path: '/people', tag: 'life', action: 'person.read' },
      summary: { vi: 'Tìm hồ sơ người', en: 'Find the records of people' },
      description: {
        vi: 'Theo họ tên, địa chỉ, số tài khoản, hoặc đủ số định danh, kể cả số cũ.',
        en: 'By name, address, account number, or a whole identification number, also a former one.',
      },
      query: z.object({ q: search() }),
      item: Summary,
      key: z.object({ name: z.array(z.string()).readonly().nullable(), id: z.uuid() }),
      handle: async ({ permit, query: { q = '' }, limit, after }) => {
        const page = await people.listAfter(permit, { q, limit, after })
        return accept({ items: page.people.map(summaryOf), next: page.next })
      },
    }),
    endpoint({
      ...{ id: 'getPerson', method: 'get', path: '/people/:id', tag: 'life', action: 'person.read' },
      summary: { vi: 'Một hồ sơ', en: 'One record' },
      params: ById,
      answer: Person,
      handle: async ({ permit, params }) => {
        const view = await people.read(permit, params.id)
        return found(
          view && {
            ...{ ...view, ...summaryOf(view), mergedInto: view.mergedInto?.id ?? null },
            ...{ merged: view.merged.map(({ id }) => id), alike: view.alike.map(summaryOf) },
          },
        )
      },
    }),
    endpoint({
      ...{ id: 'correctNumber', method: 'post', path: '/people/:id/number', ...CHANGE },
      summary: { vi: 'Đề nghị sửa số định danh', en: 'Ask to correct an identification number' },
      description: { vi: 'Chờ người thứ hai đồng ý.', en: 'It waits for a second person.' },
      body: z.strictObject({
        number: said(z.string().regex(/^\d{12}$/), 'Đủ 12 chữ số.', 'All twelve digits.').pipe(IdentificationNumber),
        ...grounds(),
      }),
      example: { number: '022088012345', ...example },
      problems: [
        'unknown-person',
        'own-record',
        'merged-before',
        'number-unchanged',
        'number-of-another',
        'already-asked',
      ],
      handle: async ({ permit, params, body: { number, ...why } }) => {
        const asked = await people.askNumber(permit, params.id, number, why)
        return asked.ok ? accept({ change: asked.value.id, state: asked.value.state }) : asked
      },
    }),
    endpoint({
      ...{ id: 'mergePeople', method: 'post', path: '/people/:id/merge', ...CHANGE },
      summary: { vi: 'Đề nghị gộp hồ sơ khác vào hồ sơ này', en: 'Ask to merge another record into this one' },
      description: {
        vi: 'Chờ người thứ hai đồng ý. number cần khi hai số khác nhau.',
        en: 'It waits for a second person. number is needed where the two numbers differ.',
      },
      body: z.strictObject({
        other: said(PersonId, 'Hồ sơ sẽ gộp vào.', 'The record that becomes part of this one.'),
        number: said(z.enum(NUMBERS).nullable(), 'Số của hồ sơ nào đúng.', 'Whose number is right.'),
        ...grounds(),
      }),
      example: { other: '6f1c2f0e-0000-4000-8000-000000000001', number: 'kept', ...example },
      problems: ['unknown-person', 'own-record', 'same-record', 'merged-before', 'number-to-choose', 'already-asked'],
      handle: async ({ permit, params, body: { other, number, ...why } }) => {
        const asked = await people.askMerge(permit, params.id, other, number, why)
        return asked.ok ? accept({ change: asked.value.id, state: asked.value.state }) : asked
      },
    }),

    endpoint({
      ...{ id: 'getMailboxSizes', method: 'get', path: '/policies/mailbox-sizes', tag: 'life' },
      action: 'life-policy.read',
      summary: { vi: 'Dung lượng hộp thư theo chức vụ, đơn vị', en: 'Sizes of mailboxes by rank and unit' },
      answer: Sizes,
      handle: async ({ desk }) => found(await sizes.read(desk, {})),
    }),
    endpoint({
      ...{ id: 'changeMailboxSizes', method: 'put', path: '/policies/mailbox-sizes', tag: 'life' },
      ...{ action: 'life-policy.change', also: ['life-policy.read'] },
      summary: { vi: 'Sửa dung lượng hộp thư', en: 'Change the sizes of mailboxes' },
      of: sizes,
      body: z.strictObject({ policy: QuotaPolicy, why: said(paragraph(10, 500), 'Lý do sửa.', 'Why.') }),
      example: { policy: defaultQuotas(config.quotaMb), why: 'Trở lại dung lượng ban đầu' },
      answer: Sizes,
      problems: ['policy-changed-meanwhile', 'policy-unchanged'],
      handle: async ({ desk, permit, body, present }) => {
        const changed = await quotas.change(permit, { ...body, seen: present.version })
        return changed.ok ? found(await sizes.read(desk, {})) : changed
      },
    }),
  ]
}
