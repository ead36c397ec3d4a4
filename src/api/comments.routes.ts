import { z } from 'zod'
import { accept } from '../kernel/decision.ts'
import { RequestId } from '../kernel/ids.ts'
import type { Services } from '../main/compose.ts'
import { COMMENTERS, COMMENT_LENGTH } from '../requests/comment.ts'
import { endpoint } from './endpoint.ts'
import { instant, list, paragraph, said } from './fields.ts'
import { found, type ApiRoute } from './route.ts'

const ById = z.strictObject({ id: RequestId })
const visible = () => said(z.boolean(), 'Người đề nghị đọc được.', 'Whether the applicant reads it.')
const CommentJson = z
  .object({
    at: instant(),
    role: said(z.enum(COMMENTERS), 'Viết với quyền nào; applicant là người đề nghị.', 'In which role it was written.'),
    byName: said(z.string().nullable(), 'null khi là người đề nghị.', 'Null for the applicant.'),
    forName: said(z.string().nullable(), 'Người được thay, nếu duyệt thay.', 'The one whom they deputised for.'),
    visible: visible(),
    text: z.string(),
  })
  .meta({ id: 'RequestComment' })
const COMMON = { tag: 'requests', path: '/requests/:id/comments', params: ById } as const

/** Comments on requests, by those who decide and by the applicant. */
export function commentRoutes({ requests }: Services): ApiRoute[] {
  return [
    endpoint({
      ...{ id: 'listComments', method: 'get', action: 'request.read', ...COMMON },
      summary: { vi: 'Ý kiến trao đổi về một đề nghị', en: 'The comments on a request' },
      description: {
        vi: 'Cũ trước, nhiều nhất 50. Đề nghị của chính mình thì chỉ có ý kiến mà người đề nghị đọc được.',
        en: 'The oldest first, at most 50. Of one’s own request only what its applicant reads.',
      },
      answer: z.object({ items: list(CommentJson) }),
      handle: async ({ permit, params }) => {
        const read = await requests.comments(permit, params.id)
        return found(read && { items: read.lines })
      },
    }),
    endpoint({
      ...{ id: 'commentOnRequest', method: 'post', action: 'request.decide', ...COMMON },
      summary: { vi: 'Viết ý kiến', en: 'Write a comment' },
      description: {
        vi: 'Không sửa, không xóa được; không gửi thư. Nhật ký ghi ai viết và ai đọc được, không ghi nội dung.',
        en: 'It cannot be changed or taken back, and no letter is sent. The audit log has who wrote it and who reads it, not the text.',
      },
      body: z.strictObject({
        text: said(paragraph(1, COMMENT_LENGTH), 'Nội dung.', 'What it says.'),
        visible: visible().default(false),
      }),
      example: { text: 'Đã gọi điện xác minh với phòng tổ chức.', visible: false },
      status: 201,
      answer: CommentJson,
      problems: ['unknown-request', 'own-request', 'not-in-state', 'too-many-comments'],
      handle: async ({ permit, params, body }) => {
        const written = await requests.comment(permit, params.id, body)
        return written.ok ? accept(written.value) : written
      },
    }),
  ]
}
