import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import { unitsBefore } from '../../scripts/reorganisation/quang-ninh.ts'
import { addDays, dayOf } from '../../src/kernel/day.ts'
import { sheetsIn } from '../../src/reorganisations/workbook.ts'
import { vi } from '../../src/web/words/vi.ts'
import { workbook } from '../imports/reading/made.ts'
import { movedClock } from '../support/clock.ts'
import { planFor, quangNinh, type Province } from '../support/reorganisations.ts'
import { signedIn } from '../support/signed-in.ts'
import { allowed, seedStaff } from '../support/system.ts'
import { errorsIn, headingOf, plain, startWeb, type Seen, type Visitor, type WebSystem } from '../support/web.ts'

const PATH = '/sap-xep'
const clock = movedClock()
const says = vi.reorganisations
let web: WebSystem
let province: Province
let it: Visitor, second: Visitor, auditor: Visitor

beforeAll(async () => {
  web = await startWeb({ clock })
  province = await quangNinh(web.services, 700)
  it = await signedIn(web, province.staff)
  second = await signedIn(web, province.second)
  auditor = await signedIn(web, await seedStaff(web.services, 'auditor', topOf(), 'Chíu Thị Hường'))
}, 60_000)
afterAll(() => web.stop())

const topOf = () => unitsBefore()[0]?.id ?? ('' as never)
const idOf = (name: string) => unitsBefore().find((unit) => unit.name === name)?.id ?? ''
const text = ({ html }: Seen) => plain(html.slice(html.indexOf('<main'), html.indexOf('</main>'))).replace(/\s+/g, ' ')
const day = (of: string, prefix = 'on') => {
  const [year = '', month = '', date = ''] = of.split('-')
  return { [`${prefix}Day`]: date, [`${prefix}Month`]: month, [`${prefix}Year`]: year }
}
const work = () => web.services.reorganisations.work()
/** Sends a form that brings a file, with the token and the hidden fields of its page. */
async function send(
  who: Visitor,
  path: string,
  fields: Record<string, string>,
  file: Uint8Array | null,
): Promise<Seen> {
  const { html } = await who.get(path)
  const token = /name="_csrf" value="([^"]+)"/.exec(html)?.[1] ?? ''
  const seen = /name="seen" value="(\d+)"/.exec(html)?.[1]
  let asking = who.agent.post(path).field('_csrf', token)
  for (const [name, value] of Object.entries({ ...(seen === undefined ? {} : { seen }), ...fields }))
    asking = asking.field(name, value)
  if (file !== null) asking = asking.attach('file', Buffer.from(file), 'phuong-an.xlsx')
  const answer = await asking
  return { ...(await who.get(answer.headers['location'] ?? '')), location: answer.headers['location'] ?? '' }
}
/** The plan’s page in a workbook: binary, so not through the visitor. */
async function download(who: Visitor, path: string): Promise<Uint8Array> {
  const answer = await who.agent
    .get(path)
    .buffer(true)
    .parse((response, done) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('end', () => done(null, Buffer.concat(parts)))
    })
  expect(answer.status).toBe(200)
  return answer.body as Buffer
}

