import { z } from 'zod'
import { SYNC_STATES, syncState, TARGETS, type LedgerRow } from '../provisioning/ledger.ts'
import { count, instant, said } from './fields.ts'

export const FAULTS = ['refused', 'unreachable', 'outcome-unknown'] as const
const Fault = said(
  z.enum(FAULTS),
  'refused hệ thống từ chối, unreachable không kết nối được, outcome-unknown chưa rõ kết quả.',
  'Whether the target refused it, could not be reached, or its outcome is unknown.',
)

/** What one target has of one subject. */
export const Ledger = z
  .object({
    target: said(z.enum(TARGETS), 'directory danh bạ, mail máy chủ thư.', 'The directory or the mail server.'),
    state: said(
      z.enum(SYNC_STATES),
      'in-step đã đồng bộ, behind chưa, retrying đang thử lại, outcome-unknown chưa rõ, needs-person cần người xử lý, not-verified chưa đọc lại.',
      'In words: in step, behind, being tried again, unknown, waiting for a person, or not read back yet.',
    ),
    wanted: said(count(), 'Bản cần có.', 'The revision that is wanted.'),
    applied: said(count(), 'Bản đã có.', 'The revision that it has.'),
    attempts: count(),
    fault: Fault.nullable(),
    detail: said(z.string().nullable(), 'Hệ thống trả lời gì.', 'What the target said.'),
    since: said(instant(), 'Lệch từ lúc này.', 'Behind since then.'),
    nextAt: said(instant(), 'Lần thử tiếp theo.', 'When it is tried next.'),
    verifiedAt: said(instant().nullable(), 'Lần đọc lại gần nhất.', 'When it was last read back.'),
    remoteId: z.string().nullable(),
    remoteDn: z.string().nullable(),
  })
  .meta({ id: 'Ledger' })

export const ledgerOf = (row: LedgerRow) => ({ ...row, state: syncState(row) })
