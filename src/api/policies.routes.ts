import { z } from 'zod'
import { DEFAULT_POLICY, NamingPolicy } from '../addresses/naming.ts'
import { accept } from '../kernel/decision.ts'
import type { Services } from '../main/compose.ts'
import { Rule, rulesOf } from '../requests/steps.ts'
import { endpoint } from './endpoint.ts'
import { count, instant, list, paragraph, said } from './fields.ts'
import { found, resource, type ApiRoute } from './route.ts'

const Version = said(count(), 'Lần sửa; 0 là quy định ban đầu.', 'The version; 0 is what the product begins with.')
const Why = said(paragraph(10, 500), 'Lý do sửa, được lưu cùng.', 'Why, kept with the version.')
const Made = { version: Version, from: instant(), byName: z.string(), why: z.string() }

const Naming = z.object({ version: Version, policy: NamingPolicy }).meta({ id: 'NamingPolicyInForce' })
const Rules = z
  .object({
    version: Version,
    rules: said(
      list(Rule),
      'Mỗi loại đề nghị ở một nơi cần những bước nào.',
      'Which steps each kind of request needs in a place.',
    ),
  })
  .meta({ id: 'StepsPolicyInForce' })

/** Policies as data with versions: how addresses are made, and which steps requests need. */
export function policyRoutes({ naming, steps }: Services): ApiRoute[] {
  const namingNow = resource(Naming, async (desk) => {
    desk.permit('naming.read')
    return naming.present()
  })
  const stepsNow = resource(Rules, async (desk) => {
    desk.permit('steps.read')
    const { version, policy } = await steps.present()
    return { version, rules: rulesOf(policy) }
  })
  const nothing = {}

  return [
    endpoint({
      ...{ id: 'getNamingPolicy', method: 'get', path: '/policies/naming', tag: 'policies', action: 'naming.read' },
      summary: { vi: 'Mẫu địa chỉ đang dùng', en: 'The address patterns in force' },
      answer: Naming,
      handle: async ({ desk }) => found(await namingNow.read(desk, nothing)),
    }),
    endpoint({
      ...{ id: 'listNamingVersions', method: 'get', path: '/policies/naming/versions', tag: 'policies' },
      action: 'naming.read',
      summary: { vi: 'Các lần sửa mẫu địa chỉ', en: 'Every version of the address patterns' },
      answer: z.object({
        items: list(
          z.object({ ...Made, to: instant().nullable(), policy: NamingPolicy }).meta({ id: 'NamingVersion' }),
        ),
      }),
      handle: async ({ permit }) => accept({ items: await naming.history(permit) }),
    }),
    endpoint({
      ...{ id: 'changeNamingPolicy', method: 'put', path: '/policies/naming', tag: 'policies' },
      action: 'naming.change',
      also: ['naming.read'],
      summary: { vi: 'Sửa mẫu địa chỉ', en: 'Change the address patterns' },
      description: {
        vi: 'Dùng ngay cho địa chỉ cấp từ nay; địa chỉ đã cấp không đổi.',
        en: 'In force at once for new addresses; those that exist stay as they are.',
      },
      of: namingNow,
      body: z.strictObject({ policy: NamingPolicy.strict(), why: Why }),
      example: { policy: DEFAULT_POLICY, why: 'Trở lại quy định ban đầu' },
      answer: Naming,
      problems: ['policy-changed-meanwhile', 'policy-unchanged'],
      handle: async ({ desk, permit, body, present }) => {
        const changed = await naming.change(permit, { ...body, seen: present.version })
        return changed.ok ? found(await namingNow.read(desk, nothing)) : changed
      },
    }),

    endpoint({
      ...{ id: 'getStepsPolicy', method: 'get', path: '/policies/steps', tag: 'policies', action: 'steps.read' },
      summary: { vi: 'Quy trình duyệt đang dùng', en: 'The approval steps in force' },
      answer: Rules,
      handle: async ({ desk }) => found(await stepsNow.read(desk, nothing)),
    }),
    endpoint({
      ...{ id: 'listStepsVersions', method: 'get', path: '/policies/steps/versions', tag: 'policies' },
      action: 'steps.read',
      summary: { vi: 'Các lần sửa quy trình duyệt', en: 'Every version of the approval steps' },
      answer: z.object({
        items: list(
          z
            .object({ ...Made, changes: list(z.object({ before: Rule.nullable(), after: Rule.nullable() })) })
            .meta({ id: 'StepsVersion' }),
        ),
      }),
      handle: async ({ permit }) => accept({ items: await steps.history(permit) }),
    }),
    endpoint({
      ...{ id: 'setStepsRules', method: 'put', path: '/policies/steps/rules', tag: 'policies', action: 'steps.change' },
      also: ['steps.read'],
      summary: { vi: 'Đặt quy trình cho loại đề nghị ở một nơi', en: 'Say what a kind of request needs in a place' },
      description: {
        vi: 'Chỉ các quy trình được gửi thay đổi. Đề nghị đã gửi giữ các bước cũ.',
        en: 'Only the rules that are sent change. Requests that were sent keep their steps.',
      },
      of: stepsNow,
      body: z.strictObject({ rules: z.array(Rule).min(1).max(300), why: Why }),
      example: {
        rules: [{ of: 'person', place: { kind: 'everywhere' }, steps: [{ seat: 'unit-admin', days: 1 }] }],
        why: 'Theo quy chế mới của tỉnh',
      },
      answer: Rules,
      problems: ['policy-changed-meanwhile', 'policy-unchanged', 'unknown-unit'],
      handle: async ({ desk, permit, body, present }) => {
        const changed = await steps.set(permit, { ...body, seen: present.version })
        return changed.ok ? found(await stepsNow.read(desk, nothing)) : changed
      },
    }),
    endpoint({
      ...{ id: 'removeStepsRule', method: 'post', path: '/policies/steps/removals', tag: 'policies' },
      action: 'steps.change',
      also: ['steps.read'],
      summary: { vi: 'Bỏ một quy trình riêng', en: 'Take a rule away' },
      description: { vi: 'Quy trình rộng hơn có hiệu lực trở lại.', en: 'What is wider holds again.' },
      of: stepsNow,
      body: z.strictObject({ rule: Rule.pick({ of: true, place: true }), why: Why }),
      example: {
        rule: { of: 'person', place: { kind: 'unit-kind', of: 'commune' } },
        why: 'Các xã theo quy trình chung',
      },
      answer: Rules,
      problems: ['policy-changed-meanwhile', 'policy-unchanged', 'rule-stays'],
      handle: async ({ desk, permit, body, present }) => {
        const changed = await steps.remove(permit, { ...body, seen: present.version })
        return changed.ok ? found(await stepsNow.read(desk, nothing)) : changed
      },
    }),
  ]
}
