import { z } from 'zod'
import { addDays, dayOf } from '../kernel/day.ts'
import { accept, refuse } from '../kernel/decision.ts'
import { AccountId, UnitId } from '../kernel/ids.ts'
import type { Services } from '../main/compose.ts'
import { TARGETS } from '../provisioning/ledger.ts'
import { actsFor, FINDING_KINDS } from '../reconcile/compare.ts'
import { FINDING_STATES, findingState, type Finding } from '../reconcile/finding.ts'
import { endpoint } from './endpoint.ts'
import { count, day, instant, list, paragraph, said } from './fields.ts'
import { listing, pageOf } from './listing.ts'
import { found, resource, type ApiRoute } from './route.ts'

/** Days that a finding can be ignored at most, and runs that are listed. */
const IGNORED_MAX = 366
const LISTED = 1_000

const Kind = z.enum(FINDING_KINDS)
const Target = z.enum(TARGETS)
const Doubt = z.looseObject({ kind: z.string() }).nullable()
const RunJson = z
  .object({
    id: z.uuid(),
    number: count(),
    state: said(
      z.enum(['waiting', 'running', 'done', 'cannot-tell', 'failed']),
      'cannot-tell: nội dung đọc được không tin được, không kết luận và không sửa gì.',
      'cannot-tell: what was read cannot be believed; nothing is concluded or repaired.',
    ),
    scope: z.looseObject({ kind: z.enum(['all', 'unit', 'account']) }),
    byName: z.string(),
    believe: z.string().nullable(),
    ...{ askedAt: instant(), startedAt: instant().nullable(), endedAt: instant().nullable() },
    read: said(count(), 'Số mục đã đọc.', 'Entries that were read.'),
    found: said(count(), 'Số mục phải có và đã thấy.', 'Of those that should be there, how many were.'),
    expected: count(),
    inFlight: said(count(), 'Đang có thay đổi nên không bị coi là lệch.', 'Left out, for a change is on its way.'),
    homes: count().nullable(),
    inspected: count(),
    doubt: said(Doubt, 'Vì sao không kết luận được.', 'Why it cannot tell.'),
    mailDoubt: Doubt,
    counts: z.partialRecord(Kind, count()),
    fresh: said(count(), 'Lần trước chưa có.', 'Not there the last time.'),
  })
  .meta({ id: 'Reconciliation' })
const FindingJson = z
  .object({
    id: z.uuid(),
    kind: Kind,
    target: Target,
    state: z.enum(FINDING_STATES),
    subject: z.object({ kind: z.enum(['account', 'group']), id: z.uuid() }).nullable(),
    unitId: UnitId.nullable(),
    name: z.string(),
    ...{ login: z.string().nullable(), dn: z.string().nullable() },
    differences: said(
      list(z.object({ attribute: z.string(), is: list(z.string()), should: list(z.string()) })),
      'Từng thuộc tính, giá trị đang có và phải có; mật khẩu không hiện.',
      'Attribute by attribute, both values; passwords are never shown.',
    ),
    others: said(
      list(z.object({ dn: z.string(), over: z.string() })),
      'Mục trùng với nó.',
      'The entries that it collides with.',
    ),
    newer: said(z.boolean(), 'Danh bạ mới hơn cơ sở dữ liệu.', 'The directory is later than the database.'),
    ...{ firstAt: instant(), lastAt: instant(), goneAt: instant().nullable() },
    ...{ doing: z.string().nullable(), trouble: z.string().nullable() },
    ignored: z.object({ until: day(), why: z.string(), byName: z.string() }).nullable(),
    acts: said(list(z.string()), 'Làm được gì với nó.', 'What can be done about it.'),
  })
  .meta({ id: 'Finding' })
const PlanJson = z
  .object({
    id: z.uuid(),
    number: count(),
    act: z.enum(['repair', 'accept', 'adopt', 'remove']),
    findings: list(z.uuid()),
    ...{ madeAt: instant(), byName: z.string(), startedAt: instant().nullable() },
    stale: said(z.boolean(), 'Điểm lệch đã khác lúc lập.', 'The findings are not what they were.'),
  })
  .meta({ id: 'RepairPlan' })
