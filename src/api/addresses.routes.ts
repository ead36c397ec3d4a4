import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { DOMAIN_ROLES, DomainName } from '../addresses/domains.ts'
import { accept, refuse } from '../kernel/decision.ts'
import { LocalPart } from '../kernel/email-address.ts'
import { UnitId } from '../kernel/ids.ts'
import { parsePersonName } from '../kernel/person-name.ts'
import type { Services } from '../main/compose.ts'
import { endpoint } from './endpoint.ts'
import { count, instant, list, paragraph, said, text } from './fields.ts'
import { found, type ApiRoute } from './route.ts'

const Local = said(LocalPart, 'Phần trước @.', 'The part before the @.')
const Why = z.object({
  policy: said(count(), 'Lần sửa quy định.', 'The version of the policy.'),
  rule: said(z.string(), 'Mẫu đã dùng; exception là ngoại lệ.', 'The pattern; exception for an exception.'),
  number: said(z.int(), 'Thứ tự trong những người trùng tên, từ 1.', 'Which of its namesakes it is, from 1.'),
})
const AddressJson = z
  .object({
    local: z.string(),
    state: said(
      z.enum(['free', 'reserved', 'live', 'tombstone']),
      'free còn trống, reserved đang giữ chỗ, live đang dùng, tombstone đã dùng và không cấp lại.',
      'Free, reserved, in use, or used once and never given again.',
    ),
    role: z.enum(['primary', 'alias']).nullable(),
    holder: z
      .object({ kind: z.enum(['request', 'account', 'group']), id: z.uuid(), name: z.string().nullable() })
      .nullable(),
    until: said(instant().nullable(), 'Giữ chỗ đến lúc này.', 'Reserved until then.'),
    firstLiveAt: said(instant().nullable(), 'Dùng lần đầu.', 'When it was first in use.'),
    why: said(
      Why.extend({ family: said(count(), 'Số địa chỉ cùng mẫu.', 'How many share the pattern.') }).nullable(),
      'Vì sao là địa chỉ này.',
      'Why it is what it is.',
    ),
    asked: said(
      z.object({ byName: z.string(), at: instant(), why: z.string() }).nullable(),
      'Đề nghị mở lại đang chờ người thứ hai.',
      'Its release was asked for and waits for a second person.',
    ),
  })
  .meta({ id: 'Address' })
const Domain = z
  .object({ name: z.string(), role: z.enum(DOMAIN_ROLES), since: instant(), byName: z.string() })
  .meta({ id: 'Domain' })
const ByLocal = z.strictObject({ local: LocalPart })
const RELEASE = { tag: 'addresses', action: 'address.release' } as const

