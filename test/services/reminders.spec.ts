import { afterAll, beforeAll, beforeEach, describe, expect, test } from '../support/jest.ts'
import { jobActor, type PersonActor } from '../../src/access/policy.ts'
import { Day } from '../../src/kernel/day.ts'
import type { RequestId, UnitId } from '../../src/kernel/ids.ts'
import type { Language, LetterParams } from '../../src/letters/letter.ts'
import { compose, type Services } from '../../src/main/compose.ts'
import { parseConfig } from '../../src/main/config.ts'
import { logger } from '../../src/main/log.ts'
import { remindApprovers } from '../../src/main/tidy.ts'
import { letterWriter, ORIGINALS } from '../../src/web/words/letters.ts'
import { startOffice, type Office } from '../support/database.ts'
import { allowed, seedStaff, seedUnits, someDetails, submitted } from '../support/system.ts'

const vietnam = (text: string) => new Date(`${text}:00+07:00`)
const clock = () => now
let now = vietnam('2026-11-23T09:00')
let office: Office
let services: Services
/** A second worker's services, on the same database. */
let others: Services
let units: Record<'province' | 'agency' | 'department' | 'other', UnitId>
let admin: PersonActor, above: PersonActor, it: PersonActor

beforeAll(async () => {
  office = await startOffice({ clock })
  services = office.services
  others = compose(parseConfig(office.env), logger('silent'), { connections: 10, clock })
  units = await seedUnits(services)
  admin = await seedStaff(services, 'unit-admin', units.agency, 'Trần Thị Minh Hà')
  above = await seedStaff(services, 'unit-admin', units.province, 'Lê Đức Thắng')
  it = await seedStaff(services, 'it-staff', units.province, 'Chíu Thị Hường')
}, 60_000)
afterAll(async () => {
  await others.close()
  await office.stop()
})
beforeEach(async () => {
  now = vietnam('2026-11-23T09:00')
  const { pool } = services.database
  await pool.query(`DELETE FROM digest`)
  await pool.query(`DELETE FROM outbox`)
  await pool.query(`UPDATE request SET state = 'withdrawn' WHERE state = 'submitted'`)
})

const job = allowed('system.tidy', jobActor('reminders'))
const ask = (unit: UnitId, fullName: string, email?: string) =>
  submitted(services, someDetails(unit, { fullName }), email)
/** The digests that were written, by who gets them. */
async function digests(): Promise<Record<string, LetterParams['waiting']>> {
  const rows = await services.database.prisma.outbox.findMany({ where: { template: 'waiting' } })
  const all = rows.map(({ recipient, paramsCipher }) => {
    return [recipient, JSON.parse(services.secrets.open(paramsCipher ?? '', 'outbox')) as LetterParams['waiting']]
  })
  expect(new Set(rows.map(({ recipient }) => recipient)).size).toBe(rows.length)
  return Object.fromEntries(all) as Record<string, LetterParams['waiting']>
}
const eventsOf = (id: RequestId) =>
  services.database.prisma.requestEvent.findMany({ where: { requestId: id, kind: 'escalated' } })

describe('the due date', () => {
  test('is a working day later by the calendar that IT staff keep', async () => {
    const day = Day.parse('2026-11-24')
    const change = allowed('holiday.change', it)
    const add = () => services.calendar.add(change, { day, name: 'Ngày Văn hóa Việt Nam', kind: 'off' })
    expect(await add()).toEqual({ ok: true, value: day })
    expect(await add()).toEqual({ ok: false, refusal: { kind: 'day-listed' } })
    const id = await ask(units.department, 'Đặng Quốc Bảo')
    expect((await services.requests.tracked(id))?.dueAt).toEqual(vietnam('2026-11-25T09:00'))
    expect(await services.calendar.remove(change, day)).toEqual({ ok: true, value: day })
    expect(await services.calendar.remove(change, day)).toEqual({ ok: false, refusal: { kind: 'unknown-day' } })
    // What was promised stays.
    expect((await services.requests.tracked(id))?.dueAt).toEqual(vietnam('2026-11-25T09:00'))
  })
})

