import { afterAll, beforeAll, beforeEach, describe, expect, test } from '../support/jest.ts'
import type { PersonActor } from '../../src/access/policy.ts'
import type { AccountId, UnitId } from '../../src/kernel/ids.ts'
import { localPath } from '../../src/web/sign-in.pages.ts'
import { vi } from '../../src/web/words/vi.ts'
import { allowed, approveAs, seedStaff, seedUnits, someDetails, submitted } from '../support/system.ts'
import { errorsIn, headingOf, plain, startWeb, visitor, type Seen, type WebSystem } from '../support/web.ts'

const PASSWORD = 'sóng biển Cô Tô lặng gió'
let web: WebSystem
let units: Record<'agency', UnitId>
let approver: PersonActor

beforeAll(async () => {
  web = await startWeb()
  units = await seedUnits(web.services)
  approver = await seedStaff(web.services, 'unit-admin', units.agency, 'Trần Thị Minh Hà')
})
afterAll(() => web.stop())
beforeEach(() => web.calm())

/** An approved account, as the directory has it; and the secret of its link, or the code of its slip. */
async function issued(fullName: string): Promise<{ id: AccountId; link: string; local: string }> {
  const email = `${fullName.length}.${Math.random().toString(36).slice(2)}@example.com`
  const request = await submitted(web.services, someDetails(units.agency, { fullName, phone: '0203 3825 678' }), email)
  const id = await approveAs(web.services, approver, request)
  await web.services.provisioner.run()
  const { secret } = await web.letter('approved', email)
  const { local } = await web.services.database.prisma.address.findFirstOrThrow({ where: { holderId: id } })
  return { id, link: `/kich-hoat/${secret}`, local }
}

/** The key of the session that an answer hands out. */
const sessionIn = (seen: Seen): string => /congvu=([^;]+)/.exec(String(seen.headers['set-cookie']))?.[1] ?? ''

/** Provisioning goes on beside, as a worker would. */
async function atWork<T>(act: () => Promise<T>): Promise<T> {
  const timer = setInterval(() => void web.services.provisioner.run(), 50)
  try {
    return await act()
  } finally {
    clearInterval(timer)
    await web.services.provisioner.run()
  }
}

describe('activating a mailbox', () => {
  test('by the mailed link, which works once', async () => {
    const { link, local } = await issued('Đỗ Thị Liên')
    const who = visitor(web.app)
    const asked = await who.get(link)
    expect(headingOf(asked.html)).toBe(vi.activation.title(`${local}@quangninh.gov.vn`))
    expect(asked.headers['referrer-policy']).toBe('no-referrer')
    const done = await atWork(() => who.fill(link, { password: PASSWORD, again: PASSWORD }))
    expect(done.location).toBe('/kich-hoat/xong')
    expect(headingOf(done.html)).toBe(vi.activation.doneTitle)
    expect(plain(done.html)).toContain(vi.activation.doneText(`${local}@quangninh.gov.vn`))
    const again = await visitor(web.app).get(link)
    expect(again.status).toBe(410)
    expect(plain(again.html)).toContain(vi.activation.deadText)
    const entered = await visitor(web.app).fill('/dang-nhap', { login: local, password: PASSWORD })
    expect(entered.location).toBe('/tai-khoan-cua-toi')
  })

  test('by the code on a slip, with the address', async () => {
    const { id, local } = await issued('Ngô Văn Phiếu')
    const slip = await web.services.accounts.slip(allowed('account.hand-over', approver), id)
    const code = slip.ok ? slip.value.code : ''
    const who = visitor(web.app)
    const dead = [{ field: 'code', text: `${vi.activation.dead}. ${vi.activation.deadText}` }]
    expect(errorsIn((await who.fill('/kich-hoat', { address: 'nguoikhac', code })).html)).toEqual(dead)
    expect(errorsIn((await who.fill('/kich-hoat', { address: local, code: 'AAAA BBBB CCCC' })).html)).toEqual(dead)
    const asked = await who.fill('/kich-hoat', { address: local, code: code.toLowerCase().replaceAll(' ', '') })
    expect(asked.location).toBe('/kich-hoat/mat-khau')
    const done = await atWork(() => who.fill('/kich-hoat/mat-khau', { password: PASSWORD, again: PASSWORD }))
    expect(headingOf(done.html)).toBe(vi.activation.doneTitle)
    expect((await who.get('/kich-hoat/mat-khau')).location).toBe('/kich-hoat')
  })

  test('notes the password while the directory does not answer, and says when the mailbox is open', async () => {
    const { link, local } = await issued('Bùi Thị Chờ')
    const who = visitor(web.app)
    const noted = await who.fill(link, { password: PASSWORD, again: PASSWORD })
    expect(headingOf(noted.html)).toBe(vi.activation.notedTitle)
    expect(plain(noted.html)).toContain(vi.activation.notedText(`${local}@quangninh.gov.vn`))
    await web.services.provisioner.run()
    expect(headingOf((await who.get('/kich-hoat/xong')).html)).toBe(vi.activation.doneTitle)
  })

  test('says what is wrong with a password beside its field, and keeps nothing of it', async () => {
    const { link } = await issued('Nguyễn Văn Mật')
    const who = visitor(web.app)
    const says = vi.activation.errors
    const cases: [string, string, { field: string; text: string }[]][] = [
      ['', '', [{ field: 'password', text: says.empty }]],
      ['ngắn', 'ngắn', [{ field: 'password', text: says.short(4, 14) }]],
      ['a'.repeat(201), 'a'.repeat(201), [{ field: 'password', text: says.long(200) }]],
      ['nguyen van mat 1988!', 'nguyen van mat 1988!', [{ field: 'password', text: says.name }]],
      ['goi so 02033825678 nhé', 'goi so 02033825678 nhé', [{ field: 'password', text: says.phone }]],
      ['passwordpassword', 'passwordpassword', [{ field: 'password', text: says.common }]],
      [PASSWORD, `${PASSWORD} `, [{ field: 'again', text: says.different }]],
    ]
    for (const [password, again, errors] of cases) {
      const seen = await who.fill(link, { password, again })
      expect([password.slice(0, 20), errorsIn(seen.html)]).toEqual([password.slice(0, 20), errors])
      if (password !== '') expect(seen.html).not.toContain(`value="${password}"`)
    }
    const { rows } = await web.services.database.pool.query('SELECT sess::text FROM session')
    expect(JSON.stringify(rows)).not.toContain('Cô Tô')
  })

  test('does not take the words of its own pages for a secret', async () => {
    for (const path of ['/kich-hoat/mat-khau', '/kich-hoat/xong'])
      expect(await visitor(web.app).get(path)).toMatchObject({ status: 303, location: '/kich-hoat' })
    expect((await visitor(web.app).get('/kich-hoat/x'.padEnd(5_000, 'x'))).status).toBe(410)
    expect((await visitor(web.app).get('/kich-hoat/%00%2F..')).status).toBe(410)
    expect((await visitor(web.app).get('/kich-hoat/%zz')).status).toBe(400)
  })
})

