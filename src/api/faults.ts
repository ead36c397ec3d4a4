import type { z } from 'zod'
import type { Language } from '../letters/letter.ts'
import type { Said, ValueFault } from './problem.ts'

export type Parsed<T> = z.ZodSafeParseResult<T>
type Issue = z.core.$ZodIssue

/** The codes that our own schemas give as messages, in words. */
const WORDS: Readonly<Record<string, Said>> = {
  empty: { vi: 'Không được để trống.', en: 'May not be empty.' },
  'too-short': { vi: 'Quá ngắn.', en: 'Too short.' },
  'too-long': { vi: 'Quá dài.', en: 'Too long.' },
  odd: { vi: 'Có ký tự không nhìn thấy hoặc ký tự điều khiển.', en: 'Holds invisible or control characters.' },
  code: { vi: 'Mã không đúng dạng.', en: 'The code is malformed.' },
  year: { vi: 'Năm ngoài phạm vi được ghi.', en: 'The year is out of range.' },
  form: { vi: 'Không đúng dạng.', en: 'Malformed.' },
  placeholder: { vi: 'Có phần không dùng được ở mẫu này.', en: 'Holds a placeholder that does not fit here.' },
  needed: { vi: 'Thiếu phần bắt buộc của mẫu.', en: 'Lacks a placeholder that it needs.' },
  'too-many': { vi: 'Quá nhiều mục.', en: 'Too many.' },
  range: { vi: 'Ngoài khoảng cho phép.', en: 'Out of range.' },
}
/** What zod finds, by its own codes. */
const FOUND: Readonly<Record<string, Said>> = {
  missing: { vi: 'Thiếu giá trị này.', en: 'Is missing.' },
  unknown: { vi: 'Không có tên này.', en: 'There is no such name.' },
  invalid_type: { vi: 'Sai kiểu dữ liệu.', en: 'Of the wrong type.' },
  too_small: { vi: 'Nhỏ hoặc ngắn hơn mức cho phép.', en: 'Smaller or shorter than allowed.' },
  too_big: { vi: 'Lớn hoặc dài hơn mức cho phép.', en: 'Larger or longer than allowed.' },
  invalid_value: { vi: 'Không thuộc các giá trị cho phép.', en: 'None of the allowed values.' },
}
const OTHER: Said = { vi: 'Không đúng dạng.', en: 'Malformed.' }

/** Every fault of what was sent, each with its place; none when it was read. */
export function faultsOf(parsed: Parsed<unknown>, where: ValueFault['in'], lang: Language): ValueFault[] {
  if (parsed.success) return []
  const found = parsed.error.issues.flatMap((issue) => {
    const paths = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path]
    const { code, words } = meaningOf(issue)
    return paths.map((path) => ({ in: where, at: placeOf(path, where), code, detail: words[lang] }))
  })
  return found.slice(0, 50)
}

function meaningOf(issue: Issue): { code: string; words: Said } {
  const own = Object.hasOwn(WORDS, issue.message) ? WORDS[issue.message] : undefined
  if (own) return { code: issue.message, words: own }
  if (issue.code === 'unrecognized_keys') return { code: 'unknown', words: FOUND['unknown'] ?? OTHER }
  if (issue.code === 'invalid_type' && issue.input === undefined)
    return { code: 'missing', words: FOUND['missing'] ?? OTHER }
  const words = FOUND[issue.code]
  return words ? { code: issue.code.replaceAll('_', '-'), words } : { code: 'form', words: OTHER }
}

/** RFC 6901; keys that nobody should send are cut short. */
function placeOf(path: readonly PropertyKey[], where: ValueFault['in']): string {
  const parts = path.map((part) => String(part).slice(0, 100))
  if (where !== 'body') return parts.join('.')
  return `#${parts.map((part) => `/${encodeURI(part.replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('')}`
}
