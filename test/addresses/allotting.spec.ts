import { describe, expect, test } from '../support/jest.ts'
import fc from 'fast-check'
import { allot, asksFor } from '../../src/addresses/allotting.ts'
import { candidates, DEFAULT_POLICY, formsOf, NamingPolicy, type Form } from '../../src/addresses/naming.ts'
import { parsePersonName } from '../../src/kernel/person-name.ts'

const BOTH = NamingPolicy.parse({ ...DEFAULT_POLICY, person: ['{ten}{chucaidau}', '{hodemten}'] })
function formsFor(full: string, policy = DEFAULT_POLICY): readonly Form[] {
  const name = parsePersonName(full)
  if (!name.ok) throw new Error(full)
  return formsOf(policy, { kind: 'person', name: name.value, unit: null })
}
const locals = (names: readonly string[], taken: readonly string[] = [], policy = DEFAULT_POLICY) =>
  allot(
    names.map((name) => formsFor(name, policy)),
    new Set(taken),
  ).map((found) => found?.local)

describe('addresses for many people at once', () => {
  test('namesakes get one number after another, in the order of the list', () => {
    expect(locals(['Nguyễn Văn An', 'Lê Thị Bình', 'Nguyễn Văn Ân', 'Nguyễn Văn An'])).toEqual([
      'nguyenvanan',
      'lethibinh',
      'nguyenvanan2',
      'nguyenvanan3',
    ])
  })

  test('pass over what others have, and fill gaps', () => {
    const taken = ['nguyenvanan', 'nguyenvanan2', 'nguyenvanan4']
    expect(locals(['Nguyễn Văn An', 'Nguyễn Văn An', 'Nguyễn Văn An'], taken)).toEqual([
      'nguyenvanan3',
      'nguyenvanan5',
      'nguyenvanan6',
    ])
  })

  test('try every pattern before a number', () => {
    expect(locals(['Nguyễn Văn An', 'Nguyễn Việt An', 'Nguyễn Văn An', 'Nguyễn Văn An'], [], BOTH)).toEqual([
      'annv',
      'nguyenvietan',
      'nguyenvanan',
      'annv2',
    ])
  })

  test('nobody who has no form gets any', () => expect(allot([[]], new Set())).toEqual([null]))

  test('give each what a request alone would be proposed first, were the others before it there already', () => {
    const syllable = fc.constantFrom('An', 'Bình', 'Ân', 'Anh')
    const name = fc
      .tuple(fc.constantFrom('Lê', 'Lệ'), fc.constantFrom('Văn', 'Vân'), syllable)
      .map((all) => all.join(' '))
    const free = fc.constantFrom('levanan', 'levanan2', 'levanbinh3', 'levananh', 'anlv', 'anlv2')
    fc.assert(
      fc.property(
        fc.array(name, { maxLength: 30 }),
        fc.array(free),
        fc.constantFrom(DEFAULT_POLICY, BOTH),
        (names, taken, policy) => {
          const gone = new Set<string>(taken)
          const found = locals(names, taken, policy)
          names.forEach((each, n) => {
            for (const { local } of candidates(formsFor(each, policy)))
              if (!gone.has(local)) {
                expect(found[n]).toBe(local)
                gone.add(local)
                return
              }
          })
        },
      ),
    )
  })

  test('ask for every stem and every bare value once', () => {
    const forms = ['Nguyễn Văn An', 'Nguyễn Văn Ân'].map((name) => formsFor(name, BOTH))
    expect(asksFor(forms)).toEqual({ bare: ['annv', 'nguyenvanan'], stems: ['annv'] })
  })
})