describe('a small plan, made row by row', () => {
  let path = ''
  const add = async (kind: string, fields: Record<string, string>) => {
    const { html } = await it.get(`${path}/them?loai=${kind}`)
    const seen = /name="seen" value="(\d+)"/.exec(html)?.[1] ?? ''
    const sent = await it.post(`${path}/them`, { loai: kind, seen, ...fields })
    return { ...(await it.get(sent.location)), location: sent.location }
  }

  test('begins with its name, its document and its day', async () => {
    const wrong = await it.fill(`${PATH}/moi`, { name: '', number: '12/NQ-HĐND', ...day('2027-13-01') })
    expect(errorsIn(wrong.html).map(({ field }) => field)).toEqual(['name', 'date', 'on'])
    const made = await it.fill(`${PATH}/moi`, {
      ...{ name: 'Nhập Phường Hà Phong', number: '12/NQ-HĐND', aliasMonths: '6', personal: 'keep', letters: 'yes' },
      ...{ ...day('2026-11-20', 'date'), ...day(dayOf(clock())) },
    })
    path = made.location
    expect(headingOf(made.html)).toContain('Nhập Phường Hà Phong')
    expect(text(made)).toContain(says.faults['no-steps'])
    expect(text(await it.get(PATH))).toContain('12/NQ-HĐND')
  })

  test('takes units by name, and says what it does not understand', async () => {
    const unknown = await add('merge', { unit: 'Sở Mặt trăng\nVăn phòng', into: 'Sở Y tế' })
    const [first, second] = errorsIn(unknown.html)
    expect(first).toEqual({ field: 'unit', text: says.texts.unknownUnit('Sở Mặt trăng') })
    expect(second?.text).toContain('“Văn phòng, ')
    expect(unknown.html).toContain('Sở Mặt trăng')
    const made = await add('create', {
      name: 'Phường Hạ Long Đông',
      kind: 'Phường',
      parent: 'Thành phố Hạ Long',
    })
    expect(text(made)).toContain(says.steps.added(1))
    await add('merge', {
      unit: 'Phường Hà Phong\nPhường Hà Trung\nPhường Hà Tu\nPhường Cao Xanh\nPhường Hà Khánh',
      into: 'Phường Hạ Long Đông',
    })
    const steps = text(await it.get(`${path}?muc=viec`))
    expect(steps).toContain(says.steps.does.merge('Phường Hà Phong', 'Phường Hạ Long Đông'))
  })

  test('is previewed by unit, by person and by address, and can be read by an auditor', async () => {
    for (const who of [it, auditor]) {
      expect(text(await who.get(path))).toContain(says.fine)
      const units = text(await who.get(`${path}?muc=don-vi&theo=moi`))
      expect(units).toMatch(/Phường Hạ Long Đông.*Phường Hà Phong: \d+ người, \d hộp thư/)
      const people = text(await who.get(`${path}?muc=nguoi&don-vi=${idOf('Phường Hà Phong')}`))
      expect(people).toContain(says.people.same)
      expect(text(await who.get(`${path}?muc=dia-chi`))).toContain('Phường Hạ Long Đông')
      expect(text(await who.get(`${path}?muc=thu`))).toMatch(/\d+ người nhận thư này/)
    }
    expect((await auditor.get(path)).html).not.toContain('/lam?viec=')
    const english = text(await it.get(`${path}?lang=en`))
    expect(english).toContain('No faults')
    await it.get(`${path}?lang=vi`)
  })

  test('has a document to sign, with its hash and what it does', async () => {
    const sheet = await it.get(`${path}/van-ban`)
    expect(text(sheet)).toMatch(/[0-9a-f]{64}/)
    expect(text(sheet)).toContain('12/NQ-HĐND, ngày 20 tháng 11 năm 2026')
    expect(text(sheet)).toContain(says.steps.does.merge('Phường Hà Phong', 'Phường Hạ Long Đông'))
    const act = await it.get(`${path}/lam?viec=schedule`)
    const hash = /[0-9a-f]{64}/.exec(text(sheet))?.[0] ?? '-'
    expect(act.html).toContain(`name="hash" value="${hash}"`)
  })

  test('is scheduled by one and agreed to by another, who sees it whole', async () => {
    const { html } = await it.get(`${path}/lam?viec=schedule`)
    const hash = /name="hash" value="(\w+)"/.exec(html)?.[1] ?? ''
    const number = /Gõ số tài khoản sẽ thay đổi: ([\d.]+)/.exec(plain(html))?.[1] ?? ''
    const wrong = await it.fill(
      `${path}/lam?viec=schedule`,
      { viec: 'schedule', hash, why: 'Ngắn', number: '1' },
      `${path}/lam`,
    )
    expect(errorsIn(wrong.html).map(({ field }) => field)).toEqual(['why', 'number'])
    const why = 'Theo nghị quyết của Hội đồng nhân dân'
    const held = await it.fill(`${path}/lam?viec=schedule`, { viec: 'schedule', hash, why, number }, `${path}/lam`)
    expect(text(held)).toContain(says.brakeHeld)
    await work()
    expect(text(await it.get(path))).toContain(says.states.held)
    const hold = /\/chot-an-toan\/[0-9a-f-]{36}/.exec(held.html)?.[0] ?? ''
    const seen = await second.get(hold)
    expect(text(seen)).toContain(why)
    expect(seen.html).toContain(`href="${path}"`)
    expect((await it.get(hold)).html).not.toContain(`${hold}/mo`)
    await second.post(`${hold}/mo`, { number })
    await work()
    const done = text(await it.get(path))
    expect(done).toContain(says.states.applied)
    expect(done).toContain(says.canReverse)
    expect(text(await it.get(`${path}?muc=don-vi`))).toMatch(/Phường Hà Phong.*Phường Hạ Long Đông: \d+ người/)
    expect(text(await it.get(`${path}?muc=dia-chi`))).toContain('Phường Hà Phong')
    expect(text(await it.get(`${path}/van-ban`))).toContain(hash)
  })

  test('shows on the units’ pages whence and whither, and how it was before', async () => {
    const unit = await it.get(`/don-vi/${idOf('Phường Hà Phong')}`)
    expect(text(unit)).toContain('Phường Hạ Long Đông')
    expect(unit.html).toContain(`href="${path}"`)
    const yesterday = addDays(dayOf(clock()), -1)
    const [year = '', month = '', date = ''] = yesterday.split('-')
    const q = 'q=phuong+ha+phong'
    expect(text(await it.get(`/don-vi?${q}`))).not.toContain('Phường Hà Phong Xã, phường')
    expect(text(await it.get(`/don-vi?${q}&ngay=${date}/${month}/${year}`))).toContain('Phường Hà Phong')
    expect(text(await it.get(`/don-vi?ngay=31/02/2026`))).toContain(says.asOf.wrong)
  })

  test('is taken back with a reason', async () => {
    const { html } = await it.get(`${path}/lam?viec=reverse`)
    const number = /Gõ số tài khoản sẽ thay đổi: ([\d.]+)/.exec(plain(html))?.[1] ?? ''
    await it.fill(
      `${path}/lam?viec=reverse`,
      { viec: 'reverse', why: 'Nghị quyết chưa có hiệu lực', number },
      `${path}/lam`,
    )
    await work()
    expect(text(await it.get(path))).toContain(says.states.reversed)
    expect((await it.get(`${path}/them?loai=create`)).location).toBe(path)
  })
})

