import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import { unitsBefore } from '../../scripts/reorganisation/quang-ninh.ts'
import { DEFAULT_OPTIONS, type Draft } from '../../src/reorganisations/draft.ts'
import { figuresOf } from '../../src/reorganisations/outcome.ts'
import { QuotaMb } from '../../src/accounts/account.ts'
import type { AccountCommand } from '../../src/accounts/life-acts.ts'
import { PostId } from '../../src/accounts/move.ts'
import type { AccountId, RequestId, UnitId } from '../../src/kernel/ids.ts'
import type { Ask } from '../../src/requests/ask.ts'
import type { Prisma } from '../../src/db/generated/client.ts'
import { answer, open as openReview } from '../../src/reviews/store.ts'
import type { ReorganisationId } from '../../src/reorganisations/reorganisation.ts'
import { followLives, tidyUp } from '../../src/main/tidy.ts'
import { addDays, addMonths, dayOf, type Day } from '../../src/kernel/day.ts'
import { en } from '../../src/web/words/en.ts'
import { faultText, sheetFaultText } from '../../src/web/words/reorganisation-sayings.ts'
import { vi } from '../../src/web/words/vi.ts'
import { workbook } from '../imports/reading/made.ts'
import { movedClock } from '../support/clock.ts'
import { startOffice, type Office } from '../support/database.ts'
import { drafted, dump, letBegin, planFor, quangNinh, type Province } from '../support/reorganisations.ts'
import { allowed } from '../support/system.ts'

const clock = movedClock()
let office: Office
let province: Province
/** Requests that nobody has answered, by their kind. */
let asked: Record<'list' | 'quota', RequestId>
/** What waits for agreement or its day: somebody of a divided unit, who goes to its second heir, and others who come. */
let waiting: Awaited<ReturnType<typeof waitingIn>>

beforeAll(async () => {
  office = await startOffice({ clock })
  province = await quangNinh(office.services, 1_000)
  await office.services.lists.follow(allowed('system.tidy', tidier))
  await office.services.transaction((tx) => reviewed(tx.db, tx.at))
  asked = await askedIn(nameOf('Sở Du lịch') as UnitId)
  waiting = await waitingIn()
}, 60_000)
afterAll(() => office.stop())

const tidier = { kind: 'job', id: 'job:tidy', name: 'tidy' } as const
const work = async () => {
  await office.services.reorganisations.work()
  await office.services.lists.follow(allowed('system.tidy', tidier))
}
const read = () => allowed('reorganisation.read', province.staff)
const may = () => allowed('reorganisation.change', province.staff)
const stateOf = async (id: ReorganisationId) => (await office.services.reorganisations.read(read(), id))?.record.state
const query = async <T extends object>(sql: string, values: unknown[] = []): Promise<T[]> =>
  (await office.services.database.pool.query<T>(sql.replaceAll('TODAY', `date '${clock.today()}'`), values)).rows
const nameOf = (name: string) => unitsBefore().find((unit) => unit.name === name)?.id ?? ''

/** A review is open, in which somebody of a unit that ends was confirmed. */
async function reviewed(db: Prisma.TransactionClient, at: Date): Promise<void> {
  const dueOn = addDays(dayOf(at), 60)
  const id = randomUUID()
  await openReview(db, { id, at, byName: 'life', dueOn }, ['active'])
  const unitId = nameOf('Sở Du lịch') as UnitId
  const [line] = await db.reviewLine.findMany({ where: { unitId }, take: 1 })
  await answer(db, id, unitId, [{ id: line?.accountId ?? '', answer: 'keep', note: null }], {
    name: 'Lê Đức Thắng',
    at,
  })
}

const heirOf = async (name: string): Promise<string> =>
  (await query<{ id: string }>('SELECT to_id AS id FROM unit_succession WHERE from_id = $1', [nameOf(name)]))[0]?.id ??
  ''

/** Somebody of the unit asks for a list of its people, and for a larger mailbox. */
async function askedIn(unitId: UnitId): Promise<typeof asked> {
  const { services } = office
  const people = await query<{ id: AccountId }>(
    `SELECT id FROM account WHERE unit_id = $1 AND kind = 'person' ORDER BY number DESC LIMIT 1`,
    [unitId],
  )
  const asker = await services.actors.byId(people[0]?.id ?? ('' as AccountId))
  if (!asker) throw new Error('Nobody is there')
  const send = async (ask: Ask): Promise<RequestId> => {
    const sent = await services.requests.askAndSend(allowed('own.request', asker), ask, {
      chosen: null,
      language: 'vi',
    })
    if (!sent.ok) throw new Error(sent.refusal.kind)
    return sent.value
  }
  const why = 'Theo phân công của Giám đốc Sở'
  const rule = [{ by: 'unit' as const, unitId, below: true }]
  return {
    list: await send({ kind: 'list', unitId, name: 'Toàn Sở Du lịch', rule, posting: { who: 'province' }, why }),
    quota: await send({ kind: 'quota', accountId: asker.accountId, quotaMb: QuotaMb.parse(8_192), why }),
  }
}

