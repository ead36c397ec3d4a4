import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import { ImapFlow } from 'imapflow'
import { permit, type PersonActor } from '../../src/access/policy.ts'
import type { AccountCommand } from '../../src/accounts/life-acts.ts'
import { DEFAULT_LIFE } from '../../src/accounts/life-policy.ts'
import { PostId } from '../../src/accounts/move.ts'
import { addDays, addMonths, Day } from '../../src/kernel/day.ts'
import type { AccountId, UnitId } from '../../src/kernel/ids.ts'
import { parsePersonName } from '../../src/kernel/person-name.ts'
import { followLives } from '../../src/main/tidy.ts'
import { work, type Worker } from '../../src/main/work.ts'
import { visit } from '../servers/support.ts'
import { movedClock } from '../support/clock.ts'
import { valuesIn } from '../support/ldif.ts'
import { atWork, inStep, PASSWORD, type Mailbox } from '../support/people.ts'
import { decided, done as renamed, full, issuedShared, local } from '../support/shared.ts'
import { allowed, seedStaff, seedUnits, startSystem, type System } from '../support/system.ts'
import { until } from '../support/waiting.ts'

const clock = movedClock()
let system: System
let worker: Worker
let units: Record<'province' | 'agency' | 'department' | 'other', UnitId>
let at: ReturnType<typeof visit>
let actors: Record<'it' | 'second' | 'agency' | 'other', PersonActor>

beforeAll(async () => {
  system = await startSystem({ clock, relaying: true })
  const { services } = system
  at = visit(system.servers)
  units = await seedUnits(services)
  actors = {
    it: await seedStaff(services, 'it-staff', units.province, 'Lê Đức Thắng'),
    second: await seedStaff(services, 'it-staff', units.province, 'Vũ Hải Đăng'),
    agency: await seedStaff(services, 'unit-admin', units.agency, 'Bùi Vũ Khánh Huyền'),
    other: await seedStaff(services, 'unit-admin', units.other, 'Lục Văn Sìn'),
  }
  worker = await work(services)
}, 120_000)
afterAll(async () => {
  await worker.stop()
  await system.stop()
})

const WHY = 'Theo quyết định của thủ trưởng đơn vị.'
const LETTER = { number: '12/QĐ-SNV', date: Day.parse('2026-11-02') }
const person = (fullName: string, unit = units.agency): Promise<Mailbox> =>
  atWork(system.services, system.servers.sink, actors.it, unit, { fullName })
const now = (actor: PersonActor) => system.services.actors.byId(actor.accountId)
const ask = async (by: PersonActor, who: Mailbox, command: AccountCommand, more: { on?: Day; letter?: null } = {}) => {
  const actor = (await now(by)) ?? by
  const keep = permit(actor, 'life.keep')
  return system.services.lives.ask(keep.ok ? keep.value : allowed('life.ask', actor), who.id, {
    ...{ command, on: more.on ?? clock.today(), why: WHY, letter: more.letter === null ? null : LETTER },
  })
}
const agree = async (by: PersonActor, id: string) =>
  system.services.scheduled.agree(allowed('scheduled.agree', (await now(by)) ?? by), id)
const done = async (by: PersonActor, who: Mailbox, command: AccountCommand, more: { on?: Day } = {}) => {
  const outcome = await ask(by, who, command, more)
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.refusal))
  await inStep(system.services, who.id, 15_000)
  return outcome.value
}
const refusalOf = (outcome: Awaited<ReturnType<typeof ask>>) =>
  outcome.ok ? outcome.value.state : outcome.refusal.kind
const stateOf = async (id: AccountId) =>
  (await system.services.database.prisma.account.findUniqueOrThrow({ where: { id } })).state
const dnOf = async (who: Mailbox) => valuesIn((await at.search(`(congvuId=${who.id})`, ['uid'])).output, 'dn')[0] ?? ''
const groupsOf = async (who: Mailbox): Promise<string[]> => {
  const dn = await dnOf(who)
  const base = `ou=groups,${system.servers.slapd.baseDn}`
  return valuesIn((await at.search(`(member=${dn})`, ['congvuUnit'], undefined, undefined, base)).output, 'congvuUnit')
}
const numberOf = async (unit: UnitId) =>
  String((await system.services.database.prisma.unit.findUniqueOrThrow({ where: { id: unit } })).number)

