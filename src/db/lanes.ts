import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { PrismaClient, type Prisma } from './generated/client.ts'

/** A statement that the server keeps ready under its name; `$1`, `$2` … stand for the values. */
export type Statement = { readonly name: string; readonly text: string }

/** Rows of a statement as PostgreSQL's own driver reads them: a `bigint` comes as text, an instant as a Date. */
export type Sql = <Row extends pg.QueryResultRow = pg.QueryResultRow>(
  statement: Statement,
  values: readonly unknown[],
) => Promise<Row[]>

/** One connection in one transaction, spoken to through Prisma and directly. */
export type Inside = { readonly db: Prisma.TransactionClient; readonly sql: Sql }
export type Lanes = ReturnType<typeof lanesOn>

/**
 * Transactions on connections of the pool. `run` commits when the work is done and rolls back when it throws, or after
 * `timeoutMs`; what is asked of them afterwards throws. Prisma's own interactive transactions take seven times as long to open
 * and close (docs/decisions/0040-lanes.md).
 */
export function lanesOn(pool: pg.Pool) {
  const resting: Lane[] = []

  async function run<T>(work: (inside: Inside) => Promise<T>, timeoutMs: number): Promise<T> {
    const client = await pool.connect()
    const lane = resting.pop() ?? laneOf()
    let broken: Error | undefined
    try {
      await client.query('BEGIN')
      lane.enter(client)
      const result = await inTime(work(lane), timeoutMs)
      lane.leave()
      const { command } = await client.query('COMMIT')
      // A transaction in which a statement failed is rolled back by its COMMIT, without an error.
      if (command !== 'COMMIT') throw new Error('The transaction was rolled back: one of its statements had failed')
      return result
    } catch (error) {
      lane.leave()
      if (error instanceof Overtime) broken = error
      else
        await client.query('ROLLBACK').catch((cause: unknown) => {
          broken = cause as Error
        })
      throw error
    } finally {
      // A connection whose transaction did not end is closed, which ends it; work that goes on keeps a lane that leads nowhere.
      client.release(broken)
      if (broken instanceof Overtime) void lane.close()
      else resting.push(lane)
    }
  }

  return {
    run,
    async close(): Promise<void> {
      await Promise.all(resting.map((lane) => lane.close()))
    },
  }
}

class Overtime extends Error {
  constructor(timeoutMs: number) {
    super(`The transaction took longer than ${timeoutMs} ms`)
    this.name = 'Overtime'
  }
}

function inTime<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Overtime(timeoutMs)), timeoutMs)
    void work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

type Lane = Inside & { enter(connection: pg.PoolClient): void; leave(): void; close(): Promise<void> }

/** A Prisma client that speaks over whichever connection it is lent. */
function laneOf(): Lane {
  let lent: pg.PoolClient | null = null
  let savepoints = 0
  let before: Promise<unknown> = Promise.resolve()
  /** One statement after the other, also of who asks for several at once: the driver takes no more than one at a time. */
  function query(config: pg.QueryConfig): Promise<pg.QueryResult> {
    const result = before.then(() => {
      if (lent === null) throw new Error('The transaction is over')
      return lent.query(config)
    })
    before = result.catch(() => undefined)
    return result
  }

  /** What Prisma opens of its own accord, for a nested write, is a savepoint within. */
  const connect = () => {
    const name = `lane_${++savepoints}`
    const instead: Readonly<Record<string, string>> = {
      BEGIN: `SAVEPOINT ${name}`,
      COMMIT: `RELEASE SAVEPOINT ${name}`,
      ROLLBACK: `ROLLBACK TO SAVEPOINT ${name}`,
    }
    return Promise.resolve({
      query: (config: pg.QueryConfig) => query({ ...config, text: instead[config.text] ?? config.text }),
      ...{ on: () => undefined, removeListener: () => undefined, release: () => undefined },
    })
  }

  const prisma = new PrismaClient({ adapter: new PrismaPg(Object.assign(new pg.Pool(), { query, connect })) })
  return {
    db: prisma,
    sql: async (statement, values) => (await query({ ...statement, values: [...values] })).rows as never,
    enter(connection) {
      lent = connection
      savepoints = 0
    },
    leave() {
      lent = null
    },
    close: () => prisma.$disconnect(),
  }
}
