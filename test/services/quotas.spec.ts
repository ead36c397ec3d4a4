import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import type { PersonActor } from '../../src/access/policy.ts'
import { QuotaMb } from '../../src/accounts/account.ts'
import { defaultQuotas, type QuotaPolicy } from '../../src/accounts/quota.ts'
import type { AccountId, UnitId } from '../../src/kernel/ids.ts'
import { followIdle, followLives } from '../../src/main/tidy.ts'
import { startOffice, type Office } from '../support/database.ts'
import { allowed, given, seedStaff, seedUnits, someDetails } from '../support/system.ts'

let office: Office
let units: Record<'province' | 'agency' | 'department' | 'other', UnitId>
let it: PersonActor

beforeAll(async () => {
  office = await startOffice()
  units = await seedUnits(office.services)
  it = await seedStaff(office.services, 'it-staff', units.province, 'Lê Đức Thắng')
}, 60_000)
afterAll(() => office.stop())

const by = { id: 'cli:test', name: 'test' }
const sizeOf = async (id: AccountId) =>
  (await office.services.database.prisma.account.findUniqueOrThrow({ where: { id } })).quotaMb
const change = async (policy: Partial<QuotaPolicy>) => {
  const { quotas, config } = office.services
  const { version, policy: present } = await quotas.present()
  const asked = { seen: version, why: 'Theo quy chế mới.', policy: { ...present, ...policy } }
  const changed = await quotas.change(allowed('life-policy.change', it), asked)
  if (!changed.ok) throw new Error(changed.refusal.kind)
  expect(config.quotaMb).toBe(defaultQuotas(config.quotaMb).personMb)
  await followLives(office.services)
}
const mb = (n: number) => QuotaMb.parse(n)

describe('the sizes of mailboxes', () => {
  test('follow the post, the unit and a request, and say so in the history and the log', async () => {
    const { services } = office
    const { accounts, transaction, database, quotas, config } = services
    const clerk = await given(services, someDetails(units.department))
    const chief = await given(services, someDetails(units.other, { position: 'Giám đốc' }))
    await followLives(services)
    expect([await sizeOf(clerk), await sizeOf(chief)]).toEqual([config.quotaMb, config.quotaMb])

    await change({ leaderMb: mb(8192), units: [{ unitId: units.agency, quotaMb: mb(4096) }] })
    // The department lies below the agency.
    expect([await sizeOf(clerk), await sizeOf(chief)]).toEqual([4096, 8192])
    expect(await quotas.explain(clerk)).toEqual({ quotaMb: 4096, by: 'unit' })
    const events = await database.prisma.accountEvent.findMany({ where: { accountId: clerk, kind: 'quota-changed' } })
    expect(events.map(({ note }) => note)).toEqual([`${config.quotaMb} → 4096 MB`])
    const rows = await services.sync.rows({ kind: 'account', id: clerk })
    expect(rows.every(({ wanted }) => wanted > 1)).toBe(true)

    // Another post, and with it another size; the larger one that was approved stays.
    await transaction((tx) => accounts.changePosition(tx, by, clerk, { title: 'Phó Giám đốc' }))
    await followLives(services)
    expect(await sizeOf(clerk)).toBe(8192)
    await transaction((tx) => accounts.setQuota(tx, it, clerk, mb(16_384)))
    await followLives(services)
    expect(await sizeOf(clerk)).toBe(16_384)
    expect((await quotas.explain(clerk))?.by).toBe('request')

    // Nothing becomes smaller unless the policy says so.
    await transaction((tx) => accounts.changePosition(tx, by, chief, { title: 'Chuyên viên' }))
    await followLives(services)
    expect(await sizeOf(chief)).toBe(8192)
    await change({ shrinks: true })
    expect([await sizeOf(clerk), await sizeOf(chief)]).toEqual([16_384, config.quotaMb])
  })

  test('are worked out anew daily where units may lie elsewhere, and change nothing twice', async () => {
    const { services } = office
    const before = await services.database.prisma.auditEntry.count({ where: { action: 'account.quota-changed' } })
    await followIdle(services)
    await followLives(services)
    expect(await services.database.prisma.auditEntry.count({ where: { action: 'account.quota-changed' } })).toBe(before)
    const { version, policy } = await services.quotas.present()
    const asked = { seen: version - 1, why: 'Theo quy chế mới.', policy: { ...policy, personMb: mb(3072) } }
    const late = await services.quotas.change(allowed('life-policy.change', it), asked)
    expect(late).toMatchObject({ ok: false, refusal: { kind: 'policy-changed-meanwhile' } })
  })
})
