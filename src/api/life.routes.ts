import { z } from 'zod'
import { IDLE_STAGES } from '../accounts/idle.ts'
import { AccountCommand, ACT_RULES, isLifeAct } from '../accounts/life-acts.ts'
import { DEFAULT_LIFE, LifePolicy, POLICY_ACTS } from '../accounts/life-policy.ts'
import { accept, refuse } from '../kernel/decision.ts'
import { Day } from '../kernel/day.ts'
import { AccountId } from '../kernel/ids.ts'
import type { Services } from '../main/compose.ts'
import { CHANGE_STATES, ChangeSeat, SUBJECT_KINDS, type Change } from '../scheduled/change.ts'
import { endpoint } from './endpoint.ts'
import { count, day, instant, list, paragraph, said, text, unitOf } from './fields.ts'
import { listing } from './listing.ts'
import { found, resource, type ApiRoute, type Desk } from './route.ts'

const Letter = z.object({ number: said(z.string(), 'Số văn bản.', 'The letter’s number.'), date: day() })
const ChangeJson = z
  .object({
    id: z.uuid(),
    subject: z.object({ kind: z.enum(SUBJECT_KINDS), id: z.uuid() }),
    command: said(z.looseObject({ type: z.string() }), 'Việc và các ngày của nó.', 'The act, with its days.'),
    on: said(day(), 'Có hiệu lực từ ngày này.', 'From this day on.'),
    state: said(
      z.enum(CHANGE_STATES),
      'proposed chờ người khác đồng ý, waiting chờ ngày, applied đã làm, refused không làm được, declined bị từ chối, cancelled đã hủy.',
      'Whether it waits for others or for its day, was done, could not be, or was declined or cancelled.',
    ),
    why: z.string(),
    letter: Letter.nullable(),
    seats: said(list(ChangeSeat), 'Cần ai đồng ý.', 'Whose agreement is needed.'),
    agreements: list(z.object({ seat: z.int(), byName: z.string(), at: instant() })),
    asked: z.object({ byName: z.string(), at: instant() }),
    ended: z.object({ byName: z.string(), at: instant(), outcome: z.string().nullable() }).nullable(),
    mayAgree: said(z.boolean(), 'Chủ mã truy cập đồng ý được.', 'Whether the token’s owner may agree.'),
  })
  .meta({ id: 'Change' })
const Ask = z
  .strictObject({
    command: said(
      AccountCommand,
      'Việc: type và các trường của nó. Việc của riêng công nghệ thông tin cần thêm phạm vi life:keep.',
      'The act: its type and what goes with it. What is for IT staff alone needs the scope life:keep too.',
    ),
    on: said(day(), 'Có hiệu lực từ ngày này.', 'From this day on.'),
    why: said(paragraph(10, 500), 'Lý do, ghi vào lịch sử.', 'Why, as it stands in the history.'),
    letter: said(
      z.strictObject({ number: text(60), date: day() }).nullable(),
      'Văn bản làm căn cứ; tùy quy định mà bắt buộc.',
      'The official letter, which the policy may ask for.',
    ),
  })
  .meta({ id: 'AskedAct' })
/** The policy as it is answered. */
const Policy = z.object({
  ...LifePolicy.shape,
  ...{ letters: list(z.enum(POLICY_ACTS)), seconds: list(z.enum(POLICY_ACTS)), leaderTitles: list(z.string()) },
})
const Terms = z
  .object({ version: said(count(), 'Lần sửa; 0 là ban đầu.', 'The version; 0 is the first.'), policy: Policy })
  .meta({ id: 'LifePolicyInForce' })
const Unused = z
  .object({
    ...{ id: AccountId, login: z.string(), displayName: z.string(), unit: unitOf() },
    state: z.enum(['active', 'idle-locked']),
    lastSignInAt: said(instant().nullable(), 'Đăng nhập hộp thư gần nhất.', 'The last sign-in to the mailbox.'),
    lastUsed: said(day(), 'Tính từ ngày này.', 'The day from which it is counted.'),
    warnedOn: said(day().nullable(), 'Đã nhắc ngày này.', 'The day of the warning.'),
  })
  .meta({ id: 'UnusedAccount' })
const ById = z.strictObject({ id: z.uuid() })
const AGREE = { tag: 'life', action: 'scheduled.agree', also: ['scheduled.read'] } as const

