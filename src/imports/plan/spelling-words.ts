import { fold } from '../../kernel/text.ts'
import { remembered } from '../../kernel/remembered.ts'

/** How units' names are shortened; the longer ones first. */
const SHORT: readonly (readonly [short: readonly string[], long: readonly string[]])[] = (
  [
    ['ubmttq', 'uy ban mat tran to quoc'],
    ['ubnd', 'uy ban nhan dan'],
    ['hdnd', 'hoi dong nhan dan'],
    ['vp', 'van phong'],
    ['tt', 'trung tam'],
    ['ttyt', 'trung tam y te'],
    ['bv', 'benh vien'],
    ['bvdk', 'benh vien da khoa'],
    ['cc', 'chi cuc'],
    ['tp', 'thanh pho'],
    ['tx', 'thi xa'],
    ['p', 'phuong'],
    ['x', 'xa'],
    ['h', 'huyen'],
    ['t', 'tinh'],
    ['gd dt', 'giao duc va dao tao'],
    ['gddt', 'giao duc va dao tao'],
    ['kh dt', 'ke hoach va dau tu'],
    ['khdt', 'ke hoach va dau tu'],
    ['kh cn', 'khoa hoc va cong nghe'],
    ['khcn', 'khoa hoc va cong nghe'],
    ['tn mt', 'tai nguyen va moi truong'],
    ['tnmt', 'tai nguyen va moi truong'],
    ['nn mt', 'nong nghiep va moi truong'],
    ['nnmt', 'nong nghiep va moi truong'],
    ['nn ptnt', 'nong nghiep va phat trien nong thon'],
    ['nnptnt', 'nong nghiep va phat trien nong thon'],
    ['ld tb xh', 'lao dong thuong binh va xa hoi'],
    ['ldtbxh', 'lao dong thuong binh va xa hoi'],
    ['ldtb xh', 'lao dong thuong binh va xa hoi'],
    ['tt tt', 'thong tin va truyen thong'],
    ['tttt', 'thong tin va truyen thong'],
    ['vh tt dl', 'van hoa the thao va du lich'],
    ['vhttdl', 'van hoa the thao va du lich'],
    ['vh xh', 'van hoa xa hoi'],
    ['vhxh', 'van hoa xa hoi'],
    ['gtvt', 'giao thong van tai'],
    ['tc kh', 'tai chinh ke hoach'],
    ['tckh', 'tai chinh ke hoach'],
    ['tchc', 'to chuc hanh chinh'],
    ['tccb', 'to chuc can bo'],
    ['hcqt', 'hanh chinh quan tri'],
    ['cntt', 'cong nghe thong tin'],
    ['qlnn', 'quan ly nha nuoc'],
    ['ktht', 'kinh te ha tang'],
    ['tthc', 'thu tuc hanh chinh'],
  ] as const
)
  .map(([short, long]) => [short.split(' '), long.split(' ')] as const)
  .toSorted(([a], [b]) => b.length - a.length)

/** Words that only join others. */
const JOINING = new Set(['va', 'cua', 'thuoc', 'cac'])

/**
 * The words of a unit's name without accents, abbreviations written out, and without joining words. The names of all units are
 * asked for with every spelling that none of them is.
 */
export const spellWords = remembered(10_000, wordsOf)

function wordsOf(text: string): readonly string[] {
  const words = fold(text.replace(/[-–&/.]/g, ' '))
    .split(' ')
    .filter(Boolean)
  const out: string[] = []
  for (let n = 0; n < words.length;) {
    const found = SHORT.find(([short]) => short.every((word, m) => words[n + m] === word))
    // One letter is an abbreviation only before the name of a place: `P. Hà Tu`, but not `Phòng T`.
    const fits = found !== undefined && (found[0].join('').length > 1 || n + 1 < words.length)
    if (found !== undefined && fits) {
      out.push(...found[1])
      n += found[0].length
    } else {
      out.push(words[n] ?? '')
      n++
    }
  }
  return out.filter((word) => !JOINING.has(word))
}
