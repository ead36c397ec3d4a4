import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import { randomUUID } from 'node:crypto'
import type { PersonActor } from '../../src/access/policy.ts'
import { connect } from '../../src/directory/connection.ts'
import type { UnitId } from '../../src/kernel/ids.ts'
import { addDays, dayOf } from '../../src/kernel/day.ts'
import { en } from '../../src/web/words/en.ts'
import { vi } from '../../src/web/words/vi.ts'
import { allowed, approveAs, seedStaff, seedUnits, someDetails, submitted } from '../support/system.ts'
import { signedIn } from '../support/signed-in.ts'
import { errorsIn, headingOf, plain, startWeb, type Visitor, type WebSystem } from '../support/web.ts'

const PATH = '/doi-soat'
let web: WebSystem
let units: Record<'province' | 'agency' | 'department' | 'other', UnitId>
let actors: Record<'it' | 'second' | 'auditor', PersonActor>
let it: Visitor, second: Visitor, auditor: Visitor
const accounts: { id: string; login: string }[] = []

beforeAll(async () => {
  web = await startWeb()
  const { services } = web
  units = await seedUnits(services)
  actors = {
    it: await seedStaff(services, 'it-staff', units.province, 'Lê Đức Thắng'),
    second: await seedStaff(services, 'it-staff', units.province, 'Vũ Hải Đăng'),
    auditor: await seedStaff(services, 'auditor', units.province, 'Chíu Thị Hường'),
  }
  it = await signedIn(web, actors.it)
  second = await signedIn(web, actors.second)
  auditor = await signedIn(web, actors.auditor)
  for (const [fullName, unit] of [
    ['Hoàng Phạm Thị Thùy Dương', units.department],
    ['Bùi Xuân Trường', units.other],
  ] as const) {
    const id = await approveAs(services, actors.it, await submitted(services, someDetails(unit, { fullName })))
    const { login } = await services.database.prisma.account.findUniqueOrThrow({ where: { id } })
    accounts.push({ id, login })
  }
  await services.provisioner.run()
}, 60_000)
afterAll(() => web.stop())

const mainOf = (html: string) => html.slice(html.indexOf('<main'), html.indexOf('</main>'))
const tidy = () => allowed('system.tidy', { kind: 'job', id: 'job:reconcile', name: 'reconcile' })
const { reconcile: says } = vi
const idIn = (location: string) => location.split('/').at(-1) ?? ''
const findingIds = (html: string) =>
  [...mainOf(html).matchAll(/\/doi-soat\/diem-lech\/([0-9a-f-]{36})/g)].map(([, id]) => id ?? '')

/** A comparison asked for on a page, carried out by what a worker does. */
async function compared(fields: Record<string, string> = { scope: 'all' }): Promise<string> {
  const { location } = await it.post(PATH, fields)
  expect(location).toContain(`${PATH}/lan/`)
  await web.services.reconcile.runs.work(tidy())
  return location
}
/** What somebody without business there does to the directory. */
async function sabotage(): Promise<void> {
  const { prisma } = web.services.database
  const at = { firstAt: web.services.clock(), lastAt: web.services.clock(), firstRun: 1, lastRun: 1 }
  const [one] = accounts
  await prisma.reconcileFinding.createMany({
    data: Array.from({ length: 60 }, (_, n) => ({
      ...{ key: randomUUID(), kind: 'extra', target: 'directory', name: `Khách ${n}`, dn: `cn=khach${n},dc=vn`, ...at },
      ...{ remoteId: randomUUID(), detail: { differences: [], others: [], newer: false } },
    })),
  })
  await prisma.reconcileFinding.create({
    data: {
      ...{
        key: randomUUID(),
        kind: 'different',
        target: 'directory',
        subjectKind: 'account',
        subjectId: one?.id ?? '',
      },
      ...{ unitId: units.department, name: 'Hoàng Phạm Thị Thùy Dương', login: one?.login ?? '', ...at },
      detail: {
        differences: [
          { attribute: 'title', is: ['Thủ trưởng <b>'], should: ['Chuyên viên'] },
          { attribute: 'telephoneNumber', is: [], should: ['0203 3 123 456'] },
        ],
        others: [],
        newer: false,
      },
    },
  })
}