/** What happens to accounts in their life, with whose agreement, and the terms of it. */
export function lifeRoutes({ accounts, idling, lives, scheduled, life }: Services): ApiRoute[] {
  const shown = (desk: Desk, change: Change) => ({
    ...change,
    mayAgree: desk.may('scheduled.agree') && scheduled.mayAgree(desk.permit('scheduled.agree'), change).ok,
  })
  const one = resource(ChangeJson, async (desk, { id }: z.output<typeof ById>) => {
    const change = await scheduled.read(desk.permit('scheduled.read'), id)
    return change && shown(desk, change)
  })
  const terms = resource(Terms, async (desk) => {
    desk.permit('life-policy.read')
    return life.present()
  })

  return [
    endpoint({
      ...{ id: 'askForAct', method: 'post', path: '/accounts/:id/changes', tag: 'life', action: 'life.ask' },
      also: ['scheduled.read'],
      summary: { vi: 'Đề nghị một việc với tài khoản', en: 'Ask for an act about an account' },
      description: {
        vi: 'Làm ngay, giữ đến ngày, hoặc chờ người thứ hai: xem state.',
        en: 'Done at once, kept for its day, or waiting for a second person: see state.',
      },
      params: z.strictObject({ id: AccountId }),
      body: Ask,
      example: {
        command: { type: 'suspend', until: '2027-01-31' },
        ...{ on: '2026-12-01', why: 'Theo quyết định kỷ luật', letter: { number: '12/QĐ-SNV', date: '2026-11-20' } },
      },
      status: 201,
      answer: ChangeJson,
      location: ({ id }) => `/changes/${id}`,
      problems: [
        ...(['unknown-account', 'own-account', 'protected-account', 'letter-needed', 'wrong-day'] as const),
        ...(['already-asked', 'wrong-state', 'under-hold', 'not-held', 'not-archived', 'not-yet-due'] as const),
        ...(['ends-before-it-begins', 'last-it-staff', 'nobodys-own', 'same-unit', 'unknown-post'] as const),
        ...(['unit-closed', 'merged-away', 'receives-nothing'] as const),
      ],
      handle: async ({ desk, permit, params, body }) => {
        const { type } = body.command
        const staffs = isLifeAct(type) && ACT_RULES[type].asks === 'it-staff'
        const asked = await lives.ask(staffs ? desk.permit('life.keep') : permit, params.id, body)
        return asked.ok ? found(await one.read(desk, { id: asked.value.id })) : asked
      },
    }),
    endpoint({
      ...{ id: 'listChangesOfAccount', method: 'get', path: '/accounts/:id/changes', tag: 'life' },
      action: 'scheduled.read',
      also: ['account.read'],
      summary: { vi: 'Các việc đã đề nghị với một tài khoản', en: 'What was asked about an account' },
      params: z.strictObject({ id: AccountId }),
      answer: z.object({ items: list(ChangeJson) }),
      handle: async ({ desk, params }) => {
        const account = await accounts.read(desk.permit('account.read'), params.id)
        if (account === null) return refuse({ kind: 'not-found' })
        const all = await scheduled.ofSubject({ kind: 'account', id: account.id })
        return accept({ items: all.map((change) => shown(desk, change)) })
      },
    }),
    listing({
      ...{ id: 'listUnusedAccounts', path: '/unused-accounts', tag: 'life', action: 'account.read' },
      summary: { vi: 'Hộp thư lâu không dùng, lâu nhất trước', en: 'Mailboxes long unused, the longest first' },
      query: z.object({
        stage: said(
          z.enum(IDLE_STAGES).optional(),
          'warned sắp ngừng (mặc định), locked đã ngừng đăng nhập, review xem xét thu hồi.',
          'About to be stopped (unless said), stopped, or to be considered for recall.',
        ),
      }),
      item: Unused,
      key: z.object({ lastUsed: Day, id: AccountId }),
      handle: async ({ permit, query: { stage = 'warned' }, limit, after }) => {
        const page = await idling.listAfter(permit, { stage, limit, after })
        const items = page.accounts.map(({ unitId, unitName, ...account }) => ({
          ...account,
          unit: { id: unitId, name: unitName },
        }))
        return accept({ items, next: page.next })
      },
    }),
    listing({
      ...{ id: 'listChanges', path: '/changes', tag: 'life', action: 'scheduled.read' },
      summary: { vi: 'Thay đổi chờ đồng ý hoặc chờ ngày', en: 'Changes that wait for agreement, or for their day' },
      query: z.object({
        state: said(
          z.enum(['proposed', 'waiting']).optional(),
          'proposed chờ đồng ý (mặc định), waiting chờ ngày.',
          'Waiting for agreement (unless said), or for their day.',
        ),
      }),
      item: ChangeJson,
      key: z.object({ at: z.string().max(40), id: z.uuid() }),
      handle: async ({ desk, permit, query: { state = 'proposed' }, limit, after }) => {
        const page = await scheduled.openAfter(permit, { state, limit, after })
        return accept({ items: page.changes.map((change) => shown(desk, change)), next: page.next })
      },
    }),
    endpoint({
      ...{ id: 'getChange', method: 'get', path: '/changes/:id', tag: 'life', action: 'scheduled.read' },
      summary: { vi: 'Một thay đổi', en: 'One change' },
      params: ById,
      answer: ChangeJson,
      handle: async ({ desk, params }) => found(await one.read(desk, params)),
    }),
    endpoint({
      ...{ id: 'agreeToChange', method: 'post', path: '/changes/:id/agreement', ...AGREE },
      summary: { vi: 'Đồng ý', en: 'Agree to a change' },
      params: ById,
      of: one,
      answer: ChangeJson,
      problems: [
        ...(['unknown-change', 'change-ended', 'own-change', 'agreed-before', 'not-your-seat'] as const),
        ...(['unknown-account', 'wrong-state', 'under-hold', 'not-held', 'not-archived', 'not-yet-due'] as const),
        ...(['ends-before-it-begins', 'last-it-staff', 'nobodys-own', 'same-unit', 'unknown-post'] as const),
        ...([
          'unit-closed',
          'merged-away',
          'receives-nothing',
          'unknown-person',
          'same-record',
          'merged-before',
          'number-to-choose',
        ] as const),
        ...(['number-unchanged', 'number-of-another', 'other-in-service', 'address-taken', 'own-record'] as const),
        'already-asked',
      ],
      handle: async ({ desk, permit, params }) => {
        const agreed = await scheduled.agree(permit, params.id)
        return agreed.ok ? found(await one.read(desk, params)) : agreed
      },
    }),
    endpoint({
      ...{ id: 'declineChange', method: 'post', path: '/changes/:id/refusal', ...AGREE },
      summary: { vi: 'Không đồng ý', en: 'Decline a change' },
      params: ById,
      body: z.strictObject({
        why: said(paragraph(10, 500), 'Lý do, người đề nghị đọc được.', 'Why, for whoever asked.'),
      }),
      example: { why: 'Chưa có quyết định chính thức' },
      of: one,
      answer: ChangeJson,
      problems: ['unknown-change', 'change-ended'],
      handle: async ({ desk, permit, params, body }) => {
        const declined = await scheduled.decline(permit, params.id, body.why)
        return declined.ok ? found(await one.read(desk, params)) : declined
      },
    }),
    endpoint({
      ...{ id: 'cancelChange', method: 'delete', path: '/changes/:id', ...AGREE },
      summary: { vi: 'Hủy trước khi có hiệu lực', en: 'Take a change back before it has happened' },
      params: ById,
      of: one,
      answer: ChangeJson,
      problems: ['unknown-change', 'change-ended'],
      handle: async ({ desk, permit, params }) => {
        const cancelled = await scheduled.cancel(permit, params.id)
        return cancelled.ok ? found(await one.read(desk, params)) : cancelled
      },
    }),

    endpoint({
      ...{ id: 'getLifePolicy', method: 'get', path: '/policies/life', tag: 'life', action: 'life-policy.read' },
      summary: { vi: 'Thời hạn của tài khoản', en: 'The terms of an account’s life' },
      answer: Terms,
      handle: async ({ desk }) => found(await terms.read(desk, {})),
    }),
    endpoint({
      ...{ id: 'listLifePolicyVersions', method: 'get', path: '/policies/life/versions', tag: 'life' },
      action: 'life-policy.read',
      summary: { vi: 'Các lần sửa thời hạn', en: 'Every version of the terms' },
      answer: z.object({
        items: list(
          z
            .object({
              ...{ version: count(), from: instant(), to: instant().nullable(), byName: z.string(), why: z.string() },
              policy: Policy,
            })
            .meta({ id: 'LifePolicyVersion' }),
        ),
      }),
      handle: async ({ permit }) => accept({ items: await life.history(permit) }),
    }),
    endpoint({
      ...{ id: 'changeLifePolicy', method: 'put', path: '/policies/life', tag: 'life', action: 'life-policy.change' },
      also: ['life-policy.read'],
      summary: { vi: 'Sửa thời hạn', en: 'Change the terms' },
      of: terms,
      body: z.strictObject({ policy: LifePolicy, why: said(paragraph(10, 500), 'Lý do sửa.', 'Why.') }),
      example: { policy: DEFAULT_LIFE, why: 'Trở lại thời hạn ban đầu' },
      answer: Terms,
      problems: ['policy-changed-meanwhile', 'policy-unchanged'],
      handle: async ({ desk, permit, body, present }) => {
        const changed = await life.change(permit, { ...body, seen: present.version })
        return changed.ok ? found(await terms.read(desk, {})) : changed
      },
    }),
  ]
}