const placedIn = (name: string) => {
  const id = nameOf(name)
  return province.placed.filter(({ unit }) => unit === id)
}
const LATER = 500
/** IT staff ask for what is to happen long after the plan. */
async function ask(id: AccountId, command: AccountCommand): Promise<string> {
  const outcome = await office.services.lives.ask(allowed('life.keep', province.staff), id, {
    ...{ command, on: addDays(clock.today(), LATER), why: 'Theo quyết định của Sở Nội vụ' },
    letter: { number: '12/QĐ-SNV', date: clock.today() },
  })
  if (!outcome.ok) throw new Error(outcome.refusal.kind)
  return outcome.value.id
}
async function waitingIn() {
  const [, second] = placedIn('Phường Yên Thọ')
  const [one, two] = await query<{ id: AccountId }>(
    `SELECT id FROM account WHERE unit_id = $1 AND kind = 'person' ORDER BY number LIMIT 2`,
    [nameOf('Phòng Nghiệp vụ Y tế')],
  )
  if (second === undefined || one === undefined || two === undefined) throw new Error('Too few people')
  const who = second.account as AccountId
  const transfer = (unit: string, title: string) =>
    ({ type: 'transfer', unitId: nameOf(unit) as UnitId, title }) as const
  const until = addDays(clock.today(), LATER + 30)
  return {
    ...{ who, comes: one.id, undecided: two.id, on: addDays(clock.today(), LATER) },
    out: await ask(who, transfer('Sở Nội vụ', 'Chuyên viên')),
    life: [
      await ask(who, { type: 'suspend', until: null }),
      await ask(who, { type: 'go-on-leave', until }),
      await ask(who, { type: 'leave', cause: 'retired' }),
    ],
    byPosition: await ask(one.id, transfer('Thị trấn Ba Chẽ', 'Công chức Địa chính - Xây dựng')),
    byNobody: await ask(two.id, transfer('Phường Yên Thọ', 'Văn thư')),
  }
}
const changeOf = async (id: string) => {
  const change = await office.services.scheduled.read(allowed('scheduled.read', province.staff), id)
  if (!change) throw new Error('There is no such change')
  return change
}
const administers = async (unit: UnitId): Promise<AccountId> =>
  (
    await query<{ id: AccountId }>(
      `SELECT account_id AS id FROM role_grant WHERE unit_id = $1 AND role = 'unit-admin' AND (valid_to IS NULL OR valid_to > TODAY) LIMIT 1`,
      [unit],
    )
  )[0]?.id ?? ('' as AccountId)
const unitToday = async (name: string): Promise<UnitId> =>
  (await query<{ id: UnitId }>('SELECT unit_id AS id FROM unit_on(TODAY) WHERE name = $1', [name]))[0]?.id ??
  ('' as UnitId)

/** Where every account is, and what its unit is called. */
async function whereAll() {
  const rows = <T extends { id: string }>(sql: string) =>
    query<T>(sql).then((all) => new Map(all.map((row) => [row.id, row])))
  const units = await rows<{ id: string; name: string }>('SELECT unit_id AS id, name FROM unit_on(TODAY)')
  const titles = await rows<{ id: string; title: string }>(
    'SELECT person_id AS id, title FROM post WHERE is_primary AND valid_to IS NULL',
  )
  const all = await rows<{ id: string; kind: string; unit: UnitId; person: string | null }>(
    'SELECT id, kind, unit_id AS unit, person_id AS person FROM account',
  )
  return new Map(
    [...all.values()].map(({ id, kind, unit, person }) => [
      id,
      { kind, unit, name: units.get(unit)?.name, title: titles.get(person ?? '')?.title ?? '' },
    ]),
  )
}

/** Every living address of a mailbox, and the unit of whose mailbox it reaches. */
const reach = () =>
  query<{ local: string; role: string; unit: string; until: Date | null }>(
    `SELECT d.local, d.role, a.unit_id AS unit, d.until FROM address d JOIN account a ON a.id = d.holder_id
     WHERE d.state = 'live' AND a.kind <> 'person' ORDER BY 1`,
  )

