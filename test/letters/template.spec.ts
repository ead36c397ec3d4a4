import { describe, expect, test } from '../support/jest.ts'
import fc from 'fast-check'
import type { Language, Letter } from '../../src/letters/letter.ts'
import { factsOf, fillIn, letterText, TEMPLATES, textFaults } from '../../src/letters/template.ts'
import { SAMPLES } from '../../src/web/words/letter-samples.ts'
import { letterWriter, ORIGINALS } from '../../src/web/words/letters.ts'

const LANGUAGES: readonly Language[] = ['vi', 'en']
const organisation = { operator: 'Trung tâm Chuyển đổi số', phone: '0203 3 123 456', email: 'hotro@example.com' }
const writer = letterWriter({
  ...{ publicUrl: 'https://thu.example.com', organisation },
  present: (template, language) => Promise.resolve(ORIGINALS[language][template]),
})
const letters = TEMPLATES.flatMap((template) => LANGUAGES.map((language) => [template, language] as const))
const sample = (template: (typeof TEMPLATES)[number], language: Language) =>
  ({ to: 'lan@example.com', template, language, params: SAMPLES[template] }) as Letter

describe('the product’s letters', () => {
  test.each(letters)('%s in %s offer nothing that they lack, and lack nothing that they need', (template, language) => {
    const parsed = letterText(template).safeParse(ORIGINALS[language][template])
    expect(parsed.error?.issues).toBeUndefined()
    expect(parsed.data).toEqual(ORIGINALS[language][template])
  })

  test.each(letters)('%s in %s are filled in wholly', async (template, language) => {
    const { subject, text } = await writer.write(sample(template, language))
    expect(subject + text).not.toMatch(/[{}]|undefined|NaN|Invalid/)
    expect(subject).not.toBe('')
    expect(text).toContain(organisation.operator)
  })
})

describe('a text', () => {
  const good = 'Kính gửi {ho_ten},\n\nĐặt mật khẩu cho {dia_chi}: {lien_ket}'
  const faults = (text: string, part: 'subject' | 'text' = 'text') => textFaults('approved', part, text)

  test('may use what the letter offers, as often as it likes', () => {
    expect(faults(`${good} {ma} {ma} {co_quan}`)).toEqual([])
  })
  test.each([
    [`${good}\nXin chào {ten_goi}`, { kind: 'unknown', name: 'ten_goi', line: 4, column: 10 }],
    [`${good} {Ma}`, { kind: 'unknown', name: 'Ma', line: 3, column: 40 }],
    [`${good} {}`, { kind: 'unknown', name: '', line: 3, column: 40 }],
    [`${good} {ma_xac_nhan}`, { kind: 'unknown', name: 'ma_xac_nhan', line: 3, column: 40 }],
    [`{${good}`, { kind: 'brace', line: 1, column: 1 }],
    [`${good}}`, { kind: 'brace', line: 3, column: 39 }],
    [`${good} {constructor}`, { kind: 'unknown', name: 'constructor', line: 3, column: 40 }],
  ])('%j has a fault with its place', (text, fault) => {
    expect(faults(text)).toEqual([fault])
  })
  test('must say what the letter is written for', () => {
    expect(faults('Kính gửi {ho_ten}')).toEqual([
      { kind: 'missing', name: 'dia_chi' },
      { kind: 'missing', name: 'lien_ket' },
    ])
  })
  test('has no link in its subject, where it would be shown in every list', () => {
    expect(faults('Kích hoạt {lien_ket}', 'subject')).toEqual([
      { kind: 'misplaced', name: 'lien_ket', line: 1, column: 11 },
    ])
    expect(faults('Đề nghị {ma}', 'subject')).toEqual([])
  })
  test.each([
    [{ subject: '' }, ['subject', 'empty']],
    [{ subject: 'a'.repeat(151) }, ['subject', 'too-long']],
    [{ subject: 'a\u202eb' }, ['subject', 'odd']],
    [{ subject: 'a\nBcc: b@example.com' }, ['subject', 'odd']],
    [{ text: 'ngắn' }, ['text', 'too-short']],
    [{ text: `${good}${'a'.repeat(10_001)}` }, ['text', 'too-long']],
    [{ text: `${good}\u0007` }, ['text', 'odd']],
  ])('that is %j is refused', (change, [field, code]) => {
    const parsed = letterText('approved').safeParse({ subject: 'Duyệt', text: good, ...change })
    expect(parsed.error?.issues.map(({ path, message }) => [path[0], message])).toEqual([[field, code]])
  })
})

describe('filling in', () => {
  const text = { subject: 'Đề nghị {ma}', text: 'Lý do: {ly_do}' }

  test('puts a value in once: what looks like a placeholder in it stays', () => {
    expect(fillIn(text, { ma: '{ly_do}', ly_do: '{ma} {{x}}' })).toEqual({
      subject: 'Đề nghị {ly_do}',
      text: 'Lý do: {ma} {{x}}\n',
    })
  })
  test('leaves no way out of the subject, whatever a value holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const { subject } = fillIn(text, { ma: `${value}\r\nBcc: x@example.com`, ly_do: value })
        expect(subject).not.toMatch(/[\p{C}\u2028\u2029]/u)
        expect(subject.length).toBeLessThanOrEqual(200)
      }),
    )
  })
  test('keeps the lines of a value in the text, and no control characters', () => {
    expect(fillIn(text, { ma: '1', ly_do: 'a\r\nb\u0000c\u001b[31m' }).text).toBe('Lý do: a\nb c [31m\n')
  })
})

test('every letter offers who writes and whom to ask', () => {
  for (const template of TEMPLATES)
    expect(factsOf(template).map(({ name }) => name)).toEqual(
      expect.arrayContaining(['co_quan', 'dien_thoai', 'email_ho_tro']),
    )
})
