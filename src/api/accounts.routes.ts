import { z } from 'zod'
import {
  ACCOUNT_KINDS,
  ACCOUNT_STATES,
  type AccountSummary,
  type AccountView,
  type HeldMailbox,
} from '../accounts/account.ts'
import { LEAVING_CAUSES } from '../accounts/life.ts'
import { HOLDER_RIGHTS } from '../accounts/holder.ts'
import { accept, refuse } from '../kernel/decision.ts'
import { AccountId, UnitId } from '../kernel/ids.ts'
import type { Services } from '../main/compose.ts'
import { endpoint } from './endpoint.ts'
import { count, day, instant, list, said, search, unitOf } from './fields.ts'
import { Ledger, ledgerOf } from './ledger.ts'
import { listing } from './listing.ts'
import { found, resource, type ApiRoute } from './route.ts'

const State = said(
  z.enum(ACCOUNT_STATES),
  'awaiting-activation chờ kích hoạt, active đang dùng, on-leave nghỉ phép, suspended tạm ngừng, idle-locked khóa do lâu không dùng, leaving đang lưu giữ, archived đã lưu trữ, deleted đã xóa (khôi phục được), tombstone đã hết.',
  'Where it is in its life, from the wait for its activation to its end.',
)
const Kind = said(
  z.enum(ACCOUNT_KINDS),
  'person hộp thư cá nhân, unit của đơn vị, function của chức danh.',
  'A person’s own mailbox, a unit’s, or a function’s.',
)
const Address = said(z.string(), 'Địa chỉ thư.', 'The mail address.')
const Rights = said(
  z.enum(HOLDER_RIGHTS),
  'read chỉ đọc, full đọc và gửi.',
  'Whether they only read, or also write as it.',
)
const Summary = z.object({
  id: AccountId,
  number: said(z.int(), 'Số tài khoản, không đổi.', 'The account’s number, which never changes.'),
  kind: Kind,
  login: said(z.string(), 'Tên trong danh bạ (uid).', 'Its name in the directory (uid).'),
  displayName: z.string(),
  address: Address,
  title: said(z.string().nullable(), 'Chức vụ.', 'The person’s title.'),
  unit: unitOf(),
  state: State,
  behind: said(count(), 'Số hệ thống chưa đồng bộ.', 'How many targets are behind.'),
})
const AccountJson = Summary.meta({ id: 'Account' })
const Whole = Summary.extend({
  aliases: said(list(z.string()), 'Địa chỉ phụ.', 'Its alias addresses.'),
  quotaMb: count(),
  phone: z.string().nullable(),
  contactEmail: said(z.string().nullable(), 'Email liên hệ riêng.', 'The private contact e-mail.'),
  employment: z.string().nullable(),
  handOver: said(z.enum(['link', 'slip']), 'Cách giao quyền kích hoạt.', 'How the way in is handed over.'),
  signIn: said(z.boolean(), 'Đăng nhập được.', 'Whether signing in is allowed.'),
  receive: said(z.boolean(), 'Nhận thư được.', 'Whether mail is received.'),
  life: said(
    z.object({
      since: day(),
      until: said(day().nullable(), 'Tình trạng này tự hết vào ngày ấy.', 'When the present state runs out by itself.'),
      cause: z.enum(LEAVING_CAUSES).nullable(),
      reply: said(z.string().nullable(), 'Thư trả lời tự động.', 'What letters are answered with.'),
      legalHold: said(z.boolean(), 'Không gì được xóa.', 'Nothing of it may be deleted.'),
      lastSignInAt: instant().nullable(),
      archives: list(
        z.object({
          ...{ no: z.int(), messages: count(), bytes: count(), verifiedAt: instant() },
          ...{ restoredAt: instant().nullable(), discardedAt: instant().nullable() },
        }),
      ),
    }),
    'Vòng đời: từ bao giờ, đến bao giờ, các bản lưu trữ.',
    'Its life: since when, until when, and its archives.',
  ),
  revision: said(count(), 'Số lần thay đổi.', 'Grows with every change.'),
  createdAt: instant(),
  readyAt: instant().nullable(),
  activatedAt: instant().nullable(),
  activationUntil: said(
    instant().nullable(),
    'Liên kết hoặc phiếu hiện nay có giá trị đến lúc này.',
    'Until when the present link or slip is good.',
  ),
  requestId: said(z.uuid().nullable(), 'Đề nghị gốc.', 'The request that it came of.'),
  holders: said(
    list(
      z.object({
        ...{ accountId: AccountId, displayName: z.string(), address: Address, rights: Rights, since: day() },
        until: said(day().nullable(), 'Thôi giữ từ ngày này.', 'No more from this day on.'),
      }),
    ),
    'Của hộp thư đơn vị hoặc chức danh: ai giữ.',
    'Of a unit’s or function’s mailbox: who holds it.',
  ),
  held: said(
    list(
      z.object({
        ...{ id: AccountId, kind: Kind, displayName: z.string(), address: Address, rights: Rights, since: day() },
      }),
    ),
    'Của một người: hộp thư dùng chung đang giữ.',
    'Of a person: the shared mailboxes that they hold.',
  ),
  events: said(
    list(z.object({ at: instant(), kind: z.string(), byName: z.string(), note: z.string().nullable() })),
    'Lịch sử, cũ nhất trước.',
    'The history, oldest first.',
  ),
}).meta({ id: 'AccountWhole' })