/** Somebody who reads their mail: tells when the server ends it. */
async function reading(who: Mailbox) {
  const { imap, caFile } = system.servers
  const client = new ImapFlow({
    ...{ host: imap.host, port: imap.port, secure: true, logger: false },
    ...{ auth: { user: who.mail, pass: PASSWORD }, tls: { ca: readFileSync(caFile) } },
  })
  const closed = new Promise<void>((resolve) => client.on('close', resolve))
  client.on('error', () => undefined)
  await client.connect()
  await client.mailboxOpen('INBOX')
  return { closed, client }
}

describe('a suspension', () => {
  let an: Mailbox
  beforeAll(async () => {
    an = await person('Đặng Thị An')
  })

  test('cuts what runs, and closes every door at once; letters still arrive', async () => {
    const { services } = system
    const session = await reading(an)
    await services.database.pool.query(
      `INSERT INTO session (sid, sess, expire) VALUES ('of-an', $1, now() + interval '1 hour')`,
      [JSON.stringify({ cookie: {}, accountId: an.id })],
    )
    expect(await done(actors.agency, an, { type: 'suspend', until: null })).toMatchObject({ state: 'applied' })
    await session.closed
    expect(await services.database.prisma.session.count({ where: { sid: 'of-an' } })).toBe(0)
    await expect(at.imap(an.mail, PASSWORD, () => Promise.resolve())).rejects.toThrow()
    expect((await at.whoami(await dnOf(an), PASSWORD)).code).not.toBe(0)
    expect((await at.submit(an.mail, PASSWORD, an.mail, 'dan@example.com')).output).toContain('535')
    expect(await services.signIn(an.mail, PASSWORD)).toMatchObject({ ok: false })
    expect((await at.mailFromOutside(an.mail)).code).toBe(0)
    await until('the letter', async () => (await services.mail.usage(an.login)).messages === 1)
  })

  test('ends when somebody says so, with the password as it was', async () => {
    await done(actors.agency, an, { type: 'return' })
    expect(await at.subjects(an.mail, PASSWORD, 1)).toHaveLength(1)
  })

  test('with an end is over by itself on its day', async () => {
    await done(actors.agency, an, { type: 'suspend', until: addDays(clock.today(), 10) })
    clock.to(addDays(clock.today(), 9))
    await followLives(system.services)
    expect(await stateOf(an.id)).toBe('suspended')
    clock.to(addDays(clock.today(), 1))
    await followLives(system.services)
    expect(await stateOf(an.id)).toBe('active')
  })

  test('a return that waits for its day does not bring back who has left meanwhile; one asked since does', async () => {
    const bich = await person('Hà Thị Bích')
    const on = addDays(clock.today(), 5)
    await done(actors.agency, bich, { type: 'suspend', until: null })
    await done(actors.agency, bich, { type: 'return' }, { on })
    await done(actors.agency, bich, { type: 'leave', cause: 'resigned' })
    clock.to(on)
    await followLives(system.services)
    expect(await stateOf(bich.id)).toBe('leaving')
    const { prisma } = system.services.database
    const waited = await prisma.scheduledChange.findFirst({ where: { subjectId: bich.id, state: 'refused' } })
    expect(waited).toMatchObject({ command: { type: 'return' }, outcome: 'wrong-state' })
    await done(actors.agency, bich, { type: 'return' })
    expect(await stateOf(bich.id)).toBe('active')
  })

  test('is not for oneself, not for those above, and not for those elsewhere', async () => {
    const { services } = system
    const boss = { ...an, id: actors.it.accountId }
    const self = { ...an, id: actors.agency.accountId }
    const suspend = { type: 'suspend', until: null } as const
    await services.database.pool.query(`UPDATE account SET unit_id = $1 WHERE id = $2`, [units.agency, boss.id])
    expect(refusalOf(await ask(actors.agency, boss, suspend))).toBe('protected-account')
    expect(refusalOf(await ask(actors.agency, self, suspend))).toBe('own-account')
    expect(refusalOf(await ask(actors.other, an, suspend))).toBe('unknown-account')
    expect(refusalOf(await ask(actors.agency, an, suspend, { on: addDays(clock.today(), -1) }))).toBe('wrong-day')
    await services.database.pool.query(`UPDATE account SET unit_id = $1 WHERE id = $2`, [units.province, boss.id])
  })
})

