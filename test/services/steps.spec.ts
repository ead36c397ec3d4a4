import { afterAll, beforeAll, beforeEach, describe, expect, test } from '../support/jest.ts'
import { jobActor, type PersonActor } from '../../src/access/policy.ts'
import type { RequestId, UnitId } from '../../src/kernel/ids.ts'
import type { Rule } from '../../src/requests/steps.ts'
import { startOffice, type Office } from '../support/database.ts'
import { allowed, seedStaff, seedUnits, someDetails, submitted } from '../support/system.ts'

const vietnam = (text: string) => new Date(`${text}:00+07:00`)
let now = vietnam('2026-11-23T09:00')
let office: Office
let units: Record<'province' | 'agency' | 'department' | 'other', UnitId>
/** Administrators of the department, the agency and the province, and two of IT staff. */
let below: PersonActor, agency: PersonActor, above: PersonActor, it: PersonActor, it2: PersonActor

beforeAll(async () => {
  office = await startOffice({ clock: () => now })
  const { services } = office
  units = await seedUnits(services)
  below = await seedStaff(services, 'unit-admin', units.department, 'Chu Văn Quý')
  agency = await seedStaff(services, 'unit-admin', units.agency, 'Trần Thị Minh Hà')
  above = await seedStaff(services, 'unit-admin', units.province, 'Bùi Thị Lan')
  it = await seedStaff(services, 'it-staff', units.province, 'Lê Đức Thắng')
  it2 = await seedStaff(services, 'it-staff', units.province, 'Chíu Thị Hường')
}, 60_000)
afterAll(() => office.stop())
beforeEach(async () => {
  now = vietnam('2026-11-23T09:00')
  await office.services.database.pool.query(`UPDATE request SET state = 'withdrawn' WHERE state = 'submitted'`)
})

const everywhere = { kind: 'everywhere' } as const
const job = allowed('system.tidy', jobActor('tidy'))
/** Lets requests of this place need these steps, each with one working day. */
async function needs(...seats: Rule['steps'][number]['seat'][]): Promise<number> {
  const { steps } = office.services
  const rule: Rule = { of: 'person', place: everywhere, steps: seats.map((seat) => ({ seat, days: 1 })), letter: false }
  const { version } = await steps.present()
  const set = await steps.set(allowed('steps.change', it), { seen: version, why: 'Thử các bước duyệt', rules: [rule] })
  if (!set.ok && set.refusal.kind !== 'policy-unchanged') throw new Error(set.refusal.kind)
  return set.ok ? set.value : version
}
const ask = (unit: UnitId, email?: string) => submitted(office.services, someDetails(unit, {}), email)
const rowOf = (id: RequestId) => office.services.database.prisma.request.findUniqueOrThrow({ where: { id } })
const approve = async (by: PersonActor, id: RequestId) => {
  const { version } = await rowOf(id)
  const vouched = { identity: 'in-person', handOver: 'link' } as const
  return office.services.requests.approve(allowed('request.decide', by), id, { version, ...vouched })
}
const read = (by: PersonActor, id: RequestId) => office.services.requests.read(allowed('request.read', by), id)
const turnOf = async (by: PersonActor, id: RequestId) => (await read(by, id))?.turn.kind
const mineOf = async (by: PersonActor) =>
  (await office.services.requests.inbox(allowed('request.read', by), { tab: 'mine' })).lines.map(({ id }) => id)
const refusal = (kind: string) => ({ ok: false, refusal: { kind } })

