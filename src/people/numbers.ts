import { IdentificationNumber } from '../kernel/identification-number.ts'
import type { Secrets } from '../kernel/secrets.ts'

/** The context in which identification numbers are sealed, wherever they come from. */
const SEAL = 'request.nin'

export type Numbers = ReturnType<typeof numbersOf>

/** Identification numbers as records keep them: sealed, found by a keyed hash, and told by their last three digits. */
export function numbersOf(secrets: Secrets) {
  const open = (sealed: string): IdentificationNumber => IdentificationNumber.parse(secrets.open(sealed, SEAL))
  const endsOf = (number: IdentificationNumber): string => number.slice(-3)
  return {
    ...{ open, endsOf },
    ends: (sealed: string): string => endsOf(open(sealed)),
    seal: (number: IdentificationNumber): string => secrets.seal(number, SEAL),
    hash: (number: IdentificationNumber): string => secrets.numberHash(number),
  }
}