describe('the digest of a morning', () => {
  test('tells the nearest administrator above what waits, and nobody else', async () => {
    await ask(units.department, 'Đặng Quốc Bảo')
    now = vietnam('2026-11-24T08:00')
    expect(await services.requests.sendDigests(job)).toBe(1)
    expect(await digests()).toEqual({
      [admin.address]: {
        name: admin.name,
        waiting: 1,
        overdue: 0,
        lines: [
          {
            ...{ name: 'Đặng Quốc Bảo', unit: 'Phòng Công chức, viên chức' },
            ...{ due: vietnam('2026-11-24T09:00').toISOString(), overdue: false, passedOn: false },
          },
        ],
        more: 0,
        above: { kind: 'unit', name: 'Ủy ban nhân dân tỉnh Quảng Ninh' },
      },
    })
  })

  test('is written once a day, by however many workers', async () => {
    await ask(units.agency, 'Đặng Quốc Bảo')
    now = vietnam('2026-11-24T08:00')
    await Promise.all([services, others, services, others].map(remindApprovers))
    now = vietnam('2026-11-24T14:10')
    await remindApprovers(services)
    expect(Object.keys(await digests())).toEqual([admin.address])
    expect(await services.database.prisma.digest.count()).toBe(1)
    now = vietnam('2026-11-25T08:00')
    await services.database.pool.query('DELETE FROM outbox')
    await Promise.all([services, others].map(remindApprovers))
    expect(Object.keys(await digests()).sort()).toEqual([admin.address, above.address].sort())
  })

  test('that breaks off leaves nothing, and is written whole the next time', async () => {
    const { pool } = services.database
    await ask(units.department, 'Đặng Quốc Bảo')
    await ask(units.other, 'Chu Văn Quý')
    now = vietnam('2026-11-24T08:00')
    await pool.query(`ALTER TABLE outbox ADD CONSTRAINT broken CHECK (recipient <> '${above.address}')`)
    await expect(services.requests.sendDigests(job)).rejects.toThrow(/broken/)
    await pool.query('ALTER TABLE outbox DROP CONSTRAINT broken')
    expect(await digests()).toEqual({})
    expect(await services.requests.sendDigests(job)).toBe(2)
    expect(Object.keys(await digests()).sort()).toEqual([admin.address, above.address].sort())
  })

  test.each(['2026-11-28T08:00', '2026-11-29T08:00', '2027-01-01T08:00'])(
    'is not written on a day off, %s',
    async (at) => {
      await ask(units.agency, 'Đặng Quốc Bảo')
      now = vietnam(at)
      expect(await services.requests.sendDigests(job)).toBeNull()
      expect(await digests()).toEqual({})
    },
  )

  test('writes to nobody for whom nothing waits', async () => {
    now = vietnam('2026-11-24T08:00')
    expect(await services.requests.sendDigests(job)).toBe(0)
  })

  test('does not ask people to decide about themselves', async () => {
    await ask(units.agency, 'Trần Thị Minh Hà', admin.address)
    now = vietnam('2026-11-24T08:00')
    await services.requests.sendDigests(job)
    expect(Object.keys(await digests())).toEqual([above.address])
  })

  test('goes to IT staff where nobody up to the root holds the seat', async () => {
    const grants = await services.roles.list(allowed('role.read', it))
    const grant = grants.find(({ accountId }) => accountId === above.accountId)
    await services.roles.revoke(allowed('role.change', it), grant?.id ?? '')
    const id = await ask(units.other, 'Chu Văn Quý')
    now = vietnam('2026-11-25T08:00')
    await remindApprovers(services)
    const told = await digests()
    expect(Object.keys(told)).toEqual([it.address])
    expect(told[it.address]).toMatchObject({ waiting: 1, overdue: 1, above: { kind: 'none' } })
    // Nobody stands above them, so there is nothing to pass on.
    expect(await eventsOf(id)).toEqual([])
    now = vietnam('2026-11-23T09:00')
    const holder = { holder: above.address, role: 'unit-admin', unitId: units.province } as const
    expect((await services.roles.grant(allowed('role.change', it), holder)).ok).toBe(true)
  })
})

describe('an overdue request', () => {
  test('is passed to the next administrator up, once, and stays undecided', async () => {
    const id = await ask(units.department, 'Đặng Quốc Bảo')
    now = vietnam('2026-11-24T09:00')
    expect(await services.requests.escalate(job)).toBe(0)
    now = vietnam('2026-11-24T09:01')
    const passed = await Promise.all([services, others, services].map((each) => each.requests.escalate(job)))
    expect(passed.reduce((a, b) => a + b)).toBe(1)
    expect(await services.requests.escalate(job)).toBe(0)
    const name = 'Ủy ban nhân dân tỉnh Quảng Ninh'
    expect(await eventsOf(id)).toMatchObject([{ at: now, byName: null, note: name }])
    expect(await services.requests.tracked(id)).toMatchObject({
      ...{ state: 'submitted', decidedAt: null, account: null, escalated: { at: now, unitName: name } },
    })
    const log = await services.audit.page(allowed('audit.read', it), { action: 'request.escalated' })
    expect(log.filter(({ subject }) => subject === `request:${id}`)).toHaveLength(1)

    now = vietnam('2026-11-25T08:00')
    await services.requests.sendDigests(job)
    const told = await digests()
    expect(told[admin.address]).toMatchObject({ overdue: 1, lines: [{ overdue: true, passedOn: false }] })
    expect(told[above.address]).toMatchObject({ overdue: 1, lines: [{ overdue: true, passedOn: true }] })
  })

  test('sent again after a correction has its whole time again', async () => {
    const id = await ask(units.department, 'Đặng Quốc Bảo')
    now = vietnam('2026-11-24T10:00')
    await services.requests.escalate(job)
    const comment = { version: 2, comment: 'Bổ sung quyết định' }
    expect((await services.requests.return(allowed('request.decide', admin), id, comment)).ok).toBe(true)
    now = vietnam('2026-11-24T11:00')
    expect((await services.requests.submit(id)).ok).toBe(true)
    expect(await services.requests.tracked(id)).toMatchObject({
      ...{ dueAt: vietnam('2026-11-25T11:00'), escalated: null },
    })
    now = vietnam('2026-11-25T11:01')
    expect(await services.requests.escalate(job)).toBe(1)
    expect(await eventsOf(id)).toHaveLength(2)
  })
})

