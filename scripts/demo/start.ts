import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { migrate } from '../../src/db/migrate.ts'
import { compose, type Services } from '../../src/main/compose.ts'
import { parseConfig } from '../../src/main/config.ts'
import { logger } from '../../src/main/log.ts'
import { serve } from '../../src/main/serve.ts'
import { work } from '../../src/main/work.ts'
import { seed, type Seeded } from './seed.ts'
import type { Time } from './seeding.ts'
import { portFrom, startEmbedded, startReal, type DemoServers, type Kind } from './servers.ts'

export type Demo = {
  readonly url: string
  readonly servers: DemoServers
  readonly services: Services
  readonly seeded: Seeded
  /** Ends everything in order; the data stay. */
  stop(): Promise<void>
}

export type DemoOptions = {
  readonly kind: Kind
  readonly folder: string
  /** The first port to try for the web service; any free one without. */
  readonly port: number | null
  /** Whether the folder's data are to outlive this run. */
  readonly kept: boolean
  readonly say: (line: string) => void
}

/** Written when the seed is complete: a database without it was left half filled. */
const SEEDED = 'seeded.json'
const CATCH_UP_MS = 30_000

/** Starts everything in this process, and fills an empty database. Whatever was started is ended when a part fails. */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const { kind, folder, kept, say } = options
  const file = join(folder, SEEDED)
  if (existsSync(folder) && !existsSync(file)) {
    // The last start was cut before it was complete.
    rmSync(folder, { recursive: true, force: true })
  }
  const servers = await { embedded: startEmbedded, real: startReal }[kind]({ folder, kept, say })
  const parts: (() => Promise<void>)[] = [() => servers.stop()]
  const stop = async () => {
    for (const part of parts.splice(0).reverse()) await part()
  }
  try {
    const port = options.port === null ? await portFrom(20_000 + (process.pid % 10_000)) : await portFrom(options.port)
    const url = `http://localhost:${port}`
    const env = { ...servers.env, CONGVU_PUBLIC_URL: url, CONGVU_PORT: String(port), LOG_LEVEL: 'warn' }
    const config = parseConfig(env)
    const log = logger(process.env['DEMO_LOG'] ?? config.logLevel)
    await migrate(config.databaseUrl)
    parts.push(() => everybodyGone(config.databaseUrl))

    if (!existsSync(file)) {
      const time: Time = { now: new Date() }
      // What the seed writes is written again if it is lost, so it need not wait for the disk.
      const databaseUrl = `${config.databaseUrl}?options=-c%20synchronous_commit%3Doff`
      const past = compose({ ...config, databaseUrl }, log, { clock: () => time.now, connections: 4 })
      parts.push(() => past.close())
      say('Filling the province …')
      const seeded = await seed(past, time, say)
      writeFileSync(file, JSON.stringify(seeded, null, 2))
      await parts.pop()?.()
    }
    const seeded = JSON.parse(readFileSync(file, 'utf8')) as Seeded

    const services = compose(config, log, { connections: 20 })
    parts.push(() => services.close())
    const worker = await work(services)
    parts.push(() => worker.stop())
    const behind = await caughtUp(services)
    say(behind === 0 ? 'Worker: every mailbox is there, every letter is out' : `Worker: ${behind} changes still wait`)
    const web = await serve(services)
    parts.push(() => web.stop())
    say(`Web service on port ${web.port}`)
    return { url, servers, services, seeded, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Waits until directory and mail server have everything and the letters are out; answers how much is not. */
async function caughtUp({ database }: Services): Promise<number> {
  const end = Date.now() + CATCH_UP_MS
  for (;;) {
    const { rows } = await database.pool.query<{ behind: number }>(`
      SELECT (SELECT count(*) FROM sync WHERE applied < wanted)::int
        + (SELECT count(*) FROM outbox WHERE state = 'waiting')::int AS behind`)
    const behind = rows[0]?.behind ?? 0
    if (behind === 0 || Date.now() > end) return behind
    await pause(50)
  }
}

/** Waits until nobody else is connected: the worker's bell leaves its connections open a little longer than it says. */
async function everybodyGone(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 2_000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    for (let tries = 0; tries < 100; tries++) {
      const { rowCount } = await client.query(
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
      )
      if (rowCount === 0) return
      await pause(20)
    }
  } catch {
    // PostgreSQL is gone, and everybody with it.
  } finally {
    await client.end()
  }
}
