import { afterAll, beforeAll, beforeEach, describe, expect, test } from '../support/jest.ts'
import type { PersonActor } from '../../src/access/policy.ts'
import type { RequestId, UnitId } from '../../src/kernel/ids.ts'
import { vi } from '../../src/web/words/vi.ts'
import { en } from '../../src/web/words/en.ts'
import { allowed, seedStaff, seedUnits, unique } from '../support/system.ts'
import { errorsIn, headingOf, plain, startWeb, visitor, type Visitor, type WebSystem } from '../support/web.ts'

let web: WebSystem
let units: Record<'province' | 'agency' | 'department' | 'other', UnitId>
let approver: PersonActor
let now = new Date('2026-11-23T02:00:00Z')

beforeAll(async () => {
  // It ticks, so that what comes later is later.
  web = await startWeb({ clock: () => (now = new Date(now.getTime() + 1)) })
  units = await seedUnits(web.services)
  approver = await seedStaff(web.services, 'unit-admin', units.agency, 'Trần Thị Minh Hà')
})
afterAll(() => web.stop())
beforeEach(async () => {
  now = new Date('2026-11-23T02:00:00Z')
  await web.calm()
})

const contact = () => `nguoi${unique()}@example.com`
const person = (more: Record<string, string> = {}) => ({
  fullName: 'Nguyễn Thị Ngọc Ánh',
  birthDay: '5',
  birthMonth: '9',
  birthYear: '1988',
  sex: 'female',
  number: `022188${String(100_000 + unique())}`,
  unit: 'Sở Nội vụ',
  position: 'Chuyên viên',
  employment: 'civil-servant',
  ...more,
})

/** A visitor whose contact e-mail is confirmed: at the second step. */
async function confirmed(email = contact()): Promise<Visitor> {
  const who = visitor(web.app)
  await who.fill('/de-nghi', { email })
  const { code } = await web.letter('confirm', email)
  const seen = await who.fill('/de-nghi/ma', { code })
  expect(headingOf(seen.html)).toBe(vi.request.details.title)
  return who
}
async function filed(email = contact(), more: Record<string, string> = {}): Promise<{ who: Visitor; code: string }> {
  const who = await confirmed(email)
  const proposed = await who.fill('/de-nghi/thong-tin', person(more))
  const local = /name="local" type="radio" value="([^"]+)"/.exec(proposed.html)?.[1] ?? ''
  await who.fill('/de-nghi/dia-chi', { local })
  const sent = await who.fill('/de-nghi/kiem-tra', { declaration: 'yes' })
  expect(sent.location).toBe('/de-nghi/da-gui')
  return { who, code: /[A-Z]{2}-[0-9A-Z]{4}-[0-9A-Z]{4}/.exec(sent.html)?.[0] ?? '' }
}
const rowOf = (code: string) => web.services.database.prisma.request.findUniqueOrThrow({ where: { code } })
const decide = (actor: PersonActor) => allowed('request.decide', actor)