const ById = z.strictObject({ id: z.uuid() })
const READ = { tag: 'reconcile', action: 'reconcile.read' } as const
const CHANGE = { tag: 'reconcile', action: 'reconcile.change', also: ['reconcile.read'] } as const

/** What should exist against what does: comparisons, their findings, and what is done about them. */
export function reconcileRoutes({ reconcile, units, accounts, clock }: Services): ApiRoute[] {
  const today = () => dayOf(clock())
  const shown = (finding: Finding) => ({
    ...finding,
    state: findingState(finding, today()),
    acts: finding.goneAt === null && finding.doing === null ? actsFor(finding) : [],
  })
  const plan = resource(PlanJson, (desk, { id }: z.output<typeof ById>) =>
    reconcile.plans.read(desk.permit('reconcile.read'), id),
  )

  return [
    listing({
      ...{ id: 'listReconciliations', path: '/reconciliations', ...READ },
      summary: { vi: 'Các lần đối soát, mới nhất trước', en: 'Comparisons, the newest first' },
      item: RunJson,
      key: z.int(),
      handle: async ({ permit, limit, after }) =>
        accept(pageOf(await reconcile.runs.list(permit, LISTED), ({ number }) => -number, { limit, after })),
    }),
    endpoint({
      ...{ id: 'compare', method: 'post', path: '/reconciliations', ...CHANGE },
      also: ['reconcile.read', 'account.read'],
      summary: {
        vi: 'Đối soát toàn tỉnh, một đơn vị hoặc một tài khoản',
        en: 'Compare everything, a unit or an account',
      },
      description: {
        vi: 'Làm ngầm và không thay đổi gì; đọc lại để biết kết quả.',
        en: 'Done in the background, changes nothing; read it again for the result.',
      },
      body: z.strictObject({
        unitId: said(UnitId.nullable(), 'Đơn vị cùng các đơn vị bên dưới.', 'A unit with all below it.'),
        accountId: said(AccountId.nullable(), 'Một tài khoản.', 'One account.'),
      }),
      example: { unitId: null, accountId: null },
      status: 202,
      answer: RunJson,
      problems: ['unknown-unit', 'unknown-account'],
      handle: async ({ desk, permit, body: { unitId, accountId } }) => {
        if (accountId !== null) {
          const account = await accounts.read(desk.permit('account.read'), accountId)
          if (account === null) return refuse({ kind: 'unknown-account' })
          return accept(await reconcile.runs.ask(permit, { kind: 'account', id: accountId, name: account.displayName }))
        }
        if (unitId === null) return accept(await reconcile.runs.ask(permit, { kind: 'all' }))
        const unit = await units.find(unitId)
        if (unit === null) return refuse({ kind: 'unknown-unit' })
        return accept(await reconcile.runs.ask(permit, { kind: 'unit', id: unit.id, name: unit.name }))
      },
    }),
    endpoint({
      ...{ id: 'getReconciliation', method: 'get', path: '/reconciliations/:id', ...READ },
      summary: { vi: 'Một lần đối soát', en: 'One comparison' },
      params: ById,
      answer: RunJson,
      handle: async ({ permit, params }) => found(await reconcile.runs.read(permit, params.id)),
    }),
    listing({
      ...{ id: 'listFindings', path: '/findings', ...READ },
      summary: { vi: 'Điểm lệch chưa hết, mới thấy trước', en: 'Findings that are not gone, the latest first' },
      query: z.object({
        kind: Kind.optional(),
        target: Target.optional(),
        state: z.enum(FINDING_STATES).optional(),
        unitId: said(UnitId.optional(), 'Đơn vị cùng các đơn vị bên dưới.', 'A unit with all below it.'),
      }),
      item: FindingJson,
      key: z.object({ at: instant(), id: z.uuid() }),
      handle: async ({ permit, query: { kind = null, target = null, state = null, unitId = null }, limit, after }) => {
        const filter = { kind, target, state, unit: unitId, q: '', run: null }
        const rows = await reconcile.findingsAfter(permit, filter, { after, limit: limit + 1 })
        const items = rows.slice(0, limit).map(shown)
        const last = items.at(-1)
        return accept({ items, next: rows.length > limit && last ? { at: last.firstAt, id: last.id } : null })
      },
    }),
    endpoint({
      ...{ id: 'getFinding', method: 'get', path: '/findings/:id', ...READ },
      summary: { vi: 'Một điểm lệch', en: 'One finding' },
      params: ById,
      answer: FindingJson,
      handle: async ({ permit, params }) => {
        const finding = await reconcile.finding(permit, params.id)
        return found(finding && shown(finding))
      },
    }),
    endpoint({
      ...{ id: 'ignoreFinding', method: 'put', path: '/findings/:id/ignored', ...CHANGE },
      summary: { vi: 'Bỏ qua đến hết một ngày', en: 'Ignore it until the end of a day' },
      params: ById,
      body: z.strictObject({
        until: said(day(), 'Nhiều nhất một năm.', 'Within a year.'),
        why: said(paragraph(10, 500), 'Lý do.', 'Why.'),
      }),
      example: { until: '2026-12-31', why: 'Máy quét của phòng họp' },
      answer: FindingJson,
      problems: ['unknown-finding', 'wrong-day'],
      handle: async ({ permit, desk, params, body }) => {
        if (body.until < today() || body.until > addDays(today(), IGNORED_MAX)) return refuse({ kind: 'wrong-day' })
        const done = await reconcile.plans.ignore(permit, params.id, body)
        if (!done.ok) return done
        const finding = await reconcile.finding(desk.permit('reconcile.read'), params.id)
        return found(finding && shown(finding))
      },
    }),
    endpoint({
      ...{ id: 'noticeFinding', method: 'delete', path: '/findings/:id/ignored', ...CHANGE },
      summary: { vi: 'Thôi bỏ qua', en: 'Ignore it no more' },
      params: ById,
      problems: ['unknown-finding'],
      handle: async ({ permit, params }) => reconcile.plans.ignore(permit, params.id, null),
    }),
    endpoint({
      ...{ id: 'planRepair', method: 'post', path: '/repair-plans', ...CHANGE },
      summary: { vi: 'Lập kế hoạch cho nhiều điểm lệch', en: 'Plan what is to be done about findings' },
      description: {
        vi: 'Chưa làm gì. Điểm lệch mà việc này không dùng được thì bỏ ra.',
        en: 'Nothing is done yet. Findings that the act does not fit are left out.',
      },
      body: z.strictObject({
        act: said(
          z.enum(['repair', 'accept', 'remove']),
          'repair ghi theo cơ sở dữ liệu, accept nhận giá trị của danh bạ, remove xóa mục lạ (luôn hai người).',
          'repair as the database says, accept the directory’s value, remove a stranger (always two people).',
        ),
        findings: z.array(z.uuid()).min(1).max(10_000),
      }),
      example: { act: 'repair', findings: ['0193e0d0-5a5c-7f00-8000-000000000000'] },
      status: 201,
      answer: PlanJson,
      location: ({ id }) => `/repair-plans/${id}`,
      problems: ['nothing-to-do'],
      handle: async ({ desk, permit, body }) => {
        const made = await reconcile.plans.make(permit, body.act, body.findings)
        return made.ok ? found(await plan.read(desk, { id: made.value })) : made
      },
    }),
    endpoint({
      ...{ id: 'getRepairPlan', method: 'get', path: '/repair-plans/:id', ...READ },
      summary: { vi: 'Một kế hoạch', en: 'One plan' },
      params: ById,
      answer: PlanJson,
      handle: async ({ desk, params }) => found(await plan.read(desk, params)),
    }),
    endpoint({
      ...{ id: 'carryOutRepair', method: 'post', path: '/repair-plans/:id/start', ...CHANGE },
      summary: { vi: 'Làm đúng theo kế hoạch', en: 'Carry it out as it is' },
      description: {
        vi: 'held: chốt an toàn đã chặn; mở ở /brake/holds/{holdId}.',
        en: 'held: stopped by the safety brake; released at /brake/holds/{holdId}.',
      },
      params: ById,
      of: plan,
      status: 202,
      answer: PlanJson,
      problems: ['unknown-finding', 'plan-started', 'plan-changed', 'held'],
      handle: async ({ desk, permit, params }) => {
        const started = await reconcile.plans.start(permit, params.id)
        return started.ok ? found(await plan.read(desk, params)) : started
      },
    }),
  ]
}
