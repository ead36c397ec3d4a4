import { describe, expect, test } from '../support/jest.ts'
import { contradictions } from '../../src/kernel/identification-number.ts'
import { fullName, isVietnamese } from '../../scripts/demo/names.ts'
import { peopleFrom, postsOf } from '../../scripts/demo/people.ts'
import { province, type UnitPlan } from '../../scripts/demo/province.ts'
import { randomFrom } from '../../scripts/demo/random.ts'

const all = (unit: UnitPlan): UnitPlan[] => [unit, ...unit.below.flatMap(all)]

describe('the people of the demo', () => {
  test('what an old encoding left behind in the list of names is not used', () => {
    expect(['Buøi', 'Döông', 'Ñoã', 'Khaùnh', 'Vieät'].filter(isVietnamese)).toEqual([])
    const real = ['Nguyễn', 'Đỗ', 'Quỳnh', 'Hoành', 'Khánh', 'Thuyết', 'Phượng', 'Nghĩa', 'Ất', 'Ý', 'Hoà', 'Giáp']
    expect(real.filter((name) => !isVietnamese(name))).toEqual([])
  })

  test('Thị is a woman’s, Văn a man’s', () => {
    const random = randomFrom(1)
    const some = (sex: 'male' | 'female') => Array.from({ length: 2_000 }, () => fullName(random, sex).split(' '))
    expect(some('male').filter((parts) => parts.slice(1, -1).includes('Thị'))).toEqual([])
    expect(some('female').filter((parts) => parts.slice(1, -1).includes('Văn'))).toEqual([])
  })

  test('number, birth date and sex agree, and no number comes twice', () => {
    const person = peopleFrom(randomFrom(2))
    const people = Array.from({ length: 1_000 }, () => person('Chuyên viên'))
    expect(people.filter((each) => contradictions(each.number, each).length > 0)).toEqual([])
    expect(new Set(people.map((each) => each.number)).size).toBe(1_000)
  })

  test('the same seed makes the same people', () => {
    const names = () => {
      const person = peopleFrom(randomFrom(3))
      return Array.from({ length: 20 }, () => person('Chuyên viên').name.full)
    }
    expect(names()).toEqual(names())
  })
})

describe('the province of the demo', () => {
  test('has 14 agencies with codes and 54 communes with statistics codes, each with departments', () => {
    const { below } = province()
    const agencies = below.filter(({ kind }) => kind === 'agency')
    const communes = below.filter(({ kind }) => kind === 'commune')
    expect([agencies.length, communes.length]).toEqual([14, 54])
    expect(new Set(agencies.map(({ codes }) => codes.agency)).size).toBe(14)
    expect(new Set(communes.map(({ codes }) => codes.statistics)).size).toBe(54)
    expect(below.filter((unit) => unit.below.length < 3)).toEqual([])
  })

  test('everybody serves in a unit of it', () => {
    const plan = province()
    const units = new Set(all(plan))
    const posts = plan.below.flatMap((unit) => postsOf(unit, randomFrom(4)))
    expect(posts.length).toBeGreaterThan(350)
    expect(posts.filter((post) => !units.has(post.unit))).toEqual([])
  })
})
