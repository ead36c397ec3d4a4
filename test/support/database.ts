import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../../src/kernel/clock.ts'
import { compose, type Services } from '../../src/main/compose.ts'
import { parseConfig, type Environment } from '../../src/main/config.ts'
import { logger } from '../../src/main/log.ts'
import { guarded } from '../../scripts/servers/guard.ts'
import type { Databases, Postgres } from '../../scripts/servers/postgres.ts'
import { isOpen } from '../../scripts/servers/users.ts'
import { migratedDatabase, ownDatabases } from './migrated.ts'

export type Office = {
  postgres: Databases
  folder: string
  env: Environment
  services: Services
  stop(): Promise<void>
}

/** The use cases on a real, migrated database; directory and mail server are away all the time. */
export async function startOffice(
  options: {
    env?: Record<string, string>
    migrated?: boolean
    clock?: Clock
    /** One of its own, for a test that stops it. */
    postgres?: Postgres
  } = {},
): Promise<Office> {
  const folder = mkdtempSync(join(isOpen(tmpdir()) ? tmpdir() : '/tmp', 'congvu-'))
  chmodSync(folder, 0o755)
  guarded.folder(folder)
  const postgres = options.postgres ?? (await ownDatabases(join(folder, 'postgres')))
  const url = await ((options.migrated ?? true) ? migratedDatabase(postgres) : postgres.createDatabase('congvu'))
  const env = {
    DATABASE_URL: url,
    CONGVU_SECRET_KEY: randomBytes(32).toString('base64'),
    CONGVU_PUBLIC_URL: 'http://127.0.0.1:1',
    CONGVU_PORT: '0',
    LDAP_URL: 'ldap://127.0.0.1:1',
    LDAP_BIND_DN: 'cn=congvu,ou=services,dc=quangninh,dc=gov,dc=vn',
    LDAP_BIND_PASSWORD: 'unused',
    LDAP_BASE_DN: 'dc=quangninh,dc=gov,dc=vn',
    LDAP_TIMEOUT_MS: '500',
    MAIL_DRIVER: 'embedded',
    EMBEDDED_MAIL_FOLDER: join(folder, 'mail'),
    SMTP_URL: 'smtp://127.0.0.1:1',
    LOG_LEVEL: process.env['TEST_LOG'] ?? 'silent',
    ...options.env,
  }
  const services = compose(parseConfig(env), logger(env.LOG_LEVEL), {
    connections: 20,
    ...(options.clock ? { clock: options.clock } : {}),
  })
  return {
    postgres,
    folder,
    env,
    services,
    async stop() {
      await services.close()
      await postgres.stop()
      rmSync(folder, { recursive: true, force: true })
      guarded.keep(folder)
    },
  }
}
