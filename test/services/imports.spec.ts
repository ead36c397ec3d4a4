import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import type { PersonActor } from '../../src/access/policy.ts'
import type { ImportId } from '../../src/imports/import.ts'
import type { Arrival } from '../../src/imports/imports.ts'
import type { RowView } from '../../src/imports/viewing.ts'
import { DEFAULT_IMPORT_POLICY } from '../../src/imports/import.ts'
import { Day, dayToDb } from '../../src/kernel/day.ts'
import type { UnitId } from '../../src/kernel/ids.ts'
import { fold } from '../../src/kernel/text.ts'
import { nextMonth } from '../../scripts/roster/people.ts'
import { writeRoster } from '../../scripts/roster/write.ts'
import { startOffice, type Office } from '../support/database.ts'
import { carriedOut, planned, roster, seedProvince } from '../support/rosters.ts'
import { scaled } from '../support/scale.ts'
import { allowed, seedStaff, unique } from '../support/system.ts'

let office: Office
let province: UnitId
let first: PersonActor
let second: PersonActor
beforeAll(async () => {
  office = await startOffice()
  province = await seedProvince(office.services)
  first = await seedStaff(office.services, 'it-staff', province, 'Lê Đức Thắng')
  second = await seedStaff(office.services, 'it-staff', province, 'Vũ Minh Tuấn')
}, 60_000)
afterAll(() => office.stop())

const reading = () => allowed('import.read', first)
const changing = () => allowed('import.change', first)
const imports = () => office.services.imports
const prisma = () => office.services.database.prisma
async function view(id: ImportId) {
  const found = await imports().read(reading(), id)
  if (!found) throw new Error('The import is not there')
  return found
}
const state = async (id: ImportId) => (await view(id)).record.state
const outcomes = async (id: ImportId) => Object.fromEntries((await view(id)).counts.outcomes)
const rows = async (id: ImportId): Promise<RowView[]> => (await imports().rows(reading(), id, {})).rows
const told = async (id: ImportId) =>
  (await rows(id)).map(({ outcome, reasons }) => [outcome, ...reasons.map(({ code }) => code)].join(' '))

/** A small list of one unit, its columns as the first line says. */
const csv = (...lines: string[]) => Buffer.from(lines.join('\n'))
const HEAD = 'Họ và tên;Ngày sinh;Số CCCD;Đơn vị công tác;Chức vụ'
/** Somebody with a number of their own. */
const person = (name: string, more = '') =>
  `${name};05/09/1988;022088${String(900_000 + unique())};Sở Nội vụ;${more || 'Chuyên viên'}`
const list = (lines: readonly string[], more: Partial<Arrival> = {}) =>
  planned(office.services, first, csv(HEAD, ...lines), { fileName: 'ds.csv', ...more })
const carryOut = (id: ImportId) => carriedOut(office.services, first, second, id)
const unitNamed = async (name: string): Promise<UnitId> =>
  (await prisma().unitVersion.findFirstOrThrow({ where: { name, validTo: null } })).unitId as UnitId

