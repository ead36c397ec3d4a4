import { decode, type OldEncoding } from '../../src/imports/reading/encodings.ts'

const LETTERS = Array.from('aăâeêioôơuưyđ', (letter) =>
  letter === 'đ'
    ? [letter]
    : ['', '\u0301', '\u0300', '\u0309', '\u0303', '\u0323'].map((tone) => (letter + tone).normalize('NFC')),
).flat()
const ALL = [...LETTERS, ...LETTERS.map((letter) => letter.toUpperCase())]

/** VNI by the description of its keyboard's signs, apart from the table that is tested. */
const VNI_TONES: Record<string, string> = { '\u0301': 'ù', '\u0300': 'ø', '\u0309': 'û', '\u0303': 'õ', '\u0323': 'ï' }
const VNI_HATS: Record<string, Record<string, string>> = {
  '\u0302': { '': 'â', '\u0301': 'á', '\u0300': 'à', '\u0309': 'å', '\u0303': 'ã', '\u0323': 'ä' },
  '\u0306': { '': 'ê', '\u0301': 'é', '\u0300': 'è', '\u0309': 'ú', '\u0303': 'ü', '\u0323': 'ë' },
}
const VNI_OWN: Record<string, string> = { đ: 'ñ', ỉ: 'æ', ĩ: 'ó', ị: 'ò', í: 'í', ì: 'ì', ỵ: 'î', ư: 'ö', ơ: 'ô' }

function toVni(letter: string): string {
  const small = letter.toLowerCase()
  const isCapital = small !== letter
  const own = VNI_OWN[small]
  const cased = (text: string) => (isCapital ? text.toUpperCase() : text)
  if (own !== undefined) return cased(own)
  const [base = '', ...marks] = small.normalize('NFD')
  const hat = marks.find((mark) => mark in VNI_HATS)
  const tone = marks.find((mark) => mark in VNI_TONES) ?? ''
  if (hat !== undefined) return cased(base + (VNI_HATS[hat]?.[tone] ?? ''))
  const stem = marks.includes('\u031b') ? (VNI_OWN[`${base}\u031b`.normalize('NFC')] ?? '') : base
  return cased(stem + (VNI_TONES[tone] ?? ''))
}

/** TCVN3's small letters, from 0xB5 on in the order of the standard's table; capitals have the small letter's tones. */
const TCVN3: Record<string, number> = {
  ...{ ă: 0xa8, â: 0xa9, ê: 0xaa, ô: 0xab, ơ: 0xac, ư: 0xad, đ: 0xae },
  ...{ Ă: 0xa1, Â: 0xa2, Ê: 0xa3, Ô: 0xa4, Ơ: 0xa5, Ư: 0xa6, Đ: 0xa7 },
  ...{ à: 0xb5, ả: 0xb6, ã: 0xb7, á: 0xb8, ạ: 0xb9, ằ: 0xbb, ẳ: 0xbc, ẵ: 0xbd, ắ: 0xbe, ặ: 0xc6 },
  ...{ ầ: 0xc7, ẩ: 0xc8, ẫ: 0xc9, ấ: 0xca, ậ: 0xcb, è: 0xcc, ẻ: 0xce, ẽ: 0xcf, é: 0xd0, ẹ: 0xd1 },
  ...{ ề: 0xd2, ể: 0xd3, ễ: 0xd4, ế: 0xd5, ệ: 0xd6, ì: 0xd7, ỉ: 0xd8, ĩ: 0xdc, í: 0xdd, ị: 0xde },
  ...{ ò: 0xdf, ỏ: 0xe1, õ: 0xe2, ó: 0xe3, ọ: 0xe4, ồ: 0xe5, ổ: 0xe6, ỗ: 0xe7, ố: 0xe8, ộ: 0xe9 },
  ...{ ờ: 0xea, ở: 0xeb, ỡ: 0xec, ớ: 0xed, ợ: 0xee, ù: 0xef, ủ: 0xf1, ũ: 0xf2, ú: 0xf3, ụ: 0xf4 },
  ...{ ừ: 0xf5, ử: 0xf6, ữ: 0xf7, ứ: 0xf8, ự: 0xf9, ỳ: 0xfa, ỷ: 0xfb, ỹ: 0xfc, ý: 0xfd, ỵ: 0xfe },
}

const byWindows1252 = new TextDecoder('windows-1252')

/**
 * A Unicode text as a file in an old encoding has it, read as Windows-1252. TCVN3 has no capitals with tones: `Á` is written
 * by the small letter in a font for capitals, so a capital within a text of small ones comes out small.
 */
export function encode(text: string, encoding: OldEncoding): string {
  switch (encoding) {
    case 'tcvn3':
      return Array.from(text, (letter) => {
        const byte = TCVN3[letter] ?? TCVN3[letter.toLowerCase()]
        return byte === undefined ? letter : String.fromCharCode(byte)
      }).join('')
    case 'vni':
      return Array.from(text, (letter) => (ALL.includes(letter) ? toVni(letter) : letter)).join('')
    case 'windows-1258':
      return Array.from(text, to1258).join('')
    case 'mojibake':
      return byWindows1252.decode(Buffer.from(text, 'utf8'))
    default:
      return encoding satisfies never
  }
}

const single = new Map<string, string>()
for (let byte = 0x80; byte < 0x100; byte++) {
  const character = byWindows1252.decode(Uint8Array.of(byte))
  const decoded = decode(character, 'windows-1258')
  if (decoded !== null) single.set(decoded, character)
}
/** Windows-1258 has the vowels, and the tones as marks of their own. */
function to1258(letter: string): string {
  if (letter < '\u0080') return letter
  const whole = single.get(letter)
  if (whole !== undefined) return whole
  const tone = /[\u0300\u0301\u0303\u0309\u0323]/.exec(letter.normalize('NFD'))?.[0] ?? ''
  const base = letter.normalize('NFD').replace(tone, '').normalize('NFC')
  return (single.get(base) ?? base) + (single.get(tone) ?? '')
}
