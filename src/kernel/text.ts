import { z } from 'zod'
import { remembered } from './remembered.ts'

/** Characters that no field of ours takes: controls, invisible formatting (bidi, zero width), private use, unpaired halves. */
const ODD = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}]/u
const ODD_BUT_LINES = /[\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}]|(?![\n\t])\p{Cc}/u

/** The first character of `text` that no field takes, as a code such as `U+202E`, or null. */
export function oddCharacter(text: string, options: { lines?: boolean } = {}): string | null {
  const found = (options.lines ? ODD_BUT_LINES : ODD).exec(text)?.[0]
  if (found === undefined) return null
  return `U+${(found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}

/**
 * Whether a text is as it should be, as most are: the letters of Vietnamese, each in one piece, digits and signs, with single
 * spaces within. Looked at letter by letter, for lists of thousands ask it of every cell.
 */
export function isTidy(text: string): boolean {
  let before = 0x20
  for (let n = 0; n < text.length; n++) {
    const code = text.charCodeAt(n)
    if (code === 0x20) {
      if (before === 0x20) return false
    } else if (code <= 0x20 || (code > 0x7e && code < 0xc0) || (code > 0x1b0 && code < 0x1ea0) || code > 0x1ef9)
      return false
    before = code
  }
  return before !== 0x20
}

/** One line as people type it: NFC, trimmed, single spaces. */
export const tidy = (text: string): string => (isTidy(text) ? text : text.normalize('NFC').replace(/\s+/gu, ' ').trim())

/** Several lines: NFC, `\n` line ends, trimmed. */
export const tidyLines = (text: string): string => text.normalize('NFC').replace(/\r\n?/g, '\n').trim()

// đ and its look-alikes do not decompose; ƀ is written in Ê Đê and Ba Na names.
const UNDECOMPOSED: Readonly<Record<string, string>> = { đ: 'd', ð: 'd', ɖ: 'd', ƀ: 'b', ı: 'i', ł: 'l', ø: 'o' }

/**
 * Lower case without accents, for search and for addresses: `Đặng Thị Hường` → `dang thi huong`. The same for NFC, NFD and
 * either placement of a tone mark. Apostrophes and hyphens vanish; other runs of non-alphanumerics become one space.
 */
export function fold(text: string): string {
  const end = text.indexOf(' ')
  if (end < 0) return foldWord(text)
  let plain = foldWord(text.slice(0, end))
  for (let start = end + 1; start <= text.length;) {
    const next = text.indexOf(' ', start)
    const word = foldWord(next < 0 ? text.slice(start) : text.slice(start, next))
    if (word !== '') plain = plain === '' ? word : `${plain} ${word}`
    if (next < 0) break
    start = next + 1
  }
  return plain
}

const foldWord = (word: string): string => (word.length > LONGEST_WORD ? folded(word) : foldKnown(word))
const LONGEST_WORD = 100

function folded(word: string): string {
  return word
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[đðɖƀıłø]/gu, (letter) => UNDECOMPOSED[letter] ?? letter)
    .replace(/['’ʼ‘`´-]/gu, '')
    .replace(/[^a-z0-9]+/gu, ' ')
    .trim()
}
const foldKnown = remembered(10_000, folded)

/** A line of text with a code as message: `empty`, `too-long` or `odd`. */
export const line = (max: number) =>
  z.preprocess(
    (value) => (value === undefined ? '' : value),
    z
      .string({ error: 'empty' })
      .max(10_000, 'too-long')
      .refine((text) => oddCharacter(text) === null, 'odd')
      .transform(tidy)
      .pipe(z.string().min(1, 'empty').max(max, 'too-long')),
  )

/** The same, but nothing is a value too: null. */
export const optionalLine = (max: number) =>
  z.preprocess(
    (value) => (value === undefined ? '' : value),
    z
      .string({ error: 'odd' })
      .max(10_000, 'too-long')
      .refine((text) => oddCharacter(text) === null, 'odd')
      .transform(tidy)
      .pipe(z.string().max(max, 'too-long'))
      .transform((text) => (text === '' ? null : text)),
  )

/** Several lines of text with a code as message: `empty`, `too-short`, `too-long` or `odd`. */
export const lines = (min: number, max: number) =>
  z.preprocess(
    (value) => (value === undefined ? '' : value),
    z
      .string({ error: 'empty' })
      .max(100_000, 'too-long')
      .transform(tidyLines)
      .pipe(
        z
          .string()
          .min(1, { error: 'empty', abort: true })
          .min(min, 'too-short')
          .max(max, 'too-long')
          .refine((text) => oddCharacter(text, { lines: true }) === null, 'odd'),
      ),
  )
