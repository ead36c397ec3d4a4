import { afterAll, beforeAll, beforeEach, describe, expect, test } from '../support/jest.ts'
import { jobActor, permit, type Action, type PersonActor } from '../../src/access/policy.ts'
import { Day } from '../../src/kernel/day.ts'
import type { AccountId, RequestId, UnitId } from '../../src/kernel/ids.ts'
import { remindApprovers } from '../../src/main/tidy.ts'
import { startOffice, type Office } from '../support/database.ts'
import { allowed, given, seedStaff, seedUnits, someDetails, submitted } from '../support/system.ts'

const vietnam = (text: string) => new Date(`${text}:00+07:00`)
let now = vietnam('2026-11-23T09:00')
let office: Office
let units: Record<'province' | 'agency' | 'department' | 'other', UnitId>
/** Ha is the agency's one administrator; Bao works there without a role; Lan looks after the other agency. */
let ha: PersonActor, lan: PersonActor, it: PersonActor, it2: PersonActor
let bao: AccountId

beforeAll(async () => {
  office = await startOffice({ clock: () => now })
  const { services } = office
  units = await seedUnits(services)
  ha = await seedStaff(services, 'unit-admin', units.agency, 'Trần Thị Minh Hà')
  lan = await seedStaff(services, 'unit-admin', units.other, 'Bùi Thị Lan')
  it = await seedStaff(services, 'it-staff', units.province, 'Lê Đức Thắng')
  it2 = await seedStaff(services, 'it-staff', units.province, 'Chíu Thị Hường')
  bao = await given(services, someDetails(units.department, { fullName: 'Đặng Quốc Bảo' }))
  await services.database.prisma.account.update({ where: { id: bao }, data: { state: 'active' } })
}, 60_000)
afterAll(() => office.stop())
beforeEach(async () => {
  now = vietnam('2026-11-23T09:00')
  const { pool } = office.services.database
  await pool.query(`UPDATE request SET state = 'withdrawn' WHERE state = 'submitted'`)
  await pool.query('DELETE FROM deputy')
  await pool.query('DELETE FROM digest')
  await pool.query('DELETE FROM outbox')
})

const day = (text: string) => Day.parse(`2026-${text}`)
const BAO = 'dangquocbao@quangninh.gov.vn'
const name = (by: PersonActor, deputy: string, from: string, to: string, principal: string | null = null) =>
  office.services.deputies.name(allowed('deputy.name', by), { principal, deputy, from: day(from), to: day(to) })
/** Somebody as they are when they sign in now. */
const present = async (id: AccountId): Promise<PersonActor> => {
  const actor = await office.services.actors.byId(id)
  if (!actor) throw new Error('cannot sign in')
  return actor
}
const ask = (unit: UnitId, email?: string) => submitted(office.services, someDetails(unit, {}), email)
const rowOf = (id: RequestId) => office.services.database.prisma.request.findUniqueOrThrow({ where: { id } })
const approve = async (by: PersonActor, id: RequestId) => {
  const { version } = await rowOf(id)
  const choice = { version, identity: 'in-person', handOver: 'link' } as const
  return office.services.requests.approve(allowed('request.decide', by), id, choice)
}
const refusal = (kind: string) => ({ ok: false, refusal: { kind } })

