import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import type { PersonActor } from '../../src/access/policy.ts'
import type { AccountId, UnitId } from '../../src/kernel/ids.ts'
import { OWN_KINDS, type OwnKind } from '../../src/requests/kinds.ts'
import { slugOf } from '../../src/web/own/forms.ts'
import { en } from '../../src/web/words/en.ts'
import { vi } from '../../src/web/words/vi.ts'
import { full, issuedShared } from '../support/shared.ts'
import { given, seedStaff, seedUnits, someDetails } from '../support/system.ts'
import { signedIn } from '../support/signed-in.ts'
import { plain, startWeb, type Visitor, type WebSystem } from '../support/web.ts'

let web: WebSystem
let units: Record<'province' | 'agency' | 'department' | 'other', UnitId>
let an: { id: AccountId; address: string }
let officer: PersonActor
let person: Visitor, administrator: Visitor, it: Visitor
let registry: AccountId

const LIST = '/de-nghi-cua-toi'
const formOf = (kind: OwnKind) => `${LIST}/moi/${slugOf(kind)}`
const why = 'Theo phân công của Giám đốc Sở'

beforeAll(async () => {
  web = await startWeb({ env: { POSTING_LISTEN: '127.0.0.1:0' } })
  const { services } = web
  units = await seedUnits(services)
  const staff = await seedStaff(services, 'it-staff', units.province, 'Lê Đức Thắng')
  officer = await seedStaff(services, 'unit-admin', units.agency, 'Trần Thị Minh Hà')
  const id = await given(services, someDetails(units.agency, { fullName: 'Đặng Thị An' }))
  await services.database.prisma.account.update({ where: { id }, data: { state: 'active' } })
  an = { id, address: 'dangthian@quangninh.gov.vn' }
  registry = (
    await issuedShared(services, {
      ...{ unitId: units.agency, name: 'Một cửa Sở Nội vụ', local: 'motcua', holders: full(an) },
    })
  ).id
  person = await signedIn(web, { accountId: id })
  administrator = await signedIn(web, officer)
  it = await signedIn(web, staff)
}, 60_000)
afterAll(() => web.stop())

const textOf = async (who: Visitor, path: string) => plain((await who.get(path)).html)
/** Sends a form; answers where it leads. */
async function sent(who: Visitor, path: string, fields: Record<string, string> = {}): Promise<string> {
  await web.calm()
  await who.get(path)
  const seen = await who.post(path, fields)
  expect([path, seen.status]).toEqual([path, 303])
  return seen.location
}
/** Fills a form, looks once more, and sends: the path of the request. */
async function asked(who: Visitor, kind: OwnKind, fields: Record<string, string>): Promise<string> {
  const check = await sent(who, formOf(kind), { why, ...fields })
  if (check === formOf(kind)) throw new Error(plain((await who.get(check)).html).slice(0, 1500))
  const local = /name="local" type="radio" value="([^"]+)"/.exec((await who.get(check)).html)?.[1] ?? ''
  return sent(who, check, local === '' ? {} : { local })
}
const person1 = {
  ...{ p1fullName: 'Hà Thị Sen', p1birthDay: '3', p1birthMonth: '2', p1birthYear: '1990', p1sex: 'female' },
  ...{ p1number: '022190000001', p1position: 'Chuyên viên', p1employment: 'civil-servant' },
  p1contactEmail: 'ha.thi.sen@example.com',
}
/** What goes through, and what is shown of it to who decides. */
const GOOD: Readonly<Record<OwnKind, { fields: () => Record<string, string>; shows: readonly string[] }>> = {
  'function-mailbox': {
    fields: () => ({ what: 'Văn thư', full: an.address, read: officer.address }),
    shows: ['Văn thư Sở Nội vụ', 'Đặng Thị An (dangthian@quangninh.gov.vn)', 'Theo mẫu {chucnang}-{donvi}'],
  },
  'unit-mailbox': { fields: () => ({ full: 'dangthian' }), shows: ['snv@quangninh.gov.vn', 'Đặng Thị An'] },
  holders: {
    fields: () => ({ accountId: registry, full: `${an.address}\n${officer.address}` }),
    shows: ['Một cửa Sở Nội vụ', vi.asking.rows.present('Đặng Thị An (dangthian@quangninh.gov.vn)')],
  },
  list: {
    fields: () => ({
      ...{ name: 'Lãnh đạo phòng', unit1: 'Sở Nội vụ', below1: 'yes', title1: 'Trưởng phòng', named: an.address },
      ...{ posting: 'named', posters: 'motcua' },
    }),
    shows: [
      vi.lists.clause.unit('Sở Nội vụ', true),
      vi.lists.clause.position('Trưởng phòng', 'Sở Nội vụ', true),
      'Một cửa Sở Nội vụ (motcua@quangninh.gov.vn)',
    ],
  },
  name: {
    fields: () => ({ fullName: 'Đặng Thị Thu An', newAddress: 'yes' }),
    shows: ['Đặng Thị Thu An', vi.asking.rows.present('Đặng Thị An'), 'dangthithuan@quangninh.gov.vn'],
  },
  position: { fields: () => ({ position: 'Chánh Văn phòng' }), shows: ['Chánh Văn phòng', 'Chuyên viên'] },
  alias: { fields: () => ({ local: 'an.hoidap' }), shows: ['an.hoidap@quangninh.gov.vn'] },
  quota: { fields: () => ({ accountId: '', quotaMb: '10240' }), shows: ['10 GB', vi.asking.rows.present('2 GB')] },
  people: { fields: () => person1, shows: ['Hà Thị Sen', '••• ••• ••• 001', 'ha.thi.sen@example.com', 'hathisen'] },
}

