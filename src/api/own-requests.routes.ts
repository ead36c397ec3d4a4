import { z } from 'zod'
import { HoldersAsked } from '../accounts/holder.ts'
import { QuotaMb } from '../accounts/account.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import { EmailAddress, LocalPart } from '../kernel/email-address.ts'
import { IdentificationNumber } from '../kernel/identification-number.ts'
import { AccountId, GroupId, RequestId, UnitId } from '../kernel/ids.ts'
import { parsePersonName } from '../kernel/person-name.ts'
import { CLAUSES_MAX, NAMED_MAX, POSTERS_MAX } from '../lists/list.ts'
import type { Services } from '../main/compose.ts'
import type { Ask } from '../requests/ask.ts'
import { EMPLOYMENTS } from '../requests/details.ts'
import { OWN_KINDS } from '../requests/kinds.ts'
import { PEOPLE_MAX } from '../requests/kinds/people.ts'
import { REQUEST_STATES } from '../requests/request.ts'
import type { Own } from '../requests/requests.ts'
import { endpoint } from './endpoint.ts'
import { day, instant, list, paragraph, said, text } from './fields.ts'
import type { ProblemKind } from './problem.ts'
import { NamesJson, ToldJson } from './request-kinds.ts'
import { EventJson, StepJson, stepOf, WaitsJson, waitsOf } from './request-shapes.ts'
import { found, resource, type ApiRoute } from './route.ts'

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
const AskJson = z
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
const Body = z.strictObject({
  ask: AskJson,
  address: said(
    LocalPart.nullable(),
    'Phần trước @ trong các địa chỉ theo quy định; null lấy địa chỉ đầu tiên còn trống.',
    'The local part of one that the policy proposes; null takes the first that is free.',
  ),
})
const EXAMPLE: z.input<typeof Body> = {
  ask: {
    ...{ kind: 'function-mailbox', unitId: '0196f3a2-7c41-7b52-9d1e-2f6a8c0b4d11', what: 'Văn thư' },
    holders: [{ accountId: '0196f3a2-7c41-7b52-9d1e-2f6a8c0b4d12', rights: 'full' }],
    why: 'Theo phân công của Giám đốc Sở',
  },
  address: null,
}
const LineJson = z.object({
  ...{ id: RequestId, code: z.string(), kind: z.enum(OWN_KINDS), title: z.string().nullable() },
  ...{ state: z.enum(REQUEST_STATES), createdAt: instant(), submittedAt: instant().nullable() },
  ...{ dueAt: instant().nullable(), decidedAt: instant().nullable() },
})
const OwnJson = z
  .object({
    ...LineJson.shape,
    ...{ version: z.int(), details: ToldJson.nullable(), names: NamesJson(), unitName: z.string().nullable() },
    ...{ address: z.string().nullable(), expiresAt: instant().nullable(), comment: z.string().nullable() },
    ...{ steps: list(StepJson), waits: WaitsJson.nullable() },
    made: said(
      z.object({ accounts: list(AccountId), lists: list(GroupId) }),
      'Những gì đã được lập.',
      'What came of it.',
    ),
    done: said(
      z.boolean(),
      'Đã duyệt và đã có trên danh bạ, máy chủ thư.',
      'Approved, and directory and mail server show it.',
    ),
    events: list(EventJson),
  })
  .meta({ id: 'OwnRequest' })

const ownOf = (own: Own): z.output<typeof OwnJson> => ({
  ...own,
  details: own.details && { ...own.details, unit: { id: own.details.unitId, name: own.unitName ?? '' } },
  ...{ steps: own.steps.map(stepOf), waits: own.waits && waitsOf(own.waits) },
})
const ById = z.strictObject({ id: RequestId })
const COMMON = { tag: 'requests', action: 'own.request' } as const
const REFUSED: readonly ProblemKind[] = [
  ...(['not-your-unit', 'not-your-mailbox', 'unit-closed', 'unit-has-mailbox', 'unknown-holder'] as const),
  ...(['nothing-changes', 'quota-not-larger', 'unknown-account', 'unknown-unit', 'unknown-member'] as const),
  ...(['unknown-poster', 'named-not-offered', 'address-taken', 'not-proposed', 'not-allowed', 'incomplete'] as const),
  ...(['unreadable-name', 'unknown-request'] as const),
]

