import type { AddressState } from '../addresses/bulk.ts'
import type { Prisma } from '../db/generated/client.ts'
import { dayFromDb, dayToDb, type Day } from '../kernel/day.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'

type Db = Prisma.TransactionClient

/** All addresses that an account has or had. */
export const addressesOf = (db: Db, account: AccountId): Promise<AddressState[]> =>
  db.$queryRaw`
    SELECT local, holder_id AS holder, state, role, until FROM address
    WHERE holder_kind = 'account' AND holder_id = ${account}::uuid AND state <> 'reserved' ORDER BY local`

/** The posts in which somebody serves on that day, the primary one first. */
export async function openPosts(
  db: Db,
  person: string,
  on: Day,
): Promise<{ unitId: UnitId; title: string; until: Day | null }[]> {
  const rows = await db.post.findMany({
    where: {
      ...{ personId: person, validFrom: { lte: dayToDb(on) } },
      OR: [{ validTo: null }, { validTo: { gt: dayToDb(on) } }],
    },
    orderBy: [{ isPrimary: 'desc' }, { validFrom: 'asc' }, { id: 'asc' }],
  })
  return rows.map(({ unitId, title, validTo }) => ({
    ...{ unitId: unitId as UnitId, title, until: validTo && dayFromDb(validTo) },
  }))
}

/** What the other account asked for, and named, is the one's from now on. */
export async function passOn(db: Db, other: AccountId, kept: AccountId): Promise<void> {
  await db.request.updateMany({ where: { filedBy: other }, data: { filedBy: kept } })
}
