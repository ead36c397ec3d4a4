import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import type { PersonActor } from '../../src/access/policy.ts'
import { addDays, dayOf } from '../../src/kernel/day.ts'
import type { RequestId, UnitId } from '../../src/kernel/ids.ts'
import { en } from '../../src/web/words/en.ts'
import { vi } from '../../src/web/words/vi.ts'
import { given, seedStaff, seedUnits, someDetails, submitted } from '../support/system.ts'
import { signedIn } from '../support/signed-in.ts'
import { errorsIn, headingOf, plain, startWeb, visitor, type Visitor, type WebSystem } from '../support/web.ts'

const PATH = '/quy-dinh/phe-duyet'
const words = vi.workflow
let web: WebSystem
let units: Record<'province' | 'agency' | 'department' | 'other', UnitId>
let actors: Record<'approver' | 'above' | 'it' | 'auditor', PersonActor>
let approver: Visitor, above: Visitor, it: Visitor, auditor: Visitor

beforeAll(async () => {
  web = await startWeb()
  const { services } = web
  units = await seedUnits(services)
  actors = {
    approver: await seedStaff(services, 'unit-admin', units.agency, 'Trần Thị Minh Hà'),
    above: await seedStaff(services, 'unit-admin', units.province, 'Bùi Vũ Khánh Huyền'),
    it: await seedStaff(services, 'it-staff', units.province, 'Lê Đức Thắng'),
    auditor: await seedStaff(services, 'auditor', units.province, 'Chíu Thị Hường'),
  }
  approver = await signedIn(web, actors.approver)
  above = await signedIn(web, actors.above)
  it = await signedIn(web, actors.it)
  auditor = await signedIn(web, actors.auditor)
}, 60_000)
afterAll(() => web.stop())

const mainOf = (html: string) => plain(html.slice(html.indexOf('<main'), html.indexOf('</main>'))).replace(/\s+/g, ' ')
const ask = (unit: UnitId, email?: string): Promise<RequestId> =>
  submitted(web.services, someDetails(unit, { fullName: 'Đặng Quốc Bảo' }), email)
const seenNow = async () => String((await web.services.steps.present()).version)
const EVERYWHERE = `${PATH}/sua?loai=person&noi=everywhere`
const why = 'Theo Quyết định số 12/QĐ-UBND'

