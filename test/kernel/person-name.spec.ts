import { describe, expect, test } from '../support/jest.ts'
import fc from 'fast-check'
import { parsePersonName } from '../../src/kernel/person-name.ts'

const read = (text: string, given: string | null = null) => {
  const parsed = parsePersonName(text, given)
  return parsed.ok ? parsed.value : parsed.refusal
}
const word = fc.constantFrom('Nguyễn', 'Thị', 'Đặng', 'Hường', "H'Hen", 'Y', 'Lỷ', 'Adrơ̆ng', 'Ơn', 'K’Brếp', 'Bùi')

describe('a full name', () => {
  test.each([
    ['Đặng Thị Hường', null, 'Đặng', 'Thị', 'Hường'],
    ['Nguyễn An', null, 'Nguyễn', '', 'An'],
    ['Tôn Nữ Thị Ninh', null, 'Tôn', 'Nữ Thị', 'Ninh'],
    ["H'Hen Niê", "H'Hen", 'Niê', '', "H'Hen"],
    ['Y Phôn Ksơr', 'Y Phôn', 'Ksơr', '', 'Y Phôn'],
    ['Y Phôn', null, 'Y', '', 'Phôn'],
    ["Ka K'Brếp", null, 'Ka', '', "K'Brếp"],
    ['Lỷ A Nhì', null, 'Lỷ', 'A', 'Nhì'],
    ['H’ Lan Adrơ̆ng', 'H’ Lan', 'Adrơ̆ng', '', 'H’ Lan'],
    ['Chìu Sám-Múi', null, 'Chìu', '', 'Sám-Múi'],
    ['Nguyễn Thị Minh Khai', 'Minh Khai', 'Nguyễn', 'Thị', 'Minh Khai'],
  ])('%s, called %s', (full, given, surname, middle, called) => {
    const expected = { full: full.normalize('NFC'), surname, middle, given: called }
    expect(read(full, given)).toEqual(
      Object.fromEntries(Object.entries(expected).map(([name, value]) => [name, value.normalize('NFC')])),
    )
  })

  test('is the same from a keyboard that writes marks apart', () => {
    expect(read('Đặng Thị Hường'.normalize('NFD'))).toEqual(read('Đặng Thị Hường'))
    expect(read('Đặng Thị Hường', 'Hường'.normalize('NFD'))).toEqual(read('Đặng Thị Hường'))
  })

  test('is tidied: spaces of every kind become one', () => {
    expect(read('  Đặng \u00a0 Thị\u3000Hường ')).toEqual(read('Đặng Thị Hường'))
  })

  test('keeps the letters’ case, and finds the given name in any', () => {
    expect(read('ĐẶNG THỊ HƯỜNG', 'hường')).toMatchObject({ full: 'ĐẶNG THỊ HƯỜNG', given: 'HƯỜNG' })
  })

  test.each([
    ['', { kind: 'empty' }],
    ['   ', { kind: 'empty' }],
    ['Hường', { kind: 'too-few-words' }],
    ["' '", { kind: 'odd-character', character: "' '" }],
    ['- -', { kind: 'odd-character', character: '- -' }],
    ['Nguyễn Văn A1', { kind: 'digits' }],
    ['Nguyễn Văn ²', { kind: 'digits' }],
    ['Nguyễn <b>An', { kind: 'odd-character', character: '<' }],
    ['Nguyễn "An"', { kind: 'odd-character', character: '"' }],
    ['Nguyễn;Văn An', { kind: 'odd-character', character: ';' }],
    ['Nguyễn*(An)', { kind: 'odd-character', character: '*' }],
    ['Nguyễn\u0000 An', { kind: 'odd-character', character: 'U+0000' }],
    ['Nguyễn \u202eAn', { kind: 'odd-character', character: 'U+202E' }],
    ['Nguyễn \u200bAn', { kind: 'odd-character', character: 'U+200B' }],
    ['Nguyễn \ufeffAn', { kind: 'odd-character', character: 'U+FEFF' }],
    ['Nguyễn V\u0430n An', { kind: 'odd-character', character: '\u0430' }],
    ['Νίκος Νίκου', { kind: 'odd-character', character: 'Ν' }],
    ['Ｎguyễn An', { kind: 'odd-character', character: 'Ｎ' }],
    ['阮 文安', { kind: 'odd-character', character: '阮' }],
    ['Nguyễn An\u0316\u0317\u0318\u0319', { kind: 'odd-character', character: '\u0316\u0317\u0318' }],
    ['Nguyễn An 😀', { kind: 'odd-character', character: '😀' }],
    [`Nguyễn ${'a'.repeat(100)}`, { kind: 'too-long' }],
  ])('%j is refused', (text, refusal) => {
    expect(read(text)).toEqual(refusal)
  })

  test.each(['Thị', 'Đặng Thị Hường', 'Hương', 'Đặng Hường'])('"%s" is not a given name at either end', (given) => {
    expect(read('Đặng Thị Hường', given)).toEqual({ kind: 'given-not-in-name' })
  })

  test('falls into its parts, and its parts make it again', () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 2, maxLength: 5 }), (words) => {
        const full = words.join(' ').normalize('NFC')
        expect(read(full)).toMatchObject({ full })
        const { surname, middle, given } = read(full) as { surname: string; middle: string; given: string }
        expect([surname, middle, given].filter(Boolean).join(' ')).toBe(full)
      }),
    )
  })

  test('never throws, whatever is typed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.option(fc.string({ unit: 'binary' })), (text, given) => {
        expect(typeof parsePersonName(text, given).ok).toBe('boolean')
      }),
    )
  })
})
