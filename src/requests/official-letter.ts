import { OfficialLetter } from '../scheduled/change.ts'
import { Day } from '../kernel/day.ts'
import type { ContentKind } from '../kernel/content-kind.ts'

/** The largest file that is taken. */
export const LETTER_BYTES = 5 * 1024 * 1024

/** The official letter of a request, without its file. */
export type LetterFacts = OfficialLetter & {
  readonly fileName: string
  readonly bytes: number
  /** Of the file, as 64 hexadecimal digits: by it anybody sees that the file is the one that was sent. */
  readonly sha256: string
}
export type LetterFile = { readonly name: string; readonly kind: ContentKind; readonly content: Buffer }

export type LetterField = 'number' | 'date' | 'file'
export type LetterFault =
  | { readonly field: 'number'; readonly code: 'empty' | 'odd' }
  | { readonly field: 'date'; readonly code: 'empty' | 'no-such-date' | 'future' }
  | { readonly field: 'file'; readonly code: 'no-file' | 'empty-file' | 'too-large' | 'not-pdf' }

export type LetterInput = {
  readonly number: string
  readonly date: { readonly day: string; readonly month: string; readonly year: string }
}

/** Number and date as they were typed, or what is wrong with each; pure. */
export function letterFrom(
  { number, date }: LetterInput,
  today: Day,
): { readonly letter: OfficialLetter | null; readonly faults: readonly LetterFault[] } {
  const faults: LetterFault[] = []
  const read = OfficialLetter.shape.number.safeParse(number)
  if (!read.success) faults.push({ field: 'number', code: number.trim() === '' ? 'empty' : 'odd' })
  const parts = [date.year.trim(), date.month.trim().padStart(2, '0'), date.day.trim().padStart(2, '0')]
  const day = Day.safeParse(parts.join('-'))
  if (!day.success)
    faults.push({
      field: 'date',
      code: `${date.day}${date.month}${date.year}`.trim() === '' ? 'empty' : 'no-such-date',
    })
  else if (day.data > today) faults.push({ field: 'date', code: 'future' })
  return { letter: read.success && day.success ? { number: read.data, date: day.data } : null, faults }
}

/** What is wrong with a file by its content and size; null for a PDF that fits. */
export function fileFault(kind: ContentKind, bytes: number): LetterFault | null {
  if (bytes === 0) return { field: 'file', code: 'empty-file' }
  if (bytes > LETTER_BYTES) return { field: 'file', code: 'too-large' }
  return kind === 'pdf' ? null : { field: 'file', code: 'not-pdf' }
}
