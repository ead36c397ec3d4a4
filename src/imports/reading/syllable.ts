import { remembered } from '../../kernel/remembered.ts'

const ONSETS = 'ngh ng nh gh gi kh ph qu th tr ch b c d đ g h k l m n p r s t v x'.split(' ')
const RIMES: ReadonlySet<string> = new Set(
  `a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây e ec em en eng eo ep et ê êch êm ên
  ênh êp êt êu i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu o oa oac oach oai oam oan oang oanh oao oap oat oay oăc
  oăm oăn oăng oăt oc oe oen oeo oet oi om on ong ooc oong op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt u ua uân uâng uât uây
  uc uê uêch uênh ui um un ung uơ uôc uôi uôm uôn uông uôt up ut uy uya uych uyên uyêt uynh uyt uyu uyn ư ưa ưc ưi ưng ưu ưt ươc
  ươi ươm ươn ương ươp ươt ươu y ya yên yêt yêu yêm yêng ynh ych yt`.split(/\s+/),
)
/** Behind `qu`, whose u is no part of the rime. */
const AFTER_QU = /^([aăâeêiy].*|ôc|ơ.?)$/
const TONES = /[\u0300\u0301\u0303\u0309\u0323]/g
const STOPPED = /(c|ch|p|t)$/

/**
 * Whether a word is spelled as a Vietnamese syllable: an onset, a rime, at most one tone, sắc or nặng before a stop, and
 * capitals only at the beginning or throughout. What another encoding leaves (`NguyÔn`, `Vaên`) is none.
 */
export const isSyllable = remembered(20_000, (word) => hasCase(word) && spells(word.normalize('NFC').toLowerCase()))

function hasCase(word: string): boolean {
  const rest = word.slice(1)
  return rest === rest.toLowerCase() || word === word.toUpperCase()
}

/**
 * Whether the tone stands on the letter that bears it: one with a mark (`ươ` → ơ), else the last vowel before a consonant, the
 * middle one of three, the first of two; `oa`, `oe` and `uy` are written both ways.
 */
function standsRight(apart: string, plain: string, onset: string, rime: string): boolean {
  const at = Array.from(apart.slice(0, apart.search(TONES)).normalize('NFC')).length - 1
  const start = plain.length - rime.length
  const [vowels = ''] = /^[aăâeêioôơuưy]*/.exec(rime) ?? []
  const marked = vowels.search(/[ăâêôơ]/)
  const place = at - start
  if (marked >= 0) return place === marked
  if (onset === 'gi' && vowels === '') return place === -1
  if (vowels.length === 1) return place === 0
  if (vowels.length === 3) return place === 1
  if (vowels.length < rime.length) return place === vowels.length - 1
  return place === 0 || (place === 1 && /^(oa|oe|uy)$/.test(vowels))
}

/** The same without regard to case: old fonts for capitals leave `NGUYễN`. */
export const spells = (word: string): boolean => {
  const apart = word.toLowerCase().normalize('NFD')
  const tones = apart.match(TONES) ?? []
  if (tones.length > 1) return false
  const plain = apart.replace(TONES, '').normalize('NFC')
  return ['', ...ONSETS].some((onset) => {
    if (!plain.startsWith(onset)) return false
    const rime = plain.slice(onset.length)
    if (!RIMES.has(rime) && !(onset === 'gi' && RIMES.has(`i${rime}`))) return false
    if (onset === 'qu' && !AFTER_QU.test(rime)) return false
    if (tones.length === 1 && !standsRight(apart, plain, onset, rime)) return false
    return !STOPPED.test(rime) || tones[0] === '\u0301' || tones[0] === '\u0323'
  })
}