describe('comparing', () => {
  test('is asked for on the page, of everything, and tells what came of it', async () => {
    expect(plain((await it.get(PATH)).html)).toContain(says.runs.empty)
    const asked = await it.post(PATH, { scope: 'all' })
    expect(plain((await it.get(asked.location)).html)).toContain(says.run.soon)
    // The same again is the same one.
    expect((await it.post(PATH, { scope: 'all' })).location).toBe(asked.location)
    await web.services.reconcile.runs.work(tidy())
    const seen = plain((await it.get(asked.location)).html)
    expect(seen).toContain(vi.states.run.done)
    const list = await it.get(PATH)
    expect(list.html).toContain(asked.location)
    expect(list.html).toContain('role="img"')
  })

  test('of a unit needs a unit; of an account its page has a button', async () => {
    const wrong = await it.fill(PATH, { scope: 'unit', unit: 'Không có đơn vị này' })
    expect(errorsIn(wrong.html)).toEqual([{ field: 'unit', text: says.start.unitNeeded }])
    const unit = await compared({ scope: 'unit', unitChoice: units.agency })
    expect(plain((await it.get(unit)).html)).not.toContain(says.runs.all)
    const [account] = accounts
    const page = await it.get(`/tai-khoan/${account?.id ?? ''}`)
    expect(page.html).toContain(`action="/tai-khoan/${account?.id ?? ''}/doi-soat"`)
    const { location } = await it.post(`/tai-khoan/${account?.id ?? ''}/doi-soat`)
    await web.services.reconcile.runs.work(tidy())
    expect(plain((await it.get(location)).html)).toContain('Hoàng Phạm Thị Thùy Dương')
  })
})

