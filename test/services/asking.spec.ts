import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import { cliActor, type PersonActor } from '../../src/access/policy.ts'
import { QuotaMb } from '../../src/accounts/account.ts'
import { Day } from '../../src/kernel/day.ts'
import { EmailAddress } from '../../src/kernel/email-address.ts'
import { IdentificationNumber } from '../../src/kernel/identification-number.ts'
import type { AccountId, RequestId, UnitId } from '../../src/kernel/ids.ts'
import type { Ask } from '../../src/requests/ask.ts'
import type { Rule } from '../../src/requests/steps.ts'
import { startOffice, type Office } from '../support/database.ts'
import { done, full, issuedShared, local } from '../support/shared.ts'
import { allowed, given, seedStaff, seedUnits, someDetails, unique } from '../support/system.ts'

let office: Office
let units: Record<'province' | 'agency' | 'department' | 'other', UnitId>
let staff: PersonActor
let admin: PersonActor
let an: PersonActor
let binh: PersonActor

beforeAll(async () => {
  office = await startOffice()
  const { services } = office
  units = await seedUnits(services)
  staff = await seedStaff(services, 'it-staff', units.province, 'Lê Đức Thắng')
  admin = await seedStaff(services, 'unit-admin', units.agency, 'Trần Thị Minh Hà')
  an = await person('Đặng Thị An')
  binh = await person('Lê Văn Bình')
}, 60_000)
afterAll(() => office.stop())

/** Somebody of the agency who may sign in. */
async function person(fullName: string, unit = units.agency): Promise<PersonActor> {
  const { services } = office
  const id = await given(services, someDetails(unit, { fullName }))
  await services.database.prisma.account.update({ where: { id }, data: { state: 'active' } })
  const actor = await services.actors.byId(id)
  if (actor === null) throw new Error(fullName)
  return actor
}
const why = 'Theo phân công của Giám đốc Sở'
const own = (actor: PersonActor) => allowed('own.request', actor)
const holders = (...people: readonly PersonActor[]) => full(...people.map(({ accountId }) => ({ id: accountId })))
const ask = (actor: PersonActor, asked: Ask, chosen: string | null = null) =>
  office.services.requests.askAndSend(own(actor), asked, {
    ...{ chosen: chosen === null ? null : local(chosen), language: 'vi' },
  })
const send = (actor: PersonActor, asked: Ask, chosen: string | null = null) => done(ask(actor, asked, chosen))
const refused = (outcome: Awaited<ReturnType<typeof ask>>) => (outcome.ok ? null : outcome.refusal.kind)

async function approve(by: PersonActor, id: RequestId, vouched = {}) {
  const { requests } = office.services
  const view = await requests.read(allowed('request.read', by), id)
  return requests.approve(allowed('request.decide', by), id, { version: view?.version ?? 0, ...vouched })
}
/** Through both steps, where there are two. */
async function decided(id: RequestId, vouched = {}) {
  const first = await done(approve(admin, id, vouched))
  return first.state === 'approved' ? first : done(approve(staff, id))
}
const account = (id: AccountId) => office.services.accounts.read(allowed('account.read', staff), id)
const letters = (template: string) =>
  office.services.database.prisma.outbox.count({ where: { template, recipient: { in: [an.address, binh.address] } } })

