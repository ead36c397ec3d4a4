import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import type { PersonActor } from '../../src/access/policy.ts'
import type { AccountId, UnitId } from '../../src/kernel/ids.ts'
import { vi } from '../../src/web/words/vi.ts'
import { approveAs, seedStaff, seedUnits, someDetails, submitted } from '../support/system.ts'
import { signedIn } from '../support/signed-in.ts'
import { errorsIn, plain, startWeb, type Visitor, type WebSystem } from '../support/web.ts'

const POLICY = '/quy-dinh/dia-chi'
let web: WebSystem
let units: Record<'province' | 'agency' | 'department' | 'other', UnitId>
let actors: Record<'first' | 'second' | 'auditor', PersonActor>
let first: Visitor, second: Visitor, auditor: Visitor

beforeAll(async () => {
  web = await startWeb()
  const { services } = web
  units = await seedUnits(services)
  actors = {
    first: await seedStaff(services, 'it-staff', units.province, 'Lê Đức Thắng'),
    second: await seedStaff(services, 'it-staff', units.province, 'Bùi Vũ Khánh Huyền'),
    auditor: await seedStaff(services, 'auditor', units.province, 'Chíu Thị Hường'),
  }
  first = await signedIn(web, actors.first)
  second = await signedIn(web, actors.second)
  auditor = await signedIn(web, actors.auditor)
}, 60_000)
afterAll(() => web.stop())

const issued = async (fullName: string): Promise<AccountId> =>
  approveAs(web.services, actors.first, await submitted(web.services, someDetails(units.agency, { fullName })))
/** The form as it stands, with some fields changed. */
const form = (more: Readonly<Record<string, string>>) => ({
  ...{
    person: '{hodemten}',
    unit: '{viettat}\n{tenlien}',
    function: '{chucnang}-{donvi}',
    overrides: '',
    exceptions: '',
  },
  ...{ reserved: '', min: '2', max: '64', dots: 'yes', hyphens: 'yes', why: '', seen: '0', act: 'save' },
  ...more,
})
const send = async (who: Visitor, more: Readonly<Record<string, string>>) => {
  await who.get(POLICY)
  const sent = await who.post(POLICY, form(more))
  return sent.status === 303 ? who.get(POLICY) : sent
}

describe('the address patterns', () => {
  test('are shown to the auditor, who cannot change them', async () => {
    const { html } = await auditor.get(POLICY)
    expect(plain(html)).toContain('hhennie@')
    expect(html).not.toContain('<textarea')
    expect((await auditor.post(POLICY, form({}))).status).toBe(403)
  })

  test('are tried on difficult names, units and fifty namesakes before they are saved', async () => {
    const { html } = await send(first, { person: '{ten}{chucaidau}', act: 'preview' })
    const text = plain(html)
    expect(text).toContain(vi.naming.shown)
    for (const shown of ['huongdt@', 'hhenn@', 'phony@', 'kbrepk@', 'nhila@', 'hlana@', 'snv@', 'vanthu-'])
      expect(text).toContain(shown)
    expect(text).toMatch(/huongnt50@/)
    expect((await web.services.naming.present()).version).toBe(0)
  })

  test('are tried while somebody types: the preview alone, or what is wrong so far', async () => {
    await first.get(POLICY)
    const shown = await first.post(`${POLICY}/xem-thu`, form({ person: '{ten}.{ho}' }))
    expect(shown.html).not.toContain('<html')
    expect(plain(shown.html)).toContain('huong.dang@')
    const wrong = plain((await first.post(`${POLICY}/xem-thu`, form({ person: '{Ten}', max: '9' }))).html)
    expect(wrong).toContain(vi.naming.fields.person)
    expect(wrong).toContain(vi.naming.errors.range)
    expect(wrong).not.toContain('@')
    expect((await web.services.naming.present()).version).toBe(0)
  })

  test.each([
    [{ person: '{ten}\n{Ten}' }, ['person', 'why']],
    [{ person: '' }, ['person', 'why']],
    [{ unit: '{ten}', why: 'Theo công văn 12' }, ['unit']],
    [{ min: '9', why: 'Theo công văn 12' }, ['min']],
    [{ max: 'x', why: 'Theo công văn 12' }, ['max']],
    [{ exceptions: '1024 | Tx Cái Lậy', why: 'Theo công văn 12' }, ['exceptions']],
    [{ overrides: 'commune | unit', why: 'Theo công văn 12' }, ['overrides']],
    [{ reserved: 'Ủy', why: 'Theo công văn 12' }, ['reserved']],
  ])('that are wrong (%j) are refused beside the field', async (more, fields) => {
    const { html } = await send(first, more)
    expect(errorsIn(html).map(({ field }) => field)).toEqual(fields)
  })

  test('are saved with who and why, in force at once, and told from what they were', async () => {
    const why = 'Theo công văn 12/STTTT về địa chỉ ngắn'
    const text = plain((await send(first, { person: '{ten}{chucaidau}\n{hodemten}', why })).html)
    for (const shown of [vi.naming.saved(1), why, actors.first.name, vi.naming.versionTitle(1)])
      expect(text).toContain(shown)
    const [entry] = await web.services.database.prisma.auditEntry.findMany({ where: { action: 'naming.changed' } })
    expect(entry?.subject).toBe('policy:naming:1')

    const account = await issued('Hoàng Bảo Ngọc')
    const details = plain((await first.get(`/tai-khoan/${account}?muc=thong-tin`)).html)
    expect(details).toContain('ngochb@')
    expect(details).toContain('quy định lần 1')
    const request = await submitted(web.services, someDetails(units.agency, { fullName: 'Hoàng Bảo Ngọc' }))
    expect(plain((await first.get(`/cho-duyet/${request}`)).html)).toContain('Theo mẫu {hodemten}, quy định lần 1')
  })

  test('that somebody else changed meanwhile, or that nothing differs in, are not saved', async () => {
    const why = 'Theo công văn 13/STTTT'
    expect(plain((await send(second, { person: '{ho.dem.ten}', why })).html)).toContain(
      vi.naming.errors['policy-changed-meanwhile'],
    )
    expect((await web.services.naming.present()).version).toBe(1)
  })
})

