import { describe, expect, test } from '../../support/jest.ts'
import type { Mark } from '../../../src/imports/reading/fields.ts'
import { COLUMN_FIELDS, SEVERITY } from '../../../src/imports/reading/fields.ts'
import { DEFAULT_LIMITS, type RosterLimits } from '../../../src/imports/reading/limits.ts'
import type { FileRefusal } from '../../../src/imports/reading/refusal.ts'
import { columnFieldText, fileRefusalText, markText } from '../../../src/web/words/roster-sayings.ts'
import { rostersEn } from '../../../src/web/words/rosters.en.ts'
import { rostersVi } from '../../../src/web/words/rosters.vi.ts'

const LIMITS = Object.entries(DEFAULT_LIMITS) as [keyof RosterLimits, number][]
const REFUSALS: FileRefusal[] = [
  ...(['empty-file', 'no-rows', 'old-excel', 'password', 'macros', 'document-type'] as const).map((kind) => ({ kind })),
  ...(['html', 'xml-spreadsheet', 'binary-workbook', 'open-document', 'pdf', 'archive', 'unknown'] as const).map(
    (what) => ({
      ...{ kind: 'not-a-roster' as const, what },
    }),
  ),
  { kind: 'wrong-extension', extension: 'xls', is: 'xlsx' },
  { kind: 'wrong-extension', extension: 'xlsx', is: 'csv' },
  { kind: 'broken', part: 'zip' },
  { kind: 'unknown-sheet', sheet: 'Sở A' },
  ...(['no-header', 'no-name', 'double-columns'] as const).map((why) => ({
    kind: 'needs-mapping' as const,
    sheet: '',
    why,
  })),
  ...LIMITS.map(([limit, allowed]) => ({ kind: 'too-big' as const, limit, allowed })),
]
const MARKS: Mark[] = [
  { code: 'decoded', from: 'tcvn3' },
  { code: 'old-encoding', looks: 'vni', would: 'Đỗ An' },
  { code: 'either-encoding', other: 'Hồ' },
  { code: 'case-changed', was: 'đỗ an' },
  ...(
    ['invisible', 'formula', 'rounded', 'serial', 'zero-restored', 'old-card', 'no-date', 'no-such-day'] as const
  ).map((code) => ({ code })),
  ...(
    ['month-first', 'not-a-birth-date', 'sex-unknown', 'phone-form', 'email-form', 'employment-unknown'] as const
  ).map((code) => ({ code })),
  { code: 'cell-error', error: '#N/A' },
  { code: 'too-long', length: 300, max: 100 },
  { code: 'zero-lost', would: '022188001234' },
  { code: 'digit-count', count: 13 },
  { code: 'number-disagrees', with: 'sex' },
  { code: 'precision', known: 'year' },
  { code: 'century', year: 1988 },
  { code: 'maybe-swapped', would: '1988-03-05' },
  { code: 'several', taken: '0912345678' },
  ...(['group-row', 'sheet-name', 'merged-cells', 'column'] as const).map((source) => ({
    code: 'from' as const,
    source,
  })),
]

describe.each([
  ['vi', rostersVi],
  ['en', rostersEn],
] as const)('in %s', (lang, says) => {
  test('every refusal says something of its own, and what to do', () => {
    const texts = REFUSALS.map((refusal) => fileRefusalText(says, lang, refusal))
    for (const text of texts) expect(text).toMatch(/^\p{Lu}.*\.$/u)
    expect(new Set(texts).size).toBe(texts.length)
    expect(texts.join(' ')).not.toMatch(/undefined|NaN|\bbạn\b|quý khách/i)
  })

  test('every mark says something', () => {
    expect(new Set(MARKS.map(({ code }) => code)).size).toBe(Object.keys(SEVERITY).length)
    const texts = MARKS.map((mark) => markText(says, lang, mark, '31/02/1988'))
    for (const text of texts) expect(text).toMatch(/^[\p{Lu}\d]/u)
    expect(texts.join(' ')).not.toMatch(/undefined|NaN|\bbạn\b|quý khách/i)
  })

  test('every column can be chosen by name', () => {
    const texts = [...COLUMN_FIELDS, null].map((field) => columnFieldText(says, field))
    expect(new Set(texts).size).toBe(texts.length)
  })
})

test('a limit is told as people count', () => {
  const refusal: FileRefusal = { kind: 'too-big', limit: 'fileBytes', allowed: 20_000_000 }
  expect(fileRefusalText(rostersVi, 'vi', refusal)).toContain('20 MB')
  expect(fileRefusalText(rostersVi, 'vi', { kind: 'too-big', limit: 'rows', allowed: 100_000 })).toContain('100.000')
})