describe('a lifelike roster', () => {
  const seed = 7
  test('is carried out as it was planned; the same file again changes nothing, the next month’s only the differences', async () => {
    const size = scaled(3_000)
    const made = await roster({ size, seed, addresses: 0 })
    const id = await planned(office.services, first, made.bytes)
    expect(await outcomes(id)).toEqual({ create: size })
    const before = await rows(id)
    await carryOut(id)
    expect(await state(id)).toBe('done')
    expect((await view(id)).progress).toMatchObject({ total: size, done: size })
    // Each got the address that the preview showed.
    const after = await rows(id)
    for (const [n, row] of after.entries()) {
      const address = await prisma().address.findFirstOrThrow({
        where: { holderId: row.accountId ?? '', role: 'primary' },
      })
      expect(address.local).toBe(before[n]?.local)
    }
    const again = await planned(office.services, first, made.bytes)
    expect(await outcomes(again)).toEqual({ nothing: size })

    const { entries, changes } = nextMonth(made.entries, seed + 1)
    const next = await planned(office.services, first, (await writeRoster(entries, { seed })).bytes)
    const found = await outcomes(next)
    // Some of the new may need a look: nobody takes a namesake for somebody else.
    const isNew = (found['create'] ?? 0) + (found['review'] ?? 0)
    expect([isNew, found['transfer'], found['change']]).toEqual([
      changes.join.length,
      changes.move.length,
      changes.promote.length,
    ])
    expect(found['nothing']).toBe(size - changes.leave.length - changes.move.length - changes.promote.length)
  })

  test.each(['tcvn3', 'vni'] as const)('gives the same plan in %s as in Unicode', async (encoding) => {
    const plan = { size: scaled(1_000), seed: 21, addresses: 0 }
    const found: string[][] = []
    for (const each of [plan, { ...plan, encoding }]) {
      const id = await planned(office.services, first, (await roster(each)).bytes)
      const all: string[] = []
      for await (const { seq, outcome, local, name, unitName } of imports().outcomes(reading(), id))
        all.push([seq, outcome, local, name, unitName].join(' '))
      found.push(all)
      await imports().cancel(changing(), id)
    }
    expect(found[0]).toHaveLength(plan.size)
    expect(found[1]).toEqual(found[0])
  })
})

describe('dirt', () => {
  test('never stops the others, and every row has its outcome and reason', async () => {
    const size = scaled(3_000)
    const made = await roster({ size, seed: 99, dirt: 0.1 })
    const id = await planned(office.services, first, made.bytes)
    const found = await outcomes(id)
    expect(Object.values(found).reduce((sum, n) => sum + n, 0)).toBe((await view(id)).counts.rows)
    expect(found['review']).toBeGreaterThan(0)
    expect(found['create']).toBeGreaterThan(size * 0.8)
    for await (const row of imports().outcomes(reading(), id))
      expect([row.number, row.outcome, row.reasons.length > 0]).toEqual([
        row.number,
        row.outcome,
        row.outcome === 'review' || row.outcome === 'refused',
      ])
    await carryOut(id)
    expect(await state(id)).toBe('done')
    expect((await view(id)).progress.done).toBe(found['create'])
  })
})

describe('a file that cannot be read', () => {
  test.each([
    ['0 bytes', Buffer.alloc(0), 'x.xlsx', 'empty-file'],
    ['a web page named .xls', Buffer.from('<html><table><tr><td>Họ và tên'), 'x.xls', 'not-a-roster'],
    ['headings only', csv(HEAD), 'x.csv', 'no-rows'],
    [
      'an old Excel file',
      Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(600)]),
      'x.xls',
      'old-excel',
    ],
  ])('%s: says why', async (_, bytes, fileName, kind) => {
    const id = await planned(office.services, first, bytes, { fileName })
    expect((await view(id)).record).toMatchObject({ state: 'unreadable', fault: { kind } })
  })

  test('without headings waits until somebody says what its columns are, and remembers it for the sender', async () => {
    const unitId = await unitNamed('Sở Tài chính')
    const bytes = csv('1;Nguyễn Không Tiêu Đề;05/09/1988;022088111222', '2;Lê Không Tiêu Đề;06/09/1988;022088111223')
    const id = await planned(office.services, first, bytes, { fileName: 'x.csv', unitId })
    const { record, found } = await view(id)
    expect(record).toMatchObject({ state: 'matching', fault: { kind: 'needs-mapping' } })
    const [table] = found?.tables ?? []
    if (!table) throw new Error('No table')
    const fields = [null, 'fullName', 'birthDate', 'number'] as const
    const mapping = {
      ...table.mapping,
      columns: table.mapping.columns.map((c, n) => ({ ...c, field: fields[n] ?? null })),
    }
    expect(await imports().match(changing(), id, { '': { ...mapping, columns: [] } })).toMatchObject({
      refusal: { kind: 'mapping', fault: 'no-name' },
    })
    expect(await imports().match(changing(), id, { '': mapping })).toMatchObject({ ok: true })
    await imports().work()
    expect(await outcomes(id)).toEqual({ create: 2 })
    const next = await planned(office.services, first, bytes, { fileName: 'x.csv', unitId })
    expect(await state(next)).toBe('preview')
  })
})

