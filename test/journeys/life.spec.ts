import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '../support/jest.ts'
import { ImapFlow } from 'imapflow'
import { createTransport } from 'nodemailer'
import type { Browser } from 'playwright-core'
import type { PersonActor, Role } from '../../src/access/policy.ts'
import { addDays, addMonths, type Day } from '../../src/kernel/day.ts'
import type { UnitId } from '../../src/kernel/ids.ts'
import { serve, type WebServer } from '../../src/main/serve.ts'
import { followLives } from '../../src/main/tidy.ts'
import { work, type Worker } from '../../src/main/work.ts'
import { freePort } from '../../scripts/servers/ports.ts'
import { run, visit } from '../servers/support.ts'
import { movedClock } from '../support/clock.ts'
import { valuesIn } from '../support/ldif.ts'
import { atWork, inStep, linkIn, mailboxOf, PASSWORD, type Mailbox } from '../support/people.ts'
import { full } from '../support/scale.ts'
import { allowed, seedStaff, seedUnits, startSystem } from '../support/system.ts'
import { until } from '../support/waiting.ts'
import { startChromium } from './chromium.ts'
import { pointer, type Hands } from './hands.ts'
import { activate, approve, ask, CHOSEN, signIn } from './main-job.ts'
import type { Scene } from './world.ts'

const clock = movedClock()
/** The password with which it begins. */
const FIRST = full ? CHOSEN : PASSWORD
const AGAIN = 'núi Yên Tử mây trắng bay'
let scene: Scene
let stop: () => Promise<void>
let seed: PersonActor
let units: Awaited<ReturnType<typeof seedUnits>>
let staff: Record<'giver' | 'taker' | 'it', { who: Mailbox; hands: Hands }>
let person: Hands
let at: ReturnType<typeof visit>
/** Whose life it is. */
let an: Mailbox
/** The subjects of all letters that were ever sent to them. */
const sent: string[] = []

beforeAll(async () => {
  const port = await freePort()
  const base = `http://127.0.0.1:${port}`
  const env = { CONGVU_PUBLIC_URL: base, CONGVU_PORT: String(port) }
  const [system, chromium] = await Promise.all([startSystem({ clock, env }), startChromium()])
  const { services, servers } = system
  at = visit(servers)
  units = await seedUnits(services)
  seed = await seedStaff(services, 'it-staff', units.province, 'Lê Đức Thắng')
  const worker: Worker = await work(services)
  const web: WebServer = await serve(services)
  stop = async () => {
    await chromium.close()
    await web.stop()
    await worker.stop()
    await system.stop()
  }
  const member = async (fullName: string, unit: UnitId, role: Role) => {
    const who = await atWork(services, servers.sink, seed, unit, { fullName })
    const scope = role === 'unit-admin' ? unit : null
    const granted = await services.roles.grant(allowed('role.change'), { holder: who.login, role, unitId: scope })
    if (!granted.ok) throw new Error(granted.refusal.kind)
    return { who, hands: await browser(chromium, base) }
  }
  const [giver, taker, it] = await Promise.all([
    member('Trần Thị Minh Hà', units.agency, 'unit-admin'),
    member('Lục Văn Sìn', units.other, 'unit-admin'),
    member('Vũ Hải Đăng', units.province, 'it-staff'),
  ])
  staff = { giver, taker, it }
  person = await browser(chromium, base)
  scene = { system, base, people: { approver: giver.who } }
}, 240_000)
afterAll(() => stop())

async function browser(chromium: Browser, base: string): Promise<Hands> {
  const context = await chromium.newContext({ viewport: { width: 1280, height: 900 } })
  await context.addCookies([{ name: 'lang', value: 'vi', url: base }])
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  return pointer(page, base)
}

const services = () => scene.system.services
const pathOf = (hands: Hands) => new URL(hands.page.url()).pathname
const account = () => services().database.prisma.account.findUniqueOrThrow({ where: { id: an.id } })
const homeOf = () => join(scene.system.servers.dovecot.mailHome, an.login)
const groupsOf = async (): Promise<string[]> => {
  const base = `ou=groups,${scene.system.servers.slapd.baseDn}`
  const { output } = await at.search(`(member=${await dnOf()})`, ['congvuUnit'], undefined, undefined, base)
  return valuesIn(output, 'congvuUnit')
}
const dnOf = async () => valuesIn((await at.search(`(congvuId=${an.id})`, ['uid'])).output, 'dn')[0] ?? ''
const numberOf = async (id: UnitId) =>
  String((await services().database.prisma.unit.findUniqueOrThrow({ where: { id } })).number)

