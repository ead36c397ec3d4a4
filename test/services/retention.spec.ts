import { afterAll, beforeAll, beforeEach, describe, expect, test } from '../support/jest.ts'
import { jobActor, type PersonActor } from '../../src/access/policy.ts'
import { days, later } from '../../src/kernel/clock.ts'
import type { RequestId, UnitId } from '../../src/kernel/ids.ts'
import { tidyUp } from '../../src/main/tidy.ts'
import { ERASED, KEPT } from '../../src/requests/purging-store.ts'
import { DEFAULT_RETENTION } from '../../src/retention/retention.ts'
import { startOffice, type Office } from '../support/database.ts'
import { congvu } from '../support/processes.ts'
import { allowed, seedStaff, seedUnits, someDetails, submitted, unique } from '../support/system.ts'

let office: Office
let units: Record<'province' | 'agency' | 'department' | 'other', UnitId>
let staff: PersonActor
let now = new Date()

beforeAll(async () => {
  office = await startOffice({ clock: () => now })
  units = await seedUnits(office.services)
  staff = await seedStaff(office.services, 'it-staff', units.province, 'Lê Đức Thắng')
}, 60_000)
afterAll(() => office.stop())
beforeEach(() => {
  now = new Date()
})

const SECRET = 'Bổ sung quyết định tuyển dụng của Phạm Thị Kín'
const pass = async (n: number) => {
  now = later(now, days(n))
  await tidyUp(office.services)
}
const row = (id: RequestId) => office.services.database.prisma.request.findUniqueOrThrow({ where: { id } })
type Ends = 'withdrawn' | 'rejected' | 'expired'
/** A request that came to nothing, with what it left behind in every table. */
async function ended(how: Ends, email = `kin${unique()}@example.com`): Promise<RequestId> {
  const { requests } = office.services
  const id = await submitted(office.services, someDetails(units.agency, { fullName: 'Phạm Thị Kín' }), email)
  const permit = allowed('request.decide', staff)
  const choice = { version: 2, comment: SECRET }
  await requests.comment(permit, id, { visible: true, text: SECRET })
  if (how === 'withdrawn') await requests.withdraw(id)
  if (how === 'rejected') await requests.reject(permit, id, choice)
  if (how === 'expired') {
    await requests.return(permit, id, choice)
    now = later(now, days(31))
    await requests.expire(allowed('system.tidy', jobActor('tidy')))
  }
  // What is sent is done with.
  await office.services.database.prisma.outbox.updateMany({ where: { recipient: email }, data: { state: 'sent' } })
  return id
}
/** Everything that any table still says of these words. */
async function found(...words: string[]): Promise<string[]> {
  const { pool } = office.services.database
  const { rows } = await pool.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
  )
  const hits: string[] = []
  for (const { name } of rows)
    for (const word of words) {
      const { rowCount } = await pool.query(`SELECT FROM "${name}" t WHERE t::text ILIKE '%' || $1 || '%'`, [word])
      if (rowCount !== 0) hits.push(`${name}: ${word}`)
    }
  return hits
}

