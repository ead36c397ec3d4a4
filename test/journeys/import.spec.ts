import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from '../support/jest.ts'
import type { Browser } from 'playwright-core'
import type { RosterField } from '../../src/imports/reading/fields.ts'
import type { ImportId, ImportState } from '../../src/imports/import.ts'
import type { RowView } from '../../src/imports/viewing.ts'
import type { Dirt } from '../../scripts/roster/dirt.ts'
import type { Entry } from '../../scripts/roster/people.ts'
import type { PersonActor } from '../../src/access/policy.ts'
import { freePort } from '../../scripts/servers/ports.ts'
import { serve, type WebServer } from '../../src/main/serve.ts'
import { work, type Worker } from '../../src/main/work.ts'
import { argon2, visit } from '../servers/support.ts'
import { atWork, PASSWORD, type Mailbox } from '../support/people.ts'
import { roster, seedProvince } from '../support/rosters.ts'
import { full, seeded } from '../support/scale.ts'
import { allowed, seedStaff, startSystem, type System } from '../support/system.ts'
import { until } from '../support/waiting.ts'
import { startChromium } from './chromium.ts'
import { pointer, type Hands } from './hands.ts'
import { signIn } from './main-job.ts'

const ROWS = full ? 6_000 : 120
const PEEKS = full ? 20 : 5
/** So long may a list of the full size take. */
const PATIENCE_MS = full ? 900_000 : 300_000
const seed = Math.trunc(Math.random() * 1e6)

let system: System
let worker: Worker
let web: WebServer
let chromium: Browser
let base: string
let actor: PersonActor
let staff: Mailbox[]

beforeAll(async () => {
  const port = await freePort()
  base = `http://127.0.0.1:${port}`
  ;[system, chromium] = await Promise.all([
    startSystem({ env: { CONGVU_PUBLIC_URL: base, CONGVU_PORT: String(port) } }),
    startChromium(),
  ])
  const { services, servers } = system
  const province = await seedProvince(services)
  actor = await seedStaff(services, 'it-staff', province, 'Lê Đức Thắng')
  worker = await work(services)
  web = await serve(services)
  staff = await Promise.all(
    ['Vũ Hải Đăng', 'Bùi Vũ Khánh Huyền'].map(async (fullName) => {
      const who = await atWork(services, servers.sink, actor, province, { fullName })
      const granted = await services.roles.grant(allowed('role.change'), {
        ...{ holder: who.login, role: 'it-staff', unitId: null },
      })
      if (!granted.ok) throw new Error(granted.refusal.kind)
      return who
    }),
  )
}, 240_000)
afterAll(async () => {
  await chromium.close()
  await web.stop()
  await worker.stop()
  await system.stop()
})

/** Somebody of IT staff, signed in at a desk. */
async function desk(who: Mailbox | undefined): Promise<Hands> {
  const page = await (await chromium.newContext({ viewport: { width: 1280, height: 900 } })).newPage()
  page.setDefaultTimeout(60_000)
  const hands = pointer(page, base)
  await signIn(hands, who?.mail ?? '', PASSWORD)
  return hands
}

/** What the directory says of people and of groups that somebody is in, and which mailboxes lie on the disk. */
async function everywhere(): Promise<{ directory: string[]; mail: string[] }> {
  const { servers } = system
  const { output } = await visit(servers).search('(|(uid=*)(cn=*))', ['*'], undefined, undefined, servers.slapd.baseDn)
  const directory = output
    .replace(/\n /g, '')
    .split('\n\n')
    .map((entry) => entry.split('\n').sort().join('\n'))
    // A unit's group is made when first somebody is in it, and stays while the unit does.
    .filter((entry) => !entry.includes('objectClass: congvuGroup') || entry.includes('member: '))
    .sort()
  return { directory, mail: readdirSync(servers.dovecot.mailHome).sort() }
}

const is = (id: ImportId, state: ImportState) =>
  until(
    `import ${state}`,
    async () => (await system.services.imports.state(allowed('import.read', actor), id)) === state,
    PATIENCE_MS,
  )
const inStep = () =>
  until(
    'nothing is behind',
    async () => (await system.services.sync.counts(allowed('sync.read', actor))).behind === 0,
    PATIENCE_MS,
  )
async function rowsOf(id: ImportId): Promise<RowView[]> {
  const permit = allowed('import.read', actor)
  const rows: RowView[] = []
  for (let page = 1; ; page++) {
    const found = await system.services.imports.rows(permit, id, { page })
    rows.push(...found.rows)
    if (rows.length >= found.total || found.rows.length === 0) return rows.sort((a, b) => a.seq - b.seq)
  }
}

/** What is typed over the dirt: the truth. */
const TRUTH: Partial<Record<Dirt, readonly [RosterField, (entry: Entry) => string]>> = {
  'no-such-day': ['birthDate', ({ birthDate }) => birthDate.split('-').reverse().join('/')],
  'name-error': ['fullName', ({ name }) => name],
  'name-formula': ['fullName', ({ name }) => name],
  'name-missing': ['fullName', ({ name }) => name],
  'number-short': ['number', ({ number }) => number],
}