describe('rows that wait', () => {
  test('are fixed in place, accepted, chosen or left out, and then carried out', async () => {
    const id = await list([
      'Nguyễn 2;05/09/1988;022088700001;Sở Nội vụ;',
      'Trần Thị Chờ;31/02/1990;022190700002;Sở Nội vụ;',
      'Lê Văn Bỏ;;;So Noi vu;',
      person('Phạm Văn Được'),
    ])
    expect(await told(id)).toEqual(['refused bad-name', 'review mark', 'review unit-proposed', 'create'])
    await imports().review.fix(changing(), id, 1, { fullName: 'Nguyễn Hai' }, null)
    await imports().work()
    await imports().review.accept(changing(), id, 2)
    await imports().work()
    await imports().review.skip(changing(), id, 3, true)
    await imports().work()
    expect(await told(id)).toEqual(['create', 'create', 'skipped', 'create'])
    await carryOut(id)
    expect((await view(id)).progress).toMatchObject({ total: 3, done: 3 })
    expect(await prisma().person.findFirst({ where: { fullName: 'Trần Thị Chờ' } })).toMatchObject({ birthDate: null })
  })

  test('can be seen to after the others were carried out', async () => {
    const id = await list([person('Bùi Thị Trước'), 'Bùi 9;;;Sở Nội vụ;'])
    await carryOut(id)
    expect(await imports().review.fix(changing(), id, 2, {}, null)).toMatchObject({
      refusal: { kind: 'import-not-in-state', was: 'done' },
    })
    await imports().proceed(changing(), id)
    await imports().work()
    await imports().review.fix(changing(), id, 2, { fullName: 'Bùi Thị Sau' }, null)
    await imports().work()
    await carryOut(id)
    expect((await rows(id)).map(({ state: each }) => each)).toEqual(['done', 'done'])
  })

  test('a spelling of a unit is answered once, for all its rows and for the sender’s next list', async () => {
    const unitId = await unitNamed('Sở Xây dựng')
    const lines = ['So Xay dung', 'SỞ XÂY DỰNG', 'SXD', 'So Xay dung'].map((unit, n) =>
      person(`Đỗ Văn Viết ${'ABCD'[n] ?? ''}`).replace('Sở Nội vụ', unit),
    )
    const id = await list(lines, { unitId })
    expect(await told(id)).toEqual(['review unit-proposed', 'create', 'review unit-proposed', 'review unit-proposed'])
    const spellings = await imports().spellings(reading(), id)
    expect(spellings.map(({ spelling, rows: n, answer }) => [spelling.text, n, answer.kind])).toEqual([
      ['So Xay dung', 2, 'proposed'],
      ['SXD', 1, 'proposed'],
      ['SỞ XÂY DỰNG', 1, 'sure'],
    ])
    for (const { spelling } of spellings.slice(0, 2)) {
      await imports().review.spell(changing(), id, spelling.key, unitId)
      await imports().work()
    }
    expect(await told(id)).toEqual(['create', 'create', 'create', 'create'])
    await imports().cancel(changing(), id)
    expect(await told(await list(lines, { unitId }))).toEqual(['create', 'create', 'create', 'create'])
    // Another sender may mean something else by it.
    expect((await told(await list(lines)))[0]).toBe('review unit-proposed')
  })

  test('of a unit that was dissolved are proposed its successor', async () => {
    const gone = await prisma().unit.create({ data: {} })
    const facts = {
      kind: 'agency',
      validFrom: dayToDb(Day.parse('2025-07-01')),
      validTo: dayToDb(Day.parse('2026-03-01')),
    }
    const name = 'Sở Thông tin và Truyền thông'
    await prisma().unitVersion.create({ data: { unitId: gone.id, name, fold: fold(name), ...facts } })
    const heir = await unitNamed('Sở Khoa học và Công nghệ')
    await prisma().unitSuccession.create({ data: { fromId: gone.id, toId: heir, onDay: facts.validTo } })
    const id = await list([person('Vũ Thị Giải Thể').replace('Sở Nội vụ', name)])
    expect((await rows(id))[0]?.reasons).toMatchObject([
      { code: 'unit-dissolved', since: '2026-03-01', units: [{ id: heir }] },
    ])
    await imports().review.accept(changing(), id, 1)
    await imports().work()
    expect((await rows(id))[0]).toMatchObject({ outcome: 'create', unitName: 'Sở Khoa học và Công nghệ' })
  })

  test('somebody known without a number is asked about once, and known again in the next list', async () => {
    const line = 'Lý Thị Không Số;05/09/1991;;Sở Nội vụ;Chuyên viên'
    await carryOut(await list([line]))
    const id = await list([line.replace('Chuyên viên', 'Trưởng phòng')])
    expect(await told(id)).toEqual(['change'])
    await carryOut(id)
    expect(await told(await list(['Lý Thị Không Số;05/09/1991;022191700009;Sở Tài chính;']))).toEqual([
      'review perhaps',
    ])
  })
})

