import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { PersonActor } from '../../src/access/policy.ts'
import { candidates, DEFAULT_POLICY, formsOf, type Subject } from '../../src/addresses/naming.ts'
import { LocalPart } from '../../src/kernel/email-address.ts'
import type { RequestId, UnitId } from '../../src/kernel/ids.ts'
import { byPersonName, parsePersonName } from '../../src/kernel/person-name.ts'
import { fullName } from '../../scripts/demo/names.ts'
import { randomFrom } from '../../scripts/demo/random.ts'
import { startOffice, type Office } from '../support/database.ts'
import { scaled } from '../support/scale.ts'
import { allowed, approveAs, seedStaff, seedUnits, someDetails, submitted } from '../support/system.ts'

let office: Office
let units: Record<'province' | 'agency' | 'department' | 'other', UnitId>
let staff: PersonActor

beforeAll(async () => {
  office = await startOffice()
  units = await seedUnits(office.services)
  staff = await seedStaff(office.services, 'it-staff', units.agency, 'Lê Đức Thắng')
}, 60_000)
afterAll(() => office.stop())

const subjectOf = (text: string): Subject => {
  const parsed = parsePersonName(text)
  if (!parsed.ok) throw new Error(text)
  return { kind: 'person', name: parsed.value, unit: null }
}
/** Lifelike people, women and men in turns. */
const people = (count: number, seed: number): Subject[] => {
  const random = randomFrom(seed)
  return Array.from({ length: count }, (_, n) => subjectOf(fullName(random, n % 2 === 0 ? 'female' : 'male')))
}
/** What all do at once, some at a time. */
async function together<T>(list: readonly T[], each: (one: T) => Promise<void>, width = 10): Promise<void> {
  const left = [...list]
  const walk = async () => {
    while (left.length > 0) await each(left.shift() as T)
  }
  await Promise.all(Array.from({ length: width }, walk))
}
const family = (locals: Iterable<string>) => {
  const sizes = new Map<string, number>()
  for (const local of locals) {
    const stem = local.replace(/\d+$/, '')
    sizes.set(stem, (sizes.get(stem) ?? 0) + 1)
  }
  return [...sizes].sort(([, a], [, b]) => b - a)[0] ?? ['', 0]
}

describe('a province of 30,000 people', () => {
  test('gets an address each: none twice, none malformed', () => {
    const taken = new Set<string>()
    const next = new Map<string, number>()
    for (const subject of people(30_000, 2026)) {
      const forms = formsOf(DEFAULT_POLICY, subject)
      const stem = forms[0]?.stem ?? ''
      const before = next.get(stem) ?? 0
      // The first of a family that is free: those before it are known to be taken.
      const found = candidates(forms).drop(before).next().value
      if (!found) throw new Error(`nothing for ${stem}`)
      next.set(stem, before + 1)
      expect(taken.has(found.local)).toBe(false)
      expect(LocalPart.safeParse(found.local).success).toBe(true)
      taken.add(found.local)
    }
    const [stem, size] = family(taken)
    process.stdout.write(`The largest family of 30,000: ${stem}, ${size} people\n`)
    expect(taken.size).toBe(30_000)
  })

  test('gets them from the database as well, some at the same time', async () => {
    const { addresses, transaction } = office.services
    const given: string[] = []
    await together(people(scaled(30_000), 7), async (subject) => {
      const request = randomUUID()
      for (;;) {
        const { free } = await addresses.propose(subject, request)
        const [first] = free
        if (first === undefined) throw new Error('nothing is free')
        const held = await transaction((tx) => addresses.reserve(tx, request, subject, first))
        if (!held.ok) continue
        given.push(first)
        return
      }
    })
    expect(new Set(given).size).toBe(scaled(30_000))
    const [stem, size] = family(given)
    process.stdout.write(`The largest family of ${scaled(30_000)} in the database: ${stem}, ${size} people\n`)
  }, 600_000)
})

