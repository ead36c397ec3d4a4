import { z } from 'zod'
import { accept } from '../kernel/decision.ts'
import { RequestId, UnitId } from '../kernel/ids.ts'
import type { Services } from '../main/compose.ts'
import { IDENTITIES } from '../requests/request.ts'
import { INBOX_TABS } from '../requests/requests.ts'
import { Attachment, PdfAnswer } from './attachment.ts'
import { endpoint } from './endpoint.ts'
import { count, list, paragraph, said, search, unitOf } from './fields.ts'
import { listing } from './listing.ts'
import { RequestLine, RequestWhole, Times, wholeOf } from './request-shapes.ts'
import { found, resource, type ApiRoute } from './route.ts'

const ById = z.strictObject({ id: RequestId })
const Comment = z
  .strictObject({ comment: said(paragraph(10, 2_000), 'Ý kiến, gửi nguyên văn.', 'The comment, read as written.') })
  .meta({ id: 'Comment' })
const comment = { comment: 'Bổ sung số và ngày của quyết định tuyển dụng.' }
const DECIDE = { tag: 'requests', action: 'request.decide', also: ['request.read'] } as const
const REFUSED = [
  ...(['unknown-request', 'own-request', 'acted-before', 'not-your-turn', 'not-in-state'] as const),
  'changed-meanwhile',
] as const

