import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import type { PersonActor } from '../../src/access/policy.ts'
import { DEFAULT_LIFE } from '../../src/accounts/life-policy.ts'
import { addDays, Day } from '../../src/kernel/day.ts'
import type { UnitId } from '../../src/kernel/ids.ts'
import { followReviews } from '../../src/main/tidy.ts'
import { vi } from '../../src/web/words/vi.ts'
import { movedClock } from '../support/clock.ts'
import { manyPeople, type Member } from '../support/many.ts'
import { signedIn } from '../support/signed-in.ts'
import { allowed, seedStaff, seedUnits } from '../support/system.ts'
import { plain, startWeb, type Visitor, type WebSystem } from '../support/web.ts'

const clock = movedClock()
clock.to(Day.parse('2027-03-01'))
let web: WebSystem
let units: Record<'province' | 'agency' | 'department' | 'other', UnitId>
let it: PersonActor, agency: PersonActor, other: PersonActor
let members: Member[]
let path: string
let staff: Visitor, admin: Visitor
/** As many as a large unit's list has. */
const MANY = 1_000

beforeAll(async () => {
  web = await startWeb({ clock })
  const { services } = web
  units = await seedUnits(services)
  it = await seedStaff(services, 'it-staff', units.province, 'Lê Đức Thắng')
  agency = await seedStaff(services, 'unit-admin', units.agency, 'Bùi Vũ Khánh Huyền')
  other = await seedStaff(services, 'unit-admin', units.other, 'Lục Văn Sìn')
  members = await manyPeople(services, MANY, [units.agency])
  ;[staff, admin] = [await signedIn(web, it), await signedIn(web, agency)]
}, 120_000)
afterAll(() => web.stop())

const letters = (to: string) =>
  web.services.database.prisma.outbox.count({ where: { template: 'review', recipient: to } })
const listOf = (unit: UnitId) => `${path}?don-vi=${unit}`
const post = (who: Visitor, fields: Record<string, string>, unit = units.agency) => who.post(path, { unit, ...fields })
const answersOf = async (unit: UnitId) => {
  const id = path.replace('/ra-soat/', '')
  const found = await web.services.reviews.unit(allowed('review.read', it), id, unit, { answer: null })
  return found?.part.counts
}

