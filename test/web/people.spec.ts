import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import type { PersonActor } from '../../src/access/policy.ts'
import type { PersonId, UnitId } from '../../src/kernel/ids.ts'
import { vi } from '../../src/web/words/vi.ts'
import { allowed, given, seedStaff, seedUnits, someDetails } from '../support/system.ts'
import { signedIn } from '../support/signed-in.ts'
import { errorsIn, headingOf, plain, startWeb, type Visitor, type WebSystem } from '../support/web.ts'

let web: WebSystem
let units: Record<'province' | 'agency' | 'department' | 'other', UnitId>
let it: PersonActor
let first: Visitor, second: Visitor

beforeAll(async () => {
  web = await startWeb()
  units = await seedUnits(web.services)
  const staff = (name: string) => seedStaff(web.services, 'it-staff', units.province, name)
  it = await staff('Lê Đức Thắng')
  first = await signedIn(web, it)
  second = await signedIn(web, await staff('Bùi Vũ Khánh Huyền'))
}, 60_000)
afterAll(() => web.stop())

async function record(fullName: string, unit = units.agency): Promise<{ id: PersonId; account: string; mail: string }> {
  const { people } = web.services
  const account = await given(web.services, someDetails(unit, { fullName }))
  const id = await people.ofAccount(account)
  const view = id && (await people.read(allowed('person.read', it), id))
  if (!view?.account) throw new Error('no record')
  return { id: view.id, account, mail: view.account.address }
}
const GROUNDS = { why: 'Đối chiếu với thẻ căn cước.', letterNumber: '', letterDay: '', letterMonth: '', letterYear: '' }
/** What the second person does on the page to which the first was led. */
async function agree(where: string): Promise<string> {
  const { html, location } = await second.fill(where, {}, `${where}/dong-y`)
  expect(location).toBe(where)
  return plain(html)
}

describe('a wrong identification number', () => {
  test('is asked for on the record’s page; who asks does not agree, and a second person does', async () => {
    const { id } = await record('Nguyễn Thị Sai Số')
    const path = `/nguoi/${id}/so-dinh-danh`
    const wrong = await first.fill(path, { ...GROUNDS, number: '12', why: 'ngắn' })
    expect(errorsIn(wrong.html).map(({ field }) => field)).toEqual(['number', 'why'])
    expect(wrong.html).toContain('value="12"')

    const asked = await first.fill(path, { ...GROUNDS, number: '022188654321' })
    expect(asked.location).toMatch(/^\/thay-doi\//)
    expect(plain(asked.html)).toContain(vi.people.asked)
    // Whoever only reads the page sees the end of the number.
    expect(asked.html).not.toContain('022188654321')
    const own = await first.post(`${asked.location}/dong-y`)
    expect(plain((await first.get(own.location)).html)).toContain(vi.refusals['agreed-before'])
    await agree(asked.location)
    expect(plain((await first.get(`/nguoi/${id}`)).html)).toContain('321')
    const shown = await first.fill(`/nguoi/${id}`, {}, `/nguoi/${id}/xem-so`)
    expect(plain(shown.html)).toContain('022 188 654 321')
  })
})

describe('two records of one person', () => {
  test('are found by their name, compared, and become one once a second person agrees', async () => {
    const [kept, other] = [await record('Trần Thị Hai Hồ Sơ'), await record('Trần Thị Hai Hồ Sơ', units.other)]
    const path = `/nguoi/${kept.id}/gop`
    const found = await first.get(path)
    expect(found.html).toContain(`voi=${other.id}`)
    const compared = await first.get(`${path}?voi=${other.id}`)
    for (const mail of [kept.mail, other.mail]) expect(plain(compared.html)).toContain(mail)
    const unsaid = await first.fill(`${path}?voi=${other.id}`, { ...GROUNDS, voi: other.id }, path)
    expect(errorsIn(unsaid.html).map(({ field }) => field)).toEqual(['number'])

    const asked = await first.fill(`${path}?voi=${other.id}`, { ...GROUNDS, voi: other.id, number: 'kept' }, path)
    expect(asked.location).toMatch(/^\/thay-doi\//)
    await agree(asked.location)
    const gone = await first.get(`/nguoi/${other.id}`)
    expect(gone.status === 303 ? gone.location : gone.html).toContain(kept.id)
    const stays = await first.get(`/nguoi/${kept.id}`)
    expect(headingOf(stays.html)).toBe('Trần Thị Hai Hồ Sơ')
    expect(plain(stays.html)).toContain(other.mail.replace('@', '-luu@'))
    // Mail to the other's address arrives at the one that stays.
    expect(plain((await first.get(`/tai-khoan/${kept.account}?muc=thong-tin`)).html)).toContain(other.mail)
    expect((await first.get(`/nguoi/${other.id}/gop`)).status).toBe(404)
  })
})