describe('the policy of steps', () => {
  test('shows what is in force; an auditor changes nothing', async () => {
    const seen = await auditor.get(PATH)
    expect(headingOf(seen.html)).toBe(words.policy.title)
    expect(mainOf(seen.html)).toContain(words.policy.present(0))
    expect(mainOf(seen.html)).toContain('1. Quản trị đơn vị, 1 ngày làm việc')
    expect(seen.html).not.toContain('/phe-duyet/sua')
    expect((await it.get('/quy-dinh')).html).toContain(`href="${PATH}"`)
  })

  test('is changed for every unit, and says by whom and why', async () => {
    const fields = { seat1: 'unit-admin', days1: '2', seat2: 'it-staff', days2: '3', why, seen: await seenNow() }
    const saved = await it.fill(EVERYWHERE, fields)
    expect(saved.location).toBe(PATH)
    const seen = mainOf(saved.html)
    expect(seen).toContain(words.policy.saved(1))
    expect(seen).toContain('1. Quản trị đơn vị, 2 ngày làm việc2. Bộ phận công nghệ thông tin, 3 ngày làm việc')
    for (const text of ['Lê Đức Thắng', why, words.policy.versionTitle(1)]) expect(seen).toContain(text)
    const log = mainOf((await it.get('/nhat-ky?viec=steps.changed')).html)
    expect(log).toContain('unit-admin 2, it-staff 3')
    expect(plain((await it.get(`${PATH}?lang=en`)).html)).toContain(en.workflow.policy.precedence)
    await it.get(`${PATH}?lang=vi`)
  })

  test('has rules of its own for a kind of unit and for a unit with all below it, which can be removed', async () => {
    const own = { kind: 'person', seat1: 'it-staff', days1: '5', why }
    const kind = { ...own, place: 'unit-kind', unitKind: 'agency', seen: await seenNow() }
    expect((await it.fill(`${PATH}/moi`, kind)).location).toBe(PATH)
    const unit = { ...own, place: 'below', unit: 'Sở Tài chính', unitId: units.other, seen: await seenNow() }
    const seen = await it.fill(`${PATH}/moi`, unit)
    expect(mainOf(seen.html)).toContain(words.places.below('Sở Tài chính').slice(1))
    expect(mainOf(seen.html)).toContain(words.places.kind(vi.units.kinds.agency).slice(1))
    for (const noi of ['unit-kind agency', `below ${units.other}`]) {
      const path = `${PATH}/bo?${new URLSearchParams({ loai: 'person', noi }).toString()}`
      expect(errorsIn((await it.fill(path, { why: 'x', seen: await seenNow() })).html)).toEqual([
        { field: 'why', text: words.policy.errors.why },
      ])
      expect((await it.fill(path, { why, seen: await seenNow() })).location).toBe(PATH)
      expect((await it.get(path)).status).toBe(404)
    }
  })

  test.each([
    [{ seat1: '' }, [['seat1', words.policy.errors.first]]],
    [{ seat1: 'king' }, [['seat1', words.policy.errors.first]]],
    [{ days1: '0' }, [['days1', words.policy.errors.days(30)]]],
    [{ days1: '31' }, [['days1', words.policy.errors.days(30)]]],
    [{ days1: '1;--' }, [['days1', words.policy.errors.days(30)]]],
    [
      { seat3: 'it-staff', days3: '1' },
      [
        ['seat2', words.policy.errors.gap(2)],
        ['days2', words.policy.errors.days(30)],
      ],
    ],
    [{ why: 'ngắn' }, [['why', words.policy.errors.why]]],
    [{ why: '\0'.repeat(20) }, [['why', words.policy.errors.why]]],
    [{ seen: 'x' }, [['seat1', vi.refusals['policy-changed-meanwhile']]]],
  ] as const)('says beside the field what is wrong with %j, and keeps what was typed', async (wrong, errors) => {
    const good = { seat1: 'parent-unit', days1: '7', why, seen: await seenNow() }
    const { html } = await it.fill(EVERYWHERE, { ...good, ...wrong })
    expect(errorsIn(html).map(({ field, text }) => [field, text])).toEqual(errors)
    if (!('days1' in wrong)) expect(html).toMatch(/id="days1"[^>]*value="7"/)
  })

  test('tells what a new rule lacks', async () => {
    const { html } = await it.fill(`${PATH}/moi`, { seat1: 'it-staff', days1: '1', why, seen: await seenNow() })
    expect(errorsIn(html).map(({ field }) => field)).toEqual(['kind', 'place'])
    for (const [place, field] of [
      ['unit-kind', 'unitKind'],
      ['below', 'unit'],
    ] as const) {
      const typed = { kind: 'person', place, unit: 'Sở không có', seat1: 'it-staff', days1: '1', why }
      const seen = await it.fill(`${PATH}/moi`, { ...typed, seen: await seenNow() })
      expect(errorsIn(seen.html).map((error) => error.field)).toEqual([field])
    }
  })

  test.each(['sua', 'bo', 'sua?loai=person&noi=x', 'bo?loai=car&noi=everywhere', 'sua?loai=__proto__&noi=%00'])(
    'has no page for %s',
    async (path) => {
      expect((await it.get(`${PATH}/${path}`)).status).toBe(404)
    },
  )
})