describe('a deputy', () => {
  test('may do what deciding takes, from the first day to the last, and nothing else of the role', async () => {
    expect(await name(ha, BAO, '11-24', '11-26')).toEqual({ ok: true, value: { name: 'Đặng Quốc Bảo' } })
    const may = async (action: Action) => permit(await present(bao), action).ok
    expect(await may('request.decide')).toBe(false)
    for (const at of ['11-24T00:01', '11-26T23:59']) {
      now = vietnam(`2026-${at}`)
      for (const action of ['request.read', 'request.decide', 'number.reveal', 'account.hand-over'] as const)
        expect(await may(action)).toBe(true)
      expect(await may('deputy.name')).toBe(false)
      expect((await present(bao)).grants).toMatchObject([{ role: 'unit-admin', deputyFor: { name: ha.name } }])
    }
    now = vietnam('2026-11-27T00:01')
    expect(await may('request.read')).toBe(false)
  })

  test('of IT staff decides about requests, and is no IT staff', async () => {
    await name(it, BAO, '11-23', '11-26')
    const deputy = await present(bao)
    expect(permit(deputy, 'request.decide')).toMatchObject({ ok: true, value: { units: 'all' } })
    for (const action of ['role.change', 'sync.change', 'steps.change', 'audit.read', 'unit.change'] as const)
      expect(permit(deputy, action).ok).toBe(false)
  })

  test('decides for somebody, and history and log say for whom', async () => {
    await name(ha, BAO, '11-23', '11-26')
    const id = await ask(units.department)
    const { requests, audit, database } = office.services
    expect(await requests.read(allowed('request.read', await present(bao)), id)).toMatchObject({
      turn: { kind: 'yours', forName: ha.name },
    })
    expect(await requests.waiting(allowed('request.read', await present(bao)))).toBe(1)
    expect(await approve(await present(bao), id)).toMatchObject({ ok: true, value: { state: 'approved' } })
    const event = await database.prisma.requestEvent.findFirstOrThrow({ where: { requestId: id, kind: 'approved' } })
    expect(event).toMatchObject({ byName: 'Đặng Quốc Bảo', forName: ha.name })
    const [log] = await audit.page(allowed('audit.read', it), { action: 'request.approved' })
    expect(log).toMatchObject({ actor: `account:${bao}`, detail: { for: ha.name } })
    expect((await requests.read(allowed('request.read', ha), id))?.steps[0]?.act).toMatchObject({
      ...{ byName: 'Đặng Quốc Bảo', forName: ha.name, seat: { kind: 'unit', name: 'Sở Nội vụ' } },
    })
  })

  test('is told by letter, and each morning what waits, and for whom', async () => {
    await name(ha, BAO, '11-23', '11-26')
    await ask(units.department)
    now = vietnam('2026-11-24T08:00')
    await remindApprovers(office.services)
    const rows = await office.services.database.prisma.outbox.findMany({ orderBy: { createdAt: 'asc' } })
    const told = rows
      .filter(({ recipient }) => recipient === BAO)
      .map(({ template, paramsCipher }) => {
        return [template, JSON.parse(office.services.secrets.open(paramsCipher ?? '', 'outbox')) as object]
      })
    expect(told).toMatchObject([
      ['deputy', { principal: ha.name, from: '2026-11-23', to: '2026-11-26' }],
      ['waiting', { waiting: 1, lines: [{ for: ha.name }] }],
    ])
  })

  test('has nothing of somebody who is suspended or has lost the role', async () => {
    await name(ha, BAO, '11-23', '11-26')
    const id = await ask(units.department)
    const { prisma } = office.services.database
    await prisma.account.update({ where: { id: ha.accountId }, data: { state: 'suspended' } })
    expect((await present(bao)).grants).toEqual([])
    await office.services.requests.reseat(allowed('system.tidy', jobActor('tidy')))
    expect(await rowOf(id)).toMatchObject({ seats: [], itSeat: true, fallen: true })
    await prisma.account.update({ where: { id: ha.accountId }, data: { state: 'active' } })
    await prisma.account.update({ where: { id: bao }, data: { state: 'suspended' } })
    expect(await office.services.requests.read(allowed('request.read', ha), id)).toMatchObject({
      turn: { kind: 'yours' },
    })
    await prisma.account.update({ where: { id: bao }, data: { state: 'active' } })
  })
})

