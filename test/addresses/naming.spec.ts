import { describe, expect, test } from '../support/jest.ts'
import fc from 'fast-check'
import {
  candidates,
  DEFAULT_POLICY,
  formsOf,
  NamingPolicy,
  passedOver,
  patternFault,
  reasonFor,
  type Subject,
} from '../../src/addresses/naming.ts'
import { LocalPart } from '../../src/kernel/email-address.ts'
import { parsePersonName } from '../../src/kernel/person-name.ts'

const nameOf = (text: string, given: string | null = null) => {
  const parsed = parsePersonName(text, given)
  if (!parsed.ok) throw new Error(`${text}: ${parsed.refusal.kind}`)
  return parsed.value
}
const unitOf = (name: string, kind = 'agency', more = {}) => ({ number: 1001, name, kind, parentName: null, ...more })
const COMMUNE = unitOf('Phường Móng Cái 3', 'commune')
const AGENCY = unitOf('Sở Nội vụ')
const person = (text: string, given: string | null = null, unit = COMMUNE): Subject => ({
  ...{ kind: 'person', name: nameOf(text, given), unit },
})
const policy = (more: Partial<NamingPolicy>): NamingPolicy => NamingPolicy.parse({ ...DEFAULT_POLICY, ...more })
const first = (rules: NamingPolicy, subject: Subject, count = 1) =>
  [...candidates(formsOf(rules, subject, 'quangninh.gov.vn')).take(count)].map(({ local }) => local as string)

/** Every letter of Vietnamese with every tone, and those that only names of the highlands have. */
const LETTERS = [
  ...['a', 'ă', 'â', 'e', 'ê', 'i', 'o', 'ô', 'ơ', 'u', 'ư', 'y'].flatMap((vowel) =>
    ['', '\u0300', '\u0301', '\u0303', '\u0309', '\u0323'].map((tone) => `${vowel}${tone}`.normalize('NFC')),
  ),
  ...Array.from('bcdđghklmnpqrstvxƀčjfwzñ'),
  ...['ơ̆', 'ŏ', 'ĕ', 'ĭ', 'ŭ', 'ư̆', "'", 'Đ', 'Ð', 'Ɖ', 'Ƀ', 'Ư', 'Ơ'],
]
const anyWord = fc.string({ unit: fc.constantFrom(...LETTERS), minLength: 1, maxLength: 7 })
const knownWord = fc.constantFrom(
  ...['Nguyễn', 'Thị', 'Đặng', 'Hường', "H'Hen", 'Lỷ', 'Adrơ̆ng', 'Ƀing', 'Ơn', 'K’Brếp', 'Sám-Múi', 'Y', 'Hoà', 'Hòa'],
  ...['Ðỗ', 'ĐỨC', 'ƯƠNG', 'A', 'Kʼbuôr', 'Thuý', 'Thúy', 'Uỷ', 'Ủy'],
)
const words = fc.array(fc.oneof(knownWord, anyWord), { minLength: 2, maxLength: 20 })
const PATTERNS = [
  ...['{hodemten}', '{ho.dem.ten}', '{chucaidau}{ten}', '{ten}{chucaidau}', '{ten}.{ho}', '{ten}{chucaidau}.{donvi}'],
  ...['{ho}-{ten}.{viettat}', '{dem}.{ten}', 'cb.{ten}.{cha}'],
]
const anyPolicy = fc
  .record({
    person: fc.array(fc.constantFrom(...PATTERNS), { minLength: 1, maxLength: 4 }),
    min: fc.integer({ min: 2, max: 6 }),
    max: fc.integer({ min: 20, max: 64 }),
    dots: fc.boolean(),
    hyphens: fc.boolean(),
    reserved: fc.subarray(['an', 'hoa', 'nguyenthi', 'yy']),
  })
  .map(policy)