describe('findings', () => {
  beforeAll(() => sabotage())

  test('are listed in pages, by kind, unit and text', async () => {
    const all = await it.get(`${PATH}/diem-lech`)
    expect(new Set(findingIds(all.html)).size).toBe(50)
    const rest = await it.get(`${PATH}/diem-lech?trang=2`)
    expect(new Set(findingIds(rest.html)).size).toBe(11)
    expect((await it.get(`${PATH}/diem-lech?trang=900`)).location).toContain('trang=2')
    const different = await it.get(`${PATH}/diem-lech?loai=different`)
    expect(new Set(findingIds(different.html)).size).toBe(1)
    // With all below the unit.
    expect(new Set(findingIds((await it.get(`${PATH}/diem-lech?unit=${units.agency}`)).html)).size).toBe(1)
    expect(new Set(findingIds((await it.get(`${PATH}/diem-lech?unit=${units.other}`)).html)).size).toBe(0)
    expect(new Set(findingIds((await it.get(`${PATH}/diem-lech?q=khach17`)).html)).size).toBe(1)
    expect((await it.get(`${PATH}/diem-lech?q=%00&unit=%E2%80%AE&tinh-trang=x`)).status).toBe(200)
  })

  test('show both values of each attribute, and nothing of them as markup', async () => {
    const [id = ''] = findingIds((await it.get(`${PATH}/diem-lech?loai=different`)).html)
    const { html } = await it.get(`${PATH}/diem-lech/${id}`)
    for (const text of [
      'Thủ trưởng <b>',
      'Chuyên viên',
      says.finding.nothing,
      '0203 3 123 456',
      says.attributes['title'] ?? '',
    ])
      expect(plain(html)).toContain(text)
    expect(html).not.toContain('Thủ trưởng <b>')
    expect(plain((await it.get(`${PATH}/diem-lech/${id}?lang=en`)).html)).toContain(en.reconcile.means.different)
    await it.get(`${PATH}?lang=vi`)
    const account = plain((await it.get(`/tai-khoan/${accounts[0]?.id ?? ''}`)).html)
    expect(account).toContain(says.account.some)
    expect(account).toContain(says.kinds.different)
  })

  test('are ignored until a day, with a reason, and noticed again', async () => {
    const [id = ''] = findingIds((await it.get(`${PATH}/diem-lech?q=khach3&loai=extra`)).html)
    const path = `${PATH}/diem-lech/${id}`
    const [year = '', month = '', day = ''] = addDays(dayOf(web.services.clock()), 30).split('-')
    const until = { untilDay: day, untilMonth: month, untilYear: year }
    for (const [fields, wrong] of [
      [{ ...until, why: 'ngắn' }, ['why']],
      [{ ...until, untilYear: '2019', why: 'Máy quét của phòng họp' }, ['until']],
      [{ why: '\0' }, ['until', 'why']],
    ] as const)
      expect(errorsIn((await it.fill(path, fields, `${path}/bo-qua`)).html).map(({ field }) => field)).toEqual(wrong)
    const done = await it.fill(path, { ...until, why: 'Máy quét của phòng họp' }, `${path}/bo-qua`)
    expect(plain(done.html)).toContain('Máy quét của phòng họp')
    expect(plain(done.html)).toContain(vi.states.finding.ignored)
    const again = await it.fill(path, { act: 'notice' }, `${path}/bo-qua`)
    expect(plain(again.html)).toContain(vi.states.finding.open)
  })

  test('are repaired after a preview, which does nothing by itself', async () => {
    const { location } = await it.fill(
      `${PATH}/diem-lech`,
      { which: 'every', act: 'repair', loai: 'different' },
      `${PATH}/ke-hoach`,
    )
    const preview = await it.get(location)
    expect(headingOf(preview.html)).toBe(says.plan.titles.repair('1'))
    expect(await web.services.database.prisma.reconcileFinding.count({ where: { doing: { not: null } } })).toBe(0)
    const done = await it.fill(location, {})
    expect(plain(done.html)).toContain(says.plan.done('1'))
    const { id = '' } = accounts[0] ?? {}
    const rows = await web.services.sync.rows({ kind: 'account', id })
    expect(rows.every(({ applied, wanted }) => applied < wanted)).toBe(true)
    await web.services.provisioner.run()
    await web.services.reconcile.runs.settle(tidy())
    expect(findingIds((await it.get(`${PATH}/diem-lech?loai=different`)).html)).toEqual([])
    expect(findingIds((await it.get(`${PATH}/diem-lech?loai=different&tinh-trang=gone`)).html)).not.toEqual([])
  })

  test('that are strangers are removed only by two people', async () => {
    const chon = findingIds((await it.get(`${PATH}/diem-lech?loai=extra`)).html).slice(0, 12)
    const nothing = await it.fill(`${PATH}/diem-lech`, { which: 'chosen', act: 'remove' }, `${PATH}/ke-hoach`)
    expect(plain(nothing.html)).toContain(says.list.noneChosen)
    const { location } = await it.fill(
      `${PATH}/diem-lech`,
      { which: 'chosen', act: 'remove', chon },
      `${PATH}/ke-hoach`,
    )
    expect(errorsIn((await it.fill(location, { number: '3' })).html)).toEqual([
      { field: 'number', text: says.plan.wrong },
    ])
    const held = await it.fill(location, { number: String(new Set(chon).size) })
    expect(held.location).toContain('/chot-an-toan/')
    expect(plain(held.html)).toContain(says.plan.held)
    expect(held.html).toContain(location)
    const hold = `/chot-an-toan/${idIn(held.location)}`
    await it.fill(hold, { why: 'Đã đối chiếu từng mục với hồ sơ' }, `${hold}/de-nghi`)
    expect(plain((await it.fill(hold, { number: String(new Set(chon).size) }, `${hold}/mo`)).html)).toContain(
      vi.brake.refusals['own-ask'],
    )
    const released = await second.fill(hold, { number: String(new Set(chon).size) }, `${hold}/mo`)
    expect(plain(released.html)).toContain(vi.brake.second.done(String(new Set(chon).size)))
    await web.services.reconcile.remove(tidy())
    // Entries that are not there any more are gone.
    for (const id of chon)
      expect(plain((await it.get(`${PATH}/diem-lech/${id}`)).html)).toContain(says.finding.goneText)
  })

  test('are read by auditors without a button', async () => {
    for (const path of [
      PATH,
      `${PATH}/diem-lech`,
      `${PATH}/diem-lech/${findingIds((await it.get(`${PATH}/diem-lech`)).html)[0] ?? ''}`,
    ])
      expect(mainOf((await auditor.get(path)).html)).not.toContain('method="post"')
    expect((await auditor.post(PATH, { scope: 'all' })).status).toBe(403)
  })
})

