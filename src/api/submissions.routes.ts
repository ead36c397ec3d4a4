import { z } from 'zod'
import { refuse, accept } from '../kernel/decision.ts'
import { RequestId } from '../kernel/ids.ts'
import type { Services } from '../main/compose.ts'
import type { Submission } from '../requests/requests.ts'
import { endpoint } from './endpoint.ts'
import { instant, list, said } from './fields.ts'
import { NamesJson, ToldJson } from './request-kinds.ts'
import { LetterJson } from './request-shapes.ts'
import type { ApiRoute } from './route.ts'

const ById = z.strictObject({ id: RequestId })
const SubmissionJson = z
  .object({
    ...{ sending: said(z.int(), 'Lần gửi, từ 1.', 'Which sending it was, from 1.'), at: instant() },
    ...{ details: ToldJson, names: NamesJson(), address: z.string().nullable(), letter: LetterJson() },
  })
  .meta({ id: 'Submission' })
const submissionOf = ({ details, names, ...rest }: Submission): z.output<typeof SubmissionJson> => ({
  ...{ ...rest, names },
  details: { ...details, unit: { id: details.unitId, name: names.units[details.unitId] ?? '' } },
})

/** What a request said when it was sent before, beside what it says now. */
export function submissionRoutes({ requests }: Services): ApiRoute[] {
  return [
    endpoint({
      ...{ id: 'listSubmissions', method: 'get', path: '/requests/:id/submissions', tag: 'requests' },
      action: 'request.read',
      summary: {
        vi: 'Hai lần gửi gần nhất, để thấy điểm khác nhau',
        en: 'The last two sendings, to see what is different',
      },
      description: { vi: 'Rỗng khi mới gửi một lần.', en: 'Empty while it was sent once.' },
      params: ById,
      answer: z.object({
        items: list(SubmissionJson),
        numberChanged: said(
          z.boolean(),
          'Số định danh đã sửa, kể cả khi phần được hiện giống nhau.',
          'Whether an identification number differs, also where what is shown of it is alike.',
        ),
      }),
      handle: async ({ permit, params }) => {
        if ((await requests.read(permit, params.id)) === null) return refuse({ kind: 'not-found' })
        const both = await requests.resubmission(params.id)
        const items = both === null ? [] : [both.before, both.after].map(submissionOf)
        return accept({ items, numberChanged: both?.numberChanged ?? false })
      },
    }),
  ]
}