/** Letters from outside, each with a subject of its own. */
async function receive(n: number): Promise<void> {
  const { smtp } = scene.system.servers
  const outside = createTransport({ ...smtp, name: 'client.example', ignoreTLS: true })
  for (let i = 0; i < n; i++) {
    const subject = `Công văn ${sent.length + 1}`
    await outside.sendMail({ from: 'dan@example.com', to: an.mail, subject, text: 'Kính gửi' })
    sent.push(subject)
  }
}

/** What IMAP shows of a mailbox to which nobody may sign in: asked by root, without a sign-in. */
async function shown(): Promise<number> {
  const conf = join(scene.system.servers.folder, 'dovecot/conf/dovecot.conf')
  // Over pipes: it refuses to speak to a socket unless somebody has signed in.
  const asked = `cat | doveadm -c '${conf}' exec imap -u '${an.login}' | cat`
  const { output } = await run('sh', ['-c', asked], {}, 'a EXAMINE INBOX\r\nb LOGOUT\r\n')
  return Number(/\* (\d+) EXISTS/.exec(output)?.[1] ?? NaN)
}
const all = () => until(`${sent.length} letters over IMAP`, async () => (await shown()) === sent.length)
/** Every letter ever sent is read over IMAP, by the person. */
const reads = async (password = FIRST) =>
  expect((await at.subjects(an.mail, password, sent.length)).sort()).toEqual([...sent].sort())

/** An administrator's act about the account: the form, what will come of it, the act. */
async function act(hands: Hands, what: string, fill: () => Promise<void> = () => Promise.resolve()): Promise<void> {
  await hands.open(`/tai-khoan/${an.id}`)
  await hands.press(`main a[href$="?lam=${what}"]`)
  await fill()
  await hands.type('#why', 'Theo quyết định của cơ quan có thẩm quyền.')
  await hands.press('main button[value=preview]')
  await hands.press('main button[value=confirm]')
  expect(pathOf(hands)).toBe(`/tai-khoan/${an.id}`)
}
async function day(hands: Hands, field: string, on: Day): Promise<void> {
  const [year = '', month = '', date = ''] = on.split('-')
  await hands.type(`#${field}`, date)
  await hands.type(`#${field}Month`, month)
  await hands.type(`#${field}Year`, year)
}
async function letter(hands: Hands, number: string): Promise<void> {
  await hands.type('#letterNumber', number)
  await day(hands, 'letter', clock.today())
}
/** Signs in anew, whoever was signed in before. */
async function enter(hands: Hands, address: string, password: string): Promise<void> {
  await hands.page.context().clearCookies({ name: 'congvu' })
  await signIn(hands, address, password)
}
const office = ({ who, hands }: { who: Mailbox; hands: Hands }) => enter(hands, who.mail, PASSWORD)

/** The day comes, and the worker does what is due on it. */
async function dawn(on: Day): Promise<void> {
  clock.to(on)
  await followLives(services())
  await inStep(services(), an.id, 20_000)
}

/** No door lets them in. */
async function shut(password = FIRST): Promise<void> {
  await expect(at.imap(an.mail, password, () => Promise.resolve())).rejects.toThrow()
  const dn = await dnOf()
  if (dn !== '') expect((await at.whoami(dn, password)).code).not.toBe(0)
  expect((await at.submit(an.mail, password, an.mail, 'dan@example.com')).output).toContain('535')
  await enter(person, an.mail, password)
  expect(pathOf(person)).toBe('/dang-nhap')
}

/** Through the pages from the home page on; the ordinary run leaves that to the main job's own journey. */
async function begun(): Promise<Mailbox> {
  const name = 'Đặng Thị An'
  if (!full) {
    await office(staff.giver)
    return atWork(services(), scene.system.servers.sink, seed, units.department, { fullName: name })
  }
  const asked = await ask(scene, person, { name })
  await approve(scene, staff.giver.hands, asked)
  await activate(scene, person, asked)
  const [local = ''] = asked.address.split('@')
  const { holderId } = await services().database.prisma.address.findFirstOrThrow({ where: { local, state: 'live' } })
  return mailboxOf(services(), holderId as Mailbox['id'], asked.contact)
}

test('it is asked for, approved and activated, and letters come', async () => {
  an = await begun()
  await receive(3)
  await reads()
}, 120_000)