describe('asking for a mailbox', () => {
  test('goes in four steps from a confirmed e-mail to a code', async () => {
    const email = contact()
    const who = visitor(web.app)
    const start = await who.fill('/de-nghi', { email: ` ${email.toUpperCase()} ` })
    expect(start.location).toBe('/de-nghi/ma')
    expect(plain(start.html)).toContain(vi.request.code.hint(email))
    const { code } = await web.letter('confirm', email)
    expect((await who.fill('/de-nghi/ma', { code: `${code.slice(0, 3)} ${code.slice(3)}` })).location).toBe(
      '/de-nghi/thong-tin',
    )
    const proposed = await who.fill('/de-nghi/thong-tin', person({ position: 'Công chức Tư pháp – Hộ tịch' }))
    expect(proposed.location).toBe('/de-nghi/dia-chi')
    expect(plain(proposed.html)).toContain('nguyenthingocanh@quangninh.gov.vn')
    const checked = await who.fill('/de-nghi/dia-chi', { local: 'nguyenthingocanh' })
    const text = plain(checked.html)
    for (const shown of ['Nguyễn Thị Ngọc Ánh', '05/09/1988', 'Sở Nội vụ', 'Công chức Tư pháp – Hộ tịch', email])
      expect(text).toContain(shown)
    expect(text).toMatch(/••• ••• ••• \d{3}/)
    expect(text).toContain(vi.request.check.already)
    expect(checked.html).not.toMatch(/022188\d{6}/)
    const sent = await who.fill('/de-nghi/kiem-tra', { declaration: 'yes' })
    expect(headingOf(sent.html)).toBe(vi.request.sent.title)
    const { code: tracking } = await web.letter('received', email)
    expect(plain(sent.html)).toContain(tracking)
    expect(plain((await who.get('/de-nghi/bien-nhan')).html)).toContain(tracking)
    expect(await rowOf(tracking)).toMatchObject({ state: 'submitted', local: 'nguyenthingocanh', unitId: units.agency })
  })

  test('says the same whether an e-mail is known or not', async () => {
    const email = contact()
    await filed(email)
    const pages = []
    for (const each of [email, contact()]) {
      const seen = await visitor(web.app).fill('/de-nghi', { email: each })
      pages.push(seen.html.replaceAll(each, 'X').replace(/"_csrf" value="[^"]+"|nonce="[^"]+"/g, ''))
    }
    expect(pages[0]).toBe(pages[1])
  })

  test('leads back to the step that is missing', async () => {
    const stranger = visitor(web.app)
    for (const path of [
      '/de-nghi/thong-tin',
      '/de-nghi/dia-chi',
      '/de-nghi/kiem-tra',
      '/de-nghi/da-gui',
      '/de-nghi/ma',
    ])
      expect(await stranger.get(path)).toMatchObject({ status: 303, location: '/de-nghi' })
    const who = await confirmed()
    expect((await who.get('/de-nghi/dia-chi')).location).toBe('/de-nghi/thong-tin')
    expect((await who.get('/de-nghi/kiem-tra')).location).toBe('/de-nghi/thong-tin')
    await who.fill('/de-nghi/thong-tin', person())
    expect((await who.get('/de-nghi/kiem-tra')).location).toBe('/de-nghi/dia-chi')
  })

  test('counts wrong codes down, and a code sent again starts anew', async () => {
    const email = contact()
    const who = visitor(web.app)
    await who.fill('/de-nghi', { email })
    const { code } = await web.letter('confirm', email)
    const wrong = code === '000000' ? '000001' : '000000'
    for (const left of [4, 3, 2, 1])
      expect(errorsIn((await who.fill('/de-nghi/ma', { code: wrong })).html)).toEqual([
        { field: 'code', text: vi.request.errors.code.wrong(left) },
      ])
    await who.fill('/de-nghi/ma', { code: wrong })
    expect(errorsIn((await who.fill('/de-nghi/ma', { code })).html)[0]?.text).toBe(vi.request.errors.code.expired)
    const again = await who.fill('/de-nghi/ma', {}, '/de-nghi/ma/gui-lai')
    expect(plain(again.html)).toContain(vi.request.code.sentAgain(email))
    const second = await web.letter('confirm', email)
    expect((await who.fill('/de-nghi/ma', { code: second.code })).location).toBe('/de-nghi/thong-tin')
  })

  test('ends a code after half an hour', async () => {
    const email = contact()
    const who = visitor(web.app)
    await who.fill('/de-nghi', { email })
    now = new Date(now.getTime() + 31 * 60_000)
    const { code } = await web.letter('confirm', email)
    expect(errorsIn((await who.fill('/de-nghi/ma', { code })).html)[0]?.text).toBe(vi.request.errors.code.expired)
  })

  test('keeps what was typed over an error and a reload, with each message beside its field', async () => {
    const who = await confirmed()
    const typed = person({ birthYear: '88', number: '02218800417', unit: 'không có đơn vị này' })
    const seen = await who.fill('/de-nghi/thong-tin', typed)
    expect(errorsIn(seen.html)).toEqual([
      { field: 'birthYear', text: vi.request.errors.birthDate.year },
      { field: 'number', text: vi.request.errors.nin.length(11) },
      { field: 'unit', text: vi.request.errors.unit.choose },
    ])
    const reload = await who.get('/de-nghi/thong-tin')
    for (const html of [seen.html, reload.html]) {
      expect(html).toMatch(/<title>\s*Lỗi: /)
      for (const value of ['88', '02218800417', 'không có đơn vị này', 'Chuyên viên'])
        expect(html).toContain(`value="${value}"`)
      for (const field of ['birthDate-group', 'number', 'unit']) expect(html).toContain(`id="${field}-error"`)
    }
    const english = await who.get('/de-nghi/thong-tin?lang=en')
    expect(errorsIn(english.html)[1]?.text).toBe(en.request.errors.nin.length(11))
    expect(english.html).toContain('value="02218800417"')
  })

  test('finds the unit under the typed text, and asks when several fit', async () => {
    const email = contact()
    const who = await confirmed(email)
    const several = await who.fill('/de-nghi/thong-tin', person({ unit: 'so' }))
    expect(errorsIn(several.html)).toEqual([{ field: 'unit', text: vi.request.errors.unit.choose }])
    expect(several.html).toContain(`name="unitChoice" type="radio" value="${units.other}"`)
    const chosen = await who.fill('/de-nghi/thong-tin', person({ unit: 'so', unitChoice: units.other }))
    expect(chosen.location).toBe('/de-nghi/dia-chi')
    // Without a script the text may be changed while the hidden id stays: the text is what counts.
    await who.fill('/de-nghi/thong-tin', person({ unit: 'phong cong chuc', unitId: units.other }))
    const draft = await web.services.database.prisma.request.findFirstOrThrow({ where: { contactEmail: email } })
    expect(draft.unitId).toBe(units.department)
  })

  test('answers the picker with units, accents ignored', async () => {
    const found = await visitor(web.app).get(`/don-vi/tim?q=${encodeURIComponent('sở nôi VU')}`)
    expect(JSON.parse(found.html)).toEqual([
      { id: units.agency, name: 'Sở Nội vụ', parent: 'Ủy ban nhân dân tỉnh Quảng Ninh' },
    ])
    for (const q of ['', '%', '%00', '!!!']) expect((await visitor(web.app).get(`/don-vi/tim?q=${q}`)).html).toBe('[]')
  })

  test('warns where number and birth year disagree, and sends it all the same', async () => {
    const who = await confirmed()
    await who.fill('/de-nghi/thong-tin', person({ number: `022190${String(100_000 + unique())}` }))
    const { location } = await who.get('/de-nghi/kiem-tra')
    expect(location).toBe('/de-nghi/dia-chi')
    const proposed = await who.get('/de-nghi/dia-chi')
    const local = /name="local" type="radio" value="([^"]+)"/.exec(proposed.html)?.[1] ?? ''
    const checked = await who.fill('/de-nghi/dia-chi', { local })
    expect(plain(checked.html)).toContain(vi.request.errors.nin.mismatch)
    expect((await who.fill('/de-nghi/kiem-tra', { declaration: 'yes' })).location).toBe('/de-nghi/da-gui')
  })

  test('offers another address when somebody was quicker', async () => {
    const name = { fullName: 'Lục Văn Sìn' }
    const [a, b] = [await confirmed(), await confirmed()]
    await a.fill('/de-nghi/thong-tin', person(name))
    await b.fill('/de-nghi/thong-tin', person(name))
    expect((await a.fill('/de-nghi/dia-chi', { local: 'lucvansin' })).location).toBe('/de-nghi/kiem-tra')
    const late = await b.fill('/de-nghi/dia-chi', { local: 'lucvansin' })
    expect(errorsIn(late.html)).toEqual([{ field: 'local', text: vi.request.errors.address.taken('lucvansin') }])
    expect(late.html).not.toContain('value="lucvansin"')
    expect(late.html).toContain('value="lucvansin2"')
    expect(plain(late.html)).toContain(vi.request.address.namesakes(1))
    expect((await b.fill('/de-nghi/dia-chi', { local: 'giamdoc' })).html).toContain(vi.request.errors.address.choose)
    expect((await b.fill('/de-nghi/dia-chi', { local: 'lucvansin2' })).location).toBe('/de-nghi/kiem-tra')
  })

  test('wants the declaration, and a button pressed twice sends once', async () => {
    const email = contact()
    const who = await confirmed(email)
    await who.fill('/de-nghi/thong-tin', person({ fullName: 'Chíu Thị Hường' }))
    await who.fill('/de-nghi/dia-chi', { local: 'chiuthihuong' })
    expect(errorsIn((await who.fill('/de-nghi/kiem-tra', {})).html)).toEqual([
      { field: 'declaration', text: vi.request.errors.declaration.tick },
    ])
    await who.get('/de-nghi/kiem-tra')
    const twice = await Promise.all([
      who.post('/de-nghi/kiem-tra', { declaration: 'yes' }),
      who.post('/de-nghi/kiem-tra', { declaration: 'yes' }),
    ])
    expect(twice.map(({ location }) => location)).toEqual(['/de-nghi/da-gui', '/de-nghi/da-gui'])
    expect((await who.post('/de-nghi/kiem-tra', { declaration: 'yes' })).location).toBe('/de-nghi/da-gui')
    const letters = await web.services.database.prisma.outbox.count({
      where: { recipient: email, template: 'received' },
    })
    expect(letters).toBe(1)
  })
})

