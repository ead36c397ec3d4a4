import { readFileSync } from 'node:fs'
import { describe, expect, test } from '../../support/jest.ts'
import fc from 'fast-check'
import iconv from 'iconv-lite'
import { detect, isBadlyCased, looksOld, properCase } from '../../../src/imports/reading/detection.ts'
import { decode, OLD_ENCODINGS, type OldEncoding } from '../../../src/imports/reading/encodings.ts'
import { isSyllable } from '../../../src/imports/reading/syllable.ts'
import { encode } from '../../../scripts/roster/old-encodings.ts'

const frequencies = JSON.parse(
  readFileSync(new URL('../../../scripts/data/name-frequencies.json', import.meta.url), 'utf8'),
) as Record<'surname' | 'middle' | 'given', Record<string, number>>
const parts = (kind: 'surname' | 'middle' | 'given') =>
  Object.keys(frequencies[kind]).filter((part) => part.split(' ').every(isSyllable))
const name = fc
  .tuple(...(['surname', 'middle', 'given'] as const).map((kind) => fc.constantFrom(...parts(kind))))
  .map((words) => words.join(' '))
const everyPart = [...new Set([...parts('surname'), ...parts('middle'), ...parts('given')])]

describe('an old encoding is read', () => {
  test.each<[OldEncoding, string, string]>([
    ['tcvn3', 'NguyÔn V¨n C\u00adêng', 'Nguyễn Văn Cường'],
    ['tcvn3', '§Æng ThÞ H\u00adêng', 'Đặng Thị Hường'],
    ['vni', 'Nguyeãn Vaên Cöôøng', 'Nguyễn Văn Cường'],
    ['vni', 'Ñaëng Thò Höôøng', 'Đặng Thị Hường'],
    ['vni', 'NGUYEÃN VAÊN CÖÔØNG', 'NGUYỄN VĂN CƯỜNG'],
    ['vni', 'AÙnh', 'Ánh'],
    ['windows-1258', 'NguyêÞn Vãn Cýõ\u00cc\u006eg'.replace('\u00cc', 'Ì'), 'Nguyễn Văn Cường'],
    ['mojibake', 'Nguyá»…n VÄƒn CÆ°á»\u009dng', 'Nguyễn Văn Cường'],
    ['mojibake', 'Hoàng'.split('à').join('Ã\u00a0'), 'Hoàng'],
    ['mojibake', 'HoÃ ng HÃ', 'Hoàng Hà'],
  ])('%s: %s', (encoding, old, text) => {
    expect(decode(old, encoding)).toBe(text)
  })

  test.each(OLD_ENCODINGS)('%s: every part of the counted names, there and back', (encoding) => {
    for (const part of everyPart) expect(mended(decode(encode(part, encoding), encoding))).toBe(part)
  })

  test('TCVN3 as iconv-lite writes it', () => {
    const bytes = iconv.encode('Nguyễn Văn Cường Đặng Thị Hường', 'tcvn')
    expect(decode(bytes.toString('latin1'), 'tcvn3')).toBe('Nguyễn Văn Cường Đặng Thị Hường')
  })
})