describe('what takes effect later', () => {
  test('is seen beforehand, can be cancelled, and is decided again on its day', async () => {
    const { services } = system
    const binh = await person('Lê Văn Bình')
    const on = addDays(clock.today(), 30)
    const asked = await done(actors.agency, binh, { type: 'leave', cause: 'retired' }, { on })
    expect(asked.state).toBe('waiting')
    const subject = { kind: 'account' as const, id: binh.id }
    expect(await services.scheduled.ofSubject(subject)).toMatchObject([{ on, state: 'waiting', letter: LETTER }])
    expect(refusalOf(await ask(actors.agency, binh, { type: 'leave', cause: 'resigned' }, { on }))).toBe(
      'already-asked',
    )
    const may = allowed('scheduled.agree', (await now(actors.agency)) ?? actors.agency)
    expect(await services.scheduled.cancel(may, asked.id)).toMatchObject({ ok: true })

    await done(actors.agency, binh, { type: 'leave', cause: 'retired' }, { on })
    // They die before they retire: what was planned no longer fits, and says so.
    await done(actors.agency, binh, { type: 'leave', cause: 'died' })
    clock.to(on)
    await followLives(services)
    const [planned] = (await services.scheduled.ofSubject(subject)).filter(({ state }) => state === 'refused')
    expect(planned).toMatchObject({ command: { cause: 'retired' }, ended: { outcome: 'wrong-state' } })
    expect(await stateOf(binh.id)).toBe('leaving')
  })

  test('happens on its day with the letter that it goes by', async () => {
    const { services } = system
    const cuc = await person('Phạm Thị Cúc')
    const on = addDays(clock.today(), 5)
    await done(actors.agency, cuc, { type: 'leave', cause: 'retired' }, { on })
    clock.to(on)
    await followLives(services)
    await inStep(services, cuc.id)
    const view = await services.accounts.read(allowed('account.read', actors.it), cuc.id)
    expect(view).toMatchObject({ state: 'leaving', signIn: false, receive: true })
    expect(view?.events.at(-1)).toMatchObject({
      ...{ kind: 'left', byName: 'life' },
      detail: { cause: 'retired', letter: LETTER, why: WHY, askedBy: actors.agency.name },
    })
  })
})

describe('whoever leaves on a day to come', () => {
  const shown = {
    vi: (day: Day) => day.split('-').reverse().join('/'),
    en: (day: Day) => new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(day)),
  }
  const told = (who: Mailbox) =>
    system.servers.sink.letters().filter(({ receivers }) => receivers.includes(who.contact))
  const announced = async (who: Mailbox) =>
    (await system.services.accounts.read(allowed('account.read', actors.it), who.id))?.events.filter(
      ({ kind }) => kind === 'leave-announced',
    ).length
  const outbox = (who: Mailbox) =>
    system.services.database.prisma.outbox.count({ where: { template: 'leaving', about: `account:${who.id}` } })

  test('is told once at each address what will happen when, in their language; nobody is who stays', async () => {
    const { services } = system
    const [nhi, oanh, phi] = [await person('Ngô Thị Nhi'), await person('Tạ Thị Oanh'), await person('Lý Văn Phi')]
    await services.database.prisma.account.update({ where: { id: oanh.id }, data: { language: 'en' } })
    const on = addDays(clock.today(), 30)
    for (const who of [nhi, oanh]) await done(actors.agency, who, { type: 'leave', cause: 'retired' }, { on })
    const { id } = await done(actors.agency, phi, { type: 'leave', cause: 'resigned' }, { on })
    const before = DEFAULT_LIFE.noticeDays
    clock.to(addDays(on, -before - 1))
    await followLives(services)
    expect(await Promise.all([nhi, oanh, phi].map(outbox))).toEqual([0, 0, 0])
    await services.scheduled.cancel(allowed('scheduled.agree', (await now(actors.agency)) ?? actors.agency), id)

    // Two workers at a time, one that is started anew, and every day until then.
    clock.to(addDays(on, -before))
    await Promise.all([followLives(services), followLives(services)])
    await worker.stop()
    worker = await work(services)
    await followLives(services)
    clock.to(addDays(on, -1))
    await followLives(services)
    const letter = await system.servers.sink.waitFor(nhi.contact, ({ subject }) =>
      subject.includes('khi thôi công tác'),
    )
    const english = await system.servers.sink.waitFor(oanh.contact, ({ subject }) => subject.includes('when you leave'))
    const [until_, deleted] = [addMonths(on, 6), addDays(addMonths(on, 6), DEFAULT_LIFE.archivedDays)]
    for (const [lang, { text }] of [['vi', letter] as const, ['en', english] as const]) {
      expect(text).toContain(LETTER.number)
      for (const day of [on, until_, deleted]) expect(text).toContain(shown[lang](day))
    }
    expect(letter.text).toContain(`Từ ngày ${shown.vi(on)}, hộp thư ngừng đăng nhập`)
    expect(english.text).toContain(`Mail is kept until ${shown.en(until_)}`)
    expect(await at.subjects(nhi.mail, PASSWORD, 1)).toEqual([letter.subject])
    expect(await Promise.all([nhi, oanh, phi].map(outbox))).toEqual([2, 2, 0])
    expect(await Promise.all([nhi, oanh, phi].map(announced))).toEqual([1, 1, 0])
    expect(
      [nhi, oanh].map((who) => told(who).filter(({ subject }) => / khi thôi| when you/.test(subject)).length),
    ).toEqual([1, 1])

    clock.to(on)
    await followLives(services)
    expect(await Promise.all([nhi, oanh, phi].map((who) => stateOf(who.id)))).toEqual(['leaving', 'leaving', 'active'])
  })
})

