import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import type { PersonActor } from '../../src/access/policy.ts'
import type { AccountId, UnitId } from '../../src/kernel/ids.ts'
import { en } from '../../src/web/words/en.ts'
import { vi } from '../../src/web/words/vi.ts'
import { approveAs, seedStaff, seedUnits, someDetails, submitted } from '../support/system.ts'
import { signedIn } from '../support/signed-in.ts'
import { errorsIn, headingOf, plain, startWeb, type Visitor, type WebSystem } from '../support/web.ts'

let web: WebSystem
let units: Record<'province' | 'agency' | 'department' | 'other', UnitId>
let actors: Record<'approver' | 'foreign' | 'it' | 'auditor', PersonActor>
let approver: Visitor, foreign: Visitor, it: Visitor, auditor: Visitor
let account: AccountId

beforeAll(async () => {
  web = await startWeb()
  const { services } = web
  units = await seedUnits(services)
  actors = {
    approver: await seedStaff(services, 'unit-admin', units.agency, 'Trần Thị Minh Hà'),
    foreign: await seedStaff(services, 'unit-admin', units.other, 'Lục Văn Sìn'),
    it: await seedStaff(services, 'it-staff', units.province, 'Lê Đức Thắng'),
    auditor: await seedStaff(services, 'auditor', units.province, 'Chíu Thị Hường'),
  }
  approver = await signedIn(web, actors.approver)
  foreign = await signedIn(web, actors.foreign)
  it = await signedIn(web, actors.it)
  auditor = await signedIn(web, actors.auditor)
  account = await issued('Hoàng Phạm Thị Thùy Dương', units.department)
})
afterAll(() => web.stop())

const issued = async (fullName: string, unit: UnitId): Promise<AccountId> =>
  approveAs(web.services, actors.it, await submitted(web.services, someDetails(unit, { fullName })))
const mainOf = (html: string) => html.slice(html.indexOf('<main'), html.indexOf('</main>'))
/** Texts that no field takes, and texts that a page must only ever show. */
const IMPOSSIBLE = ['\0', '\u202e\ufeff\u200b', '\ud800', 'x'.repeat(5_000)]
const HOSTILE = [...IMPOSSIBLE, '<script>alert(1)</script>', "'; DROP TABLE unit; --", '*)(uid=*']

describe('the accounts', () => {
  test('are those of the own units, found without accents, by address and by number', async () => {
    const { login } = await web.services.database.prisma.account.findUniqueOrThrow({ where: { id: account } })
    for (const q of ['thuy duong', 'hoangphamthithuyduong', login])
      expect((await approver.get(`/tai-khoan?q=${encodeURIComponent(q)}`)).html).toContain(`/tai-khoan/${account}`)
    expect((await foreign.get('/tai-khoan?q=thuy+duong')).html).not.toContain(`/tai-khoan/${account}`)
    expect((await foreign.get(`/tai-khoan/${account}`)).status).toBe(404)
    expect((await it.get(`/tai-khoan?unit=${units.agency}&state=awaiting-activation`)).html).toContain(account)
    expect((await it.get('/tai-khoan?state=suspended')).html).not.toContain(account)
  })

  test('show IT staff the ledger and a button, the unit’s administrator neither', async () => {
    const ledger = plain((await it.get(`/tai-khoan/${account}`)).html)
    expect(ledger).toContain(vi.account.behindBoth)
    expect(ledger).toContain(vi.account.syncNow)
    const own = plain((await approver.get(`/tai-khoan/${account}`)).html)
    expect(own).not.toContain(vi.account.syncNow)
    expect(own).not.toContain(vi.account.onTargets)
    expect((await approver.post(`/tai-khoan/${account}/dong-bo`)).status).toBe(403)
    expect((await it.post(`/tai-khoan/${account}/dong-bo`)).location).toBe(`/tai-khoan/${account}`)
    expect(plain((await it.get(`/tai-khoan/${account}`)).html)).toContain(vi.account.syncing)
  })

  test.each(['', '?muc=thong-tin', '?muc=lich-su', '?muc=giao', '?muc=x'])('answer the section %p', async (section) => {
    for (const who of [approver, it, auditor])
      expect((await who.get(`/tai-khoan/${account}${section}`)).status).toBe(200)
  })

  test('say that the use is not readable while the mail store is silent', async () => {
    const { services } = web
    await services.database.pool.query('UPDATE account SET ready_at = now() WHERE id = $1', [account])
    const usage = services.mail.usage.bind(services.mail)
    Object.assign(services.mail, { usage: () => new Promise(() => undefined) })
    const seen = await it.get(`/tai-khoan/${account}`)
    Object.assign(services.mail, { usage })
    expect(seen.status).toBe(200)
    expect(plain(seen.html)).toContain(vi.account.usageUnknown)
  })
})