describe('following a request', () => {
  test('needs code and e-mail together, and tells one who guesses nothing', async () => {
    const email = contact()
    const { code } = await filed(email)
    const who = visitor(web.app)
    expect((await who.get(`/theo-doi?ma=${code}`)).html).toContain(`value="${code}"`)
    const none = [{ field: 'code', text: vi.tracking.none }]
    expect(errorsIn((await who.fill('/theo-doi', { code, email: contact() })).html)).toEqual(none)
    expect(errorsIn((await who.fill('/theo-doi', { code: 'QN-2222-2222', email })).html)).toEqual(none)
    expect((await who.get('/theo-doi/ket-qua')).location).toBe('/theo-doi')
    const seen = await who.fill('/theo-doi', { code: code.toLowerCase().replaceAll('-', ' '), email })
    expect(seen.location).toBe('/theo-doi/ket-qua')
    expect(plain(seen.html)).toContain(vi.tracking.submitted('Sở Nội vụ', '09:00 ngày 24/11/2026'))
  })

  test('says when the answer is late', async () => {
    const { who } = await filed()
    now = new Date(now.getTime() + 2 * 86_400_000)
    expect(plain((await who.get('/theo-doi/ket-qua')).html)).toContain(vi.tracking.overdue('Sở Nội vụ'))
  })

  test('lets the applicant withdraw, after asking once more', async () => {
    const { who, code } = await filed(contact(), { fullName: 'Hoàng Văn Rút' })
    expect(plain((await who.get('/theo-doi/rut')).html)).toContain(vi.tracking.withdrawText)
    const seen = await who.fill('/theo-doi/rut', {})
    expect(plain(seen.html)).toContain(vi.tracking.withdrawn('09:00 ngày 23/11/2026'))
    expect((await rowOf(code)).state).toBe('withdrawn')
    expect((await who.get('/theo-doi/rut')).location).toBe('/theo-doi/ket-qua')
    expect((await who.post('/theo-doi/bo-sung')).location).toBe('/theo-doi/ket-qua')
  })

  test('leads a returned request through the same steps, with the comment', async () => {
    const email = contact()
    const { code } = await filed(email, { fullName: 'Phạm Thị Bổ Sung' })
    const { id, version } = await rowOf(code)
    const comment = 'Chức vụ chưa đúng quyết định <b>'
    await web.services.requests.return(decide(approver), id as RequestId, { version, comment })
    const who = visitor(web.app)
    expect(plain((await who.fill('/theo-doi', { code, email })).html)).toContain(comment)
    const details = await who.fill('/theo-doi/ket-qua', {}, '/theo-doi/bo-sung')
    expect(details.location).toBe('/de-nghi/thong-tin')
    expect(plain(details.html)).toContain(comment)
    expect(details.html).toContain('value="Phạm Thị Bổ Sung"')
    const typed = person({ fullName: 'Phạm Thị Bổ Sung', position: 'Phó Trưởng phòng' })
    expect((await who.fill('/de-nghi/thong-tin', typed)).location).toBe('/de-nghi/kiem-tra')
    expect(plain((await who.get('/de-nghi/kiem-tra')).html)).toContain(vi.request.check.sendAgain)
    expect((await who.fill('/de-nghi/kiem-tra', { declaration: 'yes' })).location).toBe('/de-nghi/da-gui')
    expect(await rowOf(code)).toMatchObject({ state: 'submitted', position: 'Phó Trưởng phòng' })
  })

  test('tells of an approved one that it is being made, is late, is ready', async () => {
    const { who, code } = await filed(contact(), { fullName: 'Đặng Quốc Cường' })
    const { id, version } = await rowOf(code)
    const choice = { version, identity: 'in-person', handOver: 'link' } as const
    expect((await web.services.requests.approve(decide(approver), id as RequestId, choice)).ok).toBe(true)
    const read = async () => plain((await who.get('/theo-doi/ket-qua')).html)
    expect(await read()).toContain(vi.tracking.approved('09:00 ngày 23/11/2026'))
    now = new Date(now.getTime() + 6 * 60_000)
    expect(await read()).toContain(vi.tracking.delayed)
    await web.services.provisioner.run()
    expect(await read()).toContain('Kích hoạt bằng liên kết gửi đến')
    now = new Date(now.getTime() + 73 * 3_600_000)
    expect(await read()).toContain(vi.tracking.readyExpired('dangquoccuong@quangninh.gov.vn'))
  })

  test('quotes the reason of a refusal', async () => {
    const { who, code } = await filed(contact(), { fullName: 'Vũ Thị Từ Chối' })
    const { id, version } = await rowOf(code)
    const comment = 'Không thuộc biên chế của đơn vị'
    await web.services.requests.reject(decide(approver), id as RequestId, { version, comment })
    expect(plain((await who.get('/theo-doi/ket-qua')).html)).toContain(vi.tracking.rejected(comment))
    expect(await who.get('/de-nghi/da-gui')).toMatchObject({ status: 303, location: '/theo-doi/ket-qua' })
  })
})