/** The ask, once every name in it can be read. */
function readable(ask: z.output<typeof AskJson>): Decision<Ask, { kind: 'unreadable-name'; reason: never }> {
  const names = ask.kind === 'name' ? [ask] : ask.kind === 'people' ? ask.people : []
  for (const { fullName, given } of names) {
    const name = parsePersonName(fullName, given)
    if (!name.ok) return refuse({ kind: 'unreadable-name', reason: name.refusal.kind as never })
  }
  return accept(ask)
}

/** What the token's owner asks for: sending, following, correcting, withdrawing. */
export function ownRequestRoutes({ requests }: Services): ApiRoute[] {
  const own = resource(OwnJson, async (desk, { id }: z.output<typeof ById>) => {
    const view = await requests.own(desk.permit('own.request'), id)
    return view && ownOf(view)
  })

  return [
    endpoint({
      ...{ id: 'listOwnRequests', method: 'get', path: '/me/requests', ...COMMON },
      summary: { vi: 'Đề nghị của chủ mã truy cập', en: 'What the token’s owner asked for' },
      description: { vi: '100 đề nghị mới nhất.', en: 'The hundred newest.' },
      answer: z.object({ items: list(LineJson) }),
      handle: async ({ permit }) => accept({ items: await requests.ownRequests(permit) }),
    }),
    endpoint({
      ...{ id: 'askFor', method: 'post', path: '/me/requests', ...COMMON },
      summary: { vi: 'Gửi một đề nghị', en: 'Ask for something' },
      description: {
        vi: 'Được gửi ngay; địa chỉ được giữ chỗ. Duyệt xong thì làm trọn, hoặc không làm gì.',
        en: 'It is sent at once and its addresses are held. Approved, all of it is done, or nothing.',
      },
      body: Body,
      example: EXAMPLE,
      status: 201,
      answer: OwnJson,
      location: ({ id }) => `/me/requests/${id}`,
      problems: REFUSED,
      handle: async ({ desk, permit, body }) => {
        const ask = readable(body.ask)
        if (!ask.ok) return ask
        const sent = await requests.askAndSend(permit, ask.value, { chosen: body.address, language: desk.lang })
        return sent.ok ? found(await own.read(desk, { id: sent.value })) : sent
      },
    }),
    endpoint({
      ...{ id: 'getOwnRequest', method: 'get', path: '/me/requests/:id', ...COMMON },
      summary: {
        vi: 'Một đề nghị của mình: đang chờ ai, kết quả',
        en: 'One of one’s requests: for whom it waits, what came of it',
      },
      params: ById,
      answer: OwnJson,
      handle: async ({ desk, params }) => found(await own.read(desk, params)),
    }),
    endpoint({
      ...{ id: 'correctOwnRequest', method: 'post', path: '/me/requests/:id/correction', ...COMMON },
      summary: { vi: 'Sửa đề nghị bị trả lại và gửi lại', en: 'Correct a returned request and send it again' },
      params: ById,
      body: Body,
      example: EXAMPLE,
      of: own,
      answer: OwnJson,
      problems: [...REFUSED, 'not-in-state'],
      handle: async ({ desk, permit, params, body }) => {
        const ask = readable(body.ask)
        if (!ask.ok) return ask
        const into = { id: params.id, chosen: body.address, language: desk.lang }
        const sent = await requests.askAndSend(permit, ask.value, into)
        return sent.ok ? found(await own.read(desk, params)) : sent
      },
    }),
    endpoint({
      ...{ id: 'withdrawOwnRequest', method: 'post', path: '/me/requests/:id/withdrawal', ...COMMON },
      summary: { vi: 'Rút đề nghị', en: 'Withdraw a request' },
      params: ById,
      answer: OwnJson,
      problems: ['unknown-request', 'not-in-state'],
      handle: async ({ desk, permit, params }) => {
        const done = await requests.withdrawOwn(permit, params.id)
        return done.ok ? found(await own.read(desk, params)) : done
      },
    }),
  ]
}
