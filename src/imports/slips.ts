import type { Permit } from '../access/policy.ts'
import type { Activations, Slip } from '../accounts/activations.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import type { ImportId } from './import.ts'
import * as slipsStore from './slips-store.ts'

/** So many slips are made at once: each ends the codes before it, and is told this once. */
export const SLIPS_AT_ONCE = 500

export type SlipGroup = { readonly unitId: UnitId; readonly unitName: string; readonly n: number }
type Waiting = { readonly accountId: AccountId; readonly unitId: UnitId; readonly unitName: string }

/** Hand-over slips of the accounts that an import created, as long as nobody has activated them. */
export function slipsOf(deps: { prisma: PrismaClient; activations: Pick<Activations, 'slips'> }) {
  const { prisma, activations } = deps
  const waiting = (id: ImportId): Promise<Waiting[]> => slipsStore.toHandOver(prisma, id)

  return {
    /** How many slips each unit needs, by name of unit, and how many people get a link instead. */
    async groups(_permit: Permit<'import.read'>, id: ImportId): Promise<{ units: SlipGroup[]; links: number }> {
      const [rows, links] = await Promise.all([waiting(id), slipsStore.linksSent(prisma, id)])
      const units = [...Map.groupBy(rows, ({ unitId }) => unitId).values()].flatMap((of): SlipGroup[] => {
        const [first] = of
        return first === undefined ? [] : [{ unitId: first.unitId, unitName: first.unitName, n: of.length }]
      })
      return { units, links }
    },

    /** Makes the slips of one unit, or of all, at most `SLIPS_AT_ONCE`; by unit, then by given name as lists are in Vietnam. */
    async make(permit: Permit<'account.hand-over'>, id: ImportId, unitId: UnitId | null): Promise<Slip[]> {
      const rows = (await waiting(id)).filter((row) => unitId === null || row.unitId === unitId)
      return activations.slips(
        permit,
        rows.slice(0, SLIPS_AT_ONCE).map(({ accountId }) => accountId),
      )
    },
  }
}
