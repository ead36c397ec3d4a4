import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import { TOKENS_MAX } from '../../src/access/access-token.ts'
import type { PersonActor } from '../../src/access/policy.ts'
import type { UnitId } from '../../src/kernel/ids.ts'
import { tokenOf } from '../support/api.ts'
import { signedIn } from '../support/signed-in.ts'
import { allowed, seedStaff, seedUnits } from '../support/system.ts'
import { errorsIn, headingOf, plain, startWeb, visitor, type WebSystem } from '../support/web.ts'

let web: WebSystem
let staff: PersonActor
let admin: PersonActor
let units: Record<'province' | 'agency' | 'department' | 'other', UnitId>

beforeAll(async () => {
  web = await startWeb()
  units = await seedUnits(web.services)
  staff = await seedStaff(web.services, 'it-staff', units.province, 'Lê Đức Thắng')
  admin = await seedStaff(web.services, 'unit-admin', units.agency, 'Trần Thị Minh Hà')
}, 60_000)
afterAll(() => web.stop())

const secretIn = (html: string): string => /value="(congvu_[\w-]{43})"/.exec(html)?.[1] ?? ''

describe('one’s own tokens', () => {
  test('are made with a name, an end and scopes; the secret is shown once', async () => {
    const who = await signedIn(web, admin)
    const fields = { name: ' Phần mềm  nhân sự ', days: '90', scopes: ['units:read', 'requests:read'] }
    const made = await who.fill('/ma-truy-cap', fields)
    const secret = secretIn(made.html)
    expect(made.html).toContain('Mã mới chỉ hiện một lần này')
    expect(await web.services.accessTokens.bearer(secret)).toMatchObject({
      ...{ actor: { accountId: admin.accountId }, scopes: ['requests:read', 'units:read'] },
    })
    const again = await who.get('/ma-truy-cap')
    expect(secretIn(again.html)).toBe('')
    expect(plain(again.html)).toContain('Phần mềm nhân sự')
    const [line] = await web.services.audit.page(allowed('audit.read'), { action: 'token.created', limit: 1 })
    expect(line).toMatchObject({ actor: admin.id, detail: { name: 'Phần mềm nhân sự' } })
    expect(JSON.stringify(line)).not.toContain(secret)
  })

  test('need all three, and tell beside the field what is missing; what was typed stays', async () => {
    const who = await signedIn(web, admin)
    const empty = await who.fill('/ma-truy-cap', { name: '', days: '400' })
    expect(errorsIn(empty.html).map(({ field }) => field)).toEqual(['name', 'days', 'scopes'])
    const long = await who.fill('/ma-truy-cap', { name: 'x'.repeat(61), days: '7', scopes: 'units:read' })
    expect(errorsIn(long.html)).toEqual([{ field: 'name', text: 'Tên mã dài nhất 60 ký tự' }])
    expect(long.html).toMatch(/value="units:read" checked/)
    const odd = await who.fill('/ma-truy-cap', { name: 'a\u202Eb', days: '7', scopes: 'units:read' })
    expect(errorsIn(odd.html)[0]?.text).toContain('không nhìn thấy')
    const beyond = await who.fill('/ma-truy-cap', { name: 'x', days: '7', scopes: 'units:change' })
    expect(errorsIn(beyond.html)).toEqual([{ field: 'scopes', text: 'Có phạm vi vượt quá quyền hiện có; chọn lại' }])
    const invented = await who.fill('/ma-truy-cap', { name: 'x', days: '7', scopes: ['everything', '__proto__'] })
    expect(errorsIn(invented.html).map(({ field }) => field)).toEqual(['scopes'])
  })

  test(`are ${TOKENS_MAX} at most`, async () => {
    const other = await seedStaff(web.services, 'unit-admin', units.other, 'Lục Văn Sìn')
    for (let n = 0; n < TOKENS_MAX; n++) await tokenOf(web.services, other, ['me:read'])
    const full = await (await signedIn(web, other)).fill('/ma-truy-cap', { name: 'x', days: '7', scopes: 'me:read' })
    expect(errorsIn(full.html)[0]?.text).toContain(`Đã có ${TOKENS_MAX} mã`)
  })

  test('are revoked after a question, and nobody revokes somebody else’s here', async () => {
    const who = await signedIn(web, admin)
    const secret = await tokenOf(web.services, admin, ['me:read'])
    const id = (await web.services.accessTokens.bearer(secret))?.tokenId ?? ''
    const asked = await who.get(`/ma-truy-cap/${id}/thu-hoi`)
    expect(headingOf(asked.html)).toBe('Thu hồi mã thử?')
    expect((await (await signedIn(web, staff)).post(`/ma-truy-cap/${id}/thu-hoi`)).status).toBe(404)
    expect(await web.services.accessTokens.bearer(secret)).not.toBeNull()
    const done = await who.fill(`/ma-truy-cap/${id}/thu-hoi`, {})
    expect(plain(done.html)).toContain('Đã thu hồi mã.')
    expect(await web.services.accessTokens.bearer(secret)).toBeNull()
    expect((await who.get(`/ma-truy-cap/${id}/thu-hoi`)).status).toBe(404)
  })
})

describe('everybody’s tokens', () => {
  test('are seen by IT staff, who revoke any', async () => {
    const secret = await tokenOf(web.services, admin, ['units:read'])
    const id = (await web.services.accessTokens.bearer(secret))?.tokenId ?? ''
    const who = await signedIn(web, staff)
    const all = await who.get('/ma-truy-cap-moi-nguoi')
    expect(all.html).toContain(`/ma-truy-cap-moi-nguoi/${id}/thu-hoi`)
    expect(plain(all.html)).toContain('Trần Thị Minh Hà')
    await who.fill(`/ma-truy-cap-moi-nguoi/${id}/thu-hoi`, {})
    expect(await web.services.accessTokens.bearer(secret)).toBeNull()
    const own = await (await signedIn(web, admin)).get('/ma-truy-cap')
    expect(plain(own.html)).toContain('Lê Đức Thắng thu hồi')
    const [line] = await web.services.audit.page(allowed('audit.read'), { action: 'token.revoked', limit: 1 })
    expect(line).toMatchObject({ actor: staff.id, subject: `token:${id}`, detail: { account: admin.accountId } })
  })
})

describe('the documentation', () => {
  test('is reached from every page, and leads to every operation and problem', async () => {
    const who = visitor(web.app)
    expect((await who.get('/')).html).toContain('href="/tai-lieu-api"')
    const start = await who.get('/tai-lieu-api')
    const groups = new Set([...start.html.matchAll(/href="(\/tai-lieu-api\/[^"#]+)"/g)].map(([, href = '']) => href))
    expect(groups.size).toBeGreaterThan(2)
    const pages = new Map<string, string>()
    for (const href of groups) pages.set(href, (await who.get(href)).html)
    for (const [, href = '', id = ''] of start.html.matchAll(/href="(\/tai-lieu-api\/[^"#]+)#([^"]+)"/g))
      expect([id, pages.get(href)?.includes(`id="${id}"`)]).toEqual([id, true])
    for (const html of pages.values())
      for (const [, kind = ''] of html.matchAll(/href="\/tai-lieu-api\/loi#([^"]+)"/g))
        expect([kind, pages.get('/tai-lieu-api/loi')?.includes(`id="${kind}"`)]).toEqual([kind, true])
    expect((await who.get('/tai-lieu-api/khong-co')).status).toBe(404)
  })
})