describe('carrying out', () => {
  test('changes field by field and transfers, and says so in the account’s history', async () => {
    const line = person('Hồ Văn Chuyển')
    await carryOut(await list([line]))
    const id = await list([line.replace('Sở Nội vụ', 'Sở Tài chính').replace('Chuyên viên', 'Kế toán trưởng')])
    expect((await rows(id))[0]).toMatchObject({
      outcome: 'transfer',
      changes: [
        { field: 'title', from: 'Chuyên viên', to: 'Kế toán trưởng' },
        { field: 'unitId', from: 'Sở Nội vụ', to: 'Sở Tài chính' },
      ],
    })
    await carryOut(id)
    const { accountId } = (await rows(id))[0] ?? {}
    const account = await prisma().account.findUniqueOrThrow({
      where: { id: accountId ?? '' },
      include: { events: { orderBy: { id: 'asc' } }, person: { include: { posts: true } } },
    })
    expect(account.unitId).toBe(await unitNamed('Sở Tài chính'))
    expect(account.revision).toBe(2)
    expect(account.events.map(({ kind }) => kind)).toEqual(['issued', 'position-changed'])
    // The post of the same day is corrected, not ended.
    expect(account.person?.posts).toMatchObject([{ title: 'Kế toán trưởng', validTo: null }])
  })

  test('what moved since the plan was looked at waits; the rest is done', async () => {
    const known = person('Ngô Văn Đổi')
    await carryOut(await list([known]))
    const twice = person('Ngô Thị Hai Nơi')
    const id = await list([
      known.replace('Chuyên viên', 'Cán sự'),
      twice,
      person('Ngô Thị Giành', 'Văn thư'),
      person('Ngô Văn Yên'),
    ])
    expect(await outcomes(id)).toEqual({ change: 1, create: 3 })
    const account = (await rows(id))[0]?.accountId ?? ''
    const { personId } = await prisma().account.findUniqueOrThrow({ where: { id: account } })
    await prisma().post.updateMany({ where: { personId: personId ?? '' }, data: { title: 'Khác' } })
    await carryOut(await list([twice]))
    const local = (await rows(id))[2]?.local ?? ''
    await prisma().address.create({
      data: { namespaceId: 1, local, state: 'live', role: 'alias', holderKind: 'account', holderId: account },
    })
    await carryOut(id)
    expect(
      (await rows(id)).map(({ outcome, reasons }) => [outcome, ...reasons.map((r) => 'what' in r && r.what)]),
    ).toEqual([['review', 'changed'], ['review', 'known'], ['review', 'address'], ['create']])
    expect(await state(id)).toBe('done')
  })

  test('a large list is looked at by a second person, who is somebody else, and by what they see', async () => {
    const id = await list(
      Array.from({ length: DEFAULT_IMPORT_POLICY.approveAbove + 1 }, (_, n) =>
        person(`Đinh Văn Đông ${String.fromCharCode(65 + (n % 26))}`),
      ),
    )
    const hash = (await view(id)).record.hash ?? ''
    expect(await imports().start(changing(), id, 'another')).toMatchObject({
      refusal: { kind: 'plan-changed-meanwhile' },
    })
    expect(await imports().start(changing(), id, hash)).toMatchObject({ value: { state: 'asked' } })
    expect(await imports().approve(allowed('import.approve', first), id, hash)).toMatchObject({
      refusal: { kind: 'own-import' },
    })
    expect(await imports().approve(allowed('import.approve', second), id, 'x')).toMatchObject({
      refusal: { kind: 'plan-changed-meanwhile' },
    })
    expect(await imports().approve(allowed('import.approve', second), id, hash)).toMatchObject({
      value: { state: 'running' },
    })
    expect((await view(id)).record).toMatchObject({ askedName: 'Lê Đức Thắng', approvedName: 'Vũ Minh Tuấn' })
    await imports().work()
    expect(await state(id)).toBe('done')
  })

  test('can be paused, gone on with, and cancelled; what was done stays done', async () => {
    const id = await list([person('Cao Thị Dừng'), person('Cao Văn Dừng')])
    const hash = (await view(id)).record.hash ?? ''
    await imports().start(changing(), id, hash)
    expect(await imports().pause(changing(), id)).toMatchObject({ ok: true })
    await imports().work()
    expect(await state(id)).toBe('paused')
    expect((await view(id)).progress.done).toBe(0)
    await imports().goOn(changing(), id)
    await imports().cancel(changing(), id)
    await imports().work()
    expect(await state(id)).toBe('cancelled')
    expect(await imports().goOn(changing(), id)).toMatchObject({
      refusal: { kind: 'import-not-in-state', was: 'cancelled' },
    })
  })

  test('a plan that was changed behind our back is not carried out', async () => {
    const id = await list([person('Trịnh Văn Gian')])
    const hash = (await view(id)).record.hash ?? ''
    await prisma().importRow.updateMany({ where: { importId: id }, data: { digest: 'forged' } })
    expect(await imports().start(changing(), id, hash)).toMatchObject({ refusal: { kind: 'plan-changed-meanwhile' } })
  })

  test('leaves the audit chain whole', async () => {
    expect((await office.services.audit.verify(allowed('audit.read'))).broken).toBeNull()
  })
})

