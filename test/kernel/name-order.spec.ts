import { describe, expect, test } from '../support/jest.ts'
import fc from 'fast-check'
import { byPersonName, matchNames, parsePersonName } from '../../src/kernel/person-name.ts'

describe('two names', () => {
  test.each([
    ['Nguyễn Thị Hòa', 'Nguyễn Thị Hòa', 'exact'],
    ['Nguyễn Thị Hòa', 'Nguyễn  Thị Hòa'.normalize('NFD'), 'exact'],
    ['Nguyễn Thị Hòa', 'Nguyễn Thị Hoà', 'tone-placement'],
    ['Nguyễn Thị Thuý', 'NGUYỄN THỊ THÚY', 'tone-placement'],
    ["H'Hen Niê", 'H’Hen Niê', 'tone-placement'],
    ['Nguyễn Thị Hòa', 'Nguyễn Thị Hoa', 'folded'],
    ['Đặng Thị Hường', 'Dang Thi Huong', 'folded'],
    ['Nguyễn Thị Hòa', 'Nguyễn Thị Hóa', 'folded'],
    ['Nguyễn Thị Hòa', 'Nguyễn Thị Hoàn', 'different'],
    ['', ' ', 'exact'],
  ])('%j and %j: %s', (a, b, match) => {
    expect(matchNames(a, b)).toBe(match)
    expect(matchNames(b, a)).toBe(match)
  })

  test('of the same letters are never told apart by how the marks are written', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(matchNames(text, text.normalize('NFD'))).toBe('exact')
      }),
    )
  })
})

test('people are sorted by tên, then họ, then đệm', () => {
  const sorted = [
    'Bùi Văn An',
    'Nguyễn Đức An',
    'Nguyễn Văn An',
    'Lê Thị Ân',
    'Trần Văn Bình',
    'Đỗ Thị Đào',
    "H'Hen Niê",
    'Lý Ý',
  ]
  const names = sorted.toReversed().map((text) => {
    const parsed = parsePersonName(text, text === "H'Hen Niê" ? "H'Hen" : null)
    if (!parsed.ok) throw new Error(text)
    return parsed.value
  })
  expect(names.sort(byPersonName).map(({ full }) => full)).toEqual(sorted.map((text) => text.normalize('NFC')))
})