describe('signing in', () => {
  let person: { local: string; id: AccountId }
  beforeAll(async () => {
    await web.calm()
    const { id, link, local } = await issued('Lê Thị Vào')
    await atWork(() => visitor(web.app).fill(link, { password: PASSWORD, again: PASSWORD }))
    person = { id, local }
  })

  test('goes on to where somebody was led from, inside this service only', async () => {
    const enter = async (tiep: string) => {
      const who = visitor(web.app)
      await who.get(`/dang-nhap?tiep=${encodeURIComponent(tiep)}`)
      return (await who.post('/dang-nhap', { login: person.local, password: PASSWORD, tiep })).location
    }
    expect(await enter('/tro-giup?a=1')).toBe('/tro-giup?a=1')
    for (const elsewhere of ['//evil.example', '/\\evil.example', 'https://evil.example', '/\t/evil.example', 'x'])
      expect([elsewhere, await enter(elsewhere)]).toEqual([elsewhere, '/tai-khoan-cua-toi'])
    for (const bad of ['/a\\b', '/\n/x', '/ /x', '', '/\u202e']) expect([bad, localPath(bad)]).toEqual([bad, null])
  })

  test('starts a fresh session, and signing out ends it', async () => {
    const who = visitor(web.app)
    await who.fill('/theo-doi', { code: '', email: '' })
    const before = sessionIn(await who.get('/dang-nhap'))
    const after = sessionIn(await who.post('/dang-nhap', { login: person.local, password: PASSWORD }))
    expect(after).toMatch(/^s%3A.{30,}/)
    expect(after).not.toBe(before)
    expect((await who.get('/dang-nhap')).location).toBe('/tai-khoan-cua-toi')
    await who.get('/tro-giup')
    const left = await who.post('/dang-xuat')
    expect(left.location).toBe('/dang-nhap')
    expect(plain((await who.get('/dang-nhap')).html)).toContain(vi.signIn.signedOut)
    expect((await who.get('/tai-khoan-cua-toi')).location).toBe('/dang-nhap?tiep=%2Ftai-khoan-cua-toi')
  })

  test('says the same of a wrong password and an unknown or never activated address', async () => {
    const never = await issued('Cao Văn Chưa')
    for (const login of [person.local, 'khongcoai', never.local, '*)(uid=*', 'Ngô Đình', `x\u0000`, 'a'.repeat(5000)]) {
      const seen = await visitor(web.app).fill('/dang-nhap', { login, password: 'sai mật khẩu' })
      expect([login.slice(0, 20), errorsIn(seen.html)]).toEqual([
        login.slice(0, 20),
        [{ field: 'login', text: vi.signIn.wrong }],
      ])
    }
    expect(errorsIn((await visitor(web.app).fill('/dang-nhap', {})).html)).toEqual([
      { field: 'login', text: vi.signIn.emptyAddress },
      { field: 'password', text: vi.signIn.emptyPassword },
    ])
  })

  test('ends with a 429 that names the minutes after many tries, for this address and account only', async () => {
    const who = visitor(web.app)
    const attempt = () => who.fill('/dang-nhap', { login: 'mot.nguoi', password: 'x' })
    for (let tries = 0; tries < 10; tries++) expect((await attempt()).status).toBe(200)
    const refused = await attempt()
    expect(refused.status).toBe(429)
    expect(plain(refused.html)).toMatch(/Thử lại sau \d+ phút/)
    await who.get('/dang-nhap')
    expect((await who.post('/dang-nhap', { login: person.local, password: PASSWORD })).status).toBe(303)
  })

  test('says that the password is not the cause when the directory is away', async () => {
    const { port } = web.directory
    await web.directory.stop()
    expect(port).toBeGreaterThan(0)
    const seen = await visitor(web.app).fill('/dang-nhap', { login: person.local, password: PASSWORD })
    expect(seen.status).toBe(503)
    expect(plain(seen.html)).toContain(vi.signIn.directoryDown)
    expect(seen.html).toContain(`value="${person.local}"`)
    for (const path of ['/', '/de-nghi', '/theo-doi', '/kich-hoat', '/dang-nhap'])
      expect([path, (await visitor(web.app).get(path)).status]).toEqual([path, 200])
  })
})