describe('whose word counts', () => {
  const RULES = '/quy-dinh/thuoc-tinh'
  const all = { title: 'congvu', congvuQuota: 'congvu', displayName: 'congvu', givenName: 'congvu', ou: 'congvu' }

  test('is policy with reasons, and what the directory owns is read back under the brake', async () => {
    const wrong = await it.fill(RULES, { ...all, telephoneNumber: 'x', why: 'ngắn' })
    expect(errorsIn(wrong.html).map(({ field }) => field)).toEqual(['telephoneNumber', 'why'])
    const rules = { ...all, telephoneNumber: 'directory', why: 'Tổng đài quản lý số máy lẻ', seen: '0' }
    expect(plain((await it.fill(RULES, rules)).html)).toContain(says.rules.saved('1'))
    const { prisma } = web.services.database
    const [, other] = accounts
    const dn = `uid=${other?.login ?? ''},ou=people,${web.services.config.ldap.baseDn}`
    const connection = await connect(web.services.config.ldap)
    await connection.modify(dn, [{ operation: 'replace', attribute: 'telephoneNumber', values: ['0203 3 999 999'] }])
    await connection.close()
    const run = await compared()
    const account = await prisma.account.findUniqueOrThrow({
      where: { id: other?.id ?? '' },
      include: { person: true },
    })
    expect(account.person?.phone).toBe('0203 3 999 999')
    await web.services.provisioner.run()
    await web.services.reconcile.runs.settle(tidy())
    expect(
      await web.services.reconcile.about(allowed('reconcile.read', actors.it), 'account', other?.id ?? ''),
    ).toEqual([])
    expect(plain((await it.get(run)).html)).toContain(vi.states.run.done)
  })

  test('is told for each value of an account, with source, last change and verification', async () => {
    const seen = plain((await it.get(`/tai-khoan/${accounts[1]?.id ?? ''}?muc=gia-tri`)).html)
    for (const text of [
      '0203 3 999 999',
      says.rules.each.directory,
      says.why.sources.post,
      says.why.read,
      vi.history.issued,
    ])
      expect(seen).toContain(text)
  })
})

describe('a target under maintenance', () => {
  test('is paused with a reason, keeps all waiting, and goes on', async () => {
    const wrong = await it.fill('/viec-con-do/tam-dung', { why: '' })
    expect(errorsIn(wrong.html).map(({ field }) => field)).toEqual(['target', 'hours', 'why'])
    const asked = { target: 'directory', hours: '2', why: 'Nâng cấp máy chủ danh bạ' }
    expect(plain((await it.fill('/viec-con-do/tam-dung', asked)).html)).toContain('Nâng cấp máy chủ danh bạ')
    const { id = '' } = accounts[0] ?? {}
    await it.post(`/tai-khoan/${id}/dong-bo`)
    await web.services.provisioner.run()
    const [row] = await web.services.sync.rows({ kind: 'account', id })
    expect(row).toMatchObject({ attempts: 0, fault: null })
    expect(plain((await it.get('/viec-con-do')).html)).toContain(says.pause.waits)
    const on = await it.fill('/viec-con-do', { target: 'directory' }, '/viec-con-do/tiep-tuc')
    expect(plain(on.html)).not.toContain(says.pause.waits)
    await web.services.provisioner.run()
    const rows = await web.services.sync.rows({ kind: 'account', id })
    expect(rows.filter(({ target, applied, wanted }) => target === 'directory' && applied < wanted)).toEqual([])
  })
})

