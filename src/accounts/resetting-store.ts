import type { Prisma } from '../db/generated/client.ts'
import type { AccountId } from '../kernel/ids.ts'

/** A person's account by its login or by the local part of one of its addresses; null when there is none. */
export async function findNamed(db: Prisma.TransactionClient, name: string): Promise<AccountId | null> {
  const [row] = await db.$queryRaw<{ id: AccountId }[]>`
    SELECT a.id FROM account a WHERE a.kind = 'person' AND (a.login = ${name}
      OR a.id = (SELECT holder_id FROM address WHERE namespace_id = 1 AND local = ${name} AND holder_kind = 'account'
        AND state = 'live'))
    LIMIT 1`
  return row?.id ?? null
}
