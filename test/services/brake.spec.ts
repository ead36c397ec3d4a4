import { afterAll, beforeAll, beforeEach, describe, expect, test } from '../support/jest.ts'
import { jobActor, type PersonActor } from '../../src/access/policy.ts'
import { DEFAULT_BRAKE, type Plan } from '../../src/brake/brake.ts'
import { brakesOf, type Brakes, type Start } from '../../src/brake/brakes.ts'
import type { UnitId } from '../../src/kernel/ids.ts'
import { startOffice, type Office } from '../support/database.ts'
import { allowed, seedStaff, seedUnits } from '../support/system.ts'

let office: Office
let brakes: Brakes
let units: Record<'province' | 'agency' | 'department' | 'other', UnitId>
let [first, second]: PersonActor[] = []
let now = new Date('2026-11-23T02:00:00Z')

beforeAll(async () => {
  office = await startOffice({ clock: () => now })
  const { services } = office
  const { database, transaction, clock } = services
  // Plans that nothing carries out: what happens to them is whoever asks the brake's own business.
  brakes = brakesOf({ prisma: database.prisma, transaction, clock, starts: {} })
  units = await seedUnits(services)
  first = await seedStaff(services, 'it-staff', units.province, 'Lê Đức Thắng')
  second = await seedStaff(services, 'it-staff', units.province, 'Vũ Hải Đăng')
  // A province of 1,000: enough for shares to mean something.
  await services.database.pool.query(
    `INSERT INTO account (id, login, unit_id, state, display_name, search, quota_mb, created_at)
     SELECT gen_random_uuid(), 'x' || n, $1, 'active', 'Người ' || n, '', 1, now() FROM generate_series(1, 998) n`,
    [units.agency],
  )
}, 60_000)
afterAll(() => office.stop())
beforeEach(async () => {
  await office.services.database.pool.query('TRUNCATE brake_use, brake_hold')
})

const by = () => {
  if (!first || !second) throw new Error('no staff')
  return { first: allowed('brake.release', first), second: allowed('brake.release', second) }
}
const job = jobActor('test')
let number = 0
const planOf = (n: number, more: Partial<Plan> = {}): Plan => ({
  ...{ kind: 'import', id: String(++number), hash: 'as-approved', name: 'can-bo.xlsx' },
  parts: [{ change: 'suspend', unitId: units.agency, n }],
  ...more,
})
const pass = (plan: Plan) => office.services.transaction((tx) => brakes.pass(tx, job, plan))
const held = async (plan: Plan): Promise<string> => {
  const passed = await pass(plan)
  if (passed.ok) throw new Error('let through')
  return passed.refusal.holdId
}
const used = async () => {
  const { rows } = await office.services.database.pool.query<{ n: string }>(
    `SELECT coalesce(sum(n), 0) AS n FROM brake_use WHERE NOT released`,
  )
  return Number(rows[0]?.n)
}

describe('a plan within the limits', () => {
  test('goes on and is counted in the transaction that starts it', async () => {
    expect(await pass(planOf(40))).toEqual({ ok: true, value: { released: false } })
    expect(await used()).toBe(40)
    const undone = office.services.transaction(async (tx) => {
      await brakes.pass(tx, job, planOf(40))
      throw new Error('killed')
    })
    await expect(undone).rejects.toThrow('killed')
    expect(await used()).toBe(40)
  })

  test('is one too many when others leaked before it, until the window has passed', async () => {
    for (const n of [40, 40]) expect((await pass(planOf(n))).ok).toBe(true)
    expect(await pass(planOf(30))).toMatchObject({
      ok: false,
      refusal: {
        kind: 'held',
        reasons: [{ kind: 'window-number', n: 30, before: 80, limit: 100 }, { kind: 'window-percent' }],
      },
    })
    const started = now
    now = new Date(now.getTime() + 8 * 86_400_000)
    expect((await pass(planOf(30))).ok).toBe(true)
    now = started
  })

  test('counts what was done by hand, without a plan', async () => {
    await office.services.transaction((tx) => brakes.count(tx, { kind: 'import', id: 'by hand' }, planOf(75).parts))
    expect((await pass(planOf(30))).ok).toBe(false)
  })

  test('is not let through twice over by two that come at once', async () => {
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => pass(planOf(40))))
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(2)
    expect(await used()).toBe(80)
  })
})

