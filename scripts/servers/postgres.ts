import { execFile, execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, chownSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { daemon } from './daemon.ts'
import type { Daemon } from './daemon.ts'
import { freePort } from './ports.ts'
import { postgresPrograms } from './postgres-binaries.ts'
import { isRoot, user } from './users.ts'

const run = promisify(execFile)

/** What a running PostgreSQL holds. */
export type Databases = {
  readonly port: number
  /** The superuser's connection to the database `postgres`. */
  readonly url: string
  /** The superuser's connection to a database of that name. */
  urlOf(database: string): string
  /** Creates a database, by copying `template` when one is named, and answers its URL. */
  createDatabase(name: string, template?: string): Promise<string>
  /** Drops a database and ends its connections; does nothing when there is none. */
  dropDatabase(name: string): Promise<void>
}

export type Postgres = Daemon & Databases

export type PostgresOptions = {
  readonly folder: string
  readonly port?: number | undefined
  /** False removes the data at stop(). */
  readonly persistent?: boolean
  /** True trades durability (fsync) for speed: for tests that do not pull the plug. */
  readonly fast?: boolean
  /** The folder of one that was stopped in order: a new one starts with its data and password, in a tenth of the time. */
  readonly copyOf?: string | undefined
}

const CTYPES: Partial<Record<NodeJS.Platform, string>> = { linux: 'C.UTF-8', darwin: 'en_US.UTF-8' }
const ctype = CTYPES[process.platform]
const CTYPE = ctype === undefined ? [] : [`--lc-ctype=${ctype}`]

const LETTING_GO_MS = 10_000
const FAST = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']

/** PostgreSQL does not run as root; then the user `postgres` does, who is created when missing. */
function owner(): { uid: number; gid: number } | undefined {
  if (!isRoot()) return undefined
  if (!user('postgres')) execFileSync('useradd', ['--system', '--user-group', '--no-create-home', 'postgres'])
  return user('postgres') ?? undefined
}

/** A private PostgreSQL in a folder of its own, on 127.0.0.1 only; a folder used before keeps its data and password. */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const { folder, persistent = true, fast = false, copyOf } = options
  const as = owner()
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  const programs = postgresPrograms(folder)
  const data = join(folder, 'data')
  const passwordFile = join(folder, 'password')
  if (copyOf !== undefined && !existsSync(data)) {
    copyFileSync(join(copyOf, 'password'), passwordFile)
    await run('cp', ['-a', '--reflink=auto', join(copyOf, 'data'), data])
  }
  if (!existsSync(passwordFile)) writeFileSync(passwordFile, randomBytes(18).toString('base64url'), { mode: 0o600 })
  if (as) chownSync(passwordFile, as.uid, as.gid)
  const password = readFileSync(passwordFile, 'utf8').trim()

  if (!existsSync(join(data, 'PG_VERSION'))) {
    rmSync(data, { recursive: true, force: true })
    mkdirSync(data, { mode: 0o700 })
    if (as) chownSync(data, as.uid, as.gid)
    // The built-in locale lowers and sorts alike on every machine; pg_trgm still asks the system what a letter is.
    const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', ...CTYPE]
    const access = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`]
    await run(join(programs, 'initdb'), [`--pgdata=${data}`, ...locale, ...access, ...(fast ? ['--no-sync'] : [])], {
      ...as,
      cwd: '/',
    })
  }
  chmodSync(data, 0o700)

  const port = options.port ?? (await freePort())
  const databases = databasesAt(`postgresql://postgres:${password}@127.0.0.1:${port}/postgres`)

  const settings = [
    ...['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=200', 'shared_buffers=256MB'],
    ...['timezone=UTC', 'log_timezone=UTC', ...(fast ? FAST : [])],
  ]
  const server = daemon({
    name: 'PostgreSQL',
    command: join(programs, 'postgres'),
    args: ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    log: join(folder, 'postgres.log'),
    signal: 'SIGINT',
    uid: as?.uid,
    gid: as?.gid,
    ready: () =>
      ask(databases.url, (client) => client.query('select 1')).then(
        () => true,
        () => false,
      ),
  })
  await server.start()

  return {
    ...server,
    ...databases,
    /** Also after `kill()`: its processes are in groups of their own, and let go of what they share once they see it. */
    async start() {
      for (const deadline = Date.now() + LETTING_GO_MS; ;) {
        try {
          await server.start()
          return
        } catch (error) {
          if (Date.now() > deadline || !String(error).includes('pre-existing shared memory')) throw error
        }
      }
    },
    async stop() {
      await server.stop()
      if (!persistent) rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The databases of the PostgreSQL at the superuser's URL. */
export function databasesAt(url: string): Databases {
  const urlOf = (database: string) => Object.assign(new URL(url), { pathname: `/${database}` }).href
  return {
    port: Number(new URL(url).port),
    url,
    urlOf,
    async createDatabase(name, template) {
      // Of a template as large as ours, a copy of its files is made sooner than one through the log.
      const copy = template === undefined ? '' : ` template ${pg.escapeIdentifier(template)} strategy file_copy`
      await ask(url, (client) => client.query(`create database ${pg.escapeIdentifier(name)}${copy}`))
      return urlOf(name)
    },
    async dropDatabase(name) {
      await ask(url, (client) => client.query(`drop database if exists ${pg.escapeIdentifier(name)} with (force)`))
    },
  }
}

async function ask<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
