import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import { cliActor } from '../../src/access/policy.ts'
import type { ListedPerson } from '../../src/accounts/bulk.ts'
import { Day } from '../../src/kernel/day.ts'
import { LocalPart } from '../../src/kernel/email-address.ts'
import type { UnitId } from '../../src/kernel/ids.ts'
import { parsePersonName } from '../../src/kernel/person-name.ts'
import { startOffice, type Office } from '../support/database.ts'
import { allowed, approveAs, seedStaff, seedUnits, someDetails, submitted, unique } from '../support/system.ts'

let office: Office
let agency: UnitId
let approver: Awaited<ReturnType<typeof seedStaff>>
const by = cliActor('test')

beforeAll(async () => {
  office = await startOffice()
  const units = await seedUnits(office.services)
  agency = units.agency
  approver = await seedStaff(office.services, 'it-staff', units.province, 'Lê Đức Thắng')
})
afterAll(() => office.stop())

function listed(fullName: string, more: Partial<ListedPerson> = {}): ListedPerson {
  const name = parsePersonName(fullName)
  if (!name.ok) throw new Error(fullName)
  return {
    ...{
      name: name.value,
      birthDate: Day.parse('1988-09-05'),
      birthPrecision: 'day',
      sex: 'male',
      ninCipher: 'sealed',
    },
    ...{ ninHash: `hash ${unique()}`, contactEmail: 'an@example.com', phone: null, unitId: agency },
    ...{ title: 'Chuyên viên', employment: 'civil-servant', local: LocalPart.parse(`nguoi${unique()}`), reason: null },
    ...{ handOver: 'link', language: 'vi' },
    ...more,
  }
}
const issue = (people: readonly ListedPerson[]) =>
  office.services.transaction((tx) => office.services.bulkAccounts.issueMany(tx, by, people))

/** All that there is of an account, without what differs from one to the other anyhow. */
async function traces(id: string) {
  const { prisma } = office.services.database
  const account = await prisma.account.findUniqueOrThrow({
    where: { id },
    include: { person: { include: { posts: true } }, events: true },
  })
  const [address, sync, audit] = await Promise.all([
    prisma.address.findMany({ where: { holderId: id } }),
    prisma.sync.findMany({ where: { subjectId: id }, orderBy: { target: 'asc' } }),
    prisma.auditEntry.findMany({ where: { subject: `account:${id}` } }),
  ])
  const plain = JSON.parse(
    JSON.stringify({ account, address, sync, audit: audit.map(({ action }) => action) }, (_, value: unknown) =>
      typeof value === 'bigint' ? Number(value) : value,
    ),
  ) as unknown
  const own = /^(id|.*Id|number|login|.*At|at|since|reason|search|local|nin.*|contactEmail|byName)$/
  const strip = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(strip)
      : value !== null && typeof value === 'object'
        ? Object.fromEntries(
            Object.entries(value).map(([key, each]) => [key, own.test(key) ? each !== null : strip(each)]),
          )
        : value
  return strip(plain)
}

describe('accounts in great number', () => {
  test('are made of the same as one by one', async () => {
    const request = await submitted(office.services, someDetails(agency, { fullName: 'Trần Văn Một' }))
    const single = await approveAs(office.services, approver, request)
    const reason = { policy: 0, rule: '{hodemten}', number: 2 }
    const [many] = await issue([listed('Trần Văn Một', { reason })])
    if (!many?.ok) throw new Error('refused')
    expect(await traces(many.value.accountId)).toEqual(await traces(single))
  })

  test('are found by name, address and number, and sorted among the others', async () => {
    const [made] = await issue([listed('Đặng Thị Tìm Thấy', { local: LocalPart.parse('dangthitimthay') })])
    if (!made?.ok) throw new Error('refused')
    for (const q of ['tim thay', 'dangthitimthay', String(made.value.number)]) {
      const { accounts } = await office.services.accounts.list(allowed('account.read', approver), { q })
      expect(accounts.map(({ displayName }) => displayName)).toEqual(['Đặng Thị Tìm Thấy'])
    }
  })

  test('who is known already, or comes twice, is refused; the others are not', async () => {
    const known = listed('Lê Văn Có Rồi')
    await issue([known])
    const twice = listed('Lê Văn Hai Lần')
    const outcomes = await issue([
      listed('Lê Văn Mới'),
      { ...known, local: LocalPart.parse('khac1') },
      twice,
      { ...twice, local: LocalPart.parse('khac2') },
    ])
    expect(outcomes.map((each) => (each.ok ? 'ok' : each.refusal.kind))).toEqual([
      'ok',
      'duplicate-person',
      'ok',
      'duplicate-person',
    ])
  })

  test('an address that somebody has is refused; one whose reservation ran out is not', async () => {
    const { prisma } = office.services.database
    const [taken, expired] = ['dabigiu', 'dahethan'].map((local) => LocalPart.parse(local))
    if (taken === undefined || expired === undefined) throw new Error()
    await issue([listed('Phạm Thị Giữ', { local: taken })])
    const holderId = (await prisma.account.findFirstOrThrow()).id
    const until = new Date(Date.now() - 1000)
    await prisma.address.create({
      data: {
        namespaceId: 1,
        local: expired,
        state: 'reserved',
        role: 'primary',
        holderKind: 'request',
        holderId,
        until,
      },
    })
    const before = await prisma.account.count()
    const outcomes = await issue([
      listed('Phạm Thị Giữ', { local: taken }),
      listed('Phạm Thị Mới', { local: expired }),
      listed('Phạm Thị Mới', { local: expired }),
    ])
    expect(outcomes.map((each) => (each.ok ? 'ok' : each.refusal.kind))).toEqual([
      'address-taken',
      'ok',
      'address-taken',
    ])
    expect(await prisma.account.count()).toBe(before + 1)
  })

  test('two lists with the same people at once: each person once', async () => {
    const people = Array.from({ length: 120 }, (_, n) => listed('Vũ Văn Đua', { local: LocalPart.parse(`dua${n}`) }))
    const outcomes = (await Promise.all([issue(people), issue([...people].reverse()), issue(people)])).flat()
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(120)
    expect(await office.services.database.prisma.person.count({ where: { fullName: 'Vũ Văn Đua' } })).toBe(120)
  })

  test('leave the audit chain whole', async () => {
    expect((await office.services.audit.verify(allowed('audit.read'))).broken).toBeNull()
  })
})

describe('addresses proposed in great number', () => {
  test('are what a request would be proposed, past those that are taken', async () => {
    const subject = (fullName: string) => ({ kind: 'person' as const, name: listed(fullName).name, unit: null })
    await issue([listed('Hồ Thị Nhiều', { local: LocalPart.parse('hothinhieu') })])
    await issue([listed('Hồ Thị Nhiều', { local: LocalPart.parse('hothinhieu3') })])
    const found = await office.services.bulkAddresses.allot(
      ['Hồ Thị Nhiều', 'Hồ Thị Nhiều', 'Hồ Thị Ít', 'Hồ Thị Nhiều'].map(subject),
      new Set(['hothinhieu4']),
    )
    expect(found.map((each) => each?.candidate.local)).toEqual(['hothinhieu2', 'hothinhieu5', 'hothiit', 'hothinhieu6'])
    expect(found[0]?.reason).toEqual({ policy: 0, rule: '{hodemten}', number: 2 })
  })
})