test('waiting times count what waits and what was answered, in the reader’s units only', async () => {
  const { requests, database } = services
  await database.pool.query(`UPDATE request SET state = 'expired' WHERE state IN ('approved', 'rejected')`)
  const late = await ask(units.department, 'Đặng Quốc Bảo')
  const quick = await ask(units.department, 'Chu Văn Quý')
  await ask(units.other, 'Lục Văn Sìn')
  const reject = (id: RequestId) =>
    requests.reject(allowed('request.decide', admin), id, { version: 2, comment: 'Không thuộc đơn vị' })
  now = vietnam('2026-11-23T10:30')
  await reject(quick)
  now = vietnam('2026-11-24T10:00')
  await reject(late)
  const own = await requests.waitingTimes(allowed('request.read', admin))
  const hour = 3_600_000
  const department = {
    ...{ unitName: 'Phòng Công chức, viên chức', waiting: 0, overdue: 0, settled: 2 },
    ...{ median: 5.25 * hour, longest: 9 * hour, onTime: 0.5 },
  }
  expect(own.units).toMatchObject([department])
  const all = await requests.waitingTimes(allowed('request.read', it))
  expect(all.all).toMatchObject({ waiting: 1, overdue: 1, settled: 2 })
  expect(all.units).toMatchObject([
    { unitName: 'Sở Tài chính', waiting: 1, overdue: 1, settled: 0, median: null, longest: null, onTime: null },
    department,
  ])
  now = vietnam('2027-03-01T10:00')
  expect((await requests.waitingTimes(allowed('request.read', admin))).units).toEqual([])
})

describe('the digest’s words', () => {
  const line = { name: 'Đặng Quốc Bảo', unit: 'Sở Nội vụ', due: vietnam('2026-11-24T09:00').toISOString() }
  const params: LetterParams['waiting'] = {
    ...{ name: 'Trần Thị Minh Hà', waiting: 32, overdue: 1, more: 30 },
    lines: [
      { ...line, overdue: true, passedOn: true },
      { ...line, overdue: false, passedOn: false },
    ],
    above: { kind: 'unit', name: 'Ủy ban nhân dân tỉnh' },
  }
  const write = (language: Language, more: Partial<LetterParams['waiting']> = {}) => {
    const organisation = { operator: 'Trung tâm', phone: '0203', email: 'hotro@example.com' }
    const original = ORIGINALS[language].waiting
    const present = () => Promise.resolve(original)
    const { fill } = letterWriter({ publicUrl: 'https://thu.example.com', organisation, present })
    return fill(original, { language, template: 'waiting', params: { ...params, ...more } })
  }
  test('say who waits, until when, where to go, and that nothing is approved by itself', () => {
    const { subject, text } = write('vi')
    expect(subject).toBe('32 đề nghị chờ duyệt, 1 quá hạn')
    expect(text).toContain('- Đặng Quốc Bảo, Sở Nội vụ: hạn trả lời 09:00 ngày 24/11/2026, quá hạn, đơn vị dưới')
    expect(text).toContain('và 30 đề nghị khác')
    expect(text).toContain('https://thu.example.com/cho-duyet')
    expect(text).toContain('chuyển lên Ủy ban nhân dân tỉnh, không tự động duyệt')
    expect(write('en', { waiting: 1 }).subject).toBe('1 request waiting, 1 overdue')
    expect(write('en', { above: { kind: 'it-staff' } }).text).toContain('Overdue requests go to IT staff;')
    expect(write('en', { above: { kind: 'none' } }).text).toContain('Nothing is approved automatically.')
  })
})
