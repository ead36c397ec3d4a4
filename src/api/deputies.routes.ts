import { z } from 'zod'
import type { DeputyLine } from '../access/deputies.ts'
import { accept } from '../kernel/decision.ts'
import { AccountId } from '../kernel/ids.ts'
import type { Services } from '../main/compose.ts'
import { endpoint } from './endpoint.ts'
import { day, list, said, text } from './fields.ts'
import { found, type ApiRoute } from './route.ts'

const From = said(day(), 'Từ ngày này.', 'The first day.')
const To = said(day(), 'Đến hết ngày này.', 'The last day.')
const Deputy = z
  .object({
    id: z.uuid(),
    principal: said(
      z.object({ id: AccountId, name: z.string() }),
      'Người được duyệt thay.',
      'The one for whom they stand.',
    ),
    deputy: said(
      z.object({ id: AccountId, name: z.string(), address: z.string() }),
      'Người duyệt thay.',
      'Who decides in their place.',
    ),
    from: From,
    to: To,
    begun: z.boolean(),
    mayEnd: said(z.boolean(), 'Chủ mã truy cập kết thúc được.', 'Whether the token’s owner may end it.'),
  })
  .meta({ id: 'Deputy' })
const NAME = { tag: 'requests', action: 'deputy.name' } as const

/** Who decides about requests in whose place, from when to when. */
export function deputyRoutes({ deputies }: Services): ApiRoute[] {
  return [
    endpoint({
      ...{ id: 'listDeputies', method: 'get', path: '/deputies', tag: 'requests', action: 'deputy.read' },
      summary: { vi: 'Ai duyệt thay ai', en: 'Who decides in whose place' },
      answer: z.object({ items: list(Deputy) }),
      handle: async ({ permit }) => accept({ items: await deputies.list(permit) }),
    }),
    endpoint({
      ...{ id: 'nameDeputy', method: 'post', path: '/deputies', ...NAME },
      also: ['deputy.read'],
      summary: { vi: 'Cử người duyệt thay', en: 'Name a deputy' },
      body: z.strictObject({
        principal: said(
          text(254).nullable(),
          'Thay cho ai (chỉ công nghệ thông tin); null là chủ mã truy cập.',
          'For whom (IT staff only); null for the token’s owner.',
        ),
        deputy: said(text(254), 'Địa chỉ hộp thư hoặc số tài khoản.', 'The mail address, or the account’s number.'),
        from: From,
        to: To,
      }),
      example: { principal: null, deputy: '100017', from: '2026-12-01', to: '2026-12-14' },
      status: 201,
      answer: Deputy,
      problems: [
        ...([
          'unknown-account',
          'unknown-deputy',
          'own-deputy',
          'no-seat',
          'deputy-overlaps',
          'not-own-deputy',
        ] as const),
        ...(['period-ends-first', 'period-past', 'period-too-long', 'period-far'] as const),
      ],
      handle: async ({ desk, permit, body }) => {
        const before = new Set((await deputies.list(desk.permit('deputy.read'))).map(({ id }) => id))
        const named = await deputies.name(permit, body)
        if (!named.ok) return named
        const all = await deputies.list(desk.permit('deputy.read'))
        return found(all.find(({ id }: DeputyLine) => !before.has(id)) ?? null)
      },
    }),
    endpoint({
      ...{ id: 'endDeputy', method: 'delete', path: '/deputies/:id', ...NAME },
      summary: { vi: 'Thôi cử', en: 'End a deputyship' },
      params: z.strictObject({ id: z.uuid() }),
      problems: ['unknown-deputy', 'not-own-deputy'],
      handle: async ({ permit, params }) => {
        const ended = await deputies.end(permit, params.id)
        return ended.ok ? accept(null) : ended
      },
    }),
  ]
}
