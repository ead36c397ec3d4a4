import type { LetterParams, Writer } from '../../letters/letter.ts'
import type { Lang } from '../views/formats.ts'
import type { Letter, Letters, Sender } from './letter-words.ts'
import { lettersEn } from './letters.en.ts'
import { lettersVi } from './letters.vi.ts'

const LETTERS: Readonly<Record<Lang, Letters>> = { vi: lettersVi, en: lettersEn }

/** Writes the letters of the outbox in the language of their reader. */
export function letterWriter(from: {
  publicUrl: string
  organisation: { operator: string; phone: string; email: string }
}): Writer {
  const { publicUrl, organisation } = from
  const sender: Sender = {
    name: organisation.operator,
    phone: organisation.phone,
    email: organisation.email,
    track: (code) => `${publicUrl}/theo-doi?ma=${encodeURIComponent(code)}`,
    activate: (secret) => `${publicUrl}/kich-hoat/${secret}`,
    signIn: `${publicUrl}/dang-nhap`,
    inbox: `${publicUrl}/cho-duyet`,
    reconcile: `${publicUrl}/doi-soat`,
  }
  return (letter) => {
    const texts: Letters = LETTERS[letter.language]
    // A letter's parameters are those of its template; TypeScript does not follow the pair.
    const write = texts[letter.template] as (params: LetterParams[keyof LetterParams], from: Sender) => Letter
    return write(letter.params, sender)
  }
}