describe('a province’s plan, by a workbook', () => {
  test('made of the plan that Congvu writes is the same plan', async () => {
    const { reorganisations } = web.services
    const may = allowed('reorganisation.change', province.staff)
    const read = allowed('reorganisation.read', province.staff)
    const plan = { ...planFor(web.services, province), effectiveOn: addDays(dayOf(clock()), 40) }
    const bytes = await reorganisations.workbook(read, plan)
    const file = await reorganisations.readFile(may, { name: 'p.xlsx', bytes })
    expect(file.ok && file.value.faults).toEqual([])
    const made = await send(it, `${PATH}/moi`, { name: 'bỏ qua' }, bytes)
    const path = made.location
    expect(headingOf(made.html)).toContain(plan.name)
    const id = path.slice(PATH.length + 1) as never
    const kept = await reorganisations.read(read, id)
    if (!kept) throw new Error()
    // Units that the plan makes have identifiers of their own in each.
    const called = (draft: typeof plan) => {
      const names = new Map(draft.steps.flatMap((step) => (step.kind === 'create' ? [[step.unit, step.name]] : [])))
      return JSON.parse(
        JSON.stringify({ ...draft }).replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, (unit) => names.get(unit as never) ?? unit),
      ) as unknown
    }
    expect(called(kept.draft)).toEqual(called(plan))
    expect(text(made)).toContain(says.fine)
    const again = await sheetsIn(await download(it, `${path}/tai-ve`), 'x.xlsx')
    expect(again.ok && again.value.map(({ name }) => name)).toEqual([
      'Phương án',
      'Việc',
      'Phân người',
      'Quản trị',
      'Hướng dẫn',
    ])
    const report = await sheetsIn(await download(auditor, `${path}/bao-cao`), 'x.xlsx')
    expect(report.ok && report.value.map(({ rows }) => rows.length > 50)).toEqual([true, true])
    expect(text(await it.get(`${path}?muc=nguoi&trang=2`))).toContain('Từ 51 đến 100')
  }, 30_000)

  test('that is not understood changes nothing and says where', async () => {
    const { services } = web
    const template = await services.reorganisations.template(allowed('reorganisation.read', province.staff))
    const made = await send(it, `${PATH}/moi`, { name: 'Phương án trống', ...day('2027-07-01'), letters: 'no' }, null)
    const path = made.location
    const empty = await send(it, `${path}/tep`, {}, template)
    expect(errorsIn(empty.html)).toEqual([{ field: 'file', text: says.texts.noSheets }])
    const none = await send(it, `${path}/tep`, {}, null)
    expect(errorsIn(none.html)).toEqual([{ field: 'file', text: says.texts.noFile }])
    const junk = await send(it, `${path}/tep`, {}, Buffer.from('%PDF-1.7 not a plan'))
    expect(errorsIn(junk.html)).toHaveLength(1)
    const rules = ['Từ đơn vị', 'Phân theo', 'Phòng, chức vụ hoặc người', 'Về đơn vị']
    const alone = await workbook({ 'Phân người': [rules, ['Sở Y tế', 'Còn lại', '', 'Sở Mặt trăng']] })
    const list = await send(it, `${path}/tep`, {}, alone)
    expect(errorsIn(list.html)).toEqual([
      { field: 'file', text: says.texts.row('Phân người', '2', says.texts.unknownUnit('Sở Mặt trăng')) },
    ])
    // A plan that is made of it needs steps as well.
    const made_ = await send(it, `${PATH}/moi`, { name: 'Phân người', ...day('2027-07-01') }, alone)
    expect(errorsIn(made_.html)[0]).toEqual({ field: 'file', text: says.texts.noSteps('Việc') })
    expect(text(await it.get(`${path}?muc=viec`))).toContain(says.steps.nothing)
    const gone = await it.fill(`${path}/lam?viec=cancel`, { viec: 'cancel' }, `${path}/lam`)
    expect(text(gone)).toContain(says.states.cancelled)
  })
})
