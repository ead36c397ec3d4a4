import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import type { PersonActor } from '../../src/access/policy.ts'
import { encode } from '../../scripts/roster/old-encodings.ts'
import { openRoster, readRoster } from '../../src/imports/file.ts'
import { withFile } from '../../src/imports/spool.ts'
import { Day } from '../../src/kernel/day.ts'
import { seedProvince } from '../support/rosters.ts'
import { seedStaff, unique } from '../support/system.ts'
import { signedIn } from '../support/signed-in.ts'
import { errorsIn, headingOf, plain, startWeb, type Seen, type Visitor, type WebSystem } from '../support/web.ts'

const LIST = '/nhap-danh-sach'
let web: WebSystem
let actor: PersonActor
let first: Visitor, second: Visitor, auditor: Visitor

beforeAll(async () => {
  web = await startWeb()
  const { services } = web
  const province = await seedProvince(services)
  actor = await seedStaff(services, 'it-staff', province, 'Lê Đức Thắng')
  first = await signedIn(web, actor)
  second = await signedIn(web, await seedStaff(services, 'it-staff', province, 'Bùi Vũ Khánh Huyền'))
  auditor = await signedIn(web, await seedStaff(services, 'auditor', province, 'Chíu Thị Hường'))
}, 60_000)
afterAll(() => web.stop())

const work = () => web.services.imports.work()
/** Uploads as a browser does; answers where that leads. */
async function upload(content: string | Buffer, more: Record<string, string> = {}, name = 'can-bo.csv'): Promise<Seen> {
  const { html } = await first.get(`${LIST}/moi`)
  const token = /name="_csrf" value="([^"]+)"/.exec(html)?.[1] ?? ''
  let request = first.agent.post(`${LIST}/moi`).field('_csrf', token)
  for (const [field, value] of Object.entries({ mode: 'add', handOver: 'slip', ...more }))
    request = request.field(field, value)
  const answer = await request.attach('file', Buffer.from(content), name)
  const location = (answer.headers as Record<string, string>)['location'] ?? ''
  const seen = await first.get(location)
  return { ...seen, location }
}
/** Uploads, lets the worker read, and looks at the import's page. */
async function planned(content: string | Buffer, more?: Record<string, string>, name?: string) {
  const { location } = await upload(content, more, name)
  await work()
  return { at: location, ...(await follow(first, location)) }
}
async function follow(who: Visitor, path: string): Promise<Seen> {
  const seen = await who.get(path)
  return seen.status === 303
    ? { ...(await who.get(seen.location)), location: seen.location }
    : { ...seen, location: path }
}
const HEAD = 'Họ và tên;Ngày sinh;Số CCCD;Đơn vị công tác;Chức vụ'
const nin = () => `022088${String(800_000 + unique())}`
const csv = (...lines: string[]) => [HEAD, ...lines].join('\n')
const hashIn = (html: string) => /name="hash" value="([^"]+)"/.exec(html)?.[1] ?? ''

describe('the upload', () => {
  test('says what is missing or wrong, keeps what was typed, and opens nothing to the auditor', async () => {
    await first.get(`${LIST}/moi`)
    await first.post(`${LIST}/moi`, { mode: 'roster', handOver: '', unit: 'Không có' })
    const { html } = await first.get(`${LIST}/moi`)
    expect(errorsIn(html).map(({ field }) => field)).toEqual(['file', 'unit', 'handOver'])
    expect(html).toContain('value="Không có"')
    expect((await auditor.get(LIST)).html).not.toContain(`${LIST}/moi`)
    expect((await auditor.get(`${LIST}/moi`)).status).toBe(403)
  })

  test.each([
    ['a web page', '<html><table></table></html>', 'ds.xls', 'trang web'],
    ['an old workbook', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'ds.xls', '.xlsx'],
    ['a picture', Buffer.from('89504e470d0a1a0a0000', 'hex'), 'ds.xlsx', 'không phải bảng tính'],
  ])('of %s says what to do', async (_name, content, name, text) => {
    const { html } = await planned(content, {}, name)
    expect(headingOf(html)).toBe('Tệp này không đọc được')
    expect(plain(html)).toContain(text)
  })

  test('of a file that was carried out already says so', async () => {
    const content = csv(`Vi Thị Mỷ;27/07/1988;${nin()};Sở Nội vụ;Chuyên viên`)
    const { at, html } = await planned(content)
    await first.post(`${at}/viec`, { act: 'start', hash: hashIn(html) })
    await work()
    expect(plain((await planned(content)).html)).toContain('Tệp này đã nhập lúc')
  })
})

