import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import type { PersonActor } from '../../src/access/policy.ts'
import type { RequestId, UnitId } from '../../src/kernel/ids.ts'
import { returnAddressOf } from '../../src/letters/return-address.ts'
import { tidyUp } from '../../src/main/tidy.ts'
import { vi } from '../../src/web/words/vi.ts'
import { allowed, seedStaff, seedUnits, someDetails, submitted } from '../support/system.ts'
import { signedIn } from '../support/signed-in.ts'
import { errorsIn, plain, startWeb, type Visitor, type WebSystem } from '../support/web.ts'

const BASE = 'thu-tra-ve@quangninh.gov.vn'
const says = vi.letters
let web: WebSystem
let units: Record<'province' | 'agency' | 'department' | 'other', UnitId>
let staff: PersonActor, admin: PersonActor
let first: Visitor, second: Visitor, auditor: Visitor, approver: Visitor

beforeAll(async () => {
  web = await startWeb({ env: { BOUNCE_ADDRESS: BASE } })
  const { services } = web
  units = await seedUnits(services)
  staff = await seedStaff(services, 'it-staff', units.province, 'Lê Đức Thắng')
  first = await signedIn(web, staff)
  second = await signedIn(web, await seedStaff(services, 'it-staff', units.province, 'Bùi Vũ Khánh Huyền'))
  auditor = await signedIn(web, await seedStaff(services, 'auditor', units.province, 'Chíu Thị Hường'))
  admin = await seedStaff(services, 'unit-admin', units.agency, 'Trần Thị Minh Hà')
  approver = await signedIn(web, admin)
}, 60_000)
afterAll(() => web.stop())

const PAGE = '/quy-dinh/thu/returned.vi'
const GOOD = {
  subject: 'Đề nghị {ma}: còn thiếu',
  text: 'Kính gửi {ho_ten},\n\nCòn thiếu: {noi_dung}\n\nBổ sung tại {lien_ket}',
}
const send = async (who: Visitor, fields: Readonly<Record<string, string>>, page = PAGE) => {
  await who.get(page)
  const sent = await who.post(page, { ...GOOD, why: '', seen: '0', act: 'save', ...fields })
  return sent.status === 303 ? who.get(page) : sent
}
const present = async () => (await web.services.letterTexts.present('returned', 'vi')).version

