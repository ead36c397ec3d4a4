import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import { later } from '../../src/kernel/clock.ts'
import { startOffice, type Office } from '../support/database.ts'
import { allowed } from '../support/system.ts'

let office: Office
beforeAll(async () => {
  office = await startOffice()
}, 60_000)
afterAll(() => office.stop())

const by = { id: 'cli:test', name: 'test' }
const names = async () => (await office.services.database.prisma.domain.findMany()).map(({ name }) => name).sort()
const audited = async (q: string) =>
  (await office.services.audit.page(allowed('audit.read'), { q })).map(({ subject }) => subject)

/** A use case: one transaction with its audit entry and bell. */
const add = (name: string, then: () => void = () => undefined) =>
  office.services.transaction(async (tx) => {
    await tx.db.domain.create({ data: { name, role: 'alias', addedAt: tx.at, byName: 'test' } })
    tx.audit(by, 'domain.added', `domain:${name}`)
    tx.ring('sync')
    then()
    return tx.at
  })
const no = () => {
  throw new Error('no')
}

describe('what is done atomically', () => {
  test('is one transaction with one instant, and reads what it has written', async () => {
    const { atomically, database } = office.services
    const times = await atomically(async (tx) => {
      const first = await add('a.vn')
      expect(await names()).toEqual(['a.vn'])
      // Another connection sees nothing of it yet.
      expect((await database.pool.query('SELECT FROM domain')).rowCount).toBe(0)
      return [tx.at, first, await add('b.vn')]
    })
    expect(new Set(times.map((at) => at.getTime())).size).toBe(1)
    expect(await names()).toEqual(['a.vn', 'b.vn'])
    expect(await audited('domain:')).toEqual(['domain:b.vn', 'domain:a.vn'])
  })

  test('is undone as a whole when it throws, with its audit entries', async () => {
    const work = office.services.atomically(async () => {
      await add('c.vn')
      no()
    })
    await expect(work).rejects.toThrow('no')
    expect(await names()).not.toContain('c.vn')
    expect(await audited('c.vn')).toEqual([])
  })

  test('loses the part that throws alone, where the rest goes on; even one that failed in the database', async () => {
    await office.services.atomically(async () => {
      await add('d.vn')
      await expect(add('e.vn', no)).rejects.toThrow('no')
      await expect(add('a.vn')).rejects.toThrow(/Unique constraint/)
      await add('f.vn')
    })
    expect(await names()).toEqual(expect.arrayContaining(['d.vn', 'f.vn']))
    expect(await names()).not.toContain('e.vn')
    expect(await audited('domain:')).toEqual(expect.arrayContaining(['domain:d.vn', 'domain:f.vn']))
    expect(await audited('e.vn')).toEqual([])
  })

  test('takes its parts one after the other, also those asked for at once or within another', async () => {
    await office.services.atomically(async () => {
      const outcomes = await Promise.allSettled([add('p.vn'), add('q.vn', no), add('r.vn'), add('p.vn'), add('s.vn')])
      expect(outcomes.map(({ status }) => status)).toEqual([
        ...['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'],
      ])
      await expect(
        office.services.transaction(async () => {
          await add('t.vn')
          no()
        }),
      ).rejects.toThrow('no')
      await office.services.transaction(() => add('u.vn'))
    })
    expect((await names()).filter((name) => name >= 'p')).toEqual(['p.vn', 'r.vn', 's.vn', 'u.vn'])
    expect((await audited('domain:')).slice(0, 4)).toEqual(['domain:u.vn', 'domain:s.vn', 'domain:r.vn', 'domain:p.vn'])
  })

  test('ends with a chain that is whole, each entry with who came and through what', async () => {
    await office.services.atomically(() =>
      office.services.transaction((tx) => {
        tx.audit({ ...by, via: 'token:1' }, 'test.done', 'test:1')
        return Promise.resolve()
      }),
    )
    const [line] = await office.services.audit.page(allowed('audit.read'), { action: 'test.done' })
    expect(line?.detail).toEqual({ via: 'token:1' })
    expect((await office.services.audit.verify(allowed('audit.read'))).broken).toBeNull()
  })

  test('rings its bells when it commits', async () => {
    const { pool } = office.services.database
    const jobs = async () => (await pool.query('SELECT FROM graphile_worker._private_jobs')).rowCount ?? 0
    const before = await jobs()
    await office.services.atomically(async () => {
      await add('g.vn')
      await add('h.vn')
      expect(await jobs()).toBe(before)
    })
    expect(await jobs()).toBe(before + 1)
  })

  test('is tried again as a whole when the database ends it for a conflict', async () => {
    const { atomically, database } = office.services
    let met: (() => void) | undefined
    const both = new Promise<void>((resolve) => (met = resolve))
    let waiting = 0
    const meet = () => {
      if (++waiting === 2) met?.()
      return both
    }
    // Each locks its own first, then the other's: one of them is ended.
    const touch = (name: string) =>
      office.services.transaction((tx) =>
        tx.db.domain.update({ where: { name }, data: { addedAt: later(tx.at, waiting) } }),
      )
    const cross = (mine: string, other: string) =>
      atomically(async () => {
        await touch(mine)
        await meet()
        await touch(other)
      })
    await Promise.all([cross('a.vn', 'b.vn'), cross('b.vn', 'a.vn')])
    expect(waiting).toBe(3)
    expect(database.pool.waitingCount).toBe(0)
  })
})

test('a transaction outside of a whole is its own, as ever', async () => {
  const { atomically, transaction } = office.services
  const inside = atomically(async (tx) => {
    await add('i.vn')
    return tx.at
  })
  const outside = transaction((tx) => Promise.resolve(tx.db))
  expect(await inside).toBeInstanceOf(Date)
  expect(await outside).toBeDefined()
  expect(await names()).toContain('i.vn')
})