describe('the columns', () => {
  test('are matched by hand where no heading tells them, and remembered for the sender', async () => {
    const rows = ['Vi Thị Mỷ;27/07/1988;Sở Nội vụ', 'Hoàng Văn Sìn;01/02/1990;Sở Nội vụ'].join('\n')
    const { at, html, location } = await planned(rows)
    expect(location).toBe(`${at}/cot`)
    expect(html).toContain('Vi Thị Mỷ')
    await first.post(`${at}/cot`, { read0: 'yes', header0: '', from0: 'x' })
    expect(errorsIn((await first.get(`${at}/cot`)).html).map(({ field }) => field)).toEqual(['from0', 'read0'])
    const mapped = { read0: 'yes', from0: '1', 'field0-0': 'fullName', 'field0-1': 'birthDate', 'field0-2': 'unit' }
    await first.post(`${at}/cot`, mapped)
    await work()
    expect(headingOf((await first.get(at)).html)).toContain('2 dòng đã đọc')
    const next = await planned(rows.replace('Mỷ', 'Mai'))
    expect(next.location).toBe(next.at)
    expect(plain((await first.get(`${next.at}/cot`)).html)).toContain('Ghép như lần trước')
  })

  test('in an old encoding are shown before and after', async () => {
    const content = [
      HEAD,
      ...['Nguyễn Thị Hường', 'Đặng Văn Thắng', 'Phạm Thị Thu Hằng'].map(
        (name) => `${encode(name, 'tcvn3')};01/02/1990;${nin()};;`,
      ),
    ]
    const { at, html } = await planned(content.join('\n'))
    expect(plain(html)).toContain('TCVN3 (ABC)')
    expect(plain(html)).toContain('Nguyễn Thị Hường')
    expect(plain((await auditor.get(`${at}/cot`)).html)).not.toMatch(/022088\d{6}/)
  })
})

describe('a preview', () => {
  test('shows each row with its reason; rows are fixed, chosen and left out; then it runs, and is downloaded', async () => {
    const { at, html } = await planned(
      csv(
        `Lò Thị Én;05/09/1988;${nin()};Sở Nội vụ;Chuyên viên`,
        `Lò Văn Sửa;31/02/1988;${nin()};Sở Nội vụ;Chuyên viên`,
        `Lò Văn Đơn;05/09/1988;${nin()};So Noi vu;Chuyên viên`,
        `=HYPERLINK("x");05/09/1988;${nin()};Sở Nội vụ;Chuyên viên`,
      ),
    )
    expect(headingOf(html)).toBe('4 dòng đã đọc, 3 dòng cần kiểm tra')
    expect(plain(html)).toContain('Không có ngày 31/02/1988')
    const fix = async (seq: number, fields: Record<string, string>) => {
      await first.get(`${at}/dong/${seq}`)
      expect((await first.post(`${at}/dong/${seq}`, fields)).location).toBe(at)
      await work()
    }
    await fix(2, { act: 'fix', fullName: 'Lò Văn Sửa', birthDate: '28/02/1988', position: 'Chuyên viên' })
    const proposed = /name="proposed" value="([^"]+)"/.exec((await first.get(`${at}/don-vi`)).html)?.[1] ?? ''
    const key = /name="spelling" value="([^"]+)"/.exec((await first.get(`${at}/don-vi`)).html)?.[1] ?? ''
    await first.post(`${at}/don-vi`, { spelling: key, proposed })
    await work()
    await fix(4, { act: 'skip' })
    const ready = await first.get(at)
    expect(headingOf(ready.html)).toBe('4 dòng đã đọc, không dòng nào cần kiểm tra')
    expect(plain((await first.get(`${at}?q=sua`)).html)).toContain('Lò Văn Sửa')
    const english = await first.get(`${at}?ket-qua=all&lang=en`)
    expect(headingOf(english.html)).toBe('4 rows read, none to review')
    await first.get(`${at}?lang=vi`)

    await first.post(`${at}/viec`, { act: 'start', hash: 'another' })
    expect(plain((await first.get(at)).html)).toContain('Kế hoạch đã khác')
    await first.post(`${at}/viec`, { act: 'start', hash: hashIn(ready.html) })
    expect(headingOf((await first.get(at)).html)).toBe('Đã xong 0 trên 3')
    await work()
    expect(headingOf((await first.get(at)).html)).toBe('Đã xong: 3 tạo mới')
    expect((await first.post(`${at}/dong/1`, { act: 'skip' })).status).toBe(303)
    expect(plain((await first.get(at)).html)).toContain('tình trạng khác')

    await first.get(at)
    const answer = await first.agent
      .post(`${at}/tai-ve`)
      .type('form')
      .send({ _csrf: /name="_csrf" value="([^"]+)"/.exec((await first.get(at)).html)?.[1] ?? '' })
      .responseType('blob')
    const texts = await cellsOf(answer.body as Buffer)
    expect(texts[0]?.slice(-2)).toEqual(['Kết quả', 'Lý do'])
    expect(texts[1]).toContain('Tạo mới · Đã làm')
    expect(texts[4]?.[0]).toBe(`'=HYPERLINK("x")`)
    expect(texts[4]).toContain('Bỏ qua')
  })

  test('of many changes takes a second person, who types their number', async () => {
    const { at, html } = await planned(
      csv(...Array.from({ length: 101 }, (_, n) => `Nông Văn ${'ABCDEGHK'[n % 8]}uân;05/09/1988;${nin()};Sở Nội vụ;`)),
    )
    expect(plain(html)).toContain('Hơn 100 thay đổi: cần người thứ hai đồng ý')
    const hash = hashIn(html)
    await first.post(`${at}/viec`, { act: 'start', hash })
    await first.get(at)
    await first.post(`${at}/dong-y`, { hash, number: '101' })
    expect(plain((await first.get(at)).html)).toContain('Người đề nghị không tự đồng ý được')
    const asked = await second.get(at)
    expect(plain(asked.html)).toContain('Lê Đức Thắng đề nghị thực hiện')
    await second.post(`${at}/dong-y`, { hash, number: '11' })
    expect(errorsIn((await second.get(at)).html)).toEqual([{ field: 'number', text: 'Số gõ vào chưa đúng' }])
    await second.post(`${at}/dong-y`, { hash, number: '101' })
    await second.get(at)
    await second.post(`${at}/viec`, { act: 'pause' })
    await work()
    expect(headingOf((await second.get(at)).html)).toContain('Tạm dừng')
    await second.post(`${at}/viec`, { act: 'go-on' })
    await work()
    expect(headingOf((await second.get(at)).html)).toBe('Đã xong: 101 tạo mới')
    expect((await first.get(`${at}?ket-qua=all&trang=6`)).html).toContain('Từ 101 đến 101 trong 101')
  })
})

