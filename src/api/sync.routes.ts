import { z } from 'zod'
import { accept, refuse } from '../kernel/decision.ts'
import type { Services } from '../main/compose.ts'
import { TARGETS } from '../provisioning/ledger.ts'
import { endpoint } from './endpoint.ts'
import { count, instant, said } from './fields.ts'
import { FAULTS, Ledger, ledgerOf } from './ledger.ts'
import { listing } from './listing.ts'
import type { ApiRoute } from './route.ts'

const Behind = Ledger.extend({
  subject: z.object({
    kind: said(z.enum(['account', 'group']), 'Tài khoản hoặc nhóm thư.', 'An account, or a mail group.'),
    id: z.uuid(),
    name: z.string(),
    login: z.string().nullable(),
  }),
}).meta({ id: 'LedgerOf' })
const Place = z.object({ rest: z.boolean(), since: z.string().max(40), id: z.uuid(), target: z.string().max(20) })

/** The board: what some target does not have yet, and the ways to push it on. */
export function syncRoutes({ sync, accounts }: Services): ApiRoute[] {
  return [
    listing({
      ...{ id: 'listBehind', path: '/sync/behind', tag: 'sync', action: 'sync.read' },
      summary: {
        vi: 'Việc còn dở: cần người xử lý trước, rồi cũ nhất',
        en: 'What is behind: what needs a person first, then the oldest',
      },
      query: z.object({
        fault: said(z.enum(FAULTS).optional(), 'Chỉ việc có lỗi này.', 'Only what has this fault.'),
      }),
      item: Behind,
      key: Place,
      handle: async ({ permit, query: { fault = null }, limit, after }) => {
        const rows = await sync.boardAfter(permit, { fault, after, limit: limit + 1 })
        const items = rows.slice(0, limit).map((row) => ({
          ...ledgerOf(row),
          subject: { kind: row.kind, id: row.id, name: row.name, login: row.login },
        }))
        return accept({ items, next: rows.length > limit ? (rows[limit - 1]?.place ?? null) : null })
      },
    }),
    endpoint({
      ...{ id: 'countBehind', method: 'get', path: '/sync/counts', tag: 'sync', action: 'sync.read' },
      summary: { vi: 'Có bao nhiêu việc còn dở', en: 'How much is behind' },
      answer: z.object({
        behind: count(),
        needPerson: said(count(), 'Cần người xử lý.', 'Waits for a person.'),
        retrying: count(),
        unknown: count(),
        lastVerified: said(instant().nullable(), 'Lần đọc lại gần nhất.', 'When something was last read back.'),
      }),
      handle: async ({ permit }) => accept(await sync.counts(permit)),
    }),
    endpoint({
      ...{ id: 'repairAll', method: 'post', path: '/sync/repairs', tag: 'sync', action: 'sync.change' },
      also: ['account.read'],
      summary: { vi: 'So và ghi lại tất cả', en: 'Compare and repair everything' },
      description: {
        vi: 'Khi danh bạ hoặc kho thư đã mất. accounts phải đúng bằng số tài khoản hiện có, như một lần hỏi lại.',
        en: 'The answer to a lost directory or mail store. accounts must be the number of accounts that exist, as a question back.',
      },
      body: z.strictObject({
        target: said(z.enum(TARGETS).nullable(), 'Hệ thống; null là tất cả.', 'The target; null for all.'),
        accounts: said(count(), 'Số tài khoản hiện có.', 'How many accounts exist.'),
      }),
      example: { target: 'directory', accounts: 6000 },
      status: 202,
      answer: z.object({ rows: said(count(), 'Số việc đã đưa vào hàng đợi.', 'How many rows are due now.') }),
      problems: ['other-number'],
      handle: async ({ desk, permit, body }) => {
        const { total } = await accounts.list(desk.permit('account.read'), {})
        if (total !== body.accounts) return refuse({ kind: 'other-number', accounts: total })
        return accept({ rows: await sync.repairAll(permit, body.target) })
      },
    }),
  ]
}
