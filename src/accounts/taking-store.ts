import type { Prisma } from '../db/generated/client.ts'

type Db = Prisma.TransactionClient
type Shown = readonly { readonly id: string; readonly revision: number }[]
type Raised = { id: string; revision: number }[]

/** The person of an account, both locked; null when it is nobody's. */
export async function lockPerson(db: Db, account: string): Promise<{ id: string; phone: string | null } | null> {
  const [row] = await db.$queryRaw<{ id: string; phone: string | null }[]>`
    SELECT p.id::text, p.phone FROM account a JOIN person p ON p.id = a.person_id WHERE a.id = ${account}::uuid
    FOR UPDATE OF a, p`
  return row ?? null
}

/** Writes the telephone number of a person's record. */
export const setPhone = (db: Db, person: string, phone: string | null): Promise<unknown> =>
  db.person.update({ where: { id: person }, data: { phone } })

/** Revisions above those shown; rows are locked in the order of their ids. */
export const raiseAccounts = (db: Db, shown: Shown): Promise<Raised> =>
  db.$queryRaw`
    UPDATE account a SET revision = greatest(a.revision, x.revision) + 1
    FROM jsonb_to_recordset(${JSON.stringify(shown)}::jsonb) AS x(id uuid, revision int)
    WHERE a.id = x.id AND a.id IN (SELECT id FROM account WHERE id = ANY (${shown.map(({ id }) => id)}::uuid[]) ORDER BY id FOR UPDATE)
    RETURNING a.id::text, a.revision`

/** The same of groups. */
export const raiseGroups = (db: Db, shown: Shown): Promise<Raised> =>
  db.$queryRaw`
    UPDATE mail_group g SET revision = greatest(g.revision, x.revision) + 1
    FROM jsonb_to_recordset(${JSON.stringify(shown)}::jsonb) AS x(id uuid, revision int) WHERE g.id = x.id
    RETURNING g.id::text, g.revision`
