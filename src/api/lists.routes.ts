import { z } from 'zod'
import { ACCOUNT_KINDS } from '../accounts/account.ts'
import { accept, refuse } from '../kernel/decision.ts'
import { AccountId, GroupId, UnitId } from '../kernel/ids.ts'
import { LIST_EVENTS, POSTING, Posting, type ListSummary } from '../lists/list.ts'
import type { Services } from '../main/compose.ts'
import { endpoint } from './endpoint.ts'
import { count, instant, list, said, search, unitOf } from './fields.ts'
import { listing } from './listing.ts'
import { found, type ApiRoute } from './route.ts'

const Clause = z.discriminatedUnion('by', [
  z.object({ by: z.literal('unit'), unitId: UnitId, below: z.boolean() }),
  z.object({ by: z.literal('position'), title: z.string(), unitId: UnitId.nullable(), below: z.boolean() }),
  z.object({ by: z.literal('name'), accounts: list(AccountId) }),
])
const Summary = z.object({
  id: GroupId,
  name: z.string(),
  address: z.string(),
  unit: unitOf(),
  posting: said(
    z.enum(POSTING),
    'Ai gửi được: anyone mọi người, province người của tỉnh, named người được nêu tên.',
    'Who may write to it: anyone, the province, or those who are named.',
  ),
  members: said(count(), 'Số thành viên.', 'How many it reaches.'),
  behind: said(z.boolean(), 'Danh bạ chưa có bản này.', 'The directory does not have it yet.'),
})
const InList = Summary.meta({ id: 'MailListSummary' })
const Whole = Summary.extend({
  number: z.int(),
  aliases: list(z.string()),
  rule: said(list(Clause), 'Quy tắc chọn thành viên.', 'The rule that members follow from.'),
  postingRule: said(Posting, 'Ai gửi được, với các tài khoản được nêu.', 'Who may write, with the accounts named.'),
  revision: count(),
  createdAt: instant(),
  events: list(z.object({ at: instant(), kind: z.enum(LIST_EVENTS), byName: z.string(), note: z.string().nullable() })),
}).meta({ id: 'MailList' })
const Member = z
  .object({
    ...{ accountId: AccountId, kind: z.enum(ACCOUNT_KINDS), displayName: z.string(), address: z.string() },
    ...{ title: z.string().nullable(), unitName: z.string() },
    coming: said(z.boolean(), 'Thư chưa đến được: danh bạ chưa có.', 'Mail does not reach it yet.'),
  })
  .meta({ id: 'ListMember' })
const ById = z.strictObject({ id: GroupId })

const summaryOf = <T extends ListSummary>({ unitId, unitName, ...rest }: T) => ({
  ...rest,
  unit: { id: unitId, name: unitName },
})

/** Distribution lists, whom they reach, and who may write to them. They are made and changed by requests. */
export function listRoutes({ lists }: Services): ApiRoute[] {
  return [
    listing({
      ...{ id: 'listMailLists', path: '/lists', tag: 'lists', action: 'list.read' },
      summary: { vi: 'Các danh sách trong phạm vi, theo tên', en: 'Lists within reach, by name' },
      query: z.object({
        q: search(),
        unit: said(UnitId.optional(), 'Của đơn vị này và cấp dưới.', 'Of this unit and those below it.'),
      }),
      item: InList,
      key: z.object({ name: z.string(), id: z.uuid() }),
      handle: async ({ permit, query: { q = '', unit = null }, limit, after }) => {
        const page = await lists.listAfter(permit, { q, unit, limit, after })
        return accept({ items: page.lists.map(summaryOf), next: page.next })
      },
    }),
    endpoint({
      ...{ id: 'getMailList', method: 'get', path: '/lists/:id', tag: 'lists', action: 'list.read' },
      summary: { vi: 'Một danh sách', en: 'One list' },
      params: ById,
      answer: Whole,
      handle: async ({ permit, params }) => {
        const view = await lists.read(permit, params.id)
        return found(view && summaryOf(view))
      },
    }),
    listing({
      ...{ id: 'listMembers', path: '/lists/:id/members', tag: 'lists', action: 'list.read' },
      summary: { vi: 'Thành viên của một danh sách, theo tên', en: 'Whom a list reaches, by name' },
      params: ById,
      item: Member,
      key: AccountId,
      handle: async ({ permit, params, limit, after }) => {
        const page = await lists.membersAfter(permit, params.id, { limit, after })
        return page === null ? refuse({ kind: 'not-found' }) : accept({ items: page.members, next: page.next })
      },
    }),
    endpoint({
      ...{ id: 'getMyLists', method: 'get', path: '/me/lists', tag: 'me', action: 'own.read' },
      summary: { vi: 'Các danh sách gửi đến chủ mã truy cập', en: 'The lists that reach the token’s owner' },
      answer: z.object({ items: list(InList) }),
      handle: async ({ permit }) => accept({ items: (await lists.mine(permit)).map(summaryOf) }),
    }),
  ]
}
