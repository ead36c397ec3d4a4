import iconv from 'iconv-lite'
import { spells } from './syllable.ts'

/** Encodings of Vietnamese from before Unicode, and UTF-8 that somebody read as Windows-1252. */
export const OLD_ENCODINGS = ['tcvn3', 'vni', 'windows-1258', 'mojibake'] as const
export type OldEncoding = (typeof OLD_ENCODINGS)[number]
export type Encoding = 'unicode' | OldEncoding

// Whatever bytes such a text once was, programs have stored it as the Windows-1252 characters of these bytes.
const bytes256 = Uint8Array.from({ length: 256 }, (_, n) => n)
const BYTE_OF = new Map(Array.from(new TextDecoder('windows-1252').decode(bytes256), (character, n) => [character, n]))
// ISO 8859-1 has controls where Windows-1252 has letters; some programs stored those.
for (let n = 0x80; n < 0xa0; n++) BYTE_OF.set(String.fromCharCode(n), n)

/** Whether a text consists of characters that one of the old encodings leaves; most Vietnamese in Unicode does not. */
export function fitsOld(text: string): boolean {
  for (let n = 0; n < text.length; n++) if (text.charCodeAt(n) > 0xff && !BYTE_OF.has(text[n] ?? '')) return false
  return true
}

/** The bytes that a text was before it was read as Windows-1252; null when it cannot have been. */
function bytesOf(text: string): Uint8Array | null {
  const bytes = new Uint8Array(text.length)
  for (let n = 0; n < text.length; n++) {
    const byte = BYTE_OF.get(text[n] ?? '')
    if (byte === undefined) return null
    bytes[n] = byte
  }
  return bytes
}

/**
 * TCVN 5712:1993 VN3 (ABC, fonts `.VnTime`): one byte a letter. `ư` is 0xAD, which Unicode calls a soft hyphen: decode before
 * anything invisible is stripped. Fonts for capitals (`.VnTimeH`) show the bytes of small letters as capitals.
 */
const TCVN3 = new Map<number, string>()
for (let n = 0xa1; n < 0xff; n++)
  if (n < 0xb0 || n > 0xb4) TCVN3.set(n, iconv.decode(Buffer.from([n]), 'tcvn').normalize('NFC'))

function decodeTcvn3(text: string): string | null {
  let decoded = ''
  for (const byte of bytesOf(text) ?? [0x80]) {
    const letter = byte < 0x80 ? String.fromCharCode(byte) : byte === 0xa0 ? ' ' : TCVN3.get(byte)
    if (letter === undefined) return null
    decoded += letter
  }
  return decoded
}

/** VNI (fonts `VNI-Times`): a vowel is followed by a sign for its marks; few letters have a sign of their own. */
const VNI = new Map<string, string>()
const TONE_SIGNS = { ù: '\u0301', ø: '\u0300', û: '\u0309', õ: '\u0303', ï: '\u0323' }
const CIRCUMFLEX_SIGNS = { â: '', á: '\u0301', à: '\u0300', å: '\u0309', ã: '\u0303', ä: '\u0323' }
const BREVE_SIGNS = { ê: '', é: '\u0301', è: '\u0300', ú: '\u0309', ü: '\u0303', ë: '\u0323' }
const OWN_SIGNS = { ö: 'ư', ô: 'ơ', ñ: 'đ', í: 'í', ì: 'ì', æ: 'ỉ', ó: 'ĩ', ò: 'ị', î: 'ỵ' }
const upper = (text: string): string => text.toUpperCase()
function addVni(signs: string, letter: string) {
  const composed = letter.normalize('NFC')
  VNI.set(signs, composed)
  VNI.set(upper(signs), upper(composed))
  // Some wrote the sign of the small letter behind a capital.
  if (signs.length > 1) VNI.set(upper(signs.slice(0, 1)) + signs.slice(1), upper(composed))
}
for (const [signs, letter] of Object.entries(OWN_SIGNS)) addVni(signs, letter)
for (const [sign, tone] of Object.entries(TONE_SIGNS)) {
  for (const vowel of 'aeouy') addVni(vowel + sign, vowel + tone)
  addVni(`ö${sign}`, `ư${tone}`)
  addVni(`ô${sign}`, `ơ${tone}`)
}
for (const [sign, tone] of Object.entries(CIRCUMFLEX_SIGNS))
  for (const vowel of 'aeo') addVni(vowel + sign, `${vowel}\u0302${tone}`)
for (const [sign, tone] of Object.entries(BREVE_SIGNS)) addVni(`a${sign}`, `a\u0306${tone}`)

/** The longest sign first: `Cöôøng` is C, ö, ôø, ng. */
function decodeVni(text: string): string | null {
  let decoded = ''
  for (let n = 0; n < text.length; n++) {
    const two = VNI.get(text.slice(n, n + 2))
    const one = VNI.get(text.slice(n, n + 1))
    const letter = text[n] ?? ''
    if (two !== undefined) {
      decoded += two
      n++
    } else if (one !== undefined) decoded += one
    else if (letter < '\u0080' || letter === '\u00a0') decoded += letter
    else return null
  }
  return decoded
}

const windows1258 = new TextDecoder('windows-1258')

function decodeMojibake(text: string): string | null {
  // `à` is 0xC3 0xA0, a no-break space, which programs turn into a space, merge with the next one, or trim away.
  const mended = text.replace(/Ã( (?! )|(?= |$))/g, (_, space: string, at: number) => {
    const next = text.slice(at + 2).split(' ')[0] ?? ''
    return space === '' || spells(next.replace(/Ã.*|[^\x00-\x7f].*/, '')) ? `Ã\u00a0${space}` : 'Ã\u00a0'
  })
  for (const candidate of [text, mended]) {
    const bytes = bytesOf(candidate)
    if (bytes === null) return null
    const decoded = Buffer.from(bytes).toString('utf8')
    if (!decoded.includes('\ufffd')) return decoded
  }
  return null
}

/** The text in Unicode (NFC), or null when it cannot be of that encoding. ASCII stays as it is. */
export function decode(text: string, encoding: Encoding): string | null {
  switch (encoding) {
    case 'unicode':
      return text
    case 'tcvn3':
      return decodeTcvn3(text)
    case 'vni':
      return decodeVni(text)
    case 'windows-1258': {
      const bytes = bytesOf(text)
      return bytes === null ? null : windows1258.decode(bytes).normalize('NFC')
    }
    case 'mojibake':
      return decodeMojibake(text)?.normalize('NFC') ?? null
    default:
      return encoding satisfies never
  }
}