describe('a plan beyond the limits', () => {
  test('is held once, however often it is tried, and changes nothing', async () => {
    const plan = planOf(300)
    const holdId = await held(plan)
    expect(await held(plan)).toBe(holdId)
    expect(await used()).toBe(0)
    const hold = await brakes.read(allowed('brake.read'), holdId)
    expect(hold?.reasons.map(({ kind }) => kind)).toEqual(['number', 'percent', 'unit'])
  })

  test('is released by two people, for once, and then weighs on nobody else', async () => {
    const plan = planOf(300)
    const holdId = await held(plan)
    expect(await brakes.release(by().second, holdId)).toMatchObject({ refusal: { kind: 'not-waiting' } })
    expect(await brakes.ask(by().first, holdId, 'Theo quyết định 12/QĐ-SNV')).toMatchObject({ ok: true })
    expect(await brakes.release(by().first, holdId)).toEqual({ ok: false, refusal: { kind: 'own-ask' } })
    expect(await pass(plan)).toMatchObject({ ok: false })
    expect(await brakes.release(by().second, holdId)).toMatchObject({ ok: true })
    expect(await pass(plan)).toEqual({ ok: true, value: { released: true } })
    expect(await used()).toBe(0)
    expect(await pass(plan)).toMatchObject({ ok: false })
    const { rows } = await office.services.database.pool.query<{ action: string }>(
      `SELECT action FROM audit_entry WHERE subject IN ($1, $2) ORDER BY seq`,
      [`hold:${holdId}`, `plan:import:${plan.id}`],
    )
    expect(rows.map(({ action }) => action)).toEqual([
      ...['brake.held', 'brake.release-asked', 'brake.released', 'brake.held'],
    ])
  })

  test('must be asked for again when it is another plan by now', async () => {
    const plan = planOf(300)
    const holdId = await held(plan)
    await brakes.ask(by().first, holdId, 'Theo quyết định 12/QĐ-SNV')
    await brakes.release(by().second, holdId)
    const other = { ...plan, hash: 'one row more' }
    expect(await pass(other)).toMatchObject({ ok: false })
    expect((await held(other)) === holdId).toBe(false)
    expect(await pass(plan)).toMatchObject({ ok: false })
  })

  test('is not released when nobody answers in time', async () => {
    const holdId = await held(planOf(300))
    await brakes.ask(by().first, holdId, 'Theo quyết định 12/QĐ-SNV')
    const started = now
    now = new Date(now.getTime() + 24 * 3_600_000)
    expect(await brakes.release(by().second, holdId)).toEqual({ ok: false, refusal: { kind: 'not-waiting' } })
    expect(await brakes.ask(by().second, holdId, 'Theo quyết định 12/QĐ-SNV')).toMatchObject({ ok: true })
    expect(await brakes.release(by().first, holdId)).toMatchObject({ ok: true })
    now = started
  })

  test('can be given up by either of the two', async () => {
    const holdId = await held(planOf(300))
    expect(await brakes.drop(by().second, holdId)).toMatchObject({ ok: true })
    expect(await brakes.ask(by().first, holdId, 'Theo quyết định 12/QĐ-SNV')).toMatchObject({
      refusal: { kind: 'not-waiting' },
    })
    expect(await brakes.waiting(allowed('brake.read'))).toBe(0)
  })

  test('is carried out in the transaction that releases it, or neither happens', async () => {
    const { prisma } = office.services.database
    const { transaction, clock } = office.services
    let mood: 'well' | 'changed' | 'broken' = 'broken'
    const start: Start = async (tx, plan, actor) => {
      if (mood === 'changed') return false
      const passed = await brakes.pass(tx, actor, plan)
      if (mood === 'broken') throw new Error('killed')
      return passed.ok
    }
    const brakes = brakesOf({ prisma, transaction, clock, starts: { import: start } })
    const holdId = await held(planOf(300))
    await brakes.ask(by().first, holdId, 'Theo quyết định 12/QĐ-SNV')
    await expect(brakes.release(by().second, holdId)).rejects.toThrow('killed')
    mood = 'well'
    expect(await brakes.release(by().second, holdId)).toMatchObject({ ok: true })
    expect((await brakes.read(allowed('brake.read'), holdId))?.ended?.how).toBe('used')
    mood = 'changed'
    const again = await held(planOf(300))
    await brakes.ask(by().first, again, 'Theo quyết định 12/QĐ-SNV')
    expect(await brakes.release(by().second, again)).toEqual({ ok: false, refusal: { kind: 'plan-changed' } })
  })
})

describe('the limits', () => {
  const why = 'Đợt sắp xếp đơn vị cấp xã'
  const tighter = { ...DEFAULT_BRAKE, few: 4 }
  const looser = { ...DEFAULT_BRAKE, few: 4, windowDays: 3 }

  test('are tightened by one person, and loosened by two', async () => {
    const { limits, ask, release } = brakes
    expect(await limits.change(by().first, { seen: 0, policy: tighter, why })).toEqual({
      ok: true,
      value: { version: 1 },
    })
    expect(await limits.change(by().second, { seen: 0, policy: looser, why })).toMatchObject({
      refusal: { kind: 'limits-changed-meanwhile' },
    })
    expect(await limits.change(by().second, { seen: 1, policy: tighter, why })).toMatchObject({
      refusal: { kind: 'limits-unchanged' },
    })
    const asked = await limits.change(by().first, { seen: 1, policy: looser, why })
    if (!asked.ok || !('holdId' in asked.value)) throw new Error('not held')
    expect(await limits.present()).toEqual({ version: 1, policy: tighter })
    const { holdId } = asked.value
    expect(await ask(by().second, holdId, why)).toMatchObject({ refusal: { kind: 'not-waiting' } })
    expect(await release(by().first, holdId)).toMatchObject({ refusal: { kind: 'own-ask' } })
    expect(await release(by().second, holdId)).toMatchObject({ ok: true })
    expect(await limits.present()).toEqual({ version: 2, policy: looser })
    expect((await limits.history(allowed('brake.read'))).map(({ version }) => version)).toEqual([2, 1])
  })

  test('asked for before others came into force are stale', async () => {
    const { limits, release } = brakes
    const { version, policy } = await limits.present()
    const asked = await limits.change(by().first, { seen: version, policy: { ...policy, windowDays: 1 }, why })
    if (!asked.ok || !('holdId' in asked.value)) throw new Error('not held')
    await limits.change(by().second, { seen: version, policy: { ...policy, few: 0 }, why })
    expect(await release(by().second, asked.value.holdId)).toEqual({ ok: false, refusal: { kind: 'plan-changed' } })
    expect((await limits.present()).policy).toEqual({ ...policy, few: 0 })
  })
})
