/** What a file is by its first bytes; what it is called says nothing. */
export type ContentKind = 'empty' | 'pdf' | 'zip' | 'ole' | 'png' | 'jpeg' | 'gif' | 'html' | 'text' | 'binary'

/** Bytes that `contentKindOf` wants to see, if there are so many. */
export const HEAD_BYTES = 1024

const text = (bytes: string): readonly number[] => [...Buffer.from(bytes, 'latin1')]
const MAGIC: readonly (readonly [kind: ContentKind, bytes: readonly number[]])[] = [
  ['pdf', text('%PDF-')],
  ['zip', text('PK\x03\x04')],
  // A ZIP file with nothing in it has its directory only.
  ['zip', text('PK\x05\x06')],
  ['ole', [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]],
  ['png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['jpeg', [0xff, 0xd8, 0xff]],
  ['gif', text('GIF8')],
]
const MARKUP = /^\s*<(!doctype|html|head|body|table|script|meta|style|svg|\?xml|!--)/i

/**
 * Tells the kind by the first bytes (up to HEAD_BYTES): `zip` are new Office files too, `ole` old ones and those with a
 * password. `text` has no control characters but blanks and line ends, or starts with a byte order mark.
 */
export function contentKindOf(head: Uint8Array): ContentKind {
  if (head.length === 0) return 'empty'
  const known = MAGIC.find(([, bytes]) => bytes.every((byte, n) => head[n] === byte))
  if (known) return known[0]
  const seen = head.subarray(0, HEAD_BYTES)
  const wide = (seen[0] === 0xff && seen[1] === 0xfe) || (seen[0] === 0xfe && seen[1] === 0xff)
  if (!wide && seen.some((byte) => byte < 9 || byte === 11 || (byte > 13 && byte < 32 && byte !== 27))) return 'binary'
  const letters = Buffer.from(seen)
    .toString('latin1')
    .replaceAll('\0', '')
    .replace(/^(ÿþ|þÿ|ï»¿)/, '')
  return MARKUP.test(letters) ? 'html' : 'text'
}
