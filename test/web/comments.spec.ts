import { afterAll, beforeAll, expect, test } from '../support/jest.ts'
import type { PersonActor } from '../../src/access/policy.ts'
import { QuotaMb } from '../../src/accounts/account.ts'
import { later, days } from '../../src/kernel/clock.ts'
import { dayOf } from '../../src/kernel/day.ts'
import type { RequestId, UnitId } from '../../src/kernel/ids.ts'
import { COMMENTS } from '../../src/requests/comment.ts'
import { en } from '../../src/web/words/en.ts'
import { vi } from '../../src/web/words/vi.ts'
import { done } from '../support/shared.ts'
import { signedIn } from '../support/signed-in.ts'
import { allowed, seedStaff, seedUnits, someDetails, submitted } from '../support/system.ts'
import { errorsIn, plain, startWeb, visitor, type Visitor, type WebSystem } from '../support/web.ts'

let web: WebSystem
let units: Record<'province' | 'agency' | 'department' | 'other', UnitId>
let head: PersonActor, officer: PersonActor, staff: PersonActor
let approver: Visitor, it: Visitor, auditor: Visitor, foreign: Visitor
const says = vi.comments

beforeAll(async () => {
  web = await startWeb()
  const { services } = web
  units = await seedUnits(services)
  staff = await seedStaff(services, 'it-staff', units.province, 'Lê Đức Thắng')
  head = await seedStaff(services, 'unit-admin', units.agency, 'Trần Thị Minh Hà')
  officer = await seedStaff(services, 'unit-admin', units.other, 'Lục Văn Sìn')
  approver = await signedIn(web, head)
  it = await signedIn(web, staff)
  auditor = await signedIn(web, await seedStaff(services, 'auditor', units.province, 'Chíu Thị Hường'))
  foreign = await signedIn(web, officer)
}, 60_000)
afterAll(() => web.stop())

/** A stranger's request, with the browser in which they follow it. */
async function followed(email: string): Promise<{ id: RequestId; who: Visitor }> {
  const id = await submitted(web.services, someDetails(units.agency), email)
  const { code } = await web.services.database.prisma.request.findUniqueOrThrow({ where: { id } })
  const who = visitor(web.app)
  expect((await who.fill('/theo-doi', { code, email })).location).toBe('/theo-doi/ket-qua')
  return { id, who }
}
const FOLLOWED = '/theo-doi/ket-qua'
const decision = (id: RequestId) => `/cho-duyet/${id}`
const write = (who: Visitor, id: RequestId, commentText: string, reader = 'staff') =>
  who.fill(decision(id), { commentText, reader }, `${decision(id)}/y-kien`)
const answer = (who: Visitor, commentText: string) => who.fill(FOLLOWED, { commentText }, '/theo-doi/y-kien')
const textOf = async (who: Visitor, path: string) => plain((await who.get(path)).html)
const rowsOf = (requestId: RequestId) =>
  web.services.database.prisma.requestComment.findMany({ where: { requestId }, orderBy: { id: 'asc' } })