describe('a person’s address by the patterns that are in use', () => {
  test.each([
    ['{hodemten}', 'nguyenvanan'],
    ['{ho.dem.ten}', 'nguyen.van.an'],
    ['{chucaidau}{ten}', 'nvan'],
    ['{ten}{chucaidau}', 'annv'],
    ['{ten}{chucaidau}.{donvi}', 'annv.phuongmongcai3'],
    ['{ten}{chucaidau}.{viettat}', 'annv.pmc3'],
    ['{ho}.{ten}', 'nguyen.an'],
  ])('%s of Nguyễn Văn An is %s', (pattern, local) => {
    expect(first(policy({ person: [pattern] }), person('Nguyễn Văn An'))).toEqual([local])
  })

  test.each([
    ['Nguyễn Văn An', null, 'nguyenvanan', 'annv'],
    ['Đặng Thị Hường', null, 'dangthihuong', 'huongdt'],
    ["H'Hen Niê", "H'Hen", 'hhennie', 'hhenn'],
    ['H’ Lan Adrơ̆ng', 'H’ Lan', 'hlanadrong', 'hlana'],
    ['Y Phôn', null, 'yphon', 'phony'],
    ['Y Phôn Ksơr', 'Y Phôn', 'yphonksor', 'yphonk'],
    ["Ka K'Brếp", null, 'kakbrep', 'kbrepk'],
    ['Lỷ A Nhì', null, 'lyanhi', 'nhila'],
    ['Ðặng Thị Hường', null, 'dangthihuong', 'huongdt'],
    ['Ɖặng Thị Hường', null, 'dangthihuong', 'huongdt'],
    ['Chìu Sám-Múi', null, 'chiusammui', 'sammuic'],
    ['ĐẶNG THỊ HƯỜNG', null, 'dangthihuong', 'huongdt'],
    ['Nguyễn Thị Hòa', null, 'nguyenthihoa', 'hoant'],
    ['Nguyễn Thị Hoà', null, 'nguyenthihoa', 'hoant'],
    ['Ƀing Êban', null, 'bingeban', 'ebanb'],
  ])('%s (called %s): %s, %s', (full, given, joined, short) => {
    for (const form of ['NFC', 'NFD'] as const) {
      const subject = person(full.normalize(form), given?.normalize(form) ?? null)
      expect(first(DEFAULT_POLICY, subject)).toEqual([joined])
      expect(first(policy({ person: ['{ten}{chucaidau}'] }), subject)).toEqual([short])
    }
  })

  test('is the name, then numbers from 2', () => {
    expect(first(DEFAULT_POLICY, person('Nguyễn Văn An'), 3)).toEqual(['nguyenvanan', 'nguyenvanan2', 'nguyenvanan3'])
  })

  test('comes from the next pattern before a number is given', () => {
    const rules = policy({ person: ['{chucaidau}{ten}', '{ho.dem.ten}'] })
    expect(first(rules, person('Nguyễn Văn An'), 4)).toEqual(['nvan', 'nguyen.van.an', 'nvan2', 'nvan3'])
  })

  test('tells what came before it', () => {
    const rules = policy({ person: ['{ten}', '{chucaidau}{ten}'], reserved: ['an'] })
    const forms = formsOf(rules, person('Nguyễn Văn An'))
    const kept = { rule: '{ten}', number: 1, local: null }
    const passed = (rule: string, number: number) => passedOver(forms, { rule, number })
    expect(passed('{chucaidau}{ten}', 1)).toEqual([kept])
    expect(passed('{ten}', 2)).toEqual([kept, { rule: '{chucaidau}{ten}', number: 1, local: 'nvan' }])
    expect(passed('{ten}', 7).at(-1)).toEqual({ rule: '{ten}', number: 6, local: 'an6' })
  })

  test('keeps a unit’s number apart from a namesake’s', () => {
    const rules = policy({ person: ['{ten}{chucaidau}.{viettat}'] })
    expect(first(rules, person('Nguyễn Văn An'), 2)).toEqual(['annv.pmc3', 'annv.pmc3-2'])
  })

  test('is never a name that mail systems keep for themselves, nor one the policy keeps', () => {
    expect(first(policy({ person: ['{ten}{ho}'] }), person('Master Post'), 1)).toEqual(['postmaster2'])
    expect(first(policy({ person: ['{ten}'], reserved: ['an'] }), person('Nguyễn Văn An'), 1)).toEqual(['an2'])
  })

  test('is long enough and short enough', () => {
    expect(first(policy({ person: ['{ten}'], min: 5 }), person('Nguyễn Văn An'), 2)).toEqual(['an100', 'an101'])
    const long = person(`Nguyễn ${'Thị Thanh Hương '.repeat(4)}Phượng`)
    for (const local of first(policy({ max: 20 }), long, 200)) expect(local.length).toBeLessThanOrEqual(20)
    // A shorter pattern comes before a name that is cut.
    expect(first(policy({ person: ['{hodemten}', '{ten}{chucaidau}'], max: 30 }), long)).toEqual([
      'phuongntthtthtthtth',
    ])
  })
})