describe('a request of two steps', () => {
  let id: RequestId
  const decide = async (who: Visitor, fields: Record<string, string>) => {
    const row = await web.services.database.prisma.request.findUniqueOrThrow({ where: { id } })
    return who.fill(`/cho-duyet/${id}`, { version: String(row.version), ...fields }, `/cho-duyet/${id}/quyet-dinh`)
  }
  beforeAll(async () => {
    id = await ask(units.department, 'bao@example.com')
  })

  test('says to the approver for whom it waits, and why', async () => {
    const seen = mainOf((await approver.get(`/cho-duyet/${id}`)).html)
    expect(seen).toContain('Bước 1 trên 2: Quản trị đơn vị')
    expect(seen).toContain('Chờ quản trị Sở Nội vụ duyệt')
    expect(seen).toContain('Phòng Công chức, viên chức không có người được duyệt')
    expect(seen).toContain(words.decision.approveHint)
    expect(seen).toMatch(/chuyển thêm cho quản trị Ủy ban nhân dân tỉnh Quảng Ninh; không tự động duyệt/)
  })

  test('says to the applicant for whom it waits, and why', async () => {
    const applicant = visitor(web.app)
    const { code } = await web.services.database.prisma.request.findUniqueOrThrow({ where: { id } })
    const seen = mainOf((await applicant.fill('/theo-doi', { code, email: 'bao@example.com' })).html)
    expect(seen).toContain('Bước 1 trên 2. Chờ quản trị Sở Nội vụ duyệt.')
    expect(seen).toMatch(/quy định phê duyệt phiên bản \d+/)
  })

  test('is in the list of whose turn it is; those above may take it over, saying why', async () => {
    expect((await approver.get('/cho-duyet')).html).toContain(`/cho-duyet/${id}`)
    expect((await above.get('/cho-duyet')).html).not.toContain(`/cho-duyet/${id}`)
    expect((await above.get('/cho-duyet?tab=waiting')).html).toContain(`/cho-duyet/${id}`)
    const { html } = await above.get(`/cho-duyet/${id}`)
    expect(html).not.toContain('/quyet-dinh')
    const path = `/cho-duyet/${id}/nhan-xu-ly`
    expect(errorsIn((await above.fill(`/cho-duyet/${id}`, { why: '' }, path)).html)).toEqual([
      { field: 'why', text: words.policy.errors.why },
    ])
    const taken = await above.fill(`/cho-duyet/${id}`, { why: 'Người duyệt đi vắng', version: '2' }, path)
    expect(mainOf(taken.html)).toContain(words.turn.takenOver)
    expect(taken.html).toContain('/quyet-dinh')
    expect(mainOf((await approver.get(`/cho-duyet/${id}`)).html)).toContain('Người duyệt đi vắng')
  })

  test('goes on to IT staff, who need not say again who the person is', async () => {
    const first = await decide(approver, { decision: 'approve', identity: 'in-person', handOver: 'slip' })
    expect(mainOf(first.html)).toContain(words.decision.stepDone('bộ phận công nghệ thông tin'))
    expect(mainOf((await approver.get(`/cho-duyet/${id}`)).html)).toContain(words.turn['acted-before'])
    const late = await above.fill(
      `/cho-duyet/${id}`,
      { decision: 'approve', identity: 'in-person', handOver: 'slip', version: '2' },
      `/cho-duyet/${id}/quyet-dinh`,
    )
    expect(errorsIn(late.html)[0]?.text).toContain('Trần Thị Minh Hà đã duyệt bước này lúc')
    const page = await it.get(`/cho-duyet/${id}`)
    expect(page.html).not.toContain('name="identity"')
    expect(mainOf(page.html)).toContain('Trần Thị Minh Hà, quản trị Sở Nội vụ')
    const done = await decide(it, { decision: 'approve' })
    expect(mainOf(done.html)).toContain(vi.decision.done.approve)
    expect(mainOf((await it.get(`/cho-duyet/${id}`)).html)).toContain(vi.history['step-approved'])
  })
})

