import { randomUUID } from 'node:crypto'
import type { Prisma } from '../db/generated/client.ts'
import { dayFromDb, dayToDb, type Day } from '../kernel/day.ts'
import type { UnitId } from '../kernel/ids.ts'
import type { PostId, SecondPost } from './move.ts'

type Db = Prisma.TransactionClient

export type DatedPost = SecondPost & { readonly until: Day | null }

/** The posts that somebody holds beside the primary one on that day. */
export async function secondPosts(db: Db, person: string, on: Day): Promise<DatedPost[]> {
  const rows = await db.post.findMany({
    where: {
      ...{ personId: person, isPrimary: false, validFrom: { lte: dayToDb(on) } },
      OR: [{ validTo: null }, { validTo: { gt: dayToDb(on) } }],
    },
    orderBy: [{ validFrom: 'asc' }, { id: 'asc' }],
  })
  return rows.map(({ id, unitId, title, validTo }) => ({
    ...{ id: id as PostId, unitId: unitId as UnitId, title, until: validTo && dayFromDb(validTo) },
  }))
}

export async function addSecondPost(
  db: Db,
  person: string,
  post: { unitId: UnitId; title: string; from: Day; until: Day | null },
): Promise<PostId> {
  const id = randomUUID() as PostId
  await db.$executeRaw`
    INSERT INTO post (id, person_id, unit_id, title, employment, is_primary, valid_from, valid_to, followed)
    SELECT ${id}::uuid, ${person}::uuid, ${post.unitId}::uuid, ${post.title},
      coalesce((SELECT employment FROM post WHERE person_id = ${person}::uuid AND is_primary ORDER BY valid_from DESC LIMIT 1),
        'civil-servant'), false, ${dayToDb(post.from)}::date, ${post.until && dayToDb(post.until)}::date,
      ${post.until === null}`
  return id
}

export const endPost = (db: Db, id: PostId, on: Day) =>
  db.$executeRaw`
    UPDATE post SET valid_to = greatest(valid_from, ${dayToDb(on)}::date), followed = true WHERE id = ${id}::uuid`

/** Ends the administrator's rights that somebody has over any unit but this one; answers over which. */
export const endUnitRoles = (db: Db, account: string, but: UnitId, on: Day): Promise<{ unitId: string }[]> =>
  db.$queryRaw`
    UPDATE role_grant SET valid_to = ${dayToDb(on)}::date
    WHERE account_id = ${account}::uuid AND role = 'unit-admin' AND unit_id <> ${but}::uuid
      AND (valid_to IS NULL OR valid_to > ${dayToDb(on)}::date)
    RETURNING unit_id AS "unitId"`

/** Notes that the units' groups are told of the second posts that are over; answers the units. */
export const followEnded = (db: Db, today: Day): Promise<{ unitId: string }[]> =>
  db.$queryRaw`
    UPDATE post SET followed = true WHERE NOT followed AND valid_to <= ${dayToDb(today)}::date
    RETURNING unit_id AS "unitId"`
