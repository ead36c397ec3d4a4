import { randomBytes } from 'node:crypto'
import { migrate } from '../../src/db/migrate.ts'
import { databasesAt, startPostgres, type Databases } from '../../scripts/servers/postgres.ts'
import { MIGRATED } from '../../scripts/servers/migrated.ts'

/** The folder of the database that `scripts/test.ts` made for all; undefined where a test is run by jest alone. */
export const DATABASE_OF = process.env['TEST_DATABASE_OF']
/** A running copy of it, for the tests that neither stop nor kill their PostgreSQL. */
const SHARED = process.env['TEST_POSTGRES']

/** A migrated database in a PostgreSQL that was started as a copy of DATABASE_OF; its URL. */
export async function migratedDatabase(postgres: Databases): Promise<string> {
  if (DATABASE_OF !== undefined) return postgres.createDatabase('congvu', MIGRATED)
  const url = await postgres.createDatabase('congvu')
  await migrate(url)
  return url
}

/** Databases that nobody else sees, and that go at stop(); in the folder where this run has no PostgreSQL for all. */
export async function ownDatabases(folder: string): Promise<Databases & { stop(): Promise<void> }> {
  if (SHARED === undefined) return startPostgres({ folder, fast: true, persistent: false, copyOf: DATABASE_OF })
  const all = databasesAt(SHARED)
  const mark = randomBytes(6).toString('hex')
  const made: string[] = []
  const own = (name: string) => `${name}-${mark}`
  return {
    ...all,
    urlOf: (name) => all.urlOf(own(name)),
    createDatabase(name, template) {
      made.push(name)
      return all.createDatabase(own(name), template === undefined || template === MIGRATED ? template : own(template))
    },
    dropDatabase: (name) => all.dropDatabase(own(name)),
    async stop() {
      for (const name of made) await all.dropDatabase(own(name))
    },
  }
}
