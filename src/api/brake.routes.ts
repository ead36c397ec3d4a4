import { z } from 'zod'
import { BrakePolicy, CHANGES, DEFAULT_BRAKE, holdState, PLAN_KINDS, totals, type Hold } from '../brake/brake.ts'
import { accept } from '../kernel/decision.ts'
import { UnitId } from '../kernel/ids.ts'
import type { Services } from '../main/compose.ts'
import { endpoint } from './endpoint.ts'
import { count, instant, list, paragraph, said } from './fields.ts'
import { found, resource, type ApiRoute } from './route.ts'

const Change = z.enum(CHANGES)
const HoldJson = z
  .object({
    id: z.uuid(),
    state: said(
      z.enum(['held', 'asked', 'expired', 'released', 'used', 'refused', 'superseded']),
      'held bị chặn, asked chờ người thứ hai, expired quá hạn, released đã mở, used đã làm, refused không làm, superseded có bản khác.',
      'Whether it is held, asked for, too late, released, carried out, refused, or overtaken by another plan.',
    ),
    plan: z.object({
      kind: z.enum(PLAN_KINDS),
      id: z.string(),
      name: z.string(),
      accounts: said(count(), 'Số tài khoản bị đổi.', 'How many accounts it changes.'),
      changes: z.record(Change, count()),
    }),
    reasons: said(
      list(z.looseObject({ kind: z.string() })),
      'Vượt những giới hạn nào.',
      'The limits that it goes beyond.',
    ),
    heldAt: instant(),
    asked: z.object({ byName: z.string(), at: instant(), why: z.string(), until: instant() }).nullable(),
    released: z.object({ byName: z.string(), at: instant() }).nullable(),
    ended: z
      .object({ how: z.enum(['used', 'refused', 'superseded']), byName: z.string().nullable(), at: instant() })
      .nullable(),
  })
  .meta({ id: 'BrakeHold' })
const HoldWhole = HoldJson.extend({
  parts: said(
    list(z.object({ change: Change, unitId: UnitId.nullable(), n: count() })),
    'Theo đơn vị và việc.',
    'By unit and kind of change.',
  ),
}).meta({ id: 'BrakeHoldWhole' })
const Limits = z
  .object({
    version: said(count(), 'Lần sửa; 0 là giới hạn ban đầu.', 'The version; 0 is what the product begins with.'),
    policy: BrakePolicy,
  })
  .meta({ id: 'BrakeLimits' })
const ById = z.strictObject({ id: z.uuid() })
const Why = said(paragraph(10, 500), 'Lý do.', 'Why.')
const RELEASE = { tag: 'brake', action: 'brake.release', also: ['brake.read'] } as const

/** Plans that the safety brake stopped, their release by two people, and its limits. */
export function brakeRoutes({ brakes, clock }: Services): ApiRoute[] {
  const holdOf = (hold: Hold) => {
    const { kind, id, name, parts } = hold.plan
    const { all, each } = totals(parts)
    return { ...hold, state: holdState(hold, clock()), plan: { kind, id, name, accounts: all, changes: each }, parts }
  }
  const whole = resource(HoldWhole, async (desk, { id }: z.output<typeof ById>) => {
    const hold = await brakes.read(desk.permit('brake.read'), id)
    return hold && holdOf(hold)
  })
  const limits = resource(Limits, async (desk) => {
    desk.permit('brake.read')
    return brakes.limits.present()
  })

  return [
    endpoint({
      ...{ id: 'listHolds', method: 'get', path: '/brake/holds', tag: 'brake', action: 'brake.read' },
      summary: { vi: 'Việc bị chốt an toàn chặn, đang chờ trước', en: 'Plans that were stopped, open ones first' },
      answer: z.object({ items: list(HoldJson) }),
      handle: async ({ permit }) => accept({ items: (await brakes.list(permit)).map(holdOf) }),
    }),
    endpoint({
      ...{ id: 'getHold', method: 'get', path: '/brake/holds/:id', tag: 'brake', action: 'brake.read' },
      summary: { vi: 'Một việc bị chặn', en: 'One plan that was stopped' },
      params: ById,
      answer: HoldWhole,
      handle: async ({ desk, params }) => found(await whole.read(desk, params)),
    }),
    endpoint({
      ...{ id: 'askToReleaseHold', method: 'post', path: '/brake/holds/:id/request', ...RELEASE },
      summary: { vi: 'Đề nghị mở chốt', en: 'Ask for its release' },
      params: ById,
      body: z.strictObject({ why: Why }),
      example: { why: 'Sáp nhập ba xã theo nghị quyết' },
      of: whole,
      answer: HoldWhole,
      problems: ['unknown-hold', 'not-waiting'],
      handle: async ({ desk, permit, params, body }) => {
        const asked = await brakes.ask(permit, params.id, body.why)
        return asked.ok ? found(await whole.read(desk, params)) : asked
      },
    }),
    endpoint({
      ...{ id: 'releaseHold', method: 'post', path: '/brake/holds/:id/release', ...RELEASE },
      summary: { vi: 'Mở chốt, là người thứ hai', en: 'Release it, as the second person' },
      params: ById,
      of: whole,
      answer: HoldWhole,
      problems: ['unknown-hold', 'not-waiting', 'own-ask', 'plan-changed'],
      handle: async ({ desk, permit, params }) => {
        const released = await brakes.release(permit, params.id)
        return released.ok ? found(await whole.read(desk, params)) : released
      },
    }),
    endpoint({
      ...{ id: 'refuseHold', method: 'post', path: '/brake/holds/:id/refusal', ...RELEASE },
      summary: { vi: 'Không làm việc này', en: 'Leave the plan undone' },
      params: ById,
      of: whole,
      answer: HoldWhole,
      problems: ['unknown-hold', 'not-waiting'],
      handle: async ({ desk, permit, params }) => {
        const dropped = await brakes.drop(permit, params.id)
        return dropped.ok ? found(await whole.read(desk, params)) : dropped
      },
    }),
    endpoint({
      ...{ id: 'getBrakeLimits', method: 'get', path: '/policies/brake', tag: 'brake', action: 'brake.read' },
      summary: { vi: 'Giới hạn của chốt an toàn', en: 'The brake’s limits' },
      answer: Limits,
      handle: async ({ desk }) => found(await limits.read(desk, {})),
    }),
    endpoint({
      ...{ id: 'changeBrakeLimits', method: 'put', path: '/policies/brake', ...RELEASE },
      summary: { vi: 'Sửa giới hạn', en: 'Change the limits' },
      description: {
        vi: 'Chặt hơn thì dùng ngay (version); nới ra thì chờ người thứ hai (holdId).',
        en: 'Stricter ones are in force at once (version); looser ones wait for a second person (holdId).',
      },
      of: limits,
      body: z.strictObject({ policy: BrakePolicy, why: Why }),
      example: { policy: DEFAULT_BRAKE, why: 'Trở lại giới hạn ban đầu' },
      answer: z.object({ version: count().nullable(), holdId: z.uuid().nullable() }),
      problems: ['limits-changed-meanwhile', 'limits-unchanged'],
      handle: async ({ permit, body, present }) => {
        const changed = await brakes.limits.change(permit, { ...body, seen: present.version })
        if (!changed.ok) return changed
        return accept({ version: null, holdId: null, ...changed.value })
      },
    }),
  ]
}
