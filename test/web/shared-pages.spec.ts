import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import { cliActor, jobActor, type PersonActor } from '../../src/access/policy.ts'
import type { AccountId, GroupId, UnitId } from '../../src/kernel/ids.ts'
import { vi } from '../../src/web/words/vi.ts'
import type { Mailbox } from '../support/people.ts'
import { decided, done, full, issuedShared, local, setHolders } from '../support/shared.ts'
import { allowed, approveAs, seedStaff, seedUnits, someDetails, submitted } from '../support/system.ts'
import { signedIn } from '../support/signed-in.ts'
import { plain, startWeb, type Visitor, type WebSystem } from '../support/web.ts'

const by = cliActor('test')
let web: WebSystem
let units: Record<'province' | 'agency' | 'department' | 'other', UnitId>
let staff: PersonActor, officer: PersonActor
let it: Visitor, administrator: Visitor, holder: Visitor
let registry: Mailbox
let stranger: AccountId
let list: GroupId

const issued = async (fullName: string, unit: UnitId): Promise<AccountId> =>
  approveAs(web.services, staff, await submitted(web.services, someDetails(unit, { fullName })))

beforeAll(async () => {
  web = await startWeb()
  const { services } = web
  units = await seedUnits(services)
  staff = await seedStaff(services, 'it-staff', units.province, 'Lê Đức Thắng')
  officer = await seedStaff(services, 'unit-admin', units.agency, 'Trần Thị Minh Hà')
  const someone = await seedStaff(services, 'unit-admin', units.other, 'Lục Văn Sìn')
  stranger = someone.accountId
  registry = await issuedShared(services, {
    ...{ unitId: units.agency, name: 'Văn thư Sở Nội vụ', local: 'vanthu-snv' },
    holders: full({ id: officer.accountId }, { id: stranger }),
  })
  const asked = {
    ...{ name: 'Danh sách Sở Nội vụ', unitId: units.agency, local: local('ds-snv') },
    rule: [
      { by: 'unit' as const, unitId: units.agency, below: true },
      { by: 'name' as const, accounts: [stranger] },
    ],
    posting: { who: 'province' as const },
  }
  list = await done(decided(services, asked.local, (tx, request) => services.lists.create(tx, by, request, asked)))
  it = await signedIn(web, staff)
  administrator = await signedIn(web, officer)
  holder = await signedIn(web, someone)
}, 60_000)
afterAll(() => web.stop())

const textOf = async (who: Visitor, path: string) => plain((await who.get(path)).html)

describe('a shared mailbox', () => {
  test('is found among the accounts by its kind, and is nobody’s to sign in to', async () => {
    const found = await textOf(it, '/tai-khoan?kind=function')
    expect(found).toContain('Văn thư Sở Nội vụ')
    expect(found).not.toContain('Trần Thị Minh Hà')
    expect((await it.get('/tai-khoan?kind=person')).html).not.toContain(registry.id)
    const own = await textOf(it, `/tai-khoan/${registry.id}`)
    expect(own).toContain(vi.shared.signIn)
    expect(own).toContain(vi.shared.kinds.function)
    expect(own).not.toContain(vi.account.handOverTitle)
  })

  test('shows who holds it; a holder of another unit is named, and not a link', async () => {
    const path = `/tai-khoan/${registry.id}?muc=nguoi-dung`
    const { html } = await administrator.get(path)
    expect(html).toContain(`/tai-khoan/${officer.accountId}`)
    expect(plain(html)).toContain('Lục Văn Sìn')
    expect(html).not.toContain(`/tai-khoan/${stranger}`)
    expect((await it.get(path)).html).toContain(`/tai-khoan/${stranger}`)
    expect((await holder.get(path)).status).toBe(404)
  })

  test('is told to its holders on their own page, and no more once they are none', async () => {
    expect(await textOf(holder, '/tai-khoan-cua-toi')).toContain('vanthu-snv@quangninh.gov.vn')
    await done(setHolders(web.services, registry.id, full({ id: officer.accountId })))
    const own = await textOf(holder, '/tai-khoan-cua-toi')
    expect(own).not.toContain(vi.shared.mine.title)
    expect(own).toContain(vi.history['holding-ended'])
    const page = await textOf(it, `/tai-khoan/${registry.id}?muc=nguoi-dung`)
    expect(page).toContain(vi.shared.holders.former)
    expect(page).toContain(vi.shared.holders.shuttingOut)
  })

  test('is given no role, no link and no slip', async () => {
    const { roles, accounts } = web.services
    const asked = { holder: 'vanthu-snv', role: 'auditor', unitId: null } as const
    expect(await roles.grant(allowed('role.change'), asked)).toMatchObject({ refusal: { kind: 'unknown-account' } })
    const refused = { ok: false, refusal: { kind: 'already-activated' } }
    expect(await accounts.sendLink(allowed('account.hand-over', staff), registry.id)).toEqual(refused)
    expect(await accounts.slip(allowed('account.hand-over', staff), registry.id)).toEqual(refused)
    expect(await web.services.actors.byLogin(registry.login)).toBeNull()
  })
})