describe('a function mailbox', () => {
  const asked = (): Ask => ({
    ...{ kind: 'function-mailbox', unitId: units.agency, what: 'Văn thư', why },
    holders: [...holders(an), { accountId: binh.accountId, rights: 'read' }],
  })
  let id: RequestId

  test('is asked for by somebody of the unit; its address is held from then on, and the asker is told', async () => {
    id = await send(an, asked())
    const mine = await office.services.requests.own(own(an), id)
    expect(mine).toMatchObject({ state: 'submitted', title: 'Văn thư Sở Nội vụ', done: false })
    expect(mine?.address).toMatch(/^vanthu/)
    expect(await letters('asked')).toBe(1)
    expect(mine?.waits).toMatchObject({ step: 1, of: 2, seats: [{ kind: 'unit', name: 'Sở Nội vụ' }] })
    const other = await send(an, asked())
    expect((await office.services.requests.own(own(an), other))?.address).not.toBe(mine?.address)
    await done(office.services.requests.withdrawOwn(own(an), other))
  })

  test('is there after the unit’s administrator and IT staff have said yes, with exactly these holders', async () => {
    const before = await letters('carried')
    const approved = await decided(id)
    expect(approved).toMatchObject({ state: 'approved' })
    const made = approved.state === 'approved' && approved.accountId
    const box = made ? await account(made) : null
    expect(box).toMatchObject({
      kind: 'function',
      displayName: 'Văn thư Sở Nội vụ',
      state: 'active',
      unitId: units.agency,
    })
    expect(box?.holders.map(({ accountId, rights }) => [accountId, rights]).sort()).toEqual(
      [
        [an.accountId, 'full'],
        [binh.accountId, 'read'],
      ].sort(),
    )
    expect(box?.requestId).toBe(id)
    expect(await letters('carried')).toBe(before + 1)
  })

  test('is for one’s own unit only, and for holders who exist', async () => {
    expect(refused(await ask(an, { ...asked(), unitId: units.other } as Ask))).toBe('not-your-unit')
    const unknown = { ...asked(), holders: full({ id: crypto.randomUUID() as AccountId }) } as Ask
    expect(refused(await ask(an, unknown))).toBe('unknown-holder')
    expect(refused(await ask(admin, { ...asked(), unitId: units.department } as Ask))).toBe(null)
  })

  test('has an address that the policy proposed, and none that somebody made up', async () => {
    expect(refused(await ask(an, asked(), 'phongvanthu'))).toBe('not-proposed')
  })

  test('is nobody’s to approve who asked for it, and is corrected once it was returned', async () => {
    const { requests } = office.services
    const mine = await send(admin, asked())
    expect(refused((await approve(admin, mine)) as never)).toBe('own-request')
    const view = await requests.read(allowed('request.read', staff), mine)
    const comment = 'Bổ sung số văn bản phân công'
    await done(requests.return(allowed('request.decide', staff), mine, { version: view?.version ?? 0, comment }))
    const address = (await requests.own(own(admin), mine))?.address
    expect(
      await done(requests.ask(own(admin), { ...asked(), why: 'Theo văn bản 12/SNV' }, { id: mine, language: 'vi' })),
    ).toBe(mine)
    await done(requests.send(own(admin), mine))
    const again = await requests.own(own(admin), mine)
    expect(again).toMatchObject({ state: 'submitted', address, details: { why: 'Theo văn bản 12/SNV' } })
    expect(await requests.own(own(an), mine)).toBeNull()
    expect(refused((await requests.send(own(an), mine)) as never)).toBe('unknown-request')
  })
})

test('a unit has one mailbox, with an address of the unit’s pattern', async () => {
  const asked: Ask = { kind: 'unit-mailbox', unitId: units.agency, holders: holders(an), why }
  const [first, second] = [await send(an, asked), await send(binh, asked)]
  const approved = await decided(first)
  const box = approved.state === 'approved' && approved.accountId ? await account(approved.accountId) : null
  expect(box).toMatchObject({ kind: 'unit', displayName: 'Sở Nội vụ', address: 'snv@quangninh.gov.vn' })
  expect(refused(await ask(an, asked))).toBe('unit-has-mailbox')
  await done(approve(admin, second))
  expect(refused((await approve(staff, second)) as never)).toBe('unit-has-mailbox')
})

describe('the holders of a mailbox', () => {
  test('are changed as a whole, and not on top of a change that nobody looked at', async () => {
    const { services } = office
    const box = await issuedShared(services, {
      ...{ unitId: units.agency, name: 'Một cửa', local: 'motcua', holders: holders(an) },
    })
    const asked = (...people: PersonActor[]): Ask => ({
      kind: 'holders',
      accountId: box.id,
      holders: holders(...people),
      why,
    })
    expect(refused(await ask(an, asked(an)))).toBe('nothing-changes')
    const outsider = await person('Phạm Văn Ngoài', units.other)
    expect(refused(await ask(outsider, asked(outsider)))).toBe('not-your-mailbox')
    const [both, only] = [await send(an, asked(an, binh)), await send(an, asked(binh))]
    await decided(both)
    expect((await account(box.id))?.holders).toHaveLength(2)
    expect(refused((await approve(admin, only)) as never)).toBe('holders-changed')
  })
})

test('a distribution list reaches whom its rule says and takes mail from whom it says', async () => {
  const id = await send(an, {
    ...{ kind: 'list', unitId: units.agency, name: 'Toàn Sở', why, posting: { who: 'province' } },
    rule: [
      { by: 'unit', unitId: units.agency, below: true },
      { by: 'name', accounts: [staff.accountId] },
    ],
  })
  const approved = await decided(id)
  const [made] = approved.state === 'approved' ? approved.made.lists : []
  const list = made ? await office.services.lists.read(allowed('list.read', staff), made) : null
  expect(list).toMatchObject({ name: 'Toàn Sở', posting: 'province', unitId: units.agency })
  expect(list?.address).toMatch(/^toanso/)
  expect(list?.members).toBeGreaterThan(3)
  const nobody = { by: 'name' as const, accounts: [crypto.randomUUID() as AccountId] }
  const wrong: Ask = {
    kind: 'list',
    unitId: units.agency,
    name: 'Sai',
    why,
    posting: { who: 'anyone' },
    rule: [nobody],
  }
  expect(refused(await ask(an, wrong))).toBe('unknown-member')
})