describe('a request that came to nothing', () => {
  test.each<[Ends, number]>([
    ['withdrawn', DEFAULT_RETENTION.withdrawn],
    ['expired', DEFAULT_RETENTION.withdrawn],
    ['rejected', DEFAULT_RETENTION.rejected],
  ])('%s, is whole for %i days, and then a code and a state', async (how, kept) => {
    const email = `kin${unique()}@example.com`
    const id = await ended(how, email)
    const before = await row(id)
    await pass(kept - 1)
    expect(await row(id)).toEqual(before)
    await pass(2)
    const after = await row(id)
    expect(after).toMatchObject({
      code: before.code,
      state: how,
      unitId: units.agency,
      contactEmail: '',
      fullName: null,
    })
    expect(after.purgedAt).not.toBeNull()
    expect(await found(email, 'Phạm Thị Kín', 'pham thi kin', SECRET, before.ninHash ?? '?')).toEqual([])
    expect(await office.services.database.prisma.requestComment.count({ where: { requestId: id } })).toBe(0)
    const late = office.services.requests.comment(allowed('request.decide', staff), id, {
      visible: false,
      text: 'Muộn',
    })
    expect(await late).toEqual({ ok: false, refusal: { kind: 'unknown-request' } })
    // Nothing more is done to it, and nobody finds it by what it was.
    await pass(1)
    expect((await row(id)).purgedAt).toEqual(after.purgedAt)
    const { requests } = office.services
    expect(await requests.read(allowed('request.read', staff), id)).toBeNull()
    expect(await requests.purged(allowed('request.read', staff), id)).toMatchObject({ code: before.code, state: how })
    expect(await requests.track(before.code, '')).toBeNull()
    const inbox = await requests.inbox(allowed('request.read', staff), { tab: 'settled' })
    expect(inbox.lines.filter((line) => line.id === id)).toEqual([])
    expect(await requests.withdraw(id)).toEqual({ ok: false, refusal: { kind: 'unknown-request' } })
  })

  test('never sent, is erased after its own time', async () => {
    const { requests, tokens, transaction } = office.services
    const { secret } = await transaction((tx) => tokens.digits(tx, 'nhap', 60_000))
    const opened = await requests.confirmContact('nhap', secret, 'nhap.kin@example.com' as never, 'vi', null)
    if (!opened.ok) throw new Error(opened.kind)
    await requests.fill(opened.value, someDetails(units.agency, { fullName: 'Phạm Thị Kín' }))
    await pass(8)
    expect((await row(opened.value)).state).toBe('expired')
    await pass(DEFAULT_RETENTION.drafts + 1)
    expect(await row(opened.value)).toMatchObject({ fullName: null, contactEmail: '', ninCipher: null })
    expect(await found('nhap.kin@example.com')).toEqual([])
  })

  test('leaves the audit chain whole, with who did what to which request, and without what was said', async () => {
    const id = await ended('rejected')
    await pass(DEFAULT_RETENTION.rejected + 1)
    const { audit, database } = office.services
    const checked = await audit.verify(allowed('audit.read'))
    expect(checked.broken).toBeNull()
    const entries = await database.prisma.auditEntry.findMany({
      where: { subject: `request:${id}` },
      include: { detail: true },
      orderBy: { seq: 'asc' },
    })
    expect(entries.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['request.started', 'request.submitted', 'request.rejected', 'request.purged']),
    )
    expect(entries.filter(({ detail }) => detail !== null).map(({ action }) => action)).toEqual(['request.purged'])
    const verified = await congvu(office.env, 'audit', 'verify')
    expect(verified).toMatchObject({ code: 0 })
  }, 60_000)

  test('keeps the letters to an address that is somebody else’s as well', async () => {
    const email = 'chung@example.com'
    await ended('rejected', email)
    const other = await submitted(office.services, someDetails(units.other), email)
    await office.services.database.prisma.outbox.updateMany({ where: { recipient: email }, data: { state: 'sent' } })
    now = later(now, days(DEFAULT_RETENTION.rejected + 1))
    await office.services.requests.purge(allowed('system.tidy', jobActor('tidy')), DEFAULT_RETENTION)
    const letters = await office.services.database.prisma.outbox.findMany({ where: { recipient: email } })
    expect(letters.map(({ about }) => about)).toEqual([`request:${other}`])
  })

  test('is erased once and whole, though two workers tidy up at the same time', async () => {
    const ids = await Promise.all(Array.from({ length: 12 }, () => ended('withdrawn')))
    now = later(now, days(DEFAULT_RETENTION.withdrawn + 1))
    const purge = () => office.services.requests.purge(allowed('system.tidy', jobActor('tidy')), DEFAULT_RETENTION)
    const done = await Promise.all([purge(), purge(), purge()])
    expect(done.reduce((sum, n) => sum + n, 0)).toBe(ids.length)
    const { prisma } = office.services.database
    const purged = { action: 'request.purged', subject: { in: ids.map((id) => `request:${id}`) } }
    expect(await prisma.auditEntry.count({ where: purged })).toBe(ids.length)
  })
})

test('what was approved is the account’s and stays', async () => {
  const id = await submitted(office.services, someDetails(units.other, { fullName: 'Bùi Thị Ở Lại' }))
  const permit = allowed('request.decide', staff)
  const done = await office.services.requests.approve(permit, id, { version: 2, identity: 'hr-list', handOver: 'slip' })
  expect(done.ok).toBe(true)
  await pass(5_000)
  expect(await row(id)).toMatchObject({ state: 'approved', fullName: 'Bùi Thị Ở Lại', purgedAt: null })
})

test('letters are forgotten, and the words of those that failed before that', async () => {
  const { letters, transaction, database } = office.services
  const post = (to: string) =>
    transaction((tx) =>
      letters.post(tx, {
        ...{ to, language: 'vi', template: 'link' },
        params: { name: 'A B', address: 'a@b.vn', secret: 's', until: now.toISOString() },
      }),
    )
  await post('cu@example.com')
  await post('hong@example.com')
  const { prisma } = database
  await prisma.outbox.updateMany({
    where: { recipient: 'cu@example.com' },
    data: { state: 'sent', paramsCipher: null },
  })
  await prisma.outbox.updateMany({ where: { recipient: 'hong@example.com' }, data: { state: 'failed' } })
  const kept = async () =>
    (await prisma.outbox.findMany({ where: { recipient: { in: ['cu@example.com', 'hong@example.com'] } } }))
      .map(({ recipient, paramsCipher }) => `${recipient} ${paramsCipher === null ? 'empty' : 'whole'}`)
      .sort()
  await pass(DEFAULT_RETENTION.letterText - 1)
  expect(await kept()).toEqual(['cu@example.com empty', 'hong@example.com whole'])
  await pass(2)
  expect(await kept()).toEqual(['cu@example.com empty', 'hong@example.com empty'])
  await pass(DEFAULT_RETENTION.letters)
  expect(await kept()).toEqual([])
})

test('every column of a request is either kept or erased: a new one is decided about here', async () => {
  const { rows } = await office.services.database.pool.query<{ name: string }>(
    `SELECT column_name AS name FROM information_schema.columns WHERE table_name = 'request' AND table_schema = 'public'`,
  )
  expect(rows.map(({ name }) => name).sort()).toEqual([...KEPT, ...Object.keys(ERASED)].sort())
  const about = await office.services.database.pool.query<{ name: string }>(
    `SELECT conrelid::regclass::text AS name FROM pg_constraint WHERE contype = 'f' AND confrelid = 'request'::regclass`,
  )
  expect(about.rows.map(({ name }) => name).sort()).toEqual([
    ...['official_letter', 'request_comment', 'request_event', 'request_version'],
  ])
})

test('the database itself holds that nothing personal stays in what was purged', async () => {
  const id = await ended('withdrawn')
  const set = (columns: string) =>
    office.services.database.pool.query(`UPDATE request SET ${columns} WHERE id = $1`, [id])
  await expect(set('purged_at = now()')).rejects.toThrow('request_purged')
})