describe('a finished import', () => {
  test('is handed over by one document of slips by unit, and taken back but for what is in use since', async () => {
    const { at, html } = await planned(
      csv(
        ...['Sở Nội vụ', 'Sở Y tế', 'Sở Y tế'].map((unit, n) => `Triệu Thị ${'ABC'[n]}nh;05/09/1988;${nin()};${unit};`),
      ),
    )
    await first.post(`${at}/viec`, { act: 'start', hash: hashIn(html) })
    await work()
    expect(plain((await auditor.get(`${at}/phieu`)).html)).toContain('Sở Y tế')
    await first.get(`${at}/phieu`)
    const paper = await first.post(`${at}/phieu`)
    expect(paper.html.match(/cv-sheet__code"/g)).toHaveLength(3)
    expect(paper.html.match(/cv-sheet__table/g)).toHaveLength(2)
    expect(plain(paper.html)).toContain('Mã chỉ hiện lần này')

    const { prisma } = web.services.database
    const [used] = await prisma.account.findMany({ where: { displayName: 'Triệu Thị Anh' } })
    await prisma.account.update({ where: { id: used?.id ?? '' }, data: { state: 'active', activatedAt: new Date() } })
    await first.get(at)
    await first.post(`${at}/hoan-tac`, { act: 'weigh' })
    await work()
    const preview = await follow(first, at)
    expect(preview.location).toBe(`${at}/hoan-tac`)
    expect(plain(preview.html)).toContain('2 dòng hoàn tác được')
    expect(plain((await first.get(`${at}/hoan-tac?xem=giu`)).html)).toContain('Tài khoản đã được kích hoạt hoặc dùng')
    expect((await prisma.account.findMany({ where: { displayName: 'Triệu Thị Bnh' } }))[0]?.state).toBe(
      'awaiting-activation',
    )
    await first.post(`${at}/hoan-tac`, { why: 'ngắn' })
    expect(errorsIn((await first.get(`${at}/hoan-tac`)).html).map(({ field }) => field)).toEqual(['why'])
    await first.post(`${at}/hoan-tac`, { why: 'Đơn vị gửi nhầm danh sách' })
    await work()
    expect(headingOf((await first.get(at)).html)).toBe('Đã hoàn tác 2 dòng, 1 dòng không hoàn tác được')
    expect((await prisma.account.findMany({ where: { displayName: 'Triệu Thị Bnh' } }))[0]?.state).toBe('deleted')
  })

  test('puts changed details and units back, unless they were changed again', async () => {
    const [one, two] = [nin(), nin()]
    const before = [
      `Bàn Văn Một;05/09/1988;${one};Sở Nội vụ;Chuyên viên`,
      `Bàn Văn Hai;05/09/1988;${two};Sở Nội vụ;Chuyên viên`,
    ]
    const start = async (content: string) => {
      const { at, html } = await planned(content)
      await first.post(`${at}/viec`, { act: 'start', hash: hashIn(html) })
      await work()
      return at
    }
    await start(csv(...before))
    const at = await start(
      csv(...before.map((row) => row.replace('Sở Nội vụ', 'Sở Y tế').replace('Chuyên viên', 'Phó phòng'))),
    )
    await start(csv((before[1] ?? '').replace('Sở Nội vụ', 'Sở Y tế').replace('Chuyên viên', 'Trưởng phòng')))
    await first.post(`${at}/hoan-tac`, { act: 'weigh' })
    await work()
    expect(plain((await first.get(`${at}/hoan-tac?xem=giu`)).html)).toContain('Thông tin đã được sửa từ đó')
    await first.post(`${at}/hoan-tac`, { why: 'Đơn vị gửi nhầm danh sách' })
    await work()
    const titles = await web.services.database.prisma.post.findMany({
      where: { person: { fullName: { startsWith: 'Bàn Văn' } }, validTo: null },
      orderBy: { title: 'asc' },
    })
    expect(titles.map(({ title }) => title)).toEqual(['Chuyên viên', 'Trưởng phòng'])
    expect(headingOf((await first.get(at)).html)).toContain('1 dòng không hoàn tác được')
  })

  test('follows a policy with versions', async () => {
    await first.get('/quy-dinh/nhap-danh-sach')
    const asked = { approveAbove: '1.000.000.000', undoDays: '3', keepDays: '30', why: '', seen: '0' }
    await first.post('/quy-dinh/nhap-danh-sach', asked)
    const wrong = await first.get('/quy-dinh/nhap-danh-sach')
    expect(errorsIn(wrong.html).map(({ field }) => field)).toEqual(['approveAbove', 'why'])
    await first.post('/quy-dinh/nhap-danh-sach', { ...asked, approveAbove: '50', why: 'Theo công văn số 12' })
    expect(plain((await auditor.get('/quy-dinh/nhap-danh-sach')).html)).toContain('Đang dùng bản 1')
    const again = { ...asked, approveAbove: '50', why: 'Theo công văn số 13' }
    await first.post('/quy-dinh/nhap-danh-sach', { ...again, seen: '1' })
    expect(plain((await first.get('/quy-dinh/nhap-danh-sach')).html)).toContain(
      'Chưa có gì khác với quy định đang dùng.',
    )
    await first.post('/quy-dinh/nhap-danh-sach', { ...again, approveAbove: '60' })
    const stale = plain((await first.get('/quy-dinh/nhap-danh-sach')).html)
    expect(stale).toContain('Người khác vừa sửa quy định này.')
    expect(stale).toContain('Đang dùng bản 1')
  })
})

test('the blank workbook is read without mapping', async () => {
  const answer = await auditor.agent.get(`${LIST}/mau`).responseType('blob')
  const bytes = answer.body as Buffer
  await withFile(bytes, async (path) => {
    const opened = await openRoster({ path, name: 'mau.xlsx' }, { today: Day.parse('2026-11-26') })
    expect(opened).toMatchObject({ ok: true, value: { need: null } })
    if (opened.ok) expect(await readRoster(opened.value, () => undefined)).toMatchObject({ ok: true })
  })
})

/** The texts of the first sheet's rows. */
const cellsOf = (bytes: Buffer) =>
  withFile(bytes, async (path) => {
    const opened = await openRoster({ path, name: 'a.xlsx' }, { today: Day.parse('2026-11-26') })
    if (!opened.ok) throw new Error(opened.refusal.kind)
    const texts = opened.value.tables[0]?.beginning.map(({ text }) => text) ?? []
    await opened.value.close()
    return texts
  })