describe('one’s own account', () => {
  test('has a new name and address, and the old address stays an alias', async () => {
    const hoa = await person('Vũ Thị Hoa')
    const asked: Ask = {
      ...{ kind: 'name', accountId: hoa.accountId, fullName: 'Vũ Thị Hoa Mai', given: null, newAddress: true, why },
    }
    expect(refused(await ask(hoa, { ...asked, fullName: 'Vũ Thị Hoa', newAddress: false }))).toBe('nothing-changes')
    expect(refused(await ask(an, asked))).toBe('not-your-mailbox')
    await decided(await send(hoa, asked))
    const now = await account(hoa.accountId)
    expect(now).toMatchObject({ displayName: 'Vũ Thị Hoa Mai', aliases: [hoa.address] })
    expect(now?.address).toBe('vuthihoamai@quangninh.gov.vn')
  })

  test('has a new position', async () => {
    const asked: Ask = { kind: 'position', accountId: an.accountId, position: 'Chánh Văn phòng', why }
    await decided(await send(an, asked))
    expect((await account(an.accountId))?.title).toBe('Chánh Văn phòng')
    expect(refused(await ask(an, asked))).toBe('nothing-changes')
  })

  test('has a further address, which the naming policy must take and nobody else have', async () => {
    const asked = (text: string): Ask => ({ kind: 'alias', accountId: an.accountId, local: local(text), why })
    expect(refused(await ask(an, asked('postmaster')))).toBe('not-allowed')
    expect(refused(await ask(an, asked(binh.address.split('@')[0] ?? '')))).toBe('address-taken')
    await decided(await send(an, asked('an.hoidap')))
    expect((await account(an.accountId))?.aliases).toContain('an.hoidap@quangninh.gov.vn')
  })

  test('has a larger mailbox, never a smaller one', async () => {
    const asked = (mb: number): Ask => ({ kind: 'quota', accountId: an.accountId, quotaMb: QuotaMb.parse(mb), why })
    expect(refused(await ask(an, asked(2_000)))).toBe('quota-not-larger')
    const [smaller, larger] = [await send(an, asked(4_096)), await send(an, asked(8_192))]
    await decided(larger)
    await decided(smaller)
    expect((await account(an.accountId))?.quotaMb).toBe(8_192)
  })
})

test('each kind has the steps that the policy gives it where it is asked for, and its official letter', async () => {
  const { steps, requests } = office.services
  const rules: Rule[] = [
    { of: 'list', place: { kind: 'everywhere' }, steps: [{ seat: 'it-staff', days: 2 }], letter: true },
    {
      ...{ of: 'quota', place: { kind: 'below', unit: units.agency }, letter: false },
      steps: [
        { seat: 'unit-admin', days: 1 },
        { seat: 'parent-unit', days: 1 },
      ],
    },
  ]
  const { version } = await steps.present()
  await done(steps.set(allowed('steps.change', staff), { seen: version, why: 'Theo quy chế mới của tỉnh', rules }))
  const above = await seedStaff(office.services, 'unit-admin', units.province, 'Bùi Thị Lan')
  const waits = async (id: RequestId) => (await requests.own(own(an), id))?.waits

  const list: Ask = {
    ...{ kind: 'list', unitId: units.agency, name: 'Chuyên viên Sở', why, posting: { who: 'province' } },
    rule: [{ by: 'position', title: 'Chuyên viên', unitId: units.agency, below: true }],
  }
  expect(await ask(an, list)).toEqual({ ok: false, refusal: { kind: 'incomplete', missing: 'letter' } })
  const draft = await done(requests.ask(own(an), list, { language: 'vi' }))
  const letter = { number: '125/SNV-VP', date: Day.parse('2026-03-02') }
  await done(requests.attachLetter(draft, letter, { name: 'cv.pdf', content: Buffer.from('%PDF-1.7\n') }, an))
  await done(requests.send(own(an), draft))
  expect(await waits(draft)).toMatchObject({ step: 1, of: 1, seats: [{ kind: 'it-staff' }] })
  expect(refused((await approve(admin, draft)) as never)).toBe('not-your-turn')
  expect(await done(approve(staff, draft))).toMatchObject({ state: 'approved' })

  const quotaMb = QuotaMb.parse(16_384)
  const larger = await send(an, { kind: 'quota', accountId: an.accountId, quotaMb, why })
  expect(await waits(larger)).toMatchObject({ step: 1, of: 2, seats: [{ kind: 'unit', name: 'Sở Nội vụ' }] })
  await done(approve(admin, larger))
  expect(await waits(larger)).toMatchObject({ step: 2, seats: [{ name: 'Ủy ban nhân dân tỉnh Quảng Ninh' }] })
  expect(refused((await approve(staff, larger)) as never)).toBe('not-your-turn')
  expect(await done(approve(above, larger))).toMatchObject({ state: 'approved' })
  // Elsewhere, and for other kinds, what holds is as before.
  const outsider = await person('Hà Văn Khác', units.other)
  const there = await send(outsider, { kind: 'quota', accountId: outsider.accountId, quotaMb, why })
  expect((await requests.own(own(outsider), there))?.waits?.basis.place).not.toEqual(rules[1]?.place)
  const alias: Ask = { kind: 'alias', accountId: an.accountId, local: local('an.sonoivu'), why }
  expect((await waits(await send(an, alias)))?.of).toBe(1)
})