test(`a list of ${ROWS} rows with 10 % dirt goes from Excel to mailboxes and back`, async () => {
  const { services, servers } = system
  const at = visit(servers)
  const before = await everywhere()
  const made = await roster({ size: ROWS, seed, dirt: 0.1 })

  // The first person uploads it, looks at it and fixes three rows.
  const first = await desk(staff[0])
  await first.press('nav a[href="/nhap-danh-sach"]')
  await first.press('main a[href="/nhap-danh-sach/moi"]')
  await first.page.locator('#file').setInputFiles({
    ...{ name: 'danh-sach-can-bo.xlsx', buffer: Buffer.from(made.bytes) },
    mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  })
  await first.choose('mode', 'add')
  await first.choose('handOver', 'slip')
  await first.press('main form button[type=submit]')
  const place = new URL(first.page.url()).pathname
  const id = place.split('/').at(-1) as ImportId
  await is(id, 'preview')
  await first.open(place)
  const read = await rowsOf(id)
  expect(read).toHaveLength(ROWS)
  const dirty = made.dirt.flatMap((dirt, n) => {
    const truth = dirt === null ? undefined : TRUTH[dirt]
    const entry = made.entries[n]
    const row = read[n]
    const waits = row?.outcome === 'review' || row?.outcome === 'refused'
    return truth && entry && waits && row.reasons.length === 1 ? [{ row, field: truth[0], text: truth[1](entry) }] : []
  })
  for (const { row, field, text } of dirty.slice(0, 3)) {
    await first.open(`${place}/dong/${row.seq}`)
    await first.type(`#${field}`, text)
    await first.press('form:has(input[value=fix]) button[type=submit]')
    await is(id, 'preview')
  }
  const planned = await rowsOf(id)
  for (const { row } of dirty.slice(0, 3)) expect([row.seq, planned[row.seq - 1]?.outcome]).toEqual([row.seq, 'create'])
  const created = planned.filter(({ outcome }) => outcome === 'create')
  expect(created.length).toBeGreaterThan(ROWS * 0.85)

  // A second person approves; every other row is done, and those that wait still do.
  await first.open(place)
  await first.press('form:has(input[value=start]) button[type=submit]')
  const second = await desk(staff[1])
  await second.open(place)
  await second.type('#number', String(created.length))
  await second.press('form[action$="/dong-y"] button[type=submit]')
  await is(id, 'done')
  await inStep()
  const done = await rowsOf(id)
  expect(done.filter(({ state }) => state === 'done').map(({ seq }) => seq)).toEqual(created.map(({ seq }) => seq))
  expect(done.map(({ outcome, local }) => [outcome, local])).toEqual(
    planned.map(({ outcome, local }) => [outcome, local]),
  )

  // Mailboxes of some, whoever they are: a letter from outside comes in, and is read.
  const random = seeded(seed)
  const some = Array.from({ length: PEEKS }, () => created[Math.trunc(random() * created.length)])
  await Promise.all(
    [...new Set(some)].map(async (row) => {
      const { login } = await services.database.prisma.account.findUniqueOrThrow({
        where: { id: done[(row?.seq ?? 0) - 1]?.accountId ?? '' },
      })
      const mail = `${row?.local ?? ''}@${servers.domain}`
      // Nobody signs in before activation. The test looks inside without using the account, so that it can be taken back.
      const peek = [
        ...[`dn: uid=${login},ou=people,${servers.slapd.baseDn}`, 'changetype: modify'],
        ...['replace: congvuSignIn', 'congvuSignIn: TRUE', '-', 'replace: userPassword'],
        ...[`userPassword: ${argon2(PASSWORD)}`, '-', ''],
      ]
      expect((await at.modify(peek.join('\n'))).code).toBe(0)
      expect((await at.mailFromOutside(mail)).code).toBe(0)
      expect(await at.subjects(mail, PASSWORD, 1)).toEqual(['Kính gửi'])
    }),
  )

  // Taken back, under the brake: as if it had never been.
  await first.open(place)
  await first.press('form:has(input[value=weigh]) button[type=submit]')
  await is(id, 'weighed')
  await first.open(`${place}/hoan-tac`)
  await first.type('#why', 'Đơn vị gửi nhầm danh sách')
  await first.type('#number', String(created.length))
  await first.press('form[action$="/hoan-tac"] button[type=submit]')
  await first.press('main a[href^="/chot-an-toan/"]')
  const hold = new URL(first.page.url()).pathname
  await first.type('#why', 'Danh sách của tỉnh khác')
  await first.press('form[action$="/de-nghi"] button[type=submit]')
  await second.open(hold)
  await second.type('#number', String(created.length))
  await second.press('form[action$="/mo"] button[type=submit]')
  await is(id, 'undone')
  await inStep()
  await until('mailboxes gone', async () => (await everywhere()).mail.length === before.mail.length, PATIENCE_MS)
  expect(await everywhere()).toEqual(before)
  expect((await services.audit.verify(allowed('audit.read'))).broken).toBeNull()
}, 2_400_000)