test('namesakes who ask at the same time all get an address of their own', async () => {
  const { services } = office
  const count = scaled(2_000)
  const made: RequestId[] = []
  const ask = async () => {
    made.push(await submitted(services, someDetails(units.agency, { fullName: 'Trần Thị Lê Na' })))
  }
  await together(Array.from({ length: count }), ask, 200)
  const rows = await services.database.prisma.request.findMany({ where: { id: { in: made } } })
  const locals = new Set(rows.map(({ local }) => local))
  expect(locals.size).toBe(count)
  const numbers = [...locals].map((local) => Number(/\d+$/.exec(local ?? '')?.[0] ?? 1)).sort((a, b) => a - b)
  // Whoever looked was shown three; a number that nobody took is free, and the next person is shown it.
  const gaps = Array.from({ length: numbers.at(-1) ?? 0 }, (_, n) => n + 1).filter((n) => !numbers.includes(n))
  const { free, taken } = await services.addresses.propose(subjectOf('Trần Thị Lê Na'), randomUUID(), gaps.length + 1)
  expect(taken).toBe(count)
  const wanted = gaps.map((n) => (n === 1 ? 'tranthilena' : `tranthilena${n}`))
  expect(free).toEqual([...wanted, `tranthilena${(numbers.at(-1) ?? 0) + 1}`])
}, 600_000)

describe('a number', () => {
  test('that never lived returns to the pool, one that lived does not', async () => {
    const { services } = office
    const ask = () => submitted(services, someDetails(units.agency, { fullName: 'Phan Thị Số' }))
    const [first, second, third] = [await ask(), await ask(), await ask()]
    const { requests, database } = services
    await approveAs(services, staff, first)
    await requests.withdraw(second)
    const rows = () =>
      database.prisma.address.findMany({ where: { local: { startsWith: 'phanthiso' } }, orderBy: { local: 'asc' } })
    expect((await rows()).map(({ local }) => local)).toEqual(['phanthiso', 'phanthiso3'])
    const row = await database.prisma.request.findUniqueOrThrow({ where: { id: await ask() } })
    expect(row.local).toBe('phanthiso2')
    expect(third).toBeDefined()
  })

  test('that lived cannot be deleted or given to another, whoever writes to the database', async () => {
    const { services } = office
    const id = await approveAs(
      services,
      staff,
      await submitted(services, someDetails(units.agency, { fullName: 'Mạc Thị Bia' })),
    )
    const { pool } = services.database
    await services.transaction((tx) => services.addresses.bury(tx, id))
    await expect(pool.query(`DELETE FROM address WHERE local = 'macthibia'`)).rejects.toThrow('never given')
    await expect(
      pool.query(`UPDATE address SET holder_id = $1 WHERE local = 'macthibia'`, [randomUUID()]),
    ).rejects.toThrow('never given')
    const again = await submitted(services, someDetails(units.agency, { fullName: 'Mạc Thị Bia' }))
    const { local } = await services.database.prisma.request.findUniqueOrThrow({ where: { id: again } })
    expect(local).toBe('macthibia2')
  })
})

test('the address remembers its rule, its number and the policy’s version', async () => {
  const { services } = office
  const ask = () => submitted(services, someDetails(units.agency, { fullName: 'Vương Thị Lý Do' }))
  await approveAs(services, staff, await ask())
  await approveAs(services, staff, await ask())
  const rows = await services.database.prisma.address.findMany({
    where: { local: { startsWith: 'vuongthilydo' } },
    orderBy: { local: 'asc' },
  })
  expect(rows.map(({ reason }) => reason)).toEqual([
    { policy: 0, rule: '{hodemten}', number: 1 },
    { policy: 0, rule: '{hodemten}', number: 2 },
  ])
})

test('the list of accounts is sorted by tên, họ and đệm, as the pure comparison sorts', async () => {
  const { services } = office
  const names = [
    'Bùi Văn Ân',
    'Trần Bá An',
    'Lê Thị An',
    'Lê Bá An',
    'Đỗ Thị Đào',
    'Đỗ Thị Dậu',
    'Trần Văn Há',
    'Bùi Văn Hà',
  ]
  for (const name of names)
    await approveAs(services, staff, await submitted(services, someDetails(units.other, { fullName: name })))
  const { accounts } = await services.accounts.list(allowed('account.read', staff), { unit: units.other })
  const sorted = names
    .map((name) => parsePersonName(name))
    .flatMap((parsed) => (parsed.ok ? [parsed.value] : []))
    .sort(byPersonName)
  expect(accounts.map(({ displayName }) => displayName)).toEqual(sorted.map(({ full }) => full))
})