describe('a unit’s address', () => {
  test.each([
    ['Sở Thông tin và Truyền thông', 'agency', '{viettat}', 'stttt'],
    ['Sở KH&CN', 'agency', '{viettat}', 'skhcn'],
    ['Xã Lương Bằng', 'commune', 'ubnd{tenlien}', 'ubndxaluongbang'],
    ['Ủy ban nhân dân xã Lương Bằng', 'commune', 'ubnd{tenlien}', 'ubndxaluongbang'],
    ['Phường Móng Cái 3', 'commune', 'ubnd.{viettat}', 'ubnd.pmc3'],
    ['Uỷ ban nhân dân xã Tam Giang', 'commune', '{tenrieng}', 'tamgiang'],
    ['SỞ NỘI VỤ', 'agency', '{viettat}', 'snv'],
  ])('%s (%s) by %s is %s', (name, kind, pattern, local) => {
    const rules = policy({ unit: [pattern], overrides: [] })
    expect(first(rules, { kind: 'unit', unit: unitOf(name, kind) })).toEqual([local])
  })

  test('may bear the name of the unit above', () => {
    const unit = unitOf('Xã Tam Giang', 'commune', { parentName: 'Huyện Yên Phong' })
    expect(first(policy({ unit: ['{tenrieng}.{cha}'], overrides: [] }), { kind: 'unit', unit })).toEqual([
      'tamgiang.yenphong',
    ])
    const top = { ...unit, parentName: null }
    expect(first(policy({ unit: ['{tenrieng}.{cha}'], overrides: [] }), { kind: 'unit', unit: top })).toEqual([
      'tamgiang',
    ])
  })

  test('may be an exception by the unit’s number', () => {
    const rules = policy({ exceptions: { '1001': LocalPart.parse('tpbacninh') } })
    const forms = formsOf(rules, { kind: 'unit', unit: unitOf('Thành phố Bắc Ninh', 'commune') })
    expect([...candidates(forms).take(2)].map(({ local, rule }) => [local, rule])).toEqual([
      ...[
        ['tpbacninh', 'exception'],
        ['thanhphobacninh', '{tenlien}'],
      ],
    ])
  })

  test('differs by kind of unit and by domain, where the policy says so', () => {
    const rules = policy({
      overrides: [
        { when: 'commune', of: 'unit', patterns: ['ubnd.{viettat}'] },
        { when: 'khac.gov.vn', of: 'person', patterns: ['{ho.dem.ten}'] },
      ],
    })
    expect(first(rules, { kind: 'unit', unit: COMMUNE })).toEqual(['ubnd.pmc3'])
    expect(first(rules, { kind: 'unit', unit: AGENCY })).toEqual(['snv'])
    expect(formsOf(rules, person('Nguyễn Văn An'), 'khac.gov.vn')[0]?.bare).toBe('nguyen.van.an')
    expect(formsOf(rules, person('Nguyễn Văn An'), 'quangninh.gov.vn')[0]?.bare).toBe('nguyenvanan')
  })
})

