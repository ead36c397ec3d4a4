import { decode, fitsOld, OLD_ENCODINGS, type Encoding, type OldEncoding } from './encodings.ts'
import { isSyllable, spells } from './syllable.ts'
import { remembered } from '../../kernel/remembered.ts'

/** What can be said of one text: which reading makes Vietnamese of it; `same` when both readings are the same. */
export type Verdict = 'old' | 'unicode' | 'either' | 'neither' | 'same'

const PLAIN = /^[\x00-\x7f]*$/
const BETWEEN = /[\s!-&(-@[-`{-~]+/

const foreign = (text: string): string[] => text.split(BETWEEN).filter((word) => word !== '' && !PLAIN.test(word))

/** Whether a text is of an old encoding, judged by what its words spell before and after. */
export function judge(text: string, encoding: OldEncoding): Verdict {
  if (PLAIN.test(text)) return 'same'
  if (!fitsOld(text)) return foreign(text).every(isSyllable) ? 'unicode' : 'neither'
  const decoded = decode(text, encoding)
  if (decoded === text) return 'same'
  const asItIs = foreign(text).every(isSyllable)
  const converted = decoded !== null && foreign(decoded).every(spells)
  if (asItIs) return converted ? 'either' : 'unicode'
  return converted ? 'old' : 'neither'
}

/** The old encoding that makes Vietnamese of a text that is none as it is; null when none does or several do differently. */
export function looksOld(text: string): OldLook | null {
  if (text.length > MOST_TEXT || PLAIN.test(text) || !fitsOld(text)) return null
  return lookAgain(text)
}

type OldLook = { readonly encoding: OldEncoding; readonly decoded: string }
// Units and positions come again and again.
const lookAgain = remembered(5000, lookOld)
/** Longer texts than any field takes are not looked at. */
const MOST_TEXT = 2000

function lookOld(text: string): OldLook | null {
  const found = OLD_ENCODINGS.flatMap((encoding) => {
    const decoded = judge(text, encoding) === 'old' ? decode(text, encoding) : null
    return decoded === null ? [] : [{ encoding, decoded }]
  })
  const [first] = found
  return first !== undefined && found.every(({ decoded }) => decoded === first.decoded) ? first : null
}

/** What a column's texts say of its encoding, for a person to see before anything is converted. */
export type Detection = {
  /** What is proposed. */
  readonly encoding: Encoding
  /** Of the texts that say anything, the share that says this; at most 0.5 when another encoding explains them as well. */
  readonly confidence: number
  /** Texts that are Vietnamese only when converted from `other`, and only as they are. */
  readonly old: number
  readonly unicode: number
  /** The old encoding that was found, also when the column is proposed to be left as it is. */
  readonly other: OldEncoding | null
  readonly samples: readonly { readonly before: string; readonly after: string }[]
  /** Texts came out with small letters where capitals belong, as from fonts for capitals. */
  readonly lostCapitals: boolean
}

const SAMPLES = 20
const NOTHING: Detection = {
  ...{ encoding: 'unicode', confidence: 1, old: 0, unicode: 0, other: null },
  ...{ samples: [], lostCapitals: false },
}

/** Judges a column by its texts and the names of the fonts they are shown in (`''` where the file tells none). */
export function detect(texts: readonly string[], fonts: ReadonlySet<string> = new Set()): Detection {
  const foreignTexts = texts.filter((text) => !PLAIN.test(text))
  if (foreignTexts.length === 0) return NOTHING
  const counted = OLD_ENCODINGS.map((encoding) => {
    const verdicts = foreignTexts.map((text) => judge(text, encoding))
    const count = (wanted: Verdict) => verdicts.filter((verdict) => verdict === wanted).length
    return { encoding, old: count('old'), unicode: count('unicode'), neither: count('neither') }
  })
  const favoured = fontEncoding(fonts)
  const best = counted.reduce((a, b) =>
    b.old > a.old || (b.old === a.old && b.old > 0 && b.encoding === favoured) ? b : a,
  )
  if (best.old === 0) return { ...NOTHING, unicode: best.unicode }
  const { encoding: other, old, unicode, neither } = best
  const proposed = old >= unicode
  const rivals = counted.filter((each) => each.encoding !== other && each.old === old)
  const samples = foreignTexts.flatMap((before) => {
    const after = judge(before, other) === 'old' || proposed ? decode(before, other) : null
    return after === null || after === before ? [] : [{ before, after }]
  })
  return {
    encoding: proposed ? other : 'unicode',
    // Another old encoding that explains as many texts makes it a guess.
    confidence: ((proposed ? old : unicode) / (old + unicode + neither)) * (rivals.length > 0 ? 0.5 : 1),
    ...{ old, unicode, other },
    samples: samples.slice(0, SAMPLES),
    lostCapitals: other === 'tcvn3' && proposed && needsCapitals(samples, fonts),
  }
}

function fontEncoding(fonts: ReadonlySet<string>): OldEncoding | null {
  const names = [...fonts]
  if (names.some((name) => /^\.Vn/i.test(name))) return 'tcvn3'
  return names.some((name) => /^VNI[-\s]/i.test(name)) ? 'vni' : null
}

/** Whether capitals were lost: TCVN3 has none with tones, so fonts for capitals show the small ones. */
function needsCapitals(samples: readonly { after: string }[], fonts: ReadonlySet<string>): boolean {
  return [...fonts].some((name) => /^\.Vn.*H$/.test(name)) || samples.some(({ after }) => isBadlyCased(after))
}

/** `NGUYễN`: capitals, but for letters with tones. */
const MIXED = /\p{Lu}{2,}[^\P{Ll}a-z]|[^\P{Ll}a-z]\p{Lu}/u
/** `Thị ánh`: a word that begins with a small letter with a tone, among words that begin with capitals. */
const TONED_START = /(?<![\p{L}\p{M}])[^\P{Ll}a-zăâêôơưđ]/u
const CAPITAL_START = /(?<![\p{L}\p{M}])\p{Lu}\p{Ll}/u

/** Capitals at the beginnings: `nguyễn thị hường` and `NGUYễN THị HườNG` → `Nguyễn Thị Hường`. */
export const properCase = (text: string): string =>
  text.toLowerCase().replace(/(?<![\p{L}\p{M}])\p{L}/gu, (letter) => letter.toUpperCase())

/** Whether `properCase` would mend a name: all small, all capitals, or capitals but for letters with tones. */
export const isBadlyCased = (text: string): boolean =>
  text !== properCase(text) &&
  (text === text.toLowerCase() ||
    text === text.toUpperCase() ||
    MIXED.test(text) ||
    (TONED_START.test(text) && CAPITAL_START.test(text)))