/** Looking addresses up, proposing them for a name, releasing one that has lived, and the other domains. */
export function addressRoutes({ addresses, tombstones, domains, units }: Services): ApiRoute[] {
  return [
    endpoint({
      ...{ id: 'proposeAddresses', method: 'get', path: '/address-proposals', tag: 'addresses' },
      action: 'address.read',
      summary: { vi: 'Địa chỉ còn trống cho một họ tên', en: 'Free addresses for a name' },
      description: { vi: 'Không giữ chỗ địa chỉ nào.', en: 'Nothing is reserved.' },
      query: z.strictObject({
        name: said(text(100), 'Họ và tên đầy đủ.', 'The full name.'),
        given: said(
          text(100).optional(),
          'Tên gọi, khi không phải là từ cuối.',
          'The given name, where it is not the last word.',
        ),
        unit: said(UnitId.optional(), 'Đơn vị, khi mẫu cần.', 'The unit, where a pattern needs it.'),
      }),
      answer: z.object({
        policy: said(count(), 'Lần sửa quy định.', 'The version of the policy.'),
        taken: said(count(), 'Số địa chỉ cùng mẫu đã dùng.', 'How many of the pattern are taken.'),
        items: list(Why.omit({ policy: true }).extend({ local: Local })),
      }),
      problems: ['unreadable-name', 'unknown-unit'],
      handle: async ({ query }) => {
        const name = parsePersonName(query.name, query.given ?? null)
        if (!name.ok) return refuse({ kind: 'unreadable-name', reason: name.refusal.kind })
        const unit = query.unit === undefined ? null : await units.find(query.unit)
        if (query.unit !== undefined && unit === null) return refuse({ kind: 'unknown-unit' })
        const proposed = await addresses.propose({ kind: 'person', name: name.value, unit }, randomUUID())
        return accept({ policy: proposed.version, taken: proposed.taken, items: proposed.candidates })
      },
    }),
    endpoint({
      ...{ id: 'getAddress', method: 'get', path: '/addresses/:local', tag: 'addresses', action: 'address.read' },
      summary: { vi: 'Một địa chỉ: của ai, vì sao', en: 'One address: whose, and why' },
      params: ByLocal,
      answer: AddressJson,
      handle: async ({ permit, params }) => found(await tombstones.read(permit, params.local)),
    }),
    endpoint({
      ...{ id: 'askRelease', method: 'post', path: '/addresses/:local/release', ...RELEASE },
      summary: { vi: 'Đề nghị mở lại một địa chỉ đã dùng', en: 'Ask for the release of a used address' },
      description: {
        vi: 'Người thứ hai xác nhận thì địa chỉ mới trống.',
        en: 'It is free once a second person confirms.',
      },
      params: ByLocal,
      body: z.strictObject({ why: said(paragraph(10, 500), 'Lý do.', 'Why.') }),
      example: { why: 'Cấp nhầm, chưa có thư nào đến' },
      problems: ['no-tombstone', 'release-asked'],
      handle: ({ permit, params, body }) => tombstones.ask(permit, params.local, body.why),
    }),
    endpoint({
      ...{ id: 'confirmRelease', method: 'post', path: '/addresses/:local/release/confirmation', ...RELEASE },
      summary: { vi: 'Xác nhận mở lại', en: 'Confirm the release' },
      params: ByLocal,
      problems: ['no-tombstone', 'own-release'],
      handle: ({ permit, params }) => tombstones.confirm(permit, params.local),
    }),
    endpoint({
      ...{ id: 'dropRelease', method: 'delete', path: '/addresses/:local/release', ...RELEASE },
      summary: { vi: 'Giữ nguyên, không mở lại', en: 'Leave the address as it is' },
      params: ByLocal,
      problems: ['no-tombstone'],
      handle: ({ permit, params }) => tombstones.drop(permit, params.local),
    }),
    endpoint({
      ...{ id: 'listDomains', method: 'get', path: '/domains', tag: 'addresses', action: 'naming.read' },
      summary: { vi: 'Các tên miền khác', en: 'The domains beside the primary one' },
      answer: z.object({ items: list(Domain) }),
      handle: async ({ permit }) => accept({ items: await domains.list(permit) }),
    }),
    endpoint({
      ...{ id: 'addDomain', method: 'post', path: '/domains', tag: 'addresses', action: 'naming.change' },
      summary: { vi: 'Thêm tên miền', en: 'Add a domain' },
      description: {
        vi: 'Mọi tài khoản được đồng bộ lại: phần trước @ giống nhau ở mọi tên miền.',
        en: 'Every account becomes due: local parts are the same in every domain.',
      },
      body: z.strictObject({
        name: said(DomainName, 'Tên miền.', 'Its name.'),
        role: said(z.enum(DOMAIN_ROLES), 'alias tên khác, legacy tên cũ.', 'Another name, or a former one.'),
      }),
      example: { name: 'quangninh.vn', role: 'alias' },
      problems: ['known-domain'],
      handle: ({ permit, body }) => domains.add(permit, body),
    }),
    endpoint({
      ...{ id: 'removeDomain', method: 'delete', path: '/domains/:name', tag: 'addresses', action: 'naming.change' },
      summary: { vi: 'Bỏ tên miền', en: 'Remove a domain' },
      params: z.strictObject({ name: DomainName }),
      problems: ['unknown-domain'],
      handle: ({ permit, params }) => domains.remove(permit, params.name),
    }),
  ]
}
