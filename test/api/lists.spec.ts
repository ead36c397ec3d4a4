import { afterAll, beforeAll, beforeEach, describe, expect, test } from '../support/jest.ts'
import { cliActor, type PersonActor } from '../../src/access/policy.ts'
import { LocalPart } from '../../src/kernel/email-address.ts'
import type { UnitId } from '../../src/kernel/ids.ts'
import { clientOf, startApi, tokenOf, type ApiSystem, type Client } from '../support/api.ts'
import { decided, done } from '../support/shared.ts'
import { allowed, approveAs, seedStaff, seedUnits, someDetails, submitted } from '../support/system.ts'

let system: ApiSystem
let units: Record<'province' | 'agency' | 'department' | 'other', UnitId>
let staff: PersonActor
let client: Client
/** Of the department's administrator. */
let admin: Client
/** A list of everybody. */
let mailList: string

beforeAll(async () => {
  system = await startApi()
  const { services } = system
  units = await seedUnits(services)
  staff = await seedStaff(services, 'it-staff', units.province, 'Lê Đức Thắng')
  const owner = await seedStaff(services, 'unit-admin', units.department, 'Trần Thị Minh Hà')
  client = clientOf(system, await tokenOf(services, staff))
  admin = clientOf(system, await tokenOf(services, owner))
  const names = ['Đặng Thị Hường', 'Đặng Thị Hường', 'Lỷ A Nhì', 'Ứng Văn Ẩn', 'Hòa Văn Hoà', 'Hoàng Hà']
  for (const [n, fullName] of names.entries()) {
    const unit = n % 2 === 0 ? units.department : units.other
    await approveAs(services, staff, await submitted(services, someDetails(unit, { fullName })))
    await submitted(services, someDetails(unit, { fullName: `${fullName} Hai` }))
  }
  const local = LocalPart.parse('toan-the')
  const rule = [
    { by: 'unit' as const, unitId: units.province, below: true },
    { by: 'position' as const, title: 'Chuyên viên', unitId: null, below: false },
  ]
  const asked = { name: 'Toàn thể', unitId: units.agency, local, rule, posting: { who: 'anyone' as const } }
  mailList = await done(decided(services, local, (tx, id) => services.lists.create(tx, cliActor('test'), id, asked)))
  for (const [n, name] of ['A', 'Ă', 'B'].entries()) {
    const other = { ...asked, name, local: LocalPart.parse(`ds-${n}`) }
    await done(decided(services, other.local, (tx, id) => services.lists.create(tx, cliActor('test'), id, other)))
  }
  // Who has no account stands behind all names.
  for (const given of ['Hà', 'Hà'])
    await services.database.prisma.person.create({
      data: { fullName: `Hồ ${given}`, surname: 'Hồ', middle: '', given, fold: 'ho ha' },
    })
  // All at the same instant, so that only the identifier tells them apart.
  await services.database.pool.query(`UPDATE request SET due_at = '2026-12-01T08:00:00.123456Z', submitted_at = due_at`)
  await services.database.pool.query(`UPDATE sync SET since = '2026-11-25T08:00:00.654321Z'`)
  await services.database.pool.query(`UPDATE sync SET fault = 'refused', detail = 'x' WHERE target = 'mail'`)
}, 60_000)
afterAll(() => system.stop())
beforeEach(() => system.calm())

/** Every item of a list, page by page. */
async function all(who: Client, path: string, limit: number): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = []
  const start = `${path}${path.includes('?') ? '&' : '?'}limit=${limit}`
  let page = await who.get(start)
  for (let n = 0; n < 200; n++) {
    const found = page.body['items'] as Record<string, unknown>[]
    expect(found.length).toBeLessThanOrEqual(limit)
    items.push(...found)
    if (page.body['next'] === null) return items
    page = await who.get(`${start}&cursor=${encodeURIComponent(page.body['next'] as string)}`)
  }
  throw new Error('The list has no end')
}
const idOf = ({ id, accountId, seq, subject, target }: Record<string, unknown>) =>
  JSON.stringify(id ?? accountId ?? seq ?? [(subject as { id: string }).id, target])