describe('the words of a letter', () => {
  test('are shown with what may be filled in, to the auditor too, who cannot change them', async () => {
    const { html } = await auditor.get(PAGE)
    const text = plain(html)
    for (const shown of ['{noi_dung}', says.facts.noi_dung, says.texts.needed, 'Đặng Thị Hường'])
      expect(text).toContain(shown)
    expect(html).not.toContain('<textarea')
    expect((await auditor.post(PAGE, GOOD)).status).toBe(403)
  })

  test('are tried with sample data in both languages before they are saved', async () => {
    const text = plain((await send(first, { act: 'preview' })).html)
    for (const shown of [
      says.texts.shown,
      'Đề nghị QN-7K4M-P2XA: còn thiếu',
      'needs the following: “Bổ sung số quyết định',
    ])
      expect(text).toContain(shown)
    expect(await present()).toBe(0)
  })

  test('are tried while somebody types: the letter alone, or what is wrong so far and where', async () => {
    await first.get(PAGE)
    const shown = await first.post(`${PAGE}/xem-thu`, GOOD)
    expect(shown.html).not.toContain('<html')
    expect(plain(shown.html)).toContain('Còn thiếu: Bổ sung số quyết định')
    const wrong = plain((await first.post(`${PAGE}/xem-thu`, { ...GOOD, text: `${GOOD.text}\n{ten}` })).html)
    expect(wrong).toContain(says.texts.errors.unknown('ten', says.texts.errors.place(6, 1)))
  })

  test.each([
    [
      { text: 'Còn thiếu giấy tờ, xin bổ sung.', why: 'Theo công văn 12' },
      'text',
      says.texts.errors.missing('noi_dung'),
    ],
    [{ text: `${GOOD.text} {secret}`, why: 'Theo công văn 12' }, 'text', '{secret}'],
    [{ subject: 'Mở {lien_ket}', why: 'Theo công văn 12' }, 'subject', '{lien_ket}'],
    [{ subject: '', why: 'Theo công văn 12' }, 'subject', says.texts.errors.empty],
    [{ text: `${GOOD.text}\u202e`, why: 'Theo công văn 12' }, 'text', says.texts.errors.odd],
    [{ why: 'x' }, 'why', says.texts.errors.why],
  ])('that are wrong (%j) are refused beside the field, and kept as typed', async (fields, field, text) => {
    const { html } = await send(first, fields)
    expect(errorsIn(html).map((error) => error.field)).toEqual([field])
    expect(errorsIn(html)[0]?.text).toContain(text)
    if ('text' in fields) expect(plain(html)).toContain(fields.text.slice(0, 25))
    expect(await present()).toBe(0)
  })

  test('are saved with who and why, and the next letter is written in them', async () => {
    const why = 'Theo công văn 12/STTTT về lời thư'
    const text = plain((await send(first, { why })).html)
    for (const shown of [says.texts.saved(1), why, staff.name]) expect(text).toContain(shown)
    const { database, requests, letterWords } = web.services
    const [entry] = await database.prisma.auditEntry.findMany({ where: { action: 'letter.changed' } })
    expect(entry?.subject).toBe('policy:letter:returned.vi:1')

    const id = await submitted(web.services, someDetails(units.other, { fullName: 'Chìu Sám-Múi' }))
    const comment = 'Bổ sung\r\nBcc: ai@example.com {lien_ket} <b>'
    const done = await requests.return(allowed('request.decide', staff), id, { version: 2, comment })
    if (!done.ok) throw new Error(done.refusal.kind)
    const params = await web.letter('returned')
    const letter = await letterWords.write({ to: '', language: 'vi', template: 'returned', params })
    expect(letter.subject).toMatch(/^Đề nghị QN-\w{4}-\w{4}: còn thiếu$/)
    expect(letter.text).toContain('Còn thiếu: Bổ sung\nBcc: ai@example.com {lien_ket} <b>\n\nBổ sung tại http')
  })

  test('that somebody else changed meanwhile, or in which nothing differs, are not saved', async () => {
    const why = 'Theo công văn 13/STTTT'
    const changed = plain((await send(second, { why, subject: 'Thiếu {ma}' })).html)
    expect(changed).toContain(says.texts.errors['policy-changed-meanwhile'])
    const same = plain((await send(second, { why, seen: '1' })).html)
    expect(same).toContain(says.texts.errors['policy-unchanged'])
  })

  test('are the product’s again when somebody says so', async () => {
    const text = plain((await send(second, { act: 'reset', seen: '1', why: 'Trở về lời thư ban đầu' })).html)
    expect(text).toContain(says.texts.saved(2))
    expect(plain((await first.get('/quy-dinh/thu')).html)).toContain('Nguyên bản, lấy lại ở lần 2')
    const { version, original, text: words } = await web.services.letterTexts.present('returned', 'vi')
    expect([version, original, words.subject]).toEqual([2, true, 'Đề nghị {ma} cần bổ sung'])
  })

  test('that a later version of the product can no longer use are not used, and IT staff are told', async () => {
    const { database, letterTexts } = web.services
    const body = { subject: 'Cũ', text: 'Bản cũ không có phần bắt buộc nào.' }
    const row = {
      kind: 'letter',
      scope: 'rejected.en',
      version: 1,
      byId: 'x',
      byName: 'x',
      why: 'x',
      validFrom: new Date(),
    }
    await database.prisma.policy.create({ data: { ...row, body } })
    expect(await letterTexts.present('rejected', 'en')).toMatchObject({
      unusable: true,
      text: { subject: 'Result of request {ma}' },
    })
    expect(plain((await first.get('/quy-dinh/thu')).html)).toContain(says.texts.unusable)
    expect(plain((await first.get('/quy-dinh/thu/rejected.en')).html)).toContain(says.texts.unusable)
  })

  test.each(['/quy-dinh/thu/khac.vi', '/quy-dinh/thu/approved.fr', '/quy-dinh/thu/approved', '/quy-dinh/thu/a.vi.vi'])(
    'there are none at %s',
    async (path) => {
      expect((await first.get(path)).status).toBe(404)
    },
  )
})