describe('the hand-over', () => {
  test('by slip shows the code this once, with a code to scan', async () => {
    await approver.get(`/tai-khoan/${account}?muc=giao`)
    const slip = await approver.post(`/tai-khoan/${account}/phieu`)
    expect(slip.status).toBe(200)
    expect(slip.headers['cache-control']).toBe('no-store')
    const code = /class="cv-sheet__code">([^<]+)</.exec(slip.html)?.[1] ?? ''
    expect(code).toMatch(/^[2-9A-Z]{4}( [2-9A-Z]{4})+$/)
    expect(slip.html).toContain('<svg')
    expect(slip.html).not.toContain('style=')
    for (const path of [`/tai-khoan/${account}?muc=giao`, `/tai-khoan/${account}?muc=lich-su`])
      expect((await approver.get(path)).html).not.toContain(code)
    const opened = await web.services.accounts.activation(code)
    expect(opened).toMatchObject({ ok: true, value: { accountId: account } })
  })

  test('by link tells to whom it went, and ends the slip', async () => {
    await approver.get(`/tai-khoan/${account}?muc=giao`)
    const slip = await approver.post(`/tai-khoan/${account}/phieu`)
    const code = /class="cv-sheet__code">([^<]+)</.exec(slip.html)?.[1] ?? ''
    const seen = await approver.fill(`/tai-khoan/${account}?muc=giao`, {}, `/tai-khoan/${account}/gui-lien-ket`)
    expect(plain(seen.html)).toMatch(/Đã gửi liên kết mới đến nguoi\d+@example\.com/)
    expect(await web.services.accounts.activation(code)).toMatchObject({ ok: false })
  })

  test('is no longer offered once somebody has activated', async () => {
    const seen = await it.fill('/tai-khoan', {}, `/tai-khoan/${actors.foreign.accountId}/phieu`)
    expect(plain(seen.html)).toContain(vi.refusals['already-activated'])
    expect(plain((await it.get(`/tai-khoan/${actors.foreign.accountId}`)).html)).not.toContain(vi.account.slipButton)
  })

  test('is not for foreign units, nor for the auditor', async () => {
    for (const act of ['phieu', 'gui-lien-ket']) {
      expect((await foreign.post(`/tai-khoan/${account}/${act}`)).status).toBe(404)
      expect((await auditor.post(`/tai-khoan/${account}/${act}`)).status).toBe(403)
    }
  })
})

describe('the own account', () => {
  test('tells address, unit, roles and use', async () => {
    const { html } = await approver.get('/tai-khoan-cua-toi')
    expect(headingOf(html)).toBe(vi.mine.title)
    expect(plain(html)).toContain('tranthiminhha@quangninh.gov.vn')
    expect(plain(html)).toContain('Quản trị đơn vị, Sở Nội vụ')
  })
})

