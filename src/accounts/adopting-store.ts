import type { Prisma } from '../db/generated/client.ts'

type Db = Prisma.TransactionClient
type Row = {
  readonly id: string
  readonly number: number
  readonly login: string
  readonly aliases: readonly string[]
  readonly secret: string | null
  readonly remoteId: string
  readonly remoteDn: string
}

/** Gives new accounts the login, the password and the entry that their people have already. */
export async function adopt(db: Db, rows: readonly Row[], at: Date, byName: string): Promise<void> {
  if (rows.length === 0) return
  const list = JSON.stringify(rows.map((row) => ({ ...row, aliases: row.aliases.join(' ') || null })))
  await db.$executeRaw`
    UPDATE account a SET login = x.login, secret_cipher = x.secret, search = concat_ws(' ', a.search, lower(x.login), x.aliases),
      state = CASE WHEN x.secret IS NULL THEN a.state ELSE 'active' END,
      activated_at = CASE WHEN x.secret IS NULL THEN NULL ELSE ${at}::timestamptz END
    FROM json_to_recordset(${list}::json) AS x(id uuid, login text, secret text, aliases text) WHERE a.id = x.id`
  await db.$executeRaw`
    UPDATE sync s SET remote_id = x."remoteId", remote_dn = x."remoteDn"
    FROM json_to_recordset(${list}::json) AS x(id uuid, "remoteId" text, "remoteDn" text)
    WHERE s.subject_kind = 'account' AND s.subject_id = x.id AND s.target = 'directory'`
  await db.$executeRaw`
    INSERT INTO account_event (account_id, at, kind, by_name, note)
    SELECT x.id, ${at}, 'adopted', ${byName}, left(x."remoteDn", 300)
    FROM json_to_recordset(${list}::json) AS x(id uuid, "remoteDn" text)`
  await db.$executeRaw`
    INSERT INTO account_event (account_id, at, kind, by_name, note)
    SELECT x.id, ${at}, 'alias-added', ${byName}, alias
    FROM json_to_recordset(${list}::json) AS x(id uuid, aliases text), string_to_table(x.aliases, ' ') AS alias`
}