describe('a directory with people in it', () => {
  const ADOPT = `${PATH}/tiep-nhan`
  const words = vi.adoption

  test('is read, looked through, decided about and taken over', async () => {
    const { adopter, config, database, provisioner } = web.services
    const { baseDn } = config.ldap
    const { domain } = config.organisation
    const people = `ou=people,${baseDn}`
    const connection = await connect(config.ldap)
    const person = (uid: string, cn: string, mail: readonly string[]) =>
      connection.add(`uid=${uid},${people}`, {
        ...{ objectClass: ['inetOrgPerson'], uid: [uid], cn: [cn], sn: [cn], ou: ['Sở Nội vụ'], mail },
      })
    await person('cu.lan', 'Hoàng Thị Lan', [`lan.cu@${domain}`])
    await person('cu.minh', 'Phạm Văn Minh <b>', [])
    await person('cu.in', 'Máy in tầng 2', [`in.cu@${domain}`])
    await connection.close()

    const wrong = await it.fill(ADOPT, { preset: 'x', base: 'x', unit: 'Không có', 'attribute-mail': '*' })
    expect(errorsIn(wrong.html).map(({ field }) => field)).toEqual(['preset', 'base', 'unit', 'attribute-mail'])
    const { location, html } = await it.fill(ADOPT, { preset: 'inetOrgPerson', base: people })
    expect(plain(html)).toContain(words.soon)
    await adopter.work()
    const preview = await it.get(location)
    expect(plain(preview.html)).toContain('Hoàng Thị Lan')
    expect(preview.html).not.toContain('Minh <b>')
    expect(await database.prisma.account.count({ where: { login: { startsWith: 'cu.' } } })).toBe(0)

    const entryOf = async (name: string) => {
      const list = mainOf((await it.get(`${location}?q=${encodeURIComponent(name)}`)).html)
      return /href="([^"]+\/muc\/\d+)"/.exec(list)?.[1] ?? ''
    }
    const minh = await entryOf('Phạm Văn Minh')
    expect(plain((await it.get(minh)).html)).toContain(words.whys['no-mail'])
    expect(errorsIn((await it.fill(minh, {})).html)).toEqual([{ field: 'act', text: words.entry.errors.act }])
    expect(errorsIn((await it.fill(minh, { act: 'link', login: 'khongco' })).html)).toEqual([
      { field: 'login', text: words.entry.errors.login },
    ])
    expect(errorsIn((await it.fill(minh, { act: 'new', local: 'có dấu' })).html).map(({ field }) => field)).toEqual([
      'local',
    ])
    const { login } = accounts[1] ?? { login: '' }
    expect(plain((await it.fill(minh, { act: 'leave' })).html)).toContain(words.entry.done)
    expect(plain((await it.get(minh)).html)).toContain(words.entry.acts.leave)
    // Whose entry is there already takes no other.
    const printer = await entryOf('Máy in')
    await it.fill(printer, { act: 'link', login })
    await it.fill(location, { act: 'again' })
    await adopter.work()
    const again = await it.get(location)
    expect(plain((await it.get(printer)).html)).toContain(words.whys['has-entry'])
    expect(plain((await auditor.get(location)).html)).not.toContain(words.start.title)

    const hash = /name="hash" value="(\w+)"/.exec(again.html)?.[1] ?? ''
    expect(plain((await it.fill(location, { act: 'start', hash: 'x' })).html)).toContain(
      words.refusals['adoption-changed'],
    )
    expect(plain((await it.fill(location, { act: 'start', hash })).html)).toContain(words.start.done)
    await adopter.work()
    await provisioner.run()
    expect(plain((await it.get(location)).html)).toContain(words.done('1'))
    const made = await database.prisma.account.findUniqueOrThrow({ where: { login: 'cu.lan' } })
    const rows = await web.services.sync.rows({ kind: 'account', id: made.id })
    expect(rows.find(({ target }) => target === 'directory')).toMatchObject({
      fault: null,
      remoteDn: `uid=cu.lan,${people}`,
    })
  })

  test('is told to be unreadable where it is, and nothing is changed', async () => {
    const { location } = await it.fill(ADOPT, { preset: 'ad', base: 'ou=khong-co,dc=example,dc=com' })
    await web.services.adopter.work()
    expect(plain((await it.get(location)).html)).toContain(words.states.faulty)
  })
})

describe('a reading that is no fact', () => {
  test('is said to be none, and may be believed with a reason', async () => {
    const { prisma } = web.services.database
    await sabotage()
    await prisma.reconcileRun.updateMany({ data: { csn: ['20990101000000.000000Z#000000#000#000000'] } })
    await web.directory.stop()
    const cut = await compared()
    const seen = plain((await it.get(cut)).html)
    expect(seen).toContain(vi.states.run['cannot-tell'])
    expect(seen).not.toContain(says.run.believe.title)
    expect(findingIds((await it.get(`${PATH}/diem-lech`)).html)).not.toEqual([])
    await prisma.reconcileRun.update({ where: { id: idIn(cut) }, data: { doubt: { kind: 'empty', expected: 2 } } })
    expect(plain((await it.get(cut)).html)).toContain(says.doubts.empty('2'))
    expect(errorsIn((await it.fill(cut, { why: '' }, `${cut}/tin`)).html)).toEqual([
      { field: 'why', text: says.run.believe.whyNeeded },
    ])
    const again = await it.fill(cut, { why: 'Máy chủ danh bạ vừa được dựng lại' }, `${cut}/tin`)
    expect(plain(again.html)).toContain('Máy chủ danh bạ vừa được dựng lại')
  })
})