describe('the page of deputies', () => {
  const PAGE = '/duyet-thay'
  const on = (from: string, to: string) => {
    const [fromYear = '', fromMonth = '', fromDay = ''] = from.split('-')
    const [toYear = '', toMonth = '', toDay = ''] = to.split('-')
    return { fromDay, fromMonth, fromYear, toDay, toMonth, toYear }
  }
  const today = dayOf(new Date())
  const week = on(today, addDays(today, 6))

  test('is reached from the inbox; a deputy is named and ended there, and works as one meanwhile', async () => {
    expect((await approver.get('/cho-duyet')).html).toContain(`href="${PAGE}"`)
    const deputy = await given(web.services, someDetails(units.department, { fullName: 'Lục Văn Sìn' }))
    await web.services.database.prisma.account.update({ where: { id: deputy }, data: { state: 'active' } })
    const sin = await signedIn(web, { accountId: deputy })
    expect((await sin.get('/cho-duyet')).status).toBe(403)
    const named = await approver.fill(PAGE, { deputy: 'lucvansin', ...week })
    expect(mainOf(named.html)).toContain(words.deputies.named('Lục Văn Sìn'))
    const id = await ask(units.agency)
    const inbox = await sin.get('/cho-duyet')
    expect(inbox.html).toContain(`/cho-duyet/${id}`)
    expect(plain(inbox.html)).toContain(words.deputyRole)
    expect(inbox.html).not.toContain(`href="${PAGE}"`)
    expect(mainOf((await sin.get(`/cho-duyet/${id}`)).html)).toContain(words.turn.deputy('Trần Thị Minh Hà'))
    expect(mainOf((await sin.get('/tai-khoan-cua-toi')).html)).toContain('(duyệt thay Trần Thị Minh Hà)')
    expect((await sin.get('/phan-quyen')).status).toBe(403)
    const back = { decision: 'return', returnText: 'Bổ sung quyết định', version: '2' }
    await sin.fill(`/cho-duyet/${id}`, back, `/cho-duyet/${id}/quyet-dinh`)
    expect(mainOf((await approver.get(`/cho-duyet/${id}`)).html)).toContain(
      words.history.deputy('Lục Văn Sìn', 'Trần Thị Minh Hà'),
    )
    const end = /action="(\/duyet-thay\/[^"]+\/ket-thuc)"/.exec((await approver.get(PAGE)).html)?.[1] ?? ''
    expect(mainOf((await approver.fill(PAGE, {}, end)).html)).toContain(words.deputies.ended)
    expect((await sin.get('/cho-duyet')).status).toBe(403)
    expect(plain((await approver.get(`${PAGE}?lang=en`)).html)).toContain(en.workflow.deputies.lead)
    await approver.get(`${PAGE}?lang=vi`)
  })

  test.each([
    [{}, ['deputy', 'from', 'to']],
    [{ deputy: 'khongcoai', ...week }, ['deputy']],
    [{ deputy: 'tranthiminhha', ...week }, ['deputy']],
    [{ deputy: '\0\u202e*)(uid=*', ...week }, ['deputy']],
    [{ deputy: 'leducthang', ...week, fromDay: '32' }, ['from']],
    [{ deputy: 'leducthang', ...week, toYear: 'x'.repeat(3000) }, ['to']],
    [{ deputy: 'leducthang', ...on(addDays(today, 3), today) }, ['to']],
    [{ deputy: 'leducthang', ...on(addDays(today, -1), today) }, ['from']],
    [{ deputy: 'leducthang', ...on(today, addDays(today, 90)) }, ['to']],
    [{ principal: 'leducthang', deputy: 'chiuthihuong', ...week }, ['deputy']],
  ])('says beside the field what is wrong with %j, and keeps the rest', async (fields, wrong) => {
    const { html } = await approver.fill(PAGE, fields)
    expect(errorsIn(html).map(({ field }) => field)).toEqual(wrong)
    for (const field of wrong) expect(html).toContain(`id="${field}"`)
    if ('fromMonth' in fields) expect(html).toMatch(new RegExp(`id="fromMonth"[^>]*value="${fields.fromMonth}"`))
  })

  test('lets IT staff name one for somebody who is away', async () => {
    const fields = { principal: 'tranthiminhha', deputy: 'leducthang', ...week }
    expect(mainOf((await it.fill(PAGE, fields)).html)).toContain(words.deputies.named('Lê Đức Thắng'))
    const again = await it.fill(PAGE, fields)
    expect(errorsIn(again.html)).toEqual([{ field: 'from', text: vi.refusals['deputy-overlaps'] }])
    expect(mainOf((await auditor.get(PAGE)).html)).toContain('Trần Thị Minh Hà')
    expect((await auditor.get(PAGE)).html).not.toContain('/ket-thuc')
  })
})

test('the board says how many requests nobody in their units may decide', async () => {
  const { prisma } = web.services.database
  const admins = { id: { in: [actors.approver.accountId, actors.above.accountId] } }
  await prisma.account.updateMany({ where: admins, data: { state: 'suspended' } })
  const id = await ask(units.department)
  const seen = await it.get('/viec-con-do')
  expect(mainOf(seen.html)).toContain(words.board.fallen('1'))
  const list = await it.get('/cho-duyet?tab=mine')
  expect(list.html).toContain(`/cho-duyet/${id}`)
  expect(mainOf(list.html)).toContain(words.inbox.fallen)
})