test('from their own page somebody comes to choose among all kinds, each with its form in both languages', async () => {
  expect((await person.get('/tai-khoan-cua-toi')).html).toContain(`href="${LIST}/moi"`)
  const choose = await person.get(`${LIST}/moi`)
  for (const kind of OWN_KINDS) {
    expect(choose.html).toContain(`value="${slugOf(kind)}"`)
    expect(await sent(person, `${LIST}/moi`, { kind: slugOf(kind) })).toBe(formOf(kind))
    expect(await textOf(person, formOf(kind))).toContain(vi.workflow.kinds[kind])
    expect(await textOf(person, `${formOf(kind)}?lang=en`)).toContain(en.workflow.kinds[kind])
    await person.get('/?lang=vi')
  }
  expect(await sent(person, `${LIST}/moi`)).toBe(`${LIST}/moi`)
  expect(await textOf(person, `${LIST}/moi`)).toContain(vi.asking.choose.error)
})

describe.each(OWN_KINDS)('the form of %s', (kind) => {
  test('says beside its fields what is missing, and keeps what was typed', async () => {
    expect(await sent(person, formOf(kind), { why: 'x', full: 'khongco', posters: '' })).toBe(formOf(kind))
    const seen = await person.get(formOf(kind))
    const text = plain(seen.html)
    expect(text).toContain(vi.asking.errors.why)
    expect(seen.html).toContain('govuk-error-summary')
    // Every message of the summary leads to something on the page.
    for (const [, target = ''] of seen.html.matchAll(/<a href="#([^"]+)"/g))
      if (seen.html.indexOf(`#${target}`) > seen.html.indexOf('govuk-error-summary__list'))
        expect(seen.html).toContain(`id="${target}"`)
    if (seen.html.includes('name="full"')) expect(text).toContain(vi.asking.errors.unknown('khongco'))
  })

  test('is checked, sent, followed, and read by who decides', async () => {
    const { fields, shows } = GOOD[kind]
    const path = await asked(person, kind, fields())
    const mine = await textOf(person, path)
    for (const shown of shows) expect(mine).toContain(shown)
    expect(mine).toContain(vi.states.request.submitted)
    expect(mine).toContain(vi.workflow.steps.waits('quản trị Sở Nội vụ'))
    expect(await textOf(person, LIST)).toContain(vi.workflow.kinds[kind])
    const decision = await textOf(administrator, path.replace(LIST, '/cho-duyet'))
    for (const shown of shows) expect(decision).toContain(shown)
    expect(decision).toContain(why)
    expect(await textOf(administrator, '/cho-duyet')).toContain(vi.workflow.kinds[kind])
    expect((await administrator.get(path)).status).toBe(404)
  })
})

