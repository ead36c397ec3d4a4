import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import fc from 'fast-check'
import { jobActor, type PersonActor } from '../../src/access/policy.ts'
import { candidates, DEFAULT_POLICY, formsOf, type Subject } from '../../src/addresses/naming.ts'
import { days, later } from '../../src/kernel/clock.ts'
import { LocalPart } from '../../src/kernel/email-address.ts'
import type { RequestId, UnitId } from '../../src/kernel/ids.ts'
import { byPersonName, parsePersonName } from '../../src/kernel/person-name.ts'
import { fullName } from '../../scripts/demo/names.ts'
import { randomFrom } from '../../scripts/demo/random.ts'
import { vi } from '../../src/web/words/vi.ts'
import { whyText } from '../../src/web/words/sayings.ts'
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
    const shared = [...next.values()].filter((each) => each > 1).reduce((sum, each) => sum + each, 0)
    process.stdout.write(
      `30,000 people: ${((shared * 100) / 30_000).toFixed(0)} % have namesakes; the largest family: ${stem}, ${size}\n`,
    )
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

test('whatever is taken of a family, the lowest free numbers are proposed', async () => {
  const { addresses, database } = office.services
  const subject = subjectOf('Kiều Thị Ngẫu Nhiên')
  const localOf = (n: number) => `kieuthingaunhien${n === 1 ? '' : n}`
  const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 40 })
  const kinds = fc.constantFrom('reserved', 'live', 'alias', 'group', 'tombstone', 'expired')
  await fc.assert(
    fc.asyncProperty(numbers, fc.array(kinds, { minLength: 40, maxLength: 40 }), async (taken, kindsOf) => {
      await database.pool.query(`ALTER TABLE address DISABLE TRIGGER USER`)
      await database.pool.query(`DELETE FROM address WHERE local LIKE 'kieuthingaunhien%'`)
      await database.pool.query(`ALTER TABLE address ENABLE TRIGGER USER`)
      for (const [index, n] of taken.entries()) await put(localOf(n), kindsOf[index] ?? 'live')
      const gone = new Set(taken.filter((_, index) => kindsOf[index] !== 'expired'))
      const free = Array.from({ length: 50 }, (_, n) => n + 1).filter((n) => !gone.has(n))
      const proposed = await addresses.propose(subject, randomUUID())
      expect(proposed.free).toEqual(free.slice(0, 3).map(localOf))
      expect(proposed.taken).toBe(gone.size)
    }),
    { numRuns: 15 },
  )
})

/** An address of some kind, as it lies in the database. */
async function put(local: string, kind: string): Promise<void> {
  const lives = !['reserved', 'expired'].includes(kind)
  const state = kind === 'tombstone' ? kind : lives ? 'live' : 'reserved'
  await office.services.database.prisma.address.create({
    data: {
      ...{ namespaceId: 1, local, state, holderId: randomUUID(), role: kind === 'alias' ? 'alias' : 'primary' },
      holderKind: lives ? (kind === 'group' ? 'group' : 'account') : 'request',
      firstLiveAt: lives ? new Date() : null,
      until: lives ? null : later(new Date(), days(kind === 'expired' ? -1 : 1)),
    },
  })
}

describe('an address is nobody else’s', () => {
  test.each(['reserved', 'live', 'alias', 'group', 'tombstone'])('while it is %s', async (kind) => {
    const { addresses, transaction } = office.services
    const local = LocalPart.parse(`tranvan${kind}`)
    await put(local, kind)
    const take = (request: string) =>
      transaction((tx) => addresses.reserve(tx, request, subjectOf(`Trần Văn ${kind}`), local))
    expect(await take(randomUUID())).toEqual({ ok: false, refusal: { kind: 'address-taken' } })
  })

  test('when its reservation has run out and several want it at the same moment: one has it, and it alone', async () => {
    const { addresses, requests, transaction, database } = office.services
    const { pool } = database
    for (let round = 0; round < scaled(60); round++) {
      const fullName = `Lưu Thị Hết Hạn ${'abcdefghijklmnopqrstuvwxyz'.charAt(round % 26)}${'bcdfgh'.charAt(round % 6)}`
      const first = await submitted(office.services, someDetails(units.agency, { fullName }))
      const { local } = await database.prisma.request.findUniqueOrThrow({ where: { id: first } })
      // Back at the draft, and the two hours are over.
      await pool.query(`UPDATE request SET state = 'draft', version = 1, submitted_at = NULL WHERE id = $1`, [first])
      await pool.query(`UPDATE address SET until = now() - interval '1 second' WHERE holder_id = $1`, [first])
      const subject = subjectOf(fullName)
      const others = Array.from({ length: 3 }, () => randomUUID())
      const [sent, , ...taken] = await Promise.all([
        requests.submit(first),
        transaction((tx) => addresses.releaseExpired(tx)),
        ...others.map((id) => transaction((tx) => addresses.reserve(tx, id, subject, LocalPart.parse(local)))),
      ])
      const winners = [sent, ...taken].filter(({ ok }) => ok)
      expect(winners).toHaveLength(1)
      if (!sent.ok) expect(sent.refusal).toEqual({ kind: 'address-taken' })
      const { holderId } = await database.prisma.address.findFirstOrThrow({ where: { local: local ?? '' } })
      expect(holderId).toBe(sent.ok ? first : others[taken.findIndex(({ ok }) => ok)])
    }
  })

  test('and free again when the request dies: withdrawn, rejected or run out', async () => {
    const { services } = office
    const { requests, database } = services
    const fullName = 'Bế Thị Trả Lại'
    const ask = () => submitted(services, someDetails(units.agency, { fullName }))
    const held = async () => (await database.prisma.address.findFirst({ where: { local: 'bethitralai' } }))?.holderId
    const withdrawn = await ask()
    await requests.withdraw(withdrawn)
    expect(await held()).toBeUndefined()
    const rejected = await ask()
    expect(await held()).toBe(rejected)
    const comment = 'Không thuộc biên chế của đơn vị'
    const decided = await requests.reject(allowed('request.decide', staff), rejected, { version: 2, comment })
    expect(decided.ok).toBe(true)
    expect(await held()).toBeUndefined()
    const returned = await ask()
    await requests.return(allowed('request.decide', staff), returned, { version: 2, comment })
    expect(await held()).toBe(returned)
    await database.pool.query(`UPDATE request SET expires_at = now() - interval '1 day' WHERE id = $1`, [returned])
    await requests.expire(allowed('system.tidy', jobActor('tidy')))
    expect(await held()).toBeUndefined()
  })
})

