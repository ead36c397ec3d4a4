import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import type { PersonActor } from '../../src/access/policy.ts'
import type { UnitId } from '../../src/kernel/ids.ts'
import { en } from '../../src/web/words/en.ts'
import { vi } from '../../src/web/words/vi.ts'
import { allowed, seedStaff, seedUnits, someDetails, submitted } from '../support/system.ts'
import { signedIn } from '../support/signed-in.ts'
import { errorsIn, headingOf, plain, startWeb, visitor, type Visitor, type WebSystem } from '../support/web.ts'

const PATH = '/ngay-nghi'
const vietnam = (text: string) => new Date(`${text}:00+07:00`)
let now = vietnam('2026-11-23T09:00')
let web: WebSystem
let units: Record<'province' | 'agency' | 'department' | 'other', UnitId>
let actors: Record<'approver' | 'it' | 'auditor', PersonActor>
let approver: Visitor, it: Visitor, auditor: Visitor

beforeAll(async () => {
  web = await startWeb({ clock: () => now })
  const { services } = web
  units = await seedUnits(services)
  actors = {
    approver: await seedStaff(services, 'unit-admin', units.agency, 'Trần Thị Minh Hà'),
    it: await seedStaff(services, 'it-staff', units.province, 'Lê Đức Thắng'),
    auditor: await seedStaff(services, 'auditor', units.province, 'Chíu Thị Hường'),
  }
  approver = await signedIn(web, actors.approver)
  it = await signedIn(web, actors.it)
  auditor = await signedIn(web, actors.auditor)
}, 60_000)
afterAll(() => web.stop())

const mainOf = (html: string) => html.slice(html.indexOf('<main'), html.indexOf('</main>'))
const fieldsOf = (day: string, more: Record<string, string> = {}) => {
  const [onYear = '', onMonth = '', onDay = ''] = day.split('-')
  return { onDay, onMonth, onYear, name: 'Nghỉ bù', kind: 'off', ...more }
}
/** Texts that no field takes, and texts that a page must only ever show. */
const HOSTILE = ['\0', '\u202e', 'x'.repeat(5_000), '<script>alert(1)</script>', "'; DROP TABLE holiday; --"]

describe('the days off', () => {
  test('are listed by year, with the day of the week', async () => {
    const seen = plain(mainOf((await it.get(PATH)).html))
    expect(seen).toContain('17/02/2026')
    expect(seen).toContain('Thứ ba')
    expect(seen).not.toContain('01/01/2027')
    const next = plain(mainOf((await it.get(`${PATH}?nam=2027`)).html))
    expect(next).toContain('01/01/2027')
    expect(next).toContain(vi.holidays.incomplete('2027'))
    expect(plain((await it.get(`${PATH}?nam=2031&lang=en`)).html)).toContain(en.holidays.empty('2031'))
    await it.get(`${PATH}?lang=vi`)
  })

  test('are added and removed by IT staff, and the log says who', async () => {
    const seen = await it.fill(PATH, fieldsOf('2026-11-24', { name: 'Ngày Văn hóa Việt Nam' }))
    expect(seen.location).toBe(`${PATH}?nam=2026`)
    expect(plain(seen.html)).toContain(vi.holidays.added('24/11/2026'))
    expect(mainOf(seen.html)).toContain('/ngay-nghi/2026-11-24/xoa')
    expect((await it.post('/ngay-nghi/2026-11-24/xoa')).location).toBe(`${PATH}?nam=2026`)
    const after = await it.get(PATH)
    expect(plain(after.html)).toContain(vi.holidays.removed('24/11/2026'))
    expect(mainOf(after.html)).not.toContain('2026-11-24')
    await it.post('/ngay-nghi/2026-11-24/xoa')
    expect(plain((await it.get(PATH)).html)).toContain(vi.refusals['unknown-day'])
    const log = plain((await it.get('/nhat-ky?viec=holiday.removed')).html)
    expect(log).toContain('Lê Đức Thắng')
    expect(log).toContain('Ngày: 2026-11-24')
  })

  test.each([
    [{ onDay: '', onMonth: '', onYear: '', name: '', kind: '' }, ['on', 'name', 'kind']],
    [fieldsOf('2026-02-30'), ['on']],
    [fieldsOf('1999-01-01'), ['on']],
    [fieldsOf('2026-02-17'), ['on']],
    [fieldsOf('2026-11-25', { kind: 'working' }), ['kind']],
    [fieldsOf('2026-11-25', { kind: 'party' }), ['kind']],
    [fieldsOf('2026-11-25', { name: 'x'.repeat(121) }), ['name']],
  ])('say beside the field what is wrong with %j', async (fields, wrong) => {
    const { html } = await it.fill(PATH, fields)
    expect(errorsIn(html).map(({ field }) => field)).toEqual(wrong)
    for (const field of wrong) expect(html).toMatch(new RegExp(`id="${field}(-group)?-error"`))
    expect(html).toContain(`name="name" type="text" value="${fields.name}"`)
  })

  test('take a Saturday that is worked instead', async () => {
    const seen = await it.fill(PATH, fieldsOf('2026-11-28', { kind: 'working', name: 'Làm bù' }))
    expect(plain(seen.html)).toContain(vi.holidays.added('28/11/2026'))
    await it.post('/ngay-nghi/2026-11-28/xoa')
  })

  test('meet hostile texts calmly', async () => {
    for (const text of HOSTILE) {
      for (const name of ['onDay', 'onMonth', 'onYear', 'name', 'kind']) {
        const seen = await it.fill(PATH, fieldsOf('2026-12-24', { [name]: text }))
        expect([text.slice(0, 10), name, seen.status]).toEqual([text.slice(0, 10), name, 200])
        expect(seen.html).not.toContain('<script>alert(1)')
        if (plain(seen.html).includes(vi.holidays.added('24/12/2026'))) await it.post('/ngay-nghi/2026-12-24/xoa')
      }
      for (const path of [`${PATH}?nam=`, '/thoi-gian?trang='])
        expect((await it.get(`${path}${encodeURIComponent(text)}`)).status).toBeLessThan(400)
    }
    expect(await web.services.database.prisma.holiday.count({ where: { day: new Date('2026-12-24') } })).toBe(0)
  })

  test('are read by auditors without a button, and not by others', async () => {
    const { html } = await auditor.get(PATH)
    expect(mainOf(html)).not.toContain('<form')
    expect((await auditor.post(PATH, fieldsOf('2026-12-24'))).status).toBe(403)
    expect((await approver.get(PATH)).status).toBe(403)
    expect((await visitor(web.app).get(PATH)).location).toContain('/dang-nhap')
  })

  test('of a year that nobody confirmed are reported on the board until somebody does', async () => {
    expect(plain((await auditor.get('/viec-con-do')).html)).toContain(vi.board.calendar.title('2026, 2027'))
    const seen = await it.fill(`${PATH}?nam=2026`, { complete: 'yes' }, `${PATH}/nam/2026`)
    expect(plain(seen.html)).toContain('Lịch năm 2026 đã đủ: Lê Đức Thắng xác nhận')
    expect(plain((await it.get('/viec-con-do')).html)).toContain(vi.board.calendar.title('2027'))
    await it.post(`${PATH}/nam/2027`, { complete: 'yes' })
    expect(plain((await it.get('/viec-con-do')).html)).not.toContain('chưa được xác nhận')
    for (const year of ['2026', '2027']) await it.post(`${PATH}/nam/${year}`, { complete: 'no' })
    expect(plain((await it.get('/viec-con-do')).html)).toContain(vi.board.calendar.title('2026, 2027'))
  })
})