describe('one request', () => {
  const decide = async (who: Visitor, path: string, fields: Record<string, string>) => {
    const inbox = path.replace(LIST, '/cho-duyet')
    const version = /name="version" value="(\d+)"/.exec((await who.get(inbox)).html)?.[1] ?? ''
    return who.post(`${inbox}/quyet-dinh`, { version, ...fields })
  }

  test('that was returned is corrected in its form, where everything stands as it was, and sent again', async () => {
    const path = await asked(person, 'function-mailbox', { what: 'Tiếp dân', full: an.address })
    await decide(administrator, path, { decision: 'return', returnText: 'Bổ sung số văn bản phân công' })
    expect(await textOf(person, path)).toContain('Bổ sung số văn bản phân công')
    const { html } = await person.get(`${path}/sua`)
    expect(html).toContain('value="Tiếp dân"')
    expect(html).toContain(an.address)
    expect(await sent(person, `${path}/sua`, { what: 'Tiếp dân', full: an.address, why: 'Theo văn bản 12/SNV' })).toBe(
      `${path}/kiem-tra`,
    )
    const local = /name="local" type="radio" value="([^"]+)"/.exec((await person.get(`${path}/kiem-tra`)).html)?.[1]
    expect(await sent(person, `${path}/kiem-tra`, { local: local ?? '' })).toBe(path)
    expect(await textOf(person, path)).toContain('Theo văn bản 12/SNV')
  })

  test('is done once both steps have said yes, without anybody vouching for who was signed in', async () => {
    const path = await asked(person, 'quota', { accountId: '', quotaMb: '20480' })
    const page = (await administrator.get(path.replace(LIST, '/cho-duyet'))).html
    expect(page).not.toContain('name="identity"')
    expect((await decide(administrator, path, { decision: 'approve' })).location).toBe('/cho-duyet')
    expect(await textOf(person, path)).toContain(vi.workflow.seat['it-staff'])
    expect((await decide(it, path, { decision: 'approve' })).location).toBe('/cho-duyet')
    expect(await textOf(it, '/cho-duyet')).toContain(vi.asking.decision.done)
    expect(await textOf(person, path)).toContain(vi.asking.tracking.approved)
    expect((await web.services.requests.meant({} as never, 'dangthian'))?.quotaMb).toBe(20_480)
  })

  test('whose address somebody else took meanwhile says so beside the field', async () => {
    const check = await sent(person, formOf('alias'), { local: officer.address, why })
    expect(await sent(person, check)).toBe(check)
    expect(await textOf(person, check)).toContain(vi.asking.errors.taken(officer.address))
  })

  test('is withdrawn by its asker, who is asked first', async () => {
    const path = await asked(person, 'position', { position: 'Phó Chánh Văn phòng' })
    expect(await textOf(person, `${path}/rut`)).toContain(vi.asking.tracking.withdrawText)
    expect(await sent(person, `${path}/rut`)).toBe(path)
    expect(await textOf(person, path)).toContain(vi.states.request.withdrawn)
  })

  test('for another unit is an administrator’s to ask, who has the field for it', async () => {
    expect((await person.get(formOf('function-mailbox'))).html).not.toContain('name="unitId"')
    expect((await administrator.get(formOf('function-mailbox'))).html).toContain('name="unitId"')
    const fields = { unit: 'Sở Tài chính', what: 'Văn thư', full: an.address, why }
    expect(await sent(administrator, formOf('function-mailbox'), fields)).toBe(formOf('function-mailbox'))
    expect(await textOf(administrator, formOf('function-mailbox'))).toContain(vi.asking.refusals['not-your-unit'])
    const below = { ...fields, unit: 'Phòng Công chức, viên chức' }
    expect(await asked(administrator, 'function-mailbox', below)).toMatch(new RegExp(`^${LIST}/`))
  })
})