describe('the encoding of a column is found', () => {
  test.each(OLD_ENCODINGS)('%s: encoded, found, converted, it is the same names again', (encoding) => {
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 12 }), (names) => {
        const old = names.map((each) => encode(each, encoding))
        const found = detect(old)
        const converted = old.map((each) => mended(decode(each, found.encoding)))
        // A few names may be Vietnamese as they are, or in two encodings: then it is called a guess.
        if (found.encoding !== encoding)
          expect(found.confidence <= 0.5 || old.every((each) => each.split(/\s+/).every(isReadable))).toBe(true)
        else expect(converted).toEqual(names)
      }),
      { numRuns: 100 },
    )
  })

  test.each(OLD_ENCODINGS)('%s: from forty names it is always found', (encoding) => {
    fc.assert(
      fc.property(fc.array(name, { minLength: 40, maxLength: 40 }), (names) => {
        expect(detect(names.map((each) => encode(each, encoding)))).toMatchObject({
          encoding,
          unicode: 0,
          confidence: 1,
        })
      }),
      { numRuns: 10 },
    )
  })

  test('plain Unicode is never taken for an old encoding', () => {
    fc.assert(
      fc.property(
        fc.array(name, { minLength: 1, maxLength: 30 }),
        fc.constantFrom('NFC', 'NFD', 'upper'),
        (names, form) => {
          const texts = names.map((each) => (form === 'upper' ? each.toUpperCase() : each.normalize(form)))
          expect(detect(texts)).toMatchObject({ encoding: 'unicode', old: 0, other: null })
          for (const text of texts) expect(looksOld(text)).toBeNull()
        },
      ),
      { numRuns: 100 },
    )
  })

  test.each([
    ['Hoàng Hà', 'Hồ', 'Lê Hoà', 'Đỗ Trà'],
    ["H'Hen Niê", 'Y Phôn Ksơr', 'Ka K’Brếp', 'Adrơ̆ng', 'Lỷ A Nhì', 'Tráng A Páo', 'Sùng Seo Dế', 'Vừ Mí Kẻ'],
    ['Sở Khoa học và Công nghệ', 'Phòng Văn hóa – Xã hội', 'UBND xã Ba Chẽ', 'Đặc khu Cô Tô', 'Chi cục Kiểm lâm'],
    ['Café Đen', 'François Müller', 'Ngô Bảo Châu', 'São Paulo', 'Señor'],
  ])('%s … is Unicode', (...texts) => {
    expect(detect(texts).encoding).toBe('unicode')
  })

  test('a few rows pasted from an old file are told, not converted', () => {
    const found = detect(['Nguyễn Văn An', 'Trần Thị Bình', 'Đỗ Cường', 'NguyÔn V¨n An'])
    expect(found).toMatchObject({ encoding: 'unicode', other: 'tcvn3', old: 1, unicode: 3 })
    expect(found.samples).toEqual([{ before: 'NguyÔn V¨n An', after: 'Nguyễn Văn An' }])
  })

  test('names in small letters from a font for capitals: proper case is proposed', () => {
    const names = ['nguyễn văn an', 'trần thị bình'].map((each) => encode(each, 'tcvn3'))
    expect(detect(names)).toMatchObject({ encoding: 'tcvn3', lostCapitals: true })
    expect(detect(['NGUYÔN V¡N C\u00a6êNG'], new Set(['.VnTimeH']))).toMatchObject({
      encoding: 'tcvn3',
      lostCapitals: true,
    })
    expect(detect([encode('Nguyễn Văn An', 'tcvn3')])).toMatchObject({ encoding: 'tcvn3', lostCapitals: false })
  })

  test.each([
    ['nguyễn thị hường', 'Nguyễn Thị Hường'],
    ['NGUYễN VĂN CƯờNG', 'Nguyễn Văn Cường'],
    ['Nguyễn Thị ánh', 'Nguyễn Thị Ánh'],
    ['NGUYỄN VĂN AN', 'Nguyễn Văn An'],
    ["h'hen niê", "H'Hen Niê"],
    ['chìu sám-múi', 'Chìu Sám-Múi'],
  ])('%s in proper case is %s', (text, proper) => {
    expect(isBadlyCased(text)).toBe(true)
    expect(properCase(text)).toBe(proper)
    expect(isBadlyCased(proper)).toBe(false)
  })
})

/** TCVN3 has no capitals with tones: `Ánh` comes back as `ánh`, and its capital is proposed. */
const mended = (text: string | null): string => (text !== null && isBadlyCased(text) ? properCase(text) : (text ?? ''))

const isReadable = (word: string): boolean => /^[\x00-\x7f]*$/.test(word) || isSyllable(word)
