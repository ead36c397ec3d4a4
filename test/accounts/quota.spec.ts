import { describe, expect, test } from '../support/jest.ts'
import { QuotaMb } from '../../src/accounts/account.ts'
import { DEFAULT_LIFE } from '../../src/accounts/life-policy.ts'
import { defaultQuotas, quotaFor, QuotaPolicy, type QuotaSubject } from '../../src/accounts/quota.ts'
import { UnitId } from '../../src/kernel/ids.ts'

const mb = (n: number) => QuotaMb.parse(n)
const unit = (n: number) => UnitId.parse(`6f1c2f0e-0000-4000-8000-00000000000${n}`)
const policy: QuotaPolicy = {
  ...{ personMb: mb(2048), leaderMb: mb(5120), sharedMb: mb(3072), shrinks: false },
  titles: [
    { title: 'Giám đốc', quotaMb: mb(10_240) },
    { title: 'Giám đốc Trung tâm', quotaMb: mb(4096) },
  ],
  units: [
    { unitId: unit(1), quotaMb: mb(4096) },
    { unitId: unit(2), quotaMb: mb(1024) },
  ],
}
const of = (more: Partial<QuotaSubject>) => {
  const { quotaMb, by } = quotaFor(policy, DEFAULT_LIFE, {
    ...{ kind: 'person', title: 'Chuyên viên', path: [unit(9)], ownMb: null, ...more },
  })
  return [quotaMb, by]
}

describe('the size of a mailbox', () => {
  test('is everybody’s, or the rank’s by the longest title that fits', () => {
    expect(of({})).toEqual([2048, 'everybody'])
    expect(of({ title: null })).toEqual([2048, 'everybody'])
    expect(of({ title: 'phó chủ tịch UBND' })).toEqual([5120, 'leader'])
    expect(of({ title: 'Giám đốc Sở' })).toEqual([10_240, 'title'])
    expect(of({ title: 'GIÁM ĐỐC trung tâm lưu trữ' })).toEqual([4096, 'title'])
    expect(of({ title: 'Giám định viên' })).toEqual([2048, 'everybody'])
  })

  test('is the nearest unit’s where that is larger', () => {
    expect(of({ path: [unit(9), unit(1)] })).toEqual([4096, 'unit'])
    expect(of({ path: [unit(2), unit(1)] })).toEqual([2048, 'everybody'])
    expect(of({ path: [unit(1)], title: 'Giám đốc Sở' })).toEqual([10_240, 'title'])
  })

  test('is what was approved on request, unless the policy gives more', () => {
    expect(of({ ownMb: 20_480 })).toEqual([20_480, 'request'])
    expect(of({ ownMb: 1024 })).toEqual([2048, 'everybody'])
  })

  test('of a shared mailbox knows no rank', () => {
    expect(of({ kind: 'function', title: 'Giám đốc' })).toEqual([3072, 'shared'])
    expect(of({ kind: 'unit', path: [unit(1)] })).toEqual([4096, 'unit'])
  })

  test('begins with the setting for everybody', () => {
    expect(QuotaPolicy.safeParse(defaultQuotas(2048)).success).toBe(true)
    const twice = { ...policy, titles: [...policy.titles, { title: 'giam doc', quotaMb: mb(200) }] }
    expect(QuotaPolicy.safeParse(twice).success).toBe(false)
  })
})