describe('a request with three steps', () => {
  test('waits for each in turn, at the seat that the step says, and is approved by the last', async () => {
    const version = await needs('unit-admin', 'parent-unit', 'it-staff')
    const id = await ask(units.department)
    expect(await rowOf(id)).toMatchObject({ step: 0, seats: [units.department], itSeat: false })
    expect(await mineOf(below)).toEqual([id])
    for (const other of [agency, above, it]) expect(await approve(other, id)).toEqual(refusal('not-your-turn'))

    expect(await approve(below, id)).toEqual({
      ...{ ok: true, value: { state: 'submitted', seat: { kind: 'unit', name: 'Sở Nội vụ' } } },
    })
    expect(await rowOf(id)).toMatchObject({ state: 'submitted', step: 1, seats: [units.agency], accountId: null })
    expect([await mineOf(below), await mineOf(agency)]).toEqual([[], [id]])
    expect(await approve(below, id)).toEqual(refusal('acted-before'))

    now = vietnam('2026-11-23T15:00')
    expect(await approve(agency, id)).toMatchObject({ ok: true, value: { seat: { kind: 'it-staff' } } })
    expect(await rowOf(id)).toMatchObject({ step: 2, seats: [], itSeat: true, dueAt: vietnam('2026-11-24T15:00') })
    expect(await approve(above, id)).toEqual(refusal('not-your-turn'))
    const view = await read(it, id)
    expect(view?.waits).toMatchObject({ step: 3, of: 3, seats: [{ kind: 'it-staff' }], basis: { version } })
    expect(view?.steps.map(({ act }) => act?.byName ?? null)).toEqual([below.name, agency.name, null])

    const { requests, database } = office.services
    const last = { version: view?.version ?? 0 }
    const done = await requests.approve(allowed('request.decide', it), id, last)
    expect(done).toMatchObject({ ok: true, value: { state: 'approved' } })
    expect(await rowOf(id)).toMatchObject({ state: 'approved', identity: 'in-person', handOver: 'link' })
    const events = await database.prisma.requestEvent.findMany({ where: { requestId: id }, orderBy: { id: 'asc' } })
    expect(events.map(({ kind, byName }) => [kind, byName])).toEqual([
      ...[
        ['contact-confirmed', null],
        ['submitted', null],
        ['step-approved', below.name],
      ],
      ...[
        ['step-approved', agency.name],
        ['approved', it.name],
      ],
    ])
  })

  test('keeps the steps that it was sent with, whatever the policy says later', async () => {
    await needs('unit-admin', 'it-staff')
    const id = await ask(units.department)
    await needs('unit-admin')
    expect(await approve(below, id)).toMatchObject({ ok: true, value: { state: 'submitted' } })
    expect(await approve(it, id)).toMatchObject({ ok: true, value: { state: 'approved' } })
  })

  test('sent again, begins anew by the policy of that day; whoever returned it may approve it', async () => {
    await needs('unit-admin', 'it-staff')
    const id = await ask(units.department)
    await approve(below, id)
    const { version } = await rowOf(id)
    const back = { version, comment: 'Bổ sung quyết định' }
    const { requests } = office.services
    expect(await requests.return(allowed('request.decide', it), id, back)).toEqual({ ok: true, value: 'returned' })
    await needs('unit-admin')
    expect((await requests.submit(id)).ok).toBe(true)
    expect(await approve(below, id)).toMatchObject({ ok: true, value: { state: 'approved' } })
  })
})

describe('four eyes', () => {
  test('nobody takes two steps: the second goes to the other one of IT staff', async () => {
    await needs('it-staff', 'it-staff')
    const id = await ask(units.department)
    expect(await approve(it, id)).toMatchObject({ ok: true })
    expect(await approve(it, id)).toEqual(refusal('acted-before'))
    expect(await turnOf(it, id)).toBe('acted-before')
    expect(await approve(it2, id)).toMatchObject({ ok: true, value: { state: 'approved' } })
  })

  test('where only the applicant holds the seat, it goes up', async () => {
    await needs('unit-admin')
    const id = await ask(units.department, below.address)
    expect(await rowOf(id)).toMatchObject({ seats: [units.agency], fallen: false })
    expect(await approve(below, id)).toEqual(refusal('own-request'))
    expect((await read(agency, id))?.waits?.passed).toEqual(['Phòng Công chức, viên chức'])
    expect(await approve(agency, id)).toMatchObject({ ok: true })
  })

  test('where nobody is left who may, that is said, and ends once somebody is given the role', async () => {
    await needs('it-staff', 'it-staff', 'it-staff')
    const id = await ask(units.department)
    await approve(it, id)
    await approve(it2, id)
    expect((await read(it, id))?.waits).toMatchObject({ vacant: true, seats: [{ kind: 'it-staff' }] })
    const held = { holder: above.address, role: 'it-staff', unitId: null } as const
    await office.services.roles.grant(allowed('role.change'), held)
    const promoted = await office.services.actors.byId(above.accountId)
    expect(await approve(promoted ?? above, id)).toMatchObject({ ok: true, value: { state: 'approved' } })
    const grants = await office.services.roles.list(allowed('role.read', it))
    const grant = grants.find(({ accountId, role }) => accountId === above.accountId && role === 'it-staff')
    await office.services.roles.revoke(allowed('role.change', it), grant?.id ?? '')
  })
})

describe('a seat that nobody holds any more', () => {
  test('leaves no orphan: the request goes up at once, and comes back when somebody holds it', async () => {
    await needs('unit-admin')
    const id = await ask(units.department)
    const { roles, database, requests } = office.services
    const grants = await roles.list(allowed('role.read', it))
    const grant = grants.find(({ accountId }) => accountId === below.accountId)
    await roles.revoke(allowed('role.change', it), grant?.id ?? '')
    expect(await rowOf(id)).toMatchObject({ seats: [units.agency] })
    await roles.grant(allowed('role.change', it), {
      holder: below.address,
      role: 'unit-admin',
      unitId: units.department,
    })
    expect(await rowOf(id)).toMatchObject({ seats: [units.department] })

    const setState = (who: PersonActor, state: string) =>
      database.prisma.account.update({ where: { id: who.accountId }, data: { state } })
    await setState(below, 'suspended')
    // The worker looks every minute; whoever decides before that is told by what is so, not by what is written.
    expect(await turnOf(agency, id)).toBe('yours')
    await requests.reseat(job)
    expect(await mineOf(agency)).toEqual([id])
    for (const who of [agency, above]) await setState(who, 'suspended')
    expect(await requests.reseat(job)).toBe(1)
    expect(await rowOf(id)).toMatchObject({ seats: [], itSeat: true, fallen: true })
    expect(await requests.fallen(allowed('sync.read', it))).toBe(1)
    expect(await turnOf(it, id)).toBe('yours')
    for (const who of [below, agency, above]) await setState(who, 'active')
    await requests.reseat(job)
    expect(await requests.reseat(job)).toBe(0)
    expect(await rowOf(id)).toMatchObject({ seats: [units.department], itSeat: false, fallen: false })
  })
})

