import { migrate } from '../../src/db/migrate.ts'
import type { Postgres } from '../../scripts/servers/postgres.ts'
import { MIGRATED } from '../../scripts/servers/migrated.ts'

/** The folder of the database that `scripts/test.ts` made for all; undefined where a test is run by jest alone. */
export const DATABASE_OF = process.env['TEST_DATABASE_OF']

/** A migrated database in a PostgreSQL that was started as a copy of DATABASE_OF; its URL. */
export async function migratedDatabase(postgres: Postgres): Promise<string> {
  if (DATABASE_OF !== undefined) return postgres.createDatabase('congvu', MIGRATED)
  const url = await postgres.createDatabase('congvu')
  await migrate(url)
  return url
}
