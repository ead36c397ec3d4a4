import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import type { PersonActor } from '../../src/access/policy.ts'
import { addDays, type Day } from '../../src/kernel/day.ts'
import type { UnitId } from '../../src/kernel/ids.ts'
import { followIdle } from '../../src/main/tidy.ts'
import { work, type Worker } from '../../src/main/work.ts'
import { visit } from '../servers/support.ts'
import { movedClock } from '../support/clock.ts'
import { atWork, inStep, PASSWORD, type Mailbox } from '../support/people.ts'
import { allowed, seedStaff, seedUnits, startSystem, type System } from '../support/system.ts'

const clock = movedClock()
let system: System
let worker: Worker
let units: Record<'province' | 'agency' | 'department' | 'other', UnitId>
let at: ReturnType<typeof visit>
let it: PersonActor, agency: PersonActor
let an: Mailbox, busy: Mailbox, away: Mailbox
let used: Day

beforeAll(async () => {
  system = await startSystem({ clock })
  const { services, servers } = system
  at = visit(servers)
  units = await seedUnits(services)
  it = await seedStaff(services, 'it-staff', units.province, 'Lê Đức Thắng')
  agency = await seedStaff(services, 'unit-admin', units.agency, 'Bùi Vũ Khánh Huyền')
  worker = await work(services)
  const person = (fullName: string) => atWork(services, servers.sink, it, units.agency, { fullName })
  ;[an, busy, away] = await Promise.all([person('Đặng Thị An'), person('Lê Văn Bình'), person('Phạm Thị Cúc')])
  used = clock.today()
}, 120_000)
afterAll(async () => {
  await worker.stop()
  await system.stop()
})

const signIn = (who: Mailbox) => at.imap(who.mail, PASSWORD, () => Promise.resolve())
const viewOf = async (who: Mailbox) => {
  const view = await system.services.accounts.read(allowed('account.read', it), who.id)
  if (view === null) throw new Error('not there')
  return view
}
const warningsTo = async (who: Mailbox) =>
  system.services.database.prisma.outbox.count({ where: { recipient: who.contact, template: 'idle' } })
/** As if somebody had signed in at the mail server's clock of that day. */
const noted = (who: Mailbox, day: Day) =>
  system.services.database.prisma.account.update({
    where: { id: who.id },
    data: { lastSignInAt: new Date(`${day}T02:00:00Z`) },
  })
const list = async (stage: 'warned' | 'locked' | 'review', by = agency) =>
  (await system.services.idling.list(allowed('account.read', by), { stage })).accounts.map(({ id }) => id)

describe('the last sign-in', () => {
  test('is read from Dovecot, and shown as it is now', async () => {
    const { services } = system
    expect(await services.accounts.lastSignIn(await viewOf(an))).toBeNull()
    await signIn(an)
    const now = await services.accounts.lastSignIn(await viewOf(an))
    expect(Math.abs((now?.getTime() ?? 0) - Date.now())).toBeLessThan(10_000)
    expect((await viewOf(an)).life.lastSignInAt).toBeNull()
    await followIdle(services)
    expect((await viewOf(an)).life.lastSignInAt).toEqual(now)
  })
})

describe('an account that nobody uses', () => {
  test('is left alone when nobody at all signs in: that tells of the mail server', async () => {
    clock.to(addDays(used, 60))
    await followIdle(system.services)
    expect(await warningsTo(an)).toBe(0)
  })

  test('is warned by letter with the day, whoever signs in or is on leave is not', async () => {
    const { services } = system
    clock.to(addDays(used, 30))
    await noted(busy, addDays(used, 29))
    const leave = { type: 'go-on-leave' as const, until: addDays(used, 200) }
    const asked = { command: leave, on: clock.today(), why: 'Nghỉ thai sản theo quyết định', letter: null }
    expect(await services.lives.ask(allowed('life.ask', agency), away.id, asked)).toMatchObject({ ok: true })
    await followIdle(services)
    expect([await warningsTo(an), await warningsTo(busy), await warningsTo(away)]).toEqual([1, 0, 0])
    await followIdle(services)
    expect(await warningsTo(an)).toBe(1)
    expect((await viewOf(an)).events.at(-1)).toMatchObject({
      kind: 'idle-warned',
      detail: { until: addDays(used, 45) },
    })
    expect(await list('warned')).toContain(an.id)
  })

  test('is locked on that day: sign-in stops at every door, letters still arrive', async () => {
    const { services } = system
    clock.to(addDays(used, 45))
    await noted(busy, addDays(used, 44))
    await followIdle(services)
    await inStep(services, an.id, 15_000)
    expect(await viewOf(an)).toMatchObject({ state: 'idle-locked', signIn: false, receive: true })
    expect(await viewOf(busy)).toMatchObject({ state: 'active' })
    expect(await viewOf(away)).toMatchObject({ state: 'on-leave' })
    await expect(signIn(an)).rejects.toThrow()
    expect(await services.signIn(an.mail, PASSWORD)).toMatchObject({ ok: false })
    expect((await at.mailFromOutside(an.mail)).code).toBe(0)
    expect([await list('locked'), await list('review')]).toEqual([[an.id], []])
    clock.to(addDays(used, 90))
    expect(await list('review')).toContain(an.id)
  })

  test('is unlocked by the unit’s administrator, with the password as it was, and begins anew', async () => {
    const { services } = system
    const back = { command: { type: 'return' as const }, on: clock.today(), why: 'Đã quay lại làm việc', letter: null }
    expect(await services.lives.ask(allowed('life.ask', agency), an.id, back)).toMatchObject({ ok: true })
    await inStep(services, an.id, 15_000)
    await noted(busy, clock.today())
    await followIdle(services)
    expect(await viewOf(an)).toMatchObject({ state: 'active', signIn: true })
    await signIn(an)
    expect(await list('review')).not.toContain(an.id)
  })

  test('is not locked beyond what the brake lets through in a day', async () => {
    const { services } = system
    const { prisma } = services.database
    const [limits, permit] = [await services.brakes.limits.present(), allowed('brake.release', it)]
    const { suspend } = limits.policy.limits
    const policy = { ...limits.policy, limits: { ...limits.policy.limits, suspend: { ...suspend, number: 0 } } }
    expect(
      await services.brakes.limits.change(permit, { seen: limits.version, policy, why: 'Thử giới hạn về không' }),
    ).toMatchObject({ ok: true })
    const long = addDays(clock.today(), -300)
    await prisma.account.update({
      where: { id: an.id },
      data: {
        lastSignInAt: null,
        activatedAt: null,
        stateSince: new Date(`${long}T00:00:00Z`),
        idleWarnedAt: new Date(`${addDays(long, 200)}T02:00:00Z`),
      },
    })
    await followIdle(services)
    expect(await viewOf(an)).toMatchObject({ state: 'active' })
  })
})
