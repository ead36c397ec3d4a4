import { fold } from '../kernel/text.ts'

/** What an address may say of a unit. */
export type NamedUnit = {
  readonly number: number
  readonly name: string
  readonly kind: string
  readonly parentName: string | null
}

const wordsOf = (name: string): string[] => fold(name).split(' ').filter(Boolean)
const PEOPLES_COMMITTEE = ['uy', 'ban', 'nhan', 'dan']
/** What kind of unit a name begins with; the longer ones first. */
const KINDS = [
  ...[PEOPLES_COMMITTEE, ['thi', 'tran'], ['thi', 'xa'], ['thanh', 'pho'], ['dac', 'khu'], ['van', 'phong']],
  ...['ubnd', 'xa', 'phuong', 'tinh', 'huyen', 'so', 'phong', 'ban', 'chi cuc', 'trung tam'].map((kind) =>
    kind.split(' '),
  ),
]

/** Every word joined: `Xã Lương Bằng` → `xaluongbang`. */
export const slugOf = (name: string): string => wordsOf(name).join('')

/**
 * The initials, with numbers and what is an abbreviation already left whole, and without `và`: `Sở Thông tin và Truyền thông`
 * → `stttt`, `Phường Móng Cái 3` → `pmc3`, `Sở KH&CN` → `skhcn`.
 */
export function abbreviationOf(name: string): string {
  const shouting = name === name.toUpperCase()
  return name
    .split(/[^\p{L}\p{M}\p{N}'’ʼ]+/u)
    .map((word) => {
      const plain = fold(word)
      const whole = /^\d+$/.test(plain) || (!shouting && plain.length > 1 && word === word.toUpperCase())
      return plain === 'va' ? '' : whole ? plain : plain.slice(0, 1)
    })
    .join('')
}

/** The name without what kind of unit it is: `Ủy ban nhân dân xã Tam Giang` → `tamgiang`. */
export function properNameOf(name: string): string {
  let words = wordsOf(name)
  for (;;) {
    const kind = KINDS.find((each) => each.length < words.length && each.every((word, n) => word === words[n]))
    if (kind === undefined) return words.join('')
    words = words.slice(kind.length)
  }
}

/** The name without a leading `Ủy ban nhân dân`, for patterns that say so themselves. */
export function withoutCommittee(name: string): string {
  const words = name.split(' ')
  const leads = PEOPLES_COMMITTEE.every((word, n) => fold(words[n] ?? '') === word)
  return leads && words.length > PEOPLES_COMMITTEE.length ? words.slice(PEOPLES_COMMITTEE.length).join(' ') : name
}