describe('a letter that does not arrive', () => {
  let request: RequestId
  let id: string
  const email = 'bi.tra.lai@example.com'
  const report = (status: string, detail: string, action = 'failed') => ({
    deliveryStatus: `Reporting-MTA: dns; x\n\nAction: ${action}\nStatus: ${status}\nDiagnostic-Code: smtp; ${detail}\n`,
    ...{ subject: 'Undelivered', fromNobody: true },
  })
  const returned = (...parts: Parameters<typeof report>) =>
    web.services.letters.returned(returnAddressOf(BASE, id, web.services.secrets.returnMac), report(...parts))

  beforeAll(async () => {
    const { services } = web
    request = await submitted(services, someDetails(units.agency, { fullName: 'Lý Thị Trả Lại' }), email)
    const { prisma } = services.database
    ;({ id } = await prisma.outbox.findFirstOrThrow({ where: { recipient: email } }))
    await prisma.outbox.update({ where: { id }, data: { state: 'sent', sentAt: new Date(), paramsCipher: null } })
  })
  const decision = async () => plain((await approver.get(`/cho-duyet/${request}`)).html)

  test('is nothing that anybody sees before it comes back', async () => {
    expect(await decision()).not.toContain(says.trouble.title(email))
  })

  test('shows on the request, with the reason in words and as the server said it, and changes nothing', async () => {
    expect(await returned('4.4.1', '421 Connection timed out', 'delayed')).toBe('temporary')
    expect(await decision()).toContain(says.causes.unreachable)
    expect(await returned('5.1.1', '550 <script>alert(1)</script> unknown')).toBe('permanent')
    const { html } = await approver.get(`/cho-duyet/${request}`)
    expect(html).not.toContain('<script>alert')
    const text = plain(html)
    for (const shown of [
      says.trouble.title(email),
      says.causes['no-such-address'],
      '550 <script>alert(1)</script> unknown',
    ])
      expect(text).toContain(shown)
    // What is less final comes later, and does not make it better.
    expect(await returned('4.2.2', 'full', 'delayed')).toBeNull()
    const row = await web.services.database.prisma.request.findUniqueOrThrow({ where: { id: request } })
    expect(row.state).toBe('submitted')
  })

  test('shows on the account, once there is one', async () => {
    const { services } = web
    const approved = await services.requests.approve(allowed('request.decide', admin), request, {
      ...{ version: 2, identity: 'in-person', handOver: 'slip' },
    })
    if (!approved.ok) throw new Error(approved.refusal.kind)
    const { accountId } = await services.database.prisma.request.findUniqueOrThrow({ where: { id: request } })
    expect(plain((await first.get(`/tai-khoan/${accountId ?? ''}`)).html)).toContain(says.trouble.title(email))
  })

  test('is listed for IT staff, with what it was about', async () => {
    const { html } = await auditor.get('/thu?muc=returned')
    expect(plain(html)).toContain(email)
    expect(html).toContain(`/cho-duyet/${request}`)
    expect(html).not.toContain('/thu/gui-lai')
  })

  test('is passed over when the return address was made up, or the letter is not kept', async () => {
    const { letters, secrets } = web.services
    const real = returnAddressOf(BASE, id, secrets.returnMac)
    const forged = real.replace(/.@/, (end) => (end === '0@' ? '1@' : '0@'))
    expect(await letters.returned(forged, report('5.1.1', 'x'))).toBeNull()
    const unknown = '<00000000-0000-4000-8000-000000000000@quangninh.gov.vn>'
    expect(await letters.returned(returnAddressOf(BASE, unknown, secrets.returnMac), report('5.1.1', 'x'))).toBeNull()
  })

  test('because it was given up is sent once more when IT staff say so, one or all', async () => {
    const { prisma } = web.services.database
    await submitted(web.services, someDetails(units.other))
    const due = await prisma.outbox.findMany({ where: { state: 'waiting' }, take: 3, orderBy: { id: 'asc' } })
    const ids = due.map((letter) => letter.id)
    expect(ids).toHaveLength(3)
    await prisma.outbox.updateMany({ where: { id: { in: ids } }, data: { state: 'failed', detail: '550 5.7.1 <no>' } })
    const { html } = await first.get('/thu')
    expect(plain(html)).toContain('550 5.7.1 <no>')
    expect(plain((await first.get('/viec-con-do')).html)).toContain(vi.board.tiles.letters)
    await first.post('/thu/gui-lai', { letter: ids[0] ?? '' })
    expect(plain((await first.get('/thu')).html)).toContain(says.undelivered.retried)
    expect(await prisma.outbox.count({ where: { state: 'failed' } })).toBe(2)
    await first.post('/thu/gui-lai', { letter: ids[0] ?? '' })
    expect(plain((await first.get('/thu')).html)).toContain(says.undelivered.refusals['no-such-letter'])
    await first.post('/thu/gui-lai-tat-ca')
    expect(await prisma.outbox.count({ where: { state: 'failed' } })).toBe(0)
    expect(await prisma.auditEntry.count({ where: { action: 'letter.retried' } })).toBe(3)
  })

  test('of which only the address is kept is not sent', async () => {
    const { prisma } = web.services.database
    const letter = await prisma.outbox.findFirstOrThrow({ where: { state: 'waiting' } })
    await prisma.outbox.update({ where: { id: letter.id }, data: { state: 'failed', paramsCipher: null } })
    expect(plain((await first.get('/thu')).html)).toContain(says.undelivered.erased)
    await first.post('/thu/gui-lai', { letter: letter.id })
    expect(plain((await first.get('/thu')).html)).toContain(says.undelivered.refusals['letter-erased'])
  })

  test.each(['', 'x', '<x@y.z>', '%00'])('called %j is answered calmly', async (letter) => {
    await first.get('/thu')
    expect((await first.post('/thu/gui-lai', { letter })).status).toBe(303)
    expect((await first.get('/thu?muc=%00&trang=9999')).status).toBeLessThan(400)
  })
})