describe('the roster of a unit', () => {
  test('proposes to suspend who is missing, under the brake, which two people release', async () => {
    const facts = { kind: 'agency' as const, parentId: province, codes: {}, validFrom: Day.parse('2026-01-01') }
    const made = await office.services.units.create(allowed('unit.change'), { ...facts, name: 'Sở Thử nghiệm' })
    if (!made.ok) throw new Error(made.refusal.kind)
    const unitId = made.value
    const lines = Array.from({ length: 10 }, (_, n) =>
      person(`Mạc Văn Vắng ${'ABCDEFGHIJ'[n] ?? ''}`).replace('Sở Nội vụ', 'Sở Thử nghiệm'),
    )
    await carryOut(await list(lines, { unitId }))
    const id = await list(lines.slice(0, 3), { unitId, mode: 'roster' })
    expect(await outcomes(id)).toEqual({ nothing: 3, suspend: 7 })
    const { record, brake } = await view(id)
    expect(brake).toMatchObject([{ kind: 'unit', change: 'suspend', n: 7, of: 10, unitName: 'Sở Thử nghiệm' }])
    const held = await imports().start(changing(), id, record.hash ?? '')
    if (!held.ok || held.value.holdId === null) throw new Error('not held')
    expect(await state(id)).toBe('held')
    const { brakes } = office.services
    await brakes.ask(allowed('brake.release', first), held.value.holdId, 'Theo quyết định 12/QĐ-SNgV')
    expect(await brakes.release(allowed('brake.release', first), held.value.holdId)).toMatchObject({
      refusal: { kind: 'own-ask' },
    })
    expect(await brakes.release(allowed('brake.release', second), held.value.holdId)).toMatchObject({ ok: true })
    expect(await state(id)).toBe('running')
    await imports().work()
    expect(await prisma().account.count({ where: { unitId, state: 'suspended' } })).toBe(7)
    expect(await outcomes(await list(lines.slice(0, 3), { unitId, mode: 'roster' }))).toEqual({ nothing: 3 })
  })

  test('needs to know of which unit it is', async () => {
    const arrived = await imports().arrive(changing(), {
      ...{ mode: 'roster', unitId: null, handOver: 'slip', fileName: 'x.csv', language: 'vi', bytes: csv(HEAD) },
    })
    expect(arrived).toMatchObject({ refusal: { kind: 'roster-without-unit' } })
  })
})

