import { z } from 'zod'
import { ROLES } from '../access/policy.ts'
import { SCOPES } from '../access/scope.ts'
import { accept } from '../kernel/decision.ts'
import { AccountId } from '../kernel/ids.ts'
import type { Services } from '../main/compose.ts'
import { endpoint } from './endpoint.ts'
import { said, unitOf } from './fields.ts'
import type { ApiRoute } from './route.ts'

const Me = z
  .object({
    id: AccountId,
    name: z.string(),
    address: said(z.string(), 'Địa chỉ thư công vụ.', 'The official address.'),
    unit: unitOf(),
    roles: said(
      z.array(
        z.object({
          ...{ role: z.enum(ROLES), unit: unitOf().nullable() },
          deputyFor: said(z.string().nullable(), 'Duyệt thay ai.', 'In whose place, as a deputy.'),
        }),
      ),
      'Quyền hiện có; unit là null khi quyền ở toàn tỉnh.',
      'Present roles; unit is null for the whole province.',
    ),
    scopes: said(z.array(z.enum(SCOPES)), 'Phạm vi của mã truy cập này.', 'The scopes of this token.'),
  })
  .meta({ id: 'Me' })

/** Who the token is. */
export function meRoutes({ units }: Services): ApiRoute[] {
  return [
    endpoint({
      ...{ id: 'getMe', method: 'get', path: '/me', tag: 'me', action: 'own.read' },
      summary: { vi: 'Chủ của mã truy cập, quyền và phạm vi', en: 'The token’s owner, roles and scopes' },
      answer: Me,
      handle: async ({ desk }) => {
        const { actor, scopes } = desk.bearer
        const roles = await Promise.all(
          actor.grants.map(async ({ role, unitId, deputyFor }) => ({
            role,
            deputyFor: deputyFor?.name ?? null,
            unit: unitId === null ? null : { id: unitId, name: (await units.find(unitId))?.name ?? '' },
          })),
        )
        const unit = { id: actor.unitId, name: actor.unitName }
        return accept({
          ...{ id: actor.accountId, name: actor.name, address: actor.address, unit, roles },
          scopes: [...scopes],
        })
      },
    }),
  ]
}