test.each([
  ['Văn thư', '{chucnang}', 'vanthu'],
  ['Một cửa', '{chucnang}-{viettat}', 'motcua-snv'],
])('the function mailbox %s by %s is %s', (what, pattern, local) => {
  expect(first(policy({ function: [pattern] }), { kind: 'function', what, unit: AGENCY })).toEqual([local])
})

test('a pattern is checked for its form and its placeholders', () => {
  expect(patternFault('person', '')).toBe('empty')
  expect(patternFault('person', '{ten} {ho}')).toBe('form')
  expect(patternFault('person', '{Ten}')).toBe('form')
  expect(patternFault('person', '{chucnang}')).toBe('placeholder')
  expect(patternFault('unit', '{ten}')).toBe('placeholder')
  expect(patternFault('person', 'canbo.{donvi}')).toBe('needed')
  expect(patternFault('function', '{chucnang}-{viettat}')).toBeNull()
})

describe('for any name and any policy', () => {
  test('every proposal is a valid address within the lengths, none twice, and its reason is found again', () => {
    fc.assert(
      fc.property(words, anyPolicy, (each, rules) => {
        const parsed = parsePersonName(each.join(' '))
        fc.pre(parsed.ok)
        const forms = formsOf(rules, { kind: 'person', name: parsed.value, unit: COMMUNE })
        const found = [...candidates(forms).take(30)]
        expect(found).toHaveLength(30)
        expect(new Set(found.map(({ local }) => local)).size).toBe(30)
        for (const { local, rule, number } of found) {
          expect(LocalPart.safeParse(local).success).toBe(true)
          expect(local.length).toBeGreaterThanOrEqual(rules.min)
          expect(local.length).toBeLessThanOrEqual(rules.max)
          expect(reasonFor(forms, local)).toEqual({ rule, number })
          if (!rules.dots) expect(local).not.toContain('.')
        }
      }),
    )
  })

  test('the proposals are the same however the marks are written and wherever the tone stands', () => {
    const moved: Readonly<Record<string, string>> = { Hoà: 'Hòa', Thuý: 'Thúy', Uỷ: 'Ủy' }
    fc.assert(
      fc.property(words, anyPolicy, (each, rules) => {
        fc.pre(parsePersonName(each.join(' ')).ok)
        const plain = first(rules, person(each.join(' ')), 5)
        expect(first(rules, person(each.join(' ').normalize('NFD')), 5)).toEqual(plain)
        expect(first(rules, person(each.map((word) => moved[word] ?? word).join(' ')), 5)).toEqual(plain)
      }),
    )
  })

  test('no consonant is lost or changed', () => {
    const consonants = (text: string) => text.toLowerCase().replace(/[^bcdđðɖƀfghjklmnpqrstvwxz]/g, '')
    fc.assert(
      fc.property(words, (each) => {
        const text = each.slice(0, 6).join(' ')
        fc.pre(parsePersonName(text).ok)
        const plain = consonants(text.normalize('NFD')).replace(/[đðɖ]/g, 'd').replaceAll('ƀ', 'b')
        expect(consonants(first(DEFAULT_POLICY, person(text))[0] ?? '')).toBe(plain)
      }),
    )
  })

  test('what does not come from a pattern has no reason', () => {
    const forms = formsOf(DEFAULT_POLICY, person('Nguyễn Văn An'))
    for (const local of [
      'nguyenvanan1',
      'nguyenvanan02',
      'nguyenvananh',
      'nguyenvanan-2',
      'nguyenvana',
      'nguyenvanan9999999',
    ])
      expect([local, reasonFor(forms, LocalPart.parse(local))]).toEqual([local, null])
  })
})
