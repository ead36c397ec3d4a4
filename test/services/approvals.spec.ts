import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import type { PersonActor } from '../../src/access/policy.ts'
import { IdentificationNumber } from '../../src/kernel/identification-number.ts'
import type { RequestId, UnitId } from '../../src/kernel/ids.ts'
import { startOffice, type Office } from '../support/database.ts'
import { applied } from '../support/people.ts'
import { allowed, approveAs, seedStaff, seedUnits, someDetails, submitted } from '../support/system.ts'

let office: Office
let thang: PersonActor
let hoa: PersonActor
/** The second administrator of the same agency. */
let lan: PersonActor
let units: Record<'agency' | 'department' | 'other', UnitId>

beforeAll(async () => {
  office = await startOffice()
  units = await seedUnits(office.services)
  thang = await seedStaff(office.services, 'it-staff', units.agency, 'Lê Đức Thắng')
  hoa = await seedStaff(office.services, 'unit-admin', units.agency, 'Phạm Thị Hoa')
  lan = await seedStaff(office.services, 'unit-admin', units.agency, 'Bùi Thị Lan')
}, 60_000)

afterAll(async () => {
  await office.stop()
})

const approve = (by: PersonActor, id: RequestId, version = 2) =>
  office.services.requests.approve(allowed('request.decide', by), id, {
    version,
    identity: 'in-person',
    handOver: 'link',
  })
const numbers = async () => {
  const { prisma } = office.services.database
  return {
    accounts: await prisma.account.count(),
    people: await prisma.person.count(),
    live: await prisma.address.count({ where: { state: 'live' } }),
    ledger: await prisma.sync.count({ where: { subjectKind: 'account' } }),
  }
}

describe('two approvers at once', () => {
  test('one wins; the other is told by whom and when', async () => {
    const before = await numbers()
    for (let n = 0; n < 5; n++) {
      const { request } = await applied(office.services, units.department, { fullName: `Hoàng Văn Hai` })
      const outcomes = await Promise.all([lan, hoa].map((by) => approve(by, request)))
      const won = outcomes.findIndex((outcome) => outcome.ok)
      expect(outcomes.filter((outcome) => outcome.ok)).toHaveLength(1)
      const winner = [lan, hoa][won]
      expect(outcomes[1 - won]).toEqual({
        ok: false,
        refusal: { kind: 'not-in-state', was: 'approved', byName: winner?.name, at: expect.any(Date) },
      })
    }
    const { accounts, people, live, ledger } = before
    expect(await numbers()).toEqual({ accounts: accounts + 5, people: people + 5, live: live + 5, ledger: ledger + 10 })
  })

  test('approve and return: one of the two happens', async () => {
    const { request } = await applied(office.services, units.department)
    const outcomes = await Promise.all([
      approve(lan, request),
      office.services.requests.return(allowed('request.decide', hoa), request, { version: 2, comment: 'Sai đơn vị' }),
    ])
    expect(outcomes.filter((outcome) => outcome.ok)).toHaveLength(1)
    const row = await office.services.database.prisma.request.findUniqueOrThrow({ where: { id: request } })
    expect(row.state).toBe(outcomes[0].ok ? 'approved' : 'returned')
    expect(row.accountId === null).toBe(!outcomes[0].ok)
  })

  test('approve and withdraw: one of the two happens', async () => {
    const { request } = await applied(office.services, units.department)
    const outcomes = await Promise.all([approve(lan, request), office.services.requests.withdraw(request)])
    expect(outcomes.map((outcome) => outcome.ok).filter(Boolean)).toHaveLength(1)
  })
})

describe('one person twice', () => {
  test('two approvals of one identification number at once: one account', async () => {
    const number = IdentificationNumber.parse('022088777001')
    const requests = await Promise.all(
      [1, 2, 3].map(() => applied(office.services, units.department, { number, fullName: 'Bùi Thị Ba' })),
    )
    const outcomes = await Promise.all(requests.map(({ request }) => approve(lan, request)))
    expect(outcomes.filter((outcome) => outcome.ok)).toHaveLength(1)
    for (const outcome of outcomes.filter((each) => !each.ok))
      expect(outcome).toEqual({ ok: false, refusal: { kind: 'duplicate-person' } })
  })

  test('a refused approval changes nothing, and the request still waits', async () => {
    const number = IdentificationNumber.parse('022088777001')
    const { request } = await applied(office.services, units.department, { number, fullName: 'Bùi Thị Ba' })
    const before = await numbers()
    expect(await approve(lan, request)).toMatchObject({ ok: false, refusal: { kind: 'duplicate-person' } })
    expect(await numbers()).toEqual(before)
    const view = await office.services.requests.read(allowed('request.read', lan), request)
    expect(view).toMatchObject({ state: 'submitted', duplicate: true })
  })

  test('the mailbox that is there already is told of the second request', async () => {
    const number = IdentificationNumber.parse('022088777002')
    const { request } = await applied(office.services, units.department, { number, fullName: 'Cao Thị Tư' })
    await approveAs(office.services, lan, request)
    await applied(office.services, units.department, { number, fullName: 'Cao Thị Tư' })
    const letters = office.services.database.prisma.outbox.findMany({ where: { template: 'already' } })
    expect((await letters).map((letter) => letter.recipient)).toContain('caothitu@quangninh.gov.vn')
  })
})