describe('four eyes through deputies', () => {
  test('a seat whose one holder is the applicant is not opened by their deputy', async () => {
    await name(ha, BAO, '11-23', '11-26')
    const id = await ask(units.agency, ha.address)
    expect(await rowOf(id)).toMatchObject({ seats: [], itSeat: true })
    expect(await approve(await present(bao), id)).toEqual(refusal('own-request'))
    expect(await approve(it, id)).toMatchObject({ ok: true })
  })

  test('a deputy’s own request is left to the one for whom they stand', async () => {
    await name(ha, BAO, '11-23', '11-26')
    const id = await ask(units.department, BAO)
    expect(await rowOf(id)).toMatchObject({ seats: [units.agency], itSeat: false })
    expect(await approve(await present(bao), id)).toEqual(refusal('own-request'))
    expect(await approve(ha, id)).toMatchObject({ ok: true })
  })

  test('nobody takes two steps, once in person and once for somebody', async () => {
    const { steps } = office.services
    const rule = (seats: ('unit-admin' | 'it-staff')[], seen: number) =>
      steps.set(allowed('steps.change', it), {
        ...{ seen, why: 'Thử các bước duyệt' },
        rules: [
          {
            of: 'person',
            place: { kind: 'everywhere' },
            steps: seats.map((seat) => ({ seat, days: 1 })),
            letter: false,
          },
        ],
      })
    await rule(['unit-admin', 'it-staff'], 0)
    // Ha stands for one of IT staff, and the other of IT staff for her.
    await name(it, ha.address, '11-23', '11-26')
    const id = await ask(units.agency)
    expect(await approve(ha, id)).toMatchObject({ ok: true, value: { state: 'submitted' } })
    expect(await approve(await present(ha.accountId), id)).toEqual(refusal('acted-before'))
    expect(await approve(it, id)).toMatchObject({ ok: true, value: { state: 'approved' } })

    await name(ha, it2.address, '11-23', '11-26')
    const second = await ask(units.agency)
    expect(await approve(await present(it2.accountId), second)).toMatchObject({
      ok: true,
      value: { state: 'submitted' },
    })
    // For Ha a deputy has acted: neither she nor the deputy goes on, not for IT staff either.
    expect(await approve(await present(it2.accountId), second)).toEqual(refusal('acted-before'))
    expect(await approve(await present(ha.accountId), second)).toEqual(refusal('acted-before'))
    expect(await approve(it, second)).toMatchObject({ ok: true, value: { state: 'approved' } })
    await rule(['unit-admin'], 1)
  })
})

describe('naming a deputy', () => {
  test.each<[string, () => ReturnType<typeof name>, string]>([
    ['somebody who is not there', () => name(ha, 'khongcoai', '11-23', '11-24'), 'unknown-deputy'],
    ['a mailbox nobody uses yet', () => name(ha, '', '11-23', '11-24'), 'unknown-deputy'],
    ['oneself', () => name(ha, ha.address, '11-23', '11-24'), 'own-deputy'],
    ['for somebody else, without being IT staff', () => name(ha, BAO, '11-23', '11-24', lan.address), 'not-own-deputy'],
    ['for somebody who decides nothing', () => name(it, lan.address, '11-23', '11-24', BAO), 'no-seat'],
    ['for somebody who is not there', () => name(it, BAO, '11-23', '11-24', 'khongcoai'), 'unknown-account'],
    ['for days gone by', () => name(ha, BAO, '11-22', '11-24'), 'period-past'],
    ['backwards', () => name(ha, BAO, '11-25', '11-24'), 'period-ends-first'],
  ])('%s is refused', async (_, act, kind) => {
    expect(await act()).toEqual(refusal(kind))
  })

  test('is for one at a time; two at once: one wins', async () => {
    const both = await Promise.all([name(ha, BAO, '11-23', '11-26'), name(ha, lan.address, '11-26', '11-30')])
    expect(both.filter(({ ok }) => ok)).toHaveLength(1)
    expect(both).toContainEqual(refusal('deputy-overlaps'))
  })

  test('for others is IT staff’s; who named it or holds the seat ends it, and the request goes back', async () => {
    const { deputies } = office.services
    expect(await name(it, BAO, '11-23', '11-26', ha.address)).toMatchObject({ ok: true })
    const list = async (by: PersonActor) => deputies.list(allowed('deputy.read', by))
    const [line] = await list(ha)
    expect(line).toMatchObject({ principal: { name: ha.name }, to: '2026-11-26', begun: true, mayEnd: true })
    expect([await list(lan), (await list(it2)).length]).toEqual([[], 1])
    const end = (by: PersonActor) => deputies.end(allowed('deputy.name', by), line?.id ?? '')
    expect(await end(lan)).toEqual(refusal('not-own-deputy'))
    expect(await end(ha)).toEqual({ ok: true, value: true })
    expect(await end(ha)).toEqual(refusal('unknown-deputy'))
    expect((await present(bao)).grants).toEqual([])
  })
})
