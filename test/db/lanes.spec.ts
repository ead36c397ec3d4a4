import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import type { Inside } from '../../src/db/lanes.ts'
import { startOffice, type Office } from '../support/database.ts'

let office: Office
beforeAll(async () => {
  office = await startOffice()
}, 60_000)
afterAll(() => office.stop())

const lanes = () => office.services.database.lanes
const INSERT = {
  name: 'test_insert',
  text: 'INSERT INTO domain (name, role, added_at, by_name) VALUES ($1, $2, now(), $3)',
}
const insert = ({ sql }: Inside, name: string) => sql(INSERT, [name, 'alias', 'test'])
const add = ({ db }: Inside, name: string) =>
  db.domain.create({ data: { name, role: 'alias', addedAt: new Date(), byName: 'test' } })
const names = async () =>
  (await office.services.database.prisma.domain.findMany({ orderBy: { name: 'asc' } })).map(({ name }) => name)
const free = () => office.services.database.pool

describe('a transaction', () => {
  test('commits what Prisma and what statements wrote, on one connection', async () => {
    const seen = await lanes().run(async (inside) => {
      await add(inside, 'a.vn')
      await insert(inside, 'b.vn')
      return inside.db.domain.count()
    }, 5_000)
    expect(seen).toBe(2)
    expect(await names()).toEqual(['a.vn', 'b.vn'])
  })

  test('undoes all of it when the work throws', async () => {
    const work = lanes().run(async (inside) => {
      await add(inside, 'c.vn')
      await insert(inside, 'd.vn')
      throw new Error('no')
    }, 5_000)
    await expect(work).rejects.toThrow('no')
    expect(await names()).toEqual(['a.vn', 'b.vn'])
  })

  test('is not taken for committed when one of its statements failed, even if the work did not mind', async () => {
    const work = lanes().run(async (inside) => {
      await add(inside, 'e.vn')
      await add(inside, 'e.vn').catch(() => undefined)
    }, 5_000)
    await expect(work).rejects.toThrow('rolled back')
    expect(await names()).toEqual(['a.vn', 'b.vn'])
  })

  test('keeps a nested write whole: the person without the post is not written', async () => {
    const { prisma } = office.services.database
    const person = { fullName: 'A B', surname: 'A', middle: '', given: 'B', fold: 'a b' }
    const post = { title: 'x', employment: 'other', validFrom: new Date('2026-01-01') }
    const unit = await prisma.unit.create({ data: {} })
    const nested = (unitId: string) =>
      lanes().run(({ db }) => db.person.create({ data: { ...person, posts: { create: { ...post, unitId } } } }), 5_000)
    await expect(nested('00000000-0000-4000-8000-000000000000')).rejects.toThrow()
    expect(await prisma.person.count()).toBe(0)
    await nested(unit.id)
    expect(await prisma.post.count()).toBe(1)
  })

  test('that takes too long is undone, its connection closed, and what it still does leads nowhere', async () => {
    const before = free().totalCount
    let late: Promise<unknown> = Promise.resolve()
    const work = lanes().run(async (inside) => {
      await add(inside, 'f.vn')
      await setTimeout(300)
      late = add(inside, 'g.vn')
      await late
    }, 100)
    await expect(work).rejects.toThrow('took longer than 100 ms')
    await setTimeout(400)
    await expect(late).rejects.toThrow('over')
    expect(free().totalCount).toBe(before - 1)
    await lanes().run((inside) => add(inside, 'h.vn'), 5_000)
    expect(await names()).toEqual(['a.vn', 'b.vn', 'h.vn'])
  })

  test('whose connection breaks tells so, and the next one goes on', async () => {
    const work = lanes().run(async ({ db }) => {
      const [row] = await db.$queryRaw<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`
      await free().query('SELECT pg_terminate_backend($1)', [row?.pid])
      await db.domain.count()
    }, 5_000)
    await expect(work).rejects.toThrow()
    expect(await lanes().run(({ db }) => db.domain.count(), 5_000)).toBe(3)
  })

  test('does not meet its neighbours, however many there are', async () => {
    // Every connection has been used once: opening them all takes a slow machine longer than one is waited for.
    await Promise.all(Array.from({ length: 20 }, () => lanes().run(({ db }) => db.domain.count(), 20_000)))
    await Promise.all(
      Array.from({ length: 60 }, (_, n) =>
        lanes()
          .run(async (inside) => {
            await add(inside, `n${n}.vn`)
            if (n % 3 === 0) throw new Error('no')
            await insert(inside, `m${n}.vn`)
          }, 10_000)
          .catch(() => undefined),
      ),
    )
    expect((await names()).filter((name) => /^[nm]\d/.test(name))).toHaveLength(80)
  })
})
