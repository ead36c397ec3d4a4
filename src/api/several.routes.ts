import { z } from 'zod'
import { accept } from '../kernel/decision.ts'
import { AccountId, RequestId } from '../kernel/ids.ts'
import type { Language } from '../letters/letter.ts'
import type { Services } from '../main/compose.ts'
import { IDENTITIES } from '../requests/request.ts'
import { MOST_AT_ONCE, type SeveralOutcome } from '../requests/requests.ts'
import { endpoint } from './endpoint.ts'
import { list, paragraph, said } from './fields.ts'
import { PROBLEMS } from './problem.ts'
import type { ApiRoute } from './route.ts'

const Read = z.strictObject({
  id: RequestId,
  version: said(z.int().min(0), 'Phiên bản đã đọc.', 'The version that was read; another one is refused.'),
})
const requests = said(
  z.array(Read).min(1).max(MOST_AT_ONCE),
  'Các đề nghị, quyết định lần lượt.',
  'The requests, decided about one after the other.',
)
const Outcome = z
  .object({
    id: RequestId,
    state: said(
      z.enum(['approved', 'submitted', 'returned']).nullable(),
      'approved đã duyệt, submitted còn bước sau, returned đã trả lại; null: bị từ chối.',
      'Approved, waiting for the next step, or returned; null where it was refused.',
    ),
    accountId: said(AccountId.nullable(), 'Tài khoản đã cấp.', 'The account that was issued.'),
    problem: said(
      z.object({ kind: z.string(), title: z.string() }).nullable(),
      'Vì sao không làm được: loại như trong tài liệu lỗi.',
      'Why it was not done; the kind is one of the documented problems.',
    ),
  })
  .meta({ id: 'DecisionOutcome' })
const Outcomes = z.object({ outcomes: said(list(Outcome), 'Theo thứ tự đã gửi.', 'In the order that was sent.') })
const EXAMPLE = { id: '0196f3a2-7c41-7b52-9d1e-2f6a8c0b4d11', version: 2 }

const told = (lang: Language, { id, outcome }: SeveralOutcome): z.output<typeof Outcome> => {
  const nothing = { state: null, accountId: null, problem: null }
  if (!outcome.ok) {
    const { kind } = outcome.refusal
    return { id, ...nothing, problem: { kind, title: PROBLEMS[kind].title[lang] } }
  }
  const { value } = outcome
  return { id, ...nothing, state: value.state, accountId: value.state === 'approved' ? value.accountId : null }
}

/** One decision about several requests, with an outcome for each. */
export function severalRoutes({ requests: service }: Services): ApiRoute[] {
  const common = { method: 'post', tag: 'requests', action: 'request.decide', answer: Outcomes } as const
  const description = {
    vi: 'Mỗi đề nghị được kiểm tra riêng; đề nghị bị từ chối không ảnh hưởng đến đề nghị khác.',
    en: 'Each is checked by itself; one that is refused stops no other.',
  }
  return [
    endpoint({
      ...{ id: 'approveRequests', path: '/request-approvals', ...common, description },
      summary: { vi: 'Duyệt nhiều đề nghị', en: 'Approve several requests' },
      body: z.strictObject({
        requests,
        identity: said(
          z.enum(IDENTITIES).optional(),
          'Đã xác minh bằng cách nào, như khi duyệt từng đề nghị.',
          'How it was made sure who they are, as for one request.',
        ),
        handOver: said(z.enum(['link', 'slip']).optional(), 'Cách giao.', 'How the way in is handed over.'),
      }),
      example: { requests: [EXAMPLE], identity: 'hr-list', handOver: 'link' },
      handle: async ({ desk, permit, body }) => {
        const { requests: chosen, ...vouched } = body
        const outcomes = await service.decideSeveral(permit, { type: 'approve', ...vouched }, chosen)
        return accept({ outcomes: outcomes.map((each) => told(desk.lang, each)) })
      },
    }),
    endpoint({
      ...{ id: 'returnRequests', path: '/request-returns', ...common, description },
      summary: { vi: 'Trả lại nhiều đề nghị', en: 'Send several requests back' },
      body: z.strictObject({
        requests,
        comment: said(paragraph(10, 2_000), 'Ý kiến, gửi nguyên văn.', 'The comment, read as written.'),
      }),
      example: {
        requests: [EXAMPLE],
        comment: 'Bổ sung số và ngày của quyết định tuyển dụng.',
      },
      handle: async ({ desk, permit, body }) => {
        const outcomes = await service.decideSeveral(permit, { type: 'return', comment: body.comment }, body.requests)
        return accept({ outcomes: outcomes.map((each) => told(desk.lang, each)) })
      },
    }),
  ]
}