describe('a distribution list', () => {
  test('says whom it reaches, by which rule, and who may write to it', async () => {
    expect(await textOf(administrator, '/danh-sach-thu')).toContain('Danh sách Sở Nội vụ')
    expect(await textOf(holder, '/danh-sach-thu')).toContain(vi.lists.empty)
    expect((await holder.get(`/danh-sach-thu/${list}`)).status).toBe(404)
    const { html } = await administrator.get(`/danh-sach-thu/${list}`)
    expect(html).toContain(`/tai-khoan/${officer.accountId}`)
    // Of another unit: named, and not a link.
    expect(plain(html)).toContain('Lục Văn Sìn')
    expect(html).not.toContain(`/tai-khoan/${stranger}`)
    const details = await textOf(administrator, `/danh-sach-thu/${list}?muc=thong-tin`)
    expect(details).toContain('Mọi người của Sở Nội vụ và các đơn vị trực thuộc')
    expect(details).toContain('Nêu tên: Lục Văn Sìn')
    expect(details).toContain(vi.lists.postingText.province)
    expect(await textOf(holder, '/tai-khoan-cua-toi')).toContain('ds-snv@quangninh.gov.vn')
  })

  test('gains whoever comes into its units, and is due then', async () => {
    const { services } = web
    const before = await services.sync.rows({ kind: 'group', id: list })
    const who = await issued('Vũ Tiến Dũng', units.department)
    expect(await services.lists.follow(allowed('system.tidy', jobActor('test')))).toBe(1)
    expect(await services.lists.follow(allowed('system.tidy', jobActor('test')))).toBe(0)
    expect((await administrator.get(`/danh-sach-thu/${list}`)).html).toContain(`/tai-khoan/${who}`)
    const after = await services.sync.rows({ kind: 'group', id: list })
    expect(after[0]?.wanted).toBe((before[0]?.wanted ?? 0) + 1)
  })

  test('with named senders is not offered where nobody keeps it', async () => {
    const { services } = web
    expect(services.lists.postings).toEqual(['anyone', 'province'])
    const posting = { who: 'named' as const, accounts: [stranger] }
    const change = decided(services, null, (tx) => services.lists.change(tx, by, list, { posting }))
    expect(await change).toMatchObject({ refusal: { kind: 'named-not-offered' } })
  })

  test('has its address in the book of addresses, and its ledger on the board', async () => {
    const { html } = await it.get('/dia-chi?q=ds-snv')
    expect(html).toContain(`/danh-sach-thu/${list}`)
    expect((await it.get('/viec-con-do')).html).toContain(`/danh-sach-thu/${list}`)
    expect((await it.post(`/danh-sach-thu/${list}/dong-bo`)).location).toBe(`/danh-sach-thu/${list}`)
  })
})