describe('a review', () => {
  test('begins when IT staff say so or in the policy’s months, one at a time, and asks every administrator', async () => {
    const { services } = web
    await followReviews(services)
    expect(await services.reviews.list(allowed('review.read', it))).toEqual([])
    expect((await admin.post('/ra-soat')).status).toBe(403)
    expect((await staff.post('/ra-soat')).location).toBe('/ra-soat')
    const [review] = await services.reviews.list(allowed('review.read', it))
    path = `/ra-soat/${review?.id ?? ''}`
    expect(review?.dueOn).toBe(addDays(clock.today(), DEFAULT_LIFE.reviewDays))
    expect([await letters(agency.address), await letters(other.address)]).toEqual([1, 1])
    expect(await services.reviews.open(allowed('review.open', it))).toMatchObject({ refusal: { kind: 'review-open' } })
  })

  test('shows each administrator their own units only', async () => {
    const html = plain((await admin.get(path)).html)
    expect(html).toContain('Sở Nội vụ')
    expect(html).not.toContain('Sở Tài chính')
    expect((await admin.get(listOf(units.other))).status).toBe(404)
    expect((await post(admin, { act: 'keep' }, units.other)).status).toBe(404)
  })

  test('takes answers with notes, page by page, from a list of a thousand', async () => {
    const seen = await admin.get(listOf(units.agency))
    expect(seen.html.match(/name="line"/g)).toHaveLength(50)
    const [first, second] = [...seen.html.matchAll(/name="line" value="([^"]+)"/g)].map((match) => match[1] ?? '')
    const saved = await post(admin, {
      ...{ line: first ?? '', act: 'save', [`answer-${first ?? ''}`]: 'gone', [`note-${first ?? ''}`]: 'Đã nghỉ hưu' },
    })
    expect(saved.location).toBe(listOf(units.agency))
    await post(admin, { line: second ?? '', act: 'save', [`answer-${second ?? ''}`]: 'hay là' })
    // Nobody of another list, whatever is posted.
    const [stranger] = [other.accountId]
    await post(admin, { line: stranger, act: 'save', [`answer-${stranger}`]: 'gone' })
    expect(await answersOf(units.agency)).toMatchObject({ gone: 1, open: MANY })
    expect(await answersOf(units.other)).toMatchObject({ gone: 0, open: 1 })
    expect(plain((await admin.get(`${listOf(units.agency)}&muc=gone`)).html)).toContain('Không còn ở đơn vị')
  })

  test('is confirmed as a whole once everybody is answered for, with a numbered receipt to print', async () => {
    await post(admin, { act: 'confirm' })
    expect(plain((await admin.get(listOf(units.agency))).html)).toContain(vi.reviews.save)
    await post(admin, { act: 'keep' })
    await post(admin, { act: 'confirm' })
    expect(await answersOf(units.agency)).toMatchObject({ keep: MANY, gone: 1, open: 0 })
    const seen = plain((await admin.get(listOf(units.agency))).html)
    expect(seen).toContain(vi.reviews.confirmedNo('1'))
    const sheet = plain((await admin.get(`${path}/bien-nhan?don-vi=${units.agency}`)).html)
    for (const text of [vi.reviews.receiptTitle, agency.name, '1.000', 'Sở Nội vụ']) expect(sheet).toContain(text)
    const late = members[0]?.id ?? ''
    await post(admin, { line: late, act: 'save', [`answer-${late}`]: 'unknown' })
    expect(await answersOf(units.agency)).toMatchObject({ unknown: 0 })
  })

  test('reminds those who have not answered, a week and a day before, once each', async () => {
    const { services } = web
    const [review] = await services.reviews.list(allowed('review.read', it))
    const due = review?.dueOn ?? clock.today()
    for (const [before, sent] of [
      [8, 1],
      [7, 2],
      [6, 2],
      [1, 3],
      [0, 3],
    ] as const) {
      clock.to(addDays(due, -before))
      await followReviews(services)
      await followReviews(services)
      expect([before, await letters(other.address), await letters(agency.address)]).toEqual([before, sent, 1])
    }
  })

  test('closes after its last day; what nobody confirmed is reported, and suspended only where the policy says so', async () => {
    const { services } = web
    const { prisma } = services.database
    const states = async (id: string) => (await prisma.account.findUniqueOrThrow({ where: { id } })).state
    const [review] = await services.reviews.list(allowed('review.read', it))
    clock.to(addDays(review?.dueOn ?? clock.today(), 1))
    await followReviews(services)
    expect(plain((await staff.get(path)).html)).toContain(vi.reviews.notConfirmed)
    expect(await states(other.accountId)).toBe('active')
    const policy = { ...DEFAULT_LIFE, reviewUnanswered: 'suspend' as const }
    const why = 'Thử việc ngừng hộp thư không ai xác nhận'
    expect(await services.life.change(allowed('life-policy.change', it), { seen: 0, policy, why })).toMatchObject({
      ok: true,
    })
    await followReviews(services)
    expect(await states(other.accountId)).toBe('suspended')
    // Those with rights over the province, and those who are confirmed, stay.
    expect([await states(it.accountId), await states(members[1]?.id ?? '')]).toEqual(['active', 'active'])
  })

  test('begins by itself in a month of the policy, once', async () => {
    const { services } = web
    clock.to(Day.parse('2027-06-02'))
    await followReviews(services)
    await followReviews(services)
    const found = await services.reviews.list(allowed('review.read', it))
    expect(found.map(({ number, openedName }) => [number, openedName])).toEqual([
      [2, 'life'],
      [1, it.name],
    ])
  })
})
