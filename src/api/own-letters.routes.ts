import { z } from 'zod'
import { contentKindOf, HEAD_BYTES } from '../kernel/content-kind.ts'
import { dayOf } from '../kernel/day.ts'
import { refuse } from '../kernel/decision.ts'
import { plainFileName } from '../kernel/file-name.ts'
import { RequestId } from '../kernel/ids.ts'
import type { Services } from '../main/compose.ts'
import { fileFault, LETTER_BYTES } from '../requests/official-letter.ts'
import { Attachment, PdfAnswer } from './attachment.ts'
import { endpoint } from './endpoint.ts'
import { day, said, text } from './fields.ts'
import { found, type ApiRoute, type Resource } from './route.ts'

const ById = z.strictObject({ id: RequestId })
const COMMON = { path: '/me/requests/:id/official-letter', tag: 'requests', action: 'own.request' } as const
const FUTURE = { vi: 'Ngày chưa tới.', en: 'The day is yet to come.' }

/** The official letter of a request that is not sent: the PDF is the body, its number and day are said beside it. */
export function ownLetterRoutes<V>(
  { requests, clock }: Pick<Services, 'requests' | 'clock'>,
  own: Resource<z.output<typeof ById>, V>,
): ApiRoute[] {
  return [
    endpoint({
      ...{ id: 'putOwnLetter', method: 'put', ...COMMON },
      summary: { vi: 'Gửi công văn cho bản nháp hoặc đề nghị bị trả lại', en: 'Put the official letter to a draft' },
      description: {
        vi: 'Nội dung là tệp PDF có chữ ký, nhiều nhất 5 MB, được nhận biết theo nội dung. Thay cho công văn trước.',
        en: 'The body is the signed PDF, at most 5 MB, told by its content. It takes the place of the one before.',
      },
      params: ById,
      query: z.strictObject({
        number: said(text(60), 'Số, ký hiệu công văn.', 'The number of the letter.'),
        date: said(day(), 'Ngày của công văn.', 'The day of the letter.'),
        fileName: said(text(200).optional(), 'Tên tệp khi tải về.', 'What the file is called when it is downloaded.'),
      }),
      body: z.instanceof(Buffer),
      takes: { type: 'application/pdf', most: LETTER_BYTES },
      of: own,
      answer: own.answer,
      problems: ['unknown-request', 'not-in-state', 'not-pdf'],
      handle: async ({ desk, permit, params, query, body }) => {
        const fault = fileFault(contentKindOf(body.subarray(0, HEAD_BYTES)), body.length)
        if (fault !== null) return refuse({ kind: 'not-pdf' })
        if (query.date > dayOf(clock()))
          return refuse({
            kind: 'invalid',
            errors: [{ in: 'query', at: 'date', code: 'future', detail: FUTURE[desk.lang] }],
          })
        const { number, date, fileName = 'cong-van.pdf' } = query
        const file = { name: plainFileName(fileName), content: body }
        const put = await requests.attachLetter(params.id, { number, date }, file, permit.actor)
        return put.ok ? found(await own.read(desk, params)) : put
      },
    }),
    endpoint({
      ...{ id: 'readOwnLetter', method: 'get', ...COMMON },
      summary: { vi: 'Tải công văn của đề nghị của mình', en: 'Download the official letter of one’s own request' },
      params: ById,
      answer: PdfAnswer,
      gives: 'application/pdf',
      handle: async ({ permit, params }) => {
        const mine = await requests.own(permit, params.id)
        const letter = mine && (await requests.ownLetterFile(mine.id))
        return found(letter && new Attachment(letter))
      },
    }),
  ]
}