describe('a plan in a workbook', () => {
  const WHAT = ['Việc', 'Đơn vị', 'Đơn vị tiếp nhận', 'Tên mới', 'Loại đơn vị', 'Thuộc đơn vị']
  const WHO = ['Từ đơn vị', 'Phân theo', 'Phòng, chức vụ hoặc người', 'Về đơn vị']
  const SEATS = ['Đơn vị', 'Người quản trị']
  const [OLD, EAST, WEST] = ['Sở Công Thương', 'Sở Công Thương Đông', 'Sở Công Thương Tây']
  const DIVIDED = [
    ...[EAST, WEST].map((name) => ['Thành lập', '', '', name, 'Sở', 'Ủy ban nhân dân tỉnh Quảng Ninh']),
    ['Chia', OLD, `${EAST}; ${WEST}`, '', '', ''],
  ]
  const DEPARTMENTS = ['Văn phòng', 'Thanh tra', 'Phòng Kế hoạch - Tài chính', 'Phòng Nghiệp vụ Công Thương'].map(
    (name, n) => [OLD, 'Phòng', `${name}, ${OLD}`, n % 2 === 0 ? EAST : WEST],
  )
  type Sheets = Readonly<Record<string, readonly (readonly string[])[]>>
  const readIn = async (sheets: Sheets, draft: Draft | null = null, more: Parameters<typeof workbook>[1] = {}) => {
    const bytes = await workbook(sheets as Parameters<typeof workbook>[0], more)
    const file = { name: 'phuong-an.xlsx', bytes }
    const found = await office.services.reorganisations.readFile(may(), file, { on: clock.today(), draft })
    if (!found.ok) throw new Error(found.refusal.kind)
    return found.value
  }
  const planOf = (rows: Pick<Draft, 'steps' | 'assignments' | 'seats'>): Draft => ({
    ...{ name: 'Chia Sở Công Thương', document: null, effectiveOn: clock.today(), options: DEFAULT_OPTIONS, ...rows },
  })
  /** Faults as people read them, in both languages. */
  const said = async (...parts: Parameters<typeof readIn>): Promise<[vi: string[], en: string[]]> => {
    const { faults } = await readIn(...parts)
    return [
      faults.map((fault) => sheetFaultText(vi, 'vi', fault)),
      faults.map((fault) => sheetFaultText(en, 'en', fault)),
    ]
  }
  let people: { id: AccountId; local: string; title: string }[]
  beforeAll(async () => {
    people = await query(
      `SELECT a.id, d.local, p.title FROM account a JOIN post p ON p.person_id = a.person_id
       JOIN address d ON d.holder_id = a.id AND d.role = 'primary' WHERE a.unit_id = $1 AND a.kind = 'person' ORDER BY a.number`,
      [nameOf(OLD)],
    )
  })
  const seat = () => [WEST, `${people.at(-1)?.local ?? ''}@quangninh.gov.vn`]
  const names = (draft: Draft) =>
    new Map(draft.steps.flatMap((step) => (step.kind === 'create' ? [[step.unit, step.name]] : [])))

  test('divides by department, position, name and the rest', async () => {
    const [head, listed] = people
    const WARD = 'Phường Giếng Đáy'
    const file = await readIn({
      Việc: [['PHƯƠNG ÁN CHIA SỞ'], WHAT, ...DIVIDED, ['Chia', WARD, 'Phường Bãi Cháy;Phường Việt Hưng', '', '', '']],
      'Phân người': [
        WHO,
        ...DEPARTMENTS,
        [OLD, 'Chức vụ', 'giám đốc', WEST],
        [OLD, 'Người', `${listed?.local ?? ''}@quangninh.gov.vn`, EAST],
        [WARD, 'Chức vụ', 'Phó chủ tịch', 'Phường Bãi Cháy'],
        [WARD, 'Còn lại', '', 'Phường Việt Hưng'],
      ],
      'Quản trị': [SEATS, [EAST, listed?.local ?? ''], [WEST, head?.local ?? '']],
    })
    expect(file.faults).toEqual([])
    const plan = planOf(file.rows)
    const { outcome } = await office.services.reorganisations.check(read(), plan)
    expect(outcome.faults).toEqual([])
    const { units } = outcome.after
    const to = (id: AccountId) => units.get(outcome.places.to.get(id) ?? ('' as UnitId))?.name
    expect(people.map(({ title }) => title)).toEqual(['Giám đốc', 'Viên chức'])
    expect(people.map(({ id }) => to(id))).toEqual([WEST, EAST])
    const ward = await query<{ id: AccountId; title: string }>(
      `SELECT a.id, p.title FROM account a JOIN post p ON p.person_id = a.person_id WHERE a.unit_id = $1`,
      [nameOf(WARD)],
    )
    const deputies = ward.filter(({ title }) => title.startsWith('Phó Chủ tịch'))
    expect([deputies.length, ward.length > 2]).toEqual([1, true])
    for (const each of ward) expect(to(each.id)).toBe(deputies.includes(each) ? 'Phường Bãi Cháy' : 'Phường Việt Hưng')
    const above = new Map(
      [...units.values()].map(({ name, parentId }) => [name, units.get(parentId ?? ('' as UnitId))?.name]),
    )
    expect(above.get('Phòng Nghiệp vụ Công Thương')).toBe(WEST)
    expect(
      [...units.values()].filter(({ parentId }) => parentId !== null && units.get(parentId)?.name === EAST),
    ).toHaveLength(2)
  })

  test('of people alone is a list for a plan that there is, and none by itself', async () => {
    const list = (to: string) => ({ 'Phân người': [WHO, ...people.map(({ local }) => [OLD, 'Người', local, to])] })
    const first = planOf(
      (await readIn({ Việc: [WHAT, ...DIVIDED], 'Phân người': [WHO, ...DEPARTMENTS], 'Quản trị': [SEATS, seat()] }))
        .rows,
    )
    const file = await readIn(list(EAST), first)
    expect(file.faults).toEqual([])
    expect(file.rows).toMatchObject({ steps: first.steps, seats: first.seats })
    const to = [...names(first)].find(([, name]) => name === EAST)?.[0]
    expect(file.rows.assignments).toEqual(people.map(({ id }) => ({ by: 'account', from: nameOf(OLD), value: id, to })))
    const [viFaults, enFaults] = await said(list(OLD))
    expect(viFaults).toEqual([vi.reorganisations.texts.noSteps('Việc')])
    expect(enFaults[0]).toContain('is missing or has no rows')
  })

  test('that is wrong is told by sheet and row, in Vietnamese and in English', async () => {
    const [one, two] = people
    const [stranger] = await query<{ local: string }>(
      `SELECT d.local FROM account a JOIN address d ON d.holder_id = a.id AND d.role = 'primary' WHERE a.unit_id = $1 AND a.kind = 'person' LIMIT 1`,
      [nameOf('Sở Y tế')],
    )
    const rows = {
      Việc: [
        WHAT,
        ...DIVIDED,
        ['Thành lập', '', '', EAST.toUpperCase(), 'Sở', 'Ủy ban nhân dân tỉnh Quảng Ninh'],
        ['Sáp nhập', 'Sở Mặt trăng; Sở Du lịch', 'Sở Y tế', '', '', ''],
        ['Giải thể', OLD, 'Sở Y tế', '', '', ''],
        ['Đổi tên', 'Sở Y tế', '', '=HYPERLINK("http://x","Sở")', 'Sở', ''],
        ['Thành lập', '', '', '#REF!', 'Sở', ''],
        ['Bay', 'Sở Y tế', '', '', '', ''],
      ],
      'Phân người': [
        WHO,
        [OLD, 'Người', one?.local ?? '', WEST],
        [OLD, 'Người', `${two?.local ?? ''}; ${one?.local ?? ''}@quangninh.gov.vn`, WEST],
        [OLD, 'Người', `${stranger?.local ?? ''}; khong-co`, WEST],
        [OLD, 'Còn lại', '', WEST],
        [OLD, 'Còn lại', '', WEST],
        ['', 'Chức vụ', '', 'Sở Trên trời'],
      ],
      'Quản trị': [SEATS, seat(), seat(), [WEST, '']],
    }
    const [viFaults, enFaults] = await said(rows)
    expect(viFaults).toEqual([
      `Việc, dòng 5: “${EAST.toUpperCase()}” đã có ở dòng 2`,
      'Việc, dòng 6: Không có đơn vị “Sở Mặt trăng”',
      `Việc, dòng 7: “${OLD}” đã có ở dòng 4`,
      'Việc, dòng 8: Tên mới không đúng: “=HYPERLINK("http://x","Sở")”',
      'Việc, dòng 9: Tên mới không đúng: “#REF!”',
      'Việc, dòng 10: Việc: không hiểu “Bay”',
      `Phân người, dòng 3: “${one?.local ?? ''}@quangninh.gov.vn” đã có ở dòng 2`,
      `Phân người, dòng 4: “${stranger?.local ?? ''}” không ở đơn vị cũ này`,
      'Phân người, dòng 4: Không có tài khoản “khong-co”',
      `Phân người, dòng 6: “${OLD}” đã có ở dòng 5`,
      'Phân người, dòng 7: Nhập đơn vị cũ',
      'Phân người, dòng 7: Không có đơn vị “Sở Trên trời”',
      'Phân người, dòng 7: Nhập phòng, chức vụ hoặc người',
      `Quản trị, dòng 3: “${seat()[1] ?? ''}” đã có ở dòng 2`,
      'Quản trị, dòng 4: Nhập người quản trị',
    ])
    expect(enFaults).toHaveLength(viFaults.length)
    expect(enFaults[0]).toBe(`Việc, row 5: “${EAST.toUpperCase()}” is in row 2 already`)
    expect(enFaults[7]).toBe(`Phân người, row 4: “${stranger?.local ?? ''}” is not of that former unit`)
    for (const text of enFaults) expect(text).not.toMatch(/undefined|\[object/)
  })

  test('whose sheets are missing, are called otherwise or have other columns says so', async () => {
    const rules = [WHO, [OLD, 'Còn lại', '', 'Sở Y tế']]
    expect(await said({ 'Trang tính1': [['Ghi chú'], ['Không có gì']] })).toEqual([
      [vi.reorganisations.texts.noSheets],
      [en.reorganisations.texts.noSheets],
    ])
    const merge = ['Sáp nhập', 'Sở Du lịch', 'Sở Y tế', '', '', '']
    const [otherwise] = await said({
      Việc: [WHAT, merge],
      'Phân công': rules,
      'Ghi chú': [['Họp ngày 12'], ['Từ đơn vị']],
    })
    expect(otherwise).toEqual([vi.reorganisations.texts.otherName('Phân công', 'Phân người')])
    const [columns] = await said({ Việc: [['Đơn vị', 'Ghi chú'], merge], 'Phân người': rules })
    expect(columns).toContain(vi.reorganisations.texts.noHeading('Việc', 'Việc'))
    // A formula that no program has worked out yet is an empty cell.
    const [empty] = await said({ Việc: [WHAT, ['Đổi tên', 'Sở Y tế', '', '', 'Sở', '']] }, null, {
      cells: new Map([['1,3', { formula: '"Sở "&"Y"' }]]),
    })
    expect(empty).toEqual(['Việc, dòng 2: Nhập tên mới'])
  })

  test('that goes round in circles is a draft with faults, and nothing breaks', async () => {
    const kindsOf = async (...steps: string[][]) => {
      const file = await readIn({ Việc: [WHAT, ...steps] })
      expect(file.faults).toEqual([])
      const { outcome } = await office.services.reorganisations.check(read(), planOf(file.rows))
      for (const fault of outcome.faults) {
        const called = { before: String, after: String, person: String }
        for (const t of [vi, en] as const) expect(faultText(t, t.lang, called, fault)).not.toContain('undefined')
      }
      return [...new Set(outcome.faults.map(({ kind }) => kind))]
    }
    expect(await kindsOf(['Sáp nhập', 'Sở Du lịch', 'Sở Y tế'], ['Sáp nhập', 'Sở Y tế', 'Sở Du lịch'])).toContain(
      'ended-unit',
    )
    expect(await kindsOf(['Sáp nhập', 'Sở Du lịch', 'Sở Du lịch'])).toContain('own-heir')
    const above = (name: string, parent: string) => ['Thành lập', '', '', name, 'Sở', parent]
    expect(await kindsOf(above('Sở Một', 'Sở Hai'), above('Sở Hai', 'Sở Một'))).toContain('own-descendant')
    expect(
      await kindsOf(
        ['Chuyển', `Văn phòng, ${OLD}`, '', '', '', 'Sở Y tế'],
        ['Chuyển', 'Sở Y tế', '', '', '', `Văn phòng, ${OLD}`],
      ),
    ).toContain('own-descendant')
  })
})

describe('Quảng Ninh in one night', () => {
  let plan: Draft
  let id: ReorganisationId
  let before: Awaited<ReturnType<typeof dump>>
  let boxes: Awaited<ReturnType<typeof reach>>
  let where: Awaited<ReturnType<typeof whereAll>>
  let foretold: Awaited<ReturnType<typeof reportOf>>
  const reportOf = async (draft: Draft) => {
    const found = await office.services.reorganisations.read(read(), id)
    if (!found) throw new Error()
    const checked = found.record.startedAt === null ? await office.services.reorganisations.check(read(), draft) : null
    const lines = await office.services.reorganisations.report(read(), found.record, checked)
    return new Map(lines.map(({ from, to, people, mailboxes }) => [`${from} ${to}`, { people, mailboxes }]))
  }

  test('is a plan without a fault, in numbers', async () => {
    const { services } = office
    plan = planFor(services, province, { letters: true })
    id = await drafted(services, province.staff, plan)
    const checked = await services.reorganisations.check(read(), plan)
    expect(checked.outcome.faults).toEqual([])
    expect(figuresOf(checked.outcome)).toMatchObject({
      // Communes, districts, agencies, and departments that become one with others of their name.
      ...{ ended: 145 + 13 + 8 + 18, created: 28 + 0 + 3 },
    })
    expect(checked.outcome.notices).toContainEqual({
      ...{ kind: 'arrivals-undecided', unit: nameOf('Phường Yên Thọ'), n: 1 },
    })
    const { after } = checked.outcome
    const kinds = Map.groupBy(after.units.values(), ({ kind }) => kind)
    // 14 since 2025, and the one that is made up.
    expect(kinds.get('agency')).toHaveLength(15)
    expect(kinds.get('commune')).toHaveLength(54)
    expect(kinds.get('district')).toBeUndefined()
  })

  test('is stopped by the brake until a second person has released it', async () => {
    const { services } = office
    before = await dump(services)
    boxes = await reach()
    where = await whereAll()
    foretold = await reportOf(plan)
    const checked = await services.reorganisations.check(read(), plan)
    const asked = await services.reorganisations.schedule(may(), id, services.reorganisations.hash(checked.draft))
    expect(asked).toMatchObject({ ok: true, value: { state: 'held' } })
    await work()
    expect(await dump(services)).toEqual(before)
    await services.reorganisations.withdraw(may(), id)
    await letBegin(services, province, id)
    expect(await stateOf(id)).toBe('scheduled')
  })

  test('leaves nobody without a unit, nor a unit without an administrator', async () => {
    await work()
    expect(await stateOf(id)).toBe('applied')
    const [lost] = await query<{ n: number }>(
      `SELECT count(*)::int AS n FROM account a LEFT JOIN unit_on(TODAY) u ON u.unit_id = a.unit_id WHERE u.unit_id IS NULL`,
    )
    expect(lost?.n).toBe(0)
    const [posts] = await query<{ n: number }>(
      `SELECT count(*)::int AS n FROM account a JOIN post p ON p.person_id = a.person_id AND p.is_primary AND p.valid_to IS NULL
       WHERE p.unit_id = a.unit_id`,
    )
    expect(posts?.n).toBe(province.people + 2)
    const empty = await query(
      `SELECT name FROM unit_on(TODAY) u WHERE kind IN ('agency', 'commune') AND NOT EXISTS (
         SELECT FROM role_grant g WHERE g.unit_id = u.unit_id AND (g.valid_to IS NULL OR g.valid_to > TODAY))`,
    )
    expect(empty).toEqual([])
  })

  test('lets every old address reach the mailbox of the heir for a year', async () => {
    const after = new Map((await reach()).map((each) => [each.local, each]))
    const until = new Date(`${addMonths(dayOf(clock()), 12)}T00:00:00+07:00`)
    const heirs = await query<{ from: string; to: string[] }>(
      `SELECT from_id AS "from", array_agg(to_id::text) AS "to" FROM unit_succession GROUP BY 1`,
    )
    const heirsOf = new Map(heirs.map(({ from, to }) => [from, to]))
    for (const { local, unit } of boxes) {
      const now = after.get(local)
      expect(now).toBeDefined()
      expect([unit, ...(heirsOf.get(unit) ?? [])]).toContain(now?.unit)
      if (now?.role === 'alias') expect(now.until).toEqual(until)
    }
  })

  test('takes lists, what imports remember, and the history along', async () => {
    const [list] = await query<{ rule: { unitId: string }[]; name: string }>(
      `SELECT u.name, g.rule FROM mail_group g JOIN unit_on(TODAY) u ON u.unit_id = g.unit_id WHERE g.name = 'Toàn Thành phố Hạ Long'`,
    )
    expect(list?.name).toBe('Phường Hà Tu')
    const dead = await query(
      `SELECT spelling FROM import_spelling s WHERE NOT EXISTS (SELECT FROM unit_on(TODAY) u WHERE u.unit_id = s.unit_id)`,
    )
    expect(dead).toEqual([])
    const [event] = await query<{ note: string; detail: object }>(
      `SELECT note, detail FROM account_event WHERE kind = 'unit-reorganised' AND note LIKE 'Sở Du lịch → %' LIMIT 1`,
    )
    expect(event).toMatchObject({
      note: 'Sở Du lịch → Sở Văn hóa, Thể thao và Du lịch',
      detail: { why: plan.name, letter: { number: '1679/NQ-UBTVQH15' } },
    })
    const passages = await office.services.reorganisations.passages(
      allowed('unit.read', province.staff),
      nameOf('Sở Du lịch') as never,
    )
    expect(passages.to).toMatchObject([{ name: 'Sở Văn hóa, Thể thao và Du lịch', plan: { id } }])
  })

  test('lets open requests, and the lists that are asked for in them, go to the heir', async () => {
    const heir = await heirOf('Sở Du lịch')
    const found = await query<{
      id: string
      unit: string
      asked: string
      rule: { unitId: string }[] | null
      seats: string[]
    }>(
      `SELECT id, unit_id AS unit, body ->> 'unitId' AS asked, body -> 'rule' AS rule, seats FROM request WHERE id = ANY ($1)`,
      [Object.values(asked)],
    )
    expect(found).toHaveLength(2)
    for (const { unit, asked: inside, seats } of found)
      expect({ unit, inside, seats }).toEqual({ unit: heir, inside: heir, seats: [heir] })
    expect(found.find(({ id }) => id === asked.list)?.rule).toMatchObject([{ by: 'unit', unitId: heir }])
  })

  test('lets what waits go with its person, who is released by the unit where they are now', async () => {
    const [home, target] = [await unitToday('Phường Mạo Khê'), nameOf('Sở Nội vụ')]
    const own = { kind: 'unit', unit: home }
    expect(await changeOf(waiting.out)).toMatchObject({
      ...{ state: 'proposed', units: [home, target], seats: [own, { kind: 'unit', unit: target }] },
      ...{ agreements: [{ seat: 0 }], command: { type: 'transfer', unitId: target } },
    })
    for (const each of waiting.life) expect(await changeOf(each)).toMatchObject({ state: 'waiting', units: [home] })
    // Who administers the unit now sees all of it, and may agree or let it be.
    const actor = await office.services.actors.byId(await administers(home))
    if (!actor) throw new Error('Nobody administers it')
    const open = await office.services.scheduled.open(allowed('scheduled.read', actor), { state: 'waiting' })
    expect(open.changes.map(({ id: each }) => each)).toEqual(expect.arrayContaining(waiting.life))
    expect(await office.services.scheduled.read(allowed('scheduled.read', actor), waiting.out)).not.toBeNull()
  })

  test('lets those who are to come do so where the plan takes their position, else at the first heir, and says so', async () => {
    const [kyThuong, hoangQue] = [await unitToday('Xã Kỳ Thượng'), await unitToday('Phường Hoàng Quế')]
    expect(await changeOf(waiting.byPosition)).toMatchObject({
      ...{ command: { unitId: kyThuong }, seats: [{ unit: nameOf('Phòng Nghiệp vụ Y tế') }, { unit: kyThuong }] },
    })
    expect(await changeOf(waiting.byNobody)).toMatchObject({ command: { unitId: hoangQue } })
    const noted = async (account: AccountId) => {
      const view = await office.services.accounts.read(allowed('account.read', province.staff), account)
      return view?.events.find(({ kind }) => kind === 'change-rehomed')
    }
    expect(await noted(waiting.comes)).toMatchObject({
      ...{ note: 'Thị trấn Ba Chẽ → Xã Kỳ Thượng', detail: { why: plan.name } },
    })
    expect((await noted(waiting.comes))?.detail?.firstHeir).toBeUndefined()
    expect(await noted(waiting.undecided)).toMatchObject({
      ...{ note: 'Phường Yên Thọ → Phường Hoàng Quế', detail: { why: plan.name, firstHeir: true } },
    })
  })

  test('shows a unit and an account as they were on the day before, and as they are from the day on', async () => {
    const { services } = office
    const days = [addDays(clock.today(), -1), clock.today()]
    const [served, called, merged] = [[] as (string | undefined)[], [] as boolean[], [] as boolean[]]
    const has = async (name: string, on: Day) =>
      (await services.units.list(allowed('unit.read', province.staff), name, 1_000, on)).some(
        (unit) => unit.name === name,
      )
    for (const on of days) {
      const view = await services.remembering.on(allowed('account.read', province.staff), waiting.who, on)
      served.push(view?.posts.map(({ unitName }) => unitName).join())
      called.push(await has('Phường Yên Thọ', on))
      merged.push(await has('Sở Văn hóa, Thể thao và Du lịch', on))
    }
    expect(served).toEqual(['Phường Yên Thọ', 'Phường Mạo Khê'])
    expect([called, merged]).toEqual([
      [true, false],
      [false, true],
    ])
  })

  test('is reported by old and by new unit as everybody’s unit before and after says, and as was foretold', async () => {
    const after = await whereAll()
    const expected = new Map<string, { people: number; mailboxes: number }>()
    for (const [account, { kind, unit, name }] of where) {
      const now = after.get(account)
      if (now === undefined || (now.unit === unit && now.name === name)) continue
      const key = `${unit} ${now.unit}`
      const line = expected.get(key) ?? { people: 0, mailboxes: 0 }
      expected.set(key, line)
      if (kind === 'person') line.people++
      else line.mailboxes++
    }
    const byKey = (lines: typeof expected) => Object.fromEntries([...lines].sort(([a], [b]) => (a < b ? -1 : 1)))
    expect(byKey(await reportOf(plan))).toEqual(byKey(expected))
    expect(byKey(foretold)).toEqual(byKey(expected))

    // By their titles and names, as the plan was made: a merger, a division by position, one by list, a dissolution.
    const people = [...where.values()].filter(({ kind }) => kind === 'person')
    const of = (name: string, is: (title: string) => boolean = () => true) => {
      const unit = nameOf(name)
      return people.filter((each) => each.unit === unit && is(each.title)).length
    }
    const lineOf = async (from: string, to: string) =>
      (await reportOf(plan)).get(`${nameOf(from)} ${await unitToday(to)}`)?.people ?? 0
    const surveys = (title: string) => title.startsWith('Công chức Địa chính')
    const inspects = (title: string) => title === 'Thanh tra viên'
    const listed = placedIn('Phường Yên Thọ').length
    expect(await lineOf('Sở Du lịch', 'Sở Văn hóa, Thể thao và Du lịch')).toBe(of('Sở Du lịch'))
    expect(await lineOf('Thị trấn Ba Chẽ', 'Xã Kỳ Thượng')).toBe(of('Thị trấn Ba Chẽ', surveys))
    expect(await lineOf('Thị trấn Ba Chẽ', 'Xã Ba Chẽ')).toBe(of('Thị trấn Ba Chẽ', (title) => !surveys(title)))
    expect(await lineOf('Phường Yên Thọ', 'Phường Hoàng Quế')).toBe(Math.ceil(listed / 2))
    expect(await lineOf('Phường Yên Thọ', 'Phường Mạo Khê')).toBe(Math.floor(listed / 2))
    expect(await lineOf('Huyện Ba Chẽ', 'Thanh tra tỉnh')).toBe(of('Huyện Ba Chẽ', inspects))
    expect(of('Huyện Ba Chẽ', inspects)).toBeGreaterThan(0)
    expect(of('Thị trấn Ba Chẽ', surveys)).toBeGreaterThan(0)
  })

  test('lets administrators of the heirs confirm whom nobody has confirmed yet', async () => {
    const [lines] = await query<{ moved: number; left: number }>(
      `SELECT count(*) FILTER (WHERE l.unit_id = a.unit_id)::int AS moved, count(*) FILTER (WHERE l.unit_id <> a.unit_id)::int AS left
       FROM review_line l JOIN account a ON a.id = l.account_id`,
    )
    expect(lines).toEqual({ moved: province.people + 2 - 1, left: 1 })
  })

  test('writes to everybody whose unit is another, once', async () => {
    const [sent] = await query<{ n: number; people: number }>(
      `SELECT (SELECT count(*)::int FROM outbox WHERE template = 'reorganised') AS n,
        (SELECT count(*)::int FROM reorganisation_move m JOIN account a ON a.id = m.account_id
          WHERE a.kind = 'person' AND m.from_id <> m.to_id) AS people`,
    )
    expect(sent?.n).toBe(sent?.people)
    expect(sent?.n).toBeGreaterThan(500)
  })

  test('makes the directory due, and the mail server only where an address changed', async () => {
    const [due] = await query<{ directory: number; mail: number; boxes: number }>(
      `SELECT count(*) FILTER (WHERE target = 'directory' AND wanted > 1)::int AS directory,
        count(*) FILTER (WHERE target = 'mail' AND wanted > 1 AND a.kind = 'person')::int AS mail,
        count(*) FILTER (WHERE target = 'mail' AND wanted > 1 AND a.kind <> 'person')::int AS boxes
       FROM sync s JOIN account a ON a.id = s.subject_id`,
    )
    expect(due?.directory).toBeGreaterThan(700)
    expect(due?.boxes).toBeGreaterThan(100)
    // Only those who hold a mailbox whose address changed.
    expect(due?.mail).toBeLessThan(250)
  })

  test('is taken back as if it had never been', async () => {
    const { services } = office
    expect(await services.reorganisations.reverse(may(), id, 'Nghị quyết chưa có hiệu lực')).toMatchObject({ ok: true })
    await work()
    expect(await stateOf(id)).toBe('reversed')
    const after = await dump(services)
    for (const [table, rows] of Object.entries(before)) expect({ table, rows: after[table] }).toEqual({ table, rows })
    expect((await services.audit.verify(allowed('audit.read'))).broken).toBeNull()
    const [half] = await query<{ n: number }>(
      `SELECT count(*)::int AS n FROM account_event WHERE note LIKE ' → %' OR note LIKE '% → '`,
    )
    expect(half?.n).toBe(0)
    const view = await services.accounts.read(allowed('account.read', province.staff), waiting.comes)
    expect(view?.events.findLast(({ kind }) => kind === 'change-rehomed')).toMatchObject({
      ...{ note: 'Xã Kỳ Thượng → Thị trấn Ba Chẽ', detail: { why: 'Nghị quyết chưa có hiệu lực' } },
    })
  })
})

describe('a plan for a day to come', () => {
  let id: ReorganisationId
  let endsPost: string

  test('waits for it, and is blocked by what stands in its way then', async () => {
    const { services } = office
    const on = addDays(dayOf(clock()), 30)
    const plan = { ...planFor(services, province), effectiveOn: on }
    id = await drafted(services, province.staff, plan)
    await letBegin(services, province, id)
    await work()
    expect(await stateOf(id)).toBe('scheduled')
    const before = await dump(services)
    // The only administrator of a commune that goes on as another is suspended meanwhile.
    await query(
      `UPDATE account SET state = 'suspended' WHERE id IN (SELECT account_id FROM role_grant WHERE unit_id = $1)`,
      [nameOf('Phường Trần Hưng Đạo')],
    )
    clock.to(on)
    await work()
    expect(await stateOf(id)).toBe('blocked')
    const found = await services.reorganisations.read(read(), id)
    expect(found?.record.faults).toMatchObject([{ kind: 'seat-empty' }])
    await query(`UPDATE account SET state = 'active' WHERE state = 'suspended'`)
    expect(await dump(services)).toEqual(before)
  })

  test('goes on once that is mended, with those who came meanwhile', async () => {
    const { services } = office
    await query(`UPDATE account SET unit_id = $1 WHERE id = $2`, [nameOf('Sở Du lịch'), province.second.accountId])
    const [second] = await query<{ id: string }>(
      `INSERT INTO post (id, person_id, unit_id, title, employment, is_primary, valid_from)
       SELECT gen_random_uuid(), person_id, $1, 'Chuyên viên', 'civil-servant', false, '2026-01-01' FROM account WHERE id = $2 RETURNING id`,
      [nameOf('Sở Thông tin và Truyền thông'), province.staff.accountId],
    )
    const ends = await services.lives.ask(allowed('life.keep', province.second), province.staff.accountId, {
      command: { type: 'end-post', postId: PostId.parse(second?.id) },
      ...{ on: addDays(clock.today(), LATER), why: 'Hết thời hạn biệt phái', letter: null },
    })
    if (!ends.ok) throw new Error(ends.refusal.kind)
    endsPost = ends.value.id
    await letBegin(services, province, id)
    // Somebody comes to a divided unit after its people were listed.
    await services.reorganisations.work(AbortSignal.abort())
    expect(await stateOf(id)).toBe('applying')
    const [late] = await query<{ id: string }>(
      `UPDATE account SET unit_id = $1 WHERE id = (SELECT id FROM account WHERE unit_id = $2 AND kind = 'person' ORDER BY number LIMIT 1)
       RETURNING id`,
      [nameOf('Thị trấn Ba Chẽ'), nameOf('Sở Y tế')],
    )
    await query(
      `UPDATE post SET title = 'Công chức Địa chính - Xây dựng', unit_id = $1 WHERE person_id = (SELECT person_id FROM account WHERE id = $2)`,
      [nameOf('Thị trấn Ba Chẽ'), late?.id],
    )
    await work()
    expect((await whereAll()).get(late?.id ?? '')?.name).toBe('Xã Kỳ Thượng')
    expect(await stateOf(id)).toBe('applied')
    const [came] = await query<{ name: string }>(
      `SELECT u.name FROM account a JOIN unit_on($2::date) u ON u.unit_id = a.unit_id WHERE a.id = $1`,
      [province.second.accountId, clock.today()],
    )
    expect(came?.name).toBe('Sở Văn hóa, Thể thao và Du lịch')
    const posts = await query<{ id: string; name: string; ended: boolean }>(
      `SELECT p.id, u.name, p.valid_to IS NOT NULL AS ended FROM post p JOIN unit_version u ON u.unit_id = p.unit_id
       WHERE NOT p.is_primary ORDER BY ended DESC`,
    )
    expect(posts).toMatchObject([
      { id: second?.id, name: 'Sở Thông tin và Truyền thông', ended: true },
      { name: 'Sở Khoa học và Công nghệ', ended: false },
    ])
    // What is to end it later ends the post that goes on.
    expect((await changeOf(endsPost)).command).toEqual({ type: 'end-post', postId: posts[1]?.id })
  })

  test('is not taken back once somebody has built upon it', async () => {
    const { services } = office
    const [moved] = await query<{ id: string; to: string }>(
      `SELECT account_id AS id, to_id AS "to" FROM reorganisation_move WHERE reorganisation_id = $1 AND from_id <> to_id LIMIT 1`,
      [id],
    )
    await query(`UPDATE account SET unit_id = $1 WHERE id = $2`, [nameOf('Sở Y tế'), moved?.id])
    expect(await services.reorganisations.reverse(may(), id, 'Thôi')).toEqual({
      ok: false,
      refusal: { kind: 'built-upon', things: 1 },
    })
    const found = await services.reorganisations.read(read(), id)
    if (!found) throw new Error()
    expect(await services.reorganisations.built(read(), found.record)).toMatchObject([{ kind: 'people' }])
    await query(`UPDATE account SET unit_id = $1 WHERE id = $2`, [moved?.to, moved?.id])
    expect(await services.reorganisations.built(read(), found.record)).toEqual([])
  })

  test('taken back on a later day, leaves the days between as they were', async () => {
    const { services } = office
    const on = clock.today()
    clock.to(addDays(on, 3))
    expect(await services.reorganisations.reverse(may(), id, 'Tòa án đình chỉ')).toMatchObject({ ok: true })
    await work()
    expect(await stateOf(id)).toBe('reversed')
    const count = async (day: string) =>
      (
        await query<{ kind: string; n: number }>(
          `SELECT kind, count(*)::int AS n FROM unit_on($1::date) WHERE kind IN ('commune', 'district') GROUP BY 1 ORDER BY 1`,
          [day],
        )
      ).map(({ n }) => n)
    expect(await count(addDays(on, -1))).toEqual([171, 13])
    expect(await count(addDays(on, 1))).toEqual([54])
    expect(await count(clock.today())).toEqual([171, 13])
    const [where] = await query<{ between: string; now: string }>(
      `SELECT (SELECT u.name FROM post p JOIN unit_on($2::date) u ON u.unit_id = p.unit_id WHERE p.person_id = a.person_id AND p.is_primary
          AND p.valid_from <= $2::date AND (p.valid_to IS NULL OR p.valid_to > $2::date)) AS between,
        (SELECT u.name FROM unit_on($3::date) u WHERE u.unit_id = a.unit_id) AS now
       FROM account a WHERE a.id = $1`,
      [province.second.accountId, addDays(on, 1), clock.today()],
    )
    expect(where?.now).toBe('Sở Du lịch')
    const [post] = await query<{ id: string }>(
      `SELECT p.id FROM post p JOIN unit_on(TODAY) u ON u.unit_id = p.unit_id WHERE NOT p.is_primary AND p.valid_to IS NULL
       AND u.name = 'Sở Thông tin và Truyền thông'`,
    )
    expect((await changeOf(endsPost)).command).toEqual({ type: 'end-post', postId: post?.id })
    expect((await changeOf(waiting.out)).units).toEqual([nameOf('Phường Yên Thọ'), nameOf('Sở Nội vụ')])
  })
})

test('a former unit’s address ends with its term, and its mailbox keeps its mail', async () => {
  const { services } = office
  // The units became what they are today; from tomorrow on they can be something else.
  clock.to(addDays(clock.today(), 1))
  const plan = planFor(services, province)
  const id = await drafted(services, province.staff, plan)
  await letBegin(services, province, id)
  await work()
  expect(await stateOf(id)).toBe('applied')
  const aliases = async () => (await reach()).filter(({ until }) => until !== null).map(({ local }) => local)
  expect(await aliases()).toContain('stttt')
  clock.to(addDays(addMonths(clock.today(), 12), 1))
  await tidyUp(services)
  expect(await aliases()).toEqual([])
  const [kept] = await query<{ kind: string; local: string; state: string }>(
    `SELECT a.kind, d.local, a.state FROM account a JOIN address d ON d.holder_id = a.id AND d.role = 'primary' AND d.state = 'live'
     WHERE a.display_name = 'Sở Thông tin và Truyền thông'`,
  )
  expect(kept).toEqual({ kind: 'function', local: 'stttt-luu', state: 'active' })
}, 60_000)

test('what waited before the plan happens on its day, in the unit where its person is now', async () => {
  const { services } = office
  const kyThuong = await unitToday('Xã Kỳ Thượng')
  const actor = await services.actors.byId(await administers(kyThuong))
  if (!actor) throw new Error('Nobody administers it')
  expect(await services.scheduled.agree(allowed('scheduled.agree', actor), waiting.byPosition)).toEqual({
    ...{ ok: true, value: 'waiting' },
  })
  clock.to(waiting.on)
  await followLives(services)
  const view = async (id: AccountId) => services.accounts.read(allowed('account.read', province.staff), id)
  const left = await view(waiting.who)
  expect(left).toMatchObject({ state: 'leaving', unitId: await unitToday('Phường Mạo Khê') })
  expect(left?.events.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['suspended', 'left']))
  expect(await view(waiting.comes)).toMatchObject({
    ...{ state: 'active', unitId: kyThuong, title: 'Công chức Địa chính - Xây dựng' },
  })
}, 60_000)