describe('an address that has lived', () => {
  test('is released by two people, and by nobody alone', async () => {
    const { services } = web
    const account = await issued('Mạc Văn Xưa')
    await services.transaction((tx) => services.addresses.bury(tx, account))
    const { local } = await services.database.prisma.address.findFirstOrThrow({ where: { holderId: account } })
    const page = `/dia-chi?q=${local}`
    expect(plain((await auditor.get(page)).html)).toContain(vi.addressBook.states.tombstone)
    expect((await auditor.get(page)).html).not.toContain('/dia-chi/mo-lai')

    await first.get(page)
    await first.post('/dia-chi/mo-lai', { local, why: 'x' })
    expect(errorsIn((await first.get(page)).html).map(({ field }) => field)).toEqual(['why'])
    await first.post('/dia-chi/mo-lai', { local, why: 'Cấp nhầm, người cũ chưa từng dùng' })
    expect(plain((await first.get(page)).html)).toContain(vi.addressBook.another)
    await first.post('/dia-chi/xac-nhan', { local })
    expect(plain((await first.get(page)).html)).toContain(vi.addressBook.refusals['own-release'])
    expect((await services.database.prisma.address.findFirst({ where: { local } }))?.state).toBe('tombstone')

    await second.get(page)
    await second.post('/dia-chi/xac-nhan', { local })
    const text = plain((await second.get(page)).html)
    expect(text).toContain(vi.addressBook.released)
    expect(text).toContain(vi.addressBook.states.free)
    const actions = await services.database.prisma.auditEntry.findMany({ where: { subject: `address:${local}` } })
    expect(actions.map(({ action }) => action)).toEqual(['address.release-asked', 'address.released'])
  })

  test.each(['', '?q=kh%C3%B4ng', '?q=%00', '?q=conchuaai', '?q=vanthu%40quangninh.gov.vn'])(
    'answers %j',
    async (query) => {
      expect((await first.get(`/dia-chi${query}`)).status).toBe(200)
    },
  )
})

describe('another domain of the province', () => {
  const wanted = async (id: AccountId) => (await web.services.accounts.wanted.accounts([id]))[0]

  test('gives everybody the same address there, and takes it away again', async () => {
    const account = await issued('Đoàn Thị Miền')
    const before = await wanted(account)
    const local = before?.mail.split('@')[0] ?? ''
    await first.get('/dia-chi')
    await first.post('/dia-chi/ten-mien', { domain: 'Quangninh.VN', role: 'legacy' })
    expect(plain((await first.get('/dia-chi')).html)).toContain('quangninh.vn')
    const after = await wanted(account)
    expect(after?.aliases).toEqual([`${local}@quangninh.vn`])
    expect(after?.revision).toBe((before?.revision ?? 0) + 1)

    await first.post('/dia-chi/ten-mien/bo', { domain: 'quangninh.vn' })
    expect(await wanted(account)).toMatchObject({ aliases: [], revision: (before?.revision ?? 0) + 2 })
  })

  test.each(['', 'x', 'quangninh.gov.vn', '<b>.vn', 'a b.vn'])(
    'called %j is refused beside the field',
    async (domain) => {
      await first.get('/dia-chi')
      await first.post('/dia-chi/ten-mien', { domain, role: 'alias' })
      expect(errorsIn((await first.get('/dia-chi')).html).map(({ field }) => field)).toEqual(['domain'])
    },
  )
})
