import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { startServers, type Servers } from '../../scripts/servers/all.ts'
import { connect } from '../../src/directory/connection.ts'
import { valuesOf } from '../../src/directory/operations.ts'
import type { UnitId } from '../../src/kernel/ids.ts'
import { compose, type Services } from '../../src/main/compose.ts'
import { parseConfig } from '../../src/main/config.ts'
import { logger } from '../../src/main/log.ts'
import { manyPeople } from '../support/many.ts'
import { DATABASE_OF, migratedDatabase } from '../support/migrated.ts'
import { scaled } from '../support/scale.ts'
import { allowed, seedUnits, settings } from '../support/system.ts'

let servers: Servers
let env: ReturnType<typeof settings>
let services: Services
const open = (url: string): Services =>
  compose(parseConfig({ ...env, DATABASE_URL: url }), logger('silent'), { connections: 10 })

beforeAll(async () => {
  servers = await startServers({ fast: true, databaseOf: DATABASE_OF })
  env = settings(servers)
}, 120_000)
afterAll(async () => {
  await services.close()
  await servers.stop()
})

test('a database of last night and a directory of today: nobody new gets somebody else’s entry or mail, and every conflict is found', async () => {
  const url = await migratedDatabase(servers.postgres)
  services = open(url)
  const units: Record<string, UnitId> = await seedUnits(services)
  const agency = units['agency'] as UnitId
  await manyPeople(services, scaled(100), [agency])
  await services.provisioner.run()
  await services.close()
  const night = await servers.postgres.createDatabase('night', new URL(url).pathname.slice(1))

  services = open(url)
  const today = await manyPeople(services, scaled(200), [agency])
  await services.provisioner.run()
  await services.close()

  services = open(night)
  // They get the very numbers of those whom the database has forgotten.
  const again = await manyPeople(services, today.length, [agency])
  expect(again.map(({ login }) => login)).toEqual(today.map(({ login }) => login))
  await services.provisioner.run()

  const { ldap } = services.config
  const connection = await connect({ ...ldap, timeoutMs: 20_000 })
  for (const { id, login } of today) {
    const entries = await connection.search(ldap.baseDn, {
      ...({ scope: 'sub', filter: { equal: ['uid', login] }, attributes: ['congvuId'] } as const),
    })
    expect(entries.map((entry) => valuesOf(entry, 'congvuId'))).toEqual([[id]])
    expect(existsSync(join(servers.dovecot.mailHome, login))).toBe(true)
  }
  await connection.close()
  for (const { id } of again) {
    const rows = await services.sync.rows({ kind: 'account', id })
    expect(rows.find(({ target }) => target === 'directory')).toMatchObject({
      applied: 0,
      fault: 'refused',
      remoteDn: null,
    })
  }

  const run = await services.reconcile.runs.now(allowed('reconcile.change'), { kind: 'all' })
  expect(run).toMatchObject({ state: 'done', doubt: null })
  const filter = { kind: null, target: 'directory', state: null, unit: null, q: '', run: null } as const
  const { findings } = await services.reconcile.findings(allowed('reconcile.read'), filter, {
    limit: 10_000,
    offset: 0,
  })
  const strangers = findings.filter(({ subject }) => subject === null)
  expect(strangers.map(({ dn }) => dn?.split(',')[0]).sort()).toEqual(today.map(({ login }) => `uid=${login}`).sort())
  expect(strangers.every(({ kind }) => kind === 'extra' || kind === 'double')).toBe(true)
}, 240_000)
