import { randomUUID } from 'node:crypto'
import { describe, expect, test } from '../support/jest.ts'
import fc from 'fast-check'
import { ListRule, namedIn, Posting, titleFits, unitsIn } from '../../src/lists/list.ts'

const [a, b] = [randomUUID(), randomUUID()]

describe('a title', () => {
  test.each([
    ['Trưởng phòng', 'Trưởng phòng', true],
    ['trưởng phòng', 'Trưởng phòng Tổ chức cán bộ', true],
    ['truong phong', 'Trưởng phòng', true],
    ['Trưởng phòng', 'Phó Trưởng phòng', false],
    ['Trưởng', 'Trưởng phòng', true],
    ['Trưởng ph', 'Trưởng phòng', false],
    ['Giám đốc', 'Phó Giám đốc', false],
    ['Hoà giải viên', 'Hòa giải viên', true],
    ['', 'Trưởng phòng', false],
    ['…', 'Trưởng phòng', false],
  ])('%s finds %s: %s', (wanted, title, fits) => {
    expect(titleFits(wanted, title)).toBe(fits)
  })

  test('fits itself, however its marks are encoded', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[A-Za-zÀ-ỹ ]{1,40}$/).filter((text) => /[a-z]/i.test(text)),
        (title) => {
          expect(titleFits(title.normalize('NFD'), `${title.normalize('NFC')} cấp cao`)).toBe(true)
        },
      ),
    )
  })
})

describe('a rule', () => {
  test('says units, titles and names, and nothing else', () => {
    const rule = ListRule.parse([
      { by: 'unit', unitId: a, below: true },
      { by: 'position', title: '  Chánh   văn phòng ', unitId: null, below: false },
      { by: 'name', accounts: [b] },
    ])
    expect(rule[1]).toMatchObject({ title: 'Chánh văn phòng' })
    expect(namedIn(rule)).toEqual([b])
    expect(unitsIn(rule)).toEqual([a])
  })

  test.each([
    ['nothing', []],
    ['a list within', [{ by: 'list', listId: a }]],
    ['a title of nothing', [{ by: 'position', title: ' ', unitId: null, below: false }]],
    ['nobody by name', [{ by: 'name', accounts: [] }]],
    ['too much', Array.from({ length: 31 }, () => ({ by: 'unit', unitId: a, below: false }))],
    ['no unit', [{ by: 'unit', unitId: 'x', below: true }]],
  ])('cannot be %s', (_, rule) => {
    expect(ListRule.safeParse(rule).success).toBe(false)
  })
})

test('somebody is named where only people named may write', () => {
  expect(Posting.safeParse({ who: 'named', accounts: [] }).success).toBe(false)
  expect(Posting.parse({ who: 'province', accounts: [a] })).toEqual({ who: 'province' })
})
