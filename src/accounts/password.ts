import { ZxcvbnFactory } from '@zxcvbn-ts/core'
import * as common from '@zxcvbn-ts/language-common'
import { fold } from '../kernel/text.ts'

/** TCVN 14423:2026 as far as it is known: at least 14 characters without a second factor. */
export const PASSWORD_MIN = 14
/** Enough for a long sentence; keeps hashing from being abused. */
export const PASSWORD_MAX = 200

export type PasswordRefusal =
  | { kind: 'empty' }
  | { kind: 'too-short'; length: number; needed: number }
  | { kind: 'too-long' }
  | { kind: 'control-character' }
  | { kind: 'contains-name' }
  | { kind: 'contains-address' }
  | { kind: 'contains-phone' }
  | { kind: 'guessable' }
  | { kind: 'not-repeated' }

let made: ZxcvbnFactory | null = null
/** Made for the first password: most processes never judge any, and its word lists take 20 MB. */
const strength = (): ZxcvbnFactory =>
  (made ??= new ZxcvbnFactory({ dictionary: common.dictionary, graphs: common.adjacencyGraphs }))

/**
 * Whether a password may be taken, with every reason against it. Any characters count, spaces and accents too; what counts
 * against it is judged without accents and case.
 */
export function checkPassword(
  password: string,
  repeated: string,
  owner: { fullName: string; local: string; phone: string | null },
): PasswordRefusal[] {
  if (password === '') return [{ kind: 'empty' }]
  const found: PasswordRefusal[] = []
  const { length } = Array.from(password)
  if (length > PASSWORD_MAX) return [{ kind: 'too-long' }]
  if (/\p{Cc}/u.test(password)) found.push({ kind: 'control-character' })
  if (length < PASSWORD_MIN) found.push({ kind: 'too-short', length, needed: PASSWORD_MIN })
  const plain = fold(password).replaceAll(' ', '')
  const name = fold(owner.fullName).replaceAll(' ', '')
  if (name.length > 0 && plain.includes(name)) found.push({ kind: 'contains-name' })
  else if (plain.includes(owner.local.replace(/[^a-z0-9]/g, ''))) found.push({ kind: 'contains-address' })
  const phone = (owner.phone ?? '').replace(/\D/g, '').replace(/^84/, '0')
  if (phone.length >= 8 && password.replace(/\D/g, '').includes(phone)) found.push({ kind: 'contains-phone' })
  // The library looks at the first 100 characters or so; what is longer is not made weaker by being cut.
  if (strength().check(password.slice(0, 100), [fold(owner.fullName), owner.local, 'congvu', 'quangninh']).score < 2)
    found.push({ kind: 'guessable' })
  if (password !== repeated) found.push({ kind: 'not-repeated' })
  return found
}
