import { describe, expect, test } from '../support/jest.ts'
import { candidates, DEFAULT_POLICY, formsOf, NamingPolicy } from '../../src/addresses/naming.ts'
import { parsePersonName } from '../../src/kernel/person-name.ts'
import { fold } from '../../src/kernel/text.ts'

type Row = readonly [
  typed: string,
  called: string | null,
  ...parts: [surname: string, middle: string, given: string],
  ...[folded: string, joined: string, dotted: string, short: string],
]
const HUONG = ['Đặng', 'Thị', 'Hường', 'dang thi huong', 'dangthihuong', 'dang.thi.huong', 'huongdt'] as const
const HOA = ['Nguyễn', 'Thị', 'Hòa', 'nguyen thi hoa', 'nguyenthihoa', 'nguyen.thi.hoa', 'hoant'] as const

/** Every name on which an address has gone wrong somewhere, with all that becomes of it. */
const TABLE: readonly Row[] = [
  ['Đặng Thị Hường', null, ...HUONG],
  // Typed or stored with the marks apart, wholly or as Windows-1258 does, or with tone marks that Unicode has given up.
  ['Đặng Thị Hường'.normalize('NFD'), null, ...HUONG],
  ['Đ\u0103\u0323ng Th\u0069\u0323 H\u01b0\u01a1\u0300ng', null, ...HUONG],
  ['Đặng Thị Hươ\u0340ng', null, ...HUONG],
  ['Nguyễn Thị Ho\u0340a', null, ...HOA],
  ['Nguyễn Thị Hòa', null, ...HOA],
  ['Nguyễn Thị Hoà', null, 'Nguyễn', 'Thị', 'Hoà', ...HOA.slice(3)] as unknown as Row,
  // What looks like Đ: the Icelandic and the African letter, as converters of TCVN3 and VNI leave them behind.
  ['\u00d0ặng Thị Hường', null, '\u00d0ặng', ...HUONG.slice(1)] as unknown as Row,
  ['\u0189ặng Thị Hường', null, '\u0189ặng', ...HUONG.slice(1)] as unknown as Row,
  ['ĐẶNG THỊ HƯỜNG', null, 'ĐẶNG', 'THỊ', 'HƯỜNG', ...HUONG.slice(3)] as unknown as Row,
  // The surname last, and one-letter words that are no initials.
  ["H'Hen Niê", "H'Hen", 'Niê', '', "H'Hen", 'hhen nie', 'hhennie', 'hhen.nie', 'hhenn'],
  ['H’Hen Niê', 'H’Hen', 'Niê', '', 'H’Hen', 'hhen nie', 'hhennie', 'hhen.nie', 'hhenn'],
  ['HʼHen Niê', 'HʼHen', 'Niê', '', 'HʼHen', 'hhen nie', 'hhennie', 'hhen.nie', 'hhenn'],
  ['H’ Lan Adrơ̆ng', 'H’ Lan', 'Adrơ̆ng', '', 'H’ Lan', 'h lan adrong', 'hlanadrong', 'h.lan.adrong', 'hlana'],
  ['Y Phôn', null, 'Y', '', 'Phôn', 'y phon', 'yphon', 'y.phon', 'phony'],
  ['Y Phôn Ksơr', 'Y Phôn', 'Ksơr', '', 'Y Phôn', 'y phon ksor', 'yphonksor', 'y.phon.ksor', 'yphonk'],
  ["K'Brếp", null, "K'", '', 'Brếp', 'kbrep', 'kbrep', 'kbrep', 'brepk'],
  ["Ka K'Brếp", null, 'Ka', '', "K'Brếp", 'ka kbrep', 'kakbrep', 'ka.kbrep', 'kbrepk'],
  ['Lỷ A Nhì', null, 'Lỷ', 'A', 'Nhì', 'ly a nhi', 'lyanhi', 'ly.a.nhi', 'nhila'],
  ['Chìu Sám-Múi', null, 'Chìu', '', 'Sám-Múi', 'chiu sammui', 'chiusammui', 'chiu.sammui', 'sammuic'],
  ['Ƀing Êban', null, 'Ƀing', '', 'Êban', 'bing eban', 'bingeban', 'bing.eban', 'ebanb'],
  ['Tôn Nữ Thị Ninh', null, 'Tôn', 'Nữ Thị', 'Ninh', 'ton nu thi ninh', 'tonnuthininh', 'ton.nu.thi.ninh', 'ninhtnt'],
]

const by = (pattern: string) => NamingPolicy.parse({ ...DEFAULT_POLICY, person: [pattern] })
const nfc = (text: string): string => text.normalize('NFC')

describe('the difficult names', () => {
  test.each(TABLE)('%s (called %s): %s | %s | %s, %s, %s, %s, %s', (...row) => {
    const [typed, called, surname, middle, given, folded, joined, dotted, short] = row
    const parsed = parsePersonName(typed, called)
    if (!parsed.ok) throw new Error(parsed.refusal.kind)
    const name = parsed.value
    expect({ ...name }).toEqual({ full: nfc(typed), surname: nfc(surname), middle: nfc(middle), given: nfc(given) })
    expect(fold(name.full)).toBe(folded)
    const first = (pattern: string) =>
      [...candidates(formsOf(by(pattern), { kind: 'person', name, unit: null })).take(1)].map(({ local }) => local)
    expect([first('{hodemten}'), first('{ho.dem.ten}'), first('{ten}{chucaidau}')]).toEqual([
      [joined],
      [dotted],
      [short],
    ])
  })

  test.each([
    ['Adrơ̆ng', 'too-few-words'],
    ['§Æng ThÞ H­êng', 'odd-character'],
    ['NguyÔn V¨n C­êng', 'odd-character'],
    ['Nguyeãn Vaên 1', 'digits'],
    ["K'", 'odd-character'],
    ["'Brếp", 'too-few-words'],
  ])('%s is no name: %s', (typed, kind) => {
    expect(parsePersonName(typed)).toMatchObject({ ok: false, refusal: { kind } })
  })
})