describe('a request that is not answered', () => {
  test('is passed up step by step to IT staff, and whoever took it over first decides', async () => {
    await needs('unit-admin')
    const id = await ask(units.department)
    const { requests } = office.services
    const up: (string | null)[] = []
    for (const at of ['24T09:01', '25T09:02', '26T09:03', '27T09:04']) {
      now = vietnam(`2026-11-${at}`)
      await requests.escalate(job)
      up.push((await requests.tracked(id))?.escalated?.unitName ?? null)
    }
    expect(up).toEqual(['Sở Nội vụ', 'Ủy ban nhân dân tỉnh Quảng Ninh', null, null])
    expect(await rowOf(id)).toMatchObject({
      ...{ level: 3, itSeat: true, seats: [units.department, units.agency, units.province] },
    })
    expect(await approve(it, id)).toMatchObject({ ok: true })
  })

  test('is taken over by somebody above, who says why; those below still may decide', async () => {
    await needs('unit-admin')
    const id = await ask(units.department)
    const { requests } = office.services
    const take = (by: PersonActor) =>
      requests.takeOver(allowed('request.decide', by), id, { version: 2, comment: 'Người duyệt đi vắng' })
    expect(await turnOf(agency, id)).toBe('take-over')
    expect(await take(below)).toEqual(refusal('your-turn'))
    expect(await take(agency)).toEqual({ ok: true, value: true })
    expect(await rowOf(id)).toMatchObject({ seats: [units.department, units.agency], level: 1 })
    expect([await turnOf(agency, id), await turnOf(below, id), await turnOf(it, id)]).toEqual([
      'yours',
      'yours',
      'take-over',
    ])
    const log = await office.services.audit.page(allowed('audit.read', it), { action: 'request.taken-over' })
    expect(log[0]).toMatchObject({ actorName: agency.name, detail: { comment: 'Người duyệt đi vắng' } })
    expect(await approve(below, id)).toMatchObject({ ok: true })
  })
})

describe('the policy of steps', () => {
  const set = (seen: number, rule: Rule) =>
    office.services.steps.set(allowed('steps.change', it), { seen, why: 'Theo Quyết định số 12', rules: [rule] })
  const rule = (unit: UnitId): Rule => ({
    ...{ of: 'person', place: { kind: 'below', unit }, steps: [{ seat: 'it-staff', days: 3 }], letter: false },
  })

  test('holds in a unit and below it, and is told with its version', async () => {
    const before = await needs('unit-admin')
    const saved = await set(before, rule(units.agency))
    expect(saved).toEqual({ ok: true, value: before + 1 })
    const id = await ask(units.department)
    expect(await rowOf(id)).toMatchObject({ itSeat: true, seats: [], dueAt: vietnam('2026-11-26T09:00') })
    expect((await read(agency, id))?.waits?.basis).toEqual({
      ...{ version: before + 1, place: { kind: 'below', unit: units.agency }, unitName: 'Sở Nội vụ' },
    })
    expect(await rowOf(await ask(units.other))).toMatchObject({ seats: [units.province] })
    const gone = { seen: before + 1, why: 'Bỏ quy định riêng của Sở', rule: rule(units.agency) }
    expect(await office.services.steps.remove(allowed('steps.change', it), gone)).toEqual({
      ok: true,
      value: before + 2,
    })
    expect(await rowOf(await ask(units.department))).toMatchObject({ seats: [units.department] })
  })

  test('is changed by one at a time, and says what changed, by whom and why', async () => {
    const { version } = await office.services.steps.present()
    const nobodys = '6f1c2f0e-0000-4000-8000-000000000001' as UnitId
    expect(await set(version, rule(nobodys))).toEqual(refusal('unknown-unit'))
    const outcomes = await Promise.all([set(version, rule(units.other)), set(version, rule(units.agency))])
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1)
    expect(outcomes).toContainEqual(refusal('policy-changed-meanwhile'))
    const [latest] = await office.services.steps.history(allowed('steps.read', it))
    expect(latest).toMatchObject({ version: version + 1, byName: it.name, why: 'Theo Quyết định số 12' })
    expect(latest?.changes).toMatchObject([{ before: null, after: { of: 'person' } }])
    const first = { seen: version + 1, why: 'Bỏ quy định chung', rule: { of: 'person', place: everywhere } } as const
    expect(await office.services.steps.remove(allowed('steps.change', it), first)).toEqual(refusal('rule-stays'))
  })
})