describe('an overdue request', () => {
  test('tells its applicant and its approver where it went', async () => {
    const email = 'tre@example.com'
    const id = await submitted(web.services, someDetails(units.agency, { fullName: 'Đặng Quốc Bảo' }), email)
    now = vietnam('2026-11-24T10:00')
    await web.services.requests.escalate(allowed('system.tidy', { kind: 'job', id: 'job:tidy', name: 'tidy' }))
    const { code } = await web.services.database.prisma.request.findUniqueOrThrow({ where: { id } })
    const { html } = await visitor(web.app).fill('/theo-doi', { code, email })
    expect(plain(html)).toContain(vi.tracking.escalated(vi.tracking.itStaff, '10:00 ngày 24/11/2026'))
    expect(plain(html)).toContain(vi.tracking.late)
    const history = plain((await approver.get(`/cho-duyet/${id}`)).html)
    expect(history).toContain(vi.history.escalated)
    expect(history).toMatch(/10:00 ngày 24\/11\/2026\s*·\s*hệ thống/)
  })
})

describe('the waiting times', () => {
  test('are those of the own units, and lead to the inbox of each', async () => {
    await submitted(web.services, someDetails(units.other, { fullName: 'Lục Văn Sìn' }))
    const quick = await submitted(web.services, someDetails(units.other, { fullName: 'Chu Văn Quý' }))
    now = vietnam('2026-11-24T10:40')
    const comment = { version: 2, comment: 'Không thuộc đơn vị' }
    await web.services.requests.reject(allowed('request.decide', actors.it), quick, comment)
    const seen = await it.get('/thoi-gian')
    expect(headingOf(seen.html)).toBe(vi.times.title)
    for (const name of ['Sở Nội vụ', 'Sở Tài chính', vi.times.all]) expect(plain(mainOf(seen.html))).toContain(name)
    expect(plain(mainOf(seen.html))).toContain('40 phút')
    const own = await approver.get('/thoi-gian')
    expect(plain(mainOf(own.html))).toContain('Sở Nội vụ')
    expect(own.html).not.toContain('Sở Tài chính')
    const link = /href="(\/cho-duyet\?unit=[^"]+)"/.exec(mainOf(own.html))?.[1] ?? ''
    expect((await approver.get(link.replaceAll('&amp;', '&'))).html).toContain('Đặng Quốc Bảo')
    expect((await approver.get('/thoi-gian?trang=99')).location).toBe('/thoi-gian')
    expect(plain((await approver.get('/thoi-gian?lang=en')).html)).toContain(en.times.definition)
  })

  test('are in the navigation of everybody who may read them', async () => {
    for (const who of [approver, it, auditor]) expect((await who.get('/cho-duyet')).html).toContain('href="/thoi-gian"')
    expect((await it.get('/cho-duyet')).html).toContain('href="/quy-dinh"')
    expect((await it.get('/quy-dinh')).html).toContain('href="/ngay-nghi"')
    expect((await approver.get('/cho-duyet')).html).not.toContain('href="/quy-dinh"')
  })
})