const SlipJson = z.object({
  ...{ accountId: AccountId, fullName: z.string(), address: Address, unitName: z.string() },
  code: said(z.string(), 'Mã kích hoạt.', 'The activation code.'),
  requestCode: z.string().nullable(),
  expiresAt: instant(),
})
const RESET = ['unknown-account', 'own-account', 'protected-account', 'no-sign-in'] as const
const ById = z.strictObject({ id: AccountId })
const Key = z.object({ sort: z.array(z.string()), id: AccountId })

const summaryOf = ({ unitId, unitName, ...account }: AccountSummary) => ({
  ...account,
  unit: { id: unitId, name: unitName },
})
const wholeOf = (account: AccountView) => ({
  ...account,
  ...summaryOf(account),
  held: account.held.map((each: HeldMailbox) => each),
})

/** Accounts: what exists, how far the targets have it, and the way in handed over once more. */
export function accountRoutes({ accounts, resetting, sync }: Services): ApiRoute[] {
  const whole = resource(Whole, async (desk, { id }: z.output<typeof ById>) => {
    const account = await accounts.read(desk.permit('account.read'), id)
    return account && wholeOf(account)
  })

  return [
    listing({
      ...{ id: 'listAccounts', path: '/accounts', tag: 'accounts', action: 'account.read' },
      summary: { vi: 'Danh sách tài khoản trong phạm vi, theo tên', en: 'Accounts within reach, by name' },
      query: z.object({
        q: search(),
        unit: said(UnitId.optional(), 'Của đơn vị này và cấp dưới.', 'Of this unit and those below it.'),
        state: State.optional(),
        kind: Kind.optional(),
      }),
      item: AccountJson,
      key: Key,
      handle: async ({ permit, query: { q = '', unit = null, state = null, kind = null }, limit, after }) => {
        const page = await accounts.listAfter(permit, { q, unit, state, kind, limit, after })
        const next = page.next && { ...page.next, sort: [...page.next.sort] }
        return accept({ items: page.accounts.map(summaryOf), next })
      },
    }),
    endpoint({
      ...{ id: 'getAccount', method: 'get', path: '/accounts/:id', tag: 'accounts', action: 'account.read' },
      summary: { vi: 'Một tài khoản', en: 'One account' },
      params: ById,
      answer: Whole,
      handle: async ({ desk, params }) => found(await whole.read(desk, params)),
    }),
    endpoint({
      ...{ id: 'getMyAccount', method: 'get', path: '/me/account', tag: 'me', action: 'own.read' },
      summary: { vi: 'Tài khoản của chủ mã truy cập', en: 'The account of the token’s owner' },
      answer: Whole,
      handle: async ({ permit }) => {
        const account = await accounts.mine(permit)
        return found(account && wholeOf(account))
      },
    }),
    endpoint({
      ...{ id: 'getAccountLedger', method: 'get', path: '/accounts/:id/sync', tag: 'accounts', action: 'sync.read' },
      also: ['account.read'],
      summary: { vi: 'Các hệ thống đã có gì của tài khoản', en: 'What the targets have of an account' },
      params: ById,
      answer: z.object({ items: list(Ledger) }),
      handle: async ({ desk, params }) => {
        const account = await accounts.read(desk.permit('account.read'), params.id)
        if (account === null) return refuse({ kind: 'not-found' })
        return accept({ items: (await sync.rows({ kind: 'account', id: account.id })).map(ledgerOf) })
      },
    }),
    endpoint({
      ...{ id: 'syncAccount', method: 'post', path: '/accounts/:id/sync', tag: 'accounts', action: 'sync.change' },
      also: ['account.read'],
      summary: { vi: 'Đồng bộ tài khoản ngay', en: 'Compare and repair an account now' },
      description: {
        vi: 'Chỉ đưa vào hàng đợi; kết quả đọc ở thao tác đọc sổ đồng bộ.',
        en: 'It is queued; what came of it is read in the ledger.',
      },
      params: ById,
      status: 202,
      answer: z.object({ queued: z.literal(true) }),
      handle: async ({ desk, permit, params }) => {
        const account = await accounts.read(desk.permit('account.read'), params.id)
        if (account === null) return refuse({ kind: 'not-found' })
        await sync.retry(permit, { kind: 'account', id: account.id })
        return accept({ queued: true as const })
      },
    }),
    endpoint({
      ...{ id: 'sendActivationLink', method: 'post', path: '/accounts/:id/activation-link', tag: 'accounts' },
      action: 'account.hand-over',
      summary: { vi: 'Gửi lại liên kết kích hoạt', en: 'Send a new activation link' },
      description: { vi: 'Liên kết và phiếu cũ hết giá trị.', en: 'Former links and slips end.' },
      params: ById,
      answer: z.object({ sentTo: said(z.string(), 'Email liên hệ.', 'The contact e-mail.') }),
      problems: ['unknown-account', 'already-activated', 'no-contact-email'],
      handle: async ({ permit, params }) => {
        const sent = await accounts.sendLink(permit, params.id)
        return sent.ok ? accept({ sentTo: sent.value }) : sent
      },
    }),
    endpoint({
      ...{ id: 'makeActivationSlip', method: 'post', path: '/accounts/:id/activation-slip', tag: 'accounts' },
      action: 'account.hand-over',
      summary: { vi: 'Tạo phiếu giao nhận', en: 'Make a hand-over slip' },
      description: {
        vi: 'Mã chỉ được trả lời lần này (và khi gửi lại cùng khóa). Liên kết và phiếu cũ hết giá trị.',
        en: 'The code is told in this answer only (and when the same key comes again). Former links and slips end.',
      },
      params: ById,
      answer: SlipJson,
      problems: ['unknown-account', 'already-activated'],
      handle: ({ permit, params }) => accounts.slip(permit, params.id),
    }),
    endpoint({
      ...{ id: 'sendPasswordLink', method: 'post', path: '/accounts/:id/password-link', tag: 'accounts' },
      action: 'password.reset',
      summary: { vi: 'Gửi liên kết đặt lại mật khẩu', en: 'Send a link for a new password' },
      description: { vi: 'Liên kết và phiếu cũ hết giá trị.', en: 'Former links and slips end.' },
      params: ById,
      answer: z.object({ sentTo: said(z.string(), 'Email liên hệ.', 'The contact e-mail.') }),
      problems: [...RESET, 'no-contact-email'],
      handle: async ({ permit, params }) => {
        const sent = await resetting.sendLink(permit, params.id)
        return sent.ok ? accept({ sentTo: sent.value }) : sent
      },
    }),
    endpoint({
      ...{ id: 'makePasswordSlip', method: 'post', path: '/accounts/:id/password-slip', tag: 'accounts' },
      action: 'password.reset',
      summary: { vi: 'Tạo phiếu đặt lại mật khẩu', en: 'Make a slip for a new password' },
      description: {
        vi: 'Mã chỉ được trả lời lần này (và khi gửi lại cùng khóa). Người dùng được báo bằng thư.',
        en: 'The code is told in this answer only (and when the same key comes again). The person is told by letter.',
      },
      params: ById,
      answer: SlipJson,
      problems: [...RESET],
      handle: ({ permit, params }) => resetting.slip(permit, params.id),
    }),
  ]
}