describe.each([
  ['/accounts', 8],
  ['/accounts?q=dang&state=awaiting-activation', 2],
  ['/requests', 6],
  ['/requests?sort=sent', 6],
  ['/requests?tab=settled', 6],
  ['/requests?q=hoa', 2],
  ['/sync/behind', null],
  ['/sync/behind?fault=refused', null],
  ['/audit', null],
  ['/audit?action=account.issued', 8],
  ['/units', 4],
  ['/roles', 2],
  ['/people', 10],
  ['/people?q=dang', 2],
  ['/lists', 4],
  ['/lists/:id/members', 8],
] as const)('%s', (path, count) => {
  test('is the same, whatever the size of its pages', async () => {
    const of = path.replace(':id', mailList)
    const whole = (await all(client, of, 200)).map(idOf)
    expect(new Set(whole).size).toBe(whole.length)
    if (count !== null) expect(whole).toHaveLength(count)
    else expect(whole.length).toBeGreaterThan(3)
    for (const limit of [1, 2, 3]) expect((await all(client, of, limit)).map(idOf)).toEqual(whole)
  })
})

test('a list tells the rule that its members follow from', async () => {
  const { body } = await client.get(`/lists/${mailList}`)
  expect(body).toMatchObject({
    ...{ name: 'Toàn thể', members: 8, postingRule: { who: 'anyone' } },
    rule: [
      { by: 'unit', unitId: units.province, below: true },
      { by: 'position', title: 'Chuyên viên' },
    ],
  })
})

test('lists hold what lies within the units of whoever asks', async () => {
  const within = async (path: string) => (await all(admin, path, 50)).map((each) => each['unitName'] ?? each['unit'])
  const own = { id: units.department, name: 'Phòng Công chức, viên chức' }
  expect(new Set(await within('/requests'))).toEqual(new Set([own.name]))
  expect(await within('/accounts')).toEqual([own, own, own, own])
  expect((await all(admin, '/units', 50)).map(({ id }) => id)).toEqual([units.department])
  expect((await admin.get(`/accounts?unit=${units.other}`)).body['items']).toEqual([])
})

test('accounts are in the order of tên, họ, đệm', async () => {
  const names = (await all(client, '/accounts', 3)).map((each) => each['displayName'])
  expect(names.slice(0, 3)).toEqual(['Ứng Văn Ẩn', 'Hoàng Hà', 'Trần Thị Minh Hà'])
})

test('somebody who comes in between shifts nothing', async () => {
  const first = await client.get('/accounts?limit=3')
  await approveAs(
    system.services,
    staff,
    await submitted(system.services, someDetails(units.other, { fullName: 'Bế Văn An' })),
  )
  const rest = await client.get(`/accounts?limit=3&cursor=${encodeURIComponent(String(first.body['next']))}`)
  const seen = (first.body['items'] as { id: string }[]).map(({ id }) => id)
  expect((rest.body['items'] as { id: string }[]).some(({ id }) => seen.includes(id))).toBe(false)
})

test('the identification number is masked, and revealed by its own operation, which is logged', async () => {
  const { services } = system
  const [{ id }] = (await admin.get('/requests?limit=1')).body['items'] as [{ id: string }]
  const read = await admin.get(`/requests/${id}`)
  const { rows } = await services.database.pool.query<{ nin_cipher: string }>(
    'SELECT nin_cipher FROM request WHERE id = $1',
    [id],
  )
  const number = services.secrets.open(rows[0]?.nin_cipher ?? '', 'request.nin')
  expect(JSON.stringify(read.body)).not.toContain(number)
  expect(read.body['details']).toMatchObject({ numberEnd: number.slice(-3) })
  const shown = await admin.post(`/requests/${id}/number`)
  expect(shown.body).toEqual({ number })
  expect(shown.headers['cache-control']).toBe('no-store')
  const [line] = await services.audit.page(allowed('audit.read'), { action: 'number.revealed' })
  expect(line?.subject).toBe(`request:${id}`)
  // The stored answer to the key holds it sealed.
  const kept = await services.database.pool.query<{ all: string }>('SELECT k::text AS all FROM idempotency_key k')
  expect(kept.rows.some((row) => row.all.includes(number))).toBe(false)
})
