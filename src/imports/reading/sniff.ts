import type { OtherKind } from './refusal.ts'

export type Content =
  { is: 'nothing' } | { is: 'zip' } | { is: 'text' } | { is: 'ole2' } | { is: 'other'; what: OtherKind }

/** Enough of a file's beginning to tell what it is. */
export const SNIFFED_BYTES = 8192

const starts = (bytes: Buffer, ...signature: number[]): boolean => signature.every((byte, n) => bytes[n] === byte)

/** What a file is by its content; its name may say what it likes. */
export function sniff(bytes: Buffer): Content {
  if (bytes.length === 0) return { is: 'nothing' }
  if (starts(bytes, 0x50, 0x4b, 0x03, 0x04) || starts(bytes, 0x50, 0x4b, 0x05, 0x06)) return { is: 'zip' }
  if (starts(bytes, 0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1)) return { is: 'ole2' }
  if (starts(bytes, 0x25, 0x50, 0x44, 0x46)) return { is: 'other', what: 'pdf' }
  const packed = [
    [0x1f, 0x8b],
    [0x52, 0x61, 0x72, 0x21],
    [0x37, 0x7a, 0xbc, 0xaf],
  ]
  if (packed.some((signature) => starts(bytes, ...signature))) return { is: 'other', what: 'archive' }
  const text = decodeStart(bytes)
  if (text === null) return { is: 'other', what: 'unknown' }
  if (text.trim() === '') return { is: 'nothing' }
  const head = text.trimStart().slice(0, 2000).toLowerCase()
  if (/^<\?xml[^>]*>\s*(<\?mso|<!--|<[a-z]*:?workbook\b)/.test(head)) return { is: 'other', what: 'xml-spreadsheet' }
  if (/^(<!--.*?-->\s*)?<(!doctype html|html|head|body|table|meta|div|style)\b/s.test(head))
    return { is: 'other', what: 'html' }
  if (head.startsWith('<?xml') || head.startsWith('{\\rtf')) return { is: 'other', what: 'unknown' }
  return { is: 'text' }
}

/** Whether an OLE2 file is a workbook that was locked with a password: it wraps the whole as a stream of this name. */
export const isEncrypted = (bytes: Buffer): boolean => bytes.includes(Buffer.from('EncryptedPackage', 'utf16le'))

/** The beginning as text when it can be text in any encoding that tables come in, else null. */
function decodeStart(bytes: Buffer): string | null {
  const charset = unicodeMark(bytes) ?? unmarkedUtf16(bytes)
  const text = charset === null ? bytes.toString('latin1') : new TextDecoder(charset).decode(bytes)
  return charset === null && /[\x00-\x08\x0e-\x1a\x1c-\x1f]/.test(text) ? null : text
}

/** The encoding that a byte order mark tells. */
export function unicodeMark(bytes: Buffer): 'utf-8' | 'utf-16le' | 'utf-16be' | null {
  if (starts(bytes, 0xef, 0xbb, 0xbf)) return 'utf-8'
  if (starts(bytes, 0xff, 0xfe)) return 'utf-16le'
  if (starts(bytes, 0xfe, 0xff)) return 'utf-16be'
  return null
}

/** UTF-16 without a mark: of a table's letters, digits and separators every other byte is zero. */
export function unmarkedUtf16(bytes: Buffer): 'utf-16le' | 'utf-16be' | null {
  const start = bytes.subarray(0, 1024)
  if (start.length < 8) return null
  let [even, odd] = [0, 0]
  start.forEach((byte, n) => {
    if (byte === 0 && n % 2 === 0) even++
    else if (byte === 0) odd++
  })
  const half = start.length / 2
  if (odd > half * 0.3 && even < half * 0.05) return 'utf-16le'
  if (even > half * 0.3 && odd < half * 0.05) return 'utf-16be'
  return null
}