describe('the board', () => {
  test('lists what is behind by fault, each with a retry', async () => {
    await web.services.database.pool.query(
      `UPDATE sync SET fault = 'refused', detail = 'no <such> object' WHERE subject_id = $1 AND target = 'directory'`,
      [account],
    )
    const all = await it.get('/viec-con-do')
    expect(all.html).toContain(`/tai-khoan/${account}`)
    expect(plain(all.html)).toContain(vi.board.unitGroup('Sở Nội vụ'))
    const refused = await it.get('/viec-con-do?loi=can-nguoi')
    expect(refused.html).toContain('no &lt;such&gt; object')
    expect(plain((await it.get('/viec-con-do?loi=chua-ro')).html)).toContain(vi.board.emptyFilter)
    expect((await it.post('/viec-con-do/dong-bo', { kind: 'account', id: account })).location).toBe('/viec-con-do')
    for (const [kind, id] of [
      ['account', 'x'],
      ['group', "'"],
      ['', account],
      ['constructor', account],
    ])
      expect((await it.post('/viec-con-do/dong-bo', { kind: kind ?? '', id: id ?? '' })).status).toBe(404)
  })

  test('repairs everything only after the number of accounts was typed', async () => {
    const path = '/viec-con-do/sua-tat-ca'
    const wrong = await it.fill(path, { target: 'x', number: '1.000' })
    expect(errorsIn(wrong.html).map((error) => error.field)).toEqual(['target', 'number'])
    const total = await web.services.database.prisma.account.count()
    const done = await it.fill(path, { target: 'mail', number: ` ${total} ` })
    expect(done.location).toBe('/viec-con-do')
    const { rows } = await web.services.database.pool.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM sync WHERE target = 'mail' AND applied < wanted`,
    )
    expect(rows[0]?.n).toBe(total)
  })

  test('is read by the auditor without a button, and closed to a unit’s administrator', async () => {
    const { html, status } = await auditor.get('/viec-con-do')
    expect(status).toBe(200)
    expect(mainOf(html)).not.toContain('<form')
    expect((await auditor.get('/viec-con-do/sua-tat-ca')).status).toBe(403)
    expect((await auditor.post('/viec-con-do/dong-bo', { kind: 'account', id: account })).status).toBe(403)
    expect((await approver.get('/viec-con-do')).status).toBe(403)
  })
})

describe('the units', () => {
  const facts = (more: Record<string, string> = {}) => ({
    ...{
      name: 'Văn phòng Sở',
      kind: 'department',
      parent: 'Sở Nội vụ',
      fromDay: '1',
      fromMonth: '11',
      fromYear: '2026',
    },
    ...more,
  })

  test('stand in a tree, each reader seeing the own ones', async () => {
    const all = plain((await it.get('/don-vi')).html)
    expect(all.indexOf('Sở Nội vụ')).toBeLessThan(all.indexOf('Phòng Công chức, viên chức'))
    expect((await approver.get('/don-vi')).html).not.toContain(units.other)
    expect((await approver.get(`/don-vi/${units.other}`)).status).toBe(404)
    expect((await approver.get('/don-vi?q=cong+chuc')).html).toContain(units.department)
  })

  test('are added by IT staff, with what is wrong told beside each field', async () => {
    const wrong = await it.fill('/don-vi/moi', { agency: 'h49 12', statistics: '12', parent: 'Không có đơn vị này' })
    expect(errorsIn(wrong.html)).toEqual([
      { field: 'name', text: vi.units.errors.name },
      { field: 'kind', text: vi.units.errors.kind },
      { field: 'agency', text: vi.units.errors.code },
      { field: 'statistics', text: vi.units.errors.statistics },
      { field: 'from', text: vi.units.errors.from },
      { field: 'parent', text: vi.units.errors.parent },
    ])
    expect(wrong.html).toContain('value="h49 12"')
    const several = await it.fill('/don-vi/moi', facts({ parent: 'sở' }))
    expect(several.html).toContain('name="parentChoice"')
    const made = await it.fill('/don-vi/moi', facts({ agency: 'h49.12' }))
    expect(headingOf(made.html)).toBe('Văn phòng Sở')
    expect(plain(made.html)).toContain('H49.12')
    const same = await it.fill('/don-vi/moi', facts())
    expect(errorsIn(same.html)).toEqual([{ field: 'name', text: vi.units.errors.same }])
  })

  test('take a new name from a day on, and keep the old one', async () => {
    const path = `/don-vi/${units.department}/sua`
    const change = {
      ...facts({ name: 'Phòng Cán bộ', parent: 'Sở Nội vụ', fromDay: '1', fromMonth: '7', fromYear: '2025' }),
    }
    expect(errorsIn((await it.fill(path, change)).html)[0]?.field).toBe('from')
    const renamed = await it.fill(path, { ...change, fromMonth: '8' })
    expect(headingOf(renamed.html)).toBe('Phòng Cán bộ')
    expect(plain(renamed.html)).toContain('Phòng Công chức, viên chức')
    const below = await it.fill(
      `/don-vi/${units.agency}/sua`,
      facts({ name: 'Sở Nội vụ', kind: 'agency', parent: 'Phòng Cán bộ' }),
    )
    expect(errorsIn(below.html)).toEqual([{ field: 'parent', text: vi.units.errors.cycle }])
    expect(errorsIn((await it.fill(path, { ...change, fromDay: '31', fromMonth: '2' })).html)[0]?.text).toContain(
      '31/2/2025',
    )
  })

  test('are changed by IT staff only', async () => {
    for (const who of [approver, auditor])
      for (const path of ['/don-vi/moi', `/don-vi/${units.agency}/sua`]) {
        expect((await who.get(path)).status).toBe(403)
        expect((await who.post(path, facts())).status).toBe(403)
      }
  })

  test('take no impossible value', async () => {
    const before = await web.services.database.prisma.unitVersion.count()
    for (const value of IMPOSSIBLE)
      for (const name of [
        'name',
        'kind',
        'parent',
        'parentId',
        'parentChoice',
        'agency',
        'document',
        'statistics',
        'fromDay',
        'fromYear',
      ])
        expect(
          (await it.fill('/don-vi/moi', facts({ name: 'Phòng Lạ', parent: value, [name]: value }))).status,
        ).toBeLessThan(500)
    expect(await web.services.database.prisma.unitVersion.count()).toBe(before)
  })
})

describe('the roles', () => {
  test('are granted by address and revoked on a page of their own', async () => {
    const granted = await it.fill('/phan-quyen', { holder: 'tranthiminhha', role: 'unit-admin', unit: 'Sở Tài chính' })
    expect(plain(granted.html)).toContain(vi.grants.granted)
    const again = await it.fill('/phan-quyen', { holder: 'tranthiminhha', role: 'unit-admin', unit: 'Sở Tài chính' })
    expect(errorsIn(again.html)).toEqual([{ field: 'holder', text: vi.refusals['already-granted'] }])
    const grant = await web.services.database.prisma.roleGrant.findFirstOrThrow({
      where: { unitId: units.other, accountId: actors.approver.accountId },
    })
    const path = `/phan-quyen/${grant.id}/thu-hoi`
    expect(headingOf((await it.get(path)).html)).toBe(vi.grants.revokeTitle(vi.roles['unit-admin'], 'Trần Thị Minh Hà'))
    expect(plain((await it.fill(path, {})).html)).toContain(vi.grants.revoked)
    expect(plain((await it.post(path)).location)).toBe('/phan-quyen')
    expect((await it.get(path)).status).toBe(404)
  })

  test('refuse beside the field, and the last IT role stays', async () => {
    const wrong = await it.fill('/phan-quyen', { holder: '', role: 'king' })
    expect(errorsIn(wrong.html).map((error) => error.field)).toEqual(['holder', 'role'])
    expect(errorsIn((await it.fill('/phan-quyen', { holder: 'khongco', role: 'auditor' })).html)[0]?.text).toBe(
      vi.refusals['unknown-account'],
    )
    expect(errorsIn((await it.fill('/phan-quyen', { holder: 'leducthang', role: 'unit-admin' })).html)[0]?.field).toBe(
      'unit',
    )
    const last = await web.services.database.prisma.roleGrant.findFirstOrThrow({ where: { role: 'it-staff' } })
    expect(plain((await it.fill(`/phan-quyen/${last.id}/thu-hoi`, {})).html)).toContain(vi.refusals['last-it-staff'])
  })

  test('take no hostile value, and change for IT staff only', async () => {
    for (const value of HOSTILE) {
      expect(
        (
          await it.fill('/phan-quyen', {
            holder: value,
            role: 'auditor',
            unit: value,
            unitId: value,
            unitChoice: value,
          })
        ).status,
      ).toBe(200)
      expect((await it.fill('/phan-quyen', { holder: 'leducthang', role: value })).status).toBe(200)
    }
    expect(mainOf((await auditor.get('/phan-quyen')).html)).not.toContain('<form')
    expect((await auditor.post('/phan-quyen', { holder: 'leducthang', role: 'auditor' })).status).toBe(403)
    expect((await approver.get('/phan-quyen')).status).toBe(403)
  })
})

describe('the audit log', () => {
  test('tells who did what, newest first, with a cursor and a filter', async () => {
    // More than a page holds.
    await web.services.transaction((tx) => {
      for (let n = 0; n < 60; n++) tx.audit({ id: 'job:tidy', name: 'tidy' }, 'sync.retried', 'target:mail')
      return Promise.resolve()
    })
    const { html } = await auditor.get('/nhat-ky')
    const older = /href="(\/nhat-ky\?truoc=\d+)" *|rel="next" href="(\/nhat-ky\?truoc=\d+)"/.exec(html)
    expect(older).not.toBeNull()
    expect((await auditor.get(older?.[1] ?? older?.[2] ?? '')).status).toBe(200)
    const approved = plain((await auditor.get('/nhat-ky?viec=request.approved')).html)
    expect(approved).toContain('Lê Đức Thắng')
    expect(plain((await auditor.get('/nhat-ky?viec=role.granted&lang=en')).html)).toContain(
      en.audit.actions['role.granted'],
    )
    await auditor.get('/nhat-ky?lang=vi')
  })

  test('has words for every action that is in it', async () => {
    const { rows } = await web.services.database.pool.query<{ action: string }>(
      'SELECT DISTINCT action FROM audit_entry',
    )
    for (const words of [vi, en])
      expect(rows.map((row) => row.action).filter((action) => !(action in words.audit.actions))).toEqual([])
  })

  test('is checked link by link, and a broken chain is told', async () => {
    expect(plain((await auditor.fill('/nhat-ky', {}, '/nhat-ky/kiem-tra')).html)).toContain('Chuỗi nhật ký nguyên vẹn')
    const { pool } = web.services.database
    await pool.query('ALTER TABLE audit_entry DISABLE TRIGGER ALL')
    await pool.query(`UPDATE audit_entry SET actor = 'account:x' WHERE seq = 3`)
    expect(plain((await auditor.fill('/nhat-ky', {}, '/nhat-ky/kiem-tra')).html)).toContain(vi.audit.broken('3'))
  })

  test.each(['truoc=x', 'truoc=-1', 'truoc=99999999999999999999', 'q=%00', 'viec=%27', 'viec=constructor'])(
    'answers a page to %s',
    async (query) => expect((await auditor.get(`/nhat-ky?${query}`)).status).toBe(200),
  )
})