test('the address remembers its rule, its number, the policy’s version, and what stood in the way', async () => {
  const { services } = office
  const ask = () => submitted(services, someDetails(units.agency, { fullName: 'Vương Thị Lý Do' }))
  await approveAs(services, staff, await ask())
  await approveAs(services, staff, await ask())
  const { addresses, transaction, database } = services
  // A third, who takes the fourth although the third is free.
  const chosen = LocalPart.parse('vuongthilydo4')
  await transaction((tx) => addresses.reserve(tx, randomUUID(), subjectOf('Vương Thị Lý Do'), chosen))
  const rows = await database.prisma.address.findMany({
    where: { local: { startsWith: 'vuongthilydo' } },
    orderBy: { local: 'asc' },
  })
  const rule = '{hodemten}'
  const first = { rule, number: 1, local: 'vuongthilydo' }
  expect(rows.map(({ reason }) => reason)).toEqual([
    { policy: 0, rule, number: 1, passed: [] },
    { policy: 0, rule, number: 2, passed: [first], taken: ['vuongthilydo'] },
    {
      ...{ policy: 0, rule, number: 4, taken: ['vuongthilydo'] },
      passed: [first, { rule, number: 3, local: 'vuongthilydo3' }],
    },
  ])
  const words = async (local: string) => {
    const why = await services.tombstones.why(local)
    return why && whyText(vi, why)
  }
  expect(await words('vuongthilydo')).toBe(
    'Theo mẫu {hodemten}, quy định ban đầu. Lúc chọn chưa ai dùng, nên không có số.',
  )
  expect(await words('vuongthilydo2')).toBe(
    'Theo mẫu {hodemten}, quy định ban đầu. Số 2 vì các địa chỉ trước đã có người; nay có 3 địa chỉ cùng mẫu.',
  )
  expect(await words('vuongthilydo4')).toContain('Số 4 do người đề nghị chọn')
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

test('PostgreSQL puts any names in the order in which the pure comparison puts them', async () => {
  const random = randomFrom(5)
  const difficult = [
    "H'Hen Niê",
    'H’Hen Niê',
    'Y Phôn',
    "K'Brếp",
    'Lỷ A Nhì',
    'H’ Lan Adrơ̆ng',
    'Ðỗ Ứng',
    'ĐẶNG THỊ HƯỜNG',
    'Nguyễn Thị Hoà',
    'Nguyễn Thị Hòa',
    'Sám-Múi Chìu',
    'Ƀing Êban',
  ]
  const typed = [...difficult, ...Array.from({ length: 2_000 }, (_, n) => fullName(random, n % 2 ? 'male' : 'female'))]
  const names = typed.map((text) => {
    const parsed = parsePersonName(text)
    if (!parsed.ok) throw new Error(text)
    return parsed.value
  })
  const { rows } = await office.services.database.pool.query<{ n: number }>(
    `SELECT n::int FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS x(given, surname, middle, n)
     ORDER BY ARRAY[given COLLATE "vi-x-icu", surname, middle]`,
    [names.map(({ given }) => given), names.map(({ surname }) => surname), names.map(({ middle }) => middle)],
  )
  const sorted = rows.flatMap(({ n }) => names[n - 1] ?? [])
  expect(sorted).toHaveLength(names.length)
  for (const [index, name] of sorted.slice(1).entries()) {
    const before = sorted[index]
    if (before)
      expect([before.full, name.full, byPersonName(before, name) <= 0]).toEqual([before.full, name.full, true])
  }
})