describe('several people at once', () => {
  const vouched = { identity: 'hr-list', handOver: 'slip' } as const
  const one = (fullName: string, number = someDetails(units.agency).number) => ({
    ...{ fullName, given: null, birthDate: Day.parse('1990-02-03'), sex: 'female' as const, number, phone: null },
    ...{ position: 'Chuyên viên', employment: 'civil-servant' as const, contractEnd: null },
    contactEmail: EmailAddress.parse(`rieng${unique()}@example.com`),
  })
  const asked = (...people: ReturnType<typeof one>[]): Ask => ({ kind: 'people', unitId: units.agency, people, why })

  test('each get an address, namesakes among them too, and become accounts together', async () => {
    const id = await send(an, asked(one('Hà Thị Sen'), one('Hà Thị Sen'), one('H’Hen Niê')))
    const mine = await office.services.requests.own(own(an), id)
    const people = mine?.details?.kind === 'people' ? mine.details.people : []
    expect(people.map((each) => each.local)).toEqual(['hathisen', 'hathisen2', 'hhennie'])
    expect(JSON.stringify(mine)).not.toMatch(/022088\d{6}/)
    expect(refused((await approve(admin, id)) as never)).toBe('incomplete')
    const approved = await decided(id, vouched)
    const made = approved.state === 'approved' ? approved.made.accounts : []
    const accounts = await Promise.all(made.map(account))
    expect(accounts.map((each) => each?.address)).toEqual(
      ['hathisen', 'hathisen2', 'hhennie'].map((text) => `${text}@quangninh.gov.vn`),
    )
    expect(accounts.every((each) => each?.state === 'awaiting-activation' && each.handOver === 'slip')).toBe(true)
  })

  test('none becomes an account where one has one already, and the approver is told who', async () => {
    const known = someDetails(units.agency, { fullName: 'Ngô Thị Cũ' })
    await given(office.services, known)
    const id = await send(an, asked(one('Ngô Thị Mới'), one('Ngô Thị Cũ', known.number)))
    const outcome = await approve(admin, id, vouched)
    expect(outcome).toMatchObject({ refusal: { kind: 'person-known', name: 'Ngô Thị Cũ' } })
    expect(await office.services.database.prisma.person.count({ where: { fullName: 'Ngô Thị Mới' } })).toBe(0)
    await done(office.services.requests.withdrawOwn(own(an), id))
    const free = await office.services.database.prisma.address.count({ where: { local: 'ngothimoi' } })
    expect(free).toBe(0)
  })

  test('numbers are sealed where they are kept, and gone once the request is purged', async () => {
    const number = IdentificationNumber.parse('022090000777')
    const id = await send(an, asked(one('Phạm Thị Kín', number)))
    const row = await office.services.database.prisma.request.findUniqueOrThrow({ where: { id } })
    expect(JSON.stringify(row)).not.toContain(number)
    await done(office.services.requests.withdrawOwn(own(an), id))
    await office.services.database.prisma.request.update({ where: { id }, data: { decidedAt: new Date('2020-01-01') } })
    const limits = { drafts: 1, withdrawn: 1, rejected: 1 }
    await office.services.requests.purge(allowed('system.tidy', { kind: 'job', id: 'job:tidy', name: 'tidy' }), limits)
    const purged = await office.services.database.prisma.request.findUniqueOrThrow({ where: { id } })
    expect(purged).toMatchObject({ body: null, kind: 'people' })
  })
})

test('every request is in the log, and the log is whole', async () => {
  expect(await office.services.audit.verify(allowed('audit.read', cliActor('test')))).toMatchObject({ broken: null })
})