describe('an import that is taken back', () => {
  const undo = async (id: ImportId) => {
    await imports().weigh(changing(), id)
    await imports().work()
    const undone = await imports().undo(changing(), id, 'Đơn vị gửi nhầm danh sách')
    if (!undone.ok) throw new Error(undone.refusal.kind)
    await imports().work()
    return undone.value.holdId
  }

  test('passes the brake, which two people release', async () => {
    const lines = Array.from({ length: 21 }, (_, n) => person(`Lã Thị Nhầm ${'ABCDEFGHIJKLMNOPQRSTU'[n] ?? ''}`))
    const id = await list(lines)
    await carryOut(id)
    const holdId = await undo(id)
    if (holdId === null) throw new Error('not held')
    expect(await state(id)).toBe('weighed')
    const { brakes } = office.services
    expect((await brakes.read(allowed('brake.read', first), holdId))?.plan).toMatchObject({
      kind: 'undo',
      parts: [{ change: 'remove', n: 21 }],
    })
    await brakes.ask(allowed('brake.release', first), holdId, 'Danh sách của tỉnh khác')
    expect(await brakes.release(allowed('brake.release', second), holdId)).toMatchObject({ ok: true })
    expect(await state(id)).toBe('undoing')
    await imports().work()
    expect(await state(id)).toBe('undone')
    expect((await view(id)).counts.states.get('undone')).toBe(21)
  })

  test('can be brought in again: the same people get the same accounts and addresses, as the list has them now', async () => {
    const lines = [person('Ma Thị Lại'), 'Ma Văn Không Số;05/09/1991;;Sở Nội vụ;Chuyên viên']
    const id = await list(lines)
    const before = (await rows(id)).map(({ local }) => local)
    await carryOut(id)
    const accounts = (await rows(id)).map(({ accountId }) => accountId)
    expect(await undo(id)).toBeNull()
    const of = () => prisma().account.findMany({ where: { id: { in: accounts.map((each) => each ?? '') } } })
    expect((await of()).map((each) => each.state)).toEqual(['deleted', 'deleted'])

    const promoted = lines.map((line) => line.replace('Chuyên viên', 'Phó phòng'))
    const again = await list(promoted)
    expect(await outcomes(again)).toEqual({ create: 2 })
    expect((await rows(again)).map(({ local }) => local)).toEqual(before)
    await carryOut(again)
    expect((await rows(again)).map(({ accountId }) => accountId)).toEqual(accounts)
    for (const account of await of())
      expect(account).toMatchObject({ state: 'awaiting-activation', readyAt: null, handOver: 'slip' })
    expect(await outcomes(await list(promoted))).toEqual({ nothing: 2 })
    // And that can be taken back as well.
    expect(await undo(again)).toBeNull()
    expect((await of()).map((each) => each.state)).toEqual(['deleted', 'deleted'])
  })
})

test('what an old list says of people is erased; that it was carried out stays', async () => {
  const id = await list([person('Tô Thị Xóa')])
  await carryOut(id)
  await prisma().import.update({ where: { id }, data: { endedAt: new Date('2026-01-01T00:00:00Z') } })
  await imports().forgetOld(allowed('system.tidy', { kind: 'job', id: 'job:tidy', name: 'tidy' }))
  expect(await prisma().importFile.count({ where: { importId: id } })).toBe(0)
  const [row] = await prisma().importRow.findMany({ where: { importId: id } })
  expect(row).toMatchObject({ plan: null, search: '', state: 'done' })
  expect(await prisma().importChunk.count({ where: { importId: id } })).toBe(0)
  expect(row?.accountId).not.toBeNull()
})