/** What people asked for: lists, one request, and the decision about the step that waits. */
export function requestRoutes({ requests }: Services): ApiRoute[] {
  const whole = resource(RequestWhole, async (desk, { id }: z.output<typeof ById>) => {
    const view = await requests.read(desk.permit('request.read'), id)
    return view && wholeOf(view, await requests.letterOf(id))
  })
  /** A decision that takes a comment and nothing else. */
  const commented = (
    act: 'return' | 'reject' | 'takeOver',
    spec: Pick<ApiRoute, 'id' | 'path' | 'summary' | 'problems'> & { readonly example: z.output<typeof Comment> },
  ) =>
    endpoint({
      ...{ ...spec, ...DECIDE, method: 'post', params: ById, body: Comment, of: whole, answer: RequestWhole },
      handle: async ({ desk, permit, params, body, present }) => {
        const done = await requests[act](permit, params.id, { ...body, version: present.version })
        return done.ok ? found(await whole.read(desk, params)) : done
      },
    })

  return [
    listing({
      ...{ id: 'listRequests', path: '/requests', tag: 'requests', action: 'request.read' },
      summary: { vi: 'Danh sách đề nghị trong phạm vi', en: 'Requests within reach' },
      query: z.object({
        tab: said(
          z.enum(INBOX_TABS).optional(),
          'mine chờ chủ mã, waiting chờ duyệt (mặc định), overdue quá hạn, returned trả lại, settled đã giải quyết.',
          'What waits for the token’s owner, waits for anybody (unless said), is overdue, returned, or settled.',
        ),
        q: search(),
        unit: said(UnitId.optional(), 'Chỉ của đơn vị này.', 'Of this unit only.'),
        sort: said(
          z.enum(['due', 'sent']).optional(),
          'due hạn gần trước (mặc định), sent gửi sau trước; settled luôn theo ngày giải quyết.',
          'Due first (unless said), or sent last first; what is settled by when.',
        ),
      }),
      item: RequestLine,
      key: z.object({ at: z.string().max(40), id: z.uuid() }),
      handle: async ({ permit, query: { tab, q, unit, sort }, limit, after }) => {
        const chosen = { tab: tab ?? 'waiting', q: q ?? '', unit: unit ?? null, sort: sort ?? 'due' } as const
        const page = await requests.inboxAfter(permit, { ...chosen, limit, after })
        return accept({ items: page.lines, next: page.next })
      },
    }),
    endpoint({
      ...{ id: 'countRequests', method: 'get', path: '/request-counts', tag: 'requests', action: 'request.read' },
      summary: { vi: 'Có bao nhiêu đề nghị chờ', en: 'How many requests wait' },
      answer: z.object({ mine: count(), waiting: count(), overdue: count(), returned: count() }),
      handle: async ({ permit }) => accept(await requests.counts(permit)),
    }),
    endpoint({
      ...{ id: 'getRequest', method: 'get', path: '/requests/:id', tag: 'requests', action: 'request.read' },
      summary: {
        vi: 'Một đề nghị: nội dung, các bước, đang chờ ai',
        en: 'One request: its facts, steps and for whom it waits',
      },
      params: ById,
      answer: RequestWhole,
      handle: async ({ desk, params }) => found(await whole.read(desk, params)),
    }),
    endpoint({
      ...{ id: 'readOfficialLetter', method: 'get', path: '/requests/:id/official-letter', tag: 'requests' },
      action: 'request.read',
      summary: { vi: 'Tải công văn của đề nghị', en: 'Download the official letter of a request' },
      description: { vi: 'Được ghi nhật ký.', en: 'It is logged.' },
      params: ById,
      answer: PdfAnswer,
      gives: 'application/pdf',
      handle: async ({ permit, params }) => {
        const letter = await requests.letterFile(permit, params.id)
        return found(letter && new Attachment(letter))
      },
    }),
    endpoint({
      ...{ id: 'revealNumber', method: 'post', path: '/requests/:id/number', tag: 'requests', action: 'number.reveal' },
      summary: { vi: 'Xem đủ số định danh', en: 'See the whole identification number' },
      description: { vi: 'Được ghi nhật ký.', en: 'It is logged.' },
      params: ById,
      answer: z.object({ number: said(z.string(), '12 chữ số.', 'Twelve digits.') }),
      problems: ['unknown-request'],
      handle: async ({ permit, params }) => {
        const number = await requests.reveal(permit, params.id)
        return number.ok ? accept({ number: number.value }) : number
      },
    }),
    endpoint({
      ...{ id: 'approveRequest', method: 'post', path: '/requests/:id/approval', ...DECIDE },
      summary: { vi: 'Duyệt bước đang chờ', en: 'Approve the step that waits' },
      description: {
        vi: 'Bước cuối cấp tài khoản. Bước đầu cần identity và handOver; bước sau không cần nhắc lại.',
        en: 'The last step issues the account. The first one needs identity and handOver; later ones may leave them out.',
      },
      params: ById,
      body: z.strictObject({
        identity: said(
          z.enum(IDENTITIES).optional(),
          'in-person gặp trực tiếp, known-phone gọi số đã biết, hr-list theo danh sách tổ chức.',
          'In person, by a telephone number known before, or by the personnel list.',
        ),
        handOver: said(
          z.enum(['link', 'slip']).optional(),
          'link thư kích hoạt, slip phiếu giao tận tay.',
          'A mailed link, or a slip handed over.',
        ),
      }),
      example: { identity: 'hr-list', handOver: 'link' },
      of: whole,
      answer: RequestWhole,
      problems: [...REFUSED, 'incomplete', 'duplicate-person', 'address-taken'],
      handle: async ({ desk, permit, params, body, present }) => {
        const done = await requests.approve(permit, params.id, { ...body, version: present.version })
        return done.ok ? found(await whole.read(desk, params)) : done
      },
    }),
    commented('return', {
      ...{ id: 'returnRequest', path: '/requests/:id/return', example: comment, problems: REFUSED },
      summary: { vi: 'Trả lại để bổ sung', en: 'Send it back for correction' },
    }),
    commented('reject', {
      ...{ id: 'rejectRequest', path: '/requests/:id/rejection', example: comment, problems: REFUSED },
      summary: { vi: 'Từ chối', en: 'Refuse it' },
    }),
    commented('takeOver', {
      ...{ id: 'takeOverRequest', path: '/requests/:id/take-over', problems: [...REFUSED, 'your-turn'] },
      summary: { vi: 'Nhận xử lý thay cấp dưới', en: 'Take it up to one’s own seat' },
      example: { comment: 'Quản trị đơn vị đi công tác dài ngày.' },
    }),
    endpoint({
      ...{ id: 'getWaitingTimes', method: 'get', path: '/waiting-times', tag: 'requests', action: 'request.read' },
      summary: { vi: 'Thời gian chờ theo đơn vị', en: 'How long requests wait, by unit' },
      answer: z
        .object({
          weeks: said(z.int(), 'Tính trong số tuần này.', 'How many weeks it looks back.'),
          all: z.object(Times()),
          units: list(z.object({ unit: unitOf(), ...Times() })),
        })
        .meta({ id: 'WaitingTimes' }),
      handle: async ({ permit }) => {
        const { all, units, weeks } = await requests.waitingTimes(permit)
        const byUnit = units.map(({ unitId, unitName, ...times }) => ({
          ...times,
          unit: { id: unitId, name: unitName },
        }))
        return accept({ weeks, all, units: byUnit })
      },
    }),
  ]
}