describe('a draft', () => {
  test('is written by one at a time', async () => {
    const { reorganisations } = office.services
    const id = await drafted(office.services, province.staff, {
      ...planFor(office.services, province),
      steps: [],
      assignments: [],
      seats: [],
    })
    const step = { kind: 'merge', unit: nameOf('Sở Du lịch'), into: nameOf('Sở Y tế') } as never
    const seen = (await reorganisations.read(read(), id))?.record.revision ?? 0
    expect(await reorganisations.addSteps(may(), id, seen, [step])).toMatchObject({ ok: true })
    expect(await reorganisations.addSteps(may(), id, seen, [step])).toEqual({
      ok: false,
      refusal: { kind: 'reorganisation-changed-meanwhile' },
    })
    expect(await reorganisations.removeStep(may(), id, seen + 1, 2)).toEqual({
      ok: false,
      refusal: { kind: 'unknown-step' },
    })
    expect(await reorganisations.removeStep(may(), id, seen + 1, 1)).toMatchObject({ ok: true })
    expect((await reorganisations.read(read(), id))?.draft.steps).toEqual([])
  })

  test('with faults, or that was not the one looked at, does not begin', async () => {
    const { reorganisations } = office.services
    const id = await drafted(office.services, province.staff, {
      ...planFor(office.services, province),
      steps: [],
      assignments: [],
      seats: [],
    })
    expect(await reorganisations.schedule(may(), id, 'x')).toEqual({
      ok: false,
      refusal: { kind: 'reorganisation-faulty', faults: 1 },
    })
    expect(await reorganisations.cancel(may(), id)).toMatchObject({ ok: true })
    expect(await stateOf(id)).toBe('cancelled')
  })
})
