import { describe, expect, test } from '../support/jest.ts'
import { abbreviationOf } from '../../src/addresses/unit-name.ts'
import { Day } from '../../src/kernel/day.ts'
import { spellWords } from '../../src/imports/plan/spelling-words.ts'
import { spellingOf, unitIndexOf, type KnownUnit, type UnitAnswer } from '../../src/imports/plan/spelling.ts'
import { unit } from './support.ts'

const of = (n: number, name: string, more: Partial<KnownUnit> = {}): KnownUnit => ({
  ...{ id: unit(n), name, parentId: unit(1), codes: [], abbreviation: abbreviationOf(name), present: true },
  dissolved: null,
  ...more,
})
const SINCE = Day.parse('2025-03-01')
const index = unitIndexOf(
  [
    of(1, 'Ủy ban nhân dân tỉnh Quảng Ninh', { parentId: null }),
    of(2, 'Sở Nội vụ', { codes: ['H49.12', '000.00.12.H49'] }),
    of(3, 'Sở Khoa học và Công nghệ'),
    of(3, 'Sở Khoa học, Công nghệ và Môi trường', { present: false }),
    of(4, 'Sở Thông tin và Truyền thông', { present: false, dissolved: SINCE }),
    of(5, 'Ủy ban nhân dân phường Hà Tu'),
    of(6, 'Ủy ban nhân dân phường Hà Lầm'),
    of(7, 'Văn phòng', { parentId: unit(2) }),
    of(8, 'Văn phòng', { parentId: unit(3) }),
    of(9, 'Phòng Văn hóa - Xã hội', { parentId: unit(5) }),
    of(10, 'Phòng Văn hóa - Xã hội', { parentId: unit(6) }),
    of(11, 'Phòng Lao động - Thương binh và Xã hội huyện Hải Hà', { present: false, dissolved: SINCE }),
    of(12, 'Trung tâm Chuyển đổi số'),
  ],
  new Map([[unit(4), [unit(3)]]]),
)
const told = (answer: UnitAnswer): string =>
  answer.kind === 'sure'
    ? `sure ${Number(answer.unitId.slice(-4))}`
    : answer.kind === 'unknown'
      ? 'unknown'
      : `${answer.kind} ${answer.units.map(({ id }) => Number(id.slice(-4))).join(' ')}`.trim()
const resolve = (text: string, parent: string | null = null): string => {
  const spelling = spellingOf(text, parent)
  return spelling === null ? '' : told(index.resolve(spelling))
}

describe('which unit a spelling means', () => {
  test.each([
    ['its present name', 'Sở Nội vụ', 'sure 2'],
    ['… in capitals', 'SỞ NỘI VỤ', 'sure 2'],
    ['… with blanks to spare', '  Sở   Nội vụ ', 'sure 2'],
    ['… decomposed', 'Sở Nội vụ'.normalize('NFD'), 'sure 2'],
    ['… with the tone elsewhere', 'Uỷ ban nhân dân phường Hà Tu', 'sure 5'],
    ['its code', 'H49.12', 'sure 2'],
    ['another of its codes', '000.00.12.h49', 'sure 2'],
    ['without accents: proposed', 'So Noi vu', 'proposed 2'],
    ['its initials: proposed', 'SNV', 'proposed 2'],
    ['abbreviated words: proposed', 'UBND P. Hà Tu', 'proposed 5'],
    ['abbreviated fields: proposed', 'Sở KH&CN', 'proposed 3'],
    ['a slip of the finger: proposed', 'Sở Khoa hoc và Công ngệ', 'proposed 3'],
    ['a former name: proposed', 'Sở Khoa học, Công nghệ và Môi trường', 'proposed 3'],
    ['a dissolved unit: its successor is proposed', 'Sở Thông tin và Truyền thông', 'dissolved 3'],
    ['a dissolved unit without a successor', 'Phòng Lao động - Thương binh và Xã hội huyện Hải Hà', 'dissolved'],
    ['a name that two bear: proposed, both', 'Văn phòng', 'proposed 7 8'],
    ['a unit and the one above in one cell: proposed', 'Phòng VH-XH, UBND phường Hà Lầm', 'proposed 10'],
    ['nothing that there is', 'Hợp tác xã Rau sạch', 'unknown'],
    ['a place alone', 'Hà Tu', 'unknown'],
  ])('%s', (_, text, answer) => expect(resolve(text)).toBe(answer))

  test.each([
    ['tells two of one name apart', 'Văn phòng', 'Sở Nội vụ', 'sure 7'],
    ['… written shorter: proposed', 'Phòng Văn hóa - Xã hội', 'UBND P. Hà Tu', 'proposed 9'],
    ['that is another one: proposed', 'Sở Nội vụ', 'Sở Khoa học và Công nghệ', 'proposed 2'],
  ])('the unit above %s', (_, text, parent, answer) => expect(resolve(text, parent)).toBe(answer))

  test('four spellings are four questions, each once', () => {
    const keys = ['Sở Nội vụ', 'SỞ NỘI VỤ', 'So Noi Vu', 'SNV', 'S.Nội vụ'].map((text) => spellingOf(text, null)?.key)
    expect(new Set(keys).size).toBe(4)
  })
})

test.each([
  ['UBND P. Hà Tu', 'uy ban nhan dan phuong ha tu'],
  ['Phòng LĐ-TB&XH', 'phong lao dong thuong binh xa hoi'],
  ['Sở GD&ĐT', 'so giao duc dao tao'],
  ['TTYT TP Hạ Long', 'trung tam y te thanh pho ha long'],
  ['Phòng T', 'phong t'],
])('%s is read as %s', (text, words) => expect(spellWords(text).join(' ')).toBe(words))
