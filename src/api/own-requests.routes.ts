import { z } from 'zod'
import { accept, refuse } from '../kernel/decision.ts'
import { LocalPart } from '../kernel/email-address.ts'
import { AccountId, GroupId, RequestId } from '../kernel/ids.ts'
import type { Services } from '../main/compose.ts'
import { OWN_KINDS } from '../requests/kinds.ts'
import { REQUEST_STATES } from '../requests/request.ts'
import type { LetterFacts, Own } from '../requests/requests.ts'
import { ASK_EXAMPLE, AskBody, AskJson, readable } from './ask-shapes.ts'
import { endpoint } from './endpoint.ts'
import { instant, list, said } from './fields.ts'
import { ownLetterRoutes } from './own-letters.routes.ts'
import type { ProblemKind } from './problem.ts'
import { NamesJson, ToldJson } from './request-kinds.ts'
import { EventJson, LetterJson, StepJson, stepOf, WaitsJson, waitsOf } from './request-shapes.ts'
import { found, resource, type ApiRoute } from './route.ts'

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
    letter: LetterJson(),
    letterNeeded: said(
      z.boolean(),
      'Quy trình hiện nay đòi công văn; gửi công văn trước khi gửi đề nghị.',
      'Whether the policy of today wants an official letter, which has to be there before it is sent.',
    ),
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

const ownOf = (own: Own, letter: LetterFacts | null, letterNeeded: boolean): z.output<typeof OwnJson> => ({
  ...own,
  ...{ letter, letterNeeded },
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

/** What the token's owner asks for: sending, following, correcting, withdrawing. */
export function ownRequestRoutes({ requests, clock }: Services): ApiRoute[] {
  const own = resource(OwnJson, async (desk, { id }: z.output<typeof ById>) => {
    const view = await requests.own(desk.permit('own.request'), id)
    if (view === null) return null
    const [letter, needed] = [await requests.letterOf(id), await requests.letterNeeded(id)]
    return ownOf(view, letter, needed)
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
        vi: 'Được gửi ngay; địa chỉ được giữ chỗ. Duyệt xong thì làm trọn, hoặc không làm gì. Loại cần công văn thì bị từ chối (incomplete, thiếu letter): lập bản nháp, gửi công văn, rồi gửi bản nháp.',
        en: 'It is sent at once and its addresses are held. Approved, all of it is done, or nothing. A kind that needs an official letter is refused (incomplete, missing letter): draft it, put its letter, then send the draft.',
      },
      body: AskBody,
      example: ASK_EXAMPLE,
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
      ...{ id: 'draftRequest', method: 'post', path: '/me/request-drafts', ...COMMON },
      summary: { vi: 'Lập bản nháp của một đề nghị', en: 'Draft a request' },
      description: {
        vi: 'Chưa gửi, chưa giữ địa chỉ nào; expiresAt là lúc bản nháp bị xóa. Dùng khi cần kèm công văn.',
        en: 'It is not sent and holds no address; expiresAt is when the draft ends. For what needs an official letter.',
      },
      body: z.strictObject({ ask: AskJson }),
      example: { ask: ASK_EXAMPLE.ask },
      status: 201,
      answer: OwnJson,
      location: ({ id }) => `/me/requests/${id}`,
      problems: REFUSED,
      handle: async ({ desk, permit, body }) => {
        const ask = readable(body.ask)
        if (!ask.ok) return ask
        const kept = await requests.ask(permit, ask.value, { language: desk.lang })
        return kept.ok ? found(await own.read(desk, { id: kept.value })) : kept
      },
    }),
    ...ownLetterRoutes({ requests, clock }, own),
    endpoint({
      ...{ id: 'listOwnAddresses', method: 'get', path: '/me/requests/:id/address-proposals', ...COMMON },
      summary: { vi: 'Địa chỉ còn trống cho bản nháp, theo quy định', en: 'Addresses that are free for a draft' },
      params: ById,
      answer: z.object({ items: list(z.object({ local: LocalPart, address: z.string() })) }),
      handle: async ({ permit, params }) => {
        if ((await requests.own(permit, params.id)) === null) return refuse({ kind: 'not-found' })
        return accept({ items: await requests.offered(permit, params.id) })
      },
    }),
    endpoint({
      ...{ id: 'sendOwnRequest', method: 'post', path: '/me/requests/:id/submission', ...COMMON },
      summary: { vi: 'Gửi bản nháp', en: 'Send a draft' },
      description: {
        vi: 'Đề nghị bị trả lại cũng gửi lại được như vậy, nội dung giữ nguyên.',
        en: 'What was returned is sent again so, too, with what it says unchanged.',
      },
      params: ById,
      body: z.strictObject({ address: AskBody.shape.address }),
      example: { address: null },
      of: own,
      answer: OwnJson,
      problems: [...REFUSED, 'not-in-state'],
      handle: async ({ desk, permit, params, body }) => {
        const sent = await requests.send(permit, params.id, body.address)
        return sent.ok ? found(await own.read(desk, params)) : sent
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
      body: AskBody,
      example: ASK_EXAMPLE,
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