test('those who decide write for themselves or for the applicant, who answers; nothing of it lies open', async () => {
  const { id, who } = await followed('trao.doi@example.com')
  const form = (await approver.get(decision(id))).html
  expect(form).toMatch(/value="staff" checked/)
  expect(plain((await who.get(FOLLOWED)).html)).toContain(says.nothing)

  const secret = 'Nghi ngờ <b>mạo danh</b>, đang xác minh'
  const asked = 'Anh gửi giúp số quyết định.\nCảm ơn anh.'
  expect(plain((await write(approver, id, secret)).html)).toContain(says.done)
  await write(it, id, asked, 'applicant')
  expect(plain((await answer(who, 'Số 12/QĐ-SNV ạ')).html)).toContain(says.done)

  const inOrder = (text: string, parts: readonly string[]) => {
    let from = text.indexOf(says.title)
    for (const part of parts) {
      expect(text.slice(from)).toContain(part)
      from = text.indexOf(part, from) + part.length
    }
  }
  for (const reader of [approver, it, auditor]) {
    const html = (await reader.get(decision(id))).html
    inOrder(plain(html), [
      ...[says.writer('Trần Thị Minh Hà', vi.roles['unit-admin']), says.readers.staff, secret],
      ...[says.writer('Lê Đức Thắng', vi.roles['it-staff']), says.readers.applicant, asked],
      ...[says.applicant, 'Số 12/QĐ-SNV ạ'],
    ])
    expect(html).not.toContain('<b>mạo danh')
    expect(html.includes(`${decision(id)}/y-kien`)).toBe(reader !== auditor)
  }
  const theirs = await textOf(who, FOLLOWED)
  inOrder(theirs, [says.writer('Lê Đức Thắng', vi.roles['it-staff']), asked, says.applicant, 'Số 12/QĐ-SNV ạ'])
  for (const hidden of ['mạo danh', 'Trần Thị Minh Hà', says.readers.staff]) expect(theirs).not.toContain(hidden)
  expect(await textOf(approver, `${decision(id)}?lang=en`)).toContain(en.comments.readers.staff)
  await approver.get('/?lang=vi')

  // Out of reach, or only reading.
  const { services } = web
  await foreign.get('/cho-duyet')
  const fields = { commentText: 'Không được', reader: 'staff' }
  expect((await foreign.post(`${decision(id)}/y-kien`, fields)).status).toBe(404)
  await auditor.get('/cho-duyet')
  expect((await auditor.post(`${decision(id)}/y-kien`, fields)).status).toBe(403)
  expect(await services.requests.comments(allowed('request.read', officer), id)).toBeNull()
  expect((await visitor(web.app).fill('/theo-doi', fields, '/theo-doi/y-kien')).location).toBe('/theo-doi')

  const rows = await rowsOf(id)
  expect(rows.map(({ role, visible }) => [role, visible])).toEqual([
    ...[
      ['unit-admin', false],
      ['it-staff', true],
      ['applicant', true],
    ],
  ])
  expect(JSON.stringify(rows.map(({ body }) => body))).not.toMatch(/mạo|quyết/u)
  const entries = await services.database.prisma.auditEntry.findMany({
    ...{ where: { subject: `request:${id}`, action: 'request.commented' } },
    ...{ include: { detail: true }, orderBy: { seq: 'asc' } },
  })
  const bodies = entries.map(({ detail }) => detail?.body ?? '')
  expect(bodies.map((body) => /"reader":"(\w+)"/.exec(body)?.[1])).toEqual(['staff', 'applicant', 'applicant'])
  expect(bodies.join(' ')).not.toMatch(/mạo danh|quyết định|12\/QĐ/u)
  const seen = await textOf(it, '/nhat-ky?viec=request.commented')
  expect(seen).toContain(`${says.audit.details.reader}: ${says.readers.staff}`)
})

test('what cannot be taken is said beside its field, and what was typed stays', async () => {
  const { id, who } = await followed('sai.o@example.com')
  for (const [text, error] of [
    ['   ', says.errors.empty],
    ['x'.repeat(2_001), says.errors['too-long']],
    ['lạ\u202Elẫn', says.errors.odd],
  ] as const) {
    const wrong = [{ field: 'commentText', text: error }]
    const kept = await write(approver, id, text, 'applicant')
    expect(errorsIn(kept.html)).toEqual(wrong)
    expect(kept.html).toMatch(/value="applicant" checked/)
    if (text.length > 3) expect(plain(kept.html)).toContain(text)
    expect(errorsIn((await answer(who, text)).html)).toEqual(wrong)
  }
  const chosen = await write(approver, id, 'Cho ai đọc?', 'everybody')
  expect(errorsIn(chosen.html)).toEqual([{ field: 'reader', text: says.errors.reader }])
  expect(plain(chosen.html)).toContain('Cho ai đọc?')
  expect(await rowsOf(id)).toEqual([])
  await write(approver, id, 'x'.repeat(2_000))
  expect(await rowsOf(id)).toHaveLength(1)
})

