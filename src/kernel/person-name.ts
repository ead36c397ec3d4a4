import { fold, isTidy, oddCharacter, tidy } from './text.ts'

/** A person's name: as given, and its parts họ (surname), đệm (middle) and tên (given name, by which people are called). */
export type PersonName = {
  readonly full: string
  readonly surname: string
  readonly middle: string
  readonly given: string
}

export type PersonNameRefusal =
  | { kind: 'empty' }
  | { kind: 'too-long' }
  | { kind: 'too-few-words' }
  | { kind: 'digits' }
  | { kind: 'odd-character'; character: string }
  | { kind: 'given-not-in-name' }

const MAX = 100
// Letters with their marks, joined by a space, an apostrophe (three kinds are met) or a hyphen.
const JOINTS = /^[\p{M}'’ʼ\- ]$/u
// A letter of another script, or a wide or ornate one, looks like ours and would hide a namesake.
const isAllowed = (character: string): boolean => JOINTS.test(character) || /^[a-z]$/.test(fold(character))
// The names of the highlands put two marks over a letter; more are piled up to deface the page.
const PILED = /\p{M}{3}/u

/** A name of one word, as the K'Ho have them: what stands before the apostrophe is its surname (K'Brếp). */
const PREFIXED = /^(\p{L}\p{M}*['’ʼ])(\p{L}.*)$/u

/**
 * Reads a full name: NFC as given, at least two words, or one with a prefix. The given name is the last word unless `given`
 * says otherwise (Ê Đê names put the surname last: H'Hen Niê); it must be a run of words at one end of the name.
 */
export function parsePersonName(
  text: string,
  given: string | null = null,
): { ok: true; value: PersonName } | { ok: false; refusal: PersonNameRefusal } {
  const no = (refusal: PersonNameRefusal) => ({ ok: false as const, refusal })
  const invisible = isTidy(text) ? null : oddCharacter(text)
  if (invisible !== null) return no({ kind: 'odd-character', character: invisible })
  const full = tidy(text)
  if (full === '') return no({ kind: 'empty' })
  if (full.length > MAX) return no({ kind: 'too-long' })
  if (/\p{N}/u.test(full)) return no({ kind: 'digits' })
  const odd = firstOdd(full) ?? PILED.exec(full)?.[0]
  if (odd !== undefined) return no({ kind: 'odd-character', character: odd })
  if (fold(full).length < 2) return no({ kind: 'odd-character', character: full })
  const [, prefix, rest] = (full.includes(' ') ? null : PREFIXED.exec(full)) ?? []
  const words = prefix !== undefined && rest !== undefined ? [prefix, rest] : full.split(' ')
  if (words.length < 2) return no({ kind: 'too-few-words' })

  const chosen = given === null ? [] : tidy(given).split(' ').filter(Boolean)
  const tail = chosen.length > 0 ? chosen : words.slice(-1)
  const same = (a: readonly string[], b: readonly string[]) =>
    a.length === b.length && a.every((word, i) => word.toLowerCase() === b[i]?.toLowerCase())
  if (tail.length < words.length && same(words.slice(-tail.length), tail)) {
    const rest = words.slice(0, -tail.length)
    return {
      ok: true,
      value: {
        full,
        surname: rest[0] ?? '',
        middle: rest.slice(1).join(' '),
        given: words.slice(-tail.length).join(' '),
      },
    }
  }
  if (tail.length < words.length && same(words.slice(0, tail.length), tail)) {
    const rest = words.slice(tail.length)
    return {
      ok: true,
      value: {
        full,
        surname: rest.at(-1) ?? '',
        middle: rest.slice(0, -1).join(' '),
        given: words.slice(0, tail.length).join(' '),
      },
    }
  }
  return no({ kind: 'given-not-in-name' })
}

function firstOdd(text: string): string | undefined {
  let n = 0
  while (n < text.length && isKnown(text.charCodeAt(n))) n++
  return n === text.length ? undefined : Array.from(text).find((character) => !isAllowed(character))
}

// Of lists of thousands every letter is asked for, and always the same ones.
const known = new Uint8Array(0x2000)
const [ALLOWED, ODD] = [1, 2]
function isKnown(code: number): boolean {
  if (code >= known.length) return false
  if (known[code] === 0) known[code] = isAllowed(String.fromCharCode(code)) ? ALLOWED : ODD
  return known[code] === ALLOWED
}

export type NameMatch = 'exact' | 'tone-placement' | 'folded' | 'different'

/**
 * How far two names are the same, in three steps: as written; but for case and where the tone mark stands (`Hòa`, `Hoà`);
 * without accents. Who says `folded` means "maybe": a person looks.
 */
export function matchNames(a: string, b: string): NameMatch {
  if (tidy(a) === tidy(b)) return 'exact'
  if (placed(a) === placed(b)) return 'tone-placement'
  return fold(a) === fold(b) && fold(a) !== '' ? 'folded' : 'different'
}

const TONES = /[\u0300\u0301\u0303\u0309\u0323]/g
/** Every word's tone moved to its end, where no two ways of writing differ; apostrophes all alike. */
const placed = (text: string): string =>
  tidy(text)
    .toLowerCase()
    .replace(/[’ʼ]/g, "'")
    .split(' ')
    .map((word) => {
      const apart = word.normalize('NFD')
      return apart.replace(TONES, '') + (apart.match(TONES) ?? []).join('')
    })
    .join(' ')

const collator = new Intl.Collator('vi')
/** The order of people in lists: by tên, then họ, then đệm. The same as the database's. */
export const byPersonName = (a: PersonName, b: PersonName): number =>
  collator.compare(a.given, b.given) || collator.compare(a.surname, b.surname) || collator.compare(a.middle, b.middle)
