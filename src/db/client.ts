import { AsyncLocalStorage } from 'node:async_hooks'
import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { PrismaClient } from './generated/client.ts'
import { lanesOn, type Sql } from './lanes.ts'
import type { Whole } from './transaction.ts'

export type Database = ReturnType<typeof openDatabase>

/**
 * PostgreSQL through one pool, shared by Prisma and by what speaks SQL itself (sessions, rate limits). Nothing connects
 * before the first query; a database that is away is an error of that query, and the next one tries again. A query without
 * an answer is given up after `patienceMs`: behind a half-open connection none would ever come.
 */
export function openDatabase(url: string, options: { connections?: number; patienceMs?: number } = {}) {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.connections ?? 10,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    // A database that hangs must not hold every page for ever.
    statement_timeout: 60_000,
    idle_in_transaction_session_timeout: 120_000,
    query_timeout: options.patienceMs ?? 90_000,
  })
  // A connection that breaks, resting or lent, is the next query's error and never the process's end.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  const client = new PrismaClient({ adapter: new PrismaPg(pool) })
  const whole = new AsyncLocalStorage<Whole>()
  const lanes = lanesOn(pool)
  const sql: Sql = async (statement, values) => {
    const inside = whole.getStore()
    if (inside) return inside.sql(statement, values)
    return (await pool.query({ ...statement, values: [...values] })).rows as never
  }
  return {
    /** Reads and writes through the transaction of the whole that it is asked in, if any; see `atomically`. */
    prisma: following(client, whole),
    /** The same by statements that the server keeps ready, for what every request reads. */
    sql,
    whole,
    lanes,
    pool,
    async close(): Promise<void> {
      await Promise.all([client.$disconnect(), lanes.close()])
      if (!pool.ended) await pool.end()
    },
  }
}

function following(client: PrismaClient, whole: AsyncLocalStorage<Whole>): PrismaClient {
  return new Proxy(client, {
    get(outside, name) {
      const source = whole.getStore()?.db ?? outside
      const value: unknown = Reflect.get(source, name)
      return typeof value === 'function' ? (value.bind(source) as unknown) : value
    },
  })
}