test('a request takes so many, its applicant half of them, and nobody passes that at the same time', async () => {
  const { requests } = web.services
  const { id, who } = await followed('day.du@example.com')
  await web.calm()
  for (let n = 0; n < 10; n++) await answer(who, `Lần ${n}`)
  expect((await who.post('/theo-doi/y-kien', { commentText: 'Lần nữa' })).status).toBe(429)
  await web.calm()
  const counted = async (writing: readonly Promise<{ ok: boolean }>[]) =>
    (await Promise.all(writing)).filter(({ ok }) => ok).length
  const answers = Array.from({ length: COMMENTS.applicant }, () => requests.answer(id, 'Cùng lúc'))
  expect(await counted(answers)).toBe(COMMENTS.applicant - 10)
  expect(errorsIn((await answer(who, 'Thêm')).html)).toEqual([{ field: 'commentText', text: says.errors.full }])
  const permit = allowed('request.decide', head)
  const said = { visible: false, text: 'Đã đọc' }
  const writing = Array.from({ length: COMMENTS.all - 20 }, () => requests.comment(permit, id, said))
  expect(await counted(writing)).toBe(COMMENTS.all - COMMENTS.applicant)
  expect(errorsIn((await write(approver, id, 'Thêm')).html)).toEqual([
    ...[{ field: 'commentText', text: says.errors.full }],
  ])
  expect(await rowsOf(id)).toHaveLength(COMMENTS.all)
})

test('once it is decided its applicant writes no more, those who decide may; a draft takes none', async () => {
  const { requests } = web.services
  const { id, who } = await followed('da.duyet@example.com')
  await requests.return(allowed('request.decide', head), id, { version: 2, comment: 'Bổ sung số quyết định' })
  expect(plain((await answer(who, 'Đang bổ sung')).html)).toContain(says.done)
  await requests.submit(id)
  const { version } = await web.services.database.prisma.request.findUniqueOrThrow({ where: { id } })
  const choice = { version, identity: 'in-person', handOver: 'slip' } as const
  await done(requests.approve(allowed('request.decide', head), id, choice))
  const seen = await who.get(FOLLOWED)
  expect(seen.html).not.toContain('/theo-doi/y-kien')
  expect(plain(seen.html)).toContain('Đang bổ sung')
  const late = (await answer(who, 'Muộn')).html
  expect(plain(late)).toContain(says.errors.closed)
  // There is no field any more to lead to.
  expect(errorsIn(late)).toEqual([])
  expect((await requests.answer(id, 'Muộn')).ok).toBe(false)
  await write(approver, id, 'Đã giao phiếu tận tay')
  expect((await rowsOf(id)).map(({ role }) => role)).toEqual(['applicant', 'unit-admin'])
})

test('whoever asked while signed in answers on their own page, and reads no more because they decide about others', async () => {
  const { requests, deputies } = web.services
  const ask = { kind: 'quota' as const, accountId: officer.accountId, quotaMb: QuotaMb.parse(4_096), why: 'Sắp đầy' }
  const own = allowed('own.request', officer)
  const id = await done(requests.askAndSend(own, ask, { chosen: null, language: 'vi' }))
  await write(it, id, 'Có thật cần không?')
  await write(it, id, 'Xin nói rõ vì sao', 'applicant')
  const path = `/de-nghi-cua-toi/${id}`
  const sent = await foreign.fill(path, { commentText: 'Vì nhận nhiều tệp' }, `${path}/y-kien`)
  expect(sent.location).toBe(path)
  expect(plain(sent.html)).toContain('Vì nhận nhiều tệp')
  for (const page of [path, decision(id)]) {
    const html = (await foreign.get(page)).html
    expect(plain(html)).toContain('Xin nói rõ vì sao')
    expect(plain(html)).not.toContain('Có thật cần không')
    expect(html.includes(`${decision(id)}/y-kien`)).toBe(false)
  }
  const comment = await requests.comment(allowed('request.decide', officer), id, { visible: false, text: 'Tự duyệt' })
  expect(comment).toEqual({ ok: false, refusal: { kind: 'own-request' } })
  await approver.get('/de-nghi-cua-toi')
  expect((await approver.post(`${path}/y-kien`, { commentText: 'Của người khác' })).status).toBe(404)

  // A deputy is named beside the one for whom they write.
  const [from, to] = [dayOf(new Date()), dayOf(later(new Date(), days(2)))]
  const names = { principal: null, deputy: head.address, from, to }
  await done(deputies.name(allowed('deputy.name', staff), names))
  await write(approver, id, 'Đã hỏi lại', 'applicant')
  const by = says.writer(vi.history.deputy('Trần Thị Minh Hà', 'Lê Đức Thắng'), vi.roles['it-staff'])
  expect(await textOf(foreign, path)).toContain(by)
})
