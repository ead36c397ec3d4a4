import { migrate } from '../../src/db/migrate.ts'
import { startPostgres } from './postgres.ts'

/** The name of the database in it that has every migration. */
export const MIGRATED = 'migrated'

/** Makes a PostgreSQL in a folder for others to start as copies of, with one migrated database; it is stopped again. */
export async function makeMigrated(folder: string): Promise<void> {
  const postgres = await startPostgres({ folder, fast: true })
  try {
    await migrate(await postgres.createDatabase(MIGRATED))
  } finally {
    await postgres.stop()
  }
}