test('it goes to another unit on a day on which both administrators agree, with every letter', async () => {
  const { giver, taker } = staff
  const on = addDays(clock.today(), 2)
  await act(giver.hands, 'transfer', async () => {
    await giver.hands.unit('tai chinh', 'Sở Tài chính')
    await giver.hands.type('#title', 'Chuyên viên')
    await day(giver.hands, 'on', on)
    await letter(giver.hands, '15/QĐ-SNV')
  })
  await office(taker)
  await taker.hands.open('/thay-doi')
  await taker.hands.press('.cv-table a')
  await taker.hands.press('form[action$="/dong-y"] button')
  expect((await account()).unitId).toBe(units.department)
  await dawn(on)
  expect((await account()).unitId).toBe(units.other)
  const number = await numberOf(units.other)
  await until('the groups', async () => JSON.stringify(await groupsOf()) === JSON.stringify([number]))
  await receive(2)
  await reads()
}, 120_000)

test('it is suspended: what runs is cut, every door is shut, and letters still come', async () => {
  const { taker } = staff
  await enter(person, an.mail, FIRST)
  expect(pathOf(person)).toBe('/tai-khoan-cua-toi')
  const { imap, caFile } = scene.system.servers
  const client = new ImapFlow({
    ...{ host: imap.host, port: imap.port, secure: true, logger: false },
    ...{ auth: { user: an.mail, pass: FIRST }, tls: { ca: readFileSync(caFile) } },
  })
  const cut = new Promise<void>((resolve) => client.on('close', resolve))
  client.on('error', () => undefined)
  await client.connect()
  await client.mailboxOpen('INBOX')
  await office(taker)
  await act(taker.hands, 'suspend')
  await cut
  await person.open('/tai-khoan-cua-toi')
  expect(pathOf(person)).toBe('/dang-nhap')
  await inStep(services(), an.id)
  await shut()
  await receive(1)
  await all()
}, 120_000)

test('it comes back, with the password as it was and every letter', async () => {
  await act(staff.taker.hands, 'return')
  await inStep(services(), an.id)
  await reads()
}, 60_000)

test('its holder retires: it is kept for the term, receives, and nobody signs in', async () => {
  const { hands } = staff.taker
  const on = addDays(clock.today(), 5)
  await act(hands, 'leave', async () => {
    await hands.choose('cause', 'retired')
    await day(hands, 'on', on)
    await letter(hands, '07/QĐ-STC')
    await hands.type('#reply', 'Tôi đã nghỉ hưu.')
  })
  await reads()
  await dawn(on)
  expect(await account()).toMatchObject({ state: 'leaving', reply: 'Tôi đã nghỉ hưu.' })
  await until('no group', async () => (await groupsOf()).length === 0)
  await expect(at.imap(an.mail, FIRST, () => Promise.resolve())).rejects.toThrow()
  await receive(1)
  await all()
}, 120_000)

test('it is archived when the term is over, and the archive is read back', async () => {
  await dawn(addDays(addMonths(clock.today(), 6), 1))
  expect((await account()).state).toBe('archived')
  expect((await at.mailFromOutside(an.mail)).output).toContain('550 5.1.1')
  const [archive] = await services().database.prisma.mailArchive.findMany({ where: { accountId: an.id } })
  expect(archive).toMatchObject({ no: 1, messages: sent.length, discardedAt: null })
  const folder = join(`${scene.system.servers.dovecot.mailHome}-archive`, `${an.login}-1`, 'Maildir')
  expect(['cur', 'new'].flatMap((each) => readdirSync(join(folder, each)))).toHaveLength(sent.length)
  await all()
}, 60_000)

test('it is deleted after that: no entry, and not a file', async () => {
  await dawn(addDays(clock.today(), 8))
  expect((await account()).state).toBe('deleted')
  expect(await dnOf()).toBe('')
  expect(existsSync(homeOf())).toBe(false)
}, 60_000)

test('within 90 days IT staff bring it back, and its holder reads every letter', async () => {
  const { sink } = scene.system.servers
  const { it } = staff
  clock.to(addDays(clock.today(), 80))
  const old = await linkIn(sink, an.contact)
  await office(it)
  await act(it.hands, 'recover', () => it.hands.choose('to', 'in-use'))
  await inStep(services(), an.id, 20_000)
  await all()
  await person.open(`/kich-hoat/${await linkIn(sink, an.contact, [old])}`)
  await person.type('#password', AGAIN)
  await person.type('#again', AGAIN)
  await person.press('main form:has(#password) button[type=submit]')
  expect(pathOf(person)).toBe('/kich-hoat/xong')
  await inStep(services(), an.id)
  await reads(AGAIN)
  await receive(1)
  await reads(AGAIN)
  await enter(person, an.mail, AGAIN)
  expect(pathOf(person)).toBe('/tai-khoan-cua-toi')
}, 120_000)
