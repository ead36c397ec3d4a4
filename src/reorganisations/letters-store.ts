import type { Prisma } from '../db/generated/client.ts'
import type { AccountId } from '../kernel/ids.ts'
import type { Language } from '../letters/letter.ts'

type Db = Prisma.TransactionClient

/** People of these who read their mail, with their address as it is now. */
export const readers = (
  db: Db,
  ids: readonly AccountId[],
): Promise<{ id: AccountId; name: string; language: Language; local: string }[]> =>
  db.$queryRaw`
    SELECT a.id, a.display_name AS name, a.language, ad.local FROM account a
    JOIN address ad ON ad.holder_kind = 'account' AND ad.holder_id = a.id AND ad.role = 'primary' AND ad.state = 'live'
    WHERE a.id = ANY (${ids}::uuid[]) AND a.kind = 'person' AND a.state IN ('active', 'on-leave')`
