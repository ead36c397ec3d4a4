import { causeOf } from '../../letters/bounce.ts'
import type { Trouble } from '../../letters/letters.ts'
import { instant, type Lang } from '../views/formats.ts'
import type { Words } from './vi.ts'

/** Why a letter came back, as people understand it, with the status for those who know it. */
export function causeText(t: Words, status: string | null): string {
  const cause = t.letters.causes[causeOf(status)]
  return status === null ? cause : `${cause}, ${status}`
}

/** What pages say of letters to an address that do not arrive; null where there is nothing to say. */
export function troubleText(
  t: Words,
  lang: Lang,
  email: string | null,
  trouble: Trouble | null,
): { title: string; texts: string[] } | null {
  if (trouble === null || email === null) return null
  const says = t.letters.trouble
  const kinds: Readonly<Record<string, string>> = t.letters.kinds
  const letter = kinds[trouble.template] ?? trouble.template
  const at = instant(trouble.at, lang)
  const what =
    trouble.bounce === null
      ? says.failed(letter, at)
      : says.returned(letter, t.letters.bounces[trouble.bounce].toLowerCase(), causeText(t, trouble.status), at)
  return {
    title: says.title(email),
    texts: [
      what,
      ...(trouble.detail === null ? [] : [says.said(trouble.detail)]),
      ...(trouble.since > 0 ? [says.since(trouble.since)] : []),
      says.what,
    ],
  }
}
