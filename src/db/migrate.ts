import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PrismaPg } from '@prisma/adapter-pg'
import {
  bindMigrationAwareSqlAdapterFactory,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils'
import { SchemaEngine } from '@prisma/schema-engine-wasm'
import { runMigrations } from 'graphile-worker'
import pg from 'pg'

const root = join(import.meta.dirname, '..', '..', 'prisma')
const filters = { externalTables: [], externalEnums: [] }
/** Any number, the same for every migrator of this product. */
const LOCK = 7_210_550_001

/**
 * Prisma's adapter splits a script at every `;`, which breaks function bodies; PostgreSQL itself takes a script as it is,
 * in one implicit transaction.
 */
function wholeScripts(pool: pg.Pool): SqlMigrationAwareDriverAdapterFactory {
  const factory = new PrismaPg(pool)
  const connect = async (): Promise<SqlDriverAdapter> => {
    const adapter = await factory.connect()
    adapter.executeScript = async (script) => {
      await pool.query(script)
    }
    return adapter
  }
  return { provider: factory.provider, adapterName: factory.adapterName, connect, connectToShadowDb: connect }
}

const datamodel = (): [string, string] => ['schema.prisma', readFileSync(join(root, 'schema.prisma'), 'utf8')]

const migrationNames = (): string[] =>
  readdirSync(join(root, 'migrations'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()

function migrationsList() {
  return {
    baseDir: join(root, 'migrations'),
    lockfile: {
      path: './migration_lock.toml',
      content: readFileSync(join(root, 'migrations', 'migration_lock.toml'), 'utf8'),
    },
    shadowDbInitScript: '',
    migrationDirectories: migrationNames().map((path) => ({
      path,
      migrationFile: {
        path: 'migration.sql',
        content: { tag: 'ok' as const, value: readFileSync(join(root, 'migrations', path, 'migration.sql'), 'utf8') },
      },
    })),
  }
}

/** The engine leaves the ten-second timer of its lock behind; until `restore`, timers do not keep the process alive. */
function unrefTimers(): () => void {
  const { setTimeout } = globalThis
  const unref = (...parameters: Parameters<typeof setTimeout>) => setTimeout(...parameters).unref()
  globalThis.setTimeout = Object.assign(unref, setTimeout)
  return () => {
    globalThis.setTimeout = setTimeout
  }
}

/** Connections whose breaking, also while they rest, is the next statement's error and never the process's end. */
function poolOf(url: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url })
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool
}

async function withEngine<T>(url: string, work: (engine: SchemaEngine) => Promise<T>): Promise<T> {
  const pool = poolOf(url)
  const engine = await SchemaEngine.new(
    { datamodels: [datamodel()] },
    () => undefined,
    bindMigrationAwareSqlAdapterFactory(wholeScripts(pool)),
  )
  const restore = unrefTimers()
  try {
    return await work(engine)
  } finally {
    restore()
    engine.free()
    // An idle connection would keep the process alive for ten seconds.
    await pool.end()
  }
}

/**
 * Brings the database to this version: Prisma's migrations, then graphile-worker's, under one lock, so that a second
 * migrator waits and finds nothing to do. Answers the names applied. Agrees with `prisma migrate` (`_prisma_migrations`).
 */
export async function migrate(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  const pgPool = poolOf(url)
  try {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK])
    const { appliedMigrationNames } = await withEngine(url, (engine) =>
      engine.applyMigrations({ migrationsList: migrationsList(), filters }),
    )
    await runMigrations({ pgPool })
    return appliedMigrationNames
  } finally {
    await pgPool.end()
    await client.end()
  }
}

export type MigrationState = { ok: boolean; detail: string }

/** Whether the database is of this version; for `serve`, `work` and `doctor`, which never migrate. Throws when it is away. */
export async function migrationState(client: { query: pg.Pool['query'] }): Promise<MigrationState> {
  const { rows: tables } = await client.query<{ found: string | null }>(
    `SELECT to_regclass('_prisma_migrations')::text AS found`,
  )
  if (tables[0]?.found == null) return { ok: false, detail: 'the database is empty; run: congvu migrate' }
  const { rows } = await client.query<{ migration_name: string; finished: boolean }>(
    `SELECT migration_name, finished_at IS NOT NULL AS finished FROM _prisma_migrations WHERE rolled_back_at IS NULL`,
  )
  const failed = rows.filter((row) => !row.finished).map((row) => row.migration_name)
  if (failed.length > 0)
    return {
      ok: false,
      detail: `${failed.join(', ')} failed and left nothing behind; mend the cause, delete its row from _prisma_migrations, run: congvu migrate`,
    }
  const done = new Set(rows.map((row) => row.migration_name))
  const names = migrationNames()
  const missing = names.filter((name) => !done.has(name))
  if (missing.length > 0) return { ok: false, detail: `not yet applied: ${missing.join(', ')}; run: congvu migrate` }
  const unknown = [...done].filter((name) => !names.includes(name))
  if (unknown.length > 0)
    return { ok: false, detail: `the database is of a newer version (${unknown.join(', ')}); install that one` }
  return { ok: true, detail: `${done.size} migrations applied` }
}

/** The SQL from an empty database to `schema.prisma`, for whoever writes the next migration. */
export async function schemaAsSql(url: string): Promise<string> {
  const [path, content] = datamodel()
  const result = await withEngine(url, (engine) =>
    engine.diff({
      from: { tag: 'empty' },
      to: { tag: 'schemaDatamodel', files: [{ path, content }] },
      script: true,
      exitCode: null,
      filters,
    }),
  )
  return result.stdout ?? ''
}
