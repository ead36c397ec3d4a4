import { describe, expect, test } from '../support/jest.ts'
import fc from 'fast-check'
import { fold, line, lines, oddCharacter, optionalLine, tidy } from '../../src/kernel/text.ts'

const code = (schema: ReturnType<typeof line>, value: unknown) => {
  const parsed = schema.safeParse(value)
  return parsed.success ? parsed.data : parsed.error.issues[0]?.message
}

describe('fold', () => {
  test.each([
    ['Đặng Thị Hường', 'dang thi huong'],
    ["H'Hen Niê", 'hhen nie'],
    ['K’Brếp', 'kbrep'],
    ['Adrơ̆ng', 'adrong'],
    ['Ƀing ɖam', 'bing dam'],
    ['Ủy ban nhân dân', 'uy ban nhan dan'],
    ['Uỷ ban nhân dân', 'uy ban nhan dan'],
    ['hòa · hoà', 'hoa hoa'],
    ['Sở KH&CN (cũ)', 'so kh cn cu'],
    ['  ', ''],
  ])('%s → "%s"', (text, folded) => {
    expect(fold(text)).toBe(folded)
  })

  test('is the same for every way of writing, and folding again changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(fold(text.normalize('NFD'))).toBe(fold(text.normalize('NFC')))
        expect(fold(fold(text))).toBe(fold(text))
        expect(fold(text)).toMatch(/^([a-z0-9]+( [a-z0-9]+)*)?$/)
      }),
    )
  })
})

test('tidy makes NFC, single spaces, no ends', () => {
  expect(tidy(' Phòng\t Tổ\u00a0chức '.normalize('NFD'))).toBe('Phòng Tổ chức')
})

describe('odd characters', () => {
  test.each([
    ['\u0000', 'U+0000'],
    ['\u001b', 'U+001B'],
    ['\u202e', 'U+202E'],
    ['\u2066', 'U+2066'],
    ['\u200d', 'U+200D'],
    ['\u00ad', 'U+00AD'],
    ['\u2028', 'U+2028'],
    ['\ue000', 'U+E000'],
    ['\ud800', 'U+D800'],
    ['\u{e0041}', 'U+E0041'],
  ])('%j is named %s', (character, name) => {
    expect(oddCharacter(`a${character}b`)).toBe(name)
  })

  test('lines may have line ends, a line may not', () => {
    expect(oddCharacter('a\nb\tc', { lines: true })).toBeNull()
    expect(oddCharacter('a\r\nb')).toBe('U+000D')
  })
})

describe('a line', () => {
  test.each([
    [undefined, 'empty'],
    ['', 'empty'],
    [' \u3000 ', 'empty'],
    [['a', 'b'], 'empty'],
    ['x'.repeat(6), 'too-long'],
    ['x'.repeat(20_000), 'too-long'],
    ['a\u202eb', 'odd'],
    [' a  b ', 'a b'],
  ])('%j → %s', (typed, result) => {
    expect(code(line(5), typed)).toBe(result)
  })

  test('may be left out where it is optional', () => {
    expect([undefined, '', '  ', ' x '].map((typed) => optionalLine(5).parse(typed))).toEqual([null, null, null, 'x'])
    expect(optionalLine(5).safeParse(['x']).success).toBe(false)
  })
})

describe('several lines', () => {
  test.each([
    ['', 'empty'],
    ['ab', 'too-short'],
    ['abcdefghijk', 'too-long'],
    ['ab\u200bcd', 'odd'],
    ['ab\r\ncd', 'ab\ncd'],
  ])('%j → %j', (typed, result) => {
    const parsed = lines(3, 10).safeParse(typed)
    expect(parsed.success ? parsed.data : parsed.error.issues[0]?.message).toBe(result)
  })
})
