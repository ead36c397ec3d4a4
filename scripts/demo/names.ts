import { readFileSync } from 'node:fs'
import { fold } from '../../src/kernel/text.ts'
import type { Sex } from '../../src/kernel/identification-number.ts'
import type { Random } from './random.ts'

type Frequencies = Record<'surname' | 'middle' | 'given', Record<string, number>>

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

// Common in the south, hardly met in Quảng Ninh.
const ELSEWHERE = words('Huỳnh Nhựt Nhơn Chánh Y Danh Cáp Nhan')
const WOMENS_GIVEN =
  words(`Linh Phương Thảo Ngọc Hà Giang Ngân Hiền Trang Dung Thương Châu Hạnh Nga Hương Loan Huyền Yến
  Nhi Mai Hằng Vân Quỳnh Chinh Thư Thủy Xuân Hân Như Trâm Duyên Thúy My Chi Hoa Thùy Trúc Trinh Ly Thu Nhung Uyên Hồng
  Quyên Hường Vy Oanh Lan Trân Diệu Thoa Diệp Tuyết Phượng Huệ Trà Nguyệt Bích Diễm Liên Thắm Anh Minh Tâm Thanh Khánh An`)
// Of these, the ones that men bear as well.
const EITHER_GIVEN = words('Phương Hà Giang Hạnh Anh Minh Tâm Thanh Khánh An Ngọc Hồng Xuân Châu')
const WOMENS_MIDDLE = words(
  'Thanh Ngọc Minh Hồng Kim Thu Phương Hoài Khánh Bảo Bích Mai Diệu Thúy Thùy Yến Quỳnh Hải Hà',
)
const NEVER_MENS_MIDDLE = words('Thu Bích Mai Diệu Thúy Thùy Yến Quỳnh Hạnh Kiều Ánh Phụng Như')

const LETTERS = /^[aăâbcdđeêghiklmnoôơpqrstuưvxy]+$/
const SYLLABLE =
  /^(ngh|ng|nh|gh|gi|kh|ph|qu|th|tr|ch|[bcdghklmnpqrstvx])?(([aeiy]|oa|uy|ue)(ch|nh)|[aeiouy]{1,3}(ng|[cmnpt])?)$/

/** Whether a word can be Vietnamese: what an old encoding left behind (`Döông`, `Khaùnh`) cannot. */
export function isVietnamese(word: string): boolean {
  const marked = word.normalize('NFD')
  // The five tones stand on vowels only; what else is marked must be a letter of the alphabet.
  if (/[^aeiouy\p{M}]\p{M}/iu.test(marked)) return false
  const letters = marked
    .replace(/[\u0300\u0301\u0303\u0309\u0323]/g, '')
    .normalize('NFC')
    .toLowerCase()
  return LETTERS.test(letters) && SYLLABLE.test(fold(word))
}

const frequencies = JSON.parse(
  readFileSync(new URL('../data/name-frequencies.json', import.meta.url), 'utf8'),
) as Frequencies

const partsOf = (kind: keyof Frequencies, fits: (part: string) => boolean = () => true): Map<string, number> =>
  new Map(
    Object.entries(frequencies[kind]).filter(
      ([part]) => part.split(' ').every((word) => isVietnamese(word) && !ELSEWHERE.has(word)) && fits(part),
    ),
  )

const surnames = partsOf('surname')
const given = {
  male: partsOf('given', (part) => !WOMENS_GIVEN.has(part) || EITHER_GIVEN.has(part)),
  female: partsOf('given', (part) => WOMENS_GIVEN.has(part)),
} satisfies Record<Sex, unknown>
const middles = {
  male: partsOf('middle', (part) => !part.split(' ').some((word) => word === 'Thị' || NEVER_MENS_MIDDLE.has(word))),
  // The list was mostly men's; a woman's Thị is met far more often than it says.
  female: new Map(
    partsOf('middle', (part) => part.startsWith('Thị') || WOMENS_MIDDLE.has(part))
      .entries()
      .map(([part, weight]) => [part, part === 'Thị' ? weight * 3 : part.startsWith('Thị ') ? weight * 4 : weight / 2]),
  ),
} satisfies Record<Sex, unknown>

/** A lifelike full name, its parts as often as people bear them. */
export function fullName(random: Random, sex: Sex): string {
  for (;;) {
    const parts = [random.weighted(surnames), random.weighted(middles[sex]), random.weighted(given[sex])]
    if (random.chance(0.02)) parts.splice(1, 1)
    const all = parts.join(' ').split(' ')
    if (new Set(all).size === all.length) return all.join(' ')
  }
}