test('fifty namesakes at once get fifty addresses', async () => {
  const { services } = office
  const fullName = 'Nguyễn Thị Hương'
  const ask = () => applied(services, units.department, { fullName })
  const requests = await Promise.all(Array.from({ length: 50 }, ask))
  const outcomes = await Promise.all(requests.map(({ request }) => approve(lan, request)))
  expect(outcomes.every((outcome) => outcome.ok)).toBe(true)
  const held = await services.database.prisma.address.findMany({
    where: { local: { startsWith: 'nguyenthihuong' }, state: 'live' },
  })
  expect(new Set(held.map(({ local }) => local)).size).toBe(50)
  expect(new Set(held.map(({ holderId }) => holderId)).size).toBe(50)
}, 60_000)

describe('a request of the approver', () => {
  test('by identification number is refused', async () => {
    const person = await office.services.database.prisma.person.findUniqueOrThrow({ where: { id: hoa.personId ?? '' } })
    const number = IdentificationNumber.parse(office.services.secrets.open(person.ninCipher ?? '', 'request.nin'))
    const { request } = await applied(office.services, units.department, { number, fullName: 'Phạm Thị Hoa' })
    expect(await approve(hoa, request)).toEqual({ ok: false, refusal: { kind: 'own-request' } })
    expect(await office.services.requests.read(allowed('request.read', hoa), request)).toMatchObject({
      turn: { kind: 'own-request' },
    })
  })

  test('filed while signed in as them is refused', async () => {
    const { request } = await applied(office.services, units.department)
    await office.services.database.prisma.request.update({ where: { id: request }, data: { filedBy: hoa.accountId } })
    expect(await approve(hoa, request)).toEqual({ ok: false, refusal: { kind: 'own-request' } })
  })

  test.each(['contactEmail', 'address'] as const)('with their own %s as the contact is refused', async (which) => {
    const request = await submitted(office.services, someDetails(units.department), hoa[which] ?? '')
    expect(await approve(hoa, request)).toEqual({ ok: false, refusal: { kind: 'own-request' } })
    expect(await approve(thang, request)).toEqual({ ok: false, refusal: { kind: 'not-your-turn' } })
    expect(await approve(lan, request)).toMatchObject({ ok: true })
  })
})

describe('out of the approver’s units', () => {
  test('a request is unknown, to read and to decide', async () => {
    const { request } = await applied(office.services, units.other)
    expect(await approve(hoa, request)).toEqual({ ok: false, refusal: { kind: 'unknown-request' } })
    expect(await office.services.requests.read(allowed('request.read', hoa), request)).toBeNull()
    expect(await office.services.requests.reveal(allowed('number.reveal', hoa), request)).toMatchObject({ ok: false })
  })
})

describe('an address', () => {
  test('is held while the request waits, and free again once it is rejected', async () => {
    const fullName = 'Đinh Thị Sáu'
    const { request } = await applied(office.services, units.department, { fullName })
    const held = () => office.services.database.prisma.address.findFirst({ where: { local: 'dinhthisau' } })
    expect(await held()).toMatchObject({ state: 'reserved', holderId: request })
    const rejected = await office.services.requests.reject(allowed('request.decide', hoa), request, {
      version: 2,
      comment: 'Không thuộc đơn vị',
    })
    expect(rejected).toEqual({ ok: true, value: 'rejected' })
    expect(await held()).toBeNull()
  })

  test('that was approved is never proposed again', async () => {
    const fullName = 'Đinh Thị Bảy'
    const first = await applied(office.services, units.department, { fullName })
    await approveAs(office.services, thang, first.request)
    const second = await applied(office.services, units.department, { fullName })
    const row = await office.services.database.prisma.request.findUniqueOrThrow({ where: { id: second.request } })
    expect(row.local).toBe('dinhthibay2')
  })
})