describe('how long things are kept', () => {
  const KEEPING = '/quy-dinh/luu-tru'
  const words = vi.retention
  const GOOD_DAYS = { drafts: '30', withdrawn: '90', rejected: '1', letters: '180', letterText: '14' }
  const change = async (who: Visitor, fields: Readonly<Record<string, string>>) => {
    await who.get(KEEPING)
    const sent = await who.post(KEEPING, { ...GOOD_DAYS, why: '', seen: '0', act: 'save', ...fields })
    return sent.status === 303 ? who.get(KEEPING) : sent
  }
  let id: RequestId

  beforeAll(async () => {
    const { services } = web
    id = await submitted(services, someDetails(units.other, { fullName: 'Phạm Thị Kín' }))
    const comment = 'Không thuộc biên chế của đơn vị'
    await services.requests.reject(allowed('request.decide', staff), id, { version: 2, comment })
    const ago = `now() - interval '10 days'`
    await services.database.pool.query(`UPDATE request SET decided_at = ${ago} WHERE id = $1`, [id])
  })

  test('is shown to the auditor, who cannot change it', async () => {
    const { html } = await auditor.get(KEEPING)
    expect(plain(html)).toContain(words.fields.rejected)
    expect(plain(html)).toContain(words.nextNone)
    expect(html).not.toContain('<form class="cv-form"')
  })

  test('says how many requests would lose their data before it is saved, and while it is typed', async () => {
    expect(plain((await change(first, { act: 'preview' })).html)).toContain(words.nextText('0', '0', '1'))
    const typed = await first.post(`${KEEPING}/xem-thu`, GOOD_DAYS)
    expect(typed.html).not.toContain('<html')
    expect(plain(typed.html)).toContain(words.nextText('0', '0', '1'))
    const wrong = plain((await first.post(`${KEEPING}/xem-thu`, { ...GOOD_DAYS, letters: '5' })).html)
    expect(wrong).toContain(words.ranges.letters)
  })

  test.each([
    [{ drafts: '' }, ['drafts', 'why']],
    [{ drafts: '0', why: 'Theo công văn 12' }, ['drafts']],
    [{ withdrawn: 'chín', why: 'Theo công văn 12' }, ['withdrawn']],
    [{ rejected: '99.999', why: 'Theo công văn 12' }, ['rejected']],
    [{ letters: '-1', why: 'Theo công văn 12' }, ['letters']],
  ])('that is wrong (%j) is refused beside the field', async (fields, wanted) => {
    expect(errorsIn((await change(first, fields)).html).map(({ field }) => field)).toEqual(wanted)
    expect((await web.services.retentions.present()).version).toBe(0)
  })

  test('is saved with who and why, and the next tidying goes by it; a code and a state remain', async () => {
    const why = 'Theo Luật Bảo vệ dữ liệu cá nhân'
    const text = plain((await change(first, { why })).html)
    for (const shown of [words.saved(1), why, staff.name]) expect(text).toContain(shown)
    expect(plain((await second.get(`/cho-duyet/${id}`)).html)).toContain('Phạm Thị Kín')
    await tidyUp(web.services)
    const remains = plain((await second.get(`/cho-duyet/${id}`)).html)
    expect(remains).not.toContain('Phạm')
    expect(remains).toContain(vi.states.request.rejected)
    expect((await approver.get(`/cho-duyet/${id}`)).status).toBe(404)
    expect(plain((await second.get('/cho-duyet?tab=settled')).html)).not.toContain('Phạm Thị Kín')
    await second.get('/cho-duyet')
    const decided = await second.post(`/cho-duyet/${id}/quyet-dinh`, {
      ...{ decision: 'return', returnText: 'Bổ sung quyết định', version: '2' },
    })
    expect(decided.status).toBe(404)
    expect((await second.get('/nhat-ky?viec=request.purged')).html).toContain(`href="/cho-duyet/${id}"`)
  })

  test('that somebody else changed meanwhile is not saved', async () => {
    const html = (await change(second, { why: 'Theo công văn 13/STTTT', drafts: '20' })).html
    expect(errorsIn(html)[0]?.text).toBe(words.errors['policy-changed-meanwhile'])
  })
})
