import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '../support/jest.ts'
import { startOffice, type Office } from '../support/database.ts'
import { DATABASE_OF } from '../support/migrated.ts'
import { startPostgres, type Postgres } from '../../scripts/servers/postgres.ts'
import { running } from '../support/processes.ts'
import { until } from '../support/waiting.ts'

const folder = join(tmpdir(), `congvu-${randomUUID()}`)
let postgres: Postgres
let office: Office

beforeAll(async () => {
  postgres = await startPostgres({ folder, fast: true, copyOf: DATABASE_OF })
  office = await startOffice({ postgres })
}, 60_000)

afterAll(async () => {
  await office.stop()
  rmSync(folder, { recursive: true, force: true })
})

test('worker and web outlive a database that goes away, in order or not, and comes back', async () => {
  const worker = running(office.env, 'work')
  const web = running(office.env, 'serve')
  await Promise.all([worker.says('Worker is ready'), web.says('Web service is ready')])
  for (const away of ['stop', 'kill'] as const) {
    await postgres[away]()
    // Long enough for the bells to give up and be hung anew.
    await pause(3_000)
    await postgres.start()
    await until('the database', () => office.services.database.pool.query('SELECT 1').catch(() => null))
  }
  worker.terminate()
  web.terminate()
  const ended = await Promise.all([worker.ended, web.ended])
  expect(ended.map(({ code, out }) => [code, out.includes('Stopping')])).toEqual([
    [0, true],
    [0, true],
  ])
}, 60_000)
