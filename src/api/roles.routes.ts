import { z } from 'zod'
import { ROLES } from '../access/policy.ts'
import type { RoleAssignment } from '../access/roles.ts'
import { accept } from '../kernel/decision.ts'
import { AccountId, UnitId } from '../kernel/ids.ts'
import type { Services } from '../main/compose.ts'
import { endpoint } from './endpoint.ts'
import { day, said, text, unitOf } from './fields.ts'
import { listing, pageOf } from './listing.ts'
import { found, type ApiRoute } from './route.ts'

const Role = said(
  z.enum(ROLES),
  'unit-admin quản trị đơn vị, it-staff công nghệ thông tin, auditor giám sát.',
  'Administrator of a unit, IT staff, or auditor.',
)
const Grant = z
  .object({
    id: z.uuid(),
    account: z.object({ id: AccountId, name: z.string(), address: z.string() }),
    role: Role,
    unit: said(unitOf().nullable(), 'Phạm vi; null là toàn tỉnh.', 'Where; null for the whole province.'),
    since: day(),
  })
  .meta({ id: 'RoleGrant' })

const grantOf = (grant: RoleAssignment) => ({
  ...{ id: grant.id, role: grant.role, since: grant.since },
  account: { id: grant.accountId, name: grant.fullName, address: grant.address },
  unit: grant.unitId === null ? null : { id: grant.unitId, name: grant.unitName ?? '' },
})

/** Who holds which role where; granting and revoking. */
export function roleRoutes({ roles }: Services): ApiRoute[] {
  return [
    listing({
      ...{ id: 'listRoles', path: '/roles', tag: 'roles', action: 'role.read' },
      summary: { vi: 'Quyền đang có hiệu lực', en: 'The roles in force' },
      query: z.object({ role: Role.optional(), unit: UnitId.optional() }),
      item: Grant,
      key: z.string(),
      handle: async ({ permit, query: { role, unit }, ...page }) => {
        const all = (await roles.list(permit)).filter(
          (grant) => (role === undefined || grant.role === role) && (unit === undefined || grant.unitId === unit),
        )
        all.sort((a, b) => (a.id < b.id ? -1 : 1))
        const { items, next } = pageOf(all, ({ id }) => id, page)
        return accept({ items: items.map(grantOf), next })
      },
    }),
    endpoint({
      ...{ id: 'getRole', method: 'get', path: '/roles/:id', tag: 'roles', action: 'role.read' },
      summary: { vi: 'Một quyền', en: 'One grant' },
      params: z.strictObject({ id: z.uuid() }),
      answer: Grant,
      handle: async ({ permit, params }) => {
        const grant = (await roles.list(permit)).find(({ id }) => id === params.id)
        return found(grant ? grantOf(grant) : null)
      },
    }),
    endpoint({
      ...{ id: 'grantRole', method: 'post', path: '/roles', tag: 'roles', action: 'role.change' },
      also: ['role.read'],
      summary: { vi: 'Giao quyền', en: 'Grant a role' },
      body: z.strictObject({
        holder: said(text(254), 'Địa chỉ hộp thư hoặc số tài khoản.', 'The mail address, or the account’s number.'),
        role: Role,
        unitId: said(
          UnitId.nullable(),
          'Cần với unit-admin; quyền khác bỏ qua.',
          'Needed for unit-admin; others do without.',
        ),
      }),
      example: { holder: '100017', role: 'unit-admin', unitId: '6f1c2f0e-0000-4000-8000-000000000001' },
      status: 201,
      answer: Grant,
      location: ({ id }) => `/roles/${id}`,
      problems: ['unknown-account', 'unknown-unit', 'already-granted', 'unit-needed'],
      handle: async ({ desk, permit, body }) => {
        const granted = await roles.grant(permit, body)
        if (!granted.ok) return granted
        const unit = body.role === 'unit-admin' ? body.unitId : null
        const grant = (await roles.list(desk.permit('role.read'))).find(
          (each) => each.accountId === granted.value.accountId && each.role === body.role && each.unitId === unit,
        )
        return found(grant ? grantOf(grant) : null)
      },
    }),
    endpoint({
      ...{ id: 'revokeRole', method: 'delete', path: '/roles/:id', tag: 'roles', action: 'role.change' },
      summary: { vi: 'Thu quyền', en: 'Revoke a role' },
      params: z.strictObject({ id: z.uuid() }),
      problems: ['unknown-grant', 'last-it-staff'],
      handle: async ({ permit, params }) => {
        const revoked = await roles.revoke(permit, params.id)
        return revoked.ok ? accept(null) : revoked
      },
    }),
  ]
}
