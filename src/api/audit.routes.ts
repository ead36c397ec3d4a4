import { z } from 'zod'
import { accept } from '../kernel/decision.ts'
import type { Services } from '../main/compose.ts'
import { endpoint } from './endpoint.ts'
import { count, instant, said, search } from './fields.ts'
import { listing } from './listing.ts'
import type { ApiRoute } from './route.ts'

const Entry = z
  .object({
    seq: said(z.int(), 'Số thứ tự.', 'Its number.'),
    at: instant(),
    actor: said(z.string(), 'Ai: account:…, job:…, cli:… hoặc public.', 'Who: account:…, job:…, cli:… or public.'),
    actorName: z.string(),
    action: said(z.string(), 'Việc, ví dụ request.approved.', 'What, such as request.approved.'),
    subject: said(z.string(), 'Với gì, ví dụ request:….', 'To what, such as request:….'),
    detail: said(
      z.record(z.string(), z.unknown()),
      'Chi tiết; trống khi đã xóa theo thời hạn. via là mã truy cập đã dùng.',
      'Details; empty once retention has erased them. via is the access token that was used.',
    ),
  })
  .meta({ id: 'AuditEntry' })
const Anchor = z
  .string()
  .regex(/^\d{1,15}:[\w-]{1,100}$/)
  .transform((text) => ({ seq: Number(text.slice(0, text.indexOf(':'))), mac: text.slice(text.indexOf(':') + 1) }))

/** The audit log, newest first, and the check of its chain. */
export function auditRoutes({ audit }: Services): ApiRoute[] {
  return [
    listing({
      ...{ id: 'listAudit', path: '/audit', tag: 'audit', action: 'audit.read' },
      summary: { vi: 'Nhật ký, mới nhất trước', en: 'The audit log, the newest first' },
      query: z.object({
        q: search(),
        action: said(
          z
            .string()
            .regex(/^[a-z.-]{1,60}$/)
            .optional(),
          'Chỉ việc này.',
          'Only this action.',
        ),
      }),
      item: Entry,
      key: z.int(),
      handle: async ({ permit, query: { q = '', action = '' }, limit, after }) => {
        const before = after === null ? {} : { before: after }
        const lines = await audit.page(permit, { q, action, limit: limit + 1, ...before })
        const items = lines.slice(0, limit)
        return accept({ items, next: lines.length > limit ? (items.at(-1)?.seq ?? null) : null })
      },
    }),
    endpoint({
      ...{ id: 'verifyAudit', method: 'get', path: '/audit/verification', tag: 'audit', action: 'audit.read' },
      summary: { vi: 'Kiểm tra chuỗi nhật ký', en: 'Follow the whole chain' },
      query: z.strictObject({
        anchor: said(Anchor.optional(), 'Mốc đã ghi ở ngoài, dạng SEQ:MAC.', 'A head noted outside, as SEQ:MAC.'),
      }),
      answer: z.object({
        entries: count(),
        head: z.object({ seq: z.int(), mac: z.string() }),
        broken: said(
          z.object({ seq: z.int(), kind: z.enum(['missing', 'changed', 'detail-changed', 'cut']) }).nullable(),
          'Chỗ đứt đầu tiên; null khi nguyên vẹn.',
          'The first break; null when it is whole.',
        ),
      }),
      handle: async ({ permit, query }) => accept(await audit.verify(permit, query.anchor ?? null)),
    }),
  ]
}