describe('an automatic reply', () => {
  const TEXT =
    'Tôi đã nghỉ hưu từ tháng 11.\n100% thư công việc: %u, ${subject}\n"văn thư" \\ vanthu.snv@quangninh.gov.vn'
  const answers = (to: string) => system.servers.sink.letters().filter(({ receivers }) => receivers.includes(to))
  const letters = async (who: Mailbox) => (await system.services.mail.usage(who.login)).messages
  const replyOf = async (who: Mailbox) =>
    valuesIn((await at.search(`(congvuId=${who.id})`, ['congvuReply'])).output, 'congvuReply')

  test('answers each sender once from the address of who left, and neither lists nor bulk mail', async () => {
    const { sink } = system.servers
    const hoa = await person('Đỗ Thị Hòa')
    await done(actors.agency, hoa, { type: 'leave', cause: 'retired', reply: TEXT })
    await at.mailFromOutside(hoa.mail, 'dan@example.com', 'Hỏi thủ tục')
    const answer = await sink.waitFor('dan@example.com')
    expect(answer).toMatchObject({ sender: '', from: hoa.mail, subject: 'Trả lời tự động: Hỏi thủ tục' })
    expect(answer.text.trim()).toBe(TEXT)
    expect(answer.raw).toMatch(/^Auto-Submitted: auto-replied/m)

    // The last of them is answered, so that those before it were looked at.
    await at.mailFromOutside(hoa.mail, 'dan@example.com', 'Hỏi lại')
    await at.mailFromOutside(hoa.mail, 'tin@example.com', 'Bản tin', 'List-Id: Bản tin <tin.example.com>')
    await at.mailFromOutside(hoa.mail, 'qc@example.com', 'Quảng cáo', 'Precedence: bulk')
    await at.mailFromOutside(hoa.mail, 'an-danh@example.com', 'Nhiều người', 'To: moi-nguoi@example.com')
    await at.mailFromOutside(hoa.mail, 'nua@example.com', 'Người khác')
    await sink.waitFor('nua@example.com')
    expect(['dan', 'tin', 'qc', 'an-danh', 'nua'].map((name) => answers(`${name}@example.com`).length)).toEqual([
      ...[1, 0, 0, 0, 1],
    ])

    await done(actors.agency, hoa, { type: 'reply', reply: null })
    expect(await replyOf(hoa)).toEqual([])
    await at.mailFromOutside(hoa.mail, 'sau@example.com')
    await until('every letter', async () => (await letters(hoa)) === 7)
    expect(answers('sau@example.com')).toEqual([])
  })

  test('is given for a former address too, from the present one, and once for both', async () => {
    const { services, servers } = system
    const vy = await person('Phan Thị Vy')
    const name = parsePersonName('Phan Thị Tường Vy')
    if (!name.ok) throw new Error(name.refusal.kind)
    await renamed(
      decided(services, local('phantuongvy'), (tx, request) =>
        services.accounts.rename(tx, actors.it, request, vy.id, { name: name.value, local: local('phantuongvy') }),
      ),
    )
    await inStep(services, vy.id)
    const present = 'phantuongvy@quangninh.gov.vn'
    await done(actors.agency, vy, { type: 'leave', cause: 'retired', reply: TEXT })
    expect(await replyOf(vy)).toEqual([expect.stringContaining(`|${vy.mail} `)])

    await at.mailFromOutside(vy.mail, 'ban-cu@example.com', 'Thăm hỏi')
    const answer = await servers.sink.waitFor('ban-cu@example.com')
    expect(answer).toMatchObject({ sender: '', from: present, subject: 'Trả lời tự động: Thăm hỏi' })
    expect(answer.text.trim()).toBe(TEXT)
    await at.mailFromOutside(vy.mail, 'ban-cu@example.com', 'Thăm hỏi lần nữa')
    await at.mailFromOutside(present, 'ban-cu@example.com', 'Thăm hỏi ở địa chỉ mới')
    await at.mailFromOutside(present, 'ban-moi@example.com', 'Thăm hỏi')
    expect(await servers.sink.waitFor('ban-moi@example.com')).toMatchObject({ from: present })
    expect(answers('ban-cu@example.com')).toHaveLength(1)
    await until('every letter', async () => (await letters(vy)) === 4)
  })

  test('is gone from the directory when the person is back', async () => {
    const khoa = await person('Vũ Đăng Khoa')
    expect(refusalOf(await ask(actors.agency, khoa, { type: 'reply', reply: TEXT }))).toBe('wrong-state')
    await done(actors.agency, khoa, { type: 'leave', cause: 'resigned' })
    await done(actors.agency, khoa, { type: 'reply', reply: 'Đã thôi việc' })
    expect(await replyOf(khoa)).toEqual([`${khoa.mail} Đã thôi việc`])
    await done(actors.agency, khoa, { type: 'return' })
    expect(await replyOf(khoa)).toEqual([])
    const view = await system.services.accounts.read(allowed('account.read', actors.it), khoa.id)
    expect(view?.life.reply).toBeNull()
    expect(view?.events.map(({ kind, detail }) => [kind, detail?.reply])).toContainEqual([
      'reply-changed',
      'Đã thôi việc',
    ])
  })
})

describe('two people', () => {
  test('put an account under a hold, which protects it from the moment it is asked for', async () => {
    const { services } = system
    const dung = await person('Vũ Thị Dung')
    await done(actors.agency, dung, { type: 'leave', cause: 'dismissed' })
    const held = await done(actors.it, dung, { type: 'hold' })
    expect(held.state).toBe('proposed')
    clock.to(addDays(clock.today(), 400))
    await followLives(services)
    clock.to(addDays(clock.today(), 400))
    await followLives(services)
    await inStep(services, dung.id)
    await followLives(services)
    expect(await stateOf(dung.id)).toBe('archived')
    expect(await agree(actors.it, held.id)).toMatchObject({ ok: false, refusal: { kind: 'agreed-before' } })
    expect(await agree(actors.agency, held.id)).toMatchObject({ ok: false, refusal: { kind: 'not-your-seat' } })
    expect(await agree(actors.second, held.id)).toEqual({ ok: true, value: 'applied' })
    await followLives(services)
    expect(await stateOf(dung.id)).toBe('archived')
    expect(refusalOf(await ask(actors.it, dung, { type: 'delete' }))).toBe('under-hold')
    await expect(
      services.database.pool.query(`UPDATE account SET state = 'deleted', secret_cipher = NULL WHERE id = $1`, [
        dung.id,
      ]),
    ).rejects.toThrow('under a legal hold')

    const released = await done(actors.second, dung, { type: 'release-hold' })
    expect(await agree(actors.it, released.id)).toEqual({ ok: true, value: 'applied' })
    await followLives(services)
    await inStep(services, dung.id)
    expect(await stateOf(dung.id)).toBe('deleted')
  })

  test('move somebody: who gives them away and who takes them; it is the same mailbox', async () => {
    const { services } = system
    const em = await person('Bùi Văn Em')
    const registry = await issuedShared(services, {
      ...{ unitId: units.agency, name: 'Văn thư', local: 'vanthu-snv', holders: full(em) },
    })
    const granted = { holder: em.login, role: 'unit-admin', unitId: units.agency } as const
    await services.roles.grant(allowed('role.change'), granted)
    await at.mailFromOutside(em.mail)
    await until('the letter', async () => (await services.mail.usage(em.login)).messages === 1)
    const [from, to] = [await numberOf(units.agency), await numberOf(units.other)]
    await until('the group', async () => (await groupsOf(em)).includes(from))

    const transfer = { type: 'transfer', unitId: units.other, title: 'Chuyên viên chính' } as const
    expect(refusalOf(await ask(actors.agency, em, transfer, { letter: null }))).toBe('letter-needed')
    const asked = await done(actors.agency, em, transfer)
    expect(asked.state).toBe('proposed')
    expect(await agree(actors.agency, asked.id)).toMatchObject({ ok: false, refusal: { kind: 'agreed-before' } })
    expect(await agree(actors.other, asked.id)).toEqual({ ok: true, value: 'applied' })
    await inStep(services, em.id)
    await inStep(services, registry.id)
    await until('the groups', async () => (await groupsOf(em)).join() === to)
    expect(await at.subjects(em.mail, PASSWORD, 1)).toContain('Kính gửi')
    const view = await services.accounts.read(allowed('account.read', actors.it), em.id)
    expect(view).toMatchObject({ unitId: units.other, title: 'Chuyên viên chính', held: [] })
    // As it was the day before, under the name of that day.
    const past = await services.remembering.on(allowed('account.read', actors.it), em.id, addDays(clock.today(), -1))
    expect(past).toMatchObject({ state: null, posts: [], events: [] })
    const now_ = await services.remembering.on(allowed('account.read', actors.it), em.id, clock.today())
    expect(now_).toMatchObject({
      state: 'active',
      posts: [{ unitId: units.other, unitName: 'Sở Tài chính' }],
      roles: [],
    })
    const roles = await services.roles.list(allowed('role.read'))
    expect(roles.filter(({ accountId }) => accountId === em.id)).toEqual([])
  })

  test('give somebody a second post, whose group they join until it ends', async () => {
    const { services } = system
    const phuc = await person('Hoàng Văn Phúc')
    const [home, second] = [await numberOf(units.agency), await numberOf(units.other)]
    const until_ = addDays(clock.today(), 60)
    const command = {
      type: 'second-post',
      unitId: units.other,
      title: 'Thành viên tổ công tác',
      until: until_,
    } as const
    const asked = await done(actors.other, { ...phuc }, command).catch((error: unknown) => String(error))
    // The other unit cannot ask for somebody who is not theirs.
    expect(asked).toContain('unknown-account')
    const { id } = await done(actors.agency, phuc, command)
    await agree(actors.other, id)
    await until('both groups', async () => (await groupsOf(phuc)).sort().join() === [home, second].sort().join())
    clock.to(until_)
    await followLives(services)
    await until('one group', async () => (await groupsOf(phuc)).join() === home)
    expect(refusalOf(await ask(actors.agency, phuc, { type: 'end-post', postId: PostId.parse(phuc.id) }))).toBe(
      'unknown-post',
    )
  })
})

describe('the policy', () => {
  test('changes the switches of those concerned at once, and is kept with who and why', async () => {
    const { services } = system
    const giang = await person('Trần Thị Giang')
    await done(actors.agency, giang, { type: 'suspend', until: null })
    const may = allowed('life-policy.change', actors.it)
    const policy = { ...DEFAULT_LIFE, receiveSuspended: false }
    expect(await services.life.change(may, { seen: 0, policy, why: WHY })).toEqual({ ok: true, value: 1 })
    await inStep(services, giang.id)
    expect((await at.mailFromOutside(giang.mail)).output).toContain('550 5.1.1')
    expect(await services.life.change(may, { seen: 0, policy, why: WHY })).toMatchObject({ ok: false })
    expect(await services.life.change(may, { seen: 1, policy: DEFAULT_LIFE, why: WHY })).toEqual({ ok: true, value: 2 })
    expect(await services.life.history(allowed('life-policy.read', actors.it))).toMatchObject([
      { version: 2, byName: actors.it.name, why: WHY },
      { version: 1 },
    ])
  })
})
